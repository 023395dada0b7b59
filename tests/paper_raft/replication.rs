//! Log replication: §5.3, and AppendEntries in Figure 2.

use quorumscope::protocol::raft::{Hint, Message, Raft, Timer, majority_index};
use quorumscope::protocol::{Answer, ClientId};

use super::server::*;
use crate::common::{Lab, n, scenario, value};

/// An entry's term and index.
type Position = (u32, u32);

/// The preceding entry's index and term, the new entries' terms, and the commit index.
fn parts(message: &Message) -> (u32, u32, Vec<u32>, u32) {
    match message {
        Message::AppendEntries {
            prev_index,
            prev_term,
            entries,
            leader_commit,
            ..
        } => (
            *prev_index,
            *prev_term,
            terms(entries.iter()),
            *leader_commit,
        ),
        other => panic!("{other:?} is no AppendEntries"),
    }
}

/// "The leader appends the command to its log as a new entry, then issues AppendEntries RPCs in
/// parallel to each of the other servers to replicate the entry" (§5.3).
#[test]
fn a_leader_appends_and_replicates() {
    let mut server = Server::leader(3, 2, &[1]);
    let out = server.request(1, 1, "x=1");
    assert_eq!(server.log(), [1, 2]);
    assert_eq!(receivers(&out), [n(2), n(3)]);
    for (_, message) in &out.sends {
        assert_eq!(parts(message), (1, 1, vec![2], 0));
    }
    assert!(out.replies.is_empty(), "nothing is replicated yet");
}

/// "When the entry has been safely replicated, the leader applies the entry to its state machine
/// and returns the result of that execution to the client" (§5.3), and no sooner.
#[test]
fn a_leader_answers_once_the_entry_is_safe() {
    let mut server = Server::leader(5, 1, &[]);
    server.request(1, 1, "x=7");
    assert!(server.deliver(2, stored(1, 1)).replies.is_empty());
    let out = server.deliver(3, stored(1, 1));
    assert_eq!((server.node.commit, server.node.applied), (1, 1));
    let [(client, reply)] = &out.replies[..] else {
        panic!("{:?}", out.replies);
    };
    assert_eq!(*client, ClientId(1));
    assert_eq!(reply.answer, Answer::Done(Some(value("7"))));
    assert!(
        server.deliver(4, stored(1, 1)).replies.is_empty(),
        "it is answered once"
    );
}

/// "If followers crash or run slowly, or if network packets are lost, the leader retries
/// AppendEntries RPCs indefinitely (even after it has responded to the client) until all followers
/// eventually store all log entries" (§5.3).
#[test]
fn a_leader_retries_for_ever() {
    let mut lab = Lab::<Raft>::new(&scenario("raft", 3, &[]));
    lab.fire(1, "election");
    lab.settle();
    lab.crash(3);
    lab.ask(1, 1, "x=1");
    lab.settle();
    assert_eq!(lab.told(1), [Some("1".into())]);
    for _ in 0..3 {
        lab.fire(1, "heartbeat");
        lab.settle();
    }
    lab.restart(3);
    lab.fire(1, "heartbeat");
    lab.settle();
    assert_eq!(log_terms(&lab.node(3).disk.log), [1]);
}

/// "A log entry is committed once the leader that created the entry has replicated it on a
/// majority of the servers" (§5.3).
#[test]
fn a_majority_commits() {
    for size in 1..=9_u8 {
        let mut server = Server::leader(size, 1, &[]);
        server.request(1, 1, "x=1");
        for holders in 1..=size {
            let is_majority = usize::from(holders) > usize::from(size) / 2;
            assert_eq!(server.node.commit == 1, is_majority, "{holders} of {size}");
            if holders < size {
                server.deliver(holders + 1, stored(1, 1));
            }
        }
    }
}

/// The index that a majority stores, for even and odd sizes and in any order.
#[test]
fn the_index_of_a_majority() {
    assert_eq!(majority_index(&[4]), 4);
    assert_eq!(majority_index(&[0, 4]), 0);
    assert_eq!(majority_index(&[9, 0, 4]), 4);
    assert_eq!(majority_index(&[9, 1, 4, 2]), 2);
    assert_eq!(majority_index(&[5, 5, 0, 0, 3]), 3);
}

