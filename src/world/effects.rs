//! Handling an input: the node changes, its disk is synced, then its messages leave.

use std::sync::Arc;

use super::random::{self, Purpose};
use super::{
    Deadline, Event, Flight, Link, Loss, Machine, MessageId, PERMILLE, Payload, Step, World, client,
};
use crate::protocol::{
    ClientId, Endpoint, Fact, Input, NodeId, Note, Protocol, RangeMs, Reply, Sink,
};

/// Gathers what a handler wants done.
struct Gather<P: Protocol> {
    sends: Vec<(Endpoint, Payload<P::Message>)>,
    timers: Vec<(P::Timer, Option<RangeMs>)>,
    facts: Vec<Fact>,
    notes: Vec<Note>,
}

impl<P: Protocol> Sink<P> for Gather<P> {
    fn send(&mut self, to: NodeId, message: P::Message) {
        self.sends.push((to.into(), Payload::Peer(message)));
    }
    fn reply(&mut self, to: ClientId, reply: Reply) {
        self.sends.push((to.into(), Payload::Reply(reply)));
    }
    fn set_timer(&mut self, timer: P::Timer, range: RangeMs) {
        self.timers.push((timer, Some(range)));
    }
    fn cancel_timer(&mut self, timer: P::Timer) {
        self.timers.push((timer, None));
    }
    fn fact(&mut self, fact: Fact) {
        self.facts.push(fact);
    }
    fn note(&mut self, note: impl FnOnce() -> Note) {
        self.notes.push(note());
    }
}

impl<P: Protocol> World<P> {
    /// Starts a node that has just been booted.
    pub(super) fn start(&mut self, id: NodeId) {
        let mut step = Step::default();
        self.handle(id, Input::Start { restart: false }, true, &mut step);
    }

    /// One atomic step of one node: change state, then sync, then send, unless it crashes in
    /// between.
    pub(super) fn handle(
        &mut self,
        id: NodeId,
        input: Input<'_, P>,
        sends: bool,
        step: &mut Step<P::Message>,
    ) {
        let mut out = Gather::<P> {
            sends: Vec::new(),
            timers: Vec::new(),
            facts: Vec::new(),
            notes: Vec::new(),
        };
        let Some(machine) = self.state.machines.get_mut(&id) else {
            return;
        };
        let node = Arc::make_mut(&mut machine.node);
        self.protocol.handle(node, input, &mut out);
        self.protocol.sync(node, Arc::make_mut(&mut machine.disk));
        for (timer, range) in out.timers {
            self.set_timer(id, timer, range);
        }
        let notes = out.notes.into_iter().map(|note| (id.into(), note));
        step.notes.extend(notes);
        let facts = out.facts.into_iter().map(|fact| Event::Fact(id, fact));
        step.events.extend(facts);
        for (to, payload) in out.sends {
            if sends {
                self.send(id.into(), to, payload, step);
            } else {
                let flight = self.flight(id.into(), to, payload);
                step.events
                    .push(Event::Lost(flight, Loss::CrashedBeforeSend));
            }
        }
    }

    fn set_timer(&mut self, id: NodeId, timer: P::Timer, range: Option<RangeMs>) {
        let position = self.protocol.timer_position(timer) as u32;
        let (seed, now) = (self.seed, self.state.now);
        let Some(machine) = self.state.machines.get_mut(&id) else {
            return;
        };
        match range {
            None => {
                machine.timers.remove(&timer);
            }
            Some(range) => {
                let draws = machine.draws.get_or_insert_with(timer, || 0);
                *draws += 1;
                let draw = random::for_timer(seed, id.into(), position, *draws);
                let own_ms = random::within(range, draw);
                let deadline = Deadline {
                    since: now,
                    due: now + machine.true_ms(own_ms),
                };
                machine.timers.insert(timer, deadline);
            }
        }
    }

    /// Numbers a message and draws its latency and its fate.
    fn flight(
        &mut self,
        from: Endpoint,
        to: Endpoint,
        payload: Payload<P::Message>,
    ) -> Flight<P::Message> {
        let link = self.link(from, to);
        link.sent += 1;
        let id = MessageId {
            from,
            to,
            nth: link.sent,
            copy: 0,
        };
        let loss = random::for_message(self.seed, Purpose::Loss, id);
        Flight {
            id,
            payload: Arc::new(payload),
            sent: self.state.now,
            arrives: self.arrival(id),
            doomed: random::happens(self.state.network.of((from, to)).loss_permille, loss),
            held: false,
        }
    }

    fn link(&mut self, from: Endpoint, to: Endpoint) -> &mut Link {
        let links = &mut self.state.links;
        links.get_or_insert_with((from, to), Link::default)
    }

    /// When a message that sets out now arrives.
    pub(super) fn arrival(&mut self, id: MessageId) -> u64 {
        let behaviour = self.state.network.of((id.from, id.to));
        let draw = random::for_message(self.seed, Purpose::Latency, id);
        let arrives = self.state.now + random::within(behaviour.latency, draw);
        let keeps_order = !behaviour.reorder;
        let link = self.link(id.from, id.to);
        let arrives = if keeps_order {
            arrives.max(link.last_arrival)
        } else {
            arrives
        };
        link.last_arrival = link.last_arrival.max(arrives);
        arrives
    }

    pub(super) fn send(
        &mut self,
        from: Endpoint,
        to: Endpoint,
        payload: Payload<P::Message>,
        step: &mut Step<P::Message>,
    ) {
        let flight = self.flight(from, to, payload);
        let id = flight.id;
        step.events.push(Event::Sent(flight.clone()));
        self.state.flights.insert(flight);
        let draw = random::for_message(self.seed, Purpose::Duplication, id);
        let behaviour = self.state.network.of((from, to));
        if random::happens(behaviour.duplicate_permille, draw) {
            self.duplicate(id, step);
        }
    }

    /// A copy sets out now. Copies share the original's name and have a number of their own.
    pub(super) fn duplicate(&mut self, id: MessageId, step: &mut Step<P::Message>) {
        let Some(source) = self.state.flights.get(id).cloned() else {
            return;
        };
        let copy = self.state.flights.next_copy(id);
        let loss = random::for_message(self.seed, Purpose::Loss, copy);
        let flight = Flight {
            id: copy,
            sent: self.state.now,
            arrives: self.arrival(copy),
            doomed: random::happens(self.state.network.of((id.from, id.to)).loss_permille, loss),
            held: false,
            ..source
        };
        step.events.push(Event::Duplicated(id, flight.clone()));
        self.state.flights.insert(flight);
    }

    /// Does what a client wants done.
    pub(super) fn react(
        &mut self,
        id: ClientId,
        reaction: client::Reaction,
        step: &mut Step<P::Message>,
    ) {
        let now = self.state.now;
        let notes = reaction.notes.into_iter().map(|note| (id.into(), note));
        step.notes.extend(notes);
        if reaction.arm
            && let Some(client) = self.state.clients.get_mut(&id)
        {
            let draw = random::for_timer(self.seed, id.into(), 0, client.next_draw());
            let due = now + random::within(client::RETRY, draw);
            client.set_retry(Deadline { since: now, due });
        }
        if let Some((to, request)) = reaction.send {
            self.send(id.into(), to.into(), Payload::Request(request), step);
        }
    }
}

impl<P: Protocol> Machine<P> {
    /// A duration by the node's own clock, in true milliseconds; at least one.
    pub(super) fn true_ms(&self, own_ms: u64) -> u64 {
        (own_ms * u64::from(PERMILLE) / u64::from(self.clock_permille)).max(1)
    }
}
