//! The catalogues: every text that the program can ask for is there in every language, and nothing
//! else is.

use std::collections::{BTreeMap, BTreeSet};
use std::path::Path;

use quorumscope::protocol::registry::{KEYS, PROTOCOLS};
use quorumscope::protocol::{About, Rule};
use quorumscope::world::{ActionError, CLIENT_RULES, Loss};

type Catalogue = BTreeMap<String, String>;

fn catalogue(language: &str) -> Catalogue {
    let path = format!("static/locales/{language}.json");
    let text = std::fs::read_to_string(&path).unwrap_or_else(|error| panic!("{path}: {error}"));
    serde_json::from_str(&text).unwrap_or_else(|error| panic!("{path}: {error}"))
}

/// All source files below a folder, one after the other, tests left out.
fn sources(folder: &Path) -> String {
    each_source(folder).into_values().collect()
}

/// The same by their paths.
fn each_source(folder: &Path) -> BTreeMap<String, String> {
    let mut all = BTreeMap::new();
    for entry in std::fs::read_dir(folder).expect("the folder is there") {
        let path = entry.expect("the entry can be read").path();
        if path.is_dir() {
            all.append(&mut each_source(&path));
        } else if path.extension().is_some_and(|it| it == "rs") {
            let text = std::fs::read_to_string(&path).expect("the file can be read");
            let text = text.split("#[cfg(test)]").next().unwrap_or_default();
            let path = path.to_string_lossy().replace('\\', "/");
            all.insert(path, text.to_owned());
        }
    }
    all
}

/// What stands between quotation marks in the sources, where it could be (part of) a key.
fn literals(source: &str) -> BTreeSet<&str> {
    let is_key = |text: &&str| {
        let allowed =
            |c: char| c.is_ascii_lowercase() || c.is_ascii_digit() || c == '_' || c == '.';
        !text.is_empty() && text.chars().all(allowed)
    };
    source.split('"').filter(is_key).collect()
}

fn rule_keys(rules: &[&Rule], protocol: &str, keys: &mut BTreeSet<String>) {
    for rule in rules {
        keys.insert(format!("rule.{}", rule.id));
        keys.insert(format!("section.{protocol}.{}", rule.section));
        for outcome in rule.outcomes {
            let note = format!("note.{}.{}", rule.id, outcome.key());
            keys.insert(format!("{note}.why"));
            keys.insert(note);
        }
    }
}

fn protocol_keys(about: &About, keys: &mut BTreeSet<String>) {
    rule_keys(about.rules, about.key, keys);
    let mut with_says = |name: String| {
        keys.insert(format!("{name}.says"));
        keys.insert(name);
    };
    with_says(format!("protocol.{}", about.key));
    for property in about.properties {
        with_says(format!("property.{}", property.id));
    }
    for variant in about.variants {
        with_says(format!("variant.{}.{}", about.key, variant.id));
    }
    for timer in about.timers {
        keys.insert(format!("timer.{timer}"));
    }
}

/// The keys that follow from the protocols' tables.
fn table_keys() -> BTreeSet<String> {
    let mut keys = BTreeSet::new();
    rule_keys(CLIENT_RULES, "client", &mut keys);
    for about in PROTOCOLS {
        protocol_keys(about, &mut keys);
    }
    keys.extend(Loss::KEYS.iter().map(ToString::to_string));
    keys.extend(ActionError::KEYS.iter().map(|key| format!("error.{key}")));
    keys
}

/// Families of keys whose last part is a word in the sources: `role.leader`, `field.promised`, …
const FAMILIES: [&str; 10] = [
    "action.", "role.", "tally.", "field.", "side.", "word.", "fact.", "event.", "timer.",
    "predict.",
];

#[test]
fn both_languages_have_the_same_keys_and_no_text_is_empty() {
    let (english, chinese) = (catalogue("en"), catalogue("zh-CN"));
    let keys = |it: &Catalogue| it.keys().cloned().collect::<BTreeSet<_>>();
    let only = |a: &Catalogue, b: &Catalogue| &keys(a) - &keys(b);
    assert_eq!(only(&english, &chinese), BTreeSet::new(), "only in English");
    assert_eq!(only(&chinese, &english), BTreeSet::new(), "only in Chinese");
    for (key, text) in english.iter().chain(&chinese) {
        assert!(!text.trim().is_empty(), "{key} is empty");
    }
}

#[test]
fn both_languages_name_the_same_arguments() {
    let arguments = |text: &str| -> BTreeSet<String> {
        let pieces = text.split('{').skip(1);
        pieces
            .filter_map(|piece| Some(piece.split_once('}')?.0.to_owned()))
            .collect()
    };
    let chinese = catalogue("zh-CN");
    for (key, text) in catalogue("en") {
        assert_eq!(arguments(&text), arguments(&chinese[&key]), "{key}");
    }
}

#[test]
fn every_key_that_the_program_asks_for_is_there() {
    let english = catalogue("en");
    let source = sources(Path::new("src"));
    let named = literals(&source);
    let whole = named.iter().filter(|text| {
        let families = ["ui.", "value_error.", "event.", "work.", "cite."];
        let mut families = families.iter().chain(FULL_FAMILIES);
        families.any(|family| text.starts_with(family) && text.len() > family.len())
    });
    let asked: BTreeSet<String> = whole.map(ToString::to_string).chain(table_keys()).collect();
    let missing: Vec<&String> = asked
        .iter()
        .filter(|key| !english.contains_key(*key))
        .collect();
    assert!(
        missing.is_empty(),
        "asked for, but in no catalogue: {missing:#?}"
    );
}