/// "This also commits all preceding entries in the leader's log, including entries created by
/// previous leaders" (§5.3).
#[test]
fn a_commit_covers_the_preceding_entries() {
    let mut server = Server::leader(3, 4, &[1, 2]);
    server.request(1, 1, "x=1");
    server.deliver(2, stored(4, 3));
    assert_eq!((server.node.commit, server.node.applied), (3, 3));
}

/// "The leader keeps track of the highest index it knows to be committed, and it includes that
/// index in future AppendEntries RPCs (including heartbeats) so that the other servers eventually
/// find out" (§5.3).
#[test]
fn heartbeats_carry_the_commit_index() {
    let mut server = Server::leader(3, 1, &[]);
    server.request(1, 1, "x=1");
    server.deliver(2, stored(1, 1));
    let out = server.fire(Timer::Heartbeat);
    let commits: Vec<u32> = out.sends.iter().map(|(_, it)| parts(it).3).collect();
    assert_eq!(commits, [1, 1]);
}

/// "Once a follower learns that a log entry is committed, it applies the entry to its local state
/// machine (in log order)" (§5.3), and answers no client.
#[test]
fn a_follower_applies_what_is_committed() {
    let mut server = Server::follower(3, 1, &[]);
    let out = server.deliver(2, append(1, (0, 0), &[1, 1, 1], 2));
    assert_eq!((server.node.commit, server.node.applied), (2, 2));
    assert!(out.replies.is_empty());
    server.deliver(2, append(1, (1, 3), &[], 3));
    assert_eq!(server.node.applied, 3);
    assert_eq!(server.value_of("x"), Some("1.3"), "the last write wins");
}

/// "If the follower does not find an entry in its log with the same index and term, then it
/// refuses the new entries" (§5.3), and keeps what it has.
#[test]
fn the_consistency_check() {
    // The preceding entry, by term and index, and whether a log of terms 1, 2 has it.
    let checks = [
        ((0, 0), true),
        ((1, 1), true),
        ((2, 2), true),
        ((1, 2), false),
        ((2, 1), false),
        ((3, 3), false),
        ((0, 3), false),
    ];
    for (prev, has) in checks {
        let mut server = Server::follower(3, 3, &[1, 2]);
        let out = server.deliver(2, append(3, prev, &[3], 0));
        assert_eq!(succeeds(&out), has, "{prev:?}");
        if !has {
            assert_eq!(server.log(), [1, 2]);
        }
    }
}

/// "If an existing entry conflicts with a new one (same index but different terms), delete the
/// existing entry and all that follow it" and "append any new entries not already in the log"
/// (Figure 2, AppendEntries, 3 and 4).
#[test]
fn conflicts_are_repaired() {
    // The preceding entry, the new ones, and what becomes of a log of terms 1, 2, 2.
    let repairs: [(Position, &[u32], &[u32]); 5] = [
        ((2, 3), &[3], &[1, 2, 2, 3]),
        ((1, 1), &[3], &[1, 3]),
        ((1, 1), &[2, 3], &[1, 2, 3]),
        ((0, 0), &[3, 3], &[3, 3]),
        ((1, 1), &[2, 2, 3], &[1, 2, 2, 3]),
    ];
    for (prev, new, log) in repairs {
        let mut server = Server::follower(3, 3, &[1, 2, 2]);
        assert!(succeeds(&server.deliver(2, append(3, prev, new, 0))));
        assert_eq!(server.log(), log, "{prev:?} {new:?}");
    }
}

/// Nothing is deleted without a conflict: an older, shorter or empty AppendEntries that comes late
/// leaves the log as it is (Figure 2, AppendEntries, 3: "if an existing entry conflicts").
#[test]
fn late_messages_delete_nothing() {
    let late: [(Position, &[u32]); 4] =
        [((0, 0), &[]), ((1, 1), &[]), ((0, 0), &[1]), ((1, 1), &[2])];
    for (prev, new) in late {
        let mut server = Server::follower(3, 2, &[1, 2, 2]);
        let out = server.deliver(2, append(2, prev, new, 0));
        assert_eq!(server.log(), [1, 2, 2], "{prev:?} {new:?}");
        let verified = prev.1 + new.len() as u32;
        assert_eq!(
            *only(&out),
            stored(2, verified),
            "only what was verified is confirmed"
        );
    }
}

