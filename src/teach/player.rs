//! How a lesson goes on. The player looks at a run after each of its steps and says where in the
//! lesson it is; it owns no run. So a reader can do what they like to the run on stage, leave, and
//! come back: what a beat begins from is found again by playing the lesson up to it.

use std::rc::Rc;

use super::lesson::{Arg, Beat, Deed, Lesson, Side};
use crate::check::condition::Condition;
use crate::protocol::{Comparison, Datum, Relation};
use crate::view::{Moment, Session, open};
use crate::world::{Action, ActionError};

/// The most steps that anything in a lesson may take to come about.
pub const STEPS_MAX: usize = 600;
/// The most actions that a lesson takes a run to have: a file can ask for any number.
const LENGTH_MAX: usize = 10_000;

/// Where somebody is in a lesson.
#[derive(Clone)]
pub struct Player {
    lesson: Rc<Lesson>,
    beat: usize,
    /// What the beat's texts name, as last seen: a message that has arrived is named still.
    said: Vec<(String, Datum)>,
}

/// Why a lesson cannot go on from where the run is.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Stuck {
    /// What is to be done makes no sense there.
    Refused(ActionError),
    /// What is waited for does not come about, or not within what a lesson may take.
    NeverSo,
    /// The scenario does not open, which reading a lesson has ruled out but for its prepared
    /// actions.
    NotOpen,
}

impl From<ActionError> for Stuck {
    fn from(error: ActionError) -> Self {
        Self::Refused(error)
    }
}

impl Player {
    /// A lesson's beat, counted from 0, and the run as it is when the beat begins. Beyond the last
    /// one means the last.
    ///
    /// # Errors
    ///
    /// Why the lesson cannot be played so far, which a test forbids.
    pub fn at(lesson: Rc<Lesson>, beat: usize) -> Result<(Self, Session), Stuck> {
        let session = open(lesson.scenario.clone(), lesson.seed);
        let mut session = session.map_err(|_| Stuck::NotOpen)?;
        let mut player = Self {
            beat: 0,
            said: Vec::new(),
            lesson,
        };
        player.come_to(beat, &mut session)?;
        Ok((player, session))
    }

    /// Comes back to a beat in a run of this lesson: what was done to it otherwise stays, as another
    /// branch.
    ///
    /// # Errors
    ///
    /// As in [`Self::at`].
    pub fn come_to(&mut self, beat: usize, session: &mut Session) -> Result<(), Stuck> {
        session.seek(0);
        self.beat = 0;
        self.enter(session)?;
        let last = self.lesson.beats.len() - 1;
        while self.beat < beat.min(last) {
            self.play(session)?;
        }
        Ok(())
    }

    /// The lesson.
    pub fn lesson(&self) -> &Rc<Lesson> {
        &self.lesson
    }

    /// The beat's place, counted from 0.
    pub fn place(&self) -> usize {
        self.beat
    }

    /// The beat.
    pub fn beat(&self) -> &Beat {
        &self.lesson.beats[self.beat]
    }

    /// Whether there is no beat after this one.
    pub fn is_last(&self) -> bool {
        self.beat + 1 == self.lesson.beats.len()
    }

    /// Whether a run is one of this lesson's, whatever has been done to it.
    pub fn is_of(&self, session: &Session) -> bool {
        *session.scenario() == self.lesson.scenario && session.seed() == self.lesson.seed
    }

    /// What the beat's texts name.
    pub fn said(&self) -> &[(String, Datum)] {
        &self.said
    }

    /// Looks at a run after one step; says whether the beat is over, and the next one has begun.
    ///
    /// # Errors
    ///
    /// Why the next beat cannot begin there. This one then stays.
    pub fn see(&mut self, session: &mut Session) -> Result<bool, Stuck> {
        if !self.is_of(session) {
            return Ok(false);
        }
        let until = self.beat().until.as_ref();
        if !self.is_last() && until.is_some_and(|it| session.holds(it)) {
            return self.go_on(session).map(|()| true);
        }
        self.listen(&session.moment());
        Ok(false)
    }

    /// Begins the next beat, whatever this one waits for.
    ///
    /// # Errors
    ///
    /// Why it cannot begin there. This one then stays.
    pub fn go_on(&mut self, session: &mut Session) -> Result<(), Stuck> {
        if self.is_last() {
            return Ok(());
        }
        self.beat += 1;
        let entered = self.enter(session);
        if entered.is_err() {
            self.beat -= 1;
        }
        entered
    }

