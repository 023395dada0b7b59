//! Raft with a rule broken.

use crate::common::membership_stories::{
    changes_too_early, joint_by_one_majority, removed_leader_comes_back, removed_servers_come_back,
};
use crate::common::raft_stories::{figure_8, figure_8_d1, reads_of_a_superseded_leader};
use crate::common::{Lab, Mood, n, scenario};
use crate::random::{HAPPY_EVENTS, controls_lose_nothing};
use crate::stories::all_have_stories;
use quorumscope::protocol::raft::Raft;
use quorumscope::world::Action;

fn raft(nodes: u8, variants: &[&str]) -> Lab<Raft> {
    Lab::of(&scenario("raft", nodes, variants), 1, Mood::Lenient)
}

/// S3 votes for both candidates of term 1.
fn votes_twice(variants: &[&str]) -> Lab<Raft> {
    let mut lab = raft(3, variants);
    lab.fire(1, "election");
    lab.fire(2, "election");
    lab.converse(1, 3);
    lab.converse(2, 3);
    lab
}

/// S3 votes, crashes, and votes again.
fn forgets_its_vote(variants: &[&str]) -> Lab<Raft> {
    let mut lab = raft(3, variants);
    lab.fire(1, "election");
    lab.fire(2, "election");
    lab.converse(1, 3);
    lab.crash(3);
    lab.restart(3);
    lab.converse(2, 3);
    lab
}

/// S3, which lacks a committed entry, is elected by S2, which has it.
fn votes_without_logs(variants: &[&str]) -> Lab<Raft> {
    let mut lab = raft(3, variants);
    lab.campaign(1);
    lab.ask(1, 1, "x");
    lab.converse(1, 2);
    lab.drop_all();
    lab.fire(3, "election");
    lab.converse(3, 2);
    lab
}

/// Figure 8: the entry of term 2 is counted as committed in term 4, and S5 replaces it.
fn commits_old_terms(variants: &[&str]) -> Lab<Raft> {
    let mut lab = figure_8(variants, Mood::Lenient);
    figure_8_d1(&mut lab);
    lab
}

/// A heartbeat that overtook nothing but comes late makes S2 delete an entry that it has
/// confirmed; S3 is then elected without it.
fn truncates_always(variants: &[&str]) -> Lab<Raft> {
    let mut lab = raft(3, variants);
    lab.fire(1, "election");
    lab.converse(1, 3);
    lab.drop_all();
    lab.fire(1, "heartbeat");
    let late = lab.flights(n(1), n(2))[0];
    lab.act(Action::Hold(late));
    lab.ask(1, 1, "x");
    let entries = lab.flights(n(1), n(2))[1];
    lab.act(Action::Deliver(entries));
    lab.deliver(2, 1);
    lab.drop_others(late);
    lab.act(Action::Deliver(late));
    lab.drop_all();
    lab.fire(3, "election");
    lab.converse(3, 2);
    lab
}

/// S2 confirms an entry, forgets its log in a crash, and elects S3, which never had the entry.
fn forgets_its_log(variants: &[&str]) -> Lab<Raft> {
    let mut lab = raft(3, variants);
    lab.campaign(1);
    lab.ask(1, 1, "x");
    lab.converse(1, 2);
    lab.drop_all();
    lab.crash(2);
    lab.restart(2);
    lab.fire(3, "election");
    lab.converse(3, 2);
    lab
}

/// S1 leads term 1 and hears that S2 stands in term 2, for which it votes.
fn stays_in_office(variants: &[&str]) -> Lab<Raft> {
    let mut lab = raft(2, variants);
    lab.campaign(1);
    lab.fire(2, "election");
    lab.converse(2, 1);
    lab
}

/// S3's vote for S1 in term 1 comes when S1 stands in term 2, which S2 has won with S3's vote.
fn counts_a_late_vote(variants: &[&str]) -> Lab<Raft> {
    let mut lab = raft(3, variants);
    lab.fire(1, "election");
    lab.deliver(1, 3);
    let late = lab.flights(n(3), n(1))[0];
    lab.act(Action::Hold(late));
    lab.fire(1, "election");
    lab.drop_others(late);
    for _ in 0..2 {
        lab.fire(2, "election");
    }
    lab.converse(2, 3);
    lab.act(Action::Deliver(late));
    lab
}

/// Each of two servers elects itself.
fn elects_itself(variants: &[&str]) -> Lab<Raft> {
    let mut lab = raft(2, variants);
    lab.fire(1, "election");
    lab.fire(2, "election");
    lab
}

/// S3 has d and, from its own reign, y; S1 has d, w and z, all committed. Two refusals lead S1 back
/// to d, which it sends S3 together with the news that all three are committed.
fn commits_what_is_not_verified(variants: &[&str]) -> Lab<Raft> {
    let mut lab = raft(3, variants);
    lab.campaign(3);
    lab.ask(1, 3, "d");
    lab.settle();
    lab.ask(1, 3, "y");
    lab.drop_all();
    lab.crash(3);
    lab.campaign_among(1, &[2]);
    lab.ask(2, 1, "w");
    lab.settle();
    lab.crash(1);
    lab.restart(1);
    lab.campaign_among(1, &[2]);
    lab.converse(1, 2);
    lab.drop_all();
    lab.restart(3);
    for _ in 0..2 {
        lab.fire(1, "heartbeat");
    }
    lab.deliver(1, 3);
    lab.ask(2, 1, "z");
    lab.converse(1, 2);
    lab.deliver(3, 1);
    if let Some(last) = lab.flights(n(1), n(3)).last() {
        lab.act(Action::Deliver(*last));
    }
    lab
}

