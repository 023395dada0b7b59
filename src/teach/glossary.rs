//! The glossary, and questions that are often asked: each with the place in a lesson that shows it.

use super::FileError;
use super::read;
use crate::view::Catalogue;

/// Terms and questions, each in its order.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Glossary {
    /// The terms.
    pub terms: Vec<Explained>,
    /// The questions.
    pub questions: Vec<Explained>,
}

/// A term, or a question.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Explained {
    /// Its key: that of the texts `term.KEY` or `ask.KEY`, with `.says` for what is said of it. What a
    /// term’s forms have in common has the key `term.KEY.stem`.
    pub key: String,
    /// The lesson that shows it.
    pub lesson: String,
    /// The beat there, by its text’s key.
    pub beat: String,
}

impl Glossary {
    /// Reads the glossary's file.
    ///
    /// # Errors
    ///
    /// Where and why it is none.
    pub fn read(file: &str, text: &str) -> Result<Self, FileError> {
        read::glossary(file, text)
    }

    /// The terms that appear in a text, in the order of the glossary.
    pub fn terms_in<'a>(
        &'a self,
        text: &str,
        words: &'a Catalogue,
    ) -> impl Iterator<Item = &'a Explained> {
        let text = text.to_lowercase();
        self.terms.iter().filter(move |term| {
            let stem = format!("term.{}.stem", term.key);
            has_word(&text, words.get(&stem))
        })
    }
}

/// Whether a word of a text begins like this. In Chinese any place may begin a word.
fn has_word(text: &str, stem: &str) -> bool {
    let mut places = text.match_indices(stem);
    let latin = stem.is_ascii();
    places.any(|(at, _)| {
        let before = text[..at].chars().next_back();
        !latin || !before.is_some_and(|it| it.is_ascii_alphanumeric())
    })
}

#[cfg(test)]
mod tests {
    use super::has_word;

    #[test]
    fn words_are_found_by_how_they_begin() {
        assert!(has_word("two majorities meet", "majorit"));
        assert!(!has_word("the catalog is long", "log"));
        assert!(has_word("由多数派决定", "多数派"));
        assert!(!has_word("一个领导者", "跟随者"));
    }
}
