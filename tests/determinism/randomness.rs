//! Keyed randomness: a draw depends on what it is for, and on nothing else. So a fault changes its
//! own consequences, and not every later timeout.

use quorumscope::protocol::paxos::{Message as PaxosMessage, Paxos};
use quorumscope::protocol::raft::{Message as RaftMessage, Raft};
use quorumscope::world::{Action, Flight, MessageId};

use crate::common::{Known, Lab, Mood, n, scenario};

/// Everything that happens up to a moment.
fn run_until<P: Known>(lab: &mut Lab<P>, until: u64) {
    while lab.world().next().is_some_and(|(at, _)| at <= until) {
        lab.act(Action::Next);
    }
}

/// What concerns all nodes but one: their machines, timers and random draws included, and the
/// messages between them.
fn all_but<P: Known>(lab: &Lab<P>, one: u8) -> Vec<Vec<u8>> {
    let one = n(one);
    let machines = lab.world().machines().iter();
    let machines = machines.filter(|(id, _)| **id != one);
    let machines = machines.map(|(_, it)| postcard::to_allocvec(it).unwrap());
    let apart = |id: &MessageId| id.from != one.into() && id.to != one.into();
    let flights = lab
        .world()
        .flights()
        .values()
        .filter(|flight| apart(&flight.id));
    let flights = flights.map(|it: &Flight<P::Message>| postcard::to_allocvec(it).unwrap());
    machines.chain(flights).collect()
}

/// Runs on with and without a message to S5 that matters to nobody else for a while.
fn only_s5_notices<P: Known>(lab: &Lab<P>, message: MessageId, for_ms: u64) {
    let until = lab.world().now() + for_ms;
    let (mut with, mut without) = (lab.clone(), lab.clone());
    without.act(Action::Drop(message));
    run_until(&mut with, until);
    run_until(&mut without, until);
    assert!(
        with.world().hash() != without.world().hash(),
        "the drop has consequences"
    );
    assert_eq!(all_but(&with, 5), all_but(&without, 5));
}

/// A heartbeat to S5 is lost: nobody else's timeouts, latencies or states change.
#[test]
fn a_lost_heartbeat_changes_only_its_receiver() {
    for seed in 0..20 {
        let mut lab = Lab::<Raft>::of(&scenario("raft", 5, &[]), seed, Mood::Strict);
        let heartbeat = loop {
            lab.act(Action::Next);
            let to_s5 = lab
                .world()
                .flights()
                .keys()
                .find(|id| id.to == n(5).into() && id.nth > 3);
            let Some(id) = to_s5.copied() else {
                continue;
            };
            if let Some(RaftMessage::AppendEntries { .. }) = lab.message(id) {
                break id;
            }
        };
        only_s5_notices(&lab, heartbeat, 140);
    }
}

/// A learner is not told: it alone learns later, or not at all.
#[test]
fn a_lost_acceptance_changes_only_its_learner() {
    for seed in 0..20 {
        let mut lab = Lab::<Paxos>::of(&scenario("paxos", 5, &[]), seed, Mood::Strict);
        lab.submit(1, 1, "x");
        let accepted = loop {
            lab.act(Action::Next);
            let to_s5 = lab.flights(n(2), n(5)).into_iter();
            let mut told =
                to_s5.filter(|id| matches!(lab.message(*id), Some(PaxosMessage::Accepted { .. })));
            if let Some(id) = told.next() {
                break id;
            }
        };
        only_s5_notices(&lab, accepted, 1000);
    }
}

/// A message keeps its name, its latency and its fate, whatever else was sent before it on other
/// links and whatever was dropped.
#[test]
fn messages_keep_their_names_and_latencies() {
    let mut lab = Lab::<Raft>::new(&scenario("raft", 5, &[]));
    let mut other = lab.clone();
    lab.fire(1, "election");
    other.fire(4, "election");
    other.drop_all();
    other.fire(1, "election");
    for to in 2..=5 {
        let key = |lab: &Lab<Raft>| {
            let id = lab.flights(n(1), n(to))[0];
            let flight = &lab.world().flights()[&id];
            (id, flight.arrives - flight.sent, flight.doomed)
        };
        assert_eq!(key(&lab), key(&other));
    }
}

/// Another seed gives another run.
#[test]
fn seeds_differ() {
    let after = |seed| {
        let mut lab = Lab::<Raft>::of(&scenario("raft", 5, &[]), seed, Mood::Strict);
        (0..50).for_each(|_| {
            lab.act(Action::Next);
        });
        lab.world().hash()
    };
    assert_eq!(after(1), after(1));
    assert!(after(1) != after(2));
}
