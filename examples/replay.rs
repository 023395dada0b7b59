//! Replays a saved run without a browser and prints its transcript, the final states and what
//! became of each property: `cargo run --release --example replay -- RUN.json`.

mod files;

use std::process::ExitCode;

use quorumscope::protocol::Storage;
use quorumscope::share::search::{SearchError, SearchRequest};
use quorumscope::share::{Run, RunError};
use quorumscope::view::{Catalogue, Moment, OpenedRun, Sentence, reopen};

fn main() -> ExitCode {
    let Some(path) = std::env::args().nth(1) else {
        eprintln!("usage: replay RUN.json");
        return ExitCode::FAILURE;
    };
    let text = match files::text(&path) {
        Ok(text) => text,
        Err(error) => {
            eprintln!("{path}: {error}");
            return ExitCode::FAILURE;
        }
    };
    let opened = Run::from_json(&text).and_then(|run| reopen(&run));
    match opened {
        Ok(opened) => print(&opened),
        Err(RunError::NotARun) if is_search(&text) => {
            eprintln!(
                "{path}: this is a search, which has no run yet: `--example search` reads it"
            );
            ExitCode::FAILURE
        }
        Err(error) => {
            eprintln!("{path}: {error}");
            ExitCode::FAILURE
        }
    }
}

/// Whether a text is a search, or several, sound or not.
fn is_search(text: &str) -> bool {
    SearchRequest::from_json(text) != Err(SearchError::NotASearch)
        || SearchRequest::all_from_json(text) != Err(SearchError::NotASearch)
}

fn print(opened: &OpenedRun) -> ExitCode {
    let json = include_bytes!("../static/locales/en.json");
    let words = Catalogue::from_json(json).unwrap_or_default();
    for line in opened.session.transcript() {
        let said = line.happened.iter().map(|it| words.say(&it.title));
        let said: Vec<String> = said.collect();
        println!("{:>5} {:>7} ms  {}", line.number, line.at, said.join(". "));
    }
    let moment = opened.session.moment();
    print_nodes(&moment, &words);
    for property in opened.session.about().properties {
        let name = words.get(&format!("property.{}", property.id)).to_owned();
        let lost = moment.violations.iter().find(|it| it.property == *property);
        match lost {
            None => println!("holds  {name}"),
            Some(violation) => {
                println!("LOST   {name}");
                for fact in [&violation.first, &violation.second] {
                    let key = format!("fact.{}", fact.key);
                    let args = fact.args.clone();
                    println!("       {}", words.say(&Sentence { key, args }));
                }
            }
        }
    }
    println!("state {:016x}", opened.session.hash());
    if let Some((position, error)) = &opened.stopped {
        eprintln!("action {position} makes no sense, so the run ends before it: {error}");
        return ExitCode::FAILURE;
    }
    if let Some((branch, position, error)) = &opened.branch_stopped {
        let number = branch.0 + 1;
        eprintln!(
            "action {position} of branch {number} makes no sense, so it ends before it: {error}"
        );
        return ExitCode::FAILURE;
    }
    match opened.same_state {
        Some(false) => {
            eprintln!("the file was saved in another state");
            ExitCode::FAILURE
        }
        Some(true) => {
            println!("the same state as saved");
            ExitCode::SUCCESS
        }
        None => ExitCode::SUCCESS,
    }
}

fn print_nodes(moment: &Moment, words: &Catalogue) {
    for node in &moment.nodes {
        let role = match node.up {
            true => words.get(&format!("role.{}", node.view.role)).to_owned(),
            false => words.get("role.down").to_owned(),
        };
        println!("{} {role}", node.id);
        for field in &node.view.fields {
            let mark = match field.storage {
                Storage::Durable => "disk",
                Storage::Volatile => "    ",
            };
            let name = words.get(&format!("field.{}", field.key)).to_owned();
            println!("  {mark} {name}: {}", words.datum(&field.value));
        }
    }
}
