//! The search: breadth first over everything that can happen, so that the run it finds is a
//! shortest one.
//!
//! States are told apart by 64-bit fingerprints, as TLC and stateright do; with *n* states the odds
//! that one was taken for another are about *n*² / 2⁶⁵, which [`Progress::odds_of_a_miss`] gives.

mod bounds;
mod layer;
mod space;
mod table;
mod trace;

pub use bounds::{Bounds, BoundsError, COMMANDS_MAX, Command, FAULTS_MAX, Goal, TIMEOUTS_MAX};

use crate::protocol::Protocol;
use crate::world::{Action, Behaviour, Scenario, ScenarioError};

use super::Watched;
use layer::{Block, Layer, Shape};
use space::{Candidate, Space, State};
use table::{Chunks, Fingerprints};

/// How many states are expanded together, so that their look-ups overlap.
const BLOCK: usize = 64;

/// Why a search cannot begin.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum SearchError {
    /// The scenario cannot run.
    Scenario(ScenarioError),
    /// The bounds make no sense for it.
    Bounds(BoundsError),
}

/// How a search stands.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Status {
    /// There is more to visit.
    Searching,
    /// The goal is reached: [`Search::found`] has a shortest run.
    Found,
    /// Everything within the bounds was visited; no limit on depth cut it short.
    Exhausted,
    /// Everything up to the depth of the bounds was visited; there would be more.
    DepthReached,
    /// The memory that it may use is full.
    OutOfMemory,
}

/// What a search has covered, exactly.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Progress {
    /// How it stands.
    pub status: Status,
    /// Distinct states seen.
    pub states: u64,
    /// Actions tried.
    pub transitions: u64,
    /// All states that so many actions lead to have been seen.
    pub depth: u32,
    /// States seen and not yet expanded.
    pub frontier: u64,
    /// Bytes in use at the most so far.
    pub bytes: u64,
    /// Distinct states of a single endpoint, distinct messages, and distinct pairs of a state and
    /// an input, behind all of these.
    pub parts: (u64, u64, u64),
}

impl Progress {
    /// The odds that a state was taken for another one and left out.
    pub fn odds_of_a_miss(&self) -> f64 {
        let n = self.states as f64;
        n * n / 2_f64.powi(65)
    }
}

/// A run that a search found.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Found {
    /// The scenario, with a start from which nothing happens by chance.
    pub scenario: Scenario,
    /// What its random numbers follow from.
    pub seed: u32,
    /// What leads from the start to the goal.
    pub actions: Vec<Action>,
}

/// A search under way.
pub struct Search<P: Protocol> {
    space: Space<P>,
    /// As it is at the scenario's start; by the end of what is prepared it may have a machine more.
    protocol: P,
    scenario: Scenario,
    seed: u32,
    root: State,
    shape: Shape,
    seen: Fingerprints,
    /// For each state but the first, the state that it was reached from.
    parents: Chunks<u32>,
    /// And which of that state's candidates it was.
    ordinals: Chunks<u16>,
    layer: Layer,
    next: Layer,
    /// How many states of the layer's first block have been expanded.
    expanded: usize,
    /// The number of that block's first state.
    first: usize,
    depth: u32,
    depth_max: u32,
    bytes_max: usize,
    bytes_peak: usize,
    transitions: u64,
    status: Status,
    /// The state before the last action of what was found, and which action it is.
    found: Option<(usize, u16)>,
    block: Vec<Next>,
}

/// A candidate, with where it came from.
struct Next {
    candidate: Candidate,
    /// By place in the layer's first block.
    parent: u32,
    ordinal: u16,
}

impl<P: Protocol> Search<P> {
    /// A search from the end of a scenario's prepared actions. It may use so many bytes.
    ///
    /// Chance is left out of it: from there on, messages are lost or copied only where the search
    /// says so, and nodes that stand still go on.
    pub fn new(
        protocol: P,
        scenario: &Scenario,
        seed: u32,
        bounds: &Bounds,
        goal: &Goal,
        bytes_max: usize,
    ) -> Result<Self, SearchError> {
        let scenario = without_chance(protocol.clone(), scenario, seed)?;
        let start = Watched::new(protocol.clone(), &scenario, seed);
        let start = start.map_err(SearchError::Scenario)?;
        let (space, root) = Space::new(&start, bounds, goal).map_err(SearchError::Bounds)?;
        let is_lost = start.violations().iter().any(|it| match goal {
            Goal::Lose(Some(id)) => it.property.id == id,
            Goal::Lose(None) => true,
            Goal::Reach(_) | Goal::Nothing => false,
        });
        let is_there = is_lost || space.is_reached(root.view());
        let shape = Shape {
            ends: root.locals.len(),
            images: root.images.len(),
        };
        let mut layer = Layer::new(shape);
        layer.push(&root);
        let mut seen = Fingerprints::new();
        seen.insert(root.view().key());
        let (mut parents, mut ordinals) = (Chunks::new(), Chunks::new());
        parents.push(0);
        ordinals.push(0);
        Ok(Self {
            shape,
            next: Layer::new(shape),
            space,
            protocol,
            scenario,
            seed,
            seen,
            parents,
            ordinals,
            layer,
            expanded: 0,
            first: 0,
            depth: 0,
            depth_max: bounds.depth.unwrap_or(u32::MAX),
            bytes_max,
            bytes_peak: 0,
            transitions: 0,
            status: match is_there {
                true => Status::Found,
                false if bounds.depth == Some(0) => Status::DepthReached,
                false => Status::Searching,
            },
            found: None,
            block: Vec::new(),
            root,
        })
    }

