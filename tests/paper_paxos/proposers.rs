//! Proposers: §2.2, phases 1a and 2a, §2.4 and §2.5.

use std::collections::BTreeSet;

use quorumscope::protocol::paxos::{Attempt, BACKOFF_DOUBLINGS_MAX, Message, RETRY, Timer};
use quorumscope::protocol::{Answer, Cluster, Epoch};

use super::single::*;
use crate::common::{n, value};

/// "A proposer selects a proposal number n and sends a prepare request with number n to a
/// majority of acceptors" (§2.2, phase 1a); ours asks all of them, and nobody else.
#[test]
fn a_proposer_prepares() {
    let mut node = Single::proposer();
    let out = node.request(1, "x");
    let asked: Vec<_> = out
        .sends
        .iter()
        .map(|(to, message)| (*to, message.clone()))
        .collect();
    assert_eq!(asked, [1, 2, 3].map(|id| (n(id), prepare(1))));
    assert_eq!(out.timers, [(Timer::Retry, Some(RETRY))]);
}

/// "Different proposers choose their numbers from disjoint sets of numbers, so two different
/// proposers never issue a proposal with the same number" (§2.5).
#[test]
fn ballots_are_disjoint() {
    let mut begun = BTreeSet::new();
    for id in 1..=9 {
        let mut node = Single::of(Cluster::of(9), n(id));
        node.request(1, "x");
        for _ in 0..5 {
            assert!(
                begun.insert(node.ballot()),
                "S{id} begins {} again",
                node.ballot()
            );
            node.retry();
        }
    }
    assert_eq!(begun.len(), 45);
}

/// "If the proposer receives a response to its prepare requests (numbered n) from a majority of
/// acceptors, then it sends an accept request" (§2.2, phase 2a), "for […] any value if the
/// responses reported no proposals": its own.
#[test]
fn a_majority_of_promises_is_needed() {
    for acceptors in 1..=8 {
        let mut node = Single::proposer_for(acceptors);
        node.request(1, "x");
        let ballot = node.ballot();
        for count in 1..=acceptors {
            let out = node.deliver(count, promise(ballot, None));
            let reaches = usize::from(count) == usize::from(acceptors) / 2 + 1;
            assert_eq!(
                asks(&out),
                reaches.then(|| "x".into()),
                "{count} of {acceptors}"
            );
        }
    }
}

/// "Where v is the value of the highest-numbered proposal among the responses" (§2.2, phase 2a,
/// and P2c): not the first, not the last, not the most frequent, not its own.
#[test]
fn the_highest_numbered_proposal_is_adopted() {
    let mut reports = [(2, "x"), (9, "y"), (2, "x")];
    for _ in 0..3 {
        reports.rotate_left(1);
        let mut node = Single::proposer_for(5);
        node.request(1, "own");
        let own = node.ballot();
        let mut asked = None;
        for (id, (round, text)) in (1..).zip(reports) {
            let out = node.deliver(id, promise(own, Some(proposal(round, text))));
            asked = asks(&out);
        }
        assert_eq!(asked, Some("y".into()));
    }
}

/// One report is enough to bind the proposer, whoever else reports nothing.
#[test]
fn a_single_report_binds() {
    for reporter in [1, 2] {
        let mut node = Single::proposer();
        node.request(1, "own");
        let ballot = node.ballot();
        let report = |id| (id == reporter).then(|| proposal(1, "x"));
        node.deliver(1, promise(ballot, report(1)));
        assert_eq!(
            asks(&node.deliver(2, promise(ballot, report(2)))),
            Some("x".into())
        );
    }
}

/// Responses are counted by acceptor, and only those to this ballot.
#[test]
fn promises_are_counted_by_acceptor_and_ballot() {
    let mut node = Single::proposer();
    node.request(1, "x");
    let old = node.ballot();
    node.retry();
    let ballot = node.ballot();
    for message in [
        promise(old, None),
        promise(ballot, None),
        promise(ballot, None),
    ] {
        assert_eq!(asks(&node.deliver(1, message)), None);
    }
    assert_eq!(asks(&node.deliver(2, promise(old, None))), None);
    assert_eq!(
        asks(&node.deliver(2, promise(ballot, None))),
        Some("x".into())
    );
}

/// A ballot has one value: a promise that comes after the accept requests changes nothing.
#[test]
fn a_late_promise_changes_nothing() {
    let mut node = Single::proposer();
    node.request(1, "x");
    let ballot = node.ballot();
    node.deliver(1, promise(ballot, None));
    node.deliver(2, promise(ballot, None));
    let before = node.node.clone();
    let out = node.deliver(3, promise(ballot, Some(proposal(1, "y"))));
    assert!(out.sends.is_empty());
    assert_eq!(node.node, before);
}

