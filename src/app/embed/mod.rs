//! The page as a figure in somebody else's: its options, its one row of controls, what it says to
//! the page around it, and the code to put it there. Only the full program has any of it.

mod code;
mod form;
mod row;

pub(super) use code::{Make, Maker};
pub(super) use form::view as code;
pub(super) use row::{LEAVE, view as row};

use super::host::{self, framing};
use super::lab::{More, Msg};
use super::panel::Panel;
use super::words::Words;
use crate::check::condition::Condition;
use crate::share::frame::{Controls, Frame, FrameTheme, Problem};
use crate::share::json::Json;
use crate::share::message;
use crate::view::Session;

/// The most that a page may wait for at once.
const WAITS_MAX: usize = 32;

/// What concerns the figure, of all that can happen to the page.
#[derive(Clone)]
pub(super) enum Embed {
    /// The page around it has said this.
    Heard(String),
    /// The window has another size, or the reader's system is dark now, or light.
    Changed,
    /// The reader is about to follow the link to the lab.
    Leave,
    /// Something concerns the code, in the dialogue.
    Make(Make),
}

/// What the page around the figure waits for.
struct Wait {
    name: String,
    condition: Condition,
    /// Whether it held before: what holds on is said once.
    held: bool,
}

/// The figure.
#[derive(Default)]
pub(super) struct Embedded {
    pub(super) frame: Frame,
    pub(super) problems: Vec<Problem>,
    pub(super) maker: Maker,
    waits: Vec<Wait>,
    told_height: u32,
    told_moment: Option<(usize, usize, bool, u64)>,
    listeners: Vec<Option<host::Listener>>,
}

impl Embedded {
    /// Reads the options of the page's address.
    pub(super) fn read() -> Self {
        let (frame, problems) = Frame::read(&framing::fragment());
        Self {
            frame,
            problems,
            ..Self::default()
        }
    }

    /// Listens to the page around it, and to the reader's system.
    pub(super) fn listen(&mut self, send: &yew::Callback<Msg>) {
        if !self.frame.embed {
            return;
        }
        host::set_page_attribute("data-embed", Some(""));
        let origin = self.frame.origin.clone();
        self.listeners = vec![
            framing::on_message(
                origin,
                send.reform(|text| More::Embed(Embed::Heard(text)).into()),
            ),
            host::on_media_change(DARK, send.reform(|_| More::Embed(Embed::Changed).into())),
            host::on_resize(send.reform(|()| More::Embed(Embed::Changed).into())),
        ];
    }

    /// Whether the figure is dark, if its options decide that.
    pub(super) fn dark(&self) -> Option<bool> {
        let auto = self.frame.embed.then_some(FrameTheme::Auto);
        Some(match self.frame.theme.or(auto)? {
            FrameTheme::Dark => true,
            FrameTheme::Light => false,
            FrameTheme::Auto => host::matches(DARK),
        })
    }

    /// Whether a key that means this is the figure's.
    pub(super) fn takes(&self, msg: &Msg) -> bool {
        if !self.frame.embed {
            return true;
        }
        match msg {
            Msg::Dismiss => true,
            Msg::Step | Msg::Back => self.frame.controls != Controls::None,
            Msg::RunPause
            | Msg::Kill
            | Msg::DropMessage
            | Msg::CutOff
            | Msg::SwitchEyes
            | Msg::ChooseNth(_) => self.frame.controls == Controls::Full,
            _ => false,
        }
    }

    /// Whether the reader may do something to what is on stage.
    pub(super) fn acts(&self) -> bool {
        !self.frame.embed || self.frame.controls == Controls::Full
    }

    /// Which panels are there, if the options say; a figure has the first one, where they do not.
    pub(super) fn panels(&self) -> Option<Vec<Panel>> {
        match (&self.frame.panels, self.frame.embed) {
            (Some(places), _) => {
                let panels = places.iter().filter_map(|it| PANELS.get(*it));
                Some(panels.copied().collect())
            }
            (None, true) => Some(vec![Panel::Why]),
            (None, false) => None,
        }
    }

    /// Whether the run is shown no further.
    pub(super) fn ends_at(&self, position: usize) -> bool {
        self.frame.to.is_some_and(|to| position >= to)
    }

    /// What is wrong with the options, as sentences.
    pub(super) fn complaints(&self, words: &Words) -> Vec<String> {
        let say = |problem: &Problem| match problem {
            Problem::Option(name) => words.fill("embed.no_such_option", &[("name", name)]),
            Problem::Value(name, value) => no_such_value(words, name, value),
        };
        self.problems.iter().map(say).collect()
    }

    /// From now on the page around it is told when a condition comes to hold; or no more. Says
    /// whether there was room.
    pub(super) fn wait(
        &mut self,
        name: String,
        condition: Option<Condition>,
        session: &Session,
    ) -> bool {
        self.waits.retain(|it| it.name != name);
        if let Some(condition) = condition {
            if self.waits.len() == WAITS_MAX {
                return false;
            }
            let held = !condition.reads_steps() && session.holds(&condition);
            self.waits.push(Wait {
                name,
                condition,
                held,
            });
        }
        true
    }

    /// The run has been stepped on: whoever waited for this is told.
    pub(super) fn stepped(&mut self, session: &Session) {
        let mut told = Vec::new();
        for wait in &mut self.waits {
            let holds = session.holds(&wait.condition);
            if holds && !wait.held {
                told.push(wait.name.clone());
            }
            wait.held = holds && !wait.condition.reads_steps();
        }
        let position = session.position() as u32;
        for name in told {
            self.tell(
                "event",
                [("name", Json::Text(name)), ("position", position.into())],
            );
        }
    }

    /// The cursor has been moved: what holds there has not just come about.
    pub(super) fn moved(&mut self, session: &Session) {
        for wait in &mut self.waits {
            wait.held = !wait.condition.reads_steps() && session.holds(&wait.condition);
        }
    }

    /// Tells the height and the moment, if they are others than before.
    pub(super) fn show(&mut self, session: &Session, running: bool, text: &str) {
        self.tell_height();
        let (position, length) = (session.position(), session.length());
        let now = (position, length, running, session.hash());
        if self.told_moment == Some(now) {
            return;
        }
        let first = self.told_moment.replace(now).is_none();
        let moment = |kind| {
            let fields = [
                ("position", Json::Number(position as u64)),
                ("length", Json::Number(length as u64)),
                ("time", Json::Number(session.now())),
                ("running", Json::Bool(running)),
                ("text", text.into()),
            ];
            self.tell(kind, fields);
        };
        if first {
            moment("ready");
        }
        moment("moment");
    }

    pub(super) fn tell_height(&mut self) {
        if let Some(height) = framing::height().filter(|it| *it != self.told_height) {
            self.told_height = height;
            self.tell("height", [("height", height.into())]);
        }
    }

    /// Tells the page around it something; outside of a figure nobody.
    pub(super) fn tell<const N: usize>(&self, kind: &str, fields: [(&str, Json); N]) {
        if self.frame.embed {
            framing::tell(&message::write(kind, fields), self.frame.origin.as_deref());
        }
    }
}

/// The sentence about an option without such a value.
pub(super) fn no_such_value(words: &Words, name: &str, value: &str) -> String {
    words.fill("embed.no_such_value", &[("name", name), ("value", value)])
}

/// The panels in the order of their words in [`crate::share::frame::PANELS`].
const PANELS: [Panel; 5] = [
    Panel::Why,
    Panel::Rules,
    Panel::State,
    Panel::Properties,
    Panel::Branches,
];

const DARK: &str = "(prefers-color-scheme: dark)";
