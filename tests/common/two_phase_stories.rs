//! Short words for two-phase commit: three nodes, S1 coordinates.

use quorumscope::protocol::two_phase::{Stage, TwoPhase};

use super::lab::{Lab, Mood, n, scenario};

/// S1 has asked for the votes on a transaction, and the votes of S2 and S3 are on their way.
pub fn voted(variants: &[&str], mood: Mood, text: &str) -> Lab<TwoPhase> {
    let mut lab = Lab::of(&scenario("two_phase", 3, variants), 1, mood);
    worked(&mut lab, text);
    for id in [2, 3] {
        lab.deliver(1, id);
    }
    lab
}

/// S1 has begun a transaction, the work is done everywhere, and the requests to vote are on their
/// way.
pub fn worked(lab: &mut Lab<TwoPhase>, text: &str) {
    lab.ask(1, 1, text);
    let others = 2..=lab.world().machines().len() as u8;
    for id in others {
        lab.deliver(1, id);
        lab.deliver(id, 1);
    }
}

/// The votes of all others reach S1.
pub fn count_votes(lab: &mut Lab<TwoPhase>) {
    let others = 2..=lab.world().machines().len() as u8;
    for id in others {
        lab.deliver(id, 1);
    }
}

impl Lab<TwoPhase> {
    /// How far the last transaction has come on a node.
    pub fn stage(&self, id: u8) -> Option<Stage> {
        let last = self.node(id).disk.log.values().last();
        last.map(|record| record.stage)
    }

    /// Whether a node is blocked.
    pub fn is_blocked(&self, id: u8) -> bool {
        self.node(id).asking.values().any(|asking| asking.blocked)
    }

    /// How far the last transaction has come on each node.
    pub fn stages(&self) -> Vec<Option<Stage>> {
        let ids = self.world().machines().keys();
        ids.map(|id| self.stage(id.0)).collect()
    }

    /// What is under way on a link, by the names that a screen shows.
    pub fn said(&self, from: u8, to: u8) -> Vec<&'static str> {
        use quorumscope::protocol::Protocol;
        let on_link = self.flights(n(from), n(to)).into_iter();
        on_link
            .filter_map(|id| self.message(id))
            .map(|message| self.world().protocol().message_view(message).name)
            .collect()
    }
}
