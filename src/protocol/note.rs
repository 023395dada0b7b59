//! Why something happened: the rule that applied, and the numbers that decided it.
//!
//! A note is data. Its words, the line of pseudocode that lights up and the citation all follow
//! from the rule's id.

use std::cmp::Ordering;

use super::{ClientId, Decree, Endpoint, Epoch, NodeId, Value};

/// One line of an algorithm.
#[derive(Debug, PartialEq, Eq)]
pub struct Rule {
    /// `<protocol>.<section>.<line>`: the catalogue's key, unique.
    pub id: &'static str,
    /// The part of the algorithm that it stands in, as a catalogue key's last word.
    pub section: &'static str,
    /// Where the papers say so; never empty.
    pub citations: &'static [Citation],
    /// What can come of it: each has a text in every language and a test that reaches it.
    pub outcomes: &'static [Outcome],
}

/// A place in a paper.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Citation {
    /// The paper.
    pub work: Work,
    /// The place inside it.
    pub place: Place,
}

/// The papers that the protocols are implemented from.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Work {
    /// Lamport, *Paxos Made Simple*, 2001.
    PaxosMadeSimple,
    /// Ongaro and Ousterhout, *In Search of an Understandable Consensus Algorithm*, extended
    /// version, 2014.
    Raft,
    /// Ongaro, *Consensus: Bridging Theory and Practice*, thesis, 2014.
    RaftThesis,
    /// Gray, *Notes on Data Base Operating Systems*, 1978.
    DataBaseNotes,
    /// Bernstein, Hadzilacos and Goodman, *Concurrency Control and Recovery in Database Systems*,
    /// 1987.
    ConcurrencyControl,
    /// Gray and Lamport, *Consensus on Transaction Commit*, 2006.
    TransactionCommit,
    /// Van Renesse and Altinbuken, *Paxos Made Moderately Complex*, 2015.
    PaxosMadeModeratelyComplex,
    /// Howard, Malkhi and Spiegelman, *Flexible Paxos: Quorum Intersection Revisited*, 2016.
    FlexiblePaxos,
    /// Herlihy and Wing, *Linearizability: A Correctness Condition for Concurrent Objects*, 1990.
    Linearizability,
}

/// A place inside a paper.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Place {
    /// A section, by number.
    Section(&'static str),
    /// A figure, by number.
    Figure(&'static str),
}

impl Citation {
    /// A section of *Paxos Made Simple*.
    pub const fn paxos(section: &'static str) -> Self {
        Self {
            work: Work::PaxosMadeSimple,
            place: Place::Section(section),
        }
    }

    /// A section of *Paxos Made Moderately Complex*.
    pub const fn pmmc(section: &'static str) -> Self {
        Self {
            work: Work::PaxosMadeModeratelyComplex,
            place: Place::Section(section),
        }
    }

    /// A section of *Flexible Paxos*.
    pub const fn flexible_paxos(section: &'static str) -> Self {
        Self {
            work: Work::FlexiblePaxos,
            place: Place::Section(section),
        }
    }

    /// A section of *Linearizability*.
    pub const fn linearizability(section: &'static str) -> Self {
        Self {
            work: Work::Linearizability,
            place: Place::Section(section),
        }
    }

    /// A section of the Raft paper.
    pub const fn raft(section: &'static str) -> Self {
        Self {
            work: Work::Raft,
            place: Place::Section(section),
        }
    }

    /// A section of Ongaro's thesis.
    pub const fn raft_thesis(section: &'static str) -> Self {
        Self {
            work: Work::RaftThesis,
            place: Place::Section(section),
        }
    }

    /// A figure of the Raft paper.
    pub const fn raft_figure(figure: &'static str) -> Self {
        Self {
            work: Work::Raft,
            place: Place::Figure(figure),
        }
    }
}

/// What came of applying a rule.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Outcome {
    /// The input was granted.
    Accepted,
    /// The input was refused.
    Refused,
    /// The input no longer matters and changed nothing.
    Ignored,
    /// The node did what the rule says; nobody asked.
    Done,
}

impl Outcome {
    /// The last word of catalogue keys.
    pub fn key(self) -> &'static str {
        match self {
            Self::Accepted => "accepted",
            Self::Refused => "refused",
            Self::Ignored => "ignored",
            Self::Done => "done",
        }
    }
}

