//! The root component: one session, one moment on screen, and everything that can be done to it.

use crate::sorted::SortedMap;

use yew::prelude::*;

use super::dialog::{self, Dialog};
use super::dom::{El, button, classed, el};
use super::keys;
use super::motion::Motion;
use super::panel::{self, Panel};
use super::words::{Shared, Words};
use super::{header, host, stage, transport, tray};
use crate::protocol::{NODES_ON_STAGE_MAX, NodeId, Value};
use crate::share::{self, Run};
use crate::view::{Moment, Sentence, Session, first_look, open, reopen};
use crate::world::{Action, ActionError, MessageId, Scenario};

/// The seed of a first visit: its election is one that a newcomer can follow.
const FIRST_SEED: u32 = 1;
/// Virtual milliseconds a real second, at each speed; the middle one is the default.
pub(super) const RATES: [f64; 5] = [5.0, 12.0, 25.0, 60.0, 200.0];
/// How much faster time flows while nothing is under way.
const IDLE_FACTOR: f64 = 4.0;
/// The most events that one frame lets happen.
const EVENTS_A_FRAME_MAX: usize = 100;
/// How much later “delay” makes a message arrive, in virtual milliseconds.
pub(super) const DELAY_MS: u32 = 50;
const NARROW: &str = "(max-width: 760px)";

/// Something on stage that can be chosen.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Thing {
    Node(NodeId),
    Message(MessageId),
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
    Forward,
    First,
    Stride,
    RunPause,
    Speed(usize),
    Seek(usize),
    /// An event is due at this virtual time, while the run flows.
    Due(f64),
    Act(Action),
    Submit(NodeId, String),
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
    FreshSeed,
    Language,
    WordsLoaded(Result<Words, String>),
    Theme,
    ShortcutKeys(bool),
    Narrow(bool),
    Key(KeyboardEvent),
    Save,
    OpenFile(web_sys::File),
    FileRead(Result<String, String>),
}

#[derive(Properties, PartialEq)]
pub(super) struct Props {
    pub(super) words: Words,
}

pub(super) struct Lab {
    session: Session,
    /// The other protocols' runs, kept while one looks at this one.
    stashed: SortedMap<&'static str, Session>,
    moment: Shared<Moment>,
    words: Words,
    selected: Option<Thing>,
    choosing: Choosing,
    panel: Panel,
    dialog: Dialog,
    running: bool,
    speed: usize,
    notice: Option<String>,
    theme: Theme,
    shortcut_keys: bool,
    narrow: bool,
    motion: Motion,
    send: Callback<Msg>,
}

impl Component for Lab {
    type Message = Msg;
    type Properties = Props;

    fn create(ctx: &Context<Self>) -> Self {
        let send = ctx.link().callback(|msg| msg);
        host::on_media_change(NARROW, send.reform(Msg::Narrow));
        host::on_key_down(send.reform(Msg::Key));
        let dark = match host::recall("theme") {
            Some(theme) => theme == "dark",
            None => host::matches("(prefers-color-scheme: dark)"),
        };
        let scenario = first_look("raft");
        let Ok(session) = open(scenario, FIRST_SEED) else {
            unreachable!("a test opens every first look");
        };
        let lab = Self {
            moment: Shared::new(session.moment()),
            session,
            stashed: SortedMap::new(),
            words: ctx.props().words.clone(),
            selected: None,
            choosing: Choosing::Nothing,
            panel: Panel::Why,
            dialog: Dialog::None,
            running: false,
            speed: RATES.len() / 2,
            notice: None,
            theme: if dark { Theme::Dark } else { Theme::Light },
            shortcut_keys: host::recall("keys").as_deref() != Some("off"),
            narrow: host::matches(NARROW),
            motion: Motion::new(send.reform(Msg::Due)),
            send,
        };
        lab.show_theme();
        lab.hold_all();
        lab
    }

