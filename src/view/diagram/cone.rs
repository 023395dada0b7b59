//! What an event depends on, and what depends on it.

use crate::protocol::Endpoint;
use crate::sorted::SortedMap;
use crate::view::chronicle::{Entries, Mark};

/// What a step depends on, and what depends on it: Lamport's "happened before". On each lane the
/// causes are all steps up to one, and the consequences all from one on.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Cone {
    step: usize,
    causes: SortedMap<Endpoint, usize>,
    consequences: SortedMap<Endpoint, usize>,
}

/// How a step stands to the one whose cone it is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Standing {
    /// It is the one.
    Itself,
    /// It happened before: it may have influenced the one.
    Cause,
    /// It happened after: the one may have influenced it.
    Consequence,
    /// Neither could know of the other.
    Concurrent,
}

impl Cone {
    /// How a step that happened on these lanes stands to the one.
    pub fn standing(&self, step: usize, lanes: impl Iterator<Item = Endpoint>) -> Standing {
        if step == self.step {
            return Standing::Itself;
        }
        let mut standing = Standing::Concurrent;
        for lane in lanes {
            if self.causes.get(&lane).is_some_and(|last| step <= *last) {
                return Standing::Cause;
            }
            let first = self.consequences.get(&lane);
            if first.is_some_and(|first| step >= *first) {
                standing = Standing::Consequence;
            }
        }
        standing
    }

    /// How many steps are causes, and how many are consequences.
    pub fn counts(&self, line: &Entries<'_>) -> (usize, usize) {
        let (mut causes, mut consequences) = (0, 0);
        for (step, entry) in line.steps(1..=line.length) {
            match self.standing(step, entry.lanes()) {
                Standing::Cause => causes += 1,
                Standing::Consequence => consequences += 1,
                Standing::Itself | Standing::Concurrent => {}
            }
        }
        (causes, consequences)
    }
}

/// Finds what a step depends on, and what depends on it.
pub(in crate::view) fn cone(line: &Entries<'_>, step: usize) -> Option<Cone> {
    let own: Vec<Endpoint> = line.get(step)?.lanes().collect();
    let mut causes: SortedMap<Endpoint, usize> = own.iter().map(|lane| (*lane, step)).collect();
    for (at, entry) in line.steps(1..=step).rev() {
        let is_cause = entry
            .lanes()
            .any(|lane| causes.get(&lane).is_some_and(|last| at <= *last));
        if !is_cause {
            continue;
        }
        for mark in &entry.marks {
            if let Mark::Arrived(arrow) = mark
                && let Some(sent) = line.sending(arrow)
            {
                let last = causes.get_or_insert_with(arrow.id.from, || sent);
                *last = sent.max(*last);
            }
        }
    }
    let mut consequences: SortedMap<Endpoint, usize> =
        own.iter().map(|lane| (*lane, step)).collect();
    for (at, entry) in line.steps(step + 1..=line.length) {
        for mark in &entry.marks {
            if let Mark::Arrived(arrow) = mark
                && let Some(sent) = line.sending(arrow)
                && consequences
                    .get(&arrow.id.from)
                    .is_some_and(|first| sent >= *first)
            {
                consequences.get_or_insert_with(arrow.id.to, || at);
            }
        }
    }
    Some(Cone {
        step,
        causes,
        consequences,
    })
}
