//! What lessons ask before a step: every lesson asks something, each question comes up where the
//! lesson is played, takes its right answer, and answers a wrong one by the note that decides; in
//! both languages. A question that cannot come up is told with its file and line.

use std::rc::Rc;

use quorumscope::teach::{Course, Lesson, Player, Seen};
use quorumscope::view::{Catalogue, Session};
use quorumscope::world::Action;

const FOLDER: &str = "static/lessons";
const LANGUAGES: [&str; 2] = ["en", "zh-CN"];

fn read(path: &str) -> String {
    std::fs::read_to_string(path).unwrap_or_else(|error| panic!("{path}: {error}"))
}

/// Every lesson of the course, checked.
fn all() -> Vec<(String, Rc<Lesson>)> {
    let path = format!("{FOLDER}/course.json");
    let course = Course::read(&path, &read(&path)).unwrap_or_else(|error| panic!("{error}"));
    let lesson = |id: &str| {
        let path = format!("{FOLDER}/{id}.json");
        let lesson = Lesson::check(&path, &read(&path));
        Rc::new(lesson.unwrap_or_else(|error| panic!("{error}")))
    };
    let ids = course.items();
    ids.map(|id| (id.to_owned(), lesson(id))).collect()
}

/// Goes on as a reader does who lets everything be done for them: to the question of the beat, and
/// after it to the next beat.
fn come_to_ask(player: &mut Player, session: &mut Session, at: &str) {
    if player.asked(session).is_none() {
        let helped = player.help(session);
        helped.unwrap_or_else(|why| panic!("{at}: {why:?}"));
    }
}

#[test]
fn every_lesson_asks_and_answers() {
    let words = LANGUAGES.map(|language| {
        let text = read(&format!("static/locales/{language}.json"));
        Catalogue::from_json(text.as_bytes()).expect("a catalogue")
    });
    for (id, lesson) in all() {
        let (mut player, mut session) = Player::at(lesson.clone(), 0).expect("it plays");
        let mut asked = 0;
        loop {
            let place = player.place();
            let at = format!("{id}, beat {}", place + 1);
            if player.beat().predict.is_some() {
                come_to_ask(&mut player, &mut session, &at);
                assert_eq!(player.place(), place, "{at} waits with its question");
                answers(&player, &session, &words, &at);
                let question = player.asked(&session).expect("it asks").question().clone();
                assert_eq!(player.answer(question.right), Some(true), "{at}");
                assert_eq!(player.answer(question.right), None, "{at}: once");
                asked += 1;
            }
            if player.is_last() {
                break;
            }
            player.play(&mut session).expect("it plays on");
            assert_eq!(player.place(), place + 1, "{at}");
        }
        assert!(asked > 0, "{id} asks nothing");
    }
}

/// Each wrong choice is answered by what decides, in each language, and the right one is right.
fn answers(player: &Player, session: &Session, words: &[Catalogue; 2], at: &str) {
    let question = player.asked(session).expect("it asks").question();
    let rule = question.why.rule;
    assert!(
        rule.is_some() || question.kind == "arrives",
        "{at}: no rule decides"
    );
    for words in words {
        let mut said = vec![words.say(&question.ask), words.say(&question.why.title)];
        said.extend(question.why.why.as_ref().map(|why| words.say(why)));
        said.extend(question.choices.iter().map(|choice| words.say(choice)));
        for text in said {
            let open = text.replace("{field}", "");
            assert!(!open.is_empty() && !open.contains('{'), "{at}: {text}");
        }
    }
    for choice in 0..question.choices.len() {
        let mut player = player.clone();
        let is_right = player.answer(choice);
        assert_eq!(is_right, Some(choice == question.right), "{at}: {choice}");
        let seen = player.asked(session).expect("it stays to be read");
        assert_eq!(seen.answer(), Some(choice), "{at}");
    }
    assert_eq!(player.clone().answer(question.choices.len()), None, "{at}");
}

