//! Replays a saved run without a browser and prints its transcript, the final states and what
//! became of each property: `cargo run --release --example replay -- RUN.json`. Of a comparison it
//! prints both sides so, and of scenes one after the other.

mod files;

use std::process::ExitCode;

use files::Played;
use quorumscope::protocol::Storage;
use quorumscope::share::pair::{PairFile, Side};
use quorumscope::share::search::{SearchError, SearchRequest};
use quorumscope::share::{Run, RunError, scenes};
use quorumscope::view::compare::reopen_pair;
use quorumscope::view::{Catalogue, Moment, Sentence, Session, reopen};
use quorumscope::world::ActionError;

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
    match play(&text) {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            eprintln!("{path}: {error}");
            ExitCode::FAILURE
        }
    }
}

/// Plays whatever a text holds; says why it cannot, or what is otherwise than it was saved.
fn play(text: &str) -> Result<(), String> {
    let said = |error: RunError| error.to_string();
    match Played::of(text) {
        Some(Played::Comparison) => {
            let file = PairFile::from_json(text).map_err(said)?;
            let opened = reopen_pair(&file).map_err(said)?;
            for side in Side::BOTH {
                println!("# {}", side.word());
                print(opened.pair.session(side));
            }
            stopped("deed", opened.stopped.as_ref())?;
            as_saved(opened.same_state)
        }
        Some(Played::Scenes) => {
            let scenes = scenes::read(text).map_err(|error| error.to_string())?;
            for scene in scenes {
                println!("# {}", scene.title);
                of_run(&scene.run)?;
            }
            Ok(())
        }
        None if is_search(text) => {
            Err("this is a search, which has no run yet: `--example search` reads it".into())
        }
        _ => of_run(&Run::from_json(text).map_err(said)?),
    }
}

fn of_run(run: &Run) -> Result<(), String> {
    let opened = reopen(run).map_err(|error| error.to_string())?;
    print(&opened.session);
    stopped("action", opened.stopped.as_ref())?;
    if let Some((branch, position, error)) = &opened.branch_stopped {
        let number = branch.0 + 1;
        return Err(format!(
            "action {position} of branch {number} makes no sense, so it ends before it: {error}"
        ));
    }
    as_saved(opened.same_state)
}

/// Whether a run could be followed to its end.
fn stopped(what: &str, at: Option<&(usize, ActionError)>) -> Result<(), String> {
    match at {
        None => Ok(()),
        Some((position, error)) => Err(format!(
            "{what} {position} makes no sense, so the run ends before it: {error}"
        )),
    }
}

fn as_saved(same: Option<bool>) -> Result<(), String> {
    match same {
        Some(false) => Err("the file was saved in another state".into()),
        Some(true) => {
            println!("the same state as saved");
            Ok(())
        }
        None => Ok(()),
    }
}

/// Whether a text is a search, or several, sound or not.
fn is_search(text: &str) -> bool {
    SearchRequest::from_json(text) != Err(SearchError::NotASearch)
        || SearchRequest::all_from_json(text) != Err(SearchError::NotASearch)
}

fn print(session: &Session) {
    let json = include_bytes!("../static/locales/en.json");
    let words = Catalogue::from_json(json).unwrap_or_default();
    for line in session.transcript() {
        let said = line.happened.iter().map(|it| words.say(&it.title));
        let said: Vec<String> = said.collect();
        println!("{:>5} {:>7} ms  {}", line.number, line.at, said.join(". "));
    }
    let moment = session.moment();
    print_nodes(&moment, &words);
    for property in session.about().properties {
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
    println!("state {:016x}", session.hash());
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
