//! The schemas in `docs/` describe the files: every file that the lab writes is as they say, and
//! whatever they refuse, the lab refuses too.

mod common;

use std::path::Path;

use common::chaos::Chaos;
use common::{Lab, Mood};
use quorumscope::check::search::{Bounds, Command, Goal, Search};
use quorumscope::protocol::raft::Raft;
use quorumscope::protocol::{Any, ClientId, NodeId, Value as Word};
use quorumscope::share::pair::{Deed, PairFile, Side};
use quorumscope::share::scenes::{self, Scene};
use quorumscope::share::search::SearchRequest;
use quorumscope::share::{Run, condition};
use quorumscope::view::compare::Pair;
use quorumscope::view::{first_look, open, reopen};
use quorumscope::world::{Action, Scenario};
use regex_lite::Regex;
use serde_json::{Map, Value, json};

fn load(name: &str) -> Value {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join(name);
    let text = std::fs::read_to_string(path).unwrap();
    serde_json::from_str(&text).unwrap()
}

/// As much of JSON Schema (2020-12) as the schemas use; a keyword that is not known here is an
/// error, so that none is silently without effect.
fn is_valid(value: &Value, schema: &Value, root: &Value) -> bool {
    let keywords = schema.as_object().expect("a schema is an object");
    keywords
        .iter()
        .all(|(keyword, rule)| holds(keyword, rule, value, keywords, root))
}

fn holds(
    keyword: &str,
    rule: &Value,
    value: &Value,
    beside: &Map<String, Value>,
    root: &Value,
) -> bool {
    let count = |length: Option<usize>, fits: fn(u64, u64) -> bool| {
        length.is_none_or(|length| fits(length as u64, rule.as_u64().unwrap()))
    };
    let (fields, items, text) = (value.as_object(), value.as_array(), value.as_str());
    let at_least = |length, limit| length >= limit;
    let at_most = |length, limit| length <= limit;
    match keyword {
        "$schema" | "$defs" | "title" | "description" => true,
        // `FILE`, `#/$defs/NAME` or `FILE#/$defs/NAME`.
        "$ref" => {
            let rule = rule.as_str().unwrap();
            let (file, part) = rule.split_once('#').unwrap_or((rule, ""));
            let other = (!file.is_empty()).then(|| load(&format!("docs/{file}")));
            let root = other.as_ref().unwrap_or(root);
            is_valid(value, root.pointer(part).expect(rule), root)
        }
        "type" => match rule.as_str().unwrap() {
            "object" => fields.is_some(),
            "array" => items.is_some(),
            "string" => text.is_some(),
            "integer" => value.as_i64().is_some(),
            "boolean" => value.is_boolean(),
            "null" => value.is_null(),
            other => panic!("the type {other} is not known here"),
        },
        "const" => value == rule,
        "enum" => rule.as_array().unwrap().contains(value),
        "oneOf" => {
            let choices = rule.as_array().unwrap().iter();
            choices.filter(|it| is_valid(value, it, root)).count() == 1
        }
        "pattern" => text.is_none_or(|it| Regex::new(rule.as_str().unwrap()).unwrap().is_match(it)),
        "minimum" => value.as_i64().is_none_or(|it| it >= rule.as_i64().unwrap()),
        "maximum" => value.as_i64().is_none_or(|it| it <= rule.as_i64().unwrap()),
        "minLength" => count(text.map(|it| it.chars().count()), at_least),
        "maxLength" => count(text.map(|it| it.chars().count()), at_most),
        "minItems" => count(items.map(Vec::len), at_least),
        "maxItems" => count(items.map(Vec::len), at_most),
        "minProperties" => count(fields.map(Map::len), at_least),
        "maxProperties" => count(fields.map(Map::len), at_most),
        "required" => fields.is_none_or(|fields| {
            let mut names = rule.as_array().unwrap().iter();
            names.all(|name| fields.contains_key(name.as_str().unwrap()))
        }),
        "properties" => fields.is_none_or(|fields| {
            let known = rule.as_object().unwrap();
            let mut fields = fields.iter();
            fields.all(|(name, it)| known.get(name).is_none_or(|rule| is_valid(it, rule, root)))
        }),
        "additionalProperties" => fields.is_none_or(|fields| {
            let known = beside.get("properties").and_then(Value::as_object);
            let known = |name: &str| known.is_some_and(|known| known.contains_key(name));
            let mut others = fields.iter().filter(|(name, _)| !known(name));
            others.all(|(_, it)| rule != false && is_valid(it, rule, root))
        }),
        "items" => items.is_none_or(|items| items.iter().all(|it| is_valid(it, rule, root))),
        "prefixItems" => items.is_none_or(|items| {
            let rules = rule.as_array().unwrap();
            let mut pairs = items.iter().zip(rules);
            pairs.all(|(it, rule)| is_valid(it, rule, root))
        }),
        other => panic!("the keyword {other} is not known here"),
    }
}

