//! Messages under way. Each has a name that it keeps on every branch of a run.

use std::fmt;
use std::str::FromStr;
use std::sync::Arc;

use serde::{Serialize, Serializer};

use crate::protocol::{BadName, Endpoint, Permutation, Relabel, Reply, Request, serialize_as};

/// The `nth` message from one endpoint to another, written `S1>S2#3`; a copy adds its number, as
/// in `S1>S2#3.1`.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct MessageId {
    /// The sender.
    pub from: Endpoint,
    /// The receiver.
    pub to: Endpoint,
    /// Its number on this link, from 1.
    pub nth: u32,
    /// Which copy it is; 0 for the original.
    pub copy: u32,
}

impl MessageId {
    /// The name of the message that this is a copy of; of an original, its own.
    pub(super) fn original(self) -> Self {
        Self { copy: 0, ..self }
    }
}

impl fmt::Display for MessageId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}>{}#{}", self.from, self.to, self.nth)?;
        match self.copy {
            0 => Ok(()),
            copy => write!(f, ".{copy}"),
        }
    }
}

impl FromStr for MessageId {
    type Err = BadName;
    fn from_str(text: &str) -> Result<Self, BadName> {
        let read = || {
            let (link, number) = text.split_once('#')?;
            let (from, to) = link.split_once('>')?;
            let (nth, copy) = number.split_once('.').unwrap_or((number, "0"));
            Some(Self {
                from: from.parse().ok()?,
                to: to.parse().ok()?,
                nth: nth.parse().ok()?,
                copy: copy.parse().ok()?,
            })
        };
        read()
            .filter(|id| id.to_string() == text)
            .ok_or_else(|| BadName(text.into()))
    }
}

serialize_as!(MessageId, |id: MessageId| (id.from, id.to, id.nth, id.copy));

/// What a message says.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize)]
pub enum Payload<M> {
    /// Between nodes.
    Peer(M),
    /// From a client.
    Request(Request),
    /// To a client.
    Reply(Reply),
}

impl<M: Relabel> Relabel for Payload<M> {
    fn relabel(&self, by: &Permutation) -> Self {
        match self {
            Self::Peer(message) => Self::Peer(message.relabel(by)),
            Self::Request(request) => Self::Request(request.clone()),
            Self::Reply(reply) => Self::Reply(reply.relabel(by)),
        }
    }
}

/// A message under way.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Flight<M> {
    /// Its name.
    pub id: MessageId,
    /// What it says.
    pub payload: Arc<Payload<M>>,
    /// When it was sent.
    pub sent: u64,
    /// When it arrives.
    pub arrives: u64,
    /// Whether chance has decided that it gets lost; seen only when it should arrive.
    pub doomed: bool,
    /// Whether somebody holds it back.
    pub held: bool,
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Names read back as what wrote them, and near misses do not read.
    #[test]
    fn names_round_trip() {
        for text in ["S1>S2#3", "C1>S2#1.4", "S9>C1#77"] {
            let id: MessageId = text.parse().unwrap();
            assert_eq!(id.to_string(), text);
        }
        for bad in [
            "",
            "S1>S2",
            "S1>S2#",
            "S1>S2#03",
            "S1>S2#1.0",
            "S1>#1",
            "S1>S2#4294967296",
        ] {
            assert!(bad.parse::<MessageId>().is_err(), "{bad:?}");
        }
    }
}
