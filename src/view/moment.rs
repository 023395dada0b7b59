//! One moment: everything a screen needs, read from the world at the cursor.

use crate::growing::Growing;
use crate::sorted::SortedSet;
use std::sync::Arc;

use crate::check::Watched;
use crate::protocol::{
    ClientId, Comparison, Datum, Endpoint, Epoch, LINEARIZABILITY, MessageKind, MessageView,
    NodeId, NodeView, Outcome, Property, Protocol, Rule, Shape, Violation,
};
use crate::world::{
    Event, Exchange, Flight, Loss, MessageId, Payload, Pending, Queued, Step, World,
};

use super::Sentence;

/// Everything a screen needs of one moment.
#[derive(Clone, Debug, PartialEq)]
pub struct Moment {
    /// How many actions lie before the cursor.
    pub position: usize,
    /// How many actions the branch has.
    pub length: usize,
    /// Virtual time, in milliseconds.
    pub now: u64,
    /// The highest term or ballot that any node shows.
    pub epoch: Option<Epoch>,
    /// The servers.
    pub nodes: Vec<NodeCard>,
    /// The clients.
    pub clients: Vec<ClientCard>,
    /// What is under way.
    pub messages: Vec<MessageCard>,
    /// What the last step delivered or lost.
    pub landed: Vec<Landed>,
    /// What the last step was, in order.
    pub happened: Vec<Happening>,
    /// What the scheduler would do next.
    pub next: Option<Upcoming>,
    /// Whether the next step repeats something that a person did here before.
    pub repeats: bool,
    /// Links that are cut, each in one direction.
    pub cut: Vec<(Endpoint, Endpoint)>,
    /// Who makes the decisions, as the latest leader sees it, where that can change.
    pub members: Option<SortedSet<NodeId>>,
    /// The properties lost so far.
    pub violations: Arc<Vec<Violation>>,
    /// A property of which nothing can be said any more.
    pub undecided: Option<&'static Property>,
    /// The node whose view this is; nothing where it is the whole truth.
    pub seen_by: Option<NodeId>,
}

/// A server.
#[derive(Clone, Debug, PartialEq)]
pub struct NodeCard {
    /// Who it is.
    pub id: NodeId,
    /// Whether it runs.
    pub up: bool,
    /// Whether it stands still.
    pub paused: bool,
    /// How fast its clock runs, in thousandths.
    pub clock_permille: u32,
    /// The node as it sees itself; of a crashed one, what its disk will give back.
    pub view: NodeView,
    /// The armed timers.
    pub timers: Vec<TimerCard>,
    /// The variables that the last step changed.
    pub changed: SortedSet<&'static str>,
    /// Whether clients can turn to it.
    pub serves: bool,
    /// What the node whose view this is believes of it; nothing where this is the truth.
    pub beliefs: Option<Vec<Belief>>,
    /// Whether it is no member of the cluster, where that can be.
    pub outside: bool,
}

/// What one node believes of another.
#[derive(Clone, Debug, PartialEq)]
pub struct Belief {
    /// The variable that says so, as the last part of a catalogue key.
    pub key: &'static str,
    /// What it says of the other one; nothing where it names it.
    pub value: Option<Datum>,
    /// How long ago that was, by the node's own clock, in milliseconds.
    pub ago: Option<u64>,
}

/// An armed timer.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct TimerCard {
    /// Its name.
    pub name: &'static str,
    /// When it was armed.
    pub since: u64,
    /// When it runs out.
    pub due: u64,
}

/// A client.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ClientCard {
    /// Who it is.
    pub id: ClientId,
    /// Whether it waits for an answer.
    pub waiting: bool,
    /// What waits behind it.
    pub queue: Vec<Queued>,
    /// The node it believes in.
    pub guess: Option<NodeId>,
    /// What it asked and was told, and how that went.
    pub history: Growing<Arc<Exchange>>,
}

/// A message.
#[derive(Clone, Debug, PartialEq)]
pub struct MessageCard {
    /// Its name in this run.
    pub id: MessageId,
    /// What it says.
    pub view: MessageView,
    /// When it was sent.
    pub sent: u64,
    /// When it arrives.
    pub arrives: u64,
    /// Whether it is held back.
    pub held: bool,
}

