//! How fast the engine is, in figures: `cargo bench --bench engine`. Nothing is asserted: another
//! machine gives other figures.

// A benchmark is about real time.
#![allow(clippy::disallowed_types)]

use std::hint::black_box;
use std::time::{Duration, Instant};

use quorumscope::history::Timeline;
use quorumscope::protocol::registry::Any;
use quorumscope::protocol::{ClientId, Value};
use quorumscope::world::{Action, Scenario};

#[path = "../tests/common/mod.rs"]
mod common;

use common::chaos::{Chaos, Rng};

/// How many actions the measured runs have.
const ACTIONS: usize = 10_000;
/// How many jumps and steps back are timed.
const JUMPS: usize = 400;
/// The longest that a step back may take on a screen.
const BUDGET: Duration = Duration::from_millis(16);

fn main() {
    for protocol in ["raft", "paxos"] {
        measure(protocol, "quiet", busy_client());
        measure(protocol, "faults", chaos());
    }
}

/// Chooses the next action.
type Driver = Box<dyn FnMut(&Timeline<Any>) -> Action>;

/// The scheduler alone, with a client that asks again as soon as it is answered.
fn busy_client() -> Driver {
    Box::new(|timeline| {
        let world = timeline.current().world();
        let client = &world.clients()[&ClientId(1)];
        match client.is_waiting() {
            true => Action::Next,
            false => Action::Submit {
                client: ClientId(1),
                to: None,
                value: Value::new("n+1").expect("a short text is a value"),
            },
        }
    })
}

/// Every fault there is.
fn chaos() -> Driver {
    let mut chaos = Chaos::new(2);
    Box::new(move |timeline| chaos.action(timeline.current().world()))
}

fn open(protocol: &str) -> Timeline<Any> {
    let scenario = Scenario::of(protocol, 5);
    let any = Any::open(protocol, &scenario.cluster).expect("five nodes are a cluster");
    Timeline::new(any, &scenario, 1).expect("the scenario is sound")
}

fn measure(protocol: &str, name: &str, mut driver: Driver) {
    let mut timeline = open(protocol);
    let mut spent = Duration::ZERO;
    for _ in 0..ACTIONS {
        let action = driver(&timeline);
        let start = Instant::now();
        let done = timeline.act(action);
        spent += start.elapsed();
        let _ = black_box(done.expect("the driver knows what makes sense"));
    }
    let rate = ACTIONS as f64 / spent.as_secs_f64();
    println!("{protocol}, {name}: {rate:.0} events a second with history");
    print_times(
        &format!("{protocol}, {name}: jump anywhere"),
        jumps(&mut timeline),
    );
    print_times(
        &format!("{protocol}, {name}: step back"),
        steps_back(&mut timeline),
    );
}

/// Jumps to random moments.
fn jumps(timeline: &mut Timeline<Any>) -> Vec<Duration> {
    let mut rng = Rng::new(1);
    let mut jump = || {
        let position = rng.below(ACTIONS + 1);
        timed(|| timeline.seek(position))
    };
    (0..JUMPS).map(|_| jump()).collect()
}

/// One step back from random moments.
fn steps_back(timeline: &mut Timeline<Any>) -> Vec<Duration> {
    let mut rng = Rng::new(2);
    let mut step_back = || {
        let position = 1 + rng.below(ACTIONS);
        timeline.seek(position);
        timed(|| timeline.seek(position - 1))
    };
    (0..JUMPS).map(|_| step_back()).collect()
}

fn timed(act: impl FnOnce()) -> Duration {
    let start = Instant::now();
    act();
    start.elapsed()
}

fn print_times(what: &str, mut times: Vec<Duration>) {
    times.sort();
    let ms = |time: Duration| time.as_secs_f64() * 1000.0;
    let (median, worst) = (times[times.len() / 2], times[times.len() - 1]);
    println!(
        "{what}, {ACTIONS} actions: median {:.2} ms, worst {:.2} ms (limit {:.0} ms)",
        ms(median),
        ms(worst),
        ms(BUDGET)
    );
}
