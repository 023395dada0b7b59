//! A state and the same state with other names. Its hash is a sum of one term for each part of it,
//! and a part with other names is another term: so the hash under every permutation is kept as the
//! state's own is, by adding and taking away, and no relabelled state is ever built.
//!
//! What a search stores is the state that it reached first, known by the least of these hashes. So
//! every run it finds is a run as it stands, and no name has to be put back.

use std::hash::Hash;

use xxhash_rust::xxh64::Xxh64;

use super::next::NO_TRANSITION;
use super::state::hash_of_left;
use super::{Candidate, Content, LocalOf, Move, Space, StateRef};
use crate::check::Linearizable;
use crate::check::search::bounds::{Cost, Left};
use crate::protocol::{Protocol, Relabel};

/// The terms of numbered things: of each its own, and then one for each permutation.
#[derive(Clone, Debug)]
pub(super) struct Images {
    width: usize,
    terms: Vec<u64>,
}

impl Images {
    /// None yet; each will have so many.
    pub(super) fn new(width: usize) -> Self {
        Self {
            width,
            terms: Vec::new(),
        }
    }

    /// Adds those of the thing with the next number.
    pub(super) fn push(&mut self, terms: impl Iterator<Item = u64>) {
        self.terms.extend(terms);
    }

    #[inline]
    pub(super) fn get(&self, number: u32, image: usize) -> u64 {
        self.terms[number as usize * self.width + image]
    }

    pub(super) fn bytes(&self) -> usize {
        self.terms.capacity() * size_of::<u64>()
    }
}

/// The term of a thing, by what it is and not by its number: its images may have none.
fn term(kind: u64, thing: &impl Hash) -> u64 {
    let mut hasher = Xxh64::new(kind);
    thing.hash(&mut hasher);
    hasher.digest()
}

impl<P: Protocol> Space<P> {
    /// The number of an endpoint's state, and whether it is new.
    pub(super) fn number_local(&mut self, place: u8, local: LocalOf<P>) -> (u32, bool) {
        let (number, new) = self.locals.number((place, local));
        if new {
            let (_, local) = self.locals.get(number);
            let end = self.ends[usize::from(place)];
            let image = |by| term(1, &(end.relabel(by), local.relabel(by)));
            self.of_locals.push(self.permutations.iter().map(image));
        }
        (number, new)
    }

    /// The number of a message, and whether it is new.
    pub(super) fn number_message(&mut self, content: Content<P::Message>) -> (u32, bool) {
        let (number, new) = self.messages.number(content);
        if new {
            let content = self.messages.get(number);
            let image = |by| term(2, &content.relabel(by));
            self.of_messages.push(self.permutations.iter().map(image));
        }
        (number, new)
    }

    /// The number of what monitors remember.
    pub(super) fn number_monitor(&mut self, monitor: (P::Monitor, Linearizable)) -> u32 {
        let (number, new) = self.monitors.number(monitor);
        if new {
            // What clients asked and were told names no nodes.
            let (of_nodes, of_clients) = self.monitors.get(number);
            let image = |by| term(3, &(of_nodes.relabel(by), of_clients));
            self.of_monitors.push(self.permutations.iter().map(image));
        }
        number
    }

    /// The hash of a state under a permutation, from the terms of all its parts.
    pub(super) fn hash_of(
        &self,
        locals: &[u32],
        messages: &[u32],
        left: Left,
        monitor: u32,
        image: usize,
    ) -> u64 {
        let of_locals = locals.iter().map(|it| self.of_locals.get(*it, image));
        let of_messages = messages.iter().map(|it| self.of_messages.get(*it, image));
        let of_monitor = self
            .lose
            .as_ref()
            .map(|_| self.of_monitors.get(monitor, image));
        let terms = of_locals.chain(of_messages).chain(of_monitor);
        terms.fold(hash_of_left(left), u64::wrapping_add)
    }

    /// The hash under a permutation of what a candidate leads to.
    #[inline]
    fn image(&self, state: StateRef<'_>, candidate: &Candidate, image: usize) -> u64 {
        let mut hash = state.images[image - 1];
        if candidate.transition != NO_TRANSITION {
            hash = hash.wrapping_add(self.deltas.get(candidate.transition, image));
        }
        match candidate.step {
            Move::Deliver(message) | Move::Drop(message) => {
                hash = hash.wrapping_sub(self.of_messages.get(message, image));
            }
            Move::Duplicate(message) => {
                hash = hash.wrapping_add(self.of_messages.get(message, image));
            }
            _ => {}
        }
        if candidate.monitor != state.monitor {
            hash = hash
                .wrapping_sub(self.of_monitors.get(state.monitor, image))
                .wrapping_add(self.of_monitors.get(candidate.monitor, image));
        }
        hash
    }

    /// The hashes of what a candidate leads to, under each permutation.
    #[inline]
    pub(in crate::check::search) fn images(
        &self,
        state: StateRef<'_>,
        candidate: &Candidate,
    ) -> impl Iterator<Item = u64> {
        let cost = candidate.step.cost();
        let left = match cost {
            Cost::Nothing => 0,
            _ => hash_of_left(state.left.minus(cost)).wrapping_sub(hash_of_left(state.left)),
        };
        let others = 1..self.permutations.len();
        others.map(move |image| self.image(state, candidate, image).wrapping_add(left))
    }

    /// The candidate, known by the least of its hashes.
    #[inline]
    pub(super) fn keyed(&self, state: StateRef<'_>, mut candidate: Candidate) -> Candidate {
        if self.permutations.len() == 1 {
            return candidate;
        }
        candidate.key = self
            .images(state, &candidate)
            .fold(candidate.hash, u64::min);
        candidate
    }
}
