//! One message on the stage: a label with its name and its outcome.

use yew::prelude::*;

use super::look;
use crate::app::dom::{El, classed, el, moving};
use crate::app::lab::{Msg, Thing};
use crate::app::words::Words;
use crate::protocol::MessageKind;
use crate::view::MessageCard;
use crate::view::labels::{self, Form};

#[derive(Properties, PartialEq)]
pub(super) struct Props {
    pub(super) stage: super::Name,
    pub(super) card: MessageCard,
    pub(super) narrow: bool,
    pub(super) form: Form,
    pub(super) words: Words,
    pub(super) selected: bool,
    pub(super) number: Option<u8>,
    pub(super) send: Callback<Msg>,
}

/// How a message looks by what it says.
pub(in crate::app) fn kind_class(kind: MessageKind) -> &'static str {
    match kind {
        MessageKind::Request => "request",
        MessageKind::Grant => "grant",
        MessageKind::Refusal => "refusal",
    }
}

/// The box and the text.
pub(super) fn label(card: &MessageCard, narrow: bool, form: Form, lost: bool) -> (El, El) {
    boxed(&labels::text(card, form, lost), card.view.kind, narrow)
}

/// A box as wide as its text, and the text.
pub(super) fn boxed(text: &str, kind: MessageKind, narrow: bool) -> (El, El) {
    let width = labels::width(text, kind, narrow);
    let rect = el("rect")
        .number("x", -width / 2.0)
        .set("y", "-12")
        .number("width", width)
        .set("height", "24")
        .set(
            "rx",
            if kind == MessageKind::Request {
                "5"
            } else {
                "12"
            },
        );
    let text = el("text")
        .set("text-anchor", "middle")
        .set("y", "4.5")
        .text(text);
    (rect, text)
}

/// What a screen reader says of a message.
pub(in crate::app) fn spoken(card: &MessageCard, words: &Words) -> String {
    let outcome = match card.view.kind {
        MessageKind::Request => None,
        MessageKind::Grant => Some(words.t("ui.message_grant")),
        MessageKind::Refusal => Some(words.t("ui.message_refusal")),
    };
    let from = card.id.from.to_string();
    let to = card.id.to.to_string();
    let args = [("message", card.view.name), ("from", &from), ("to", &to)];
    let mut text = words.fill("ui.message_label", &args);
    let epoch = card.view.epoch.map(|epoch| words.badge(epoch));
    let held = card.held.then(|| words.t("ui.message_held"));
    let details = epoch.as_deref().into_iter().chain(outcome).chain(held);
    for detail in details {
        text.push_str(words.t("ui.clause_separator"));
        text.push_str(detail);
    }
    text
}

/// Room for a finger.
pub(super) fn touch() -> El {
    classed("rect", "touch")
        .set("x", "-22")
        .set("y", "-22")
        .set("width", "44")
        .set("height", "44")
}

#[component]
pub(super) fn MessageMark(props: &Props) -> Html {
    let Props { card, words, .. } = props;
    let id = card.id;
    let send = props.send.clone();
    let choose = Callback::from(move |_: ()| send.emit(Msg::Choose(Thing::Message(id))));
    let details = card.view.fields.iter().map(|(key, value)| {
        let name = words.t(&format!("field.{key}")).to_owned();
        format!("{name}: {}", words.datum(value))
    });
    let title = [card.view.name, words.t("ui.message_title")].map(str::to_owned);
    let title: Vec<String> = title.into_iter().chain(details).collect();
    let states = [(card.held, "held"), (props.selected, "selected")];
    let (rect, text) = label(card, props.narrow, props.form, false);
    let mut mark = el("g")
        .put("id", props.stage.id(Thing::Message(id)))
        .set("role", "button")
        .set("tabindex", "0")
        .put("class", look("message", card, &states))
        .put("aria-label", spoken(card, words))
        .flag("aria-pressed", props.selected)
        .on_click(choose.reform(|_| ()))
        .on_key(super::node::on_activation(choose))
        .with(el("title").text(&title.join("\n")))
        .with(touch())
        .with(rect)
        .with(text);
    if let Some(number) = props.number {
        mark = mark.with(super::node::number(number, 0.0, -20.0));
    }
    moving(mark).end()
}
