//! Every lesson can be played to its last beat, in both languages, says all that it has to say and
//! points at what is there.

use std::collections::{BTreeMap, BTreeSet};
use std::rc::Rc;

use quorumscope::share::json::Json;
use quorumscope::share::pair::{Deed as PairDeed, Side};
use quorumscope::teach::{
    Arg, Beat, Course, Explained, Glossary, Lesson, Player, STEPS_MAX, Stuck,
};
use quorumscope::view::compare::{Pair, Rival};
use quorumscope::view::{Catalogue, Session};
use quorumscope::world::Action;

const FOLDER: &str = "static/lessons";
const LANGUAGES: [&str; 2] = ["en", "zh-CN"];
/// What a lesson says to the lecturer.
const FOR_THE_LECTURER: [&str; 3] = ["aim", "question", "say"];
/// The most sentences of a beat.
const SENTENCES_MAX: usize = 3;
/// The lessons that are about no rule with an inequality, and why.
const WITHOUT_RULE: [(&str, &str); 4] = [
    ("why", "it is about costs"),
    (
        "copies",
        "linearizability is about orders, and compares no two numbers",
    ),
    ("in-the-wild", "it is about systems, not about a run"),
    ("next", "it is about what comes after the algorithms"),
];
/// Words of the field that no lesson introduces, and so none says.
const NOT_SAID: [(&str, &str); 2] = [("proposal", "的提案"), ("atomic broadcast", "原子广播")];
/// How many words are read in a minute, and how many minutes it takes to do what a beat asks for.
const WORDS_A_MINUTE: f64 = 120.0;
const MINUTES_A_BEAT: f64 = 0.3;

fn read(path: &str) -> String {
    std::fs::read_to_string(path).unwrap_or_else(|error| panic!("{path}: {error}"))
}

fn course() -> Course {
    let path = format!("{FOLDER}/course.json");
    Course::read(&path, &read(&path)).unwrap_or_else(|error| panic!("{error}"))
}

fn lesson(id: &str) -> Rc<Lesson> {
    let path = format!("{FOLDER}/{id}.json");
    let lesson = Lesson::read(&path, &read(&path));
    Rc::new(lesson.unwrap_or_else(|error| panic!("{error}")))
}

fn all() -> Vec<(String, Rc<Lesson>)> {
    let course = course();
    let lessons = course.items();
    lessons.map(|id| (id.to_owned(), lesson(id))).collect()
}

/// The texts of a file, each key once and none empty.
fn texts(path: &str) -> Catalogue {
    let json = read(path);
    let object = Json::read(&json).unwrap_or_else(|bad| panic!("{path}:{}: no JSON", bad.line));
    let fields = object
        .fields()
        .unwrap_or_else(|| panic!("{path}: no texts"));
    let mut keys = BTreeSet::new();
    for (key, text) in fields {
        let text = text
            .text()
            .unwrap_or_else(|| panic!("{path}: {key} is no text"));
        assert!(!text.trim().is_empty(), "{path}: {key} is empty");
        assert!(keys.insert(key.clone()), "{path}: {key} stands there twice");
    }
    Catalogue::from_json(json.as_bytes()).expect("it has just been read")
}

fn start(id: &str, lesson: &Rc<Lesson>) -> (Player, Session) {
    let started = Player::at(lesson.clone(), 0);
    started.unwrap_or_else(|why| panic!("{id}, beat 1: {why:?}"))
}

/// Plays a lesson and calls back at each beat, as it begins.
fn play(id: &str, lesson: &Rc<Lesson>, mut at: impl FnMut(&Player, &Session)) -> Session {
    let (mut player, mut session) = start(id, lesson);
    loop {
        at(&player, &session);
        if player.is_last() {
            return session;
        }
        let place = player.place();
        let played = player.play(&mut session);
        played.unwrap_or_else(|why| panic!("{id}, beat {}: {why:?}", place + 1));
        assert_eq!(player.place(), place + 1, "{id} goes on beat by beat");
    }
}

/// The argument names in a text.
fn arguments(text: &str) -> BTreeSet<String> {
    let pieces = text.split('{').skip(1);
    pieces
        .filter_map(|piece| Some(piece.split_once('}')?.0.to_owned()))
        .collect()
}

