//! Replays a run and says in which state it ends.

use super::{Job, Said};
use crate::check::Watched;
use crate::protocol::Any;
use crate::share::Run;
use crate::share::json::Json;

/// A run on its way to its end.
pub(super) struct Replay {
    watched: Watched<Any>,
    run: Run,
    done: usize,
}

impl Replay {
    /// Opens the text of a file; says what is wrong with one that cannot be opened.
    pub(super) fn of(text: &str) -> Result<Self, String> {
        let run = Run::from_json(text).map_err(|error| error.to_string())?;
        let (scenario, seed) = (&run.scenario, run.seed);
        let protocol = Any::open(&scenario.protocol, &scenario.cluster);
        let protocol = protocol.map_err(|error| error.to_string())?;
        let watched = Watched::new(protocol, scenario, seed).map_err(|error| error.to_string())?;
        Ok(Self {
            watched,
            run,
            done: 0,
        })
    }
}

impl Job for Replay {
    fn advance(&mut self, steps: u32) -> Said {
        let number = |count: usize| Json::Number(count as u64);
        for action in self.run.actions.iter().skip(self.done).take(steps as usize) {
            if let Err(error) = self.watched.apply(action) {
                let error = format!("action {}: {error}", self.done + 1);
                return Said::Done(Json::object([("error", Json::Text(error))]).write());
            }
            self.done += 1;
        }
        let actions = ("actions", number(self.done));
        if self.done < self.run.actions.len() {
            let of = ("of", number(self.run.actions.len()));
            return Said::Progress(Json::object([actions, of]).write());
        }
        let hash = format!("{:016x}", self.watched.world().hash());
        Said::Done(Json::object([actions, ("hash", Json::Text(hash))]).write())
    }
}

#[cfg(test)]
mod tests {
    use crate::jobs::{Said, serve};
    use crate::protocol::NodeId;
    use crate::share::Run;
    use crate::view::reopen;
    use crate::world::{Action, Scenario};

    const RUN: &str = include_str!("../../tests/runs/raft-faults.json");

    /// However it is sliced, a run ends in the state in which the timeline ends.
    #[test]
    fn a_replay_ends_where_the_run_ends() {
        let run = Run::from_json(RUN).unwrap();
        let mut session = reopen(&run).unwrap().session;
        session.seek(usize::MAX);
        let expected = format!(
            "{{\"actions\":{},\"hash\":\"{:016x}\"}}",
            run.actions.len(),
            session.hash()
        );
        for steps in [1, 7, u32::MAX] {
            let mut job = serve(&format!("replay\n{RUN}"));
            let mut slices = 0;
            let result = loop {
                slices += 1;
                match job.advance(steps) {
                    Said::Progress(text) => assert!(text.contains("\"of\":"), "{text}"),
                    Said::Done(text) => break text,
                }
            };
            assert_eq!(result, expected);
            assert_eq!(slices, run.actions.len().div_ceil(steps as usize));
        }
    }

    /// What cannot be served is answered, and says why.
    #[test]
    fn a_bad_request_is_answered() {
        let mut senseless = Run::new(Scenario::of("raft", 3), 1);
        senseless.actions.push(Action::Restart(NodeId(1)));
        let senseless = format!("replay\n{}", senseless.to_json());
        for (request, expected) in [
            ("sing", "nobody serves"),
            ("replay\n{}", "something else than a run"),
            (senseless.as_str(), "action 1:"),
        ] {
            let Said::Done(text) = serve(request).advance(u32::MAX) else {
                panic!("{request} goes on");
            };
            assert!(
                text.starts_with("{\"error\":") && text.contains(expected),
                "{text}"
            );
        }
    }
}
