//! Taking back: to the moment before something was done, and to where one was again. Nothing that
//! was recorded is lost: what is taken back stays on a branch of its own.

use super::session::Session;
use crate::history::BranchId;
use crate::world::Action;

/// A moment of a session, to come back to.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Place {
    branch: BranchId,
    position: usize,
    /// Whether the branch ended there.
    at_end: bool,
}

impl Session {
    /// Where the cursor is.
    pub fn here(&self) -> Place {
        Place {
            branch: self.timeline.branch(),
            position: self.position(),
            at_end: self.position() == self.length(),
        }
    }

    /// Goes to a place.
    pub fn go_to(&mut self, place: Place) {
        self.timeline.switch(place.branch);
        self.timeline.seek(place.position);
    }

    /// Goes to where somebody was before going along the run. If the branch leads there too, it
    /// stays on the branch, so that what was taken back on another does not lie ahead again.
    pub fn go_back_along(&mut self, place: Place) {
        let timeline = &mut self.timeline;
        if timeline.shared(timeline.branch(), place.branch) < place.position {
            timeline.switch(place.branch);
        }
        timeline.seek(place.position);
    }

    /// Goes to where somebody was before acting. If the action made the branch longer, it would
    /// lie ahead now: another branch is begun.
    pub fn take_back(&mut self, place: Place) {
        self.go_to(place);
        if place.at_end {
            self.timeline.fork();
        }
    }

    /// Where the cursor was before the last action of the branch; nothing at the start.
    pub fn before_last_step(&self) -> Option<Place> {
        Some(Place {
            branch: self.timeline.branch(),
            position: self.position().checked_sub(1)?,
            at_end: false,
        })
    }

    /// Where the cursor was before the last thing that somebody did on the branch, and not the
    /// scheduler; nothing where there was none.
    pub fn before_last_deed(&self) -> Option<Place> {
        let deed = |position: &usize| {
            let action = self.timeline.action(*position);
            !matches!(action, None | Some(Action::Next | Action::Advance(_)))
        };
        let mut position = (0..self.position()).rev().find(deed)?;
        // The time that passed until it was done belongs to it.
        if let Some(before) = position.checked_sub(1)
            && let Some(Action::Advance(_)) = self.timeline.action(before)
        {
            position = before;
        }
        Some(Place {
            branch: self.timeline.branch(),
            position,
            at_end: true,
        })
    }
}

#[cfg(test)]
mod tests {
    use crate::protocol::NodeId;
    use crate::view::{Session, first_look, open};
    use crate::world::Action;

    fn after(steps: usize) -> Session {
        let mut session = open(first_look("raft"), 1).unwrap();
        for _ in 0..steps {
            session.step().unwrap();
        }
        session
    }

    /// A stray press at the end of a run is gone from what lies ahead, and is not lost.
    #[test]
    fn what_is_taken_back_does_not_lie_ahead() {
        let mut session = after(10);
        let (before, hash) = (session.here(), session.hash());
        session.act(Action::Crash(NodeId(2))).unwrap();
        session.step().unwrap();
        let (later, later_hash) = (session.here(), session.hash());
        session.take_back(before);
        assert_eq!((session.position(), session.hash()), (10, hash));
        assert_eq!(session.length(), 10, "nothing lies ahead");
        session.go_to(later);
        assert_eq!((session.position(), session.hash()), (12, later_hash));
        // To and fro again and again makes no more branches.
        let branches = session.branches().len();
        for _ in 0..5 {
            session.take_back(before);
            session.go_to(later);
        }
        assert_eq!(session.branches().len(), branches);
    }

    /// In the past, the old future lies ahead again.
    #[test]
    fn the_old_future_comes_back() {
        let mut session = after(10);
        session.seek(4);
        let before = session.here();
        session.act(Action::Crash(NodeId(2))).unwrap();
        session.take_back(before);
        assert_eq!((session.position(), session.length()), (4, 10));
    }

    /// Going back along the run keeps to the way from which a stray press was taken back.
    #[test]
    fn what_was_taken_back_stays_away() {
        let mut session = after(2);
        let start = session.here();
        for _ in 0..6 {
            session.step().unwrap();
        }
        let before = session.here();
        session.act(Action::Crash(NodeId(2))).unwrap();
        session.take_back(before);
        session.step().unwrap();
        session.go_back_along(start);
        assert_eq!((session.position(), session.length()), (2, 9));
        let crash = Action::Crash(NodeId(2));
        assert!((1..=9).all(|position| session.action(position) != Some(&crash)));
    }

    /// Without being told, it finds the last thing that somebody did.
    #[test]
    fn the_last_deed_is_found() {
        let mut session = after(3);
        assert_eq!(session.before_last_deed(), None);
        session.act(Action::Advance(1)).unwrap();
        session.act(Action::Crash(NodeId(2))).unwrap();
        session.step().unwrap();
        let place = session.before_last_deed().unwrap();
        session.take_back(place);
        assert_eq!((session.position(), session.length()), (3, 3));
    }
}
