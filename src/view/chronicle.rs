//! What happened in a run, as far as a diagram draws it: kept beside the timeline as the run grows,
//! so that a picture of a hundred thousand events replays nothing.

use crate::history::Timeline;
use crate::protocol::{
    Any, ClientId, Endpoint, Epoch, Fact, MessageKind, MessageView, NodeId, Protocol, Shape,
};
use crate::world::{Event, Flight, Loss, MessageId, Step, World};

use super::moment::payload_view;

/// One action of a run, and what a diagram shows of it.
#[derive(Clone, Debug, PartialEq)]
pub struct Entry {
    /// Virtual time after it, in milliseconds.
    pub at: u64,
    /// What it caused, in order.
    pub marks: Box<[Mark]>,
}

impl Entry {
    /// The lanes on which it happened: where it ends a message, the receiver's. What it sends sets
    /// out from there. A message that is lost happens to nobody.
    pub fn lanes(&self) -> impl Iterator<Item = Endpoint> {
        let marks = self.marks.iter();
        let happened = marks.filter(|mark| !matches!(mark, Mark::Lost(..)));
        happened.filter_map(Mark::lane)
    }
}

/// A message, as far as an arrow shows it.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Arrow {
    /// Its name in the run.
    pub id: MessageId,
    /// What it is called.
    pub name: &'static str,
    /// Its term or ballot.
    pub epoch: Option<Epoch>,
    /// Whether it asks or answers, and how it answers.
    pub kind: MessageKind,
    /// When it was sent, in milliseconds.
    pub sent: u64,
}

/// One thing on a lane of the diagram.
#[derive(Clone, Debug, PartialEq)]
pub enum Mark {
    /// A message, or a copy of one, set out.
    Sent(Arrow),
    /// A message arrived.
    Arrived(Arrow),
    /// A message was lost.
    Lost(Arrow, Loss),
    /// A timer ran out.
    Fired(Endpoint, &'static str),
    /// Something was done to a node.
    Node(NodeId, Change),
    /// A node took up a role.
    Role(NodeId, Role),
    /// A node learned that something is decided.
    Decided(NodeId, Decision),
    /// A client was asked to submit.
    Submitted(ClientId),
    /// A client was told.
    Told(ClientId),
    /// Links were cut, mended, or behave differently.
    Links,
}

/// A role that a node took up.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Role {
    /// Its catalogue word.
    pub word: &'static str,
    /// How the node's outline is drawn.
    pub shape: Shape,
    /// The term or ballot.
    pub epoch: Epoch,
}

/// What can be done to a node.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Change {
    /// It stopped.
    Crashed,
    /// It came back.
    Restarted,
    /// Its disk was wiped.
    Wiped,
    /// It stands still.
    Paused,
    /// It goes on.
    Resumed,
    /// Its clock has another speed, in thousandths.
    Clock(u32),
}

/// What a node knows to be decided.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Decision {
    /// The only value that there is, or a transaction's commit.
    Yes,
    /// A transaction is aborted.
    No,
    /// The entry of an index or slot.
    Index(u32),
}

impl Mark {
    /// The lane it stands on: of a message that leaves the sender's, of one that ends the
    /// receiver's. What concerns the links stands on none.
    pub fn lane(&self) -> Option<Endpoint> {
        Some(match self {
            Self::Sent(arrow) => arrow.id.from,
            Self::Arrived(arrow) | Self::Lost(arrow, _) => arrow.id.to,
            Self::Fired(at, _) => *at,
            Self::Node(id, _) | Self::Role(id, ..) | Self::Decided(id, _) => (*id).into(),
            Self::Submitted(id) | Self::Told(id) => (*id).into(),
            Self::Links => return None,
        })
    }
}

/// What happened on every branch of a run's tree.
#[derive(Clone, Debug)]
pub struct Chronicle {
    /// Virtual time where the run begins, in milliseconds.
    start: u64,
    /// The nodes that are down where the run begins.
    down: Vec<NodeId>,
    /// Of each branch, in the timeline's order, what its own actions caused.
    branches: Vec<Vec<Entry>>,
}

