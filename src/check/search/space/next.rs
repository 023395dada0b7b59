//! What can come next in a state: candidates, and the states that they stand for.

use super::state::hash_of_left;
use super::{Move, Space, State, StateRef};
use crate::check::search::bounds::{Cost, TIMERS_MAX};
use crate::check::search::table::Memo;
use crate::protocol::{Endpoint, Protocol};

/// A state that could come next, not built yet.
#[derive(Clone, Copy, Debug)]
pub(in crate::check::search) struct Candidate {
    pub(in crate::check::search) hash: u64,
    /// What it is known by: the least hash among it and the same state with other names.
    pub(in crate::check::search) key: u64,
    pub(in crate::check::search) step: Move,
    /// Its transition; [`NO_TRANSITION`] for what happens to a message alone.
    pub(super) transition: u32,
    pub(in crate::check::search) monitor: u32,
    /// Whether the goal is reached on the way there.
    pub(in crate::check::search) found: bool,
}

pub(super) const NO_TRANSITION: u32 = u32::MAX;

impl<P: Protocol> Space<P> {
    /// Calls back with everything that can happen in a state, in a fixed order.
    #[inline]
    pub(in crate::check::search) fn candidates(
        &mut self,
        state: StateRef<'_>,
        each: &mut impl FnMut(Candidate),
    ) {
        let mut before = None;
        for message in state.messages.iter().copied() {
            if before == Some(message) {
                continue;
            }
            before = Some(message);
            let mail = self.mail[message as usize];
            let local = state.locals[usize::from(mail.to)];
            let is_client = usize::from(mail.to) >= self.nodes;
            if mail.open && (is_client || self.up[local as usize]) {
                self.candidate(state, Move::Deliver(message), mail.to, each);
            }
            if state.left.affords(Cost::Drop) {
                self.bare(state, Move::Drop(message), each);
            }
            if state.left.affords(Cost::Duplicate) {
                self.bare(state, Move::Duplicate(message), each);
            }
        }
        for (place, local) in state.locals.iter().enumerate() {
            let (at, armed) = (place as u8, self.armed[*local as usize]);
            if place >= self.nodes {
                if armed != 0 && state.left.affords(Cost::Retry) {
                    self.candidate(state, Move::Retry(at), at, each);
                }
                continue;
            }
            if self.up[*local as usize] {
                let timers = 0..TIMERS_MAX as u8;
                for timer in timers.filter(|timer| armed >> timer & 1 == 1) {
                    if state.left.affords(Cost::Timeout(timer)) {
                        self.candidate(state, Move::Fire(at, timer), at, each);
                    }
                }
                if state.left.affords(Cost::Crash) {
                    self.candidate(state, Move::Crash(at), at, each);
                }
            } else {
                self.candidate(state, Move::Restart(at), at, each);
                if state.left.affords(Cost::Wipe) {
                    self.candidate(state, Move::Wipe(at), at, each);
                }
            }
        }
        for command in 0..self.commands.len() as u8 {
            if state.left.affords(Cost::Command(command)) {
                let client = Endpoint::from(self.commands[usize::from(command)].client);
                let place = self.ends.iter().position(|end| *end == client);
                let place = place.unwrap_or(0) as u8;
                // Who never hears an answer never asks for the next thing.
                let waits = self.armed[state.locals[usize::from(place)] as usize] != 0;
                if self.replies || !waits {
                    self.candidate(state, Move::Submit(command), place, each);
                }
            }
        }
    }

