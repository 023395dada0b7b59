//! Sets up what is missing, and only that. A tool that the machine already has is taken as it is;
//! one that this installs goes into a cache folder, per version, so that clones share it and the
//! user's own tools stay untouched.

mod apt;
mod browser;
mod node;
mod python;
mod rust;
mod tools;
mod version;

use std::path::PathBuf;
use std::process::Command;

use anyhow::{Context as _, Result};

pub use self::browser::Browser;
use crate::project::Project;
use crate::shell;

/// The tools that were found or installed.
pub struct Toolbox {
    path: Vec<PathBuf>,
}

impl Toolbox {
    /// What building the page for development takes.
    pub fn for_serve(project: &Project) -> Result<Self> {
        rust::wasm_target()?;
        Ok(Self {
            path: tools::for_page(&project.root)?,
        })
    }

    /// What building the page as it is shipped takes: the above and wasm-opt.
    pub fn for_dist(project: &Project) -> Result<Self> {
        let mut toolbox = Self::for_serve(project)?;
        toolbox
            .path
            .insert(0, node::packages(&project.browser_tests())?);
        Ok(toolbox)
    }

    /// What building the pages of `examples/embedding` takes: the generators.
    pub fn for_examples(project: &Project) -> Result<Self> {
        let mut path = tools::for_books()?;
        path.push(python::packages(
            &project.embedding().join("requirements.txt"),
        )?);
        path.push(node::packages(&project.embedding().join("revealjs"))?);
        Ok(Self { path })
    }

    /// A command that finds these tools.
    pub fn command(&self, program: &str) -> Result<Command> {
        // The PATH of the child is not what `Command` looks in on every system, so look here.
        let found = self
            .path
            .iter()
            .map(|folder| folder.join(program))
            .find(|path| path.is_file());
        let mut command = match found {
            Some(path) => Command::new(path),
            None => Command::new(program),
        };
        shell::with_path(&mut command, &self.path)?;
        Ok(command)
    }
}

/// Where tools are kept for all clones.
fn cache() -> Result<PathBuf> {
    let absolute = |name| {
        std::env::var_os(name)
            .map(PathBuf::from)
            .filter(|p| p.is_absolute())
    };
    let cache = absolute("XDG_CACHE_HOME")
        .or_else(|| std::env::home_dir().map(|home| home.join(".cache")))
        .context("neither XDG_CACHE_HOME nor HOME says where tools can be kept")?;
    Ok(cache.join("quorumscope").join("tools"))
}

/// What the native checks take: formatter, linter, and the wasm target that the linter looks at.
pub fn for_checks() -> Result<()> {
    rust::components()?;
    rust::wasm_target()
}

/// Sees to it that a command finds a browser. Call it after [`Toolbox::for_dist`], which brings
/// Playwright.
pub fn browser(project: &Project, browser: Browser, command: &mut Command) -> Result<()> {
    let program = browser.find_or_install(&project.browser_tests())?;
    command.env(browser.variable(), program);
    Ok(())
}
