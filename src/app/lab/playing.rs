//! Playing the run: steps, strides, the cursor, and time that flows.

use super::{Choosing, Lab, TELLING_MS};
use crate::app::FULL;
use crate::app::dialog::Dialog;
use crate::app::panel::Panel;
use crate::app::until::Going;
use crate::world::{Action, ActionError};

/// Virtual milliseconds a real second, at each speed; the middle one is the default.
pub(in crate::app) const RATES: [f64; 5] = [5.0, 12.0, 25.0, 60.0, 200.0];
/// How much faster time flows while nothing is under way.
const IDLE_FACTOR: f64 = 4.0;
/// The most events that one frame lets happen.
const EVENTS_A_FRAME_MAX: usize = 100;

impl Lab {
    pub(super) fn act(&mut self, action: Action) {
        self.choosing = Choosing::Nothing;
        if self.try_act(action) {
            self.motion.jump(self.session.now() as f64);
        }
        self.refresh();
        self.flow();
    }

    pub(super) fn step(&mut self) {
        self.set_running(false);
        let stepped = match FULL && self.pace.folds {
            true => self.step_folding(),
            false => self.step_on(),
        };
        if stepped {
            self.motion.glide(self.session.now() as f64);
        }
        self.refresh();
    }

    /// One step that is more than an idle heartbeat; says whether there was one.
    fn step_folding(&mut self) -> bool {
        self.notice = None;
        let (before, losses) = (self.session.position(), self.session.losses());
        let Some(session) = self.session.alone_mut() else {
            // Of two runs, each event is of one of them.
            return self.step_on();
        };
        match session.step_folding() {
            Ok(None) => {
                self.complain("until.only_heartbeats");
                false
            }
            Ok(Some(folded)) => {
                self.hold_from(before);
                self.stop_on_loss(losses);
                if folded > 0 {
                    let count = folded.to_string();
                    let text = self.words.fill("until.folded", &[("count", &count)]);
                    self.notice = Some(text);
                }
                true
            }
            Err(error) => {
                self.refuse(&error);
                false
            }
        }
    }

    /// Does what concerns how far Step and Run go.
    pub(super) fn go(&mut self, going: Going) {
        let until = match going {
            Going::Fold(on) => return self.pace.fold(on),
            Going::Until(until) => until,
        };
        self.set_running(false);
        self.dialog = Dialog::None;
        self.notice = None;
        let (before, losses) = (self.session.position(), self.session.losses());
        let Some(session) = self.session.alone_mut() else {
            return self.complain("compare.one_only");
        };
        match session.run_until(until) {
            Ok(true) => {
                self.hold_from(before);
                self.stop_on_loss(losses);
                self.refresh();
                self.motion.jump(self.session.now() as f64);
            }
            Ok(false) => self.complain("until.none"),
            Err(error) => self.refuse(&error),
        }
    }

    /// Lets the boot script hold all actions since a position, where they are the latest.
    fn hold_from(&self, before: usize) {
        if self.session.position() == self.session.length() {
            for position in before + 1..=self.session.position() {
                self.hold(position);
            }
        }
    }

    /// One step forward, recorded or new; says whether there was one.
    fn step_on(&mut self) -> bool {
        self.notice = None;
        if FULL && self.is_at_its_end() {
            return false;
        }
        let losses = self.session.losses();
        if let Err(error) = self.session.step() {
            self.set_running(false);
            self.refuse(&error);
            return false;
        }
        self.hold_last();
        self.stop_on_loss(losses);
        if FULL {
            self.embedded.stepped(&self.session);
            self.lesson_sees(self.session.position() - 1);
        }
        true
    }

    fn stop_on_loss(&mut self, before: usize) {
        if self.session.losses() > before {
            self.set_running(false);
            self.panel = Panel::Properties;
            if FULL {
                self.face_loss();
            }
        }
    }

    pub(super) fn stride(&mut self) {
        self.set_running(false);
        self.notice = None;
        let (before, losses) = (self.session.position(), self.session.losses());
        match self.session.stride() {
            Ok(0) => self.complain("ui.no_outcome"),
            Ok(_) => {
                self.hold_from(before);
                self.stop_on_loss(losses);
                if FULL {
                    self.lesson_sees(before);
                }
                self.refresh();
                self.motion.glide(self.session.now() as f64);
            }
            Err(error) => self.refuse(&error),
        }
    }

    pub(super) fn fork(&mut self) {
        self.session.fork();
        self.hold_all();
        self.refresh();
    }

    pub(super) fn seek(&mut self, position: usize) {
        self.set_running(false);
        self.notice = None;
        match FULL {
            true => {
                self.session.seek(self.embedded.frame.within(position));
                self.embedded.moved(&self.session);
            }
            false => self.session.seek(position),
        }
        self.refresh();
        self.motion.jump(self.session.now() as f64);
    }

    pub(super) fn set_running(&mut self, running: bool) {
        if running && self.session.next_due().is_none() {
            self.refuse(&ActionError::NothingToDo);
            return;
        }
        if self.running != running {
            self.running = running;
            self.notice = None;
            self.motion.stop();
            if FULL {
                self.tell_around();
            }
        }
        self.flow();
    }

    /// Lets time flow on to the next event, if the run is running.
    pub(super) fn flow(&mut self) {
        if !self.running {
            return;
        }
        match self.session.next_due() {
            Some(due) => {
                let idle = self.moment.messages.is_empty() && (!FULL || self.other_is_quiet());
                let factor = if idle { IDLE_FACTOR } else { 1.0 };
                self.motion.flow(RATES[self.speed] * factor, due as f64);
            }
            None => {
                self.running = false;
                self.motion.stop();
                if FULL {
                    self.tell_around();
                }
                self.refuse(&ActionError::NothingToDo);
            }
        }
    }

    /// Whether time flows so fast that the next event comes before what stands around the stage tells
    /// anew.
    pub(super) fn is_due_soon(&self) -> bool {
        let due = self.session.next_due().map(|due| due as f64);
        let soon = RATES[self.speed] * TELLING_MS / 1000.0;
        due.is_some_and(|due| due - self.motion.shown() < soon)
    }

    /// Events are due: they happen, in their order, and time flows on.
    pub(super) fn on_due(&mut self, shown: f64) {
        for _ in 0..EVENTS_A_FRAME_MAX {
            let due = self
                .session
                .next_due()
                .is_some_and(|due| due as f64 <= shown);
            if !self.running || !due || !self.step_on() {
                break;
            }
        }
        self.refresh();
        self.flow();
    }

    /// Does something at the time shown; says whether the world took it.
    fn try_act(&mut self, action: Action) -> bool {
        self.notice = None;
        if FULL && self.is_at_its_end() {
            return false;
        }
        let losses = self.session.losses();
        if let Err(error) = self.session.check(&action) {
            self.refuse(&error);
            return false;
        }
        // What a person does while time flows happens at the time that they see.
        let passed = self.motion.shown() - self.session.now() as f64;
        if passed >= 1.0 && self.session.act(Action::Advance(passed as u32)).is_ok() {
            self.hold_last();
        }
        let branches = if FULL {
            self.session.branches().len()
        } else {
            0
        };
        if let Err(error) = self.session.act(action) {
            self.refuse(&error);
            return false;
        }
        if FULL {
            self.tell_of_branch(branches);
        }
        self.hold_last();
        self.stop_on_loss(losses);
        if FULL {
            self.lesson_sees(self.session.position() - 1);
        }
        true
    }
}
