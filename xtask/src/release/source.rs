//! What a release is built from: a commit, its version and its time.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

use anyhow::{Context as _, Result, bail};

use crate::shell;

/// A commit of the project.
pub struct Source {
    root: PathBuf,
    /// Its name.
    pub commit: String,
    /// When it was made, in seconds since 1970: the time of all files in the archive.
    pub time: u64,
    version: String,
}

impl Source {
    /// The commit of a tag; without one the commit that is checked out, with nothing changed.
    pub fn find(root: &Path, tag: Option<&str>) -> Result<Self> {
        let git = |arguments: &[&str]| {
            let folder = root
                .to_str()
                .context("the project's folder is not Unicode")?;
            let printed = shell::ask("git", &[&["-C", folder], arguments].concat());
            printed.with_context(|| format!("`git {}` failed", arguments.join(" ")))
        };
        let wanted = match tag {
            Some(tag) => {
                let found = git(&[
                    "rev-parse",
                    "--verify",
                    &format!("refs/tags/{tag}^{{commit}}"),
                ]);
                found.with_context(|| format!("there is no tag {tag}"))?
            }
            None => {
                let changed = git(&["status", "--porcelain"])?;
                if !changed.is_empty() {
                    bail!(
                        "a release is built from a commit, and this is not committed:\n{changed}\n\
                         Commit it, or name a tag: `cargo xtask release --tag TAG`"
                    );
                }
                git(&["rev-parse", "HEAD"])?
            }
        };
        let manifest = git(&["show", &format!("{wanted}:Cargo.toml")])?;
        let version = version(&manifest).context("Cargo.toml has no version")?;
        if let Some(tag) = tag.filter(|tag| tag.trim_start_matches('v') != version) {
            bail!("the tag {tag} is on a commit of version {version}");
        }
        let time = git(&["show", "--no-patch", "--format=%ct", &wanted])?;
        Ok(Self {
            root: root.to_owned(),
            time: time.parse().context("the commit has no time")?,
            commit: wanted,
            version,
        })
    }

    /// The release's name.
    pub fn name(&self) -> String {
        format!("quorumscope-{}", self.version)
    }

    /// The name of a file of the release.
    pub fn named(&self, ending: &str) -> String {
        format!("{}.{ending}", self.name())
    }

    /// Copies all that the commit holds into a folder, and says where it is.
    pub fn copy(&self, to: &Path) -> Result<PathBuf> {
        shell::say(format_args!("Copying {} of {}", self.commit, self.name()));
        let packed = to.join("source.tar");
        let mut git = Command::new("git");
        git.arg("-C").arg(&self.root);
        git.args(["archive", "--format=tar", "--output"])
            .arg(&packed);
        shell::run(git.arg(&self.commit))?;
        let folder = to.join("source");
        let mut archive = tar::Archive::new(fs::File::open(&packed)?);
        archive
            .unpack(&folder)
            .context("could not unpack the commit")?;
        Ok(folder)
    }
}

/// The version of the first package that a manifest is of.
fn version(manifest: &str) -> Option<String> {
    let mut lines = manifest.lines();
    let value = lines.find_map(|line| line.strip_prefix("version = \""))?;
    Some(value.split_once('"')?.0.to_owned())
}

#[cfg(test)]
mod tests {
    use super::version;

    #[test]
    fn a_manifest_has_a_version() {
        let manifest = "[package]\nname = \"x\"\nversion = \"0.1.2\"\nrust-version = \"1.95\"\n";
        assert_eq!(version(manifest).as_deref(), Some("0.1.2"));
        assert_eq!(version("[workspace]\n"), None);
    }
}
