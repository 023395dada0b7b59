//! A run as a file: readable JSON, lossless both ways, and read with suspicion.
//!
//! `{"format":"quorumscope-run","version":1,…,"actions":[{"steps":5,"then":{"drop":"S1>S2#3"}}]}`:
//! five of the scheduler's own choices, then a message is dropped.

use std::fmt;

use serde::{Deserialize, Serialize};

use crate::protocol::Any;
use crate::protocol::registry::OpenError;
use crate::world::{Action, Scenario, ScenarioError};

/// What the first line of every file says.
pub const FORMAT: &str = "quorumscope-run";
/// The version that this program writes; it reads this one and all before.
pub const VERSION: u32 = 1;
/// The most actions in one run.
pub const ACTIONS_MAX: usize = 100_000;
/// The largest file, in bytes.
pub const FILE_BYTES_MAX: usize = 8 << 20;

/// Scenario, seed and actions: all there is to a run.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Run {
    /// What it starts from.
    pub scenario: Scenario,
    /// What its random numbers follow from.
    pub seed: u32,
    /// What was done.
    pub actions: Vec<Action>,
    /// How many actions lie before the cursor.
    pub cursor: usize,
    /// The hash of the state at the cursor, to tell whether this engine sees the same.
    pub hash: Option<u64>,
}

/// Why a text is not a run that can be opened.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum RunError {
    /// Larger than [`FILE_BYTES_MAX`].
    TooLarge(usize),
    /// Not JSON, or not the fields of a run: where, and what the reader expected.
    Malformed {
        /// The line, from 1.
        line: usize,
        /// The column, from 1.
        column: usize,
        /// What is wrong there, in English.
        detail: String,
    },
    /// JSON, but of something else.
    NotARun,
    /// Written by a newer version of the lab.
    Newer(u32),
    /// More than [`ACTIONS_MAX`] actions.
    TooManyActions,
    /// The scenario cannot run.
    Scenario(ScenarioError),
}

#[derive(Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct File {
    format: String,
    version: u32,
    scenario: Scenario,
    seed: u32,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    cursor: Option<usize>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    hash: Option<String>,
    actions: Vec<Item>,
}

/// Only what tells whether the rest can be read.
#[derive(Deserialize)]
struct Head {
    #[serde(default)]
    format: String,
    #[serde(default)]
    version: u32,
}

/// One place in a file's list of actions: so many of the scheduler's own choices, then one of
/// somebody else's.
#[derive(Default, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct Item {
    #[serde(default, skip_serializing_if = "is_zero")]
    steps: u32,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    then: Option<Action>,
}

fn is_zero(count: &u32) -> bool {
    *count == 0
}

impl Run {
    /// A run in which nothing has been done.
    pub fn new(scenario: Scenario, seed: u32) -> Self {
        Self {
            scenario,
            seed,
            actions: Vec::new(),
            cursor: 0,
            hash: None,
        }
    }

    /// The file's text.
    pub fn to_json(&self) -> String {
        let mut items: Vec<Item> = Vec::new();
        let mut open = false;
        for action in &self.actions {
            if !open {
                items.push(Item::default());
            }
            if let Some(item) = items.last_mut() {
                match action {
                    Action::Next => item.steps += 1,
                    other => item.then = Some(other.clone()),
                }
                open = item.then.is_none();
            }
        }
        let file = File {
            format: FORMAT.into(),
            version: VERSION,
            scenario: self.scenario.clone(),
            seed: self.seed,
            cursor: Some(self.cursor),
            hash: self.hash.map(|hash| format!("{hash:016x}")),
            actions: items,
        };
        written(&file)
    }

    /// The file's text up to its actions, as one JSON object: what grows is only the actions.
    pub fn head_json(&self) -> String {
        let head = Self {
            actions: Vec::new(),
            cursor: 0,
            hash: None,
            ..self.clone()
        };
        let text = head.to_json();
        let end = ",\"cursor\":0,\"actions\":[]}";
        let text = text
            .strip_suffix(end)
            .expect("the list of actions comes last");
        format!("{text}}}")
    }