    fn update(&mut self, ctx: &Context<Self>, msg: Msg) -> bool {
        match msg {
            Msg::Key(event) => {
                let dialog_open = self.dialog != Dialog::None;
                let Some(msg) = keys::read(&event, self.shortcut_keys, dialog_open) else {
                    return false;
                };
                event.prevent_default();
                return Component::update(self, ctx, msg);
            }
            Msg::Due(shown) => self.on_due(shown),
            Msg::Step => self.step(),
            Msg::Back => self.seek(self.session.position().saturating_sub(1)),
            Msg::Forward if self.session.position() < self.session.length() => {
                self.seek_gliding(self.session.position() + 1);
            }
            Msg::Forward => self.step(),
            Msg::First => self.seek(0),
            Msg::Seek(position) => self.seek(position),
            Msg::Stride => self.stride(),
            Msg::RunPause => self.set_running(!self.running),
            Msg::Speed(speed) => {
                self.speed = speed.min(RATES.len() - 1);
                self.flow();
            }
            Msg::Act(action) => self.act(action),
            Msg::Submit(node, text) => self.submit(node, &text),
            Msg::Kill => self.kill(),
            Msg::DropMessage => self.drop_message(),
            Msg::CutOff => self.cut_off(),
            Msg::Choose(thing) => self.choose(thing),
            Msg::ChooseNth(number) => self.choose_nth(number),
            Msg::Dismiss => self.dismiss(),
            Msg::Panel(panel) => self.panel = panel,
            Msg::Show(dialog) => {
                self.set_running(false);
                self.dialog = dialog;
            }
            Msg::Protocol(key) => self.change_protocol(key),
            Msg::Nodes(count) => self.change_nodes(count),
            Msg::Variant(id, on) => self.change_variant(id, on),
            Msg::FreshSeed => {
                let scenario = self.session.scenario().clone();
                self.restart(scenario, host::fresh_seed());
            }
            Msg::Language => return self.load_language(),
            Msg::WordsLoaded(words) => self.on_words(words),
            Msg::Theme => self.change_theme(),
            Msg::ShortcutKeys(on) => {
                self.shortcut_keys = on;
                host::remember("keys", if on { "on" } else { "off" });
            }
            Msg::Narrow(narrow) => self.narrow = narrow,
            Msg::Save => self.save(),
            Msg::OpenFile(file) => {
                let send = self.send.clone();
                wasm_bindgen_futures::spawn_local(async move {
                    send.emit(Msg::FileRead(host::read_text(file).await));
                });
                return false;
            }
            Msg::FileRead(text) => self.open_file(text),
        }
        true
    }

    fn view(&self, _ctx: &Context<Self>) -> Html {
        let (words, send, moment) = (&self.words, &self.send, &*self.moment);
        let cluster = &self.session.scenario().cluster;
        let about = self.session.about();
        let offers = self.offers();
        let stage_box = classed("section", "stage-box")
            .say("aria-label", words.t("ui.stage_region"))
            .child(stage::view(
                moment,
                words,
                self.selected,
                self.choosing,
                self.narrow,
                send,
            ))
            .with(self.banner())
            .child(tray::view(
                words,
                self.selected,
                self.choosing,
                &offers,
                self.submit_to(),
                send,
            ));
        let panels = panel::view(moment, words, about, self.panel, self.selected, send);
        let transport =
            transport::view(moment, words, &self.session, self.running, self.speed, send);
        let notice = self.notice.as_deref().unwrap_or_default();
        let spoken = classed("p", "unseen").set("role", "status");
        classed("div", "lab")
            .child(header::view(words, about.key, cluster, self.theme, send))
            .with(classed("main", "middle").with(stage_box).child(panels))
            .child(transport)
            .with(classed("p", "notice").set("role", "alert").text(notice))
            .with(spoken.set("aria-live", "polite").text(&self.spoken()))
            .child(self.dialog_view())
            .end()
    }

    fn rendered(&mut self, _ctx: &Context<Self>, _first: bool) {
        self.motion
            .set_scene(stage::scene(&self.moment, self.narrow));
    }
}

