//! The engine against tables of facts that come from public sources, read as data, and the
//! runner of such tables against tables that are wrong.

#[path = "oracles/runner/mod.rs"]
mod runner;

use runner::{FileError, Why, run, run_files};
use serde_json::{Value, json};

const RAFT: &str = include_str!("oracles/raft_cases.json");
const PAXOS: &str = include_str!("oracles/paxos_cases.json");
const SCENARIOS: &str = include_str!("oracles/paxos_scenarios.json");

fn parsed(text: &str) -> Value {
    serde_json::from_str(text).unwrap()
}

fn cases(text: &str) -> Vec<Value> {
    parsed(text)["cases"].as_array().unwrap().clone()
}

/// One case on its own: nothing if it passes.
fn run_one(protocol: &str, case: &Value) -> Option<Why> {
    let file = json!({ "protocol": protocol, "cases": [case] });
    let mut report = run(&file.to_string()).unwrap();
    assert_eq!(report.passed + report.failures.len(), 1);
    report.failures.pop().map(|failure| failure.why)
}

/// The sentence with which a case cannot be run.
fn sentence(protocol: &str, case: &Value) -> String {
    match run_one(protocol, case) {
        Some(Why::Unreadable(sentence)) => sentence,
        other => panic!("{case} gave {other:?}"),
    }
}

/// All cases of the tables hold, and none is skipped.
#[test]
fn the_engine_meets_every_case() {
    for (text, least) in [(RAFT, 110), (PAXOS, 42), (SCENARIOS, 8)] {
        let report = run(text).unwrap();
        let failures: Vec<String> = report.failures.iter().map(ToString::to_string).collect();
        assert!(failures.is_empty(), "{}", failures.join("\n"));
        assert_eq!(report.passed, cases(text).len());
        assert!(
            report.passed >= least,
            "the table has shrunk to {}",
            report.passed
        );
    }
}

/// Another value of the same kind.
fn altered(value: &Value) -> Value {
    match value {
        Value::Null => json!("something"),
        Value::Bool(flag) => json!(!flag),
        Value::Number(number) => json!(number.as_i64().unwrap() + 1),
        Value::String(text) => json!(format!("{text}?")),
        Value::Array(items) => match items.split_last() {
            Some((_, rest)) => json!(rest),
            None => json!([{ "type": "Accepted" }]),
        },
        Value::Object(_) => unreachable!("objects are walked into"),
    }
}

/// All values that differ from this one in a single place.
fn alterations(value: &Value) -> Vec<Value> {
    let Some(fields) = value.as_object() else {
        return vec![altered(value)];
    };
    let change = |name: &String, inner: Value| {
        let mut changed = value.clone();
        changed[name] = inner;
        changed
    };
    let fields = fields
        .iter()
        .filter(|(name, _)| !["buggy", "for_all"].contains(&name.as_str()));
    fields
        .flat_map(|(name, inner)| {
            alterations(inner)
                .into_iter()
                .map(move |it| change(name, it))
        })
        .collect()
}

/// Nothing that a case lists goes unread: whatever is altered in `then`, the case fails.
#[test]
fn every_listed_field_is_compared() {
    for (protocol, text) in [("raft", RAFT), ("paxos", PAXOS), ("paxos", SCENARIOS)] {
        for case in cases(text) {
            for then in alterations(&case["then"]) {
                let mut wrong = case.clone();
                // With one allowed role fewer, the right one may still be there.
                if then["role_any_of"].is_array() {
                    continue;
                }
                wrong["then"] = then;
                let id = &case["id"];
                assert!(
                    run_one(protocol, &wrong).is_some(),
                    "{id}: {}",
                    wrong["then"]
                );
            }
        }
    }
}

/// A failure shows what was expected and what happened.
#[test]
fn a_difference_is_shown_with_both_sides() {
    let mut case = cases(RAFT)[0].clone();
    case["then"]["currentTerm"] = json!(7);
    let Some(Why::Different(mismatches)) = run_one("raft", &case) else {
        panic!("a wrong term passes");
    };
    let shown: Vec<String> = mismatches.iter().map(ToString::to_string).collect();
    assert_eq!(shown, ["then.currentTerm: expected 7, actual 1"]);
}

fn raft_case(when: Value, then: Value) -> Value {
    let given = json!({
        "me": 1, "cluster_size": 3, "role": "leader", "currentTerm": 2, "votedFor": 1,
        "log": [1, 2], "commitIndex": 0, "matchAll": [2, 1, 0],
    });
    json!({ "id": "made", "given": given, "when": when, "then": then })
}

