//! Fills in the service worker: which page it belongs to.

use anyhow::{Result, ensure};
use sha2::{Digest as _, Sha256};

/// The worker's name, in `static/` and in the built folder.
pub const WORKER: &str = "sw.js";

/// How much of the page's hash is the version's name.
const VERSION_CHARS: usize = 16;

/// The worker's text for a built page.
pub fn worker(text: &str, page: &str) -> Result<String> {
    let hash: String = Sha256::digest(page)
        .iter()
        .map(|byte| format!("{byte:02x}"))
        .collect();
    let marks = [
        ("@version@", &hash[..VERSION_CHARS]),
        ("@page-hash@", &hash),
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
    fn the_worker_names_the_page() {
        let text = worker("v '@version@' h '@page-hash@'", "a page").unwrap();
        let hash = text.split('\'').nth(3).unwrap();
        assert_eq!(hash.len(), 64);
        assert!(text.starts_with(&format!("v '{}'", &hash[..16])));
        assert!(worker("no marks", "a page").is_err());
    }
}
