//! Inputs as large as a reader takes, or larger: long lists, deep nesting, huge counts. They are
//! made and not kept, and each is read once.

use quorumscope::protocol::{ClientId, NodeId, Value};
use quorumscope::share::{ACTIONS_MAX, FILE_BYTES_MAX, Run, link, message};
use quorumscope::world::{Action, MessageId, Scenario};

/// The scenario of a run's file around something long.
const SCENARIO: &str = r#""scenario":{"protocol":"raft","cluster":{"nodes":5}},"seed":1"#;

/// How much stands around something long in a file that is to be read.
const AROUND: usize = 1_000;

/// What a giant is, its target, and itself, of at most about so many bytes.
pub type Giant = (&'static str, &'static str, Vec<u8>);

/// All of them; `most` bounds those that no reader bounds by itself.
pub fn giants(most: usize) -> Vec<Giant> {
    let most = most.min(FILE_BYTES_MAX - AROUND);
    let mut all: Vec<Giant> = Vec::new();
    let mut add = |what, target, text: String| all.push((what, target, text.into_bytes()));
    add("nothing but brackets", "json", "[".repeat(most));
    add("many empty lists", "json", list(most, |_| "[]".into()));
    add(
        "one long string of escapes",
        "json",
        format!("\"{}\"", "\\u0041".repeat(most / 6)),
    );
    add("many names, the last first", "json", object(most));
    add("many texts", "catalogue", object_of(most, "\"x\""));
    add(
        "many lessons remembered",
        "progress",
        format!("{{\"lessons\":{}}}", object_of(most, "[1,null]")),
    );
    add(
        "many places in a challenge's order",
        "course",
        format!(
            "{{\"parts\":[{{\"title\":\"a\",\"items\":{}}}]}}",
            list(most, |_| "\"a\"".into())
        ),
    );
    add("many options", "fragment", "&x=1".repeat(most / 4));
    add("as many steps as can be", "run", run(r#"{"steps":100000}"#));
    add(
        "more steps than can be",
        "run",
        run(r#"{"steps":4294967295},{"steps":4294967295}"#),
    );
    let copy = r#"{"then":{"duplicate":"C1>S1#1"}},"#;
    let ask = r#"{"then":{"submit":["C1","S1","x=1"]}},"#;
    let copies = copy.repeat((most / copy.len()).min(ACTIONS_MAX - 2));
    add(
        "a message copied over and over",
        "run",
        run(&format!("{ask}{copies}{{\"steps\":1}}")),
    );
    let asks = ask.repeat((most / ask.len()).min(ACTIONS_MAX / 2));
    add(
        "a client that asks over and over",
        "run",
        run(&format!("{asks}{{\"steps\":40000}}")),
    );
    let notes = list(most, |at| format!(r#"{{"at":{at},"text":"a"}}"#));
    add(
        "many notes",
        "run",
        format!(
            r#"{{"format":"quorumscope-run","version":1,{SCENARIO},"actions":[{{"steps":100000}}],"notes":{notes}}}"#
        ),
    );
    let groups = list(most, |_| "[\"S1\"]".into());
    add(
        "many groups",
        "run",
        run(&format!(r#"{{"then":{{"partition":{groups}}}}}"#)),
    );
    let ways = list(most, |at| {
        format!(r#"["S{}","S{}"]"#, at / 255 % 255 + 1, at % 255 + 1)
    });
    add(
        "many links cut",
        "run",
        with_scenario(&format!(r#""network":{{"cut":{ways}}}"#)),
    );
    let few = list(20_000, |at| {
        format!(r#"["S{}","S{}"]"#, at / 32 % 32 + 1, at % 32 + 1)
    });
    add(
        "as many links cut as can be",
        "run",
        with_scenario(&format!(r#""network":{{"cut":{few}}}"#)),
    );
    let apart = list(most, |at| {
        format!(
            r#"{{"link":["S{}","S{}"]}}"#,
            255 - at / 255 % 255,
            255 - at % 255
        )
    });
    add(
        "many links apart",
        "run",
        with_scenario(&format!(r#""network":{{"apart":{apart}}}"#)),
    );
    add(
        "as many prepared as can be",
        "run",
        with_scenario(&format!(
            r#""prepared":{}"#,
            list(7 * 10_000, |_| "\"next\"".into())
        )),
    );
    for field in ["roles", "timing", "quorums", "variants"] {
        let about = match field {
            "variants" => list(most, |at| format!("\"{}\"", most - at)),
            _ => object(most),
        };
        let cluster = format!(r#""protocol":"raft","cluster":{{"nodes":5,"{field}":{about}}}"#);
        add(
            "many of a cluster's fields",
            "run",
            format!(
                r#"{{"format":"quorumscope-run","version":1,"scenario":{{{cluster}}},"seed":1,"actions":[]}}"#
            ),
        );
    }
    let one = r#"{"lost":"raft.election_safety"}"#;
    let conditions = list(message::BYTES_MAX - 200, |_| one.into());
    add(
        "a condition as long as a message",
        "message",
        format!(r#"{{"quorumscope":1,"type":"on","name":"a","condition":{{"all":{conditions}}}}}"#),
    );
    for does in [
        r#"[{"steps":4294967295}]"#.into(),
        list(most, |_| r#"{"steps":600}"#.into()),
    ] {
        add(
            "a lesson that does very much",
            "lesson",
            lesson(&format!(r#"{{"text":"a","does":{does}}}"#)),
        );
    }
    let beat = format!(r#"{{"text":"a","until":{one}}}"#);
    add(
        "a lesson of very many beats",
        "lesson",
        lesson(&vec![beat.as_str(); most / beat.len()].join(",")),
    );
    add(
        "a search on as many nodes as can be",
        "search",
        search(
            32,
            r#""symmetry":true,"timeouts":{"election":63},"crashes":15,"wipes":15"#,
        ),
    );
    add(
        "a search for a very long condition",
        "search",
        search(5, r#""timeouts":{"election":3}"#).replace(
            "\"lose\"",
            &format!(r#"{{"reach":{{"all":{}}}}}"#, list(most, |_| one.into())),
        ),
    );
    for run in long_links() {
        all.push(("a link of very many actions", "packed", link::packed(&run)));
    }
    all
}

fn long_links() -> [Run; 2] {
    let mut steps = Run::new(Scenario::of("raft", 32), 1);
    steps.actions = vec![Action::Next; ACTIONS_MAX];
    steps.cursor = ACTIONS_MAX;
    let mut copies = Run::new(Scenario::of("raft", 9), 1);
    let asked = MessageId {
        from: ClientId(1).into(),
        to: NodeId(1).into(),
        nth: 1,
        copy: 0,
    };
    let ask = Action::Submit {
        client: ClientId(1),
        to: Some(NodeId(1)),
        value: Value::new("x=1").expect("it is short"),
    };
    copies.actions = vec![Action::Duplicate(asked); link::CHARS_MAX / 8];
    copies.actions.insert(0, ask);
    [steps, copies]
}

/// A list of about so many bytes.
fn list(bytes: usize, item: impl Fn(usize) -> String) -> String {
    let mut text = String::from("[");
    for at in 0.. {
        if text.len() >= bytes {
            break;
        }
        if at > 0 {
            text.push(',');
        }
        text.push_str(&item(at));
    }
    text.push(']');
    text
}

fn object(bytes: usize) -> String {
    object_of(bytes, "1")
}

/// An object of about so many bytes, whose names come in falling order.
fn object_of(bytes: usize, value: &str) -> String {
    let fields = list(bytes, |at| format!("\"{:08}\":{value}", 99_999_999 - at));
    format!("{{{}}}", &fields[1..fields.len() - 1])
}

fn run(actions: &str) -> String {
    format!(r#"{{"format":"quorumscope-run","version":1,{SCENARIO},"actions":[{actions}]}}"#)
}

fn with_scenario(more: &str) -> String {
    let scenario = SCENARIO.replace("}},", &format!("}},{more}}},"));
    format!(r#"{{"format":"quorumscope-run","version":1,{scenario},"actions":[{{"steps":2000}}]}}"#)
}

fn lesson(beats: &str) -> String {
    format!(
        r#"{{"format":"quorumscope-lesson","version":1,"minutes":1,{SCENARIO},"beats":[{beats}]}}"#
    )
}

fn search(nodes: u8, bounds: &str) -> String {
    format!(
        r#"{{"format":"quorumscope-search","version":1,"scenario":{{"protocol":"raft","cluster":{{"nodes":{nodes}}}}},"seed":1,"goal":"lose","bounds":{{{bounds}}}}}"#
    )
}
