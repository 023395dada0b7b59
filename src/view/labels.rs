//! Where the labels of messages are. Each goes along a line beside its link, and starts and ends
//! clear of what stands around both ends. At rest it covers nothing: it is moved along its line to
//! the nearest place that is free, or to a line farther out, and says less only where all of it fits
//! nowhere.

use super::boxes::{bold_width, text_width};
use super::geometry::{Frame, Point, Stage, Way};
use super::moment::MessageCard;
use crate::protocol::{Endpoint, MessageKind};

/// Half of a label's height, and the room that it keeps free around it.
const HALF_HEIGHT: f64 = 12.0;
const MARGIN: f64 = 2.0;
/// Of more labels than this no eye reads one, and they are left where they are.
const PLACED_MAX: usize = 60;
/// The least part of its line that a label goes along, to either side of the middle.
const REACH_MIN: f64 = 0.15;
/// What is tried, in this order: how much is said, and how many lines farther out.
const TRIES: [(Form, i32); 12] = [
    (Form::Whole, 0),
    (Form::Whole, 1),
    (Form::Name, 0),
    (Form::Name, 1),
    (Form::Short, 0),
    (Form::Short, 1),
    (Form::Short, -2),
    (Form::Short, 2),
    (Form::Short, -3),
    (Form::Short, 3),
    (Form::Short, -4),
    (Form::Short, 4),
];

/// How much a label says.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Form {
    /// The name, and the term or ballot.
    Whole,
    /// The name.
    Name,
    /// The short name.
    Short,
}

impl Form {
    /// All of them, the longest first.
    pub const ALL: [Self; 3] = [Self::Whole, Self::Name, Self::Short];
}

/// What a label says: name, outcome, and term or ballot.
pub fn text(card: &MessageCard, form: Form, lost: bool) -> String {
    let view = &card.view;
    let name = match form {
        Form::Short => view.short,
        Form::Whole | Form::Name => view.name,
    };
    let epoch = view.epoch.filter(|_| form == Form::Whole);
    let sign = match view.kind {
        _ if lost => "✗ ",
        MessageKind::Refusal => "✗ ",
        MessageKind::Grant if form != Form::Short && view.epoch.is_some() => "✓ ",
        _ => "",
    };
    match epoch {
        // A term says that it is one; a ballot is told by its dot.
        Some(epoch) if epoch.owner.is_none() => format!("{sign}{name} t{epoch}"),
        Some(epoch) => format!("{sign}{name} {epoch}"),
        None => format!("{sign}{name}"),
    }
}

/// How wide the box around such a text is.
pub fn width(text: &str, kind: MessageKind, narrow: bool) -> f64 {
    let size = if narrow { 14.0 } else { 13.0 };
    let letters = match kind {
        MessageKind::Refusal => bold_width(text, size),
        MessageKind::Request | MessageKind::Grant => text_width(text, size),
    };
    letters + 16.0
}

/// A label that is to be placed.
#[derive(Clone, Debug, PartialEq)]
pub struct Label {
    /// Where its message comes from.
    pub from: Endpoint,
    /// Where it goes to.
    pub to: Endpoint,
    /// Its line among those of its link.
    pub lane: i32,
    /// How much of the way is done.
    pub share: f64,
    /// How wide it is in each form.
    pub widths: [f64; 3],
}

/// Where a label rests.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Spot {
    /// The middle of its box.
    pub at: Point,
    /// How much it says.
    pub form: Form,
    /// Whether it covers nothing.
    pub free: bool,
}

impl Frame {
    /// The box of a label.
    pub fn around(at: Point, width: f64) -> Self {
        let (x, y) = (width / 2.0, HALF_HEIGHT);
        Self {
            from: Point {
                x: at.x - x,
                y: at.y - y,
            },
            to: Point {
                x: at.x + x,
                y: at.y + y,
            },
        }
    }

