//! What each action does, and when it makes no sense.

use crate::sorted::SortedSet;
use std::sync::Arc;

use super::{
    Action, ActionError, Deadline, Event, Flight, LINK_MS_MAX, Loss, MessageId, Payload, Pending,
    Step, Trigger, World,
};
use crate::protocol::{ClientId, Endpoint, Input, NODES_MAX, NodeId, Protocol};

/// The slowest and the fastest clock, in thousandths.
const CLOCK_PERMILLE: std::ops::RangeInclusive<u32> = 100..=10_000;
/// How far [`Action::Spread`] sets timers apart, as a multiple of the longest latency: room for
/// an election.
const SPREAD_LATENCIES: u64 = 6;

impl<P: Protocol> World<P> {
    /// Whether an action makes sense now.
    pub fn check(&self, action: &Action) -> Result<(), ActionError> {
        use ActionError as E;
        match action {
            Action::Next => self.next().map(|_| ()).ok_or(E::NothingToDo),
            Action::Advance(ms) => {
                let due = self.next().map(|(at, _)| at - self.now());
                match due.filter(|due| *due < u64::from(*ms)) {
                    Some(due) => Err(E::EventDueFirst(due)),
                    None if *ms == 0 => Err(E::NoChange),
                    None => Ok(()),
                }
            }
            Action::Deliver(id) => self.check_delivery(*id),
            Action::Drop(id) | Action::Duplicate(id) => self.flight_of(*id).map(|_| ()),
            Action::Delay(id, ms) => {
                let flight = self.flight_of(*id)?;
                match *ms {
                    _ if flight.held => Err(E::MessageHeld(*id)),
                    0 => Err(E::NoChange),
                    ms if ms > LINK_MS_MAX => Err(E::OutOfRange),
                    _ => Ok(()),
                }
            }
            Action::Hold(id) => match self.flight_of(*id)?.held {
                true => Err(E::MessageHeld(*id)),
                false => Ok(()),
            },
            Action::Release(id) => match self.flight_of(*id)?.held {
                true => Ok(()),
                false => Err(E::MessageNotHeld(*id)),
            },
            Action::Fire(end, timer) => self.check_timer(*end, timer),
            Action::Crash(id) => self.check_up(*id),
            Action::CrashBeforeSend(Trigger::Deliver(id)) => match id.to {
                Endpoint::Node(_) => self.check_delivery(*id),
                Endpoint::Client(_) => Err(E::NoSuchEndpoint(id.to)),
            },
            Action::CrashBeforeSend(Trigger::Fire(id, timer)) => {
                self.check_timer((*id).into(), timer)
            }
            Action::Restart(id) | Action::Wipe(id) => match self.machine(*id)?.up {
                true => Err(E::NodeUp(*id)),
                false if matches!(action, Action::Wipe(_)) => {
                    let blank = self.protocol.blank(*id);
                    let wiped = *self.state.machines[id].disk == blank;
                    if wiped { Err(E::NoChange) } else { Ok(()) }
                }
                false => Ok(()),
            },
            Action::Pause(id) => self.check_running(*id),
            Action::Resume(id) => match self.machine(*id)? {
                machine if !machine.up => Err(E::NodeDown(*id)),
                machine if machine.paused_since.is_none() => Err(E::NodeNotPaused(*id)),
                _ => Ok(()),
            },
            Action::Clock(id, permille) => match self.machine(*id)? {
                _ if !CLOCK_PERMILLE.contains(permille) => Err(E::OutOfRange),
                machine if machine.clock_permille == *permille => Err(E::NoChange),
                _ => Ok(()),
            },
            Action::Cut(from, to) => {
                self.check_link(*from, *to)?;
                match self.is_cut(*from, *to) {
                    true => Err(E::LinkCut(*from, *to)),
                    false => Ok(()),
                }
            }
            Action::Mend(from, to) => {
                self.check_link(*from, *to)?;
                match self.is_cut(*from, *to) {
                    true => Ok(()),
                    false => Err(E::LinkNotCut(*from, *to)),
                }
            }
            Action::Partition(groups) => {
                let cut = self.partition(groups)?;
                if cut == self.state.network.cut {
                    return Err(E::NoChange);
                }
                Ok(())
            }
            Action::Heal if self.state.network.cut.is_empty() => Err(E::NoChange),
            Action::Heal => Ok(()),
            Action::Links(network) => {
                if !network.is_sound() {
                    return Err(E::OutOfRange);
                }
                if cfg!(feature = "full") {
                    for (from, to) in network.apart.keys() {
                        self.check_link(*from, *to)?;
                    }
                }
                let cut = self.state.network.cut.clone();
                let network = super::Network {
                    cut,
                    ..network.clone()
                };
                if network == self.state.network {
                    return Err(E::NoChange);
                }
                Ok(())
            }
            Action::Submit { client, to, .. } => {
                let known = self.state.clients.get(client);
                let known = known.ok_or(E::NoSuchEndpoint((*client).into()))?;
                match to {
                    Some(node) => {
                        self.machine(*node)?;
                        match known.can_ask(*node) {
                            true => Ok(()),
                            false => Err(E::NotServing(*node)),
                        }
                    }
                    None => Ok(()),
                }
            }
            Action::Align | Action::Spread => {
                let before = self.contenders();
                let after = self.shaped(matches!(action, Action::Spread));
                let same = before
                    .iter()
                    .zip(&after)
                    .all(|((_, old), new)| old.due == *new);
                if same { Err(E::NoChange) } else { Ok(()) }
            }
            Action::AddMachine if self.state.machines.len() >= usize::from(NODES_MAX) => {
                Err(E::OutOfRange)
            }
            Action::AddMachine => {
                let then = self.protocol.with_machine().ok_or(E::FixedMembers)?;
                // What a command is must not change between asking and answering.
                let is_same =
                    |command| self.protocol.is_operation(command) == then.is_operation(command);
                let mut clients = self.state.clients.values();
                match clients.all(|client| client.unanswered().all(is_same)) {
                    true => Ok(()),
                    false => Err(E::MachineAskedFor),
                }
            }
        }
    }

