//! The diagram and the stage select the same thing.

use super::{Lab, More, Thing};
use crate::app::diagram::{self, Draw};
use crate::view::chronicle::Mark;

impl Lab {
    /// Does what concerns the diagram; says whether the page has to be drawn anew.
    pub(super) fn draw(&mut self, draw: Draw) -> bool {
        match draw {
            // A pointer that is pressed or let go changes nothing by itself.
            Draw::Press(_) | Draw::Release => {
                self.diagram.respond(draw, &self.session);
                return false;
            }
            _ => {}
        }
        let toggles = matches!(draw, Draw::Toggle);
        if let Some(step) = self.diagram.respond(draw, &self.session) {
            self.seek(step);
            self.choose_sent(step);
        }
        if toggles {
            self.refresh();
        }
        true
    }

    /// Chooses the message that a step sent and nothing else, if it is under way.
    fn choose_sent(&mut self, step: usize) {
        let entries = self.session.entries();
        let marks = entries.get(step).map(|entry| &*entry.marks);
        let mut sent = marks
            .unwrap_or_default()
            .iter()
            .filter_map(|mark| match mark {
                Mark::Sent(arrow) => Some(arrow.id),
                _ => None,
            });
        let (one, more) = (sent.next(), sent.next());
        let alone = one.filter(|_| more.is_none());
        let under_way = alone.filter(|id| self.moment.message(*id).is_some());
        self.selected = under_way.map(Thing::Message).or(self.selected);
    }

    /// Lets the diagram know how much room it has, once that has changed.
    pub(super) fn measure_diagram(&self) {
        let room = diagram::room();
        let draw = room.and_then(|room| self.diagram.needs(room, self.lectures()));
        if let Some(draw) = draw {
            self.send.emit(More::Diagram(draw).into());
        }
    }
}