#[test]
fn every_text_is_used() {
    let source = sources(Path::new("src"));
    let named = literals(&source);
    let tables = table_keys();
    let used = |key: &String| {
        let of_family = |family: &&str| {
            let last = key.strip_prefix(*family);
            last.is_some_and(|last| named.contains(last))
        };
        named.contains(key.as_str()) || tables.contains(key) || FAMILIES.iter().any(of_family)
    };
    let english = catalogue("en");
    let unused: Vec<&String> = english.keys().filter(|key| !used(key)).collect();
    assert!(
        unused.is_empty(),
        "in the catalogues, but never asked for: {unused:#?}"
    );
}

/// The build parts each catalogue: the keys `FAMILY.PROTOCOL.…` of these families are loaded with
/// that protocol alone. So no other one may ask for them.
const OWN_FAMILIES: [&str; 6] = ["fact", "note", "property", "rule", "section", "variant"];

#[test]
fn no_protocol_asks_for_texts_of_another() {
    let owner = |key: &str| {
        let mut words = key.split('.');
        let family = words.next()?;
        let protocol = words.next()?;
        let is_one = OWN_FAMILIES.contains(&family) && KEYS.contains(&protocol);
        is_one.then(|| protocol.to_owned())
    };
    let english = catalogue("en");
    let facts: Vec<&String> = english
        .keys()
        .filter(|it| it.starts_with("fact."))
        .collect();
    for about in PROTOCOLS {
        let mut asked = BTreeSet::new();
        protocol_keys(about, &mut asked);
        let source = sources(&Path::new("src/protocol").join(about.key));
        let named = literals(&source);
        let named = facts
            .iter()
            .filter(|key| named.contains(&key["fact.".len()..]));
        asked.extend(named.map(|key| (*key).clone()));
        for key in asked {
            let owner = owner(&key);
            let own = owner.as_deref().is_none_or(|it| it == about.key);
            assert!(own, "{} asks for {key}, which it does not load", about.key);
        }
    }
}

/// Families of texts that are loaded with the full program alone.
const FULL_FAMILIES: &[&str] = &[
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
    "variant.",
    "why_not.",
];

/// The sources of what only the full program shows: branches on `FULL`, or whole folders.
const OF_FULL: &[&str] = &[
    "src/app/compare/",
    "src/app/crowd.rs",
    "src/app/stage/crowd.rs",
    "src/app/diagram/",
    "src/app/lab/comparing.rs",
    "src/app/lab/dialogs.rs",
    "src/app/lab/embedding.rs",
    "src/app/lab/screen.rs",
    "src/view/compare/",
    "src/app/dialog.rs",
    "src/app/embed/",
    "src/app/export.rs",
    "src/app/faults/",
    "src/app/lab/branching.rs",
    "src/app/lab/faulting.rs",
    "src/app/lab/lecturing.rs",
    "src/app/lab/responding.rs",
    "src/app/lab/noting.rs",
    "src/app/lab/opening.rs",
    "src/app/lab/playing.rs",
    "src/app/lab/retracing.rs",
    "src/app/lecture/",
    "src/app/panel/branches.rs",
    "src/app/panel/knowledge.rs",
    "src/app/panel/mod.rs",
    "src/app/panel/properties.rs",
    "src/app/pins.rs",
    "src/app/lab/learning.rs",
    "src/app/stage/node.rs",
    "src/app/lesson/",
    "src/app/share.rs",
    "src/app/search/",
    "src/app/share.rs",
    "src/app/stage/node.rs",
    "src/app/transport.rs",
    "src/app/stored.rs",
    "src/app/tray.rs",
    "src/app/undo.rs",
    "src/app/until.rs",
    "src/app/why_not.rs",
    "src/protocol/multi_paxos/why_not.rs",
    "src/protocol/paxos/why_not.rs",
    "src/protocol/raft/why_not.rs",
    "src/protocol/two_phase/why_not.rs",
    "src/protocol/why_not.rs",
    "src/share/message.rs",
    "src/teach/question.rs",
    "src/view/diagram/",
    "src/view/goals.rs",
    "src/view/until.rs",
    "src/view/why_not.rs",
];

#[test]
fn the_core_asks_for_no_texts_of_the_full_program() {
    for (path, source) in each_source(Path::new("src")) {
        let of_full = OF_FULL.iter().any(|it| path.starts_with(it));
        let asks = FULL_FAMILIES
            .iter()
            .any(|it| source.contains(&format!("\"{it}")));
        assert!(
            of_full || !asks,
            "{path} asks for texts that the core does not load"
        );
    }
}

/// A part of the catalogue is named after its protocol's folder, and so is the protocol.
#[test]
fn protocols_are_named_as_their_folders_are() {
    let keys: Vec<&str> = PROTOCOLS.iter().map(|about| about.key).collect();
    assert_eq!(keys, KEYS);
}
