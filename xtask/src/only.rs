//! Sees to it that the core cannot reach what only the full program has: there its state is a type
//! without a value (`src/app/only.rs`), and looking at one would end in a panic.

use std::fs;
use std::path::PathBuf;

use anyhow::{Context as _, Result, bail};

use crate::leaks::contains;

/// What that panic says. The optimiser takes it out where nothing can reach it.
const ABSENT: &str = "only the full program has this";

/// Fails where the core of a built folder could say it.
pub fn check(files: &[PathBuf]) -> Result<()> {
    let is_core = |file: &&PathBuf| {
        let name = file.file_name().unwrap_or_default().to_string_lossy();
        name.starts_with("quorumscope-") && name.ends_with("_bg.wasm")
    };
    let core = files.iter().find(is_core).context("there is no core")?;
    let bytes = fs::read(core).with_context(|| format!("could not read {}", core.display()))?;
    if contains(&bytes, ABSENT.as_bytes()) {
        bail!("the core looks at what it has not: somewhere in src/app an `if FULL` is missing");
    }
    Ok(())
}