    /// Does what the beat asks the reader to do, up to where the next one begins.
    ///
    /// # Errors
    ///
    /// Why that cannot be done there.
    pub fn play(&mut self, session: &mut Session) -> Result<(), Stuck> {
        let place = self.beat;
        if self.beat().until.is_none() {
            return self.go_on(session);
        }
        for action in self.beat().asks.clone() {
            act(session, action)?;
            if self.see(session)? {
                return Ok(());
            }
        }
        for _ in 0..STEPS_MAX {
            if self.beat != place {
                return Ok(());
            }
            act(session, Action::Next)?;
            self.see(session)?;
        }
        Err(Stuck::NeverSo)
    }

    /// Does what the beat does as it begins.
    fn enter(&mut self, session: &mut Session) -> Result<(), Stuck> {
        for deed in self.beat().does.clone() {
            match deed {
                Deed::Act(action) => act(session, action)?,
                Deed::Steps(steps) => {
                    for _ in 0..steps {
                        act(session, Action::Next)?;
                    }
                }
                Deed::To(condition) => step_to(session, &condition)?,
                Deed::Compare(_) => {}
            }
        }
        self.said.clear();
        self.listen(&session.moment());
        Ok(())
    }

    /// Notes what the texts name, where it is to be seen.
    fn listen(&mut self, moment: &Moment) {
        let lesson = self.lesson.clone();
        let beat = &lesson.beats[self.beat];
        for (name, arg) in &beat.args {
            self.note(name, value(arg, moment));
        }
        if let Some(rule) = &beat.rule {
            let (left, right) = (value(&rule.left, moment), value(&rule.right, moment));
            if let (Some(left), Some(right)) = (left, right) {
                let stated = weighed(&rule.left, moment).map(|it| it.relation);
                let relation = stated.unwrap_or_else(|| Relation::of(&left, &right));
                let sign = Datum::Name(relation.sign());
                self.note("left", Some(left));
                self.note("sign", Some(sign));
                self.note("right", Some(right));
            }
        }
    }

    fn note(&mut self, name: &str, value: Option<Datum>) {
        let Some(value) = value else { return };
        match self.said.iter_mut().find(|(known, _)| known == name) {
            Some((_, old)) => *old = value,
            None => self.said.push((name.to_owned(), value)),
        }
    }
}

/// Does something that the lesson wants, unless it wants too much.
fn act(session: &mut Session, action: Action) -> Result<(), Stuck> {
    match session.position() < LENGTH_MAX {
        true => Ok(session.act(action)?),
        false => Err(Stuck::NeverSo),
    }
}

fn step_to(session: &mut Session, condition: &Condition) -> Result<(), Stuck> {
    for _ in 0..STEPS_MAX {
        act(session, Action::Next)?;
        if session.holds(condition) {
            return Ok(());
        }
    }
    Err(Stuck::NeverSo)
}

/// What an argument is at a moment; nothing where it is not to be seen.
fn value(arg: &Arg, moment: &Moment) -> Option<Datum> {
    match arg {
        Arg::Field(node, key) => {
            let fields = &moment.node(*node)?.view.fields;
            let field = fields.iter().find(|field| field.key == key)?;
            Some(field.value.clone())
        }
        Arg::Tally(node, key) | Arg::Needed(node, key) => {
            let tallies = &moment.node(*node)?.view.tallies;
            let tally = tallies.iter().find(|tally| tally.key == key)?;
            Some(Datum::Number(match arg {
                Arg::Needed(..) => tally.threshold.into(),
                _ => tally.yes.len() as u64,
            }))
        }
        Arg::Message(wanted, key) => {
            let fields = &wanted.find(moment)?.view.fields;
            let (_, value) = fields.iter().find(|(name, _)| name == key)?;
            Some(value.clone())
        }
        Arg::Weighed(_, side) => {
            let weighed = weighed(arg, moment)?;
            Some(match side {
                Side::Left => weighed.left.clone(),
                Side::Right => weighed.right.clone(),
            })
        }
    }
}

/// What the last step weighed by the rule that an argument names. Its relation is the handler's own:
/// of a rule that asks whether two things are the same, none is the greater.
fn weighed<'a>(arg: &Arg, moment: &'a Moment) -> Option<&'a Comparison> {
    let Arg::Weighed(rule, _) = arg else {
        return None;
    };
    let happened = moment.happened.iter().rev();
    let mut weighed = happened
        .filter(|it| it.rule.is_some_and(|it| it.id == rule))
        .filter_map(|it| it.comparison.as_ref());
    weighed.next()
}
