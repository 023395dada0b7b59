//! Statements about worlds that must hold, and how a protocol watches over them.
//!
//! Most are about history, so each protocol brings a monitor: a value that is updated from what
//! happens and never looks back.

use super::{ClientId, Datum, Decree, Epoch, NodeId, Protocol, Value};

/// Something that a node did, as a fact: what monitors, conditions and diagrams are made of.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Fact {
    /// The node took up a role (a catalogue word) in a term or ballot.
    BecameRole {
        /// The role's word.
        role: &'static str,
        /// The term or ballot.
        epoch: Epoch,
    },
    /// A candidate's election ended without a winner that it knows of.
    ElectionLost {
        /// The term.
        epoch: Epoch,
    },
    /// An acceptor promised to ignore lower ballots.
    Promised {
        /// The ballot.
        ballot: Epoch,
    },
    /// A proposer settled on the value of its ballot (phase 2a).
    Proposed {
        /// The ballot.
        ballot: Epoch,
        /// The value.
        value: Value,
    },
    /// An acceptor accepted a proposal (phase 2b).
    Accepted {
        /// The ballot.
        ballot: Epoch,
        /// The value.
        value: Value,
    },
    /// A learner learned that a value is chosen.
    Learned {
        /// The ballot that a quorum of phase 2 accepted.
        ballot: Epoch,
        /// The value.
        value: Value,
    },
    /// A node's commit index passed an entry.
    Committed {
        /// The entry's index.
        index: u32,
        /// The entry's term.
        term: u32,
    },
    /// A node applied an entry to its state machine.
    Applied {
        /// The entry's index.
        index: u32,
        /// The command; none for a no-op.
        command: Option<Value>,
    },
    /// A participant voted on a transaction.
    Voted {
        /// The transaction.
        epoch: Epoch,
        /// Whether it can commit.
        yes: bool,
    },
    /// A node knows, or decides itself, what becomes of a transaction.
    Decided {
        /// The transaction.
        epoch: Epoch,
        /// What it is to do; nothing where the node has not been told.
        value: Option<Value>,
        /// Whether it is committed, and not aborted.
        commit: bool,
    },
    /// A leader settled on what it proposes for a slot (phase 2a).
    ProposedAt {
        /// The slot.
        slot: u32,
        /// The ballot.
        ballot: Epoch,
        /// What it proposes.
        decree: Decree,
    },
    /// An acceptor accepted a proposal for a slot (phase 2b).
    AcceptedAt {
        /// The slot.
        slot: u32,
        /// The ballot.
        ballot: Epoch,
        /// What it accepted.
        decree: Decree,
    },
    /// A replica learned what is chosen for a slot.
    LearnedAt {
        /// The slot.
        slot: u32,
        /// What is chosen.
        decree: Decree,
    },
    /// A node's state machine executed a client's request, and did not only pass over it.
    Executed {
        /// The entry's index, or its slot.
        index: u32,
        /// The client.
        client: ClientId,
        /// The request's serial number.
        sequence: u32,
    },
}

/// What just happened to one node.
pub struct Observation<'a, P: Protocol> {
    /// The node.
    pub node: NodeId,
    /// Its state before.
    pub before: &'a P::Node,
    /// Its state now.
    pub after: &'a P::Node,
    /// What it did.
    pub facts: &'a [Fact],
}

/// A statement that must hold.
#[derive(Debug, PartialEq, Eq)]
pub struct Property {
    /// `<protocol>.<name>`: the catalogue's key.
    pub id: &'static str,
    /// Where the papers state it.
    pub citations: &'static [super::Citation],
}

/// A property is lost: the two facts that contradict each other.
#[derive(Clone, Debug, PartialEq)]
pub struct Violation {
    /// The property.
    pub property: &'static Property,
    /// The fact that stood.
    pub first: Statement,
    /// The fact that contradicts it.
    pub second: Statement,
}

/// A sentence with its numbers: the catalogue's key is `fact.<key>`.
#[derive(Clone, Debug, PartialEq)]
pub struct Statement {
    /// The sentence.
    pub key: &'static str,
    /// What it names.
    pub args: Vec<(&'static str, Datum)>,
}

impl Statement {
    /// A sentence without arguments yet.
    pub fn new(key: &'static str) -> Self {
        Self {
            key,
            args: Vec::new(),
        }
    }

    /// Adds what the sentence names.
    pub fn with(mut self, name: &'static str, value: impl Into<Datum>) -> Self {
        self.args.push((name, value.into()));
        self
    }
}
