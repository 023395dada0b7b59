//! The stage: nodes on a ring, messages between them, clients beside it.

mod client;
mod message;
mod node;

use yew::prelude::*;

pub(super) use node::{belief, spoken};

use super::dom::{classed, classes, el};
use super::host;
use super::lab::{Choosing, Msg, Thing};
use super::motion::{Mark, Ring, Scene};
use super::words::Words;
use crate::protocol::{Endpoint, Epoch};
use crate::sorted::SortedSet;
use crate::view::geometry::{Point, Stage, translate};
use crate::view::{Landed, MessageCard, Moment};
use crate::world::MessageId;

/// From this many messages on, their short names are shown.
const CROWD: usize = 9;
/// How many log entries a node shows: the last ones, the same indices on every node.
const CELLS: [u32; 2] = [6, 4];
/// How many places for entries a node shows at least, once there is one.
const CELLS_SHOWN_MIN: u32 = 3;

/// Where everything stands at this moment.
pub(super) fn geometry(moment: &Moment, narrow: bool) -> Stage {
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

/// How many messages on the same link come before this one: they are drawn side by side.
fn lane(cards: &[MessageCard], position: usize) -> u32 {
    let id = cards[position].id;
    let same = |card: &&MessageCard| card.id.from == id.from && card.id.to == id.to;
    cards[..position].iter().filter(same).count() as u32
}

/// The id of a thing's mark.
pub(super) fn dom_id(thing: Thing) -> String {
    match thing {
        Thing::Node(id) => format!("node-{id}"),
        Thing::Client(id) => format!("client-{id}"),
        Thing::Message(id) => format!("message-{id}"),
    }
}

fn mark_id(id: MessageId) -> String {
    dom_id(Thing::Message(id))
}

fn landed_id(id: MessageId) -> String {
    format!("landed-{id}")
}

/// The last index of any log.
fn longest(moment: &Moment) -> u32 {
    let last = moment.nodes.iter();
    let last = last.filter_map(|node| node.view.cells.last());
    last.map(|cell| cell.index).max().unwrap_or(0)
}

/// The first index that the stage shows of logs.
pub(super) fn first_cell(moment: &Moment, narrow: bool) -> u32 {
    longest(moment).saturating_sub(CELLS[usize::from(narrow)]) + 1
}

/// The place of the link between two nodes among all links, from 1.
pub(super) fn link_place(moment: &Moment, a: Endpoint, b: Endpoint) -> Option<usize> {
    let stage = geometry(moment, false);
    let mut pairs = pairs(&stage);
    let place = pairs.position(|pair| pair == (a, b) || pair == (b, a))?;
    Some(place + 1)
}

/// Messages in the order in which they arrive: the order of Tab and of numbers to choose by.
pub(super) fn by_arrival(moment: &Moment) -> Vec<MessageId> {
    let cards = moment.messages.iter();
    let order: SortedSet<(u64, MessageId)> = cards.map(|card| (card.arrives, card.id)).collect();
    order.iter().map(|(_, id)| *id).collect()
}

/// Collects what moves, for the clock of the stage.
pub(super) fn scene(moment: &Moment, narrow: bool) -> Scene {
    let mark = |card: &MessageCard, id: String, lane| {
        Some(Mark {
            element: host::element(&id)?,
            from: card.id.from,
            to: card.id.to,
            sent: card.sent as f64,
            arrives: if card.held {
                f64::INFINITY
            } else {
                card.arrives as f64
            },
            lane,
        })
    };
    let flying = moment.messages.iter().enumerate();
    let flying = flying.filter_map(|(position, card)| {
        mark(card, mark_id(card.id), lane(&moment.messages, position))
    });
    let arrived = moment.landed.iter().filter(|landed| landed.lost.is_none());
    let arrived = arrived.filter_map(|landed| {
        let card = &landed.message;
        mark(card, landed_id(card.id), 0)
    });
    let rings = moment.nodes.iter().filter_map(|node| {
        let timer = node.timers.first().filter(|_| !node.paused)?;
        Some(Ring {
            element: host::element(&format!("ring-{}", node.id))?,
            since: timer.since as f64,
            due: timer.due as f64,
        })
    });
    Scene {
        stage: geometry(moment, narrow),
        marks: flying.chain(arrived).collect(),
        rings: rings.collect(),
    }
}

pub(super) fn view(
    moment: &Moment,
    words: &Words,
    selected: Option<Thing>,
    choosing: Choosing,
    narrow: bool,
    send: &Callback<Msg>,
) -> Html {
    let stage = geometry(moment, narrow);
    let crowded = moment.messages.len() >= CROWD || narrow && moment.messages.len() > 4;
    let longest = longest(moment);
    let window = CELLS[usize::from(narrow)];
    let node = |card: &crate::view::NodeCard| {
        html! {
            <node::NodeMark key={card.id.to_string()} card={card.clone()}
                at={stage.at(card.id.into())} radius={stage.radius} now={moment.now}
                first_cell={first_cell(moment, narrow)}
                cell_count={window.min(longest.max(CELLS_SHOWN_MIN))}
                words={words.clone()} selected={selected == Some(Thing::Node(card.id))}
                choosing={choosing == Choosing::Node} narrow={narrow} send={send.clone()} />
        }
    };
    let message = |(number, id): (usize, MessageId)| {
        let position = moment.messages.iter().position(|card| card.id == id)?;
        let card = &moment.messages[position];
        let at = message_at(moment, &stage, card, lane(&moment.messages, position));
        let numbered = choosing == Choosing::Message && number < 9;
        Some(html! {
            <message::MessageMark key={id.to_string()} card={card.clone()} at={at}
                dom_id={mark_id(id)} crowded={crowded} words={words.clone()}
                selected={selected == Some(Thing::Message(id))}
                number={numbered.then_some(number as u8 + 1)} send={send.clone()} />
        })
    };
    let messages = by_arrival(moment).into_iter().enumerate();
    let clients = moment.clients.iter();
    let clients = clients.map(|card| {
        let is_selected = selected == Some(Thing::Client(card.id));
        client::view(card, stage.at(card.id.into()), words, is_selected, send)
    });
    let landed = moment
        .landed
        .iter()
        .map(|it| landed_mark(it, moment, &stage, narrow));
    let silent = |class| classed("g", class).set("aria-hidden", "true");
    el("svg")
        .set("id", "stage")
        .put("class", classes("stage", &[(narrow, "narrow")]))
        .put(
            "viewBox",
            format!("0 0 {} {}", stage.width as u32, stage.height as u32),
        )
        .set("role", "group")
        .say("aria-label", words.t("ui.stage"))
        .with(silent("links").each(links(moment, &stage)))
        .with(silent("trails").each(trails(moment, &stage)))
        .with(classed("g", "nodes").each(moment.nodes.iter().map(node)))
        .with(classed("g", "clients").each(clients))
        .with(silent("landed").each(landed))
        .with(classed("g", "messages").each(messages.filter_map(message)))
        .end()
}

fn message_at(moment: &Moment, stage: &Stage, card: &MessageCard, lane: u32) -> Point {
    let now = moment.now as f64;
    let share = super::motion::share(card.sent as f64, card.arrives as f64, now);
    stage.on_the_way(card.id.from, card.id.to, share, lane)
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

/// The way of the messages under way, one line for each link and look.
fn trails(moment: &Moment, stage: &Stage) -> impl Iterator<Item = Html> {
    let mut drawn = SortedSet::new();
    moment.messages.iter().filter_map(move |card| {
        let class = look("trail", card, &[]);
        let key = format!("{} {} {class}", card.id.from, card.id.to);
        let new = drawn.insert(key.clone());
        new.then(|| line(stage, card.id.from, card.id.to, &key, class))
    })
}

/// A message's classes: what it is, its term or ballot, what it says.
fn look(always: &str, card: &MessageCard, sometimes: &[(bool, &str)]) -> String {
    let epoch = epoch_class(card.view.epoch);
    let class = classes(always, &[(true, &epoch), (true, message::kind_class(card))]);
    classes(&class, sometimes)
}

/// What the last step delivered or lost, where it ended.
fn landed_mark(landed: &Landed, moment: &Moment, stage: &Stage, narrow: bool) -> Html {
    let card = &landed.message;
    let lost = landed.lost.is_some();
    let id = landed_id(card.id);
    let (rect, text) = message::label(card, narrow, lost);
    el("g")
        .key(&id)
        .put("id", id)
        .put("class", look("message gone", card, &[(lost, "lost")]))
        .put("transform", translate(message_at(moment, stage, card, 0)))
        .with(rect)
        .with(text)
        .end()
}
