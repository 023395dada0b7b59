//! The whole run as text: for screen readers, for files and for the command line.

use crate::history::Timeline;
use crate::protocol::Protocol;

use super::moment::{self, Happening};

/// One action of a run and what it caused.
#[derive(Clone, Debug, PartialEq)]
pub struct Line {
    /// The action's number, from 1.
    pub number: usize,
    /// Virtual time after it, in milliseconds.
    pub at: u64,
    /// What happened.
    pub happened: Vec<Happening>,
}

/// Replays the run from its start to the cursor.
pub(super) fn of<P: Protocol>(timeline: &Timeline<P>) -> Vec<Line> {
    let mut watched = timeline.start().clone();
    let mut lines = Vec::new();
    for action in timeline.actions().take(timeline.position()) {
        let Ok(step) = watched.apply(action) else {
            unreachable!("what was applied once applies again");
        };
        lines.push(Line {
            number: lines.len() + 1,
            at: watched.world().now(),
            happened: moment::happened(watched.world().protocol(), &step),
        });
    }
    lines
}
