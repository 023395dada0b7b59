//! The glossary and what is often asked: as a dialogue, and term by term below a lesson's text.

use yew::prelude::*;

use super::{Entry, Learn, Learner, Outline};
use crate::app::dom::{El, all, button, classed, el, text};
use crate::app::lab::{More, Msg};
use crate::app::words::Words;
use crate::teach::Explained;

/// The dialogue's content.
pub(in crate::app) fn glossary(learner: &Learner, words: &Words, send: &Callback<Msg>) -> Html {
    let Some(outline) = learner.outline() else {
        return text(words.t("lesson.loading"));
    };
    let glossary = &outline.glossary;
    let list = |kind: &'static str, of: &[Explained]| {
        let items = of
            .iter()
            .map(|it| item(kind, it, outline, words, send).end());
        classed("dl", "glossary").each(items)
    };
    let parts = [
        el("h3").text(words.t("lesson.often_asked")),
        list("ask", &glossary.questions),
        el("h3").text(words.t("lesson.terms")),
        list("term", &glossary.terms),
    ];
    all(parts.into_iter().map(El::end))
}

/// A term or a question, what is said of it, and the way to its scene.
fn item(
    kind: &'static str,
    it: &Explained,
    outline: &Outline,
    words: &Words,
    send: &Callback<Msg>,
) -> El {
    let name = format!("{kind}.{}", it.key);
    let said = outline
        .glossary_texts
        .get(&format!("{name}.says"))
        .to_owned();
    let name = outline.glossary_texts.get(&name);
    el("div")
        .key(&it.key)
        .with(el("dt").text(name))
        .with(el("dd").text(&said).with(show(it, name, words, send)))
}

fn show(it: &Explained, name: &str, words: &Words, send: &Callback<Msg>) -> El {
    let open = Learn::Open(it.lesson.clone(), Entry::At(it.beat.clone()));
    button(send, More::Learn(open).into())
        .set("class", "quiet")
        .put(
            "aria-label",
            words.fill("lesson.show_of", &[("name", name)]),
        )
        .text(words.t("lesson.show"))
}

/// The terms of a text, each a button that says what it means.
pub(super) fn terms_of(
    text: &str,
    learner: &Learner,
    words: &Words,
    send: &Callback<Msg>,
) -> Option<El> {
    let outline = learner.outline()?;
    let texts = &outline.glossary_texts;
    let terms: Vec<&Explained> = outline.glossary.terms_in(text, texts).collect();
    if terms.is_empty() {
        return None;
    }
    let term = |it: &&Explained| {
        let open = learner.term.as_ref() == Some(&it.key);
        button(send, More::Learn(Learn::Term(it.key.clone())).into())
            .key(&it.key)
            .set("class", "term")
            .flag("aria-expanded", open)
            .text(texts.get(&format!("term.{}", it.key)))
            .end()
    };
    let row = classed("div", "lesson-row terms")
        .set("role", "group")
        .say("aria-label", words.t("lesson.terms"))
        .each(terms.iter().map(term));
    let open = terms
        .iter()
        .find(|it| learner.term.as_ref() == Some(&it.key));
    let said = open.map(|it| {
        let key = format!("term.{}.says", it.key);
        let said = classed("p", "hint").set("role", "status");
        said.text(texts.get(&key))
    });
    let mut both = el("div").with(row);
    if let Some(said) = said {
        both = both.with(said);
    }
    Some(both)
}
