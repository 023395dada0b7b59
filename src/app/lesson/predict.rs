//! The mode in which the page asks before each step.

use yew::prelude::*;

use super::question;
use super::{Learn, Learner};
use crate::app::dom::{button, classed, el};
use crate::app::lab::{More, Msg};
use crate::app::panel::Panel;
use crate::app::words::Words;
use crate::sorted::SortedMap;
use crate::teach::{Asked, questions};
use crate::view::Session;

/// The mode's question.
#[derive(Default)]
pub(in crate::app) struct Predict {
    asked: Option<Asked>,
    /// How often each kind has been asked: the rarest comes next.
    counts: SortedMap<&'static str, u32>,
}

impl Predict {
    /// Asks about the next step, unless this one has been asked about or an answer is to be read.
    pub(in crate::app) fn ask(&mut self, session: &Session) {
        let asked = self.asked.as_ref();
        if !asked.is_some_and(|it| it.is_in_sight(session)) {
            self.ask_anew(session);
        }
    }

    /// Asks about the next step.
    pub(in crate::app) fn ask_anew(&mut self, session: &Session) {
        let count = |kind: &&'static str| self.counts.get(kind).copied().unwrap_or(0);
        let all = questions(session).into_iter();
        let rarest = all.min_by_key(|question| count(&question.kind));
        self.asked = rarest.map(|question| Asked::new(question, session));
    }

    /// Notes an answer; says whether it is right, if it is one, and the next step is to be taken.
    pub(in crate::app) fn answer(&mut self, choice: usize) -> Option<bool> {
        let asked = self.asked.as_mut()?;
        let is_right = asked.note(choice)?;
        let kind = asked.question().kind;
        let count = self.counts.get(&kind).copied().unwrap_or(0);
        self.counts.insert(kind, count + 1);
        Some(is_right)
    }

    /// The panel's content. Where a lesson is open it says how far that is, since it goes on
    /// meanwhile.
    pub(in crate::app) fn view(
        &self,
        learner: &Learner,
        session: &Session,
        words: &Words,
        send: &Callback<Msg>,
    ) -> Html {
        let asked = self.asked.as_ref();
        let none = asked.is_none().then(|| words.t("predict.none"));
        let open = learner.open.as_ref();
        let lesson = open.filter(|it| it.player.is_of(session)).map(|open| {
            let (place, count) = open.part();
            let args = [("beat", &*place), ("count", &*count)];
            let text = words.fill("predict.lesson", &args);
            button(send, Msg::Panel(Panel::Lesson)).text(&text).end()
        });
        let next = asked.is_some_and(|it| it.answer().is_some()).then(|| {
            let next = button(send, More::Learn(Learn::Ask).into()).set("class", "lesson-go");
            next.text(words.t("predict.next")).end()
        });
        let stop = button(send, More::Learn(Learn::Predict).into()).text(words.t("predict.stop"));
        classed("div", "lesson")
            .with(question::score(learner.score, words))
            .with(question::place(asked, "h2", Learn::Answer, words, send))
            .with(el("p").set("role", "status").text(none.unwrap_or_default()))
            .with(classed("div", "lesson-row").each(next.into_iter()))
            .with(
                classed("div", "lesson-row")
                    .each(lesson.into_iter())
                    .with(stop),
            )
            .end()
    }
}
