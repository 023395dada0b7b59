//! The world as the search sees it: endpoints and messages are small numbers, and what an input
//! does to an endpoint is computed once.
//!
//! It leaves out clock, deadlines, message ids, random counters and notes. Any armed timer may run
//! out at any time; a message may be delivered at any time, or never. It is a second
//! representation of [`crate::world::World`] and is not trusted alone: the tests below walk both together, and
//! what a search finds is replayed by the world before anybody sees it.

mod endpoint;
mod images;
mod moves;
mod next;
mod situation;
mod state;
mod symmetry;
mod watching;

use std::cell::RefCell;
use std::rc::Rc;
use std::sync::Arc;

use super::bounds::{Bounds, BoundsError, Command, Goal, Left};
use super::table::{Interner, Memo};
use crate::check::condition::Condition;
use crate::check::{Linearizable, Watched};
use crate::protocol::{Endpoint, NodeView, Permutation, Protocol, Relabel};
use crate::sorted::SortedSet;
use crate::world::Payload;
use endpoint::{Local, LocalOf};
use images::Images;
pub(super) use moves::Move;
pub(super) use next::Candidate;
pub(super) use state::{State, StateRef};
use watching::Seen;

/// A message by its content; two that say the same are the same.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub(super) struct Content<M> {
    pub(super) from: Endpoint,
    pub(super) to: Endpoint,
    pub(super) payload: Arc<Payload<M>>,
}

impl<M: Relabel> Relabel for Content<M> {
    fn relabel(&self, by: &Permutation) -> Self {
        Self {
            from: self.from.relabel(by),
            to: self.to.relabel(by),
            payload: self.payload.relabel(by),
        }
    }
}

/// What is asked often of a message.
#[derive(Clone, Copy, Debug)]
struct Mail {
    /// The receiver's place.
    to: u8,
    /// Whether the link to it works.
    open: bool,
    /// Its part of a state's hash.
    hash: u64,
}

/// What an input does to an endpoint in a certain state.
#[derive(Clone, Debug)]
struct Transition {
    /// The endpoint after it.
    local: u32,
    /// Where its messages stand in [`Space::sends`], sorted.
    sends: std::ops::Range<u32>,
    /// What it adds to a state's hash, the message consumed not counted.
    delta: u64,
    /// Whether nothing changed and nothing was sent.
    idle: bool,
    /// What a monitor learns from it.
    seen: Seen,
}

/// All that is known of a search's worlds.
pub(super) struct Space<P: Protocol> {
    protocol: Arc<P>,
    /// The endpoint at each place.
    pub(super) ends: Vec<Endpoint>,
    nodes: usize,
    cut: SortedSet<(Endpoint, Endpoint)>,
    commands: Vec<Command>,
    replies: bool,
    skip_idle: bool,
    reach: Option<Condition>,
    /// What each endpoint shows, once somebody has asked.
    views: RefCell<Vec<Option<Rc<NodeView>>>>,
    /// The property to lose; an empty text stands for any. Nothing: no property is watched.
    lose: Option<String>,
    /// New names under which nothing changes, no change first: what makes states count as one.
    permutations: Vec<Permutation>,
    locals: Interner<(u8, LocalOf<P>)>,
    of_locals: Images,
    /// Whether the endpoint is a node that runs.
    up: Vec<bool>,
    /// The armed timers of each endpoint, a bit for each position; a client's retry is the first.
    armed: Vec<u8>,
    messages: Interner<Content<P::Message>>,
    mail: Vec<Mail>,
    of_messages: Images,
    transitions: Vec<Transition>,
    deltas: Images,
    by_input: Memo,
    sends: Vec<u32>,
    /// What is remembered of nodes, and of what clients were told.
    monitors: Interner<(P::Monitor, Linearizable)>,
    of_monitors: Images,
    /// From a monitor and a transition to the monitor after it, doubled, and one more if the goal
    /// is reached.
    by_transition: Memo,
    /// The number of a monitor with a node that has changed.
    watched: Memo,
    /// Whether two nodes contradict each other, by that number and the other node.
    by_pair: Memo,
}

