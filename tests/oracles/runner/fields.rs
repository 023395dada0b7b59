//! Reading JSON objects strictly: a field that nobody asked for is a mistake, not a remark.

use std::cell::RefCell;
use std::collections::BTreeSet;

use serde_json::{Map, Value};

/// What is wrong, in one sentence.
pub type Sentence = String;

/// An object of a case, and which of its fields have been read.
pub struct Fields<'a> {
    what: String,
    map: &'a Map<String, Value>,
    read: RefCell<BTreeSet<&'a str>>,
}

impl<'a> Fields<'a> {
    /// Reads a value as an object; `what` names it in sentences.
    pub fn of(what: impl Into<String>, value: &'a Value) -> Result<Self, Sentence> {
        let what = what.into();
        let Some(map) = value.as_object() else {
            return Err(format!("{what} is {value}, not an object"));
        };
        let read = RefCell::default();
        Ok(Self { what, map, read })
    }

    /// A field, if it is there.
    pub fn get(&self, name: &str) -> Option<&'a Value> {
        let (name, value) = self.map.get_key_value(name)?;
        self.read.borrow_mut().insert(name);
        Some(value)
    }

    /// A field that must be there.
    pub fn need(&self, name: &str) -> Result<&'a Value, Sentence> {
        let value = self.get(name);
        value.ok_or_else(|| format!("{} has no field “{name}”", self.what))
    }

    /// All fields, each with its name.
    pub fn all(&self) -> impl Iterator<Item = (&'a str, &'a Value)> {
        self.map.iter().map(|(name, value)| (name.as_str(), value))
    }

    /// A whole number in the range of `T`.
    pub fn number<T: TryFrom<i64>>(&self, name: &str) -> Result<T, Sentence> {
        number(&self.named(name), self.need(name)?)
    }

    /// A whole number, or this one where the field is missing.
    pub fn number_or<T: TryFrom<i64>>(&self, name: &str, default: T) -> Result<T, Sentence> {
        match self.get(name) {
            Some(value) => number(&self.named(name), value),
            None => Ok(default),
        }
    }

    /// A text.
    pub fn text(&self, name: &str) -> Result<&'a str, Sentence> {
        let value = self.need(name)?;
        let text = value.as_str();
        text.ok_or_else(|| format!("{} is {value}, not a text", self.named(name)))
    }

    /// True or false.
    pub fn flag(&self, name: &str) -> Result<bool, Sentence> {
        let value = self.need(name)?;
        let flag = value.as_bool();
        flag.ok_or_else(|| format!("{} is {value}, not true or false", self.named(name)))
    }

    /// A list of whole numbers; empty where the field is missing.
    pub fn numbers(&self, name: &str) -> Result<Vec<u32>, Sentence> {
        match self.get(name) {
            Some(value) => numbers(&self.named(name), value),
            None => Ok(Vec::new()),
        }
    }

    /// Complains about the first field that nobody has read.
    pub fn finish(&self) -> Result<(), Sentence> {
        let read = self.read.borrow();
        match self.map.keys().find(|name| !read.contains(name.as_str())) {
            Some(name) => Err(format!("{} has the unknown field “{name}”", self.what)),
            None => Ok(()),
        }
    }

    fn named(&self, name: &str) -> String {
        format!("“{name}” of {}", self.what)
    }
}

/// A whole number in the range of `T`.
pub fn number<T: TryFrom<i64>>(what: &str, value: &Value) -> Result<T, Sentence> {
    let number = value.as_i64().and_then(|number| T::try_from(number).ok());
    number.ok_or_else(|| format!("{what} is {value}, not a whole number in range"))
}

/// A list of whole numbers.
pub fn numbers(what: &str, value: &Value) -> Result<Vec<u32>, Sentence> {
    let items = list(what, value)?;
    items.iter().map(|item| number(what, item)).collect()
}

/// A list.
pub fn list<'a>(what: &str, value: &'a Value) -> Result<&'a Vec<Value>, Sentence> {
    let items = value.as_array();
    items.ok_or_else(|| format!("{what} is {value}, not a list"))
}