    /// Changes the world, or says why the action makes no sense now and leaves it as it is.
    pub fn apply(&mut self, action: &Action) -> Result<Step<P::Message>, ActionError> {
        // What the scheduler would do is looked for once: it goes through all that is under way.
        if *action != Action::Next {
            self.check(action)?;
        }
        let mut step = Step::default();
        match action {
            Action::Next => {
                let (at, pending) = self.next().ok_or(ActionError::NothingToDo)?;
                self.state.now = at;
                match pending {
                    Pending::Arrival(id) => self.arrive(id, true, &mut step),
                    Pending::NodeTimer(id, position) => self.fire(id, position, true, &mut step),
                    Pending::ClientTimer(id) => self.fire_client(id, &mut step),
                }
            }
            Action::Advance(ms) => {
                self.state.now += u64::from(*ms);
                step.events.push(Event::TimePassed(*ms));
            }
            Action::Deliver(id) => self.arrive(*id, true, &mut step),
            Action::Drop(id) => self.lose(*id, Loss::Dropped, &mut step),
            Action::Duplicate(id) => self.duplicate(*id, &mut step),
            Action::Delay(id, ms) => {
                let now = self.state.now;
                if let Some(flight) = self.state.flights.get_mut(*id) {
                    flight.arrives = flight.arrives.max(now) + u64::from(*ms);
                    step.events.push(Event::Delayed(flight.clone()));
                }
            }
            Action::Hold(id) => {
                if let Some(flight) = self.set_held(*id, true) {
                    step.events.push(Event::Held(flight));
                }
            }
            Action::Release(id) => {
                if let Some(flight) = self.set_held(*id, false) {
                    step.events.push(Event::Released(flight));
                }
            }
            Action::Fire(Endpoint::Node(id), timer) => {
                self.fire(*id, self.position_named(timer), true, &mut step);
            }
            Action::Fire(Endpoint::Client(id), _) => self.fire_client(*id, &mut step),
            Action::Crash(id) => self.crash(*id, &mut step),
            Action::CrashBeforeSend(trigger) => {
                let node = match trigger {
                    Trigger::Deliver(id) => {
                        self.arrive(*id, false, &mut step);
                        id.to
                    }
                    Trigger::Fire(id, timer) => {
                        self.fire(*id, self.position_named(timer), false, &mut step);
                        (*id).into()
                    }
                };
                if let Endpoint::Node(id) = node {
                    self.crash(id, &mut step);
                }
            }
            Action::Restart(id) => self.restart(*id, &mut step),
            Action::Wipe(id) => {
                let blank = self.protocol.blank(*id);
                if let Some(machine) = self.state.machines.get_mut(id) {
                    machine.disk = Arc::new(blank);
                    step.events.push(Event::Wiped(*id));
                }
            }
            Action::Pause(id) => {
                let now = self.state.now;
                if let Some(machine) = self.state.machines.get_mut(id) {
                    machine.paused_since = Some(now);
                    step.events.push(Event::Paused(*id));
                }
            }
            Action::Resume(id) => self.resume(*id, &mut step),
            Action::Clock(id, permille) => {
                if let Some(machine) = self.state.machines.get_mut(id) {
                    machine.clock_permille = *permille;
                    step.events.push(Event::Clock(*id, *permille));
                }
            }
            Action::Cut(from, to) => {
                self.state.network.cut.insert((*from, *to));
                step.events.push(Event::LinksChanged);
            }
            Action::Mend(from, to) => {
                self.state.network.cut.remove(&(*from, *to));
                step.events.push(Event::LinksChanged);
            }
            Action::Partition(groups) => {
                self.state.network.cut = self.partition(groups)?;
                step.events.push(Event::LinksChanged);
            }
            Action::Heal => {
                self.state.network.cut.clear();
                step.events.push(Event::LinksChanged);
            }
            Action::Links(network) => {
                let cut = std::mem::take(&mut self.state.network.cut);
                self.state.network = super::Network {
                    cut,
                    ..network.clone()
                };
                step.events.push(Event::LinksChanged);
            }
            Action::Submit { client, to, value } => {
                let now = self.state.now;
                step.events.push(Event::Submitted(*client, value.clone()));
                if let Some(known) = self.state.clients.get_mut(client) {
                    let reaction = known.submit(*client, *to, value.clone(), now);
                    self.react(*client, reaction, &mut step);
                }
            }
            Action::Align | Action::Spread => {
                let shaped = self.shaped(matches!(action, Action::Spread));
                let now = self.state.now;
                let contention = self.contention();
                for ((id, _), due) in self.contenders().into_iter().zip(shaped) {
                    let machine = self.state.machines.get_mut(&id);
                    if let (Some(machine), Some(timer)) = (machine, contention) {
                        machine.timers.insert(timer, Deadline { since: now, due });
                    }
                }
                step.events.push(Event::TimersShaped);
            }
            Action::AddMachine => self.add_machine(&mut step),
        }
        Ok(step)
    }

