//! What each action does.

use std::sync::Arc;

use super::{
    Action, ActionError, Event, Flight, Loss, MessageId, Network, Payload, Pending, Step, Trigger,
    World,
};
use crate::protocol::{ClientId, Endpoint, Input, NodeId, Protocol};

impl<P: Protocol> World<P> {
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
                self.state.network = Network {
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
                self.shape(matches!(action, Action::Spread));
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

    pub(super) fn position_named(&self, timer: &str) -> usize {
        let mut names = self.protocol.about().timers.iter();
        names.position(|name| *name == timer).unwrap_or(usize::MAX)
    }

    pub(super) fn timer_named(&self, timer: &str) -> Option<P::Timer> {
        self.protocol.timer(self.position_named(timer))
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
}
