//! What fuzzing begins from: for each target the real inputs that the project has (links, runs,
//! lessons, …), a few made from these, and whatever was kept because it once was interesting.

use std::collections::BTreeMap;
use std::fs;
use std::path::{Path, PathBuf};

use quorumscope::protocol::{ClientId, NodeId};
use quorumscope::share::Run;
use quorumscope::share::json::Json;
use quorumscope::share::link;
use quorumscope::share::pair::{Deed, PairFile};
use quorumscope::share::scenes::{self, Scene};
use quorumscope::share::search::SearchRequest;
use quorumscope::view::choices::{Choosing, Dialog, Language, Panel, Theme, Thing};
use quorumscope::view::handing::{Ask, Screen};
use quorumscope::view::reopen;

/// Where inputs are kept: a folder for each target.
pub const KEPT: &str = "tests/fuzz";
/// The most bytes of an input that is kept: a giant can be made again.
const KEPT_BYTES_MAX: usize = 1 << 17;
/// The most actions of runs that are made shorter, so that most inputs are small.
const ACTIONS: [usize; 2] = [12, 50];
/// The most bytes of an input that is taken as it is; of the others some are enough.
const BYTES_MAX: usize = 2_500;

/// Files of a folder, by the end of their names, and what they are inputs of.
const FILES: &[(&str, &str, &[&str])] = &[
    ("tests/links/1", "", &["link"]),
    ("tests/challenges", ".json", &["run"]),
    ("static/lessons", ".en.json", &["catalogue"]),
    ("static/lessons", ".zh-CN.json", &["catalogue"]),
    ("static/lessons", "course.json", &["course"]),
    ("static/challenges", ".zh-CN.json", &["catalogue"]),
    ("static/challenges", "course.json", &["course"]),
    ("static/glossary", "glossary.json", &["glossary"]),
];

/// What no file of the project holds, written down here.
const WRITTEN: &[(&str, &[&str])] = &[
    (
        "fragment",
        &[
            "#embed=1&r=1abc&panels=state,why&controls=step&theme=dark&lang=zh-CN&from=3&to=9&lesson=quorums&origin=https%3A%2F%2Fexample.org:8080",
            "embed=1&colour=red&controls=none&from=99999&to=4&panels=none",
            "r=1AAAA&full&embed=0&lesson=two-phase&theme=auto",
        ],
    ),
    (
        "message",
        &[
            r#"{"quorumscope":1,"type":"play"}"#,
            r##"{"quorumscope":1,"type":"load","link":"https://example.org/#embed=1&r=1abc"}"##,
            r#"{"quorumscope":1,"type":"goto","position":12}"#,
            r#"{"quorumscope":1,"type":"theme","theme":"dark"}"#,
            r#"{"quorumscope":1,"type":"on","name":"led","condition":{"role":{"is":"leader"}}}"#,
            r#"{"quorumscope":1,"type":"on","name":"led"}"#,
            "\"slide:stop\"",
        ],
    ),
    (
        "condition",
        &[
            r#"{"count":{"role":"leader","at_least":2,"epochs":"different"}}"#,
            r#"{"all":[{"role":{"node":"S2","is":"leader"}},{"not":{"down":"any"}}]}"#,
            r#"{"cell":{"node":"S1","index":2,"state":"chosen","label":"x","epoch":1}}"#,
            r#"{"any":[{"field":{"key":"voted_for","is":"S2"}},{"tally":{"of":"votes","at_least":2}}]}"#,
            r#"{"told":{"client":"C1","value":"x"}}"#,
            r#"{"event":{"is":"delivered","message":"RequestVote","from":"S1"}}"#,
            r#"{"lost":"raft.election_safety"}"#,
            r#"{"epoch":{"node":"S1","at_least":3,"at_most":9}}"#,
            r#"{"note":{"rule":"raft.request_vote.log","outcome":"refused","at":"S2"}}"#,
        ],
    ),
    (
        "progress",
        &[
            r#"{"last":"why","lessons":{"why":[3,"done"],"copies":[1,null]}}"#,
            r#"{"last":null,"lessons":{"challenge:gap":[0,"done"]}}"#,
        ],
    ),
    (
        "progress_file",
        &[
            r#"{"format":"quorumscope-progress","version":1,"last":"why","lessons":{"why":[8,"done"],"copies":[1,null]}}"#,
            r#"{"format":"quorumscope-progress","version":1,"last":null,"lessons":{"challenge gap":[0,"done"]}}"#,
        ],
    ),
    (
        "preference",
        &[
            "dark",
            "light",
            "en-GB",
            "zh-CN",
            "ZH-Hant-TW",
            "fr",
            "on",
            "open",
        ],
    ),
    (
        "names",
        &[
            "S1>S2#3",
            "C1>S2#1.4",
            "S32",
            "C9",
            "x=\"1\" \\ 值",
            ">S2",
            "+S4",
            "x?",
        ],
    ),
    (
        "json",
        &[
            r#" {"a": [1, 20, 0, true, false, null], "b\n\"\\\/\u00e9\ud83d\ude00": {"值": "x\ty"}, "c": {}, "d": [], "e": [{"f": [[]]}]} "#,
        ],
    ),
];

