//! Follows the guide that says how a protocol is added: its blocks of code are put into a copy of
//! the project, where they have to compile, to be in the registry, and to pass their test.

use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::path::{Path, PathBuf};

use anyhow::{Context as _, Result, bail, ensure};

use super::markdown::{Block, Document};
use super::{LANGUAGES, source, write};
use crate::dist;
use crate::project::Project;
use crate::shell;

/// The guide.
const GUIDE: &str = "protocol";
/// What of the project a protocol needs around it.
const PARTS: [&str; 6] = ["src", "tests", "static", "examples", "benches", "xtask"];
const FILES: [&str; 3] = ["Cargo.toml", "Cargo.lock", "clippy.toml"];
/// Of these, what no native test needs, and is large.
const LEFT_OUT: &str = "tests/browser";
/// The tests that then have to pass: the guide's own, and the catalogues'.
const TESTS: [&str; 2] = ["single_acceptor", "locales"];

/// Files by their paths inside the project.
type Files = BTreeMap<PathBuf, Vec<u8>>;

/// Does as the guide says.
pub fn run(project: &Project) -> Result<()> {
    let mut files = needed(&project.root)?;
    let mut made = BTreeSet::new();
    for block in blocks(&project.root)? {
        let at = || format!("the block in line {} of the guide", block.line);
        put(&block, &mut files, &mut made).with_context(at)?;
    }
    set_apart(&mut files)?;
    let copy = project.target().join("following");
    write_all(&copy, &files)?;
    let mut format = shell::cargo(&copy);
    shell::run(format.args(["fmt", "--package", "quorumscope", "--check"]))?;
    let mut cargo = shell::cargo(&copy);
    // What the project's own tests need is compiled there already.
    cargo.env("CARGO_TARGET_DIR", project.target());
    cargo.args(["test", "--quiet", "--locked", "--package", "quorumscope"]);
    for test in TESTS {
        cargo.args(["--test", test]);
    }
    shell::run(&mut cargo)
}

/// The blocks of the guide that belong to a file, which are the same in each language.
fn blocks(root: &Path) -> Result<Vec<Block>> {
    let mut found: Option<Vec<Block>> = None;
    for language in LANGUAGES {
        let document = Document::read(&source(root, language, GUIDE))?;
        let mut blocks = document.blocks();
        blocks.retain(|it| !it.file.is_empty());
        let Some(first) = &found else {
            found = Some(blocks);
            continue;
        };
        ensure!(
            first.len() == blocks.len(),
            "the guides have not the same number of blocks"
        );
        for (one, other) in first.iter().zip(&blocks) {
            let same = one.file == other.file && one.code == other.code;
            let at = document.path.display();
            ensure!(
                same,
                "{at}:{}: this block is another one in English",
                other.line
            );
        }
    }
    let found = found.unwrap_or_default();
    ensure!(
        !found.is_empty(),
        "the guide has no block that belongs to a file"
    );
    Ok(found)
}

/// What of the project is copied.
fn needed(root: &Path) -> Result<Files> {
    let mut paths: Vec<PathBuf> = FILES.iter().map(|file| root.join(file)).collect();
    for part in PARTS {
        paths.extend(dist::files(&root.join(part))?);
    }
    let mut files = Files::new();
    for path in paths {
        let name = path.strip_prefix(root)?;
        if !name.starts_with(LEFT_OUT) {
            let bytes = fs::read(&path);
            let bytes = bytes.with_context(|| format!("could not read {}", name.display()))?;
            files.insert(name.to_owned(), bytes);
        }
    }
    Ok(files)
}