impl Chronicle {
    /// The chronicle of a run that has not begun.
    pub(super) fn new(timeline: &Timeline<Any>) -> Self {
        let world = timeline.current().world();
        let machines = world.machines().iter();
        Self {
            start: world.now(),
            down: machines
                .filter(|(_, it)| !it.up)
                .map(|(id, _)| *id)
                .collect(),
            branches: Vec::new(),
        }
    }

    /// Records the action just before the cursor, unless it is recorded already.
    pub(super) fn record(&mut self, timeline: &Timeline<Any>) {
        let last = timeline.position().checked_sub(1);
        let place = last.and_then(|last| timeline.place(last));
        let (Some((branch, at)), Some(step)) = (place, timeline.last()) else {
            return;
        };
        let branch = branch.0 as usize;
        if self.branches.len() <= branch {
            self.branches.resize(branch + 1, Vec::new());
        }
        let own = &mut self.branches[branch];
        if own.len() == at {
            let world = timeline.current().world();
            own.push(Entry {
                at: world.now(),
                marks: marks(world, step),
            });
        }
    }

    /// What happened on the cursor's branch, from its first action to its last.
    pub(super) fn line(&self, timeline: &Timeline<Any>) -> Entries<'_> {
        let mut segments = Vec::new();
        for (branch, range) in timeline.lineage() {
            let own = self.branches.get(branch.0 as usize);
            let first = timeline.branches()[branch.0 as usize].start;
            let entries = own.and_then(|own| own.get(range.start - first..range.end - first));
            segments.push((range.start, entries.unwrap_or_default()));
        }
        Entries {
            start: self.start,
            down: &self.down,
            length: timeline.len(),
            segments,
        }
    }
}

/// What happened on one branch, whose parts several branches may own. Steps are counted from 1.
pub struct Entries<'a> {
    /// Virtual time where the run begins, in milliseconds.
    pub start: u64,
    /// The nodes that are down there.
    pub down: &'a [NodeId],
    /// How many steps there are.
    pub length: usize,
    /// Each part with the number of steps before it, in order.
    segments: Vec<(usize, &'a [Entry])>,
}

impl<'a> Entries<'a> {
    /// A step.
    pub fn get(&self, step: usize) -> Option<&'a Entry> {
        let at = step.checked_sub(1)?;
        let (first, entries) = self.segments.iter().rev().find(|(first, _)| *first <= at)?;
        entries.get(at - first)
    }

    /// The lanes on which a step happened.
    pub fn lanes(&self, step: usize) -> Vec<Endpoint> {
        let entry = self.get(step).into_iter();
        entry.flat_map(Entry::lanes).collect()
    }

    /// The steps of a range, with their numbers.
    pub fn steps(
        &self,
        range: std::ops::RangeInclusive<usize>,
    ) -> impl DoubleEndedIterator<Item = (usize, &'a Entry)> {
        range.filter_map(|step| Some((step, self.get(step)?)))
    }

    /// What was done to nodes, in order, and when.
    pub fn changes(&self) -> impl Iterator<Item = (u64, NodeId, Change)> {
        let entries = self.segments.iter().flat_map(|(_, entries)| entries.iter());
        entries.flat_map(|entry| {
            let changes = entry.marks.iter().filter_map(|mark| match mark {
                Mark::Node(id, change) => Some((*id, *change)),
                _ => None,
            });
            changes.map(|(id, change)| (entry.at, id, change))
        })
    }

    /// Virtual time after a step, in milliseconds; before the first, where the run begins.
    pub fn time(&self, step: usize) -> u64 {
        self.get(step).map_or(self.start, |entry| entry.at)
    }

    /// The first step that happens at a time or later, in milliseconds; one more than there are if
    /// none does.
    pub fn first_from(&self, at: u64) -> usize {
        let (mut low, mut high) = (1, self.length + 1);
        while low < high {
            let middle = low + (high - low) / 2;
            match self.time(middle) < at {
                true => low = middle + 1,
                false => high = middle,
            }
        }
        low
    }

    /// The step in which a message set out; nothing if that was before the run began.
    pub fn sending(&self, arrow: &Arrow) -> Option<usize> {
        let first = self.first_from(arrow.sent);
        let same_time = self.steps(first..=self.length);
        let mut same_time = same_time.take_while(|(_, entry)| entry.at == arrow.sent);
        let sends = |mark: &Mark| matches!(mark, Mark::Sent(sent) if sent.id == arrow.id);
        let found = same_time.find(|(_, entry)| entry.marks.iter().any(sends));
        found.map(|(step, _)| step)
    }
}

