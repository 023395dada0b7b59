//! How the lab comes to be: afresh, from a link, or from what the core handed over.

use std::cell::Cell;
use std::rc::Rc;

use yew::prelude::*;

use super::playing::RATES;
use super::{Choosing, Lab, More, Msg, Theme};
use crate::app::diagram::{Diagram, Draw};
use crate::app::dialog::Dialog;
use crate::app::handing::Handed;
use crate::app::lesson::Learner;
use crate::app::motion::Motion;
use crate::app::only::Only;
use crate::app::panel::Panel;
use crate::app::search::Finder;
use crate::app::share::Share;
use crate::app::until::Pace;
use crate::app::words::{Shared, Words};
use crate::app::{FIRST_PROTOCOL, FULL, host};
use crate::sorted::SortedMap;
use crate::view::{first_look, open};

/// The seed of a first visit: its election is one that a newcomer can follow.
pub(super) const FIRST_SEED: u32 = 1;
const NARROW: &str = "(max-width: 760px)";

#[derive(Properties)]
pub(in crate::app) struct Props {
    words: Words,
    /// What the core handed over.
    handed: Rc<Cell<Option<Handed>>>,
}

impl Props {
    pub(in crate::app) fn new(words: Words, handed: Option<Handed>) -> Self {
        let handed = Rc::new(Cell::new(handed));
        Self { words, handed }
    }
}

/// They are set once.
impl PartialEq for Props {
    fn eq(&self, other: &Self) -> bool {
        Rc::ptr_eq(&self.handed, &other.handed)
    }
}

impl Lab {
    pub(super) fn start(ctx: &Context<Self>) -> Self {
        let send = ctx.link().callback(|msg| msg);
        let [over, drop] = host::sharing::on_file_drop(send.reform(Msg::OpenFile));
        let listeners = [
            host::on_media_change(NARROW, send.reform(Msg::Narrow)),
            host::on_key_down(send.reform(Msg::Key)),
            host::on_pointer_down(),
            match FULL {
                true => host::on_resize(send.reform(|()| More::Diagram(Draw::Measure).into())),
                false => None,
            },
            if FULL { host::stop_clicks() } else { None },
            host::sharing::on_link(send.reform(|link| More::Share(Share::Open(link)).into())),
            over,
            drop,
        ];
        let theme = match host::storing::recall("theme") {
            Some(word) => Theme::of(&word),
            None if host::matches("(prefers-color-scheme: dark)") => Theme::Dark,
            None => Theme::Light,
        };
        let scenario = first_look(FIRST_PROTOCOL);
        let Ok(session) = open(scenario, FIRST_SEED) else {
            unreachable!("a test opens every first look");
        };
        let moment = Shared::new(session.moment());
        let mut lab = Self {
            told: moment.clone(),
            told_at: 0.0,
            around: Only::default(),
            moment,
            session: session.into(),
            stashed: SortedMap::new(),
            words: ctx.props().words.clone(),
            selected: None,
            revealed: None,
            choosing: Choosing::Nothing,
            panel: Panel::Why,
            dialog: Dialog::None,
            opener: None,
            running: false,
            speed: RATES.len() / 2,
            notice: None,
            theme,
            shortcut_keys: host::storing::recall("keys").as_deref() != Some("off"),
            narrow: host::matches(NARROW),
            motion: Motion::new(send.reform(Msg::Due)),
            words_asked: 0,
            after_words: None,
            wanted: None,
            arriving: None,
            opening: Only::default(),
            crowd: Only::default(),
            eyes: None,
            parting: Only::default(),
            diagram: Only::new(Diagram::new),
            faults: Only::default(),
            finder: Only::new(Finder::new),
            beside: Only::default(),
            sharer: Only::default(),
            lecturer: Only::default(),
            embedded: Only::default(),
            stored: Only::default(),
            found: Only::default(),
            doubts: Only::default(),
            undo: Only::default(),
            pace: Only::new(Pace::new),
            learner: Only::new(Learner::new),
            send,
            _listeners: listeners,
        };
        if FULL && let Some(handed) = ctx.props().handed.take() {
            lab.take_over(handed);
        } else if FULL && let Some(link) = host::sharing::link() {
            lab.open_link(link);
            // Nobody has seen what was there before.
            lab.sharer.left = None;
            lab.begin_figure();
        } else if FULL {
            lab.begin_figure();
        }
        lab.show_theme();
        lab.hold_all();
        lab
    }
}
