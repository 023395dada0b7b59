//! Several moments in one file, in the order in which a lecture shows them.
//!
//! `{"format":"quorumscope-scenes","version":1,"scenes":[{"title":"Split vote","run":{…}}]}`, each
//! run as in a file of its own.

use std::fmt;

use super::json::Json;
use super::{ACTIONS_MAX, Run, RunError, VERSION, check_head};
use crate::protocol::disturbs;

/// What such a file says it is.
pub const FORMAT: &str = "quorumscope-scenes";
/// The most scenes.
pub const SCENES_MAX: usize = 99;
/// The longest title, in characters.
pub const TITLE_CHARS_MAX: usize = 80;

/// A moment, and what it is called.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Scene {
    /// What it is called.
    pub title: String,
    /// The run, with its cursor at the moment.
    pub run: Run,
}

/// Why a text does not hold scenes.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum ScenesError {
    /// The file as a whole.
    File(RunError),
    /// More than [`SCENES_MAX`].
    TooMany,
    /// This scene, counted from 1, has no title or too long a one.
    BadTitle(usize),
    /// The run of this scene, counted from 1.
    BadRun(usize, RunError),
}

/// For programs without a screen; the page has sentences of its own.
impl fmt::Display for ScenesError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::File(error) => error.fmt(f),
            Self::TooMany => write!(f, "more than {SCENES_MAX} scenes"),
            Self::BadTitle(number) => write!(f, "scene {number} has no title, or too long a one"),
            Self::BadRun(number, error) => write!(f, "scene {number}: {error}"),
        }
    }
}

/// Whether a file says that it holds scenes, whatever else it holds.
pub fn is_scenes(text: &str) -> bool {
    let head = check_head(text, FORMAT);
    matches!(head, Ok(_) | Err(RunError::BadHead | RunError::Newer(_)))
}

/// A title as it is kept: without spaces around it, and not too long; nothing where none is left.
pub fn title(typed: &str) -> Option<String> {
    let plain = typed.chars().filter(|c| !disturbs(*c));
    let title: String = plain.take(TITLE_CHARS_MAX).collect();
    let title = title.trim();
    (!title.is_empty()).then(|| title.to_owned())
}

/// How many actions there is room for beside those of these scenes: their runs have together no
/// more than one may have.
pub fn room(scenes: &[Scene]) -> usize {
    let done: usize = scenes.iter().map(|scene| scene.run.total()).sum();
    ACTIONS_MAX.saturating_sub(done)
}

/// The file's text.
pub fn write(scenes: &[Scene]) -> String {
    let scene = |scene: &Scene| {
        let title = Json::Text(scene.title.clone());
        Json::object([("title", title), ("run", scene.run.json())])
    };
    Json::object([
        ("format", FORMAT.into()),
        ("version", VERSION.into()),
        ("scenes", Json::list(scenes.iter().map(scene))),
    ])
    .write()
}

/// Reads a file's text.
pub fn read(text: &str) -> Result<Vec<Scene>, ScenesError> {
    let file = check_head(text, FORMAT).map_err(ScenesError::File)?;
    let items = file.get("scenes").and_then(Json::items);
    let items = items.ok_or(ScenesError::File(RunError::BadHead))?;
    if items.len() > SCENES_MAX {
        return Err(ScenesError::TooMany);
    }
    let mut scenes: Vec<Scene> = Vec::new();
    for (number, item) in (1..).zip(items) {
        let bad = |error| ScenesError::BadRun(number, error);
        let typed = item.get("title").and_then(Json::text);
        let kept = typed.and_then(title).filter(|it| Some(&**it) == typed);
        let title = kept.ok_or(ScenesError::BadTitle(number))?;
        let run = item.get("run").ok_or(bad(RunError::NotARun))?;
        let run = Run::of_json(run, room(&scenes)).map_err(bad)?;
        scenes.push(Scene { title, run });
    }
    Ok(scenes)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::world::{Action, Scenario};

    fn scene(title: &str, actions: usize) -> Scene {
        let mut run = Run::new(Scenario::of("raft", 3), 1);
        run.actions = vec![Action::Next; actions];
        run.cursor = actions / 2;
        Scene {
            title: title.into(),
            run,
        }
    }

    /// Scenes read back as they were written, none and many.
    #[test]
    fn files_are_lossless() {
        for scenes in [vec![], vec![scene("分裂投票 \"1\"", 5), scene("2", 0)]] {
            let text = write(&scenes);
            assert!(is_scenes(&text));
            assert_eq!(read(&text), Ok(scenes));
        }
        assert!(!is_scenes(&scene("", 1).run.to_json()));
        assert!(!is_scenes("{") && !is_scenes("[]"));
    }

    /// Each kind of bad file has its own answer.
    #[test]
    fn bad_files_are_told_apart() {
        let file = |scenes: &[Scene]| read(&write(scenes));
        let bad_head = write(&[]).replace("scenes\":[]", "scenes\":1");
        assert_eq!(read(&bad_head), Err(ScenesError::File(RunError::BadHead)));
        for bad in [" ", "a\u{7}", "\u{202e}gnol"] {
            assert_eq!(file(&[scene(bad, 1)]), Err(ScenesError::BadTitle(1)));
        }
        let long = "a".repeat(TITLE_CHARS_MAX + 1);
        let long = [scene("1", 1), scene(&long, 1)];
        assert_eq!(file(&long), Err(ScenesError::BadTitle(2)));
        let many = vec![scene("1", 1); SCENES_MAX + 1];
        assert_eq!(file(&many), Err(ScenesError::TooMany));
        // Two runs that are too long together.
        let half = scene("1", ACTIONS_MAX / 2 + 1);
        let error = ScenesError::BadRun(2, RunError::TooManyActions);
        assert_eq!(file(&[half.clone(), half.clone()]), Err(error));
        // So no list takes the second.
        assert!(half.run.total() > room(std::slice::from_ref(&half)));
        let fits = scene("2", room(std::slice::from_ref(&half)));
        assert!(file(&[half, fits]).is_ok());
        let other = write(&[scene("1", 1)]).replace("quorumscope-run", "other");
        assert_eq!(read(&other), Err(ScenesError::BadRun(1, RunError::NotARun)));
    }
}
