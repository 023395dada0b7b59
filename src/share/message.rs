//! What a figure and the page around it say to each other, as JSON; `docs/guide/en/embedding.md`
//! documents it. What the page says comes from outside, and is read with suspicion.

use super::condition;
use super::frame::{self, FrameTheme};
use super::json::Json;
use crate::check::condition::Condition;

/// The version of the messages, which every one of them names.
pub const VERSION: u32 = 1;
/// The field that names it.
const MARK: &str = "quorumscope";
/// The longest message that is read: a link of the greatest length fits.
pub const BYTES_MAX: usize = 1 << 17;
/// The longest name of what is waited for.
const NAME_MAX: usize = 64;

/// What the page around a figure wants of it.
#[derive(Clone, Debug, PartialEq)]
pub enum Command {
    /// Opens a link.
    Load(String),
    /// Lets the run flow.
    Play,
    /// Stops it.
    Pause,
    /// One step.
    Step,
    /// One step back.
    Back,
    /// To a position.
    GoTo(usize),
    /// Another theme.
    Theme(FrameTheme),
    /// Says so, under this name, whenever a step makes a condition hold; without a condition, no
    /// more.
    On(String, Option<Condition>),
}

/// Why a message is not understood.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum MessageError {
    /// It is longer than [`BYTES_MAX`], or no JSON that can be read here.
    Malformed,
    /// It is of another version.
    Version,
    /// There is no such type.
    Type(String),
    /// A field is missing, or has no such value.
    Field(&'static str),
}

impl MessageError {
    /// The last part of the key of its sentence.
    pub fn key(&self) -> &'static str {
        match self {
            Self::Malformed => "embed.error_malformed",
            Self::Version => "embed.error_version",
            Self::Type(_) => "embed.error_type",
            Self::Field(_) => "embed.error_field",
        }
    }

    /// What it is about.
    pub fn about(&self) -> String {
        match self {
            Self::Malformed => String::new(),
            Self::Version => VERSION.to_string(),
            Self::Type(name) => name.clone(),
            Self::Field(name) => (*name).to_owned(),
        }
    }
}

/// Reads a message, as JSON. Nothing where it is not for a figure: other things talk in pages too.
pub fn read(text: &str) -> Option<Result<Command, MessageError>> {
    if text.len() > BYTES_MAX {
        return Some(Err(MessageError::Malformed)).filter(|_| text.contains(MARK));
    }
    // What a deck of slides tells the frames in it.
    match text {
        "\"slide:stop\"" => return Some(Ok(Command::Pause)),
        "\"slide:start\"" => return None,
        _ => {}
    }
    match Json::read(text) {
        Ok(json) => {
            let version = json.get(MARK)?;
            Some(match version.number() {
                Some(VERSION) => command(&json),
                _ => Err(MessageError::Version),
            })
        }
        Err(_) => text.contains(MARK).then_some(Err(MessageError::Malformed)),
    }
}

fn command(json: &Json) -> Result<Command, MessageError> {
    let text = |name: &'static str| {
        let field = json.get(name).and_then(Json::text);
        field.ok_or(MessageError::Field(name))
    };
    Ok(match text("type")? {
        "load" => Command::Load(frame::link_in(text("link")?).to_owned()),
        "play" => Command::Play,
        "pause" => Command::Pause,
        "step" => Command::Step,
        "back" => Command::Back,
        "goto" => {
            let position = json.get("position").and_then(Json::number);
            Command::GoTo(position.ok_or(MessageError::Field("position"))? as usize)
        }
        "theme" => {
            let theme = FrameTheme::of(text("theme")?);
            Command::Theme(theme.ok_or(MessageError::Field("theme"))?)
        }
        "on" => {
            let name = text("name")?;
            if name.is_empty() || name.chars().count() > NAME_MAX {
                return Err(MessageError::Field("name"));
            }
            let condition = match json.get("condition") {
                None | Some(Json::Null) => None,
                Some(json) => {
                    let read = condition::from_json(json);
                    Some(read.map_err(|_| MessageError::Field("condition"))?)
                }
            };
            Command::On(name.to_owned(), condition)
        }
        other => return Err(MessageError::Type(frame::shown(other))),
    })
}

