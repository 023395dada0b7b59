//! Clients: §5.1 and §8. The command `n+1` shows how often it was executed.

use quorumscope::protocol::raft::{Message, Raft, Timer};
use quorumscope::protocol::{Answer, ClientId, NodeId};
use quorumscope::world::{Action, Pending};

use super::server::*;
use crate::common::raft_stories::late_copy;
use crate::common::{Lab, n, scenario, value};

/// The one answer that a server gave.
fn answer(out: &Out) -> &Answer {
    match &out.replies[..] {
        [(_, reply)] => &reply.answer,
        other => panic!("{other:?}"),
    }
}

fn elsewhere(hint: Option<NodeId>) -> Answer {
    Answer::Elsewhere { hint }
}

/// "If the client's first choice is not the leader, that server will reject the client's request
/// and supply information about the most recent leader it has heard from" (§8).
#[test]
fn a_follower_names_the_leader() {
    let mut server = Server::follower(3, 1, &[]);
    assert_eq!(*answer(&server.request(1, 1, "x=1")), elsewhere(None));
    server.deliver(3, heartbeat(1));
    assert_eq!(*answer(&server.request(1, 1, "x=1")), elsewhere(Some(n(3))));
    server.deliver(2, request_vote(2, (0, 0)));
    assert_eq!(
        *answer(&server.request(1, 1, "x=1")),
        elsewhere(None),
        "of another term"
    );
    server.fire(Timer::Election);
    assert_eq!(*answer(&server.request(1, 1, "x=1")), elsewhere(None));
    assert_eq!(server.log(), [0; 0]);
}

/// A client that is told so turns to the leader (§8).
#[test]
fn a_client_follows_the_hint() {
    let mut lab = Lab::<Raft>::new(&scenario("raft", 3, &[]));
    lab.campaign(2);
    lab.ask(1, 3, "x=1");
    lab.settle();
    assert_eq!(lab.told(1), [Some("1".into())]);
    assert_eq!(lab.world().clients()[&ClientId(1)].guess(), Some(n(2)));
}

/// "If the leader crashes, client requests will time out; clients then try again with […] servers"
/// (§8).
#[test]
fn a_client_tries_other_servers() {
    let mut lab = Lab::<Raft>::new(&scenario("raft", 3, &[]));
    lab.campaign(1);
    lab.crash(1);
    lab.campaign(2);
    lab.submit(1, 1, "x=1");
    lab.settle();
    assert_eq!(lab.told(1), [None]);
    lab.act(Action::Fire(ClientId(1).into(), "retry".into()));
    lab.settle();
    assert_eq!(lab.told(1), [Some("1".into())]);
}

/// "If the leader crashes after committing the log entry but before responding to the client, the
/// client will retry the command with a new leader, causing it to be executed a second time. The
/// solution is for clients to assign unique serial numbers to every command" (§8).
#[test]
fn a_retry_with_a_new_leader_is_executed_once() {
    let mut lab = Lab::<Raft>::new(&scenario("raft", 3, &[]));
    lab.campaign(1);
    lab.ask(1, 1, "n+1");
    lab.converse(1, 2);
    lab.converse(1, 3);
    assert_eq!(lab.value_of(1, "n"), Some("1"));
    lab.crash(1);
    lab.drop_all();
    lab.campaign(2);
    lab.act(Action::Fire(ClientId(1).into(), "retry".into()));
    lab.settle();
    lab.fire(2, "heartbeat");
    lab.settle();
    assert_eq!(lab.told(1), [Some("1".into())]);
    for id in [2, 3] {
        assert_eq!(lab.value_of(id, "n"), Some("1"), "S{id}");
    }
}

/// "If it receives a command whose serial number has already been executed, it responds
/// immediately without re-executing the request" (§8).
#[test]
fn an_executed_command_is_answered_at_once() {
    let mut server = Server::leader(3, 1, &[]);
    server.request(1, 1, "n+1");
    server.deliver(2, stored(1, 1));
    let out = server.request(1, 1, "n+1");
    assert_eq!(*answer(&out), Answer::Done(Some(value("1"))));
    assert!(out.sends.is_empty());
    assert_eq!(server.log(), [1]);
}

