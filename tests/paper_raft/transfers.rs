//! Leadership transfer: thesis, §3.10.

use quorumscope::protocol::raft::{Message, Raft, Timer};
use quorumscope::protocol::{Answer, ClientId};
use quorumscope::world::Action;

use super::server::*;
use crate::common::chaos::RAFT_EXTENSIONS;
use crate::common::{Lab, n, scenario, value};

const TRANSFER: &[&str] = &["leadership_transfer"];

fn leader(size: u8, log: &[u32]) -> Server {
    let mut server = Server::with_variants(size, 0, log, TRANSFER);
    server.fire(Timer::Election);
    for voter in 2..=size {
        server.deliver(voter, vote(1, true));
    }
    assert!(server.leads());
    server
}

fn is_timeout_now(message: &Message) -> bool {
    matches!(message, Message::TimeoutNow { .. })
}

fn answers(out: &Out) -> Vec<&Answer> {
    out.replies.iter().map(|(_, reply)| &reply.answer).collect()
}

fn told(name: &str) -> Answer {
    Answer::Done(Some(value(name)))
}

const NOBODY: Answer = Answer::Elsewhere { hint: None };

/// The whole of it, also where nobody votes while a leader is alive and everybody asks before
/// standing. The client is told who leads by the one that does.
#[test]
fn leadership_moves_to_the_target() {
    for variants in [TRANSFER, RAFT_EXTENSIONS] {
        let mut lab = Lab::<Raft>::new(&scenario("raft", 3, variants));
        lab.campaign(1);
        lab.ask(1, 1, "x");
        lab.settle();
        lab.ask(2, 1, ">S2");
        lab.settle();
        assert_eq!([1, 2, 3].map(|id| lab.leads(id)), [false, true, false]);
        assert_eq!(lab.node(2).disk.term, 2);
        // S1 steps down before S2 has won; whoever asks S2 too early has to ask again.
        if lab.told(2) == [None] {
            lab.act(Action::Fire(ClientId(2).into(), "retry".into()));
            lab.settle();
        }
        assert_eq!(lab.told(2), [Some("S2".into())]);
        assert_eq!(lab.log(2), lab.log(1), "S2 has all that S1 had");
    }
}

/// "The prior leader fully updates the target server's log to match its own […]. The prior leader
/// sends a TimeoutNow request to the target server."
#[test]
fn the_target_is_brought_up_to_date_first() {
    let mut server = leader(3, &[]);
    server.request(1, 1, "x");
    let out = server.request(2, 1, ">S3");
    assert_eq!(receivers(&out), [n(3)]);
    assert!(!is_timeout_now(only(&out)), "S3 lacks x");
    assert!(
        !server
            .deliver(2, stored(1, 1))
            .sends
            .iter()
            .any(|(_, it)| is_timeout_now(it))
    );
    let out = server.deliver(3, stored(1, 1));
    assert_eq!(out.sends, [(n(3), Message::TimeoutNow { term: 1 })]);
}

/// A target that has everything is told at once.
#[test]
fn an_up_to_date_target_is_told_at_once() {
    let mut server = leader(3, &[]);
    let out = server.request(1, 1, ">S2");
    assert_eq!(out.sends, [(n(2), Message::TimeoutNow { term: 1 })]);
    assert!(out.replies.is_empty());
}

/// "The prior leader stops accepting new client requests", and "if leadership transfer does not
/// complete after about an election timeout, the prior leader aborts the transfer and resumes
/// accepting client requests."
#[test]
fn requests_are_refused_until_the_transfer_is_given_up() {
    let mut server = leader(3, &[]);
    server.request(1, 1, ">S2");
    let before = server.node.clone();
    for command in ["x", ">S3", "x?"] {
        assert_eq!(answers(&server.request(2, 1, command)), [&NOBODY]);
    }
    let again = server.request(1, 1, ">S2");
    assert_eq!(rules(&again), ["raft.transfer.busy"]);
    assert!(again.replies.is_empty() && again.sends.is_empty());
    assert_eq!(server.node, before);
    let out = server.fire(Timer::Transfer);
    assert_eq!(answers(&out), [&told("S1")]);
    assert!(server.leads());
    server.request(2, 1, "x");
    assert_eq!(server.log(), [1]);
    assert_eq!(
        rules(&server.fire(Timer::Transfer)),
        ["raft.all_servers.timer"]
    );
}

