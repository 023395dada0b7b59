//! Why a text is not a run that can be opened.

use std::fmt;

use super::json::BadJson;
use super::tree::TreeError;
use super::{ACTIONS_MAX, FILE_BYTES_MAX, VERSION};
use crate::protocol::registry::OpenError;
use crate::world::ScenarioError;

/// Why a text is not a run that can be opened.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum RunError {
    /// Larger than [`FILE_BYTES_MAX`].
    TooLarge(usize),
    /// Not JSON from here on.
    Malformed(BadJson),
    /// JSON, but of something else.
    NotARun,
    /// Written by a newer version of the lab.
    Newer(u32),
    /// The scenario, the seed, the cursor or the hash is not what it should be.
    BadHead,
    /// This place in the list of actions, counted from 1, is no action.
    BadAction(usize),
    /// This place in the list of notes, counted from 1, is no note.
    BadNote(usize),
    /// The list of branches is no tree.
    Tree(TreeError),
    /// More than [`ACTIONS_MAX`] actions, on all branches together.
    TooManyActions,
    /// The scenario cannot run.
    Scenario(ScenarioError),
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
            Self::Malformed(BadJson { line, column }) => {
                write!(f, "not JSON from line {line}, column {column} on")
            }
            Self::NotARun => write!(f, "this file holds something else than a run"),
            Self::Newer(version) => write!(
                f,
                "the file has version {version}; this program reads up to {VERSION}"
            ),
            Self::BadHead => write!(
                f,
                "the scenario, the seed, the cursor or the hash is not what it should be"
            ),
            Self::BadAction(position) => {
                write!(f, "place {position} of the list of actions is no action")
            }
            Self::BadNote(position) => {
                write!(f, "place {position} of the list of notes is no note")
            }
            Self::Tree(error) => error.fmt(f),
            Self::TooManyActions => write!(f, "a run has at most {ACTIONS_MAX} actions"),
            Self::Scenario(error) => error.fmt(f),
        }
    }
}
