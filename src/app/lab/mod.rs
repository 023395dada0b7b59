//! The root component: one session, one moment on screen, and everything that can be done to it.

mod acting;
mod branching;
mod comparing;
mod dialogs;
mod drawing;
mod embedding;
mod faulting;
mod handing;
mod learning;
mod lecturing;
mod noting;
mod opening;
mod playing;
mod retracing;
mod scenes;
mod screen;
mod searching;

use std::cell::Cell;
use std::mem::ManuallyDrop;
use std::rc::Rc;

use crate::sorted::SortedMap;

use yew::prelude::*;

use super::compare::{Beside, Compare};
use super::crowd::{Crowd, Link};
use super::diagram::{self, Diagram, Draw};
use super::dialog::Dialog;
use super::dom::{classed, el};
use super::embed::{Embed, Embedded};
use super::export::{self, Export};
use super::faults::{Fault, Faults};
use super::handing::{Ask, Handed, Screen};
use super::keys;
use super::lecture::{Lecture, Lecturer};
use super::lesson::{Learn, Learner};
use super::motion::Motion;
use super::only::Only;
use super::panel::{Branching, Panel};
use super::pins::Pinning;
use super::search::{Find, Finder, Found};
use super::share::{Share, Sharer};
use super::stored::{Store, Stored};
use super::undo::{Retrace, Undo};
use super::until::{Going, Pace};
use super::why_not::{self, Doubt, Doubts};
use super::words::{Language, Shared, Words};
use super::{FIRST_PROTOCOL, FULL, header, host, stage, transport};
use crate::protocol::{ClientId, NodeId};
use crate::view::compare::Runs;
use crate::view::{Moment, Opening, Parting, Session, first_look, open, quorums};
use crate::world::{Action, ActionError, MessageId};

/// The seed of a first visit: its election is one that a newcomer can follow.
const FIRST_SEED: u32 = 1;
/// Virtual milliseconds a real second, at each speed; the middle one is the default.
pub(super) const RATES: [f64; 5] = [5.0, 12.0, 25.0, 60.0, 200.0];
/// How much later “delay” makes a message arrive, in virtual milliseconds.
pub(super) const DELAY_MS: u32 = 50;
/// How often the panels tell anew while the run runs, in milliseconds.
const TELLING_MS: f64 = 250.0;
/// A phone, upright or held sideways, or as little room; the styles say the same.
const NARROW: &str =
    "(max-width: 760px), (max-width: 950px) and (max-height: 480px) and (pointer: coarse)";

/// Something on stage that can be chosen.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Thing {
    Node(NodeId),
    Client(ClientId),
    Message(MessageId),
}

impl Thing {
    /// What it is called, the same in every language.
    pub(super) fn name(self) -> String {
        match self {
            Self::Node(id) => id.to_string(),
            Self::Client(id) => id.to_string(),
            Self::Message(id) => format!("{} → {}", id.from, id.to),
        }
    }
}

/// What a button waits for somebody to choose.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Choosing {
    Nothing,
    Node,
    Message,
}

/// Light or dark.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Theme {
    Light,
    Dark,
}

