//! What a screen shows of one node: a fixed vocabulary, so that the screen has no word of any
//! protocol. It reads that one node and nothing else, so it is also that node's own view.

use super::{Datum, Epoch, NodeId};

/// One node as it sees itself.
#[derive(Clone, Debug, PartialEq)]
pub struct NodeView {
    /// The role's catalogue word.
    pub role: &'static str,
    /// The role's shape, which tells it without colour.
    pub shape: Shape,
    /// The term or ballot on the node's badge.
    pub badge: Option<Epoch>,
    /// The log, or the accepted proposal.
    pub cells: Vec<Cell>,
    /// Votes or promises gathered so far; only what was delivered counts.
    pub tallies: Vec<Tally>,
    /// All variables.
    pub fields: Vec<Field>,
}

/// How a node's outline is drawn.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Shape {
    /// A thin ring: waits for others.
    Plain,
    /// A dashed ring: asks to lead.
    Dashed,
    /// A double ring: leads.
    Double,
}

/// One entry of a log, or one accepted proposal.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Cell {
    /// The index or slot, from 1; 0 for the only proposal that there is.
    pub index: u32,
    /// What is in it.
    pub label: String,
    /// The term or ballot that wrote it.
    pub epoch: Option<Epoch>,
    /// How far it has come.
    pub state: CellState,
    /// Whether it holds a no-op.
    pub no_op: bool,
}

/// How far an entry has come on this node.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum CellState {
    /// Stored here, not known to be chosen.
    Accepted,
    /// Known to be chosen or committed.
    Chosen,
    /// Applied to the state machine.
    Applied,
    /// Decided against: a transaction that is aborted.
    Aborted,
    /// Nothing known here, but of later ones something is.
    Gap,
}

/// A count on its way to a threshold.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Tally {
    /// What is counted, as the last part of a catalogue key.
    pub key: &'static str,
    /// Who can be counted.
    pub members: Vec<NodeId>,
    /// Who said yes.
    pub yes: Vec<NodeId>,
    /// Who said no.
    pub no: Vec<NodeId>,
    /// How many are needed.
    pub threshold: u8,
}

/// Whether a variable survives a crash.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Storage {
    /// On disk: survives.
    Durable,
    /// In memory: lost.
    Volatile,
}

/// One variable of a node.
#[derive(Clone, Debug, PartialEq)]
pub struct Field {
    /// The name, as the last part of a catalogue key.
    pub key: &'static str,
    /// Whether it survives a crash.
    pub storage: Storage,
    /// What it holds.
    pub value: Datum,
}

impl Field {
    /// A variable on disk.
    pub fn durable(key: &'static str, value: impl Into<Datum>) -> Self {
        Self {
            key,
            storage: Storage::Durable,
            value: value.into(),
        }
    }

    /// A variable in memory.
    pub fn volatile(key: &'static str, value: impl Into<Datum>) -> Self {
        Self {
            key,
            storage: Storage::Volatile,
            value: value.into(),
        }
    }
}

/// What a screen shows of a message.
#[derive(Clone, Debug, PartialEq)]
pub struct MessageView {
    /// The paper's name for it; the same in every language.
    pub name: &'static str,
    /// A shorter one, for a crowded stage.
    pub short: &'static str,
    /// Its term or ballot.
    pub epoch: Option<Epoch>,
    /// Whether it asks or answers, and how it answers.
    pub kind: MessageKind,
    /// What is in it.
    pub fields: Vec<(&'static str, Datum)>,
}

/// Whether a message asks or answers.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum MessageKind {
    /// Asks.
    Request,
    /// Answers yes, or tells.
    Grant,
    /// Answers no.
    Refusal,
}
