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

/// How many actions the measured runs have, and the long ones.
const ACTIONS: usize = 10_000;
const ACTIONS_LONG: usize = 100_000;
/// How many jumps and steps back are timed.
const JUMPS: usize = 400;
/// The longest that a step back may take on a screen.
const BUDGET: Duration = Duration::from_millis(16);

fn main() {
    for protocol in ["raft", "multi_paxos", "two_phase"] {
        let before = resident();
        let timeline = measure(protocol, "quiet", ACTIONS_LONG, busy_client());
        println!(
            "{protocol}, quiet: {} MiB for {} actions and what leads back to them",
            resident().saturating_sub(before) >> 20,
            timeline.len(),
        );
    }
    for protocol in ["raft", "paxos"] {
        measure(protocol, "quiet", ACTIONS, busy_client());
        measure(protocol, "faults", ACTIONS, chaos());
    }
}

/// How much memory this process holds, in bytes, where the system says so.
fn resident() -> usize {
    let statm = std::fs::read_to_string("/proc/self/statm").unwrap_or_default();
    let pages = statm.split(' ').nth(1).and_then(|it| it.parse().ok());
    pages.unwrap_or(0) * 4096
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

fn measure(protocol: &str, name: &str, actions: usize, mut driver: Driver) -> Timeline<Any> {
    let mut timeline = open(protocol);
    let mut spent = Duration::ZERO;
    for _ in 0..actions {
        let action = driver(&timeline);
        let start = Instant::now();
        let done = timeline.act(action);
        spent += start.elapsed();
        let _ = black_box(done.expect("the driver knows what makes sense"));
    }
    let rate = actions as f64 / spent.as_secs_f64();
    println!("{protocol}, {name}, {actions} actions: {rate:.0} a second with history");
    print_times(
        &format!("{protocol}, {name}, {actions} actions: jump anywhere"),
        jumps(&mut timeline),
    );
    print_times(
        &format!("{protocol}, {name}, {actions} actions: step back"),
        steps_back(&mut timeline),
    );
    timeline
}

/// Jumps to random moments.
fn jumps(timeline: &mut Timeline<Any>) -> Vec<Duration> {
    let mut rng = Rng::new(1);
    let mut jump = || {
        let position = rng.below(timeline.len() + 1);
        timed(|| timeline.seek(position))
    };
    (0..JUMPS).map(|_| jump()).collect()
}

/// One step back from random moments.
fn steps_back(timeline: &mut Timeline<Any>) -> Vec<Duration> {
    let mut rng = Rng::new(2);
    let mut step_back = || {
        let position = 1 + rng.below(timeline.len());
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
        "{what}: median {:.2} ms, worst {:.2} ms (limit {:.0} ms)",
        ms(median),
        ms(worst),
        ms(BUDGET)
    );
}
