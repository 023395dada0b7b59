//! Reads and uses inputs that nobody would send in earnest, everywhere where the lab reads
//! something from outside: `cargo run --profile fuzz --example fuzz -- [COUNT] [SEED]`.
//!
//! The same COUNT and SEED make the same inputs from the same corpus. What makes it fail (a panic,
//! more than a minute, more than 1 GiB) is kept in `tests/fuzz/`, where the suite reads it again each
//! time. The profile `fuzz` is the optimised one with checked arithmetic, and with panics that can
//! be caught. [docs/fuzzing.md](../../docs/fuzzing.md) has the counts.

#![allow(clippy::disallowed_types, reason = "an example may look at the clock")]

#[path = "../../tests/common/mod.rs"]
mod common;
mod corpus;
mod fuzzing;
mod giants;
mod mutators;
mod parts;

mod targets;
mod uses;
mod watch;

use std::process::ExitCode;

use fuzzing::Fuzzing;

const USAGE: &str = "usage: fuzz [COUNT] [SEED], both whole numbers";
/// How many inputs there are, and what they follow from, unless the command line says otherwise.
const COUNT: u64 = 100_000;
const SEED: u64 = 1;
/// How many inputs are read between two lines of progress.
const A_LINE: u64 = 500_000;
/// The most actions of a run that are played: of a giant all, of the others enough.
const ACTIONS: usize = 256;
const ACTIONS_OF_GIANTS: usize = 100_000;

fn main() -> ExitCode {
    let mut numbers = std::env::args().skip(1).map(|it| it.parse::<u64>());
    let (count, seed) = (
        numbers.next().unwrap_or(Ok(COUNT)),
        numbers.next().unwrap_or(Ok(SEED)),
    );
    let (Ok(count), Ok(seed), None) = (count, seed, numbers.next()) else {
        eprintln!("{USAGE}");
        return ExitCode::FAILURE;
    };
    let mut fuzzing = Fuzzing::new(ACTIONS_OF_GIANTS);
    fuzzing.kept();
    fuzzing.giants(usize::MAX);
    fuzzing.play_at_most(ACTIONS);
    for from in (0..count).step_by(A_LINE as usize) {
        fuzzing.inputs(seed, from..count.min(from + A_LINE));
        eprintln!("{} of {count}", count.min(from + A_LINE));
    }
    print!("{}", fuzzing.report());
    for name in fuzzing.one_sided() {
        println!("{name}: all inputs were accepted, or none");
    }
    match fuzzing.panics() {
        0 => ExitCode::SUCCESS,
        _ => ExitCode::FAILURE,
    }
}
