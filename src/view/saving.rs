//! A session as a run that can be saved.

use super::session::{Session, open};
use crate::history::BranchId;
use crate::share::tree::{BRANCHES_MAX, SavedBranch, Tree};
use crate::share::{ACTIONS_MAX, ENGINE, Run, Trail};

impl Session {
    /// The branch on stage as a run, with the cursor and the state's hash.
    pub fn run(&self) -> Run {
        Run {
            engine: ENGINE,
            scenario: self.scenario().clone(),
            seed: self.seed(),
            actions: self.timeline.actions().cloned().collect(),
            cursor: self.timeline.position(),
            hash: Some(self.hash()),
            pins: if cfg!(feature = "full") {
                self.pins()
            } else {
                Vec::new()
            },
            trail: Trail::default(),
            tree: None,
        }
    }

    /// The same, with what this engine sees on the way: the whole run is played for it.
    pub fn run_with_trail(&self) -> Run {
        let mut run = self.run();
        let Ok(mut replayed) = open(run.scenario.clone(), run.seed) else {
            unreachable!("what was opened once opens again");
        };
        for place in Trail::places(run.actions.len()) {
            for action in &run.actions[replayed.position()..place] {
                if replayed.act(action.clone()).is_err() {
                    unreachable!("what was applied once applies again");
                }
            }
            run.trail.push(replayed.hash());
        }
        run
    }

    /// The run with all branches; nothing where they are more than a file takes.
    pub fn run_with_branches(&self) -> Option<Run> {
        let mut run = self.run();
        let count = self.timeline.branches().len();
        if count > 1 || self.branches()[0].name.is_some() {
            run.tree = Some(self.tree());
        }
        let fits = count == 1 || count <= BRANCHES_MAX && run.total() <= ACTIONS_MAX;
        fits.then_some(run)
    }

    fn tree(&self) -> Tree {
        let (on_stage, lineage) = (self.timeline.branch(), self.timeline.lineage());
        let cards = self.branches().into_iter();
        let branches = cards.zip(self.timeline.branches()).map(|(card, branch)| {
            let id = card.id;
            let part = lineage.iter().find(|(it, _)| *it == id);
            let shown = part.map_or(0, |(_, range)| range.len());
            let left_at = self.names.left_at(id).filter(|_| id != on_stage);
            SavedBranch {
                name: card.name,
                leaves: card.leaves.map(|(BranchId(it), at)| (it as usize, at)),
                cursor: left_at.map(|it| it.min(card.length)),
                rest: branch.own()[shown..].to_vec(),
                pins: self.pins_beyond(id, shown),
            }
        });
        Tree {
            branches: branches.collect(),
            on_stage: on_stage.0 as usize,
        }
    }
}
