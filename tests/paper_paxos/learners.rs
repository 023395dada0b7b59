//! Learners: §2.3.

use quorumscope::protocol::Cluster;
use quorumscope::protocol::paxos::Paxos;

use super::single::*;
use crate::common::{Lab, Mood, n, paxos_stories};

/// "A learner must find out that a proposal has been accepted by a majority of acceptors" (§2.3).
#[test]
fn a_majority_is_needed() {
    for acceptors in 1..=8_u8 {
        let mut cluster = Cluster::of(acceptors + 1);
        let ids = (1..=acceptors).map(n).collect();
        cluster.roles.insert("acceptor".into(), ids);
        let mut node = Single::of(cluster, n(acceptors + 1));
        for count in 1..=acceptors {
            node.deliver(count, accepted(1, "x"));
            let is_majority = usize::from(count) > usize::from(acceptors) / 2;
            assert_eq!(
                node.chosen().is_some(),
                is_majority,
                "{count} of {acceptors}"
            );
        }
    }
}

/// "A proposal" is a number and a value (§2.2): acceptances of different ballots do not add up,
/// not even with the same value.
#[test]
fn ballots_do_not_add_up() {
    let mut node = Single::learner();
    node.deliver(1, accepted(1, "x"));
    node.deliver(2, accepted(2, "x"));
    node.deliver(3, accepted(3, "x"));
    assert_eq!(node.chosen(), None);
    node.deliver(1, accepted(2, "x"));
    assert_eq!(node.chosen(), Some("x".into()));
}

/// One acceptor is one acceptor, however often it is heard.
#[test]
fn acceptors_are_counted_once() {
    let mut node = Single::learner();
    for _ in 0..3 {
        node.deliver(1, accepted(1, "x"));
    }
    assert_eq!(node.chosen(), None);
}

/// "A process never learns that a value has been chosen unless it actually has been" (§2.1), and
/// what it has learned stays.
#[test]
fn what_is_learned_stays() {
    let mut node = Single::learner();
    node.deliver(1, accepted(1, "x"));
    node.deliver(2, accepted(1, "x"));
    let before = node.node.clone();
    node.deliver(3, accepted(1, "x"));
    assert_eq!(node.node, before);
}

/// "Because of message loss, a value could be chosen with no learner ever finding out. […] If a
/// learner needs to know whether a value has been chosen, it can have a proposer issue a
/// proposal" (§2.3).
#[test]
fn another_proposal_finds_out() {
    let mut lab = Lab::<Paxos>::of(&paxos_stories::stage(&[]), 1, Mood::Strict);
    lab.begin(0, "x");
    lab.prepare(0, &[1, 2]);
    for acceptor in [1, 2] {
        lab.deliver(paxos_stories::proposer(0), acceptor);
    }
    lab.drop_all();
    assert_eq!(
        [1, 2].map(|id| lab.accepted(id)),
        [Some("x".into()), Some("x".into())]
    );
    assert_eq!(lab.chosen(paxos_stories::LEARNER), None);
    lab.begin(1, "y");
    lab.settle();
    assert_eq!(lab.chosen(paxos_stories::LEARNER), Some("x".into()));
    assert_eq!(lab.told(2), [Some("x".into())]);
}

/// What a learner knows is volatile: after a restart it learns again, the same.
#[test]
fn a_learner_can_learn_again() {
    let mut lab = Lab::<Paxos>::of(&paxos_stories::stage(&[]), 1, Mood::Strict);
    lab.begin(0, "x");
    lab.settle();
    lab.crash(paxos_stories::LEARNER);
    lab.restart(paxos_stories::LEARNER);
    assert_eq!(lab.chosen(paxos_stories::LEARNER), None);
    lab.begin(1, "y");
    lab.settle();
    assert_eq!(lab.chosen(paxos_stories::LEARNER), Some("x".into()));
}
