//! Packs the built folder into one file: a page that holds its styles, its scripts, the program and
//! every asset, and works from a disk, from any host and in a sandboxed frame.
//!
//! The program and the assets are compressed and written as text, in script elements of a type
//! that no browser runs. `static/boot.js` finds them there before it would fetch them, so folder
//! and single file are one program. The core is left out: who has the file has the full program.

use std::fs;
use std::io::Write as _;
use std::path::Path;

use anyhow::{Context as _, Result, bail};
use base64::Engine as _;
use base64::engine::general_purpose::STANDARD as BASE64;
use flate2::Compression;
use flate2::write::GzEncoder;
use sha2::{Digest as _, Sha256};

use crate::html::{self, Tag};
use crate::offline;
use crate::{assets, shell};

/// What only the folder needs, where a first visit fetches as little as it can.
const CORE: [&str; 3] = ["quorumscope.js", "quorumscope.wasm", offline::WORKER];

/// What says, beside the single file, under which policy a host can serve it.
pub const POLICY: &str = "content-security-policy.txt";

/// The strictest content security policy that the file works under: it names the hashes of its
/// script and of its styles. Glue and search are run from blobs.
fn policy(packed: &str) -> Result<String> {
    let mut sources = [Vec::new(), Vec::new()];
    for (element, sources) in ["script", "style"].into_iter().zip(&mut sources) {
        let begin = format!("<{element}>");
        for part in packed.split(&*begin).skip(1) {
            let end = part.find(&format!("</{element}>"));
            let text = &part[..end.context("an element of the single file has no end")?];
            let hash = BASE64.encode(Sha256::digest(text));
            sources.push(format!("'sha256-{hash}'"));
        }
    }
    let [scripts, styles] = sources.map(|it| it.join(" "));
    Ok(format!(
        "default-src 'none'; script-src {scripts} blob: 'wasm-unsafe-eval'; style-src {styles}; \
         img-src data: blob:; connect-src blob:; worker-src blob:"
    ))
}

/// Packs `dist` into the file `to`.
pub fn pack(dist: &Path, to: &Path) -> Result<()> {
    shell::say("Packing the single file");
    let page = fs::read_to_string(dist.join("index.html")).context("there is no built page")?;
    let read = |href: &str| {
        let file = dist.join(href.trim_start_matches("./"));
        fs::read(&file).with_context(|| format!("the page refers to {href}, which is not there"))
    };
    let late = late(&page, &read)?;
    let packed = packed(&assets::with_late(&page, &late)?, &read)?;
    let policy = policy(&packed)?;
    shell::say(format_args!(
        "The strictest policy that the single file works under:\n  {policy}"
    ));
    let folder = to.parent().context("the single file has a folder")?;
    fs::create_dir_all(folder)
        .and_then(|()| fs::write(to, packed))
        .and_then(|()| fs::write(folder.join(POLICY), format!("{policy}\n")))
        .with_context(|| format!("could not write {}", to.display()))
}

/// The list of late assets, all of which the single file holds.
fn late(page: &str, read: &dyn Fn(&str) -> Result<Vec<u8>>) -> Result<String> {
    let tags = html::tags(page)?;
    let list = tags
        .iter()
        .find(|tag| tag.get("data-asset") == Some(assets::LATE));
    let href = list.and_then(|tag| tag.get("href"));
    let href = href.context("the page does not list the late assets")?;
    Ok(String::from_utf8(read(href)?)?)
}

fn packed(page: &str, read: &dyn Fn(&str) -> Result<Vec<u8>>) -> Result<String> {
    let text = |href| String::from_utf8(read(href)?).with_context(|| format!("{href} is no text"));
    let mut changes = Vec::new();
    let mut blocks = String::new();
    let mut scripts = String::new();
    for tag in html::tags(page)? {
        let instead = match what(&tag)? {
            What::Kept => continue,
            What::Style(href) => {
                format!("<style>\n{}</style>", style(href, &text(href)?)?)
            }
            What::Icon(href) => {
                let icon = BASE64.encode(read(href)?);
                format!("<link rel=\"icon\" href=\"data:image/svg+xml;base64,{icon}\">")
            }
            What::Core => String::new(),
            What::Asset(name, href) => {
                blocks.push_str(&block(name, &read(href)?)?);
                String::new()
            }
            What::Script(src) => {
                scripts.push_str(&format!("<script>\n{}</script>\n", script(&text(src)?)));
                String::new()
            }
        };
        changes.push((tag.span, instead));
    }
    let end = page.rfind("</body>").context("the page has no </body>")?;
    // An inline script cannot be deferred: it stands after all that it looks for.
    changes.push((end..end, format!("{blocks}{scripts}")));
    Ok(html::replace(page, changes))
}

