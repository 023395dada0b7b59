//! Debian's and Ubuntu's packages.

use std::process::Command;

use anyhow::{Result, bail};

use crate::shell;

/// Whether this machine has them at all.
pub fn is_here() -> bool {
    shell::which("apt-get").is_some()
}

/// Fetches the list of packages.
pub fn update() -> Result<()> {
    shell::run(apt_get()?.arg("update"))
}

/// Installs packages. Call [`update`] first: a fresh machine may have an old list, or none.
pub fn install(packages: &[&str]) -> Result<()> {
    shell::run(apt_get()?.args(["install", "-y"]).args(packages))
}

/// Whether a package is to be had and holds the program itself. Ubuntu's package of a browser
/// only sends for a snap, which does not install where there is no snap service.
pub fn has(package: &str) -> bool {
    let Some(text) = shell::ask("apt-cache", &["policy", package]) else {
        return false;
    };
    let candidate = text
        .lines()
        .find_map(|line| line.trim().strip_prefix("Candidate: "));
    candidate.is_some_and(|version| version != "(none)" && !version.contains("snap"))
}

/// `apt-get` with the rights that it takes.
fn apt_get() -> Result<Command> {
    let is_root = shell::ask("id", &["-u"]).as_deref() == Some("0");
    if is_root {
        let mut command = Command::new("apt-get");
        command.env("DEBIAN_FRONTEND", "noninteractive");
        return Ok(command);
    }
    if shell::which("sudo").is_none() {
        bail!("installing packages takes root or sudo, and there is neither");
    }
    let mut command = Command::new("sudo");
    // sudo passes no environment on.
    command.args(["env", "DEBIAN_FRONTEND=noninteractive", "apt-get"]);
    Ok(command)
}
