//! The hook that Trunk calls after each build: brings the folders of `static/` (catalogues,
//! lessons) into the built folder.
//!
//! Each file gets a name that changes with its content, and a line in the page that says where it
//! is. So a new page never meets an old catalogue in a cache, nor an old page a new one; and the
//! boot script finds a file of the folder and a block of the single file in the same way. The files
//! that lie in `static/` itself (styles, boot script, icon) are index.html's affair.

use std::fs;
use std::path::{Path, PathBuf};

use anyhow::{Context as _, Result};
use xxhash_rust::xxh64::xxh64;

use crate::project::Project;

/// Does what the module says.
pub fn run(project: &Project) -> Result<()> {
    let staging = std::env::var_os("TRUNK_STAGING_DIR")
        .map(PathBuf::from)
        .context("only Trunk calls this: TRUNK_STAGING_DIR does not say where its build is")?;
    let page = staging.join("index.html");
    let html = fs::read_to_string(&page).context("Trunk has written no index.html")?;
    let lines = copy(&project.assets(), &staging)?;
    let listed = list(&html, &lines)?;
    fs::write(&page, listed).context("could not list the assets in index.html")
}

/// Copies the assets and returns the lines that list them.
fn copy(assets: &Path, staging: &Path) -> Result<Vec<String>> {
    let mut lines = Vec::new();
    for name in files_of_folders(assets)? {
        let bytes = fs::read(assets.join(&name))
            .with_context(|| format!("could not read static/{name}"))?;
        let hashed = hashed(&name, &bytes);
        let to = staging.join(&hashed);
        let folder = to.parent().context("an asset has a folder")?;
        fs::create_dir_all(folder)
            .and_then(|()| fs::write(&to, bytes))
            .with_context(|| format!("could not write {}", to.display()))?;
        lines.push(format!(
            "<link rel=\"asset\" data-asset=\"{name}\" href=\"./{hashed}\">"
        ));
    }
    Ok(lines)
}

/// The files below the folders of `root`, as paths from there, in the order of their names.
fn files_of_folders(root: &Path) -> Result<Vec<String>> {
    let mut files = Vec::new();
    let mut folders = vec![String::new()];
    while let Some(folder) = folders.pop() {
        let entries = fs::read_dir(root.join(&folder))
            .with_context(|| format!("could not read static/{folder}"))?;
        for entry in entries {
            let entry = entry?;
            let name = entry.file_name().to_string_lossy().into_owned();
            if name.starts_with('.') {
                continue;
            }
            let path = if folder.is_empty() {
                name
            } else {
                format!("{folder}/{name}")
            };
            if entry.file_type()?.is_dir() {
                folders.push(path);
            } else if !folder.is_empty() {
                files.push(path);
            }
        }
    }
    files.sort();
    Ok(files)
}

/// `locales/en.json` → `locales/en-0123456789abcdef.json`
fn hashed(name: &str, bytes: &[u8]) -> String {
    let hash = xxh64(bytes, 0);
    match name.rsplit_once('.') {
        Some((stem, extension)) if !extension.contains('/') => {
            format!("{stem}-{hash:016x}.{extension}")
        }
        _ => format!("{name}-{hash:016x}"),
    }
}

fn list(html: &str, lines: &[String]) -> Result<String> {
    let end = html.find("</head>").context("index.html has no </head>")?;
    let (before, after) = html.split_at(end);
    let lines: String = lines.iter().map(|line| format!("  {line}\n")).collect();
    Ok(format!("{before}{lines}{after}"))
}

#[cfg(test)]
mod tests {
    use super::{hashed, list};

    #[test]
    fn a_name_changes_with_the_content() {
        let (one, two) = (
            hashed("locales/en.json", b"{}"),
            hashed("locales/en.json", b"{ }"),
        );
        assert!(one.starts_with("locales/en-") && one.ends_with(".json"));
        assert_ne!(one, two);
        assert!(hashed("a.b/name", b"").starts_with("a.b/name-"));
    }

    #[test]
    fn assets_are_listed_at_the_end_of_the_head() {
        let listed = list("<head>\n</head><body>", &["<link>".into()]).unwrap();
        assert_eq!(listed, "<head>\n  <link>\n</head><body>");
        assert!(list("<body>", &[]).is_err());
    }
}
