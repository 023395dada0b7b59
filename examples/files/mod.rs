//! Reading a file that the command line names.

use std::io::ErrorKind;

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
