//! A browser for the tests: the one that is there, or Debian's, or Playwright's own.

use std::path::{Path, PathBuf};
use std::process::Command;

use anyhow::{Result, bail};

use super::apt;
use crate::shell;

/// What Chromium and its relatives are called, in the order of preference.
const NAMES: [&str; 4] = [
    "chromium",
    "chromium-browser",
    "google-chrome",
    "google-chrome-stable",
];

/// Where macOS keeps it: no program of the PATH.
const ON_A_MAC: &str = "/Applications/Google Chrome.app/Contents/MacOS/Google Chrome";

/// Finds a browser that runs, or installs one. Playwright must be installed in `tests`.
pub fn find_or_install(tests: &Path) -> Result<PathBuf> {
    if let Some(chosen) = std::env::var_os("CHROME_PATH").map(PathBuf::from) {
        if runs(&chosen) {
            return Ok(chosen);
        }
        bail!(
            "CHROME_PATH names {}, which does not run as a browser",
            chosen.display()
        );
    }
    if let Some(found) = find(tests) {
        return Ok(found);
    }
    install(tests)?;
    match find(tests) {
        Some(found) => Ok(found),
        None => bail!(
            "there is no Chromium or Chrome that runs. Install one, or say in CHROME_PATH where \
             it is"
        ),
    }
}

fn find(tests: &Path) -> Option<PathBuf> {
    let of_playwright = shell::ask(
        "node",
        &[
            "-p",
            "require(process.argv[1]).chromium.executablePath()",
            &tests.join("node_modules/playwright-core").to_string_lossy(),
        ],
    );
    NAMES
        .into_iter()
        .filter_map(shell::which)
        .chain([PathBuf::from(ON_A_MAC)])
        .chain(of_playwright.map(PathBuf::from))
        .find(|program| runs(program))
}

/// Ubuntu has a program of that name which only says that it is a snap now, so ask it.
fn runs(program: &Path) -> bool {
    shell::ask(program, &["--version"]).is_some_and(|text| text.contains("Chrom"))
}

fn install(tests: &Path) -> Result<()> {
    if apt::is_here() {
        shell::say("Installing Chromium, and a font that has Chinese");
        apt::update()?;
        if apt::has("chromium") {
            return apt::install(&["chromium", "fonts-noto-cjk"]);
        }
        apt::install(&["fonts-noto-cjk"])?;
    }
    shell::say("Letting Playwright download its Chromium");
    let mut playwright = Command::new("node");
    playwright
        .current_dir(tests)
        .arg("node_modules/playwright-core/cli.js")
        .arg("install");
    if apt::is_here() {
        playwright.arg("--with-deps");
    }
    shell::run(playwright.arg("chromium"))
}