    /// From here on the protocol counts one machine more; clients know of it too.
    fn add_machine(&mut self, step: &mut Step<P::Message>) {
        let Some(protocol) = self.protocol.with_machine() else {
            return;
        };
        self.protocol = Arc::new(protocol);
        let new = self.protocol.cluster().ids().next_back();
        let serves = self.protocol.serves();
        for client in self.state.clients.values_mut() {
            client.set_serves(&serves);
        }
        if let Some(id) = new {
            self.install(id);
            step.events.push(Event::MachineAdded(id));
            self.handle(id, Input::Start { restart: false }, true, step);
        }
    }

    fn machine(&self, id: NodeId) -> Result<&super::Machine<P>, ActionError> {
        let machine = self.state.machines.get(&id);
        machine.ok_or(ActionError::NoSuchEndpoint(id.into()))
    }

    fn check_up(&self, id: NodeId) -> Result<(), ActionError> {
        match self.machine(id)?.up {
            true => Ok(()),
            false => Err(ActionError::NodeDown(id)),
        }
    }

    fn check_running(&self, id: NodeId) -> Result<(), ActionError> {
        self.check_up(id)?;
        match self.is_paused(id.into()) {
            true => Err(ActionError::NodePaused(id)),
            false => Ok(()),
        }
    }