/// "If leaderCommit > commitIndex, set commitIndex = min(leaderCommit, index of last new entry)"
/// (Figure 2, AppendEntries, 5): entries beyond may be a deposed leader's.
#[test]
fn the_commit_index_stops_at_what_was_verified() {
    // The preceding entry, the new ones, leaderCommit, and the commit index of a follower that
    // has the terms 1, 2, 2.
    let cases: [(Position, &[u32], u32, u32); 5] = [
        ((1, 1), &[], 3, 1),
        ((1, 1), &[2], 3, 2),
        ((2, 3), &[3], 3, 3),
        ((2, 3), &[3], 9, 4),
        ((0, 0), &[], 3, 0),
    ];
    for (prev, new, leader_commit, commit) in cases {
        let mut server = Server::follower(3, 3, &[1, 2, 2]);
        server.deliver(2, append(3, prev, new, leader_commit));
        assert_eq!(
            server.node.commit, commit,
            "{prev:?} {new:?} {leader_commit}"
        );
    }
}

/// The commit index "increases monotonically" (Figure 2): an older message does not lower it.
#[test]
fn the_commit_index_never_falls() {
    let mut server = Server::follower(3, 1, &[1, 1, 1]);
    server.deliver(2, append(1, (1, 3), &[], 3));
    server.deliver(2, append(1, (1, 1), &[1], 1));
    assert_eq!((server.node.commit, server.node.applied), (3, 3));
}

/// "When a leader first comes to power, it initializes all nextIndex values to the index just
/// after the last one in its log (11 in Figure 7)" (§5.3), and knows of no match.
#[test]
fn a_new_leader_knows_nothing_of_the_others() {
    let server = Server::leader(3, 8, &[1, 1, 1, 4, 4, 5, 5, 6, 6, 6]);
    assert_eq!(server.progress(2), (11, 0));
    assert_eq!(server.progress(3), (11, 0));
}

/// "After a rejection, the leader decrements nextIndex and retries the AppendEntries RPC" (§5.3).
#[test]
fn a_rejection_takes_the_leader_one_entry_back() {
    let mut server = Server::leader(3, 4, &[1, 2, 3]);
    for next in [3, 2, 1] {
        let out = server.deliver(2, refused(4, None));
        assert_eq!(server.progress(2), (next, 0));
        assert_eq!(parts(only(&out)).0, next - 1);
    }
    server.deliver(2, refused(4, None));
    assert_eq!(
        server.progress(2),
        (1, 0),
        "there is nothing before the first entry"
    );
}

/// A rejection that comes late takes nextIndex back, never matchIndex, and the next success leads
/// up again. Figure 2 has no floor: with one, a follower that really lost entries (a wiped disk)
/// would be asked the same for ever.
#[test]
fn a_late_rejection_does_no_harm() {
    let mut server = Server::leader(3, 4, &[1, 2, 3]);
    server.deliver(2, stored(4, 3));
    server.deliver(2, refused(4, None));
    assert_eq!(server.progress(2), (3, 3));
    server.deliver(2, stored(4, 3));
    assert_eq!(server.progress(2), (4, 3));
}

/// "If successful: update nextIndex and matchIndex for follower" (Figure 2, leaders); matchIndex
/// "increases monotonically", so an answer that comes late changes nothing.
#[test]
fn a_success_moves_match_index_up_only() {
    let mut server = Server::leader(3, 4, &[1, 2, 3]);
    server.deliver(2, stored(4, 3));
    server.deliver(2, stored(4, 1));
    assert_eq!(server.progress(2), (4, 3));
}

/// Answers of an earlier term of the same leader are about a log that may have changed since.
#[test]
fn answers_of_an_earlier_term_are_ignored() {
    let mut server = Server::leader(3, 4, &[1, 2, 3]);
    let out = server.deliver(2, stored(3, 3));
    assert_eq!(rules(&out), ["raft.leader.stale"]);
    assert_eq!(server.progress(2), (4, 0));
}