/// How many sentences a text has: a stop inside a number or a name ends none.
fn sentences(text: &str) -> usize {
    let chars: Vec<char> = text.chars().collect();
    let ends = |at: &usize| match chars[*at] {
        '。' | '！' | '？' => true,
        '.' | '!' | '?' => chars.get(at + 1).is_none_or(|next| next.is_whitespace()),
        _ => false,
    };
    let stops = (0..chars.len()).filter(ends).count();
    let closed = ends(&(chars.len() - 1)) || chars.ends_with(&['”']) || chars.ends_with(&[')']);
    stops + usize::from(!closed)
}

#[test]
fn sentences_are_counted() {
    for (text, count) in [
        ("One.", 1),
        ("One. Two? Three!", 3),
        ("Ballot 1.2 is not a sentence.", 1),
        ("No stop", 1),
        ("一句。两句？", 2),
        ("没有句号", 1),
    ] {
        assert_eq!(sentences(text), count, "{text}");
    }
}

#[test]
fn the_course_and_the_folder_have_the_same_lessons() {
    let course = course();
    let listed: Vec<&str> = course.items().collect();
    let names: BTreeSet<&str> = listed.iter().copied().collect();
    assert_eq!(names.len(), listed.len(), "a lesson is listed twice");
    let mut files = BTreeSet::new();
    for entry in std::fs::read_dir(FOLDER).expect("the folder is there") {
        let name = entry.expect("the entry can be read").file_name();
        files.insert(name.to_string_lossy().into_owned());
    }
    let mut expected: BTreeSet<String> = BTreeSet::new();
    for id in names.iter().copied().chain(["course"]) {
        expected.insert(format!("{id}.json"));
        expected.extend(LANGUAGES.map(|language| format!("{id}.{language}.json")));
    }
    assert_eq!(files, expected);
    let mut titles: BTreeSet<&str> = names;
    titles.extend(course.parts.iter().map(|part| part.title.as_str()));
    for language in LANGUAGES {
        let catalogue = texts(&format!("{FOLDER}/course.{language}.json"));
        let keys: BTreeSet<&str> = catalogue.keys().collect();
        assert_eq!(keys, titles, "the titles in {language}");
    }
}

/// A beat that can never be reached, waits for what is so already, points at nothing, or names what
/// is not there, fails here.
#[test]
fn every_lesson_plays_to_its_last_beat() {
    for (id, lesson) in all() {
        let session = play(&id, &lesson, |player, session| {
            let (place, beat, moment) = (player.place() + 1, player.beat(), session.moment());
            for point in &beat.points {
                assert!(point.is_there(&moment), "{id}, beat {place}: no {point:?}");
            }
            let said: BTreeSet<_> = player.said().iter().map(|(name, _)| name).collect();
            for (name, _) in &beat.args {
                assert!(
                    said.contains(name),
                    "{id}, beat {place}: no {name} to be seen"
                );
            }
            let weighed = beat.rule.is_none() || said.contains(&"sign".to_owned());
            assert!(weighed, "{id}, beat {place}: nothing is weighed");
            if let Some(until) = &beat.until {
                assert!(!session.holds(until), "{id}, beat {place} is over at once");
            }
            let asked = beat.asks.is_empty() || beat.until.is_some();
            assert!(asked, "{id}, beat {place} asks, but waits for nothing");
        });
        let last = lesson.beats.last().expect("a lesson has beats");
        assert!(
            last.until.is_none(),
            "{id}: its last beat waits for nothing"
        );
        let sketch = !session.scenario().cluster.variants.is_empty();
        assert!(sketch || session.losses() == 0, "{id} loses a property");
    }
}

