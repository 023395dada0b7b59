//! The world as the search sees it: endpoints and messages are small numbers, and what an input
//! does to an endpoint is computed once.
//!
//! It leaves out clock, deadlines, message ids, random counters and notes. Any armed timer may run
//! out at any time; a message may be delivered at any time, or never. It is a second
//! representation of [`World`] and is not trusted alone: the tests below walk both together, and
//! what a search finds is replayed by the world before anybody sees it.

use std::cell::RefCell;
use std::rc::Rc;
use std::sync::Arc;

use super::bounds::{Bounds, BoundsError, Command, Cost, Goal, Left};
use super::table::{Interner, Memo, mix};
use crate::check::condition::{Condition, Situation};
use crate::check::{Linearizable, Watched};
use crate::protocol::{
    Answer, ClientId, Endpoint, Fact, Input, LINEARIZABILITY, NodeId, NodeView, Note, Observation,
    Protocol, RangeMs, Reply, Sink, Value, Violation,
};
use crate::sorted::SortedSet;
use crate::world::{Client, Exchange, Payload, Reaction};

/// One endpoint: what it is, without times.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub(super) enum Local<N, D, T> {
    /// A server, with its disk and its armed timers.
    Node {
        node: Arc<N>,
        disk: Arc<D>,
        up: bool,
        timers: SortedSet<T>,
    },
    /// A client.
    Client(Client),
}

/// What an endpoint sends, in order.
type Sends<P> = Vec<(Endpoint, Payload<<P as Protocol>::Message>)>;
type LocalOf<P> = Local<<P as Protocol>::Node, <P as Protocol>::Durable, <P as Protocol>::Timer>;

/// A message by its content; two that say the same are the same.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub(super) struct Content<M> {
    pub(super) from: Endpoint,
    pub(super) to: Endpoint,
    pub(super) payload: Arc<Payload<M>>,
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

/// One thing that can happen, as data: which [`crate::world::Action`] it is, `trace` says.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Move {
    Deliver(u32),
    Drop(u32),
    Duplicate(u32),
    /// By place and timer position.
    Fire(u8, u8),
    Retry(u8),
    /// By the command's position.
    Submit(u8),
    Crash(u8),
    Restart(u8),
    Wipe(u8),
}

impl Move {
    pub(super) fn cost(self) -> Cost {
        match self {
            Self::Deliver(_) | Self::Restart(_) => Cost::Nothing,
            Self::Drop(_) => Cost::Drop,
            Self::Duplicate(_) => Cost::Duplicate,
            Self::Fire(_, timer) => Cost::Timeout(timer),
            Self::Retry(_) => Cost::Retry,
            Self::Submit(command) => Cost::Command(command),
            Self::Crash(_) => Cost::Crash,
            Self::Wipe(_) => Cost::Wipe,
        }
    }

    /// What it is to the endpoint that it happens to; nothing for what happens to a message alone.
    fn input(self) -> Option<u32> {
        // Messages count up from zero, everything else down from the top.
        const TOP: u32 = u32::MAX;
        match self {
            Self::Deliver(message) => Some(message),
            Self::Drop(_) | Self::Duplicate(_) => None,
            Self::Fire(_, timer) => Some(TOP - u32::from(timer)),
            Self::Submit(command) => Some(TOP - 0x100 - u32::from(command)),
            Self::Retry(_) => Some(TOP - 0x200),
            Self::Crash(_) => Some(TOP - 0x201),
            Self::Restart(_) => Some(TOP - 0x202),
            Self::Wipe(_) => Some(TOP - 0x203),
        }
    }
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

/// What a monitor learns from a transition.
#[derive(Clone, Debug)]
enum Seen {
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

/// A state, wherever it is stored.
#[derive(Clone, Copy, Debug)]
pub(super) struct StateRef<'a> {
    /// One number for each endpoint, nodes first.
    pub(super) locals: &'a [u32],
    /// The messages under way, sorted; one that is there twice stands there twice.
    pub(super) messages: &'a [u32],
    pub(super) left: Left,
    pub(super) monitor: u32,
    pub(super) hash: u64,
}

/// A state that could come next, not built yet.
#[derive(Clone, Copy, Debug)]
pub(super) struct Candidate {
    pub(super) hash: u64,
    pub(super) step: Move,
    /// Its transition; [`NO_TRANSITION`] for what happens to a message alone.
    transition: u32,
    pub(super) monitor: u32,
    /// Whether the goal is reached on the way there.
    pub(super) found: bool,
}

const NO_TRANSITION: u32 = u32::MAX;

/// A state of its own.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct State {
    pub(super) locals: Vec<u32>,
    pub(super) messages: Vec<u32>,
    pub(super) left: Left,
    pub(super) monitor: u32,
    pub(super) hash: u64,
}

