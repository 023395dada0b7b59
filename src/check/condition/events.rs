//! What a step caused, in the words of conditions.

use crate::protocol::{Answer, Endpoint, Fact, NodeId, Protocol};
use crate::world::{Event, Payload};

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

/// The kind of an event and all that is known of it; nothing for those without a word.
pub(super) fn read<P: Protocol>(
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
        Fact::Decided { epoch, commit, .. } => {
            let commit = ("commit", Part::Flag(*commit));
            (&DECIDED, vec![number("epoch", epoch.number), commit])
        }
    }
}
