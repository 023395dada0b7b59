//! The tree of a run's branches as its file has it. The run's own list has the actions of the branch
//! on stage, from the first; the tree says what else was tried, and stands in no link.
//!
//! `"branches":[{"name":"quiet","actions":[{"steps":40}]},{"from":1,"at":6,"on_stage":true}]`: the
//! second branch is on stage and leaves the first after six actions. These the run's list has as
//! well, so the first branch has here only the forty that the run does not do.

use std::fmt;
use std::ops::Range;

use super::items::{items, read_items, then};
use super::json::Json;
use super::pin::{self, PINS_MAX, Pin};
use super::reading::Object;
use super::{Run, RunError, codec};
use crate::protocol::{NODES_MAX, disturbs};
use crate::world::Action;

/// The most branches in one file.
pub const BRANCHES_MAX: usize = 1_000;
/// The longest name of a branch, in characters.
pub const NAME_CHARS_MAX: usize = 40;

/// All branches of a run, and which of them it is.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Tree {
    /// In the order in which they were begun, so each leaves one that stands before it.
    pub branches: Vec<SavedBranch>,
    /// The place of the one whose actions are the run's.
    pub on_stage: usize,
}

/// One branch, as far as the run's list does not have it.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct SavedBranch {
    /// What somebody has called it.
    pub name: Option<String>,
    /// The place of the branch that it leaves, and after how many actions; nothing for the first.
    pub leaves: Option<(usize, usize)>,
    /// Where the cursor was when somebody left it.
    pub cursor: Option<usize>,
    /// Its own actions, but for those at their beginning that the run's list has.
    pub rest: Vec<Action>,
    /// The notes that are pinned to these.
    pub pins: Vec<Pin>,
}

/// Why a list of branches is no tree. Places in it are counted from 1.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum TreeError {
    /// More than [`BRANCHES_MAX`].
    TooMany,
    /// What stands at this place is no branch.
    Bad(usize),
    /// This one leaves a branch that does not stand before it.
    NoParent(usize),
    /// This one leaves another after its end.
    Beyond(usize),
    /// Of this one, this place in the list of actions is no action.
    BadAction(usize, usize),
    /// Of this one, this place in the list of notes is no note.
    BadNote(usize, usize),
    /// None is on stage, or more than one.
    NotOneOnStage,
}

/// What a branch is called if somebody calls it this; nothing if that takes its name away.
pub fn name(typed: &str) -> Option<String> {
    let plain: String = typed.chars().filter(|c| !disturbs(*c)).collect();
    let name: String = plain.trim().chars().take(NAME_CHARS_MAX).collect();
    let name = name.trim_end();
    (!name.is_empty()).then(|| name.to_owned())
}

impl SavedBranch {
    fn start(&self) -> usize {
        self.leaves.map_or(0, |(_, start)| start)
    }

    fn json(&self, on_stage: bool) -> Json {
        let number = |count: usize| Json::Number(count as u64);
        let mut fields = Vec::new();
        let mut add = |name: &str, value| fields.push((name.to_owned(), value));
        if let Some(name) = &self.name {
            add("name", Json::Text(name.clone()));
        }
        if let Some((parent, start)) = self.leaves {
            add("from", number(parent + 1));
            add("at", number(start));
        }
        if on_stage {
            add("on_stage", Json::Bool(true));
        }
        if let Some(cursor) = self.cursor {
            add("cursor", number(cursor));
        }
        if !self.rest.is_empty() {
            add("actions", items(self.rest.iter().map(then)));
        }
        if !self.pins.is_empty() {
            add("notes", Json::list(self.pins.iter().map(Pin::to_json)));
        }
        Json::Object(fields)
    }

