//! The stage: nodes on a ring, messages between them, clients beside it.

mod client;
mod crowd;
mod message;
mod node;

use std::cell::Cell;

use yew::prelude::*;

pub(super) use message::kind_class;
pub(super) use node::{belief, spoken};

use super::FULL;
use super::dom::{El, classed, classes, el, moving};
use super::faults::{self, Fault, Faults};
use super::host;
use super::lab::{Choosing, More, Msg, Thing};
use super::motion::{Mark, Motion, Ring, Scene};
use super::words::Words;
use crate::protocol::{Endpoint, Epoch, NodeId};
use crate::sorted::SortedSet;
use crate::view::boxes::{self, Logs};
use crate::view::crowd::Mark as Messages;
use crate::view::geometry::{Point, Stage, translate};
use crate::view::labels::{self, Form, Label, Spot};
use crate::view::{Landed, MessageCard, Moment};
use crate::world::MessageId;

pub(super) use message::spoken as spoken_message;

/// From this many messages on, their short names are shown while time flows.
const CROWD: usize = 9;
/// Up to this many messages, the ways that they go are drawn.
const TRAILS_MAX: usize = 100;
/// How many messages have a number to choose them by.
const NUMBERS: usize = 9;

/// How much labels say while time flows.
fn flowing(moment: &Moment, narrow: bool) -> Form {
    match moment.messages.len() {
        CROWD.. => Form::Short,
        5.. if narrow => Form::Short,
        _ => Form::Whole,
    }
}

/// Where everything stands at this moment.
pub(super) fn geometry(moment: &Moment, narrow: bool, faults: Option<&Faults>) -> Stage {
    let mut stage = home(moment, narrow);
    if let Some(faults) = faults.filter(|_| FULL) {
        faults.arrange(&mut stage, moment);
    }
    stage
}

/// Where everything stands while no node is apart.
pub(super) fn home(moment: &Moment, narrow: bool) -> Stage {
    let nodes: Vec<_> = moment.nodes.iter().map(|node| node.id).collect();
    let clients: Vec<_> = moment.clients.iter().map(|client| client.id).collect();
    Stage::of(&nodes, &clients, narrow)
}

/// The colour of a term or ballot, as a class.
pub(super) fn epoch_class(epoch: Option<Epoch>) -> String {
    match epoch {
        None => "epoch-none".into(),
        Some(Epoch { number: 0, .. }) => "epoch-none".into(),
        Some(epoch) => {
            let owner = epoch.owner.map_or(0, |owner| u32::from(owner.0));
            // Ballots that compete, such as 1.2 and 2.1, differ in colour.
            let stride = if owner == 0 { 1 } else { 3 };
            format!("epoch-{}", (stride * (epoch.number - 1) + owner) % 6)
        }
    }
}

/// A stage among those on the page, which may have a second one: by what the ids of its marks begin
/// with.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Name(&'static str);

impl Name {
    /// The only stage, or the left one.
    pub(super) const FIRST: Self = Self("");
    /// The right one.
    pub(super) const SECOND: Self = Self("right-");

    /// The id of a thing's mark.
    pub(super) fn id(self, thing: Thing) -> String {
        match thing {
            Thing::Node(id) => format!("{}node-{id}", self.0),
            Thing::Client(id) => format!("{}client-{id}", self.0),
            Thing::Message(id) => format!("{}message-{id}", self.0),
        }
    }

    /// The id of the drawing itself.
    pub(super) fn stage(self) -> String {
        format!("{}stage", self.0)
    }

    fn landed(self, id: MessageId) -> String {
        format!("{}landed-{id}", self.0)
    }

    fn ring(self, id: NodeId) -> String {
        format!("{}ring-{id}", self.0)
    }
}

/// The place of the link between two nodes among all links, from 1.
pub(super) fn link_place(moment: &Moment, a: Endpoint, b: Endpoint) -> Option<usize> {
    let stage = home(moment, false);
    let mut pairs = pairs(&stage);
    let place = pairs.position(|pair| pair == (a, b) || pair == (b, a))?;
    Some(place + 1)
}

/// Messages in the order in which they arrive: the order of Tab and of numbers to choose by.
pub(super) fn by_arrival(moment: &Moment) -> Vec<MessageId> {
    let cards = moment.messages.iter().map(|card| (card.arrives, card.id));
    // The core has few messages, and no other use for sorting.
    if !FULL {
        let order: SortedSet<_> = cards.collect();
        return order.iter().map(|(_, id)| *id).collect();
    }
    let mut order: Vec<_> = cards.collect();
    order.sort();
    order.into_iter().map(|(_, id)| id).collect()
}

