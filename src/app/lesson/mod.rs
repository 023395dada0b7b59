//! Learning on the page: the lesson or the challenge that is open, the questions that are asked, the
//! panels that show them, and the list to choose from. Only the full program has it.

mod challenge;
mod chooser;
mod glossary;
mod panel;
mod pointer;
mod predict;

use std::rc::Rc;

use super::words::Language;
use super::{FIRST_PROTOCOL, FULL, host};
use crate::share::RunError;
use crate::teach::{Challenge, Course, Glossary, Lesson, Player, Progress};
use crate::view::{Catalogue, Session};

pub(super) use challenge::Tried;
pub(super) use chooser::chooser;
pub(super) use glossary::glossary;
pub(super) use panel::view;
pub(super) use pointer::selectors;
pub(super) use predict::{CHOICE, Predict};

/// Under which name progress is remembered on this device.
const REMEMBERED: &str = "lessons";
/// The file of the order, and its texts, in the folders of lessons and of challenges.
const COURSE: &str = "course";
const LESSONS: &str = "lessons";
const CHALLENGES: &str = "challenges";
/// The glossary's file, and its folder.
const GLOSSARY: &str = "glossary";

/// What can happen to lessons.
#[derive(Clone)]
pub(in crate::app) enum Learn {
    /// The course has come, or not.
    Course(Language, Result<Rc<Outline>, String>),
    /// Opens a lesson where it was left, or at its start.
    Open(String, Entry),
    /// A lesson's files have come, or not.
    Loaded(String, Entry, Language, Result<Files, String>),
    /// Goes on to the next beat.
    GoOn,
    /// Does what the beat asks for.
    DoIt,
    /// Goes to a beat, counted from 0.
    To(usize),
    /// Says what a term means, or ceases to.
    Term(String),
    /// Shows or hides what is for the lecturer.
    Lecturer,
    /// Prints what is for the lecturer.
    Print,
    /// Leaves the lesson: what was on stage before comes back.
    Leave,
    /// Gives one's progress away as a file.
    Export,
    /// Opens a challenge, at its start.
    Try(String),
    /// A challenge's files have come, or not; a change of language changes only the texts.
    Tried(
        String,
        Language,
        Result<(Rc<Challenge>, Rc<Catalogue>), String>,
    ),
    /// Shows one more hint.
    Hint,
    /// Lets the lab look for what the challenge asks for.
    Find,
    /// Begins the challenge anew.
    Again,
    /// Begins, or ceases, to ask before each step.
    Predict,
    /// Answers a question, by the place of the choice.
    Answer(usize),
    /// Asks the next question.
    Ask,
}

/// Where a lesson is opened.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(in crate::app) enum Entry {
    Start,
    WhereLeft,
    /// At a beat, by its text's key.
    At(String),
    /// Only its texts are to be changed for those of another language.
    Texts,
}

/// The course and its titles in one language.
#[derive(Debug, PartialEq)]
pub(in crate::app) struct Outline {
    pub(in crate::app) course: Course,
    pub(in crate::app) titles: Catalogue,
    pub(in crate::app) challenges: Course,
    pub(in crate::app) challenge_titles: Catalogue,
    pub(in crate::app) glossary: Glossary,
    pub(in crate::app) glossary_texts: Catalogue,
}

/// A lesson's files, read.
#[derive(Clone)]
pub(in crate::app) struct Files {
    pub(in crate::app) lesson: Rc<Lesson>,
    pub(in crate::app) texts: Rc<Catalogue>,
}

/// The lesson that is open.
pub(in crate::app) struct Open {
    pub(in crate::app) id: String,
    pub(in crate::app) player: Player,
    pub(in crate::app) texts: Rc<Catalogue>,
    /// Whether it could not go on from where the run is.
    pub(in crate::app) stuck: bool,
}

/// Everything about lessons that the page knows.
pub(in crate::app) struct Learner {
    pub(in crate::app) outline: Option<(Language, Rc<Outline>)>,
    pub(in crate::app) open: Option<Open>,
    /// The challenge that is open; then no lesson is.
    pub(in crate::app) tried: Option<Tried>,
    /// There while the page asks before each step.
    pub(in crate::app) predict: Option<Predict>,
    /// What the first lesson that was opened has taken the place of, if it is of its protocol.
    pub(in crate::app) before: Option<Session>,
    /// Whether a lesson or a challenge has taken the stage.
    pub(in crate::app) away: bool,
    /// The protocol that was on stage before.
    pub(in crate::app) home: &'static str,
    pub(in crate::app) progress: Progress,
    /// Whether a beat has begun that is not in sight yet.
    pub(in crate::app) begun: bool,
    /// Whether something is pointed at.
    pub(in crate::app) points: bool,
    /// Whether the list says that a file's progress has been added.
    pub(in crate::app) added: bool,
    pub(in crate::app) lecturer: bool,
    /// The term whose meaning is shown.
    pub(in crate::app) term: Option<String>,
}

