//! Whether a condition holds.

use std::rc::Rc;

use super::events::read;
use super::{CellTest, Condition, Count, Epochs, EventTest, NoteTest, Situation, Test, spell};
use crate::check::Watched;
use crate::protocol::{Cell, CellState, Endpoint, Epoch, NodeView, Note, Protocol};
use crate::world::Step;

impl Condition {
    /// Whether it holds in a state, with no step before it: no event has happened.
    pub fn holds_in(&self, state: &dyn Situation) -> bool {
        self.holds_with(state, &|_| false, &|_| false)
    }

    /// Whether it holds after a step.
    pub fn holds_after<P: Protocol>(&self, state: &Watched<P>, step: &Step<P::Message>) -> bool {
        let protocol = state.world().protocol();
        let event = |test: &EventTest| {
            let mut seen = step.events.iter().filter_map(|it| read(protocol, it));
            seen.any(|(kind, parts)| {
                std::ptr::eq(kind, test.kind) && test.parts.iter().all(|it| parts.contains(it))
            })
        };
        let note = |test: &NoteTest| step.notes.iter().any(|(at, it)| test.matches(*at, it));
        self.holds_with(state, &event, &note)
    }

    fn holds_with(
        &self,
        state: &dyn Situation,
        event: &dyn Fn(&EventTest) -> bool,
        note: &dyn Fn(&NoteTest) -> bool,
    ) -> bool {
        let holds = |part: &Condition| part.holds_with(state, event, note);
        match self {
            Self::All(parts) => parts.iter().all(holds),
            Self::Any(parts) => parts.iter().any(holds),
            Self::Not(part) => !holds(part),
            Self::Node(Some(id), test) => state.node(*id).is_some_and(|it| test.passes(&it)),
            Self::Node(None, test) => {
                let mut nodes = state.ids().into_iter().filter_map(|id| state.node(id));
                nodes.any(|it| test.passes(&it))
            }
            Self::Count(count) => count.holds(state),
            Self::Told { client, value } => state.exchanges().iter().any(|(id, exchange)| {
                let asked = exchange.command.as_str();
                exchange.told.is_some()
                    && client.is_none_or(|it| it == *id)
                    && value.as_ref().is_none_or(|it| it == asked)
            }),
            Self::Lost(property) => state.is_lost(property),
            Self::Messages(at_least) => state.messages() >= *at_least,
            Self::Event(test) => event(test),
            Self::Note(test) => note(test),
        }
    }
}

impl Count {
    fn holds(&self, state: &dyn Situation) -> bool {
        let nodes = state.ids().into_iter().filter_map(|id| state.node(id));
        let alike = nodes.filter(|it| self.tests.iter().all(|test| test.passes(it)));
        let mut epochs: Vec<_> = alike.map(|(_, view)| self.epoch(&view)).collect();
        let count = match self.epochs {
            Epochs::Any => epochs.len(),
            Epochs::Different => {
                epochs.sort();
                epochs.dedup();
                epochs.len()
            }
            Epochs::Same => {
                epochs.sort();
                let groups = epochs.chunk_by(|one, other| one == other);
                groups.map(<[_]>::len).max().unwrap_or(0)
            }
        };
        self.nodes.has(count as u32)
    }

    /// What a node that is counted is of.
    fn epoch(&self, view: &NodeView) -> Option<Epoch> {
        let mut tests = self.tests.iter();
        let cell = tests.find_map(|test| match test {
            Test::Cell(test) => view.cells.iter().find(|cell| test.passes(cell)),
            _ => None,
        });
        cell.map_or(view.badge, |cell| cell.epoch)
    }
}

impl Test {
    fn passes(&self, (up, view): &(bool, Rc<NodeView>)) -> bool {
        match self {
            Self::Role(role) => *up && view.role == role,
            Self::Epoch(range) => range.has(view.badge.map_or(0, |badge| badge.number)),
            Self::Cell(test) => view.cells.iter().any(|cell| test.passes(cell)),
            Self::Field { key, is } => {
                let mut fields = view.fields.iter();
                fields.any(|field| field.key == key && spell(&field.value) == *is)
            }
            Self::Tally { of, yes } => {
                let mut tallies = view.tallies.iter();
                tallies.any(|tally| tally.key == of && yes.has(tally.yes.len() as u32))
            }
            Self::Down => !up,
        }
    }
}

impl CellTest {
    fn passes(&self, cell: &Cell) -> bool {
        let number = cell.epoch.map(|epoch| epoch.number);
        self.index.is_none_or(|it| it == cell.index)
            && self.state.is_none_or(|it| is_as_far(cell.state, it))
            && self.label.as_ref().is_none_or(|it| *it == cell.label)
            && (self.epoch.is_none() || self.epoch == number)
    }
}

/// Whether a cell has come as far: what is applied is chosen, and what is chosen is stored.
fn is_as_far(state: CellState, wanted: CellState) -> bool {
    match wanted {
        CellState::Accepted => !matches!(state, CellState::Aborted | CellState::Gap),
        CellState::Chosen => matches!(state, CellState::Chosen | CellState::Applied),
        CellState::Applied | CellState::Aborted | CellState::Gap => state == wanted,
    }
}

impl NoteTest {
    fn matches(&self, at: Endpoint, note: &Note) -> bool {
        note.rule.id == self.rule
            && self.outcome.is_none_or(|it| it == note.outcome)
            && self.at.is_none_or(|it| it == at)
    }
}
