//! A state that conditions are asked of: a watched world, or one that a search has reached.

use std::rc::Rc;

use crate::check::Watched;
use crate::protocol::{ClientId, NodeId, NodeView, Protocol};
use crate::world::Exchange;

/// A state that conditions are asked of.
pub trait Situation {
    /// All nodes, in order.
    fn ids(&self) -> Vec<NodeId>;

    /// Whether a node runs, and what it shows: of one that is down, what its disk will give back.
    fn node(&self, id: NodeId) -> Option<(bool, Rc<NodeView>)>;

    /// Whether a property is lost.
    fn is_lost(&self, property: &str) -> bool;

    /// What clients asked and were told.
    fn exchanges(&self) -> Vec<(ClientId, &Exchange)>;

    /// How many messages have been sent from node to node.
    fn messages(&self) -> u32;
}

impl<P: Protocol> Situation for Watched<P> {
    fn ids(&self) -> Vec<NodeId> {
        self.world().machines().keys().copied().collect()
    }

    fn node(&self, id: NodeId) -> Option<(bool, Rc<NodeView>)> {
        let machine = self.world().machines().get(&id)?;
        let protocol = self.world().protocol();
        let view = match machine.up {
            true => protocol.view(&machine.node),
            false => protocol.view(&protocol.boot(id, &machine.disk)),
        };
        Some((machine.up, Rc::new(view)))
    }

    fn is_lost(&self, property: &str) -> bool {
        let mut lost = self.violations().iter();
        lost.any(|violation| violation.property.id == property)
    }

    fn exchanges(&self) -> Vec<(ClientId, &Exchange)> {
        let clients = self.world().clients().iter();
        clients
            .flat_map(|(id, client)| client.history().iter().map(|it| (*id, &**it)))
            .collect()
    }

    fn messages(&self) -> u32 {
        self.world().messages_sent()
    }
}