/// "This request has the same effect as the target server's election timer firing": it stands at
/// once, without asking, and tells voters that the leader wants it.
#[test]
fn timeout_now_starts_an_election() {
    let mut server = Server::with_variants(3, 4, &[4], RAFT_EXTENSIONS);
    server.deliver(2, append(4, (4, 1), &[], 0));
    let out = server.deliver(2, Message::TimeoutNow { term: 4 });
    assert!(server.asks_for_votes());
    assert_eq!(server.term(), 5);
    assert_eq!(receivers(&out), [n(2), n(3)]);
    let asked = |message: &Message| matches!(message, Message::RequestVote { transfer: true, .. });
    assert!(out.sends.iter().all(|(_, it)| asked(it)));
}

/// Its next attempt, if that election fails, is like any other.
#[test]
fn permission_is_for_one_election() {
    let mut server = Server::with_variants(3, 4, &[4], TRANSFER);
    server.deliver(2, Message::TimeoutNow { term: 4 });
    let out = server.fire(Timer::Election);
    assert!(
        out.sends
            .iter()
            .all(|(_, it)| *it == request_vote(6, (4, 1)))
    );
}

/// TimeoutNow of an older term comes too late.
#[test]
fn a_late_timeout_now_is_ignored() {
    let mut server = Server::with_variants(3, 4, &[], TRANSFER);
    let before = server.node.clone();
    let out = server.deliver(2, Message::TimeoutNow { term: 3 });
    assert_eq!(rules(&out), ["raft.transfer.timeout_now"]);
    assert_eq!(server.node, before);
    server.deliver(2, Message::TimeoutNow { term: 4 });
    server.deliver(2, Message::TimeoutNow { term: 4 });
    assert_eq!(server.term(), 5, "one election for each term");
}

/// "RequestVote requests could include a special flag to indicate this behavior" (§4.2.3): voters
/// that hear a leader answer all the same.
#[test]
fn voters_heed_a_candidate_that_the_leader_sent() {
    let mut server = Server::with_variants(3, 1, &[], &["check_quorum"]);
    server.deliver(2, heartbeat(1));
    let request = Message::RequestVote {
        term: 2,
        last_index: 0,
        last_term: 0,
        transfer: true,
    };
    assert!(grants(&server.deliver(3, request)));
}

/// A prior leader that steps down does not know who wins, and sends the client to the target.
#[test]
fn a_prior_leader_sends_the_client_to_the_target() {
    let mut server = leader(3, &[]);
    server.request(1, 1, ">S2");
    let out = server.deliver(3, request_vote(2, (0, 0)));
    assert_eq!(answers(&out), [&Answer::Elsewhere { hint: Some(n(2)) }]);
    assert!(out.timers.contains(&(Timer::Transfer, None)));
}

/// The server that leads is asked to lead: it does.
#[test]
fn nothing_is_to_be_done_where_the_target_leads() {
    let mut server = leader(3, &[]);
    let before = server.node.clone();
    let out = server.request(1, 1, ">S1");
    assert_eq!(answers(&out), [&told("S1")]);
    assert_eq!(server.node, before);
}

/// A command that names no server is a command like any other, and so is every one without the
/// extension.
#[test]
fn other_commands_are_commands() {
    for command in [">S4", ">S", ">x", "S2"] {
        let mut server = leader(3, &[]);
        server.request(1, 1, command);
        assert_eq!(server.log(), [1], "{command}");
    }
    let mut plain = Server::leader(3, 1, &[]);
    plain.request(1, 1, ">S2");
    assert_eq!(plain.log(), [1]);
}

/// The target is down: the cluster works on after an election timeout.
#[test]
fn a_transfer_to_nobody_is_given_up() {
    let mut lab = Lab::<Raft>::new(&scenario("raft", 3, TRANSFER));
    lab.campaign(1);
    lab.crash(2);
    lab.ask(1, 1, ">S2");
    lab.settle();
    lab.fire(1, "transfer");
    lab.settle();
    assert_eq!(lab.told(1), [Some("S1".into())]);
    lab.ask(1, 1, "x=5");
    lab.settle();
    assert_eq!(lab.told(1)[1], Some("5".into()));
}
