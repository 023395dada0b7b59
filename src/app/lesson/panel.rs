//! The lesson in the panel: what the beat says, the rule with its live numbers, and what one can do.

use yew::prelude::*;

use super::{Entry, Learn, Learner, Open, challenge, glossary};
use crate::app::dialog::Dialog;
use crate::app::dom::{El, button, classed, el};
use crate::app::lab::{More, Msg};
use crate::app::words::Words;
use crate::view::Session;

/// What a lesson says to the lecturer, by the keys of its texts and their headings.
const LECTURER: [(&str, &str); 3] = [
    ("aim", "lesson.aim"),
    ("say", "lesson.say"),
    ("question", "lesson.question"),
];

/// The panel's content; nothing where neither a lesson nor a challenge is open.
pub(in crate::app) fn view(
    learner: &Learner,
    session: &Session,
    words: &Words,
    send: &Callback<Msg>,
) -> Option<Html> {
    if let Some(tried) = &learner.tried {
        return Some(challenge::view(tried, learner, words, send));
    }
    let open = learner.open.as_ref()?;
    let player = &open.player;
    let here = player.is_of(session) && !open.stuck;
    let place = (player.place() + 1).to_string();
    let count = player.lesson().beats.len().to_string();
    let args = [("beat", &*place), ("count", &count)];
    let title = learner.outline().map(|it| it.titles.get(&open.id));
    let mut view = classed("div", "lesson")
        .with(classed("p", "cite").text(&words.fill("lesson.beat", &args)))
        .with(el("h2").text(title.unwrap_or_default()));
    view = match here {
        true => {
            let text = filled(&open.player.beat().text, open, words);
            let terms = glossary::terms_of(&text, learner, words, send);
            view.with(said(&text, open, words))
                .each(links(&open.player.beat().links).map(El::end).into_iter())
                .with(doing(learner, open, words, send))
                .each(terms.map(El::end).into_iter())
        }
        false => view
            .with(el("p").set("role", "status").text(words.t("lesson.astray")))
            .with(row().with(to(player.place(), "lesson.return", words, send))),
    };
    view = view.with(
        row()
            .with(button(send, Msg::Show(Dialog::Lessons)).text(words.t("lesson.all")))
            .with(button(send, More::Learn(Learn::Leave).into()).text(words.t("lesson.leave")))
            .with(
                button(send, More::Learn(Learn::Lecturer).into())
                    .flag("aria-expanded", learner.lecturer)
                    .text(words.t("lesson.lecturer")),
            ),
    );
    let notes = learner
        .lecturer
        .then(|| for_the_lecturer(open, words, send).end());
    Some(view.each(notes.into_iter()).end())
}

fn row() -> El {
    classed("div", "lesson-row")
}

/// A text of the beat, with what it names filled in.
fn filled(key: &str, open: &Open, words: &Words) -> String {
    let said = open.player.said().iter();
    let said: Vec<(&str, String)> = said
        .map(|(name, value)| (name.as_str(), words.datum(value)))
        .collect();
    let args: Vec<(&str, &str)> = said.iter().map(|(name, it)| (*name, it.as_str())).collect();
    open.texts.fill(key, &args)
}

/// What the beat says, and the rule that it is about.
fn said(text: &str, open: &Open, words: &Words) -> El {
    let beat = open.player.beat();
    let status = el("div")
        .set("role", "status")
        .set("aria-live", "polite")
        .with(classed("p", "lesson-text").text(text));
    if beat.rule.is_none() {
        return status;
    }
    let rule = filled(&format!("{}.rule", beat.text), open, words);
    status.with(classed("p", "lesson-rule").text(&rule))
}

/// Where to read more. A link asks nothing of another site before it is followed.
fn links(addresses: &[String]) -> Option<El> {
    let link = |address: &String| {
        let shown = address.trim_start_matches("https://");
        let link = el("a")
            .set("target", "_blank")
            .set("rel", "noopener")
            .put("href", address.clone());
        el("li").key(address).with(link.text(shown)).end()
    };
    let list = classed("ul", "lesson-links").each(addresses.iter().map(link));
    (!addresses.is_empty()).then_some(list)
}

/// What moves the lesson on, and back.
fn doing(learner: &Learner, open: &Open, words: &Words, send: &Callback<Msg>) -> El {
    let player = &open.player;
    let mut doing = row();
    if let Some(before) = player.place().checked_sub(1) {
        doing = doing.with(to(before, "lesson.earlier", words, send));
    }
    if !player.is_last() {
        let (key, learn) = match player.beat().until {
            None => ("lesson.go_on", Learn::GoOn),
            Some(_) => ("lesson.do_it", Learn::DoIt),
        };
        let on = button(send, More::Learn(learn).into()).set("class", "lesson-go");
        return doing.with(on.text(words.t(key)));
    }
    let outline = learner.outline();
    let next = outline.and_then(|it| Some((it, it.course.after(&open.id)?)));
    match next {
        Some((outline, id)) => {
            let open = More::Learn(Learn::Open(id.to_owned(), Entry::Start)).into();
            let args = [("title", outline.titles.get(id))];
            let next = button(send, open).set("class", "lesson-go");
            doing.with(next.text(&words.fill("lesson.next", &args)))
        }
        None => doing,
    }
}

fn to(beat: usize, key: &'static str, words: &Words, send: &Callback<Msg>) -> El {
    button(send, More::Learn(Learn::To(beat)).into()).text(words.t(key))
}

fn for_the_lecturer(open: &Open, words: &Words, send: &Callback<Msg>) -> El {
    let minutes = open.player.lesson().minutes.to_string();
    let minutes = words.fill("lesson.minutes", &[("minutes", &minutes)]);
    let mut notes = classed("section", "lecturer").with(classed("p", "cite").text(&minutes));
    for (key, heading) in LECTURER {
        notes = notes
            .with(el("h3").text(words.t(heading)))
            .with(el("p").text(open.texts.get(key)));
    }
    let print = button(send, More::Learn(Learn::Print).into()).text(words.t("lesson.print"));
    notes.with(row().with(print))
}
