//! What one node knows: its own state, what it believes of the others, what it sent and received,
//! and its own clock. Nobody in a distributed system sees more than that.

use super::chronicle::{Arrow, Change, Mark};
use super::moment::{Belief, Moment, NodeCard, Upcoming, UpcomingKind};
use super::session::Session;
use crate::growing::Growing;
use crate::protocol::{Datum, Endpoint, NodeId, NodeView, Shape};

/// How many letters of each kind are kept: the last ones.
const LETTERS_MAX: usize = 40;
/// A clock that runs as it should, in thousandths.
const TRUE_CLOCK: u32 = 1000;

/// What a node has behind it.
#[derive(Clone, Debug, PartialEq)]
pub struct Knowledge {
    /// The node.
    pub node: NodeId,
    /// What its own clock says, in milliseconds: it runs at the node's speed, and stands still
    /// while the node does.
    pub clock: u64,
    /// What it sent and received, in order; of a long run the last.
    pub letters: Vec<Letter>,
}

/// A message that a node sent or received.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Letter {
    /// When, by the node's own clock, in milliseconds.
    pub at: u64,
    /// Whether the node received it, and did not send it.
    pub received: bool,
    /// Who is at the other end.
    pub peer: Endpoint,
    /// The message.
    pub arrow: Arrow,
}

impl Session {
    /// What a node knows at the cursor.
    pub fn knowledge(&self, node: NodeId) -> Knowledge {
        let entries = self.entries();
        // A machine that comes later has a true clock, and goes.
        let start = self.timeline.start().world().machines().get(&node);
        let mut clock = Clock {
            last: entries.start,
            // In thousandths of a millisecond.
            shown: entries.start * u64::from(TRUE_CLOCK),
            permille: start.map_or(TRUE_CLOCK, |it| it.clock_permille),
            stands: start.is_some_and(|it| it.paused_since.is_some()),
        };
        let mut letters = Vec::new();
        for (_, entry) in entries.steps(1..=self.position()) {
            for mark in &entry.marks {
                let (arrow, received) = match mark {
                    Mark::Node(id, change) if *id == node => {
                        clock.go_on(entry.at);
                        clock.change(*change);
                        continue;
                    }
                    Mark::Sent(arrow) if arrow.id.from == node.into() => (arrow, false),
                    Mark::Arrived(arrow) if arrow.id.to == node.into() => (arrow, true),
                    _ => continue,
                };
                letters.push(Letter {
                    at: clock.at(entry.at),
                    received,
                    peer: match received {
                        true => arrow.id.from,
                        false => arrow.id.to,
                    },
                    arrow: *arrow,
                });
            }
        }
        letters.drain(..letters.len().saturating_sub(LETTERS_MAX));
        Knowledge {
            node,
            clock: clock.at(self.now()),
            letters,
        }
    }
}

/// A node's own clock.
struct Clock {
    /// Virtual time up to which it has been counted.
    last: u64,
    /// What it said then, in thousandths of a millisecond.
    shown: u64,
    permille: u32,
    stands: bool,
}

impl Clock {
    fn thousandths(&self, now: u64) -> u64 {
        let speed = if self.stands { 0 } else { self.permille };
        self.shown + (now - self.last) * u64::from(speed)
    }

    fn at(&self, now: u64) -> u64 {
        self.thousandths(now) / u64::from(TRUE_CLOCK)
    }

    fn go_on(&mut self, now: u64) {
        self.shown = self.thousandths(now);
        self.last = now;
    }

    fn change(&mut self, change: Change) {
        match change {
            Change::Clock(permille) => self.permille = permille,
            Change::Paused => self.stands = true,
            Change::Resumed | Change::Restarted => self.stands = false,
            Change::Crashed | Change::Wiped => {}
        }
    }
}

impl Moment {
    /// The moment as one of its nodes sees it, and nothing else.
    pub fn seen_by(mut self, own: &Knowledge) -> Self {
        let id = own.node;
        let Some(node) = self.node(id).cloned() else {
            return self;
        };
        self.epoch = node.view.badge;
        for peer in self.nodes.iter_mut().filter(|it| it.id != id) {
            *peer = ghost(peer, &node.view, own);
        }
        for client in &mut self.clients {
            client.waiting = false;
            client.queue.clear();
            client.guess = None;
            client.history = Growing::default();
        }
        self.messages.clear();
        let arrived = |it: &super::Landed| it.lost.is_none() && it.message.id.to == id.into();
        self.landed.retain(arrived);
        self.happened.retain(|it| it.at == Some(id.into()));
        // That its own timer will run out is all that it can know of what comes.
        let own_timer =
            |it: &Upcoming| matches!(it.kind, UpcomingKind::Timer(at, _) if at == id.into());
        self.next = self.next.filter(own_timer);
        self.cut.clear();
        self.violations = Default::default();
        self.undecided = None;
        self.seen_by = Some(id);
        self
    }
}

/// A peer, as far as the node knows: it may be down, and long past what it said last.
fn ghost(peer: &NodeCard, of: &NodeView, own: &Knowledge) -> NodeCard {
    let heard = own.letters.iter().rev();
    let mut heard = heard.filter(|it| it.received && it.peer == peer.id.into());
    let last = heard.next();
    let mut beliefs = beliefs(of, peer.id);
    beliefs.extend(last.map(|letter| Belief {
        key: "heard_last",
        value: Some(Datum::Name(letter.arrow.name)),
        ago: Some(own.clock - letter.at),
    }));
    NodeCard {
        id: peer.id,
        up: true,
        paused: false,
        clock_permille: TRUE_CLOCK,
        view: NodeView {
            role: "unknown",
            shape: Shape::Plain,
            badge: last.and_then(|letter| letter.arrow.epoch),
            cells: Vec::new(),
            tallies: Vec::new(),
            fields: Vec::new(),
        },
        timers: Vec::new(),
        changed: Default::default(),
        serves: peer.serves,
        beliefs: Some(beliefs),
        // Of the members it knows only what its own log says.
        outside: peer.outside,
    }
}

/// What a node's own variables say of a peer.
fn beliefs(of: &NodeView, peer: NodeId) -> Vec<Belief> {
    let is_peer = |datum: &Datum| *datum == Datum::Node(peer);
    let fields = of.fields.iter().filter_map(|field| {
        let value = match &field.value {
            Datum::Pairs(pairs) => {
                let own = pairs.iter().find(|(key, _)| is_peer(key));
                Some(own?.1.clone())
            }
            Datum::Nodes(nodes) if nodes.contains(&peer) => None,
            Datum::List(items) if items.iter().any(is_peer) => None,
            single if is_peer(single) => None,
            _ => return None,
        };
        Some(Belief {
            key: field.key,
            value,
            ago: None,
        })
    });
    fields.collect()
}
