//! Opening a saved run: branch by branch, in the order in which they were begun.

use std::ops::Range;

use super::session::{Session, open};
use crate::history::BranchId;
use crate::protocol::About;
use crate::share::{Run, RunError, Trail};
use crate::world::{Action, ActionError};

/// A saved run, opened as far as this engine can follow it.
pub struct OpenedRun {
    /// The run, at its cursor.
    pub session: Session,
    /// The first action that made no sense, counted from 1, and why; what follows is left out.
    pub stopped: Option<(usize, ActionError)>,
    /// The same of the first branch of which an action made no sense that the run does not do.
    pub branch_stopped: Option<(BranchId, usize, ActionError)>,
    /// Whether the state at the cursor is the one that was saved, where the file says which.
    pub same_state: Option<bool>,
    /// Between which two places, as numbers of actions, this engine first saw something else than
    /// the one that made the run.
    pub parted: Option<(usize, usize)>,
}

/// Opens a saved run.
pub fn reopen(run: &Run) -> Result<OpenedRun, RunError> {
    let mut opening = Opening::of(run.clone())?;
    while !opening.advance(usize::MAX) {}
    Ok(opening.finish())
}

/// A saved run that is being opened, some actions at a time: a long one takes seconds.
pub struct Opening {
    run: Run,
    opened: OpenedRun,
    /// Of each branch, which of the run's actions are its own.
    parts: Vec<Range<usize>>,
    /// The branch that is followed,
    branch: usize,
    /// and how many of its own actions are done.
    own: usize,
    /// How many are done of all, and how many there are.
    done: usize,
    total: usize,
    /// After how many actions the file says what it saw, the last first.
    places: Vec<(usize, usize)>,
    /// After how many it was last the same.
    agreed: usize,
}

impl Opening {
    /// Opens it as it starts.
    pub fn of(run: Run) -> Result<Self, RunError> {
        let session = open(run.scenario.clone(), run.seed).map_err(RunError::Scenario)?;
        let opened = OpenedRun {
            session,
            stopped: None,
            branch_stopped: None,
            same_state: None,
            parted: None,
        };
        let mut places: Vec<_> = Trail::places(run.actions.len()).enumerate().collect();
        places.reverse();
        Ok(Self {
            parts: run.parts(),
            total: run.total(),
            run,
            opened,
            branch: 0,
            own: 0,
            done: 0,
            places,
            agreed: 0,
        })
    }

    /// Follows it for at most so many actions more, and no further than to the beginning of a
    /// branch, which may take as long as many actions; says whether it is through.
    pub fn advance(&mut self, most: usize) -> bool {
        for _ in 0..most {
            let Some((action, is_of_run)) = self.next() else {
                break;
            };
            self.follow(action, is_of_run);
        }
        if self.next().is_none() {
            if self.branch + 1 == self.parts.len() {
                return true;
            }
            self.begin_branch();
        }
        false
    }

    /// The next of the branch's own actions, and whether the run does it too.
    fn next(&self) -> Option<(Action, bool)> {
        let part = &self.parts[self.branch];
        let action = match self.own.checked_sub(part.len()) {
            None => self.run.actions.get(part.start + self.own),
            Some(nth) => self.run.rest(self.branch).get(nth),
        };
        Some((action?.clone(), self.own < part.len()))
    }

    fn follow(&mut self, action: Action, is_of_run: bool) {
        (self.own, self.done) = (self.own + 1, self.done + 1);
        let position = self.opened.session.position() + 1;
        match self.opened.session.act(action) {
            Err(error) if is_of_run => {
                self.opened.stopped = Some((position, error));
                self.leave_out();
            }
            Err(error) => {
                let branch = BranchId(self.branch as u32);
                let stopped = &mut self.opened.branch_stopped;
                stopped.get_or_insert((branch, position, error));
                self.leave_out();
            }
            Ok(()) if is_of_run => self.hold_against_trail(position),
            Ok(()) => {}
        }
    }

    fn hold_against_trail(&mut self, position: usize) {
        let Some((place, _)) = self.places.pop_if(|(_, at)| *at == position) else {
            return;
        };
        match self.run.trail.agrees(place, self.opened.session.hash()) {
            Some(false) if self.opened.parted.is_none() => {
                self.opened.parted = Some((self.agreed, position));
            }
            Some(_) => self.agreed = position,
            None => {}
        }
    }

    fn begin_branch(&mut self) {
        (self.branch, self.own) = (self.branch + 1, 0);
        let Some((parent, start)) = self.run.leaves(self.branch) else {
            return;
        };
        let session = &mut self.opened.session;
        session.timeline.fork_at(BranchId(parent as u32), start);
        // Where its parent has ended early, there is nothing that it could go on from. It stays,
        // with its name, and without actions.
        if session.position() < start {
            self.leave_out();
        }
    }

    /// What is left of the branch is left out.
    fn leave_out(&mut self) {
        let own = self.parts[self.branch].len() + self.run.rest(self.branch).len();
        self.done += own - self.own;
        self.own = own;
    }

    /// What can be said of its protocol.
    pub fn about(&self) -> &'static About {
        self.opened.session.about()
    }

    /// How far it is, in percent.
    pub fn percent(&self) -> usize {
        100 * self.done / self.total.max(1)
    }

    /// The run that is opened.
    pub fn run(&self) -> &Run {
        &self.run
    }

    /// The run at its cursor, as far as it was followed.
    pub fn finish(self) -> OpenedRun {
        let mut opened = self.opened;
        let session = &mut opened.session;
        if let Some(tree) = &self.run.tree {
            session.furnish(tree);
        }
        for pin in &self.run.pins {
            // Where the run ends early, the notes of what follows are left out with it.
            session.pin(pin.at, &pin.text).ok();
        }
        session.seek(self.run.cursor);
        let hash = session.hash();
        opened.same_state = self.run.hash.map(|saved| saved == hash);
        opened
    }
}
