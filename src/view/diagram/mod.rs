//! The space-time diagram: what is to be drawn of a stretch of virtual time, and what an event
//! depends on. Lamport's picture (Time, Clocks, and the Ordering of Events, §1): a line for each
//! process, an arrow for each message.

mod cone;
mod words;

use std::collections::VecDeque;

pub(super) use cone::cone;
pub use cone::{Cone, Standing};

use super::chronicle::{Arrow, Change, Decision, Entries, Entry, Mark, Role};
use crate::protocol::{Endpoint, NodeId, Shape};
use crate::sorted::SortedMap;
use crate::world::{Loss, MessageId};

/// The most steps whose messages are drawn one by one.
pub const STEPS_MAX: usize = 400;
/// How many columns a stretch with more has, each with how much happened in it.
pub const COLUMNS: u64 = 160;
/// How many steps after a stretch are looked at for messages that cross all of it.
const CROSSING_STEPS: usize = 400;

/// A stretch of virtual time, in milliseconds.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Window {
    /// Where it begins.
    pub from: u64,
    /// Where it ends.
    pub to: u64,
}

/// What is to be drawn of a stretch.
#[derive(Clone, Debug, PartialEq)]
pub struct Picture {
    /// The stretch.
    pub window: Window,
    /// The steps with something to draw, in order. In a crowd only those with signs.
    pub steps: Vec<StepFigure>,
    /// Where more happened than can be drawn one by one: each lane's columns, of which the fullest
    /// has 100.
    pub crowd: Option<SortedMap<Endpoint, Vec<u8>>>,
    /// When each node was down, as far as the stretch shows it.
    pub down: Vec<(NodeId, Window)>,
}

/// One step of the run in the picture.
#[derive(Clone, Debug, PartialEq)]
pub struct StepFigure {
    /// Its number, from 1.
    pub step: usize,
    /// When it happened.
    pub at: u64,
    /// The messages that it ends, and those that it sends and whose end is not in the picture.
    pub flights: Vec<Flown>,
    /// What stands on the lanes.
    pub signs: Vec<(Endpoint, Sign)>,
    /// Whether it changed the links.
    pub links: bool,
}

/// A message in the picture.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Flown {
    /// The message.
    pub arrow: Arrow,
    /// How its way ended.
    pub end: FlightEnd,
}

/// How a message's way ended.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum FlightEnd {
    /// It arrived.
    Arrived(u64),
    /// It was lost.
    Lost(u64, Loss),
    /// It is under way where the run ends.
    UnderWay(u64),
}

/// What stands on a lane.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum Sign {
    /// A timer ran out.
    Fired(&'static str),
    /// Something was done to the node.
    Node(Change),
    /// The node took up a role.
    Role(Role),
    /// The node learned that something is decided.
    Decided(Decision),
    /// The client was asked to submit.
    Submitted,
    /// The client was told.
    Told,
}

impl Sign {
    /// Whether it does not come with every round of messages.
    fn is_rare(&self) -> bool {
        match self {
            Self::Node(_) => true,
            Self::Role(role) => role.shape != Shape::Plain,
            Self::Fired(_) | Self::Decided(_) | Self::Submitted | Self::Told => false,
        }
    }
}

/// Reads the picture of a stretch.
pub(super) fn picture(line: &Entries<'_>, window: Window) -> Picture {
    let (first, end) = (line.first_from(window.from), line.first_from(window.to + 1));
    let crowded = end - first > STEPS_MAX;
    let mut steps: VecDeque<StepFigure> = VecDeque::new();
    for (step, entry) in line.steps(first..=end - 1) {
        let figure = figure(step, entry, crowded);
        let has_signs = !figure.signs.is_empty() || figure.links;
        if has_signs || !crowded && !figure.flights.is_empty() {
            steps.push_back(figure);
        }
        if crowded && steps.len() > STEPS_MAX {
            // The latest are as good as any; what is left out is in the columns.
            steps.pop_front();
        }
    }
    let mut steps: Vec<StepFigure> = steps.into();
    if !crowded {
        end_elsewhere(line, window, end, &mut steps);
    }
    Picture {
        window,
        steps,
        crowd: crowded.then(|| columns(line, window, first, end)),
        down: down(line, window),
    }
}

/// Reads what one node knows of a stretch: what it sent and received, and what happened to it.
pub(super) fn picture_of(line: &Entries<'_>, window: Window, node: NodeId) -> Picture {
    let (first, end) = (line.first_from(window.from), line.first_from(window.to + 1));
    let own = Endpoint::Node(node);
    let known = |(step, entry): (usize, &Entry)| {
        let mut figure = figure(step, entry, false);
        figure.flights.retain(|it| match it.end {
            // Whether what it sent arrives, it does not know.
            FlightEnd::UnderWay(_) => it.arrow.id.from == own,
            FlightEnd::Arrived(_) => it.arrow.id.to == own,
            FlightEnd::Lost(..) => false,
        });
        figure.signs.retain(|(lane, _)| *lane == own);
        figure.links = false;
        let is_empty = figure.flights.is_empty() && figure.signs.is_empty();
        (!is_empty).then_some(figure)
    };
    let mut steps: Vec<StepFigure> = line
        .steps(first..=end - 1)
        .rev()
        .filter_map(known)
        .take(STEPS_MAX)
        .collect();
    steps.reverse();
    let mut down = down(line, window);
    down.retain(|(id, _)| *id == node);
    Picture {
        window,
        steps,
        crowd: None,
        down,
    }
}

