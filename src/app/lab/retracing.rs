//! What somebody did is remembered, and taken back.

use super::{Lab, More, Msg};
use crate::app::only::Only;
use crate::app::undo::{Deed, Kind, Retrace, Side};
use crate::view::{Place, Sentence};
use crate::world::Action;

/// Where the page is before something is done.
pub(super) struct Before {
    protocol: &'static str,
    place: Place,
    was_running: bool,
    kind: Kind,
}

impl Lab {
    /// Looks where the page is, before it does something that could be taken back.
    pub(super) fn before(&self, msg: &Msg) -> Option<Before> {
        let kind = match msg {
            // What a key stands for comes as a message of its own.
            Msg::Key(_) | Msg::Due(_) | Msg::Arrived => return None,
            Msg::More(more) => match **more {
                More::Retrace(_) => return None,
                More::Going(_) | More::Pinning(_) => Kind::Move,
                _ => Kind::Act(None),
            },
            Msg::Step => Kind::Step,
            Msg::Back | Msg::First | Msg::Stride => Kind::Move,
            Msg::Seek(_) => Kind::Seek,
            Msg::Fork => Kind::Fork,
            Msg::RunPause => Kind::Run,
            _ => Kind::Act(None),
        };
        Some(Before {
            protocol: self.session.about().key,
            place: self.session.here(),
            was_running: self.running,
            kind,
        })
    }

    /// Remembers what was done, if anything was.
    pub(super) fn remember(&mut self, before: Before) {
        let replaced = self.undo.replaced.take();
        // What is compared changes on both sides, and is not taken back.
        if self.session.pair().is_some() {
            return self.forget_deeds();
        }
        let has_moved = self.session.here() != before.place;
        let has_begun = self.running && !before.was_running;
        let (kind, other_side) = if self.session.about().key != before.protocol {
            (Kind::Replace, Side::Protocol(before.protocol))
        } else if let Some(session) = replaced {
            (Kind::Replace, Side::Run(Box::new(session)))
        } else {
            let kind = match before.kind {
                Kind::Run if has_begun => Kind::Run,
                Kind::Run => return,
                _ if !has_moved => return,
                Kind::Act(_) => {
                    let told = self.moment.happened.first();
                    Kind::Act(told.map(|it| it.title.clone()))
                }
                kind => kind,
            };
            (kind, Side::Place(before.place))
        };
        self.undo.record(Deed { kind, other_side });
    }

    /// Other runs than those that deeds are remembered of: they are forgotten.
    pub(super) fn forget_deeds(&mut self) {
        self.undo = Only::default();
    }

    pub(super) fn retrace(&mut self, way: Retrace) {
        if self.session.pair().is_some() {
            return self.retrace_both(way);
        }
        let (deed, back) = match way {
            Retrace::Back => (self.undo.done.pop().or_else(|| self.last_deed()), true),
            Retrace::Again => (self.undo.undone.pop(), false),
        };
        let Some(Deed { kind, other_side }) = deed else {
            return self.complain(match back {
                true => "undo.nothing",
                false => "undo.nothing_again",
            });
        };
        // Whoever lets the run go on and takes that back wants it to stand still.
        if back && !matches!(kind, Kind::Act(_)) {
            self.set_running(false);
        }
        let other_side = match other_side {
            Side::Place(place) => Some(self.retrace_to(place, &kind, back)),
            Side::Run(session) => {
                let old = self.put_on_stage(*session);
                old.map(|old| Side::Run(Box::new(old)))
            }
            Side::Protocol(key) => {
                let old = self.session.about().key;
                self.change_protocol(key);
                Some(Side::Protocol(old))
            }
        };
        self.say_retraced(&kind, back);
        if let Some(other_side) = other_side {
            let deed = Deed { kind, other_side };
            match back {
                true => self.undo.undone.push(deed),
                false => self.undo.done.push(deed),
            }
        }
    }

    fn retrace_to(&mut self, place: Place, kind: &Kind, back: bool) -> Side {
        let here = self.session.here();
        if let Some(session) = self.session.alone_mut() {
            match kind {
                _ if !back => session.go_to(place),
                Kind::Act(_) | Kind::Fork => session.take_back(place),
                _ => session.go_back_along(place),
            }
        }
        self.hold_all();
        self.refresh();
        self.motion.jump(self.session.now() as f64);
        self.flow();
        Side::Place(here)
    }

    /// Two runs have one list of what was done, and no branches: its last is left.
    fn retrace_both(&mut self, way: Retrace) {
        let last = self.session.position().checked_sub(1);
        match (way, last) {
            (Retrace::Back, Some(last)) => {
                self.seek(last);
                self.session.fork();
                self.hold_all();
                self.refresh();
                self.say_retraced(&Kind::Act(None), true);
            }
            (Retrace::Back, None) => self.complain("undo.nothing"),
            (Retrace::Again, _) => self.complain("undo.nothing_again"),
        }
    }

    /// What was done before anybody remembered, as in the program that this one took over from:
    /// while the run flows the last thing that was not the scheduler's, else the last step.
    fn last_deed(&self) -> Option<Deed> {
        let session = &self.session;
        let last = session.action(session.position());
        let is_step = matches!(last, None | Some(Action::Next | Action::Advance(_)));
        let (kind, place) = match self.running || !is_step {
            true => (Kind::Act(None), session.before_last_deed()?),
            false => (Kind::Step, session.before_last_step()?),
        };
        let other_side = Side::Place(place);
        Some(Deed { kind, other_side })
    }

    fn say_retraced(&mut self, kind: &Kind, back: bool) {
        let what = match kind {
            Kind::Act(Some(sentence)) => sentence.clone(),
            Kind::Act(None) => Sentence::new("undo.deed"),
            Kind::Step => Sentence::new("undo.step"),
            Kind::Move | Kind::Seek => Sentence::new("undo.move"),
            Kind::Fork => Sentence::new("undo.fork"),
            Kind::Run => Sentence::new("undo.run"),
            Kind::Replace => Sentence::new("undo.restart"),
        };
        let key = match (back, kind) {
            (true, Kind::Act(_)) => "undo.taken_deed",
            (true, _) => "undo.taken",
            (false, _) => "undo.again",
        };
        let what = self.words.say(&what);
        self.notice = Some(self.words.fill(key, &[("what", &what)]));
    }
}