/// Nobody has to answer: a question can be left by a step or by letting the beat be done, and whoever
/// comes back to it is asked again.
#[test]
fn nobody_is_locked_in() {
    for (id, lesson) in all() {
        let (mut player, mut session) = Player::at(lesson.clone(), 0).expect("it plays");
        while !player.is_last() {
            let place = player.place();
            let at = format!("{id}, beat {}", place + 1);
            if player.beat().predict.is_some() {
                come_to_ask(&mut player, &mut session, &at);
                let position = session.position();
                let (mut stepped, mut run) = (player.clone(), again(&session));
                run.step().ok();
                let seen = stepped.see(&mut run).expect("it goes on");
                let old = stepped.asked(&run).map(|it| it.question().clone());
                assert!(
                    seen != Seen::GoesOn || old.is_none(),
                    "{at}: what is past is asked still"
                );
                if seen != Seen::NextBeat {
                    run.seek(position);
                    assert_eq!(stepped.see(&mut run), Ok(Seen::Asks), "{at}: asked again");
                }
            }
            player.help(&mut session).expect("it can be done for one");
            assert_eq!(player.place(), place + 1, "{at}: help goes past it");
        }
    }
}

/// A copy of a run.
fn again(session: &Session) -> Session {
    let run = quorumscope::view::reopen(&session.run());
    let mut copy = run.expect("it opens").session;
    copy.seek(session.position());
    copy
}

/// A reveal stays for the step that it is about, and goes with the next one.
#[test]
fn a_reveal_stays_for_its_step() {
    let text = lesson(
        "\"until\":{\"role\":{\"node\":\"S1\",\"is\":\"leader\"}},\"asks\":[{\"fire\":[\"S1\",\"election\"]}],\"predict\":\"vote\"",
    );
    let lesson = Lesson::check("x.json", &text).unwrap_or_else(|error| panic!("{error}"));
    let (mut player, mut session) = Player::at(Rc::new(lesson), 1).expect("it plays");
    player.help(&mut session).expect("up to the question");
    assert!(player.answer(1).is_some());
    for (step, is_in_sight) in [(0, true), (1, true), (2, false)] {
        if step > 0 {
            session.act(Action::Next).expect("something happens");
            assert_eq!(player.see(&mut session), Ok(Seen::GoesOn));
        }
        assert_eq!(player.asked(&session).is_some(), is_in_sight, "{step}");
    }
}

fn lesson(more: &str) -> String {
    format!(
        "{{\"format\":\"quorumscope-lesson\",\"version\":1,\"minutes\":5,\n\
         \"scenario\":{{\"protocol\":\"raft\",\"cluster\":{{\"nodes\":3}}}},\n\
         \"seed\":1,\n\"beats\":[{{\"text\":\"a\"}},\n{{\"text\":\"b\",{more}}},{{\"text\":\"c\"}}]}}"
    )
}

#[test]
fn what_cannot_come_up_is_told_with_its_line() {
    let elects = "\"until\":{\"role\":{\"node\":\"S1\",\"is\":\"leader\"}},\"asks\":[{\"fire\":[\"S1\",\"election\"]}]";
    for (wanted, fits) in [
        ("\"vote\"", true),
        ("{\"kind\":\"vote\",\"to\":\"S2\"}", true),
        ("{\"kind\":\"vote\",\"to\":\"S1\"}", false),
        ("{\"kind\":\"vote\",\"from\":\"S3\"}", false),
        ("\"next_index\"", false),
        ("\"must_propose\"", false),
    ] {
        let text = lesson(&format!("{elects},\n\"predict\":{wanted}"));
        let checked = Lesson::check("x.json", &text);
        match checked {
            Ok(_) => assert!(fits, "{wanted} does not come up"),
            Err(error) => {
                assert!(!fits, "{error}");
                let said = error.to_string();
                assert!(said.starts_with("x.json:6:"), "{said}");
                assert!(said.contains("comes up while “b” lasts"), "{said}");
            }
        }
    }
    // A beat that waits for the reader asks as it begins, or never.
    let text = lesson("\"predict\":\"vote\"");
    assert!(Lesson::check("x.json", &text).is_err());
    let text = lesson("\"predict\":\"could_win\"");
    assert!(Lesson::check("x.json", &text).is_ok());
}
