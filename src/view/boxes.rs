//! What stands around a node and a client on the stage, and how much room it takes: a badge, what it
//! counts, its log. A screen draws these boxes, and labels keep out of them.

use super::geometry::{Frame, Point, Stage};
use super::moment::{ClientCard, Moment, NodeCard};
use super::text::Catalogue;
use crate::protocol::{Cell, Endpoint};

/// The width of a log cell whose text is a term.
pub const CELL: f64 = 24.0;
/// How high a cell is.
pub const CELL_HEIGHT: f64 = 22.0;
/// How many log entries a node shows: the last ones, the same indices on every node.
const CELLS: [u32; 2] = [6, 4];
/// How many places for entries a node shows at least, once there is one.
const CELLS_SHOWN_MIN: u32 = 3;
/// Room for the index of the first entry that is shown, where there are others before it.
const INDEX: f64 = 30.0;
/// The most characters of a value that is shown.
const VALUE_CHARS: usize = 8;
/// How much wider bold letters are.
const BOLD: f64 = 1.1;

/// About how wide a text is in letters of this size: rather too wide, since fonts differ.
pub fn text_width(text: &str, size: f64) -> f64 {
    let em = |c: char| match c {
        'f' | 'i' | 'j' | 'l' | 'r' | 't' | ' ' | '.' | ':' | '/' => 0.37,
        'm' | 'w' | 'A'..='Z' => 0.78,
        _ if c.is_ascii() => 0.63,
        _ => 1.0,
    };
    size * text.chars().map(em).sum::<f64>()
}

/// The same of bold letters.
pub fn bold_width(text: &str, size: f64) -> f64 {
    BOLD * text_width(text, size)
}

/// A value, cut where it is too long.
pub fn short_value(value: &str) -> String {
    let mut short: String = value.chars().take(VALUE_CHARS).collect();
    if short.len() < value.len() {
        short.push('…');
    }
    short
}

/// The logs that a stage shows: from which index on, and how many places.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Logs {
    /// The first index.
    pub first: u32,
    /// How many.
    pub count: u32,
}

impl Logs {
    /// Those of this moment.
    pub fn of(moment: &Moment, narrow: bool) -> Self {
        let last = moment.nodes.iter();
        let last = last.filter_map(|node| node.view.cells.last());
        let longest = last.map(|cell| cell.index).max().unwrap_or(0);
        let window = CELLS[usize::from(narrow)];
        Self {
            first: longest.saturating_sub(window) + 1,
            count: window.min(longest.max(CELLS_SHOWN_MIN)),
        }
    }

    /// Where the first place is, seen from the node's middle.
    pub fn left(self) -> f64 {
        -f64::from(self.count) * CELL / 2.0
    }
}

/// A box around the middle, so wide.
fn centred(width: f64, top: f64, bottom: f64) -> Frame {
    let (left, right) = (-width / 2.0, width / 2.0);
    frame(left, top, right, bottom)
}

fn frame(left: f64, top: f64, right: f64, bottom: f64) -> Frame {
    Frame {
        from: Point { x: left, y: top },
        to: Point {
            x: right,
            y: bottom,
        },
    }
}

/// A node's term or ballot, and its box.
pub fn badge(
    card: &NodeCard,
    radius: f64,
    narrow: bool,
    words: &Catalogue,
) -> Option<(String, Frame)> {
    let epoch = card.view.badge?;
    // On a narrow stage only the number: a term as t3, a ballot as 2.1.
    let text = match (narrow, epoch.owner) {
        (false, _) => words.badge(epoch),
        (true, None) => format!("t{epoch}"),
        (true, Some(_)) => epoch.to_string(),
    };
    let (x, y) = (radius * 0.42, -radius - 9.0);
    let width = bold_width(&text, 12.0) + 14.0;
    Some((text, frame(x, y, x + width, y + 21.0)))
}

/// The proposal that an acceptor accepted, where a node shows that instead of a log, and its box.
pub fn proposal(card: &NodeCard, radius: f64) -> Option<(&Cell, String, Frame)> {
    let only = card.view.cells.first().filter(|cell| cell.index == 0)?;
    let label = short_value(&only.label);
    let text = match only.epoch {
        Some(epoch) => format!("{epoch}: {label}"),
        None => label,
    };
    let width = bold_width(&text, 12.0) + 16.0;
    let top = below(radius);
    Some((only, text, centred(width, top, top + CELL_HEIGHT)))
}

/// Where what stands below a node begins.
pub fn below(radius: f64) -> f64 {
    radius + 13.0
}

/// What a client asked or was told last.
pub fn told(card: &ClientCard) -> String {
    let last = card.history.last();
    match last.map(|it| (&it.command, &it.told)) {
        None => String::new(),
        // One that is cut ends so already.
        Some((command, None)) => match short_value(command.as_str()) {
            short if short.ends_with('…') => short,
            short => format!("{short} …"),
        },
        Some((_, Some((_, Some(result))))) => format!("✓ {}", short_value(result.as_str())),
        Some((_, Some((_, None)))) => "✓".into(),
    }
}

/// Every box on the stage that a label keeps out of.
pub fn all(stage: &Stage, moment: &Moment, words: &Catalogue) -> Vec<Frame> {
    let (radius, narrow) = (stage.radius, stage.is_narrow());
    let logs = Logs::of(moment, narrow);
    let mut boxes = Vec::new();
    let mut put = |end: Endpoint, it: Frame| {
        let at = stage.at(end);
        let frame = frame(
            at.x + it.from.x,
            at.y + it.from.y,
            at.x + it.to.x,
            at.y + it.to.y,
        );
        boxes.push(frame);
    };
    for node in &moment.nodes {
        let end = node.id.into();
        // The circle with its timer, as two boxes.
        let (long, short) = (radius + 8.0, 0.71 * (radius + 8.0));
        put(end, frame(-long, -short, long, short));
        put(end, frame(-short, -long, short, long));
        if let Some((_, frame)) = badge(node, radius, narrow, words) {
            put(end, frame);
        }
        for tally in &node.view.tallies {
            let name = words.get(&format!("tally.{}", tally.key)).to_owned();
            let width = text_width(&name, 13.0) + 14.0 * tally.members.len() as f64 + 34.0;
            put(end, centred(width, -radius - 27.0, -radius - 11.0));
        }
        let top = below(radius);
        if let Some(beliefs) = &node.beliefs {
            // Their lines, which are about as wide as this.
            let bottom = top + 15.0 * beliefs.len().min(4) as f64;
            put(end, centred(120.0, top, bottom));
        } else if let Some((_, _, frame)) = proposal(node, radius) {
            put(end, frame);
        } else if !node.view.cells.is_empty() || logs.first > 1 {
            let index = if logs.first > 1 { INDEX } else { 0.0 };
            let left = logs.left();
            put(end, frame(left - index, top, -left, top + CELL_HEIGHT));
        }
    }
    for client in &moment.clients {
        let end = client.id.into();
        put(end, centred(46.0, -17.0, 17.0));
        let told = told(client);
        if !told.is_empty() {
            put(end, centred(text_width(&told, 12.0), 17.0, 34.0));
        }
    }
    boxes
}
