//! Pre-Vote (thesis, §9.6), and leaders that step down without a majority (§6.2, §4.2.3).

use quorumscope::protocol::raft::{ELECTION, Message, Raft, Role, Timer};
use quorumscope::protocol::{NodeId, RangeMs};
use quorumscope::world::Action;

use super::server::*;
use crate::common::chaos::RAFT_EXTENSIONS;
use crate::common::{Lab, n, scenario};

/// The minimum election timeout.
const LEASE: RangeMs = RangeMs::new(ELECTION.min, ELECTION.min);

fn pre_vote(term: u32, (last_term, last_index): (u32, u32)) -> Message {
    Message::PreVote {
        term,
        last_index,
        last_term,
    }
}

/// A voter of this term would vote in that one, or would not.
fn pre_voted(term: u32, asked: u32, granted: bool) -> Message {
    Message::PreVoteReply {
        term,
        asked,
        granted,
    }
}

fn would_vote(out: &Out) -> bool {
    match only(out) {
        Message::PreVoteReply { granted, .. } => *granted,
        other => panic!("{other:?}"),
    }
}

fn canvasses(server: &Server) -> bool {
    matches!(server.node.role, Role::PreCandidate { .. })
}

fn follower(term: u32, log: &[u32], variant: &str) -> Server {
    Server::with_variants(5, term, log, &[variant])
}

/// "A candidate only increments its term if it first learns from a majority of the cluster that
/// they would be willing to grant the candidate their votes" (§9.6).
#[test]
fn the_term_rises_only_with_a_majority_of_pre_votes() {
    let mut server = follower(3, &[1, 3], "pre_vote");
    let out = server.fire(Timer::Election);
    assert!(canvasses(&server));
    assert_eq!((server.term(), server.node.disk.voted_for), (3, None));
    assert_eq!(receivers(&out), [n(2), n(3), n(4), n(5)]);
    assert!(out.sends.iter().all(|(_, it)| *it == pre_vote(3, (3, 2))));
    assert!(out.timers.contains(&(Timer::Election, Some(ELECTION))));
    server.deliver(2, pre_voted(3, 4, true));
    server.deliver(2, pre_voted(3, 4, true));
    server.deliver(3, pre_voted(3, 4, false));
    assert!(
        canvasses(&server),
        "a server counts once, and a no not at all"
    );
    let out = server.deliver(4, pre_voted(2, 4, true));
    assert!(server.asks_for_votes());
    assert_eq!(server.term(), 4);
    assert!(
        out.sends
            .iter()
            .all(|(_, it)| *it == request_vote(4, (3, 2)))
    );
}

/// A candidate whose election fails asks again before it raises its term once more.
#[test]
fn a_failed_candidate_asks_again() {
    let mut server = follower(0, &[], "pre_vote");
    server.fire(Timer::Election);
    for voter in [2, 3] {
        server.deliver(voter, pre_voted(0, 1, true));
    }
    assert!(server.asks_for_votes());
    server.fire(Timer::Election);
    assert!(canvasses(&server));
    assert_eq!(server.term(), 1);
}

/// A pre-vote for a term that is no longer asked about comes too late; one of a newer term tells
/// that term.
#[test]
fn late_pre_votes_do_not_count() {
    let mut server = follower(3, &[], "pre_vote");
    server.fire(Timer::Election);
    let before = server.node.clone();
    let out = server.deliver(2, pre_voted(3, 3, true));
    assert_eq!(rules(&out), ["raft.pre_vote.stale"]);
    assert_eq!(server.node, before);
    server.deliver(2, pre_voted(7, 4, false));
    assert!(server.follows());
    assert_eq!(server.term(), 7);
    assert_eq!(
        rules(&server.deliver(3, pre_voted(3, 4, true))),
        ["raft.pre_vote.stale"]
    );
}