/// A message that the last step delivered or lost.
#[derive(Clone, Debug, PartialEq)]
pub struct Landed {
    /// The message.
    pub message: MessageCard,
    /// Why it was lost; nothing if it arrived.
    pub lost: Option<Loss>,
}

/// One thing that happened, and why.
#[derive(Clone, Debug, PartialEq)]
pub struct Happening {
    /// Where.
    pub at: Option<Endpoint>,
    /// What, in one sentence.
    pub title: Sentence,
    /// Why, for what a rule decided.
    pub why: Option<Sentence>,
    /// The rule.
    pub rule: Option<&'static Rule>,
    /// What came of it.
    pub outcome: Option<Outcome>,
    /// The inequality that decided.
    pub comparison: Option<Comparison>,
}

/// What the next step will be.
#[derive(Clone, Debug, PartialEq)]
pub struct Upcoming {
    /// When.
    pub at: u64,
    /// What.
    pub kind: UpcomingKind,
}

/// What the next step will be.
#[derive(Clone, Debug, PartialEq)]
pub enum UpcomingKind {
    /// A message arrives, or is lost where it should have arrived.
    Arrival(Landed),
    /// A timer runs out.
    Timer(Endpoint, &'static str),
}

impl Moment {
    /// A server of the moment.
    pub fn node(&self, id: NodeId) -> Option<&NodeCard> {
        self.nodes.iter().find(|node| node.id == id)
    }

    /// Who leads, or leads last of those that think they do.
    pub fn leader(&self) -> Option<NodeId> {
        let leaders = self.nodes.iter();
        let leaders = leaders.filter(|card| card.up && card.view.shape == Shape::Double);
        leaders.max_by_key(|card| card.view.badge).map(|it| it.id)
    }

    /// A client of the moment.
    pub fn client(&self, id: ClientId) -> Option<&ClientCard> {
        self.clients.iter().find(|client| client.id == id)
    }

    /// A message of the moment.
    pub fn message(&self, id: MessageId) -> Option<&MessageCard> {
        self.messages.iter().find(|message| message.id == id)
    }
}

/// Reads a moment.
pub(super) fn read<P: Protocol>(
    watched: &Watched<P>,
    last: Option<&Step<P::Message>>,
    position: usize,
    length: usize,
    repeats: bool,
) -> Moment {
    let world = watched.world();
    let protocol = world.protocol();
    let mut nodes = nodes(watched);
    let flights = world.flights().values();
    // The core has no extension that changes them.
    let members = cfg!(feature = "full").then(|| members(world, &nodes));
    let members = members.flatten();
    if let Some(members) = &members {
        for card in &mut nodes {
            card.outside = !members.contains(&card.id);
        }
    }
    Moment {
        position,
        length,
        now: world.now(),
        epoch: nodes.iter().filter_map(|node| node.view.badge).max(),
        clients: clients(world),
        messages: flights.map(|flight| card(protocol, flight)).collect(),
        landed: last.map_or_else(Vec::new, |step| landed(protocol, step)),
        happened: last.map_or_else(Vec::new, |step| happened(protocol, step)),
        next: upcoming(world),
        repeats,
        cut: world.network().cut.iter().copied().collect(),
        members,
        violations: watched.violations().clone(),
        undecided: watched.clients().is_undecided().then_some(&LINEARIZABILITY),
        seen_by: None,
        nodes,
    }
}

/// Leaves out what the last step did.
pub(super) fn quieten(moment: &mut Moment) {
    moment.landed.clear();
    moment.happened.clear();
    for node in &mut moment.nodes {
        node.changed.clear();
    }
}

fn nodes<P: Protocol>(watched: &Watched<P>) -> Vec<NodeCard> {
    let world = watched.world();
    let protocol = world.protocol();
    let serves = protocol.serves();
    let machines = world.machines().iter();
    let mut cards = Vec::new();
    for (id, machine) in machines {
        let view = match machine.up {
            true => protocol.view(&machine.node),
            false => protocol.view(&protocol.boot(*id, &machine.disk)),
        };
        let before = watched.before().iter().find(|(other, _)| other == id);
        let is_same = |old| machine.up && Arc::ptr_eq(old, &machine.node);
        let before = before.filter(|(_, old)| !is_same(old));
        let before = before.map(|(_, node)| protocol.view(node));
        let timers = machine.timers.iter().map(|(timer, deadline)| TimerCard {
            name: protocol.about().timers[protocol.timer_position(*timer)],
            since: deadline.since,
            due: deadline.due,
        });
        cards.push(NodeCard {
            id: *id,
            up: machine.up,
            paused: machine.paused_since.is_some(),
            clock_permille: machine.clock_permille,
            timers: timers.collect(),
            changed: before.map_or_else(SortedSet::new, |before| changed(&before, &view)),
            serves: serves.contains(id),
            beliefs: None,
            outside: false,
            view,
        });
    }
    cards
}

/// Who makes the decisions: what the latest leader says that is up, or without one whoever has seen
/// the highest term.
fn members<P: Protocol>(world: &World<P>, nodes: &[NodeCard]) -> Option<SortedSet<NodeId>> {
    let rank = |card: &&NodeCard| (card.up, card.view.shape == Shape::Double, card.view.badge);
    let knows = nodes.iter().max_by_key(rank)?;
    let machine = world.machines().get(&knows.id)?;
    world.protocol().members(&machine.node)
}

fn changed(before: &NodeView, after: &NodeView) -> SortedSet<&'static str> {
    let same = |key: &str, value: &Datum| {
        let old = before.fields.iter().find(|field| field.key == key);
        old.is_some_and(|field| field.value == *value)
    };
    let fields = after.fields.iter();
    fields
        .filter(|field| !same(field.key, &field.value))
        .map(|field| field.key)
        .collect()
}

