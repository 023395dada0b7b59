//! The one facade that a screen talks to, so that components are not generic over protocols.

use std::sync::Arc;

use crate::check::condition::Condition;
use crate::history::Timeline;
use crate::protocol::{About, Any, ClientId, NodeId, Phase, Protocol, Stride, Value, registry};
use crate::share::ACTIONS_MAX;
use crate::sorted::SortedSet;
use crate::world::{
    Action, ActionError, Event, Network, Payload, Pending, Scenario, ScenarioError, World,
};

use super::branches::Names;
use super::chronicle::{Chronicle, Entries};
use super::compare::Counter;
use super::diagram::{self, Cone, Picture, Window};
use super::moment::{self, Moment};
use super::pins::Pins;
use super::transcript::{self, Line};

/// The most steps that "next phase" or "next election" takes.
pub const STRIDE_STEPS_MAX: usize = 600;

/// How many nodes a visitor sees first.
const FIRST_LOOK_NODES: u8 = 5;

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
pub fn open(scenario: Scenario, seed: u32) -> Result<Session, ScenarioError> {
    let protocol = Any::open(&scenario.protocol, &scenario.cluster).map_err(ScenarioError::Open)?;
    let timeline = Timeline::new(protocol, &scenario, seed)?;
    Ok(Session {
        chronicle: Chronicle::new(&timeline),
        names: Names::default(),
        timeline,
        scenario,
        seed,
        pins: Pins::default(),
    })
}

/// A run on a screen: the one facade that components talk to.
pub struct Session {
    pub(super) timeline: Timeline<Any>,
    /// What a diagram shows; only the full program draws one.
    chronicle: Chronicle,
    pub(super) names: Names,
    scenario: Scenario,
    seed: u32,
    /// Notes of people; only the full program shows any.
    pub(super) pins: Pins,
}