impl State {
    pub(super) fn view(&self) -> StateRef<'_> {
        StateRef {
            locals: &self.locals,
            messages: &self.messages,
            left: self.left,
            monitor: self.monitor,
            hash: self.hash,
        }
    }
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
    locals: Interner<(u8, LocalOf<P>)>,
    /// Whether the endpoint is a node that runs.
    up: Vec<bool>,
    /// The armed timers of each endpoint, a bit for each position; a client's retry is the first.
    armed: Vec<u8>,
    messages: Interner<Content<P::Message>>,
    mail: Vec<Mail>,
    transitions: Vec<Transition>,
    by_input: Memo,
    sends: Vec<u32>,
    /// What is remembered of nodes, and of what clients were told.
    monitors: Interner<(P::Monitor, Linearizable)>,
    /// From a monitor and a transition to the monitor after it, doubled, and one more if the goal
    /// is reached.
    by_transition: Memo,
    /// Whether two nodes contradict each other, by monitor and both.
    by_pair: Memo,
}

fn hash_of_local(local: u32) -> u64 {
    mix(1 << 40 | u64::from(local))
}

fn hash_of_monitor(monitor: u32) -> u64 {
    mix(2 << 40 | u64::from(monitor))
}

fn hash_of_left(left: Left) -> u64 {
    mix(left.0 ^ 3 << 62)
}

/// Gathers what a handler wants done; explanations are never built.
struct Gather<P: Protocol> {
    sends: Sends<P>,
    timers: Vec<(P::Timer, bool)>,
    facts: Vec<Fact>,
}

impl<P: Protocol> Sink<P> for Gather<P> {
    fn send(&mut self, to: NodeId, message: P::Message) {
        self.sends.push((to.into(), Payload::Peer(message)));
    }
    fn reply(&mut self, to: ClientId, reply: Reply) {
        self.sends.push((to.into(), Payload::Reply(reply)));
    }
    fn set_timer(&mut self, timer: P::Timer, _range: RangeMs) {
        self.timers.push((timer, true));
    }
    fn cancel_timer(&mut self, timer: P::Timer) {
        self.timers.push((timer, false));
    }
    fn fact(&mut self, fact: Fact) {
        self.facts.push(fact);
    }
    fn note(&mut self, _note: impl FnOnce() -> Note) {}
}

