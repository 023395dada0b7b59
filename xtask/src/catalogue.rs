//! Parts a language's catalogue: what all protocols need, and the texts of each protocol, so that a
//! visitor fetches only those of what is on the screen; and of both what the full program alone
//! shows, so that a first visit does without. Authors write one file for each language.

use std::collections::BTreeMap;

use anyhow::{Context as _, Result};

/// The folder of the catalogues.
const FOLDER: &str = "locales/";

/// The keys `FAMILY.PROTOCOL.…` that belong to a protocol alone.
const FAMILIES: [&str; 6] = ["fact", "note", "property", "rule", "section", "variant"];

/// Of those, the one that only the full program shows.
const FULL_OWN: &str = "variant";
/// And the sections of rules that only the full program has: `extensions:` in a protocol's
/// `rules.rs`.
const FULL_SECTIONS: [&str; 5] = [
    "raft.membership",
    "raft.pre_vote",
    "raft.read_index",
    "raft.snapshot",
    "raft.transfer",
];
/// What only the full program shows, whichever protocol it is about: the beginnings of keys.
const FULL_SHARED: &[&str] = &[
    "action.",
    "branches.",
    "compare.",
    "crowd.",
    "diagram.",
    "embed.",
    "export.",
    "fault.",
    "guide.",
    "knowledge.",
    "lecture.",
    "lesson.",
    "open.",
    "pin.",
    "predict.",
    "quorum.",
    "search.",
    "share.",
    "stored.",
    "undo.",
    "until.",
    "why_not.",
    "ui.ask_any",
    "ui.ask_node",
    "ui.at_ms",
    "ui.break_rule_intro",
    "ui.client_believes",
    "ui.help_",
    "ui.history",
    "ui.key_",
    "ui.next_recorded",
    "ui.shortcut_keys",
    "ui.stored",
    "ui.submitted_at",
    "ui.told_by",
    "ui.transcript_empty",
    "ui.turn_",
    "ui.variant_",
];
/// And the words that only the protocols beside the core's say: the beginnings of keys. A test looks
/// for them in what the core is made of.
const FULL_WORDS: &[&str] = &[
    "field.accepted_by",
    "field.chosen_to",
    "field.collecting",
    "field.promises",
    "field.requests_waiting",
    "field.round",
    "field.seen",
    "field.transaction",
    "field.tries",
    "field.unsure",
    "field.untold",
    "role.backing_off",
    "role.collecting",
    "role.coordinator",
    "role.learner",
    "role.participant",
    "role.working",
    "side.accepted_ballot",
    "side.accepted_by",
    "side.chosen_to",
    "side.entry_index",
    "side.first_open",
    "side.own_ballot",
    "side.possible_",
    "side.round",
    "side.seen",
    "side.stored_by",
    "side.window_end",
    "side.yes_votes",
    "tally.acceptances",
    "tally.promises",
    "tally.work_done",
    "tally.yes_votes",
    "timer.prepare",
    "word.abort",
    "word.no_work",
    "word.own_will",
    "word.prepare",
    "word.started",
    "work.concurrency_control",
    "work.data_base_notes",
    "work.flexible_paxos",
    "work.linearizability",
    "work.paxos_made_",
    "work.transaction_commit",
];

/// A protocol is what has a name in the catalogue.
const PROTOCOL: &str = "protocol.";

type Texts = BTreeMap<String, String>;

/// The parts of an asset by their names: one of another kind is a single part.
pub fn parts(name: &str, bytes: Vec<u8>) -> Result<Vec<(String, Vec<u8>)>> {
    let language = name.strip_prefix(FOLDER);
    let Some(language) = language.and_then(|it| it.strip_suffix(".json")) else {
        return Ok(vec![(name.to_owned(), bytes)]);
    };
    let texts: Texts =
        serde_json::from_slice(&bytes).with_context(|| format!("static/{name} is no catalogue"))?;
    let mut parts: BTreeMap<String, Texts> = BTreeMap::new();
    // The program asks for all of these, whatever is in them.
    let full_shared = format!("{FOLDER}{language}/full.json");
    parts.insert(full_shared.clone(), Texts::new());
    for key in texts.keys() {
        if let Some(protocol) = key.strip_prefix(PROTOCOL).filter(|it| !it.contains('.')) {
            let name = |end| format!("{FOLDER}{language}/{protocol}{end}");
            parts.insert(name(".json"), Texts::new());
            parts.insert(name(".full.json"), Texts::new());
        }
    }
    for (key, text) in &texts {
        let family = key.split('.').next().unwrap_or_default();
        let name = match protocol(key, &texts) {
            Some(protocol) if family == FULL_OWN || is_of_an_extension(key) => {
                format!("{FOLDER}{language}/{protocol}.full.json")
            }
            Some(protocol) => format!("{FOLDER}{language}/{protocol}.json"),
            None if is_of_full(key) => full_shared.clone(),
            None => name.to_owned(),
        };
        let part = parts.entry(name).or_default();
        part.insert(key.clone(), text.clone());
    }
    let written = parts
        .into_iter()
        .map(|(name, texts)| Ok((name, serde_json::to_vec(&texts)?)));
    written.collect()
}

