//! Conditions: what a search looks for, a lesson waits for, a challenge asks for and a run stops
//! at, in one vocabulary without a word of any protocol. They are written as JSON by
//! [`crate::share::condition`].
//!
//! A **state condition** reads what nodes show of themselves, what clients were told and which
//! properties are lost, so it can be asked of any single state. A **step condition** reads what one
//! action caused and why. [`Condition::reads_steps`] tells them apart.

use std::rc::Rc;

use super::Watched;
use crate::protocol::{
    Answer, Cell, CellState, ClientId, Datum, Endpoint, Epoch, Fact, NodeId, NodeView, Note,
    Outcome, Protocol,
};
use crate::world::{Event, Exchange, Payload, Step};

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

/// What a step caused: an event's word, and what is known of it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct EventTest {
    /// The kind of event.
    pub kind: &'static EventKind,
    /// What must be so, by the names in [`EventKind::parts`].
    pub parts: Vec<(&'static str, Part)>,
}

/// A kind of event, as it is named in conditions.
#[derive(Debug, PartialEq, Eq)]
pub struct EventKind {
    /// Its word.
    pub word: &'static str,
    /// Whether it is a fact that a node states.
    pub fact: bool,
    /// What can be asked of it.
    pub parts: &'static [&'static str],
}

/// What can be known of an event.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Part {
    /// A node or a client.
    End(Endpoint),
    /// An index, or the number of a term, ballot or transaction.
    Number(u32),
    /// A role, a value, a message's name, a timer.
    Text(String),
    /// Yes or no.
    Flag(bool),
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

macro_rules! kinds {
    ($($name:ident = $word:literal, $fact:literal, $parts:expr;)*) => {
        $(static $name: EventKind = EventKind { word: $word, fact: $fact, parts: &$parts };)*
        /// All kinds of events that conditions know.
        pub static EVENT_KINDS: &[&EventKind] = &[$(&$name),*];
    };
}

kinds! {
    SENT = "sent", false, ["message", "from", "to"];
    DELIVERED = "delivered", false, ["message", "from", "to"];
    LOST = "lost", false, ["message", "from", "to"];
    FIRED = "fired", false, ["node", "timer"];
    CRASHED = "crashed", false, ["node"];
    RESTARTED = "restarted", false, ["node"];
    WIPED = "wiped", false, ["node"];
    PAUSED = "paused", false, ["node"];
    RESUMED = "resumed", false, ["node"];
    LINKS_CHANGED = "links_changed", false, [];
    SUBMITTED = "submitted", false, ["client", "value"];
    TOLD = "told", false, ["client", "value"];
    BECAME = "became", true, ["node", "role", "epoch"];
    ELECTION_LOST = "election_lost", true, ["node", "epoch"];
    PROMISED = "promised", true, ["node", "epoch"];
    PROPOSED = "proposed", true, ["node", "epoch", "value", "index"];
    ACCEPTED = "accepted", true, ["node", "epoch", "value", "index"];
    LEARNED = "learned", true, ["node", "epoch", "value", "index"];
    COMMITTED = "committed", true, ["node", "epoch", "index"];
    APPLIED = "applied", true, ["node", "index", "value"];
    EXECUTED = "executed", true, ["node", "index", "client"];
    VOTED = "voted", true, ["node", "epoch", "yes"];
    DECIDED = "decided", true, ["node", "epoch", "commit"];
}

/// The words of how far a cell has come.
pub const CELL_STATES: &[(&str, CellState)] = &[
    ("accepted", CellState::Accepted),
    ("chosen", CellState::Chosen),
    ("applied", CellState::Applied),
    ("aborted", CellState::Aborted),
    ("gap", CellState::Gap),
];

/// A state that conditions are asked of.
pub trait Situation {
    /// All nodes, in order.
    fn ids(&self) -> Vec<NodeId>;

    /// Whether a node runs, and what it shows: of one that is down, what its disk will give back.
    fn node(&self, id: NodeId) -> Option<(bool, Rc<NodeView>)>;

    /// Whether a property is lost.
    fn is_lost(&self, property: &str) -> bool;

    /// What clients asked and were told.
    fn exchanges(&self) -> Vec<(ClientId, &Exchange)>;

    /// How many messages have been sent from node to node.
    fn messages(&self) -> u32;
}

