//! Taking back a stray press: what somebody did, and where they were before it.

pub(super) use crate::view::choices::Retrace;
use crate::view::{Place, Sentence, Session};

/// The most deeds that are remembered.
const DEEDS_MAX: usize = 200;
/// The most runs that are kept because others took their place.
const RUNS_MAX: usize = 4;

/// Something that somebody did.
pub(super) struct Deed {
    pub(super) kind: Kind,
    /// Where they were on the other side of it.
    pub(super) other_side: Side,
}

/// What kind of thing it was.
#[derive(Clone, Debug, PartialEq)]
pub(super) enum Kind {
    /// Something done to the cluster, as the lab told it; it would lie ahead if one only went back.
    Act(Option<Sentence>),
    /// Going along the run.
    Step,
    Move,
    /// Dragging along the run.
    Seek,
    /// Leaving what was recorded ahead.
    Fork,
    /// Letting the run go on.
    Run,
    /// Another run in the place of this one.
    Replace,
}

/// Where somebody was.
pub(super) enum Side {
    Place(Place),
    Run(Box<Session>),
    Protocol(&'static str),
}

/// What was done, and what of it was taken back.
#[derive(Default)]
pub(super) struct Undo {
    pub(super) done: Vec<Deed>,
    pub(super) undone: Vec<Deed>,
    /// A run whose place another has just taken.
    pub(super) replaced: Option<Session>,
}

impl Undo {
    /// Something was done: what was taken back before cannot be done again.
    pub(super) fn record(&mut self, deed: Deed) {
        self.undone.clear();
        let last = self.done.last();
        // Dragging is one deed, from where it began.
        if deed.kind == Kind::Seek && last.is_some_and(|last| last.kind == Kind::Seek) {
            return;
        }
        self.done.push(deed);
        let is_run = |deed: &Deed| matches!(deed.other_side, Side::Run(_));
        let runs = self.done.iter().filter(|it| is_run(it)).count();
        if runs > RUNS_MAX
            && let Some(oldest) = self.done.iter().position(is_run)
        {
            self.done.drain(..=oldest);
        }
        if self.done.len() > DEEDS_MAX {
            self.done.remove(0);
        }
    }
}
