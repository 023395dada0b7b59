//! One node on the stage: role by shape and word, term or ballot, timer, log, votes.

use wasm_bindgen::JsCast as _;
use yew::prelude::*;

use super::epoch_class;
use crate::app::FULL;
use crate::app::dom::{El, classed, classes, el};
use crate::app::keys;
use crate::app::lab::{Msg, Thing};
use crate::app::words::Words;
use crate::protocol::{Cell, CellState, NodeId, Shape, Tally};
use crate::view::boxes::{self, Logs, text_width};
use crate::view::geometry::{Frame, Point, translate};
use crate::view::{Belief, NodeCard};

/// How large the letters of a role's word are, where the circle is wide enough for it.
const ROLE: f64 = 12.0;

#[derive(Properties, PartialEq)]
pub(super) struct Props {
    pub(super) stage: super::Name,
    pub(super) card: NodeCard,
    pub(super) at: Point,
    pub(super) radius: f64,
    pub(super) logs: Logs,
    pub(super) words: Words,
    pub(super) selected: bool,
    pub(super) choosing: bool,
    pub(super) narrow: bool,
    pub(super) send: Callback<Msg>,
}

/// Enter and Space act on what has the focus, as on a button; but Space goes on with the run where
/// that is meant.
pub(super) fn on_activation(activate: Callback<()>) -> Callback<KeyboardEvent> {
    Callback::from(move |event: KeyboardEvent| {
        let key = event.key();
        let focus = event.target().and_then(|it| it.dyn_into().ok());
        if key == "Enter" || key == " " && !focus.is_some_and(|it| keys::goes_on(&it)) {
            event.prevent_default();
            event.stop_propagation();
            activate.emit(());
        }
    })
}

fn role_key(card: &NodeCard) -> String {
    let word = match (card.up, card.paused) {
        (false, _) => "down",
        (true, true) => "paused",
        // One that leads or stands does so until the others know.
        (true, false) if card.outside && card.view.shape == Shape::Plain => "outside",
        (true, false) => card.view.role,
    };
    format!("role.{word}")
}

/// What a screen reader says of a node.
pub(in crate::app) fn spoken(card: &NodeCard, words: &Words) -> String {
    let id = card.id.to_string();
    let role = role_key(card);
    let args = [("node", id.as_str()), ("role", words.t(&role))];
    let mut parts = vec![words.fill("ui.node_label", &args)];
    parts.extend(card.view.badge.map(|badge| words.badge(badge)));
    for tally in &card.view.tallies {
        let name = format!("tally.{}", tally.key);
        let count = tally.yes.len().to_string();
        let needed = tally.threshold.to_string();
        let args = [
            ("tally", words.t(&name)),
            ("count", &count),
            ("needed", &needed),
        ];
        parts.push(words.fill("ui.tally_label", &args));
    }
    let cells = card.view.cells.iter();
    let stored = cells.filter(|cell| cell.state != CellState::Gap);
    let count = stored.clone().count();
    if count > 0 {
        let known = |cell: &&Cell| matches!(cell.state, CellState::Chosen | CellState::Applied);
        let committed = stored.filter(known).count().to_string();
        let args = [("count", &*count.to_string()), ("chosen", &committed)];
        parts.push(words.fill("ui.cells_label", &args));
    }
    if FULL {
        let beliefs = card.beliefs.iter().flatten();
        parts.extend(beliefs.map(|it| belief(it, words)));
    }
    parts.join(words.t("ui.clause_separator"))
}

