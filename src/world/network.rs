//! How links behave: latency, loss, duplication, order, and what is cut.

use crate::sorted::SortedSet;

use serde::Serialize;

use crate::protocol::{Endpoint, RangeMs};

/// A whole, in thousandths.
pub const PERMILLE: u32 = 1000;
/// The longest latency, in milliseconds.
pub const LINK_MS_MAX: u32 = 10_000;

/// How links behave. What is cut loses messages when they should arrive.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize)]
pub struct Network {
    /// How long a message takes.
    pub latency: RangeMs,
    /// How many of a thousand messages are lost.
    pub loss_permille: u32,
    /// How many of a thousand messages arrive twice.
    pub duplicate_permille: u32,
    /// Whether a later message may overtake an earlier one on the same link.
    pub reorder: bool,
    /// The links that are cut, each in one direction.
    pub cut: SortedSet<(Endpoint, Endpoint)>,
}

impl Default for Network {
    /// A quiet local network, slowed down for the eye.
    fn default() -> Self {
        Self {
            latency: RangeMs::new(10, 20),
            loss_permille: 0,
            duplicate_permille: 0,
            reorder: true,
            cut: SortedSet::new(),
        }
    }
}

impl Network {
    /// Whether every number is in its range.
    pub fn is_sound(&self) -> bool {
        self.latency.min >= 1
            && self.latency.min <= self.latency.max
            && self.latency.max <= LINK_MS_MAX
            && self.loss_permille <= PERMILLE
            && self.duplicate_permille <= PERMILLE
    }
}
