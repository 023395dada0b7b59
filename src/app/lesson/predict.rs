//! Predict, then reveal: a question about the next step, and after the answer what decided it.

use yew::prelude::*;

use super::Learn;
use crate::app::dom::{El, button, classed, classes, el};
use crate::app::lab::{More, Msg};
use crate::app::words::Words;
use crate::sorted::SortedMap;
use crate::teach::{Question, questions};
use crate::view::{Sentence, Session};

/// A question, and what was answered.
struct Asked {
    question: Question,
    /// The choice, by its place.
    answer: Option<usize>,
    /// Where the run was when it was asked, and in which state.
    at: (usize, u64),
}

/// The mode in which the page asks before each step.
#[derive(Default)]
pub(in crate::app) struct Predict {
    asked: Option<Asked>,
    /// How often each kind has been asked: the rarest comes next.
    counts: SortedMap<&'static str, u32>,
    answers: u32,
    right: u32,
}

impl Predict {
    /// Asks about the next step, unless this one has been asked about or an answer is to be read.
    pub(in crate::app) fn ask(&mut self, session: &Session) {
        let at = (session.position(), session.hash());
        let stays = |it: &Asked| match it.answer {
            None => it.at == at,
            Some(_) => (it.at.0..=it.at.0 + 1).contains(&at.0),
        };
        if self.asked.as_ref().is_some_and(stays) {
            return;
        }
        self.ask_anew(session);
    }

    /// Asks about the next step.
    pub(in crate::app) fn ask_anew(&mut self, session: &Session) {
        let count = |kind: &&'static str| self.counts.get(kind).copied().unwrap_or(0);
        let all = questions(session).into_iter();
        let rarest = all.min_by_key(|question| count(&question.kind));
        self.asked = rarest.map(|question| Asked {
            question,
            answer: None,
            at: (session.position(), session.hash()),
        });
    }

    /// Notes an answer; says whether it is one, and the next step is to be taken.
    pub(in crate::app) fn answer(&mut self, choice: usize) -> bool {
        let Some(asked) = self.asked.as_mut().filter(|it| it.answer.is_none()) else {
            return false;
        };
        asked.answer = Some(choice);
        let kind = asked.question.kind;
        let count = self.counts.get(&kind).copied().unwrap_or(0);
        self.counts.insert(kind, count + 1);
        self.answers += 1;
        self.right += u32::from(choice == asked.question.right);
        true
    }

    /// The panel's content.
    pub(in crate::app) fn view(&self, words: &Words, send: &Callback<Msg>) -> Html {
        let (right, answers) = (self.right.to_string(), self.answers.to_string());
        let args = [("right", &*right), ("answers", &answers)];
        let mut view = classed("div", "lesson")
            .with(classed("p", "cite").text(&words.fill("predict.count", &args)));
        view = match &self.asked {
            None => view.with(el("p").text(words.t("predict.none"))),
            Some(asked) => view.with(question(asked, words, send)),
        };
        let stop = button(send, More::Learn(Learn::Predict).into()).text(words.t("predict.stop"));
        view.with(classed("div", "lesson-row").with(stop)).end()
    }
}

/// The id of the first choice, which gets the focus with the next question.
pub(in crate::app) const CHOICE: &str = "choice";

fn question(asked: &Asked, words: &Words, send: &Callback<Msg>) -> El {
    let question = &asked.question;
    let mut ask = words.say(&question.ask);
    if let Some(field) = question.field {
        let name = words.t(&format!("field.{field}")).to_owned();
        ask = ask.replace("{field}", &name);
    }
    let choice = |(place, choice): (usize, &Sentence)| {
        let answered = asked.answer.is_some();
        let right = answered && place == question.right;
        let wrong = asked.answer == Some(place) && !right;
        let sign = match (right, wrong) {
            (true, _) => "✓ ",
            (_, true) => "✗ ",
            _ => "",
        };
        button(send, More::Learn(Learn::Answer(place)).into())
            .key(&place.to_string())
            .when(place == 0, "id", CHOICE)
            .put("class", classes("choice", &[(right, "ok"), (wrong, "no")]))
            .flag("aria-pressed", asked.answer == Some(place))
            .when(answered, "aria-disabled", "true")
            .with(el("span").text(sign))
            .text(&words.say(choice))
            .end()
    };
    let choices = question.choices.iter().enumerate().map(choice);
    let revealed = asked.answer;
    let revealed = revealed.map(|answer| revealed_by(asked, answer, words, send).end());
    el("section")
        .with(el("h2").text(&ask))
        .with(classed("div", "choices").each(choices))
        .each(revealed.into_iter())
}

/// What is said after an answer.
fn revealed_by(asked: &Asked, answer: usize, words: &Words, send: &Callback<Msg>) -> El {
    let question = &asked.question;
    let verdict = match answer == question.right {
        true => "predict.right",
        false => "predict.wrong",
    };
    let mut said = el("div")
        .set("role", "status")
        .set("aria-live", "polite")
        .with(el("p").text(words.t(verdict)));
    if let Some(why) = &question.why {
        said = said.with(el("p").with(el("strong").text(&words.say(&why.title))));
        if let Some(reason) = &why.why {
            said = said.with(el("p").text(&words.say(reason)));
        }
        if let Some(comparison) = &why.comparison {
            said = said.with(classed("p", "lesson-rule").text(&words.inequality(comparison)));
        }
    }
    let next = button(send, More::Learn(Learn::Ask).into()).set("class", "lesson-go");
    let next = classed("div", "lesson-row").with(next.text(words.t("predict.next")));
    el("div").with(said).with(next)
}