    /// Reads everything but the notes, which need to know where the branch lies; says too whether
    /// it is on stage.
    fn read(json: &Json, number: usize, room: usize) -> Result<(Self, bool), RunError> {
        let bad = || RunError::Tree(TreeError::Bad(number));
        let known = [
            "name", "from", "at", "on_stage", "cursor", "actions", "notes",
        ];
        let fields = Object::new(json, "", &known).map_err(|_| bad())?;
        let count = |field| match fields.get(field) {
            None => Ok(None),
            Some(count) => count.number().map(|it| Some(it as usize)).ok_or_else(bad),
        };
        let name = match fields.get("name") {
            None => None,
            Some(given) => {
                let kept = given.text().and_then(name);
                Some(kept.filter(|it| given.text() == Some(it)).ok_or_else(bad)?)
            }
        };
        let leaves = match (count("from")?, count("at")?) {
            (None, None) if number == 1 => None,
            (Some(from), Some(at)) => match from.checked_sub(1) {
                Some(parent) if from < number => Some((parent, at)),
                _ => return Err(TreeError::NoParent(number).into()),
            },
            _ => return Err(bad()),
        };
        let on_stage = match fields.get("on_stage") {
            None => false,
            Some(Json::Bool(true)) => true,
            Some(_) => return Err(bad()),
        };
        let rest = match fields.get("actions") {
            None => Vec::new(),
            Some(list) => {
                let list = list.items().ok_or_else(bad)?;
                let read = read_items(list, &Action::Next, codec::action, room);
                read.map_err(|error| match error {
                    RunError::BadAction(place) => TreeError::BadAction(number, place).into(),
                    other => other,
                })?
            }
        };
        let cursor = count("cursor")?;
        // The run itself has these of the branch on stage.
        if on_stage && !(rest.is_empty() && cursor.is_none()) {
            return Err(bad());
        }
        let branch = Self {
            name,
            leaves,
            cursor,
            rest,
            pins: Vec::new(),
        };
        Ok((branch, on_stage))
    }
}

impl Tree {
    /// Of each branch, which of so many actions of the run are its own.
    fn parts(&self, length: usize) -> Vec<Range<usize>> {
        let mut parts = vec![0..0; self.branches.len()];
        let (mut at, mut end) = (self.on_stage, length);
        loop {
            let start = self.branches[at].start();
            parts[at] = start.min(end)..end;
            let Some((parent, _)) = self.branches[at].leaves else {
                return parts;
            };
            // A branch may leave its parent before the parent's own first action.
            end = end.min(start);
            at = parent;
        }
    }

    pub(super) fn json(&self) -> Json {
        let branches = self.branches.iter().enumerate();
        Json::list(branches.map(|(at, it)| it.json(at == self.on_stage)))
    }

    /// Reads the tree of a run whose own list has been read, with no more actions than there is
    /// room for.
    pub(super) fn read(json: &Json, run: &Run, mut room: usize) -> Result<Self, RunError> {
        let list = json.items().ok_or(TreeError::Bad(1))?;
        if list.len() > BRANCHES_MAX {
            return Err(TreeError::TooMany.into());
        }
        let (mut branches, mut on_stage) = (Vec::new(), None);
        for (at, item) in list.iter().enumerate() {
            let (branch, is_on_stage) = SavedBranch::read(item, at + 1, room)?;
            if is_on_stage && on_stage.replace(at).is_some() {
                return Err(TreeError::NotOneOnStage.into());
            }
            room -= branch.rest.len();
            branches.push(branch);
        }
        let on_stage = on_stage.ok_or(TreeError::NotOneOnStage)?;
        let mut tree = Self { branches, on_stage };
        tree.place(list, run)?;
        Ok(tree)
    }

