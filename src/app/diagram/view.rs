//! The diagram's frame: lanes with their names, the window, what is picked, and its tools.

use wasm_bindgen::JsCast;
use web_sys::Element;
use yew::prelude::*;

use super::figure::{self, Figure, LANE, ends, lane_y};
use super::{Diagram, Draw, Walk};
use crate::app::dom::{El, button, classed, classes, el};
use crate::app::host;
use crate::app::lab::{More, Msg, Thing};
use crate::app::words::Words;
use crate::protocol::Endpoint;
use crate::view::geometry::tenths;
use crate::view::{Moment, Session};

/// The id of the picture.
pub(in crate::app) const PICTURE: &str = "diagram";

/// How many lanes the picture has room for at least.
const LANES_MIN: usize = 3;

/// A tool: its sign, its name and what it does.
const TOOLS: [(&str, &str, Draw); 5] = [
    ("◂", "diagram.earlier", Draw::Turn(-1)),
    ("▸", "diagram.later", Draw::Turn(1)),
    ("+", "diagram.nearer", Draw::Zoom(-1)),
    ("−", "diagram.further", Draw::Zoom(1)),
    ("⤢", "diagram.whole", Draw::Whole),
];

pub(in crate::app) fn view(
    diagram: &Diagram,
    moment: &Moment,
    session: &Session,
    selected: Option<Thing>,
    words: &Words,
    send: &Callback<Msg>,
) -> Html {
    let lanes = lanes(moment);
    let tool = |(sign, key, draw): &(&'static str, &'static str, Draw)| {
        button(send, More::Diagram(draw.clone()).into())
            .key(key)
            .set("class", "quiet")
            .say("aria-label", words.t(key))
            .say("title", words.t(key))
            .with(el("span").set("aria-hidden", "true").text(sign))
            .end()
    };
    let tools = classed("div", "diagram-tools")
        .set("role", "group")
        .say("aria-label", words.t("diagram.tools"))
        .each(TOOLS.iter().map(tool));
    let name = |lane: &Endpoint| {
        let thing = match lane {
            Endpoint::Node(id) => Thing::Node(*id),
            Endpoint::Client(id) => Thing::Client(*id),
        };
        let name = lane.to_string();
        button(send, Msg::Choose(thing))
            .key(&name)
            .flag("aria-pressed", selected == Some(thing))
            .text(&name)
            .end()
    };
    let names = classed(
        "div",
        if lanes.len() == 1 {
            "lanes alone"
        } else {
            "lanes"
        },
    )
    .each(lanes.iter().map(name));
    let picked = match diagram.picked() {
        Some(step) => picked(step, diagram, session, words),
        None => words.t("diagram.hint").to_owned(),
    };
    let legend = classed("details", "legend")
        .with(el("summary").text(words.t("diagram.marks")))
        .with(el("p").text(words.t("diagram.legend")));
    let head = classed("div", "diagram-head")
        .with(tools)
        .with(classed("p", "picked").set("role", "status").text(&picked))
        .with(legend);
    classed("section", "diagram")
        .say("aria-label", words.t("diagram.title"))
        .with(head)
        .with(classed("div", "diagram-body").with(names).with(picture(
            diagram, moment, session, &lanes, selected, words, send,
        )))
        .end()
}

/// The nodes, then the clients; of what one node knows, its own lane alone.
fn lanes(moment: &Moment) -> Vec<Endpoint> {
    if let Some(node) = moment.seen_by {
        return vec![node.into()];
    }
    let nodes = moment.nodes.iter().map(|node| node.id.into());
    let clients = moment.clients.iter().map(|client| client.id.into());
    nodes.chain(clients).collect()
}

/// What was picked, in words, and how much it depends on and how much depends on it.
fn picked(step: usize, diagram: &Diagram, session: &Session, words: &Words) -> String {
    let steps = diagram.picture.as_ref().map(|it| &it.steps);
    let figure = steps.and_then(|steps| steps.iter().find(|it| it.step == step));
    let mut text = figure.map_or_else(String::new, |it| it.said(words));
    if let Some(cone) = &diagram.cone {
        let (causes, consequences) = cone.counts(&session.entries());
        let args = [
            ("causes", &*causes.to_string()),
            ("consequences", &consequences.to_string()),
        ];
        text.push_str(words.t("ui.sentence_separator"));
        text.push_str(&words.fill("diagram.cone", &args));
    }
    text
}

