//! Jobs that take long, done a slice at a time, so that the same code runs in a worker and, where a
//! page may have none, between two frames of the page. What goes in and comes out is text.

mod replay;
mod search;

use crate::share::json::Json;

/// What a job says when it has done a slice of its work.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Said {
    /// It is under way; a JSON object says how far.
    Progress(String),
    /// It is done; a JSON object says what came of it.
    Done(String),
}

/// Work that can be done a slice at a time.
pub trait Job {
    /// Does so many steps of the work, or what is left of it. What a step is, is the job's affair,
    /// as long as it is short; how many make a slice is for whoever has a clock.
    fn advance(&mut self, steps: u32) -> Said;
}

/// The job that a request asks for. A request is a line that says what it is, and what the job
/// needs below:
///
/// - `replay`: the text of a run's file. It says the `hash` of the state at the run's end, after
///   `actions` actions.
/// - `search`: the text of a [`crate::share::search::SearchRequest`]. It says `states`,
///   `transitions`, `depth`, `frontier` and `bytes`; in the end also its `status` (`found`,
///   `exhausted`, `depth` or `memory`) and, where it has found one, the shortest `run` as the text
///   of a file, with the cursor at its start.
///
/// A request that cannot be served is a job that is done at once: its result has an `error`.
pub fn serve(request: &str) -> Box<dyn Job> {
    let (what, rest) = request.split_once('\n').unwrap_or((request, ""));
    let job = match what {
        "replay" => replay::Replay::of(rest).map(boxed),
        "search" => search::Searching::of(rest).map(boxed),
        _ => Err(format!("nobody serves \u{201c}{what}\u{201d}")),
    };
    job.unwrap_or_else(|error| Box::new(Refused(error)))
}

fn boxed(job: impl Job + 'static) -> Box<dyn Job> {
    Box::new(job)
}

/// A request that cannot be served.
struct Refused(String);

impl Job for Refused {
    fn advance(&mut self, _steps: u32) -> Said {
        let error = Json::Text(self.0.clone());
        Said::Done(Json::object([("error", error)]).write())
    }
}