/// The marks of the messages under way, in that order. What is chosen, or has a number to be chosen
/// by, is always drawn by itself, and so is everything where two stages are side by side.
fn marks<'a>(moment: &'a Moment, look: &Look<'_>) -> Vec<Messages<'a>> {
    if !FULL || !look.pulls {
        return crowd::each(&moment.messages);
    }
    let mut alone = match look.choosing {
        Choosing::Message => by_arrival(moment),
        Choosing::Node | Choosing::Nothing => Vec::new(),
    };
    alone.truncate(NUMBERS);
    crowd::together(&moment.messages, |id| {
        look.selected == Some(Thing::Message(id)) || alone.contains(&id)
    })
}

/// The id of the first mark in which messages of a link share.
pub(super) fn crowd_of(
    moment: &Moment,
    look: &Look<'_>,
    (from, to): (Endpoint, Endpoint),
) -> Option<String> {
    let marks = marks(moment, look);
    let mut own = marks.iter().filter(|mark| {
        let id = mark.first().id;
        id.from == from && id.to == to && mark.messages.len() > 1
    });
    own.next().map(|mark| crowd::dom_id(look.name, mark))
}

/// The labels of the marks, in their order, and then of what has landed.
fn labels(moment: &Moment, marks: &[Messages<'_>], look: &Look<'_>) -> Vec<Label> {
    let label = |card: &MessageCard, lane, lost, share| {
        let width = |form| {
            let text = labels::text(card, form, lost);
            labels::width(&text, card.view.kind, look.narrow)
        };
        Label {
            from: card.id.from,
            to: card.id.to,
            lane,
            share,
            widths: Form::ALL.map(width),
        }
    };
    let flying = marks.iter().map(|mark| {
        let card = mark.first();
        let done = share(card.sent, arrival(card), look.rest.unwrap_or(0.0));
        let mut label = label(card, mark.lane as i32, false, done);
        if FULL && mark.messages.len() > 1 {
            label.widths = [crowd::width(mark, look.narrow); 3];
        }
        label
    });
    let landed = moment.landed.iter().map(|landed| {
        let (card, lost) = (&landed.message, landed.lost.is_some());
        // What arrived has done its way, however early it was let arrive.
        let done = match lost {
            true => share(card.sent, arrival(card), moment.now as f64),
            false => 1.0,
        };
        label(card, 0, lost, done)
    });
    flying.chain(landed).collect()
}

/// When a message arrives, if it does.
fn arrival(card: &MessageCard) -> f64 {
    match card.held {
        true => f64::INFINITY,
        false => card.arrives as f64,
    }
}

fn share(sent: u64, arrives: f64, now: f64) -> f64 {
    super::motion::share(sent as f64, arrives, now)
}

/// Where labels rest; nothing while time flows.
fn rest(
    moment: &Moment,
    words: &Words,
    look: &Look<'_>,
    stage: &Stage,
    labels: &[Label],
) -> Option<Vec<Spot>> {
    look.rest?;
    let boxes = boxes::all(stage, moment, words);
    Some(labels::rest(stage, &boxes, labels))
}

/// Collects what moves, for the clock of the stage.
pub(super) fn scene(moment: &Moment, words: &Words, look: &Look<'_>, motion: &Motion) -> Scene {
    let name = look.name;
    let stage = geometry(moment, look.narrow, look.faults);
    let marks = marks(moment, look);
    let labels = labels(moment, &marks, look);
    let boxes = boxes::all(&stage, moment, words);
    let spots = look.rest.map(|_| labels::rest(&stage, &boxes, &labels));
    let mark = |card: &MessageCard, id: String, at: usize, arrives: f64| {
        let spot = spots.as_ref().map(|spots| spots[at]);
        let form = spot.map_or(flowing(moment, look.narrow), |it| it.form);
        let way = labels::way(&stage, &boxes, &labels[at], form);
        let end = match (look.rest, spot) {
            (Some(now), Some(spot)) => (now, spot.at),
            _ => (arrives, way.end),
        };
        Some(Mark {
            message: card.id,
            mover: motion.mover(&id)?,
            id,
            start: (card.sent as f64, way.start),
            end,
        })
    };
    let flying = marks.iter().enumerate();
    let flying = flying.filter_map(|(at, it)| {
        let card = it.first();
        mark(card, crowd::dom_id(name, it), at, arrival(card))
    });
    let arrived = moment.landed.iter().enumerate();
    let arrived = arrived.filter(|(_, landed)| landed.lost.is_none());
    let arrived = arrived.filter_map(|(at, landed)| {
        let card = &landed.message;
        let at = marks.len() + at;
        mark(card, name.landed(card.id), at, moment.now as f64)
    });
    let rings = moment.nodes.iter().filter_map(|node| {
        let timer = node.timers.first();
        let [since, due] = timer.map_or([0; 2], |it| [it.since, it.due]);
        Some(Ring {
            element: host::element(&name.ring(node.id))?,
            since: since as f64,
            due: due as f64,
            stopped: node.paused.then_some(moment.now as f64),
            drawn: Cell::default(),
        })
    });
    Scene {
        marks: flying.chain(arrived).collect(),
        rings: rings.collect(),
    }
}

/// How a stage is drawn.
pub(super) struct Look<'a> {
    pub(super) name: Name,
    pub(super) selected: Option<Thing>,
    pub(super) choosing: Choosing,
    pub(super) narrow: bool,
    /// The time at which the messages rest; nothing while it flows.
    pub(super) rest: Option<f64>,
    /// In the full program.
    pub(super) faults: Option<&'a Faults>,
    /// Whether nodes can be pulled apart.
    pub(super) pulls: bool,
}

