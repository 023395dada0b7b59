//! Every challenge has a solution that the engine accepts, and wrong attempts that it refuses: where
//! the task has a goal that is easily mistaken for another, some that come near.

use std::collections::BTreeSet;

use quorumscope::check::search::{Search, Status};
use quorumscope::protocol::Any;
use quorumscope::share::Run;
use quorumscope::share::json::Json;
use quorumscope::teach::{Challenge, Course, Verdict};
use quorumscope::view::{Catalogue, Session, open, reopen};
use quorumscope::world::{Action, ActionError};

const FOLDER: &str = "static/challenges";
const LANGUAGES: [&str; 2] = ["en", "zh-CN"];
/// How many states a search may visit: some seconds in a browser.
const STATES_MAX: usize = 1_000_000;

fn read(path: &str) -> String {
    std::fs::read_to_string(path).unwrap_or_else(|error| panic!("{path}: {error}"))
}

fn course() -> Course {
    let path = format!("{FOLDER}/course.json");
    Course::read(&path, &read(&path)).unwrap_or_else(|error| panic!("{error}"))
}

fn all() -> Vec<(String, Challenge)> {
    let course = course();
    let one = |id: &str| {
        let path = format!("{FOLDER}/{id}.json");
        let challenge = Challenge::read(&path, &read(&path));
        (
            id.to_owned(),
            challenge.unwrap_or_else(|error| panic!("{error}")),
        )
    };
    course.items().map(one).collect()
}

/// A stored run, all of whose actions make sense, at its end.
fn run(id: &str, which: &str) -> Session {
    stored(&format!("tests/challenges/{id}.{which}.json"))
}

/// The paths of a challenge's wrong attempts: those that come near say in their name what is wrong.
fn wrong(id: &str) -> Vec<String> {
    let folder = std::fs::read_dir("tests/challenges").expect("the folder is there");
    let paths = folder.map(|entry| entry.expect("the entry can be read").path());
    let paths = paths.map(|path| path.to_string_lossy().into_owned());
    let own = format!("tests/challenges/{id}.");
    let mut paths: Vec<_> = paths
        .filter(|path| path.starts_with(&own) && path.ends_with("wrong.json"))
        .collect();
    paths.sort();
    paths
}

fn stored(path: &str) -> Session {
    let run = Run::from_json(&read(path)).unwrap_or_else(|error| panic!("{path}: {error}"));
    let opened = reopen(&run).unwrap_or_else(|error| panic!("{path}: {error}"));
    // It may come to rest before its last step.
    let at_rest = |(place, error)| {
        let rest = &run.actions[place - 1..];
        error == ActionError::NothingToDo && rest.iter().all(|it| *it == Action::Next)
    };
    assert!(opened.stopped.is_none_or(at_rest), "{path}");
    opened.session
}

fn keys(path: &str) -> BTreeSet<String> {
    let catalogue = Catalogue::from_json(read(path).as_bytes());
    let catalogue = catalogue.unwrap_or_else(|| panic!("{path}: no catalogue"));
    for key in catalogue.keys() {
        assert!(
            !catalogue.get(key).trim().is_empty(),
            "{path}: {key} is empty"
        );
    }
    catalogue.keys().map(str::to_owned).collect()
}

#[test]
fn there_are_enough_and_the_folder_has_no_others() {
    let course = course();
    let ids: BTreeSet<&str> = course.items().collect();
    assert!(ids.len() >= 12 && ids.len() == course.items().count());
    let mut files = BTreeSet::new();
    for entry in std::fs::read_dir(FOLDER).expect("the folder is there") {
        let name = entry.expect("the entry can be read").file_name();
        files.insert(name.to_string_lossy().into_owned());
    }
    let mut expected = BTreeSet::new();
    for id in ids.iter().copied().chain(["course"]) {
        expected.insert(format!("{id}.json"));
        expected.extend(LANGUAGES.map(|language| format!("{id}.{language}.json")));
    }
    assert_eq!(files, expected);
}

#[test]
fn every_text_is_there_and_used() {
    let course = course();
    let parts = course.parts.iter().map(|part| part.title.clone());
    let titles: BTreeSet<String> = course.items().map(str::to_owned).chain(parts).collect();
    for language in LANGUAGES {
        assert_eq!(keys(&format!("{FOLDER}/course.{language}.json")), titles);
        for (id, challenge) in all() {
            assert!(challenge.hints > 0, "{id} has no hint");
            let hints = (1..=challenge.hints).map(|number| format!("hint.{number}"));
            let expected: BTreeSet<String> = hints.chain(["task".to_owned()]).collect();
            let path = format!("{FOLDER}/{id}.{language}.json");
            assert_eq!(keys(&path), expected, "{path}");
        }
    }
}

#[test]
fn every_solution_is_accepted_and_every_wrong_attempt_is_not() {
    for (id, challenge) in all() {
        let mut solution = run(&id, "solution");
        let end = solution.position();
        assert_eq!(challenge.judge(&mut solution), Verdict::Won, "{id}");
        assert_eq!(solution.position(), end, "{id}: the cursor stays");
        let wrong = wrong(&id);
        assert!(!wrong.is_empty(), "{id} has no wrong attempt");
        for path in wrong {
            let verdict = challenge.judge(&mut stored(&path));
            let refused = matches!(verdict, Verdict::Open(_) | Verdict::Spoiled);
            assert!(refused, "{path}: {verdict:?}");
        }
    }
}

