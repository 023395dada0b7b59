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

use quorumscope::check::search::{Search, Status};
use quorumscope::protocol::Any;
use quorumscope::share::search::SearchRequest;

/// The state spaces, the small ones first; `cargo xtask figures` counts them in a browser.
const SEARCHES: &str = include_str!("searches.json");
/// Those that take a moment.
const SMALL: usize = 1;
const BYTES_MAX: usize = 4 << 30;
/// Of the actors; nothing is drawn in these state spaces.
const SEED: u32 = 1;

fn compare(name: &str, request: &SearchRequest) {
    let SearchRequest {
        scenario,
        seed,
        bounds,
        goal,
    } = request;
    let started = Instant::now();
    let protocol = Any::open(&scenario.protocol, &scenario.cluster).expect("it runs");
    let search = Search::new(protocol, scenario, *seed, bounds, goal, BYTES_MAX);
    let mut search = search.expect("it begins");
    let status = search.advance(usize::MAX);
    let our_seconds = started.elapsed().as_secs_f64();
    let end = search.progress();
    drop(search);
    let started = Instant::now();
    let theirs = actors::count(scenario, bounds);
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
    let all = SearchRequest::all_from_json(SEARCHES).expect("they can be begun");
    let full = std::env::args().any(|it| it == "full");
    let count = if full { all.len() } else { SMALL };
    for (name, request) in &all[..count] {
        compare(name, request);
    }
}
