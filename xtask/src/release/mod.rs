//! A release: the folder, the same as an archive, the single file, and the sums of all of them, from
//! a commit and from nothing else.
//!
//! What is built is a copy of what the commit holds, in a folder of its own, with the commands that
//! the commit has. So nothing that lies about gets in, and whoever builds the same commit with the
//! same tools gets the same bytes; `--verify` does so at once, in another folder.

mod archive;
mod source;
mod sums;

use std::fs;
use std::path::{Path, PathBuf};

use anyhow::{Context as _, Result, bail};

use self::source::Source;
use self::sums::Sums;
use crate::project::Project;
use crate::{dist, leaks, shell, single};

/// The list of sums, as `sha256sum --check` reads it.
const SUMS: &str = "SHA256SUMS";
/// What says with which tools the release was built: others may give other bytes.
const TOOLS: &str = "TOOLS.txt";

/// What the command was told.
#[derive(Debug, Default, PartialEq)]
pub struct Options {
    /// The tag that is built; without one, what is checked out.
    tag: Option<String>,
    /// Whether all is built a second time, and compared.
    verify: bool,
}

impl Options {
    /// Reads the words after the command.
    pub fn parse(words: &[String]) -> Result<Self> {
        let mut options = Self::default();
        let mut words = words.iter();
        while let Some(word) = words.next() {
            match (word.as_str(), words.as_slice().first()) {
                ("--verify", _) => options.verify = true,
                ("--tag", Some(tag)) if !tag.starts_with('-') => {
                    options.tag = words.next().cloned();
                }
                ("--tag", _) => bail!("--tag wants the name of a tag"),
                _ => bail!("release has no option `{word}`. See `cargo xtask help`"),
            }
        }
        Ok(options)
    }
}

/// Makes `dist-release/`.
pub fn run(project: &Project, options: &Options) -> Result<()> {
    let source = Source::find(&project.root, options.tag.as_deref())?;
    let to = project.release();
    let builds = project.target().join("release-of");
    let sums = make(&source, &builds.join("commit"), &to)?;
    if options.verify {
        shell::say("Building all of it a second time, elsewhere");
        let other = builds.join("the-same-commit-in-another-folder");
        let again = make(&source, &other, &builds.join("again"))?;
        sums.compare(&again)?;
        shell::say("Both builds are equal, byte by byte");
    }
    leaks::check(project, &dist::files(&to)?)?;
    fs::remove_dir_all(&builds).context("could not clear away what the builds left")?;
    let policy = fs::read_to_string(to.join(source.named("csp.txt")))?;
    shell::say(format_args!(
        "The single file's policy:\n  {}",
        policy.trim()
    ));
    shell::say(format_args!(
        "{}, of {}:\n{sums}",
        to.display(),
        source.commit
    ));
    Ok(())
}

/// Builds the source in a folder of its own, and puts what comes of it into another.
fn make(source: &Source, build: &Path, to: &Path) -> Result<Sums> {
    for folder in [build, to] {
        if folder.exists() {
            fs::remove_dir_all(folder)
                .with_context(|| format!("could not remove {}", folder.display()))?;
        }
        fs::create_dir_all(folder)
            .with_context(|| format!("could not make {}", folder.display()))?;
    }
    let copy = Project {
        root: source.copy(build)?,
    };
    shell::run(
        shell::cargo(&copy.root)
            // The copy has a target folder of its own.
            .env_remove("CARGO_TARGET_DIR")
            .args(["xtask", "dist"]),
    )?;
    collect(source, &copy, to)
}

/// Puts what was built into the folder of the release.
fn collect(source: &Source, built: &Project, to: &Path) -> Result<Sums> {
    let folder = to.join(source.name());
    let from = built.dist();
    for file in dist::files(&from)? {
        copy(&file, &folder.join(file.strip_prefix(&from)?))?;
    }
    let single = built.single_file();
    copy(&single, &to.join(source.named("html")))?;
    copy(
        &single.with_file_name(single::POLICY),
        &to.join(source.named("csp.txt")),
    )?;
    fs::write(to.join(TOOLS), tools(built)?)?;
    archive::write(&folder, &to.join(source.named("tar.gz")), source.time)?;
    let sums = Sums::of(to)?;
    fs::write(to.join(SUMS), sums.to_string())?;
    Ok(sums)
}

fn copy(from: &Path, to: &PathBuf) -> Result<()> {
    let folder = to.parent().context("a file stands in a folder")?;
    fs::create_dir_all(folder)
        .and_then(|()| fs::copy(from, to))
        .with_context(|| format!("could not copy {} to {}", from.display(), to.display()))?;
    Ok(())
}

/// The tools, one a line.
fn tools(built: &Project) -> Result<String> {
    let toolbox = crate::setup::Toolbox::for_dist(built)?;
    let mut lines = String::new();
    for name in ["rustc", "trunk", "wasm-bindgen", "wasm-opt", "terser"] {
        let output = toolbox.command(name)?.arg("--version").output();
        let output = output.with_context(|| format!("{name} does not say its version"))?;
        lines.push_str(String::from_utf8_lossy(&output.stdout).trim());
        lines.push('\n');
    }
    Ok(lines)
}

#[cfg(test)]
mod tests {
    use super::Options;

    fn parse(words: &str) -> anyhow::Result<Options> {
        let words: Vec<String> = words.split_whitespace().map(str::to_owned).collect();
        Options::parse(&words)
    }

    #[test]
    fn options_are_read() {
        let all = Options {
            tag: Some("v1.2.3".into()),
            verify: true,
        };
        assert_eq!(parse("--tag v1.2.3 --verify").unwrap(), all);
        assert_eq!(parse("--verify --tag v1.2.3").unwrap(), all);
        assert_eq!(parse("").unwrap(), Options::default());
        for bad in ["--tag", "--tag --verify", "v1.2.3", "--fast"] {
            assert!(parse(bad).is_err(), "{bad}");
        }
    }
}