/// One list may mix events of every kind, questions included, and `then` list every kind of
/// field.
#[test]
fn raft_events_and_fields_mix() {
    let when = json!([
        { "type": "MajorityIndex" },
        { "type": "ClientPropose" },
        { "type": "AppendEntriesReply", "from": 2, "term": 2, "success": true, "matchIndex": 3 },
        { "type": "HeartbeatTimeout" },
        { "type": "AppendEntriesReply", "from": 3, "term": 2, "success": false },
        { "type": "AdvanceCommit" },
        { "type": "RequestVote", "from": 3, "term": 5, "lastLogIndex": 9, "lastLogTerm": 4 },
        { "type": "CrashRestart" },
        { "type": "AppendEntries", "from": 3, "term": 5, "prevLogIndex": 1, "prevLogTerm": 1,
          "entries": [4, 5], "leaderCommit": 1 },
        { "type": "ElectionTimeout" },
        { "type": "RequestVoteReply", "from": 2, "term": 6, "voteGranted": true },
    ]);
    let then = json!({
        "index": 1, "role": "leader", "role_any_of": ["leader"], "currentTerm": 6, "votedFor": 1,
        "log": [1, 4, 5], "commitIndex": 1, "nextIndex": { "3": 4 }, "matchIndex": { "2": 0 },
        "send_types": { "RequestVoteReply": [3], "RequestVote": [3, 2] },
        "last_append_has": { "entries": [], "prevLogIndex": 3 },
    });
    assert_eq!(run_one("raft", &raft_case(when, then)), None);
}

/// In one event, receivers may come in any order; from one event to the next, order counts.
#[test]
fn messages_are_compared_in_order() {
    let propose = |to: [u8; 2]| {
        let when = json!([{ "type": "ClientPropose" }]);
        let send = to.map(|to| json!({ "type": "AppendEntries", "to": to, "leaderCommit": 0 }));
        run_one("raft", &raft_case(when, json!({ "send": send })))
    };
    assert_eq!(propose([2, 3]), None);
    assert_eq!(propose([3, 2]), None);
    assert!(propose([2, 2]).is_some());
    let refused = |to: [u8; 2]| {
        let vote = |from| {
            json!({ "type": "RequestVote", "from": from, "term": 1, "lastLogIndex": 0,
                    "lastLogTerm": 0 })
        };
        let send = to.map(|to| json!({ "type": "RequestVoteReply", "to": to }));
        run_one(
            "raft",
            &raft_case(json!([vote(2), vote(3)]), json!({ "send": send })),
        )
    };
    assert_eq!(refused([2, 3]), None);
    assert!(refused([3, 2]).is_some());
}

/// Events of acceptor, proposer and learner may stand in one case, and acceptors may have any
/// names.
#[test]
fn paxos_roles_and_names_mix() {
    let case = json!({
        "id": "made",
        "given": {
            "promised": 3, "acceptedBallot": 1, "acceptedValue": "x",
            "acceptors": 3, "ballot": 4, "ownValue": "y",
        },
        "when": [
            { "type": "Prepare", "ballot": 4 },
            { "type": "Promise", "from": "B", "ballot": 4, "acceptedBallot": 1, "acceptedValue": "x" },
            { "type": "Promise", "from": 1, "ballot": 4, "acceptedBallot": -1, "acceptedValue": null },
            { "type": "Accept", "ballot": 2, "value": "z" },
            { "type": "CrashRestart" },
            { "type": "Accepted", "from": "B", "ballot": 4, "value": "x" },
            { "type": "Accepted", "from": 3, "ballot": 4, "value": "x" },
            { "type": "Prepare", "ballot": 4 },
        ],
        "then": {
            "state": { "promised": 4, "acceptedBallot": 1, "acceptedValue": "x" },
            "send": [
                { "type": "Promise", "ballot": 4, "acceptedValue": "x" },
                { "type": "Accept", "ballot": 4, "value": "x" },
            ],
            "accept": { "ballot": 4, "value": "x" },
            "total_accept_rounds_for_ballot": 1,
            "chosen": "x",
        },
    });
    assert_eq!(run_one("paxos", &case), None);
}

/// What the schema does not know fails with a sentence that names it.
#[test]
fn unknown_words_are_named() {
    let event = json!({ "type": "ClientPropose" });
    let then = json!({ "role": "leader" });
    let mut case = raft_case(event.clone(), then.clone());
    case["given"]["snapshot"] = json!(1);
    assert_eq!(
        sentence("raft", &case),
        "“given” has the unknown field “snapshot”"
    );
    case = raft_case(json!({ "type": "ReadIndex" }), then.clone());
    assert_eq!(
        sentence("raft", &case),
        "“when” has the unknown event “ReadIndex”"
    );
    case = raft_case(json!({ "type": "ClientPropose", "size": 3 }), then.clone());
    assert_eq!(
        sentence("raft", &case),
        "an event of “when” has the unknown field “size”"
    );
    case = raft_case(event.clone(), json!({ "leaderHint": 2 }));
    assert_eq!(
        sentence("raft", &case),
        "“then” has the unknown field “leaderHint”"
    );
    case = raft_case(event.clone(), json!({ "send": [{ "type": "PreVote" }] }));
    assert_eq!(
        sentence("raft", &case),
        "then.send names the unknown message type “PreVote”"
    );
    case = raft_case(event.clone(), json!({ "rejections": 2 }));
    assert!(sentence("raft", &case).contains("no event of “when” asks for it"));
    case = raft_case(event, then);
    case["before"] = json!([]);
    assert_eq!(
        sentence("raft", &case),
        "the case has the unknown field “before”"
    );
}