impl Session {
    /// What can be said of its protocol.
    pub fn about(&self) -> &'static About {
        self.timeline.current().world().protocol().about()
    }

    /// What it started from.
    pub fn scenario(&self) -> &Scenario {
        &self.scenario
    }

    /// What its random numbers follow from.
    pub fn seed(&self) -> u32 {
        self.seed
    }

    /// Everything a screen needs of the moment at the cursor.
    pub fn moment(&self) -> Moment {
        let timeline = &self.timeline;
        moment::read(
            timeline.current(),
            timeline.last(),
            timeline.position(),
            timeline.len(),
            !matches!(
                timeline.action(timeline.position()),
                None | Some(Action::Next)
            ),
        )
    }

    /// How many actions lie before the cursor.
    pub fn position(&self) -> usize {
        self.timeline.position()
    }

    /// How many actions the branch has.
    pub fn length(&self) -> usize {
        self.timeline.len()
    }

    /// How many properties are lost at the cursor.
    pub fn losses(&self) -> usize {
        self.timeline.current().violations().len()
    }

    /// When the next step is due, in virtual milliseconds: of a recorded action, as it was.
    pub fn next_due(&self) -> Option<u64> {
        match self.timeline.action(self.position()) {
            None | Some(Action::Next) => self.timeline.current().world().next().map(|it| it.0),
            Some(Action::Advance(ms)) => Some(self.now() + u64::from(*ms)),
            Some(_) => Some(self.now()),
        }
    }

    /// Virtual time at the cursor, in milliseconds.
    pub fn now(&self) -> u64 {
        self.timeline.current().world().now()
    }

    /// The action before a position of the branch, counted from 1.
    pub fn action(&self, position: usize) -> Option<&Action> {
        self.timeline.action(position.checked_sub(1)?)
    }

    /// How the links behave at the cursor.
    pub fn network(&self) -> &Network {
        self.timeline.current().world().network()
    }

    /// The command by which a client asks for a machine to become one of these members, or to be one
    /// no longer.
    pub fn change(&self, members: &SortedSet<NodeId>, id: NodeId) -> Option<Value> {
        let world = self.timeline.current().world();
        world.protocol().change(members, id)
    }

    /// Whether an action makes sense now.
    pub fn check(&self, action: &Action) -> Result<(), ActionError> {
        self.timeline.current().world().check(action)
    }

    /// How many actions more there can be, on all branches together: what is on stage can be saved,
    /// and what was saved opens.
    pub(super) fn room(&self) -> usize {
        let branches = self.timeline.branches().iter();
        let done: usize = branches.map(|it| it.own().len()).sum();
        ACTIONS_MAX.saturating_sub(done)
    }

    /// Whether there is room for so many steps.
    pub(super) fn check_room(&self, steps: usize) -> Result<(), ActionError> {
        let new = (self.position() + steps).saturating_sub(self.length());
        match new <= self.room() {
            true => Ok(()),
            false => Err(ActionError::RunFull),
        }
    }

    /// Does something at the cursor.
    pub fn act(&mut self, action: Action) -> Result<(), ActionError> {
        if self.room() == 0 && self.timeline.action(self.position()) != Some(&action) {
            return Err(ActionError::RunFull);
        }
        self.timeline.act(action)?;
        if cfg!(feature = "full") {
            self.chronicle.record(&self.timeline);
        }
        Ok(())
    }

    /// What is to be drawn of a stretch of the branch's time: the whole truth, or what one node
    /// knows of it.
    pub fn picture(&self, window: Window, seen_by: Option<NodeId>) -> Picture {
        match seen_by {
            None => diagram::picture(&self.entries(), window),
            Some(node) => diagram::picture_of(&self.entries(), window, node),
        }
    }

    /// What a step of the branch depends on, and what depends on it.
    pub fn cone(&self, step: usize) -> Option<Cone> {
        diagram::cone(&self.entries(), step)
    }

    /// What happened on the branch, step by step.
    pub fn entries(&self) -> Entries<'_> {
        self.chronicle.line(&self.timeline)
    }

    /// Goes forward by one action: the recorded one, or at the end the scheduler's choice.
    pub fn step(&mut self) -> Result<(), ActionError> {
        if self.position() < self.length() {
            self.timeline.seek(self.position() + 1);
            return Ok(());
        }
        self.act(Action::Next)
    }

    /// Begins a branch at the cursor: what lies ahead is kept, but no longer followed.
    pub fn fork(&mut self) {
        self.timeline.fork();
    }

    /// Takes steps to the end of the phase, or to the election's outcome or a commit; stops where
    /// a property is lost. Gives the number of steps; none where no outcome is in sight.
    pub fn stride(&mut self) -> Result<usize, ActionError> {
        if self.position() == self.length() {
            self.check(&Action::Next)?;
        }
        let steps = self.stride_length();
        self.check_room(steps)?;
        for _ in 0..steps {
            self.step()?;
        }
        Ok(steps)
    }

    /// How many steps a stride takes.
    pub(super) fn stride_length(&self) -> usize {
        let steps = match self.about().stride {
            Stride::Milestone => self.steps_to_milestone(),
            Stride::Phase => self.steps_to_phase_end(),
        };
        steps.unwrap_or(0)
    }

    /// A counter of what the run has cost up to the cursor, what was prepared included.
    pub(super) fn counter(&self) -> Counter {
        let bare = Scenario {
            prepared: Vec::new(),
            ..self.scenario.clone()
        };
        // That at the cursor may have a machine more than the run began with.
        let Ok(protocol) = Any::open(&bare.protocol, &bare.cluster) else {
            unreachable!("the run was opened with it");
        };
        let mut world = World::new(Arc::new(protocol), &bare, self.seed);
        let mut counter = Counter::new(&world);
        let done = self.timeline.actions().take(self.position());
        for action in self.scenario.prepared.iter().chain(done) {
            let Ok(step) = world.apply(action) else {
                unreachable!("what was applied once applies again");
            };
            counter.count::<Any>(&step, world.now());
        }
        counter
    }

    /// Adds what the last action has cost.
    pub(super) fn count_last(&self, counter: &mut Counter) {
        if let Some(step) = self.timeline.last() {
            counter.count::<Any>(step, self.now());
        }
    }

    /// The hash of the state at the cursor.
    pub fn hash(&self) -> u64 {
        self.timeline.current().world().hash()
    }

    /// Whether a condition holds at the cursor, after the step that led there.
    pub fn holds(&self, condition: &Condition) -> bool {
        let state = self.timeline.current();
        match self.timeline.last() {
            Some(step) => condition.holds_after(state, step),
            None => condition.holds_in(state),
        }
    }

    /// The moment after the next step; nothing where there is none. The run stays as it is.
    pub fn ahead(&self) -> Option<Moment> {
        let next = self.timeline.action(self.position());
        self.what_if(&[next.unwrap_or(&Action::Next).clone()])
    }

    /// The moment after these actions, done one after the other; nothing where one of them makes no
    /// sense. The run stays as it is.
    pub fn what_if(&self, actions: &[Action]) -> Option<Moment> {
        let mut scratch = self.timeline.current().clone();
        let mut last = None;
        for action in actions {
            last = Some(scratch.apply(action).ok()?);
        }
        let position = self.position() + actions.len();
        let moment = moment::read(&scratch, last.as_ref(), position, position, false);
        Some(moment)
    }

    /// Moves the cursor.
    pub fn seek(&mut self, position: usize) {
        self.timeline.seek(position);
    }

    /// The moment at the cursor as a scenario's start: what was done so far is prepared.
    pub fn from_here(&self) -> Scenario {
        let mut scenario = self.scenario.clone();
        let done = self.timeline.actions().take(self.position());
        scenario.prepared.extend(done.cloned());
        scenario
    }

    /// The run up to the cursor as text, line by line.
    pub fn transcript(&self) -> Vec<Line> {
        transcript::of(&self.timeline)
    }
}