impl Learner {
    pub(in crate::app) fn new() -> Self {
        let remembered = if FULL {
            host::storing::recall(REMEMBERED)
        } else {
            None
        };
        Self {
            outline: None,
            open: None,
            tried: None,
            predict: None,
            before: None,
            away: false,
            home: FIRST_PROTOCOL,
            progress: Progress::read(&remembered.unwrap_or_default()),
            points: false,
            begun: false,
            added: false,
            lecturer: false,
            term: None,
        }
    }

    /// The course, in whatever language it was loaded last.
    pub(in crate::app) fn outline(&self) -> Option<&Outline> {
        self.outline.as_ref().map(|(_, outline)| &**outline)
    }

    /// Adds the progress of a file.
    pub(in crate::app) fn add(&mut self, text: &str) -> Result<(), RunError> {
        self.progress.add(text)?;
        self.added = true;
        host::storing::remember(REMEMBERED, &self.progress.write());
        Ok(())
    }

    /// Remembers that the open challenge is won.
    pub(in crate::app) fn win(&mut self) {
        let Some(tried) = &self.tried else { return };
        let name = format!("challenge {}", tried.id);
        if !self.progress.is_done(&name) {
            self.progress.win(&name);
            host::storing::remember(REMEMBERED, &self.progress.write());
        }
    }

    /// Remembers where the open lesson is.
    pub(in crate::app) fn remember(&mut self) {
        if let Some(open) = &self.open {
            self.begun = true;
            let (beat, end) = (open.player.place(), open.player.is_last());
            self.progress.note(&open.id, beat, end);
            host::storing::remember(REMEMBERED, &self.progress.write());
        }
    }
}

/// Loads the course and its titles in a language.
pub(in crate::app) async fn load_course(language: Language) -> Result<Rc<Outline>, String> {
    let (course, titles) = load(LESSONS, COURSE, language).await?;
    let (challenges, challenge_titles) = load(CHALLENGES, COURSE, language).await?;
    let (glossary, glossary_texts) = load(GLOSSARY, GLOSSARY, language).await?;
    let glossary = Glossary::read(GLOSSARY, &glossary).map_err(|error| error.to_string())?;
    let read = |text: &str| Course::read(COURSE, text).map_err(|error| error.to_string());
    Ok(Rc::new(Outline {
        course: read(&course)?,
        titles,
        challenges: read(&challenges)?,
        challenge_titles,
        glossary,
        glossary_texts,
    }))
}

/// Loads a challenge and its texts in a language.
pub(in crate::app) async fn load_challenge(
    id: &str,
    language: Language,
) -> Result<(Rc<Challenge>, Rc<Catalogue>), String> {
    let (challenge, texts) = load(CHALLENGES, id, language).await?;
    let challenge = Challenge::read(id, &challenge).map_err(|error| error.to_string())?;
    Ok((Rc::new(challenge), Rc::new(texts)))
}

/// Loads a lesson and its texts in a language.
pub(in crate::app) async fn load_lesson(id: &str, language: Language) -> Result<Files, String> {
    let (lesson, texts) = load(LESSONS, id, language).await?;
    let lesson = Lesson::read(id, &lesson).map_err(|error| error.to_string())?;
    Ok(Files {
        lesson: Rc::new(lesson),
        texts: Rc::new(texts),
    })
}

/// A file of a folder, and its texts in a language, side by side.
async fn load(folder: &str, id: &str, language: Language) -> Result<(String, Catalogue), String> {
    let file = host::load(&format!("{folder}/{id}.json"));
    let texts = host::load(&format!("{folder}/{id}.{}.json", language.tag()));
    let file = String::from_utf8(file.await?).map_err(|error| error.to_string())?;
    let texts = Catalogue::from_json(&texts.await?).ok_or("a lesson's texts are damaged")?;
    Ok((file, texts))
}
