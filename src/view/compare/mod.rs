//! Two runs under one environment, step by step on one clock.
//!
//! What is done to the cluster or asked of it (a crash, a partition, a submit) is done on both sides
//! at the same virtual time; what is done to one message or one timer belongs to one side, for the
//! other has messages and timers of its own. A pair is a pure function of two scenarios, one seed
//! and what was done ([`PairFile`]).

mod counts;
mod opening;
mod rivals;
mod runs;
mod table;

pub use counts::{Counter, Counts, Mean};
pub use opening::{OpenedPair, PairOpening, reopen_pair};
pub use rivals::{Difference, Rival, rivals};
pub use runs::Runs;
pub use table::{Row, keys, table};

use super::session::{STRIDE_STEPS_MAX, Session, open};
use super::{Moment, moment};
use crate::share::pair::{Deed, PairFile, Side};
use crate::share::{ACTIONS_MAX, Run};
use crate::world::{Action, ActionError, Scenario, ScenarioError};

/// The state of a pair at one place: everything that is not in the two runs themselves.
#[derive(Clone, Debug)]
struct Place {
    /// How many actions lie before each run's cursor.
    positions: [usize; 2],
    /// The common time: that of the later clock. Nothing is due before it on the other side, so the
    /// other clock may stand still until somebody acts there.
    now: u64,
    /// What both runs have cost.
    counts: [Counts; 2],
    /// The side on which the last deed made no sense, and why.
    skipped: Option<(Side, ActionError)>,
}

/// Two runs side by side.
pub struct Pair {
    sessions: [Session; 2],
    /// The side that a person acts on.
    pub side: Side,
    deeds: Vec<Deed>,
    /// The places between the deeds, from before the first to after the last.
    places: Vec<Place>,
    /// How many deeds lie before the cursor.
    cursor: usize,
    /// They stand at the last place.
    counters: [Counter; 2],
}

/// Why two runs cannot be compared.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum PairError {
    /// The right side's scenario cannot run.
    Scenario(ScenarioError),
    /// Both together would have more than [`ACTIONS_MAX`] actions.
    TooLong,
}

impl Pair {
    /// Two runs with nothing done yet.
    fn new(left: Session, right: Session) -> Self {
        let sessions = [left, right];
        let counters = sessions.each_ref().map(Session::counter);
        let start = Place {
            positions: [0, 0],
            now: sessions[0].now().max(sessions[1].now()),
            counts: counters.each_ref().map(Counter::counts),
            skipped: None,
        };
        Self {
            sessions,
            side: Side::Left,
            deeds: Vec::new(),
            places: vec![start],
            cursor: 0,
            counters,
        }
    }

    /// A run, and beside it what would have become of another scenario in the environment that this
    /// one has had so far: at the same virtual times, the same is done there. `right` has nothing
    /// prepared: what is in the run's scenario is prepared on the right as well.
    ///
    /// # Errors
    ///
    /// Why they cannot be compared, with the run as it was.
    pub fn beside(
        mut run: Session,
        mut right: Scenario,
    ) -> Result<Self, Box<(Session, PairError)>> {
        let prepared = prepare(&run, &right);
        let opened = prepared.and_then(|prepared| {
            right.prepared = prepared;
            open(right, run.seed()).map_err(PairError::Scenario)
        });
        let other = match opened {
            Ok(other) => other,
            Err(error) => return Err(Box::new((run, error))),
        };
        let cursor = run.position();
        let done = run.run().actions;
        run.seek(0);
        let mut pair = Self::new(run, other);
        let replayed = pair.replay(&done);
        let here = |place: &Place| place.positions[0] == cursor;
        let place = pair.places.iter().position(here).unwrap_or(0);
        pair.seek(place);
        match replayed {
            Ok(()) => Ok(pair),
            Err(error) => {
                let mut run = pair.into_left();
                run.seek(cursor);
                Err(Box::new((run, error)))
            }
        }
    }

