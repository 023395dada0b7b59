//! The search beside stateright on the same state space, in one run and on one thread:
//! `cargo bench --bench search`. Prints states a second of both, and the ratio.
//!
//! Both visit everything that single-decree Paxos can do with two proposers, and with three, under
//! the counting profile of `tests/second_opinion.rs`: our handlers are stateright's actors there.

#![allow(clippy::disallowed_types, reason = "a benchmark looks at the clock")]

#[path = "../tests/second_opinion/actors.rs"]
mod actors;

use std::time::Instant;

use quorumscope::check::search::{Bounds, Goal, Search, Status};
use quorumscope::protocol::{Any, ClientId, NodeId, Value};
use quorumscope::world::{Action, Scenario};

const SEED: u32 = 1;
const BYTES_MAX: usize = 4 << 30;

/// So many proposers on three nodes, each with a request of its own; S1 learns.
fn paxos(proposers: u8) -> Scenario {
    let mut scenario = Scenario::of("paxos", 3);
    scenario.clients = proposers;
    scenario
        .cluster
        .roles
        .insert("learner".into(), [NodeId(1)].into());
    for number in 1..=proposers {
        scenario.prepared.push(Action::Submit {
            client: ClientId(number),
            to: Some(NodeId(number)),
            value: Value::new(["x", "y", "z"][usize::from(number) - 1]).expect("a value"),
        });
    }
    scenario
}

fn main() {
    let bounds = Bounds {
        skip_idle: true,
        ..Bounds::default()
    };
    let full = std::env::args().any(|it| it == "full");
    for proposers in if full { 2..=3 } else { 2..=2 } {
        let scenario = paxos(proposers);
        let started = Instant::now();
        let theirs = actors::count(&scenario, &bounds);
        let their_seconds = started.elapsed().as_secs_f64();
        let started = Instant::now();
        let protocol = Any::open(&scenario.protocol, &scenario.cluster).expect("it runs");
        let search = Search::new(
            protocol,
            &scenario,
            SEED,
            &bounds,
            &Goal::Nothing,
            BYTES_MAX,
        );
        let mut search = search.expect("it begins");
        let status = search.advance(usize::MAX);
        let our_seconds = started.elapsed().as_secs_f64();
        let end = search.progress();
        assert_eq!((status, end.states as usize), (Status::Exhausted, theirs));
        let states = end.states as f64;
        println!(
            "{proposers} proposers: {theirs} states, {} transitions. stateright {their_seconds:.2} s ({:.0} a second), \
             ours {our_seconds:.3} s ({:.0} a second), {:.1} bytes a state: {:.1} times as fast",
            end.transitions,
            states / their_seconds,
            states / our_seconds,
            end.bytes as f64 / states,
            their_seconds / our_seconds,
        );
    }
}
