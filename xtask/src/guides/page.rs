//! A guide as a page: semantic HTML in the template `docs/guide/page.html`, without any script or
//! style of its own.

use anyhow::{Result, bail, ensure};
use pulldown_cmark::{CodeBlockKind, CowStr, Event, Parser, Tag, TagEnd, html};

use super::markdown::{Document, OPTIONS, split};
use super::words::Words;

/// Where the pictures of the documents are, as a guide names them.
const PICTURES: &str = "../../pictures/";
/// The figure's element.
const FIGURE: &str = "<quorum-scope";

/// A guide of one language.
pub struct Guide {
    /// Its file's name, without what follows the dot.
    pub name: &'static str,
    /// What is written.
    pub document: Document,
}

/// A page, and the pictures that it shows.
pub struct Rendered {
    /// The page.
    pub html: String,
    /// Names of files in `docs/pictures`.
    pub pictures: Vec<String>,
}

/// Renders one of the guides, with a link to the same in the other language.
pub fn render(
    guides: &[Guide],
    at: usize,
    words: &Words,
    other: &Words,
    template: &str,
) -> Result<Rendered> {
    let guide = &guides[at];
    let mut pictures = Vec::new();
    let text = body(&guide.document, words.language, &mut pictures)?;
    let (tag, name) = (other.language, &other.name);
    let other = format!("../{tag}/{}.html", guide.name);
    let marks = [
        ("@language@", words.language.to_owned()),
        ("@title@", escaped(&guide.document.title()?)),
        ("@lab@", escaped(&words.lab)),
        ("@guides@", escaped(&words.guides)),
        ("@list@", list(guides, at)?),
        (
            "@other@",
            format!("<a href=\"{other}\" lang=\"{tag}\" hreflang=\"{tag}\">{name}</a>"),
        ),
        ("@contents@", contents(&guide.document, words)),
        ("@around@", around(guides, at, words)?),
        // Last, since a text may name a mark.
        ("@text@", text),
    ];
    let mut page = template.to_owned();
    for (mark, value) in marks {
        ensure!(page.contains(mark), "docs/guide/page.html has no {mark}");
        page = page.replace(mark, &value);
    }
    let html = page;
    Ok(Rendered { html, pictures })
}

/// Links to all guides; the one on the page is marked.
fn list(guides: &[Guide], at: usize) -> Result<String> {
    let mut list = String::new();
    for (place, guide) in guides.iter().enumerate() {
        let current = if place == at {
            " aria-current=\"page\""
        } else {
            ""
        };
        let title = escaped(&guide.document.title()?);
        let name = guide.name;
        list.push_str(&format!(
            "<li><a href=\"{name}.html\"{current}>{title}</a></li>"
        ));
    }
    Ok(list)
}

/// Links to the parts of the page; nothing where it has hardly any.
fn contents(document: &Document, words: &Words) -> String {
    let headings = document.headings();
    let parts: Vec<_> = headings.iter().filter(|it| it.level == 2).collect();
    if parts.len() < 2 {
        return String::new();
    }
    let items = parts
        .iter()
        .map(|it| format!("<li><a href=\"#{}\">{}</a></li>", it.id, escaped(&it.title)));
    let items: String = items.collect();
    let title = escaped(&words.contents);
    format!("<nav class=\"contents\" aria-label=\"{title}\"><h2>{title}</h2><ol>{items}</ol></nav>")
}

/// Links to the guide before and the one after.
fn around(guides: &[Guide], at: usize, words: &Words) -> Result<String> {
    let before = at.checked_sub(1).and_then(|at| guides.get(at));
    let mut links = String::new();
    for (guide, rel, word) in [
        (before, "prev", &words.before),
        (guides.get(at + 1), "next", &words.after),
    ] {
        if let Some(guide) = guide {
            let (name, title) = (guide.name, escaped(&guide.document.title()?));
            links.push_str(&format!(
                "<a href=\"{name}.html\" rel=\"{rel}\"><span>{word}</span> {title}</a>"
            ));
        }
    }
    Ok(links)
}

