//! Keyed randomness: a draw depends on what it is for, and on nothing else. So a fault changes its
//! own consequences, and not every later timeout.

use quorumscope::protocol::Endpoint;
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
fn all_but<P: Known>(lab: &Lab<P>, one: Endpoint) -> Vec<Vec<u8>> {
    let machines = lab.world().machines().iter();
    let machines = machines.filter(|(id, _)| Endpoint::from(**id) != one);
    let machines = machines.map(|(_, it)| postcard::to_allocvec(it).unwrap());
    let apart = |id: MessageId| id.from != one && id.to != one;
    let flights = lab.world().flights().values();
    let flights = flights.filter(|flight| apart(flight.id));
    let flights = flights.map(|it: &Flight<P::Message>| postcard::to_allocvec(it).unwrap());
    machines.chain(flights).collect()
}

/// Runs on with and without a message that matters to nobody but its receiver for a while.
fn only_its_receiver_notices<P: Known>(lab: &Lab<P>, message: MessageId, for_ms: u64) {
    let until = lab.world().now() + for_ms;
    let (mut with, mut without) = (lab.clone(), lab.clone());
    without.act(Action::Drop(message));
    run_until(&mut with, until);
    run_until(&mut without, until);
    assert!(
        with.world().hash() != without.world().hash(),
        "the drop has consequences"
    );
    assert_eq!(all_but(&with, message.to), all_but(&without, message.to));
}

/// The first message under way of a kind, as soon as there is one.
fn await_message<P: Known>(lab: &mut Lab<P>, wanted: impl Fn(&P::Message) -> bool) -> MessageId {
    for _ in 0..1000 {
        lab.act(Action::Next);
        let mut all = lab.world().flights().keys().copied();
        let found = all.find(|id| lab.message(*id).is_some_and(&wanted));
        if let Some(id) = found {
            return id;
        }
    }
    panic!("no such message is ever sent");
}

/// A heartbeat is lost: nobody's but its receiver's timeouts, latencies and states change.
#[test]
fn a_lost_heartbeat_changes_only_its_receiver() {
    for seed in 0..20 {
        let mut lab = Lab::<Raft>::of(&scenario("raft", 5, &[]), seed, Mood::Strict);
        let is_heartbeat =
            |message: &RaftMessage| matches!(message, RaftMessage::AppendEntries { .. });
        await_message(&mut lab, is_heartbeat);
        let first_beat = lab.world().now();
        run_until(&mut lab, first_beat + 60);
        let heartbeat = await_message(&mut lab, is_heartbeat);
        only_its_receiver_notices(&lab, heartbeat, 100);
    }
}

/// A learner is not told of one acceptance, where it needs all three: it alone does not learn.
#[test]
fn a_lost_acceptance_changes_only_its_learner() {
    for seed in 0..20 {
        let mut lab = Lab::<Paxos>::of(&scenario("paxos", 5, &[]), seed, Mood::Strict);
        lab.crash(3);
        lab.crash(4);
        lab.submit(1, 1, "x");
        let tells = |message: &PaxosMessage| matches!(message, PaxosMessage::Accepted { .. });
        await_message(&mut lab, tells);
        let mut to_s5 = lab.flights(n(1), n(5)).into_iter();
        let told = to_s5.find(|id| lab.message(*id).is_some_and(tells));
        only_its_receiver_notices(&lab, told.expect("all learners are told"), 1000);
    }
}

/// A message keeps its name, its latency and its fate, whatever was sent before it on other links,
/// whatever was dropped, and whenever it sets out.
#[test]
fn messages_keep_their_names_and_latencies() {
    let mut lab = Lab::<Raft>::new(&scenario("raft", 5, &[]));
    let mut other = lab.clone();
    lab.fire(1, "election");
    other.fire(4, "election");
    other.drop_all();
    other.act(Action::Advance(3));
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