#[test]
fn every_text_is_there_used_and_short_in_both_languages() {
    for (id, lesson) in all() {
        assert!(
            (3..=8).contains(&lesson.minutes),
            "{id}: three to eight minutes"
        );
        let mut expected: BTreeSet<String> = FOR_THE_LECTURER.map(str::to_owned).into();
        for beat in &lesson.beats {
            let new = expected.insert(beat.text.clone());
            assert!(new, "{id}: two beats say {}", beat.text);
            expected.extend(beat.rule.as_ref().map(|_| format!("{}.rule", beat.text)));
        }
        for language in LANGUAGES {
            let path = format!("{FOLDER}/{id}.{language}.json");
            let catalogue = texts(&path);
            let keys: BTreeSet<String> = catalogue.keys().map(str::to_owned).collect();
            assert_eq!(keys, expected, "{path}");
            for beat in &lesson.beats {
                let mut known: BTreeSet<String> =
                    beat.args.iter().map(|(name, _)| name.clone()).collect();
                let text = catalogue.get(&beat.text);
                let count = sentences(text);
                assert!(
                    count <= SENTENCES_MAX,
                    "{path}: {}: {count} sentences",
                    beat.text
                );
                let mut used = arguments(text);
                if beat.rule.is_some() {
                    known.extend(["left", "sign", "right"].map(str::to_owned));
                    used.append(&mut arguments(
                        catalogue.get(&format!("{}.rule", beat.text)),
                    ));
                }
                assert_eq!(used, known, "{path}: what {} names", beat.text);
            }
        }
    }
}

/// Wherever one is in a lesson, one can come back to where it was, and finds the same run.
#[test]
fn every_beat_can_be_come_back_to() {
    for (id, lesson) in all() {
        let mut hashes = Vec::new();
        play(&id, &lesson, |_, session| hashes.push(session.hash()));
        for (place, hash) in hashes.into_iter().enumerate() {
            let (player, session) = Player::at(lesson.clone(), place).expect("it has been played");
            assert_eq!((player.place(), session.hash()), (place, hash), "{id}");
        }
    }
}

/// Whatever is broken on the way, a lesson does not panic, stays where it is or goes on, and can be
/// come back to.
#[test]
fn a_lesson_can_be_broken_and_come_back_to() {
    for (id, lesson) in all() {
        let (mut player, mut session) = start(&id, &lesson);
        let ids: Vec<_> = session.moment().nodes.iter().map(|node| node.id).collect();
        for node in ids {
            // Some lessons begin with nodes that are down.
            session.act(Action::Crash(node)).ok();
            player.see(&mut session).ok();
        }
        for _ in 0..50 {
            if session.act(Action::Next).is_err() {
                break;
            }
            player.see(&mut session).ok();
        }
        while !player.is_last() {
            let place = player.place();
            match player.play(&mut session) {
                Ok(()) => assert_eq!(player.place(), place + 1, "{id}"),
                Err(Stuck::NotOpen) => panic!("{id} has been open"),
                Err(Stuck::Refused(_) | Stuck::NeverSo) => {
                    assert_eq!(player.place(), place, "{id} stays where it was");
                    (player, session) = Player::at(lesson.clone(), place + 1).expect("it plays");
                }
            }
        }
    }
}

/// A lesson has no say in a run that is not its own.
#[test]
fn another_run_moves_no_lesson_on() {
    for (id, lesson) in all() {
        let (mut player, _) = start(&id, &lesson);
        let other = quorumscope::view::open(lesson.scenario.clone(), lesson.seed + 1);
        let mut other = other.expect("the lesson's scenario opens");
        for _ in 0..STEPS_MAX / 10 {
            if other.act(Action::Next).is_err() {
                break;
            }
            assert_eq!(player.see(&mut other), Ok(false), "{id}");
        }
    }
}

fn beat(more: &str) -> String {
    format!(
        "{{\"format\":\"quorumscope-lesson\",\"version\":1,\"minutes\":5,\n\
         \"scenario\":{{\"protocol\":\"raft\",\"cluster\":{{\"nodes\":3}}}},\n\
         \"seed\":1,\n\"beats\":[{{\"text\":\"a\"}},\n{{\"text\":\"b\",{more}}}]}}"
    )
}

