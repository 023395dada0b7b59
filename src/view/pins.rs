//! The notes of a session. A moment is a branch and a position on it: a note is there on every
//! branch that its moment is on, and on no other.

use super::session::Session;
use crate::history::BranchId;
use crate::share::pin::{PINS_MAX, Pin};

/// Notes by the branch whose own action leads to the moment, and how many of its own lie before.
#[derive(Clone, Debug, Default)]
pub(super) struct Pins(Vec<((BranchId, usize), String)>);

/// Why a note was not taken.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum PinError {
    /// Its text cannot be a note.
    BadText,
    /// There are as many as can be.
    TooMany,
}

impl Session {
    /// Where a moment of the branch belongs.
    fn moment_of(&self, position: usize) -> Option<(BranchId, usize)> {
        match position.checked_sub(1) {
            None => Some((BranchId(0), 0)),
            Some(last) => {
                let (branch, at) = self.timeline.place(last)?;
                Some((branch, at + 1))
            }
        }
    }

    /// The notes of the branch, in the order of their moments.
    pub fn pins(&self) -> Vec<Pin> {
        let notes = (0..=self.length()).filter_map(|at| Some((at, self.moment_of(at)?)));
        // Most runs have none, and a long one is not to be walked for that.
        if self.pins.0.is_empty() {
            return Vec::new();
        }
        let pinned = notes.filter_map(|(at, moment)| {
            let (_, text) = self.pins.0.iter().find(|(it, _)| *it == moment)?;
            let text = text.clone();
            Some(Pin { at, text })
        });
        pinned.collect()
    }

    /// The note at a position of the branch.
    pub fn pin_at(&self, position: usize) -> Option<&str> {
        let moment = self.moment_of(position)?;
        let mut pins = self.pins.0.iter();
        let (_, text) = pins.find(|(it, _)| *it == moment)?;
        Some(text)
    }

    /// Pins a note to a position of the branch, in the place of the one that is there.
    pub fn pin(&mut self, position: usize, text: &str) -> Result<(), PinError> {
        let pin = Pin::new(position, text).ok_or(PinError::BadText)?;
        let moment = self.moment_of(position).ok_or(PinError::BadText)?;
        let rest = self.pins.0.iter().filter(|(it, _)| *it != moment).count();
        if rest >= PINS_MAX {
            return Err(PinError::TooMany);
        }
        self.unpin(position);
        self.pins.0.push((moment, pin.text));
        Ok(())
    }

    /// The notes on the moments to which a branch's own actions lead, but for the first so many, in
    /// their order.
    pub(super) fn pins_beyond(&self, id: BranchId, shown: usize) -> Vec<Pin> {
        let start = self.timeline.branches()[id.0 as usize].start;
        let all = self.pins.0.iter();
        let own = all.filter(|((branch, nth), _)| *branch == id && *nth > shown);
        let pin = |((_, nth), text): &((BranchId, usize), String)| Pin {
            at: start + nth,
            text: text.clone(),
        };
        let mut pins: Vec<Pin> = own.map(pin).collect();
        pins.sort_by_key(|pin| pin.at);
        pins
    }

    /// Pins these again. Where the branch ends early, the notes of what follows are left out.
    pub(super) fn pin_again(&mut self, id: BranchId, pins: &[Pin]) {
        let Some(branch) = self.timeline.branches().get(id.0 as usize) else {
            return;
        };
        let (start, length) = (branch.start, branch.own().len());
        let nth = |pin: &Pin| pin.at.checked_sub(start).filter(|nth| *nth <= length);
        let moments = pins.iter().filter_map(|it| Some((nth(it)?, it)));
        let moments = moments.map(|(nth, it)| ((id, nth), it.text.clone()));
        self.pins.0.extend(moments);
    }

    /// Takes the note at a position of the branch away.
    pub fn unpin(&mut self, position: usize) {
        if let Some(moment) = self.moment_of(position) {
            self.pins.0.retain(|(it, _)| *it != moment);
        }
    }
}

#[cfg(test)]
mod tests {
    use crate::protocol::NodeId;
    use crate::share::Run;
    use crate::view::{first_look, open, reopen};
    use crate::world::Action;

    /// A note belongs to its moment: what leaves before it does not see it, what leaves after it
    /// does, and a file keeps those of its branch.
    #[test]
    fn notes_belong_to_moments() {
        let mut session = open(first_look("raft"), 1).unwrap();
        for _ in 0..6 {
            session.step().unwrap();
        }
        session.pin(0, "the start").unwrap();
        session.pin(3, "here").unwrap();
        session.pin(6, "the end").unwrap();
        session.pin(6, "the very end").unwrap();
        session.seek(4);
        session.act(Action::Crash(NodeId(1))).unwrap();
        let texts = |session: &crate::view::Session| -> Vec<(usize, String)> {
            let pins = session.pins().into_iter();
            pins.map(|pin| (pin.at, pin.text)).collect()
        };
        let shared = [(0, "the start".to_owned()), (3, "here".to_owned())];
        assert_eq!(texts(&session), shared);
        session.pin(5, "another way").unwrap();
        assert_eq!(session.pin_at(5), Some("another way"));
        let file = session.run().to_json();
        let again = reopen(&Run::from_json(&file).unwrap()).unwrap().session;
        assert_eq!(texts(&again), texts(&session));
        session.unpin(3);
        assert_eq!(session.pin_at(3), None);
        assert!(session.pin(2, " ").is_err());
    }
}
