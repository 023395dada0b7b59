//! A challenge in the panel: what is to be brought about, how far that has come, and hints.

use std::rc::Rc;

use yew::prelude::*;

use super::{Learn, Learner};
use crate::app::dialog::Dialog;
use crate::app::dom::{El, button, classed, el};
use crate::app::lab::{More, Msg};
use crate::app::words::Words;
use crate::teach::{Challenge, Verdict};
use crate::view::Catalogue;

/// The challenge that is open.
pub(in crate::app) struct Tried {
    pub(in crate::app) id: String,
    pub(in crate::app) challenge: Rc<Challenge>,
    pub(in crate::app) texts: Rc<Catalogue>,
    /// How the run on stage stands.
    pub(in crate::app) verdict: Verdict,
    /// How many hints are shown.
    pub(in crate::app) hints: u32,
}

/// The panel's content.
pub(super) fn view(tried: &Tried, learner: &Learner, words: &Words, send: &Callback<Msg>) -> Html {
    let title = learner
        .outline()
        .map(|it| it.challenge_titles.get(&tried.id));
    let texts = &tried.texts;
    let mut view = classed("div", "lesson")
        .with(classed("p", "cite").text(words.t("lesson.challenge")))
        .with(el("h2").text(title.unwrap_or_default()))
        .with(classed("p", "lesson-text").text(texts.get("task")))
        .with(verdict(tried, words));
    for hint in 1..=tried.hints {
        let text = texts.get(&format!("hint.{hint}")).to_owned();
        view = view.with(classed("p", "hint").text(&text));
    }
    let mut row = classed("div", "lesson-row");
    if tried.verdict != Verdict::Won {
        if tried.hints < tried.challenge.hints {
            row = row
                .with(button(send, More::Learn(Learn::Hint).into()).text(words.t("lesson.hint")));
        } else if tried.challenge.search.is_some() {
            row = row
                .with(button(send, More::Learn(Learn::Find).into()).text(words.t("lesson.find")));
        }
    }
    row = row
        .with(button(send, More::Learn(Learn::Again).into()).text(words.t("lesson.again")))
        .with(button(send, Msg::Show(Dialog::Lessons)).text(words.t("lesson.all")))
        .with(
            button(send, More::Learn(Learn::Leave).into()).text(words.t("lesson.leave_challenge")),
        );
    view.with(row).end()
}

/// How the run stands, in words.
fn verdict(tried: &Tried, words: &Words) -> El {
    let status = el("p").set("role", "status").set("aria-live", "polite");
    let count = tried.challenge.goals.len().to_string();
    match &tried.verdict {
        Verdict::Won => status.set("class", "ok").text(words.t("lesson.won")),
        Verdict::Open(reached) => {
            let args = [("reached", &*reached.to_string()), ("count", &count)];
            status.text(&words.fill("lesson.goals", &args))
        }
        Verdict::Forbidden(action) => {
            let action = format!("action.{action}");
            let args = [("action", words.t(&action))];
            let said = words.fill("lesson.forbidden", &args);
            status.set("class", "no").text(&said)
        }
        Verdict::Spoiled => status.set("class", "no").text(words.t("lesson.spoiled")),
        Verdict::Other => status.text(words.t("lesson.astray")),
    }
}
