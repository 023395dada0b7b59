//! Reading a file that the command line names.

#![allow(
    dead_code,
    reason = "each example is a program of its own, and not all use everything"
)]

use std::io::ErrorKind;

use quorumscope::share::pair::PairFile;
use quorumscope::share::scenes::{self, ScenesError};
use quorumscope::share::{Run, RunError};

/// What a text is that can be played, sound or not; nothing where it is something else.
pub fn played(text: &str) -> Option<&'static str> {
    if Run::from_json(text) != Err(RunError::NotARun) {
        Some("a run")
    } else if PairFile::from_json(text) != Err(RunError::NotARun) {
        Some("a comparison")
    } else if scenes::read(text) != Err(ScenesError::File(RunError::NotARun)) {
        Some("a file of scenes")
    } else {
        None
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