impl<P: Protocol> Situation for Watched<P> {
    fn ids(&self) -> Vec<NodeId> {
        self.world().machines().keys().copied().collect()
    }

    fn node(&self, id: NodeId) -> Option<(bool, Rc<NodeView>)> {
        let machine = self.world().machines().get(&id)?;
        let protocol = self.world().protocol();
        let view = match machine.up {
            true => protocol.view(&machine.node),
            false => protocol.view(&protocol.boot(id, &machine.disk)),
        };
        Some((machine.up, Rc::new(view)))
    }

    fn is_lost(&self, property: &str) -> bool {
        let mut lost = self.violations().iter();
        lost.any(|violation| violation.property.id == property)
    }

    fn exchanges(&self) -> Vec<(ClientId, &Exchange)> {
        let clients = self.world().clients().iter();
        clients
            .flat_map(|(id, client)| client.history().iter().map(|it| (*id, &**it)))
            .collect()
    }

    fn messages(&self) -> u32 {
        self.world().messages_sent()
    }
}

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

    /// Whether it holds in a state, with no step before it: no event has happened.
    pub fn holds_in(&self, state: &dyn Situation) -> bool {
        self.holds_with(state, &|_| false, &|_| false)
    }

    /// Whether it holds after a step.
    pub fn holds_after<P: Protocol>(&self, state: &Watched<P>, step: &Step<P::Message>) -> bool {
        let protocol = state.world().protocol();
        let event = |test: &EventTest| {
            let mut seen = step.events.iter().filter_map(|it| read(protocol, it));
            seen.any(|(kind, parts)| {
                std::ptr::eq(kind, test.kind) && test.parts.iter().all(|it| parts.contains(it))
            })
        };
        let note = |test: &NoteTest| step.notes.iter().any(|(at, it)| test.matches(*at, it));
        self.holds_with(state, &event, &note)
    }

    fn holds_with(
        &self,
        state: &dyn Situation,
        event: &dyn Fn(&EventTest) -> bool,
        note: &dyn Fn(&NoteTest) -> bool,
    ) -> bool {
        let holds = |part: &Condition| part.holds_with(state, event, note);
        match self {
            Self::All(parts) => parts.iter().all(holds),
            Self::Any(parts) => parts.iter().any(holds),
            Self::Not(part) => !holds(part),
            Self::Node(Some(id), test) => state.node(*id).is_some_and(|it| test.passes(&it)),
            Self::Node(None, test) => {
                let mut nodes = state.ids().into_iter().filter_map(|id| state.node(id));
                nodes.any(|it| test.passes(&it))
            }
            Self::Count(count) => count.holds(state),
            Self::Told { client, value } => state.exchanges().iter().any(|(id, exchange)| {
                let asked = exchange.command.as_str();
                exchange.told.is_some()
                    && client.is_none_or(|it| it == *id)
                    && value.as_ref().is_none_or(|it| it == asked)
            }),
            Self::Lost(property) => state.is_lost(property),
            Self::Messages(at_least) => state.messages() >= *at_least,
            Self::Event(test) => event(test),
            Self::Note(test) => note(test),
        }
    }
}

impl Range {
    /// Whether a number is in it.
    pub fn has(self, number: u32) -> bool {
        self.at_least.is_none_or(|it| number >= it) && self.at_most.is_none_or(|it| number <= it)
    }
}

impl Count {
    fn holds(&self, state: &dyn Situation) -> bool {
        let nodes = state.ids().into_iter().filter_map(|id| state.node(id));
        let alike = nodes.filter(|it| self.tests.iter().all(|test| test.passes(it)));
        let mut epochs: Vec<_> = alike.map(|(_, view)| self.epoch(&view)).collect();
        let count = match self.epochs {
            Epochs::Any => epochs.len(),
            Epochs::Different => {
                epochs.sort();
                epochs.dedup();
                epochs.len()
            }
            Epochs::Same => {
                epochs.sort();
                let groups = epochs.chunk_by(|one, other| one == other);
                groups.map(<[_]>::len).max().unwrap_or(0)
            }
        };
        self.nodes.has(count as u32)
    }

    /// What a node that is counted is of.
    fn epoch(&self, view: &NodeView) -> Option<Epoch> {
        let mut tests = self.tests.iter();
        let cell = tests.find_map(|test| match test {
            Test::Cell(test) => view.cells.iter().find(|cell| test.passes(cell)),
            _ => None,
        });
        cell.map_or(view.badge, |cell| cell.epoch)
    }
}

