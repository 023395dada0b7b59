//! Builds what is shipped: the folder, with the guides in it, and the single file.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

use anyhow::{Context as _, Result};

use crate::project::Project;
use crate::setup::Toolbox;
use crate::{guides, leaks, only, shell, single};

/// Builds both. Returns the tools, because the tests go on with them.
pub fn run(project: &Project) -> Result<Toolbox> {
    let toolbox = Toolbox::for_dist(project)?;
    build(project, &toolbox)?;
    let single = project.single_file();
    single::pack(&project.dist(), &single)?;
    guides::run(project)?;
    let folder = files(&project.dist())?;
    leaks::check(project, &folder)?;
    only::check(&folder)?;
    report(project, &folder, &single)?;
    Ok(toolbox)
}

fn build(project: &Project, toolbox: &Toolbox) -> Result<()> {
    fetch(project)?;
    shell::say("Building the page (optimised: this takes a minute or two)");
    let (name, flags) = leaks::flags(project)?;
    let mut trunk = trunk(project, toolbox, "build")?;
    // RUSTFLAGS would win over the flags below, which are not a matter of taste.
    trunk.env_remove("RUSTFLAGS").env(name, flags);
    shell::run(trunk.args(["--release", "--locked"]))
}

/// Fetches the crates that Cargo.lock names. Trunk is then told to stay offline, or it would try to
/// download its own tools.
pub fn fetch(project: &Project) -> Result<()> {
    shell::say("Fetching the crates");
    shell::run(shell::cargo(&project.root).args(["fetch", "--locked"]))
}

/// Trunk, with the tools of the box and no wish to download any.
pub fn trunk(project: &Project, toolbox: &Toolbox, command: &str) -> Result<Command> {
    let mut trunk = toolbox.command("trunk")?;
    trunk
        .current_dir(&project.root)
        .env("TRUNK_SKIP_VERSION_CHECK", "true")
        // Some shells set it to 1, which Trunk does not take for an answer.
        .env_remove("NO_COLOR")
        .args([command, "--offline"]);
    Ok(trunk)
}

/// All files of a folder, those in its folders too.
pub fn files(folder: &Path) -> Result<Vec<PathBuf>> {
    let mut files = Vec::new();
    let mut folders = vec![folder.to_owned()];
    while let Some(folder) = folders.pop() {
        let entries = fs::read_dir(&folder)
            .with_context(|| format!("could not read {}", folder.display()))?;
        for entry in entries {
            let path = entry?.path();
            if path.is_dir() {
                folders.push(path)
            } else {
                files.push(path)
            }
        }
    }
    files.sort();
    Ok(files)
}

fn report(project: &Project, folder: &[PathBuf], single: &Path) -> Result<()> {
    let size = |file: &Path| fs::metadata(file).map(|data| data.len());
    let mut bytes = 0;
    for file in folder {
        bytes += size(file)?;
    }
    let shown = single
        .strip_prefix(&project.root)
        .unwrap_or(single)
        .display();
    shell::say(format_args!(
        "dist/: {} files, {} KB",
        folder.len(),
        bytes / 1000
    ));
    shell::say(format_args!("{shown}: {} KB", size(single)? / 1000));
    Ok(())
}