/// What is wrong with a file is told with its name and line.
#[test]
fn what_is_wrong_is_told_with_its_line() {
    assert!(Lesson::read("x.json", &beat("\"does\":[{\"steps\":1}]")).is_ok());
    let compares = beat("\"does\":[{\"compare\":\"paxos\"}]");
    assert!(Lesson::read("x.json", &compares).is_ok());
    // Nothing of a lesson can come after it has opened a comparison.
    let early = compares.replace("]}", ",{\"text\":\"c\"}]}");
    assert!(Lesson::read("x.json", &early).is_err());
    for (more, line, says) in [
        ("\"does\":[{\"steps\":1},{\"leap\":2}]", 5, "leap"),
        (
            "\"does\":[{\"act\":\n{\"explode\":\"S1\"}}]",
            6,
            "does.1.act",
        ),
        (
            "\"until\":{\"all\":[\n{\"lost\":\n\"nothing\"}]}",
            7,
            "until.all.1.lost",
        ),
        (
            "\"point\":[{\"panel\":\"why\"},\n{\"panel\":\"moon\"}]",
            6,
            "moon",
        ),
        ("\"point\":[\n{\"node\":\"C1 \"}]", 6, "point.1.node"),
        ("\"args\":{\"x\":\n{\"node\":\"S1\"}}", 6, "field"),
        (
            "\"rule\":{\"left\":{\"weighed\":\"raft.x\",\"side\":\"left\"}}",
            5,
            "raft.x",
        ),
        ("\"does\":[{\"compare\":\"raft\"}]", 5, "beats.2.does"),
        ("\"does\":[{\"compare\":\"chalk\"}]", 5, "does.1.compare"),
        ("\"links\":[\"http://plain.example\"]", 5, "links.1"),
        ("\"mood\":1", 5, "mood"),
        ("\"asks\":[,]", 5, "JSON"),
    ] {
        let error = Lesson::read("x.json", &beat(more)).expect_err(more);
        let said = error.to_string();
        assert!(said.starts_with(&format!("x.json:{line}:")), "{said}");
        assert!(said.contains(says), "{said}");
    }
    let none = beat("\"until\":{\"down\":\"any\"}").replace("\"nodes\":3", "\"nodes\":99");
    let error = Lesson::read("x.json", &none).expect_err("99 nodes are too many");
    assert_eq!((error.place.line, error.place.column), (2, 12));
}

/// Each rule is given as its inequality, with live values, but where there is none.
#[test]
fn every_lesson_about_a_rule_shows_its_inequality() {
    let without: Vec<&str> = WITHOUT_RULE.iter().map(|(id, _)| *id).collect();
    for (id, lesson) in all() {
        let has = lesson.beats.iter().any(|beat| beat.rule.is_some());
        assert_eq!(has, !without.contains(&&*id), "{id}");
    }
}

/// How long a lesson takes follows from what is to be read and done.
#[test]
fn minutes_are_about_right() {
    for (id, lesson) in all() {
        let texts = texts(&format!("{FOLDER}/{id}.en.json"));
        let beats = lesson.beats.iter();
        let words: usize = beats
            .map(|beat| texts.get(&beat.text).split_whitespace().count())
            .sum();
        let minutes = words as f64 / WORDS_A_MINUTE + lesson.beats.len() as f64 * MINUTES_A_BEAT;
        let off = (minutes - f64::from(lesson.minutes)).abs();
        assert!(off <= 1.5, "{id}: {minutes:.1} minutes rather");
    }
}

/// A comparison that a lesson opens can be stepped, and both sides do what they are there for.
#[test]
fn what_a_lesson_compares_runs_on_both_sides() {
    let mut compared = 0;
    for (id, lesson) in all() {
        let Some(key) = lesson.beats.iter().find_map(Beat::compares) else {
            continue;
        };
        let session = play(&id, &lesson, |_, _| {});
        let right = Rival::Protocol(key).of(session.scenario());
        let pair = Pair::beside(session, right);
        let mut pair = pair.unwrap_or_else(|failed| panic!("{id}: {:?}", failed.1));
        for _ in 0..STEPS_MAX {
            pair.act(PairDeed::Next).expect("there is more to do");
        }
        let answered = |side| {
            let exchanges = pair.session(side).moment().clients[0].clone();
            exchanges.history.iter().any(|it| it.told.is_some())
        };
        assert!(Side::BOTH.into_iter().all(answered), "{id}");
        compared += 1;
    }
    assert!(compared > 0);
}