/// Puts a block where it belongs: lines into a file, texts into a catalogue, or a file of its own.
/// A further block of such a file, which the guide has `made`, continues it.
fn put(block: &Block, files: &mut Files, made: &mut BTreeSet<PathBuf>) -> Result<()> {
    let path = PathBuf::from(&block.file);
    let there = files.get(&path).cloned();
    let there = there.map(String::from_utf8).transpose()?;
    let text = match (block.language.as_str(), there) {
        ("diff", Some(text)) => patched(&text, &block.code)?,
        ("json", Some(text)) => merged(&text, &block.code)?,
        ("diff" | "json", None) => bail!("there is no {}", block.file),
        (_, Some(text)) if made.contains(&path) => format!("{text}\n{}", block.code),
        (_, Some(_)) => bail!("{} is there already", block.file),
        (_, None) => {
            made.insert(path.clone());
            block.code.clone()
        }
    };
    files.insert(path, text.into_bytes());
    Ok(())
}

/// A text with the lines added that begin with `+`; the others say where.
fn patched(text: &str, diff: &str) -> Result<String> {
    let lines = |kept: fn(&&str) -> bool| -> String {
        let lines = diff.lines().filter(kept);
        lines.map(|line| format!("{}\n", &line[1..])).collect()
    };
    if !diff.lines().all(|line| line.starts_with([' ', '+'])) {
        bail!("a line begins neither with a space nor with +");
    }
    let before = lines(|line| line.starts_with(' '));
    let places = text.matches(&before).count();
    ensure!(
        places == 1,
        "these lines are there {places} times, not once:\n{before}"
    );
    Ok(text.replace(&before, &lines(|_| true)))
}

/// A catalogue with more texts, sorted as it was.
fn merged(catalogue: &str, texts: &str) -> Result<String> {
    let mut all: BTreeMap<String, String> = serde_json::from_str(catalogue)?;
    let more: BTreeMap<String, String> = serde_json::from_str(texts)?;
    for (key, text) in more {
        ensure!(
            all.insert(key.clone(), text).is_none(),
            "{key} is there already"
        );
    }
    Ok(serde_json::to_string_pretty(&all)? + "\n")
}

/// Gives the copy a version of its own. Both are built into one folder, so that what they depend on
/// is compiled once; and Cargo would take the one for the other there.
fn set_apart(files: &mut Files) -> Result<()> {
    let name = "name = \"quorumscope\"\nversion = \"";
    for file in ["Cargo.toml", "Cargo.lock"] {
        let bytes = files.get_mut(Path::new(file));
        let bytes = bytes.with_context(|| format!("there is no {file}"))?;
        let text = String::from_utf8(std::mem::take(bytes))?;
        ensure!(
            text.matches(name).count() == 1,
            "{file} names another package"
        );
        *bytes = text.replace(name, &format!("{name}9")).into_bytes();
    }
    Ok(())
}

/// Writes what has changed since the last time, so that only this is compiled again, and removes
/// what is there no more.
fn write_all(folder: &Path, files: &Files) -> Result<()> {
    fs::create_dir_all(folder)?;
    for path in dist::files(folder)? {
        if !files.contains_key(path.strip_prefix(folder)?) {
            fs::remove_file(path)?;
        }
    }
    for (path, bytes) in files {
        let path = folder.join(path);
        if !fs::read(&path).is_ok_and(|old| old == *bytes) {
            write(&path, bytes)?;
        }
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::{merged, patched};

    #[test]
    fn lines_are_added_where_the_others_say() {
        let diff = " b\n+new\n c\n";
        assert_eq!(patched("a\nb\nc\n", diff).unwrap(), "a\nb\nnew\nc\n");
        assert!(patched("a\nb\n", diff).is_err());
        assert!(patched("b\nc\nb\nc\n", diff).is_err());
        assert!(patched("b\nc\n", "-b\n").is_err());
    }

    #[test]
    fn texts_are_sorted_in() {
        let all = merged("{\"a\": \"1\", \"c\": \"3\"}", "{\"b\": \"2\"}").unwrap();
        assert_eq!(
            all,
            "{\n  \"a\": \"1\",\n  \"b\": \"2\",\n  \"c\": \"3\"\n}\n"
        );
        assert!(merged("{\"a\": \"1\"}", "{\"a\": \"2\"}").is_err());
    }
}
