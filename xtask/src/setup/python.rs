//! Python, and packages in an environment of their own.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

use anyhow::{Context as _, Result, bail};
use sha2::{Digest as _, Sha256};

use super::{apt, cache};
use crate::shell;

/// Fails where it is older than the packages want, or cannot make an environment.
const FITS: &str = "import ensurepip, sys, venv; sys.exit(sys.version_info < (3, 10))";

/// Installs the packages that a file lists and returns where their programs are. Each such list has
/// an environment of its own.
pub fn packages(list: &Path) -> Result<PathBuf> {
    let wanted = fs::read(list).with_context(|| format!("could not read {}", list.display()))?;
    let hash: String = Sha256::digest(&wanted)[..6]
        .iter()
        .map(|byte| format!("{byte:02x}"))
        .collect();
    let folder = cache()?.join(format!("python-{hash}"));
    let programs = folder.join(if cfg!(windows) { "Scripts" } else { "bin" });
    let python = programs.join("python");
    // It is written last. And an environment does not outlive the Python that it was made with.
    let record = folder.join("installed");
    if record.is_file() && shell::ask(&python, &["-m", "pip", "--version"]).is_some() {
        return Ok(programs);
    }
    let maker = find_or_install()?;
    shell::say("Installing the Python packages (once for this machine)");
    shell::run(
        Command::new(maker)
            .args(["-m", "venv", "--clear"])
            .arg(&folder),
    )?;
    shell::run(
        Command::new(python)
            .args(["-m", "pip", "install", "--disable-pip-version-check", "-r"])
            .arg(list),
    )?;
    fs::write(record, "").context("could not note that the Python packages are installed")?;
    Ok(programs)
}

/// A Python that can make environments; Debian's has that in a package of its own.
fn find_or_install() -> Result<&'static str> {
    let find = || {
        ["python3", "/usr/bin/python3", "python"]
            .into_iter()
            .find(|python| shell::ask(python, &["-c", FITS]).is_some())
    };
    if let Some(python) = find() {
        return Ok(python);
    }
    if apt::is_here() {
        shell::say("Installing Python");
        apt::update()?;
        apt::install(&["python3-venv"])?;
    }
    match find() {
        Some(python) => Ok(python),
        None => bail!("Python 3.10 or newer with venv is needed. Install it and start again"),
    }
}
