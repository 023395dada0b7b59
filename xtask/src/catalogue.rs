//! Parts a language's catalogue: what all protocols need, and the texts of each protocol, so that a
//! visitor fetches only those of what is on the screen. Authors write one file for each language.

use std::collections::BTreeMap;

use anyhow::{Context as _, Result};

/// The folder of the catalogues.
const FOLDER: &str = "locales/";

/// The keys `FAMILY.PROTOCOL.…` that belong to a protocol alone.
const FAMILIES: [&str; 6] = ["fact", "note", "property", "rule", "section", "variant"];

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
    for (key, text) in &texts {
        let name = match protocol(key, &texts) {
            Some(protocol) => format!("{FOLDER}{language}/{protocol}.json"),
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

/// The protocol that a key belongs to. A protocol is what has a name in the catalogue.
fn protocol<'a>(key: &'a str, texts: &Texts) -> Option<&'a str> {
    let mut words = key.split('.');
    let family = words.next()?;
    let protocol = words.next()?;
    let is_one = FAMILIES.contains(&family) && texts.contains_key(&format!("protocol.{protocol}"));
    is_one.then_some(protocol)
}

#[cfg(test)]
mod tests {
    use super::parts;

    #[test]
    fn a_catalogue_falls_into_parts_and_nothing_is_lost() {
        let json = br#"{"note.client.x": "1", "note.raft.x": "2", "protocol.raft": "Raft",
            "protocol.raft.says": "3", "work.raft": "4"}"#;
        let parts = parts("locales/xx.json", json.to_vec()).unwrap();
        let texts: Vec<_> = parts
            .iter()
            .map(|(name, bytes)| (name.as_str(), std::str::from_utf8(bytes).unwrap()))
            .collect();
        let shared = r#"{"note.client.x":"1","protocol.raft":"Raft","protocol.raft.says":"3","work.raft":"4"}"#;
        let own = r#"{"note.raft.x":"2"}"#;
        assert_eq!(
            texts,
            [("locales/xx.json", shared), ("locales/xx/raft.json", own)]
        );
    }

    #[test]
    fn other_assets_stay_as_they_are() {
        let same = parts("lessons/a.json", b" {}".to_vec()).unwrap();
        assert_eq!(same, [("lessons/a.json".to_owned(), b" {}".to_vec())]);
        assert!(parts("locales/en.json", b"[]".to_vec()).is_err());
    }
}
