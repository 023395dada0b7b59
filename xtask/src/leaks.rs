//! Sees to it that what is shipped does not say on which machine, and by whom, it was built.
//!
//! A panic message names the source file it comes from, by the path that the compiler was given.
//! So the compiler is told other names for the folders in question ([`flags`]), and the result is
//! searched for the true ones ([`check`]).

use std::ffi::OsString;
use std::fs;
use std::path::{Path, PathBuf};

use anyhow::{Context as _, Result, bail};

use crate::project::Project;
use crate::shell;

/// The folders of this machine that a build has to do with, and what to call them instead. Where
/// two fit, the compiler takes the last.
fn folders(project: &Project) -> Vec<(PathBuf, &'static str)> {
    let home = std::env::home_dir();
    let of_home = |variable: &str, folder: &str| {
        let set = std::env::var_os(variable).map(PathBuf::from);
        set.or_else(|| home.as_ref().map(|home| home.join(folder)))
    };
    let mut folders = Vec::new();
    folders.extend(home.clone().map(|folder| (folder, "/home")));
    folders.extend(of_home("RUSTUP_HOME", ".rustup").map(|folder| (folder, "/rustup")));
    // A Rust that rustup did not install is elsewhere; with its sources, it names them.
    let sysroot = shell::ask("rustc", &["--print", "sysroot"]);
    folders.extend(sysroot.map(|folder| (PathBuf::from(folder), "/rust")));
    if let Some(cargo) = of_home("CARGO_HOME", ".cargo") {
        // Each registry has a folder in there, whose name says nothing either.
        let registries = fs::read_dir(cargo.join("registry").join("src"));
        let registries = registries
            .into_iter()
            .flatten()
            .flatten()
            .map(|entry| entry.path());
        let registries: Vec<_> = registries.map(|folder| (folder, "/crates")).collect();
        folders.push((cargo, "/cargo"));
        folders.extend(registries);
    }
    folders.push((project.root.clone(), "/quorumscope"));
    // The root of all is no secret, and would match every path.
    folders.retain(|(folder, _)| folder.parent().is_some());
    folders
}

/// The environment variable, and its value, that makes Cargo build without these folders' names.
pub fn flags(project: &Project) -> Result<(&'static str, OsString)> {
    let mut flags = Vec::new();
    for (folder, name) in folders(project) {
        let Some(folder) = folder.to_str() else {
            bail!("the name of the folder {} is not Unicode", folder.display());
        };
        flags.push(format!("--remap-path-prefix={folder}={name}"));
    }
    // The first is for wasm alone. It cannot say a folder with a space; the second can, but is
    // for all that Cargo builds, this program included when Trunk calls it.
    if flags.iter().any(|flag| flag.contains(char::is_whitespace)) {
        return Ok(("CARGO_ENCODED_RUSTFLAGS", flags.join("\x1f").into()));
    }
    Ok((
        "CARGO_TARGET_WASM32_UNKNOWN_UNKNOWN_RUSTFLAGS",
        flags.join(" ").into(),
    ))
}

/// Fails where a file says the name of a folder of this machine.
pub fn check(project: &Project, files: &[PathBuf]) -> Result<()> {
    let mut secrets: Vec<String> = Vec::new();
    for (folder, _) in folders(project) {
        secrets.push(format!("{}{}", folder.display(), std::path::MAIN_SEPARATOR));
    }
    for file in files {
        let bytes = fs::read(file).with_context(|| format!("could not read {}", file.display()))?;
        if let Some(secret) = secrets
            .iter()
            .find(|secret| contains(&bytes, secret.as_bytes()))
        {
            bail!(
                "{} says {secret}, which is a folder of this machine alone",
                name(project, file)
            );
        }
    }
    Ok(())
}

fn name<'a>(project: &Project, file: &'a Path) -> std::path::Display<'a> {
    file.strip_prefix(&project.root).unwrap_or(file).display()
}

/// Whether some bytes are among others.
pub fn contains(bytes: &[u8], wanted: &[u8]) -> bool {
    bytes.windows(wanted.len()).any(|window| window == wanted)
}

#[cfg(test)]
mod tests {
    use std::path::PathBuf;

    use super::check;
    use crate::project::Project;

    #[test]
    fn a_file_that_names_the_projects_folder_is_found() {
        let folder = std::env::temp_dir().join(format!("quorumscope-leaks-{}", std::process::id()));
        let project = Project {
            root: PathBuf::from("/somewhere/secret"),
        };
        let write = |name: &str, text: &[u8]| {
            std::fs::create_dir_all(&folder).unwrap();
            std::fs::write(folder.join(name), text).unwrap();
            folder.join(name)
        };
        let clean = write("clean", b"\0asm/quorumscope/src/lib.rs /somewhere/else");
        let leaking = write("leaking", b"\0asm/somewhere/secret/src/lib.rs");
        assert!(check(&project, &[clean]).is_ok());
        let error = check(&project, &[leaking]).unwrap_err().to_string();
        assert!(error.contains("/somewhere/secret/"), "{error}");
        std::fs::remove_dir_all(&folder).unwrap();
    }
}
