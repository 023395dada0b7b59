//! States of one depth, flat in memory: they are needed until they have been expanded, and then
//! only their fingerprints remain.

use super::bounds::Left;
use super::space::{Candidate, Space, State, StateRef};
use crate::protocol::Protocol;

/// States one after another.
#[derive(Debug)]
pub(super) struct Layer {
    /// How many endpoints a state has.
    ends: usize,
    locals: Vec<u32>,
    /// Where each state's messages end.
    message_ends: Vec<u32>,
    messages: Vec<u32>,
    rest: Vec<Rest>,
}

#[derive(Clone, Copy, Debug)]
struct Rest {
    hash: u64,
    left: Left,
    monitor: u32,
}

/// Bytes that a vector asks for when so many items more do not fit: it doubles.
pub(super) fn grown<T>(items: &Vec<T>, more: usize) -> usize {
    match items.len() + more > items.capacity() {
        true => (items.len() + more).max(items.capacity() * 2) * size_of::<T>(),
        false => 0,
    }
}

impl Layer {
    pub(super) fn new(ends: usize) -> Self {
        Self {
            ends,
            locals: Vec::new(),
            message_ends: Vec::new(),
            messages: Vec::new(),
            rest: Vec::new(),
        }
    }

    pub(super) fn len(&self) -> usize {
        self.rest.len()
    }

    pub(super) fn clear(&mut self) {
        self.locals.clear();
        self.message_ends.clear();
        self.messages.clear();
        self.rest.clear();
    }

    pub(super) fn bytes(&self) -> usize {
        (self.locals.capacity() + self.message_ends.capacity() + self.messages.capacity())
            * size_of::<u32>()
            + self.rest.capacity() * size_of::<Rest>()
    }

    /// Bytes that it may take besides while so many states, of so many messages each, are added.
    pub(super) fn bytes_to_grow(&self, states: usize, messages: usize) -> usize {
        grown(&self.locals, states * self.ends)
            + grown(&self.message_ends, states)
            + grown(&self.messages, states * messages)
            + grown(&self.rest, states)
    }

    /// The most messages that a state of some has.
    pub(super) fn messages_max(&self, states: std::ops::Range<usize>) -> usize {
        let counts = states.map(|at| self.get(at).messages.len());
        counts.max().unwrap_or(0)
    }

    pub(super) fn get(&self, at: usize) -> StateRef<'_> {
        let start = match at {
            0 => 0,
            at => self.message_ends[at - 1],
        };
        let rest = self.rest[at];
        StateRef {
            locals: &self.locals[at * self.ends..][..self.ends],
            messages: &self.messages[start as usize..self.message_ends[at] as usize],
            left: rest.left,
            monitor: rest.monitor,
            hash: rest.hash,
        }
    }

    pub(super) fn push(&mut self, state: &State) {
        self.locals.extend_from_slice(&state.locals);
        self.messages.extend_from_slice(&state.messages);
        self.end(Rest {
            hash: state.hash,
            left: state.left,
            monitor: state.monitor,
        });
    }

    /// Builds the state that a candidate stands for at the end of this layer.
    #[inline]
    pub(super) fn push_built<P: Protocol>(
        &mut self,
        space: &Space<P>,
        parent: StateRef<'_>,
        candidate: &Candidate,
    ) {
        let start = self.locals.len();
        self.locals.extend_from_slice(parent.locals);
        let locals = &mut self.locals[start..];
        space.build(parent, candidate, locals, &mut self.messages);
        self.end(Rest {
            hash: candidate.hash,
            left: parent.left.minus(candidate.step.cost()),
            monitor: candidate.monitor,
        });
    }

    fn end(&mut self, rest: Rest) {
        self.message_ends.push(self.messages.len() as u32);
        self.rest.push(rest);
    }
}
