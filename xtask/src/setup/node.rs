//! Node and the npm packages: wasm-opt and Terser, which every release build takes, Playwright, and
//! reveal.js.

use std::path::{Path, PathBuf};
use std::process::Command;

use anyhow::{Context as _, Result, bail};

use super::apt;
use super::version::Version;
use crate::shell;

/// The oldest Node that the packages run on. Debian 12 and Ubuntu 24.04 have it.
const OLDEST: u32 = 18;

/// Installs the packages of the folder's `package-lock.json` and returns where their programs are.
pub fn packages(folder: &Path) -> Result<PathBuf> {
    node()?;
    let modules = folder.join("node_modules");
    let lock = std::fs::read(folder.join("package-lock.json"))
        .with_context(|| format!("could not read package-lock.json in {}", folder.display()))?;
    // npm itself keeps no record of which lock file it has worked off.
    let record = modules.join(".package-lock-installed.json");
    if std::fs::read(&record).is_ok_and(|installed| installed == lock) {
        return Ok(modules.join(".bin"));
    }
    let name = folder.file_name().unwrap_or_default().to_string_lossy();
    shell::say(format_args!("Installing the npm packages for {name}"));
    let mut npm = Command::new("npm");
    npm.current_dir(folder)
        .args(["ci", "--no-audit", "--no-fund"]);
    shell::run(&mut npm)?;
    std::fs::write(&record, lock).context("could not note that the npm packages are installed")?;
    Ok(modules.join(".bin"))
}

/// Sees to it that Node and npm are there.
fn node() -> Result<()> {
    if has_node() {
        return Ok(());
    }
    if apt::is_here() {
        shell::say("Installing Node and npm");
        apt::update()?;
        apt::install(&["nodejs", "npm"])?;
        if has_node() {
            return Ok(());
        }
    }
    match shell::ask("node", &["--version"]) {
        Some(version) if shell::which("npm").is_some() => {
            bail!("Node {OLDEST} or newer is needed, and this is {version}. Install a newer one")
        }
        _ => bail!("Node {OLDEST} or newer with npm is needed. Install it and start again"),
    }
}

fn has_node() -> bool {
    let version = shell::ask("node", &["--version"]).and_then(|text| Version::find(&text));
    version.is_some_and(|version| version.0 >= OLDEST)
        && shell::ask("npm", &["--version"]).is_some()
}
