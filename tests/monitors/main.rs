//! The properties themselves: each is shown what contradicts it, as bare facts, and finds it; and
//! each is shown the nearest thing that does not, and stays silent. No handler takes part, so a
//! monitor that sees nothing cannot hide behind an algorithm that does nothing wrong.

#[path = "../common/mod.rs"]
mod common;

mod multi_paxos;
mod paxos;
mod raft;
mod two_phase;

use common::{n, value};
use quorumscope::protocol::{Epoch, Fact, NodeId, Observation, Protocol};
use quorumscope::sorted::SortedMap;

/// A protocol's monitor, and the nodes that it sees.
struct Watch<P: Protocol> {
    protocol: P,
    monitor: P::Monitor,
    nodes: SortedMap<NodeId, P::Node>,
}

impl<P: Protocol> Watch<P> {
    /// Three nodes that have just started.
    fn new(protocol: P) -> Self {
        let boot = |id| (id, protocol.boot(id, &protocol.blank(id)));
        Self {
            monitor: protocol.monitor(),
            nodes: protocol.cluster().ids().map(boot).collect(),
            protocol,
        }
    }

    /// A node is now in this state, and did this; the properties that are lost by it.
    fn see(&mut self, id: u8, after: P::Node, facts: &[Fact]) -> Vec<&'static str> {
        let before = self.nodes[&n(id)].clone();
        self.nodes.insert(n(id), after);
        let seen = Observation {
            node: n(id),
            before: &before,
            after: &self.nodes[&n(id)],
            facts,
        };
        let mut violations = Vec::new();
        self.protocol
            .observe(&mut self.monitor, &seen, &mut violations);
        for (_, node) in self.nodes.iter().filter(|(other, _)| **other != n(id)) {
            let (after, before) = (&self.nodes[&n(id)], Some(&before));
            self.protocol
                .compare(&self.monitor, before, after, node, &mut violations);
        }
        violations.iter().map(|it| it.property.id).collect()
    }

    /// A node did this without changing.
    fn did(&mut self, id: u8, fact: Fact) -> Vec<&'static str> {
        self.see(id, self.nodes[&n(id)].clone(), &[fact])
    }
}

/// Nothing is lost.
const FINE: [&str; 0] = [];

fn ballot(round: u32) -> Epoch {
    Epoch::ballot(round, n(1))
}

fn applied(index: u32, text: &str) -> Fact {
    Fact::Applied {
        index,
        command: Some(value(text)),
    }
}
