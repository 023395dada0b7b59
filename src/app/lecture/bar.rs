//! The one bar that stays while panels are hidden: the scenes, and what brings everything back.

use yew::prelude::*;

use super::{Lecture, Lecturer, Part};
use crate::app::dialog::{self, Dialog};
use crate::app::dom::{El, button, classed, el};
use crate::app::lab::{More, Msg};
use crate::app::words::Words;

pub(in crate::app) fn bar(lecturer: &Lecturer, words: &Words, send: &Callback<Msg>) -> Html {
    let act = |lecture: Lecture, key: &'static str| {
        button(send, More::Lecture(lecture).into()).text(words.t(key))
    };
    let show = |dialog: Dialog, key: &'static str| {
        button(send, Msg::Show(dialog))
            .set("aria-haspopup", "dialog")
            .text(words.t(key))
    };
    let hide = |part: Part| {
        let key = match part {
            Part::Top => "lecture.top",
            Part::Side => "lecture.side",
            Part::Bottom => "lecture.bottom",
        };
        button(send, More::Lecture(Lecture::Hide(part)).into())
            .key(part.word())
            .set("id", part.button())
            .flag("aria-pressed", lecturer.shows(part))
            .text(words.t(key))
            .end()
    };
    let parts = group("parts", words.t("lecture.parts")).each(Part::ALL.into_iter().map(hide));
    let rest = classed("div", "rest")
        .with(show(Dialog::Scenes, "lecture.scenes"))
        .with(show(Dialog::Share, "ui.share"))
        .with(show(Dialog::Black, "lecture.black"))
        .with(act(Lecture::Toggle, "lecture.end"));
    el("nav")
        .set("class", "lecture")
        .say("aria-label", words.t("lecture.bar"))
        .with(scenes(lecturer, words, send))
        .with(parts)
        .with(rest)
        .end()
}

fn group(class: &'static str, label: &str) -> El {
    classed("div", class)
        .set("role", "group")
        .say("aria-label", label)
}

/// Where one is among the scenes, and the ways from there; nothing where there are none.
fn scenes(lecturer: &Lecturer, words: &Words, send: &Callback<Msg>) -> El {
    let group = group("scenes", words.t("lecture.scenes"));
    if lecturer.scenes.is_empty() {
        return group.set("hidden", "");
    }
    let move_to = |forward: bool, lecture: Lecture, key: &'static str, sign: &'static str| {
        button(send, More::Lecture(lecture).into())
            .when(lecturer.beside(forward).is_none(), "aria-disabled", "true")
            .say("aria-label", words.t(key))
            .say("title", words.t(key))
            .text(sign)
    };
    let count = lecturer.scenes.len().to_string();
    let said = match lecturer.at.and_then(|at| lecturer.scenes.get(at)) {
        None => words.fill("lecture.none_yet", &[("count", &count)]),
        Some(scene) => {
            let number = lecturer.at.map_or(0, |at| at + 1).to_string();
            let args = [
                ("number", &*number),
                ("count", &count),
                ("title", &scene.title),
            ];
            words.fill("lecture.at", &args)
        }
    };
    let prepared = button(send, More::Lecture(Lecture::Prepared).into())
        .when(lecturer.at.is_none(), "aria-disabled", "true")
        .text(words.t("lecture.prepared"));
    group
        .with(move_to(false, Lecture::Previous, "lecture.previous", "◀"))
        .with(classed("span", "at").set("role", "status").text(&said))
        .with(move_to(true, Lecture::Next, "lecture.next", "▶"))
        .with(prepared)
}

/// The black-out: nothing but a button as large as the page that ends it.
pub(in crate::app) fn black(words: &Words, send: &Callback<Msg>) -> Html {
    let end = button(send, Msg::Dismiss)
        .set("id", dialog::TITLE)
        .say("aria-label", words.t("lecture.black_ends"));
    dialog::modal_of("black", end.end(), send)
}