fn picture(
    diagram: &Diagram,
    moment: &Moment,
    session: &Session,
    lanes: &[Endpoint],
    selected: Option<Thing>,
    words: &Words,
    send: &Callback<Msg>,
) -> El {
    let height = LANE * lanes.len().max(LANES_MIN) as f64;
    let (density, origin) = (1.0 / diagram.scale(), session.entries().start);
    let now = (diagram.now(session) - origin as f64) * density;
    let left = (diagram.from - origin as f64) * density;
    let place = |step| (diagram.place(step, session) - origin as f64) * density;
    let last = place(moment.length);
    let lane = |lane: &Endpoint| {
        let y = lane_y(lanes, *lane)?;
        let is_chosen = match selected {
            Some(Thing::Node(id)) => *lane == id.into(),
            Some(Thing::Client(id)) => *lane == id.into(),
            Some(Thing::Message(_)) | None => false,
        };
        let line = el("line")
            .key(&lane.to_string())
            .put("class", classes("lane", &[(is_chosen, "selected")]));
        Some(ends(line, (0.0, y), (last.max(now), y)).end())
    };
    let silent = |class| classed("g", class).set("aria-hidden", "true");
    let cursor = silent("cursor")
        .with(ends(el("line"), (now, 0.0), (now, height)))
        .with(el("circle").number("cx", now).set("cy", "0").set("r", "5"));
    let mut moving = el("g").put("transform", format!("translate({} 0)", tenths(-left)));
    moving = moving.with(silent("lane-lines").each(lanes.iter().filter_map(lane)));
    if let Some(picture) = &diagram.picture {
        moving = moving.child(html! {
            <Figure picture={picture.clone()} lanes={lanes.to_vec()} alone={moment.seen_by} density={density}
                {origin} sent={diagram.sent.clone()} position={moment.position} picked={diagram.picked()}
                cone={diagram.cone.clone()} selected={selected} words={words.clone()}
                send={send.clone()} />
        });
    }
    let active = diagram.picked().map(figure::step_id);
    let mut svg = el("svg")
        .set("id", PICTURE)
        .put(
            "class",
            classes("picture", &[(diagram.cone.is_some(), "has-cone")]),
        )
        .number("width", diagram.width * diagram.larger)
        .number("height", height * diagram.larger)
        .put(
            "viewBox",
            format!("0 0 {} {}", tenths(diagram.width), tenths(height)),
        )
        .set("role", "listbox")
        .set("tabindex", "0")
        .say("aria-label", words.t("diagram.events"))
        .on_key(on_key(send))
        .with(moving.with(cursor))
        .with(silent("elsewhere").each(lanes.iter().filter_map(|it| lane_name(*it, lanes))));
    if let Some(active) = active {
        svg = svg.put("aria-activedescendant", active);
    }
    on_pointer(svg, send)
}

/// A lane's name in the picture itself, for when it is taken elsewhere: here the buttons say it.
fn lane_name(lane: Endpoint, lanes: &[Endpoint]) -> Option<Html> {
    let y = lane_y(lanes, lane)?;
    let name = lane.to_string();
    let ground = el("rect")
        .number("y", y - LANE / 2.0)
        .set("width", "34")
        .number("height", LANE);
    let text = el("text").set("x", "6").number("y", y + 5.0).text(&name);
    Some(el("g").key(&name).with(ground).with(text).end())
}

/// The keys of the picture: from event to event, and nearer or further away.
fn on_key(send: &Callback<Msg>) -> Callback<KeyboardEvent> {
    let send = send.clone();
    Callback::from(move |event: KeyboardEvent| {
        let draw = match event.key().as_str() {
            "ArrowRight" => Draw::Walk(Walk::Next),
            "ArrowLeft" => Draw::Walk(Walk::Before),
            "ArrowDown" => Draw::Walk(Walk::NextHere),
            "ArrowUp" => Draw::Walk(Walk::BeforeHere),
            "Home" => Draw::Walk(Walk::First),
            "End" => Draw::Walk(Walk::Last),
            "+" | "=" => Draw::Zoom(-1),
            "-" => Draw::Zoom(1),
            "0" => Draw::Whole,
            _ => return,
        };
        if event.ctrl_key() || event.meta_key() || event.alt_key() {
            return;
        }
        event.prevent_default();
        event.stop_propagation();
        send.emit(More::Diagram(draw).into());
    })
}

/// A press drags the picture along; a click where no event is goes to that moment.
fn on_pointer(svg: El, send: &Callback<Msg>) -> El {
    let from_left = |x: i32| {
        let left = host::element(PICTURE).map_or(0.0, |it| it.get_bounding_client_rect().left());
        f64::from(x) - left
    };
    let drag = send.clone();
    let moves = Callback::from(move |event: PointerEvent| {
        if event.buttons() & 1 != 0 {
            drag.emit(More::Diagram(Draw::Drag(f64::from(event.client_x()))).into());
        }
    });
    let presses = send.reform(|event: PointerEvent| {
        More::Diagram(Draw::Press(f64::from(event.client_x()))).into()
    });
    let releases = send.reform(|_: PointerEvent| More::Diagram(Draw::Release).into());
    let wheel = send.clone();
    let wheels = Callback::from(move |event: WheelEvent| {
        // What scrolls down scrolls the page, and with Ctrl it magnifies it.
        let across = match event.shift_key() {
            true => event.delta_y(),
            false => event.delta_x(),
        };
        if across != 0.0 && !event.ctrl_key() {
            wheel.emit(More::Diagram(Draw::Scroll(across)).into());
        }
    });
    let point = send.clone();
    let clicks = Callback::from(move |event: MouseEvent| {
        let target = event.target().and_then(|it| it.dyn_into::<Element>().ok());
        let on_event = target.and_then(|it| it.closest(".event").ok().flatten());
        if on_event.is_none() {
            point.emit(More::Diagram(Draw::Point(from_left(event.client_x()))).into());
        }
    });
    svg.on_click(clicks)
        .on_pointer_down(presses)
        .on_pointer_move(moves)
        .on_pointer_up(releases)
        .on_wheel(wheels)
}

/// How wide the picture may be, in pixels.
pub(in crate::app) fn room() -> Option<f64> {
    let parent = host::element(PICTURE)?.parent_element()?;
    let names = parent.first_element_child()?;
    Some(f64::from(parent.client_width() - names.client_width()))
}