impl Lab {
    /// The session has changed: everything that follows from it is read anew.
    fn refresh(&mut self) {
        self.moment = Shared::new(self.session.moment());
        if let Some(Thing::Message(id)) = self.selected {
            if self.moment.message(id).is_none() {
                self.selected = None;
            }
        }
    }

    fn complain(&mut self, sentence: &str) {
        self.notice = Some(sentence.to_owned());
    }

    fn refuse(&mut self, error: &ActionError) {
        let key = format!("error.{}", error.key());
        self.notice = Some(self.words.t(&key).to_owned());
    }

    /// Does something at the time shown; says whether the world took it.
    fn try_act(&mut self, action: Action) -> bool {
        self.notice = None;
        let before = self.session.losses();
        // What a person does while time flows happens at the time that they see.
        let passed = self.motion.shown() - self.session.now() as f64;
        if action != Action::Next && passed >= 1.0 {
            let advance = Action::Advance(passed as u32);
            if self.session.check(&advance).is_ok() && self.session.act(advance).is_ok() {
                self.hold_last();
            }
        }
        let done = self.session.act(action);
        match done {
            Ok(()) => self.hold_last(),
            Err(error) => {
                self.refuse(&error);
                return false;
            }
        }
        if self.session.losses() > before {
            self.set_running(false);
            self.panel = Panel::Properties;
        }
        true
    }

    fn act(&mut self, action: Action) {
        self.choosing = Choosing::Nothing;
        if self.try_act(action) {
            self.refresh();
            self.motion.jump(self.session.now() as f64);
        }
        self.flow();
    }

    fn step(&mut self) {
        self.set_running(false);
        if self.try_act(Action::Next) {
            self.refresh();
            self.motion.glide(self.session.now() as f64);
        }
    }

    fn stride(&mut self) {
        self.set_running(false);
        self.notice = None;
        let (before, losses) = (self.session.position(), self.session.losses());
        match self.session.stride() {
            Ok(_) => {
                if self.session.position() == self.session.length() {
                    for position in before + 1..=self.session.position() {
                        self.hold(position);
                    }
                }
                if self.session.losses() > losses {
                    self.panel = Panel::Properties;
                }
                self.refresh();
                self.motion.glide(self.session.now() as f64);
            }
            Err(error) => self.refuse(&error),
        }
    }

    fn seek(&mut self, position: usize) {
        self.set_running(false);
        self.notice = None;
        self.session.seek(position);
        self.refresh();
        self.motion.jump(self.session.now() as f64);
    }

    fn seek_gliding(&mut self, position: usize) {
        self.set_running(false);
        self.notice = None;
        self.session.seek(position);
        self.refresh();
        self.motion.glide(self.session.now() as f64);
    }

    fn set_running(&mut self, running: bool) {
        if running && self.session.next_due().is_none() {
            self.refuse(&ActionError::NothingToDo);
            return;
        }
        if self.running != running {
            self.running = running;
            self.notice = None;
            self.motion.stop();
        }
        self.flow();
    }

    /// Lets time flow on to the next event, if the run is running.
    fn flow(&mut self) {
        if !self.running {
            return;
        }
        match self.session.next_due() {
            Some(due) => {
                let idle = self.moment.messages.is_empty();
                let factor = if idle { IDLE_FACTOR } else { 1.0 };
                self.motion.flow(RATES[self.speed] * factor, due as f64);
            }
            None => {
                self.running = false;
                self.motion.stop();
                self.refuse(&ActionError::NothingToDo);
            }
        }
    }

    /// Events are due: they happen, in their order, and time flows on.
    fn on_due(&mut self, shown: f64) {
        for _ in 0..EVENTS_A_FRAME_MAX {
            let due = self
                .session
                .next_due()
                .is_some_and(|due| due as f64 <= shown);
            if !self.running || !due || !self.try_act(Action::Next) {
                break;
            }
        }
        self.refresh();
        self.flow();
    }