/// The text as HTML.
fn body(document: &Document, language: &str, pictures: &mut Vec<String>) -> Result<String> {
    let mut headings = document.headings().into_iter();
    let mut events = Vec::new();
    // What a link out of the guides says stays; a built page has nothing there to link to.
    let mut dropped = Vec::new();
    let mut code: Option<(String, String)> = None;
    for event in Parser::new_ext(&document.text, OPTIONS) {
        let event = match event {
            Event::Start(Tag::Heading {
                level,
                classes,
                attrs,
                ..
            }) => {
                let id = headings.next().map(|it| it.id.into());
                Event::Start(Tag::Heading {
                    level,
                    id,
                    classes,
                    attrs,
                })
            }
            Event::Start(Tag::CodeBlock(kind)) => {
                let info = match kind {
                    CodeBlockKind::Fenced(info) => info.into_string(),
                    CodeBlockKind::Indented => String::new(),
                };
                code = Some((info, String::new()));
                continue;
            }
            Event::Text(text) if code.is_some() => {
                code.iter_mut().for_each(|(_, code)| code.push_str(&text));
                continue;
            }
            // Beside Chinese punctuation, stars do not always make bold.
            Event::Text(text) if text.contains("**") => {
                bail!(
                    "{}: these stars make nothing bold: {text}",
                    document.path.display()
                )
            }
            Event::End(TagEnd::CodeBlock) => match code.take() {
                Some((info, code)) => Event::Html(listing(&info, &code).into()),
                None => continue,
            },
            Event::Start(Tag::Link {
                link_type,
                dest_url,
                title,
                id,
            }) => {
                let address = address(&dest_url);
                dropped.push(address.is_none());
                match address {
                    Some(address) => {
                        let dest_url = CowStr::from(address);
                        Event::Start(Tag::Link {
                            link_type,
                            dest_url,
                            title,
                            id,
                        })
                    }
                    None => continue,
                }
            }
            Event::End(TagEnd::Link) if dropped.pop() == Some(true) => continue,
            Event::Start(Tag::Image {
                link_type,
                dest_url,
                title,
                id,
            }) => {
                let name = dest_url.strip_prefix(PICTURES);
                let at = document.path.display();
                ensure!(
                    name.is_some(),
                    "{at}: pictures are in docs/pictures, not {dest_url}"
                );
                pictures.extend(name.map(str::to_owned));
                let dest_url = dest_url.replacen(PICTURES, "../pictures/", 1).into();
                Event::Start(Tag::Image {
                    link_type,
                    dest_url,
                    title,
                    id,
                })
            }
            Event::Html(text) => {
                let figure = format!("{FIGURE} lang=\"{language}\"");
                Event::Html(text.replace(FIGURE, &figure).into())
            }
            other => other,
        };
        events.push(event);
    }
    let mut text = String::new();
    html::push_html(&mut text, events.into_iter());
    Ok(text)
}

/// Where a link of a guide leads in the built folder; nothing where that is not among the guides.
fn address(link: &str) -> Option<String> {
    if link.contains("://") {
        return Some(link.to_owned());
    }
    let (path, anchor) = link.split_at(link.find('#').unwrap_or(link.len()));
    match path.strip_suffix(".md") {
        _ if path.is_empty() => Some(link.to_owned()),
        Some(name) if !name.contains('/') => Some(format!("{name}.html{anchor}")),
        _ => None,
    }
}

/// Code, under the name of the file that it belongs to. It may be wider than the page, so it can be
/// scrolled by keyboard.
fn listing(info: &str, code: &str) -> String {
    let (language, file) = split(info);
    let lines = code.lines().map(|line| match language {
        "diff" if line.starts_with('+') => format!("<ins>{}</ins>\n", escaped(line)),
        _ => format!("{}\n", escaped(line)),
    });
    let lines: String = lines.collect();
    let code = format!("<pre tabindex=\"0\"><code>{lines}</code></pre>");
    match file {
        "" => code,
        file => {
            let file = escaped(file);
            format!(
                "<figure class=\"listing\"><figcaption><code>{file}</code></figcaption>{code}</figure>"
            )
        }
    }
}

fn escaped(text: &str) -> String {
    let pairs = [
        ("&", "&amp;"),
        ("<", "&lt;"),
        (">", "&gt;"),
        ("\"", "&quot;"),
    ];
    let replace = |text: String, (from, to): (&str, &str)| text.replace(from, to);
    pairs.into_iter().fold(text.to_owned(), replace)
}

#[cfg(test)]
mod tests {
    use super::{address, body, listing};
    use crate::guides::markdown::Document;

    #[test]
    fn links_lead_to_built_pages_or_are_text() {
        assert_eq!(address("user.md#keys").as_deref(), Some("user.html#keys"));
        assert_eq!(address("#keys").as_deref(), Some("#keys"));
        assert_eq!(
            address("https://example.org/a.md").as_deref(),
            Some("https://example.org/a.md")
        );
        assert_eq!(address("../../../src/lib.rs"), None);
        let text = "# A\n\n[`b`](../../b.rs) and [c](c.md)\n\n![d](../../pictures/d.png)\n";
        let document = Document {
            path: "a.md".into(),
            text: text.to_owned(),
        };
        let mut pictures = Vec::new();
        let html = body(&document, "en", &mut pictures).unwrap();
        assert!(html.contains("<h1 id=\"a\">A</h1>"), "{html}");
        assert!(
            html.contains("<p><code>b</code> and <a href=\"c.html\">c</a></p>"),
            "{html}"
        );
        assert!(html.contains("src=\"../pictures/d.png\""), "{html}");
        assert_eq!(pictures, ["d.png"]);
    }

    #[test]
    fn a_figure_speaks_the_language_of_its_page() {
        let text = "# A\n\n<quorum-scope link=\"1\">\n<p>B</p>\n</quorum-scope>\n";
        let document = Document {
            path: "a.md".into(),
            text: text.to_owned(),
        };
        let html = body(&document, "en", &mut Vec::new()).unwrap();
        assert!(
            html.contains("<quorum-scope lang=\"en\" link=\"1\">"),
            "{html}"
        );
    }

    #[test]
    fn code_names_its_file_and_marks_what_is_added() {
        let html = listing("diff src/a.rs", " a\n+b<c>\n");
        assert!(
            html.contains("<figcaption><code>src/a.rs</code></figcaption>"),
            "{html}"
        );
        assert!(
            html.contains("<code> a\n<ins>+b&lt;c&gt;</ins>\n</code>"),
            "{html}"
        );
    }
}