/// The same for Paxos, and for the operations of its scenarios.
#[test]
fn unknown_words_are_named_in_paxos() {
    let made = |given: Value, when: Value, then: Value| json!({ "id": "made", "given": given, "when": when, "then": then });
    let chosen = json!({ "chosen": null });
    let case = made(json!({}), json!([{ "type": "Learn" }]), chosen.clone());
    assert_eq!(
        sentence("paxos", &case),
        "“when” has the unknown event “Learn”"
    );
    let case = made(json!({ "slots": 2 }), json!([]), chosen.clone());
    assert_eq!(
        sentence("paxos", &case),
        "“given” has the unknown field “slots”"
    );
    let case = made(json!({}), json!([]), json!({ "state": { "round": 1 } }));
    assert_eq!(
        sentence("paxos", &case),
        "then.state has the unknown field “round”"
    );
    let case = made(
        json!({}),
        json!([{ "op": "learn", "to": ["a1"] }]),
        chosen.clone(),
    );
    assert_eq!(
        sentence("paxos", &case),
        "“when” has the unknown operation “learn”"
    );
    let prepare = json!([{ "op": "prepare", "ballot": 1, "to": ["a9"], "ownValue": "x" }]);
    let case = made(json!({}), prepare, chosen);
    assert_eq!(
        sentence("paxos", &case),
        "\"a9\" is none of the 3 acceptors"
    );
}

/// Numbers that no node can have are told, not run.
#[test]
fn impossible_states_are_refused() {
    let then = json!({ "role": "leader" });
    let with = |field: &str, value: Value| {
        let mut case = raft_case(json!([]), then.clone());
        case["given"][field] = value;
        sentence("raft", &case)
    };
    assert!(with("me", json!(4)).contains("node 4 of 3"));
    assert!(with("cluster_size", json!(0)).contains("1 to 32"));
    assert!(with("role", json!("king")).contains("king"));
    assert!(with("currentTerm", json!(-1)).contains("not a whole number in range"));
    assert!(with("nextIndex", json!({ "2": 0 })).contains("indices start at 1"));
    assert!(with("matchAll", json!([2, 1])).contains("2 numbers for 3 nodes"));
    assert!(with("matchAll", json!([1, 1, 1])).contains("its log has 2"));
    assert!(with("votedFor", json!(9)).contains("no node"));
}

/// A case that checks nothing fails: it could not go wrong.
#[test]
fn an_empty_case_fails() {
    let case = raft_case(json!([]), json!({}));
    assert!(sentence("raft", &case).contains("checks nothing"));
}

/// Each kind of bad file has its own sentence.
#[test]
fn bad_files_are_told_apart() {
    let error = |text: &str| run(text).unwrap_err();
    assert!(matches!(error("{"), FileError::NotJson(_)));
    assert!(matches!(error(""), FileError::NotJson(_)));
    let other = |text: &str| match error(text) {
        FileError::OtherSchema(sentence) => sentence,
        other => panic!("{other:?}"),
    };
    assert_eq!(other("[1]"), "the file is [1], not an object");
    assert_eq!(other("{}"), "the file has no field “protocol”");
    let zab = other(r#"{"protocol":"zab","cases":[]}"#);
    assert_eq!(zab, "there are no cases for the protocol “zab”");
    assert_eq!(
        other(r#"{"protocol":"raft","cases":[]}"#),
        "it has no cases"
    );
    let not_a_list = other(r#"{"protocol":"raft","cases":3}"#);
    assert!(not_a_list.contains("not a list"), "{not_a_list}");
}

/// The last line counts over all files; a file that cannot be read counts as failed.
#[test]
fn the_last_line_counts() {
    let here = |name: &str| format!("{}/tests/oracles/{name}", env!("CARGO_MANIFEST_DIR"));
    let good = [here("raft_cases.json"), here("paxos_cases.json")];
    let (text, all_passed) = run_files(&good);
    assert_eq!(text.lines().last(), Some("152 passed, 0 failed"));
    assert!(all_passed);
    let (text, all_passed) = run_files(&[here("paxos_cases.json"), here("none.json")]);
    assert_eq!(text.lines().last(), Some("42 passed, 1 failed"));
    assert!(text.contains("none.json: this file cannot be read"));
    assert!(!all_passed);
}