/// Writes what a figure says: its type, and what belongs to it.
pub fn write<const N: usize>(kind: &str, fields: [(&str, Json); N]) -> String {
    let head = [(MARK, VERSION.into()), ("type", Json::Text(kind.into()))];
    let head = head.map(|(name, value)| (name.to_owned(), value));
    let Json::Object(fields) = Json::object(fields) else {
        return String::new();
    };
    Json::Object(head.into_iter().chain(fields).collect()).write()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn said(rest: &str) -> Option<Result<Command, MessageError>> {
        read(&format!(r#"{{"quorumscope":1,{rest}}}"#))
    }

    #[test]
    fn every_command_is_read() {
        let plain = |kind: &str| said(&format!(r#""type":"{kind}""#));
        assert_eq!(plain("play"), Some(Ok(Command::Play)));
        assert_eq!(plain("pause"), Some(Ok(Command::Pause)));
        assert_eq!(plain("step"), Some(Ok(Command::Step)));
        assert_eq!(plain("back"), Some(Ok(Command::Back)));
        let load = said(r##""type":"load","link":"https://example.org/#r=1abc""##);
        assert_eq!(load, Some(Ok(Command::Load("1abc".into()))));
        let goto = said(r#""type":"goto","position":12"#);
        assert_eq!(goto, Some(Ok(Command::GoTo(12))));
        let theme = said(r#""type":"theme","theme":"dark""#);
        assert_eq!(theme, Some(Ok(Command::Theme(FrameTheme::Dark))));
        let on = said(r#""type":"on","name":"led","condition":{"role":{"is":"leader"}}"#);
        assert!(matches!(on, Some(Ok(Command::On(name, Some(_)))) if name == "led"));
        let off = said(r#""type":"on","name":"led""#);
        assert_eq!(off, Some(Ok(Command::On("led".into(), None))));
        assert_eq!(read("\"slide:stop\""), Some(Ok(Command::Pause)));
    }

    #[test]
    fn what_is_not_for_a_figure_is_nobodys_business() {
        for other in [
            "null",
            "1",
            "[]",
            "{}",
            "\"slide:start\"",
            r#"{"type":"play"}"#,
            "{",
            "",
        ] {
            assert_eq!(read(other), None, "{other}");
        }
        assert_eq!(read(&"x".repeat(BYTES_MAX + 1)), None);
    }

    #[test]
    fn what_is_not_understood_is_an_error_that_says_what() {
        let error = |text: &str| read(text).and_then(Result::err);
        let version = error(r#"{"quorumscope":2,"type":"play"}"#);
        assert_eq!(version, Some(MessageError::Version));
        assert_eq!(error(r#"{"quorumscope":1"#), Some(MessageError::Malformed));
        let missing = |rest: &str| said(rest).and_then(Result::err);
        assert_eq!(
            missing(r#""type":"dan\u202ece""#),
            Some(MessageError::Type("dance".into()))
        );
        for (rest, field) in [
            (r#""type":7"#, "type"),
            (r#""type":"load""#, "link"),
            (r#""type":"goto","position":"3""#, "position"),
            (r#""type":"theme","theme":"red""#, "theme"),
            (r#""type":"on","name":"""#, "name"),
            (
                r#""type":"on","name":"a","condition":{"no":1}"#,
                "condition",
            ),
        ] {
            assert_eq!(missing(rest), Some(MessageError::Field(field)), "{rest}");
        }
    }

    #[test]
    fn what_a_figure_says_is_json_with_a_version() {
        let text = write("height", [("height", 7.into())]);
        assert_eq!(text, r#"{"quorumscope":1,"type":"height","height":7}"#);
    }
}
