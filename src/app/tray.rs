//! What can be done to the chosen node or message: always in the same place, for pointer, touch
//! and key alike.

use wasm_bindgen::JsCast;
use web_sys::HtmlInputElement;
use yew::prelude::*;

use super::lab::{Choosing, DELAY_MS, Msg, Thing};
use super::words::Words;
use crate::protocol::NodeId;
use crate::world::Action;

/// One thing that can be done.
#[derive(Clone, Debug, PartialEq)]
pub(super) struct Offer {
    /// The label's key.
    pub(super) key: &'static str,
    /// A timer's name in the label.
    pub(super) word: Option<&'static str>,
    /// Why it makes no sense now.
    pub(super) refusal: Option<&'static str>,
    /// The action.
    pub(super) action: Action,
}

#[derive(Properties, PartialEq)]
pub(super) struct Props {
    pub(super) words: Words,
    pub(super) selected: Option<Thing>,
    pub(super) choosing: Choosing,
    pub(super) offers: Vec<Offer>,
    /// The node that a value can be submitted to.
    pub(super) submit_to: Option<NodeId>,
    pub(super) send: Callback<Msg>,
}

#[component]
pub(super) fn Tray(props: &Props) -> Html {
    let words = &props.words;
    let prompt = match props.choosing {
        Choosing::Nothing => None,
        Choosing::Node => Some("ui.choose_node"),
        Choosing::Message => Some("ui.choose_message"),
    };
    if let Some(prompt) = prompt {
        return html! {
            <div class="tray" role="status">
                <span>{ words.t(prompt).to_owned() }</span>
                { dismiss(props) }
            </div>
        };
    }
    let name = match props.selected {
        None => return html! { <div class="tray" hidden=true /> },
        Some(Thing::Node(id)) => id.to_string(),
        Some(Thing::Message(id)) => format!("{} → {}", id.from, id.to),
    };
    let label = words.fill("ui.tray", &[("thing", &name)]);
    html! {
        <div class="tray" role="group" aria-label={label}>
            <strong>{ name }</strong>
            <span class="offers">{ for props.offers.iter().map(|it| offer(it, props)) }</span>
            <span class="submit">{ submit_form(props) }</span>
            { dismiss(props) }
        </div>
    }
}

fn dismiss(props: &Props) -> Html {
    let send = props.send.clone();
    html! {
        <button type="button" class="quiet" aria-label={props.words.t("ui.dismiss").to_owned()}
            onclick={move |_| send.emit(Msg::Dismiss)}>{ "✕" }</button>
    }
}

/// What makes no sense now stays in place, greyed out, and says why.
fn offer(offer: &Offer, props: &Props) -> Html {
    let words = &props.words;
    let timer = offer.word.map(|word| format!("timer.{word}"));
    let timer = timer.as_deref().map_or("", |key| words.t(key));
    let ms = DELAY_MS.to_string();
    let label = words.fill(offer.key, &[("timer", timer), ("ms", &ms)]);
    let reason = offer
        .refusal
        .map(|key| words.t(&format!("error.{key}")).to_owned());
    let action = offer.action.clone();
    let send = props.send.clone();
    html! {
        <button key={label.clone()} type="button" title={reason.clone()}
            aria-disabled={reason.is_some().then_some("true")}
            aria-description={reason}
            onclick={move |_| send.emit(Msg::Act(action.clone()))}>{ label }</button>
    }
}

fn submit_form(props: &Props) -> Html {
    let Some(node) = props.submit_to else {
        return html! { <></> };
    };
    let send = props.send.clone();
    let onsubmit = Callback::from(move |event: SubmitEvent| {
        event.prevent_default();
        let form = event
            .target()
            .and_then(|it| it.dyn_into::<web_sys::Element>().ok());
        let input = form.and_then(|form| form.query_selector("input").ok().flatten());
        if let Some(input) = input.and_then(|it| it.dyn_into::<HtmlInputElement>().ok()) {
            send.emit(Msg::Submit(node, input.value()));
            input.set_value("");
        }
    });
    let words = &props.words;
    html! {
        <form {onsubmit}>
            <input type="text" size="9" autocomplete="off" spellcheck="false"
                placeholder={words.t("ui.value_example").to_owned()}
                aria-label={words.t("ui.value").to_owned()} />
            <button type="submit">{ words.t("ui.submit").to_owned() }</button>
        </form>
    }
}