fn marks(world: &World<Any>, step: &Step<<Any as Protocol>::Message>) -> Box<[Mark]> {
    let protocol = world.protocol();
    let arrow = |flight: &Flight<<Any as Protocol>::Message>| {
        let MessageView {
            name, epoch, kind, ..
        } = payload_view(protocol, &flight.payload);
        Arrow {
            id: flight.id,
            name,
            epoch,
            kind,
            sent: flight.sent,
        }
    };
    let mark = |event: &Event<<Any as Protocol>::Message>| {
        Some(match event {
            Event::Sent(flight) | Event::Duplicated(_, flight) => Mark::Sent(arrow(flight)),
            Event::Delivered(flight) => Mark::Arrived(arrow(flight)),
            Event::Lost(flight, loss) => Mark::Lost(arrow(flight), *loss),
            Event::Fired(at, timer) => Mark::Fired(*at, timer),
            Event::Crashed(id) => Mark::Node(*id, Change::Crashed),
            Event::Restarted(id) => Mark::Node(*id, Change::Restarted),
            Event::Wiped(id) => Mark::Node(*id, Change::Wiped),
            Event::Paused(id) => Mark::Node(*id, Change::Paused),
            Event::Resumed(id) => Mark::Node(*id, Change::Resumed),
            Event::Clock(id, permille) => Mark::Node(*id, Change::Clock(*permille)),
            Event::LinksChanged => Mark::Links,
            Event::Submitted(id, _) => Mark::Submitted(*id),
            Event::Told(id, _) => Mark::Told(*id),
            Event::Fact(id, fact) => return of_fact(world, *id, fact),
            Event::Delayed(_)
            | Event::Held(_)
            | Event::Released(_)
            | Event::TimePassed(_)
            | Event::TimersShaped
            | Event::MachineAdded(_) => return None,
        })
    };
    step.events.iter().filter_map(mark).collect()
}

fn of_fact(world: &World<Any>, id: NodeId, fact: &Fact) -> Option<Mark> {
    let shape = || world.protocol().view(&world.machines()[&id].node).shape;
    Some(match fact {
        Fact::BecameRole { role, epoch } => {
            let (word, epoch) = (*role, *epoch);
            let shape = shape();
            Mark::Role(id, Role { word, shape, epoch })
        }
        Fact::Learned { .. } => Mark::Decided(id, Decision::Yes),
        Fact::Decided { commit, .. } => Mark::Decided(
            id,
            match commit {
                true => Decision::Yes,
                false => Decision::No,
            },
        ),
        Fact::Committed { index, .. } => Mark::Decided(id, Decision::Index(*index)),
        Fact::LearnedAt { slot, .. } => Mark::Decided(id, Decision::Index(*slot)),
        Fact::ElectionLost { .. }
        | Fact::Promised { .. }
        | Fact::Proposed { .. }
        | Fact::Accepted { .. }
        | Fact::Applied { .. }
        | Fact::Voted { .. }
        | Fact::ProposedAt { .. }
        | Fact::AcceptedAt { .. }
        | Fact::Executed { .. } => return None,
    })
}
