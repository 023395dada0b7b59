//! Learners: they are told (§2.3), ask for what they missed, and forget nothing that matters.

use quorumscope::protocol::multi_paxos::{Message, Timer};
use quorumscope::sorted::SortedMap;
use quorumscope::world::{Action, Trigger};

use super::single::*;
use crate::common::multi_paxos_stories::lab;
use crate::common::{Mood, n};

/// "The acceptors respond with their acceptances to a distinguished learner, which in turn informs
/// the other learners when a value has been chosen" (§2.3).
#[test]
fn the_leader_informs_the_learners() {
    let mut node = Single::new();
    let out = node.deliver(2, accept(1, 4, "x"));
    let (ballot, slot) = (ballot(1), 4);
    assert_eq!(out.sends, [(n(2), Message::Accepted { ballot, slot })]);
    let (mut leader, _) = Single::leader(&[]);
    leader.request(1, "x");
    let out = leader.accepted(2, 1);
    let told = Message::Chosen {
        ballot: leader.ballot(),
        decrees: SortedMap::from([(1, command("x"))]),
    };
    assert_eq!(out.sends, [2, 3].map(|id| (n(id), told.clone())));
}

/// Acceptances count in one ballot only, and one acceptor is one acceptor.
#[test]
fn acceptances_are_counted_in_one_ballot() {
    let cluster = quorumscope::protocol::Cluster::of(5);
    let mut node = Single::of(cluster, 1);
    node.fire(Timer::Election);
    node.promised(2, &[]);
    node.promised(3, &[]);
    node.request(1, "x");
    for _ in 0..3 {
        node.accepted(2, 1);
    }
    let (ballot, slot) = (ballot(9), 1);
    node.deliver(3, Message::Accepted { ballot, slot });
    assert!(node.node.replica.chosen.is_empty());
    node.accepted(3, 1);
    assert_eq!(node.node.replica.applied, 1);
}

/// A replica that lags behind is told of it by a heartbeat, asks from its first open slot on, and
/// gets everything, in one message.
#[test]
fn a_replica_asks_for_what_it_missed() {
    let mut node = Single::new();
    node.deliver(2, chosen(&[(1, "a"), (3, "c")]));
    let out = node.deliver(2, heartbeat(1, 4));
    assert_eq!(out.sends, [(n(2), Message::CatchUp { first: 2 })]);
    let out = node.deliver(2, heartbeat(1, 1));
    assert!(out.sends.is_empty(), "it knows as much as the leader");
    let mut teller = Single::new();
    teller.deliver(2, chosen(&[(1, "a"), (2, "b"), (3, "c")]));
    let out = teller.deliver(3, Message::CatchUp { first: 2 });
    let told = Message::Chosen {
        ballot: ballot(1),
        decrees: SortedMap::from([(2, command("b")), (3, command("c"))]),
    };
    assert_eq!(out.sends, [(n(3), told)]);
    let out = teller.deliver(3, Message::CatchUp { first: 4 });
    assert!(out.sends.is_empty());
}

/// What a replica knows is volatile: after a restart it learns all of it again, and executes it
/// again from the first command on.
#[test]
fn a_restarted_replica_catches_up() {
    let mut lab = lab(3, &[], Mood::Strict);
    lab.elect(1);
    for text in ["n+1", "n+2"] {
        lab.ask(1, 1, text);
        lab.settle();
    }
    lab.crash(3);
    lab.restart(3);
    assert_eq!((lab.applied(3), lab.stored(3, "n")), (0, None));
    lab.fire(1, "heartbeat");
    lab.settle();
    assert_eq!((lab.applied(3), lab.stored(3, "n")), (2, Some("3")));
}

/// So does one that was cut off, with gaps in between.
#[test]
fn a_lagging_replica_catches_up() {
    let mut lab = lab(3, &[], Mood::Strict);
    lab.elect(1);
    lab.partition(&[&[1, 2], &[3]]);
    lab.ask(1, 1, "n+1");
    lab.settle();
    lab.act(Action::Heal);
    lab.ask(1, 1, "n+2");
    lab.settle();
    assert_eq!(lab.chosen_slots(3), slots(&[(2, "n+2")]));
    assert_eq!(lab.applied(3), 0);
    lab.fire(1, "heartbeat");
    lab.settle();
    assert_eq!(lab.stored(3, "n"), Some("3"));
}

/// All crash at once: acceptors forget nothing (§2.5), so the next leader's phase 1 finds it all.
#[test]
fn nothing_is_lost_when_all_crash() {
    let mut lab = lab(3, &[], Mood::Strict);
    lab.elect(1);
    for text in ["n+1", "n+2", "n+3"] {
        lab.ask(1, 1, text);
        lab.settle();
    }
    lab.drop_all();
    for id in 1..=3 {
        lab.crash(id);
    }
    for id in 1..=3 {
        lab.restart(id);
    }
    lab.elect(2);
    for id in 1..=3 {
        assert_eq!(lab.stored(id, "n"), Some("6"), "S{id}");
    }
}

/// "An acceptor must remember this information even if it fails and then restarts" (§2.2): one
/// promise, and what it accepted in each slot.
#[test]
fn a_restart_keeps_promise_and_proposals() {
    let mut node = Single::new();
    node.deliver(2, accept(1, 1, "a"));
    node.deliver(2, accept(1, 3, "c"));
    node.deliver(2, prepare(4, 1));
    let before = node.node.disk.clone();
    node.restart();
    assert_eq!(node.node.disk, before);
    assert_eq!(node.node.seen, Some(ballot(4)));
    let out = node.deliver(2, accept(3, 2, "b"));
    assert!(matches!(out.sends[..], [(_, Message::Refused { .. })]));
}

/// "An acceptor records its intended response in stable storage before actually sending the
/// response" (§2.5).
#[test]
fn an_acceptance_is_recorded_before_it_is_sent() {
    let mut lab = lab(3, &[], Mood::Strict);
    lab.prepare_with(1, &[2]);
    lab.ask(1, 1, "x");
    let links = lab.flights(n(1), n(2)).into_iter();
    let is_accept = |id: &_| matches!(lab.message(*id), Some(Message::Accept { .. }));
    let accept = links.rev().find(is_accept).unwrap();
    lab.act(Action::CrashBeforeSend(Trigger::Deliver(accept)));
    lab.restart(2);
    assert_eq!(lab.accepted_slots(2), slots(&[(1, "x")]));
    lab.crash(1);
    lab.elect(3);
    assert_eq!(lab.chosen_slots(3), slots(&[(1, "x")]));
}

/// A higher proposal replaces what was accepted in its slot, and in no other; and accepting
/// promises as well.
#[test]
fn slots_are_accepted_one_by_one() {
    let mut node = Single::new();
    node.deliver(2, accept(1, 1, "a"));
    node.deliver(2, accept(1, 2, "b"));
    node.deliver(2, accept(3, 1, "A"));
    let expected = proposals(&[(1, 3, "A"), (2, 1, "b")]);
    assert_eq!(*node.node.disk.accepted, expected);
    let out = node.deliver(2, accept(2, 2, "B"));
    assert!(matches!(out.sends[..], [(_, Message::Refused { .. })]));
    assert_eq!(*node.node.disk.accepted, expected);
}
