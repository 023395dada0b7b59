//! What can be done to the chosen node or message: always in the same place, for pointer, touch
//! and key alike.

use wasm_bindgen::JsCast;
use web_sys::{Element, HtmlInputElement, HtmlSelectElement};
use yew::prelude::*;

use super::FULL;
use super::dom::{El, button, classed, el};
use super::lab::{Choosing, DELAY_MS, Msg, Thing};
use super::words::Words;
use crate::protocol::{ClientId, NodeId, Value};
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

/// Who can be made to ask whom.
pub(super) enum Asking {
    /// A client that is free, this node.
    Node(NodeId),
    /// This client, one of these nodes or the one it believes in.
    Client(ClientId, Vec<NodeId>),
}

pub(super) fn view(
    words: &Words,
    selected: Option<Thing>,
    whose: Option<String>,
    choosing: Choosing,
    offers: &[Offer],
    asking: Option<Asking>,
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
        Some(thing) => thing.name(),
    };
    let name = match whose {
        Some(whose) => format!("{name} · {whose}"),
        None => name,
    };
    let offers = offers.iter().enumerate();
    let offers = offers.map(|(at, it)| offer(at, it, words, send));
    let form = match asking {
        Some(asking) => submit_form(asking, words, send),
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

fn submit_form(asking: Asking, words: &Words, send: &Callback<Msg>) -> Html {
    let (client, fixed, choice) = match asking {
        Asking::Node(id) => (None, Some(id), None),
        Asking::Client(..) if !FULL => (None, None, None),
        Asking::Client(id, nodes) => (Some(id), None, Some(node_choice(&nodes, words))),
    };
    let send = send.clone();
    let on_submit = Callback::from(move |event: SubmitEvent| {
        event.prevent_default();
        let form = event.target().and_then(|it| it.dyn_into::<Element>().ok());
        let part = |name| form.as_ref()?.query_selector(name).ok().flatten();
        let chosen = part("select").and_then(|it| it.dyn_into::<HtmlSelectElement>().ok());
        let to = fixed.or_else(|| chosen?.value().parse().ok());
        if let Some(input) = part("input").and_then(|it| it.dyn_into::<HtmlInputElement>().ok()) {
            let text = input.value();
            // What is refused stays, to be mended.
            if Value::new(&text).is_ok() {
                input.set_value("");
            }
            send.emit(Msg::Submit(client, to, text));
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
    let form = el("form")
        .key(client.map_or("node", |_| "client"))
        .on_submit(on_submit)
        .with(input);
    match choice {
        Some(choice) => form.with(choice).with(submit).end(),
        None => form.with(submit).end(),
    }
}

/// Which node to ask; first the one that the client believes in, whichever that is.
fn node_choice(nodes: &[NodeId], words: &Words) -> El {
    let any = el("option").set("value", "").text(words.t("ui.ask_any"));
    let one = |node: &NodeId| {
        let name = node.to_string();
        el("option")
            .key(&name)
            .say("value", &name)
            .text(&name)
            .end()
    };
    el("select")
        .say("aria-label", words.t("ui.ask_node"))
        .child(any.key("any").end())
        .each(nodes.iter().map(one))
}
