//! The property to lose: what monitors learn from a transition, and whether that loses it.

use super::endpoint::Local;
use super::{Space, StateRef};
use crate::check::search::table::Memo;
use crate::protocol::{Endpoint, Fact, LINEARIZABILITY, Observation, Protocol, Value, Violation};

/// What a monitor learns from a transition.
#[derive(Clone, Debug)]
pub(super) enum Seen {
    /// Nothing.
    Nothing,
    /// A node went from one state to another and did this.
    Node { before: u32, facts: Vec<Fact> },
    /// A client was asked for something, was told, and sent a request, each if so.
    Client {
        submitted: Option<Value>,
        told: Option<(u32, Option<Value>)>,
        asked: Option<(u32, Value)>,
    },
}

impl<P: Protocol> Space<P> {
    /// Whether the property to lose is one of nodes, or any.
    fn watches_nodes(&self) -> bool {
        let lose = self.lose.as_deref();
        lose.is_some_and(|id| id != LINEARIZABILITY.id)
    }

    /// Whether it is the one of clients, or any, and clients hear anything at all.
    fn watches_clients(&self) -> bool {
        let lose = self.lose.as_deref();
        self.replies && lose.is_some_and(|id| id.is_empty() || id == LINEARIZABILITY.id)
    }

    /// The monitor after a transition, and whether the goal is reached by it.
    pub(super) fn watch(&mut self, state: StateRef<'_>, place: u8, number: u32) -> (u32, bool) {
        let transition = &self.transitions[number as usize];
        if matches!(transition.seen, Seen::Nothing) {
            return (state.monitor, false);
        }
        let key = Memo::pair(state.monitor, number);
        let value = match self.by_transition.get(key) {
            Some(value) => value,
            None => {
                let value = self.observe(state.monitor, number);
                self.by_transition.insert(key, value);
                value
            }
        };
        let (monitor, mut found) = (value >> 1, value & 1 == 1);
        if self.protocol.about().compares && self.watches_nodes() && usize::from(place) < self.nodes
        {
            let local = self.transitions[number as usize].local;
            for (other, other_local) in state.locals.iter().enumerate().take(self.nodes) {
                if other != usize::from(place) {
                    found |= self.contradict(monitor, local, *other_local);
                }
            }
        }
        (monitor, found)
    }

    fn observe(&mut self, monitor: u32, number: u32) -> u32 {
        let transition = &self.transitions[number as usize];
        let mut after = self.monitors.get(monitor).clone();
        let mut violations = Vec::new();
        match &transition.seen {
            Seen::Nothing => {}
            Seen::Client {
                submitted,
                told,
                asked,
            } => {
                let Endpoint::Client(client) = self.ends[self.place_of(transition.local)] else {
                    unreachable!("this place is a client's");
                };
                if let Some(value) = submitted.as_ref().filter(|_| self.watches_nodes()) {
                    self.protocol.submitted(&mut after.0, value);
                }
                if let Some((sequence, result)) = told.as_ref().filter(|_| self.watches_clients()) {
                    violations.extend(after.1.told(client, *sequence, result.as_ref()));
                }
                if let Some((sequence, command)) = asked.as_ref()
                    && self.watches_clients()
                    && self.protocol.is_operation(command)
                {
                    after.1.asked(client, *sequence, command);
                }
            }
            Seen::Node { .. } if !self.watches_nodes() => {}
            Seen::Node { before, facts } => {
                let node = self.node(transition.local);
                let Endpoint::Node(id) = self.ends[self.place_of(*before)] else {
                    unreachable!("a monitor looks at nodes");
                };
                let seen = Observation {
                    node: id,
                    before: self.node(*before),
                    after: node,
                    facts,
                };
                self.protocol.observe(&mut after.0, &seen, &mut violations);
            }
        }
        let found = self.is_goal(&violations);
        self.number_monitor(after) << 1 | u32::from(found)
    }

    fn contradict(&mut self, monitor: u32, changed: u32, other: u32) -> bool {
        // Three numbers are the key of no pair, so the first two of them get a number of their own.
        let seen = Memo::pair(monitor, changed);
        let seen = self.watched.get(seen).unwrap_or_else(|| {
            let number = self.watched.len();
            self.watched.insert(seen, number);
            number
        });
        let key = Memo::pair(seen, other);
        if let Some(value) = self.by_pair.get(key) {
            return value == 1;
        }
        let mut violations = Vec::new();
        let (monitor, _) = self.monitors.get(monitor);
        let (changed, other) = (self.node(changed), self.node(other));
        self.protocol
            .compare(monitor, None, changed, other, &mut violations);
        let found = self.is_goal(&violations);
        self.by_pair.insert(key, u32::from(found));
        found
    }

    fn node(&self, local: u32) -> &P::Node {
        match &self.locals.get(local).1 {
            Local::Node { node, .. } => node,
            Local::Client(_) => unreachable!("a monitor looks at nodes"),
        }
    }

    pub(super) fn is_goal(&self, violations: &[Violation]) -> bool {
        let wanted = self.lose.as_deref().unwrap_or_default();
        let is_wanted = |it: &Violation| wanted.is_empty() || it.property.id == wanted;
        violations.iter().any(is_wanted)
    }
}
