//! How far somebody has come in each lesson: remembered on their device, and theirs to keep.
//!
//! `{"format":"quorumscope-progress","version":1,"last":"why","lessons":{"why":[8,"done"],…}}`

use crate::share::json::Json;
use crate::share::{RunError, VERSION, check_head};
use crate::sorted::SortedMap;

/// What every file of progress says it is.
const FORMAT: &str = "quorumscope-progress";
/// What stands for a lesson that was gone through to its end.
const DONE: &str = "done";
/// The most lessons and challenges that are remembered, or that a file may speak of.
const LESSONS_MAX: usize = 500;
/// The most bytes of a lesson's name in a file.
const NAME_MAX: usize = 100;

/// How far somebody has come.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Progress {
    /// The lesson that was open last.
    last: Option<String>,
    /// The beat where each lesson was left, counted from 0, and whether its end was reached before.
    lessons: SortedMap<String, (usize, bool)>,
}

impl Progress {
    /// Reads what was remembered; what cannot be understood counts for nothing.
    pub fn read(text: &str) -> Self {
        let json = Json::read(text).unwrap_or(Json::Null);
        let last = json.get("last").and_then(Json::text).map(str::to_owned);
        let lessons = json.get("lessons").and_then(Json::fields);
        Self {
            last,
            lessons: lessons
                .unwrap_or_default()
                .iter()
                .take(LESSONS_MAX)
                .filter_map(one)
                .collect(),
        }
    }

    /// Whether a file says that it holds progress, whatever else it holds.
    pub fn is_progress(text: &str) -> bool {
        let head = check_head(text, FORMAT);
        matches!(head, Ok(_) | Err(RunError::BadHead | RunError::Newer(_)))
    }

    /// Adds what a file says to what is known: of each lesson the farther beat, and its end if either
    /// has reached it. So nothing is lost.
    ///
    /// # Errors
    ///
    /// Why the file holds no progress; nothing has been added then.
    pub fn add(&mut self, text: &str) -> Result<(), RunError> {
        let file = check_head(text, FORMAT)?;
        let lessons = file.get("lessons").and_then(Json::fields);
        let lessons = lessons.filter(|all| {
            all.len() <= LESSONS_MAX && all.iter().all(|(id, _)| id.len() <= NAME_MAX)
        });
        let read: Option<Vec<_>> = lessons.ok_or(RunError::BadHead)?.iter().map(one).collect();
        let read = read.ok_or(RunError::BadHead)?;
        // What is remembered beyond that would not be read again.
        let new = |(id, _): &&(String, _)| self.lessons.get(id).is_none();
        if self.lessons.len() + read.iter().filter(new).count() > LESSONS_MAX {
            return Err(RunError::BadHead);
        }
        for (id, (beat, done)) in read {
            let (beat, done) = (beat.max(self.beat(&id)), done || self.is_done(&id));
            self.lessons.insert(id, (beat, done));
        }
        let last = file.get("last").and_then(Json::text);
        let last = last.filter(|id| self.lessons.get(*id).is_some());
        self.last = self.last.take().or(last.map(str::to_owned));
        Ok(())
    }

    /// The text that is remembered, or given away as a file.
    pub fn write(&self) -> String {
        let one = |(id, (beat, done)): (&String, &(usize, bool))| {
            let done = if *done { DONE.into() } else { Json::Null };
            let beat = Json::Number(*beat as u64);
            (id.clone(), Json::list([beat, done].into_iter()))
        };
        let last = self.last.clone().map_or(Json::Null, Json::Text);
        let lessons = Json::Object(self.lessons.iter().map(one).collect());
        Json::object([
            ("format", FORMAT.into()),
            ("version", VERSION.into()),
            ("last", last),
            ("lessons", lessons),
        ])
        .write()
    }

    /// Notes where a lesson is, and whether that is its end.
    pub fn note(&mut self, lesson: &str, beat: usize, end: bool) {
        let done = end || self.is_done(lesson);
        self.last = Some(lesson.to_owned());
        self.lessons.insert(lesson.to_owned(), (beat, done));
    }

    /// Notes that a challenge is won, under a name that no lesson has.
    pub fn win(&mut self, challenge: &str) {
        self.lessons.insert(challenge.to_owned(), (0, true));
    }

    /// Whether the end of a lesson was reached.
    pub fn is_done(&self, lesson: &str) -> bool {
        self.lessons.get(lesson).is_some_and(|(_, done)| *done)
    }

