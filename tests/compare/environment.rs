//! What both runs have in common: time, and what is done to the cluster.

use super::{act, adds_up, beside, even, pair, session, submit};
use crate::common::{n, scenario};
use quorumscope::protocol::registry::PROTOCOLS;
use quorumscope::protocol::{ClientId, RangeMs};
use quorumscope::share::pair::{Deed, Side};
use quorumscope::view::compare::{Rival, rivals};
use quorumscope::view::{first_look, open};
use quorumscope::world::{Action, ActionError, MessageId, Network, Scenario};

/// The earlier event comes first, of two at the same time the left one; time never goes back and is
/// one for both.
#[test]
fn time_is_common() {
    let mut pair = pair("raft", "raft");
    pair.step().unwrap();
    assert!(pair.has_moved(Side::Left) && !pair.has_moved(Side::Right));
    pair.step().unwrap();
    assert!(!pair.has_moved(Side::Left) && pair.has_moved(Side::Right));
    let mut now = 0;
    for _ in 0..400 {
        let due = pair.next_due().unwrap();
        pair.step().unwrap();
        assert_eq!(pair.now(), due);
        assert!(pair.now() >= now);
        now = pair.now();
        for side in Side::BOTH {
            assert_eq!(pair.moment(side).now, now);
            let next = pair.session(side).moment().next.unwrap();
            assert!(next.at >= now, "nothing is left behind");
        }
    }
}

/// What is done to the cluster is done to both at the same time; what is done to a message or a
/// timer, to one.
#[test]
fn the_environment_is_common_and_messages_are_not() {
    let mut pair = pair("raft", "paxos");
    act(&mut pair, Side::Right, Action::Crash(n(3)));
    for side in Side::BOTH {
        assert!(!pair.moment(side).node(n(3)).unwrap().up);
        assert_eq!(pair.moment(side).happened.len(), 1);
    }
    act(&mut pair, Side::Left, submit(1, 1, "x"));
    let request: MessageId = "C1>S1#1".parse().unwrap();
    act(&mut pair, Side::Right, Action::Drop(request));
    assert!(pair.moment(Side::Left).message(request).is_some());
    assert!(pair.moment(Side::Right).message(request).is_none());
    assert!(
        pair.moment(Side::Left).happened.is_empty(),
        "nothing new there"
    );
    // A person who acts later than the last event acts at the time shown on both sides.
    act(&mut pair, Side::Left, Action::Advance(3));
    act(&mut pair, Side::Left, Action::Restart(n(3)));
    for side in Side::BOTH {
        assert_eq!(pair.session(side).now(), 3);
    }
    let late = pair.deed(Side::Left, Action::Advance(10_000));
    assert!(matches!(pair.act(late), Err(ActionError::EventDueFirst(_))));
}

/// Where something makes no sense on one side it is left out there, and that is said; where it makes
/// none on either, nothing is done.
#[test]
fn what_makes_no_sense_on_a_side_is_left_out_there() {
    let mut pair = pair("raft", "two_phase");
    // Of two-phase commit, S1 alone serves clients.
    act(&mut pair, Side::Left, submit(1, 2, "x=1"));
    let skipped = pair.skipped().cloned();
    assert_eq!(skipped, Some((Side::Right, ActionError::NotServing(n(2)))));
    assert!(!pair.has_moved(Side::Right));
    let before = (pair.length(), pair.hashes());
    let nobody = pair.deed(Side::Left, Action::Crash(n(9)));
    assert!(pair.act(nobody).is_err());
    assert_eq!((pair.length(), pair.hashes()), before);
    pair.step().unwrap();
    assert_eq!(pair.skipped(), None);
}

/// Links are the environment's, unless they are what is compared.
#[test]
fn links_that_are_compared_stay_apart() {
    let slow = Network {
        latency: RangeMs::new(100, 100),
        ..Network::default()
    };
    let links = || Action::Links(slow.clone());
    let same = pair("raft", "paxos");
    assert_eq!(same.deed(Side::Left, links()), Deed::Both(links()));
    let left = even(scenario("raft", 3, &[]));
    let right = Scenario {
        network: slow.clone(),
        ..left.clone()
    };
    let apart = beside(session(&left), right);
    let one = Deed::One(Side::Right, links());
    assert_eq!(apart.deed(Side::Right, links()), one);
}

/// The environment that a run has had is the other one's too: the same, at the same times.
#[test]
fn a_comparison_begins_with_what_was_done_before() {
    let mut left = session(&scenario("raft", 3, &[]));
    for _ in 0..30 {
        left.act(Action::Next).unwrap();
    }
    left.act(Action::Advance(1)).unwrap();
    let at = left.now();
    left.act(Action::Crash(n(3))).unwrap();
    left.act(submit(1, 1, "x=1")).unwrap();
    for _ in 0..30 {
        left.act(Action::Next).unwrap();
    }
    left.seek(40);
    let (run, hash) = (left.run(), left.hash());
    let mut pair = beside(left, scenario("multi_paxos", 3, &[]));
    assert_eq!(
        pair.session(Side::Left).run(),
        run,
        "the left run is as it was"
    );
    // The right one's crash stands at the same time.
    let right = pair.session(Side::Right).run();
    let mut world = open(right.scenario.clone(), right.seed).unwrap();
    for action in &right.actions {
        world.act(action.clone()).unwrap();
        if *action == Action::Crash(n(3)) {
            assert_eq!(world.now(), at);
        }
    }
    assert!(right.actions.contains(&submit(1, 1, "x=1")));
    assert!(pair.length() > pair.position(), "what lay ahead still does");
    while pair.position() < pair.length() {
        pair.step().unwrap();
    }
    assert_eq!(pair.session(Side::Left).position(), run.actions.len());
    let mut closed = pair.into_left();
    closed.seek(40);
    assert_eq!((closed.run(), closed.hash()), (run, hash));
}

/// What is prepared on the left is prepared on the right as well.
#[test]
fn what_is_prepared_is_prepared_on_both_sides() {
    let pair = beside(
        session(&first_look("paxos")),
        Rival::Protocol("multi_paxos").of(&first_look("paxos")),
    );
    for side in Side::BOTH {
        let client = pair.moment(side).client(ClientId(1)).unwrap().clone();
        assert_eq!(client.history.len(), 1, "it has asked");
        assert_eq!(pair.counts()[side as usize].client_messages, 1);
    }
}

/// Everything that is offered to compare with runs beside what it is offered for.
#[test]
fn every_rival_can_be_compared_with() {
    for about in PROTOCOLS {
        let left = first_look(about.key);
        let all = rivals(&left);
        assert!(all.len() > 8, "{}", about.key);
        for rival in all {
            let mut pair = beside(session(&left), rival.of(&left));
            assert_ne!(pair.session(Side::Right).scenario(), &left);
            for _ in 0..30 {
                if pair.step().is_err() {
                    break;
                }
            }
            adds_up(&pair);
        }
    }
}