pub(super) fn view(moment: &Moment, words: &Words, look: &Look<'_>, send: &Callback<Msg>) -> Html {
    let Look {
        name,
        selected,
        choosing,
        narrow,
        faults,
        pulls,
        ..
    } = *look;
    let stage = geometry(moment, narrow, faults);
    let logs = Logs::of(moment, narrow);
    let marks = marks(moment, look);
    let labels = labels(moment, &marks, look);
    let spots = rest(moment, words, look, &stage, &labels);
    let spot = |at: usize| spots.as_ref().map(|spots| spots[at]);
    let form = |at: usize| spot(at).map_or(flowing(moment, narrow), |it| it.form);
    let node = |card: &crate::view::NodeCard| {
        html! {
            <node::NodeMark key={card.id.to_string()} stage={name} card={card.clone()}
                at={stage.at(card.id.into())} radius={stage.radius} {logs}
                words={words.clone()} selected={selected == Some(Thing::Node(card.id))}
                choosing={choosing == Choosing::Node} narrow={narrow} send={send.clone()} />
        }
    };
    let message = |(number, mark): (usize, &Messages<'_>)| {
        if FULL && mark.messages.len() > 1 {
            return crowd::view(name, mark, narrow, words, send);
        }
        let card = mark.first();
        let numbered = choosing == Choosing::Message && number < NUMBERS;
        html! {
            <message::MessageMark key={card.id.to_string()} stage={name} card={card.clone()}
                {narrow} form={form(number)} words={words.clone()}
                selected={selected == Some(Thing::Message(card.id))}
                number={numbered.then_some(number as u8 + 1)} send={send.clone()} />
        }
    };
    let messages = marks.iter().enumerate().map(message);
    let clients = moment.clients.iter();
    let clients = clients.map(|card| {
        let is_selected = selected == Some(Thing::Client(card.id));
        client::view(
            name,
            card,
            stage.at(card.id.into()),
            words,
            is_selected,
            send,
        )
    });
    let landed = moment.landed.iter().enumerate().map(|(at, it)| {
        let at = marks.len() + at;
        let lost = it.lost.map(|_| match spot(at) {
            Some(spot) => spot.at,
            None => stage
                .line(labels[at].from, labels[at].to, 0)
                .at(labels[at].share),
        });
        landed_mark(name, it, narrow, form(at), lost)
    });
    let silent = |class| classed("g", class).set("aria-hidden", "true");
    let (frames, links) = if let Some(faults) = faults.filter(|_| FULL) {
        let groups = faults.groups(moment, narrow);
        let links = faults::links(moment, &stage, &groups);
        (faults::frames(&stage, &groups), links)
    } else {
        (Vec::new(), links(moment, &stage).collect())
    };
    // Not while a click chooses something else.
    let touches = (FULL && pulls && choosing == Choosing::Nothing).then(|| {
        let (stage, send) = (stage.clone(), send.clone());
        html! { <faults::Touches {stage} {send} /> }
    });
    let svg = match pulls {
        true => pulling(el("svg"), send),
        false => el("svg"),
    };
    svg.put("id", name.stage())
        .put("class", classes("stage", &[(narrow, "narrow")]))
        .put(
            "viewBox",
            format!("0 0 {} {}", stage.width as u32, stage.height as u32),
        )
        .set("role", "group")
        .say("aria-label", words.t("ui.stage"))
        .with(silent("groups").each(frames.into_iter()))
        .with(silent("links").each(links.into_iter()))
        .with(silent("trails").each(trails(moment, &stage)))
        // The core has it too, or the focus would not find its way to the full program.
        .with(silent("link-touches").each(touches.into_iter()))
        // Beneath nodes: it covers nothing that counts.
        .with(silent("landed").each(landed))
        .with(classed("g", "nodes").each(moment.nodes.iter().map(node)))
        .with(classed("g", "clients").each(clients))
        .with(classed("g", "messages").each(messages))
        .end()
}