fn is_of_full(key: &str) -> bool {
    [FULL_SHARED, FULL_WORDS]
        .concat()
        .iter()
        .any(|it| key.starts_with(it))
}

/// Whether a key is of a rule, or a section, that only the full program has.
fn is_of_an_extension(key: &str) -> bool {
    let rest = key.split_once('.').map_or("", |(_, rest)| rest);
    FULL_SECTIONS.iter().any(|section| {
        let line = rest.strip_prefix(section);
        line.is_some_and(|line| line.is_empty() || line.starts_with('.'))
    })
}

/// The protocol that a key belongs to.
fn protocol<'a>(key: &'a str, texts: &Texts) -> Option<&'a str> {
    let mut words = key.split('.');
    let family = words.next()?;
    let protocol = words.next()?;
    let is_one = FAMILIES.contains(&family) && texts.contains_key(&format!("{PROTOCOL}{protocol}"));
    is_one.then_some(protocol)
}

#[cfg(test)]
mod tests {
    use super::{FULL_WORDS, parts};
    use crate::dist;
    use crate::project::Project;

    #[test]
    fn a_catalogue_falls_into_parts_and_nothing_is_lost() {
        let json = br#"{"note.client.x": "1", "note.raft.x": "2", "protocol.raft": "Raft",
            "protocol.raft.says": "3", "search.stop": "5", "variant.raft.y": "6", "work.raft": "4"}"#;
        let parts = parts("locales/xx.json", json.to_vec()).unwrap();
        let texts: Vec<_> = parts
            .iter()
            .map(|(name, bytes)| (name.as_str(), std::str::from_utf8(bytes).unwrap()))
            .collect();
        let shared = r#"{"note.client.x":"1","protocol.raft":"Raft","protocol.raft.says":"3","work.raft":"4"}"#;
        let own = r#"{"note.raft.x":"2"}"#;
        assert_eq!(
            texts,
            [
                ("locales/xx.json", shared),
                ("locales/xx/full.json", r#"{"search.stop":"5"}"#),
                ("locales/xx/raft.full.json", r#"{"variant.raft.y":"6"}"#),
                ("locales/xx/raft.json", own),
            ]
        );
    }

    /// The core would show the key in the place of a word that it has not loaded.
    #[test]
    fn the_core_says_no_word_of_other_protocols() {
        let src = Project::find().unwrap().root.join("src");
        let others = ["paxos", "multi_paxos", "two_phase"].map(|it| src.join("protocol").join(it));
        let mut told = 0;
        for file in dist::files(&src).unwrap() {
            let of_core = !others.iter().any(|other| file.starts_with(other))
                && !file.ends_with("why_not.rs")
                && !file.starts_with(src.join("teach"))
                && !file.starts_with(src.join("check").join("search"));
            let text = std::fs::read_to_string(&file).unwrap();
            for key in FULL_WORDS {
                let (_, word) = key.split_once('.').unwrap();
                let end = if word.ends_with('_') { "" } else { "\"" };
                let word = format!("\"{word}{end}");
                let named = text.contains(&word);
                assert!(!(of_core && named), "{} says {key}", file.display());
                told += usize::from(named);
            }
        }
        assert!(
            told >= FULL_WORDS.len(),
            "some of the words are said by nobody"
        );
    }

    #[test]
    fn every_part_that_is_asked_for_is_there() {
        let parts = parts("locales/xx.json", br#"{"protocol.raft": "Raft"}"#.to_vec()).unwrap();
        let names: Vec<_> = parts.iter().map(|(name, _)| name.as_str()).collect();
        let expected = ["", "/full", "/raft.full", "/raft"];
        assert_eq!(names, expected.map(|part| format!("locales/xx{part}.json")));
    }

    #[test]
    fn other_assets_stay_as_they_are() {
        let same = parts("lessons/a.json", b" {}".to_vec()).unwrap();
        assert_eq!(same, [("lessons/a.json".to_owned(), b" {}".to_vec())]);
        assert!(parts("locales/en.json", b"[]".to_vec()).is_err());
    }
}
