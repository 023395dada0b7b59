//! A world as one scene, for whoever asks why something is not so.

use std::sync::Arc;

use super::{PERMILLE, Payload, World};
use crate::protocol::why_not::{Scene, Seen, State};
use crate::protocol::{Endpoint, NodeId, Protocol};

impl<P: Protocol> World<P> {
    /// Shows the world as one scene.
    pub fn with_scene<R>(&self, look: impl FnOnce(&Scene<'_, P>) -> R) -> R {
        let machines = self.machines().iter();
        let nodes: Vec<(NodeId, Arc<P::Node>, State)> = machines
            .map(|(id, machine)| match (machine.up, machine.paused_since) {
                (false, _) => {
                    let node = self.protocol().boot(*id, &machine.disk);
                    (*id, Arc::new(node), State::Down)
                }
                (true, None) => (*id, machine.node.clone(), State::Runs),
                (true, Some(_)) => (*id, machine.node.clone(), State::Paused),
            })
            .collect();
        let flights = self.flights().values().filter_map(|flight| {
            match (flight.id.from, flight.id.to, &*flight.payload) {
                (Endpoint::Node(from), Endpoint::Node(to), Payload::Peer(message)) => {
                    Some((from, to, message))
                }
                _ => None,
            }
        });
        let seen = nodes.iter().map(|(id, node, state)| {
            let timers = self.machines()[id].timers.keys();
            let timers = timers.map(|timer| self.protocol().timer_position(*timer));
            let seen = Seen {
                node: &**node,
                state: *state,
                timers: timers.collect(),
            };
            (*id, seen)
        });
        let ids = || nodes.iter().map(|(id, ..)| *id);
        let ways = ids().flat_map(|from| ids().map(move |to| (from, to)));
        let lossy = ways.filter(|(from, to)| {
            let way = ((*from).into(), (*to).into());
            self.network().of(way).loss_permille == PERMILLE
        });
        look(&Scene {
            nodes: seen.collect(),
            cut: &self.network().cut,
            flights: flights.collect(),
            lossy: lossy.collect(),
        })
    }
}