#[component]
pub(super) fn NodeMark(props: &Props) -> Html {
    let Props {
        card,
        words,
        radius,
        ..
    } = props;
    let radius = *radius;
    let id = card.id;
    let send = props.send.clone();
    let choose = Callback::from(move |_: ()| send.emit(Msg::Choose(Thing::Node(id))));
    let (shape, double) = match card.view.shape {
        Shape::Plain => ("plain", false),
        Shape::Dashed => ("dashed", false),
        Shape::Double => ("double", card.up),
    };
    let epoch = epoch_class(card.view.badge);
    let look = [
        (true, shape),
        (true, &*epoch),
        (!card.up, "down"),
        (card.paused, "paused"),
        (card.outside, "outside"),
        (card.beliefs.is_some(), "ghost"),
        (props.selected, "selected"),
    ];
    let circle = |class, r| classed("circle", class).number("r", r);
    let tallies = card.view.tallies.iter();
    let mut mark = el("g")
        .put("id", props.stage.id(Thing::Node(id)))
        .set("role", "button")
        .set("tabindex", "0")
        .put("class", classes("node", &look))
        .put("aria-label", spoken(card, words))
        .flag("aria-pressed", props.selected)
        .put("transform", translate(props.at))
        .on_click(choose.reform(|_| ()))
        .on_key(on_activation(choose))
        .with(el("title").text(words.t("ui.node_title")))
        .with(circle("halo", radius + 11.0))
        .with(circle("body", radius))
        .with(circle(
            if double { "inner" } else { "hidden" },
            radius - 5.0,
        ))
        .with(ring(props))
        .with(label("name", "-1", &id.to_string()))
        .with(role(
            words.t(&role_key(card)),
            radius - if double { 6.0 } else { 2.0 },
        ))
        .with(
            classed("path", if card.up { "hidden" } else { "cross" })
                .set("d", "M-25 -25L25 25M25 -25L-25 25"),
        )
        .with(badge(props))
        .with(classed("g", "tallies").each(tallies.map(|it| tally(it, words, radius))))
        .with(match &card.beliefs {
            Some(beliefs) if FULL => believed(beliefs, words, radius),
            _ => cells(props),
        });
    if props.choosing {
        mark = mark.with(number(id.0, -radius, -radius));
    }
    mark.end()
}

/// How many beliefs fit under a node.
const BELIEFS: usize = 4;

/// What one node believes of another, in words.
pub(in crate::app) fn belief(belief: &Belief, words: &Words) -> String {
    let mut text = words.t(&format!("field.{}", belief.key)).to_owned();
    if let Some(value) = &belief.value {
        text = words.fill(
            "knowledge.belief",
            &[("name", &text), ("value", &words.datum(value))],
        );
    }
    if let Some(ms) = belief.ago {
        let ms = ms.to_string();
        text = words.fill("knowledge.ago", &[("what", &text), ("ms", &ms)]);
    }
    text
}

fn believed(beliefs: &[Belief], words: &Words, radius: f64) -> El {
    let line = |(at, it): (usize, &Belief)| {
        classed("text", "belief")
            .key(&at.to_string())
            .number("y", radius + 20.0 + 15.0 * at as f64)
            .set("text-anchor", "middle")
            .text(&belief(it, words))
            .end()
    };
    classed("g", "beliefs").each(beliefs.iter().take(BELIEFS).enumerate().map(line))
}

fn label(class: &'static str, y: &'static str, words: &str) -> El {
    classed("text", class)
        .set("y", y)
        .set("text-anchor", "middle")
        .text(words)
}

/// The number to choose a thing by.
pub(super) fn number(number: u8, x: f64, y: f64) -> El {
    let circle = el("circle").number("cx", x).number("cy", y).set("r", "11");
    let text = el("text")
        .number("x", x)
        .number("y", y + 5.0)
        .set("text-anchor", "middle")
        .text(&number.to_string());
    classed("g", "number")
        .set("aria-hidden", "true")
        .with(circle)
        .with(text)
}

/// What is left of the node's timer, which the clock of the stage fills in.
fn ring(props: &Props) -> El {
    classed("circle", "timer")
        .put("id", props.stage.ring(props.card.id))
        .number("r", props.radius + 6.0)
        .set("pathLength", "1000")
        .set("transform", "rotate(-90)")
        .set("stroke-dasharray", "0 1000")
}

/// The role's word, in letters so large that it fits into a circle.
fn role(word: &str, radius: f64) -> El {
    let room = 1.7 * radius / text_width(word, 1.0);
    label("role", "14", word).number("font-size", room.min(ROLE))
}

fn badge(props: &Props) -> El {
    let group = classed("g", "badge");
    let badge = boxes::badge(&props.card, props.radius, props.narrow, &props.words);
    let Some((text, Frame { from, to })) = badge else {
        return group;
    };
    let rect = el("rect")
        .number("x", from.x)
        .number("y", from.y)
        .number("width", to.x - from.x)
        .set("height", "21")
        .set("rx", "10.5");
    let text = el("text")
        .number("x", (from.x + to.x) / 2.0)
        .number("y", from.y + 15.0)
        .set("text-anchor", "middle")
        .text(&text);
    group.with(rect).with(text)
}