    /// Does on the left what was done there, and what belongs to the environment on the right too.
    fn replay(&mut self, done: &[Action]) -> Result<(), PairError> {
        for action in done {
            let left = &self.sessions[0];
            let time = match action {
                Action::Next => left.next_due().unwrap_or(u64::MAX),
                Action::Advance(ms) => left.now() + u64::from(*ms),
                _ => left.now(),
            };
            while self.sessions[1].next_due().is_some_and(|due| due < time) {
                self.replay_one(Deed::Next)?;
            }
            self.replay_one(match action {
                Action::Next => Deed::Next,
                Action::Advance(_) => Deed::Both(Action::Advance((time - self.now()) as u32)),
                other => self.deed(Side::Left, other.clone()),
            })?;
        }
        Ok(())
    }

    fn replay_one(&mut self, deed: Deed) -> Result<(), PairError> {
        match self.deeds.len() < ACTIONS_MAX {
            // What the left run has done once, it does again.
            true => self.act(deed).map_err(|_| PairError::TooLong),
            false => Err(PairError::TooLong),
        }
    }

    /// Both from their starts again, with another scenario on the side that a person acts on. The
    /// other side has as many nodes.
    ///
    /// # Errors
    ///
    /// Why it cannot begin.
    pub fn again(&self, scenario: Scenario, seed: u32) -> Result<Self, PairError> {
        let mut scenarios = self.sessions.each_ref().map(|it| it.scenario().clone());
        for other in &mut scenarios {
            if other.cluster.nodes != scenario.cluster.nodes {
                other.cluster.nodes = scenario.cluster.nodes;
                other.cluster.roles.clear();
                other.cluster.quorums.clear();
            }
        }
        scenarios[self.side as usize] = scenario;
        let [left, mut right] = scenarios;
        right.prepared.clear();
        let left = open(left, seed).map_err(PairError::Scenario)?;
        let mut pair = Self::beside(left, right).map_err(|failed| failed.1)?;
        pair.side = self.side;
        Ok(pair)
    }

    /// The left run, as it was and with what has been done since.
    pub fn into_left(self) -> Session {
        let [left, _] = self.sessions;
        left
    }

    /// One of the two runs.
    pub fn session(&self, side: Side) -> &Session {
        &self.sessions[side as usize]
    }

    /// The common time at the cursor, in virtual milliseconds.
    pub fn now(&self) -> u64 {
        self.place().now
    }

    /// How many deeds lie before the cursor.
    pub fn position(&self) -> usize {
        self.cursor
    }

    /// How many deeds there are.
    pub fn length(&self) -> usize {
        self.deeds.len()
    }

    /// The deed before a position, counted from 1.
    pub fn deed_before(&self, position: usize) -> Option<&Deed> {
        self.deeds.get(position.checked_sub(1)?)
    }

    /// What both runs have cost up to the cursor.
    pub fn counts(&self) -> [Counts; 2] {
        self.place().counts
    }

    /// The side on which the last deed was left out, and why it made no sense there.
    pub fn skipped(&self) -> Option<&(Side, ActionError)> {
        self.place().skipped.as_ref()
    }

    /// How many properties are lost, on both sides together.
    pub fn losses(&self) -> usize {
        self.sessions.iter().map(Session::losses).sum()
    }

    /// The hashes of both states at the cursor.
    pub fn hashes(&self) -> [u64; 2] {
        self.sessions.each_ref().map(Session::hash)
    }

    /// When the next step is due, in virtual milliseconds.
    pub fn next_due(&self) -> Option<u64> {
        match self.deeds.get(self.cursor) {
            Some(_) => Some(self.places[self.cursor + 1].now),
            None => self.next_side().map(|(due, _)| due),
        }
    }

    /// The side of the next step and what it will be; nothing where a recorded deed of somebody
    /// else comes next, or nothing at all.
    pub fn next_side(&self) -> Option<(u64, Side)> {
        let due = |side: Side| Some((self.session(side).next_due()?.max(self.now()), side));
        let [left, right] = Side::BOTH.map(due);
        match (left, right) {
            (Some(left), Some(right)) if right.0 < left.0 => Some(right),
            (left, right) => left.or(right),
        }
    }

