//! Playing the run: steps, strides, the cursor, and time that flows.

use super::{Choosing, Lab, RATES};
use crate::app::panel::Panel;
use crate::world::{Action, ActionError};

/// How much faster time flows while nothing is under way.
const IDLE_FACTOR: f64 = 4.0;
/// The most events that one frame lets happen.
const EVENTS_A_FRAME_MAX: usize = 100;

impl Lab {
    pub(super) fn act(&mut self, action: Action) {
        self.choosing = Choosing::Nothing;
        if self.try_act(action) {
            self.refresh();
            self.motion.jump(self.session.now() as f64);
        }
        self.flow();
    }

    pub(super) fn step(&mut self) {
        self.set_running(false);
        if self.try_act(Action::Next) {
            self.refresh();
            self.motion.glide(self.session.now() as f64);
        }
    }

    pub(super) fn stride(&mut self) {
        self.set_running(false);
        self.notice = None;
        let (before, losses) = (self.session.position(), self.session.losses());
        match self.session.stride() {
            Ok(_) => {
                if self.session.position() == self.session.length() {
                    for position in before + 1..=self.session.position() {
                        self.hold(position);
                    }
                }
                if self.session.losses() > losses {
                    self.panel = Panel::Properties;
                }
                self.refresh();
                self.motion.glide(self.session.now() as f64);
            }
            Err(error) => self.refuse(&error),
        }
    }

    pub(super) fn seek(&mut self, position: usize) {
        self.set_running(false);
        self.notice = None;
        self.session.seek(position);
        self.refresh();
        self.motion.jump(self.session.now() as f64);
    }

    pub(super) fn seek_gliding(&mut self, position: usize) {
        self.set_running(false);
        self.notice = None;
        self.session.seek(position);
        self.refresh();
        self.motion.glide(self.session.now() as f64);
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
                let idle = self.moment.messages.is_empty();
                let factor = if idle { IDLE_FACTOR } else { 1.0 };
                self.motion.flow(RATES[self.speed] * factor, due as f64);
            }
            None => {
                self.running = false;
                self.motion.stop();
                self.refuse(&ActionError::NothingToDo);
            }
        }
    }

    /// Events are due: they happen, in their order, and time flows on.
    pub(super) fn on_due(&mut self, shown: f64) {
        for _ in 0..EVENTS_A_FRAME_MAX {
            let due = self
                .session
                .next_due()
                .is_some_and(|due| due as f64 <= shown);
            if !self.running || !due || !self.try_act(Action::Next) {
                break;
            }
        }
        self.refresh();
        self.flow();
    }

    /// Does something at the time shown; says whether the world took it.
    pub(super) fn try_act(&mut self, action: Action) -> bool {
        self.notice = None;
        let before = self.session.losses();
        // What a person does while time flows happens at the time that they see.
        let passed = self.motion.shown() - self.session.now() as f64;
        if action != Action::Next && passed >= 1.0 {
            let advance = Action::Advance(passed as u32);
            if self.session.check(&advance).is_ok() && self.session.act(advance).is_ok() {
                self.hold_last();
            }
        }
        let done = self.session.act(action);
        match done {
            Ok(()) => self.hold_last(),
            Err(error) => {
                self.refuse(&error);
                return false;
            }
        }
        if self.session.losses() > before {
            self.set_running(false);
            self.panel = Panel::Properties;
        }
        true
    }
}
