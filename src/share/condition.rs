//! Conditions as JSON, and back. What is not understood is an error that says where and what.
//!
//! | form | holds where |
//! | --- | --- |
//! | `{"all":[…]}`, `{"any":[…]}`, `{"not":…}` | all, some, not |
//! | `{"role":{"node":"S2","is":"leader"}}` | the node runs in that role |
//! | `{"epoch":{"node":"S1","at_least":3}}` | its term's or ballot's number; `at_most` too |
//! | `{"cell":{"node":"S1","index":2,"state":"chosen","label":"x","epoch":1}}` | a cell has come so far |
//! | `{"field":{"node":"S1","key":"voted_for","is":"S2"}}` | a variable holds this |
//! | `{"tally":{"node":"S1","of":"votes","at_least":2}}` | so many said yes |
//! | `{"down":"S1"}` | the node is down; `"any"`: some node is |
//! | `{"count":{"role":"leader","at_least":2,"epochs":"different"}}` | so many nodes pass all tests given |
//! | `{"count":{"cell":{"index":1},"at_least":2,"epochs":"same"}}` | … in one term or ballot: a majority of two, of three |
//! | `{"told":{"client":"C1","value":"x"}}` | the client has been answered |
//! | `{"lost":"raft.election_safety"}` | the property is lost |
//! | `{"messages":{"at_least":50}}` | so many messages were sent from node to node |
//! | `{"event":{"fact":"became","node":"S2","role":"leader"}}` | the step states the fact |
//! | `{"event":{"is":"delivered","message":"RequestVote","to":"S3"}}` | the step did that |
//! | `{"note":{"rule":"raft.request_vote.log","outcome":"refused","at":"S3"}}` | so a rule decided |
//!
//! Where no `node` is named, any will do. Tests of `count` are `role`, `epoch`, `cell`, `field`,
//! `tally` and `down`, with what stands above beside `node`; `role` is the word alone, and `down`
//! is `true`.

pub use super::reading::{Problem, ReadError as ConditionError};

use super::json::Json;
use super::reading::{Object, Read, error, flag, id, inside, name, number, text, word};
use crate::check::condition::{
    CELL_STATES, CellTest, Condition, Count, EVENT_KINDS, Epochs, EventTest, NoteTest, Part, Range,
    Test,
};
use crate::protocol::registry::PROTOCOLS;
use crate::protocol::{Endpoint, Outcome};
use crate::world::CLIENT_RULES;

/// Whichever node.
const ANY: &str = "any";
/// How the terms or ballots of those who are counted are related.
const DIFFERENT: &str = "different";
const SAME: &str = "same";

/// Reads a condition's text.
pub fn read(text: &str) -> Read<Condition> {
    match Json::read(text) {
        Ok(json) => from_json(&json),
        Err(place) => Err(error("", Problem::Malformed(place))),
    }
}

/// Reads a condition that stands inside something else.
pub fn from_json(json: &Json) -> Read<Condition> {
    condition(json, "")
}

/// Writes a condition.
pub fn to_json(condition: &Condition) -> Json {
    let list = |parts: &[Condition]| Json::list(parts.iter().map(to_json));
    let (kind, about) = match condition {
        Condition::All(parts) => ("all", list(parts)),
        Condition::Any(parts) => ("any", list(parts)),
        Condition::Not(part) => ("not", to_json(part)),
        Condition::Node(node, test) => {
            let node = node.map(|id| id.to_string());
            let (kind, mut fields) = test_json(test);
            match (test, node) {
                (Test::Down, node) => (kind, node.as_deref().unwrap_or(ANY).into()),
                (_, node) => {
                    let node = node.map(|it| ("node".to_owned(), Json::Text(it)));
                    fields.splice(0..0, node);
                    (kind, Json::Object(fields))
                }
            }
        }
        Condition::Count(count) => ("count", count_json(count)),
        Condition::Told { client, value } => {
            let mut fields = Vec::new();
            let client = client.map(|it| it.to_string());
            put(&mut fields, "client", client.map(Json::Text));
            put(&mut fields, "value", value.clone().map(Json::Text));
            ("told", Json::Object(fields))
        }
        Condition::Lost(property) => ("lost", property.as_str().into()),
        Condition::Messages(at_least) => {
            ("messages", Json::object([("at_least", (*at_least).into())]))
        }
        Condition::Event(test) => {
            let kind = if test.kind.fact { "fact" } else { "is" };
            let mut fields = vec![(kind.to_owned(), test.kind.word.into())];
            for (name, part) in &test.parts {
                let part = match part {
                    Part::End(end) => Json::Text(end.to_string()),
                    Part::Number(number) => (*number).into(),
                    Part::Text(text) => text.as_str().into(),
                    Part::Flag(flag) => Json::Bool(*flag),
                };
                put(&mut fields, name, Some(part));
            }
            ("event", Json::Object(fields))
        }
        Condition::Note(test) => {
            let mut fields = vec![("rule".to_owned(), test.rule.as_str().into())];
            put(
                &mut fields,
                "outcome",
                test.outcome.map(|it| it.key().into()),
            );
            let at = test.at.map(|it| Json::Text(it.to_string()));
            put(&mut fields, "at", at);
            ("note", Json::Object(fields))
        }
    };
    Json::object([(kind, about)])
}