    /// Everything that a screen needs of one side at the cursor: with the pair's clock and position.
    /// A side on which the last deed did nothing has nothing to tell of it.
    pub fn moment(&self, side: Side) -> Moment {
        let repeats = !matches!(self.deeds.get(self.cursor), None | Some(Deed::Next));
        let mut moment = Moment {
            position: self.cursor,
            length: self.deeds.len(),
            now: self.now(),
            repeats,
            ..self.session(side).moment()
        };
        if !self.has_moved(side) {
            moment::quieten(&mut moment);
        }
        moment
    }

    /// Whether the last deed did something on a side.
    pub fn has_moved(&self, side: Side) -> bool {
        let position = |at: usize| self.places[at].positions[side as usize];
        self.cursor > 0 && position(self.cursor) > position(self.cursor - 1)
    }

    /// The deed that an action of a person on one side is: on both sides what belongs to the
    /// environment. Links are the environment's unless both sides have begun with different ones.
    pub fn deed(&self, side: Side, action: Action) -> Deed {
        let [left, right] = self.sessions.each_ref().map(Session::scenario);
        let is_compared = matches!(action, Action::Links(_)) && left.network != right.network;
        match action.is_environment() && !is_compared {
            true => Deed::Both(action),
            false => Deed::One(side, action),
        }
    }

    /// Whether a deed makes sense at the end of both runs or where the cursor is.
    fn check(&self, deed: &Deed) -> Result<(), ActionError> {
        // On a side it is at most two actions: time that passes there, and what is done.
        let actions = if *deed == Deed::Next { 1 } else { 2 };
        let is_full = |session: &Session| session.room() < actions;
        if self.cursor >= ACTIONS_MAX || self.sessions.iter().any(is_full) {
            return Err(ActionError::RunFull);
        }
        match deed {
            Deed::Next => self.next_side().map(|_| ()).ok_or(ActionError::NothingToDo),
            Deed::Both(Action::Advance(ms)) => {
                let due = self.next_side().map(|(due, _)| due - self.now());
                match due.filter(|due| *due < u64::from(*ms)) {
                    Some(due) => Err(ActionError::EventDueFirst(due)),
                    None if *ms == 0 => Err(ActionError::NoChange),
                    None => Ok(()),
                }
            }
            Deed::Both(action) => {
                let [left, right] = self.sessions.each_ref().map(|it| it.check(action));
                left.or(right)
            }
            Deed::One(side, action) => self.session(*side).check(action),
        }
    }

    /// Does something at the cursor. In the past, the same as last time goes forward, and anything
    /// else takes the place of what lies ahead.
    pub fn act(&mut self, deed: Deed) -> Result<(), ActionError> {
        if self.deeds.get(self.cursor) == Some(&deed) {
            self.seek(self.cursor + 1);
            return Ok(());
        }
        self.check(&deed)?;
        self.fork();
        let before = self.place().clone();
        let skipped = match &deed {
            Deed::Next => {
                let (_, side) = self.next_side().ok_or(ActionError::NothingToDo)?;
                self.sessions[side as usize].act(Action::Next)?;
                None
            }
            Deed::Both(Action::Advance(ms)) => {
                let time = before.now + u64::from(*ms);
                self.catch_up(Side::Left, time)?;
                self.catch_up(Side::Right, time)?;
                None
            }
            Deed::Both(action) => {
                let mut skipped = None;
                for side in Side::BOTH {
                    match self.session(side).check(action) {
                        Ok(()) => self.act_on(side, action.clone())?,
                        Err(error) => skipped = Some((side, error)),
                    }
                }
                skipped
            }
            Deed::One(side, action) => {
                self.act_on(*side, action.clone())?;
                None
            }
        };
        self.arrive(deed, &before, skipped);
        Ok(())
    }

