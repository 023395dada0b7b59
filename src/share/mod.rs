//! Runs that leave the lab and come back: as files, as links, as QR codes; and what else is read
//! from outside.

pub(crate) mod codec;
pub mod condition;
pub mod frame;
mod items;
pub mod json;
pub mod link;
pub mod message;
pub mod pair;
pub mod pin;
pub mod qr;
pub mod reading;
mod run;
mod run_error;
pub mod scenes;
pub mod search;
pub mod snippet;
mod trail;
pub mod tree;

pub use items::{action_json, action_name};
use json::Json;
pub use run::Run;
pub use run_error::RunError;
pub use trail::Trail;

/// What every file says it is.
pub const FORMAT: &str = "quorumscope-run";
/// The version that this program writes; it reads this one and all before.
pub const VERSION: u32 = 1;
/// Which engine this is: raised where a fix makes an old run go another way, so that a run that
/// does is said to be older. `docs/run.schema.json` and the links in `tests/` know it too.
pub const ENGINE: u32 = 1;
/// The most actions in one run.
pub const ACTIONS_MAX: usize = 100_000;
/// The largest file, in bytes.
pub const FILE_BYTES_MAX: usize = 8 << 20;
/// The most items of a list, a set or a map in a scenario or an action: more than the links between
/// all that can be there.
const ITEMS_MAX: usize = 2_048;

/// Reads a file's text as JSON, whatever it is of.
fn parse(text: &str) -> Result<Json, RunError> {
    if text.len() > FILE_BYTES_MAX {
        return Err(RunError::TooLarge(text.len()));
    }
    Json::read(text).map_err(RunError::Malformed)
}

/// Reads a file's text as far as to say that it is of this format and of a version we know.
pub(crate) fn check_head(text: &str, format: &str) -> Result<Json, RunError> {
    let file = parse(text)?;
    check_format(&file, format)?;
    Ok(file)
}

/// Checks that a file, or one inside another, is of this format and of a version we know.
fn check_format(file: &Json, format: &str) -> Result<(), RunError> {
    if file.get("format").and_then(Json::text) != Some(format) {
        return Err(RunError::NotARun);
    }
    let version = file.get("version").and_then(Json::number);
    let version = version.ok_or(RunError::BadHead)?;
    if version > VERSION {
        return Err(RunError::Newer(version));
    }
    Ok(())
}
