//! How far somebody has come in each lesson: remembered on their device, and theirs to keep.

use crate::share::json::Json;
use crate::sorted::SortedMap;

/// What stands for a lesson that was gone through to its end.
const DONE: &str = "done";
/// The most lessons that are remembered: more than there are.
const LESSONS_MAX: usize = 1_000;

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
        let one = |(id, it): &(String, Json)| {
            let [beat, done] = it.items()? else {
                return None;
            };
            let done = match done {
                Json::Null => false,
                done => done.text()? == DONE,
            };
            Some((id.clone(), (beat.number()? as usize, done)))
        };
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

    /// The text that is remembered, or given away as a file.
    pub fn write(&self) -> String {
        let one = |(id, (beat, done)): (&String, &(usize, bool))| {
            let done = if *done { DONE.into() } else { Json::Null };
            let beat = Json::Number(*beat as u64);
            (id.clone(), Json::list([beat, done].into_iter()))
        };
        let last = self.last.clone().map_or(Json::Null, Json::Text);
        let lessons = Json::Object(self.lessons.iter().map(one).collect());
        Json::object([("last", last), ("lessons", lessons)]).write()
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

#[cfg(test)]
mod tests {
    use super::*;

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
