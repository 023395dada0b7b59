//! Reading a file that the command line names.

#![allow(
    dead_code,
    reason = "each example is a program of its own, and not all use everything"
)]

use std::io::ErrorKind;

use quorumscope::share::pair::PairFile;
use quorumscope::share::scenes::{self, ScenesError};
use quorumscope::share::{Run, RunError};

/// What can be played.
#[derive(Clone, Copy)]
pub enum Played {
    Run,
    Comparison,
    Scenes,
}

impl Played {
    /// What a text is of these, sound or not.
    pub fn of(text: &str) -> Option<Self> {
        if Run::from_json(text) != Err(RunError::NotARun) {
            Some(Self::Run)
        } else if PairFile::from_json(text) != Err(RunError::NotARun) {
            Some(Self::Comparison)
        } else if scenes::read(text) != Err(ScenesError::File(RunError::NotARun)) {
            Some(Self::Scenes)
        } else {
            None
        }
    }

    /// What one calls it.
    #[allow(dead_code, reason = "only the search has to say it")]
    pub fn name(self) -> &'static str {
        match self {
            Self::Run => "a run",
            Self::Comparison => "a comparison",
            Self::Scenes => "a file of scenes",
        }
    }
}

/// A file's text, or what is wrong with it, as a sentence.
pub fn text(path: &str) -> Result<String, String> {
    let read = std::fs::read_to_string(path);
    let text = read.map_err(|error| match error.kind() {
        ErrorKind::NotFound => "there is no such file".to_owned(),
        ErrorKind::IsADirectory => "this is a folder, not a file".to_owned(),
        ErrorKind::InvalidData => "this is no text, so it is no file of the lab".to_owned(),
        _ => error.to_string(),
    })?;
    match text.trim().is_empty() {
        true => Err("the file is empty".to_owned()),
        false => Ok(text),
    }
}
