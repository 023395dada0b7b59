//! One message on the stage: a label with its name and its outcome.

use yew::prelude::*;

use crate::app::lab::{Msg, Thing};
use crate::app::words::Words;
use crate::protocol::MessageKind;
use crate::view::geometry::{Point, tenths, translate};
use crate::view::{MessageCard, Sentence};

#[derive(Properties, PartialEq)]
pub(super) struct Props {
    pub(super) card: MessageCard,
    pub(super) at: Point,
    pub(super) dom_id: String,
    pub(super) crowded: bool,
    pub(super) words: Words,
    pub(super) selected: bool,
    pub(super) number: Option<u8>,
    pub(super) send: Callback<Msg>,
}

/// How a message looks by what it says.
pub(super) fn kind_class(card: &MessageCard) -> &'static str {
    match card.view.kind {
        MessageKind::Request => "request",
        MessageKind::Grant => "grant",
        MessageKind::Refusal => "refusal",
    }
}

/// The box and the text.
pub(super) fn label(card: &MessageCard, crowded: bool, lost: bool) -> Html {
    let name = if crowded {
        card.view.short
    } else {
        card.view.name
    };
    let epoch = card.view.epoch.filter(|_| !crowded);
    let sign = match card.view.kind {
        _ if lost => "✗ ",
        MessageKind::Refusal if name != "✗" => "✗ ",
        MessageKind::Grant if !crowded && card.view.epoch.is_some() => "✓ ",
        _ => "",
    };
    let text = match epoch {
        Some(epoch) => format!("{sign}{name} {epoch}"),
        None => format!("{sign}{name}"),
    };
    let width = 7.1 * text.chars().count() as f64 + 18.0;
    let round = if card.view.kind == MessageKind::Request {
        "5"
    } else {
        "12"
    };
    html! {
        <>
            <rect x={tenths(-width / 2.0)} y="-12" width={tenths(width)}
                height="24" rx={round} />
            <text text-anchor="middle" y="4.5">{ text }</text>
        </>
    }
}

/// What a screen reader says of a message.
pub(super) fn spoken(card: &MessageCard, words: &Words) -> String {
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
        text.push_str(words.t("ui.list_separator"));
        text.push_str(detail);
    }
    text
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
    let title: Vec<String> = std::iter::once(words.say(&Sentence::new("ui.message_title")))
        .chain(details)
        .collect();
    html! {
        <g id={props.dom_id.clone()} role="button" tabindex="0"
            class={classes!("message", kind_class(card), super::epoch_class(card.view.epoch),
                card.held.then_some("held"), props.selected.then_some("selected"))}
            aria-label={spoken(card, words)} aria-pressed={props.selected.to_string()}
            transform={translate(props.at)}
            onclick={choose.reform(|_| ())}
            onkeydown={super::node::on_activation(choose)}>
            <title>{ title.join("\n") }</title>
            <rect class="touch" x="-22" y="-22" width="44" height="44" />
            { label(card, props.crowded, false) }
            <g class="number" aria-hidden="true">
                { props.number.map_or_else(|| html! { <></> }, |number| html! {
                    <>
                        <circle cx="0" cy="-20" r="10" />
                        <text x="0" y="-15.5" text-anchor="middle">{ number }</text>
                    </>
                }) }
            </g>
        </g>
    }
}