    fn submit(&mut self, node: NodeId, text: &str) {
        match Value::new(text) {
            Err(error) => {
                let key = match error {
                    crate::protocol::ValueError::Empty => "value_error.empty",
                    crate::protocol::ValueError::TooLong => "value_error.too_long",
                    crate::protocol::ValueError::Control => "value_error.control",
                };
                self.notice = Some(self.words.t(key).to_owned());
            }
            Ok(value) => {
                // A client that is free, so that two proposers can be made to duel.
                let clients = &self.moment.clients;
                let free = clients.iter().find(|client| !client.waiting);
                if let Some(client) = free.or(clients.first()) {
                    let client = client.id;
                    let to = Some(node);
                    self.act(Action::Submit { client, to, value });
                }
            }
        }
    }

    fn kill(&mut self) {
        match self.selected {
            Some(Thing::Node(id)) => self.act(Action::Crash(id)),
            _ => self.wait_for(Choosing::Node),
        }
    }

    fn drop_message(&mut self) {
        match self.selected {
            Some(Thing::Message(id)) => self.act(Action::Drop(id)),
            _ if self.moment.messages.is_empty() => {
                let text = self.words.t("ui.nothing_to_drop").to_owned();
                self.complain(&text);
            }
            _ => self.wait_for(Choosing::Message),
        }
    }

    /// Cuts the chosen node off from all others; where something is cut, mends everything.
    fn cut_off(&mut self) {
        if !self.moment.cut.is_empty() {
            return self.act(Action::Heal);
        }
        match self.selected {
            Some(Thing::Node(id)) => self.act(self.cutting_off(id)),
            _ => {
                let text = self.words.t("ui.choose_node_first").to_owned();
                self.complain(&text);
            }
        }
    }

    fn cutting_off(&self, id: NodeId) -> Action {
        let others = self.moment.nodes.iter().map(|node| node.id);
        let others = others.filter(|other| *other != id).collect();
        Action::Partition(vec![others])
    }

    fn wait_for(&mut self, choosing: Choosing) {
        self.set_running(false);
        let same = self.choosing == choosing;
        self.choosing = if same { Choosing::Nothing } else { choosing };
    }

    fn choose(&mut self, thing: Thing) {
        match (self.choosing, thing) {
            (Choosing::Node, Thing::Node(id)) => self.act(Action::Crash(id)),
            (Choosing::Message, Thing::Message(id)) => self.act(Action::Drop(id)),
            _ => {
                self.choosing = Choosing::Nothing;
                let again = self.selected == Some(thing);
                self.selected = if again { None } else { Some(thing) };
            }
        }
    }

    fn choose_nth(&mut self, number: u8) {
        if self.choosing == Choosing::Message {
            let order = stage::by_arrival(&self.moment);
            if let Some(id) = order.get(usize::from(number) - 1) {
                self.choose(Thing::Message(*id));
            }
        } else if self.moment.node(NodeId(number)).is_some() {
            if self.choosing == Choosing::Nothing {
                self.selected = None;
                host::focus(&format!("node-{}", NodeId(number)));
            }
            self.choose(Thing::Node(NodeId(number)));
        }
    }

    fn dismiss(&mut self) {
        self.dialog = Dialog::None;
        self.choosing = Choosing::Nothing;
        self.selected = None;
        self.notice = None;
    }

    /// Starts a scenario anew; where it cannot run, says so and keeps what there is.
    fn restart(&mut self, scenario: Scenario, seed: u32) {
        match open(scenario, seed) {
            Ok(session) => self.adopt(session),
            Err(error) => self.notice = Some(error.to_string()),
        }
    }

    fn adopt(&mut self, session: Session) {
        self.running = false;
        self.session = session;
        self.selected = None;
        self.choosing = Choosing::Nothing;
        self.notice = None;
        self.refresh();
        self.motion.jump(self.session.now() as f64);
        self.hold_all();
    }

