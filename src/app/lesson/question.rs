//! A question with its choices, and after the answer what decided it.

use yew::prelude::*;

use super::Learn;
use crate::app::dom::{El, button, classed, classes, el};
use crate::app::lab::{More, Msg};
use crate::app::words::Words;
use crate::teach::{Asked, Score};
use crate::view::Sentence;

/// The id of the first choice, which gets the focus with the next question of the mode.
pub(in crate::app) const CHOICE: &str = "choice";
/// What finds the question, and what is said after an answer.
pub(in crate::app) const QUESTION: &str = ".asked";
pub(in crate::app) const REVEALED: &str = ".revealed";

/// A place for a question, which is there before it, so that screen readers tell of what comes.
pub(super) fn place(
    asked: Option<&Asked>,
    heading: &'static str,
    answer: fn(usize) -> Learn,
    words: &Words,
    send: &Callback<Msg>,
) -> El {
    let parts = asked.map(|it| parts(it, heading, answer, words, send));
    classed("div", "asked")
        .set("role", "status")
        .set("aria-live", "polite")
        .set("aria-atomic", "false")
        .each(parts.into_iter().flatten())
}

/// How often somebody was right.
pub(super) fn score(score: Score, words: &Words) -> El {
    let (right, answers) = (score.right.to_string(), score.answers.to_string());
    let args = [("right", &*right), ("answers", &answers)];
    classed("p", "cite").text(&words.fill("predict.count", &args))
}

fn parts(
    asked: &Asked,
    heading: &'static str,
    answer: fn(usize) -> Learn,
    words: &Words,
    send: &Callback<Msg>,
) -> Vec<Html> {
    let question = asked.question();
    let mut ask = words.say(&question.ask);
    if let Some(field) = question.field {
        let name = words.t(&format!("field.{field}")).to_owned();
        ask = ask.replace("{field}", &name);
    }
    let choice = |(place, choice): (usize, &Sentence)| {
        let answered = asked.answer().is_some();
        let right = answered && place == question.right;
        let wrong = asked.answer() == Some(place) && !right;
        let sign = match (right, wrong) {
            (true, _) => "✓ ",
            (_, true) => "✗ ",
            _ => "",
        };
        button(send, More::Learn(answer(place)).into())
            .key(&place.to_string())
            .when(place == 0, "id", CHOICE)
            .put("class", classes("choice", &[(right, "ok"), (wrong, "no")]))
            .flag("aria-pressed", asked.answer() == Some(place))
            .when(answered, "aria-disabled", "true")
            .with(el("span").text(sign))
            .text(&words.say(choice))
            .end()
    };
    let choices = question.choices.iter().enumerate().map(choice);
    let choices = classed("div", "choices")
        .key("choices")
        .set("role", "group")
        .say("aria-label", &ask)
        .each(choices);
    // They have keys, so that the choice that has the focus stays the same element.
    let ask = el(heading).key("ask").text(&ask);
    let mut parts = vec![ask.end(), choices.end()];
    parts.extend(asked.answer().map(|answer| revealed(asked, answer, words)));
    parts
}

/// What is said after an answer.
fn revealed(asked: &Asked, answer: usize, words: &Words) -> Html {
    let question = asked.question();
    let verdict = match answer == question.right {
        true => "predict.right",
        false => "predict.wrong",
    };
    let why = &question.why;
    let mut said = classed("div", "revealed")
        .key("revealed")
        .with(el("p").text(words.t(verdict)))
        .with(el("p").with(el("strong").text(&words.say(&why.title))));
    if let Some(reason) = &why.why {
        said = said.with(el("p").text(&words.say(reason)));
    }
    if let Some(comparison) = &why.comparison {
        said = said.with(classed("p", "lesson-rule").text(&words.inequality(comparison)));
    }
    said.end()
}
