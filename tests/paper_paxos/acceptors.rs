//! Acceptors: §2.2, phases 1b and 2b, and §2.5.

use quorumscope::protocol::paxos::{Message, Paxos};
use quorumscope::world::{Action, Trigger};

use super::single::*;
use crate::common::{Lab, Mood, n, paxos_stories, scenario};

/// "P1. An acceptor must accept the first proposal that it receives" (§2.2), prepared or not.
#[test]
fn the_first_proposal_is_accepted() {
    let mut node = Single::acceptor();
    assert!(accepts(&node.deliver(4, accept(3, "x"))));
    assert_eq!(node.memory(), (Some(ballot(3)), Some(proposal(3, "x"))));
}

/// "If an acceptor receives a prepare request with number n greater than that of any prepare
/// request to which it has already responded, then it responds to the request with a promise"
/// (§2.2, phase 1b).
#[test]
fn a_promise_needs_a_greater_number() {
    for (number, promised) in [(1, false), (2, false), (3, true), (9, true)] {
        let mut node = Single::acceptor();
        node.deliver(4, prepare(2));
        assert_eq!(
            promises(&node.deliver(4, prepare(number))),
            promised,
            "{number}"
        );
        assert_eq!(node.memory().0, Some(ballot(number.max(2))));
    }
}

/// The promise comes "with the highest-numbered proposal (if any) that it has accepted" (§2.2,
/// phase 1b).
#[test]
fn a_promise_reports_what_was_accepted() {
    let mut node = Single::acceptor();
    let first = node.deliver(4, prepare(1));
    assert_eq!(first.sends, [(n(4), promise(ballot(1), None))]);
    node.deliver(4, accept(1, "x"));
    node.deliver(4, prepare(2));
    node.deliver(4, accept(2, "y"));
    let last = node.deliver(5, prepare(7));
    let reported = Some(proposal(2, "y"));
    assert_eq!(last.sends, [(n(5), promise(ballot(7), reported))]);
}

/// "If an acceptor receives an accept request for a proposal numbered n, it accepts the proposal
/// unless it has already responded to a prepare request having a number greater than n" (§2.2,
/// phase 2b).
#[test]
fn a_proposal_is_accepted_unless_promised_otherwise() {
    for (number, accepted) in [(1, false), (2, true), (3, true)] {
        let mut node = Single::acceptor();
        node.deliver(4, prepare(2));
        assert_eq!(
            accepts(&node.deliver(4, accept(number, "x"))),
            accepted,
            "{number}"
        );
        assert_eq!(node.memory().1.is_some(), accepted, "{number}");
    }
}

/// A proposal with a higher number replaces the one accepted before.
#[test]
fn a_higher_proposal_is_accepted_too() {
    let mut node = Single::acceptor();
    node.deliver(4, accept(1, "x"));
    node.deliver(4, accept(2, "y"));
    assert_eq!(node.memory(), (Some(ballot(2)), Some(proposal(2, "y"))));
}

/// Accepting promises as well. Otherwise a lower proposal could replace a higher one, and what a
/// promise reports would no longer be "the highest-numbered proposal" accepted (§2.2).
#[test]
fn accepting_raises_the_promise() {
    let mut node = Single::acceptor();
    node.deliver(4, accept(5, "x"));
    let before = node.memory();
    assert!(!accepts(&node.deliver(4, accept(3, "y"))));
    assert!(!promises(&node.deliver(4, prepare(4))));
    assert!(!promises(&node.deliver(4, prepare(5))));
    assert_eq!(node.memory(), before);
}

/// "If an acceptor ignores a prepare or accept request because it has already received a prepare
/// request with a higher number, then it should probably inform the proposer" (§2.2), and it
/// names that number.
#[test]
fn a_refusal_informs_the_proposer() {
    let requests = [(prepare(2), false), (accept(2, "x"), true)];
    for (request, is_accept) in requests {
        let mut node = Single::acceptor();
        node.deliver(5, prepare(3));
        let before = node.node.clone();
        let out = node.deliver(4, request);
        let [
            (
                to,
                Message::Refused {
                    promised, accept, ..
                },
            ),
        ] = &out.sends[..]
        else {
            panic!("{:?}", out.sends);
        };
        assert_eq!((*to, *promised, *accept), (n(4), ballot(3), is_accept));
        assert_eq!(node.node, before);
    }
}

