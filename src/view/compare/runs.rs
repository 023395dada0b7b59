//! What a screen steps through: one run, or two side by side.

use std::ops::Deref;

use super::{Difference, Pair, PairError};
use crate::share::pair::Side;
use crate::share::{self, FILE_BYTES_MAX};
use crate::view::{Moment, Session, open};
use crate::world::{Action, ActionError, Scenario};

/// One run, or two that are compared. It can be read as the run that a person acts on; where it goes
/// forward or back, both do.
pub enum Runs {
    /// One run.
    One(Box<Session>),
    /// Two side by side, which only the full program does.
    #[cfg(feature = "full")]
    Two(Box<Pair>),
}

/// Does the same with one run or with two.
macro_rules! each {
    ($runs:expr, $it:ident => $do:expr) => {
        match $runs {
            Self::One($it) => $do,
            #[cfg(feature = "full")]
            Self::Two($it) => $do,
        }
    };
}

impl Deref for Runs {
    type Target = Session;
    fn deref(&self) -> &Session {
        match self {
            Self::One(session) => session,
            #[cfg(feature = "full")]
            Self::Two(pair) => pair.session(pair.side),
        }
    }
}

impl From<Session> for Runs {
    fn from(session: Session) -> Self {
        Self::One(Box::new(session))
    }
}

impl From<Pair> for Runs {
    /// In the core, which compares nothing, the left run alone.
    fn from(pair: Pair) -> Self {
        #[cfg(feature = "full")]
        return Self::Two(Box::new(pair));
        #[cfg(not(feature = "full"))]
        Self::from(pair.into_left())
    }
}

impl Runs {
    /// The run, of two the left one.
    pub fn first(&self) -> &Session {
        match self {
            Self::One(session) => session,
            #[cfg(feature = "full")]
            Self::Two(pair) => pair.session(Side::Left),
        }
    }

    /// The two that are compared.
    pub fn pair(&self) -> Option<&Pair> {
        match self {
            Self::One(_) => None,
            #[cfg(feature = "full")]
            Self::Two(pair) => Some(pair),
        }
    }

    /// The same, to change it.
    pub fn pair_mut(&mut self) -> Option<&mut Pair> {
        match self {
            Self::One(_) => None,
            #[cfg(feature = "full")]
            Self::Two(pair) => Some(pair),
        }
    }

    /// Puts another scenario beside the run; of two runs, beside the left one.
    ///
    /// # Errors
    ///
    /// Why they cannot be compared; the run is then alone.
    pub fn compare(&mut self, right: Scenario) -> Result<(), PairError> {
        let run = self.take();
        let (runs, result) = match Pair::beside(run, right) {
            Ok(pair) => (Self::from(pair), Ok(())),
            Err(failed) => (Self::from(failed.0), Err(failed.1)),
        };
        *self = runs;
        result
    }

    /// The run, of two the left one; in its place stays a run that has not begun.
    pub fn take(&mut self) -> Session {
        let first = self.first();
        let Ok(blank) = open(first.scenario().clone(), first.seed()) else {
            unreachable!("what was opened once opens again");
        };
        std::mem::replace(self, Self::from(blank)).into_one()
    }

    /// The run, where it is alone, to change what two have no use for.
    pub fn alone_mut(&mut self) -> Option<&mut Session> {
        match self {
            Self::One(session) => Some(session),
            #[cfg(feature = "full")]
            Self::Two(_) => None,
        }
    }

    /// The run alone; of two the left one.
    pub fn into_one(self) -> Session {
        match self {
            Self::One(session) => *session,
            #[cfg(feature = "full")]
            Self::Two(pair) => pair.into_left(),
        }
    }

    /// The moment at the cursor, of two runs on the side that a person acts on.
    pub fn moment(&self) -> Moment {
        match self {
            Self::One(session) => session.moment(),
            #[cfg(feature = "full")]
            Self::Two(pair) => pair.moment(pair.side),
        }
    }

    /// How many actions lie before the cursor.
    pub fn position(&self) -> usize {
        each!(self, it => it.position())
    }

    /// How many actions there are.
    pub fn length(&self) -> usize {
        each!(self, it => it.length())
    }

    /// Virtual time at the cursor, in milliseconds.
    pub fn now(&self) -> u64 {
        each!(self, it => it.now())
    }

    /// When the next step is due.
    pub fn next_due(&self) -> Option<u64> {
        each!(self, it => it.next_due())
    }

    /// How many properties are lost.
    pub fn losses(&self) -> usize {
        each!(self, it => it.losses())
    }

    /// Goes forward by one.
    pub fn step(&mut self) -> Result<(), ActionError> {
        each!(self, it => it.step())
    }

    /// Goes forward to the end of the phase, or to an outcome.
    pub fn stride(&mut self) -> Result<usize, ActionError> {
        each!(self, it => it.stride())
    }

    /// Moves the cursor.
    pub fn seek(&mut self, position: usize) {
        each!(self, it => it.seek(position));
    }

    /// Leaves what lies ahead of the cursor.
    pub fn fork(&mut self) {
        each!(self, it => it.fork());
    }

    /// Does what a person does: on both sides, where it belongs to the environment of both.
    pub fn act(&mut self, action: Action) -> Result<(), ActionError> {
        match self {
            Self::One(session) => session.act(action),
            #[cfg(feature = "full")]
            Self::Two(pair) => pair.act(pair.deed(pair.side, action)),
        }
    }

    /// The text of the file.
    pub fn file(&self) -> String {
        match self {
            Self::One(session) => session.run().to_json(),
            #[cfg(feature = "full")]
            Self::Two(pair) => pair.file().to_json(),
        }
    }

    /// The same with all branches; nothing where they are more than a file takes.
    pub fn file_with_branches(&self) -> Option<String> {
        match self {
            Self::One(session) => {
                let run = session.run_with_branches()?;
                let text = run.to_json();
                (run.tree.is_none() || text.len() <= FILE_BYTES_MAX).then_some(text)
            }
            #[cfg(feature = "full")]
            Self::Two(_) => Some(self.file()),
        }
    }

    /// The text of the file up to its actions.
    pub fn head(&self) -> String {
        match self {
            Self::One(session) => session.run().head_json(),
            #[cfg(feature = "full")]
            Self::Two(pair) => pair.file().head_json(),
        }
    }

    /// The action before a position, counted from 1, as it stands in the file.
    pub fn line(&self, position: usize) -> Option<String> {
        match self {
            Self::One(session) => session.action(position).map(share::action_json),
            #[cfg(feature = "full")]
            Self::Two(pair) => pair.deed_before(position).map(share::pair::deed_json),
        }
    }
}

impl Pair {
    /// What a side is that the other is not.
    pub fn difference(&self, side: Side) -> Difference {
        let of = |side| self.session(side).scenario();
        Difference::of(of(side), of(side.other()))
    }
}