/// What can happen to the page.
#[derive(Clone)]
pub(super) enum Msg {
    Step,
    Back,
    First,
    Stride,
    /// Leaves what was recorded ahead of the cursor.
    Fork,
    RunPause,
    Speed(usize),
    Seek(usize),
    /// An event is due at this virtual time, while the run flows.
    Due(f64),
    Act(Action),
    /// Somebody tried what makes no sense now: why, as the last part of a key.
    Complain(&'static str),
    /// Shows the state of a node or a client.
    Look(Thing),
    /// A client, or one that is free, asks a node, or the one it believes in, for something.
    Submit(Option<ClientId>, Option<NodeId>, String),
    Kill,
    DropMessage,
    CutOff,
    /// Somebody chose a thing on stage.
    Choose(Thing),
    /// The nth thing, counted from 1: a node, or the message with that number.
    ChooseNth(u8),
    /// Escape: whatever is open or chosen is not any more.
    Dismiss,
    Panel(Panel),
    Show(Dialog),
    Protocol(&'static str),
    Nodes(u8),
    Variant(&'static str, bool),
    /// Quorums of these sizes.
    Quorums([u8; 2]),
    FreshSeed,
    Language,
    /// The texts that were asked for at that number are there, or not.
    WordsLoaded(u32, Result<Words, String>),
    Theme,
    ShortcutKeys(bool),
    /// The window has another size.
    Resized,
    /// The stage is to be drawn in its narrow form, or in its wide one.
    Narrow(bool),
    Key(KeyboardEvent),
    Save,
    OpenFile(web_sys::File),
    FileRead(Result<String, String>),
    /// A file that takes long gets its next turn.
    GoOnOpening,
    /// The page is drawn for the first time, and what the core had is to be gone on with.
    Arrived,
    /// The full program did not come.
    FullFailed,
    /// Shows only what the chosen node knows, or the whole truth again.
    SwitchEyes,
    /// What the full program does.
    More(Only<More>),
    /// What the core wishes of the full program.
    Ask(Ask),
}

/// What can happen to the page of the full program alone. Where somebody asks the core for it, that
/// becomes an [`Ask`].
#[derive(Clone)]
pub(super) enum More {
    Find(Find),
    Learn(Learn),
    Compare(Compare),
    Doubt(Doubt),
    Retrace(Retrace),
    Going(Going),
    Pinning(Pinning),
    /// Lists the messages of a link, or no longer.
    Crowd(Option<Link>),
    Diagram(Draw),
    Export(Export),
    Fault(Fault),
    Branch(Branching),
    /// Shows only what this node knows, or the whole truth.
    Eyes(Option<NodeId>),
    Share(Share),
    Lecture(Lecture),
    Embed(Embed),
    Store(Store),
}

impl From<More> for Msg {
    fn from(more: More) -> Self {
        match FULL {
            true => Self::More(Only::new(|| more)),
            // Not dropped: there is next to nothing to drop, and much code that would.
            false => Ask::of_more(&ManuallyDrop::new(more)).map_or(Self::Dismiss, Self::Ask),
        }
    }
}

#[derive(Properties)]
pub(super) struct Props {
    words: Words,
    /// What the core handed over.
    handed: Rc<Cell<Option<Handed>>>,
}

impl Props {
    pub(super) fn new(words: Words, handed: Option<Handed>) -> Self {
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

pub(super) struct Lab {
    session: Runs,
    /// The other protocols' runs, kept while one looks at this one.
    stashed: SortedMap<&'static str, Session>,
    moment: Shared<Moment>,
    /// The moment that the panels tell of: this one, or while the run runs one of just before.
    told: Shared<Moment>,
    told_at: f64,
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
    /// Whether the stage is drawn in its narrow form.
    narrow_stage: bool,
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
    opening: Only<Option<Opening>>,
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
    _listeners: [Option<host::Listener>; 6],
}

impl Component for Lab {
    type Message = Msg;
    type Properties = Props;

    fn create(ctx: &Context<Self>) -> Self {
        let send = ctx.link().callback(|msg| msg);
        let [over, drop] = host::sharing::on_file_drop(send.reform(Msg::OpenFile));
        let listeners = [
            host::on_resize(send.reform(|()| Msg::Resized)),
            host::on_key_down(send.reform(Msg::Key)),
            if FULL { host::stop_clicks() } else { None },
            host::sharing::on_link(send.reform(|link| More::Share(Share::Open(link)).into())),
            over,
            drop,
        ];
        let dark = match host::recall("theme") {
            Some(theme) => theme == "dark",
            None => host::matches("(prefers-color-scheme: dark)"),
        };
        let scenario = first_look(FIRST_PROTOCOL);
        let Ok(session) = open(scenario, FIRST_SEED) else {
            unreachable!("a test opens every first look");
        };
        let moment = Shared::new(session.moment());
        let mut lab = Self {
            told: moment.clone(),
            told_at: 0.0,
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
            theme: if dark { Theme::Dark } else { Theme::Light },
            shortcut_keys: host::recall("keys").as_deref() != Some("off"),
            narrow: host::matches(NARROW),
            narrow_stage: host::matches(NARROW),
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

    fn update(&mut self, _ctx: &Context<Self>, msg: Msg) -> bool {
        self.respond(msg)
    }

    fn view(&self, _ctx: &Context<Self>) -> Html {
        let (words, send, moment) = (&self.words, &self.send, &*self.moment);
        let cluster = &self.session.scenario().cluster;
        let about = self.session.about();
        let middle = match self.session.pair() {
            Some(pair) if FULL => self.both(pair),
            _ => self.one(),
        };
        let of_both = if FULL { self.moment_of_both() } else { None };
        let (moment, whose) = match &of_both {
            Some((moment, whose)) => (moment, Some(&**whose)),
            None => (moment, None),
        };
        if FULL && self.embedded.frame.embed {
            return self.figure(middle);
        }
        let transport = transport::view(
            (moment, whose),
            words,
            &self.session,
            transport::Controls {
                running: self.running,
                speed: self.speed,
                back: self.ways_back(),
                diagram: FULL && self.diagram.is_open(),
            },
            send,
        );
        let diagram = match FULL && self.diagram.is_open() {
            true => diagram::view(
                &self.diagram,
                moment,
                &self.session,
                self.selected,
                words,
                send,
            ),
            false => el("section").set("hidden", "").end(),
        };
        let notice = self.notice.as_deref().unwrap_or_default();
        let opening = if FULL { self.opening.as_ref() } else { None };
        let waiting = match (&self.wanted, opening) {
            (Some(_), _) if notice.is_empty() => words.t("ui.full_loading").to_owned(),
            (_, Some(opening)) => {
                let tens = (opening.percent() / 10 * 10).to_string();
                words.fill("open.percent", &[("percent", &tens)])
            }
            _ => String::new(),
        };
        let spoken = classed("p", "unseen").set("role", "status");
        classed("div", "lab")
            .child(header::view(
                words,
                about.key,
                cluster,
                moment.nodes.len() as u8,
                self.theme,
                &self.lesson_name(),
                send,
            ))
            .with(middle)
            .child(transport)
            .child(diagram)
            .with(classed("p", "notice").set("role", "alert").text(notice))
            .with(classed("p", "notice").set("role", "status").text(&waiting))
            .with(spoken.set("aria-live", "polite").text(&self.spoken()))
            .child(self.dialog_view())
            .each(self.lecture_view().into_iter())
            .end()
    }

    fn rendered(&mut self, ctx: &Context<Self>, _first: bool) {
        // Only now: while a modal dialogue is there, nothing behind it takes the focus.
        if self.dialog == Dialog::None
            && let Some(opener) = self.opener.take()
        {
            opener.focus().ok();
        }
        if FULL && let Some(id) = self.finder.focus.take() {
            host::focus(id);
        }
        if FULL && let Some(id) = self.crowd.focus.take() {
            host::focus(&id);
            host::reveal(".tray");
        }
        if FULL && let Some(id) = self.lecturer.focus.take() {
            host::focus(&id);
        }
        if FULL && std::mem::take(&mut self.finder.reveal) && self.narrow {
            host::reveal(".strip");
        }
        if FULL && std::mem::take(&mut self.doubts.focus) {
            host::focus(why_not::ANSWER);
        }
        if self.arriving.is_some() {
            ctx.link().send_message(Msg::Arrived);
        }
        if FULL {
            self.tell_page();
        }
        if self.narrow
            && !(FULL && self.embedded.frame.embed)
            && self.selected.is_some()
            && self.revealed != self.selected
        {
            host::reveal(".tray");
        }
        self.revealed = self.selected;
        if FULL {
            self.point();
        }
        if FULL && self.diagram.is_open() {
            self.measure_diagram();
        }
        self.measure_stage();
        let of_both = if FULL { self.scenes_of_both() } else { None };
        let one = || vec![stage::scene(&self.moment, &self.words, &self.look())];
        self.motion.set_scenes(of_both.unwrap_or_else(one));
    }

    fn destroy(&mut self, _ctx: &Context<Self>) {
        self.motion.stop();
    }
}

impl Lab {
    /// Does what was asked; says whether the page has to be drawn anew.
    fn respond(&mut self, msg: Msg) -> bool {
        if !FULL && let Some(ask) = Ask::of(&msg) {
            self.ask_full(ask);
            return true;
        }
        if FULL && self.asks_for_one(&msg) {
            return true;
        }
        let before = if FULL { self.before(&msg) } else { None };
        let draw = self.obey(msg);
        if FULL && let Some(before) = before {
            self.remember(before);
        }
        draw
    }

    fn obey(&mut self, msg: Msg) -> bool {
        match msg {
            Msg::Key(event) => {
                let read = keys::read(&event, self.shortcut_keys, self.dialog, self.lectures());
                let Some(msg) = read.filter(|msg| !FULL || self.embedded.takes(msg)) else {
                    return false;
                };
                event.prevent_default();
                return self.respond(msg);
            }
            Msg::Due(shown) => self.on_due(shown),
            Msg::Step => self.step(),
            Msg::Back => self.seek(self.session.position().saturating_sub(1)),
            Msg::First => self.seek(0),
            Msg::Seek(position) => self.seek(position),
            Msg::Stride => self.stride(),
            Msg::Fork => self.fork(),
            Msg::Complain(key) => self.complain(&format!("error.{key}")),
            Msg::Look(thing) => self.selected = Some(thing),
            Msg::RunPause => self.set_running(!self.running),
            Msg::Speed(speed) => {
                self.speed = speed.min(RATES.len() - 1);
                self.flow();
            }
            Msg::Act(action) => self.act(action),
            Msg::Submit(client, to, text) => self.submit(client, to, &text),
            Msg::Kill => self.kill(),
            Msg::DropMessage => self.drop_message(),
            Msg::CutOff => self.cut_off(),
            Msg::Choose(thing) => self.choose(thing),
            Msg::ChooseNth(number) => self.choose_nth(number),
            Msg::Dismiss => self.dismiss(),
            Msg::Panel(panel) => self.panel = panel,
            Msg::Show(dialog) => {
                self.set_running(false);
                self.opener = host::focused();
                self.dialog = dialog;
                if FULL {
                    self.prepare_dialog();
                }
            }
            Msg::Protocol(key) => self.change_protocol(key),
            Msg::Nodes(count) => self.change_nodes(count),
            Msg::Variant(id, on) => self.change_variant(id, on),
            Msg::Quorums(sizes) if FULL => {
                let scenario = quorums::with(self.session.scenario(), sizes);
                self.restart(scenario, self.session.seed());
            }
            Msg::Quorums(_) => return false,
            Msg::FreshSeed => {
                let scenario = self.session.scenario().clone();
                self.restart(scenario, host::fresh_seed());
            }
            Msg::Language => {
                let language = self.words.language.other();
                self.load_words(language, self.session.about().key);
                return false;
            }
            Msg::WordsLoaded(asked, words) => return self.on_words(asked, words),
            Msg::Theme => self.change_theme(),
            Msg::ShortcutKeys(on) => {
                self.shortcut_keys = on;
                host::remember("keys", if on { "on" } else { "off" });
            }
            Msg::Resized => self.narrow = host::matches(NARROW),
            Msg::Narrow(narrow) => self.narrow_stage = narrow,
            Msg::Save => self.save(),
            Msg::OpenFile(file) => {
                let send = self.send.clone();
                wasm_bindgen_futures::spawn_local(async move {
                    send.emit(Msg::FileRead(host::read_text(file).await));
                });
                return false;
            }
            Msg::FileRead(text) => self.open_file(text),
            Msg::GoOnOpening => return FULL && self.go_on_opening(),
            Msg::Arrived => self.arrive(),
            Msg::FullFailed => {
                self.wanted = None;
                self.complain("ui.full_failed");
            }
            Msg::SwitchEyes => self.switch_eyes(),
            Msg::More(more) if FULL => return self.obey_more(more.get()),
            Msg::More(_) => return false,
            Msg::Ask(ask) if !FULL => self.ask_full(ask),
            Msg::Ask(_) => return false,
        }
        true
    }

    fn obey_more(&mut self, more: More) -> bool {
        match more {
            More::Find(find) => return self.find(find),
            More::Compare(compare) => return self.compare(compare),
            More::Doubt(doubt) => self.doubt(doubt),
            More::Retrace(way) => self.retrace(way),
            More::Going(going) => self.go(going),
            More::Pinning(pinning) => self.pinning(pinning),
            More::Diagram(draw) => return self.draw(draw),
            More::Export(export) => {
                if !export::take(export, &self.session, &self.words, &self.send) {
                    self.complain("export.failed");
                }
            }
            More::Fault(fault) => return self.fault(fault),
            More::Branch(branching) => self.branch(branching),
            More::Eyes(eyes) => self.look_through(eyes),
            More::Share(share) => return self.share(share),
            More::Lecture(lecture) => return self.lecture(lecture),
            More::Embed(embed) => return self.embed(embed),
            More::Store(store) => self.stored.respond(store, &self.send),
            More::Learn(learn) => return self.learn(learn),
            More::Crowd(link) => self.list(link),
        }
        true
    }

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
        // moves.
        let now = host::now();
        if !self.running || now - self.told_at >= TELLING_MS {
            (self.told, self.told_at) = (self.moment.clone(), now);
        }
        if FULL {
            self.crowd.follow(&self.moment);
            self.refresh_other();
            self.diagram.eyes = self.eyes;
            self.diagram.refresh(&self.session);
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

    /// Loads the texts of a protocol, in a language.
    fn load_words(&mut self, language: Language, protocol: &'static str) {
        self.words_asked += 1;
        let asked = self.words_asked;
        let send = self.send.clone();
        if !FULL {
            // There is one protocol.
            return wasm_bindgen_futures::spawn_local(async move {
                let loaded = Words::load(language, protocol).await;
                send.emit(Msg::WordsLoaded(asked, loaded));
            });
        }
        let words = self.words.clone();
        let others = self.protocols_shown();
        wasm_bindgen_futures::spawn_local(async move {
            let mut loaded = words.with(language, protocol).await;
            for other in others {
                if let Ok(words) = loaded {
                    loaded = words.with(language, other).await;
                }
            }
            send.emit(Msg::WordsLoaded(asked, loaded));
        });
    }

    fn on_words(&mut self, asked: u32, words: Result<Words, String>) -> bool {
        if asked != self.words_asked {
            return false;
        }
        let after = self.after_words.take();
        match words {
            Ok(words) => {
                if words.language != self.words.language {
                    host::remember("language", words.language.tag());
                    host::set_language(words.language.tag(), words.t("ui.title"));
                }
                self.notice = None;
                let translated = words.language != self.words.language;
                self.words = words;
                if FULL && translated {
                    self.translate_lesson();
                }
                if let Some(msg) = after {
                    self.respond(msg);
                }
            }
            Err(_) => self.complain(match after {
                Some(_) => "ui.texts_failed",
                None => "ui.language_failed",
            }),
        }
        true
    }

    fn change_theme(&mut self) {
        self.theme = match self.theme {
            Theme::Light => Theme::Dark,
            Theme::Dark => Theme::Light,
        };
        let name = self.theme_name();
        host::remember("theme", name);
        self.show_theme();
    }

    fn theme_name(&self) -> &'static str {
        match self.theme {
            Theme::Light => "light",
            Theme::Dark => "dark",
        }
    }

    fn show_theme(&self) {
        let name = match self.theme {
            Theme::Light if self.lectures() => "projector",
            Theme::Dark if self.lectures() => "projector-dark",
            _ => self.theme_name(),
        };
        host::set_page_attribute("data-theme", Some(name));
    }
}
