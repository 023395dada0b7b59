//! The one facade that a screen talks to: object-safe, so that components are not generic over
//! protocols.

use crate::history::Timeline;
use crate::protocol::registry::{self, Visitor};
use crate::protocol::{ClientId, NodeId, Protocol, Stride, Value};
use crate::share::{Run, RunError};
use crate::world::{Action, ActionError, Payload, Scenario, ScenarioError};

use super::moment::{self, Moment};
use super::transcript::{self, Line};

/// The most steps that "next phase" or "next election" takes.
pub const STRIDE_STEPS_MAX: usize = 2_000;

/// How many nodes a visitor sees first.
const FIRST_LOOK_NODES: u8 = 5;

/// A run on a screen.
pub trait Session {
    /// What can be said of its protocol.
    fn about(&self) -> &'static registry::Entry;
    /// What it started from.
    fn scenario(&self) -> &Scenario;
    /// What its random numbers follow from.
    fn seed(&self) -> u32;
    /// Everything a screen needs of the moment at the cursor.
    fn moment(&self) -> Moment;
    /// How many actions lie before the cursor.
    fn position(&self) -> usize;
    /// How many actions the branch has.
    fn length(&self) -> usize;
    /// How many properties are lost at the cursor.
    fn losses(&self) -> usize;
    /// When the next event is due, in virtual milliseconds.
    fn next_due(&self) -> Option<u64>;
    /// Virtual time at the cursor, in milliseconds.
    fn now(&self) -> u64;
    /// The action before a position of the branch, counted from 1.
    fn action(&self, position: usize) -> Option<&Action>;
    /// Whether an action makes sense now.
    fn check(&self, action: &Action) -> Result<(), ActionError>;
    /// Does something at the cursor.
    fn act(&mut self, action: Action) -> Result<(), ActionError>;
    /// Takes steps to the end of the phase, or to the election's outcome or a commit; stops where
    /// a property is lost. Gives the number of steps.
    fn stride(&mut self) -> Result<usize, ActionError>;
    /// The hash of the state at the cursor.
    fn hash(&self) -> u64;
    /// Moves the cursor.
    fn seek(&mut self, position: usize);
    /// The run as it can be saved, with the cursor and the state's hash.
    fn run(&self) -> Run;
    /// The run up to the cursor as text, line by line.
    fn transcript(&self) -> Vec<Line>;
}

/// What a visitor sees first of a protocol.
pub fn first_look(protocol: &str) -> Scenario {
    let mut scenario = Scenario::of(protocol, FIRST_LOOK_NODES);
    let wish = registry::find(protocol).and_then(|entry| entry.first_wish);
    if let Some(value) = wish.and_then(|wish| Value::new(wish).ok()) {
        scenario.prepared.push(Action::Submit {
            client: ClientId(1),
            to: Some(NodeId(1)),
            value,
        });
    }
    scenario
}

/// Opens a scenario with nothing done yet.
pub fn open(scenario: Scenario, seed: u32) -> Result<Box<dyn Session>, ScenarioError> {
    let opener = Opener {
        scenario: scenario.clone(),
        seed,
    };
    registry::visit(&scenario.protocol, &scenario.cluster, opener)
        .map_err(ScenarioError::Open)
        .and_then(|opened| opened)
}

/// A saved run, opened as far as this engine can follow it.
pub struct OpenedRun {
    /// The run, at its cursor.
    pub session: Box<dyn Session>,
    /// The first action that made no sense, counted from 1, and why; what follows is left out.
    pub stopped: Option<(usize, ActionError)>,
    /// Whether the state at the cursor is the one that was saved, where the file says which.
    pub same_state: Option<bool>,
}

/// Opens a saved run.
pub fn reopen(run: &Run) -> Result<OpenedRun, RunError> {
    let session = open(run.scenario.clone(), run.seed).map_err(RunError::Scenario)?;
    let mut opened = OpenedRun {
        session,
        stopped: None,
        same_state: None,
    };
    for (position, action) in run.actions.iter().enumerate() {
        if let Err(error) = opened.session.act(action.clone()) {
            opened.stopped = Some((position + 1, error));
            break;
        }
    }
    opened.session.seek(run.cursor);
    let hash = opened.session.hash();
    opened.same_state = run.hash.map(|saved| saved == hash);
    Ok(opened)
}

struct Opener {
    scenario: Scenario,
    seed: u32,
}

impl Visitor for Opener {
    type Output = Result<Box<dyn Session>, ScenarioError>;
    fn visit<P: Protocol>(self, protocol: P) -> Self::Output {
        let timeline = Timeline::new(protocol, &self.scenario, self.seed)?;
        Ok(Box::new(Open {
            timeline,
            scenario: self.scenario,
            seed: self.seed,
        }))
    }
}

