//! Builds the pages of `examples/embedding`, each with its generator and with the lab beside it.

use std::fs;
use std::path::Path;

use anyhow::{Context as _, Result};

use crate::project::Project;
use crate::setup::Toolbox;
use crate::{dist, shell};

/// How a site comes about: the generator's command, from a folder of sources to one of pages.
type Make = fn(&Toolbox, &Path, &Path) -> Result<()>;

const SITES: [(&str, Make); 5] = [
    ("html", |_, from, to| copy(from, to)),
    ("mdbook", |toolbox, from, to| {
        let mut mdbook = toolbox.command("mdbook")?;
        shell::run(mdbook.arg("build").arg("--dest-dir").args([to, from]))
    }),
    ("mkdocs", |toolbox, from, to| {
        let mut mkdocs = toolbox.command("mkdocs")?;
        // Its warning that MkDocs will be another one day is for who keeps a site.
        mkdocs.current_dir(from).env("NO_MKDOCS_2_WARNING", "true");
        shell::run(mkdocs.args(["build", "--strict", "--site-dir"]).arg(to))
    }),
    ("sphinx", |toolbox, from, to| {
        let mut sphinx = toolbox.command("sphinx-build")?;
        shell::run(sphinx.args(["-W", "-q"]).args([from, to]))
    }),
    ("revealjs", |_, from, to| {
        for file in ["index.html", "deck.css", "deck.js"] {
            copy(&from.join(file), &to.join(file))?;
        }
        let package = from.join("node_modules").join("reveal.js");
        copy(&package.join("dist"), &to.join("reveal.js"))
    }),
];

/// Builds them around the lab that is there, or a new one where there is none.
pub fn run(project: &Project) -> Result<()> {
    if !project.dist().is_dir() {
        dist::run(project)?;
    }
    build(project)
}

/// Builds them around the lab that is there.
pub fn build(project: &Project) -> Result<()> {
    let toolbox = Toolbox::for_examples(project)?;
    for (name, make) in SITES {
        shell::say(format_args!("Building the example {name}"));
        let (from, to) = (project.embedding().join(name), project.example(name));
        if to.exists() {
            fs::remove_dir_all(&to).with_context(|| format!("could not clear {}", to.display()))?;
        }
        fs::create_dir_all(&to).with_context(|| format!("could not make {}", to.display()))?;
        make(&toolbox, &from, &to)?;
        copy(&project.dist(), &to.join("quorumscope"))?;
    }
    Ok(())
}

/// Copies a file, or a folder with all that is in it.
fn copy(from: &Path, to: &Path) -> Result<()> {
    let failed = || format!("could not copy {} to {}", from.display(), to.display());
    if from.is_file() {
        return fs::copy(from, to).map(drop).with_context(failed);
    }
    fs::create_dir_all(to).with_context(failed)?;
    for entry in fs::read_dir(from).with_context(failed)? {
        let entry = entry.with_context(failed)?;
        copy(&entry.path(), &to.join(entry.file_name()))?;
    }
    Ok(())
}
