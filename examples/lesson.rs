//! Plays lessons without a browser and prints each beat with what led to it:
//! `cargo run --example lesson -- [--zh] [--run] static/lessons/ID.json …`. What is wrong with a file
//! is told with its line, and so is a question that never comes up in its beat. With `--run` only the
//! run that a lesson leads to is printed, as a file.

use std::process::ExitCode;
use std::rc::Rc;

use quorumscope::teach::{Lesson, Player};
use quorumscope::view::{Catalogue, Session};

fn main() -> ExitCode {
    let mut language = "en";
    let mut run_only = false;
    let mut failed = false;
    for argument in std::env::args().skip(1) {
        match argument.as_str() {
            "--zh" => language = "zh-CN",
            "--run" => run_only = true,
            path => {
                if let Err(error) = show(path, language, run_only) {
                    eprintln!("{error}");
                    failed = true;
                }
            }
        }
    }
    if failed {
        return ExitCode::FAILURE;
    }
    ExitCode::SUCCESS
}

fn read(path: &str) -> Result<String, String> {
    std::fs::read_to_string(path).map_err(|error| format!("{path}: {error}"))
}

fn catalogue(path: &str) -> Result<Catalogue, String> {
    Catalogue::from_json(read(path)?.as_bytes()).ok_or(format!("{path}: no catalogue"))
}

fn show(path: &str, language: &str, run_only: bool) -> Result<(), String> {
    let lesson = Lesson::check(path, &read(path)?).map_err(|error| error.to_string())?;
    if run_only {
        let last = lesson.beats.len();
        let played = Player::at(Rc::new(lesson), last).map_err(|why| format!("{path}: {why:?}"))?;
        println!("{}", played.1.run().to_json());
        return Ok(());
    }
    let texts = catalogue(&path.replace(".json", &format!(".{language}.json")))?;
    let words = catalogue(&format!("static/locales/{language}.json"))?;
    let (mut player, mut session) =
        Player::at(Rc::new(lesson), 0).map_err(|why| format!("{path}: {why:?}"))?;
    let mut printed = 0;
    loop {
        tell_run(&session, printed, &words);
        printed = session.position();
        tell_beat(&player, &texts, &words);
        tell_question(&player, &session, &words);
        if player.is_last() {
            return Ok(());
        }
        let place = player.place();
        // To the beat's question, if it has one, and then past it.
        while player.place() == place {
            if let Err(why) = player.help(&mut session) {
                tell_run(&session, printed, &words);
                return Err(format!("{path}: beat {}: {why:?}", place + 1));
            }
            if player.place() == place {
                tell_run(&session, printed, &words);
                printed = session.position();
                tell_question(&player, &session, &words);
            }
        }
    }
}

fn tell_run(session: &Session, from: usize, words: &Catalogue) {
    for line in session.transcript().iter().skip(from) {
        let said: Vec<_> = line
            .happened
            .iter()
            .map(|it| words.say(&it.title))
            .collect();
        println!(
            "    {:>4} {:>6} ms  {}",
            line.number,
            line.at,
            said.join(". ")
        );
    }
    let moment = session.moment();
    let messages = moment.messages.iter();
    let messages: Vec<_> = messages
        .map(|card| format!("{} {}", card.view.name, card.id))
        .collect();
    println!("    under way: {}", messages.join(", "));
}

fn tell_question(player: &Player, session: &Session, words: &Catalogue) {
    let Some(asked) = player.asked(session) else {
        return;
    };
    let question = asked.question();
    println!("      predict: {}", words.say(&question.ask));
    for (place, choice) in question.choices.iter().enumerate() {
        let sign = if place == question.right { "✓" } else { "·" };
        println!("        {sign} {}", words.say(choice));
    }
    println!("        {}", words.say(&question.why.title));
}

fn tell_beat(player: &Player, texts: &Catalogue, words: &Catalogue) {
    let beat = player.beat();
    let said: Vec<(&str, String)> = player
        .said()
        .iter()
        .map(|(name, value)| (name.as_str(), words.datum(value)))
        .collect();
    let said: Vec<(&str, &str)> = said.iter().map(|(name, it)| (*name, it.as_str())).collect();
    println!(
        "{:>2}  {}",
        player.place() + 1,
        texts.fill(&beat.text, &said)
    );
    if beat.rule.is_some() {
        println!(
            "      {}",
            texts.fill(&format!("{}.rule", beat.text), &said)
        );
    }
    if !beat.asks.is_empty() {
        println!("      asks: {:?}", beat.asks);
    }
}
