//! A run as a link: the fragment of an address, `#r=1…`, so that no server is needed to send it.
//!
//! It is the version, one digit, and then bytes in base64url: a run, packed (`pack`) in the order
//! that its version fixes (`version1`), and a sum over them, since links are cut off and bent on
//! their way. Branches and notes stand in files alone. Links are not compressed: packing leaves little to win, and what cannot grow when it
//! is read cannot be made to grow beyond measure.

mod base64;
mod pack;
mod version1;

use std::fmt;

use super::{ACTIONS_MAX, Run};
use crate::protocol::Any;
use crate::world::ScenarioError;
use pack::{Pack, Reader, Writer};

/// The version that this program writes; it reads this one and all before.
pub const VERSION: u32 = 1;
/// The longest link, in characters, that is written or read. Browsers take more.
pub const CHARS_MAX: usize = 1 << 16;
/// What stands before a link in a fragment, among what else is there.
const PARAMETER: &str = "r=";
/// How many bytes of a sum are kept.
const SUM_BYTES: usize = 4;

/// Why a link does not open, or a run has none.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum LinkError {
    /// Longer than [`CHARS_MAX`].
    TooLong,
    /// Made by a newer version of the lab.
    Newer(u32),
    /// A part of it is missing or has been changed.
    Damaged,
    /// The scenario cannot run.
    Scenario(ScenarioError),
}

/// The link in a fragment, with or without its `#`, if there is one.
pub fn in_fragment(fragment: &str) -> Option<&str> {
    let mut parameters = fragment.trim_start_matches('#').split('&');
    parameters.find_map(|it| it.strip_prefix(PARAMETER))
}

/// The fragment that holds a link.
pub fn fragment(link: &str) -> String {
    format!("#{PARAMETER}{link}")
}

/// The link of a run.
pub fn write(run: &Run) -> Result<String, LinkError> {
    if run.actions.len() > ACTIONS_MAX {
        return Err(LinkError::TooLong);
    }
    let mut bytes = packed(run);
    bytes.extend(sum(&bytes));
    let mut text = VERSION.to_string();
    base64::write(&bytes, &mut text);
    if text.len() > CHARS_MAX {
        return Err(LinkError::TooLong);
    }
    Ok(text)
}

/// Reads a link; what it names exists, but its actions have not been tried. Spaces and line ends
/// inside it are forgiven, and so are the stops and brackets that a text has around it.
pub fn read(text: &str) -> Result<Run, LinkError> {
    if text.len() > CHARS_MAX {
        return Err(LinkError::TooLong);
    }
    let text: String = text.split_whitespace().collect();
    let text = text.trim_matches(|c| !base64::is_letter(c));
    let version = text.chars().next().and_then(|it| it.to_digit(10));
    match version {
        Some(VERSION) => {}
        Some(newer) if newer > VERSION => return Err(LinkError::Newer(newer)),
        _ => return Err(LinkError::Damaged),
    }
    let bytes = base64::read(&text[1..]).ok_or(LinkError::Damaged)?;
    match bytes.split_last_chunk() {
        Some((bytes, end)) if *end == sum(bytes) => unpacked(bytes),
        _ => Err(LinkError::Damaged),
    }
}

/// A run as bytes, in the order that the version fixes.
pub fn packed(run: &Run) -> Vec<u8> {
    let mut packed = Writer::default();
    run.pack(&mut packed);
    packed.bytes
}

/// Reads what [`packed`] gives.
pub fn unpacked(bytes: &[u8]) -> Result<Run, LinkError> {
    let mut reader = Reader::new(bytes);
    let sound = |run: &Run| {
        let actions = run.actions.len();
        run.cursor <= actions && run.trail.fits(actions)
    };
    let run = Run::unpack(&mut reader).filter(sound);
    let run = run
        .filter(|_| reader.is_at_end())
        .ok_or(LinkError::Damaged)?;
    run.scenario.check().map_err(LinkError::Scenario)?;
    let opened = Any::open(&run.scenario.protocol, &run.scenario.cluster);
    opened.map_err(|error| LinkError::Scenario(ScenarioError::Open(error)))?;
    Ok(run)
}

fn sum(bytes: &[u8]) -> [u8; SUM_BYTES] {
    (xxhash_rust::xxh64::xxh64(bytes, 0) as u32).to_le_bytes()
}

impl fmt::Display for LinkError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::TooLong => write!(f, "a link has at most {CHARS_MAX} characters"),
            Self::Newer(version) => write!(
                f,
                "the link has version {version}; this program reads up to {VERSION}"
            ),
            Self::Damaged => write!(f, "a part of the link is missing or has been changed"),
            Self::Scenario(error) => error.fmt(f),
        }
    }
}
