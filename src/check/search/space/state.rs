//! A state, as the search stores it.

use crate::check::search::bounds::Left;
use crate::check::search::table::mix;

/// A state, wherever it is stored.
#[derive(Clone, Copy, Debug)]
pub(in crate::check::search) struct StateRef<'a> {
    /// One number for each endpoint, nodes first.
    pub(in crate::check::search) locals: &'a [u32],
    /// The messages under way, sorted; one that is there twice stands there twice.
    pub(in crate::check::search) messages: &'a [u32],
    pub(in crate::check::search) left: Left,
    pub(in crate::check::search) monitor: u32,
    pub(in crate::check::search) hash: u64,
    /// The hashes of the same state with other names, one for each permutation.
    pub(in crate::check::search) images: &'a [u64],
}

/// A state of its own.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(in crate::check::search) struct State {
    pub(in crate::check::search) locals: Vec<u32>,
    pub(in crate::check::search) messages: Vec<u32>,
    pub(in crate::check::search) left: Left,
    pub(in crate::check::search) monitor: u32,
    pub(in crate::check::search) hash: u64,
    pub(in crate::check::search) images: Vec<u64>,
}

impl State {
    pub(in crate::check::search) fn view(&self) -> StateRef<'_> {
        StateRef {
            locals: &self.locals,
            messages: &self.messages,
            left: self.left,
            monitor: self.monitor,
            hash: self.hash,
            images: &self.images,
        }
    }
}

impl StateRef<'_> {
    /// What it is known by: the least hash among it and the same state with other names.
    pub(in crate::check::search) fn key(&self) -> u64 {
        self.images.iter().copied().fold(self.hash, u64::min)
    }
}

pub(super) fn hash_of_left(left: Left) -> u64 {
    mix(left.0 ^ 3 << 62)
}