/// A typed value that a screen can show in any language.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Datum {
    /// Nothing there yet.
    Nothing,
    /// A node.
    Node(NodeId),
    /// A client.
    Client(ClientId),
    /// Several nodes.
    Nodes(Vec<NodeId>),
    /// A term or a ballot.
    Epoch(Epoch),
    /// A count or an index.
    Number(u64),
    /// A client's value.
    Value(Value),
    /// A log's last entry: (term, index), compared in this order (Raft, §5.4.1).
    Position {
        /// The entry's term.
        term: u32,
        /// The entry's index.
        index: u32,
    },
    /// A proposal: a ballot and its value.
    Proposal(Epoch, Value),
    /// The terms of a whole log, first entry first.
    Terms(Vec<u32>),
    /// Several things.
    List(Vec<Datum>),
    /// Pairs, such as a key-value store or what a leader knows of each peer.
    Pairs(Vec<(Datum, Datum)>),
    /// A catalogue word, by the last part of its key.
    Word(&'static str),
    /// A catalogue text, by its whole key.
    Text(&'static str),
    /// A name that is the same in every language.
    Name(&'static str),
}

impl From<NodeId> for Datum {
    fn from(id: NodeId) -> Self {
        Self::Node(id)
    }
}
impl From<ClientId> for Datum {
    fn from(id: ClientId) -> Self {
        Self::Client(id)
    }
}
impl From<Endpoint> for Datum {
    fn from(end: Endpoint) -> Self {
        match end {
            Endpoint::Node(id) => Self::Node(id),
            Endpoint::Client(id) => Self::Client(id),
        }
    }
}
impl From<Epoch> for Datum {
    fn from(epoch: Epoch) -> Self {
        Self::Epoch(epoch)
    }
}
impl From<u32> for Datum {
    fn from(number: u32) -> Self {
        Self::Number(number.into())
    }
}
impl From<Value> for Datum {
    fn from(value: Value) -> Self {
        Self::Value(value)
    }
}
impl From<&Decree> for Datum {
    fn from(decree: &Decree) -> Self {
        match decree.command() {
            Some(command) => command.clone().into(),
            None => Self::Word("no_op"),
        }
    }
}
impl<T: Into<Datum>> From<Option<T>> for Datum {
    fn from(value: Option<T>) -> Self {
        value.map_or(Self::Nothing, Into::into)
    }
}

/// How two numbers were compared.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Relation {
    /// `<`
    Less,
    /// `≤`
    AtMost,
    /// `=`
    Equal,
    /// `≠`
    Different,
    /// `≥`
    AtLeast,
    /// `>`
    Greater,
}

impl Relation {
    /// How two numbers stand to each other.
    pub fn of<T: Ord>(left: &T, right: &T) -> Self {
        match left.cmp(right) {
            Ordering::Less => Self::Less,
            Ordering::Equal => Self::Equal,
            Ordering::Greater => Self::Greater,
        }
    }

    /// The sign.
    pub fn sign(self) -> &'static str {
        match self {
            Self::Less => "<",
            Self::AtMost => "≤",
            Self::Equal => "=",
            Self::Different => "≠",
            Self::AtLeast => "≥",
            Self::Greater => ">",
        }
    }
}

/// The inequality that decided, with its live numbers; it holds as written.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Comparison {
    /// What the left side is, as the last part of a catalogue key.
    pub left_name: &'static str,
    /// The left side.
    pub left: Datum,
    /// The relation that holds.
    pub relation: Relation,
    /// What the right side is.
    pub right_name: &'static str,
    /// The right side.
    pub right: Datum,
}

/// Why: one rule applied once.
#[derive(Clone, Debug, PartialEq)]
pub struct Note {
    /// The rule.
    pub rule: &'static Rule,
    /// What came of it.
    pub outcome: Outcome,
    /// What the sentence names, by the names it uses.
    pub args: Vec<(&'static str, Datum)>,
    /// The inequality that decided, if one did.
    pub comparison: Option<Comparison>,
}

impl Note {
    /// A note without arguments yet.
    pub fn new(rule: &'static Rule, outcome: Outcome) -> Self {
        debug_assert!(rule.outcomes.contains(&outcome), "{}: {outcome:?}", rule.id);
        Self {
            rule,
            outcome,
            args: Vec::new(),
            comparison: None,
        }
    }

    /// Adds what the sentence names.
    pub fn with(mut self, name: &'static str, value: impl Into<Datum>) -> Self {
        self.args.push((name, value.into()));
        self
    }

    /// Adds the inequality that decided.
    pub fn because(
        mut self,
        (left_name, left): (&'static str, impl Into<Datum>),
        relation: Relation,
        (right_name, right): (&'static str, impl Into<Datum>),
    ) -> Self {
        self.comparison = Some(Comparison {
            left_name,
            left: left.into(),
            relation,
            right_name,
            right: right.into(),
        });
        self
    }
}
