//! What clients see: one object, as if there were a single copy of it. Its sequential
//! specification says what each operation answers when operations come one after the other.

use super::{Citation, Operation, Property, Value};

/// What clients were told can be put in one order in which each operation takes effect at a single
/// moment, after it was asked and before it was answered.
pub static LINEARIZABILITY: Property = Property {
    id: "client.linearizability",
    citations: &[Citation::linearizability("2.2")],
};

/// The object that a cluster is to its clients.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Object {
    /// None: what clients are told follows from no sequential specification.
    None,
    /// A consensus object: the first value that is proposed wins, and everybody is told it.
    Consensus,
    /// A key-value store, whose operations are those of [`Operation`].
    KeyValue,
}

impl Object {
    /// The part of the object that a command is about; nothing where there is no object. Parts
    /// are objects of their own: a history is linearizable if and only if it is so for each of
    /// them (*Linearizability*, §3.1, Theorem 1).
    pub fn part(self, command: &Value) -> Option<&str> {
        match self {
            Self::None => None,
            Self::Consensus => Some(""),
            Self::KeyValue => Some(Operation::parse(command.as_str()).key()),
        }
    }

    /// Whether a command changes nothing, whatever its part holds.
    pub fn only_reads(self, command: &Value) -> bool {
        let read = |text| matches!(Operation::parse(text), Operation::Get(_));
        self == Self::KeyValue && read(command.as_str())
    }

    /// What a part holds once a command has taken effect, given what it held before. The command's
    /// answer is the same.
    pub fn after(self, before: Option<&Value>, command: &Value) -> Option<Value> {
        match self {
            Self::None => None,
            Self::Consensus => Some(before.unwrap_or(command).clone()),
            Self::KeyValue => {
                let operation = Operation::parse(command.as_str());
                let after = operation.after(before.map(Value::as_str))?;
                // An empty text is answered, added to and read as nothing is.
                Value::new(&after).ok()
            }
        }
    }
}
