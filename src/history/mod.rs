//! The timeline: a tree of actions, a cursor, and checkpoints to get anywhere quickly.
//!
//! States are never stored for their own sake. A moment is a run and a cursor, and is found again
//! by replaying from the nearest checkpoint before it.

use std::ops::Range;

use crate::sorted::SortedMap;

use crate::check::Watched;
use crate::protocol::Protocol;
use crate::world::{Action, ActionError, Scenario, ScenarioError, Step};

/// How many checkpoints are kept before every second one is dropped,
const CHECKPOINTS_MAX: usize = 256;
/// and how many bytes they may have together, as states are written down. In memory they take
/// several times as many, or fewer where they share logs.
const BYTES_MAX: usize = 32 << 20;
/// How many actions apart checkpoints are at first; doubled whenever they are thinned.
const SPACING_FIRST: usize = 32;

/// A branch of the tree, by the order in which branches were begun.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct BranchId(pub u32);

/// One line of actions that leaves another at some point.
#[derive(Clone, Debug)]
pub struct Branch {
    /// The branch that this one leaves; none for the first.
    pub parent: Option<BranchId>,
    /// How many actions of the parent's line come before this branch's own.
    pub start: usize,
    /// Its own actions.
    own: Vec<Action>,
}

impl Branch {
    /// Its own actions.
    pub fn own(&self) -> &[Action] {
        &self.own
    }
}

/// A state to replay from, and how many bytes it is when it is written down.
struct Checkpoint<P: Protocol> {
    state: Watched<P>,
    bytes: usize,
}

impl<P: Protocol> Checkpoint<P> {
    fn of(state: &Watched<P>) -> Self {
        Self {
            state: state.clone(),
            bytes: state.world().bytes(),
        }
    }
}

/// The tree, and where one is in it.
pub struct Timeline<P: Protocol> {
    branches: Vec<Branch>,
    /// The branch that the cursor is on.
    branch: BranchId,
    /// How many actions lie before the cursor.
    position: usize,
    current: Watched<P>,
    /// What the action just before the cursor caused; nothing at the start.
    last: Option<Step<P::Message>>,
    checkpoints: SortedMap<(BranchId, usize), Checkpoint<P>>,
    spacing: usize,
    /// [`BYTES_MAX`].
    bytes_max: usize,
}

impl<P: Protocol> Timeline<P> {
    /// A run that has not begun.
    pub fn new(protocol: P, scenario: &Scenario, seed: u32) -> Result<Self, ScenarioError> {
        let start = Watched::new(protocol, scenario, seed)?;
        let root = BranchId(0);
        Ok(Self {
            branches: vec![Branch {
                parent: None,
                start: 0,
                own: Vec::new(),
            }],
            branch: root,
            position: 0,
            checkpoints: SortedMap::from([((root, 0), Checkpoint::of(&start))]),
            current: start,
            last: None,
            spacing: SPACING_FIRST,
            bytes_max: BYTES_MAX,
        })
    }

    /// The world at the cursor.
    pub fn current(&self) -> &Watched<P> {
        &self.current
    }

    /// The world at the start.
    pub fn start(&self) -> &Watched<P> {
        let first = self.checkpoints.get(&(BranchId(0), 0));
        &first.expect("the first branch has a checkpoint at 0").state
    }

    /// What the action just before the cursor caused; nothing at the start.
    pub fn last(&self) -> Option<&Step<P::Message>> {
        self.last.as_ref()
    }

    /// How many actions lie before the cursor.
    pub fn position(&self) -> usize {
        self.position
    }

    /// How many actions this branch has, its parents' included.
    pub fn len(&self) -> usize {
        self.end_of(self.branch)
    }

    /// Whether nothing has been done yet.
    pub fn is_empty(&self) -> bool {
        self.len() == 0
    }

    /// All branches, in the order in which they were begun.
    pub fn branches(&self) -> &[Branch] {
        &self.branches
    }

    /// The branch that the cursor is on.
    pub fn branch(&self) -> BranchId {
        self.branch
    }

