//! Counts the states that Lamport's Paxos.tla has, with this project's own handlers:
//! `cargo run --release --example lamport -- ACCEPTORS VALUES BALLOTS`.
//! The last line is the number, which is the one that TLC finds.

use std::process::ExitCode;

mod explore;

use explore::{Size, distinct};

const USAGE: &str = "Usage: lamport ACCEPTORS VALUES BALLOTS, each a whole number from 1 on";

fn main() -> ExitCode {
    let args: Vec<String> = std::env::args().skip(1).collect();
    match size(&args).and_then(count) {
        Ok(count) => {
            println!("{count}");
            ExitCode::SUCCESS
        }
        Err(sentence) => {
            eprintln!("{sentence}");
            ExitCode::from(2)
        }
    }
}

fn size(args: &[String]) -> Result<Size, String> {
    let [acceptors, values, ballots] = args else {
        return Err(USAGE.into());
    };
    let bad = |text: &str| format!("“{text}” is not a whole number in range. {USAGE}");
    Ok(Size {
        acceptors: acceptors.parse().map_err(|_| bad(acceptors))?,
        values: values.parse().map_err(|_| bad(values))?,
        ballots: ballots.parse().map_err(|_| bad(ballots))?,
    })
}

fn count(size: Size) -> Result<usize, String> {
    let Size {
        acceptors,
        values,
        ballots,
    } = size;
    println!("Acceptors: {acceptors}, values: {values}, ballots: {ballots}. Distinct states:");
    distinct(size).map_err(|error| error.to_string())
}
