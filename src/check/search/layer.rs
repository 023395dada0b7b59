//! States of one depth, flat in memory, in blocks: they are needed until they have been expanded,
//! and then only their fingerprints remain.

use std::collections::VecDeque;

use super::bounds::Left;
use super::space::{Candidate, Space, State, StateRef};
use crate::protocol::Protocol;

/// How many states a block holds.
const STATES: usize = 1 << 12;
/// How many messages it holds at first; one state's more than that make it longer.
const MESSAGES: usize = STATES * 16;

/// What is the same for all states of a search.
#[derive(Clone, Copy, Debug)]
pub(super) struct Shape {
    /// How many endpoints a state has.
    pub(super) ends: usize,
    /// How many hashes it has besides its own.
    pub(super) images: usize,
}

/// States one after another, first in, first out.
#[derive(Debug)]
pub(super) struct Layer {
    shape: Shape,
    blocks: VecDeque<Block>,
    len: usize,
}

/// So many of them.
#[derive(Debug)]
pub(super) struct Block {
    shape: Shape,
    locals: Vec<u32>,
    /// Where each state's messages end.
    message_ends: Vec<u32>,
    messages: Vec<u32>,
    rest: Vec<Rest>,
    images: Vec<u64>,
}

#[derive(Clone, Copy, Debug)]
struct Rest {
    hash: u64,
    left: Left,
    monitor: u32,
}

impl Layer {
    pub(super) fn new(shape: Shape) -> Self {
        Self {
            shape,
            blocks: VecDeque::new(),
            len: 0,
        }
    }

    /// How many states there are.
    pub(super) fn len(&self) -> usize {
        self.len
    }

    pub(super) fn bytes(&self) -> usize {
        self.blocks.len() * Block::bytes(self.shape)
    }

    /// The states that were pushed first.
    pub(super) fn front(&self) -> Option<&Block> {
        self.blocks.front()
    }

    /// Forgets the states of the first block.
    pub(super) fn pop_front(&mut self) {
        if let Some(block) = self.blocks.pop_front() {
            self.len -= block.len();
        }
    }

    /// The state that was pushed last.
    pub(super) fn last(&self) -> Option<StateRef<'_>> {
        let block = self.blocks.back()?;
        Some(block.get(block.len().checked_sub(1)?))
    }

    pub(super) fn push(&mut self, state: &State) {
        let block = self.block(state.messages.len());
        block.locals.extend_from_slice(&state.locals);
        block.messages.extend_from_slice(&state.messages);
        block.images.extend_from_slice(&state.images);
        block.end(Rest {
            hash: state.hash,
            left: state.left,
            monitor: state.monitor,
        });
        self.len += 1;
    }

    /// Builds the state that a candidate stands for at the end of this layer.
    #[inline]
    pub(super) fn push_built<P: Protocol>(
        &mut self,
        space: &Space<P>,
        parent: StateRef<'_>,
        candidate: &Candidate,
    ) {
        // One step may send to everybody, twice.
        let block = self.block(parent.messages.len() + 2 * parent.locals.len());
        let start = block.locals.len();
        block.locals.extend_from_slice(parent.locals);
        let locals = &mut block.locals[start..];
        space.build(parent, candidate, locals, &mut block.messages);
        if block.shape.images > 0 {
            block.images.extend(space.images(parent, candidate));
        }
        block.end(Rest {
            hash: candidate.hash,
            left: parent.left.minus(candidate.step.cost()),
            monitor: candidate.monitor,
        });
        self.len += 1;
    }

    /// A block with room for a state of so many messages.
    fn block(&mut self, messages: usize) -> &mut Block {
        let has_room =
            |block: &Block| block.len() < STATES && block.messages.len() + messages <= MESSAGES;
        if !self.blocks.back().is_some_and(has_room) {
            self.blocks.push_back(Block::new(self.shape));
        }
        let last = self.blocks.len() - 1;
        &mut self.blocks[last]
    }
}

impl Block {
    fn new(shape: Shape) -> Self {
        Self {
            shape,
            locals: Vec::with_capacity(STATES * shape.ends),
            message_ends: Vec::with_capacity(STATES),
            messages: Vec::with_capacity(MESSAGES),
            rest: Vec::with_capacity(STATES),
            images: Vec::with_capacity(STATES * shape.images),
        }
    }

    /// Bytes that one takes.
    pub(super) fn bytes(shape: Shape) -> usize {
        STATES
            * (shape.ends * size_of::<u32>()
                + size_of::<u32>()
                + size_of::<Rest>()
                + shape.images * size_of::<u64>())
            + MESSAGES * size_of::<u32>()
    }

    pub(super) fn len(&self) -> usize {
        self.rest.len()
    }

    pub(super) fn get(&self, at: usize) -> StateRef<'_> {
        let start = match at {
            0 => 0,
            at => self.message_ends[at - 1],
        };
        let rest = self.rest[at];
        StateRef {
            locals: &self.locals[at * self.shape.ends..][..self.shape.ends],
            messages: &self.messages[start as usize..self.message_ends[at] as usize],
            left: rest.left,
            monitor: rest.monitor,
            hash: rest.hash,
            images: &self.images[at * self.shape.images..][..self.shape.images],
        }
    }

    fn end(&mut self, rest: Rest) {
        self.message_ends.push(self.messages.len() as u32);
        self.rest.push(rest);
    }
}