    /// Something happens to an endpoint.
    #[inline]
    pub(super) fn candidate(
        &mut self,
        state: StateRef<'_>,
        step: Move,
        place: u8,
        each: &mut impl FnMut(Candidate),
    ) {
        let local = state.locals[usize::from(place)];
        let Some(input) = step.input() else { return };
        let key = Memo::pair(local, input);
        let number = match self.by_input.get(key) {
            Some(number) => number,
            None => {
                let number = self.compute(local, place, step);
                self.by_input.insert(key, number);
                number
            }
        };
        let transition = &self.transitions[number as usize];
        // The world refuses to wipe a disk that has nothing on it.
        let is_refused = matches!(step, Move::Wipe(_));
        if transition.idle && (self.skip_idle || is_refused) {
            return;
        }
        let mut hash = state.hash.wrapping_add(transition.delta);
        if let Move::Deliver(message) = step {
            hash = hash.wrapping_sub(self.mail[message as usize].hash);
        }
        let cost = step.cost();
        if !matches!(cost, Cost::Nothing) {
            let after = hash_of_left(state.left.minus(cost));
            hash = hash
                .wrapping_sub(hash_of_left(state.left))
                .wrapping_add(after);
        }
        let (mut monitor, mut found) = (state.monitor, false);
        if self.lose.is_some() {
            (monitor, found) = self.watch(state, place, number);
            if monitor != state.monitor {
                hash = hash
                    .wrapping_sub(self.of_monitors.get(state.monitor, 0))
                    .wrapping_add(self.of_monitors.get(monitor, 0));
            }
        }
        let candidate = Candidate {
            hash,
            key: hash,
            step,
            transition: number,
            monitor,
            found,
        };
        each(self.keyed(state, candidate));
    }

    /// Something happens to a message alone.
    pub(super) fn bare(&self, state: StateRef<'_>, step: Move, each: &mut impl FnMut(Candidate)) {
        let (Move::Drop(message) | Move::Duplicate(message)) = step else {
            return;
        };
        let of_message = self.mail[message as usize].hash;
        let hash = match step {
            Move::Drop(_) => state.hash.wrapping_sub(of_message),
            _ => state.hash.wrapping_add(of_message),
        };
        let after = hash_of_left(state.left.minus(step.cost()));
        let hash = hash
            .wrapping_sub(hash_of_left(state.left))
            .wrapping_add(after);
        let candidate = Candidate {
            hash,
            key: hash,
            step,
            transition: NO_TRANSITION,
            monitor: state.monitor,
            found: false,
        };
        each(self.keyed(state, candidate));
    }

    /// Writes the state that a candidate stands for: its endpoints over `locals`, which are its
    /// parent's, and its messages behind what `messages` holds already.
    #[inline]
    pub(in crate::check::search) fn build(
        &self,
        parent: StateRef<'_>,
        candidate: &Candidate,
        locals: &mut [u32],
        messages: &mut Vec<u32>,
    ) {
        let gone = match candidate.step {
            Move::Deliver(message) | Move::Drop(message) => Some(message),
            _ => None,
        };
        let twice = [match candidate.step {
            Move::Duplicate(message) => message,
            _ => 0,
        }];
        let new = match candidate.transition {
            NO_TRANSITION if gone.is_some() => &[],
            NO_TRANSITION => &twice[..],
            number => {
                let transition = &self.transitions[number as usize];
                let (place, _) = self.locals.get(transition.local);
                locals[usize::from(*place)] = transition.local;
                &self.sends[transition.sends.start as usize..transition.sends.end as usize]
            }
        };
        let (mut gone, mut new) = (gone, new);
        for message in parent.messages.iter().copied() {
            if gone == Some(message) {
                gone = None;
                continue;
            }
            while let Some((first, rest)) = new.split_first()
                && *first < message
            {
                messages.push(*first);
                new = rest;
            }
            messages.push(message);
        }
        messages.extend_from_slice(new);
    }

    /// The state that a candidate stands for.
    pub(in crate::check::search) fn state(
        &self,
        parent: StateRef<'_>,
        candidate: &Candidate,
    ) -> State {
        let mut locals = parent.locals.to_vec();
        let mut messages = Vec::new();
        self.build(parent, candidate, &mut locals, &mut messages);
        State {
            locals,
            messages,
            left: parent.left.minus(candidate.step.cost()),
            monitor: candidate.monitor,
            hash: candidate.hash,
            images: self.images(parent, candidate).collect(),
        }
    }
}