/// "When rejecting an AppendEntries request, the follower can include the term of the conflicting
/// entry and the first index it stores for that term" (§5.3).
#[test]
fn a_follower_hints_at_the_conflict() {
    let hint_of = |log: &[u32], prev| {
        let mut server = Server::with_variants(3, 9, log, &["conflict_hint"]);
        let out = server.deliver(2, append(9, prev, &[], 0));
        match only(&out) {
            Message::AppendReply { hint, .. } => hint.map(|hint| (hint.term, hint.index)),
            other => panic!("{other:?}"),
        }
    };
    assert_eq!(hint_of(&[1, 2, 2, 2], (3, 4)), Some((Some(2), 2)));
    assert_eq!(hint_of(&[2, 2], (3, 1)), Some((Some(2), 1)));
    assert_eq!(
        hint_of(&[1, 2], (3, 7)),
        Some((None, 3)),
        "too short: what is missing first"
    );
}

/// "With this information, the leader can decrement nextIndex to bypass all of the conflicting
/// entries in that term" (§5.3).
#[test]
fn a_leader_bypasses_a_conflicting_term() {
    let next = |term, index| {
        let mut server = Server::with_variants(3, 6, &[1, 1, 4, 4, 5, 5], &["conflict_hint"]);
        server.fire(Timer::Election);
        server.deliver(2, vote(7, true));
        server.deliver(3, refused(7, Some(Hint { term, index })));
        server.progress(3).0
    };
    assert_eq!(
        next(Some(2), 3),
        3,
        "a term that the leader lacks: the follower's first of it"
    );
    assert_eq!(
        next(Some(4), 2),
        5,
        "one that it has: behind its own last of it"
    );
    assert_eq!(next(None, 3), 3, "too short: its end");
    assert_eq!(next(Some(5), 5), 6, "never at or above what was refused");
}

/// "One AppendEntries RPC will be required for each term with conflicting entries, rather than
/// one RPC per entry" (§5.3).
#[test]
fn the_hint_saves_messages() {
    let rejections = |variants: &[&str]| {
        let mut leader = Server::with_variants(2, 8, &[1, 1, 1, 4, 4, 5, 5, 6, 6, 6], variants);
        leader.fire(Timer::Election);
        let mut out = leader.deliver(2, vote(9, true));
        let log = [1, 1, 1, 2, 2, 2, 3, 3, 3, 3, 3];
        let mut follower = Server::with_variants(2, 8, &log, variants);
        let mut count = 0;
        while let Some((_, message)) = out.sends.last() {
            let reply = follower.deliver(2, message.clone());
            count += u32::from(!succeeds(&reply));
            out = leader.deliver(2, only(&reply).clone());
        }
        assert_eq!(follower.log(), leader.log());
        count
    };
    assert_eq!(rejections(&[]), 7);
    assert_eq!(rejections(&["conflict_hint"]), 2);
}

/// "A leader never overwrites or deletes entries in its own log (the Leader Append-Only Property
/// in Figure 3)" (§5.3).
#[test]
fn a_leader_only_appends() {
    let mut server = Server::leader(3, 2, &[1, 1]);
    server.request(1, 1, "x=1");
    server.deliver(2, append(1, (0, 0), &[1], 0));
    server.deliver(3, refused(2, None));
    server.request(1, 2, "x=2");
    assert_eq!(server.log(), [1, 1, 2, 2]);
}

/// "Raft RPCs are idempotent […] if a follower receives an AppendEntries request that includes log
/// entries already present in its log, it ignores those entries in the new request" (§5.5).
#[test]
fn requests_may_be_repeated() {
    let mut server = Server::follower(3, 1, &[]);
    let first = server.deliver(2, append(1, (0, 0), &[1, 1], 2));
    let once = server.node.clone();
    let again = server.deliver(2, append(1, (0, 0), &[1, 1], 2));
    assert_eq!(server.node, once);
    assert_eq!(first.sends, again.sends);
}