struct Open<P: Protocol> {
    timeline: Timeline<P>,
    scenario: Scenario,
    seed: u32,
}

impl<P: Protocol> Session for Open<P> {
    fn about(&self) -> &'static registry::Entry {
        registry::find(P::ABOUT.key).expect("an open protocol is in the registry")
    }

    fn scenario(&self) -> &Scenario {
        &self.scenario
    }

    fn seed(&self) -> u32 {
        self.seed
    }

    fn moment(&self) -> Moment {
        let timeline = &self.timeline;
        moment::read(
            timeline.current(),
            timeline.last(),
            timeline.position(),
            timeline.len(),
        )
    }

    fn position(&self) -> usize {
        self.timeline.position()
    }

    fn length(&self) -> usize {
        self.timeline.len()
    }

    fn losses(&self) -> usize {
        self.timeline.current().violations().len()
    }

    fn next_due(&self) -> Option<u64> {
        self.timeline.current().world().next().map(|(at, _)| at)
    }

    fn now(&self) -> u64 {
        self.timeline.current().world().now()
    }

    fn action(&self, position: usize) -> Option<&Action> {
        self.timeline.action(position.checked_sub(1)?)
    }

    fn check(&self, action: &Action) -> Result<(), ActionError> {
        self.timeline.current().world().check(action)
    }

    fn act(&mut self, action: Action) -> Result<(), ActionError> {
        self.timeline.act(action).map(|_| ())
    }

    fn stride(&mut self) -> Result<usize, ActionError> {
        let losses = self.losses();
        let start = self.position();
        self.check(&Action::Next)?;
        match P::ABOUT.stride {
            Stride::Milestone => self.to_milestone(losses),
            Stride::Phase => self.to_phase_end(losses),
        }
        Ok(self.position() - start)
    }

    fn hash(&self) -> u64 {
        self.timeline.current().world().hash()
    }

    fn seek(&mut self, position: usize) {
        self.timeline.seek(position);
    }

    fn run(&self) -> Run {
        Run {
            scenario: self.scenario.clone(),
            seed: self.seed,
            actions: self.timeline.actions().cloned().collect(),
            cursor: self.timeline.position(),
            hash: Some(self.hash()),
        }
    }

    fn transcript(&self) -> Vec<Line> {
        transcript::of(&self.timeline, &self.scenario, self.seed)
    }
}

impl<P: Protocol> Open<P> {
    /// One step of a stride; says whether to go on.
    fn stride_step(&mut self, losses: usize, steps: &mut usize) -> bool {
        *steps += 1;
        *steps <= STRIDE_STEPS_MAX
            && self.timeline.act(Action::Next).is_ok()
            && self.losses() == losses
    }

    fn to_milestone(&mut self, losses: usize) {
        let mut steps = 0;
        while self.stride_step(losses, &mut steps) {
            let world = self.timeline.current().world();
            let events = self.timeline.last().map(|step| step.events.as_slice());
            let reached = events.unwrap_or_default().iter().any(|event| match event {
                crate::world::Event::Fact(id, fact) => {
                    let node = &world.machines()[id].node;
                    world.protocol().is_milestone(node, fact)
                }
                _ => false,
            });
            if reached {
                return;
            }
        }
    }

    /// To where no message of the next phase is under way any more.
    fn to_phase_end(&mut self, losses: usize) {
        let mut steps = 0;
        let phase = loop {
            if let Some(phase) = self.next_phase() {
                break phase;
            }
            if !self.stride_step(losses, &mut steps) {
                return;
            }
        };
        while self.is_under_way(phase) && self.stride_step(losses, &mut steps) {}
    }

    /// The phase of the message that arrives next.
    fn next_phase(&self) -> Option<crate::protocol::Phase> {
        let world = self.timeline.current().world();
        let (_, crate::world::Pending::Arrival(id)) = world.next()? else {
            return None;
        };
        match &*world.flights()[&id].payload {
            Payload::Peer(message) => world.protocol().phase(message),
            Payload::Request(_) | Payload::Reply(_) => None,
        }
    }

    fn is_under_way(&self, phase: crate::protocol::Phase) -> bool {
        let world = self.timeline.current().world();
        world
            .flights()
            .values()
            .any(|flight| match &*flight.payload {
                Payload::Peer(message) => {
                    !flight.held && world.protocol().phase(message) == Some(phase)
                }
                Payload::Request(_) | Payload::Reply(_) => false,
            })
    }
}
