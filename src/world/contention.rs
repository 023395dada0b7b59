//! Timers of contention: aligned, so that nodes get in each other's way, or spread, so that they do
//! not.

use super::{Deadline, World};
use crate::protocol::{NodeId, Protocol};

/// How far [`super::Action::Spread`] sets timers apart, as a multiple of the longest latency: room for
/// an election.
const SPREAD_LATENCIES: u64 = 6;

impl<P: Protocol> World<P> {
    /// The timer whose firing at the same time on two nodes makes them contend.
    fn contention(&self) -> Option<P::Timer> {
        self.protocol.timer(self.protocol.about().contention)
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

    /// Whether those timers are aligned, or spread, already.
    pub(super) fn is_shaped(&self, spread: bool) -> bool {
        let before = self.contenders();
        let after = self.shaped(spread);
        let mut both = before.iter().zip(&after);
        both.all(|((_, old), new)| old.due == *new)
    }

    /// Aligns or spreads them.
    pub(super) fn shape(&mut self, spread: bool) {
        let shaped = self.shaped(spread);
        let now = self.state.now;
        let contention = self.contention();
        for ((id, _), due) in self.contenders().into_iter().zip(shaped) {
            let machine = self.state.machines.get_mut(&id);
            if let (Some(machine), Some(timer)) = (machine, contention) {
                machine.timers.insert(timer, Deadline { since: now, due });
            }
        }
    }
}
