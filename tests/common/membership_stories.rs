//! Raft clusters whose members change: the runs that defeat the mistakes in doing so.

use quorumscope::protocol::raft::Raft;
use quorumscope::sorted::SortedMap;
use quorumscope::world::{Action, Scenario};

use super::lab::{Lab, Mood, n, scenario};

/// A cluster of so many machines, of which the first few are members.
pub fn with_spares(machines: u8, members: u8, variants: &[&str]) -> Scenario {
    let mut setting = scenario("raft", machines, variants);
    let members = (1..=members).map(n).collect();
    setting.cluster.roles = SortedMap::from([("member".into(), members)]);
    setting.clients = 3;
    setting
}

impl Lab<Raft> {
    /// The members that each configuration in a server's log names, first first.
    pub fn configurations(&self, id: u8) -> Vec<String> {
        let changes = self.node(id).disk.log.changes();
        let mut all: Vec<_> = changes.map(|(_, it)| it.configuration.text()).collect();
        all.reverse();
        all
    }

    /// Only these hear from a leader, and answer; the rest of what is under way is lost.
    pub fn replicate_among(&mut self, leader: u8, followers: &[u8]) {
        for follower in followers {
            self.converse(leader, *follower);
        }
        self.drop_all();
    }
}

/// The mistake of 2015, with four members and a spare machine. S1 adds S5, in its own log alone;
/// S2, elected without it, removes S1, which S2 and S3 commit; S1 is elected by S4 and S5, and
/// lacks what is committed. A leader that waits for an entry of its own term to be committed
/// cannot get there: S2 would have had to reach a majority of the four first.
pub fn changes_too_early(variants: &[&str]) -> Lab<Raft> {
    let variants = [variants, &["single_server"]].concat();
    let mut lab = Lab::of(&with_spares(5, 4, &variants), 1, Mood::Lenient);
    lab.campaign(1);
    lab.ask(1, 1, "x");
    lab.settle();
    // S5 catches up, and hears nothing of the change that follows.
    lab.ask(1, 1, "+S5");
    while lab.configurations(1).is_empty() {
        lab.deliver(1, 5);
        lab.deliver(5, 1);
    }
    lab.drop_all();
    // S4 votes for S2, and hears nothing more of it.
    lab.fire(2, "election");
    lab.deliver(2, 4);
    lab.deliver(4, 2);
    lab.deliver(2, 3);
    lab.deliver(3, 2);
    lab.drop_all();
    lab.ask(2, 2, "-S1");
    lab.replicate_among(2, &[3]);
    // S1 comes back. S4 has voted in term 2, so it needs two attempts.
    lab.crash(1);
    lab.restart(1);
    lab.campaign_among(1, &[4, 5]);
    lab.drop_all();
    lab.campaign_among(1, &[4, 5]);
    lab
}

/// S1 replaces S1, S2 and S3 by S3, S4 and S5, and only S4 and S5 hear of it: a majority of the
/// new members, and nobody of the old but S1. S2 and S3 then elect S2.
pub fn joint_by_one_majority(variants: &[&str]) -> Lab<Raft> {
    let variants = [variants, &["joint_consensus"]].concat();
    let mut lab = Lab::of(&with_spares(5, 3, &variants), 1, Mood::Lenient);
    lab.campaign(1);
    lab.ask(1, 1, "x");
    lab.settle();
    lab.ask(1, 1, "{S3,S4,S5}");
    for _ in 0..10 {
        lab.converse(1, 4);
        lab.converse(1, 5);
    }
    lab.drop_all();
    lab.campaign_among(2, &[3]);
    lab
}

/// Of five members, S1, S2 and S3 store what is committed; S1 removes S5 and then itself, and S4 and
/// S5 hear of neither. S1 is installed anew and comes back; S4 asks it and S5 for their votes.
pub fn removed_leader_comes_back(variants: &[&str]) -> Lab<Raft> {
    let variants = [variants, &["single_server"]].concat();
    let mut lab = Lab::of(&with_spares(5, 5, &variants), 1, Mood::Lenient);
    lab.campaign(1);
    for (client, command) in [(1, "x"), (2, "-S5"), (3, "-S1")] {
        lab.ask(client, 1, command);
        lab.replicate_among(1, &[2, 3]);
    }
    lab.crash(1);
    lab.restart(1);
    lab.campaign_among(4, &[1, 5]);
    lab
}

/// Of five members, S1, S2 and S3 store what is committed; S3 and S4 are removed, by S1, S2 and
/// one more each time, while S5 hears of nothing. Two empty servers then come up: in the places
/// of S3 and S4 and under their names, or as S6 and S7, new servers that they are. S5, in whose
/// configuration S3 and S4 still are, asks for votes.
pub fn removed_servers_come_back(under_old_names: bool) -> Lab<Raft> {
    let mut lab = Lab::of(&with_spares(7, 5, &["single_server"]), 1, Mood::Lenient);
    lab.partition(&[&[1, 2, 3, 4], &[5], &[6, 7]]);
    lab.campaign(1);
    lab.ask(1, 1, "x");
    lab.settle();
    for removed in ["-S3", "-S4"] {
        lab.ask(1, 1, removed);
        lab.settle();
    }
    for id in [3, 4] {
        lab.crash(id);
        if under_old_names {
            lab.act(Action::Wipe(n(id)));
            lab.restart(id);
        }
    }
    // S5, alone, fails in term 1, which S1 led; then it meets the empty servers.
    lab.campaign(5);
    lab.partition(&[&[1, 2], &[3, 4, 5, 6, 7]]);
    lab.campaign(5);
    lab
}
