//! Searches for the shortest run that reaches a goal, without a browser:
//! `cargo run --release --example search -- SCENARIO.json [MEGABYTES]`.
//!
//! Prints unique states, transitions, depth, time and states per second, and the shortest run
//! found as a file that the page and `replay` open.
//!
//! Of a file of several searches (`static/searches/*.json`: one for each broken rule) it prints a
//! table instead, each search beside the same one with the rule as it should be; with `--runs
//! FOLDER` in front it writes the runs found there. With `--symmetry` in front, states that differ
//! by names of nodes count as one.

#![allow(clippy::disallowed_types, reason = "an example may look at the clock")]

mod files;

use std::process::ExitCode;
use std::time::Instant;

use files::Played;
use quorumscope::check::search::{Found, Goal, Progress, Search, Status};
use quorumscope::protocol::Any;
use quorumscope::share::Run;
use quorumscope::share::search::{SearchError, SearchRequest};

/// How much memory a search may use unless the command line says otherwise: as much as in a
/// browser.
const MEGABYTES: usize = 1024;
/// How many states are expanded between two lines of progress.
const STATES_A_LINE: usize = 4_000_000;

fn main() -> ExitCode {
    let mut arguments: Vec<String> = std::env::args().skip(1).collect();
    let mut runs = None;
    let symmetry = arguments.first().is_some_and(|it| it == "--symmetry");
    if symmetry {
        arguments.remove(0);
    }
    if arguments.len() > 2 && arguments[0] == "--runs" {
        runs = Some(arguments.remove(1));
        arguments.remove(0);
    }
    let (Some(path), true) = (arguments.first(), arguments.len() <= 2) else {
        eprintln!("usage: search [--symmetry] [--runs FOLDER] SCENARIO.json [MEGABYTES]");
        return ExitCode::FAILURE;
    };
    let megabytes = match arguments.get(1).map(|it| it.parse()) {
        None => MEGABYTES,
        Some(Ok(number)) => number,
        Some(Err(_)) => {
            eprintln!("MEGABYTES is a whole number");
            return ExitCode::FAILURE;
        }
    };
    match open(path, symmetry, runs.as_deref(), megabytes) {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            eprintln!("{path}: {error}");
            ExitCode::FAILURE
        }
    }
}

fn open(path: &str, symmetry: bool, runs: Option<&str>, megabytes: usize) -> Result<(), String> {
    let text = files::text(path)?;
    match SearchRequest::all_from_json(&text) {
        Ok(mut all) => {
            for (_, request) in &mut all {
                request.bounds.symmetry |= symmetry;
            }
            table(&all, runs, megabytes)
        }
        Err(SearchError::NotASearch) => {
            if let Some(played) = Played::of(&text) {
                let what = played.name();
                return Err(format!(
                    "this is {what}, not a search: `--example replay` plays it, and the page's “Save this search” makes a search from any moment of it"
                ));
            }
            let request = SearchRequest::from_json(&text);
            let mut request = request.map_err(|error| error.to_string())?;
            request.bounds.symmetry |= symmetry;
            alone(&request, megabytes)
        }
        Err(error) => Err(error.to_string()),
    }
}

/// A search that is over, and how long it took.
struct Over {
    search: Search<Any>,
    end: Progress,
    seconds: f64,
}

fn run(request: &SearchRequest, megabytes: usize) -> Result<Over, String> {
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
    Ok(Over {
        end: search.progress(),
        seconds: started.elapsed().as_secs_f64(),
        search,
    })
}

fn outcome(end: &Progress) -> String {
    match end.status {
        Status::Found => "found".to_owned(),
        Status::Exhausted => format!("exhausted, {} states", end.states),
        Status::DepthReached | Status::OutOfMemory | Status::Searching => {
            format!("covered to depth {}, {} states", end.depth, end.states)
        }
    }
}

fn file(found: Found) -> Run {
    Run {
        cursor: found.actions.len(),
        actions: found.actions,
        ..Run::new(found.scenario, found.seed)
    }
}

fn alone(request: &SearchRequest, megabytes: usize) -> Result<(), String> {
    let mut over = run(request, megabytes)?;
    let (end, seconds) = (over.end, over.seconds);
    let (locals, messages, pairs) = end.parts;
    let (states, bytes) = (end.states as f64, end.bytes as f64);
    println!("unique states   {}", end.states);
    println!("permutations    {}", over.search.permutations());
    println!("transitions     {}", end.transitions);
    println!("depth           {}", end.depth);
    println!("seconds         {seconds:.3}");
    println!("states a second {:.0}", states / seconds);
    println!("bytes a state   {:.1}", bytes / states);
    println!("parts           {locals} endpoint states, {messages} messages, {pairs} transitions");
    println!("odds of a miss  {:.1e}", end.odds_of_a_miss());
    println!("outcome         {}", outcome(&end));
    if let Some(found) = over.search.found() {
        println!("actions         {}", found.actions.len());
        println!("{}", file(found).to_json());
    }
    Ok(())
}

/// One line for each search, as Markdown.
fn table(
    all: &[(String, SearchRequest)],
    runs: Option<&str>,
    megabytes: usize,
) -> Result<(), String> {
    println!("| variant | loses | shortest run | unique states | seconds | as it should be |");
    println!("| --- | --- | --- | --- | --- | --- |");
    for (variant, request) in all {
        let mut over = run(request, megabytes)?;
        let (end, seconds) = (over.end, over.seconds);
        let lost = match (&request.goal, end.status) {
            (Goal::Lose(Some(id)), Status::Found) => id.clone(),
            _ => "nothing".to_owned(),
        };
        let shortest = match over.search.found() {
            None => outcome(&end),
            Some(found) => {
                let actions = found.actions.len();
                if let Some(folder) = runs {
                    let path = format!("{folder}/{}-{variant}.json", found.scenario.protocol);
                    let written = std::fs::write(path, file(found).to_json());
                    written.map_err(|error| error.to_string())?;
                }
                format!("{actions} actions")
            }
        };
        drop(over);
        let mut sound = request.clone();
        sound.scenario.cluster.variants.remove(variant.as_str());
        let sound = match run(&sound, megabytes) {
            Ok(over) => outcome(&over.end),
            Err(error) => error,
        };
        println!(
            "| `{variant}` | {lost} | {shortest} | {} | {seconds:.2} | {sound} |",
            end.states
        );
    }
    Ok(())
}
