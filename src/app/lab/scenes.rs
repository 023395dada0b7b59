//! Which run is on stage: protocol, size, variants; and the run as it is saved and held. What is
//! there stays until the next one has opened.

use super::starting::FIRST_SEED;
use super::{Choosing, Lab, Msg};
use crate::app::only::Only;
use crate::app::panel::Panel;
use crate::app::{FULL, host};
use crate::protocol::registry::OpenError;
use crate::protocol::{ClusterError, NODES_ON_STAGE_MAX};
use crate::view::compare::Rival;
use crate::view::{Sentence, Session, first_look, open, quorums};
use crate::world::{Scenario, ScenarioError};

impl Lab {
    /// Starts a scenario anew; where it cannot run, says so and keeps what there is.
    pub(super) fn restart(&mut self, scenario: Scenario, seed: u32) {
        if FULL && self.session.pair().is_some() {
            return self.restart_pair(scenario, seed);
        }
        match open(scenario, seed) {
            Ok(session) => {
                self.forget_found(&session);
                let replaced = self.put_on_stage(session);
                if FULL {
                    self.undo.replaced = replaced;
                }
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
        let old = std::mem::replace(&mut self.session, session.into()).into_one();
        let key = old.about().key;
        let mut replaced = None;
        if FULL && key != self.session.about().key {
            self.stashed.insert(key, old);
            self.panel = Panel::Why;
        } else {
            replaced = Some(old);
        }
        self.show_anew();
        replaced
    }

    /// What is on stage is another one, and nothing is chosen of it yet.
    pub(super) fn show_anew(&mut self) {
        self.running = false;
        self.motion.stop();
        self.eyes = None;
        self.selected = None;
        self.choosing = Choosing::Nothing;
        self.notice = None;
        if FULL {
            self.doubts.forget();
        }
        self.parting = Only::default();
        self.opening = Only::default();
        self.refresh();
        self.motion.jump(self.session.now() as f64);
        self.hold_all();
    }

    pub(super) fn change_protocol(&mut self, key: &'static str) {
        if !FULL || key == self.session.about().key {
            return;
        }
        if !self.words.has(key) {
            self.after_words = Some(Msg::Protocol(key));
            return self.load_words(self.words.language, key);
        }
        if self.session.pair().is_some() {
            let scenario = Rival::Protocol(key).of(self.session.scenario());
            return self.restart(scenario, self.session.seed());
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

    pub(super) fn change_quorums(&mut self, sizes: [u8; 2]) {
        let scenario = quorums::with(self.session.scenario(), sizes);
        self.restart(scenario, self.session.seed());
    }

    pub(super) fn change_seed(&mut self) {
        let scenario = self.session.scenario().clone();
        self.restart(scenario, host::fresh_seed());
    }

    pub(super) fn save(&mut self) {
        let name = match self.session.pair() {
            Some(_) => "quorumscope-pair.json",
            None => "quorumscope-run.json",
        };
        let text = match FULL {
            true => self.whole_file(),
            false => self.session.file(),
        };
        if !host::download(name, &text) {
            self.complain("ui.save_failed");
        }
    }

    /// Lets the boot script hold the action before a position, unless a longer future is held.
    pub(super) fn hold(&self, position: usize) {
        if let Some(line) = self.session.line(position) {
            host::hold(position, &line);
        }
    }

    pub(super) fn hold_last(&self) {
        if self.session.position() == self.session.length() {
            self.hold(self.session.position());
        }
    }

    pub(super) fn hold_all(&self) {
        host::hold(0, &self.session.head());
        for position in 1..=self.session.length() {
            self.hold(position);
        }
    }
}

/// Why a scenario cannot run; `otherwise` where there is no more to say.
pub(super) fn scenario_error(error: &ScenarioError, otherwise: &'static str) -> Sentence {
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