/// The state machine keeps the response to a client's latest command alone (§8), which is enough: a
/// copy of an older request comes late, and nobody waits for its answer.
#[test]
fn a_late_copy_is_ignored() {
    let (mut lab, copy) = late_copy();
    assert_eq!(lab.told(1), [Some("1".into()), Some("2".into())]);
    let step = lab.act(Action::Deliver(copy));
    assert_eq!(step.notes[0].1.rule.id, "raft.leader.old");
    lab.settle();
    assert_eq!(lab.value_of(1, "n"), Some("2"));
    assert_eq!(lab.log(1), [1, 1]);
}

/// A retry of a command that is still on its way is not logged again: the first one's answer is
/// the answer.
#[test]
fn a_waiting_command_is_not_logged_again() {
    let mut server = Server::leader(3, 1, &[]);
    server.request(1, 1, "n+1");
    assert!(server.request(1, 1, "n+1").replies.is_empty());
    assert_eq!(server.log(), [1]);
    let out = server.deliver(2, stored(1, 1));
    assert_eq!(*answer(&out), Answer::Done(Some(value("1"))));
}

/// A leader that finds the command in its log from an older term cannot commit it by counting
/// (§5.4.2). A retry must lead to an entry of its own term, or the client would wait for ever.
#[test]
fn a_retry_of_an_inherited_command_gets_through() {
    let mut lab = Lab::<Raft>::new(&scenario("raft", 3, &[]));
    lab.campaign(1);
    lab.ask(1, 1, "n+1");
    lab.converse(1, 2);
    lab.drop_all();
    lab.crash(1);
    lab.campaign(2);
    assert_eq!((lab.log(2), lab.node(2).commit), (vec![1], 0));
    lab.act(Action::Fire(ClientId(1).into(), "retry".into()));
    lab.settle();
    assert_eq!(lab.told(1), [Some("1".into())]);
    assert_eq!(lab.value_of(2, "n"), Some("1"));
}

/// Sessions come from the log, so every server has them, and keeps them over a restart (§8).
#[test]
fn sessions_are_replicated() {
    let mut lab = Lab::<Raft>::new(&scenario("raft", 3, &[]));
    lab.campaign(1);
    lab.ask(1, 1, "n+1");
    lab.settle();
    lab.fire(1, "heartbeat");
    lab.settle();
    lab.crash(3);
    lab.restart(3);
    assert!(lab.node(3).machine.sessions.is_empty());
    lab.fire(1, "heartbeat");
    lab.settle();
    assert_eq!(lab.node(3).machine.sessions, lab.node(1).machine.sessions);
    assert_eq!(lab.node(3).machine.sessions.len(), 1);
}

/// "Raft handles this by having each leader commit a blank no-op entry into the log at the start
/// of its term" (§8): an inherited entry is committed without any client.
#[test]
fn a_no_op_commits_what_was_inherited() {
    let mut lab = Lab::<Raft>::new(&scenario("raft", 3, &["no_op"]));
    lab.campaign(1);
    lab.ask(1, 1, "n+1");
    lab.converse(1, 2);
    lab.drop_all();
    lab.crash(1);
    lab.campaign(2);
    assert_eq!(lab.log(2), [1, 1, 2]);
    assert_eq!(lab.node(2).commit, 3);
    assert_eq!(lab.value_of(2, "n"), Some("1"));
}

/// A single server leads, commits and answers alone.
#[test]
fn a_cluster_of_one() {
    let mut lab = Lab::<Raft>::new(&scenario("raft", 1, &[]));
    assert!(matches!(
        lab.world().next(),
        Some((_, Pending::NodeTimer(..)))
    ));
    lab.act(Action::Next);
    assert!(lab.leads(1));
    lab.ask(1, 1, "n+1");
    lab.settle();
    assert_eq!(lab.told(1), [Some("1".into())]);
    let mut server = Server::follower(1, 0, &[]);
    let out = server.fire(Timer::Election);
    assert!(
        !out.sends
            .iter()
            .any(|(_, it)| matches!(it, Message::RequestVote { .. }))
    );
}
