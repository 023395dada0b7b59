//! The list of scenes, where they are added, named, put in order and saved.

use wasm_bindgen::JsCast;
use web_sys::HtmlInputElement;
use yew::prelude::*;

use super::{Lecture, Lecturer, Way};
use crate::app::dom::{El, button, classed, el, on_typed};
use crate::app::lab::{More, Msg};
use crate::app::transport;
use crate::app::words::Words;
use crate::share::scenes::{Scene, TITLE_CHARS_MAX};

/// The id of the field for a new scene's title.
pub(super) const TITLE: &str = "scene-title";
/// The id of the button that takes the last deletion back.
pub(super) const UNDO: &str = "scene-undo";

/// The dialogue's content.
pub(in crate::app) fn dialog(lecturer: &Lecturer, words: &Words, send: &Callback<Msg>) -> Html {
    let count = lecturer.scenes.len();
    let scenes = lecturer.scenes.iter().enumerate();
    let row = |(place, scene): (usize, &Scene)| {
        let here = lecturer.at == Some(place);
        row(place, count, here, scene, words, send)
    };
    let list = match count {
        0 => el("p").text(words.t("lecture.no_scenes")),
        _ => classed("ol", "scene-list").each(scenes.map(row)),
    };
    let undo = button(send, More::Lecture(Lecture::Undo).into())
        .set("id", UNDO)
        .text(words.t("lecture.undo"));
    let undo = match lecturer.undo {
        Some(_) => undo,
        None => undo.set("hidden", ""),
    };
    let said = match (count, lecturer.unsaved) {
        (0, _) => "",
        (_, true) => words.t("lecture.unsaved"),
        (_, false) => words.t("lecture.saved"),
    };
    let save = button(send, More::Lecture(Lecture::Save).into())
        .when(count == 0, "hidden", "")
        .text(words.t("lecture.save"));
    let foot = classed("div", "row foot")
        .with(save)
        .with(transport::open_file("ui.open", words, send))
        .with(undo)
        .with(el("span").set("role", "status").text(said));
    classed("div", "scenes")
        .key("scenes")
        .with(el("p").text(words.t("lecture.scenes_say")))
        .with(list)
        .with(add_form(words, send))
        .with(foot)
        .end()
}

fn row(
    place: usize,
    count: usize,
    here: bool,
    scene: &Scene,
    words: &Words,
    send: &Callback<Msg>,
) -> Html {
    let (title, number) = (&*scene.title, (place + 1).to_string());
    let named = |key| words.fill(key, &[("number", &number), ("title", title)]);
    let act = |lecture: Lecture, key: &'static str, sign: &'static str| {
        button(send, More::Lecture(lecture).into())
            .put("aria-label", named(key))
            .put("title", named(key))
            .text(sign)
    };
    let rename = send.reform(move |event: Event| {
        let input = event
            .target()
            .and_then(|it| it.dyn_into::<HtmlInputElement>().ok());
        let typed = input.map(|it| it.value()).unwrap_or_default();
        More::Lecture(Lecture::Rename(place, typed)).into()
    });
    let input = title_input()
        .put("aria-label", named("lecture.title_of"))
        .value(title)
        .on_change(rename);
    let go = button(send, More::Lecture(Lecture::Go(place)).into())
        .put("aria-label", named("lecture.go"))
        .when(here, "aria-current", "true")
        .text(&number);
    el("li")
        .key(&place.to_string())
        .with(go)
        .with(input)
        .with(
            act(Lecture::Move(place, Way::Up), "lecture.up", "↑")
                .put("id", mover(place, Way::Up))
                .when(place == 0, "aria-disabled", "true"),
        )
        .with(
            act(Lecture::Move(place, Way::Down), "lecture.down", "↓")
                .put("id", mover(place, Way::Down))
                .when(place + 1 == count, "aria-disabled", "true"),
        )
        .with(act(Lecture::Delete(place), "lecture.delete", "✕"))
        .end()
}

/// The id of the button that moves the scene at a place.
pub(super) fn mover(place: usize, way: Way) -> String {
    match way {
        Way::Up => format!("scene-{place}-up"),
        Way::Down => format!("scene-{place}-down"),
    }
}

fn title_input() -> El {
    el("input")
        .set("type", "text")
        .set("autocomplete", "off")
        .put("maxlength", TITLE_CHARS_MAX.to_string())
}

fn add_form(words: &Words, send: &Callback<Msg>) -> El {
    let send = send.clone();
    let on_submit = on_typed(move |input| {
        let typed = input.value();
        input.set_value("");
        send.emit(More::Lecture(Lecture::Add(typed)).into());
    });
    let input = title_input()
        .set("id", TITLE)
        .say("placeholder", words.t("lecture.title"))
        .say("aria-label", words.t("lecture.title"));
    let submit = el("button")
        .set("type", "submit")
        .set("class", "primary")
        .text(words.t("lecture.add"));
    classed("form", "row")
        .on_submit(on_submit)
        .with(input)
        .with(submit)
}
