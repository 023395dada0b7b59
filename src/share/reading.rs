//! Reading JSON strictly: what is not understood is an error that says where and what.

use std::fmt;
use std::str::FromStr;

use super::json::{BadJson, Json};

/// Why a text is not what it should be.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ReadError {
    /// Where, from the outside in: `all.2.cell`; nothing for the whole.
    pub at: String,
    /// What.
    pub problem: Problem,
}

/// What is wrong at a place.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Problem {
    /// Not JSON from here on.
    Malformed(BadJson),
    /// Not an object of one field, whose name says what kind it is.
    NoKind,
    /// There is no such kind, or no such field in this one.
    UnknownField(String),
    /// A field stands there twice.
    Twice(String),
    /// A field is missing.
    Missing(&'static str),
    /// A word that means nothing here.
    UnknownWord(String),
    /// Of the wrong type, or out of range.
    BadValue,
}

pub(crate) type Read<T> = Result<T, ReadError>;

pub(crate) fn error(at: &str, problem: Problem) -> ReadError {
    ReadError {
        at: at.into(),
        problem,
    }
}

pub(crate) fn inside(at: &str, name: &str) -> String {
    match at {
        "" => name.into(),
        at => [at, name].join("."),
    }
}

/// The fields of an object, each of which is read once.
pub(crate) struct Object<'a> {
    pub(crate) at: String,
    fields: &'a [(String, Json)],
}

impl<'a> Object<'a> {
    /// An object that has no field but these, and none twice.
    pub(crate) fn new(json: &'a Json, at: &str, known: &[&str]) -> Read<Self> {
        let fields = json.fields().ok_or(error(at, Problem::BadValue))?;
        for (position, (name, _)) in fields.iter().enumerate() {
            if !known.contains(&name.as_str()) {
                return Err(error(at, Problem::UnknownField(name.clone())));
            }
            if fields[..position].iter().any(|(other, _)| other == name) {
                return Err(error(at, Problem::Twice(name.clone())));
            }
        }
        let at = at.to_owned();
        Ok(Self { at, fields })
    }

    pub(crate) fn get(&self, name: &str) -> Option<&'a Json> {
        let found = self.fields.iter().find(|(known, _)| known == name);
        found.map(|(_, value)| value)
    }

    /// A field that may be missing, but not be wrong.
    pub(crate) fn optional<T>(
        &self,
        name: &str,
        read: impl Fn(&Json, &str) -> Read<T>,
    ) -> Read<Option<T>> {
        let value = self.get(name);
        value
            .map(|it| read(it, &inside(&self.at, name)))
            .transpose()
    }

    pub(crate) fn required<T>(
        &self,
        name: &'static str,
        read: impl Fn(&Json, &str) -> Read<T>,
    ) -> Read<T> {
        let value = self.optional(name, read)?;
        value.ok_or(error(&self.at, Problem::Missing(name)))
    }
}

pub(crate) fn text(json: &Json, at: &str) -> Read<String> {
    let text = json.text().filter(|it| !it.is_empty());
    text.map(Into::into).ok_or(error(at, Problem::BadValue))
}

pub(crate) fn number(json: &Json, at: &str) -> Read<u32> {
    json.number().ok_or(error(at, Problem::BadValue))
}

pub(crate) fn flag(json: &Json, at: &str) -> Read<bool> {
    match json {
        Json::Bool(flag) => Ok(*flag),
        _ => Err(error(at, Problem::BadValue)),
    }
}

pub(crate) fn name<T: FromStr>(json: &Json, at: &str) -> Read<T> {
    let parsed = text(json, at)?.parse();
    parsed.map_err(|_| error(at, Problem::BadValue))
}

/// A word of a table.
pub(crate) fn word<T: Copy>(json: &Json, at: &str, words: &[(&str, T)]) -> Read<T> {
    let text = text(json, at)?;
    let found = words.iter().find(|(known, _)| *known == text);
    found
        .map(|(_, meaning)| *meaning)
        .ok_or(error(at, Problem::UnknownWord(text)))
}

/// The id of something that a protocol declares.
pub(crate) fn id(json: &Json, at: &str, known: impl Fn(&str) -> bool) -> Read<String> {
    let text = text(json, at)?;
    match known(&text) {
        true => Ok(text),
        false => Err(error(at, Problem::UnknownWord(text))),
    }
}

impl fmt::Display for ReadError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if !self.at.is_empty() {
            write!(f, "{}: ", self.at)?;
        }
        match &self.problem {
            Problem::Malformed(BadJson { line, column }) => {
                write!(f, "not JSON from line {line}, column {column} on")
            }
            Problem::NoKind => write!(f, "an object of one field is wanted here"),
            Problem::UnknownField(name) => write!(f, "“{name}” means nothing here"),
            Problem::Twice(name) => write!(f, "“{name}” stands there twice"),
            Problem::Missing(name) => write!(f, "“{name}” is missing"),
            Problem::UnknownWord(word) => write!(f, "there is no “{word}”"),
            Problem::BadValue => write!(f, "of the wrong type, or out of range"),
        }
    }
}