/// What a tag has to do with packing.
enum What<'a> {
    Kept,
    Style(&'a str),
    Icon(&'a str),
    Asset(&'a str, &'a str),
    /// A part of the core.
    Core,
    Script(&'a str),
}

fn what<'a>(tag: &Tag<'a>) -> Result<What<'a>> {
    let address = tag.get("href").or_else(|| tag.get("src"));
    Ok(
        match (tag.name, address, tag.get("data-asset"), tag.get("rel")) {
            (_, None, None, _) => What::Kept,
            ("link", Some(_), Some(name), _) if CORE.contains(&name) => What::Core,
            ("link", Some(href), Some(name), _) => What::Asset(name, href),
            ("link", Some(href), None, Some("stylesheet")) => What::Style(href),
            ("link", Some(href), None, Some("icon")) if href.ends_with(".svg") => What::Icon(href),
            ("script", Some(src), None, _) => What::Script(src),
            ("a", Some(_), None, _) => What::Kept,
            (name, address, ..) => bail!(
                "the page has a <{name}> that refers to {}, and the single file has no place for it",
                address.unwrap_or("nothing")
            ),
        },
    )
}

/// An asset as the boot script finds it.
fn block(name: &str, bytes: &[u8]) -> Result<String> {
    let mut gzip = GzEncoder::new(Vec::new(), Compression::best());
    gzip.write_all(bytes)?;
    let text = BASE64.encode(gzip.finish()?);
    Ok(format!(
        "<script type=\"application/octet-stream\" data-asset=\"{name}\" data-encoding=\"gzip\">\
         {text}</script>\n"
    ))
}

/// A style sheet inside a page: it must refer to nothing, and not end its element.
fn style(href: &str, text: &str) -> Result<String> {
    let mut addresses = text.match_indices("url(").map(|(at, _)| &text[at + 4..]);
    let own = |address: &str| {
        let address = address.trim_start_matches([' ', '"', '\'']);
        address.starts_with('#') || address.starts_with("data:")
    };
    if text.contains("@import") || !addresses.all(own) {
        bail!("{href} refers to another file: the single file would have to fetch it");
    }
    Ok(text.replace("</", "<\\/"))
}

/// A script inside a page. `</script` would end its element wherever it stands, and `<!--` begin a
/// comment; in a string or an expression the backslash means nothing more.
fn script(text: &str) -> String {
    text.replace("</", "<\\/").replace("<!--", "<\\!--")
}

#[cfg(test)]
mod tests {
    use super::{packed, script, style};

    const PAGE: &str = "<head><link rel=\"stylesheet\" href=\"./a.css\"/>\
        <link rel=\"icon\" href=\"./i.svg\"/>\
        <link rel=\"preload\" data-asset=\"x.wasm\" href=\"./x-1.wasm\">\
        <link rel=\"preload\" data-asset=\"quorumscope.wasm\" href=\"./core.wasm\">\
        <script src=\"./boot.js\" defer></script></head><body><p>text</p></body>";

    fn read(href: &str) -> anyhow::Result<Vec<u8>> {
        Ok(match href {
            "./a.css" => b"p{}".to_vec(),
            "./boot.js" => b"'</script>'".to_vec(),
            _ => b"bytes".to_vec(),
        })
    }

    #[test]
    fn a_packed_page_refers_to_nothing() {
        let packed = packed(PAGE, &read).unwrap();
        assert!(packed.contains("<style>\np{}</style>"));
        assert!(packed.contains("data-asset=\"x.wasm\" data-encoding=\"gzip\">"));
        assert!(packed.ends_with("<script>\n'<\\/script>'</script>\n</body>"));
        assert!(!packed.contains("quorumscope.wasm"), "the core is left out");
        assert!(!packed.contains("src=") && !packed.contains("href=\"./"));
    }

    #[test]
    fn what_cannot_be_packed_is_an_error() {
        assert!(packed("<img src=\"a.png\"><body></body>", &read).is_err());
        assert!(style("a.css", "p{background:url(a.png)}").is_err());
        assert!(style("a.css", "@import 'b.css';").is_err());
        assert!(style("a.css", "p{fill:url(#id);background:url('data:,')}").is_ok());
    }

    #[test]
    fn a_script_cannot_end_its_element() {
        assert_eq!(script("a = '</SCRIPT><!--'"), "a = '<\\/SCRIPT><\\!--'");
    }
}