/// Voters are willing "if the candidate's log is sufficiently up-to-date, and the voters have not
/// received heartbeats from a valid leader for at least a baseline election timeout" (§9.6).
#[test]
fn a_live_leader_is_a_reason_to_refuse() {
    let mut server = follower(3, &[1], "pre_vote");
    assert!(would_vote(&server.deliver(2, pre_vote(3, (1, 1)))));
    let out = server.deliver(4, heartbeat(3));
    assert!(out.timers.contains(&(Timer::Lease, Some(LEASE))));
    assert!(!would_vote(&server.deliver(2, pre_vote(3, (1, 1)))));
    assert!(!would_vote(&server.deliver(2, pre_vote(9, (9, 9)))));
    server.fire(Timer::Lease);
    assert!(would_vote(&server.deliver(2, pre_vote(3, (1, 1)))));
    assert!(
        !would_vote(&server.deliver(2, pre_vote(3, (0, 0)))),
        "its log is older"
    );
}

/// A pre-vote tells whether the vote would be granted: not in a term that is over, and not where
/// somebody else has the vote.
#[test]
fn a_pre_vote_is_what_the_vote_would_be() {
    let mut server = follower(5, &[], "pre_vote");
    assert!(
        !would_vote(&server.deliver(2, pre_vote(3, (0, 0)))),
        "term 4 is over"
    );
    assert!(
        would_vote(&server.deliver(2, pre_vote(4, (0, 0)))),
        "nobody has the vote of term 5"
    );
    assert!(grants(&server.deliver(3, request_vote(5, (0, 0)))));
    assert!(
        !would_vote(&server.deliver(2, pre_vote(4, (0, 0)))),
        "S3 has it"
    );
    assert!(
        would_vote(&server.deliver(3, pre_vote(4, (0, 0)))),
        "S3 may have it again"
    );
    assert!(
        would_vote(&server.deliver(2, pre_vote(5, (0, 0)))),
        "term 6 is free"
    );
}

/// A pre-vote changes nothing on the voter, whatever the term asked for; a leader refuses.
#[test]
fn a_pre_vote_changes_nothing() {
    for mut server in [
        follower(3, &[1], "pre_vote"),
        Server::candidate(5, 3, &[1]),
        Server::leader(5, 3, &[1]),
    ] {
        let before = server.node.clone();
        let out = server.deliver(2, pre_vote(8, (9, 9)));
        assert_eq!(would_vote(&out), !server.leads());
        assert!(out.timers.is_empty());
        assert_eq!(server.node, before);
    }
}

/// With leases, who has not heard its leader for the minimum election timeout names nobody to
/// clients; without, the latest leader stays known.
#[test]
fn a_lease_ends() {
    let mut server = follower(3, &[], "pre_vote");
    server.deliver(4, heartbeat(3));
    assert_eq!(
        rules(&server.fire(Timer::Lease)),
        ["raft.all_servers.lease"]
    );
    assert_eq!(server.node.role, Role::Follower { leader: None });
    assert_eq!(
        rules(&server.fire(Timer::Lease)),
        ["raft.all_servers.timer"]
    );
    let mut plain = Server::follower(5, 3, &[]);
    assert_eq!(
        plain.deliver(4, heartbeat(3)).timers,
        [(Timer::Election, Some(ELECTION))]
    );
}

/// S3 is cut off, times out again and again, and comes back: does S1 still lead its first term?
fn survives_a_return(variants: &[&str]) -> bool {
    let mut lab = Lab::<Raft>::new(&scenario("raft", 3, variants));
    lab.campaign(1);
    lab.partition(&[&[1, 2], &[3]]);
    for _ in 0..3 {
        lab.fire(3, "election");
        lab.settle();
    }
    lab.fire(1, "heartbeat");
    lab.settle();
    lab.act(Action::Heal);
    lab.fire(3, "election");
    lab.settle();
    lab.leads(1) && lab.node(1).disk.term == 1
}

/// "Pre-Vote solves the issue of a partitioned server disrupting the cluster when it rejoins"
/// (§9.6).
#[test]
fn a_partitioned_server_does_not_disrupt_when_it_rejoins() {
    assert!(!survives_a_return(&[]));
    assert!(survives_a_return(&["pre_vote"]));
    assert!(survives_a_return(RAFT_EXTENSIONS));
}

/// One server needs nobody's pre-vote.
#[test]
fn a_cluster_of_one_elects_itself() {
    let mut lab = Lab::<Raft>::new(&scenario("raft", 1, RAFT_EXTENSIONS));
    lab.fire(1, "election");
    assert!(lab.leads(1));
    lab.fire(1, "lease");
    assert!(lab.leads(1));
}

