//! Runs tables of cases against the engine's own handlers. There is no second implementation of
//! any algorithm in here: a case's state is put into a node, its events go through
//! `Protocol::handle`, and what comes out is compared with what the case lists.
//!
//! What the tables may say is written in their own `schema`. Anything else, an unknown field or
//! event, fails its case with a sentence instead of passing unread.

mod fields;
mod mismatch;
mod paxos;
mod raft;
mod raft_logs;
mod raft_messages;
mod raft_node;
#[path = "../../common/record.rs"]
mod record;
mod scenario;

use std::fmt::{self, Write as _};

use serde_json::Value;

use fields::{Fields, Sentence, list};
pub use mismatch::Mismatch;

/// What came of a file.
#[derive(Debug, Default)]
pub struct Report {
    /// How many cases the engine meets.
    pub passed: usize,
    /// The others.
    pub failures: Vec<Failure>,
}

/// A case that the engine does not meet.
#[derive(Debug)]
pub struct Failure {
    /// Its id, or its position.
    pub case: String,
    /// The rule that it is about.
    pub rule: String,
    /// Why.
    pub why: Why,
}

/// Why a case failed.
#[derive(Debug, PartialEq)]
pub enum Why {
    /// The case cannot be run, or says what the schema does not know.
    Unreadable(Sentence),
    /// The engine did something else.
    Different(Vec<Mismatch>),
}

/// Why a file cannot be run at all.
#[derive(Debug, PartialEq)]
pub enum FileError {
    /// It is not there, or not text.
    Unreadable(String),
    /// It is not JSON.
    NotJson(String),
    /// It is JSON of something else.
    OtherSchema(Sentence),
}

impl fmt::Display for FileError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Unreadable(error) => write!(f, "cannot be read: {error}"),
            Self::NotJson(error) => write!(f, "is not JSON: {error}"),
            Self::OtherSchema(sentence) => write!(f, "is no table of cases: {sentence}"),
        }
    }
}

impl fmt::Display for Failure {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "FAILED {}", self.case)?;
        if !self.rule.is_empty() {
            write!(f, " ({})", self.rule)?;
        }
        match &self.why {
            Why::Unreadable(sentence) => write!(f, "\n  {sentence}"),
            Why::Different(mismatches) => {
                mismatches.iter().try_for_each(|it| write!(f, "\n  {it}"))
            }
        }
    }
}

/// What runs one case: `given`, the events of `when`, and `then`.
type RunCase = fn(&Case<'_>) -> Result<Vec<Mismatch>, Sentence>;

/// The parts of a case that decide.
pub struct Case<'a> {
    group: &'a str,
    given: &'a Value,
    when: Vec<&'a Value>,
    then: &'a Value,
}

/// Fields of a case that hold no text and decide nothing.
const REMARKS: &[&str] = &["kills"];

/// Runs all cases of a file's text.
pub fn run(text: &str) -> Result<Report, FileError> {
    let file: Value =
        serde_json::from_str(text).map_err(|error| FileError::NotJson(error.to_string()))?;
    let (run_case, cases) = open(&file).map_err(FileError::OtherSchema)?;
    let mut report = Report::default();
    for (position, case) in cases.iter().enumerate() {
        match outcome(run_case, case) {
            Ok(()) => report.passed += 1,
            Err(why) => report.failures.push(Failure {
                case: case["id"]
                    .as_str()
                    .map_or(format!("case {}", position + 1), Into::into),
                rule: case["rule"].as_str().unwrap_or_default().into(),
                why,
            }),
        }
    }
    Ok(report)
}

/// The protocol's runner and the cases.
fn open(file: &Value) -> Result<(RunCase, &Vec<Value>), Sentence> {
    let fields = Fields::of("the file", file)?;
    let run_case: RunCase = match fields.text("protocol")? {
        "raft" => raft::run,
        "paxos" => paxos::run,
        other => return Err(format!("there are no cases for the protocol “{other}”")),
    };
    let cases = list("“cases” of the file", fields.need("cases")?)?;
    if cases.is_empty() {
        return Err("it has no cases".into());
    }
    Ok((run_case, cases))
}

fn outcome(run_case: RunCase, case: &Value) -> Result<(), Why> {
    let read = read_case(case).map_err(Why::Unreadable)?;
    let mismatches = run_case(&read).map_err(Why::Unreadable)?;
    match mismatches.is_empty() {
        true => Ok(()),
        false => Err(Why::Different(mismatches)),
    }
}

fn read_case(case: &Value) -> Result<Case<'_>, Sentence> {
    let fields = Fields::of("the case", case)?;
    let (given, when) = (fields.need("given")?, fields.need("when")?);
    let then = fields.need("then")?;
    if then.as_object().is_none_or(|listed| listed.is_empty()) {
        return Err("“then” lists nothing, so the case checks nothing".into());
    }
    // A remark is a text; anything else might be meant to change what the case does.
    for (name, value) in fields.all() {
        let is_remark = value.is_string() || value.is_boolean() || REMARKS.contains(&name);
        if is_remark {
            fields.get(name);
        }
    }
    fields.finish()?;
    Ok(Case {
        group: case["group"].as_str().unwrap_or_default(),
        given,
        when: when
            .as_array()
            .map_or(vec![when], |events| events.iter().collect()),
        then,
    })
}

/// Runs files, one after the other, and says what came of it. The last line counts; a file that
/// cannot be run counts as failed. The flag tells whether all went well.
pub fn run_files(paths: &[String]) -> (String, bool) {
    let (mut text, mut passed, mut failed) = (String::new(), 0, 0);
    for path in paths {
        let read = std::fs::read_to_string(path);
        let read = read.map_err(|error| FileError::Unreadable(error.to_string()));
        match read.and_then(|it| run(&it)) {
            Ok(report) => {
                let count = report.passed + report.failures.len();
                let _ = writeln!(text, "{path}: {count} cases");
                for failure in &report.failures {
                    let _ = writeln!(text, "{failure}");
                }
                passed += report.passed;
                failed += report.failures.len();
            }
            Err(error) => {
                let _ = writeln!(text, "{path}: this file {error}");
                failed += 1;
            }
        }
    }
    let _ = writeln!(text, "{passed} passed, {failed} failed");
    (text, failed == 0)
}