/// All inputs, by target.
pub struct Corpus(BTreeMap<&'static str, Vec<Vec<u8>>>);

impl Corpus {
    /// What the project has.
    pub fn of_the_project() -> Self {
        let mut corpus = Self(BTreeMap::new());
        corpus.add_files();
        corpus.add_runs();
        corpus.add_teaching();
        corpus.add_searches();
        for (target, texts) in WRITTEN {
            for text in *texts {
                corpus.add(target, text.as_bytes().to_vec());
            }
        }
        for target in super::targets::TARGETS {
            for (_, bytes) in kept(target.name) {
                corpus.add(target.name, bytes);
            }
        }
        corpus
    }

    /// The inputs of a target.
    pub fn of(&self, target: &str) -> &[Vec<u8>] {
        self.0.get(target).map_or(&[], Vec::as_slice)
    }

    fn add(&mut self, target: &'static str, bytes: Vec<u8>) {
        self.0.entry(target).or_default().push(bytes);
    }

    fn add_files(&mut self) {
        for (folder, end, targets) in FILES {
            for (_, bytes) in files(folder, end) {
                for target in *targets {
                    if bytes.len() <= BYTES_MAX || self.of(target).is_empty() {
                        self.add(target, bytes.clone());
                    }
                }
            }
        }
    }

    /// Short forms of stored runs, and links, scenes and pairs made of them.
    fn add_runs(&mut self) {
        let mut runs = Vec::new();
        for folder in ["tests/runs", "tests/counterexamples"] {
            for (_, bytes) in files(folder, ".json") {
                let text = text(bytes);
                runs.push(short(&text, ACTIONS[runs.len() % ACTIONS.len()]));
            }
        }
        for run in &runs {
            self.add("run", run.to_json().into_bytes());
            self.add("packed", link::packed(run));
            let link = link::write(run).expect("a short run has a link");
            self.add("link", link.into_bytes());
            self.add("job", format!("replay\n{}", run.to_json()).into_bytes());
            self.add("handed", handed(run, self.of("handed").len()));
        }
        for two in runs.chunks_exact(2).step_by(3) {
            let scene = |(title, run): (&str, &Run)| Scene {
                title: title.to_owned(),
                run: run.clone(),
            };
            let scenes: Vec<Scene> = ["Split vote", "分裂投票"]
                .into_iter()
                .zip(two)
                .map(scene)
                .collect();
            self.add("scenes", scenes::write(&scenes).into_bytes());
            self.add("pair", pair(&two[0], &two[1]).to_json().into_bytes());
        }
    }

    /// Lessons and challenges, and the conditions in them.
    fn add_teaching(&mut self) {
        for (target, folder) in [
            ("lesson", "static/lessons"),
            ("challenge", "static/challenges"),
        ] {
            for (name, bytes) in files(folder, ".json") {
                if name.matches('.').count() > 1 || name == "course.json" {
                    continue;
                }
                let json = Json::read(&text(bytes.clone())).expect("the project's files are JSON");
                self.add_conditions(&json);
                self.add(target, bytes);
            }
        }
    }

    fn add_conditions(&mut self, json: &Json) {
        for (name, value) in json.fields().unwrap_or_default() {
            match name.as_str() {
                "until" | "to" if value.fields().is_some() => {
                    self.add("condition", value.write().into_bytes());
                }
                "goals" => {
                    for goal in value.items().unwrap_or_default() {
                        self.add("condition", goal.write().into_bytes());
                    }
                }
                _ => self.add_conditions(value),
            }
        }
        for item in json.items().unwrap_or_default() {
            self.add_conditions(item);
        }
    }

    /// Each prepared search alone, and the smallest file of several.
    fn add_searches(&mut self) {
        for (name, bytes) in files("static/searches", ".json") {
            let whole = text(bytes.clone());
            let all = SearchRequest::all_from_json(&whole);
            for (_, request) in all.expect("the project's searches can be read") {
                self.add("search", request.to_json().into_bytes());
            }
            if name == "two_phase.json" {
                self.add("search", bytes);
            }
        }
    }
}

/// The first actions of a stored run.
fn short(text: &str, actions: usize) -> Run {
    let run = Run::from_json(text).expect("stored runs can be read");
    let mut session = reopen(&run).expect("and opened").session;
    session.seek(actions);
    let done = session.position();
    let mut run = run;
    run.actions.truncate(done);
    run.cursor = done;
    run.hash = Some(session.hash());
    reopen(&run)
        .expect("a part of it too")
        .session
        .run_with_trail()
}

/// What the core would hand over that has this run on stage, each time in another state.
fn handed(run: &Run, nth: usize) -> Vec<u8> {
    let session = reopen(run).expect("stored runs open").session;
    let asks = [
        Ask::Show(Dialog::Share),
        Ask::Client(ClientId(1)),
        Ask::Eyes(NodeId(2)),
        Ask::Open(run.to_json()),
        Ask::Protocol("paxos"),
        Ask::Link("1abc".into()),
    ];
    let things = [
        Thing::Node(NodeId(1)),
        Thing::Client(ClientId(1)),
        Thing::Message("S1>S2#3".parse().expect("it is a name")),
    ];
    let screen = Screen {
        language: Language::Chinese,
        theme: Theme::Dark,
        shortcut_keys: true,
        selected: things.get(nth % 4).copied(),
        choosing: Choosing::Node,
        panel: Panel::Rules,
        dialog: Dialog::Help,
        running: true,
        speed: nth % 5,
        shown: session.now(),
        focus: Some("0.1.2".into()),
        menu: false,
        draft: "x=\"1\" 值".into(),
        ask: asks.get(nth % 7).cloned(),
    };
    screen.write(&session).into_bytes()
}

/// Two scenarios, and what was done in the run of one of them.
fn pair(left: &Run, right: &Run) -> PairFile {
    let deed = |action: &quorumscope::world::Action| match action.is_environment() {
        true => Deed::Both(action.clone()),
        false => Deed::Next,
    };
    PairFile {
        scenarios: [left.scenario.clone(), right.scenario.clone()],
        seed: left.seed,
        deeds: left.actions.iter().map(deed).collect(),
        cursor: left.cursor,
        hashes: None,
    }
}

/// The files of a folder whose names end like this, in the order of their names.
fn files(folder: &str, end: &str) -> Vec<(String, Vec<u8>)> {
    let path = root().join(folder);
    let entries = fs::read_dir(&path).into_iter().flatten().flatten();
    let named = entries.filter(|it| it.file_type().is_ok_and(|it| it.is_file()));
    let named = named.map(|it| it.file_name().to_string_lossy().into_owned());
    let mut names: Vec<String> = named.filter(|it| it.ends_with(end)).collect();
    names.sort();
    let read = |name: String| {
        let bytes = fs::read(path.join(&name)).expect("a file of the project can be read");
        (name, bytes)
    };
    names.into_iter().map(read).collect()
}

/// What is kept of a target, with the names.
pub fn kept(target: &str) -> Vec<(String, Vec<u8>)> {
    files(&format!("{KEPT}/{target}"), "")
}

/// Keeps an input that is small enough, under a name that follows from it; says where it would be.
pub fn keep(target: &str, bytes: &[u8]) -> PathBuf {
    let folder = root().join(KEPT).join(target);
    let path = folder.join(format!("{:016x}", xxhash_rust::xxh64::xxh64(bytes, 0)));
    if bytes.len() <= KEPT_BYTES_MAX {
        let written = fs::create_dir_all(&folder).and_then(|()| fs::write(&path, bytes));
        if let Err(error) = written {
            eprintln!("{}: {error}", path.display());
        }
    }
    path
}

fn root() -> &'static Path {
    Path::new(env!("CARGO_MANIFEST_DIR"))
}

fn text(bytes: Vec<u8>) -> String {
    String::from_utf8(bytes).expect("the project's files are text")
}
