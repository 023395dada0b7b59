//! The search beside stateright on the same state space, in one run and on one thread:
//! `cargo bench --bench search`. Prints states a second of both, and the ratio.
//!
//! Both visit everything that can happen in single-decree Paxos with two proposers, and in Raft with
//! three elections, under the counting profile of `tests/second_opinion.rs`: our handlers are
//! stateright's actors there. The large cases take minutes and gigabytes of stateright's: `-- full`.

#![allow(clippy::disallowed_types, reason = "a benchmark looks at the clock")]

#[path = "../tests/second_opinion/actors.rs"]
mod actors;

use std::time::Instant;

use quorumscope::check::search::{Bounds, Goal, Search, Status};
use quorumscope::protocol::{Any, ClientId, NodeId, Value};
use quorumscope::sorted::SortedMap;
use quorumscope::world::{Action, Scenario};

const SEED: u32 = 1;
const BYTES_MAX: usize = 4 << 30;

/// Two proposers on so many nodes, each with a request of its own; S1 learns.
fn paxos(nodes: u8) -> Scenario {
    let mut scenario = Scenario::of("paxos", nodes);
    let learner = [NodeId(1)].into();
    scenario.cluster.roles.insert("learner".into(), learner);
    for (number, text) in [(1, "x"), (2, "y")] {
        scenario.prepared.push(Action::Submit {
            client: ClientId(number),
            to: Some(NodeId(number)),
            value: Value::new(text).expect("a value"),
        });
    }
    scenario
}

fn compare(name: &str, scenario: &Scenario, elections: u8) {
    let bounds = Bounds {
        timeouts: match elections {
            0 => SortedMap::new(),
            n => [("election".to_owned(), n)].into(),
        },
        skip_idle: true,
        ..Bounds::default()
    };
    let started = Instant::now();
    let protocol = Any::open(&scenario.protocol, &scenario.cluster).expect("it runs");
    let goal = Goal::Nothing;
    let search = Search::new(protocol, scenario, SEED, &bounds, &goal, BYTES_MAX);
    let mut search = search.expect("it begins");
    let status = search.advance(usize::MAX);
    let our_seconds = started.elapsed().as_secs_f64();
    let end = search.progress();
    drop(search);
    let started = Instant::now();
    let theirs = actors::count(scenario, &bounds);
    let their_seconds = started.elapsed().as_secs_f64();
    assert_eq!((status, end.states as usize), (Status::Exhausted, theirs));
    let states = end.states as f64;
    println!(
        "{name}: {theirs} states, {} transitions. stateright {their_seconds:.2} s ({:.0} a second), \
         ours {our_seconds:.3} s ({:.0} a second), {:.1} bytes a state: {:.1} times as fast",
        end.transitions,
        states / their_seconds,
        states / our_seconds,
        end.bytes as f64 / states,
        their_seconds / our_seconds,
    );
}

fn main() {
    compare("Paxos on 3 nodes", &paxos(3), 0);
    if std::env::args().any(|it| it == "full") {
        compare("Paxos on 4 nodes", &paxos(4), 0);
        compare("Raft on 3 nodes", &Scenario::of("raft", 3), 3);
    }
}
