//! Handing over: what the core gives to the full program as one text, so that nobody notices that
//! another program goes on.

use super::diagram::Draw;
use super::dialog::Dialog;
use super::faults::Fault;
use super::lab::{Choosing, More, Msg, Theme, Thing};
use super::lecture::Lecture;
use super::panel::Panel;
use super::share::Share;
use super::undo::Retrace;
use super::words::Language;
use crate::protocol::{ClientId, Endpoint, NodeId, registry};
use crate::share::Run;
use crate::share::json::Json;
use crate::view::{Session, reopen};

const DIALOGS: &[Dialog] = &[
    Dialog::None,
    Dialog::Help,
    Dialog::BreakRule,
    Dialog::Transcript,
    Dialog::Search,
    Dialog::Compare,
    Dialog::Until,
    Dialog::Notes,
    Dialog::Share,
    Dialog::Scenes,
    Dialog::Export,
    Dialog::Network,
    Dialog::Lessons,
    Dialog::Glossary,
    Dialog::Stored,
];
const PANELS: &[Panel] = &[Panel::Why, Panel::Rules, Panel::State, Panel::Properties];
const CHOOSING: [Choosing; 3] = [Choosing::Nothing, Choosing::Node, Choosing::Message];
const WAYS: [Retrace; 2] = [Retrace::Back, Retrace::Again];
const THEMES: [Theme; 2] = [Theme::Light, Theme::Dark];

/// What somebody asked of the core that only the full program can do.
#[derive(Clone, Debug, PartialEq)]
pub(super) enum Ask {
    Show(Dialog),
    Protocol(&'static str),
    /// A client: what can be done to it, and its history.
    Client(ClientId),
    /// The text of a file.
    Open(String),
    Retrace(Retrace),
    Diagram,
    /// More of what can be done to the chosen thing.
    Faults,
    /// A node that is pulled about; the next one is.
    Pulling,
    /// Only what a node knows.
    Eyes(NodeId),
    /// A link.
    Link(String),
    /// The lecture begins.
    Lecture,
}

impl Ask {
    /// What a message asks for, where the core cannot do it.
    pub(super) fn of(msg: &Msg) -> Option<Self> {
        Some(match msg {
            Msg::Show(dialog) if !matches!(dialog, Dialog::None | Dialog::Help) => {
                Self::Show(*dialog)
            }
            Msg::Protocol(key) if registry::find(key).is_none() => Self::Protocol(key),
            Msg::Choose(Thing::Client(id)) | Msg::Look(Thing::Client(id)) => Self::Client(*id),
            Msg::FileRead(Ok(text)) => Self::Open(text.clone()),
            _ => return None,
        })
    }

    /// The same for what only the full program does, as far as the core has anything to ask for it
    /// with.
    pub(super) fn of_more(more: &More) -> Option<Self> {
        Some(match more {
            More::Retrace(way) => Self::Retrace(*way),
            More::Fault(Fault::Move(_)) => Self::Pulling,
            More::Fault(_) => Self::Faults,
            More::Diagram(_) => Self::Diagram,
            More::Eyes(Some(id)) => Self::Eyes(*id),
            More::Share(Share::Open(link)) => Self::Link(link.clone()),
            More::Lecture(_) => Self::Lecture,
            _ => return None,
        })
    }

    fn json(&self) -> Json {
        let (what, argument) = match self {
            Self::Show(dialog) => ("show", place(DIALOGS, dialog)),
            Self::Protocol(key) => ("protocol", (*key).into()),
            Self::Client(id) => ("client", Json::Text(id.to_string())),
            Self::Open(text) => ("open", Json::Text(text.clone())),
            Self::Retrace(way) => ("retrace", place(&WAYS, way)),
            Self::Diagram => ("diagram", Json::Null),
            Self::Faults => ("faults", Json::Null),
            Self::Pulling => ("pulling", Json::Null),
            Self::Eyes(id) => ("eyes", Json::Text(id.to_string())),
            Self::Link(link) => ("link", Json::Text(link.clone())),
            Self::Lecture => ("lecture", Json::Null),
        };
        Json::object([(what, argument)])
    }

