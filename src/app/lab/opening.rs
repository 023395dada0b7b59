//! Opening what has come from elsewhere: files and links. What is on stage stays until the next run
//! has opened, and can be returned to afterwards.

use super::scenes::scenario_error;
use super::{Lab, More, Msg};
use crate::app::FULL;
use crate::app::host;
use crate::app::panel::branch_name;
use crate::app::share::{self as sharing, Share};
use crate::app::transport;
use crate::protocol::NODES_ON_STAGE_MAX;
use crate::share::link::{self, LinkError};
use crate::share::scenes;
use crate::share::tree::TreeError;
use crate::share::{ENGINE, Run, RunError};
use crate::teach::Progress;
use crate::view::compare::PairOpening;
use crate::view::{OpenedRun, Opening, Sentence, Session};
use crate::world::ActionError;

/// How long a run is opened before somebody else gets a turn, in milliseconds,
const SLICE_MS: f64 = 16.0;
/// and how many actions it looks at the clock again after.
const ACTIONS_AT_ONCE: usize = 32;

/// What is being opened, some actions at a time.
pub(super) enum Underway {
    Run(Box<Opening>),
    Pair(Box<PairOpening>),
}

impl Underway {
    fn advance(&mut self) -> bool {
        match self {
            Self::Run(opening) => opening.advance(ACTIONS_AT_ONCE),
            Self::Pair(opening) => opening.advance(ACTIONS_AT_ONCE),
        }
    }

    /// How far it is, in percent.
    pub(super) fn percent(&self) -> usize {
        match self {
            Self::Run(opening) => opening.percent(),
            Self::Pair(opening) => opening.percent(),
        }
    }
}

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

    pub(super) fn read_file(&self, file: web_sys::File) {
        let send = self.send.clone();
        wasm_bindgen_futures::spawn_local(async move {
            send.emit(Msg::FileRead(host::read_text(file).await));
        });
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
        if Progress::is_progress(&text) {
            return self.add_progress(&text);
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
                self.open_run(&run, More::Share(Share::Open(link)).into());
            }
        }
    }

    /// Puts a run on stage, at once or in a while; says whether it can. `again` asks for the same
    /// once its words are there.
    pub(super) fn open_run(&mut self, run: &Run, again: Msg) -> bool {
        if run.nodes() > usize::from(NODES_ON_STAGE_MAX) {
            self.complain("ui.nodes_out_of_range");
            return false;
        }
        match Opening::of(run.clone()) {
            Err(error) => self.notice = Some(self.words.say(&file_error(&error))),
            Ok(opening) if !self.words.has(opening.about().key) => {
                self.after_words = Some(again);
                self.load_words(self.words.language, opening.about().key);
            }
            Ok(opening) => {
                self.begin_opening(Underway::Run(Box::new(opening)));
                return true;
            }
        }
        false
    }

    /// From now on this is opened, and nothing else that may be under way.
    pub(super) fn begin_opening(&mut self, opening: Underway) {
        self.notice = None;
        *self.opening = Some(opening);
        self.go_on_opening();
    }

    /// Opens a little more of it, and puts it on stage once it is open; says whether there is
    /// something new to see. What is on stage can be used meanwhile.
    pub(super) fn go_on_opening(&mut self) -> bool {
        let Some(mut opening) = self.opening.take() else {
            return false;
        };
        let (before, began) = (opening.percent(), host::now());
        while host::now() - began < SLICE_MS {
            if opening.advance() {
                match opening {
                    Underway::Run(opening) => {
                        let engine = opening.run().engine;
                        let opened = opening.finish();
                        let said = self.not_as_it_was(engine, &opened);
                        self.show(opened.session);
                        self.notice = said.or_else(|| self.way_back());
                    }
                    Underway::Pair(opening) => self.show_pair(opening.finish()),
                }
                return true;
            }
        }
        let is_news = opening.percent() / 10 != before / 10;
        *self.opening = Some(opening);
        host::soon(&self.send, Msg::GoOnOpening);
        is_news
    }

    /// Shows a run, and keeps the one in whose place it stands.
    fn show(&mut self, session: Session) {
        self.forget_found(&session);
        // Each protocol keeps a run; the one that was kept of this protocol gives way.
        let kept = self.stashed.remove(&session.about().key);
        let left = self.put_on_stage(session);
        self.sharer.left = left.or(kept);
        self.forget_deeds();
    }

    /// Where the run is that somebody had before another was opened. In a lecture, scene follows scene
    /// without a word.
    fn way_back(&self) -> Option<String> {
        let left = self.sharer.left.as_ref().filter(|_| !self.lectures());
        let is_own = left.is_some_and(|left| left.length() > 0);
        is_own.then(|| self.words.t("share.opened").to_owned())
    }

    /// What to say where a run does not come out as it was when it was saved.
    fn not_as_it_was(&self, engine: u32, opened: &OpenedRun) -> Option<String> {
        if let Some((agreed, position)) = opened.parted {
            let exact = position == agreed + 1;
            let key = match exact {
                true => "open.parted",
                false => "open.parted_between",
            };
            let sentence = Sentence::new(key)
                .with("theirs", engine)
                .with("ours", ENGINE)
                .with("from", agreed as u32)
                .with("position", position as u32);
            return Some(self.words.say(&sentence));
        }
        let reason = |error: &ActionError| {
            let key = format!("error.{}", error.key());
            self.words.t(&key).to_owned()
        };
        if let Some((position, error)) = &opened.stopped {
            let args = [
                ("position", &*position.to_string()),
                ("reason", &*reason(error)),
            ];
            return Some(self.words.fill("open.cut_short", &args));
        }
        if let Some((branch, position, error)) = &opened.branch_stopped {
            let cards = opened.session.branches();
            let args = [
                (
                    "branch",
                    &*branch_name(&cards[branch.0 as usize], &self.words),
                ),
                ("position", &position.to_string()),
                ("reason", &*reason(error)),
            ];
            return Some(self.words.fill("open.branch_cut_short", &args));
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
        E::BadNote(place) => Sentence::new("pin.bad_file").with("place", *place as u32),
        E::Tree(error) => tree_error(error),
        E::TooManyActions => Sentence::new("open.file_too_many_actions"),
        E::Scenario(error) => scenario_error(error, "open.file_bad_scenario"),
    }
}

/// The sentence about a list of branches that is no tree.
fn tree_error(error: &TreeError) -> Sentence {
    use TreeError as E;
    let of = |key: &'static str, branch: usize| Sentence::new(key).with("branch", branch as u32);
    match *error {
        E::TooMany => Sentence::new("open.file_too_many_branches"),
        E::NotOneOnStage => Sentence::new("open.file_branch_on_stage"),
        E::Bad(branch) => of("open.file_bad_branch", branch),
        E::NoParent(branch) => of("open.file_branch_no_parent", branch),
        E::Beyond(branch) => of("open.file_branch_beyond", branch),
        E::BadAction(branch, place) => {
            of("open.file_branch_bad_action", branch).with("place", place as u32)
        }
        E::BadNote(branch, place) => {
            of("open.file_branch_bad_note", branch).with("place", place as u32)
        }
    }
}
