//! Runs as text for other tools: every message that ended is in it, in the order in which it did,
//! and nothing in a text can be taken for a sign of the notation.

use quorumscope::protocol::{NodeId, registry};
use quorumscope::view::chronicle::Mark;
use quorumscope::view::export::{DIAGRAM_STEPS_MAX, Notation};
use quorumscope::view::{Catalogue, Session, first_look, open};
use quorumscope::world::{Action, Scenario};

fn words(language: &str) -> Catalogue {
    let path = format!("static/locales/{language}.json");
    let bytes = std::fs::read(path).expect("the catalogue is there");
    Catalogue::from_json(&bytes).expect("it is a catalogue")
}

/// A run with a crash and losses.
fn run(protocol: &str) -> Session {
    let mut session = open(first_look(protocol), 1).expect("a first look opens");
    for _ in 0..20 {
        session.step().ok();
    }
    session.act(Action::Crash(NodeId(3))).expect("S3 is up");
    for _ in 0..30 {
        session.step().ok();
    }
    session
}

#[test]
fn every_ended_message_is_a_line() {
    for protocol in registry::KEYS {
        let session = run(protocol);
        let entries = session.entries();
        let marks = entries
            .steps(1..=entries.length)
            .flat_map(|(_, it)| &it.marks);
        let ends: Vec<String> = marks
            .filter_map(|mark| match mark {
                Mark::Arrived(arrow) | Mark::Lost(arrow, _) => {
                    Some(format!("{} {} {}", arrow.id.from, arrow.id.to, arrow.name))
                }
                _ => None,
            })
            .collect();
        assert!(!ends.is_empty(), "{protocol}");
        for notation in [Notation::Mermaid, Notation::PlantUml] {
            let text = session.sequence_diagram(notation, &words("en"));
            let shafts = [
                "-->>", "->>", "--x", "-x", " -->x ", " ->x ", " --> ", " -> ",
            ];
            let message = |line: &str| {
                let (head, label) = line.split_once(':')?;
                let shaft = shafts.iter().find(|shaft| head.contains(**shaft))?;
                let (from, to) = head.split_once(shaft)?;
                let name = label.split_whitespace().next()?;
                Some(format!("{} {} {name}", from.trim(), to.trim()))
            };
            let drawn: Vec<String> = text.lines().filter_map(message).collect();
            assert_eq!(drawn, ends, "{protocol}, {notation:?}");
        }
    }
}

#[test]
fn lines_are_of_the_notation_and_nothing_else() {
    for language in ["en", "zh-CN"] {
        for protocol in registry::KEYS {
            let session = run(protocol);
            let text = session.sequence_diagram(Notation::Mermaid, &words(language));
            assert!(text.starts_with("sequenceDiagram\nparticipant S1\n"));
            for line in text.lines().skip(1) {
                assert!(!line.contains([';', '#']), "{line}");
            }
            let text = session.sequence_diagram(Notation::PlantUml, &words(language));
            assert!(text.starts_with("@startuml\n") && text.ends_with("@enduml\n"));
            let transcript = session.transcript_text(&words(language));
            assert_eq!(transcript.lines().count(), session.position());
        }
    }
}

/// A transcript tells what happened when it happened: from before a machine came to after it.
#[test]
fn a_transcript_tells_the_run_as_it_was() {
    let mut scenario = Scenario::of("raft", 3);
    scenario.cluster.variants.insert("single_server".into());
    for wait in [false, true] {
        let mut session = open(scenario.clone(), 1).expect("it opens");
        let mut told = Vec::new();
        let mut act = |session: &mut Session, action| {
            session.act(action).expect("it makes sense");
            told.push(session.moment().happened);
        };
        if wait {
            let due = session.next_due().expect("a timer runs") as u32;
            act(&mut session, Action::Advance(due - 1));
        }
        for _ in 0..60 {
            act(&mut session, Action::Next);
        }
        act(&mut session, Action::AddMachine);
        for _ in 0..20 {
            act(&mut session, Action::Next);
        }
        let lines = session.transcript().into_iter();
        let lines: Vec<_> = lines.map(|line| line.happened).collect();
        assert_eq!(lines, told);
    }
}

/// Of a long run the last steps are drawn, since the tools give up on more.
#[test]
fn a_long_run_is_cut_to_its_end() {
    let mut session = open(first_look("raft"), 1).expect("a first look opens");
    for _ in 0..3 * DIAGRAM_STEPS_MAX {
        session.step().expect("heartbeats go on");
    }
    let text = session.sequence_diagram(Notation::Mermaid, &words("en"));
    let arrows = text.lines().filter(|line| line.contains(">>"));
    assert!(arrows.count() <= DIAGRAM_STEPS_MAX);
}
