//! Opening what has come from elsewhere: files and links. What is on stage stays until the next run
//! has opened, and can be returned to afterwards.

use super::scenes::scenario_error;
use super::{Lab, Msg};
use crate::app::FULL;
use crate::app::dialog::Dialog;
use crate::app::host;
use crate::app::share::{self as sharing, Share};
use crate::app::transport;
use crate::protocol::NODES_ON_STAGE_MAX;
use crate::share::link::{self, LinkError};
use crate::share::scenes;
use crate::share::{ENGINE, Run, RunError};
use crate::view::{OpenedRun, Sentence, Session, reopen};
use crate::world::Action;

impl Lab {
    /// Does what concerns sending and opening; says whether the page has to be drawn anew.
    pub(super) fn share(&mut self, share: Share) -> bool {
        match share {
            Share::Open(link) => self.open_link(link),
            Share::Copy => {
                self.sharer.copy(&self.send);
                return false;
            }
            Share::Copied(copied) => self.sharer.copied(copied),
            Share::Return => {
                if let Some(session) = self.sharer.left.take() {
                    self.show(session);
                    host::focus(transport::STEP);
                }
            }
        }
        true
    }

    pub(super) fn open_file(&mut self, text: Result<String, String>) {
        // The core gives the text of a file to the full program.
        let text = match text {
            Ok(text) if FULL => text,
            _ => return self.complain("ui.file_unreadable"),
        };
        self.close_dialog();
        if scenes::is_scenes(&text) {
            return self.open_scenes(&text);
        }
        match Run::from_json(&text) {
            // Two runs, or something else altogether.
            Err(RunError::NotARun) => self.open_pair(text),
            Err(error) => self.notice = Some(self.words.say(&file_error(&error))),
            Ok(run) => {
                self.open_run(&run, Msg::FileRead(Ok(text)));
            }
        }
    }

    pub(super) fn open_link(&mut self, link: String) {
        self.close_dialog();
        match link::read(&link) {
            Err(error) => self.notice = Some(self.words.say(&link_error(&error))),
            Ok(run) => {
                self.open_run(&run, Msg::Share(Share::Open(link)));
            }
        }
    }

    /// What is opened comes from outside of the dialogue that may be open.
    pub(super) fn close_dialog(&mut self) {
        if self.dialog != Dialog::None {
            self.dismiss();
        }
    }

    /// Puts a run on stage; says whether it is there. `again` asks for the same once its words are.
    pub(super) fn open_run(&mut self, run: &Run, again: Msg) -> bool {
        let actions = run.scenario.prepared.iter().chain(&run.actions);
        let added = actions
            .filter(|it| matches!(it, Action::AddMachine))
            .count();
        let nodes = usize::from(run.scenario.cluster.nodes) + added;
        if nodes > usize::from(NODES_ON_STAGE_MAX) {
            self.complain("ui.nodes_out_of_range");
            return false;
        }
        let opened = match reopen(run) {
            Ok(opened) => opened,
            Err(error) => {
                self.notice = Some(self.words.say(&file_error(&error)));
                return false;
            }
        };
        let protocol = opened.session.about().key;
        if !self.words.has(protocol) {
            self.after_words = Some(again);
            self.load_words(self.words.language, protocol);
            return false;
        }
        let said = self.not_as_it_was(run, &opened);
        self.show(opened.session);
        self.notice = said;
        true
    }

    /// Shows a run, and keeps the one in whose place it stands.
    fn show(&mut self, session: Session) {
        self.forget_found(&session);
        // Each protocol keeps a run; the one that was kept of this protocol gives way.
        let kept = self.stashed.remove(&session.about().key);
        let left = self.put_on_stage(session);
        self.sharer.left = left.or(kept);
    }

    /// What to say where a run does not come out as it was when it was saved.
    fn not_as_it_was(&self, run: &Run, opened: &OpenedRun) -> Option<String> {
        if let Some((agreed, position)) = opened.parted {
            let exact = position == agreed + 1;
            let key = match exact {
                true => "open.parted",
                false => "open.parted_between",
            };
            let sentence = Sentence::new(key)
                .with("theirs", run.engine)
                .with("ours", ENGINE)
                .with("from", agreed as u32)
                .with("position", position as u32);
            return Some(self.words.say(&sentence));
        }
        if let Some((position, error)) = &opened.stopped {
            let reason = format!("error.{}", error.key());
            let args = [
                ("position", &*position.to_string()),
                ("reason", self.words.t(&reason)),
            ];
            return Some(self.words.fill("open.cut_short", &args));
        }
        let other = opened.same_state == Some(false);
        other.then(|| self.words.t("open.other_state").to_owned())
    }
}

/// The sentence about a link that does not open.
pub(super) fn link_error(error: &LinkError) -> Sentence {
    let sentence = Sentence::new(sharing::error_key(error));
    match error {
        LinkError::Newer(version) => sentence.with("version", *version),
        LinkError::Scenario(error) => scenario_error(error, "open.link_bad_scenario"),
        _ => sentence,
    }
}

pub(super) fn file_error(error: &RunError) -> Sentence {
    use RunError as E;
    match error {
        E::TooLarge(_) => Sentence::new("open.file_too_large"),
        E::Malformed(place) => Sentence::new("open.file_malformed")
            .with("line", place.line)
            .with("column", place.column),
        E::BadHead => Sentence::new("open.file_bad_head"),
        E::BadAction(place) => Sentence::new("open.file_bad_action").with("place", *place as u32),
        E::NotARun => Sentence::new("open.file_not_a_run"),
        E::Newer(version) => Sentence::new("open.file_newer").with("version", *version),
        E::TooManyActions => Sentence::new("open.file_too_many_actions"),
        E::Scenario(error) => scenario_error(error, "open.file_bad_scenario"),
    }
}
