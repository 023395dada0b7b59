//! Which run is on stage: protocol, size, variants, files. What is there stays until the next one
//! has opened.

use super::{Choosing, FIRST_SEED, FULL, Lab, Msg};
use crate::app::host;
use crate::app::panel::Panel;
use crate::protocol::registry::OpenError;
use crate::protocol::{ClusterError, NODES_ON_STAGE_MAX};
use crate::share::{self, Run, RunError};
use crate::view::{OpenedRun, Opening, Sentence, Session, first_look, open};
use crate::world::{Scenario, ScenarioError};

/// How long a file is opened before somebody else gets a turn, in milliseconds,
const SLICE_MS: f64 = 16.0;
/// and how many actions it looks at the clock again after.
const ACTIONS_AT_ONCE: usize = 32;

impl Lab {
    /// Starts a scenario anew; where it cannot run, says so and keeps what there is.
    pub(super) fn restart(&mut self, scenario: Scenario, seed: u32) {
        match open(scenario, seed) {
            Ok(session) => {
                self.forget_found(&session);
                self.put_on_stage(session);
            }
            Err(error) => {
                let sentence = scenario_error(&error, "ui.cannot_start");
                self.notice = Some(self.words.say(&sentence));
            }
        }
    }

    /// Shows another run. The run of another protocol is kept while one looks at this one; one of
    /// the same is given back.
    pub(super) fn put_on_stage(&mut self, session: Session) -> Option<Session> {
        let old = std::mem::replace(&mut self.session, session);
        let key = old.about().key;
        let mut replaced = None;
        if FULL && key != self.session.about().key {
            self.stashed.insert(key, old);
            self.panel = Panel::Why;
        } else {
            replaced = Some(old);
        }
        self.running = false;
        self.motion.stop();
        self.selected = None;
        self.choosing = Choosing::Nothing;
        self.notice = None;
        self.opening = None;
        self.refresh();
        self.motion.jump(self.session.now() as f64);
        self.hold_all();
        replaced
    }

    pub(super) fn change_protocol(&mut self, key: &'static str) {
        if !FULL || key == self.session.about().key {
            return;
        }
        if !self.words.has(key) {
            self.after_words = Some(Msg::Protocol(key));
            return self.load_words(self.words.language, key);
        }
        match self.stashed.remove(&key) {
            Some(session) => {
                self.put_on_stage(session);
            }
            None => self.restart(first_look(key), FIRST_SEED),
        }
    }

    pub(super) fn change_nodes(&mut self, count: u8) {
        if !(1..=NODES_ON_STAGE_MAX).contains(&count) {
            return self.complain("ui.nodes_out_of_range");
        }
        let mut scenario = self.session.scenario().clone();
        scenario.cluster.nodes = count;
        scenario.cluster.roles.clear();
        scenario.cluster.quorums.clear();
        self.restart(scenario, self.session.seed());
    }

    pub(super) fn change_variant(&mut self, id: &'static str, on: bool) {
        let mut scenario = self.session.scenario().clone();
        let variants = &mut scenario.cluster.variants;
        match on {
            true => variants.insert(id.into()),
            false => variants.remove(id),
        };
        self.restart(scenario, self.session.seed());
    }

    pub(super) fn save(&mut self) {
        let run = self.session.run();
        let text = run.to_json();
        if !host::download("quorumscope-run.json", &text) {
            self.complain("ui.save_failed");
        }
    }

    pub(super) fn open_file(&mut self, text: Result<String, String>) {
        // The core gives the text of a file to the full program.
        let text = match text {
            Ok(text) if FULL => text,
            _ => return self.complain("ui.file_unreadable"),
        };
        let run = match Run::from_json(&text) {
            Ok(run) => run,
            Err(error) => return self.refuse_file(&error),
        };
        if run.scenario.cluster.nodes > NODES_ON_STAGE_MAX {
            return self.complain("ui.nodes_out_of_range");
        }
        match Opening::of(run) {
            Err(error) => self.refuse_file(&error),
            Ok(opening) if !self.words.has(opening.about().key) => {
                self.after_words = Some(Msg::FileRead(Ok(text)));
                self.load_words(self.words.language, opening.about().key);
            }
            Ok(opening) => {
                self.notice = None;
                self.opening = Some(opening);
                self.go_on_opening();
            }
        }
    }

    fn refuse_file(&mut self, error: &RunError) {
        self.notice = Some(self.words.say(&file_error(error)));
    }

    /// Opens a little more of a file, and puts it on stage once it is open; says whether there is
    /// something new to see. What is on stage can be used meanwhile.
    pub(super) fn go_on_opening(&mut self) -> bool {
        let Some(mut opening) = self.opening.take() else {
            return false;
        };
        let (before, began) = (opening.percent(), host::now());
        while host::now() - began < SLICE_MS {
            if opening.advance(ACTIONS_AT_ONCE) {
                self.put_opened_on_stage(opening.finish());
                return true;
            }
        }
        let is_news = opening.percent() / 10 != before / 10 || before == 0;
        self.opening = Some(opening);
        host::soon(&self.send, Msg::GoOnOpening);
        is_news
    }

    fn put_opened_on_stage(&mut self, opened: OpenedRun) {
        self.forget_found(&opened.session);
        self.put_on_stage(opened.session);
        if let Some((position, error)) = opened.stopped {
            let reason = format!("error.{}", error.key());
            let args = [
                ("position", &*position.to_string()),
                ("reason", self.words.t(&reason)),
            ];
            self.notice = Some(self.words.fill("ui.file_cut_short", &args));
        } else if opened.same_state == Some(false) {
            self.complain("ui.file_other_state");
        }
    }

    /// Lets the boot script hold the action before a position, unless a longer future is held.
    pub(super) fn hold(&self, position: usize) {
        if let Some(action) = self.session.action(position) {
            host::hold(position, &share::action_json(action));
        }
    }

    pub(super) fn hold_last(&self) {
        if self.session.position() == self.session.length() {
            self.hold(self.session.position());
        }
    }

    pub(super) fn hold_all(&self) {
        let run = self.session.run();
        host::hold(0, &run.head_json());
        for position in 1..=self.session.length() {
            self.hold(position);
        }
    }
}

fn file_error(error: &RunError) -> Sentence {
    use RunError as E;
    match error {
        E::TooLarge(_) => Sentence::new("ui.file_too_large"),
        E::Malformed(place) => Sentence::new("ui.file_malformed")
            .with("line", place.line)
            .with("column", place.column),
        E::BadHead => Sentence::new("ui.file_bad_head"),
        E::BadAction(place) => Sentence::new("ui.file_bad_action").with("place", *place as u32),
        E::NotARun => Sentence::new("ui.file_not_a_run"),
        E::Newer(version) => Sentence::new("ui.file_newer").with("version", *version),
        E::TooManyActions => Sentence::new("ui.file_too_many_actions"),
        E::Scenario(error) => scenario_error(error, "ui.file_bad_scenario"),
    }
}

/// Why a scenario cannot run; `otherwise` where there is no more to say.
fn scenario_error(error: &ScenarioError, otherwise: &'static str) -> Sentence {
    match error {
        ScenarioError::Open(OpenError::Cluster(ClusterError::BadQuorum(_))) => {
            Sentence::new("ui.bad_quorum")
        }
        ScenarioError::Open(OpenError::Cluster(ClusterError::QuorumsApart)) => {
            Sentence::new("ui.quorums_apart")
        }
        _ => Sentence::new(otherwise),
    }
}
