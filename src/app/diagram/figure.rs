//! The steps of the picture: arrows between the lanes, and signs on them.

use yew::prelude::*;

use super::{COLUMN_MS, Draw, Sent};
use crate::app::dom::{El, all, classed, classes, el};
use crate::app::lab::{More, Msg, Thing};
use crate::app::stage::{epoch_class, kind_class};
use crate::app::words::{Shared, Words};
use crate::protocol::{Endpoint, NodeId, Shape};
use crate::view::chronicle::{Arrow, Change, Decision};
use crate::view::diagram::{Cone, FlightEnd, Flown, Picture, Sign, Standing, StepFigure};
use crate::view::geometry::tenths;
use crate::world::MessageId;

/// The height of a lane, in pixels.
pub(super) const LANE: f64 = 26.0;
/// How long an arrow's head is, and half as wide as it is long.
const HEAD: f64 = 7.0;

#[derive(Properties, PartialEq)]
pub(super) struct Props {
    pub(super) picture: Shared<Picture>,
    pub(super) lanes: Vec<Endpoint>,
    /// The node that is alone in the picture, which has no more than its end of each message.
    pub(super) alone: Option<NodeId>,
    /// Pixels a millisecond.
    pub(super) density: f64,
    /// Virtual time that stands at 0, in milliseconds.
    pub(super) origin: u64,
    /// Where each event has a column of its own, the steps in which messages set out.
    pub(super) sent: Option<Shared<Sent>>,
    pub(super) position: usize,
    pub(super) picked: Option<usize>,
    pub(super) cone: Option<Shared<Cone>>,
    pub(super) selected: Option<Thing>,
    pub(super) words: Words,
    pub(super) send: Callback<Msg>,
}

/// The id of a step's mark.
pub(super) fn step_id(step: usize) -> String {
    format!("event-{step}")
}

#[component]
pub(super) fn Figure(props: &Props) -> Html {
    let steps = props.picture.steps.iter().map(|it| step(it, props));
    let crowds = props.picture.crowd.iter();
    let crowd = crowds.filter(|_| props.sent.is_none()).flat_map(|lanes| {
        let lanes = lanes.iter();
        lanes.filter_map(|(lane, columns)| crowd(*lane, columns, props))
    });
    let downs = props.downs().into_iter().enumerate();
    let down = downs.filter_map(|(at, (id, from, to))| {
        let y = props.y(id.into())?;
        let line = classed("line", "down").key(&format!("{id}-{at}"));
        Some(ends(line, (from, y), (to, y)).end())
    });
    el("g")
        .with(classed("g", "downs").set("aria-hidden", "true").each(down))
        .with(classed("g", "crowd").set("aria-hidden", "true").each(crowd))
        .with(el("g").each(steps))
        .end()
}

/// A line from one point to another.
pub(super) fn ends(line: El, from: (f64, f64), to: (f64, f64)) -> El {
    line.number("x1", from.0)
        .number("y1", from.1)
        .number("x2", to.0)
        .number("y2", to.1)
}

impl Props {
    /// Where a step is that happened at this time.
    fn x(&self, step: usize, at: u64) -> f64 {
        match self.sent {
            Some(_) => COLUMN_MS * step as f64 * self.density,
            None => self.time(at),
        }
    }

    /// Where a message set out.
    fn sent(&self, arrow: &Arrow) -> f64 {
        let step = self.sent.as_ref().and_then(|sent| sent.get(&arrow.id));
        self.x(step.copied().unwrap_or(0), arrow.sent)
    }

    fn time(&self, at: u64) -> f64 {
        (at as f64 - self.origin as f64) * self.density
    }

    /// From where to where nodes were down.
    fn downs(&self) -> Vec<(NodeId, f64, f64)> {
        let end = self.time(self.picture.window.to);
        if self.sent.is_none() {
            let down = self.picture.down.iter();
            let down = down.map(|(id, it)| (*id, self.time(it.from), self.time(it.to).min(end)));
            return down.collect();
        }
        let mut downs: Vec<(NodeId, f64, f64)> = Vec::new();
        for step in &self.picture.steps {
            for (lane, sign) in &step.signs {
                let x = self.x(step.step, step.at);
                match (lane, sign) {
                    (Endpoint::Node(id), Sign::Node(Change::Crashed)) => {
                        let last = self.picture.steps.last().map_or(0, |it| it.step);
                        downs.push((*id, x, self.x(last, step.at)));
                    }
                    (Endpoint::Node(id), Sign::Node(Change::Restarted)) => {
                        let mut own = downs.iter_mut().rev();
                        if let Some(down) = own.find(|it| it.0 == *id) {
                            down.2 = x;
                        }
                    }
                    _ => {}
                }
            }
        }
        downs
    }

