//! What can be done to the chosen node or message: always in the same place, for pointer, touch
//! and key alike.

use wasm_bindgen::JsCast;
use web_sys::HtmlInputElement;
use yew::prelude::*;

use super::dom::{El, button, classed, el};
use super::lab::{Choosing, DELAY_MS, Msg, Thing};
use super::words::Words;
use crate::protocol::{NodeId, Value};
use crate::world::Action;

/// One thing that can be done.
pub(super) struct Offer {
    /// The label's key.
    pub(super) key: &'static str,
    /// A timer's name in the label.
    pub(super) timer: Option<&'static str>,
    /// Why it makes no sense now.
    pub(super) refusal: Option<&'static str>,
    /// The action.
    pub(super) action: Action,
}

/// `submit_to` is the node that a value can be submitted to.
pub(super) fn view(
    words: &Words,
    selected: Option<Thing>,
    choosing: Choosing,
    offers: &[Offer],
    submit_to: Option<NodeId>,
    send: &Callback<Msg>,
) -> Html {
    let tray = classed("div", "tray");
    let prompt = match choosing {
        Choosing::Nothing => None,
        Choosing::Node => Some("ui.choose_node"),
        Choosing::Message => Some("ui.choose_message"),
    };
    if let Some(prompt) = prompt {
        return tray
            .set("role", "status")
            .with(el("span").text(words.t(prompt)))
            .with(dismiss(words, send))
            .end();
    }
    let name = match selected {
        None => return tray.set("hidden", "").end(),
        Some(Thing::Node(id)) => id.to_string(),
        Some(Thing::Message(id)) => format!("{} → {}", id.from, id.to),
    };
    let offers = offers.iter().enumerate();
    let offers = offers.map(|(at, it)| offer(at, it, words, send));
    let form = match submit_to {
        Some(node) => submit_form(node, words, send),
        None => classed("form", "none").set("hidden", "").end(),
    };
    tray.set("role", "group")
        .put("aria-label", words.fill("ui.tray", &[("thing", &name)]))
        .with(el("strong").text(&name))
        .with(classed("span", "offers").each(offers))
        .child(form)
        .with(dismiss(words, send))
        .end()
}

fn dismiss(words: &Words, send: &Callback<Msg>) -> El {
    button(send, Msg::Dismiss)
        .set("class", "quiet")
        .say("aria-label", words.t("ui.dismiss"))
        .text("✕")
}

/// What makes no sense now stays in place, greyed out, and says why.
fn offer(at: usize, offer: &Offer, words: &Words, send: &Callback<Msg>) -> Html {
    let timer = offer.timer.map(|timer| format!("timer.{timer}"));
    let timer = timer.as_deref().map_or("", |key| words.t(key));
    let ms = DELAY_MS.to_string();
    let label = words.fill(offer.key, &[("timer", timer), ("ms", &ms)]);
    let msg = match offer.refusal {
        Some(key) => Msg::Complain(key),
        None => Msg::Act(offer.action.clone()),
    };
    // By position: Kill becomes Restart under the finger that pressed it, and keeps the focus.
    let mut button = button(send, msg).key(&at.to_string());
    if let Some(key) = offer.refusal {
        let reason = words.t(&format!("error.{key}")).to_owned();
        button = button
            .set("aria-disabled", "true")
            .say("title", &reason)
            .put("aria-description", reason);
    }
    button.text(&label).end()
}

fn submit_form(node: NodeId, words: &Words, send: &Callback<Msg>) -> Html {
    let send = send.clone();
    let on_submit = Callback::from(move |event: SubmitEvent| {
        event.prevent_default();
        let form = event
            .target()
            .and_then(|it| it.dyn_into::<web_sys::Element>().ok());
        let input = form.and_then(|form| form.query_selector("input").ok().flatten());
        if let Some(input) = input.and_then(|it| it.dyn_into::<HtmlInputElement>().ok()) {
            let text = input.value();
            // What is refused stays, to be mended.
            if Value::new(&text).is_ok() {
                input.set_value("");
            }
            send.emit(Msg::Submit(node, text));
        }
    });
    let input = el("input")
        .set("type", "text")
        .set("autocomplete", "off")
        .set("spellcheck", "false")
        .say("placeholder", words.t("ui.value_example"))
        .say("aria-label", words.t("ui.value"));
    let submit = el("button")
        .set("type", "submit")
        .text(words.t("ui.submit"));
    el("form")
        .on_submit(on_submit)
        .with(input)
        .with(submit)
        .end()
}