/// The runs in `tests/runs`, as their files are and as the lab writes them now; and some in which
/// everything can happen.
fn runs() -> Vec<(String, Run)> {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/runs");
    let mut runs = Vec::new();
    for file in std::fs::read_dir(folder).unwrap() {
        let path = file.unwrap().path();
        let text = std::fs::read_to_string(&path).unwrap();
        let run = Run::from_json(&text).unwrap();
        let now = reopen(&run).unwrap().session.run_with_trail();
        runs.push((text, run));
        runs.push((now.to_json(), now));
    }
    for seed in 0..8 {
        let scenario = Scenario::of("raft", 5);
        let mut lab = Lab::<Raft>::of(&scenario, seed, Mood::Lenient);
        let mut chaos = Chaos::rich(seed.into());
        for _ in 0..200 {
            let action = chaos.action(lab.world());
            lab.act(action);
        }
        runs.push((lab.run().to_json(), lab.run()));
    }
    let branched = branched();
    runs.insert(0, (branched.to_json(), branched));
    assert!(runs.len() >= 49);
    runs
}

/// A run of three branches, with names and notes.
fn branched() -> Run {
    let mut session = open(first_look("raft"), 1).unwrap();
    for node in [1, 2, 3] {
        for _ in 0..8 {
            session.step().unwrap();
        }
        session.pin(session.position(), "here").unwrap();
        session.name_branch(session.branch(), &format!("before S{node}"));
        session.seek(4);
        session.act(Action::Crash(NodeId(node))).unwrap();
    }
    session.return_to(session.branches()[1].id);
    session.run_with_branches().unwrap()
}

#[test]
fn files_are_as_the_schemas_say() {
    let schema = load("docs/run.schema.json");
    let mut scenes = Vec::new();
    for (text, run) in runs() {
        let file: Value = serde_json::from_str(&text).unwrap();
        assert!(is_valid(&file, &schema, &schema), "{text}");
        scenes.push(Scene {
            title: run.scenario.protocol.clone(),
            run,
        });
    }
    let schema = load("docs/scenes.schema.json");
    let text = scenes::write(&scenes);
    assert_eq!(scenes::read(&text), Ok(scenes));
    let file: Value = serde_json::from_str(&text).unwrap();
    assert!(is_valid(&file, &schema, &schema));
}

/// Every place of a file, as the way to it.
fn places(value: &Value, way: &mut Vec<String>, all: &mut Vec<String>) {
    all.push(way.iter().map(|step| format!("/{step}")).collect());
    let children: Vec<(String, &Value)> = match value {
        Value::Object(fields) => fields.iter().map(|(name, it)| (name.clone(), it)).collect(),
        Value::Array(items) => {
            let items = items.iter().enumerate();
            items.map(|(at, it)| (at.to_string(), it)).collect()
        }
        _ => Vec::new(),
    };
    for (step, child) in children {
        way.push(step);
        places(child, way, all);
        way.pop();
    }
}

/// A comparison in which something was done to both sides and to each alone.
fn pair() -> String {
    let [left, right] = ["raft", "paxos"].map(first_look);
    let run = open(left, 1).unwrap();
    let Ok(mut pair) = Pair::beside(run, Scenario::of("paxos", right.cluster.nodes)) else {
        panic!("they can be compared");
    };
    for _ in 0..9 {
        pair.step().unwrap();
    }
    pair.act(Deed::Both(Action::Crash(NodeId(2)))).unwrap();
    for side in Side::BOTH {
        pair.step().unwrap();
        let pause = Action::Pause(NodeId(3));
        pair.act(Deed::One(side, pause)).unwrap();
    }
    pair.seek(5);
    pair.file().to_json()
}