type Fields = Vec<(String, Json)>;

fn put(fields: &mut Fields, name: &str, value: Option<Json>) {
    fields.extend(value.map(|it| (name.to_owned(), it)));
}

fn put_range(fields: &mut Fields, range: Range) {
    put(fields, "at_least", range.at_least.map(Json::from));
    put(fields, "at_most", range.at_most.map(Json::from));
}

/// A test's kind and its fields, without the node.
fn test_json(test: &Test) -> (&'static str, Fields) {
    let mut fields = Vec::new();
    let kind = match test {
        Test::Role(role) => {
            put(&mut fields, "is", Some(role.as_str().into()));
            "role"
        }
        Test::Epoch(range) => {
            put_range(&mut fields, *range);
            "epoch"
        }
        Test::Cell(cell) => {
            put(&mut fields, "index", cell.index.map(Json::from));
            let mut states = CELL_STATES.iter();
            let word = states.find(|(_, state)| cell.state == Some(*state));
            put(&mut fields, "state", word.map(|(word, _)| (*word).into()));
            put(&mut fields, "label", cell.label.clone().map(Json::Text));
            put(&mut fields, "epoch", cell.epoch.map(Json::from));
            "cell"
        }
        Test::Field { key, is } => {
            put(&mut fields, "key", Some(key.as_str().into()));
            put(&mut fields, "is", Some(is.as_str().into()));
            "field"
        }
        Test::Tally { of, yes } => {
            put(&mut fields, "of", Some(of.as_str().into()));
            put_range(&mut fields, *yes);
            "tally"
        }
        Test::Down => "down",
    };
    (kind, fields)
}

fn count_json(count: &Count) -> Json {
    let mut fields = Vec::new();
    for test in &count.tests {
        let (kind, about) = test_json(test);
        let about = match test {
            Test::Role(role) => role.as_str().into(),
            Test::Down => Json::Bool(true),
            _ => Json::Object(about),
        };
        put(&mut fields, kind, Some(about));
    }
    put_range(&mut fields, count.nodes);
    let word = match count.epochs {
        Epochs::Any => None,
        Epochs::Different => Some(DIFFERENT),
        Epochs::Same => Some(SAME),
    };
    put(&mut fields, "epochs", word.map(Json::from));
    Json::Object(fields)
}

pub(crate) fn condition(json: &Json, at: &str) -> Read<Condition> {
    let Some([(kind, about)]) = json.fields() else {
        return Err(error(at, Problem::NoKind));
    };
    let inner = inside(at, kind);
    Ok(match kind.as_str() {
        "all" => Condition::All(list(about, &inner)?),
        "any" => Condition::Any(list(about, &inner)?),
        "not" => Condition::Not(Box::new(condition(about, &inner)?)),
        "down" if about.text() == Some(ANY) => Condition::Node(None, Test::Down),
        "down" => Condition::Node(Some(name(about, &inner)?), Test::Down),
        "role" | "epoch" | "cell" | "field" | "tally" => {
            let node = match about.get("node") {
                None => None,
                Some(node) => Some(name(node, &inside(&inner, "node"))?),
            };
            Condition::Node(node, test(kind, about, &inner, true)?)
        }
        "count" => Condition::Count(count(about, &inner)?),
        "told" => {
            let object = Object::new(about, &inner, &["client", "value"])?;
            Condition::Told {
                client: object.optional("client", name)?,
                value: object.optional("value", text)?,
            }
        }
        "lost" => Condition::Lost(id(about, &inner, |id| {
            let mut properties = PROTOCOLS.iter().flat_map(|about| about.properties);
            properties.any(|property| property.id == id)
        })?),
        "messages" => {
            let object = Object::new(about, &inner, &["at_least"])?;
            Condition::Messages(object.required("at_least", number)?)
        }
        "event" => Condition::Event(event(about, &inner)?),
        "note" => Condition::Note(note(about, &inner)?),
        _ => return Err(error(at, Problem::UnknownField(kind.clone()))),
    })
}

fn list(json: &Json, at: &str) -> Read<Vec<Condition>> {
    let items = json.items().ok_or(error(at, Problem::BadValue))?;
    let items = items.iter().enumerate();
    items
        .map(|(position, item)| condition(item, &inside(at, &(position + 1).to_string())))
        .collect()
}

