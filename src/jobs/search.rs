//! Searches for the shortest run that reaches a goal, as [`crate::check::search`] does it.

use super::{Job, Said};
use crate::check::search::{Progress, Search, Status};
use crate::protocol::Any;
use crate::share::Run;
use crate::share::json::Json;
use crate::share::search::SearchRequest;

/// How many states a step expands: well below a millisecond.
const STATES_A_STEP: usize = 256;

/// How much memory a search may use, in bytes. A growing table is there twice while it moves, and
/// where it was stays a hole, which the search does not count; and the program itself needs some.
/// All of that has to fit into what a phone or a laptop gives one tab, far below the four
/// gigabytes at which wasm ends: an allocation that the browser refuses is a trap, and the search
/// has to stop by itself before.
const BYTES_MAX: usize = 900 << 20;

/// A search under way.
pub(super) struct Searching(Search<Any>);

impl Searching {
    /// Opens the text of a request; says what is wrong with one that cannot be begun.
    pub(super) fn of(text: &str) -> Result<Self, String> {
        Self::within(text, BYTES_MAX)
    }

    fn within(text: &str, bytes_max: usize) -> Result<Self, String> {
        let request = SearchRequest::from_json(text).map_err(|error| error.to_string())?;
        let (scenario, bounds) = (&request.scenario, &request.bounds);
        let protocol = Any::open(&scenario.protocol, &scenario.cluster);
        let protocol = protocol.map_err(|error| error.to_string())?;
        let (seed, goal) = (request.seed, &request.goal);
        let search = Search::new(protocol, scenario, seed, bounds, goal, bytes_max);
        search.map(Self).map_err(|error| error.to_string())
    }
}

impl Job for Searching {
    fn advance(&mut self, steps: u32) -> Said {
        let states = (steps as usize).saturating_mul(STATES_A_STEP);
        let status = match self.0.advance(states) {
            Status::Searching => return Said::Progress(covered(self.0.progress()).write()),
            Status::Found => "found",
            Status::Exhausted => "exhausted",
            Status::DepthReached => "depth",
            Status::OutOfMemory => "memory",
        };
        let Json::Object(mut fields) = covered(self.0.progress()) else {
            unreachable!("what is covered is an object");
        };
        fields.push(("status".into(), status.into()));
        if let Some(found) = self.0.found() {
            let run = Run {
                actions: found.actions,
                ..Run::new(found.scenario, found.seed)
            };
            fields.push(("run".into(), Json::Text(run.to_json())));
        }
        Said::Done(Json::Object(fields).write())
    }
}

fn covered(progress: Progress) -> Json {
    Json::object([
        ("states", Json::Number(progress.states)),
        ("transitions", Json::Number(progress.transitions)),
        ("depth", progress.depth.into()),
        ("frontier", Json::Number(progress.frontier)),
        ("bytes", Json::Number(progress.bytes)),
    ])
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::check::search::{Bounds, Goal};
    use crate::jobs::serve;
    use crate::view::reopen;
    use crate::world::Scenario;

    fn elections(count: u8, goal: Goal) -> SearchRequest {
        SearchRequest {
            scenario: Scenario::of("raft", 3),
            seed: 1,
            bounds: Bounds {
                timeouts: [("election".to_owned(), count)].into(),
                ..Bounds::default()
            },
            goal,
        }
    }

    /// The result, and the progress told before it.
    fn run(job: &mut dyn Job, steps: u32) -> (Json, Vec<Json>) {
        let mut told = Vec::new();
        loop {
            match job.advance(steps) {
                Said::Progress(text) => told.push(Json::read(&text).unwrap()),
                Said::Done(text) => return (Json::read(&text).unwrap(), told),
            }
        }
    }

    fn number(json: &Json, field: &str) -> u32 {
        json.get(field).and_then(Json::number).unwrap()
    }

    fn status(json: &Json) -> &str {
        json.get("status").and_then(Json::text).unwrap()
    }

    /// What is found is a run that opens at its start and loses the property at its end and not
    /// before, however the search is sliced.
    #[test]
    fn what_is_found_is_a_run() {
        let mut request = elections(2, Goal::Lose(None));
        let variant = "vote_twice".to_owned();
        request.scenario.cluster.variants.insert(variant);
        let text = format!("search\n{}", request.to_json());
        let (result, told) = run(&mut *serve(&text), 1);
        assert_eq!(status(&result), "found");
        assert!(number(&result, "states") > 100 && number(&result, "bytes") > 1000);
        let text = result.get("run").and_then(Json::text).unwrap();
        let found = Run::from_json(text).unwrap();
        assert_eq!(found.cursor, 0);
        let opened = reopen(&found).unwrap();
        assert_eq!(opened.stopped, None);
        let mut session = opened.session;
        let length = session.length();
        session.seek(length - 1);
        assert_eq!(session.losses(), 0);
        session.seek(length);
        assert_eq!(session.losses(), 1);
        // Told in between: what only ever grows.
        for field in ["states", "transitions", "depth"] {
            let far: Vec<u32> = told.iter().map(|it| number(it, field)).collect();
            assert!(far.is_sorted(), "{field}: {far:?}");
        }
    }

    /// Where nothing is found, it says how far it came, and why no farther.
    #[test]
    fn where_nothing_is_found() {
        let mut request = elections(2, Goal::Lose(None));
        let (all, told) = run(&mut Searching::of(&request.to_json()).unwrap(), 1);
        assert_eq!(status(&all), "exhausted");
        assert_eq!(number(&all, "frontier"), 0);
        assert!(all.get("run").is_none());
        assert!(!told.is_empty(), "it came in slices");
        let half = number(&all, "bytes") / 2;
        let little = Searching::within(&request.to_json(), half as usize);
        let (little, _) = run(&mut little.unwrap(), 1);
        assert_eq!(status(&little), "memory");
        assert!(number(&little, "bytes") <= half);
        assert!(number(&little, "states") < number(&all, "states"));
        request.bounds.depth = Some(4);
        let (shallow, _) = run(&mut Searching::of(&request.to_json()).unwrap(), u32::MAX);
        assert_eq!(status(&shallow), "depth");
        assert_eq!(number(&shallow, "depth"), 4);
        assert!(number(&shallow, "states") < number(&all, "states"));
    }

    /// What cannot be begun is answered, and says why.
    #[test]
    fn a_bad_request_is_answered() {
        let good = elections(2, Goal::Lose(None)).to_json();
        for (from, to, expected) in [
            ("quorumscope-search", "quorumscope-run", "something else"),
            ("\"election\":2", "\"selection\":2", "no timer"),
            ("\"nodes\":3", "\"nodes\":0", "node"),
        ] {
            let wrong = good.replace(from, to);
            let (result, _) = run(&mut *serve(&format!("search\n{wrong}")), 1);
            let error = result.get("error").and_then(Json::text).unwrap();
            assert!(error.contains(expected), "{error}");
        }
    }
}
