//! The guides for users: Markdown in `docs/guide/LANGUAGE/`, rendered as pages beside the lab, in
//! `dist/guides/LANGUAGE/`. Their figures are the lab itself.

pub mod following;
mod links;
mod markdown;
mod page;
mod words;

use std::fs;
use std::path::{Path, PathBuf};

use anyhow::{Context as _, Result, ensure};

use crate::project::Project;
use crate::{html, shell};
use markdown::Document;
use page::Guide;
use words::Words;

/// The languages, each with a folder of guides.
const LANGUAGES: [&str; 2] = ["en", "zh-CN"];

/// The guides, in the order of reading. The first says what the others are.
const GUIDES: [&str; 6] = [
    "index",
    "user",
    "lecturing",
    "lessons",
    "embedding",
    "protocol",
];

/// What the pages use beside what the lab's folder has.
const FILES: [(&str, &str); 2] = [
    ("docs/guide/guide.css", "guide.css"),
    ("static/icon.svg", "icon.svg"),
];

/// The guides' folder inside the built one.
const FOLDER: &str = "guides";

/// Checks the links of all documents, and renders the guides into the built folder.
pub fn run(project: &Project) -> Result<()> {
    links::check(&project.root)?;
    let folder = project.dist().join(FOLDER);
    if folder.exists() {
        fs::remove_dir_all(&folder).context("could not remove the old guides")?;
    }
    for (from, to) in FILES {
        copy(&project.root.join(from), &folder.join(to))?;
    }
    let template = fs::read_to_string(project.root.join("docs/guide/page.html"));
    let template = template.context("there is no docs/guide/page.html")?;
    let read = |language| Words::read(&project.root, language);
    let [english, chinese] = [read(LANGUAGES[0])?, read(LANGUAGES[1])?];
    for (words, other) in [(&english, &chinese), (&chinese, &english)] {
        render(project, words, other, &template, &folder)?;
    }
    check_built(&project.dist())?;
    shell::say(format_args!(
        "The guides are in {FOLDER}/ of the built folder: {} pages",
        LANGUAGES.len() * GUIDES.len()
    ));
    Ok(())
}

/// Where a guide is written.
fn source(root: &Path, language: &str, name: &str) -> PathBuf {
    root.join("docs/guide")
        .join(language)
        .join(format!("{name}.md"))
}

/// Renders the guides of one language, and copies the pictures that they show.
fn render(
    project: &Project,
    words: &Words,
    other: &Words,
    template: &str,
    folder: &Path,
) -> Result<()> {
    let read = |name: &&'static str| {
        let document = Document::read(&source(&project.root, words.language, name))?;
        Ok(Guide { name, document })
    };
    let guides = GUIDES.iter().map(read).collect::<Result<Vec<_>>>()?;
    for (at, guide) in guides.iter().enumerate() {
        let rendered = page::render(&guides, at, words, other, template)?;
        let to = folder
            .join(words.language)
            .join(format!("{}.html", guide.name));
        write(&to, rendered.html.as_bytes())?;
        for picture in rendered.pictures {
            let from = project.root.join("docs/pictures").join(&picture);
            copy(&from, &folder.join("pictures").join(&picture))?;
        }
    }
    Ok(())
}

fn copy(from: &Path, to: &Path) -> Result<()> {
    let bytes = fs::read(from).with_context(|| format!("could not read {}", from.display()))?;
    write(to, &bytes)
}

fn write(to: &Path, bytes: &[u8]) -> Result<()> {
    let folder = to.parent().context("a page has a folder")?;
    fs::create_dir_all(folder)
        .and_then(|()| fs::write(to, bytes))
        .with_context(|| format!("could not write {}", to.display()))
}

/// Fails where a built page names a file that is not there, or has a style or a script of its own:
/// the strict policy of the folder would not let it.
fn check_built(dist: &Path) -> Result<()> {
    for language in LANGUAGES {
        for name in GUIDES {
            let folder = dist.join(FOLDER).join(language);
            let file = folder.join(format!("{name}.html"));
            let page = fs::read_to_string(&file)?;
            let at = file.display();
            for tag in html::tags(&page)? {
                ensure!(tag.get("style").is_none(), "{at}: a style attribute");
                let inline =
                    tag.name == "style" || tag.name == "script" && tag.get("src").is_none();
                ensure!(!inline, "{at}: an inline <{}>", tag.name);
                for address in ["href", "src"].iter().filter_map(|it| tag.get(it)) {
                    let path = address.split('#').next().unwrap_or_default();
                    let there = path.is_empty() || path.contains(':') || folder.join(path).exists();
                    ensure!(there, "{at} names {path}, which is not there");
                }
            }
        }
    }
    Ok(())
}