/// A value that a text names is the engine's own, and what is not to be seen any more is named as
/// it was.
#[test]
fn arguments_are_live() {
    let args = "\"args\":{\"term\":{\"node\":\"S1\",\"field\":\"current_term\"}},\
                \"does\":[{\"to\":{\"count\":{\"role\":\"candidate\",\"at_least\":1}}}]";
    let lesson = Lesson::read("x.json", &beat(args)).expect("a lesson");
    let named = lesson.beats[1].args.iter();
    assert!(named.clone().all(|(_, arg)| matches!(arg, Arg::Field(..))));
    let (player, session) = Player::at(Rc::new(lesson.clone()), 1).expect("it plays");
    let moment = session.moment();
    let field = moment.nodes[0].view.fields.iter();
    let term = field.clone().find(|field| field.key == "current_term");
    assert_eq!(player.said()[0].1, term.expect("Raft has terms").value);
}

/// Coming back in the lesson's own run keeps what was done to it, and ends in the same state.
#[test]
fn coming_back_keeps_the_other_branch() {
    let lesson = lesson("why");
    let (mut player, mut session) = Player::at(lesson.clone(), 3).expect("it plays");
    let there = session.hash();
    let crash = Action::Crash(session.moment().nodes[0].id);
    session.act(crash).expect("the node is up");
    let length = session.length();
    assert_ne!(session.hash(), there);
    player.come_to(3, &mut session).expect("it plays");
    assert_eq!((player.place(), session.hash()), (3, there));
    session.seek(length);
    assert_ne!(
        session.hash(),
        there,
        "the other branch is still to be reached"
    );
}

/// Every term and every question has its texts and a scene; every term appears in a lesson, from
/// where it is linked.
#[test]
fn the_glossary_is_whole() {
    let path = "static/glossary/glossary.json";
    let glossary = Glossary::read(path, &read(path)).unwrap_or_else(|error| panic!("{error}"));
    let scenes = glossary.terms.iter().chain(&glossary.questions);
    for scene in scenes.clone() {
        let lesson = lesson(&scene.lesson);
        let there = lesson.place(&scene.beat).is_some();
        assert!(
            there,
            "{}: {} has no beat {}",
            scene.key, scene.lesson, scene.beat
        );
    }
    for language in LANGUAGES {
        let words = texts(&format!("static/glossary/glossary.{language}.json"));
        let mut expected = BTreeSet::new();
        for term in &glossary.terms {
            expected.extend(["", ".says", ".stem"].map(|end| format!("term.{}{end}", term.key)));
        }
        for question in &glossary.questions {
            expected.extend(["", ".says"].map(|end| format!("ask.{}{end}", question.key)));
        }
        let keys: BTreeSet<String> = words.keys().map(str::to_owned).collect();
        assert_eq!(keys, expected, "{language}");
        let mut linked = BTreeSet::new();
        for (id, lesson) in all() {
            let texts = texts(&format!("{FOLDER}/{id}.{language}.json"));
            for beat in &lesson.beats {
                let found = glossary.terms_in(texts.get(&beat.text), &words);
                linked.extend(found.map(|term| term.key.clone()));
            }
        }
        let missing: Vec<_> = glossary
            .terms
            .iter()
            .filter(|it| !linked.contains(&it.key))
            .collect();
        assert!(
            missing.is_empty(),
            "in no lesson in {language}: {missing:?}"
        );
    }
}

/// A term is introduced by the beat that the glossary names, and no beat before it uses it.
#[test]
fn no_term_is_used_before_it_is_introduced() {
    let path = "static/glossary/glossary.json";
    let glossary = Glossary::read(path, &read(path)).unwrap_or_else(|error| panic!("{error}"));
    let lessons = all();
    let mut early = Vec::new();
    for language in LANGUAGES {
        let words = texts(&format!("static/glossary/glossary.{language}.json"));
        let mut known = BTreeSet::new();
        for (id, lesson) in &lessons {
            let texts = texts(&format!("{FOLDER}/{id}.{language}.json"));
            for beat in &lesson.beats {
                let here = |it: &&Explained| it.lesson == *id && it.beat == beat.text;
                let text = texts.get(&beat.text);
                let said: Vec<_> = glossary.terms_in(text, &words).collect();
                for term in glossary.terms.iter().filter(here) {
                    let says = said.iter().any(|it| it.key == term.key);
                    assert!(
                        says,
                        "{language}: {id} {} does not say {}",
                        beat.text, term.key
                    );
                    known.insert(term.key.clone());
                }
                let unknown = said.iter().filter(|it| !known.contains(&it.key));
                early.extend(
                    unknown.map(|it| format!("{language}: {id} {}: {}", beat.text, it.key)),
                );
            }
        }
    }
    assert_eq!(early.join("\n"), "", "terms before they are introduced");
}