    /// Which part of a line the middle of a label has to keep out of, so that it does not touch
    /// this box.
    fn shadow(&self, line: Way, width: f64) -> [f64; 2] {
        let (a, b) = (line.start, line.end);
        let (x, y) = (width / 2.0 + MARGIN, HALF_HEIGHT + MARGIN);
        let x = shadow(self.from.x - x - a.x, self.to.x + x - a.x, b.x - a.x);
        let y = shadow(self.from.y - y - a.y, self.to.y + y - a.y, b.y - a.y);
        [greater(x[0], y[0]), lesser(x[1], y[1])]
    }
}

/// Which part of a way along one axis lies between two points of it.
#[inline(never)]
fn shadow(from: f64, to: f64, way: f64) -> [f64; 2] {
    let (a, b) = (from / way, to / way);
    [lesser(a, b), greater(a, b)]
}

// Shorter than those that know what to do where one is no number.
fn lesser(a: f64, b: f64) -> f64 {
    if a < b { a } else { b }
}

fn greater(a: f64, b: f64) -> f64 {
    if a > b { a } else { b }
}

/// The share of a line that is nearest to the one that is wished and free of all these boxes.
#[inline(never)]
fn nearest(line: Way, width: f64, taken: &[Frame], wish: f64) -> Option<f64> {
    // The wish, and then both edges of each shadow.
    let mut edges = vec![wish];
    for it in taken {
        let [from, to] = it.shadow(line, width);
        if from < to && from < 1.0 && to > 0.0 {
            edges.push(from);
            edges.push(to);
        }
    }
    let mut nearest = None;
    let mut least = f64::MAX;
    for at in &edges {
        let mut shadows = edges[1..].chunks_exact(2);
        let away = (at - wish).abs();
        let inside = *at >= 0.0 && *at <= 1.0 && away < least;
        if inside && !shadows.any(|it| it[0] < *at && *at < it[1]) {
            (nearest, least) = (Some(*at), away);
        }
    }
    nearest
}

/// From where to where a label goes: clear of what stands around both ends; where they stand too close
/// for that, a part of the way all the same, since what is under way moves.
#[inline(never)]
fn reach(boxes: &[Frame], line: Way, width: f64) -> [f64; 2] {
    let [start, end] = [0.0, 1.0].map(|wish| nearest(line, width, boxes, wish).unwrap_or(0.5));
    match end - start < REACH_MIN {
        true => [0.5 - REACH_MIN, 0.5 + REACH_MIN],
        false => [start, end],
    }
}

/// The way of a label that is moving.
#[inline(never)]
pub fn way(stage: &Stage, boxes: &[Frame], label: &Label, form: Form) -> Way {
    let line = stage.line(label.from, label.to, label.lane);
    let [start, end] = reach(boxes, line, label.widths[form as usize]);
    Way {
        start: line.at(start),
        end: line.at(end),
    }
}

/// Where labels rest. The first come first, and the others keep out of their way; only a label for
/// which there is no room on any of its lines covers something.
pub fn rest(stage: &Stage, boxes: &[Frame], labels: &[Label]) -> Vec<Spot> {
    let mut taken = boxes.to_vec();
    let mut spots = Vec::new();
    for label in labels {
        let mut spot = Spot {
            at: way(stage, boxes, label, Form::Short).at(label.share),
            form: Form::Short,
            free: false,
        };
        for (form, out) in TRIES {
            let line = stage.line(label.from, label.to, label.lane + out);
            let width = label.widths[form as usize];
            let [start, end] = reach(boxes, line, width);
            let wish = start + (end - start) * label.share;
            if labels.len() <= PLACED_MAX
                && let Some(share) = nearest(line, width, &taken, wish)
            {
                spot = Spot {
                    at: line.at(share),
                    form,
                    free: true,
                };
                break;
            }
        }
        let width = label.widths[spot.form as usize];
        taken.push(Frame::around(spot.at, width));
        spots.push(spot);
    }
    spots
}