fn clients<P: Protocol>(world: &World<P>) -> Vec<ClientCard> {
    let clients = world.clients().iter();
    clients
        .map(|(id, client)| ClientCard {
            id: *id,
            waiting: client.is_waiting(),
            queue: client.queue().iter().cloned().collect(),
            guess: client.guess(),
            history: client.history().clone(),
        })
        .collect()
}

fn card<P: Protocol>(protocol: &P, flight: &Flight<P::Message>) -> MessageCard {
    MessageCard {
        id: flight.id,
        view: payload_view(protocol, &flight.payload),
        sent: flight.sent,
        arrives: flight.arrives,
        held: flight.held,
    }
}

pub(super) fn payload_view<P: Protocol>(
    protocol: &P,
    payload: &Payload<P::Message>,
) -> MessageView {
    use crate::protocol::Answer;
    match payload {
        Payload::Peer(message) => protocol.message_view(message),
        Payload::Request(request) => MessageView {
            name: "Request",
            short: "→",
            epoch: None,
            kind: MessageKind::Request,
            fields: vec![
                ("sequence", request.sequence.into()),
                ("value", request.command.clone().into()),
            ],
        },
        Payload::Reply(reply) => {
            let (kind, field) = match &reply.answer {
                Answer::Done(result) => (MessageKind::Grant, ("result", result.clone().into())),
                Answer::Elsewhere { hint } => (MessageKind::Refusal, ("leader", (*hint).into())),
            };
            MessageView {
                name: "Reply",
                short: "←",
                epoch: None,
                kind,
                fields: vec![("sequence", reply.sequence.into()), field],
            }
        }
    }
}

fn landed<P: Protocol>(protocol: &P, step: &Step<P::Message>) -> Vec<Landed> {
    let events = step.events.iter();
    events
        .filter_map(|event| match event {
            Event::Delivered(flight) => Some(Landed {
                message: card(protocol, flight),
                lost: None,
            }),
            Event::Lost(flight, loss) => Some(Landed {
                message: card(protocol, flight),
                lost: Some(*loss),
            }),
            _ => None,
        })
        .collect()
}

/// What happened, in order: what no rule explains as an event, what a rule decided as its note.
pub(super) fn happened<P: Protocol>(protocol: &P, step: &Step<P::Message>) -> Vec<Happening> {
    let events = step.events.iter();
    let mut all: Vec<Happening> = events
        .filter_map(|event| {
            let (at, title) = event_sentence(protocol, event, step.notes.is_empty())?;
            Some((at, title, meaning(event)))
        })
        .map(|(at, title, why)| Happening {
            at,
            title,
            why,
            rule: None,
            outcome: None,
            comparison: None,
        })
        .collect();
    all.extend(step.notes.iter().map(|(at, note)| {
        let key = format!("note.{}.{}", note.rule.id, note.outcome.key());
        let args = note.args.clone();
        Happening {
            at: Some(*at),
            why: Some(Sentence {
                key: format!("{key}.why"),
                args: args.clone(),
            }),
            title: Sentence { key, args },
            rule: Some(note.rule),
            outcome: Some(note.outcome),
            comparison: note.comparison.clone(),
        }
    }));
    all
}