#[test]
fn words_that_no_lesson_introduces_are_not_used() {
    for (id, lesson) in all() {
        for (place, language) in LANGUAGES.iter().enumerate() {
            let texts = texts(&format!("{FOLDER}/{id}.{language}.json"));
            for beat in &lesson.beats {
                let text = texts
                    .get(&beat.text)
                    .replace("提案者", "")
                    .replace("提案编号", "");
                for (english, chinese) in NOT_SAID {
                    let word = [english, chinese][place];
                    assert!(
                        !text.contains(word),
                        "{language}: {id} {}: {word}",
                        beat.text
                    );
                }
            }
        }
    }
}

/// What is written on the page, in a language: the names of buttons, panels and rules, by their keys.
fn labels(language: &str) -> BTreeMap<String, String> {
    let texts = texts(&format!("static/locales/{language}.json"));
    let timers = texts.keys().filter(|key| key.starts_with("timer."));
    let fire = |key: &str| texts.fill("ui.fire", &[("timer", texts.get(key))]);
    let fired = timers.map(|key| (format!("ui.fire {key}"), fire(key)));
    let changed = texts.fill("ui.rules_broken", &[("count", "1")]);
    let whole = texts
        .keys()
        .map(|key| (key.to_owned(), texts.get(key).to_owned()));
    whole
        .chain(fired)
        .chain([("changed".to_owned(), changed)])
        .collect()
}

/// What stands in quotation marks in lessons, challenges and the glossary is written on the page, so
/// that it can be found there, and is called the same in Chinese. What follows “Source:” is the title
/// of something else.
#[test]
fn what_is_quoted_is_on_the_page() {
    let (english, chinese) = (labels("en"), labels("zh-CN"));
    let mut nowhere = Vec::new();
    for folder in ["lessons", "challenges", "glossary"] {
        let folder = std::fs::read_dir(format!("static/{folder}")).expect("the folder is there");
        let paths = folder.map(|entry| entry.expect("the entry can be read").path());
        let paths = paths.map(|path| path.to_string_lossy().into_owned());
        for path in paths.filter(|path| path.ends_with(".en.json")) {
            let catalogue = texts(&path);
            let other = texts(&path.replace(".en.json", ".zh-CN.json"));
            for key in catalogue.keys() {
                let text = catalogue.get(key);
                let own = text.split("Source: ").next().unwrap_or(text);
                let quoted = own.split('“').skip(1);
                for quoted in quoted.filter_map(|it| Some(it.split_once('”')?.0)) {
                    let mut named = english.iter().filter(|(_, label)| *label == quoted);
                    let same = named.any(|(label, _)| {
                        other.get(key).contains(&format!("“{}”", chinese[label]))
                    });
                    if !same {
                        nowhere.push(format!("{path}: {key}: “{quoted}”"));
                    }
                }
            }
        }
    }
    assert_eq!(nowhere.join("\n"), "", "quoted, but not so on the page");
}

/// The questions that the course promises to answer.
#[test]
fn what_is_often_asked_is_answered() {
    let path = "static/glossary/glossary.json";
    let glossary = Glossary::read(path, &read(path)).unwrap_or_else(|error| panic!("{error}"));
    for key in [
        "cluster",
        "gives",
        "consistency",
        "latency",
        "complexity",
        "odd",
        "lose",
        "protect",
    ] {
        assert!(glossary.questions.iter().any(|it| it.key == key), "{key}");
    }
}

/// A lesson that asks for more than a run of one may have does not go on for ever.
#[test]
fn a_lesson_that_never_ends_is_stuck() {
    let text = read("tests/fuzz/lesson/very-many-steps");
    let lesson = Lesson::read("x.json", &text).expect("it is a lesson");
    let stuck = Player::at(Rc::new(lesson), 0).map(|_| ());
    assert_eq!(stuck, Err(Stuck::NeverSo));
}