/// A copy of the request that it has promised to is not "a higher number": it is no reason to tell
/// the proposer anything, least of all to abandon its proposal.
#[test]
fn a_repeated_request_is_no_reason_to_abandon() {
    let mut node = Single::acceptor();
    node.deliver(4, prepare(3));
    let before = node.node.clone();
    assert!(node.deliver(4, prepare(3)).sends.is_empty());
    assert_eq!(node.node, before);
    let mut lab = Lab::<Paxos>::of(&paxos_stories::stage(&[]), 1, Mood::Strict);
    lab.begin(0, "x");
    let prepare = lab.flights(n(paxos_stories::proposer(0)), n(1))[0];
    lab.act(Action::Duplicate(prepare));
    lab.settle();
    assert_eq!(lab.told(1), [Some("x".into())]);
}

/// "An acceptor can ignore any request without compromising safety" (§2.2): with refusals
/// switched off it says nothing, and explains itself all the same.
#[test]
fn refusals_are_optional() {
    let mut node = Single::with_variants(&["silent_refusals"]);
    node.deliver(5, prepare(3));
    for request in [prepare(2), accept(2, "x")] {
        let out = node.deliver(4, request);
        assert!(out.sends.is_empty());
        assert_eq!(out.notes.len(), 1);
    }
}

/// Each acceptor, "whenever it accepts a proposal, respond[s] to all learners, sending them the
/// proposal" (§2.3); ours tells the proposer too.
#[test]
fn learners_and_the_proposer_are_told() {
    let mut node = Single::acceptor();
    let out = node.deliver(4, accept(1, "x"));
    let told: Vec<_> = out
        .sends
        .iter()
        .map(|(to, message)| (*to, message.clone()))
        .collect();
    assert_eq!(told, [4, 5, 6].map(|id| (n(id), accepted(1, "x"))));
}

/// The same request twice changes nothing more than once.
#[test]
fn requests_may_be_repeated() {
    let mut node = Single::acceptor();
    node.deliver(4, prepare(1));
    node.deliver(4, accept(1, "x"));
    let before = node.memory();
    assert!(accepts(&node.deliver(4, accept(1, "x"))));
    node.deliver(4, prepare(1));
    assert_eq!(node.memory(), before);
}

/// "An acceptor must remember this information even if it fails and then restarts" (§2.2): the
/// highest-numbered proposal accepted and the highest number promised.
#[test]
fn a_restart_keeps_promise_and_proposal() {
    let mut node = Single::acceptor();
    node.deliver(4, accept(1, "x"));
    node.deliver(4, prepare(3));
    let before = node.memory();
    node.restart();
    assert_eq!(node.memory(), before);
    assert!(!accepts(&node.deliver(4, accept(2, "y"))));
    assert!(!promises(&node.deliver(4, prepare(2))));
}

/// "An acceptor records its intended response in stable storage before actually sending the
/// response" (§2.5): a crash in between loses the message, not the promise.
#[test]
fn a_promise_is_recorded_before_it_is_sent() {
    let mut lab = Lab::<Paxos>::of(&paxos_stories::stage(&[]), 1, Mood::Strict);
    lab.begin(0, "x");
    lab.begin(1, "y");
    let prepare = lab.flights(n(paxos_stories::proposer(1)), n(1))[0];
    lab.act(Action::CrashBeforeSend(Trigger::Deliver(prepare)));
    lab.restart(1);
    lab.prepare(0, &[1, 2]);
    assert_eq!(lab.asked(0), None, "S1 has promised a higher ballot");
    assert_eq!(
        lab.node(1).disk.promised.unwrap().owner,
        Some(n(paxos_stories::proposer(1)))
    );
}

/// The same of an acceptance: it counts although nobody has been told.
#[test]
fn an_acceptance_is_recorded_before_it_is_sent() {
    let mut lab = Lab::<Paxos>::new(&scenario("paxos", 1, &[]));
    lab.ask(1, 1, "x");
    assert_eq!(
        lab.accepted(1),
        Some("x".into()),
        "a cluster of one accepts at once"
    );
    lab.crash(1);
    lab.drop_all();
    lab.restart(1);
    lab.ask(2, 1, "y");
    lab.settle();
    assert_eq!(lab.told(2), [Some("x".into())]);
}
