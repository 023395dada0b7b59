//! Browsers for the tests: the one that is there, or Debian's, or Playwright's own.

use std::path::{Path, PathBuf};
use std::process::Command;

use anyhow::{Result, bail};

use super::apt;
use crate::shell;

/// A browser that the tests know how to drive.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum Browser {
    Chromium,
    Firefox,
}

/// Where a browser is found, and where it comes from.
struct Source {
    /// What it and its relatives are called, in the order of preference.
    programs: &'static [&'static str],
    /// Where macOS keeps it: no program of the PATH.
    on_a_mac: &'static str,
    /// What its version says.
    says: &'static str,
    package: &'static str,
    /// Whether Playwright has one that is like everybody's.
    of_playwright: bool,
}

const CHROMIUM: Source = Source {
    programs: &[
        "chromium",
        "chromium-browser",
        "google-chrome",
        "google-chrome-stable",
    ],
    on_a_mac: "/Applications/Google Chrome.app/Contents/MacOS/Google Chrome",
    says: "Chrom",
    package: "chromium",
    of_playwright: true,
};

const FIREFOX: Source = Source {
    programs: &["firefox-esr", "firefox"],
    on_a_mac: "/Applications/Firefox.app/Contents/MacOS/firefox",
    says: "Mozilla Firefox",
    package: "firefox-esr",
    of_playwright: false,
};

impl Browser {
    pub const ALL: [Self; 2] = [Self::Chromium, Self::Firefox];

    /// The option that chooses it, here and in `run.mjs`.
    pub fn option(self) -> &'static str {
        match self {
            Self::Chromium => "--chromium",
            Self::Firefox => "--firefox",
        }
    }

    /// The environment variable that says where it is.
    pub fn variable(self) -> &'static str {
        match self {
            Self::Chromium => "CHROME_PATH",
            Self::Firefox => "FIREFOX_PATH",
        }
    }

    fn source(self) -> &'static Source {
        match self {
            Self::Chromium => &CHROMIUM,
            Self::Firefox => &FIREFOX,
        }
    }

    /// Finds one that runs, or installs one. Playwright must be installed in `tests`.
    pub fn find_or_install(self, tests: &Path) -> Result<PathBuf> {
        let (source, variable) = (self.source(), self.variable());
        if let Some(chosen) = std::env::var_os(variable).map(PathBuf::from) {
            if source.runs(&chosen) {
                return Ok(chosen);
            }
            bail!(
                "{variable} names {}, which does not run as {self:?}",
                chosen.display()
            );
        }
        if let Some(found) = source.find(tests) {
            return Ok(found);
        }
        self.install(tests)?;
        match source.find(tests) {
            Some(found) => Ok(found),
            None => bail!(
                "there is no {self:?} that runs. Install one, or say in {variable} where it is"
            ),
        }
    }

    fn install(self, tests: &Path) -> Result<()> {
        let source = self.source();
        if apt::is_here() {
            shell::say(format_args!(
                "Installing {self:?}, and a font that has Chinese"
            ));
            apt::update()?;
            if apt::has(source.package) {
                return apt::install(&[source.package, "fonts-noto-cjk"]);
            }
            apt::install(&["fonts-noto-cjk"])?;
        }
        if !source.of_playwright {
            return Ok(());
        }
        shell::say(format_args!("Letting Playwright download its {self:?}"));
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
}

impl Source {
    fn find(&self, tests: &Path) -> Option<PathBuf> {
        let of_playwright = || {
            let package = tests.join("node_modules/playwright-core");
            let code = "require(process.argv[1]).chromium.executablePath()";
            shell::ask("node", &["-p", code, &package.to_string_lossy()])
        };
        self.programs
            .iter()
            .filter_map(|name| shell::which(name))
            .chain([PathBuf::from(self.on_a_mac)])
            .find(|program| self.runs(program))
            .or_else(|| {
                let program = PathBuf::from(self.of_playwright.then(of_playwright)??);
                self.runs(&program).then_some(program)
            })
    }

    /// Ubuntu has programs of these names which only say that they are a snap now, so ask them.
    fn runs(&self, program: &Path) -> bool {
        shell::ask(program, &["--version"]).is_some_and(|text| text.contains(self.says))
    }
}
