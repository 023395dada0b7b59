//! The root component: one session, one moment on screen, and everything that can be done to it.
//! Here is what it is made of. What it does lies beside this file, each thing where its name says.

mod acting;
mod branching;
mod choosing;
mod comparing;
mod dialogs;
mod drawing;
mod embedding;
mod faulting;
mod handing;
mod language;
mod learning;
mod lecturing;
mod msg;
mod noting;
mod opening;
mod playing;
mod responding;
mod retracing;
mod scenes;
mod screen;
mod searching;
mod settling;
mod starting;
mod theme;

use yew::prelude::*;

use super::around::Around;
use super::compare::Beside;
use super::crowd::Crowd;
use super::diagram::Diagram;
use super::dialog::Dialog;
use super::embed::Embedded;
use super::faults::Faults;
use super::handing::{Ask, Screen};
use super::lecture::Lecturer;
use super::lesson::Learner;
use super::motion::Motion;
use super::only::Only;
use super::panel::Panel;
use super::search::{Finder, Found};
use super::share::Sharer;
use super::stored::Stored;
use super::undo::Undo;
use super::until::Pace;
use super::why_not::Doubts;
use super::words::{Shared, Words};
use super::{FULL, host, transport};
use crate::protocol::NodeId;
use crate::sorted::SortedMap;
pub(super) use crate::view::choices::{Choosing, Theme, Thing};
use crate::view::compare::Runs;
use crate::view::{Moment, Parting, Session};
use crate::world::ActionError;
pub(super) use acting::DELAY_MS;
pub(super) use msg::{More, Msg};
use opening::Underway;
pub(super) use playing::RATES;
pub(super) use starting::Props;

/// How often what stands around the stage tells anew while the run runs, in milliseconds.
const TELLING_MS: f64 = 250.0;

pub(super) struct Lab {
    session: Runs,
    /// The other protocols' runs, kept while one looks at this one.
    stashed: SortedMap<&'static str, Session>,
    moment: Shared<Moment>,
    /// The moment that the panels tell of: this one, or while the run runs one of just before.
    told: Shared<Moment>,
    told_at: f64,
    /// What stands around the stage; the core, which has few messages, builds it every time.
    around: Only<Around>,
    words: Words,
    selected: Option<Thing>,
    /// The chosen thing whose tray has been scrolled into sight, on a narrow page.
    revealed: Option<Thing>,
    choosing: Choosing,
    panel: Panel,
    dialog: Dialog,
    /// What had the focus when the dialogue opened.
    opener: Option<web_sys::HtmlElement>,
    running: bool,
    speed: usize,
    notice: Option<String>,
    theme: Theme,
    shortcut_keys: bool,
    narrow: bool,
    motion: Motion,
    /// How often texts were asked for: what comes after others were asked for is too late.
    words_asked: u32,
    /// What is to be done when the texts are there.
    after_words: Option<Msg>,
    /// What waits for the full program.
    wanted: Option<Ask>,
    /// What the core handed over, until the page is drawn.
    arriving: Option<Screen>,
    /// The file that is being opened; only the full program opens any.
    opening: Only<Option<Underway>>,
    /// The list of a crowd's messages; only the full program has any.
    crowd: Only<Crowd>,
    /// Whose view is shown, in the place of the whole truth.
    eyes: Option<NodeId>,
    /// The branches that are held against each other.
    parting: Only<Option<Shared<Parting>>>,
    /// The space-time diagram; only the full program has one.
    diagram: Only<Diagram>,
    /// Faults beyond the few that everybody wants; only the full program has them.
    faults: Only<Faults>,
    /// Searches; only the full program has any.
    finder: Only<Finder>,
    /// What stands beside the run on stage; of the full program.
    beside: Only<Beside>,
    /// What is sent, and what was on stage before something was opened; of the full program.
    sharer: Only<Sharer>,
    /// The lecture; of the full program.
    lecturer: Only<Lecturer>,
    /// What makes the page a figure in another; of the full program.
    embedded: Only<Embedded>,
    /// What is stored on this device; of the full program.
    stored: Only<Stored>,
    /// The runs on stage that were found, each with what was there before it, the latest last.
    found: Only<Vec<Found>>,
    doubts: Only<Doubts>,
    /// What was done, to be taken back.
    undo: Only<Undo>,
    pace: Only<Pace>,
    /// Lessons; only the full program has any.
    learner: Only<Learner>,
    send: Callback<Msg>,
    /// They are called no more when this goes.
    _listeners: [Option<host::Listener>; 8],
}

impl Component for Lab {
    type Message = Msg;
    type Properties = Props;

    fn create(ctx: &Context<Self>) -> Self {
        Self::start(ctx)
    }

    fn update(&mut self, _ctx: &Context<Self>, msg: Msg) -> bool {
        if FULL && !matches!(msg, Msg::Due(_)) {
            self.around.spoil();
        }
        self.respond(msg)
    }

    fn view(&self, _ctx: &Context<Self>) -> Html {
        if FULL {
            self.around.begin();
        }
        self.page()
    }

    fn rendered(&mut self, ctx: &Context<Self>, _first: bool) {
        self.settle(ctx);
    }

    fn destroy(&mut self, _ctx: &Context<Self>) {
        self.motion.stop();
    }
}

impl Lab {
    /// The session has changed: everything that follows from it is read anew.
    fn refresh(&mut self) {
        if FULL {
            self.look_anew();
        }
        let mut moment = self.session.moment();
        if FULL && let Some(node) = self.eyes {
            moment = moment.seen_by(&self.session.knowledge(node));
        }
        self.moment = Shared::new(moment);
        // Nobody reads what changes with every frame, and laying it out costs more than all that
        // moves. The last event before a pause is told at once, or it would be told too late.
        let now = host::now();
        let tells = !self.running || now - self.told_at >= TELLING_MS || !self.is_due_soon();
        if tells {
            (self.told, self.told_at) = (self.moment.clone(), now);
        }
        if FULL {
            self.crowd.follow(&self.moment);
            self.refresh_other();
            if tells {
                self.tell_around();
            }
            self.faults.refresh(&self.moment);
        }
        let gone = |thing: Thing| match thing {
            Thing::Message(id) => self.moment.message(id).is_none(),
            Thing::Node(_) | Thing::Client(_) => false,
        };
        if self.selected.is_some_and(gone) {
            // The tray goes, and whoever was in it must not be left nowhere.
            let stage = self.stage_in_hand();
            let mark = self.selected.take().map(|it| stage.id(it));
            let mark = mark.unwrap_or_default();
            if host::has_focus(&mark) || host::focus_is_within(".tray") {
                host::focus(transport::STEP);
            }
        }
    }

    /// Says a sentence, by its key.
    fn complain(&mut self, key: &str) {
        self.notice = Some(self.words.t(key).to_owned());
    }

    fn refuse(&mut self, error: &ActionError) {
        self.complain(&format!("error.{}", error.key()));
    }
}
