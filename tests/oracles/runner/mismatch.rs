//! Comparing what a case expects with what the engine did.

use std::fmt;

use serde_json::Value;

use super::fields::{Fields, Sentence, list};

/// A field of `then` that the engine does not meet.
#[derive(Clone, Debug, PartialEq)]
pub struct Mismatch {
    /// The field, by its path.
    pub field: String,
    /// What the case expects.
    pub expected: Value,
    /// What the engine did.
    pub actual: Value,
}

impl fmt::Display for Mismatch {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self {
            field,
            expected,
            actual,
        } = self;
        write!(f, "{field}: expected {expected}, actual {actual}")
    }
}

/// All mismatches of a case so far.
#[derive(Debug, Default)]
pub struct Comparison(pub Vec<Mismatch>);

impl Comparison {
    /// Two values must be equal.
    pub fn equal(&mut self, field: &str, expected: &Value, actual: Value) {
        self.that(*expected == actual, field, expected, actual);
    }

    /// Something must hold; what was expected and what was seen are shown if it does not.
    pub fn that(&mut self, holds: bool, field: &str, expected: &Value, actual: Value) {
        if !holds {
            self.0.push(Mismatch {
                field: field.into(),
                expected: expected.clone(),
                actual,
            });
        }
    }

    /// Of an object, only the listed fields are compared; all of them must exist.
    pub fn listed(
        &mut self,
        field: &str,
        expected: &Value,
        actual: &Value,
    ) -> Result<(), Sentence> {
        let Some(known) = actual.as_object() else {
            self.equal(field, expected, actual.clone());
            return Ok(());
        };
        for (name, value) in Fields::of(field, expected)?.all() {
            let actual = known.get(name);
            let actual = actual.ok_or_else(|| format!("{field} has the unknown field “{name}”"))?;
            self.equal(&format!("{field}.{name}"), value, actual.clone());
        }
        Ok(())
    }

    /// Messages, in order. Within what one event made a node send, different receivers are in
    /// any order; of a message, only the listed fields are compared.
    pub fn messages(
        &mut self,
        field: &str,
        expected: &Value,
        batches: &[Vec<Value>],
        types: &[&str],
    ) -> Result<(), Sentence> {
        let wanted = list(field, expected)?;
        for message in wanted {
            let kind = Fields::of(format!("a message of {field}"), message)?.text("type")?;
            if !types.contains(&kind) {
                return Err(format!("{field} names the unknown message type “{kind}”"));
            }
        }
        let actual: Vec<Value> = batches.iter().flatten().cloned().collect();
        let same = actual.len() == wanted.len() && all_batches_match(wanted, batches);
        self.that(same, field, expected, Value::Array(actual));
        Ok(())
    }
}

fn all_batches_match(mut wanted: &[Value], batches: &[Vec<Value>]) -> bool {
    batches.iter().all(|batch| {
        let (now, later) = wanted.split_at(batch.len());
        wanted = later;
        batch_matches(now, batch)
    })
}

/// Each wanted message takes the first unused one to its receiver.
fn batch_matches(wanted: &[Value], sent: &[Value]) -> bool {
    let mut unused: Vec<&Value> = sent.iter().collect();
    wanted.iter().all(|message| {
        let to_same = |other: &&Value| message.get("to").is_none_or(|to| *to == other["to"]);
        let Some(position) = unused.iter().position(to_same) else {
            return false;
        };
        has_fields(message, unused.remove(position))
    })
}

/// Whether a message has all the fields that a wanted one lists.
pub fn has_fields(wanted: &Value, message: &Value) -> bool {
    let listed = wanted.as_object().into_iter().flatten();
    listed
        .into_iter()
        .all(|(name, value)| message.get(name) == Some(value))
}