    fn y(&self, lane: Endpoint) -> Option<f64> {
        lane_y(&self.lanes, lane)
    }

    fn message(&self) -> Option<MessageId> {
        match self.selected {
            Some(Thing::Message(id)) => Some(id),
            _ => None,
        }
    }
}

/// Where a lane stands. One that is alone has room on both sides.
pub(super) fn lane_y(lanes: &[Endpoint], lane: Endpoint) -> Option<f64> {
    let at = lanes.iter().position(|it| *it == lane)?;
    let above = if lanes.len() == 1 { 1.5 } else { 0.5 };
    Some(LANE * (at as f64 + above))
}

/// Columns of how much happened, where it is too much to be drawn one by one.
fn crowd(lane: Endpoint, columns: &[u8], props: &Props) -> Option<Html> {
    let y = props.y(lane)?;
    let window = props.picture.window;
    let (left, right) = (props.time(window.from), props.time(window.to));
    let width = (right - left) / columns.len().max(1) as f64;
    let mut path = String::new();
    for (at, share) in columns.iter().enumerate().filter(|(_, share)| **share > 0) {
        let x = left + (at as f64 + 0.5) * width;
        let half = (f64::from(*share) / 100.0 * 0.44 * LANE).max(1.0);
        let (top, bottom) = (tenths(y - half), tenths(y + half));
        path.push_str(&format!("M{} {top}V{bottom}", tenths(x)));
    }
    let bars = el("path").key(&lane.to_string()).put("d", path);
    Some(bars.number("stroke-width", width.max(1.0)).end())
}

fn step(figure: &StepFigure, props: &Props) -> Html {
    let lanes = figure.signs.iter().map(|(lane, _)| *lane);
    let ended = figure.flights.iter().filter_map(|it| match it.end {
        FlightEnd::Arrived(_) => Some(it.arrow.id.to),
        FlightEnd::Lost(..) => None,
        FlightEnd::UnderWay(_) => Some(it.arrow.id.from),
    });
    let standing = props
        .cone
        .as_ref()
        .map(|cone| cone.standing(figure.step, lanes.chain(ended)));
    let selected = |flown: &Flown| Some(flown.arrow.id) == props.message();
    let picked = props.picked == Some(figure.step);
    let look = [
        (figure.step > props.position, "ahead"),
        (picked, "picked"),
        (standing == Some(Standing::Cause), "cause"),
        (standing == Some(Standing::Consequence), "consequence"),
        (standing == Some(Standing::Concurrent), "apart"),
    ];
    let (send, number) = (props.send.clone(), figure.step);
    let on_click = Callback::from(move |event: MouseEvent| {
        event.stop_propagation();
        send.emit(More::Diagram(Draw::Pick(number)).into());
    });
    let flights = figure
        .flights
        .iter()
        .filter_map(|it| flight(it, figure.step, selected(it), props));
    let signs = figure.signs.iter().enumerate();
    let signs = signs.filter_map(|(at, (lane, it))| sign(at, *lane, it, figure, props));
    let mut group = el("g")
        .key(&figure.step.to_string())
        .put("id", step_id(figure.step))
        .set("role", "option")
        .flag("aria-selected", picked)
        .put("aria-label", figure.said(&props.words))
        .put("class", classes("event", &look))
        .on_click(on_click);
    if figure.links {
        let (x, bottom) = (
            props.x(figure.step, figure.at),
            LANE * props.lanes.len() as f64,
        );
        group = group.with(ends(classed("line", "links"), (x, 0.0), (x, bottom)));
    }
    group.child(all(flights)).child(all(signs)).end()
}

fn flight(flown: &Flown, step: usize, selected: bool, props: &Props) -> Option<Html> {
    let arrow = &flown.arrow;
    if let Some(own) = props.alone {
        return stub(flown, step, own, selected, props);
    }
    let (y1, y2) = (props.y(arrow.id.from)?, props.y(arrow.id.to)?);
    let (at, lost, open) = match flown.end {
        FlightEnd::Arrived(at) => (at, false, false),
        FlightEnd::Lost(at, _) => (at, true, false),
        FlightEnd::UnderWay(at) => (at, false, true),
    };
    let (x1, x2) = (props.sent(arrow), props.x(step, at));
    // Of one that is under way nobody knows yet whether it arrives.
    let (x2, y2) = match open {
        true => (x1 + (x2 - x1).max(10.0), y1 + (y2 - y1) * 0.6),
        false => (x2, y2),
    };
    let kind = kind_class(arrow.kind);
    let epoch = epoch_class(arrow.epoch);
    let look = [
        (true, &*epoch),
        (true, kind),
        (lost, "lost"),
        (open, "open"),
        (selected, "selected"),
    ];
    let line = |class| ends(classed("line", class), (x1, y1), (x2, y2));
    let end = match (lost, open) {
        (true, _) => cross(x2, y2),
        (false, true) => String::new(),
        (false, false) => head((x1, y1), (x2, y2)),
    };
    let group = el("g")
        .key(&arrow.id.to_string())
        .put("class", classes("flight", &look))
        .with(line("touch"))
        .with(line("shaft"))
        .with(classed("path", "head").put("d", end));
    Some(group.end())
}

