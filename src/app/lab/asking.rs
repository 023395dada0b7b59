//! Questions about the coming step: those that a lesson asks, and the mode that asks before each.

use super::Lab;
use crate::app::dialog::Dialog;
use crate::app::lesson::{self, Predict};
use crate::app::panel::Panel;
use crate::teach::Verdict;
use crate::world::Action;

impl Lab {
    /// The run has changed: the challenge is judged anew, and the next question is asked.
    pub(super) fn look_anew(&mut self) {
        if let (Some(tried), Some(session)) = (&mut self.learner.tried, self.session.alone_mut()) {
            tried.verdict = tried.challenge.judge(session);
            if tried.verdict == Verdict::Won {
                self.learner.win();
            }
        }
        if let Some(predict) = self.learner.predict.as_mut().filter(|_| !self.running) {
            predict.ask(&self.session);
        }
    }

    /// Begins, or ceases, to ask before each step.
    pub(super) fn switch_predict(&mut self) {
        self.set_running(false);
        self.dialog = Dialog::None;
        match self.learner.predict.take() {
            Some(_) => self.panel = Panel::Why,
            None => {
                self.learner.predict = Some(Predict::default());
                self.panel = Panel::Predict;
                self.refresh();
            }
        }
    }

    /// An answer is followed by the step that it is about.
    pub(super) fn answer_predict(&mut self, choice: usize) {
        let predict = self.learner.predict.as_mut();
        if let Some(is_right) = predict.and_then(|it| it.answer(choice)) {
            self.learner.score.add(is_right);
            self.step();
            self.panel = Panel::Predict;
        }
    }

    pub(super) fn ask_next(&mut self) {
        if let Some(predict) = &mut self.learner.predict {
            predict.ask_anew(&self.session);
            self.finder.focus = Some(lesson::CHOICE);
        }
    }

    /// An answer to the lesson is followed by what decides; the step is taken when that has been read.
    pub(super) fn answer_beat(&mut self, choice: usize) {
        let open = self.learner.open.as_mut();
        if let Some(is_right) = open.and_then(|it| it.player.answer(choice)) {
            self.learner.score.add(is_right);
            self.learner.in_sight = Some(lesson::REVEALED);
        }
    }

    /// Does what the lesson has just asked about.
    pub(super) fn watch(&mut self) {
        let Some(open) = &self.learner.open else {
            return;
        };
        match open.player.coming(&self.session) {
            deliver @ Action::Deliver(_) => self.act(deliver),
            _ => self.step_one(),
        }
    }
}