    fn check_timer(&self, end: Endpoint, timer: &str) -> Result<(), ActionError> {
        let not_armed = ActionError::TimerNotArmed(end, timer.into());
        let armed = match end {
            Endpoint::Node(id) => {
                self.machine(id)?;
                let known = self.timer_named(timer).ok_or(not_armed.clone())?;
                self.check_running(id)?;
                self.machine(id)?.timers.contains_key(&known)
            }
            Endpoint::Client(id) => {
                let client = self.state.clients.get(&id);
                let client = client.ok_or(ActionError::NoSuchEndpoint(end))?;
                timer == "retry" && client.is_waiting()
            }
        };
        if armed { Ok(()) } else { Err(not_armed) }
    }

    fn flight_of(&self, id: MessageId) -> Result<&Flight<P::Message>, ActionError> {
        let flight = self.state.flights.get(id);
        flight.ok_or(ActionError::NoSuchMessage(id))
    }

    fn check_delivery(&self, id: MessageId) -> Result<(), ActionError> {
        self.flight_of(id)?;
        if self.is_cut(id.from, id.to) {
            return Err(ActionError::LinkCut(id.from, id.to));
        }
        match id.to {
            Endpoint::Node(node) => self.check_running(node),
            Endpoint::Client(_) => Ok(()),
        }
    }

    fn check_link(&self, from: Endpoint, to: Endpoint) -> Result<(), ActionError> {
        for end in [from, to] {
            let known = match end {
                Endpoint::Node(id) => self.state.machines.contains_key(&id),
                Endpoint::Client(id) => self.state.clients.contains_key(&id),
            };
            if !known {
                return Err(ActionError::NoSuchEndpoint(end));
            }
        }
        match from == to {
            true => Err(ActionError::NoChange),
            false => Ok(()),
        }
    }

    /// Whether a link is cut in this direction.
    pub fn is_cut(&self, from: Endpoint, to: Endpoint) -> bool {
        self.state.network.cut.contains(&(from, to))
    }

    fn partition(
        &self,
        groups: &[SortedSet<NodeId>],
    ) -> Result<SortedSet<(Endpoint, Endpoint)>, ActionError> {
        let mut placed = SortedSet::new();
        for group in groups {
            if group.is_empty() {
                return Err(ActionError::BadGroups);
            }
            for id in group {
                self.machine(*id)?;
                if !placed.insert(*id) {
                    return Err(ActionError::BadGroups);
                }
            }
        }
        let together = |a: NodeId, b: NodeId| {
            groups
                .iter()
                .any(|group| group.contains(&a) && group.contains(&b))
        };
        let ids = || self.state.machines.keys().copied();
        let pairs = ids().flat_map(|a| ids().map(move |b| (a, b)));
        let apart = pairs.filter(|(a, b)| a != b && !together(*a, *b));
        Ok(apart.map(|(a, b)| (a.into(), b.into())).collect())
    }

    /// Why a message would be lost if it arrived now; nothing if it would get through. Cuts and
    /// downtime decide on arrival.
    pub fn fate(&self, id: MessageId) -> Option<Loss> {
        let down = match id.to {
            Endpoint::Node(node) => !self.state.machines.get(&node).is_some_and(|it| it.up),
            Endpoint::Client(_) => false,
        };
        if self.is_cut(id.from, id.to) {
            Some(Loss::Cut)
        } else if self.state.flights.get(id).is_some_and(|it| it.doomed) {
            Some(Loss::Chance)
        } else {
            down.then_some(Loss::Down)
        }
    }

    /// A message arrives, or is lost where it should have arrived.
    fn arrive(&mut self, id: MessageId, sends: bool, step: &mut Step<P::Message>) {
        if let Some(loss) = self.fate(id) {
            self.lose(id, loss, step);
            return;
        }
        let Some(flight) = self.state.flights.remove(id) else {
            return;
        };
        step.events.push(Event::Delivered(flight.clone()));
        match (&*flight.payload, id.from, id.to) {
            (Payload::Peer(message), Endpoint::Node(from), Endpoint::Node(to)) => {
                self.handle(to, Input::Deliver { from, message }, sends, step);
            }
            (Payload::Request(request), Endpoint::Client(from), Endpoint::Node(to)) => {
                self.handle(to, Input::Request { from, request }, sends, step);
            }
            (Payload::Reply(reply), Endpoint::Node(from), Endpoint::Client(to)) => {
                step.events.push(Event::Told(to, reply.clone()));
                let now = self.state.now;
                if let Some(client) = self.state.clients.get_mut(&to) {
                    let reaction = client.on_reply(to, from, reply, now);
                    self.react(to, reaction, step);
                }
            }
            _ => unreachable!("requests go to nodes, replies to clients"),
        }
    }

