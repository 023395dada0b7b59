//! Short words for Raft clusters, and Figure 8 of the paper.

use quorumscope::protocol::ClientId;
use quorumscope::protocol::raft::{Raft, Role};
use quorumscope::world::{Action, MessageId};

use super::lab::{Lab, Mood, n, scenario};

impl Lab<Raft> {
    /// Whether a server leads.
    pub fn leads(&self, id: u8) -> bool {
        matches!(self.node(id).role, Role::Leader { .. })
    }

    /// The terms of a server's log.
    pub fn log(&self, id: u8) -> Vec<u32> {
        let entries = self.node(id).disk.log.entries();
        entries.map(|entry| entry.term).collect()
    }

    /// What a server's state machine has stored under a key.
    pub fn value_of(&self, id: u8, key: &str) -> Option<&str> {
        self.node(id).machine.pairs.get(key).map(String::as_str)
    }

    /// A server times out, and everything that follows from it happens. One that leads crashes
    /// first, or it would have nothing to time out.
    pub fn campaign(&mut self, id: u8) {
        if self.leads(id) {
            self.crash(id);
            self.restart(id);
        }
        self.fire(id, "election");
        self.settle();
    }

    /// A server times out, and only these hear of it and answer; the rest of it is lost.
    pub fn campaign_among(&mut self, id: u8, voters: &[u8]) {
        self.fire(id, "election");
        for voter in voters {
            self.deliver(id, *voter);
            self.deliver(*voter, id);
        }
    }
}

/// A copy of a client's first request is on its way to the leader, whose client has been answered
/// that one and another one since.
pub fn late_copy() -> (Lab<Raft>, MessageId) {
    let mut lab = Lab::<Raft>::new(&scenario("raft", 3, &[]));
    lab.campaign(1);
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

/// Figure 8 up to (c): of five servers with one common entry, S1 leads term 4; its entry of term 2
/// is on S1, S2 and S3, its entry of term 4 on S1 alone and on its way to the others.
pub fn figure_8(variants: &[&str], mood: Mood) -> Lab<Raft> {
    let mut setting = scenario("raft", 5, variants);
    setting.clients = 3;
    let mut lab = Lab::of(&setting, 1, mood);
    lab.campaign(1);
    lab.ask(1, 1, "first");
    lab.settle();
    lab.fire(1, "heartbeat");
    lab.settle();
    // (a) S1 leads term 2 and replicates an entry to S2 alone.
    lab.campaign(1);
    lab.ask(1, 1, "x");
    lab.converse(1, 2);
    lab.drop_all();
    // (b) S1 crashes; S5 leads term 3 by the votes of S3, S4 and itself, and takes an entry.
    lab.crash(1);
    lab.campaign_among(5, &[3, 4]);
    lab.drop_all();
    lab.ask(2, 5, "y");
    lab.drop_all();
    // (c) S5 crashes; S1 restarts, wins only its second election, and goes on replicating.
    lab.crash(5);
    lab.restart(1);
    lab.campaign_among(1, &[2, 3]);
    lab.drop_all();
    lab.campaign_among(1, &[2, 3]);
    lab.converse(1, 2);
    lab.converse(1, 3);
    lab.drop_all();
    lab.ask(3, 1, "z");
    lab
}

/// Figure 8, (d1): S1 crashes before its entry of term 4 reaches anybody; S5 restarts and leads
/// term 5 by the votes of S2, S3, S4 and itself.
pub fn figure_8_d1(lab: &mut Lab<Raft>) {
    lab.drop_all();
    lab.crash(1);
    lab.restart(5);
    for _ in 0..2 {
        lab.campaign_among(5, &[2, 3, 4]);
    }
}

/// S1 has been superseded by S2 and does not know it; C2 asks it for what C1 has changed since.
pub fn reads_of_a_superseded_leader(variants: &[&str]) -> Lab<Raft> {
    let mut lab = Lab::<Raft>::of(&scenario("raft", 3, variants), 1, Mood::Lenient);
    lab.campaign(1);
    lab.ask(1, 1, "n=1");
    lab.settle();
    lab.partition(&[&[1], &[2, 3]]);
    lab.fire(2, "election");
    lab.settle();
    lab.ask(1, 2, "n=2");
    lab.settle();
    lab.ask(2, 1, "n?");
    lab.settle();
    lab
}