/// "It should probably inform the proposer, who should then abandon its proposal" (§2.2), to
/// come back with a number above the one it was told of.
#[test]
fn a_refused_ballot_is_abandoned() {
    for accepting in [false, true] {
        let mut node = Single::proposer();
        node.request(1, "x");
        let ballot = node.ballot();
        if accepting {
            node.deliver(1, promise(ballot, None));
            node.deliver(2, promise(ballot, None));
        }
        let higher = Epoch::ballot(7, n(5));
        node.deliver(3, refused(ballot, higher));
        assert_eq!(node.node.proposer.attempt, Attempt::BackingOff { ballot });
        assert_eq!(asks(&node.deliver(3, promise(ballot, None))), None);
        node.retry();
        assert!(node.ballot() > higher);
    }
}

/// A refusal of an earlier ballot says nothing about this one.
#[test]
fn an_old_refusal_is_ignored() {
    let mut node = Single::proposer();
    node.request(1, "x");
    let old = node.ballot();
    node.retry();
    let before = node.node.clone();
    node.deliver(1, refused(old, Epoch::ballot(9, n(5))));
    assert_eq!(node.node, before);
}

/// "A reliable algorithm for electing a proposer must use either randomness or real time" (§2.4):
/// retries wait a random time, longer and longer up to a limit, so that one of two gets through.
#[test]
fn retries_back_off() {
    let mut node = Single::proposer();
    let mut ranges = vec![node.request(1, "x").timers];
    ranges.extend((0..6).map(|_| node.retry().timers));
    for (tries, timers) in ranges.into_iter().enumerate() {
        let factor = 1 << (tries as u32).min(BACKOFF_DOUBLINGS_MAX);
        assert_eq!(
            timers,
            [(Timer::Retry, Some(RETRY.times(factor)))],
            "try {tries}"
        );
    }
}

/// "Each proposer remembers (in stable storage) the highest-numbered proposal it has tried to
/// issue, and begins phase 1 with a higher proposal number than any it has already used" (§2.5).
#[test]
fn no_ballot_is_used_twice() {
    let mut node = Single::proposer();
    let mut last = None;
    for _ in 0..4 {
        node.request(1, "x");
        assert!(Some(node.ballot()) > last);
        last = Some(node.ballot());
        node.restart();
        assert_eq!(node.node.proposer.attempt, Attempt::Idle);
    }
}

/// A node that is acceptor too begins above what it has promised, and promises to itself.
#[test]
fn a_proposer_counts_its_own_acceptor() {
    let mut node = Single::of(Cluster::of(3), n(1));
    node.deliver(
        3,
        Message::Prepare {
            ballot: Epoch::ballot(6, n(3)),
        },
    );
    let out = node.request(1, "x");
    assert_eq!(node.ballot(), Epoch::ballot(7, n(1)));
    assert_eq!(node.memory().0, Some(node.ballot()));
    assert_eq!(out.sends.len(), 2, "to the others");
    let ballot = node.ballot();
    assert_eq!(
        asks(&node.deliver(2, promise(ballot, None))),
        Some("x".into())
    );
    assert_eq!(node.memory().1, Some((ballot, value("x"))));
}

/// A client that asks while a ballot is under way waits; every waiting client is told what was
/// chosen, and so is one that asks later.
#[test]
fn clients_are_told_what_was_chosen() {
    let mut node = Single::of(Cluster::of(3), n(1));
    node.request(1, "x");
    let waiting = node.request(2, "y");
    assert!(waiting.sends.is_empty() && waiting.replies.is_empty());
    let ballot = node.ballot();
    node.deliver(2, promise(ballot, None));
    let accepted = Message::Accepted {
        ballot,
        value: value("x"),
    };
    let mut told = node.deliver(2, accepted).replies;
    told.extend(node.request(3, "z").replies);
    assert_eq!(told.len(), 3);
    for (_, reply) in told {
        assert_eq!(reply.answer, Answer::Done(Some(value("x"))));
    }
}

/// A node that may not propose sends clients to one that may.
#[test]
fn others_do_not_propose() {
    let mut node = Single::acceptor();
    let out = node.request(1, "x");
    assert!(out.sends.is_empty());
    assert_eq!(
        out.replies[0].1.answer,
        Answer::Elsewhere { hint: Some(n(4)) }
    );
}

/// With nothing to propose, a retry does nothing.
#[test]
fn an_idle_proposer_stays_idle() {
    let mut node = Single::proposer();
    let before = node.node.clone();
    assert!(node.retry().sends.is_empty());
    assert_eq!(node.node, before);
}