    fn lose(&mut self, id: MessageId, loss: Loss, step: &mut Step<P::Message>) {
        if let Some(flight) = self.state.flights.remove(id) {
            step.events.push(Event::Lost(flight, loss));
        }
    }

    fn set_held(&mut self, id: MessageId, held: bool) -> Option<Flight<P::Message>> {
        let flight = self.state.flights.get_mut(id)?;
        flight.held = held;
        flight.arrives = flight.arrives.max(self.state.now);
        Some(flight.clone())
    }

    fn fire(&mut self, id: NodeId, position: usize, sends: bool, step: &mut Step<P::Message>) {
        let Some(timer) = self.protocol.timer(position) else {
            return;
        };
        if let Some(machine) = self.state.machines.get_mut(&id) {
            machine.timers.remove(&timer);
        }
        let name = self.protocol.about().timers[position];
        step.events.push(Event::Fired(id.into(), name));
        self.handle(id, Input::Fire(timer), sends, step);
    }

    fn position_named(&self, timer: &str) -> usize {
        let mut names = self.protocol.about().timers.iter();
        names.position(|name| *name == timer).unwrap_or(usize::MAX)
    }

    fn timer_named(&self, timer: &str) -> Option<P::Timer> {
        self.protocol.timer(self.position_named(timer))
    }

    /// The timer whose firing at the same time on two nodes makes them contend.
    fn contention(&self) -> Option<P::Timer> {
        self.protocol.timer(self.protocol.about().contention)
    }

    fn fire_client(&mut self, id: ClientId, step: &mut Step<P::Message>) {
        step.events.push(Event::Fired(id.into(), "retry"));
        let now = self.state.now;
        if let Some(client) = self.state.clients.get_mut(&id) {
            let reaction = client.on_retry(id, now);
            self.react(id, reaction, step);
        }
    }

    fn crash(&mut self, id: NodeId, step: &mut Step<P::Message>) {
        if let Some(machine) = self.state.machines.get_mut(&id) {
            machine.up = false;
            machine.paused_since = None;
            machine.timers.clear();
            step.events.push(Event::Crashed(id));
        }
    }

    fn restart(&mut self, id: NodeId, step: &mut Step<P::Message>) {
        if let Some(machine) = self.state.machines.get_mut(&id) {
            machine.up = true;
            machine.node = Arc::new(self.protocol.boot(id, &machine.disk));
            step.events.push(Event::Restarted(id));
            self.handle(id, Input::Start { restart: true }, true, step);
        }
    }

    fn resume(&mut self, id: NodeId, step: &mut Step<P::Message>) {
        let now = self.state.now;
        if let Some(machine) = self.state.machines.get_mut(&id) {
            let stood = now - machine.paused_since.take().unwrap_or(now);
            for deadline in machine.timers.values_mut() {
                deadline.since += stood;
                deadline.due += stood;
            }
            step.events.push(Event::Resumed(id));
        }
    }

    /// The running nodes whose timer of contention is armed, with its deadline.
    fn contenders(&self) -> Vec<(NodeId, Deadline)> {
        let contention = self.contention();
        let machines = self.state.machines.iter();
        let running = machines.filter(|(_, machine)| machine.up && machine.paused_since.is_none());
        let armed = running.filter_map(|(id, machine)| {
            let deadline = machine.timers.get(&contention?)?;
            Some((*id, *deadline))
        });
        armed.collect()
    }

    /// When those timers would run out, aligned or spread, from the earliest on.
    fn shaped(&self, spread: bool) -> Vec<u64> {
        let contenders = self.contenders();
        let first = contenders.iter().map(|(_, deadline)| deadline.due).min();
        let gap = u64::from(self.state.network.longest_ms()) * SPREAD_LATENCIES;
        let gap = if spread { gap } else { 0 };
        let due = |position| first.unwrap_or(0) + position as u64 * gap;
        (0..contenders.len()).map(due).collect()
    }
}
