//! Which dialogue is open, with what it shows.

use yew::prelude::*;

use super::Lab;
use crate::app::dialog::{self, Dialog};
use crate::app::dom::el;
use crate::app::{
    FULL, compare, export, faults, host, lecture, lesson, pins, search, share, stored, until,
};

impl Lab {
    pub(super) fn open_dialog(&mut self, dialog: Dialog) {
        self.set_running(false);
        self.opener = host::focused();
        self.dialog = dialog;
        if FULL {
            self.prepare_dialog();
        }
    }

    /// What the dialogue shows is made.
    fn prepare_dialog(&mut self) {
        let protocol = self.session.about().key;
        match self.dialog {
            Dialog::Search => self.finder.form.open(protocol),
            Dialog::BreakRule => self.load_prepared(protocol),
            Dialog::Lessons | Dialog::Glossary => {
                self.learner.added = false;
                self.load_course();
            }
            Dialog::Share => self.open_share(),
            Dialog::Stored => self.stored.open(&self.send),
            _ => {}
        }
    }

    /// Something is opened from outside of the dialogue that may be open.
    pub(super) fn close_dialog(&mut self) {
        if self.dialog != Dialog::None {
            self.dismiss();
        }
    }

    pub(super) fn dialog_view(&self) -> Html {
        let (words, session, send) = (&self.words, &*self.session, &self.send);
        let none = || el("div").set("hidden", "").end();
        let (title, content) = match self.dialog {
            Dialog::None => return none(),
            // The core has none.
            _ if !FULL => return none(),
            Dialog::Help => ("ui.help", dialog::help(words, self.shortcut_keys, send)),
            Dialog::BreakRule => {
                let content = dialog::break_rule(words, session, &self.finder, send);
                ("ui.break_rule", content)
            }
            Dialog::Transcript => ("ui.transcript", dialog::transcript(words, session)),
            Dialog::Search => {
                let content = search::dialog(&self.finder, words, session, send);
                ("search.title", content)
            }
            Dialog::Share => (
                "share.title",
                share::dialog(&self.sharer, &self.session, self.embed_code(), words, send),
            ),
            Dialog::Scenes => {
                let content = lecture::dialog(&self.lecturer, words, send);
                ("lecture.scenes", content)
            }
            Dialog::Export => {
                let has_diagram = self.diagram.is_open();
                (
                    "export.title",
                    export::dialog(has_diagram, &self.session, words, send),
                )
            }
            Dialog::Until => {
                let content = until::dialog(&self.pace, words, session, send);
                ("until.title", content)
            }
            Dialog::Notes => ("pin.title", pins::dialog(words, session, send)),
            Dialog::Network => {
                let content = faults::dialog(&self.faults, words, &self.moment, session, send);
                ("fault.title", content)
            }
            Dialog::Compare => {
                let content = compare::dialog(self.session.first(), words, send);
                ("compare.title", content)
            }
            Dialog::Lessons => {
                let content = lesson::chooser(&self.learner, words, send);
                ("lesson.all", content)
            }
            Dialog::Glossary => {
                let content = lesson::glossary(&self.learner, words, send);
                ("lesson.glossary", content)
            }
            Dialog::Stored => ("ui.stored", stored::dialog(&self.stored, words, send)),
            Dialog::Black => return lecture::black(words, send),
        };
        dialog::modal(title, content, words, send)
    }
}
