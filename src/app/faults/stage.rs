//! What faults look like on the stage: a box with a letter around each group, a barred arrow on
//! each link that is cut, in the direction in which it is, and what makes lines easy to hit.

use yew::prelude::*;

use super::Fault;
use crate::app::dom::{all, classed, el};
use crate::app::lab::{More, Msg};
use crate::protocol::{Endpoint, NodeId};
use crate::view::Moment;
use crate::view::geometry::{Point, Stage, tenths};
use crate::view::groups::{Group, frame, letter};

/// How far along a cut link its sign stands, and how large it is.
const SIGN_AT: f64 = 0.68;
const SIGN: f64 = 9.0;

/// A box around each group; nothing where all are one.
pub(in crate::app) fn frames(stage: &Stage, groups: &[Group]) -> Vec<Html> {
    let apart = groups.iter().enumerate().filter(|_| groups.len() > 1);
    let boxes = apart.map(|(place, group)| {
        let frame = frame(stage, group);
        let letter = letter(place).to_string();
        let rect = el("rect")
            .number("x", frame.from.x)
            .number("y", frame.from.y)
            .number("width", frame.to.x - frame.from.x)
            .number("height", frame.to.y - frame.from.y)
            .set("rx", "26");
        let name = el("text")
            .number("x", frame.from.x + 12.0)
            // Above the frame: inside it a node may count votes there.
            .number("y", frame.from.y - 6.0)
            .text(&letter);
        classed("g", "group")
            .key(&letter)
            .with(rect)
            .with(name)
            .end()
    });
    boxes.collect()
}

/// The links between nodes of one group, and every cut that does not simply part the groups.
pub(in crate::app) fn links(moment: &Moment, stage: &Stage, groups: &[Group]) -> Vec<Html> {
    let nodes: Vec<Endpoint> = moment.nodes.iter().map(|it| it.id.into()).collect();
    let group_of = |end: Endpoint| match end {
        Endpoint::Node(id) => groups.iter().position(|group| group.contains(&id)),
        Endpoint::Client(_) => None,
    };
    let parted = |a: Endpoint, b: Endpoint| match (group_of(a), group_of(b)) {
        (Some(a), Some(b)) => a != b,
        _ => false,
    };
    let is_cut = |a, b| moment.cut.contains(&(a, b));
    let mut all = Vec::new();
    for (place, a) in nodes.iter().copied().enumerate() {
        for b in nodes[place + 1..].iter().copied() {
            let class = match (parted(a, b), is_cut(a, b) && is_cut(b, a)) {
                (true, _) => "link parted",
                (false, true) => "link cut",
                (false, false) => "link",
            };
            all.push(line(stage, a, b, &format!("{a}-{b}"), class));
        }
    }
    for (from, to) in &moment.cut {
        if parted(*from, *to) {
            continue;
        }
        if matches!(
            (from, to),
            (Endpoint::Client(_), _) | (_, Endpoint::Client(_))
        ) {
            let key = format!("{from}-{to}");
            all.push(line(stage, *from, *to, &key, "link cut"));
        }
        all.push(sign(stage, *from, *to));
    }
    all
}

fn line(stage: &Stage, a: Endpoint, b: Endpoint, key: &str, class: &'static str) -> Html {
    let (a, b) = (stage.at(a), stage.at(b));
    classed("line", class)
        .key(key)
        .number("x1", a.x)
        .number("y1", a.y)
        .number("x2", b.x)
        .number("y2", b.y)
        .end()
}

/// An arrow that ends at a bar: nothing gets through that way.
fn sign(stage: &Stage, from: Endpoint, to: Endpoint) -> Html {
    let (a, b) = (stage.at(from), stage.at(to));
    let length = (b.x - a.x).hypot(b.y - a.y).max(1.0);
    let (ux, uy) = ((b.x - a.x) / length, (b.y - a.y) / length);
    // To the right of the line, as messages that go this way.
    let point = |along: f64, aside: f64| Point {
        x: a.x + ux * (length * SIGN_AT + along) - uy * (aside + 0.6 * SIGN),
        y: a.y + uy * (length * SIGN_AT + along) + ux * (aside + 0.6 * SIGN),
    };
    let [tail, tip, left, right, bar, end] = [
        (-2.6 * SIGN, 0.0),
        (0.0, 0.0),
        (-0.8 * SIGN, -0.7 * SIGN),
        (-0.8 * SIGN, 0.7 * SIGN),
        (0.3 * SIGN, -SIGN),
        (0.3 * SIGN, SIGN),
    ]
    .map(|(along, aside)| {
        let at = point(along, aside);
        format!("{} {}", tenths(at.x), tenths(at.y))
    });
    let path = format!("M{tail}L{tip}M{left}L{tip}L{right}M{bar}L{end}");
    classed("path", "barred")
        .key(&format!("{from}>{to}"))
        .put("d", path)
        .end()
}

#[derive(Properties, PartialEq)]
pub(in crate::app) struct TouchProps {
    pub(in crate::app) stage: Stage,
    pub(in crate::app) send: Callback<Msg>,
}

/// Broad strips over the links between nodes: a click opens the settings of the link, of the way
/// from the nearer node. Keyboards have the dialogue itself; so many stops would be in their way.
#[component]
pub(in crate::app) fn Touches(props: &TouchProps) -> Html {
    let stage = &props.stage;
    let nodes = stage.nodes();
    let ways = nodes
        .iter()
        .flat_map(|a| nodes.iter().map(move |b| (a.0, b.0)));
    let touch = |(from, to): (NodeId, NodeId)| {
        let (a, b) = (stage.at(from.into()), stage.at(to.into()));
        let name = format!("{from} → {to}");
        let open = More::Fault(Fault::Open(Some((from.into(), to.into()))));
        classed("line", "link-touch")
            .number("x1", a.x)
            .number("y1", a.y)
            .number("x2", (a.x + b.x) / 2.0)
            .number("y2", (a.y + b.y) / 2.0)
            .sends(&props.send, open.into())
            .key(&name)
            .with(el("title").text(&name))
            .end()
    };
    all(ways.filter(|(a, b)| a != b).map(touch))
}
