//! A server's timers, and how long they run.

use serde::Serialize;

use super::Raft;
use super::rules::V;
use crate::protocol::{RangeMs, Sink};

/// A server's timers.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize)]
pub enum Timer {
    /// A follower or candidate has heard from no leader.
    Election,
    /// A leader shows that it is there.
    Heartbeat,
    /// A follower has not heard its leader within the minimum election timeout; a leader counts
    /// who has answered (`pre_vote`, `check_quorum`).
    Lease,
    /// A leader gives up handing over (`leadership_transfer`).
    Transfer,
}

/// "Election timeouts are chosen randomly from a fixed interval (e.g., 150–300 ms)" (§5.2).
pub const ELECTION: RangeMs = RangeMs::new(150, 300);
/// How often a leader shows that it is there; well below the election timeout (§5.6).
pub const HEARTBEAT: RangeMs = RangeMs::new(70, 70);

/// The timers, in the order of their names in [`About::timers`](super::About::timers).
pub(super) const TIMERS: &[Timer] = &[
    Timer::Election,
    Timer::Heartbeat,
    Timer::Lease,
    Timer::Transfer,
];

impl Raft {
    /// The range of election timeouts.
    pub(super) fn election(&self) -> RangeMs {
        let range = self.cluster.range("election", ELECTION);
        let max = match self.is(V::SameTimeouts) {
            true => range.min,
            false => range.max,
        };
        RangeMs { max, ..range }
    }

    pub(super) fn arm_election<S: Sink<Self>>(&self, out: &mut S) {
        out.set_timer(Timer::Election, self.election());
    }
}