/// A node's own end of a message, with the name of who is at the other.
fn stub(flown: &Flown, step: usize, own: NodeId, selected: bool, props: &Props) -> Option<Html> {
    let id = flown.arrow.id;
    let (y, received) = (props.y(own.into())?, id.to == own.into());
    let (here, peer, side) = match (received, flown.end) {
        (true, FlightEnd::Arrived(at)) => (props.x(step, at), id.from, -1.0),
        _ => (props.sent(&flown.arrow), id.to, 1.0),
    };
    let there = (here + 12.0 * side, y + 0.8 * LANE * side);
    let (from, to) = match received {
        true => (there, (here, y)),
        false => ((here, y), there),
    };
    let kind = kind_class(flown.arrow.kind);
    let epoch = epoch_class(flown.arrow.epoch);
    let look = [(true, &*epoch), (true, kind), (selected, "selected")];
    let name = classed("text", "peer")
        .number("x", there.0)
        .number("y", there.1 + if received { -3.0 } else { 11.0 })
        .set("text-anchor", "middle")
        .text(&peer.to_string());
    let line = |class| ends(classed("line", class), from, to);
    let group = el("g")
        .key(&id.to_string())
        .put("class", classes("flight", &look))
        .with(line("touch"))
        .with(line("shaft"))
        .with(classed("path", "head").put("d", head(from, to)))
        .with(name);
    Some(group.end())
}

/// An arrow's head, as a path.
fn head((x1, y1): (f64, f64), (x2, y2): (f64, f64)) -> String {
    let (dx, dy) = (x2 - x1, y2 - y1);
    let length = (dx * dx + dy * dy).sqrt().max(1.0);
    let (ux, uy) = (dx / length * HEAD, dy / length * HEAD);
    let wing = |side: f64| {
        let (x, y) = (x2 - ux - side * uy / 2.0, y2 - uy + side * ux / 2.0);
        format!("{} {}", tenths(x), tenths(y))
    };
    format!(
        "M{}L{} {}L{}",
        wing(1.0),
        tenths(x2),
        tenths(y2),
        wing(-1.0)
    )
}

fn cross(x: f64, y: f64) -> String {
    let [left, right, top, bottom] = [x - 4.0, x + 4.0, y - 4.0, y + 4.0].map(tenths);
    format!("M{left} {top}L{right} {bottom}M{right} {top}L{left} {bottom}")
}

/// The text of a sign, and its class.
fn sign_text(sign: &Sign) -> Option<(&'static str, String)> {
    Some(match sign {
        Sign::Fired(_) => ("fired", "◷".into()),
        Sign::Node(change) => match change {
            Change::Crashed => ("crash", "✗".into()),
            Change::Restarted => ("restart", "▲".into()),
            Change::Wiped => ("crash", "∅".into()),
            Change::Paused => ("pause", "‖".into()),
            Change::Resumed => ("restart", "▸".into()),
            Change::Clock(_) => ("fired", "±".into()),
        },
        Sign::Role(role) => match role.shape {
            Shape::Double => ("leader", "◉".into()),
            Shape::Dashed => ("candidate", "◌".into()),
            Shape::Plain => return None,
        },
        Sign::Decided(Decision::Yes) => ("decided", "✓".into()),
        Sign::Decided(Decision::No) => ("decided no", "✗".into()),
        Sign::Decided(Decision::Index(index)) => ("decided", index.to_string()),
        Sign::Submitted => ("client", "▸".into()),
        Sign::Told => ("client", "✓".into()),
    })
}

/// Signs of one step on one lane stand side by side.
fn sign(
    at: usize,
    lane: Endpoint,
    sign: &Sign,
    figure: &StepFigure,
    props: &Props,
) -> Option<Html> {
    let (class, text) = sign_text(sign)?;
    let before = figure.signs[..at].iter();
    let before = before.filter(|(it, sign)| *it == lane && sign_text(sign).is_some());
    let x = props.x(figure.step, figure.at) + 15.0 * before.count() as f64;
    let y = props.y(lane)?;
    let circle = el("circle").number("cx", x).number("cy", y).set("r", "8");
    let label = el("text")
        .number("x", x)
        .number("y", y + 4.0)
        .set("text-anchor", "middle")
        .text(&text);
    let group = el("g").key(&format!("{lane}-{at}"));
    let group = group.put("class", classes("sign", &[(true, class)]));
    Some(group.with(circle).with(label).end())
}