impl<P: Protocol> Space<P> {
    /// The space that begins with a watched world, and its first state.
    pub(super) fn new(
        start: &Watched<P>,
        bounds: &Bounds,
        goal: &Goal,
    ) -> Result<(Self, State), BoundsError> {
        let alone = vec![Permutation::default()];
        let (mut space, state) = Self::under(alone, start, bounds, goal)?;
        let permutations = match bounds.symmetry {
            true => space.symmetry(start, bounds, goal, &state),
            false => Vec::new(),
        };
        match permutations.len() {
            0 | 1 => Ok((space, state)),
            _ => Self::under(permutations, start, bounds, goal),
        }
    }

    /// The space in which states count as one that differ by one of these permutations. The first
    /// of them changes nothing, and they are closed: of any two, one after the other is one of them.
    fn under(
        permutations: Vec<Permutation>,
        start: &Watched<P>,
        bounds: &Bounds,
        goal: &Goal,
    ) -> Result<(Self, State), BoundsError> {
        let world = start.world();
        let about = world.protocol().about();
        for (at, command) in bounds.commands.iter().enumerate() {
            let client = world.clients().get(&command.client);
            let sound = match (client, command.to) {
                (None, _) => false,
                (Some(_), None) => true,
                (Some(client), Some(node)) => client.can_ask(node),
            };
            if !sound {
                return Err(BoundsError::BadCommand(at + 1));
            }
        }
        let lose = match goal {
            Goal::Reach(condition) if !condition.is_of_states() => {
                return Err(BoundsError::NotOfStates);
            }
            Goal::Nothing | Goal::Reach(_) => None,
            Goal::Lose(None) => Some(String::new()),
            Goal::Lose(Some(id)) if about.properties.iter().any(|it| it.id == id) => {
                Some(id.clone())
            }
            Goal::Lose(Some(id)) => return Err(BoundsError::UnknownProperty(id.clone())),
        };
        let width = permutations.len();
        let nodes = world.machines().keys().map(|id| Endpoint::from(*id));
        let clients = world.clients().keys().map(|id| Endpoint::from(*id));
        let mut space = Self {
            protocol: Arc::new(world.protocol().clone()),
            ends: nodes.chain(clients).collect(),
            nodes: world.machines().len(),
            cut: world.network().cut.clone(),
            commands: bounds.commands.clone(),
            replies: bounds.replies,
            skip_idle: bounds.skip_idle,
            reach: match goal {
                Goal::Reach(condition) => Some(condition.clone()),
                Goal::Lose(_) | Goal::Nothing => None,
            },
            views: RefCell::default(),
            lose,
            permutations,
            locals: Interner::new(),
            of_locals: Images::new(width),
            up: Vec::new(),
            armed: Vec::new(),
            messages: Interner::new(),
            mail: Vec::new(),
            of_messages: Images::new(width),
            transitions: Vec::new(),
            deltas: Images::new(width),
            by_input: Memo::new(),
            sends: Vec::new(),
            monitors: Interner::new(),
            of_monitors: Images::new(width),
            by_transition: Memo::new(),
            watched: Memo::new(),
            by_pair: Memo::new(),
        };
        let left = Left::of(bounds, about.timers)?;
        let state = space.project(start, left);
        Ok((space, state))
    }

    /// A world as a state of this space.
    pub(super) fn project(&mut self, watched: &Watched<P>, left: Left) -> State {
        let world = watched.world();
        let mut locals = Vec::new();
        for machine in world.machines().values() {
            let local = Local::Node {
                node: machine.node.clone(),
                disk: machine.disk.clone(),
                up: machine.up,
                timers: machine.timers.keys().copied().collect(),
            };
            locals.push(self.local(locals.len() as u8, local));
        }
        for client in world.clients().values() {
            let local = Local::Client(client.without_time());
            locals.push(self.local(locals.len() as u8, local));
        }
        let mut messages = Vec::new();
        for flight in world.flights().values().filter(|flight| !flight.doomed) {
            let (from, to) = (flight.id.from, flight.id.to);
            let payload = flight.payload.clone();
            if self.is_heard(to) {
                messages.push(self.message(Content { from, to, payload }));
            }
        }
        messages.sort_unstable();
        let monitor = match self.lose {
            Some(_) => {
                let monitors = (watched.monitor().clone(), watched.clients().clone());
                self.number_monitor(monitors)
            }
            None => 0,
        };
        self.whole(locals, messages, left, monitor)
    }