fn end(end: Endpoint) -> Datum {
    match end {
        Endpoint::Node(id) => Datum::Node(id),
        Endpoint::Client(id) => Datum::Client(id),
    }
}

/// The sentence of an event, for those that notes do not tell already.
fn event_sentence<P: Protocol>(
    protocol: &P,
    event: &Event<P::Message>,
    alone: bool,
) -> Option<(Option<Endpoint>, Sentence)> {
    let flying = |key: &str, flight: &Flight<P::Message>| {
        let name = payload_view(protocol, &flight.payload).name;
        Sentence::new(format!("event.{key}"))
            .with("message", Datum::Name(name))
            .with("from", end(flight.id.from))
            .with("to", end(flight.id.to))
    };
    let node = |key: &str, id: &NodeId| {
        let sentence = Sentence::new(format!("event.{key}")).with("node", *id);
        (Some(Endpoint::Node(*id)), sentence)
    };
    Some(match event {
        Event::Lost(flight, loss) => {
            let sentence = flying("lost", flight);
            let why = Datum::Text(loss.key());
            (Some(flight.id.to), sentence.with("why", why))
        }
        Event::Delivered(flight) if alone => (Some(flight.id.to), flying("delivered", flight)),
        Event::Duplicated(_, flight) => (None, flying("duplicated", flight)),
        Event::Delayed(flight) => {
            let sentence = flying("delayed", flight);
            (None, sentence.with("ms", Datum::Number(flight.arrives)))
        }
        Event::Held(flight) => (None, flying("held", flight)),
        Event::Released(flight) => (None, flying("released", flight)),
        Event::Fired(at, timer) if alone => {
            let sentence = Sentence::new("event.fired").with("node", end(*at));
            (Some(*at), sentence.with("timer", Datum::Word(timer)))
        }
        Event::Crashed(id) => node("crashed", id),
        Event::Restarted(id) => node("restarted", id),
        Event::Wiped(id) => node("wiped", id),
        Event::Paused(id) => node("paused", id),
        Event::Resumed(id) => node("resumed", id),
        Event::Clock(id, permille) => {
            let (at, sentence) = node("clock", id);
            (at, sentence.with("percent", permille / 10))
        }
        Event::LinksChanged => (None, Sentence::new("event.links_changed")),
        Event::TimePassed(ms) => (None, Sentence::new("event.time_passed").with("ms", *ms)),
        Event::TimersShaped => (None, Sentence::new("event.timers_shaped")),
        Event::MachineAdded(id) => node("machine_added", id),
        Event::Sent(_)
        | Event::Delivered(_)
        | Event::Fired(..)
        | Event::Submitted(..)
        | Event::Told(..)
        | Event::Fact(..) => return None,
    })
}

/// What follows from a fault for everybody, where no rule says so.
fn meaning<M>(event: &Event<M>) -> Option<Sentence> {
    let (key, node) = match event {
        Event::Crashed(id) => ("event.crashed.why", Some(*id)),
        Event::Paused(id) => ("event.paused.why", Some(*id)),
        Event::LinksChanged => ("event.links_changed.why", None),
        _ => return None,
    };
    let sentence = Sentence::new(key);
    Some(match node {
        Some(id) => sentence.with("node", id),
        None => sentence,
    })
}

fn upcoming<P: Protocol>(world: &World<P>) -> Option<Upcoming> {
    let (at, pending) = world.next()?;
    let kind = match pending {
        Pending::Arrival(id) => UpcomingKind::Arrival(Landed {
            message: card(world.protocol(), &world.flights()[&id]),
            lost: world.fate(id),
        }),
        Pending::NodeTimer(id, position) => {
            UpcomingKind::Timer(id.into(), world.protocol().about().timers[position])
        }
        Pending::ClientTimer(id) => UpcomingKind::Timer(id.into(), "retry"),
    };
    Some(Upcoming { at, kind })
}
