//! One Multi-Paxos node on its own. S1 to S3 play all roles unless a test gives roles away.

use quorumscope::protocol::multi_paxos::{Message, MultiPaxos, Node, Proposal, Role, Timer};
use quorumscope::protocol::{ClientId, Cluster, Decree, Epoch, Input, Protocol, Request};
use quorumscope::sorted::SortedMap;

use crate::common::multi_paxos_stories::words;
use crate::common::record::{Recorded, crash_restart, deliver, handle};
use crate::common::{n, value};

/// A node, and the algorithm it follows.
pub struct Single {
    pub paxos: MultiPaxos,
    pub node: Node,
}

/// What a node did.
pub type Out = Recorded<MultiPaxos>;

impl Single {
    /// S1 of three nodes.
    pub fn new() -> Self {
        Self::of(Cluster::of(3), 1)
    }

    /// A node of a cluster.
    pub fn of(cluster: Cluster, id: u8) -> Self {
        let paxos = MultiPaxos::new(cluster).unwrap();
        let node = paxos.boot(n(id), &paxos.blank(n(id)));
        Self { paxos, node }
    }

    /// S1 of three nodes, which leads: S2 has promised too, and reported this.
    pub fn leader(reported: &[(u32, u32, &str)]) -> (Self, Out) {
        let mut single = Self::new();
        single.fire(Timer::Election);
        let out = single.promised(2, reported);
        (single, out)
    }

    /// An acceptor promises this node's ballot, and reports proposals: slot, round, command.
    pub fn promised(&mut self, from: u8, reported: &[(u32, u32, &str)]) -> Out {
        let ballot = self.ballot();
        let accepted = proposals(reported);
        self.deliver(from, Message::Promise { ballot, accepted })
    }

    /// An acceptor accepts what this node proposed in a slot.
    pub fn accepted(&mut self, from: u8, slot: u32) -> Out {
        let ballot = self.ballot();
        self.deliver(from, Message::Accepted { ballot, slot })
    }

    /// A message of another node arrives.
    pub fn deliver(&mut self, from: u8, message: Message) -> Out {
        deliver(&self.paxos, &mut self.node, n(from), &message)
    }

    /// A client's first request arrives.
    pub fn request(&mut self, client: u8, text: &str) -> Out {
        let from = ClientId(client);
        let request = &request(text);
        let input = Input::Request { from, request };
        handle(&self.paxos, &mut self.node, input)
    }

    /// A timer runs out.
    pub fn fire(&mut self, timer: Timer) -> Out {
        handle(&self.paxos, &mut self.node, Input::Fire(timer))
    }

    /// It crashes and comes back.
    pub fn restart(&mut self) -> Out {
        crash_restart(&self.paxos, self.node.id, &mut self.node)
    }

    /// The ballot that it is trying, or leads.
    pub fn ballot(&self) -> Epoch {
        self.node.role.ballot().expect("it prepares or leads")
    }

    /// Whether it leads.
    pub fn leads(&self) -> bool {
        matches!(self.node.role, Role::Leading { .. })
    }
}

/// A client's first request.
pub fn request(text: &str) -> Request {
    Request {
        sequence: 1,
        command: value(text),
    }
}

/// A command of C1.
pub fn command(text: &str) -> Decree {
    Decree::Command {
        client: ClientId(1),
        request: request(text),
    }
}

/// A ballot of S2.
pub fn ballot(round: u32) -> Epoch {
    Epoch::ballot(round, n(2))
}

/// What was accepted: slot, round of S2's ballot, command.
pub fn proposals(of: &[(u32, u32, &str)]) -> SortedMap<u32, Proposal> {
    let proposal =
        |(slot, round, text): &(u32, u32, &str)| (*slot, (ballot(*round), command(text)));
    of.iter().map(proposal).collect()
}

/// Phase 1a of S2, from a slot on.
pub fn prepare(round: u32, first: u32) -> Message {
    Message::Prepare {
        ballot: ballot(round),
        first,
    }
}

/// Phase 2a of S2.
pub fn accept(round: u32, slot: u32, text: &str) -> Message {
    Message::Accept {
        ballot: ballot(round),
        slot,
        decree: command(text),
    }
}

/// S2 leads, and knows all slots up to this one.
pub fn heartbeat(round: u32, chosen: u32) -> Message {
    Message::Heartbeat {
        ballot: ballot(round),
        chosen,
    }
}

/// S2 tells what is chosen.
pub fn chosen(slots: &[(u32, &str)]) -> Message {
    let slots = slots.iter().map(|(slot, text)| (*slot, command(text)));
    Message::Chosen {
        ballot: ballot(1),
        decrees: slots.collect(),
    }
}

/// What S2 is asked to accept, slot by slot.
pub fn asks(out: &Out) -> Vec<(u32, String)> {
    let asked = out.sends.iter().filter_map(|(to, message)| match message {
        Message::Accept { slot, decree, .. } if *to == n(2) => Some((*slot, words(decree))),
        _ => None,
    });
    asked.collect()
}

/// A slot and its words.
pub fn slots(of: &[(u32, &str)]) -> Vec<(u32, String)> {
    let owned = of.iter().map(|(slot, text)| (*slot, (*text).to_owned()));
    owned.collect()
}
