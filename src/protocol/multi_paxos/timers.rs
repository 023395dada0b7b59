//! A node's timers, and how long they run.

use serde::Serialize;

use crate::protocol::RangeMs;

/// A node's timers.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize)]
pub enum Timer {
    /// A proposer has heard from no leader, or its own attempt got nowhere.
    Election,
    /// A leader shows that it is there.
    Heartbeat,
    /// A leader sends again what was not answered.
    Retry,
}

/// How long a proposer waits for a leader before it tries to lead; doubled with each attempt.
pub const ELECTION: RangeMs = RangeMs::new(150, 300);
/// How often a leader shows that it is there; well below the election timeout.
pub const HEARTBEAT: RangeMs = RangeMs::new(70, 70);
/// How long a leader waits for answers to phase 2 before it retransmits.
pub const RETRY: RangeMs = RangeMs::new(100, 100);
/// After this many attempts the election timeout is doubled no further.
pub const BACKOFF_DOUBLINGS_MAX: u32 = 4;
/// The timers, in the order of their names in [`About::timers`](super::About::timers).
pub(super) const TIMERS: &[Timer] = &[Timer::Election, Timer::Heartbeat, Timer::Retry];
