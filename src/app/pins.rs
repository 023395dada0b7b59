//! Notes pinned to moments: the dialogue that writes and lists them, the strip over the stage, and
//! the marks at the scrubber.

use yew::prelude::*;

use super::dom::{El, all, button, classed, el, on_typed};
use super::lab::{More, Msg};
use super::words::Words;
use crate::share::pin::{PIN_CHARS_MAX, Pin};
use crate::view::{Moment, Session};

/// The id of the field that a note is written in.
pub(super) const FIELD: &str = "note-text";

/// What concerns notes, of all that can happen to the page.
#[derive(Clone)]
pub(super) enum Pinning {
    /// Pins this text to the moment on stage.
    Write(String),
    /// Takes the note of a position away.
    Delete(usize),
    /// Goes to a position, to read its note on stage.
    Go(usize),
    /// Goes to a position, to change its note.
    Edit(usize),
}

/// The dialogue's content.
pub(super) fn dialog(words: &Words, session: &Session, send: &Callback<Msg>) -> Html {
    let pins = session.pins();
    let rows = pins.iter().map(|pin| row(pin, words, send));
    let list = match pins.is_empty() {
        true => el("p").text(words.t("pin.none")),
        false => classed("ul", "pins").each(rows),
    };
    all([form(words, session, send), list].into_iter().map(El::end))
}

fn form(words: &Words, session: &Session, send: &Callback<Msg>) -> El {
    let position = session.position();
    let send = send.clone();
    let on_submit = on_typed(move |input| {
        send.emit(More::Pinning(Pinning::Write(input.value())).into());
    });
    let at = position.to_string();
    let label = el("label")
        .set("for", FIELD)
        .text(&words.fill("pin.here", &[("position", &at)]));
    let input = el("input")
        .key(&at)
        .set("id", FIELD)
        .set("type", "text")
        .set("autocomplete", "off")
        .set("aria-describedby", "note-hint")
        .set("required", "")
        .put("maxlength", PIN_CHARS_MAX.to_string())
        .value(session.pin_at(position).unwrap_or_default());
    let save = el("button")
        .set("type", "submit")
        .set("class", "primary")
        .text(words.t("pin.save"));
    let count = PIN_CHARS_MAX.to_string();
    let hint = classed("p", "cite")
        .set("id", "note-hint")
        .text(&words.fill("pin.hint", &[("count", &count)]));
    classed("form", "pin-form")
        .on_submit(on_submit)
        .with(label)
        .with(classed("div", "pin-line").with(input).with(save))
        .with(hint)
}

fn row(pin: &Pin, words: &Words, send: &Callback<Msg>) -> Html {
    let at = pin.at.to_string();
    let args = [("position", &*at), ("text", &pin.text)];
    let act = |key, label, pinning| {
        button(send, More::Pinning(pinning).into())
            .set("class", "find")
            .put("aria-label", words.fill(label, &args))
            .text(&words.fill(key, &args))
    };
    el("li")
        .key(&at)
        .with(act("pin.go", "pin.go_label", Pinning::Go(pin.at)))
        .with(classed("span", "pin-text").text(&pin.text))
        .with(act("pin.edit", "pin.edit_label", Pinning::Edit(pin.at)))
        .with(act(
            "pin.delete",
            "pin.delete_label",
            Pinning::Delete(pin.at),
        ))
        .end()
}

/// The note of the moment on stage.
pub(super) fn strip(words: &Words, session: &Session) -> Option<El> {
    let text = session.pin_at(session.position())?;
    let label = classed("span", "unseen")
        .text(words.t("pin.strip"))
        .text(" ");
    let sign = el("span").set("aria-hidden", "true").text("✎ ");
    Some(
        classed("p", "strip pinned")
            .with(sign)
            .with(label)
            .text(text),
    )
}

/// The width of the drawing of the marks.
const WIDTH: f64 = 1000.0;

/// Where along the run there are notes; the dialogue lists them for everybody.
pub(super) fn marks(moment: &Moment, session: &Session) -> Option<El> {
    let pins = session.pins();
    if pins.is_empty() {
        return None;
    }
    let mark = |pin: &Pin| {
        let along = pin.at as f64 / moment.length.max(1) as f64 * WIDTH;
        let shown = pin.at == moment.position;
        el("line")
            .key(&pin.at.to_string())
            .number("x1", along)
            .number("x2", along)
            .set("y1", "0")
            .set("y2", "10")
            .when(shown, "class", "here")
            .end()
    };
    let svg = classed("svg", "pin-marks")
        .set("viewBox", "0 0 1000 10")
        .set("preserveAspectRatio", "none")
        .set("aria-hidden", "true");
    Some(svg.each(pins.iter().map(mark)))
}
