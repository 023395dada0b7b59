//! Words: a catalogue of one language, and sentences that become words only in the end.

use crate::share::json::Json;
use crate::sorted::SortedMap;

use crate::protocol::{Citation, Comparison, Datum, Epoch, Place, Work};

/// A catalogue's key and what the sentence names.
#[derive(Clone, Debug, PartialEq)]
pub struct Sentence {
    /// The catalogue's key.
    pub key: String,
    /// What it names.
    pub args: Vec<(&'static str, Datum)>,
}

impl Sentence {
    /// A sentence without arguments yet.
    pub fn new(key: impl Into<String>) -> Self {
        Self {
            key: key.into(),
            args: Vec::new(),
        }
    }

    /// Adds what the sentence names.
    pub fn with(mut self, name: &'static str, value: impl Into<Datum>) -> Self {
        self.args.push((name, value.into()));
        self
    }
}

/// The most texts of one file.
const TEXTS_MAX: usize = 10_000;

/// The texts of one language, by key.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Catalogue {
    texts: SortedMap<String, String>,
}

impl Catalogue {
    /// Reads a catalogue: one flat JSON object of strings.
    pub fn from_json(bytes: &[u8]) -> Option<Self> {
        let mut catalogue = Self::default();
        catalogue.add_json(bytes).map(|()| catalogue)
    }

    /// Reads more texts of the same language.
    pub fn add_json(&mut self, bytes: &[u8]) -> Option<()> {
        let json = Json::read(std::str::from_utf8(bytes).ok()?).ok()?;
        let texts = json.fields().filter(|it| it.len() <= TEXTS_MAX)?;
        for (key, text) in texts {
            self.texts.insert(key.clone(), text.text()?.to_owned());
        }
        Some(())
    }

    /// All keys.
    pub fn keys(&self) -> impl Iterator<Item = &str> {
        self.texts.keys().map(String::as_str)
    }

    /// The text of a key; the key itself where the catalogue lacks it, which a test forbids.
    pub fn get<'a>(&'a self, key: &'a str) -> &'a str {
        self.texts.get(key).map_or(key, String::as_str)
    }

    /// A text with its arguments filled in.
    pub fn fill(&self, key: &str, args: &[(&str, &str)]) -> String {
        let mut rest = self.get(key);
        let mut text = String::with_capacity(rest.len());
        while let Some((before, after)) = rest.split_once('{') {
            text.push_str(before);
            let Some((name, after)) = after.split_once('}') else {
                text.push('{');
                rest = after;
                continue;
            };
            match args.iter().find(|(known, _)| *known == name) {
                Some((_, value)) => text.push_str(value),
                None => {
                    text.push('{');
                    text.push_str(name);
                    text.push('}');
                }
            }
            rest = after;
        }
        text.push_str(rest);
        text
    }

    /// A sentence in words.
    pub fn say(&self, sentence: &Sentence) -> String {
        let args: Vec<(&str, String)> = sentence
            .args
            .iter()
            .map(|(name, value)| (*name, self.datum(value)))
            .collect();
        let args: Vec<(&str, &str)> = args
            .iter()
            .map(|(name, value)| (*name, value.as_str()))
            .collect();
        self.fill(&sentence.key, &args)
    }

    /// A value in words.
    pub fn datum(&self, datum: &Datum) -> String {
        let list = |items: Vec<String>| match items.is_empty() {
            true => self.get("word.nothing").to_owned(),
            false => items.join(self.get("ui.list_separator")),
        };
        match datum {
            Datum::Nothing => self.get("word.nothing").into(),
            Datum::Node(id) => id.to_string(),
            Datum::Client(id) => id.to_string(),
            Datum::Nodes(ids) => list(ids.iter().map(ToString::to_string).collect()),
            Datum::Epoch(epoch) => epoch.to_string(),
            Datum::Number(number) => number.to_string(),
            Datum::Value(value) => value.to_string(),
            Datum::Position { term, index } => format!("({term}, {index})"),
            Datum::Proposal(ballot, value) => format!("{ballot}: {value}"),
            Datum::Terms(terms) => {
                let terms: Vec<String> = terms.iter().map(ToString::to_string).collect();
                format!("[{}]", terms.join(" "))
            }
            Datum::List(items) => list(items.iter().map(|it| self.datum(it)).collect()),
            Datum::Pairs(pairs) => {
                let pair = |(key, value): &(Datum, Datum)| {
                    format!("{} → {}", self.datum(key), self.datum(value))
                };
                list(pairs.iter().map(pair).collect())
            }
            Datum::Word(word) => self.get(&format!("word.{word}")).into(),
            Datum::Text(key) => self.get(key).into(),
            Datum::Name(name) => (*name).into(),
        }
    }

    /// The inequality that decided, with its live numbers: `3 < 5`.
    pub fn inequality(&self, comparison: &Comparison) -> String {
        format!(
            "{} {} {}",
            self.datum(&comparison.left),
            comparison.relation.sign(),
            self.datum(&comparison.right)
        )
    }

    /// Where the papers say so: `Raft §5.4.1 · Figure 2`.
    pub fn citations(&self, citations: &[Citation]) -> String {
        let mut text = String::new();
        let mut last = None;
        for citation in citations {
            if !text.is_empty() {
                text.push_str(" · ");
            }
            if last != Some(citation.work) {
                text.push_str(self.get(work_key(citation.work)));
                text.push(' ');
                last = Some(citation.work);
            }
            let (key, place) = match citation.place {
                Place::Section(place) => ("cite.section", place),
                Place::Figure(place) => ("cite.figure", place),
            };
            text.push_str(&self.fill(key, &[("place", place)]));
        }
        text
    }

    /// A term or ballot with its word: `term 3`.
    pub fn badge(&self, epoch: Epoch) -> String {
        let key = match epoch.owner {
            None => "ui.badge_term",
            Some(_) => "ui.badge_ballot",
        };
        self.fill(key, &[("epoch", &epoch.to_string())])
    }
}

fn work_key(work: Work) -> &'static str {
    match work {
        Work::PaxosMadeSimple => "work.paxos_made_simple",
        Work::Raft => "work.raft",
        Work::RaftThesis => "work.raft_thesis",
        Work::DataBaseNotes => "work.data_base_notes",
        Work::ConcurrencyControl => "work.concurrency_control",
        Work::TransactionCommit => "work.transaction_commit",
        Work::PaxosMadeModeratelyComplex => "work.paxos_made_moderately_complex",
        Work::FlexiblePaxos => "work.flexible_paxos",
        Work::Linearizability => "work.linearizability",
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// A file of more texts than any language has is none.
    #[test]
    fn too_many_texts_are_refused() {
        let file = |count: usize| {
            let texts = (0..count).map(|at| (format!("{at:06}"), Json::from("x")));
            Json::Object(texts.collect()).write()
        };
        assert!(Catalogue::from_json(file(TEXTS_MAX).as_bytes()).is_some());
        assert!(Catalogue::from_json(file(TEXTS_MAX + 1).as_bytes()).is_none());
    }

    /// Arguments are filled in once, unknown ones stay visible, and braces in values are text.
    #[test]
    fn sentences_are_filled() {
        let json = r#"{"a": "{x} and {y}, {z}", "b": "open { brace"}"#;
        let catalogue = Catalogue::from_json(json.as_bytes()).unwrap();
        let filled = catalogue.fill("a", &[("x", "{y}"), ("y", "2")]);
        assert_eq!(filled, "{y} and 2, {z}");
        assert_eq!(catalogue.fill("b", &[]), "open { brace");
        assert_eq!(catalogue.fill("missing", &[]), "missing");
    }
}
