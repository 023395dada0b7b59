//! One Paxos node on its own. All nodes are acceptors, proposers and learners, unless a test
//! gives roles away.

use quorumscope::protocol::paxos::{Message, Node, Paxos, Proposal, Timer};
use quorumscope::protocol::{ClientId, Cluster, Epoch, Input, NodeId, Protocol, Request};
use quorumscope::sorted::SortedMap;

use crate::common::record::{Recorded, crash_restart, deliver, handle};
use crate::common::{n, value};

/// A node, and the algorithm it follows.
pub struct Single {
    pub paxos: Paxos,
    pub node: Node,
}

/// What a node did.
pub type Out = Recorded<Paxos>;

impl Single {
    /// S4 of a cluster in which S1 to S3 are the acceptors, S4 and S5 propose, and S5 and S6
    /// learn.
    pub fn proposer() -> Self {
        Self::of(with_roles(&[]), n(4))
    }

    /// An acceptor of that cluster.
    pub fn acceptor() -> Self {
        Self::with_variants(&[])
    }

    /// An acceptor of that cluster, with extensions switched on.
    pub fn with_variants(variants: &[&str]) -> Self {
        Self::of(with_roles(variants), n(1))
    }

    /// A learner of that cluster that does nothing else.
    pub fn learner() -> Self {
        Self::of(with_roles(&[]), n(6))
    }

    /// A proposer with this many acceptors, none of them itself.
    pub fn proposer_for(acceptors: u8) -> Self {
        let mut cluster = Cluster::of(acceptors + 1);
        let ids = (1..=acceptors).map(NodeId).collect();
        cluster.roles.insert("acceptor".into(), ids);
        Self::of(cluster, n(acceptors + 1))
    }

    /// A node of a cluster.
    pub fn of(cluster: Cluster, id: NodeId) -> Self {
        let paxos = Paxos::new(cluster).unwrap();
        let node = paxos.boot(id, &paxos.blank(id));
        Self { paxos, node }
    }

    /// A message of another node arrives.
    pub fn deliver(&mut self, from: u8, message: Message) -> Out {
        deliver(&self.paxos, &mut self.node, n(from), &message)
    }

    /// A client asks.
    pub fn request(&mut self, client: u8, text: &str) -> Out {
        let from = ClientId(client);
        let request = &Request {
            sequence: 1,
            command: value(text),
        };
        handle(
            &self.paxos,
            &mut self.node,
            Input::Request { from, request },
        )
    }

    /// The retry timer runs out.
    pub fn retry(&mut self) -> Out {
        handle(&self.paxos, &mut self.node, Input::Fire(Timer::Retry))
    }

    /// It crashes and comes back.
    pub fn restart(&mut self) -> Out {
        crash_restart(&self.paxos, self.node.id, &mut self.node)
    }

    /// The ballot that it is trying.
    pub fn ballot(&self) -> Epoch {
        self.node.proposer.attempt.ballot().expect("it proposes")
    }

    /// What it has promised to, and accepted.
    pub fn memory(&self) -> (Option<Epoch>, Option<Proposal>) {
        (self.node.disk.promised, self.node.disk.accepted.clone())
    }

    /// What it knows to be chosen.
    pub fn chosen(&self) -> Option<String> {
        let chosen = self.node.learner.chosen.as_ref();
        chosen.map(|(_, value)| value.to_string())
    }
}

fn with_roles(variants: &[&str]) -> Cluster {
    let mut cluster = Cluster::of(6);
    cluster.variants = variants.iter().map(|it| (*it).to_owned()).collect();
    let players = |numbers: &[u8]| numbers.iter().copied().map(NodeId).collect();
    cluster.roles = SortedMap::from([
        ("acceptor".into(), players(&[1, 2, 3])),
        ("proposer".into(), players(&[4, 5])),
        ("learner".into(), players(&[5, 6])),
    ]);
    cluster
}

/// A ballot of S4.
pub fn ballot(round: u32) -> Epoch {
    Epoch::ballot(round, n(4))
}

/// A proposal of S4.
pub fn proposal(round: u32, text: &str) -> Proposal {
    (ballot(round), value(text))
}

/// Phase 1a.
pub fn prepare(round: u32) -> Message {
    Message::Prepare {
        ballot: ballot(round),
    }
}

/// Phase 1b.
pub fn promise(ballot: Epoch, accepted: Option<Proposal>) -> Message {
    Message::Promise { ballot, accepted }
}

/// Phase 2a.
pub fn accept(round: u32, text: &str) -> Message {
    Message::Accept {
        ballot: ballot(round),
        value: value(text),
    }
}

/// Phase 2b.
pub fn accepted(round: u32, text: &str) -> Message {
    Message::Accepted {
        ballot: ballot(round),
        value: value(text),
    }
}

/// Phase 1b or 2b, refused.
pub fn refused(ballot: Epoch, promised: Epoch) -> Message {
    Message::Refused {
        ballot,
        promised,
        accept: false,
    }
}

/// Whether the node promised.
pub fn promises(out: &Out) -> bool {
    out.sends
        .iter()
        .any(|(_, message)| matches!(message, Message::Promise { .. }))
}

/// Whether the node accepted.
pub fn accepts(out: &Out) -> bool {
    out.sends
        .iter()
        .any(|(_, message)| matches!(message, Message::Accepted { .. }))
}

/// The value that a proposer asks acceptors to accept.
pub fn asks(out: &Out) -> Option<String> {
    out.sends.iter().find_map(|(_, message)| match message {
        Message::Accept { value, .. } => Some(value.to_string()),
        _ => None,
    })
}