    /// The same state with other names.
    fn relabelled(&mut self, state: &State, by: &Permutation) -> State {
        let mut locals = state.locals.clone();
        for local in &state.locals {
            let (place, local) = self.locals.get(*local);
            let end = self.ends[usize::from(*place)].relabel(by);
            let local = local.relabel(by);
            let place = self.ends.iter().position(|it| *it == end);
            let place = place.expect("names are names of nodes that are there");
            locals[place] = self.local(place as u8, local);
        }
        let messages = state.messages.iter();
        let mut messages: Vec<u32> = messages
            .map(|it| self.message(self.messages.get(*it).relabel(by)))
            .collect();
        messages.sort_unstable();
        let monitor = match self.lose {
            Some(_) => {
                let (of_nodes, of_clients) = self.monitors.get(state.monitor);
                let monitors = (of_nodes.relabel(by), of_clients.clone());
                self.number_monitor(monitors)
            }
            None => state.monitor,
        };
        self.whole(locals, messages, state.left, monitor)
    }

    /// A state of these parts.
    fn whole(&self, locals: Vec<u32>, messages: Vec<u32>, left: Left, monitor: u32) -> State {
        let hash = |image| self.hash_of(&locals, &messages, left, monitor, image);
        let images = (1..self.permutations.len()).map(hash).collect();
        let hash = hash(0);
        State {
            locals,
            messages,
            left,
            monitor,
            hash,
            images,
        }
    }

    /// Bytes in use for endpoints, messages and transitions.
    pub(super) fn bytes(&self) -> usize {
        // What the states themselves hold on the heap is counted by a rough guess.
        const HEAP_OF_LOCAL: usize = 256;
        self.locals.bytes()
            + self.locals.len() * HEAP_OF_LOCAL
            + self.messages.bytes()
            + self.messages.len() * HEAP_OF_LOCAL
            + self.transitions.capacity() * size_of::<Transition>()
            + self.by_input.bytes()
            + self.sends.capacity() * size_of::<u32>()
            + self.monitors.bytes()
            + self.by_transition.bytes()
            + self.watched.bytes()
            + self.by_pair.bytes()
            + [
                &self.of_locals,
                &self.of_messages,
                &self.of_monitors,
                &self.deltas,
            ]
            .map(Images::bytes)
            .iter()
            .sum::<usize>()
    }

    /// How many states of single endpoints, messages and transitions there are.
    pub(super) fn sizes(&self) -> (usize, usize, usize) {
        (
            self.locals.len(),
            self.messages.len(),
            self.transitions.len(),
        )
    }

    pub(super) fn content(&self, message: u32) -> &Content<P::Message> {
        self.messages.get(message)
    }

    pub(super) fn command(&self, position: u8) -> &Command {
        &self.commands[usize::from(position)]
    }

    pub(super) fn timer_name(&self, position: u8) -> &'static str {
        self.protocol.about().timers[usize::from(position)]
    }

    fn place_of(&self, local: u32) -> usize {
        usize::from(self.locals.get(local).0)
    }

    fn is_heard(&self, to: Endpoint) -> bool {
        self.replies || matches!(to, Endpoint::Node(_))
    }

    fn local(&mut self, place: u8, local: LocalOf<P>) -> u32 {
        let (up, armed) = match &local {
            Local::Node { up, timers, .. } => {
                let bit = |timer: &P::Timer| 1 << self.protocol.timer_position(*timer);
                (
                    *up,
                    timers.iter().map(bit).fold(0, |all, bit: u8| all | bit),
                )
            }
            Local::Client(client) => (false, u8::from(client.is_waiting())),
        };
        let (number, new) = self.number_local(place, local);
        if new {
            self.up.push(up);
            self.armed.push(armed);
        }
        number
    }

    fn message(&mut self, content: Content<P::Message>) -> u32 {
        let (from, to) = (content.from, content.to);
        let (number, new) = self.number_message(content);
        if new {
            let place = self.ends.iter().position(|end| *end == to);
            self.mail.push(Mail {
                to: place.unwrap_or(0) as u8,
                open: !self.cut.contains(&(from, to)),
                hash: self.of_messages.get(number, 0),
            });
        }
        number
    }
}

#[cfg(test)]
mod orbits;
#[cfg(test)]
mod walk;