impl<P: Protocol> Space<P> {
    /// The space that begins with a watched world, and its first state.
    pub(super) fn new(
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
            locals: Interner::new(),
            up: Vec::new(),
            armed: Vec::new(),
            messages: Interner::new(),
            mail: Vec::new(),
            transitions: Vec::new(),
            by_input: Memo::new(),
            sends: Vec::new(),
            monitors: Interner::new(),
            by_transition: Memo::new(),
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
                self.monitors.number(monitors).0
            }
            None => 0,
        };
        let of_locals = locals.iter().map(|local| hash_of_local(*local));
        let of_messages = messages.iter().map(|id| self.mail[*id as usize].hash);
        let parts = of_locals.chain(of_messages);
        let hash = parts.fold(
            hash_of_monitor(monitor).wrapping_add(hash_of_left(left)),
            u64::wrapping_add,
        );
        State {
            locals,
            messages,
            left,
            monitor,
            hash,
        }
    }

    pub(super) fn protocol(&self) -> &P {
        &self.protocol
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
            + self.by_pair.bytes()
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
        let (number, new) = self.locals.number((place, local));
        if new {
            self.up.push(up);
            self.armed.push(armed);
        }
        number
    }

    fn message(&mut self, content: Content<P::Message>) -> u32 {
        let (from, to) = (content.from, content.to);
        let (number, new) = self.messages.number(content);
        if new {
            let place = self.ends.iter().position(|end| *end == to);
            self.mail.push(Mail {
                to: place.unwrap_or(0) as u8,
                open: !self.cut.contains(&(from, to)),
                hash: mix(4 << 40 | u64::from(number)),
            });
        }
        number
    }

    /// Calls back with everything that can happen in a state, in a fixed order.
    #[inline]
    pub(super) fn candidates(&mut self, state: StateRef<'_>, each: &mut impl FnMut(Candidate)) {
        let mut before = None;
        for message in state.messages.iter().copied() {
            if before == Some(message) {
                continue;
            }
            before = Some(message);
            let mail = self.mail[message as usize];
            let local = state.locals[usize::from(mail.to)];
            let is_client = usize::from(mail.to) >= self.nodes;
            if mail.open && (is_client || self.up[local as usize]) {
                self.candidate(state, Move::Deliver(message), mail.to, each);
            }
            if state.left.affords(Cost::Drop) {
                self.bare(state, Move::Drop(message), each);
            }
            if state.left.affords(Cost::Duplicate) {
                self.bare(state, Move::Duplicate(message), each);
            }
        }
        for (place, local) in state.locals.iter().enumerate() {
            let (at, armed) = (place as u8, self.armed[*local as usize]);
            if place >= self.nodes {
                if armed != 0 && state.left.affords(Cost::Retry) {
                    self.candidate(state, Move::Retry(at), at, each);
                }
                continue;
            }
            if self.up[*local as usize] {
                for timer in (0..8).filter(|timer| armed >> timer & 1 == 1) {
                    if state.left.affords(Cost::Timeout(timer)) {
                        self.candidate(state, Move::Fire(at, timer), at, each);
                    }
                }
                if state.left.affords(Cost::Crash) {
                    self.candidate(state, Move::Crash(at), at, each);
                }
            } else {
                self.candidate(state, Move::Restart(at), at, each);
                if state.left.affords(Cost::Wipe) {
                    self.candidate(state, Move::Wipe(at), at, each);
                }
            }
        }
        for command in 0..self.commands.len() as u8 {
            if state.left.affords(Cost::Command(command)) {
                let client = Endpoint::from(self.commands[usize::from(command)].client);
                let place = self.ends.iter().position(|end| *end == client);
                let place = place.unwrap_or(0) as u8;
                // Who never hears an answer never asks for the next thing.
                let waits = self.armed[state.locals[usize::from(place)] as usize] != 0;
                if self.replies || !waits {
                    self.candidate(state, Move::Submit(command), place, each);
                }
            }
        }
    }

    /// Something happens to an endpoint.
    #[inline]
    fn candidate(
        &mut self,
        state: StateRef<'_>,
        step: Move,
        place: u8,
        each: &mut impl FnMut(Candidate),
    ) {
        let local = state.locals[usize::from(place)];
        let Some(input) = step.input() else { return };
        let key = Memo::pair(local, input);
        let number = match self.by_input.get(key) {
            Some(number) => number,
            None => {
                let number = self.compute(local, place, step);
                self.by_input.insert(key, number);
                number
            }
        };
        let transition = &self.transitions[number as usize];
        // The world refuses to wipe a disk that has nothing on it.
        let is_refused = matches!(step, Move::Wipe(_));
        if transition.idle && (self.skip_idle || is_refused) {
            return;
        }
        let mut hash = state.hash.wrapping_add(transition.delta);
        if let Move::Deliver(message) = step {
            hash = hash.wrapping_sub(self.mail[message as usize].hash);
        }
        let cost = step.cost();
        if !matches!(cost, Cost::Nothing) {
            let after = hash_of_left(state.left.minus(cost));
            hash = hash
                .wrapping_sub(hash_of_left(state.left))
                .wrapping_add(after);
        }
        let (mut monitor, mut found) = (state.monitor, false);
        if self.lose.is_some() {
            (monitor, found) = self.watch(state, place, number);
            if monitor != state.monitor {
                hash = hash
                    .wrapping_sub(hash_of_monitor(state.monitor))
                    .wrapping_add(hash_of_monitor(monitor));
            }
        }
        each(Candidate {
            hash,
            step,
            transition: number,
            monitor,
            found,
        });
    }

    /// Something happens to a message alone.
    fn bare(&self, state: StateRef<'_>, step: Move, each: &mut impl FnMut(Candidate)) {
        let (Move::Drop(message) | Move::Duplicate(message)) = step else {
            return;
        };
        let of_message = self.mail[message as usize].hash;
        let hash = match step {
            Move::Drop(_) => state.hash.wrapping_sub(of_message),
            _ => state.hash.wrapping_add(of_message),
        };
        let after = hash_of_left(state.left.minus(step.cost()));
        each(Candidate {
            hash: hash
                .wrapping_sub(hash_of_left(state.left))
                .wrapping_add(after),
            step,
            transition: NO_TRANSITION,
            monitor: state.monitor,
            found: false,
        });
    }

    /// Writes the state that a candidate stands for: its endpoints over `locals`, which are its
    /// parent's, and its messages behind what `messages` holds already.
    #[inline]
    pub(super) fn build(
        &self,
        parent: StateRef<'_>,
        candidate: &Candidate,
        locals: &mut [u32],
        messages: &mut Vec<u32>,
    ) {
        let gone = match candidate.step {
            Move::Deliver(message) | Move::Drop(message) => Some(message),
            _ => None,
        };
        let twice = [match candidate.step {
            Move::Duplicate(message) => message,
            _ => 0,
        }];
        let new = match candidate.transition {
            NO_TRANSITION if gone.is_some() => &[],
            NO_TRANSITION => &twice[..],
            number => {
                let transition = &self.transitions[number as usize];
                let (place, _) = self.locals.get(transition.local);
                locals[usize::from(*place)] = transition.local;
                &self.sends[transition.sends.start as usize..transition.sends.end as usize]
            }
        };
        let (mut gone, mut new) = (gone, new);
        for message in parent.messages.iter().copied() {
            if gone == Some(message) {
                gone = None;
                continue;
            }
            while let Some((first, rest)) = new.split_first()
                && *first < message
            {
                messages.push(*first);
                new = rest;
            }
            messages.push(message);
        }
        messages.extend_from_slice(new);
    }

    /// The state that a candidate stands for.
    pub(super) fn state(&self, parent: StateRef<'_>, candidate: &Candidate) -> State {
        let mut locals = parent.locals.to_vec();
        let mut messages = Vec::new();
        self.build(parent, candidate, &mut locals, &mut messages);
        State {
            locals,
            messages,
            left: parent.left.minus(candidate.step.cost()),
            monitor: candidate.monitor,
            hash: candidate.hash,
        }
    }

    /// Whether the state is one that the search looks for.
    pub(super) fn is_reached(&self, state: StateRef<'_>) -> bool {
        let here = Here { space: self, state };
        let reach = self.reach.as_ref();
        reach.is_some_and(|condition| condition.holds_in(&here))
    }

    /// Whether what the search looks for is there, as the world sees it.
    pub(super) fn is_met(&self, world: &Watched<P>) -> bool {
        match &self.reach {
            Some(condition) => condition.holds_in(world),
            None => self.is_goal(world.violations()),
        }
    }

    /// Whether states have to be looked at, one by one.
    pub(super) fn reads_states(&self) -> bool {
        self.reach.is_some()
    }

    fn show(&self, id: NodeId, local: u32) -> (bool, Rc<NodeView>) {
        let (node, disk, up) = match &self.locals.get(local).1 {
            Local::Node { node, disk, up, .. } => (node, disk, *up),
            Local::Client(_) => unreachable!("this place is a node's"),
        };
        let mut views = self.views.borrow_mut();
        let at = local as usize;
        if views.len() <= at {
            views.resize(self.locals.len(), None);
        }
        let view = views[at].get_or_insert_with(|| {
            Rc::new(match up {
                true => self.protocol.view(node),
                false => self.protocol.view(&self.protocol.boot(id, disk)),
            })
        });
        (up, view.clone())
    }

    /// Computes what an input does, for the first and last time.
    fn compute(&mut self, number: u32, place: u8, step: Move) -> u32 {
        let (_, local) = self.locals.get(number).clone();
        let (after, sends, seen) = match local {
            Local::Client(client) => self.on_client(client, place, step),
            Local::Node {
                node,
                disk,
                up,
                timers,
            } => {
                let mut machine = Machine {
                    node,
                    disk,
                    up,
                    timers,
                };
                let mut out = Gather::<P> {
                    sends: Vec::new(),
                    timers: Vec::new(),
                    facts: Vec::new(),
                };
                let observed = self.on_node(&mut machine, place, step, &mut out);
                let seen = match observed {
                    true => Seen::Node {
                        before: number,
                        facts: out.facts,
                    },
                    false => Seen::Nothing,
                };
                let local = Local::Node {
                    node: machine.node,
                    disk: machine.disk,
                    up: machine.up,
                    timers: machine.timers,
                };
                (local, out.sends, seen)
            }
        };
        let from = self.ends[usize::from(place)];
        let local = self.local(place, after);
        let mut sent = Vec::new();
        for (to, payload) in sends {
            if self.is_heard(to) {
                let payload = Arc::new(payload);
                sent.push(self.message(Content { from, to, payload }));
            }
        }
        sent.sort_unstable();
        let idle = local == number && sent.is_empty();
        let mut delta = hash_of_local(local).wrapping_sub(hash_of_local(number));
        for message in &sent {
            delta = delta.wrapping_add(self.mail[*message as usize].hash);
        }
        let start = self.sends.len() as u32;
        self.sends.extend(sent);
        self.transitions.push(Transition {
            local,
            sends: start..self.sends.len() as u32,
            delta,
            idle,
            seen,
        });
        self.transitions.len() as u32 - 1
    }

    fn on_client(&self, mut client: Client, place: u8, step: Move) -> (LocalOf<P>, Sends<P>, Seen) {
        let Endpoint::Client(me) = self.ends[usize::from(place)] else {
            unreachable!("this place is a client's");
        };
        let (mut submitted, mut told) = (None, None);
        let reaction = match step {
            Move::Submit(command) => {
                let command = self.command(command);
                submitted = Some(command.value.clone());
                client.submit(me, command.to, command.value.clone(), 0)
            }
            Move::Retry(_) => client.on_retry(me, 0),
            Move::Deliver(message) => {
                let content = self.messages.get(message);
                match (&*content.payload, content.from) {
                    (Payload::Reply(reply), Endpoint::Node(from)) => {
                        if let Answer::Done(result) = &reply.answer {
                            told = Some((reply.sequence, result.clone()));
                        }
                        client.on_reply(me, from, reply, 0)
                    }
                    _ => Reaction::default(),
                }
            }
            _ => Reaction::default(),
        };
        let asked = reaction.send.as_ref().map(|(_, it)| it);
        let asked = asked.map(|it| (it.sequence, it.command.clone()));
        let seen = Seen::Client {
            submitted,
            told,
            asked,
        };
        let send = reaction.send.into_iter();
        let sends = send.map(|(to, request)| (to.into(), Payload::Request(request)));
        (Local::Client(client.without_time()), sends.collect(), seen)
    }

    /// Says whether monitors have to look: whether a handler ran.
    fn on_node(
        &self,
        machine: &mut Machine<P>,
        place: u8,
        step: Move,
        out: &mut Gather<P>,
    ) -> bool {
        let Endpoint::Node(id) = self.ends[usize::from(place)] else {
            unreachable!("this place is a node's");
        };
        match step {
            Move::Fire(_, position) => {
                let Some(timer) = self.protocol.timer(usize::from(position)) else {
                    return false;
                };
                machine.timers.remove(&timer);
                machine.handle(&self.protocol, Input::Fire(timer), out);
                true
            }
            Move::Deliver(message) => {
                let content = self.messages.get(message);
                let input = match (&*content.payload, content.from) {
                    (Payload::Peer(message), Endpoint::Node(from)) => {
                        Input::Deliver { from, message }
                    }
                    (Payload::Request(request), Endpoint::Client(from)) => {
                        Input::Request { from, request }
                    }
                    _ => return false,
                };
                machine.handle(&self.protocol, input, out);
                true
            }
            Move::Crash(_) => {
                machine.up = false;
                machine.timers.clear();
                false
            }
            Move::Restart(_) => {
                machine.up = true;
                machine.node = Arc::new(self.protocol.boot(id, &machine.disk));
                machine.handle(&self.protocol, Input::Start { restart: true }, out);
                true
            }
            Move::Wipe(_) => {
                machine.disk = Arc::new(self.protocol.blank(id));
                false
            }
            _ => false,
        }
    }

    /// The monitor after a transition, and whether the goal is reached by it.
    fn watch(&mut self, state: StateRef<'_>, place: u8, number: u32) -> (u32, bool) {
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
        self.monitors.number(after).0 << 1 | u32::from(found)
    }

    fn contradict(&mut self, monitor: u32, changed: u32, other: u32) -> bool {
        let key = mix(Memo::pair(monitor, changed) ^ hash_of_local(other));
        if let Some(value) = self.by_pair.get(key) {
            return value == 1;
        }
        let mut violations = Vec::new();
        let (monitor, _) = self.monitors.get(monitor);
        let (changed, other) = (self.node(changed), self.node(other));
        self.protocol
            .compare(monitor, changed, other, &mut violations);
        let found = self.is_goal(&violations);
        self.by_pair.insert(key, u32::from(found));
        found
    }
}

