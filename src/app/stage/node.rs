//! One node on the stage: role by shape and word, term or ballot, timer, log, votes.

use yew::prelude::*;

use super::epoch_class;
use crate::app::lab::{Msg, Thing};
use crate::app::motion;
use crate::app::words::Words;
use crate::protocol::{Cell, CellState, Shape, Tally};
use crate::view::NodeCard;
use crate::view::geometry::{Point, tenths, translate};

/// The width of a log cell whose text is a term.
const CELL: f64 = 24.0;
/// The most characters of a value that a cell shows.
const VALUE_CHARS: usize = 8;

#[derive(Properties, PartialEq)]
pub(super) struct Props {
    pub(super) card: NodeCard,
    pub(super) at: Point,
    pub(super) radius: f64,
    pub(super) now: u64,
    pub(super) first_cell: u32,
    pub(super) cell_count: u32,
    pub(super) words: Words,
    pub(super) selected: bool,
    pub(super) number: Option<u8>,
    pub(super) send: Callback<Msg>,
}

/// Enter and Space act on what has the focus, as on a button.
pub(super) fn on_activation(activate: Callback<()>) -> Callback<KeyboardEvent> {
    Callback::from(move |event: KeyboardEvent| {
        if matches!(event.key().as_str(), "Enter" | " ") {
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
        (true, false) => card.view.role,
    };
    format!("role.{word}")
}

/// What a screen reader says of a node.
fn spoken(card: &NodeCard, words: &Words) -> String {
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
    let count = card.view.cells.len();
    if count > 0 {
        let known = |cell: &&Cell| cell.state != CellState::Accepted;
        let committed = card.view.cells.iter().filter(known).count().to_string();
        let args = [("count", &*count.to_string()), ("chosen", &committed)];
        parts.push(words.fill("ui.cells_label", &args));
    }
    parts.join(words.t("ui.list_separator"))
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
    let shape = match card.view.shape {
        Shape::Plain => "plain",
        Shape::Dashed => "dashed",
        Shape::Double => "double",
    };
    let double = card.up && card.view.shape == Shape::Double;
    html! {
        <g id={format!("node-{id}")} role="button" tabindex="0"
            class={classes!("node", shape, epoch_class(card.view.badge),
                (!card.up).then_some("down"), card.paused.then_some("paused"),
                props.selected.then_some("selected"))}
            aria-label={spoken(card, words)} aria-pressed={props.selected.to_string()}
            transform={translate(props.at)}
            onclick={choose.reform(|_| ())}
            onkeydown={on_activation(choose)}>
            <title>{ words.t("ui.node_title").to_owned() }</title>
            <circle class="halo" r={tenths(radius + 11.0)} />
            <circle class="body" r={tenths(radius)} />
            <circle class={classes!("inner", (!double).then_some("hidden"))}
                r={tenths(radius - 5.0)} />
            { ring(props) }
            <text class="name" y="-1" text-anchor="middle">{ id.to_string() }</text>
            <text class="role" y="15" text-anchor="middle">{ words.t(&role_key(card)).to_owned() }</text>
            <path class={classes!("cross", card.up.then_some("hidden"))}
                d="M-25 -25L25 25M25 -25L-25 25" />
            { badge(props) }
            <g class="tallies">{ for card.view.tallies.iter().map(|it| tally(it, words, radius)) }</g>
            { cells(props) }
            <g class="number" aria-hidden="true">
                { props.number.map_or_else(|| html! { <></> }, |number| html! {
                    <>
                        <circle cx={tenths(-radius)} cy={tenths(-radius)} r="11" />
                        <text x={tenths(-radius)} y={tenths(5.0 - radius)}
                            text-anchor="middle">{ number }</text>
                    </>
                }) }
            </g>
        </g>
    }
}

/// What is left of the node's timer.
fn ring(props: &Props) -> Html {
    let timer = props.card.timers.first();
    let dashes = timer.map_or_else(
        || "0 100".to_owned(),
        |it| motion::dashes(it.since as f64, it.due as f64, props.now as f64),
    );
    html! {
        <circle id={format!("ring-{}", props.card.id)} class="timer"
            r={tenths(props.radius + 6.0)} pathLength="100"
            transform="rotate(-90)" stroke-dasharray={dashes} />
    }
}

fn badge(props: &Props) -> Html {
    let Some(epoch) = props.card.view.badge else {
        return html! { <g class="badge" /> };
    };
    let text = props.words.badge(epoch);
    let wide = |c: char| if c.is_ascii() { 6.8 } else { 12.5 };
    let width = text.chars().map(wide).sum::<f64>() + 14.0;
    let (x, y) = (props.radius * 0.42, -props.radius - 9.0);
    html! {
        <g class="badge">
            <rect x={tenths(x)} y={tenths(y)} width={tenths(width)}
                height="21" rx="10.5" />
            <text x={tenths(x + width / 2.0)} y={tenths(y + 15.0)}
                text-anchor="middle">{ text }</text>
        </g>
    }
}

/// Votes or promises gathered so far: one sign for each who may be counted.
fn tally(tally: &Tally, words: &Words, radius: f64) -> Html {
    let signs = tally.members.iter().map(|member| {
        let (class, sign) = if tally.yes.contains(member) {
            ("yes", "●")
        } else if tally.no.contains(member) {
            ("no", "✗")
        } else {
            ("open", "○")
        };
        html! { <tspan key={member.to_string()} class={class} dx="2">{ sign }</tspan> }
    });
    let name = words.t(&format!("tally.{}", tally.key)).to_owned();
    let needed = format!(" {}/{}", tally.yes.len(), tally.threshold);
    html! {
        <text key={tally.key} class="tally" y={tenths(-radius - 15.0)}
            text-anchor="middle">
            <tspan>{ name }{ " " }</tspan>
            <tspan class="signs">{ for signs }</tspan>
            <tspan>{ needed }</tspan>
        </text>
    }
}

/// The log, or the accepted proposal. The same indices stand at the same place on every node.
fn cells(props: &Props) -> Html {
    let view = &props.card.view;
    let top = props.radius + 13.0;
    let is_log = view.badge.is_none_or(|badge| badge.owner.is_none());
    if !is_log {
        return html! { <g class="cells">{ for view.cells.iter().map(|it| proposal(it, top)) }</g> };
    }
    let left = -f64::from(props.cell_count) * CELL / 2.0;
    let any = !view.cells.is_empty() || props.first_cell > 1;
    let slots = 0..if any { props.cell_count } else { 0 };
    let draw = |slot: u32| {
        let index = props.first_cell + slot;
        let cell = view.cells.iter().find(|cell| cell.index == index);
        let x = left + f64::from(slot) * CELL;
        let class = cell.map_or_else(|| "cell empty".to_owned(), cell_class);
        let text = cell
            .and_then(|it| it.epoch)
            .map_or_else(String::new, |it| it.number.to_string());
        html! {
            <g key={index} class={class} transform={translate(Point { x, y: top })}>
                <title>{ cell.map_or_else(String::new, |cell| format!("{index}: {}", cell.label)) }</title>
                <rect width="22" height="22" rx="3" />
                <text x="11" y="15.5" text-anchor="middle">{ text }</text>
            </g>
        }
    };
    html! { <g class="cells">{ for slots.map(draw) }</g> }
}

fn cell_class(cell: &Cell) -> String {
    let state = match cell.state {
        CellState::Accepted => "accepted",
        CellState::Chosen => "chosen",
        CellState::Applied => "chosen applied",
    };
    format!("cell {state} {}", epoch_class(cell.epoch))
}

fn proposal(cell: &Cell, top: f64) -> Html {
    let mut label: String = cell.label.chars().take(VALUE_CHARS).collect();
    if cell.label.chars().count() > VALUE_CHARS {
        label.push('…');
    }
    let text = match cell.epoch {
        Some(epoch) => format!("{epoch}: {label}"),
        None => label,
    };
    let wide = |c: char| if c.is_ascii() { 7.2 } else { 13.0 };
    let width = text.chars().map(wide).sum::<f64>() + 16.0;
    html! {
        <g key={cell.index} class={cell_class(cell)}
            transform={translate(Point { x: -width / 2.0, y: top })}>
            <title>{ &cell.label }</title>
            <rect width={tenths(width)} height="23" rx="3" />
            <text x={tenths(width / 2.0)} y="16" text-anchor="middle">{ text }</text>
        </g>
    }
}