    /// Goes on until about so many more states have been expanded, or to the end.
    pub fn advance(&mut self, states: usize) -> Status {
        let mut left = states;
        while self.status == Status::Searching && left > 0 {
            left = left.saturating_sub(BLOCK);
            self.expand_block();
        }
        self.status
    }

    /// What has been covered so far.
    pub fn progress(&self) -> Progress {
        let (locals, messages, transitions) = self.space.sizes();
        Progress {
            status: self.status,
            states: self.parents.len() as u64,
            transitions: self.transitions,
            depth: self.depth,
            frontier: (self.layer.len() - self.expanded + self.next.len()) as u64,
            bytes: self.bytes_peak.max(self.bytes()) as u64,
            parts: (locals as u64, messages as u64, transitions as u64),
        }
    }

    /// How many permutations of names change nothing: up to so many states count as one. It is 1
    /// without symmetry, and where no two nodes are alike.
    pub fn permutations(&self) -> usize {
        1 + self.shape.images
    }

    /// The shortest run that reaches the goal, played by the world itself; nothing as long as none
    /// is found.
    ///
    /// # Panics
    ///
    /// Where the world does not see what the search saw: one of the two is wrong, and showing the
    /// run would be worse.
    pub fn found(&mut self) -> Option<Found> {
        if self.status != Status::Found {
            return None;
        }
        let actions = self.path();
        Some(Found {
            scenario: self.scenario.clone(),
            seed: self.seed,
            actions,
        })
    }

    fn bytes(&self) -> usize {
        self.seen.bytes() + self.bytes_besides_seen()
    }

    fn bytes_besides_seen(&self) -> usize {
        self.parents.bytes()
            + self.ordinals.bytes()
            + self.layer.bytes()
            + self.next.bytes()
            + self.space.bytes()
    }

    fn expand_block(&mut self) {
        let Some(block) = self.layer.front() else {
            self.go_deeper();
            return;
        };
        let end = (self.expanded + BLOCK).min(block.len());
        let candidates = &mut self.block;
        candidates.clear();
        for parent in self.expanded..end {
            let mut ordinal = 0;
            self.space.candidates(block.get(parent), &mut |candidate| {
                candidates.push(Next {
                    candidate,
                    parent: parent as u32,
                    ordinal,
                });
                ordinal += 1;
            });
        }
        let more = candidates.len();
        let needed = self.bytes_besides_seen()
            + 2 * Block::bytes(self.shape)
            + self.seen.bytes_to_grow(more);
        if needed > self.bytes_max {
            self.status = Status::OutOfMemory;
            return;
        }
        self.seen.reserve(more);
        let all = self.block.iter();
        let touched = all.fold(0, |all, next| all ^ self.seen.touch(next.candidate.key));
        std::hint::black_box(touched);
        self.transitions += more as u64;
        for next in &self.block {
            let parent = self.first + next.parent as usize;
            let mut found = next.candidate.found;
            if !found && self.seen.insert(next.candidate.key) {
                self.parents.push(parent as u32);
                self.ordinals.push(next.ordinal);
                let before = block.get(next.parent as usize);
                self.next.push_built(&self.space, before, &next.candidate);
                found = self.space.reads_states()
                    && self.next.last().is_some_and(|it| self.space.is_reached(it));
            }
            if found {
                self.found = Some((parent, next.ordinal));
                self.status = Status::Found;
                return;
            }
        }
        self.expanded = end;
        if end == block.len() {
            self.first += end;
            self.expanded = 0;
            self.bytes_peak = self.bytes_peak.max(self.bytes());
            self.layer.pop_front();
        }
    }

    /// Begins the next depth, if there is one.
    fn go_deeper(&mut self) {
        if self.next.len() == 0 {
            self.status = Status::Exhausted;
            return;
        }
        self.depth += 1;
        if self.depth >= self.depth_max {
            self.status = Status::DepthReached;
            return;
        }
        std::mem::swap(&mut self.layer, &mut self.next);
    }
}

/// The scenario with a start from which nothing happens by chance.
fn without_chance<P: Protocol>(
    protocol: P,
    scenario: &Scenario,
    seed: u32,
) -> Result<Scenario, SearchError> {
    let start = Watched::new(protocol, scenario, seed).map_err(SearchError::Scenario)?;
    let mut scenario = scenario.clone();
    let world = start.world();
    let mut network = world.network().clone();
    let certain = |behaviour: Behaviour| Behaviour {
        loss_permille: 0,
        duplicate_permille: 0,
        ..behaviour
    };
    network = network.with(None, certain(network.common()));
    for behaviour in network.apart.values_mut() {
        *behaviour = certain(*behaviour);
    }
    if network != *world.network() {
        scenario.prepared.push(Action::Links(network));
    }
    for (id, machine) in world.machines().iter() {
        if machine.paused_since.is_some() {
            scenario.prepared.push(Action::Resume(*id));
        }
    }
    Ok(scenario)
}

impl std::fmt::Display for SearchError {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self {
            Self::Scenario(error) => error.fmt(f),
            Self::Bounds(error) => error.fmt(f),
        }
    }
}