impl Test {
    fn passes(&self, (up, view): &(bool, Rc<NodeView>)) -> bool {
        match self {
            Self::Role(role) => *up && view.role == role,
            Self::Epoch(range) => range.has(view.badge.map_or(0, |badge| badge.number)),
            Self::Cell(test) => view.cells.iter().any(|cell| test.passes(cell)),
            Self::Field { key, is } => {
                let mut fields = view.fields.iter();
                fields.any(|field| field.key == key && spell(&field.value) == *is)
            }
            Self::Tally { of, yes } => {
                let mut tallies = view.tallies.iter();
                tallies.any(|tally| tally.key == of && yes.has(tally.yes.len() as u32))
            }
            Self::Down => !up,
        }
    }
}

impl CellTest {
    fn passes(&self, cell: &Cell) -> bool {
        let number = cell.epoch.map(|epoch| epoch.number);
        self.index.is_none_or(|it| it == cell.index)
            && self.state.is_none_or(|it| is_as_far(cell.state, it))
            && self.label.as_ref().is_none_or(|it| *it == cell.label)
            && (self.epoch.is_none() || self.epoch == number)
    }
}

/// Whether a cell has come as far: what is applied is chosen, and what is chosen is stored.
fn is_as_far(state: CellState, wanted: CellState) -> bool {
    match wanted {
        CellState::Accepted => !matches!(state, CellState::Aborted | CellState::Gap),
        CellState::Chosen => matches!(state, CellState::Chosen | CellState::Applied),
        CellState::Applied | CellState::Aborted | CellState::Gap => state == wanted,
    }
}

impl NoteTest {
    fn matches(&self, at: Endpoint, note: &Note) -> bool {
        note.rule.id == self.rule
            && self.outcome.is_none_or(|it| it == note.outcome)
            && self.at.is_none_or(|it| it == at)
    }
}

/// The kind of an event and all that is known of it; nothing for those without a word.
fn read<P: Protocol>(
    protocol: &P,
    event: &Event<P::Message>,
) -> Option<(&'static EventKind, Vec<(&'static str, Part)>)> {
    let node = |id: &NodeId| vec![("node", Part::End((*id).into()))];
    Some(match event {
        Event::Sent(flight) | Event::Delivered(flight) | Event::Lost(flight, _) => {
            let kind = match event {
                Event::Sent(_) => &SENT,
                Event::Delivered(_) => &DELIVERED,
                _ => &LOST,
            };
            let name = match &*flight.payload {
                Payload::Peer(message) => protocol.message_view(message).name,
                Payload::Request(_) => "Request",
                Payload::Reply(_) => "Reply",
            };
            let parts = vec![
                ("message", Part::Text(name.into())),
                ("from", Part::End(flight.id.from)),
                ("to", Part::End(flight.id.to)),
            ];
            (kind, parts)
        }
        Event::Fired(at, timer) => {
            let timer = Part::Text((*timer).into());
            (&FIRED, vec![("node", Part::End(*at)), ("timer", timer)])
        }
        Event::Crashed(id) => (&CRASHED, node(id)),
        Event::Restarted(id) => (&RESTARTED, node(id)),
        Event::Wiped(id) => (&WIPED, node(id)),
        Event::Paused(id) => (&PAUSED, node(id)),
        Event::Resumed(id) => (&RESUMED, node(id)),
        Event::LinksChanged => (&LINKS_CHANGED, Vec::new()),
        Event::Submitted(client, value) => {
            let client = Part::End((*client).into());
            let value = Part::Text(value.to_string());
            (&SUBMITTED, vec![("client", client), ("value", value)])
        }
        Event::Told(client, reply) => {
            let Answer::Done(result) = &reply.answer else {
                return None;
            };
            let mut parts = vec![("client", Part::End((*client).into()))];
            let value = result.as_ref().map(|it| Part::Text(it.to_string()));
            parts.extend(value.map(|it| ("value", it)));
            (&TOLD, parts)
        }
        Event::Fact(id, fact) => {
            let (kind, more) = read_fact(fact);
            let mut parts = node(id);
            parts.extend(more);
            (kind, parts)
        }
        Event::Duplicated(..)
        | Event::Delayed(_)
        | Event::Held(_)
        | Event::Released(_)
        | Event::Clock(..)
        | Event::TimePassed(_)
        | Event::TimersShaped
        | Event::MachineAdded(_) => return None,
    })
}

