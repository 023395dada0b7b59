//! The names of things in a cluster. They are stable: an id is never an index into anything.

use std::fmt;
use std::str::FromStr;

use serde::{Serialize, Serializer};

/// One server of the cluster, written `S1`, `S2`, …
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct NodeId(pub u8);

/// A user of the cluster, written `C1`, `C2`, …
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct ClientId(pub u8);

/// Something that sends and gets messages.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Endpoint {
    /// A server.
    Node(NodeId),
    /// A client.
    Client(ClientId),
}

/// A term (Raft), a ballot (Paxos) or a transaction (two-phase commit): the number orders, the
/// owner tells equal numbers apart.
///
/// A Raft term has no owner. A Paxos ballot has one, so that "different proposers choose their
/// numbers from disjoint sets of numbers" (Paxos Made Simple, §2.5).
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize)]
pub struct Epoch {
    /// The term, or the ballot's round.
    pub number: u32,
    /// The ballot's proposer.
    pub owner: Option<NodeId>,
}

impl Epoch {
    /// A Raft term.
    pub fn term(number: u32) -> Self {
        Self {
            number,
            owner: None,
        }
    }

    /// A Paxos ballot.
    pub fn ballot(number: u32, owner: NodeId) -> Self {
        Self {
            number,
            owner: Some(owner),
        }
    }
}

impl fmt::Display for NodeId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "S{}", self.0)
    }
}

impl fmt::Display for ClientId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "C{}", self.0)
    }
}

impl fmt::Display for Endpoint {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Node(id) => id.fmt(f),
            Self::Client(id) => id.fmt(f),
        }
    }
}

impl fmt::Display for Epoch {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.owner {
            None => write!(f, "{}", self.number),
            Some(owner) => write!(f, "{}.{}", self.number, owner.0),
        }
    }
}

impl From<NodeId> for Endpoint {
    fn from(id: NodeId) -> Self {
        Self::Node(id)
    }
}

impl From<ClientId> for Endpoint {
    fn from(id: ClientId) -> Self {
        Self::Client(id)
    }
}

/// What was written is not the name of an endpoint.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct BadName(pub String);

impl fmt::Display for BadName {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "“{}” is not a name such as S1 or C1", self.0)
    }
}

fn numbered(text: &str, letter: char) -> Option<u8> {
    let digits = text.strip_prefix(letter)?;
    let plain = !digits.starts_with(['0', '+']);
    digits.parse().ok().filter(|_| plain)
}

impl FromStr for NodeId {
    type Err = BadName;
    fn from_str(text: &str) -> Result<Self, BadName> {
        numbered(text, 'S')
            .map(NodeId)
            .ok_or_else(|| BadName(text.into()))
    }
}

impl FromStr for ClientId {
    type Err = BadName;
    fn from_str(text: &str) -> Result<Self, BadName> {
        numbered(text, 'C')
            .map(ClientId)
            .ok_or_else(|| BadName(text.into()))
    }
}

impl FromStr for Endpoint {
    type Err = BadName;
    fn from_str(text: &str) -> Result<Self, BadName> {
        let node = text.parse().map(Endpoint::Node);
        node.or_else(|_| text.parse().map(Endpoint::Client))
    }
}

/// Serialised in a compact form: states are hashed, and files are written by name (in `share`).
macro_rules! serialize_as {
    ($type:ty, $compact:expr) => {
        impl Serialize for $type {
            fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
                $compact(*self).serialize(serializer)
            }
        }
    };
}
pub(crate) use serialize_as;

serialize_as!(NodeId, |id: NodeId| id.0);
serialize_as!(ClientId, |id: ClientId| id.0);
// Nodes even, clients odd.
serialize_as!(Endpoint, |end: Endpoint| match end {
    Endpoint::Node(NodeId(n)) => u16::from(n) * 2,
    Endpoint::Client(ClientId(n)) => u16::from(n) * 2 + 1,
});

#[cfg(test)]
mod tests {
    use super::*;

    /// Names read back as what wrote them, and nothing else reads as a name.
    #[test]
    fn names_round_trip() {
        for end in [Endpoint::Node(NodeId(9)), Endpoint::Client(ClientId(2))] {
            assert_eq!(end.to_string().parse(), Ok(end));
        }
        for bad in ["", "S", "S01", "S+1", "S256", "s1", "X1", "S1 "] {
            assert!(bad.parse::<Endpoint>().is_err(), "{bad:?}");
        }
    }

    /// Ballots of different proposers are never equal, and a higher round wins over any owner.
    #[test]
    fn ballots_are_disjoint_and_ordered() {
        assert!(Epoch::ballot(1, NodeId(2)) > Epoch::ballot(1, NodeId(1)));
        assert!(Epoch::ballot(2, NodeId(1)) > Epoch::ballot(1, NodeId(9)));
    }
}