/// What must not come about spoils an attempt from there on, and going back to before it mends that.
#[test]
fn what_must_not_happen_is_told() {
    let limited = all().into_iter().filter(|(_, it)| it.never.is_some());
    let mut tried = 0;
    for (id, challenge) in limited {
        for path in wrong(&id) {
            let mut session = stored(&path);
            let never = challenge.never.as_ref().expect("it has been asked for");
            let spoils = |at: &usize, session: &mut Session| {
                session.seek(*at);
                session.holds(never)
            };
            let end = session.position();
            let Some(first) = (0..=end).find(|at| spoils(at, &mut session)) else {
                continue;
            };
            session.seek(end);
            assert_eq!(challenge.judge(&mut session), Verdict::Spoiled, "{path}");
            session.seek(first - 1);
            let before = challenge.judge(&mut session);
            assert!(matches!(before, Verdict::Open(_)), "{path}: {before:?}");
            tried += 1;
        }
    }
    assert!(tried > 0);
}

/// Nothing is won before anything is done.
#[test]
fn no_challenge_is_won_at_its_start() {
    for (id, _) in all() {
        let mut session = run(&id, "solution");
        session.seek(0);
        let challenge = all()
            .into_iter()
            .find(|(it, _)| *it == id)
            .expect("it is there")
            .1;
        assert_eq!(challenge.judge(&mut session), Verdict::Open(0), "{id}");
    }
}

/// Where only some kinds of actions may be used, another one spoils the attempt, and only from
/// there on.
#[test]
fn what_may_not_be_used_is_told() {
    let limited = all().into_iter().filter(|(_, it)| !it.allow.is_empty());
    let mut tried = 0;
    for (id, challenge) in limited {
        let mut session = run(&id, "wrong");
        session.seek(0);
        let node = session.moment().nodes[0].id;
        session.act(Action::Crash(node)).expect("the node is up");
        assert_eq!(
            challenge.judge(&mut session),
            Verdict::Forbidden("crash".into()),
            "{id}"
        );
        session.seek(session.position() - 1);
        assert_eq!(challenge.judge(&mut session), Verdict::Open(0), "{id}");
        tried += 1;
    }
    assert!(tried > 0);
}

/// What the lab looks for itself as the last hint it finds, soon; and what it finds is what the
/// challenge asks for.
#[test]
fn every_search_finds_what_the_challenge_asks_for() {
    let mut searched = 0;
    for (id, challenge) in all() {
        let Some(request) = &challenge.search else {
            continue;
        };
        let (scenario, bounds, goal) = (&request.scenario, &request.bounds, &request.goal);
        let protocol = Any::open(&scenario.protocol, &scenario.cluster).expect("it has been read");
        let search = Search::new(protocol, scenario, request.seed, bounds, goal, 1 << 28);
        let mut search = search.unwrap_or_else(|error| panic!("{id}: {error:?}"));
        let status = search.advance(STATES_MAX);
        let progress = search.progress();
        eprintln!("{id}: {status:?} {progress:?}");
        assert_eq!(status, Status::Found, "{id}: {progress:?}");
        let found = search.found().expect("it has been found");
        let mut session = open(found.scenario.clone(), found.seed).expect("it opens");
        for action in found.actions {
            session
                .act(action)
                .unwrap_or_else(|error| panic!("{id}: {error:?}"));
        }
        let found = Challenge {
            scenario: found.scenario,
            seed: found.seed,
            ..challenge
        };
        assert_eq!(found.judge(&mut session), Verdict::Won, "{id}");
        searched += 1;
    }
    assert!(searched > 0);
}

/// A run of something else is no attempt.
#[test]
fn another_run_is_no_attempt() {
    let challenges = all();
    for (place, (id, _)) in challenges.iter().enumerate() {
        let mut session = run(id, "solution");
        for (other, (_, challenge)) in challenges.iter().enumerate() {
            let same = challenges[place].1.scenario == challenge.scenario;
            if other != place && !same {
                assert_eq!(challenge.judge(&mut session), Verdict::Other, "{id}");
            }
        }
    }
}

/// What is wrong with a file is told with its line.
#[test]
fn what_is_wrong_is_told_with_its_line() {
    let path = format!("{FOLDER}/elect-s3.json");
    let text = read(&path);
    for (from, to, says) in [
        ("\"goals\"", "\"goal\"", "goal"),
        ("leader", "", "goals.1.role.is"),
        ("\"hints\"", "\"allow\": [3],\n\"hints\"", "allow.1"),
        ("quorumscope-challenge", "quorumscope-run", "format"),
    ] {
        assert!(text.contains(from), "{from}");
        let error = Challenge::read("x.json", &text.replacen(from, to, 1)).expect_err(from);
        let said = error.to_string();
        assert!(said.starts_with("x.json:") && said.contains(says), "{said}");
        assert!(error.place.line >= 1);
    }
    assert!(Json::read(&text).is_ok());
}
