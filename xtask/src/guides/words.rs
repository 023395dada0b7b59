//! What the pages say around a guide: `docs/guide/LANGUAGE/words.json`, beside the guides.

use std::collections::BTreeMap;
use std::fs;
use std::path::Path;

use anyhow::{Context as _, Result, ensure};

/// The words of one language.
#[derive(Debug)]
pub struct Words {
    /// The language's tag, which is also the guides' folder.
    pub language: &'static str,
    /// The language's own name.
    pub name: String,
    /// All guides.
    pub guides: String,
    /// The parts of the page.
    pub contents: String,
    /// The way to the lab.
    pub lab: String,
    /// The guide before.
    pub before: String,
    /// The guide after.
    pub after: String,
}

impl Words {
    /// Reads those of a language: each word, and no other.
    pub fn read(root: &Path, language: &'static str) -> Result<Self> {
        let path = root.join("docs/guide").join(language).join("words.json");
        let at = path.display().to_string();
        let text = fs::read_to_string(&path).with_context(|| format!("could not read {at}"))?;
        Self::of(&text, language).context(at)
    }

    fn of(text: &str, language: &'static str) -> Result<Self> {
        let mut all: BTreeMap<String, String> = serde_json::from_str(text)?;
        let mut word = |key: &str| {
            let word = all.remove(key).filter(|it| !it.trim().is_empty());
            word.with_context(|| format!("there is no word for “{key}”"))
        };
        let words = Self {
            language,
            name: word("name")?,
            guides: word("guides")?,
            contents: word("contents")?,
            lab: word("lab")?,
            before: word("before")?,
            after: word("after")?,
        };
        ensure!(all.is_empty(), "no page says {:?}", all.keys());
        Ok(words)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::guides::LANGUAGES;

    /// Every language has every word, in its own, and none that no page says.
    #[test]
    fn every_language_has_every_word() {
        let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("..");
        let [one, other] = LANGUAGES.map(|language| Words::read(&root, language).unwrap());
        for (one, other) in [
            (&one.name, &other.name),
            (&one.guides, &other.guides),
            (&one.contents, &other.contents),
            (&one.lab, &other.lab),
            (&one.before, &other.before),
            (&one.after, &other.after),
        ] {
            assert_ne!(one, other);
        }
    }

    #[test]
    fn a_word_that_lacks_or_is_too_many_is_told() {
        let all = r#"{"name":"a","guides":"b","contents":"c","lab":"d","before":"e","after":"f"}"#;
        assert!(Words::of(all, "en").is_ok());
        for bad in [
            all.replace(r#","lab":"d""#, ""),
            all.replace(r#""d""#, r#"" ""#),
            all.replace('}', r#","more":"g"}"#),
        ] {
            assert!(Words::of(&bad, "en").is_err(), "{bad}");
        }
    }
}
