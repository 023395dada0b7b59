//! Safety: the election restriction (§5.4.1), old terms (§5.4.2), crashes (§5.5), and what is on
//! disk (Figure 2).

use quorumscope::protocol::raft::{Message, Raft, up_to_date};
use quorumscope::world::{Action, Trigger};

use super::server::*;
use crate::common::{Lab, n, scenario};

/// "If the logs have last entries with different terms, then the log with the later term is more
/// up-to-date. If the logs end with the same term, then whichever log is longer is more
/// up-to-date" (§5.4.1). Positions are (term, index).
#[test]
fn the_later_term_wins_then_the_longer_log() {
    assert!(up_to_date((2, 1), (1, 9)));
    assert!(!up_to_date((1, 9), (2, 1)));
    assert!(up_to_date((2, 3), (2, 2)));
    assert!(!up_to_date((2, 1), (2, 2)));
    assert!(
        up_to_date((2, 2), (2, 2)),
        "at least as up-to-date is enough"
    );
    assert!(up_to_date((0, 0), (0, 0)));
}

/// "The voter denies its vote if its own log is more up-to-date than that of the candidate"
/// (§5.4.1); the newer term is taken up all the same.
#[test]
fn votes_depend_on_logs() {
    let candidates = [
        ((1, 9), false),
        ((2, 1), false),
        ((2, 2), true),
        ((3, 1), true),
    ];
    for (last, granted) in candidates {
        let mut server = Server::follower(3, 3, &[1, 2]);
        assert_eq!(
            grants(&server.deliver(2, request_vote(4, last))),
            granted,
            "{last:?}"
        );
        assert_eq!(server.term(), 4);
        assert_eq!(server.node.disk.voted_for, granted.then_some(n(2)));
    }
}

/// "Raft never commits log entries from previous terms by counting replicas" (§5.4.2).
#[test]
fn old_terms_are_not_committed_by_counting() {
    let mut server = Server::leader(3, 3, &[1, 2]);
    server.deliver(2, stored(3, 2));
    let out = server.deliver(3, stored(3, 2));
    assert_eq!(server.node.commit, 0);
    assert!(
        rules(&out).contains(&"raft.leader.commit"),
        "and it says why"
    );
}

/// "Once an entry from the current term has been committed in this way, then all prior entries
/// are committed indirectly because of the Log Matching Property" (§5.4.2).
#[test]
fn an_entry_of_the_current_term_commits_the_old_ones() {
    let mut server = Server::leader(3, 3, &[1, 2]);
    server.deliver(2, stored(3, 2));
    server.request(1, 1, "x=1");
    assert_eq!(server.node.commit, 0);
    server.deliver(2, stored(3, 3));
    assert_eq!(server.node.commit, 3);
}

/// "Persistent state on all servers (updated on stable storage before responding to RPCs)":
/// currentTerm, votedFor, log (Figure 2). Volatile: commitIndex, lastApplied, and what only a
/// leader has.
#[test]
fn a_restart_keeps_term_vote_and_log() {
    let mut server = Server::leader(3, 2, &[1]);
    server.request(1, 1, "x=1");
    server.deliver(2, stored(2, 2));
    assert_eq!(server.node.commit, 2);
    let disk = server.node.disk.clone();
    server.restart();
    assert_eq!(server.node.disk, disk);
    assert_eq!(disk.voted_for, Some(n(1)));
    assert!(server.follows());
    assert_eq!((server.node.commit, server.node.applied), (0, 0));
    assert!(server.node.machine.pairs.is_empty(), "rebuilt from the log");
}

