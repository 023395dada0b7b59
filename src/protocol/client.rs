//! What clients and nodes say to each other, whatever the protocol.

use std::fmt;
use std::sync::Arc;

use serde::Serialize;

use super::{ClientId, NodeId};

/// The longest value a client may submit, in characters.
pub const VALUE_CHARS_MAX: usize = 32;

/// A value to be chosen, or a command for the state machine: a short text, opaque to consensus.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize)]
pub struct Value(Arc<str>);

/// Why a text cannot be a value.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum ValueError {
    /// Nothing, or spaces only.
    Empty,
    /// More than [`VALUE_CHARS_MAX`] characters.
    TooLong,
    /// A control character, or one that turns the direction of the text around it.
    Control,
}

impl Value {
    /// A value from what somebody typed; surrounding spaces are dropped.
    pub fn new(text: &str) -> Result<Self, ValueError> {
        let text = text.trim();
        if text.is_empty() {
            return Err(ValueError::Empty);
        }
        if text.chars().count() > VALUE_CHARS_MAX {
            return Err(ValueError::TooLong);
        }
        if text.chars().any(disturbs) {
            return Err(ValueError::Control);
        }
        Ok(Self(text.into()))
    }

    /// The text.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

/// Whether a character would disturb the text around it on a screen: it controls something, or turns
/// the direction of what follows.
pub fn disturbs(c: char) -> bool {
    c.is_control()
        || matches!(c, '\u{200e}' | '\u{200f}' | '\u{2028}'..='\u{202e}' | '\u{2066}'..='\u{2069}')
}

impl fmt::Display for Value {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

impl fmt::Display for ValueError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Empty => write!(f, "a value needs at least one character"),
            Self::TooLong => write!(f, "a value has at most {VALUE_CHARS_MAX} characters"),
            Self::Control => write!(f, "a value has no control characters"),
        }
    }
}

/// A client's request: "clients assign unique serial numbers to every command" (Raft, §8).
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize)]
pub struct Request {
    /// The serial number, from 1, unique for one client; a retry repeats it.
    pub sequence: u32,
    /// What to choose or to execute.
    pub command: Value,
}

/// What one slot of a replicated log is chosen to hold: a "decree" of *The Part-Time Parliament*.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize)]
pub enum Decree {
    /// "A special 'no-op' command that leaves the state unchanged" (Paxos Made Simple, §3).
    NoOp,
    /// A client's command.
    Command {
        /// Who asked.
        client: ClientId,
        /// For what, with its serial number.
        request: Request,
    },
}

impl Decree {
    /// The command; none for a no-op.
    pub fn command(&self) -> Option<&Value> {
        match self {
            Self::NoOp => None,
            Self::Command { request, .. } => Some(&request.command),
        }
    }
}

/// A node's answer to a client.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize)]
pub struct Reply {
    /// The serial number of the request it answers.
    pub sequence: u32,
    /// The answer.
    pub answer: Answer,
}

/// What a client is told.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize)]
pub enum Answer {
    /// Decided: chosen, or committed and executed, with the result. Nothing where there is none, as
    /// of a transaction that is aborted.
    Done(Option<Value>),
    /// This node cannot serve the request; somebody else may.
    Elsewhere {
        /// Who, if the node knows.
        hint: Option<NodeId>,
    },
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Each kind of bad text is refused with its own reason, and the limit counts characters.
    #[test]
    fn values_are_checked() {
        assert_eq!(Value::new(" \n "), Err(ValueError::Empty));
        assert_eq!(Value::new(&"x".repeat(33)), Err(ValueError::TooLong));
        assert!(Value::new(&"值".repeat(32)).is_ok());
        assert_eq!(Value::new("a\u{7}b"), Err(ValueError::Control));
        assert_eq!(Value::new("a\u{202e}b"), Err(ValueError::Control));
        assert_eq!(Value::new(" x=1 ").unwrap().as_str(), "x=1");
        assert_eq!(Value::new("<script>").unwrap().as_str(), "<script>");
    }
}
