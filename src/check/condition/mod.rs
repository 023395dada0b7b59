//! Conditions: what a search looks for, a lesson waits for, a challenge asks for and a run stops
//! at, in one vocabulary without a word of any protocol. They are written as JSON by
//! [`crate::share::condition`].
//!
//! A **state condition** reads what nodes show of themselves, what clients were told and which
//! properties are lost, so it can be asked of any single state. A **step condition** reads what one
//! action caused and why. [`Condition::reads_steps`] tells them apart.

mod events;
mod holds;
mod situation;
mod spelling;

use crate::protocol::{CellState, ClientId, Endpoint, NodeId, Outcome};
pub use events::{EVENT_KINDS, EventKind, EventTest, Part};
pub use situation::Situation;
pub use spelling::spell;

/// A predicate on a state and the step that led to it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Condition {
    /// All of them hold; so it is where there are none.
    All(Vec<Condition>),
    /// At least one of them holds.
    Any(Vec<Condition>),
    /// It does not hold.
    Not(Box<Condition>),
    /// A node, or some node where none is named, is as the test says.
    Node(Option<NodeId>, Test),
    /// So many nodes are as all of its tests say.
    Count(Count),
    /// A client, or any, has been told the result of a request for this value, or for any.
    Told {
        /// The client.
        client: Option<ClientId>,
        /// What it asked for.
        value: Option<String>,
    },
    /// A property is lost, by its id.
    Lost(String),
    /// At least so many messages have been sent from node to node.
    Messages(u32),
    /// The step caused this.
    Event(EventTest),
    /// The step has a reason of this kind.
    Note(NoteTest),
}

/// What one node shows of itself.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Test {
    /// It runs in this role, by the role's word.
    Role(String),
    /// The number of its term or ballot; 0 where it has none.
    Epoch(Range),
    /// It has a cell like this.
    Cell(CellTest),
    /// A variable's value, spelled as in [`spell`].
    Field {
        /// The variable's key.
        key: String,
        /// What it holds.
        is: String,
    },
    /// It has counted so many.
    Tally {
        /// What is counted, as a tally's key.
        of: String,
        /// How many said yes.
        yes: Range,
    },
    /// It is down.
    Down,
}

/// Whole numbers; both ends are included and may be open.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Range {
    /// The smallest.
    pub at_least: Option<u32>,
    /// The largest.
    pub at_most: Option<u32>,
}

/// A cell of a log, or an accepted proposal; what is not given may be anything.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct CellTest {
    /// Its index.
    pub index: Option<u32>,
    /// How far it has come, or farther.
    pub state: Option<CellState>,
    /// What is in it.
    pub label: Option<String>,
    /// The number of the term or ballot that wrote it.
    pub epoch: Option<u32>,
}

/// How many nodes are alike.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Count {
    /// What each of them must pass.
    pub tests: Vec<Test>,
    /// How many there must be.
    pub nodes: Range,
    /// Whose terms or ballots count.
    pub epochs: Epochs,
}

/// How the terms or ballots of those who are counted are related: those of their cells, where a cell
/// is asked for.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Epochs {
    /// Any will do.
    #[default]
    Any,
    /// Only different ones count, once each.
    Different,
    /// Only those of one count, of the one that most have.
    Same,
}

/// Why something happened.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct NoteTest {
    /// The rule's id.
    pub rule: String,
    /// What came of it.
    pub outcome: Option<Outcome>,
    /// Where.
    pub at: Option<Endpoint>,
}

/// The words of how far a cell has come.
pub const CELL_STATES: &[(&str, CellState)] = &[
    ("accepted", CellState::Accepted),
    ("chosen", CellState::Chosen),
    ("applied", CellState::Applied),
    ("aborted", CellState::Aborted),
    ("gap", CellState::Gap),
];

impl Condition {
    /// Whether it can be asked of a state of which nothing is known but what is in it: not how it
    /// came about, how many messages that took, or what was lost on the way.
    pub fn is_of_states(&self) -> bool {
        match self {
            Self::All(parts) | Self::Any(parts) => parts.iter().all(Self::is_of_states),
            Self::Not(part) => part.is_of_states(),
            Self::Node(..) | Self::Count(_) | Self::Told { .. } => true,
            Self::Event(_) | Self::Note(_) | Self::Lost(_) | Self::Messages(_) => false,
        }
    }

    /// Whether it speaks of a node by its name, or may: texts that a node shows can have names in
    /// them.
    pub fn names(&self, id: NodeId) -> bool {
        let name = id.to_string();
        let in_test = |test: &Test| match test {
            Test::Field { is, .. } => is.contains(&name),
            Test::Cell(cell) => cell.label.as_ref().is_some_and(|it| it.contains(&name)),
            Test::Role(_) | Test::Epoch(_) | Test::Tally { .. } | Test::Down => false,
        };
        match self {
            Self::All(parts) | Self::Any(parts) => parts.iter().any(|it| it.names(id)),
            Self::Not(part) => part.names(id),
            Self::Node(node, test) => *node == Some(id) || in_test(test),
            Self::Count(count) => count.tests.iter().any(in_test),
            Self::Told { .. } | Self::Lost(_) | Self::Messages(_) => false,
            Self::Event(_) | Self::Note(_) => true,
        }
    }

    /// Whether it needs the step that led to a state, and not the state alone.
    pub fn reads_steps(&self) -> bool {
        match self {
            Self::All(parts) | Self::Any(parts) => parts.iter().any(Self::reads_steps),
            Self::Not(part) => part.reads_steps(),
            Self::Event(_) | Self::Note(_) => true,
            Self::Node(..)
            | Self::Count(_)
            | Self::Told { .. }
            | Self::Lost(_)
            | Self::Messages(_) => false,
        }
    }
}

impl Range {
    /// Whether a number is in it.
    pub fn has(self, number: u32) -> bool {
        self.at_least.is_none_or(|it| number >= it) && self.at_most.is_none_or(|it| number <= it)
    }
}
