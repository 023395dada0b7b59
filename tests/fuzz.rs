//! Nothing that comes from outside makes the lab panic, hang or fill memory: a short run of
//! `examples/fuzz`, which reads far more, and everything that was kept in `tests/fuzz/`.

#![allow(clippy::disallowed_types, reason = "a hang is a matter of real time")]

mod common;
#[path = "../examples/fuzz/corpus.rs"]
mod corpus;
#[path = "../examples/fuzz/fuzzing.rs"]
mod fuzzing;
#[path = "../examples/fuzz/giants.rs"]
mod giants;
#[path = "../examples/fuzz/mutators.rs"]
mod mutators;
#[path = "../examples/fuzz/parts.rs"]
mod parts;
#[path = "../examples/fuzz/targets.rs"]
mod targets;
#[path = "../examples/fuzz/uses.rs"]
mod uses;
#[path = "../examples/fuzz/watch.rs"]
mod watch;

use fuzzing::Fuzzing;

/// How many inputs are made, and what they follow from.
const COUNT: u64 = 30_000;
const SEED: u64 = 7;
/// The most actions of a run that are played: of one that was kept, all.
const ACTIONS: usize = 100;
const ACTIONS_OF_KEPT: usize = 100_000;
/// The longest inputs, in bytes, and how far those of them are played that are runs.
const GIANT_BYTES: usize = 200_000;
const ACTIONS_OF_GIANTS: usize = 2_000;

/// What was kept, and what follows from a seed.
#[test]
fn nothing_from_outside_disturbs() {
    let mut fuzzing = Fuzzing::new(ACTIONS_OF_KEPT);
    fuzzing.kept();
    fuzzing.play_at_most(ACTIONS);
    fuzzing.inputs(SEED, 0..COUNT);
    println!("{}", fuzzing.report());
    assert_eq!(fuzzing.panics(), 0, "the inputs are in {}", corpus::KEPT);
    assert_eq!(
        fuzzing.one_sided(),
        ["progress"],
        "what is remembered is never refused"
    );
}

/// Long lists, deep nesting, huge counts.
#[test]
fn size_disturbs_nothing() {
    let mut fuzzing = Fuzzing::new(ACTIONS_OF_GIANTS);
    fuzzing.giants(GIANT_BYTES);
    assert_eq!(fuzzing.panics(), 0, "the inputs are in {}", corpus::KEPT);
}
