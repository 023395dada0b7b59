//! Handing over: what the core gives to the full program as one text, so that nobody notices that
//! another program goes on.

use super::choices::{Choosing, Dialog, Language, Panel, Retrace, Theme, Thing};
use super::{Session, reopen};
use crate::protocol::{ClientId, Endpoint, NodeId, registry};
use crate::share::Run;
use crate::share::json::Json;

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
pub enum Ask {
    /// A dialogue.
    Show(Dialog),
    /// A protocol that the core does not have.
    Protocol(&'static str),
    /// A client: what can be done to it, and its history.
    Client(ClientId),
    /// The text of a file.
    Open(String),
    /// To take something back, or to do it again.
    Retrace(Retrace),
    /// The space-time diagram.
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

/// What the full program goes on from.
pub struct Handed {
    /// The run on stage, at its cursor. The core has one protocol, so there is no other.
    pub session: Session,
    /// What the page shows beside it.
    pub screen: Screen,
}

/// What the page shows and remembers beside its run, and what was asked last.
#[derive(Clone, Debug, PartialEq)]
pub struct Screen {
    /// The language that the page speaks.
    pub language: Language,
    /// Light or dark.
    pub theme: Theme,
    /// Whether single keys do something.
    pub shortcut_keys: bool,
    /// What is chosen on stage.
    pub selected: Option<Thing>,
    /// What a button waits for.
    pub choosing: Choosing,
    /// The panel that is open.
    pub panel: Panel,
    /// The dialogue that is open.
    pub dialog: Dialog,
    /// Whether the run runs.
    pub running: bool,
    /// How fast, as a place among the speeds.
    pub speed: usize,
    /// Virtual time as shown, in milliseconds; while a run flows it is between two events.
    pub shown: u64,
    /// The way to what has the focus.
    pub focus: Option<String>,
    /// Whether the menu is open.
    pub menu: bool,
    /// What is typed in the tray.
    pub draft: String,
    /// What was asked of the core that it lacks.
    pub ask: Option<Ask>,
}

impl Screen {
    /// The text that is handed over.
    pub fn write(&self, session: &Session) -> String {
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
    pub fn read(text: &str) -> Option<Self> {
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

#[cfg(test)]
mod tests {
    use super::*;
    use crate::view::{first_look, open};

    fn screen(ask: Option<Ask>) -> Screen {
        Screen {
            language: Language::Chinese,
            theme: Theme::Dark,
            shortcut_keys: false,
            selected: Some(Thing::Node(NodeId(2))),
            choosing: Choosing::Message,
            panel: Panel::State,
            dialog: Dialog::Help,
            running: true,
            speed: 4,
            shown: 17,
            focus: Some("1.2.0".into()),
            menu: true,
            draft: "x=\"1\" 值".into(),
            ask,
        }
    }

    /// What the core writes is what the full program goes on from, whatever was asked and chosen.
    #[test]
    fn what_is_handed_over_arrives() {
        let mut session = open(first_look("raft"), 1).unwrap();
        for _ in 0..12 {
            session.step().unwrap();
        }
        session.seek(9);
        let dialogs = DIALOGS.iter().map(|it| Ask::Show(*it));
        let protocols = registry::PROTOCOLS.iter();
        let protocols = protocols.map(|it| Ask::Protocol(it.key));
        let others = [
            Ask::Client(ClientId(1)),
            Ask::Open("{\"a\":\"\\\"\"}".into()),
            Ask::Retrace(Retrace::Again),
            Ask::Diagram,
            Ask::Faults,
            Ask::Pulling,
            Ask::Eyes(NodeId(3)),
            Ask::Link("1abc".into()),
            Ask::Lecture,
        ];
        let asks = dialogs.chain(protocols).chain(others);
        for ask in asks.map(Some).chain([None]) {
            let sent = screen(ask);
            let text = sent.write(&session);
            let handed = Handed::read(&text).expect(&text);
            assert_eq!(handed.screen, sent);
            assert_eq!(handed.session.run(), session.run());
            // What is cut off or changed is told from it.
            assert!(Handed::read(&text[..text.len() - 1]).is_none());
            assert!(Handed::read(&text.replace("crash", "smash").replace("seed", "sed")).is_none());
        }
        let moment = session.moment();
        let message = Thing::Message(moment.messages[0].id);
        for selected in [None, Some(message), Some(Thing::Client(ClientId(1)))] {
            let sent = Screen {
                selected,
                ..screen(None)
            };
            let handed = Handed::read(&sent.write(&session)).unwrap();
            assert_eq!(handed.screen, sent);
        }
    }
}