    fn read(json: &Json) -> Option<Self> {
        let (what, argument) = json.fields()?.first()?;
        Some(match what.as_str() {
            "show" => Self::Show(at(DIALOGS, argument)?),
            "protocol" => Self::Protocol(registry::find(argument.text()?)?.key),
            "client" => Self::Client(argument.text()?.parse().ok()?),
            "open" => Self::Open(argument.text()?.to_owned()),
            "retrace" => Self::Retrace(at(&WAYS, argument)?),
            "diagram" => Self::Diagram,
            "faults" => Self::Faults,
            "pulling" => Self::Pulling,
            "eyes" => Self::Eyes(argument.text()?.parse().ok()?),
            "link" => Self::Link(argument.text()?.to_owned()),
            "lecture" => Self::Lecture,
            _ => return None,
        })
    }
}

impl From<Ask> for Msg {
    fn from(ask: Ask) -> Self {
        match ask {
            Ask::Show(dialog) => Self::Show(dialog),
            Ask::Protocol(key) => Self::Protocol(key),
            Ask::Client(id) => Self::Choose(Thing::Client(id)),
            Ask::Open(text) => Self::FileRead(Ok(text)),
            Ask::Retrace(way) => More::Retrace(way).into(),
            Ask::Diagram => More::Diagram(Draw::Toggle).into(),
            Ask::Faults => More::Fault(Fault::More).into(),
            Ask::Pulling => More::Fault(Fault::Leave).into(),
            Ask::Eyes(id) => More::Eyes(Some(id)).into(),
            Ask::Link(link) => More::Share(Share::Open(link)).into(),
            Ask::Lecture => More::Lecture(Lecture::Toggle).into(),
        }
    }
}

/// What the full program goes on from.
pub(super) struct Handed {
    /// The run on stage, at its cursor. The core has one protocol, so there is no other.
    pub(super) session: Session,
    pub(super) screen: Screen,
}

/// What the page shows and remembers beside its run, and what was asked last.
pub(super) struct Screen {
    pub(super) language: Language,
    pub(super) theme: Theme,
    pub(super) shortcut_keys: bool,
    pub(super) selected: Option<Thing>,
    pub(super) choosing: Choosing,
    pub(super) panel: Panel,
    pub(super) dialog: Dialog,
    pub(super) running: bool,
    pub(super) speed: usize,
    /// Virtual time as shown, in milliseconds; while a run flows it is between two events.
    pub(super) shown: u64,
    /// The way to what has the focus.
    pub(super) focus: Option<String>,
    /// Whether the menu is open.
    pub(super) menu: bool,
    /// What is typed in the tray.
    pub(super) draft: String,
    pub(super) ask: Option<Ask>,
}

impl Screen {
    /// The text that is handed over.
    pub(super) fn write(&self, session: &Session) -> String {
        let selected = self.selected.map(|thing| match thing {
            Thing::Node(id) => Json::Text(id.to_string()),
            Thing::Message(id) => Json::Text(id.to_string()),
            Thing::Client(id) => Json::Text(id.to_string()),
        });
        let focus = self.focus.clone().map(Json::Text);
        let ask = self.ask.as_ref().map(Ask::json);
        Json::object([
            ("run", Json::Text(session.run().to_json())),
            ("language", self.language.tag().into()),
            ("theme", place(&THEMES, &self.theme)),
            ("shortcut_keys", Json::Bool(self.shortcut_keys)),
            ("selected", selected.unwrap_or(Json::Null)),
            ("choosing", place(&CHOOSING, &self.choosing)),
            ("panel", place(PANELS, &self.panel)),
            ("dialog", place(DIALOGS, &self.dialog)),
            ("running", Json::Bool(self.running)),
            ("speed", Json::Number(self.speed as u64)),
            ("shown", Json::Number(self.shown)),
            ("focus", focus.unwrap_or(Json::Null)),
            ("menu", Json::Bool(self.menu)),
            ("draft", Json::Text(self.draft.clone())),
            ("ask", ask.unwrap_or(Json::Null)),
        ])
        .write()
    }
}

impl Handed {
    /// Reads the text; nothing where it is not one that a core has written.
    pub(super) fn read(text: &str) -> Option<Self> {
        let json = Json::read(text).ok()?;
        let yes = |name| Some(*json.get(name)? == Json::Bool(true));
        let session = session(json.get("run")?)?;
        let selected = match json.get("selected")?.text() {
            None => None,
            Some(name) => Some(match name.parse() {
                Ok(Endpoint::Node(node)) => Thing::Node(node),
                Ok(Endpoint::Client(client)) => Thing::Client(client),
                Err(_) => Thing::Message(name.parse().ok()?),
            }),
        };
        let ask = match json.get("ask")? {
            Json::Null => None,
            ask => Some(Ask::read(ask)?),
        };
        let screen = Screen {
            language: Language::of(json.get("language")?.text()?)?,
            theme: at(&THEMES, json.get("theme")?)?,
            shortcut_keys: yes("shortcut_keys")?,
            selected,
            choosing: at(&CHOOSING, json.get("choosing")?)?,
            panel: at(PANELS, json.get("panel")?)?,
            dialog: at(DIALOGS, json.get("dialog")?)?,
            running: yes("running")?,
            speed: json.get("speed")?.number()? as usize,
            shown: json.get("shown")?.number()?.into(),
            focus: json.get("focus")?.text().map(str::to_owned),
            menu: yes("menu")?,
            draft: json.get("draft")?.text()?.to_owned(),
            ask,
        };
        Some(Self { session, screen })
    }
}

/// A run that was handed over: it opens whole, since the core has just had it on stage.
fn session(json: &Json) -> Option<Session> {
    let opened = reopen(&Run::from_json(json.text()?).ok()?).ok()?;
    let whole = opened.stopped.is_none() && opened.same_state == Some(true);
    whole.then_some(opened.session)
}

/// A choice as its place among all.
fn place<T: PartialEq>(all: &[T], one: &T) -> Json {
    let place = all.iter().position(|it| it == one);
    Json::Number(place.unwrap_or(0) as u64)
}

fn at<T: Copy>(all: &[T], place: &Json) -> Option<T> {
    all.get(place.number()? as usize).copied()
}
