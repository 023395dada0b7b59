//! A node's timers, and how long they run.

use serde::Serialize;

use crate::protocol::RangeMs;

/// The timers of a node.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize)]
pub enum Timer {
    /// The coordinator has waited long enough for work or votes.
    Collect,
    /// A participant has waited long enough to be asked for its vote.
    Prepare,
    /// A participant in doubt has waited long enough for the decision.
    Decision,
    /// The coordinator tells a decision again.
    Resend,
}

/// How long a coordinator waits for work, and again for votes.
pub const COLLECT: RangeMs = RangeMs::new(150, 200);
/// How long a participant waits to be asked for its vote.
pub const PREPARE_WAIT: RangeMs = RangeMs::new(250, 350);
/// How long a participant waits for the decision before it asks, and asks again.
pub const DECISION_WAIT: RangeMs = RangeMs::new(200, 300);
/// How long a coordinator waits for acknowledgements before it tells the decision again.
pub const RESEND_WAIT: RangeMs = RangeMs::new(150, 200);

/// The timers, in the order of their names in [`About::timers`](super::About::timers).
pub(super) const TIMERS: &[Timer] = &[
    Timer::Collect,
    Timer::Prepare,
    Timer::Decision,
    Timer::Resend,
];
