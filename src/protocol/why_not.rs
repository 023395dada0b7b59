//! Why something is not so: questions about one moment, and answers from the rules with the
//! numbers.
//!
//! A question is data, and so is an answer. A protocol answers by asking its own handlers: a
//! [`trial`] lets a node handle an input on a copy and keeps what it would send and say, so that
//! an answer cannot drift apart from what the algorithm does.

use super::{ClientId, Comparison, Datum, Epoch, Input, NodeId, Note, Outcome, Protocol};
use super::{Endpoint, RangeMs, Relation, Reply, Rule, Sink};
use crate::sorted::{SortedMap, SortedSet};

/// A cluster at one moment, as somebody sees it who looks at everything at once.
pub struct Scene<'a, P: Protocol> {
    /// All nodes; of one that is down, the node that its disk would give back.
    pub nodes: SortedMap<NodeId, Seen<'a, P::Node>>,
    /// The links that are cut, each in one direction.
    pub cut: &'a SortedSet<(Endpoint, Endpoint)>,
    /// What is under way from node to node.
    pub flights: Vec<(NodeId, NodeId, &'a P::Message)>,
    /// The links on which chance loses every message that is sent.
    pub lossy: SortedSet<(NodeId, NodeId)>,
}

/// One node of a scene.
pub struct Seen<'a, N> {
    /// The node.
    pub node: &'a N,
    /// What it does.
    pub state: State,
    /// Its armed timers, by their positions in [`super::About::timers`].
    pub timers: Vec<usize>,
}

/// Whether a node does anything.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum State {
    /// It runs.
    Runs,
    /// It stands still, and goes on one day.
    Paused,
    /// It has crashed.
    Down,
}

/// Something that can be asked of a moment.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Question {
    /// What: the catalogue's key, in which `{node}` and `{of}` are named.
    pub key: &'static str,
    /// Of which node.
    pub node: NodeId,
    /// Of which entry, slot, ballot or transaction, if it is about one.
    pub of: Option<Part>,
}

/// What a question is about, besides a node.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Part {
    /// An index of a log, or a slot.
    Index(u32),
    /// A ballot or a transaction.
    Epoch(Epoch),
}

/// What an answer comes to.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Verdict {
    /// Whatever happens, it does not come about.
    Never,
    /// It does not come about as long as nodes, links and what the reasons name stay as they are.
    Blocked,
    /// That is decided by what happens next.
    Depends,
    /// Nothing stands in the way: it only has to be done.
    Open,
}

impl Verdict {
    /// The catalogue key of its sentence.
    pub fn key(self) -> &'static str {
        match self {
            Self::Never => "why_not.never",
            Self::Blocked => "why_not.blocked",
            Self::Depends => "why_not.depends",
            Self::Open => "why_not.open",
        }
    }
}

/// One reason: a sentence with its numbers, and the rule behind it, if there is one.
#[derive(Clone, Debug, PartialEq)]
pub struct Reason {
    /// The catalogue's key.
    pub key: String,
    /// What the sentence names.
    pub args: Vec<(&'static str, Datum)>,
    /// The rule.
    pub rule: Option<&'static Rule>,
    /// The inequality that decides.
    pub comparison: Option<Comparison>,
}

impl Reason {
    /// A reason without arguments yet.
    pub fn new(key: &str) -> Self {
        Self {
            key: key.to_owned(),
            args: Vec::new(),
            rule: None,
            comparison: None,
        }
    }

    /// Adds what the sentence names.
    pub fn with(mut self, name: &'static str, value: impl Into<Datum>) -> Self {
        self.args.push((name, value.into()));
        self
    }

    /// Adds the rule.
    pub fn by(mut self, rule: &'static Rule) -> Self {
        self.rule = Some(rule);
        self
    }