/// Votes or promises gathered so far: one sign for each who may be counted, filled from the left.
fn tally(tally: &Tally, words: &Words, radius: f64) -> Html {
    let count = |said: &[NodeId]| tally.members.iter().filter(|it| said.contains(it)).count();
    let (yes, no) = (count(&tally.yes), count(&tally.no));
    let sign = |at: usize| {
        let (class, sign) = if at < yes {
            ("yes", "●")
        } else if at < yes + no {
            ("no", "✗")
        } else {
            ("open", "○")
        };
        classed("tspan", class)
            .key(&at.to_string())
            .set("dx", "2")
            .text(sign)
            .end()
    };
    let name = format!("{} ", words.t(&format!("tally.{}", tally.key)));
    let needed = format!(" {}/{}", tally.yes.len(), tally.threshold);
    classed("text", "tally")
        .key(tally.key)
        .number("y", -radius - 15.0)
        .set("text-anchor", "middle")
        .with(el("tspan").text(&name))
        .with(el("tspan").each((0..tally.members.len()).map(sign)))
        .with(el("tspan").text(&needed))
        .end()
}

/// The log, or the accepted proposal. The same indices stand at the same place on every node; where
/// there are others before them, the first one is said.
fn cells(props: &Props) -> El {
    let view = &props.card.view;
    let group = classed("g", "cells");
    let logs = props.logs;
    let y = boxes::below(props.radius);
    if let Some((cell, text, frame)) = boxes::proposal(&props.card, props.radius) {
        let width = frame.to.x - frame.from.x;
        let mark = cell_mark("1", cell_class(cell), frame.from, width, &cell.label, &text);
        return group.each(std::iter::once(mark));
    }
    if view.cells.is_empty() && logs.first == 1 {
        return group;
    }
    let left = logs.left();
    let before = (logs.first > 1).then(|| {
        classed("text", "index")
            .key("…")
            .number("x", left - 4.0)
            .number("y", y + 15.5)
            .set("text-anchor", "end")
            .text(&format!("…{}", logs.first))
            .end()
    });
    let cells = (0..logs.count).map(|slot| {
        let index = logs.first + slot;
        let cell = view.cells.iter().find(|cell| cell.index == index);
        let (class, title, text) = match cell {
            None => ("cell empty".to_owned(), String::new(), String::new()),
            Some(cell) => (
                cell_class(cell),
                format!("{index}: {}", cell.label),
                cell_text(cell),
            ),
        };
        let x = left + f64::from(slot) * boxes::CELL;
        let at = Point { x, y };
        cell_mark(&index.to_string(), class, at, 22.0, &title, &text)
    });
    group.each(before.into_iter().chain(cells))
}

fn cell_class(cell: &Cell) -> String {
    let state = match cell.state {
        CellState::Accepted => "cell accepted",
        CellState::Chosen => "cell chosen",
        CellState::Applied => "cell chosen applied",
        CellState::Aborted => "cell aborted",
        CellState::Gap => "cell empty gap",
    };
    classes(state, &[(true, &epoch_class(cell.epoch))])
}

/// The term or ballot that wrote an entry, and a mark for a no-op.
fn cell_text(cell: &Cell) -> String {
    let mut text = cell
        .epoch
        .map_or_else(String::new, |it| it.number.to_string());
    if cell.no_op {
        text.push('∅');
    }
    text
}

fn cell_mark(key: &str, class: String, at: Point, width: f64, title: &str, text: &str) -> Html {
    let rect = el("rect")
        .number("width", width)
        .set("height", "22")
        .set("rx", "3");
    let text = el("text")
        .number("x", width / 2.0)
        .set("y", "15.5")
        .set("text-anchor", "middle")
        .text(text);
    el("g")
        .key(key)
        .put("class", class)
        .put("transform", translate(at))
        .with(el("title").text(title))
        .with(rect)
        .with(text)
        .end()
}