/// Each of Raft's usual mistakes is caught by the property that it names.
#[test]
fn rafts_mistakes_are_caught() {
    all_have_stories::<Raft>(&[
        ("vote_twice", votes_twice),
        ("forget_vote", forgets_its_vote),
        ("vote_without_logs", votes_without_logs),
        ("commit_old_terms", commits_old_terms),
        ("always_truncate", truncates_always),
        ("forget_term", forgets_its_vote),
        ("forget_log", forgets_its_log),
        ("no_step_down", stays_in_office),
        ("count_stale_votes", counts_a_late_vote),
        ("half_quorum", elects_itself),
        ("commit_to_log_length", commits_what_is_not_verified),
        ("tutorial_node", votes_twice),
        ("config_before_commit", changes_too_early),
        ("one_majority", joint_by_one_majority),
        ("read_without_quorum", reads_of_a_superseded_leader),
        ("reuse_name", removed_leader_comes_back),
    ]);
}

/// A removed server that comes back empty under its old name votes as if it had never stored
/// anything; under a new name it is nobody to the others. `reuse_name` does it to a server that
/// knows of its removal; here an operator does it to two that do not, with the protocol as it is.
#[test]
fn a_reused_identity_is_caught() {
    let lab = removed_servers_come_back(true);
    assert_eq!(lab.lost(), ["raft.leader_completeness"]);
    assert!(removed_servers_come_back(false).lost().is_empty());
}

/// Without the mistake, but one entry at a time all the same, nothing is lost.
#[test]
fn one_entry_at_a_time_commits_what_is_verified() {
    let lab = commits_what_is_not_verified(&["one_entry"]);
    assert!(lab.lost().is_empty());
    let commit = |variants| commits_what_is_not_verified(variants).node(3).commit;
    assert_eq!(commit(&["one_entry"]), 1);
    assert_eq!(commit(&["commit_to_log_length"]), 2);
}

/// S2 gives way to S1 and has its vote back, which it gives to S4; S4 cannot win all the same, for
/// the three that elected S1 have none left.
#[test]
fn a_vote_that_is_taken_back_elects_nobody() {
    let mut lab = raft(5, &["concede_clears_vote"]);
    for id in [1, 2, 4] {
        lab.fire(id, "election");
    }
    lab.converse(1, 3);
    lab.converse(1, 5);
    assert!(lab.leads(1));
    lab.converse(1, 2);
    assert_eq!(lab.node(2).disk.voted_for, None);
    for id in [2, 3, 5] {
        lab.converse(4, id);
    }
    assert_eq!(lab.node(2).disk.voted_for, Some(n(4)));
    assert!(!lab.leads(4));
    assert!(lab.lost().is_empty());
}

/// What the disk knows as committed is executed at the restart, before any leader is heard.
#[test]
fn a_durable_commit_index_is_executed_at_once() {
    let after_restart = |variants| {
        let mut lab = raft(3, variants);
        lab.campaign(1);
        lab.ask(1, 1, "x=5");
        lab.settle();
        lab.crash(1);
        lab.restart(1);
        lab.value_of(1, "x").map(str::to_owned)
    };
    assert_eq!(after_restart(&["durable_commit"]), Some("5".into()));
    assert_eq!(after_restart(&[]), None);
}

/// Raft's controls: safe under every fault.
#[test]
fn rafts_controls_lose_nothing() {
    controls_lose_nothing::<Raft>();
}

/// What the scheduler alone brings about in a fresh cluster: the leader's term, if there is one in
/// the end.
fn elected(variants: &[&str], prepare: fn(&mut Lab<Raft>)) -> Option<u32> {
    let mut lab = Lab::<Raft>::new(&scenario("raft", 3, variants));
    prepare(&mut lab);
    for _ in 0..HAPPY_EVENTS {
        lab.act(Action::Next);
    }
    let leader = (1..=3).find(|id| lab.leads(*id));
    leader.map(|id| lab.node(id).disk.term)
}

/// Timeouts "are chosen randomly […] to prevent split votes" (§5.2): where they are all the same,
/// every election is split.
#[test]
fn equal_timeouts_split_every_vote() {
    assert_eq!(elected(&["same_timeouts"], |_| ()), None);
    assert!(elected(&[], |_| ()).is_some());
}

/// All three have voted for themselves once; who keeps that vote gives no other for ever.
#[test]
fn a_kept_vote_starves_elections() {
    let split = |lab: &mut Lab<Raft>| {
        for id in 1..=3 {
            lab.fire(id, "election");
        }
    };
    assert_eq!(elected(&["keep_vote"], split), None);
    assert!(elected(&[], split).is_some());
}
