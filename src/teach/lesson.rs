//! What a lesson is: a scenario, and beats, each of which says something and waits until that has
//! come about. No beat knows how the run got to where it is.

use std::fmt;

use crate::check::condition::Condition;
use crate::protocol::{Endpoint, NodeId};
use crate::share::json::BadJson;
use crate::view::{MessageCard, Moment};
use crate::world::{Action, Scenario};

/// A lesson, without its words: they are in a file for each language.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Lesson {
    /// What its run starts from.
    pub scenario: Scenario,
    /// What the run's random numbers follow from.
    pub seed: u32,
    /// How long it takes, in minutes.
    pub minutes: u32,
    /// What it goes through, in order; at least one.
    pub beats: Vec<Beat>,
}

impl Lesson {
    /// A beat's place, counted from 0, by its text's key.
    pub fn place(&self, text: &str) -> Option<usize> {
        self.beats.iter().position(|beat| beat.text == text)
    }
}

/// One idea.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Beat {
    /// The key of its text.
    pub text: String,
    /// What its texts name, live.
    pub args: Vec<(String, Arg)>,
    /// The numbers of the rule that it is about; the rule's own text has the key `TEXT.rule`.
    pub rule: Option<Weighing>,
    /// What it points at.
    pub points: Vec<Point>,
    /// What it does itself, as it begins.
    pub does: Vec<Deed>,
    /// What it asks the reader to do.
    pub asks: Vec<Action>,
    /// What it waits for; without it, for the reader to go on.
    pub until: Option<Condition>,
    /// Where to read more: addresses of other sites.
    pub links: Vec<String>,
}

/// Something that a lesson does itself.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Deed {
    /// Lets the scheduler take so many steps.
    Steps(u32),
    /// Lets it step until this holds.
    To(Condition),
    /// Does this.
    Act(Action),
    /// Opens a comparison with this protocol, by its key. The page does that; the run stays as it is.
    Compare(&'static str),
}

impl Beat {
    /// The protocol that it compares the run with.
    pub fn compares(&self) -> Option<&'static str> {
        self.does.iter().find_map(|deed| match deed {
            Deed::Compare(key) => Some(*key),
            _ => None,
        })
    }
}

/// Something on the page that a beat points at.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Point {
    /// A node or a client.
    End(Endpoint),
    /// The link between two of them.
    Link(Endpoint, Endpoint),
    /// A message under way.
    Message(Wanted),
    /// A cell of a node's log, by its index; 0 for the only proposal.
    Cell(NodeId, u32),
    /// A panel, by the last part of its name.
    Panel(&'static str),
    /// A control, by its name.
    Control(&'static str),
}

/// The panels that can be pointed at.
pub(super) const PANELS: [&str; 4] = ["why", "rules", "state", "properties"];
/// The controls that can be pointed at.
pub(super) const CONTROLS: [&str; 4] = ["step", "stride", "run", "counts"];

/// A message, by what it is and which way it goes.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Wanted {
    /// Its name in the papers.
    pub name: String,
    /// Who sent it, if that matters.
    pub from: Option<Endpoint>,
    /// To whom, if that matters.
    pub to: Option<Endpoint>,
}

impl Wanted {
    /// The first of them that is under way.
    pub fn find<'a>(&self, moment: &'a Moment) -> Option<&'a MessageCard> {
        let mut messages = moment.messages.iter();
        messages.find(|card| {
            card.view.name == self.name
                && self.from.is_none_or(|it| it == card.id.from)
                && self.to.is_none_or(|it| it == card.id.to)
        })
    }
}

/// Where a value that a text names comes from.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Arg {
    /// A variable of a node.
    Field(NodeId, String),
    /// How many said yes, of what a node counts.
    Tally(NodeId, String),
    /// How many are needed, of what a node counts.
    Needed(NodeId, String),
    /// What is in a message under way.
    Message(Wanted, String),
    /// What a rule weighed in the last step.
    Weighed(String, Side),
}

/// A side of an inequality.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Side {
    /// What stands on the left.
    Left,
    /// What stands on the right.
    Right,
}

/// The two sides of a rule's inequality.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Weighing {
    /// What stands on the left.
    pub left: Arg,
    /// What stands on the right.
    pub right: Arg,
}

/// Why a file cannot be used: where, and what is wrong there.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct FileError {
    /// The file, as it was named.
    pub file: String,
    /// The line and the column.
    pub place: BadJson,
    /// What is wrong.
    pub problem: String,
}

impl fmt::Display for FileError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let BadJson { line, column } = self.place;
        write!(f, "{}:{line}:{column}: {}", self.file, self.problem)
    }
}

impl Point {
    /// Whether what it points at is there.
    pub fn is_there(&self, moment: &Moment) -> bool {
        let end = |end: &Endpoint| match end {
            Endpoint::Node(id) => moment.node(*id).is_some(),
            Endpoint::Client(id) => moment.client(*id).is_some(),
        };
        match self {
            Self::End(it) => end(it),
            Self::Link(a, b) => a != b && end(a) && end(b),
            Self::Message(wanted) => wanted.find(moment).is_some(),
            Self::Cell(node, index) => moment.node(*node).is_some_and(|node| {
                let mut cells = node.view.cells.iter();
                cells.any(|cell| cell.index == *index)
            }),
            Self::Panel(_) | Self::Control(_) => true,
        }
    }
}
