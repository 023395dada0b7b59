//! Notes that people pin to moments of a run. Their words are their own: they come from no
//! catalogue, and nobody reads anything else into them.

use super::json::Json;
use crate::protocol::disturbs;

/// The most characters in a note.
pub const PIN_CHARS_MAX: usize = 280;
/// The most notes of one run.
pub const PINS_MAX: usize = 200;

/// A note, pinned to a moment.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Pin {
    /// How many actions lie before the moment.
    pub at: usize,
    /// What it says: 1 to [`PIN_CHARS_MAX`] characters, none of which disturbs the text around it.
    pub text: String,
}

impl Pin {
    /// A note, where its text can be one.
    pub fn new(at: usize, text: &str) -> Option<Self> {
        let text = text.trim();
        let fits = (1..=PIN_CHARS_MAX).contains(&text.chars().count());
        let is_sound = fits && !text.chars().any(disturbs);
        is_sound.then(|| Self {
            at,
            text: text.to_owned(),
        })
    }

    pub(super) fn to_json(&self) -> Json {
        let at = Json::Number(self.at as u64);
        Json::object([("at", at), ("text", Json::Text(self.text.clone()))])
    }

    fn from_json(json: &Json) -> Option<Self> {
        let known = |(name, _): &(String, Json)| name == "at" || name == "text";
        if !json.fields()?.iter().all(known) {
            return None;
        }
        let at = json.get("at")?.number()? as usize;
        Self::new(at, json.get("text")?.text()?)
    }
}

/// Reads the notes of a run with so many actions, in the order of their moments, each of which has
/// one; or says which place in the list, counted from 1, is none.
pub(super) fn read(json: Option<&Json>, actions: usize) -> Result<Vec<Pin>, usize> {
    let Some(json) = json else {
        return Ok(Vec::new());
    };
    let items = json.items().ok_or(1_usize)?;
    let mut pins: Vec<Pin> = Vec::new();
    for (position, item) in items.iter().enumerate() {
        let pin = Pin::from_json(item).filter(|pin| pin.at <= actions);
        let is_new = |pin: &Pin| pins.iter().all(|it| it.at != pin.at);
        let pin = pin.filter(|pin| position < PINS_MAX && is_new(pin));
        pins.push(pin.ok_or(position + 1)?);
    }
    pins.sort_by_key(|pin| pin.at);
    Ok(pins)
}

#[cfg(test)]
mod tests {
    use super::*;

    /// What can be a note, and what cannot.
    #[test]
    fn texts_that_can_be_notes() {
        assert_eq!(Pin::new(3, "  <b>值</b> ").unwrap().text, "<b>值</b>");
        assert!(Pin::new(0, &"值".repeat(PIN_CHARS_MAX)).is_some());
        for bad in [
            "",
            "  ",
            "a\nb",
            "a\u{1b}b",
            "\u{202e}b",
            &"x".repeat(PIN_CHARS_MAX + 1),
        ] {
            assert_eq!(Pin::new(0, bad), None, "{bad:?}");
        }
    }

    /// Notes come back in order; what is none is told by its place.
    #[test]
    fn lists_are_read_with_suspicion() {
        let list = |text: &str| read(Some(&Json::read(text).unwrap()), 5);
        let two = list(r#"[{"at":4,"text":"b"},{"at":0,"text":"a"}]"#).unwrap();
        assert_eq!(two.iter().map(|pin| pin.at).collect::<Vec<_>>(), [0, 4]);
        assert_eq!(read(None, 5), Ok(Vec::new()));
        for (bad, place) in [
            (r#"{}"#, 1),
            (r#"[{"at":6,"text":"late"}]"#, 1),
            (r#"[{"at":1,"text":"a"},{"at":1,"text":"b"}]"#, 2),
            (r#"[{"at":1,"text":"a","by":"me"}]"#, 1),
            (r#"[{"at":1,"text":""}]"#, 1),
            (r#"[{"at":"1","text":"a"}]"#, 1),
        ] {
            assert_eq!(list(bad), Err(place), "{bad}");
        }
    }
}