/// A vote is on disk before it is sent (Figure 2), so no crash can make a server vote twice.
#[test]
fn a_vote_survives_a_crash() {
    let mut lab = Lab::<Raft>::new(&scenario("raft", 3, &[]));
    lab.fire(1, "election");
    lab.fire(2, "election");
    let request = lab.flights(n(1), n(3))[0];
    lab.act(Action::CrashBeforeSend(Trigger::Deliver(request)));
    lab.restart(3);
    lab.settle();
    assert_eq!(lab.node(3).disk.voted_for, Some(n(1)));
    assert!(
        (1..=3).all(|id| !lab.leads(id)),
        "the vote for S1 was never sent"
    );
}

/// "If a server crashes after completing an RPC but before responding, then it will receive the
/// same RPC again after it restarts" (§5.5), and nothing is stored twice.
#[test]
fn entries_survive_a_crash_before_the_answer() {
    let mut lab = Lab::<Raft>::new(&scenario("raft", 3, &[]));
    lab.fire(1, "election");
    lab.settle();
    lab.crash(3);
    lab.ask(1, 1, "n+1");
    let entries = lab.flights(n(1), n(2))[0];
    lab.act(Action::CrashBeforeSend(Trigger::Deliver(entries)));
    lab.settle();
    assert_eq!(lab.told(1), [None]);
    lab.restart(2);
    assert_eq!(log_terms(&lab.node(2).disk.log), [1]);
    lab.fire(1, "heartbeat");
    lab.settle();
    assert_eq!(lab.told(1), [Some("1".into())]);
    assert_eq!(log_terms(&lab.node(2).disk.log), [1]);
}

/// "Raft uses the voting process to prevent a candidate from winning an election unless its log
/// contains all committed entries" (§5.4.1).
#[test]
fn only_a_complete_log_wins() {
    let mut lab = Lab::<Raft>::new(&scenario("raft", 5, &[]));
    lab.fire(1, "election");
    lab.settle();
    lab.partition(&[&[1, 2, 3], &[4, 5]]);
    lab.ask(1, 1, "x=1");
    lab.settle();
    assert_eq!(lab.node(1).commit, 1);
    lab.crash(1);
    lab.act(Action::Heal);
    for candidate in [4, 5, 4] {
        lab.fire(candidate, "election");
        lab.settle();
        assert!(
            !lab.leads(candidate),
            "S{candidate} lacks the committed entry"
        );
    }
    lab.fire(2, "election");
    lab.settle();
    assert!(lab.leads(2));
    assert_eq!(log_terms(&lab.node(5).disk.log), [1]);
}

/// A leader that was cut off finds on its return that its entries were never committed, and
/// gives them up (§5.3, §5.4).
#[test]
fn a_leader_that_was_cut_off_gives_up_its_entries() {
    let mut lab = Lab::<Raft>::new(&scenario("raft", 5, &[]));
    lab.fire(1, "election");
    lab.settle();
    lab.partition(&[&[1, 2], &[3, 4, 5]]);
    lab.ask(1, 1, "lost");
    lab.settle();
    lab.fire(3, "election");
    lab.settle();
    lab.ask(2, 3, "kept");
    lab.settle();
    assert_eq!(
        (lab.told(1), lab.told(2)),
        (vec![None], vec![Some("kept".into())])
    );
    lab.act(Action::Heal);
    lab.fire(3, "heartbeat");
    lab.settle();
    for id in 1..=5 {
        assert_eq!(log_terms(&lab.node(id).disk.log), [2], "S{id}");
    }
}

/// Every message carries its sender's term (§5.1: "current terms are exchanged whenever servers
/// communicate").
#[test]
fn every_message_carries_the_term() {
    let mut server = Server::candidate(3, 4, &[1]);
    let mut sent: Vec<Message> = Vec::new();
    for message in [
        vote(4, true),
        request_vote(4, (0, 0)),
        append(3, (0, 0), &[], 0),
    ] {
        sent.extend(
            server
                .deliver(2, message)
                .sends
                .into_iter()
                .map(|(_, it)| it),
        );
    }
    assert_eq!(sent.len(), 4);
    assert!(sent.iter().all(|message| message.term() == 4), "{sent:?}");
}