fn read_fact(fact: &Fact) -> (&'static EventKind, Vec<(&'static str, Part)>) {
    let number = |name, number: u32| (name, Part::Number(number));
    let text = |name, text: &str| (name, Part::Text(text.into()));
    match fact {
        Fact::BecameRole { role, epoch } => {
            let parts = vec![text("role", role), number("epoch", epoch.number)];
            (&BECAME, parts)
        }
        Fact::ElectionLost { epoch } => (&ELECTION_LOST, vec![number("epoch", epoch.number)]),
        Fact::Promised { ballot } => (&PROMISED, vec![number("epoch", ballot.number)]),
        Fact::Proposed { ballot, value }
        | Fact::Accepted { ballot, value }
        | Fact::Learned { ballot, value } => {
            let kind = match fact {
                Fact::Proposed { .. } => &PROPOSED,
                Fact::Accepted { .. } => &ACCEPTED,
                _ => &LEARNED,
            };
            let parts = vec![
                number("epoch", ballot.number),
                text("value", value.as_str()),
            ];
            (kind, parts)
        }
        Fact::Committed { index, term } => (
            &COMMITTED,
            vec![number("index", *index), number("epoch", *term)],
        ),
        Fact::Applied { index, command } => {
            let value = command.as_ref().map(|it| text("value", it.as_str()));
            let mut parts = vec![number("index", *index)];
            parts.extend(value);
            (&APPLIED, parts)
        }
        Fact::ProposedAt {
            slot,
            ballot,
            decree,
        }
        | Fact::AcceptedAt {
            slot,
            ballot,
            decree,
        } => {
            let kind = match fact {
                Fact::ProposedAt { .. } => &PROPOSED,
                _ => &ACCEPTED,
            };
            let mut parts = vec![number("index", *slot), number("epoch", ballot.number)];
            parts.extend(decree.command().map(|it| text("value", it.as_str())));
            (kind, parts)
        }
        Fact::LearnedAt { slot, decree } => {
            let mut parts = vec![number("index", *slot)];
            parts.extend(decree.command().map(|it| text("value", it.as_str())));
            (&LEARNED, parts)
        }
        Fact::Executed { index, client, .. } => {
            let client = Part::End((*client).into());
            (&EXECUTED, vec![number("index", *index), ("client", client)])
        }
        Fact::Voted { epoch, yes } => {
            let parts = vec![number("epoch", epoch.number), ("yes", Part::Flag(*yes))];
            (&VOTED, parts)
        }
        Fact::Decided { epoch, commit } => {
            let commit = ("commit", Part::Flag(*commit));
            (&DECIDED, vec![number("epoch", epoch.number), commit])
        }
    }
}

/// A value as conditions spell it, the same in every language: lists with commas, pairs with
/// colons, `none` for nothing.
pub fn spell(datum: &Datum) -> String {
    let list = |items: Vec<String>| items.join(",");
    match datum {
        Datum::Nothing => "none".into(),
        Datum::Node(id) => id.to_string(),
        Datum::Client(id) => id.to_string(),
        Datum::Nodes(ids) => list(ids.iter().map(ToString::to_string).collect()),
        Datum::Epoch(epoch) => epoch.to_string(),
        Datum::Number(number) => number.to_string(),
        Datum::Value(value) => value.to_string(),
        Datum::Position { term, index } => list(vec![term.to_string(), index.to_string()]),
        Datum::Proposal(epoch, value) => {
            let mut text = epoch.to_string();
            text.push(':');
            text.push_str(value.as_str());
            text
        }
        Datum::Terms(terms) => list(terms.iter().map(ToString::to_string).collect()),
        Datum::List(items) => list(items.iter().map(spell).collect()),
        Datum::Pairs(pairs) => {
            let pair = |(key, value): &(Datum, Datum)| {
                let mut text = spell(key);
                text.push(':');
                text.push_str(&spell(value));
                text
            };
            list(pairs.iter().map(pair).collect())
        }
        Datum::Word(word) | Datum::Text(word) | Datum::Name(word) => (*word).into(),
    }
}