/// A node can be pulled about with a pointer.
fn pulling(svg: El, send: &Callback<Msg>) -> El {
    let at = |event: &PointerEvent| Point {
        x: event.client_x().into(),
        y: event.client_y().into(),
    };
    let (press, moves, leaves) = (send.clone(), send.clone(), send.clone());
    let on_press = move |event: PointerEvent| {
        if let Some(node) = host::pointing::node_under(&event).filter(|_| event.button() == 0) {
            press.emit(More::Fault(Fault::Press(node, event.pointer_id(), at(&event))).into());
        }
    };
    let on_move = move |event: PointerEvent| {
        if event.buttons() != 0 && (FULL || host::pointing::node_under(&event).is_some()) {
            moves.emit(More::Fault(Fault::Move(at(&event))).into());
        }
    };
    let svg = svg.on_pointer_move(Callback::from(on_move));
    // The core cannot do it, but it can ask for who can.
    if !FULL {
        return svg;
    }
    svg.on_pointer_down(Callback::from(on_press))
        .on_pointer_up(send.reform(|_: PointerEvent| More::Fault(Fault::LetGo).into()))
        .on_pointer_cancel(Callback::from(move |_: PointerEvent| {
            leaves.emit(More::Fault(Fault::Leave).into());
        }))
}

/// The id of a node's mark.
pub(super) fn node_id(id: NodeId) -> String {
    Name::FIRST.id(Thing::Node(id))
}

fn line(stage: &Stage, from: Endpoint, to: Endpoint, key: &str, class: String) -> Html {
    let (a, b) = (stage.at(from), stage.at(to));
    el("line")
        .key(key)
        .put("class", class)
        .number("x1", a.x)
        .number("y1", a.y)
        .number("x2", b.x)
        .number("y2", b.y)
        .end()
}

/// Each pair of nodes once.
fn pairs(stage: &Stage) -> impl Iterator<Item = (Endpoint, Endpoint)> {
    let nodes = stage.nodes();
    let pairs = nodes
        .iter()
        .enumerate()
        .flat_map(|(position, a)| nodes[position + 1..].iter().map(move |b| (a.0, b.0)));
    pairs.map(|(a, b)| (a.into(), b.into()))
}

/// The links; cut ones look cut.
fn links(moment: &Moment, stage: &Stage) -> impl Iterator<Item = Html> {
    pairs(stage).map(|(a, b)| {
        let cut = moment.cut.contains(&(a, b)) || moment.cut.contains(&(b, a));
        let class = classes("link", &[(cut, "cut")]);
        line(stage, a, b, &format!("{a}-{b}"), class)
    })
}

/// The way of the messages under way, one line for each link and look; of a crowd, none.
fn trails(moment: &Moment, stage: &Stage) -> impl Iterator<Item = Html> {
    let mut drawn = SortedSet::new();
    let messages = match moment.messages.len() {
        0..=TRAILS_MAX => &*moment.messages,
        _ => &[],
    };
    messages.iter().filter_map(move |card| {
        let class = look("trail", card, &[]);
        let key = format!("{} {} {class}", card.id.from, card.id.to);
        let new = drawn.insert(key.clone());
        new.then(|| line(stage, card.id.from, card.id.to, &key, class))
    })
}

/// A message's classes: what it is, its term or ballot, what it says.
fn look(always: &str, card: &MessageCard, sometimes: &[(bool, &str)]) -> String {
    let epoch = epoch_class(card.view.epoch);
    let class = classes(
        always,
        &[(true, &epoch), (true, message::kind_class(card.view.kind))],
    );
    classes(&class, sometimes)
}

/// What the last step delivered, or lost at that point.
fn landed_mark(name: Name, landed: &Landed, narrow: bool, form: Form, lost: Option<Point>) -> Html {
    let card = &landed.message;
    let id = name.landed(card.id);
    let (rect, text) = message::label(card, narrow, form, lost.is_some());
    let class = look("message gone", card, &[(lost.is_some(), "lost")]);
    let mark = el("g").say("id", &id).put("class", class);
    let place = moving(mark.with(rect).with(text)).key(&id);
    match lost {
        Some(at) => place.put("transform", translate(at)).end(),
        None => place.end(),
    }
}
