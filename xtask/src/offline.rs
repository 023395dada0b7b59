//! Fills in the service worker: which page it belongs to, and which files that page names.

use anyhow::{Result, ensure};
use sha2::{Digest as _, Sha256};

use crate::html;

/// The worker's name, in `static/` and in the built folder.
pub const WORKER: &str = "sw.js";

/// How much of the page's hash is the version's name.
const VERSION_CHARS: usize = 16;

/// The worker's text for a built page. `all` is the page with every asset listed, those too that
/// it has in a list of their own.
pub fn worker(text: &str, page: &str, all: &str) -> Result<String> {
    let hash: String = Sha256::digest(page)
        .iter()
        .map(|byte| format!("{byte:02x}"))
        .collect();
    let files: Vec<_> = html::tags(all)?
        .iter()
        .filter_map(|tag| tag.get("href").or_else(|| tag.get("src")))
        .filter_map(|address| address.strip_prefix("./"))
        .filter(|file| *file != WORKER)
        .map(|file| format!("'{file}'"))
        .collect();
    let marks = [
        ("@version@", &hash[..VERSION_CHARS]),
        ("@page-hash@", &hash),
        ("'@files@'", &files.join(",")),
    ];
    let mut text = text.to_owned();
    for (mark, value) in marks {
        ensure!(
            text.matches(mark).count() == 1,
            "static/{WORKER} has not one {mark}"
        );
        text = text.replace(mark, value);
    }
    Ok(text)
}

#[cfg(test)]
mod tests {
    use super::worker;

    #[test]
    fn the_worker_names_the_page_and_its_files() {
        let page = "<link href=\"./a-1.css\"><script src=\"./b-2.js\"></script>\
                    <link href=\"./sw.js\"><a href=\"https://example.org/\"></a>";
        let text = worker("v '@version@' h '@page-hash@' f ['@files@']", "", page).unwrap();
        assert!(text.ends_with("f ['a-1.css','b-2.js']"), "{text}");
        let hash = text.split('\'').nth(3).unwrap();
        assert_eq!(hash.len(), 64);
        assert!(text.starts_with(&format!("v '{}'", &hash[..16])));
        assert!(worker("no marks", page, page).is_err());
    }
}