    fn change_protocol(&mut self, key: &'static str) {
        let current = self.session.about().key;
        if key == current {
            return;
        }
        let next = self
            .stashed
            .remove(&key)
            .map_or_else(|| open(first_look(key), FIRST_SEED), Ok);
        match next {
            Ok(next) => {
                let old = std::mem::replace(&mut self.session, next);
                self.stashed.insert(current, old);
                self.running = false;
                self.selected = None;
                self.choosing = Choosing::Nothing;
                self.notice = None;
                self.panel = Panel::Why;
                self.refresh();
                self.motion.jump(self.session.now() as f64);
                self.hold_all();
            }
            Err(error) => self.notice = Some(error.to_string()),
        }
    }

    fn change_nodes(&mut self, count: u8) {
        if !(1..=NODES_ON_STAGE_MAX).contains(&count) {
            let text = self.words.t("ui.nodes_out_of_range").to_owned();
            return self.complain(&text);
        }
        let mut scenario = self.session.scenario().clone();
        scenario.cluster.nodes = count;
        scenario.cluster.roles.clear();
        self.restart(scenario, self.session.seed());
    }

    fn change_variant(&mut self, id: &'static str, on: bool) {
        let mut scenario = self.session.scenario().clone();
        let variants = &mut scenario.cluster.variants;
        match on {
            true => variants.insert(id.into()),
            false => variants.remove(id),
        };
        self.restart(scenario, self.session.seed());
    }

    fn load_language(&self) -> bool {
        let language = self.words.language.other();
        let send = self.send.clone();
        wasm_bindgen_futures::spawn_local(async move {
            send.emit(Msg::WordsLoaded(Words::load(language).await));
        });
        false
    }

    fn on_words(&mut self, words: Result<Words, String>) {
        match words {
            Ok(words) => {
                host::remember("language", words.language.tag());
                host::set_language(words.language.tag(), words.t("ui.title"));
                self.notice = None;
                self.words = words;
            }
            Err(_) => {
                let text = self.words.t("ui.language_failed").to_owned();
                self.complain(&text);
            }
        }
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
        host::set_page_attribute("data-theme", Some(self.theme_name()));
    }

    fn save(&mut self) {
        let run = self.session.run();
        let text = run.to_json();
        if !host::download("quorumscope-run.json", &text) {
            let sentence = self.words.t("ui.save_failed").to_owned();
            self.complain(&sentence);
        }
    }

    fn open_file(&mut self, text: Result<String, String>) {
        let run = match text {
            Err(_) => return self.complain(&self.words.t("ui.file_unreadable").to_owned()),
            Ok(text) => Run::from_json(&text),
        };
        let opened = run.and_then(|run| {
            let on_stage = run.scenario.cluster.nodes <= NODES_ON_STAGE_MAX;
            reopen(&run).map(|opened| (opened, on_stage))
        });
        match opened {
            Err(error) => self.notice = Some(self.words.say(&file_error(&error))),
            Ok((_, false)) => self.complain(&self.words.t("ui.nodes_out_of_range").to_owned()),
            Ok((opened, true)) => {
                let current = self.session.about().key;
                let other = opened.session.about().key != current;
                let old = std::mem::replace(&mut self.session, opened.session);
                if other {
                    self.stashed.insert(current, old);
                }
                self.running = false;
                self.selected = None;
                self.choosing = Choosing::Nothing;
                self.notice = None;
                self.refresh();
                self.motion.jump(self.session.now() as f64);
                self.hold_all();
                if let Some((position, error)) = opened.stopped {
                    let reason = format!("error.{}", error.key());
                    let args = [
                        ("position", &*position.to_string()),
                        ("reason", self.words.t(&reason)),
                    ];
                    self.notice = Some(self.words.fill("ui.file_cut_short", &args));
                } else if opened.same_state == Some(false) {
                    self.complain(&self.words.t("ui.file_other_state").to_owned());
                }
            }
        }
    }

    /// Lets the boot script hold the action before a position, unless a longer future is held.
    fn hold(&self, position: usize) {
        if let Some(action) = self.session.action(position) {
            host::hold(position, &share::action_json(action));
        }
    }