    /// The branch whose own action stands at a position of the cursor's branch, and which of its
    /// own actions that is; nothing beyond the end.
    pub fn place(&self, position: usize) -> Option<(BranchId, usize)> {
        let mut id = self.branch;
        while position < self.get(id).start {
            id = self.get(id).parent?;
        }
        let at = position - self.get(id).start;
        (at < self.get(id).own.len()).then_some((id, at))
    }

    /// The action at a position of the cursor's branch.
    pub fn action(&self, position: usize) -> Option<&Action> {
        let (branch, at) = self.place(position)?;
        self.get(branch).own.get(at)
    }

    /// The actions of the cursor's branch, from its first to its last.
    pub fn actions(&self) -> impl Iterator<Item = &Action> {
        (0..self.len()).map_while(|position| self.action(position))
    }

    /// Does something at the cursor. At the end of a branch it grows; in the past, the same action
    /// as last time goes forward, and another begins a branch: the old future stays.
    pub fn act(&mut self, action: Action) -> Result<&Step<P::Message>, ActionError> {
        let step = self.current.apply(&action)?;
        if self.action(self.position) != Some(&action) {
            self.fork();
            self.branches[self.branch.0 as usize].own.push(action);
        }
        Ok(self.arrive(step))
    }

    /// Begins a branch at the cursor, where something lies ahead of it: the old future stays. One
    /// that was begun there and never gone on with will do.
    pub fn fork(&mut self) {
        if self.position < self.len() {
            let (parent, start) = (Some(self.branch), self.position);
            let is_begun =
                |it: &Branch| it.parent == parent && it.start == start && it.own.is_empty();
            if let Some(begun) = self.branches.iter().position(is_begun) {
                self.branch = BranchId(begun as u32);
                return;
            }
            self.begin();
        }
    }

    /// Begins a branch of another at a position of it, whatever lies ahead there; beyond its end
    /// means its end.
    pub fn fork_at(&mut self, parent: BranchId, position: usize) {
        self.switch(parent);
        self.seek(position);
        self.begin();
    }

    fn begin(&mut self) {
        self.branches.push(Branch {
            parent: Some(self.branch),
            start: self.position,
            own: Vec::new(),
        });
        self.branch = BranchId(self.branches.len() as u32 - 1);
    }

    /// Goes to a position of the cursor's branch; beyond its end means its end.
    pub fn seek(&mut self, position: usize) {
        let target = position.min(self.len());
        if target == self.position {
            return;
        }
        let from = match target > self.position && target - self.position <= self.spacing {
            true => (self.position, None),
            false => self.checkpoint_before(target),
        };
        if let (at, Some(checkpoint)) = from {
            self.position = at;
            self.current = checkpoint;
            self.last = None;
        }
        while self.position < target {
            let action = self.action(self.position).cloned();
            let action = action.expect("the target lies within the branch");
            let step = self.current.apply(&action);
            let Ok(step) = step else {
                unreachable!("what was applied once applies again");
            };
            self.arrive(step);
        }
    }

    /// Goes to the end of a branch's shared part, or stays where the branches agree.
    pub fn switch(&mut self, branch: BranchId) {
        if branch == self.branch || branch.0 as usize >= self.branches.len() {
            return;
        }
        let shared = self.shared(self.branch, branch).min(self.position);
        self.seek(shared);
        self.branch = branch;
    }

    /// The branches whose own actions make up the cursor's branch, the first one first, each with
    /// the positions that it has there.
    pub fn lineage(&self) -> Vec<(BranchId, Range<usize>)> {
        let mut line = self.ends(self.branch);
        line.reverse();
        let ranges = line.into_iter().map(|(id, end)| {
            let start = self.get(id).start;
            (id, start.min(end)..end)
        });
        ranges.filter(|(_, range)| !range.is_empty()).collect()
    }

    /// A branch and those that it comes from, each with where its part of the branch ends.
    fn ends(&self, mut id: BranchId) -> Vec<(BranchId, usize)> {
        let mut end = self.end_of(id);
        let mut line = vec![(id, end)];
        while let Some(parent) = self.get(id).parent {
            // A branch may leave its parent before the parent's own first action.
            end = end.min(self.get(id).start);
            line.push((parent, end));
            id = parent;
        }
        line
    }

