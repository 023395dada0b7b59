//! The state to reach: a state with what its numbers stand for, so that a condition can be asked of
//! it.

use std::rc::Rc;

use super::endpoint::Local;
use super::{Space, StateRef};
use crate::check::Watched;
use crate::check::condition::Situation;
use crate::protocol::{ClientId, Endpoint, NodeId, NodeView, Protocol};
use crate::world::Exchange;

impl<P: Protocol> Space<P> {
    /// Whether the state is one that the search looks for.
    pub(in crate::check::search) fn is_reached(&self, state: StateRef<'_>) -> bool {
        let here = Here { space: self, state };
        let reach = self.reach.as_ref();
        reach.is_some_and(|condition| condition.holds_in(&here))
    }

    /// Whether what the search looks for is there, as the world sees it.
    pub(in crate::check::search) fn is_met(&self, world: &Watched<P>) -> bool {
        match &self.reach {
            Some(condition) => condition.holds_in(world),
            None => self.is_goal(world.violations()),
        }
    }

    /// Whether states have to be looked at, one by one.
    pub(in crate::check::search) fn reads_states(&self) -> bool {
        self.reach.is_some()
    }

    fn show(&self, id: NodeId, local: u32) -> (bool, Rc<NodeView>) {
        let (node, disk, up) = match &self.locals.get(local).1 {
            Local::Node { node, disk, up, .. } => (node, disk, *up),
            Local::Client(_) => unreachable!("this place is a node's"),
        };
        let mut views = self.views.borrow_mut();
        let at = local as usize;
        if views.len() <= at {
            views.resize(self.locals.len(), None);
        }
        let view = views[at].get_or_insert_with(|| {
            Rc::new(match up {
                true => self.protocol.view(node),
                false => self.protocol.view(&self.protocol.boot(id, disk)),
            })
        });
        (up, view.clone())
    }
}

/// A state with what its numbers stand for.
struct Here<'a, P: Protocol> {
    space: &'a Space<P>,
    state: StateRef<'a>,
}

impl<P: Protocol> Situation for Here<'_, P> {
    fn ids(&self) -> Vec<NodeId> {
        let ends = self.space.ends.iter();
        let ids = ends.filter_map(|end| match end {
            Endpoint::Node(id) => Some(*id),
            Endpoint::Client(_) => None,
        });
        ids.collect()
    }

    fn node(&self, id: NodeId) -> Option<(bool, Rc<NodeView>)> {
        let mut ends = self.space.ends.iter();
        let place = ends.position(|end| *end == id.into())?;
        Some(self.space.show(id, self.state.locals[place]))
    }

    fn exchanges(&self) -> Vec<(ClientId, &Exchange)> {
        let places = self.space.ends.iter().zip(self.state.locals);
        let clients =
            places.filter_map(
                |(end, local)| match (end, &self.space.locals.get(*local).1) {
                    (Endpoint::Client(id), Local::Client(client)) => Some((*id, client)),
                    _ => None,
                },
            );
        clients
            .flat_map(|(id, client)| client.history().iter().map(move |it| (id, &**it)))
            .collect()
    }

    // What a state does not know: `Condition::is_of_states` keeps such questions away.
    fn is_lost(&self, _property: &str) -> bool {
        false
    }

    fn messages(&self) -> u32 {
        0
    }
}
