//! When an action makes no sense, and why.

use super::{
    Action, ActionError, Flight, LINK_MS_MAX, Machine, MessageId, Network, Trigger, World,
};
use crate::protocol::{Endpoint, NODES_MAX, NodeId, Protocol};
use crate::sorted::SortedSet;

/// The slowest and the fastest clock, in thousandths.
const CLOCK_PERMILLE: std::ops::RangeInclusive<u32> = 100..=10_000;

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
                let network = Network {
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
                match self.is_shaped(matches!(action, Action::Spread)) {
                    true => Err(E::NoChange),
                    false => Ok(()),
                }
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

    fn machine(&self, id: NodeId) -> Result<&Machine<P>, ActionError> {
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

    pub(super) fn partition(
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
}