fn leader_with(size: u8, variants: &[&str]) -> Server {
    let mut server = Server::with_variants(size, 0, &[], variants);
    server.fire(Timer::Election);
    for voter in 2..=size {
        server.deliver(voter, vote(1, true));
    }
    assert!(server.leads());
    server
}

/// "A leader in Raft steps down if an election timeout elapses without a successful round of
/// heartbeats to a majority of its cluster" (§6.2). Each election timeout counts anew.
#[test]
fn a_leader_without_a_majority_steps_down() {
    let mut server = leader_with(5, &["check_quorum"]);
    server.deliver(2, stored(1, 0));
    server.deliver(3, refused(1, None));
    let out = server.fire(Timer::Lease);
    assert!(server.leads());
    assert_eq!(out.timers, [(Timer::Lease, Some(LEASE))]);
    server.deliver(2, stored(1, 0));
    server.deliver(2, stored(1, 0));
    let out = server.fire(Timer::Lease);
    assert!(server.follows());
    assert_eq!(server.term(), 1);
    assert!(out.timers.contains(&(Timer::Heartbeat, None)));
    assert!(out.timers.contains(&(Timer::Election, Some(ELECTION))));
}

/// Replies of an older term are no sign of support.
#[test]
fn old_replies_do_not_keep_a_leader() {
    let mut server = Server::with_variants(3, 4, &[], &["check_quorum"]);
    server.fire(Timer::Election);
    server.deliver(2, vote(5, true));
    assert!(server.leads());
    server.deliver(2, stored(4, 0));
    server.fire(Timer::Lease);
    assert!(server.follows());
}

/// "If a server receives a RequestVote request within the minimum election timeout of hearing from
/// a current leader, it does not update its term or grant its vote" (§4.2.3); the leader neither.
#[test]
fn no_votes_while_a_leader_is_alive() {
    let mut server = follower(1, &[], "check_quorum");
    server.deliver(4, heartbeat(1));
    for mut server in [server, leader_with(5, &["check_quorum"])] {
        let before = server.node.clone();
        let out = server.deliver(2, request_vote(9, (9, 9)));
        assert_eq!(rules(&out), ["raft.request_vote.lease"]);
        assert!(out.sends.is_empty() && out.timers.is_empty());
        assert_eq!(server.node, before);
    }
}

/// "This does not affect normal elections, where each server waits at least a minimum election
/// timeout before starting an election" (§4.2.3).
#[test]
fn votes_are_given_when_the_lease_is_over() {
    let mut server = follower(1, &[], "check_quorum");
    server.deliver(4, heartbeat(1));
    server.fire(Timer::Lease);
    assert!(grants(&server.deliver(2, request_vote(9, (9, 9)))));
    assert_eq!(server.term(), 9);
}

/// Of the leader's own term, or an older one, a request is answered as ever: granted in this term
/// by who has not voted in it, and refused by who has, and in an older one by everybody.
#[test]
fn requests_of_this_term_are_answered() {
    let mut server = follower(3, &[], "check_quorum");
    server.deliver(4, heartbeat(3));
    for (from, term, granted) in [(2, 2, false), (2, 3, true), (2, 3, true), (5, 3, false)] {
        let out = server.deliver(from, request_vote(term, (0, 0)));
        assert_eq!(out.sends.len(), 1, "{from} {term}");
        assert_eq!(grants(&out), granted, "{from} {term}");
        assert_eq!(server.term(), 3);
    }
}

/// A leader on the wrong side of a partition gives up, and says so to clients (§6.2).
#[test]
fn a_cut_off_leader_turns_clients_away() {
    let mut lab = Lab::<Raft>::new(&scenario("raft", 3, &["check_quorum"]));
    lab.campaign(1);
    lab.fire(1, "lease");
    lab.partition(&[&[1], &[2, 3]]);
    lab.fire(1, "lease");
    assert!(!lab.leads(1));
    lab.ask(1, 1, "x");
    assert_eq!(
        lab.flights(n(1), quorumscope::protocol::ClientId(1)).len(),
        1
    );
    let known: Option<NodeId> = match lab.node(1).role {
        Role::Follower { leader } => leader,
        _ => panic!("S1 follows"),
    };
    assert_eq!(known, None);
}
