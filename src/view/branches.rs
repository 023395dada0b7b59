//! The tree of a run's branches: what each is called, where it leaves another, and where two of
//! them part.

use super::moment::{Happening, Moment};
use super::session::Session;
use crate::history::BranchId;
use crate::share::tree::{self, Tree};

/// One branch.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct BranchCard {
    /// Which it is, in the order in which branches were begun.
    pub id: BranchId,
    /// What somebody has called it.
    pub name: Option<String>,
    /// The branch that it leaves, and after how many events; nothing for the first.
    pub leaves: Option<(BranchId, usize)>,
    /// How many events it has, those of the branches it comes from included.
    pub length: usize,
    /// Whether it is on stage.
    pub on_stage: bool,
}

/// Two branches, held against each other.
#[derive(Clone, Debug, PartialEq)]
pub struct Parting {
    /// The branches.
    pub branches: [BranchId; 2],
    /// How many events they share.
    pub shared: usize,
    /// What the first event is that they do not share, on each; nothing where one ends there.
    pub first: [Option<Vec<Happening>>; 2],
    /// The last moment of each.
    pub ends: [Moment; 2],
}

/// What is remembered of each branch beside its actions.
#[derive(Clone, Debug, Default)]
pub(super) struct Names {
    names: Vec<Option<String>>,
    /// Where the cursor was when the branch was left.
    left_at: Vec<Option<usize>>,
}

impl Names {
    /// Where the cursor was when the branch was left.
    pub(super) fn left_at(&self, id: BranchId) -> Option<usize> {
        self.left_at.get(id.0 as usize).copied().flatten()
    }

    fn place<T: Clone + Default>(all: &mut Vec<T>, id: BranchId) -> &mut T {
        let at = id.0 as usize;
        if all.len() <= at {
            all.resize(at + 1, T::default());
        }
        &mut all[at]
    }
}

impl Session {
    /// All branches, in the order in which they were begun.
    pub fn branches(&self) -> Vec<BranchCard> {
        let all = self.timeline.branches().iter().enumerate();
        all.map(|(at, branch)| {
            let id = BranchId(at as u32);
            BranchCard {
                id,
                name: self.names.names.get(at).cloned().flatten(),
                leaves: branch.parent.map(|parent| (parent, branch.start)),
                length: self.timeline.end_of(id),
                on_stage: id == self.timeline.branch(),
            }
        })
        .collect()
    }

    /// The branch that is on stage.
    pub fn branch(&self) -> BranchId {
        self.timeline.branch()
    }

    /// Calls a branch something; an empty name takes its name away.
    pub fn name_branch(&mut self, id: BranchId, name: &str) {
        if self.timeline.branches().len() <= id.0 as usize {
            return;
        }
        *Names::place(&mut self.names.names, id) = tree::name(name);
    }

    /// Once the branches of a saved run are there: their names, their cursors and their notes; and
    /// the one that was on stage is on stage.
    pub(super) fn furnish(&mut self, tree: &Tree) {
        let there = self.timeline.branches().len();
        for (at, saved) in tree.branches.iter().enumerate().take(there) {
            let id = BranchId(at as u32);
            if let Some(name) = &saved.name {
                self.name_branch(id, name);
            }
            *Names::place(&mut self.names.left_at, id) = saved.cursor;
            self.pin_again(id, &saved.pins);
        }
        self.timeline.switch(BranchId(tree.on_stage as u32));
    }

    /// Returns to a branch, to where one was when one left it, or else to its end.
    pub fn return_to(&mut self, id: BranchId) {
        if id == self.timeline.branch() || self.timeline.branches().len() <= id.0 as usize {
            return;
        }
        let here = self.timeline.branch();
        *Names::place(&mut self.names.left_at, here) = Some(self.timeline.position());
        let left_at = *Names::place(&mut self.names.left_at, id);
        self.timeline.switch(id);
        self.timeline.seek(left_at.unwrap_or(usize::MAX));
    }

    /// Holds two branches against each other. The cursor is where it was, afterwards.
    pub fn part(&mut self, branches: [BranchId; 2]) -> Option<Parting> {
        let count = self.timeline.branches().len();
        if branches.iter().any(|id| id.0 as usize >= count) {
            return None;
        }
        let (branch, position) = (self.timeline.branch(), self.timeline.position());
        let shared = self.timeline.shared(branches[0], branches[1]);
        let first = branches.map(|id| {
            self.timeline.switch(id);
            let goes_on = shared < self.timeline.len();
            self.timeline.seek(shared + 1);
            goes_on.then(|| self.moment().happened)
        });
        let ends = branches.map(|id| {
            self.timeline.switch(id);
            self.timeline.seek(usize::MAX);
            self.moment()
        });
        self.timeline.switch(branch);
        self.timeline.seek(position);
        Some(Parting {
            branches,
            shared,
            first,
            ends,
        })
    }
}
