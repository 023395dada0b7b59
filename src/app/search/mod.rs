//! The search as the page sees it: what is asked of it, how far it is, and what came of it. The
//! search itself runs elsewhere (`jobs`), and texts go to and fro.

mod form;
mod view;

pub(super) use form::{Asked, Form, Typed};
pub(super) use view::{dialog, found, missing, offer, strip};

use super::host;
use crate::check::search::Goal;
use crate::protocol::{About, Property, registry};
use crate::share::json::Json;
use crate::share::search::SearchRequest;
use crate::sorted::SortedMap;
use crate::view::Session;

/// How often the numbers on screen change, in milliseconds: often enough to be seen to grow.
const DRAWN_EVERY: f64 = 200.0;
/// How often they are spoken: rarely enough to be listened to.
const SPOKEN_EVERY: f64 = 6_000.0;

/// What concerns the search, of all that can happen to the page.
#[derive(Clone)]
pub(super) enum Find {
    /// The prepared searches of a protocol are there, as text, or not.
    Prepared(&'static str, Result<Vec<u8>, String>),
    /// Begins the prepared search of a variant.
    Variant(&'static str),
    /// Begins the search that somebody has described.
    Form(Typed),
    /// Saves it as a file.
    Save(Typed),
    /// The carrier of the search of that number is there, or not.
    Carrier(u32, Result<(), String>),
    /// The search of that number says something: its kind and a text.
    Said(u32, String, String),
    Stop,
    /// Back to where the search was asked for.
    Again,
    /// Back to the run that was on stage before the one that was found.
    Return,
    /// Hides the strip that says what was found.
    HideStrip,
}

/// What is looked for, as far as a sentence needs it.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(super) enum Aim {
    /// The loss of any property.
    Loss,
    /// The loss of this one.
    LossOf(&'static Property),
    /// A state, by its catalogue key; none where the state has no name.
    State(Option<&'static str>),
}

impl Aim {
    /// What somebody looks for who asks for this.
    pub(super) fn of(goal: &Goal, about: &'static About) -> Self {
        match goal {
            Goal::Lose(Some(id)) => {
                let property = about.properties.iter().find(|it| it.id == id);
                property.map_or(Self::Loss, |it| Self::LossOf(it))
            }
            Goal::Lose(None) => Self::Loss,
            Goal::Reach(_) | Goal::Nothing => Self::State(None),
        }
    }
}

/// How far a search has come.
#[derive(Clone, Copy, Debug, Default)]
pub(super) struct Covered {
    states: u32,
    depth: u32,
    frontier: u32,
    bytes: u32,
}

impl Covered {
    fn read(json: &Json) -> Option<Self> {
        let number = |name| json.get(name)?.number();
        Some(Self {
            states: number("states")?,
            depth: number("depth")?,
            frontier: number("frontier")?,
            bytes: number("bytes")?,
        })
    }
}

/// Why a search has ended without a run.
pub(super) enum End {
    Exhausted,
    Depth,
    Memory,
    Time,
    Stopped,
    /// What is looked for is so at the start already.
    AlreadySo,
    /// It could not begin; what the search says of it, in English.
    Refused(String),
}

enum State {
    /// Nothing is under way: the form is shown.
    Idle,
    Running(Running),
    Ended(End, Covered),
}

struct Running {
    /// What is asked, until somebody is there to ask.
    request: String,
    /// It stops when this goes.
    searching: Option<host::Searching>,
    covered: Covered,
    /// How long it may take, in milliseconds.
    lasts: f64,
    /// When it began, was drawn and was spoken of last.
    began: f64,
    now: f64,
    spoken_at: f64,
    spoken: Option<Covered>,
}

/// A run that was found, on stage.
pub(super) struct Found {
    /// What was on stage before.
    pub(super) before: Session,
    pub(super) aim: Aim,
    pub(super) actions: usize,
    /// Whether it begins at a prepared moment.
    pub(super) prepared: bool,
    /// Whether the strip that says so is shown.
    pub(super) told: bool,
}

/// What came of what the search said.
pub(super) enum News {
    /// Nothing that is to be shown now.
    None,
    /// The numbers have changed, or it has ended.
    Draw,
    /// It has found a run: the text of its file.
    Found(String),
    /// Something broke, which the page has been shown.
    Failed,
}

/// A search that a file has ready.
#[derive(Clone)]
pub(super) struct Prepared {
    variant: String,
    /// Its text: the page has no use for what is in it.
    pub(super) request: String,
    pub(super) aim: Aim,
}

impl Prepared {
    /// All that a protocol's file has.
    fn all(protocol: &str, file: Vec<u8>) -> Option<Vec<Self>> {
        let about = registry::find(protocol)?;
        let all = SearchRequest::all_from_json(&String::from_utf8(file).ok()?).ok()?;
        let one = |(variant, mut request): (String, SearchRequest)| {
            request.bounds.symmetry = true;
            Self {
                variant,
                request: request.to_json(),
                aim: Aim::of(&request.goal, about),
            }
        };
        Some(all.into_iter().map(one).collect())
    }
}

/// Everything that the page knows about searching.
pub(super) struct Finder {
    /// The prepared searches by protocol; nothing where they did not come.
    prepared: SortedMap<&'static str, Option<Vec<Prepared>>>,
    pub(super) form: Form,
    state: State,
    pub(super) aim: Aim,
    /// Whether it was begun from “Break a rule”.
    pub(super) of_variant: bool,
    /// How many there have been: what an earlier one says is too late.
    count: u32,
    /// What is to have the focus when it is drawn.
    pub(super) focus: Option<&'static str>,
    /// Whether what was found has yet to be scrolled into sight, on a narrow page.
    pub(super) reveal: bool,
}

impl Finder {
    pub(super) fn new() -> Self {
        Self {
            prepared: SortedMap::new(),
            form: Form::default(),
            state: State::Idle,
            aim: Aim::Loss,
            of_variant: false,
            count: 0,
            focus: None,
            reveal: false,
        }
    }

    /// Whether the prepared searches of a protocol have to be loaded.
    pub(super) fn lacks(&self, protocol: &'static str) -> bool {
        !matches!(self.prepared.get(&protocol), Some(Some(_)))
    }

    /// Keeps the prepared searches of a protocol.
    pub(super) fn prepare(&mut self, protocol: &'static str, file: Result<Vec<u8>, String>) {
        let all = file.ok().and_then(|file| Prepared::all(protocol, file));
        self.prepared.insert(protocol, all);
    }

    /// The prepared search of a variant.
    pub(super) fn prepared(&self, protocol: &'static str, variant: &str) -> Option<&Prepared> {
        let all = self.prepared.get(&protocol)?.as_ref()?;
        all.iter().find(|it| it.variant == variant)
    }

    /// Whether the prepared searches of a protocol did not come.
    fn failed(&self, protocol: &'static str) -> bool {
        matches!(self.prepared.get(&protocol), Some(None))
    }

    /// Begins a search, whatever was under way; gives its number. It may take so many seconds, or
    /// as long as it needs.
    pub(super) fn begin(
        &mut self,
        request: &str,
        aim: Aim,
        of_variant: bool,
        seconds: Option<u32>,
    ) -> u32 {
        self.count += 1;
        self.aim = aim;
        self.of_variant = of_variant;
        let now = host::now();
        self.state = State::Running(Running {
            request: format!("search\n{request}"),
            searching: None,
            covered: Covered::default(),
            lasts: seconds.map_or(f64::INFINITY, |it| f64::from(it) * 1000.0),
            began: now,
            now,
            spoken_at: now,
            spoken: None,
        });
        self.focus = Some(view::STOP);
        self.count
    }

    /// Asks the carrier, which is there now.
    pub(super) fn carry(&mut self, count: u32, said: yew::Callback<(String, String)>) {
        if let State::Running(running) = &mut self.state
            && count == self.count
        {
            running.began = host::now();
            running.searching = host::search(&running.request, said);
        }
    }

    /// Hears what the search of a number says.
    pub(super) fn hear(&mut self, count: u32, kind: &str, text: &str) -> News {
        let State::Running(running) = &mut self.state else {
            return News::None;
        };
        if count != self.count {
            return News::None;
        }
        let json = Json::read(text).unwrap_or(Json::Null);
        if let Some(covered) = Covered::read(&json) {
            running.covered = covered;
        }
        let covered = running.covered;
        let word = |name| json.get(name).and_then(Json::text);
        let end = match kind {
            "progress" => {
                let now = host::now();
                if now - running.began >= running.lasts {
                    self.end(End::Time, covered);
                    return News::Draw;
                }
                let draw = now - running.now >= DRAWN_EVERY;
                if draw {
                    running.now = now;
                }
                if now - running.spoken_at >= SPOKEN_EVERY {
                    running.spoken_at = now;
                    running.spoken = Some(covered);
                }
                return if draw { News::Draw } else { News::None };
            }
            "failed" => {
                self.state = State::Idle;
                return News::Failed;
            }
            _ => match (word("status"), word("run")) {
                (Some("found"), Some(run)) => {
                    self.state = State::Idle;
                    return News::Found(run.to_owned());
                }
                (Some("exhausted"), _) => End::Exhausted,
                (Some("depth"), _) => End::Depth,
                (Some("memory"), _) => End::Memory,
                _ => End::Refused(word("error").unwrap_or(text).to_owned()),
            },
        };
        self.end(end, covered);
        News::Draw
    }

    /// Stops what is under way, and says what it covered.
    pub(super) fn stop(&mut self) {
        if let State::Running(running) = &self.state {
            let covered = running.covered;
            self.end(End::Stopped, covered);
        }
    }

    /// It has ended without a run.
    pub(super) fn end(&mut self, end: End, covered: Covered) {
        self.state = State::Ended(end, covered);
        self.focus = Some(view::AGAIN);
    }

    /// Leaves the search, and what came of it.
    pub(super) fn leave(&mut self) {
        self.state = State::Idle;
        self.focus = None;
    }
}
