//! Searches a scenario for the shortest run that reaches a goal, without a browser:
//! `cargo run --release --example search -- SCENARIO.json [MEGABYTES]`.
//!
//! Prints unique states, transitions, depth, time and states per second, and the shortest run
//! found as a file that the page and `replay` open.

#![allow(clippy::disallowed_types, reason = "an example may look at the clock")]

use std::process::ExitCode;
use std::time::Instant;

use quorumscope::check::search::{Search, Status};
use quorumscope::protocol::Any;
use quorumscope::share::Run;
use quorumscope::share::search::SearchRequest;

/// How much memory a search may use unless the command line says otherwise: as much as in a
/// browser.
const MEGABYTES: usize = 1024;
/// How many states are expanded between two lines of progress.
const STATES_A_LINE: usize = 4_000_000;

fn main() -> ExitCode {
    let mut arguments = std::env::args().skip(1);
    let (Some(path), megabytes) = (arguments.next(), arguments.next()) else {
        eprintln!("usage: search SCENARIO.json [MEGABYTES]");
        return ExitCode::FAILURE;
    };
    let megabytes = match megabytes.as_deref().map(str::parse) {
        None => MEGABYTES,
        Some(Ok(number)) => number,
        Some(Err(_)) => {
            eprintln!("MEGABYTES is a whole number");
            return ExitCode::FAILURE;
        }
    };
    match search(&path, megabytes) {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            eprintln!("{path}: {error}");
            ExitCode::FAILURE
        }
    }
}

fn search(path: &str, megabytes: usize) -> Result<(), String> {
    let text = std::fs::read_to_string(path).map_err(|error| error.to_string())?;
    let request = SearchRequest::from_json(&text).map_err(|error| error.to_string())?;
    let scenario = &request.scenario;
    let protocol = Any::open(&scenario.protocol, &scenario.cluster);
    let protocol = protocol.map_err(|error| error.to_string())?;
    let started = Instant::now();
    let search = Search::new(
        protocol,
        scenario,
        request.seed,
        &request.bounds,
        &request.goal,
        megabytes << 20,
    );
    let mut search = search.map_err(|error| error.to_string())?;
    while search.advance(STATES_A_LINE) == Status::Searching {
        let so_far = search.progress();
        eprintln!("{} states, depth {}", so_far.states, so_far.depth);
    }
    let seconds = started.elapsed().as_secs_f64();
    let end = search.progress();
    let (locals, messages, pairs) = end.parts;
    println!("unique states   {}", end.states);
    println!("transitions     {}", end.transitions);
    println!("depth           {}", end.depth);
    println!("seconds         {seconds:.3}");
    println!("states a second {:.0}", end.states as f64 / seconds);
    println!(
        "bytes a state   {:.1}",
        end.bytes as f64 / end.states as f64
    );
    println!("parts           {locals} endpoint states, {messages} messages, {pairs} transitions");
    println!("odds of a miss  {:.1e}", end.odds_of_a_miss());
    println!(
        "outcome         {}",
        match end.status {
            Status::Found => "found".to_owned(),
            Status::Exhausted => "exhausted".to_owned(),
            Status::DepthReached | Status::OutOfMemory | Status::Searching => {
                format!("covered to depth {}, {} states", end.depth, end.states)
            }
        }
    );
    if let Some(found) = search.found() {
        println!("actions         {}", found.actions.len());
        let run = Run {
            scenario: found.scenario,
            seed: found.seed,
            cursor: found.actions.len(),
            actions: found.actions,
            hash: None,
        };
        println!("{}", run.to_json());
    }
    Ok(())
}
