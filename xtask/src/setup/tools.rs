//! Trunk, wasm-bindgen and mdBook: taken from the PATH where they fit, else installed with Cargo.

use std::path::{Path, PathBuf};

use anyhow::{Context as _, Result, bail};

use super::cache;
use super::version::Version;
use crate::shell;

/// The oldest Trunk that knows what Trunk.toml says, and the one that is installed where none is
/// there. Newer ones want a newer Rust.
const TRUNK: Version = Version(0, 21, 14);

/// The mdBook that the example is built with, and any later one that goes by the same rules.
const MDBOOK: Version = Version(0, 5, 4);

/// A program that Cargo can install.
struct Tool {
    /// The program, and the first part of its folder's name.
    program: &'static str,
    package: &'static str,
    version: Version,
    /// Whether another version on the PATH does as well.
    fits: fn(found: Version, wanted: Version) -> bool,
}

/// The folders in which Trunk and wasm-bindgen are, where they are not on the PATH already.
pub fn for_page(root: &Path) -> Result<Vec<PathBuf>> {
    let trunk = Tool {
        program: "trunk",
        package: "trunk",
        version: TRUNK,
        fits: |found, wanted| found >= wanted,
    };
    let wasm_bindgen = Tool {
        program: "wasm-bindgen",
        package: "wasm-bindgen-cli",
        version: locked(root, "wasm-bindgen")?,
        // Its two halves talk in a format that changes with every version.
        fits: |found, wanted| found == wanted,
    };
    let folders = [folder(&trunk)?, folder(&wasm_bindgen)?];
    Ok(folders.into_iter().flatten().collect())
}

/// The folder in which mdBook is, where it is not on the PATH already.
pub fn for_books() -> Result<Vec<PathBuf>> {
    let mdbook = Tool {
        program: "mdbook",
        package: "mdbook",
        version: MDBOOK,
        fits: |found, wanted| (found.0, found.1) == (wanted.0, wanted.1) && found >= wanted,
    };
    Ok(folder(&mdbook)?.into_iter().collect())
}

/// Where the tool is, or nothing where it is on the PATH.
fn folder(tool: &Tool) -> Result<Option<PathBuf>> {
    let version_of = |program: &Path| {
        let printed = shell::ask(program, &["--version"])?;
        Version::find(&printed)
    };
    if version_of(Path::new(tool.program)).is_some_and(|found| (tool.fits)(found, tool.version)) {
        return Ok(None);
    }
    let root = cache()?.join(format!("{}-{}", tool.program, tool.version));
    let folder = root.join("bin");
    let program = folder.join(format!("{}{}", tool.program, std::env::consts::EXE_SUFFIX));
    if version_of(&program) != Some(tool.version) {
        install(tool, &root)?;
    }
    Ok(Some(folder))
}

fn install(tool: &Tool, root: &Path) -> Result<()> {
    let spec = format!("{}@{}", tool.package, tool.version);
    shell::say(format_args!(
        "Installing {spec} (once for this machine, some minutes)"
    ));
    std::fs::create_dir_all(root).with_context(|| format!("could not make {}", root.display()))?;
    let install = |locked: &[&str]| {
        // Not in the project's folder, whose Cargo settings are not the tool's. Without its
        // features, which download things, without optimising and without debug information, it
        // builds in a fraction of the time.
        let mut cargo = shell::cargo(root);
        cargo.env("CARGO_PROFILE_DEV_DEBUG", "0");
        cargo
            .arg("install")
            .args(locked)
            .args(["--debug", "--no-default-features", &spec]);
        shell::run(cargo.arg("--root").arg(root))
    };
    install(&["--locked"]).or_else(|_| {
        // A dependency of exactly that version can be gone from the registry.
        shell::say(format_args!(
            "Installing {spec} once more, with any dependencies that fit"
        ));
        install(&[]).with_context(|| format!("could not install {spec}"))
    })
}

/// The version of a package in Cargo.lock.
fn locked(root: &Path, package: &str) -> Result<Version> {
    let path = root.join("Cargo.lock");
    let lock = std::fs::read_to_string(&path)
        .with_context(|| format!("could not read {}", path.display()))?;
    match version_in(&lock, package) {
        Some(version) => Ok(version),
        None => bail!("Cargo.lock names no version of {package}"),
    }
}

fn version_in(lock: &str, package: &str) -> Option<Version> {
    let name = format!("name = \"{package}\"");
    let mut lines = lock.lines().skip_while(|line| *line != name).skip(1);
    let version = lines.next()?.strip_prefix("version = ")?;
    Version::find(version.trim_matches('"'))
}

#[cfg(test)]
mod tests {
    use super::{Version, version_in};

    #[test]
    fn a_version_is_read_from_a_lock_file() {
        let lock = "[[package]]\nname = \"wasm-bindgen-macro\"\nversion = \"0.2.9\"\n\n\
                    [[package]]\nname = \"wasm-bindgen\"\nversion = \"0.2.130\"\n";
        assert_eq!(version_in(lock, "wasm-bindgen"), Some(Version(0, 2, 130)));
        assert_eq!(version_in(lock, "wasm"), None);
    }
}
