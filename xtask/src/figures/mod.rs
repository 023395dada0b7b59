//! Prints what the budgets are about. Nothing here passes or fails: a figure that a slow machine
//! could spoil is no test.

mod demangle;
mod wasm;

use std::fs;
use std::path::Path;

use anyhow::{Context as _, Result};

use crate::project::Project;
use crate::setup::{Browser, Toolbox};
use crate::{dist, setup, shell};

/// How many modules the table names; the small ones are summed up.
const MODULES: usize = 24;

/// Builds what is shipped and measures it.
pub fn run(project: &Project) -> Result<()> {
    let toolbox = dist::run(project)?;
    let modules = by_module(project, &toolbox)?;
    let mut node = toolbox.command("node")?;
    node.current_dir(&project.root)
        .arg(project.browser_tests().join("figures.mjs"));
    setup::browser(project, Browser::Chromium, &mut node)?;
    shell::say("Measuring in the browser");
    shell::run(&mut node)?;
    print!("\n{modules}");
    Ok(())
}

/// The bytes of the program by module. The one that is shipped has no names, so this optimises
/// it once more with them: the code is the same.
fn by_module(project: &Project, toolbox: &Toolbox) -> Result<String> {
    let folder = project.target().join("figures");
    let named = folder.join("named.wasm");
    fs::create_dir_all(&folder).context("could not make a folder for the figures")?;
    shell::say("Optimising the program once more, with names");
    let from = project
        .target()
        .join("wasm-bindgen/release/quorumscope_bg.wasm");
    let mut wasm_opt = toolbox.command("wasm-opt")?;
    shell::run(
        wasm_opt
            .args(["-Oz", "-g", "--output"])
            .arg(&named)
            .arg(from),
    )?;
    table(&named)
}

fn table(named: &Path) -> Result<String> {
    let bytes = fs::read(named).context("the program with names is not there")?;
    let parts = wasm::parts(&bytes)?;
    let total: usize = parts.iter().map(|part| part.bytes).sum();
    let mut text = String::from("The program by module, uncompressed bytes\n");
    let mut line = |bytes: usize, name: &str| {
        let share = 100.0 * bytes as f64 / total as f64;
        text.push_str(&format!("{bytes:>9}  {share:>5.1} %  {name}\n"));
    };
    for part in parts.iter().take(MODULES) {
        line(part.bytes, &part.name);
    }
    let rest = parts.iter().skip(MODULES);
    line(
        rest.clone().map(|part| part.bytes).sum(),
        &format!("{} others", rest.count()),
    );
    line(
        total,
        "all (the custom sections, such as the names, left out)",
    );
    Ok(text)
}