    /// Checks that each branch leaves another where there is something to leave, and reads the
    /// notes on those moments that the run does not have.
    fn place(&mut self, list: &[Json], run: &Run) -> Result<(), TreeError> {
        let length = run.actions.len();
        if self.branches[self.on_stage].start() > length {
            return Err(TreeError::Beyond(self.on_stage + 1));
        }
        let mut ends = Vec::new();
        let mut pins = PINS_MAX.saturating_sub(run.pins.len());
        for (at, part) in self.parts(length).into_iter().enumerate() {
            let branch = &mut self.branches[at];
            if branch.leaves.is_some_and(|(it, start)| start > ends[it]) {
                return Err(TreeError::Beyond(at + 1));
            }
            let shown = branch.start() + part.len();
            let end = shown + branch.rest.len();
            let notes = pin::read(list[at].get("notes"), shown + 1..=end, pins);
            branch.pins = notes.map_err(|place| TreeError::BadNote(at + 1, place))?;
            branch.cursor = branch.cursor.map(|it| it.min(end));
            pins -= branch.pins.len();
            ends.push(end);
        }
        Ok(())
    }
}

impl Run {
    /// Of each branch, which of the run's actions are its own. Without a tree there is one.
    pub fn parts(&self) -> Vec<Range<usize>> {
        let length = self.actions.len();
        match &self.tree {
            Some(tree) => tree.parts(length),
            None => std::iter::once(0..length).collect(),
        }
    }

    /// What a branch does that the run does not.
    pub fn rest(&self, branch: usize) -> &[Action] {
        self.saved(branch).map_or(&[], |it| &it.rest)
    }

    /// Which branch a branch leaves, and after how many actions; nothing for the first.
    pub fn leaves(&self, branch: usize) -> Option<(usize, usize)> {
        self.saved(branch)?.leaves
    }

    fn saved(&self, branch: usize) -> Option<&SavedBranch> {
        self.tree.as_ref()?.branches.get(branch)
    }

    /// How many actions there are on all branches together.
    pub fn total(&self) -> usize {
        let rests = self.tree.iter().flat_map(|it| &it.branches);
        self.actions.len() + rests.map(|it| it.rest.len()).sum::<usize>()
    }

    /// The most nodes that there are on any branch; beyond [`NODES_MAX`] it may be more.
    pub fn nodes(&self) -> usize {
        let adds = |action: &Action| matches!(action, Action::AddMachine);
        // Of each branch, after how many actions a machine comes.
        let mut added: Vec<Vec<usize>> = Vec::new();
        for (at, part) in self.parts().into_iter().enumerate() {
            let leaves = self.leaves(at);
            let start = leaves.map_or(0, |(_, start)| start);
            let own = self.actions[part].iter().chain(self.rest(at)).enumerate();
            let own = own.filter(|(_, it)| adds(it)).map(|(nth, _)| start + nth);
            let shared = leaves.into_iter().flat_map(|(parent, _)| &added[parent]);
            let shared = shared.copied().filter(|it| *it < start);
            // Bounded: each of many branches may have all of a long list before it.
            let most = usize::from(NODES_MAX);
            added.push(shared.chain(own).take(most).collect());
        }
        let prepared = self.scenario.prepared.iter().filter(|it| adds(it)).count();
        let most = added.iter().map(Vec::len).max().unwrap_or(0);
        usize::from(self.scenario.cluster.nodes) + prepared + most
    }
}

impl From<TreeError> for RunError {
    fn from(error: TreeError) -> Self {
        Self::Tree(error)
    }
}

impl fmt::Display for TreeError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::TooMany => write!(f, "a file has at most {BRANCHES_MAX} branches"),
            Self::Bad(at) => write!(f, "place {at} of the list of branches is no branch"),
            Self::NoParent(at) => write!(
                f,
                "branch {at} leaves a branch that does not stand before it"
            ),
            Self::Beyond(at) => write!(f, "branch {at} leaves another after its end"),
            Self::BadAction(at, place) => {
                write!(
                    f,
                    "place {place} of the actions of branch {at} is no action"
                )
            }
            Self::BadNote(at, place) => {
                write!(f, "place {place} of the notes of branch {at} is no note")
            }
            Self::NotOneOnStage => write!(f, "exactly one branch has to be on stage"),
        }
    }
}