    fn hold_last(&self) {
        if self.session.position() == self.session.length() {
            self.hold(self.session.position());
        }
    }

    fn hold_all(&self) {
        let run = self.session.run();
        host::hold(0, &run.head_json());
        for position in 1..=self.session.length() {
            self.hold(position);
        }
    }

    /// What a screen reader says after a step.
    fn spoken(&self) -> String {
        if self.running {
            return String::new();
        }
        let lost = self.moment.violations.iter().map(|violation| {
            let name = format!("property.{}", violation.property.id);
            let args = [("property", self.words.t(&name))];
            self.words.fill("ui.property_lost", &args)
        });
        let titles = self
            .moment
            .happened
            .iter()
            .map(|it| self.words.say(&it.title));
        let all: Vec<String> = titles.chain(lost).collect();
        all.join(self.words.t("ui.sentence_separator"))
    }

    fn banner(&self) -> El {
        let banner = classed("div", "banner");
        let Some(violation) = self.moment.violations.first() else {
            return banner.set("hidden", "");
        };
        let name = format!("property.{}", violation.property.id);
        let args = [("property", self.words.t(&name))];
        let lost = format!("✗ {}", self.words.fill("ui.property_lost", &args));
        let facts = button(&self.send, Msg::Panel(Panel::Properties));
        banner
            .with(el("strong").text(&lost))
            .with(facts.text(self.words.t("ui.show_facts")))
    }

    fn dialog_view(&self) -> Html {
        dialog::view(
            self.dialog,
            &self.words,
            &self.session,
            self.shortcut_keys,
            &self.send,
        )
    }

    /// What can be done to the chosen thing, and why not.
    fn offers(&self) -> Vec<tray::Offer> {
        let offer = |key: &'static str, timer: Option<&'static str>, action: Action| tray::Offer {
            key,
            timer,
            refusal: self.session.check(&action).err().map(|error| error.key()),
            action,
        };
        match self.selected {
            None => Vec::new(),
            Some(Thing::Message(id)) => vec![
                offer("ui.deliver_now", None, Action::Deliver(id)),
                offer("ui.drop", None, Action::Drop(id)),
                offer("ui.duplicate", None, Action::Duplicate(id)),
                offer("ui.delay", None, Action::Delay(id, DELAY_MS)),
            ],
            Some(Thing::Node(id)) => {
                let up = self.moment.node(id).is_some_and(|node| node.up);
                let mut offers = vec![match up {
                    true => offer("ui.kill", None, Action::Crash(id)),
                    false => offer("ui.restart", None, Action::Restart(id)),
                }];
                for timer in self.session.about().timers.iter().copied() {
                    let action = Action::Fire(id.into(), timer.to_owned());
                    offers.push(offer("ui.fire", Some(timer), action));
                }
                offers.push(match self.moment.cut.is_empty() {
                    true => offer("ui.cut_off", None, self.cutting_off(id)),
                    false => offer("ui.heal", None, Action::Heal),
                });
                offers
            }
        }
    }

    fn submit_to(&self) -> Option<NodeId> {
        match self.selected {
            Some(Thing::Node(id)) => self.moment.node(id).filter(|it| it.serves).map(|it| it.id),
            _ => None,
        }
    }
}

fn file_error(error: &share::RunError) -> Sentence {
    use share::RunError as E;
    match error {
        E::TooLarge(_) => Sentence::new("ui.file_too_large"),
        E::Malformed(place) => Sentence::new("ui.file_malformed")
            .with("line", place.line)
            .with("column", place.column),
        E::BadHead => Sentence::new("ui.file_bad_head"),
        E::BadAction(place) => Sentence::new("ui.file_bad_action").with("place", *place as u32),
        E::NotARun => Sentence::new("ui.file_not_a_run"),
        E::Newer(version) => Sentence::new("ui.file_newer").with("version", *version),
        E::TooManyActions => Sentence::new("ui.file_too_many_actions"),
        E::Scenario(_) => Sentence::new("ui.file_bad_scenario"),
    }
}
