//! From what was found back to actions, played by the world itself.

use std::sync::Arc;

use super::Search;
use super::space::{Move, Space};
use crate::check::Watched;
use crate::protocol::{Endpoint, NodeId, Protocol};
use crate::world::{Action, MessageId, World};

impl<P: Protocol> Search<P> {
    /// The actions that lead from the start to what was found.
    pub(super) fn path(&mut self) -> Vec<Action> {
        let Some((last, ordinal)) = self.found else {
            return Vec::new();
        };
        let mut ordinals = vec![ordinal];
        let mut at = last;
        while at > 0 {
            ordinals.push(self.ordinals.get(at));
            at = self.parents.get(at) as usize;
        }
        let world = Watched::new(self.protocol.clone(), &self.scenario, self.seed);
        let Ok(mut watched) = world else {
            unreachable!("the search began with this scenario");
        };
        let mut state = self.root.clone();
        let mut actions = Vec::new();
        for ordinal in ordinals.into_iter().rev() {
            let mut wanted = None;
            let mut position = 0;
            self.space.candidates(state.view(), &mut |candidate| {
                if position == ordinal {
                    wanted = Some(candidate);
                }
                position += 1;
            });
            let Some(candidate) = wanted else {
                unreachable!("a state has the same candidates each time");
            };
            let action = action(&self.space, watched.world(), candidate.step);
            if let Err(error) = watched.apply(&action) {
                panic!("the world refuses what the search did: {error}");
            }
            actions.push(action);
            state = self.space.state(state.view(), &candidate);
        }
        assert!(
            self.space.is_met(&watched),
            "the world does not see what the search found"
        );
        actions
    }
}

/// A move as an action on a world that is in the same state.
pub(super) fn action<P: Protocol>(space: &Space<P>, world: &World<P>, step: Move) -> Action {
    let node = |place: u8| match space.ends[usize::from(place)] {
        Endpoint::Node(id) => id,
        Endpoint::Client(_) => NodeId(0),
    };
    match step {
        Move::Deliver(message) => Action::Deliver(find(space, world, message)),
        Move::Drop(message) => Action::Drop(find(space, world, message)),
        Move::Duplicate(message) => Action::Duplicate(find(space, world, message)),
        Move::Fire(place, timer) => {
            let end = space.ends[usize::from(place)];
            Action::Fire(end, space.timer_name(timer).into())
        }
        Move::Retry(place) => Action::Fire(space.ends[usize::from(place)], "retry".into()),
        Move::Submit(position) => {
            let command = space.command(position);
            Action::Submit {
                client: command.client,
                to: command.to,
                value: command.value.clone(),
            }
        }
        Move::Crash(place) => Action::Crash(node(place)),
        Move::Restart(place) => Action::Restart(node(place)),
        Move::Wipe(place) => Action::Wipe(node(place)),
    }
}

/// The first message under way that says the same.
fn find<P: Protocol>(space: &Space<P>, world: &World<P>, message: u32) -> MessageId {
    let content = space.content(message);
    let found = world.flights().values().find(|flight| {
        let same =
            Arc::ptr_eq(&flight.payload, &content.payload) || flight.payload == content.payload;
        (flight.id.from, flight.id.to) == (content.from, content.to) && !flight.doomed && same
    });
    match found {
        Some(flight) => flight.id,
        None => unreachable!("the world has every message that the search has"),
    }
}