    /// Where a lesson was left.
    pub fn beat(&self, lesson: &str) -> usize {
        self.lessons.get(lesson).map_or(0, |(beat, _)| *beat)
    }

    /// The lesson that was open last.
    pub fn last(&self) -> Option<&str> {
        self.last.as_deref()
    }
}

/// What is said of one lesson.
fn one((id, it): &(String, Json)) -> Option<(String, (usize, bool))> {
    let [beat, done] = it.items()? else {
        return None;
    };
    let done = match done {
        Json::Null => false,
        done => done.text()? == DONE,
    };
    Some((id.clone(), (beat.number()? as usize, done)))
}

#[cfg(test)]
mod tests {
    use super::*;

    /// What a file adds takes nothing away.
    #[test]
    fn a_file_adds() {
        let mut here = Progress::default();
        here.note("why", 8, true);
        here.note("copies", 3, false);
        let mut there = Progress::default();
        there.note("why", 2, false);
        there.note("copies", 5, false);
        there.win("challenge gap");
        assert!(Progress::is_progress(&there.write()));
        assert_eq!(here.add(&there.write()), Ok(()));
        assert!(here.is_done("why") && here.is_done("challenge gap"));
        assert_eq!((here.beat("why"), here.beat("copies")), (8, 5));
        assert_eq!(here.last(), Some("copies"));
        let mut fresh = Progress::default();
        assert_eq!(fresh.add(&here.write()), Ok(()));
        assert_eq!(fresh, here);
    }

    /// A file that is none, or is damaged, adds nothing.
    #[test]
    fn a_bad_file_adds_nothing() {
        let mut progress = Progress::default();
        progress.note("why", 1, false);
        let before = progress.clone();
        let file = progress.write();
        let bad = RunError::BadHead;
        for (from, to, error) in [
            (FORMAT, "quorumscope-run", RunError::NotARun),
            ("\"version\":1", "\"version\":9", RunError::Newer(9)),
            ("\"lessons\"", "\"lesson\"", bad.clone()),
            (
                "[1,null]",
                "[1,\"x\"",
                RunError::Malformed(Json::place("", "")),
            ),
            ("[1,null]", "[1]", bad.clone()),
            (
                "\"why\":",
                &format!("\"{}\":", "y".repeat(NAME_MAX + 1)),
                bad.clone(),
            ),
        ] {
            let text = file.replace(from, to);
            assert_ne!(text, file, "{from}");
            let said = progress.add(&text).expect_err(&text);
            let same = std::mem::discriminant(&said) == std::mem::discriminant(&error);
            assert!(same, "{text}: {said:?}");
            assert_eq!(progress, before, "{text}");
        }
        assert!(!Progress::is_progress("{}") && !Progress::is_progress("["));
        // More than is read again of what is remembered.
        let mut many = Progress::default();
        for at in 0..LESSONS_MAX {
            many.win(&at.to_string());
        }
        assert_eq!(progress.add(&many.write()), Err(RunError::BadHead));
        assert_eq!(progress, before);
        assert_eq!(Progress::default().add(&many.write()), Ok(()));
    }

    /// What is written reads back the same; an end once reached stays reached.
    #[test]
    fn round_trip() {
        let mut progress = Progress::default();
        assert_eq!(Progress::read(&progress.write()), progress);
        progress.note("why", 8, true);
        progress.note("copies", 3, false);
        progress.note("why", 2, false);
        assert_eq!(Progress::read(&progress.write()), progress);
        assert!(progress.is_done("why") && !progress.is_done("copies"));
        assert_eq!((progress.beat("why"), progress.beat("copies")), (2, 3));
        assert_eq!(progress.last(), Some("why"));
    }

    /// What somebody else has written there harms nobody.
    #[test]
    fn nonsense_counts_for_nothing() {
        let texts = [
            "",
            "[]",
            "{\"lessons\":3}",
            "{\"lessons\":{\"why\":[1]},\"last\":[]}",
        ];
        for text in texts {
            assert_eq!(Progress::read(text), Progress::default(), "{text}");
        }
        let half = "{\"lessons\":{\"why\":[1,\"done\"],\"copies\":[\"x\",null]}}";
        let half = Progress::read(half);
        assert!(half.is_done("why"));
        assert_eq!(half.beat("copies"), 0);
        let many = (0..=LESSONS_MAX).map(|at| format!("\"{at}\":[1,null]"));
        let many = many.collect::<Vec<_>>().join(",");
        let many = Progress::read(&format!("{{\"lessons\":{{{many}}}}}"));
        assert_eq!(many.lessons.len(), LESSONS_MAX);
    }
}