fn range(object: &Object<'_>) -> Read<Range> {
    let range = Range {
        at_least: object.optional("at_least", number)?,
        at_most: object.optional("at_most", number)?,
    };
    match (range.at_least, range.at_most) {
        (None, None) => Err(error(&object.at, Problem::Missing("at_least"))),
        (Some(least), Some(most)) if least > most => Err(error(&object.at, Problem::BadValue)),
        _ => Ok(range),
    }
}

/// A test of one node, which may be named among its fields.
fn test(kind: &str, json: &Json, at: &str, named: bool) -> Read<Test> {
    let open = |known: &[&'static str]| {
        let mut known = known.to_vec();
        known.extend(named.then_some("node"));
        Object::new(json, at, &known)
    };
    Ok(match kind {
        "role" => Test::Role(open(&["is"])?.required("is", text)?),
        "epoch" => Test::Epoch(range(&open(&["at_least", "at_most"])?)?),
        "cell" => {
            let object = open(&["index", "state", "label", "epoch"])?;
            Test::Cell(CellTest {
                index: object.optional("index", number)?,
                state: object.optional("state", |it, at| word(it, at, CELL_STATES))?,
                label: object.optional("label", text)?,
                epoch: object.optional("epoch", number)?,
            })
        }
        "field" => {
            let object = open(&["key", "is"])?;
            Test::Field {
                key: object.required("key", text)?,
                is: object.required("is", text)?,
            }
        }
        _ => {
            let object = open(&["of", "at_least", "at_most"])?;
            Test::Tally {
                of: object.required("of", text)?,
                yes: range(&object)?,
            }
        }
    })
}

fn count(json: &Json, at: &str) -> Read<Count> {
    const TESTS: [&str; 6] = ["role", "epoch", "cell", "field", "tally", "down"];
    let mut known = TESTS.to_vec();
    known.extend(["at_least", "at_most", "epochs"]);
    let object = Object::new(json, at, &known)?;
    let mut tests = Vec::new();
    for kind in TESTS {
        let one = object.optional(kind, |json, at| match kind {
            "role" => Ok(Test::Role(text(json, at)?)),
            "down" => match flag(json, at)? {
                true => Ok(Test::Down),
                false => Err(error(at, Problem::BadValue)),
            },
            kind => test(kind, json, at, false),
        })?;
        tests.extend(one);
    }
    if tests.is_empty() {
        return Err(error(at, Problem::Missing("role")));
    }
    let epochs = [(DIFFERENT, Epochs::Different), (SAME, Epochs::Same)];
    let epochs = object.optional("epochs", |it, at| word(it, at, &epochs))?;
    Ok(Count {
        tests,
        nodes: range(&object)?,
        epochs: epochs.unwrap_or_default(),
    })
}

fn event(json: &Json, at: &str) -> Read<EventTest> {
    let is_fact = json.get("fact").is_some();
    let kind_field = if is_fact { "fact" } else { "is" };
    let Some(given) = json.get(kind_field) else {
        return Err(error(at, Problem::Missing("is")));
    };
    let words: Vec<_> = EVENT_KINDS
        .iter()
        .filter(|kind| kind.fact == is_fact)
        .map(|kind| (kind.word, *kind))
        .collect();
    let kind = word(given, &inside(at, kind_field), &words)?;
    let mut known = kind.parts.to_vec();
    known.push(kind_field);
    let object = Object::new(json, at, &known)?;
    let mut parts = Vec::new();
    for part in kind.parts {
        let value = object.optional(part, |json, at| {
            Ok(match *part {
                "node" | "client" | "from" | "to" => Part::End(name::<Endpoint>(json, at)?),
                "epoch" | "index" => Part::Number(number(json, at)?),
                "yes" | "commit" => Part::Flag(flag(json, at)?),
                "message" => Part::Text(id(json, at, is_message)?),
                _ => Part::Text(text(json, at)?),
            })
        })?;
        parts.extend(value.map(|value| (*part, value)));
    }
    Ok(EventTest { kind, parts })
}

/// Whether any protocol has a message of this name, or clients.
fn is_message(name: &str) -> bool {
    let mut known = PROTOCOLS.iter().flat_map(|about| about.messages);
    known.any(|known| *known == name) || ["Request", "Reply"].contains(&name)
}

fn note(json: &Json, at: &str) -> Read<NoteTest> {
    let object = Object::new(json, at, &["rule", "outcome", "at"])?;
    let of_protocols = || PROTOCOLS.iter().flat_map(|about| about.rules);
    let known = |id: &str| of_protocols().chain(CLIENT_RULES).any(|rule| rule.id == id);
    let outcomes = [
        Outcome::Accepted,
        Outcome::Refused,
        Outcome::Ignored,
        Outcome::Done,
    ];
    let outcomes = outcomes.map(|it| (it.key(), it));
    Ok(NoteTest {
        rule: object.required("rule", |it, at| id(it, at, known))?,
        outcome: object.optional("outcome", |it, at| word(it, at, &outcomes))?,
        at: object.optional("at", name)?,
    })
}