    /// Adds the inequality: how a count stands to what is needed.
    pub fn count(
        mut self,
        (left_name, left): (&'static str, u32),
        (right_name, right): (&'static str, u32),
    ) -> Self {
        let relation = match left < right {
            true => Relation::Less,
            false => Relation::AtLeast,
        };
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

/// What a handler says of an input is a reason as it stands.
impl From<Note> for Reason {
    fn from(note: Note) -> Self {
        Self {
            key: format!("note.{}.{}.why", note.rule.id, note.outcome.key()),
            args: note.args,
            rule: Some(note.rule),
            comparison: note.comparison,
        }
    }
}

/// An answer.
#[derive(Clone, Debug, PartialEq)]
pub struct Answer {
    /// What it comes to.
    pub verdict: Verdict,
    /// Why, the most telling first.
    pub reasons: Vec<Reason>,
    /// What would have to happen, or what it waits for.
    pub way: Option<Reason>,
    /// What could be asked next.
    pub further: Vec<Question>,
}

impl Answer {
    /// An answer without a way yet.
    pub fn new(verdict: Verdict, reasons: Vec<Reason>) -> Self {
        Self {
            verdict,
            reasons,
            way: None,
            further: Vec::new(),
        }
    }

    /// Adds what would have to happen.
    pub fn way(mut self, way: Reason) -> Self {
        self.way = Some(way);
        self
    }

    /// Adds what could be asked next.
    pub fn further(mut self, questions: impl IntoIterator<Item = Question>) -> Self {
        self.further.extend(questions);
        self
    }
}

impl<'a, P: Protocol> Scene<'a, P> {
    /// The same scene, for one protocol of those in a [`super::Any`].
    pub(crate) fn of<Q: Protocol>(
        &self,
        node: impl Fn(&'a P::Node) -> &'a Q::Node,
        message: impl Fn(&'a P::Message) -> &'a Q::Message,
    ) -> Scene<'a, Q> {
        let nodes = self.nodes.iter();
        let flights = self.flights.iter();
        Scene {
            nodes: nodes
                .map(|(id, seen)| {
                    let seen = Seen {
                        node: node(seen.node),
                        state: seen.state,
                        timers: seen.timers.clone(),
                    };
                    (*id, seen)
                })
                .collect(),
            cut: self.cut,
            flights: flights
                .map(|(from, to, it)| (*from, *to, message(it)))
                .collect(),
            lossy: self.lossy.clone(),
        }
    }

    /// A node.
    pub fn node(&self, id: NodeId) -> Option<&'a P::Node> {
        self.nodes.get(&id).map(|seen| seen.node)
    }

    /// All nodes that have not crashed.
    pub fn up(&self) -> impl Iterator<Item = (NodeId, &'a P::Node)> + Clone + '_ {
        let nodes = self.nodes.iter();
        nodes
            .filter(|(_, seen)| seen.state != State::Down)
            .map(|(id, seen)| (*id, seen.node))
    }

    /// Whether a node runs.
    pub fn runs(&self, id: NodeId) -> bool {
        let seen = self.nodes.get(&id);
        seen.is_some_and(|seen| seen.state == State::Runs)
    }

    /// Whether the link from one node to another works.
    pub fn is_linked(&self, from: NodeId, to: NodeId) -> bool {
        from == to || !self.cut.contains(&(from.into(), to.into()))
    }

    /// What may still arrive at a node, each with its sender.
    pub fn arriving(&self, at: NodeId) -> impl Iterator<Item = (NodeId, &'a P::Message)> + '_ {
        let flights = self.flights.iter();
        flights
            .filter(move |(from, to, _)| *to == at && self.is_linked(*from, at))
            .map(|(from, _, message)| (*from, *message))
    }

    /// Why a node does nothing by itself; nothing where it runs.
    pub fn idle(&self, id: NodeId) -> Option<Reason> {
        let key = match self.nodes.get(&id)?.state {
            State::Runs => return None,
            State::Paused => "why_not.paused",
            State::Down => "why_not.down",
        };
        Some(Reason::new(key).with("node", id))
    }

    /// Why a node cannot ask another one and hear its answer.
    pub fn apart(&self, from: NodeId, to: NodeId) -> Option<Reason> {
        if from == to {
            return self.idle(to);
        }
        let link = |key, from: NodeId, to: NodeId| {
            let reason = Reason::new(key);
            Some(reason.with("from", from).with("to", to))
        };
        let loses = |from: NodeId, to: NodeId| self.lossy.contains(&(from, to));
        match (self.is_linked(from, to), self.is_linked(to, from)) {
            _ if self.idle(to).is_some() => self.idle(to),
            (false, _) => link("why_not.cut", from, to),
            (_, false) => link("why_not.cut", to, from),
            _ if loses(from, to) => link("why_not.lossy", from, to),
            _ if loses(to, from) => link("why_not.lossy", to, from),
            _ => None,
        }
    }
}

/// What a node would do about an input: it is asked on a copy.
pub struct Trial<P: Protocol> {
    /// What it would send.
    pub sent: Vec<(NodeId, P::Message)>,
    /// What it would say of it.
    pub notes: Vec<Note>,
}

impl<P: Protocol> Default for Trial<P> {
    fn default() -> Self {
        Self {
            sent: Vec::new(),
            notes: Vec::new(),
        }
    }
}

impl<P: Protocol> Trial<P> {
    /// The last thing it would refuse or ignore, as a reason.
    pub fn refusal(self) -> Option<Reason> {
        let mut notes = self.notes.into_iter().rev();
        let says_no = |note: &Note| matches!(note.outcome, Outcome::Refused | Outcome::Ignored);
        notes.find(says_no).map(Reason::from)
    }
}

impl<P: Protocol> Sink<P> for Trial<P> {
    fn send(&mut self, to: NodeId, message: P::Message) {
        self.sent.push((to, message));
    }
    fn reply(&mut self, _to: ClientId, _reply: Reply) {}
    fn set_timer(&mut self, _timer: P::Timer, _range: RangeMs) {}
    fn cancel_timer(&mut self, _timer: P::Timer) {}
    fn fact(&mut self, _fact: super::Fact) {}
    fn note(&mut self, note: impl FnOnce() -> Note) {
        self.notes.push(note());
    }
}

/// Lets a node handle an input on a copy.
pub fn trial<P: Protocol>(protocol: &P, node: &P::Node, input: Input<'_, P>) -> Trial<P> {
    let mut trial = Trial::default();
    protocol.handle(&mut node.clone(), input, &mut trial);
    trial
}