    /// Reads a file's text; what it names exists, but its actions have not been tried.
    pub fn from_json(text: &str) -> Result<Self, RunError> {
        if text.len() > FILE_BYTES_MAX {
            return Err(RunError::TooLarge(text.len()));
        }
        let malformed = |error: serde_json::Error| RunError::Malformed {
            line: error.line(),
            column: error.column(),
            detail: error.to_string(),
        };
        let head: Head =
            serde_json::from_slice(text.as_bytes()).map_err(|error| match error.classify() {
                serde_json::error::Category::Data => RunError::NotARun,
                _ => malformed(error),
            })?;
        if head.format != FORMAT {
            return Err(RunError::NotARun);
        }
        if head.version > VERSION {
            return Err(RunError::Newer(head.version));
        }
        let file: File = serde_json::from_slice(text.as_bytes()).map_err(malformed)?;
        let mut actions = Vec::new();
        for item in file.actions {
            let own = usize::from(item.then.is_some());
            if actions.len() + item.steps as usize + own > ACTIONS_MAX {
                return Err(RunError::TooManyActions);
            }
            actions.extend(std::iter::repeat_n(Action::Next, item.steps as usize));
            actions.extend(item.then);
        }
        let hash = file
            .hash
            .and_then(|hash| u64::from_str_radix(&hash, 16).ok());
        let run = Self {
            cursor: file.cursor.unwrap_or(actions.len()).min(actions.len()),
            scenario: file.scenario,
            seed: file.seed,
            actions,
            hash,
        };
        run.scenario.check().map_err(RunError::Scenario)?;
        Any::open(&run.scenario.protocol, &run.scenario.cluster)?;
        Ok(run)
    }
}

/// One action as it stands in a file.
pub fn action_json(action: &Action) -> String {
    let item = match action {
        Action::Next => Item {
            steps: 1,
            then: None,
        },
        other => Item {
            steps: 0,
            then: Some(other.clone()),
        },
    };
    written(&item)
}

/// JSON of what has string keys only, which cannot fail.
fn written(value: &impl Serialize) -> String {
    match serde_json::to_string(value) {
        Ok(text) => text,
        Err(_) => unreachable!("all keys are strings"),
    }
}

impl From<OpenError> for RunError {
    fn from(error: OpenError) -> Self {
        Self::Scenario(ScenarioError::Open(error))
    }
}

impl fmt::Display for RunError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::TooLarge(bytes) => {
                write!(f, "{bytes} bytes: a run has at most {FILE_BYTES_MAX}")
            }
            Self::Malformed { detail, .. } => write!(f, "not a run's file: {detail}"),
            Self::NotARun => write!(f, "this file holds something else than a run"),
            Self::Newer(version) => write!(
                f,
                "the file has version {version}; this program reads up to {VERSION}"
            ),
            Self::TooManyActions => write!(f, "a run has at most {ACTIONS_MAX} actions"),
            Self::Scenario(error) => error.fmt(f),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::protocol::{ClientId, Endpoint, NodeId, Value};

    fn sample() -> Run {
        Run {
            actions: vec![
                Action::Next,
                Action::Next,
                Action::Drop("S1>S2#1".parse().unwrap()),
                Action::Heal,
                Action::Fire(Endpoint::Node(NodeId(2)), "election".into()),
                Action::Submit {
                    client: ClientId(1),
                    to: None,
                    value: Value::new("x=1").unwrap(),
                },
                Action::Next,
            ],
            cursor: 4,
            hash: Some(0x0123),
            ..Run::new(Scenario::of("raft", 5), 7)
        }
    }

    /// A file reads back as the run that wrote it, whole and as the growing head with actions.
    #[test]
    fn files_are_lossless() {
        let run = sample();
        assert_eq!(Run::from_json(&run.to_json()), Ok(run.clone()));
        let lines: Vec<String> = run.actions.iter().map(action_json).collect();
        let head = run.head_json();
        let grown = format!(
            "{},\"actions\":[{}]}}",
            head.strip_suffix('}').unwrap(),
            lines.join(",")
        );
        let grown = Run::from_json(&grown).unwrap();
        assert_eq!(grown.actions, run.actions);
        assert_eq!(grown.scenario, run.scenario);
    }

    /// Each kind of bad file has its own answer.
    #[test]
    fn bad_files_are_told_apart() {
        let good = sample().to_json();
        let read = |text: &str| Run::from_json(text).unwrap_err();
        assert!(matches!(read(""), RunError::Malformed { .. }));
        assert!(matches!(
            read(&good[..good.len() / 2]),
            RunError::Malformed { .. }
        ));
        assert_eq!(read("[1,2]"), RunError::NotARun);
        assert_eq!(read("{}"), RunError::NotARun);
        let newer = good.replace("\"version\":1", "\"version\":9");
        assert_eq!(read(&newer), RunError::Newer(9));
        let many = good.replace("\"steps\":2", "\"steps\":4294967295");
        assert_eq!(read(&many), RunError::TooManyActions);
        let other = good.replace("\"raft\"", "\"zab\"");
        assert!(matches!(read(&other), RunError::Scenario(_)));
        let huge = good.replace("\"nodes\":5", "\"nodes\":200");
        assert!(matches!(read(&huge), RunError::Scenario(_)));
        let stranger = good.replace("\"heal\"", "\"explode\"");
        assert!(matches!(read(&stranger), RunError::Malformed { .. }));
        assert!(matches!(
            read(&" ".repeat(FILE_BYTES_MAX + 1)),
            RunError::TooLarge(_)
        ));
    }
}
