//! Runs every check and every test: first those that need no browser, then the browser's, on the
//! very files that are shipped.

use std::path::Path;
use std::process::Command;

use anyhow::{Context as _, Result, bail};

use crate::project::Project;
use crate::setup::Browser;
use crate::{dist, examples, guides, setup, shell};

/// What the command was told.
#[derive(Debug, PartialEq)]
pub struct Options {
    native: bool,
    browser: bool,
    /// The browsers in which to try.
    browsers: Vec<Browser>,
    /// How many browser tests at a time, where that is said.
    jobs: Option<String>,
    /// Only the browser tests whose name has one of these.
    words: Vec<String>,
}

impl Options {
    /// Reads the words after the command.
    pub fn parse(words: &[String]) -> Result<Self> {
        let mut options = Self {
            native: false,
            browser: false,
            browsers: Vec::new(),
            jobs: None,
            words: Vec::new(),
        };
        let mut words = words.iter();
        while let Some(word) = words.next() {
            if let Some(one) = Browser::ALL.into_iter().find(|one| one.option() == word) {
                options.browsers.push(one);
                continue;
            }
            match word.as_str() {
                "--native" => options.native = true,
                "--browser" => options.browser = true,
                "--jobs" => match words.next() {
                    Some(number) => options.jobs = Some(number.to_owned()),
                    None => bail!("--jobs wants a number"),
                },
                flag if flag.starts_with('-') => {
                    bail!("test has no option `{flag}`. See `cargo xtask help`")
                }
                word => options.words.push(word.to_owned()),
            }
        }
        if !options.browsers.is_empty() {
            options.browser = true;
        }
        if !options.native && !options.browser {
            options.browser = true;
            options.native = options.words.is_empty();
        }
        if options.browsers.is_empty() {
            options.browsers.push(Browser::Chromium);
        }
        Ok(options)
    }
}

/// Runs what was asked for and stops at the first thing that is wrong.
pub fn run(project: &Project, options: &Options) -> Result<()> {
    if options.native {
        native(project)?;
    }
    if options.browser {
        browser(project, options)?;
    }
    Ok(())
}

fn native(project: &Project) -> Result<()> {
    let root = &project.root;
    setup::for_checks()?;
    let strict = ["--", "-D", "warnings"];
    let page = [
        "--package",
        "quorumscope",
        "--target",
        "wasm32-unknown-unknown",
    ];
    step(
        "Checking the formatting",
        &mut cargo(root, &["fmt", "--all", "--check"]),
    )?;
    step(
        "Linting, natively",
        cargo(
            root,
            &["clippy", "--locked", "--workspace", "--all-targets"],
        )
        .args(strict),
    )?;
    // The page's programs are built with other features than the rest.
    for (program, features) in [
        ("the full program", "page,full"),
        ("the core", "page"),
        ("the search", "full"),
    ] {
        step(
            &format!("Linting {program}, for wasm"),
            cargo(root, &["clippy", "--locked", "--lib", "--bins"])
                .args(page)
                .args(["--no-default-features", "--features", features])
                .args(strict),
        )?;
    }
    step(
        "Building the documentation, natively",
        cargo(root, &["doc", "--locked", "--workspace", "--no-deps"])
            .env("RUSTDOCFLAGS", "-D warnings"),
    )?;
    step(
        "Building the documentation, for wasm",
        cargo(root, &["doc", "--locked", "--no-deps", "--lib"])
            .args(page)
            .env("RUSTDOCFLAGS", "-D warnings"),
    )?;
    step(
        "Running the native tests",
        &mut cargo(root, &["test", "--locked", "--workspace"]),
    )?;
    let following = "Following the guide that adds a protocol";
    shell::say(following);
    guides::following::run(project).with_context(|| failed(following))
}

fn browser(project: &Project, options: &Options) -> Result<()> {
    let toolbox = dist::run(project)?;
    examples::build(project)?;
    let mut node = toolbox.command("node")?;
    node.current_dir(&project.root)
        .arg(project.browser_tests().join("run.mjs"));
    for browser in &options.browsers {
        setup::browser(project, *browser, &mut node)?;
        node.arg(browser.option());
    }
    if let Some(jobs) = &options.jobs {
        node.args(["--jobs", jobs]);
    }
    step("Running the browser tests", node.args(&options.words))
}

fn step(what: &str, command: &mut Command) -> Result<()> {
    shell::say(what);
    shell::run(command).with_context(|| failed(what))
}

fn failed(what: &str) -> String {
    format!("this step failed: {what}")
}

fn cargo(root: &Path, arguments: &[&str]) -> Command {
    let mut command = shell::cargo(root);
    command.args(arguments);
    command
}

#[cfg(test)]
mod tests {
    use super::Options;
    use crate::setup::Browser;

    fn parse(words: &[&str]) -> anyhow::Result<Options> {
        Options::parse(
            &words
                .iter()
                .map(|word| word.to_string())
                .collect::<Vec<_>>(),
        )
    }

    #[test]
    fn without_options_everything_runs() {
        let all = parse(&[]).unwrap();
        assert!(all.native && all.browser);
        assert_eq!(all.browsers, [Browser::Chromium]);
    }

    #[test]
    fn words_choose_among_the_browser_tests() {
        let some = parse(&["folder"]).unwrap();
        assert!(!some.native && some.browser);
        assert_eq!(some.words, ["folder"]);
        assert!(parse(&["--fast"]).is_err());
    }

    #[test]
    fn a_browser_is_chosen_and_how_many_tests_run_at_a_time() {
        let one = parse(&["--firefox", "--jobs", "3", "folder"]).unwrap();
        assert!(!one.native && one.browser);
        assert_eq!(one.browsers, [Browser::Firefox]);
        assert_eq!(one.jobs.as_deref(), Some("3"));
        assert_eq!(one.words, ["folder"]);
        assert!(parse(&["--jobs"]).is_err());
    }
}
