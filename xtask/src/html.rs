//! Finds the tags of a page. Not a parser of any page: of the one that Trunk makes of index.html,
//! which is well-formed and has no inline script.

use std::ops::Range;

use anyhow::{Context as _, Result};

/// A start tag, or a whole element where it is a `<script …></script>` without content.
pub struct Tag<'a> {
    /// The element's name.
    pub name: &'a str,
    /// Where it stands in the page.
    pub span: Range<usize>,
    attributes: Vec<(&'a str, &'a str)>,
}

impl<'a> Tag<'a> {
    /// The value of an attribute.
    pub fn get(&self, name: &str) -> Option<&'a str> {
        self.attributes
            .iter()
            .find(|(key, _)| *key == name)
            .map(|(_, value)| *value)
    }
}

/// All tags of the page, in their order, without those in comments.
pub fn tags(page: &str) -> Result<Vec<Tag<'_>>> {
    let mut tags = Vec::new();
    let mut at = 0;
    while let Some(found) = page[at..].find('<') {
        let start = at + found;
        let rest = &page[start..];
        if rest.starts_with("<!--") {
            at = start
                + rest
                    .find("-->")
                    .context("a comment of the page has no end")?
                + 3;
        } else if rest[1..].starts_with(|c: char| c.is_ascii_alphabetic()) {
            let mut tag = read(page, start)?;
            let end = format!("</{}>", tag.name);
            if tag.name == "script" && page[tag.span.end..].starts_with(&end) {
                tag.span.end += end.len();
            }
            at = tag.span.end;
            tags.push(tag);
        } else {
            at = start + 1;
        }
    }
    Ok(tags)
}

/// Puts new text in the place of parts of the page.
pub fn replace(page: &str, mut changes: Vec<(Range<usize>, String)>) -> String {
    changes.sort_by_key(|(span, _)| span.start);
    let mut changed = String::with_capacity(page.len());
    let mut at = 0;
    for (span, text) in changes {
        changed.push_str(&page[at..span.start]);
        changed.push_str(&text);
        at = span.end;
    }
    changed.push_str(&page[at..]);
    changed
}

fn read(page: &str, start: usize) -> Result<Tag<'_>> {
    let unfinished = || format!("a tag of the page has no end: {:.40}", &page[start..]);
    let name_end = start + 1 + end_of_name(&page[start + 1..]);
    let mut attributes = Vec::new();
    let mut at = name_end;
    loop {
        at += page[at..]
            .find(|c: char| !c.is_whitespace() && c != '/')
            .with_context(unfinished)?;
        if page[at..].starts_with('>') {
            break;
        }
        let key = &page[at..at + end_of_name(&page[at..])];
        at += key.len();
        let mut value = "";
        if let Some(after) = page[at..].strip_prefix('=') {
            at += 1;
            if let Some(quote @ ('"' | '\'')) = after.chars().next() {
                let length = after[1..].find(quote).with_context(unfinished)?;
                value = &after[1..1 + length];
                at += length + 2;
            } else {
                let length = after.find(|c: char| c.is_whitespace() || c == '>');
                value = &after[..length.with_context(unfinished)?];
                at += value.len();
            }
        }
        attributes.push((key, value));
    }
    Ok(Tag {
        name: &page[start + 1..name_end],
        span: start..at + 1,
        attributes,
    })
}

fn end_of_name(text: &str) -> usize {
    text.find(|c: char| c.is_whitespace() || "=/>".contains(c))
        .unwrap_or(text.len())
}

#[cfg(test)]
mod tests {
    use super::{replace, tags};

    #[test]
    fn tags_are_found_with_their_attributes() {
        let page = "<!doctype html><head><!-- <link rel=no> --><link rel=\"icon\" href='a.svg'/>\
                    <script defer src=b.js></script></head>";
        let tags = tags(page).unwrap();
        let names: Vec<_> = tags.iter().map(|tag| tag.name).collect();
        assert_eq!(names, ["head", "link", "script"]);
        assert_eq!(tags[1].get("href"), Some("a.svg"));
        assert_eq!(tags[2].get("defer"), Some(""));
        assert_eq!(tags[2].get("src"), Some("b.js"));
        assert_eq!(
            &page[tags[2].span.clone()],
            "<script defer src=b.js></script>"
        );
    }

    #[test]
    fn a_page_that_breaks_off_is_an_error() {
        assert!(tags("<link href=\"a").is_err());
        assert!(tags("<!-- ").is_err());
    }

    #[test]
    fn parts_are_replaced_in_any_order() {
        let changed = replace(
            "one two three",
            vec![(8..13, "3".into()), (0..3, "1".into())],
        );
        assert_eq!(changed, "1 two 3");
    }
}