    /// How many actions two branches share.
    pub fn shared(&self, one: BranchId, other: BranchId) -> usize {
        let (mine, theirs) = (self.ends(one), self.ends(other));
        let meets = mine.iter().find_map(|(id, end)| {
            let (_, other_end) = theirs.iter().find(|(other, _)| other == id)?;
            Some(*end.min(other_end))
        });
        meets.unwrap_or(0)
    }

    /// The action at the cursor has been applied: the cursor moves past it.
    fn arrive(&mut self, step: Step<P::Message>) -> &Step<P::Message> {
        self.position += 1;
        if self.position.is_multiple_of(self.spacing) {
            let owner = self.owner_of(self.position);
            let key = (owner, self.position);
            self.checkpoints
                .get_or_insert_with(key, || Checkpoint::of(&self.current));
            self.thin();
        }
        self.last.insert(step)
    }

    /// The branch whose own actions end just before a position of the cursor's line.
    fn owner_of(&self, position: usize) -> BranchId {
        let mut id = self.branch;
        while let (Some(parent), true) = (self.get(id).parent, position <= self.get(id).start) {
            id = parent;
        }
        id
    }

    /// The nearest checkpoint from which the action before `target` can be replayed.
    fn checkpoint_before(&self, target: usize) -> (usize, Option<Watched<P>>) {
        let mut end = target.saturating_sub(1);
        let mut id = self.owner_of(end);
        loop {
            let nearest = self.checkpoints.last_up_to(&(id, end));
            if let Some(((owner, at), found)) = nearest.filter(|((owner, _), _)| *owner == id) {
                debug_assert!(*owner == id && *at <= end);
                return (*at, Some(found.state.clone()));
            }
            let branch = self.get(id);
            let parent = branch
                .parent
                .expect("the first branch has a checkpoint at 0");
            (id, end) = (parent, end.min(branch.start));
        }
    }

    /// Keeps memory bounded: drops every second checkpoint, and sets new ones twice as far apart.
    fn thin(&mut self) {
        while self.checkpoints.len() > CHECKPOINTS_MAX || self.bytes() > self.bytes_max {
            self.spacing *= 2;
            let spacing = self.spacing;
            self.checkpoints
                .retain(|(_, position)| position.is_multiple_of(spacing));
            if spacing > self.position {
                // The start alone is left, without which there is no way back.
                break;
            }
        }
    }

    /// How many bytes the checkpoints are, written down.
    fn bytes(&self) -> usize {
        self.checkpoints.values().map(|it| it.bytes).sum()
    }

    fn get(&self, id: BranchId) -> &Branch {
        &self.branches[id.0 as usize]
    }

    /// How many actions a branch has, its parents' included.
    pub fn end_of(&self, id: BranchId) -> usize {
        let branch = self.get(id);
        branch.start + branch.own.len()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::protocol::{Any, ClientId, Value};

    /// However long a run gets, and however large its states, the checkpoints stay within bounds,
    /// and lead back to the same states.
    #[test]
    fn checkpoints_are_bounded() {
        let scenario = Scenario::of("raft", 3);
        let protocol = Any::open("raft", &scenario.cluster).unwrap();
        let mut timeline = Timeline::new(protocol, &scenario, 1).unwrap();
        timeline.bytes_max = 100_000;
        let client = ClientId(1);
        let mut hashes = vec![timeline.current().world().hash()];
        let mut most = 0;
        while timeline.len() < 6_000 {
            let asks = !timeline.current().world().clients()[&client].is_waiting();
            let ask = Action::Submit {
                client,
                to: None,
                value: Value::new("n+1").unwrap(),
            };
            timeline.act(if asks { ask } else { Action::Next }).unwrap();
            hashes.push(timeline.current().world().hash());
            assert!(timeline.bytes() <= timeline.bytes_max);
            assert!(timeline.checkpoints.len() <= CHECKPOINTS_MAX);
            most = most.max(timeline.bytes());
        }
        // The bound was met, and not only far away.
        assert!(most > 50_000 && timeline.spacing > SPACING_FIRST * 4);
        for position in [0, 1, 31, 32, 4_097, 2_000, 5_999, 6_000, 3] {
            timeline.seek(position);
            assert_eq!(timeline.current().world().hash(), hashes[position]);
        }
    }
}