/// A state with what its numbers stand for.
struct Here<'a, P: Protocol> {
    space: &'a Space<P>,
    state: StateRef<'a>,
}

impl<P: Protocol> Situation for Here<'_, P> {
    fn ids(&self) -> Vec<NodeId> {
        let ends = self.space.ends.iter();
        let ids = ends.filter_map(|end| match end {
            Endpoint::Node(id) => Some(*id),
            Endpoint::Client(_) => None,
        });
        ids.collect()
    }

    fn node(&self, id: NodeId) -> Option<(bool, Rc<NodeView>)> {
        let mut ends = self.space.ends.iter();
        let place = ends.position(|end| *end == id.into())?;
        Some(self.space.show(id, self.state.locals[place]))
    }

    fn exchanges(&self) -> Vec<(ClientId, &Exchange)> {
        let places = self.space.ends.iter().zip(self.state.locals);
        let clients =
            places.filter_map(
                |(end, local)| match (end, &self.space.locals.get(*local).1) {
                    (Endpoint::Client(id), Local::Client(client)) => Some((*id, client)),
                    _ => None,
                },
            );
        clients
            .flat_map(|(id, client)| client.history().iter().map(move |it| (id, &**it)))
            .collect()
    }

    // What a state does not know: `Condition::is_of_states` keeps such questions away.
    fn is_lost(&self, _property: &str) -> bool {
        false
    }

    fn messages(&self) -> u32 {
        0
    }
}

/// A server under a handler's hands.
struct Machine<P: Protocol> {
    node: Arc<P::Node>,
    disk: Arc<P::Durable>,
    up: bool,
    timers: SortedSet<P::Timer>,
}

impl<P: Protocol> Machine<P> {
    /// One atomic step: change state, then sync; what is sent is in `out`.
    fn handle(&mut self, protocol: &P, input: Input<'_, P>, out: &mut Gather<P>) {
        let node = Arc::make_mut(&mut self.node);
        protocol.handle(node, input, out);
        protocol.sync(node, Arc::make_mut(&mut self.disk));
        for (timer, armed) in out.timers.drain(..) {
            if armed {
                self.timers.insert(timer);
            } else {
                self.timers.remove(&timer);
            }
        }
    }
}

#[cfg(test)]
mod walk;
