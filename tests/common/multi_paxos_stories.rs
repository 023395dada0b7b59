//! Short words for Multi-Paxos clusters, and runs that several tests use. All nodes play all
//! roles.

use quorumscope::protocol::multi_paxos::{Message, MultiPaxos, Role};
use quorumscope::protocol::{ClientId, Decree, Value};
use quorumscope::world::{Action, MessageId, Scenario};

use super::lab::{Lab, Mood, n, scenario};

/// So many nodes, three clients.
pub fn stage(nodes: u8, variants: &[&str]) -> Scenario {
    let mut stage = scenario("multi_paxos", nodes, variants);
    stage.clients = 3;
    stage
}

/// A cluster on that stage.
pub fn lab(nodes: u8, variants: &[&str], mood: Mood) -> Lab<MultiPaxos> {
    Lab::of(&stage(nodes, variants), 1, mood)
}

/// A decree in words: a command's text, or `∅` for a no-op.
pub fn words(decree: &Decree) -> String {
    decree.command().map_or("∅".into(), Value::to_string)
}

impl Lab<MultiPaxos> {
    /// Whether a node leads.
    pub fn is_leader(&self, id: u8) -> bool {
        matches!(self.node(id).role, Role::Leading { .. })
    }

    /// A node tries to lead; nobody has heard of it yet. One that leads crashes first, or it would
    /// have nothing to time out.
    pub fn stand(&mut self, id: u8) {
        if self.is_leader(id) {
            self.crash(id);
            self.restart(id);
        }
        self.fire(id, "election");
    }

    /// A node tries to lead, and these acceptors hear of it and answer.
    pub fn prepare_with(&mut self, id: u8, acceptors: &[u8]) {
        self.stand(id);
        for acceptor in acceptors {
            self.pass(id, *acceptor, |it| matches!(it, Message::Prepare { .. }));
            self.pass(*acceptor, id, |it| {
                matches!(it, Message::Promise { .. } | Message::Refused { .. })
            });
        }
    }

    /// A node tries to lead, and all that follows from it happens.
    pub fn elect(&mut self, id: u8) {
        self.stand(id);
        self.settle();
    }

    /// What a leader proposes in a slot reaches these acceptors, and their answers return.
    pub fn accept_in(&mut self, slot: u32, leader: u8, acceptors: &[u8]) {
        for acceptor in acceptors {
            self.pass(
                leader,
                *acceptor,
                |it| matches!(it, Message::Accept { slot: of, .. } if *of == slot),
            );
            self.pass(*acceptor, leader, |it| match it {
                Message::Accepted { slot: of, .. } => *of == slot,
                other => matches!(other, Message::Refused { .. }),
            });
        }
    }

    /// The messages of a kind that are under way from one node to another arrive.
    pub fn pass(&mut self, from: u8, to: u8, wanted: impl Fn(&Message) -> bool) {
        let on_link = self.flights(n(from), n(to)).into_iter();
        let wanted: Vec<MessageId> = on_link
            .filter(|id| self.message(*id).is_some_and(&wanted))
            .collect();
        for id in wanted {
            self.act(Action::Deliver(id));
        }
    }

    /// What an acceptor has accepted, slot by slot.
    pub fn accepted_slots(&self, id: u8) -> Vec<(u32, String)> {
        let accepted = self.node(id).disk.accepted.iter();
        accepted
            .map(|(slot, (_, decree))| (*slot, words(decree)))
            .collect()
    }

    /// What a node knows to be chosen, slot by slot.
    pub fn chosen_slots(&self, id: u8) -> Vec<(u32, String)> {
        let chosen = self.node(id).replica.chosen.iter();
        chosen.map(|(slot, it)| (*slot, words(it))).collect()
    }

    /// How many decrees a node has applied.
    pub fn applied(&self, id: u8) -> u32 {
        self.node(id).replica.applied
    }

    /// What a node's state machine has stored under a key.
    pub fn stored(&self, id: u8, key: &str) -> Option<&str> {
        let pairs = &self.node(id).replica.machine.pairs;
        pairs.get(key).map(String::as_str)
    }
}

/// S1 leads; its proposal in slot 1 reaches nobody, that in slot 2 is chosen by S1 and S2.
pub fn gap(variants: &[&str], mood: Mood) -> Lab<MultiPaxos> {
    let mut lab = lab(3, variants, mood);
    lab.prepare_with(1, &[2]);
    lab.ask(1, 1, "x");
    lab.ask(2, 1, "y");
    lab.accept_in(2, 1, &[2]);
    lab.drop_all();
    lab
}

/// After that, S3 leads, of which S2 knows slot 2 alone; then S1 again, which has accepted
/// something in slot 1.
pub fn gap_filled(variants: &[&str], mood: Mood) -> Lab<MultiPaxos> {
    let mut lab = gap(variants, mood);
    lab.prepare_with(3, &[2]);
    lab.accept_in(1, 3, &[2]);
    lab.accept_in(2, 3, &[2]);
    lab.drop_all();
    for _ in 0..2 {
        lab.prepare_with(1, &[2]);
    }
    lab.settle();
    lab
}

/// A client's request reaches two leaders, neither of which lives to see it chosen: a third finds
/// it in slots 1 and 2.
pub fn in_two_slots() -> Lab<MultiPaxos> {
    let mut lab = lab(3, &[], Mood::Strict);
    lab.prepare_with(1, &[2]);
    lab.ask(2, 1, "a");
    lab.ask(1, 1, "n+1");
    lab.drop_all();
    lab.prepare_with(2, &[3]);
    lab.act(Action::Fire(ClientId(1).into(), "retry".into()));
    let retry = lab.flights(ClientId(1), n(2))[0];
    lab.act(Action::Deliver(retry));
    lab.drop_all();
    lab.prepare_with(2, &[1]);
    lab.settle();
    lab
}

/// A copy of a client's first request is on its way to the leader, whose client has been answered
/// that one and another one since.
pub fn late_request() -> (Lab<MultiPaxos>, MessageId) {
    let mut lab = lab(3, &[], Mood::Strict);
    lab.elect(1);
    lab.submit(1, 1, "n+1");
    let request = lab.flights(ClientId(1), n(1))[0];
    lab.act(Action::Duplicate(request));
    let copy = lab.flights(ClientId(1), n(1))[1];
    lab.act(Action::Hold(copy));
    lab.settle();
    lab.submit(1, 1, "n+1");
    lab.settle();
    (lab, copy)
}