/// The searches that ship, each by itself, and one with all that a search can have, by itself and
/// among several.
fn searches() -> Vec<String> {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("static/searches");
    let mut all = Vec::new();
    for file in std::fs::read_dir(folder).unwrap() {
        let text = std::fs::read_to_string(file.unwrap().path()).unwrap();
        let read = SearchRequest::all_from_json(&text).unwrap();
        all.extend(read.iter().map(|(_, request)| request.to_json()));
    }
    let goal =
        r#"{"all":[{"not":{"down":"S2"}},{"any":[{"count":{"role":"leader","at_least":2}}]}]}"#;
    let request = SearchRequest {
        scenario: first_look("raft"),
        seed: 7,
        bounds: Bounds {
            crashes: 1,
            wipes: 1,
            timeouts: [("election".to_owned(), 2)].into(),
            commands: [None, Some(NodeId(2))]
                .map(|to| Command {
                    client: ClientId(1),
                    to,
                    value: Word::new("x").unwrap(),
                })
                .into(),
            replies: true,
            symmetry: true,
            depth: Some(20),
            ..Bounds::default()
        },
        goal: Goal::Reach(condition::read(goal).unwrap()),
    };
    let text = request.to_json();
    let several = format!(
        r#"{{"format":"quorumscope-searches","version":1,"searches":{{"a":{text},"b":{}}}}}"#,
        all[0]
    );
    all.splice(0..0, [text, several]);
    assert!(all.len() > 40);
    all
}

#[test]
fn comparisons_and_searches_are_as_their_schemas_say() {
    let schema = load("docs/pair.schema.json");
    let text = pair();
    let file: Value = serde_json::from_str(&text).unwrap();
    assert!(is_valid(&file, &schema, &schema), "{text}");
    let schema = load("docs/search.schema.json");
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("static/searches");
    let files = std::fs::read_dir(folder).unwrap();
    let files = files.map(|file| std::fs::read_to_string(file.unwrap().path()).unwrap());
    for text in files.chain(searches()) {
        let file: Value = serde_json::from_str(&text).unwrap();
        assert!(is_valid(&file, &schema, &schema), "{text}");
    }
}

/// Whether a search can be begun.
fn can_begin(text: &str) -> bool {
    let begin = |request: &SearchRequest| {
        let scenario = &request.scenario;
        let protocol = Any::open(&scenario.protocol, &scenario.cluster).unwrap();
        let SearchRequest {
            seed, bounds, goal, ..
        } = request;
        Search::new(protocol, scenario, *seed, bounds, goal, 1 << 20).is_ok()
    };
    match SearchRequest::from_json(text) {
        Ok(request) => begin(&request),
        Err(_) => SearchRequest::all_from_json(text)
            .is_ok_and(|all| all.iter().all(|(_, request)| begin(request))),
    }
}

/// A file in which one place holds something else: where the schema refuses it, the lab does.
#[test]
fn what_the_schema_refuses_is_refused() {
    let runs = runs().into_iter().step_by(7).map(|(text, _)| text);
    let reads = |text: &str| Run::from_json(text).is_ok();
    refuses_as_much("run", runs.collect(), reads, [1_000, 20]);
    let reads = |text: &str| PairFile::from_json(text).is_ok();
    refuses_as_much("pair", vec![pair()], reads, [60, 0]);
    let searches = searches();
    let some = searches[..2].iter().chain(searches[2..].iter().step_by(7));
    refuses_as_much("search", some.cloned().collect(), can_begin, [300, 5]);
}

/// How often the schema refused, and how often the lab read, is at least so much: neither judges
/// everything alike.
fn refuses_as_much(
    schema: &str,
    files: Vec<String>,
    reads: impl Fn(&str) -> bool,
    at_least: [usize; 2],
) {
    let schema = load(&format!("docs/{schema}.schema.json"));
    let instead = [
        json!(null),
        json!(true),
        json!(-1),
        json!(7),
        json!(4_294_967_296_u64),
        json!(""),
        json!("S1"),
        json!("S01>S2#1"),
        json!([]),
        json!(["S1", "S2"]),
        json!({}),
        json!({"advance": 1}),
        json!({"advance": 1, "deliver": "S1>S2#1"}),
        json!({"min": 1, "max": 2, "mean": 1}),
    ];
    let (mut refused, mut read) = (0, 0);
    for text in files {
        let file: Value = serde_json::from_str(&text).unwrap();
        let mut all = Vec::new();
        places(&file, &mut Vec::new(), &mut all);
        for (at, place) in all.iter().enumerate() {
            for other in instead.iter().skip(at % 3).step_by(3) {
                let mut file = file.clone();
                *file.pointer_mut(place).unwrap() = other.clone();
                let ours = reads(&file.to_string());
                if is_valid(&file, &schema, &schema) {
                    read += usize::from(ours);
                } else {
                    refused += 1;
                    assert!(!ours, "{place} read as {other}");
                }
            }
        }
    }
    let [most, some] = at_least;
    assert!(refused > most && read > some, "{refused} {read}");
}