    /// Does something on one side, at the common time.
    fn act_on(&mut self, side: Side, action: Action) -> Result<(), ActionError> {
        self.catch_up(side, self.now())?;
        self.sessions[side as usize].act(action)
    }

    /// Lets the clock of one side go on to a time before which nothing is due there.
    fn catch_up(&mut self, side: Side, time: u64) -> Result<(), ActionError> {
        let session = &mut self.sessions[side as usize];
        match time - session.now() {
            0 => Ok(()),
            behind => session.act(Action::Advance(behind as u32)),
        }
    }

    /// A deed has been done: the cursor moves past it.
    fn arrive(&mut self, deed: Deed, before: &Place, skipped: Option<(Side, ActionError)>) {
        let positions = self.sessions.each_ref().map(Session::position);
        for side in Side::BOTH {
            let at = side as usize;
            if positions[at] > before.positions[at] {
                self.sessions[at].count_last(&mut self.counters[at]);
            }
        }
        let clocks = self.sessions.each_ref().map(Session::now);
        self.places.push(Place {
            positions,
            now: before.now.max(clocks[0]).max(clocks[1]),
            counts: self.counters.each_ref().map(Counter::counts),
            skipped,
        });
        self.deeds.push(deed);
        self.cursor += 1;
    }

    /// Leaves what lies ahead of the cursor.
    pub fn fork(&mut self) {
        if self.cursor == self.deeds.len() {
            return;
        }
        self.deeds.truncate(self.cursor);
        self.places.truncate(self.cursor + 1);
        self.counters = self.sessions.each_ref().map(Session::counter);
        for session in &mut self.sessions {
            session.fork();
        }
    }

    /// Goes forward by one deed: the recorded one, or at the end the earlier of both next events.
    pub fn step(&mut self) -> Result<(), ActionError> {
        match self.cursor < self.deeds.len() {
            true => {
                self.seek(self.cursor + 1);
                Ok(())
            }
            false => self.act(Deed::Next),
        }
    }

    /// Takes steps until the side that a person acts on has come to the end of its phase, or to an
    /// election's outcome or a commit; stops where a property is lost. Gives the number of steps;
    /// none where no outcome is in sight.
    pub fn stride(&mut self) -> Result<usize, ActionError> {
        if self.cursor == self.deeds.len() {
            self.check(&Deed::Next)?;
        }
        let (start, losses) = (self.cursor, self.losses());
        let session = self.session(self.side);
        let target = session.position() + session.stride_length();
        let goes_on = |it: &Self| {
            let short = it.session(it.side).position() < target;
            short && it.losses() == losses && it.cursor - start < 2 * STRIDE_STEPS_MAX
        };
        while goes_on(self) && self.step().is_ok() {}
        Ok(self.cursor - start)
    }

    /// Moves the cursor; beyond the end means the end.
    pub fn seek(&mut self, position: usize) {
        self.cursor = position.min(self.deeds.len());
        let positions = self.place().positions;
        for (session, position) in self.sessions.iter_mut().zip(positions) {
            session.seek(position);
        }
    }

    /// The pair as it can be saved, with the cursor and the states' hashes.
    pub fn file(&self) -> PairFile {
        PairFile {
            scenarios: self.sessions.each_ref().map(|it| it.scenario().clone()),
            seed: self.sessions[0].seed(),
            deeds: self.deeds.clone(),
            cursor: self.cursor,
            hashes: Some(self.hashes()),
        }
    }

    fn place(&self) -> &Place {
        &self.places[self.cursor]
    }
}

/// What has to be prepared on the right so that both sides begin in the same environment.
fn prepare(run: &Session, right: &Scenario) -> Result<Vec<Action>, PairError> {
    let bare = Scenario {
        prepared: Vec::new(),
        ..run.scenario().clone()
    };
    let open = |scenario| open(scenario, run.seed()).map_err(PairError::Scenario);
    let mut pair = Pair::new(open(bare)?, open(right.clone())?);
    pair.replay(&run.scenario().prepared)?;
    let Run { actions, .. } = pair.session(Side::Right).run();
    Ok(actions)
}
