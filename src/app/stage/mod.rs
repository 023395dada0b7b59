//! The stage: nodes on a ring, messages between them, clients beside it.

mod client;
mod message;
mod node;

use yew::prelude::*;

use super::host;
use super::lab::{Choosing, Msg, Thing};
use super::motion::{Mark, Ring, Scene};
use super::words::{Shared, Words};
use crate::protocol::{Endpoint, Epoch};
use crate::view::geometry::{Stage, tenths, translate};
use crate::view::{Landed, MessageCard, Moment};
use crate::world::MessageId;

/// From this many messages on, their short names are shown.
const CROWD: usize = 9;
/// How many log entries a node shows: the last ones, the same indices on every node.
const CELLS: [u32; 2] = [6, 4];

#[derive(Properties, PartialEq)]
pub(super) struct Props {
    pub(super) moment: Shared<Moment>,
    pub(super) words: Words,
    pub(super) selected: Option<Thing>,
    pub(super) choosing: Choosing,
    pub(super) narrow: bool,
    pub(super) send: Callback<Msg>,
}

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
            format!("epoch-{}", (epoch.number - 1 + owner) % 6)
        }
    }
}

/// How many messages on the same link come before this one: they are drawn side by side.
fn lane(cards: &[MessageCard], position: usize) -> u32 {
    let id = cards[position].id;
    let same = |card: &&MessageCard| card.id.from == id.from && card.id.to == id.to;
    cards[..position].iter().filter(same).count() as u32
}

fn mark_id(id: MessageId) -> String {
    format!("message-{id}")
}

fn landed_id(id: MessageId) -> String {
    format!("landed-{id}")
}

/// Messages in the order in which they arrive: the order of Tab and of numbers to choose by.
pub(super) fn by_arrival(moment: &Moment) -> Vec<MessageId> {
    let mut cards: Vec<&MessageCard> = moment.messages.iter().collect();
    cards.sort_by_key(|card| (card.arrives, card.id));
    cards.into_iter().map(|card| card.id).collect()
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

#[component]
pub(super) fn StageView(props: &Props) -> Html {
    let moment = &props.moment;
    let words = &props.words;
    let stage = geometry(moment, props.narrow);
    let order = by_arrival(moment);
    let crowded = moment.messages.len() >= CROWD || props.narrow && moment.messages.len() > 4;
    let longest = moment.nodes.iter().map(|node| node.view.cells.len() as u32);
    let longest = longest.max().unwrap_or(0);
    let window = CELLS[usize::from(props.narrow)];
    let first_cell = longest.saturating_sub(window) + 1;
    let messages = order.iter().filter_map(|id| {
        let position = moment.messages.iter().position(|card| card.id == *id)?;
        let card = &moment.messages[position];
        Some((position, card))
    });
    html! {
        <svg id="stage" class={classes!("stage", props.narrow.then_some("narrow"))}
            viewBox={format!("0 0 {} {}", stage.width, stage.height)}
            role="group" aria-label={words.t("ui.stage").to_owned()}>
            <g class="links" aria-hidden="true">{ links(moment, &stage) }</g>
            <g class="trails" aria-hidden="true">{ trails(moment, &stage) }</g>
            <g class="nodes">
                { for moment.nodes.iter().map(|card| html! {
                    <node::NodeMark key={card.id.to_string()} card={card.clone()}
                        at={stage.at(card.id.into())} radius={stage.radius}
                        now={moment.now} first_cell={first_cell}
                        cell_count={window.min(longest.max(if props.narrow { 3 } else { 5 }))}
                        words={words.clone()}
                        selected={props.selected == Some(Thing::Node(card.id))}
                        number={(props.choosing == Choosing::Node).then_some(card.id.0)}
                        send={props.send.clone()} />
                }) }
            </g>
            <g class="clients">
                { for moment.clients.iter().map(|card| html! {
                    <client::ClientMark key={card.id.to_string()} card={card.clone()}
                        at={stage.at(card.id.into())} words={words.clone()} />
                }) }
            </g>
            <g class="landed" aria-hidden="true">
                { for moment.landed.iter().map(|landed| landed_mark(landed, moment, &stage)) }
            </g>
            <g class="messages">
                { for messages.enumerate().map(|(number, (position, card))| html! {
                    <message::MessageMark key={card.id.to_string()} card={card.clone()}
                        at={message_at(moment, &stage, card, lane(&moment.messages, position))}
                        dom_id={mark_id(card.id)} crowded={crowded}
                        words={words.clone()}
                        selected={props.selected == Some(Thing::Message(card.id))}
                        number={(props.choosing == Choosing::Message && number < 9)
                            .then_some(number as u8 + 1)}
                        send={props.send.clone()} />
                }) }
            </g>
        </svg>
    }
}

fn message_at(
    moment: &Moment,
    stage: &Stage,
    card: &MessageCard,
    lane: u32,
) -> crate::view::geometry::Point {
    let now = moment.now as f64;
    let share = super::motion::share(card.sent as f64, card.arrives as f64, now);
    stage.on_the_way(card.id.from, card.id.to, share, lane)
}

fn line(stage: &Stage, from: Endpoint, to: Endpoint, key: String, class: Classes) -> Html {
    let (a, b) = (stage.at(from), stage.at(to));
    let round = |value: f64| tenths(value);
    html! {
        <line key={key} class={class} x1={round(a.x)} y1={round(a.y)} x2={round(b.x)} y2={round(b.y)} />
    }
}

/// Each pair of nodes once; cut links look cut.
fn links(moment: &Moment, stage: &Stage) -> Html {
    let ids: Vec<_> = moment.nodes.iter().map(|node| node.id).collect();
    let pairs = ids
        .iter()
        .enumerate()
        .flat_map(|(position, a)| ids[position + 1..].iter().map(move |b| (*a, *b)));
    let draw = |(a, b): (crate::protocol::NodeId, crate::protocol::NodeId)| {
        let (a, b): (Endpoint, Endpoint) = (a.into(), b.into());
        let cut = moment.cut.contains(&(a, b)) || moment.cut.contains(&(b, a));
        let class = classes!("link", cut.then_some("cut"));
        line(stage, a, b, format!("{a}-{b}"), class)
    };
    pairs.map(draw).collect()
}

/// The way of each message under way.
fn trails(moment: &Moment, stage: &Stage) -> Html {
    let draw = |card: &MessageCard| {
        let class = classes!(
            "trail",
            epoch_class(card.view.epoch),
            message::kind_class(card)
        );
        line(stage, card.id.from, card.id.to, card.id.to_string(), class)
    };
    moment.messages.iter().map(draw).collect()
}

/// What the last step delivered or lost, where it ended.
fn landed_mark(landed: &Landed, moment: &Moment, stage: &Stage) -> Html {
    let card = &landed.message;
    let at = message_at(moment, stage, card, 0);
    let lost = landed.lost.is_some();
    html! {
        <g key={landed_id(card.id)} id={landed_id(card.id)}
            class={classes!("message", "gone", lost.then_some("lost"),
                epoch_class(card.view.epoch), message::kind_class(card))}
            transform={translate(at)}>
            { message::label(card, false, lost) }
        </g>
    }
}
