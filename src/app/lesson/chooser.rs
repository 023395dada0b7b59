//! The list of all lessons, part by part, with how far one has come.

use yew::prelude::*;

use super::{Entry, Learn, Learner, Outline};
use crate::app::dialog::Dialog;
use crate::app::dom::{El, all, button, classed, el, text};
use crate::app::lab::{More, Msg};
use crate::app::transport;
use crate::app::words::Words;
use crate::teach::Part;

/// The dialogue's content.
pub(in crate::app) fn chooser(learner: &Learner, words: &Words, send: &Callback<Msg>) -> Html {
    let Some(outline) = learner.outline() else {
        return text(words.t("lesson.loading"));
    };
    let intro = el("p").text(words.t("lesson.intro"));
    let parts = outline.course.parts.iter();
    let parts = parts.map(|part| one_part(part, outline, learner, words, send).end());
    let export = button(send, More::Learn(Learn::Export).into()).text(words.t("lesson.export"));
    let predict = match learner.predict {
        None => "predict.start",
        Some(_) => "predict.stop",
    };
    let predict = button(send, More::Learn(Learn::Predict).into()).text(words.t(predict));
    let glossary = button(send, Msg::Show(Dialog::Glossary)).text(words.t("lesson.glossary"));
    let below = classed("div", "lesson-row")
        .with(predict)
        .with(glossary)
        .with(export)
        .with(transport::open_file("lesson.import", words, send));
    let added = learner.added.then(|| {
        let added = classed("p", "ok").set("role", "status");
        added.text(words.t("lesson.added")).end()
    });
    let challenges = el("h3").text(words.t("lesson.challenges"));
    let to_try = outline.challenges.parts.iter();
    let to_try = to_try.map(|part| to_try_of(part, outline, learner, send).end());
    let resume = learner.progress.last();
    let resume = resume.filter(|id| outline.course.place(id).is_some());
    let resume = resume.map(|id| resume_button(id, outline, words, send).end());
    all(added
        .into_iter()
        .chain(std::iter::once(intro.end()))
        .chain(resume)
        .chain(parts)
        .chain(std::iter::once(challenges.end()))
        .chain(to_try)
        .chain(std::iter::once(below.end())))
}

fn resume_button(id: &str, outline: &Outline, words: &Words, send: &Callback<Msg>) -> El {
    let args = [("title", outline.titles.get(id))];
    let open = More::Learn(Learn::Open(id.to_owned(), Entry::WhereLeft)).into();
    let resume = button(send, open).set("class", "lesson-go");
    classed("p", "lesson-row").with(resume.text(&words.fill("lesson.resume", &args)))
}

/// Challenges that belong together.
fn to_try_of(part: &Part, outline: &Outline, learner: &Learner, send: &Callback<Msg>) -> El {
    let titles = &outline.challenge_titles;
    let one = |id: &String| {
        let here = learner.tried.as_ref().is_some_and(|it| it.id == *id);
        let done = learner.progress.is_done(&format!("challenge {id}"));
        let open = button(send, More::Learn(Learn::Try(id.clone())).into())
            .when(here, "aria-current", "true")
            .with(classed("span", "lesson-number").text(if done { "✓" } else { "" }))
            .with(el("span").text(titles.get(id)));
        el("li").key(id).with(open).end()
    };
    classed("section", "lesson-part")
        .key(&part.title)
        .with(el("h4").text(titles.get(&part.title)))
        .with(classed("ul", "lesson-list").each(part.items.iter().map(one)))
}

fn one_part(
    part: &Part,
    outline: &Outline,
    learner: &Learner,
    words: &Words,
    send: &Callback<Msg>,
) -> El {
    let lesson = |id: &String| {
        let place = outline.course.place(id).unwrap_or(0).to_string();
        let progress = &learner.progress;
        let state = match (progress.is_done(id), progress.beat(id)) {
            (true, _) => Some(words.t("lesson.done").to_owned()),
            (false, 0) => None,
            (false, beat) => {
                let beat = (beat + 1).to_string();
                Some(words.fill("lesson.left_at", &[("beat", &beat)]))
            }
        };
        let from = match progress.is_done(id) {
            true => Entry::Start,
            false => Entry::WhereLeft,
        };
        let here = learner.open.as_ref().is_some_and(|open| open.id == *id);
        let mut open = button(send, More::Learn(Learn::Open(id.clone(), from)).into())
            .when(here, "aria-current", "true")
            .with(classed("span", "lesson-number").text(&place))
            .with(el("span").text(outline.titles.get(id)));
        if let Some(state) = state {
            open = open.with(classed("span", "cite").text(&state));
        }
        el("li").key(id).with(open).end()
    };
    classed("section", "lesson-part")
        .key(&part.title)
        .with(el("h3").text(outline.titles.get(&part.title)))
        .with(classed("ul", "lesson-list").each(part.items.iter().map(lesson)))
}
