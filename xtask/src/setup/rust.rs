//! The parts of the Rust toolchain that a default installation may lack.

use std::path::Path;
use std::process::Command;

use anyhow::{Result, bail};

use crate::shell;

const WASM: &str = "wasm32-unknown-unknown";

/// The standard library for wasm.
pub fn wasm_target() -> Result<()> {
    let folder = shell::ask("rustc", &["--print", "target-libdir", "--target", WASM]);
    if folder.is_some_and(|folder| Path::new(&folder).is_dir()) {
        return Ok(());
    }
    shell::say(format_args!("Adding the Rust target {WASM}"));
    rustup(&["target", "add", WASM], &format!("the Rust target {WASM}"))
}

/// The formatter and the linter.
pub fn components() -> Result<()> {
    for (component, subcommand) in [("rustfmt", "fmt"), ("clippy", "clippy")] {
        if shell::ask("cargo", &[subcommand, "--version"]).is_none() {
            shell::say(format_args!("Adding the Rust component {component}"));
            rustup(
                &["component", "add", component],
                &format!("the Rust component {component}"),
            )?;
        }
    }
    Ok(())
}

fn rustup(arguments: &[&str], what: &str) -> Result<()> {
    if shell::which("rustup").is_none() {
        bail!(
            "{what} is missing, and rustup, which would add it, is not on the PATH. Install \
             rustup, or add {what} the way this Rust was installed"
        );
    }
    shell::run(Command::new("rustup").args(arguments))
}