impl Session {
    /// How many steps away the next milestone is, or the loss of a property; nothing if none is
    /// in sight. It tries on a copy, so that a search in vain leaves nothing behind.
    fn steps_to_milestone(&self) -> Option<usize> {
        let mut scratch = self.timeline.current().clone();
        let losses = self.losses();
        for steps in 1..=STRIDE_STEPS_MAX {
            let ahead = self.timeline.action(self.position() + steps - 1);
            let step = scratch.apply(ahead.unwrap_or(&Action::Next)).ok()?;
            let world = scratch.world();
            let reached = step.events.iter().any(|event| match event {
                Event::Fact(id, fact) => {
                    let node = &world.machines()[id].node;
                    world.protocol().is_milestone(node, fact)
                }
                _ => false,
            });
            if reached || scratch.violations().len() > losses {
                return Some(steps);
            }
        }
        None
    }

    /// How many steps away the end of the phase is to which the next message of any belongs: no
    /// message of it is under way any more. Without such a message, where the run comes to rest;
    /// nothing if there is neither, as where a leader's heartbeats go on for ever. It tries on a
    /// copy, and stops where a property is lost.
    fn steps_to_phase_end(&self) -> Option<usize> {
        let mut scratch = self.timeline.current().clone();
        let losses = self.losses();
        let mut phase = None;
        for steps in 0..STRIDE_STEPS_MAX {
            phase = phase.or_else(|| next_phase(scratch.world()));
            let over = phase.is_some_and(|phase| !is_under_way(scratch.world(), phase));
            let ahead = self.timeline.action(self.position() + steps);
            let ends = over || scratch.violations().len() > losses;
            if ends || scratch.apply(ahead.unwrap_or(&Action::Next)).is_err() {
                return Some(steps);
            }
        }
        phase.map(|_| STRIDE_STEPS_MAX)
    }
}

fn is_under_way(world: &World<Any>, phase: Phase) -> bool {
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

/// The phase of the message that arrives next.
fn next_phase(world: &World<Any>) -> Option<Phase> {
    let (_, Pending::Arrival(id)) = world.next()? else {
        return None;
    };
    match &*world.flights()[&id].payload {
        Payload::Peer(message) => world.protocol().phase(message),
        Payload::Request(_) | Payload::Reply(_) => None,
    }
}
