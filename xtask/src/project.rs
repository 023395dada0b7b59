//! Where the parts of the project are.

use std::path::{Path, PathBuf};

use anyhow::{Context as _, Result};

/// The folders and files that the commands work with.
pub struct Project {
    /// The root of the workspace.
    pub root: PathBuf,
}

impl Project {
    /// Finds the project that this program was started for. It asks the environment and not the
    /// compiler, so a program that was built in one clone never works on another.
    pub fn find() -> Result<Self> {
        let manifest = std::env::var_os("CARGO_MANIFEST_DIR")
            .context("start it as `cargo xtask`, so that it knows where the project is")?;
        let root = Path::new(&manifest)
            .parent()
            .context("xtask/ must be inside the project")?;
        Ok(Self {
            root: root.to_owned(),
        })
    }

    /// The built folder, as it is shipped.
    pub fn dist(&self) -> PathBuf {
        self.root.join("dist")
    }

    /// The single file, as it is shipped. It has a folder of its own, because everything in
    /// `dist/` is part of the other artefact.
    pub fn single_file(&self) -> PathBuf {
        self.root.join("dist-single").join("quorumscope.html")
    }

    /// A release: both, an archive, and their sums.
    pub fn release(&self) -> PathBuf {
        self.root.join("dist-release")
    }

    /// The styles, scripts, catalogues and lessons that no compiler touches.
    pub fn assets(&self) -> PathBuf {
        self.root.join("static")
    }

    /// The browser tests. The npm packages are installed here, wasm-opt and Terser among them.
    pub fn browser_tests(&self) -> PathBuf {
        self.root.join("tests").join("browser")
    }

    /// The sources of pages that have the lab in them.
    pub fn embedding(&self) -> PathBuf {
        self.root.join("examples").join("embedding")
    }

    /// Where such a page is built.
    pub fn example(&self, name: &str) -> PathBuf {
        self.target().join("examples").join(name)
    }

    /// The programs of those packages.
    pub fn npm_programs(&self) -> PathBuf {
        self.browser_tests().join("node_modules").join(".bin")
    }

    /// Where Cargo and Trunk put what they make.
    pub fn target(&self) -> PathBuf {
        match std::env::var_os("CARGO_TARGET_DIR") {
            Some(folder) => self.root.join(folder),
            None => self.root.join("target"),
        }
    }
}
