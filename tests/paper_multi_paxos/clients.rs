//! Clients: they send commands to the leader (§3), and a retry is executed once (*Paxos Made
//! Moderately Complex*, §2.1). The command `n+1` shows how often it was executed.

use quorumscope::protocol::multi_paxos::Timer;
use quorumscope::protocol::{Answer, ClientId, NodeId};
use quorumscope::world::Action;

use super::single::*;
use crate::common::multi_paxos_stories::{in_two_slots, lab, late_request};
use crate::common::{Mood, n};

fn elsewhere(hint: Option<NodeId>) -> Answer {
    Answer::Elsewhere { hint }
}

fn answer(out: &Out) -> &Answer {
    match &out.replies[..] {
        [(_, reply)] => &reply.answer,
        other => panic!("{other:?}"),
    }
}

/// "Clients send commands to the leader": whoever does not lead says who does, as far as it knows.
#[test]
fn a_node_that_does_not_lead_names_the_leader() {
    let mut node = Single::new();
    assert_eq!(*answer(&node.request(1, "x")), elsewhere(None));
    node.deliver(2, heartbeat(1, 0));
    assert_eq!(*answer(&node.request(1, "x")), elsewhere(Some(n(2))));
    node.deliver(3, prepare(4, 1));
    assert_eq!(*answer(&node.request(1, "x")), elsewhere(None), "outbid");
    node.fire(Timer::Election);
    assert_eq!(*answer(&node.request(1, "x")), elsewhere(None));
    assert!(node.node.disk.accepted.is_empty());
}

/// A client that is told so turns to the leader.
#[test]
fn a_client_follows_the_hint() {
    let mut lab = lab(3, &[], Mood::Strict);
    lab.elect(2);
    lab.ask(1, 3, "x=1");
    lab.settle();
    assert_eq!(lab.told(1), [Some("1".into())]);
    assert_eq!(lab.world().clients()[&ClientId(1)].guess(), Some(n(2)));
}

/// The leader answers, and it alone: once the command is chosen and all before it are executed.
#[test]
fn the_leader_answers_what_it_has_executed() {
    let (mut node, _) = Single::leader(&[]);
    node.request(1, "n+1");
    node.request(2, "n+2");
    assert!(node.accepted(2, 2).replies.is_empty());
    let out = node.accepted(2, 1);
    let clients: Vec<_> = out.replies.iter().map(|(client, _)| client.0).collect();
    assert_eq!(clients, [1, 2]);
    let mut other = Single::new();
    assert!(other.deliver(2, chosen(&[(1, "n+1")])).replies.is_empty());
    assert_eq!(other.node.replica.applied, 1);
}

/// A request that is under way, or waits for a slot, does not get another one.
#[test]
fn a_retry_waits_for_the_first() {
    let (mut node, _) = Single::leader(&[]);
    for client in [1, 2, 3, 4] {
        node.request(client, "n+1");
    }
    let before = node.node.clone();
    for client in [1, 4] {
        let out = node.request(client, "n+1");
        assert!(out.sends.is_empty() && out.replies.is_empty());
    }
    node.accepted(2, 2);
    assert!(node.request(2, "n+1").sends.is_empty(), "behind a gap");
    assert_ne!(node.node, before);
}

/// A retry of what was executed is answered as the first time.
#[test]
fn a_retry_is_answered_again() {
    let mut lab = lab(3, &[], Mood::Strict);
    lab.elect(1);
    lab.ask(1, 1, "n+1");
    lab.converse(1, 2);
    assert_eq!(lab.stored(1, "n"), Some("1"));
    lab.drop_all();
    lab.crash(1);
    lab.elect(2);
    lab.act(Action::Fire(ClientId(1).into(), "retry".into()));
    lab.settle();
    assert_eq!(lab.told(1), [Some("1".into())]);
    assert_eq!(lab.stored(2, "n"), Some("1"));
}

/// A command may be chosen in two slots; replicas execute it in the first and pass over the other.
#[test]
fn a_command_in_two_slots_is_executed_once() {
    let lab = in_two_slots();
    for id in 1..=3 {
        let twice = slots(&[(1, "n+1"), (2, "n+1")]);
        assert_eq!(lab.chosen_slots(id), twice, "S{id}");
        assert_eq!(lab.stored(id, "n"), Some("1"), "S{id}");
        assert_eq!(lab.applied(id), 2, "S{id}");
    }
}

/// What is older than a client's latest is a late copy.
#[test]
fn a_late_copy_is_ignored() {
    let (mut lab, copy) = late_request();
    let before = lab.node(1).clone();
    lab.act(Action::Deliver(copy));
    assert_eq!(*lab.node(1), before);
    assert_eq!(lab.stored(1, "n"), Some("2"));
}
