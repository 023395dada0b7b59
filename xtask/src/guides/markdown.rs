//! What a document in Markdown holds: headings, links, blocks of code, each with its line.

use std::fs;
use std::path::{Path, PathBuf};

use anyhow::{Context as _, Result};
use pulldown_cmark::{CodeBlockKind, Event, Options, Parser, Tag, TagEnd};

use crate::html;

/// The forms of Markdown that are read beside the common ones.
pub const OPTIONS: Options = Options::ENABLE_TABLES;

/// A document.
pub struct Document {
    /// Its file.
    pub path: PathBuf,
    /// Its text.
    pub text: String,
}

/// A heading.
pub struct Heading {
    /// From 1.
    pub level: u8,
    /// What a link to it names.
    pub id: String,
    /// Its words.
    pub title: String,
}

/// A block of code with an info string.
#[derive(Debug, PartialEq)]
pub struct Block {
    /// Where it begins.
    pub line: usize,
    /// Its language.
    pub language: String,
    /// The file that it belongs to, or nothing.
    pub file: String,
    /// What is in it.
    pub code: String,
}

impl Document {
    /// Reads a file.
    pub fn read(path: &Path) -> Result<Self> {
        let text = fs::read_to_string(path);
        let text = text.with_context(|| format!("could not read {}", path.display()))?;
        let path = path.to_owned();
        Ok(Self { path, text })
    }

    fn events(&self) -> impl Iterator<Item = (Event<'_>, usize)> {
        let events = Parser::new_ext(&self.text, OPTIONS).into_offset_iter();
        events.map(|(event, range)| (event, range.start))
    }

    fn line(&self, offset: usize) -> usize {
        self.text[..offset].matches('\n').count() + 1
    }

    /// Its headings, with the names that links to them use: GitHub's, so that a link works there too.
    pub fn headings(&self) -> Vec<Heading> {
        let mut headings: Vec<Heading> = Vec::new();
        let mut open = None;
        for (event, _) in self.events() {
            match event {
                Event::Start(Tag::Heading { level, .. }) => {
                    open = Some((level as u8, String::new()))
                }
                Event::Text(text) | Event::Code(text) => {
                    if let Some((_, title)) = &mut open {
                        title.push_str(&text);
                    }
                }
                Event::End(TagEnd::Heading(_)) => {
                    if let Some((level, title)) = open.take() {
                        let id = unique(&slug(&title), &headings);
                        headings.push(Heading { level, id, title });
                    }
                }
                _ => {}
            }
        }
        headings
    }

    /// What the document is called: its first heading.
    pub fn title(&self) -> Result<String> {
        let first = self.headings().into_iter().find(|it| it.level == 1);
        let first = first.with_context(|| format!("{} has no title", self.path.display()))?;
        Ok(first.title)
    }

    /// All addresses that it names, each with its line: of links, of pictures, and those in HTML.
    pub fn addresses(&self) -> Result<Vec<(usize, String)>> {
        let mut found = Vec::new();
        for (event, offset) in self.events() {
            match event {
                Event::Start(Tag::Link { dest_url, .. } | Tag::Image { dest_url, .. }) => {
                    found.push((self.line(offset), dest_url.into_string()));
                }
                Event::Html(text) | Event::InlineHtml(text) => {
                    let at = || format!("{}:{}", self.path.display(), self.line(offset));
                    for tag in html::tags(&text).with_context(at)? {
                        let named = ["href", "src"].iter().filter_map(|it| tag.get(it));
                        found.extend(named.map(|it| (self.line(offset), it.to_owned())));
                    }
                }
                _ => {}
            }
        }
        Ok(found)
    }

    /// Its blocks of code.
    pub fn blocks(&self) -> Vec<Block> {
        let mut blocks: Vec<Block> = Vec::new();
        let mut is_open = false;
        for (event, offset) in self.events() {
            match event {
                Event::Start(Tag::CodeBlock(CodeBlockKind::Fenced(info))) => {
                    let (language, file) = split(&info);
                    is_open = true;
                    blocks.push(Block {
                        line: self.line(offset),
                        language: language.to_owned(),
                        file: file.to_owned(),
                        code: String::new(),
                    });
                }
                Event::Text(text) if is_open => {
                    if let Some(block) = blocks.last_mut() {
                        block.code.push_str(&text);
                    }
                }
                Event::End(TagEnd::CodeBlock) => is_open = false,
                _ => {}
            }
        }
        blocks
    }
}

/// An info string: the language, and the file that the block belongs to.
pub fn split(info: &str) -> (&str, &str) {
    let (language, file) = info.split_once(' ').unwrap_or((info, ""));
    (language, file.trim())
}

/// GitHub's name for a heading: its letters and digits in lower case, a hyphen for each space.
fn slug(title: &str) -> String {
    let kept = title.trim().chars().filter_map(|c| match c {
        ' ' => Some('-'),
        '-' | '_' => Some(c),
        _ => c.is_alphanumeric().then_some(c),
    });
    kept.flat_map(char::to_lowercase).collect()
}

/// A name that no heading before has: the second of a name is `NAME-1`.
fn unique(id: &str, before: &[Heading]) -> String {
    let is_taken = |id: &str| before.iter().any(|it| it.id == id);
    let numbered = (1..).map(|number| format!("{id}-{number}"));
    let mut all = std::iter::once(id.to_owned()).chain(numbered);
    all.find(|it| !is_taken(it)).unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use super::{Block, Document};

    fn document(text: &str) -> Document {
        Document {
            path: "a.md".into(),
            text: text.to_owned(),
        }
    }

    #[test]
    fn headings_have_the_names_that_links_to_them_use() {
        let text = "# One `two`\n\n## Which? That: yes\n\n## 键与菜单（一）\n\n## One two\n";
        let ids: Vec<_> = document(text)
            .headings()
            .into_iter()
            .map(|it| it.id)
            .collect();
        assert_eq!(
            ids,
            ["one-two", "which-that-yes", "键与菜单一", "one-two-1"]
        );
    }

    #[test]
    fn addresses_are_found_with_their_lines() {
        let text = "# A\n\n[b](b.md#c)\n\n<figure>\n<img src=\"d.png\" alt=\"\">\n</figure>\n";
        let found = document(text).addresses().unwrap();
        assert_eq!(found, [(3, "b.md#c".to_owned()), (6, "d.png".to_owned())]);
    }

    #[test]
    fn blocks_say_which_file_they_belong_to() {
        let blocks = document("a\n\n```rust src/a.rs\nfn a() {}\n```\n\n```sh\nls\n```\n").blocks();
        let block = |line, language: &str, file: &str, code: &str| Block {
            line,
            language: language.to_owned(),
            file: file.to_owned(),
            code: code.to_owned(),
        };
        let expected = [
            block(3, "rust", "src/a.rs", "fn a() {}\n"),
            block(7, "sh", "", "ls\n"),
        ];
        assert_eq!(blocks, expected);
    }
}
