//! Jobs that take long, done a slice at a time, so that the same code runs in a worker and, where a
//! page may have none, between two frames of the page. What goes in and comes out is text.

mod replay;

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
///
/// A request that cannot be served is a job that is done at once: its result has an `error`.
pub fn serve(request: &str) -> Box<dyn Job> {
    let (what, rest) = request.split_once('\n').unwrap_or((request, ""));
    let job = match what {
        "replay" => replay::Replay::of(rest).map(|job| Box::new(job) as Box<dyn Job>),
        _ => Err(format!("nobody serves \u{201c}{what}\u{201d}")),
    };
    job.unwrap_or_else(|error| Box::new(Refused(error)))
}

/// A request that cannot be served.
struct Refused(String);

impl Job for Refused {
    fn advance(&mut self, _steps: u32) -> Said {
        let error = Json::Text(self.0.clone());
        Said::Done(Json::object([("error", error)]).write())
    }
}