fn figure(step: usize, entry: &Entry, crowded: bool) -> StepFigure {
    let mut figure = StepFigure {
        step,
        at: entry.at,
        flights: Vec::new(),
        signs: Vec::new(),
        links: false,
    };
    for mark in &entry.marks {
        let end = match mark {
            // Until its end is found.
            Mark::Sent(_) => FlightEnd::UnderWay(entry.at),
            Mark::Arrived(_) => FlightEnd::Arrived(entry.at),
            Mark::Lost(_, loss) => FlightEnd::Lost(entry.at, *loss),
            _ => FlightEnd::UnderWay(0),
        };
        match *mark {
            Mark::Sent(arrow) | Mark::Arrived(arrow) | Mark::Lost(arrow, _) => {
                if !crowded {
                    figure.flights.push(Flown { arrow, end });
                }
            }
            Mark::Fired(at, timer) => figure.signs.push((at, Sign::Fired(timer))),
            Mark::Node(id, change) => figure.signs.push((id.into(), Sign::Node(change))),
            Mark::Role(id, role) => figure.signs.push((id.into(), Sign::Role(role))),
            Mark::Decided(id, what) => figure.signs.push((id.into(), Sign::Decided(what))),
            Mark::Submitted(id) => figure.signs.push((id.into(), Sign::Submitted)),
            Mark::Told(id) => figure.signs.push((id.into(), Sign::Told)),
            Mark::Links => figure.links = true,
        }
    }
    if crowded {
        // What comes with every message would hide what is rare.
        figure.signs.retain(|(_, sign)| sign.is_rare());
    }
    figure
}

/// Finds the ends of messages that were sent in the stretch, and the messages that cross all of it.
/// A message is drawn once, with the step that ends it; where that lies outside, with the one that
/// sends it.
fn end_elsewhere(line: &Entries<'_>, window: Window, end: usize, steps: &mut Vec<StepFigure>) {
    let ended = |flown: &Flown| !matches!(flown.end, FlightEnd::UnderWay(_));
    let inside: Vec<MessageId> = steps
        .iter()
        .flat_map(|it| it.flights.iter().filter(|it| ended(it)))
        .map(|flown| flown.arrow.id)
        .collect();
    let mut open: SortedMap<MessageId, FlightEnd> = SortedMap::new();
    for figure in steps.iter_mut() {
        let drawn = |it: &Flown| ended(it) || !inside.contains(&it.arrow.id);
        figure.flights.retain(drawn);
        for flown in figure.flights.iter().filter(|it| !ended(it)) {
            let until = FlightEnd::UnderWay(line.time(line.length));
            open.insert(flown.arrow.id, until);
        }
    }
    let mut unknown = open.len();
    let mut crossing = Vec::new();
    for (step, entry) in line.steps(end..=line.length) {
        let looks_for_crossing = step < end + CROSSING_STEPS;
        if unknown == 0 && !looks_for_crossing {
            break;
        }
        for mark in &entry.marks {
            let (arrow, ends) = match mark {
                Mark::Arrived(arrow) => (arrow, FlightEnd::Arrived(entry.at)),
                Mark::Lost(arrow, loss) => (arrow, FlightEnd::Lost(entry.at, *loss)),
                _ => continue,
            };
            if let Some(found) = open.get_mut(&arrow.id) {
                *found = ends;
                unknown -= 1;
            } else if arrow.sent < window.from && looks_for_crossing {
                let flown = Flown {
                    arrow: *arrow,
                    end: ends,
                };
                crossing.push(StepFigure {
                    step,
                    at: entry.at,
                    flights: vec![flown],
                    signs: Vec::new(),
                    links: false,
                });
            }
        }
    }
    for figure in steps.iter_mut() {
        for flown in &mut figure.flights {
            if let Some(found) = open.get(&flown.arrow.id) {
                flown.end = *found;
            }
        }
    }
    steps.retain(|it| !it.flights.is_empty() || !it.signs.is_empty() || it.links);
    steps.extend(crossing);
}

/// How much happened on each lane, column by column.
fn columns(
    line: &Entries<'_>,
    window: Window,
    first: usize,
    end: usize,
) -> SortedMap<Endpoint, Vec<u8>> {
    let mut counts: SortedMap<Endpoint, Vec<u32>> = SortedMap::new();
    let width = (window.to - window.from).max(1);
    for (_, entry) in line.steps(first..=end - 1) {
        let column = (entry.at - window.from) * COLUMNS / (width + 1);
        for lane in entry.marks.iter().filter_map(Mark::lane) {
            let columns = counts.get_or_insert_with(lane, || vec![0; COLUMNS as usize]);
            columns[column as usize] += 1;
        }
    }
    let fullest = counts.values().flatten().copied().max().unwrap_or(1);
    let share = |count: &u32| (u64::from(*count) * 100).div_ceil(u64::from(fullest)) as u8;
    let counts = counts.iter();
    counts
        .map(|(lane, columns)| (*lane, columns.iter().map(share).collect()))
        .collect()
}

/// When each node was down, within a stretch.
fn down(line: &Entries<'_>, window: Window) -> Vec<(NodeId, Window)> {
    let mut since: SortedMap<NodeId, u64> = line.down.iter().map(|id| (*id, line.start)).collect();
    let mut found = Vec::new();
    for (at, id, change) in line.changes() {
        match change {
            Change::Crashed => {
                since.insert(id, at);
            }
            Change::Restarted => {
                if let Some(from) = since.remove(&id) {
                    found.push((id, Window { from, to: at }));
                }
            }
            Change::Wiped | Change::Paused | Change::Resumed | Change::Clock(_) => {}
        }
    }
    let still = since.iter();
    found.extend(still.map(|(id, from)| {
        let to = u64::MAX;
        (*id, Window { from: *from, to })
    }));
    let seen = |(_, it): &(NodeId, Window)| it.from <= window.to && it.to >= window.from;
    found.retain(seen);
    found
}
