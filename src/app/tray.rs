//! What can be done to the chosen node or message: always in the same place, for pointer, touch
//! and key alike.

use wasm_bindgen::JsCast;
use web_sys::{Element, HtmlInputElement, HtmlSelectElement};
use yew::prelude::*;

use super::FULL;
use super::dom::{El, button, classed, el};
use super::faults::Fault;
use super::lab::{Choosing, DELAY_MS, More, Msg, Thing};
use super::why_not::Doubt;
use super::words::Words;
use crate::protocol::{ClientId, NodeId, Value};

/// One thing that can be done.
pub(super) struct Offer {
    /// The label's key.
    pub(super) key: &'static str,
    /// A timer's name in the label.
    pub(super) timer: Option<&'static str>,
    /// Why it makes no sense now.
    pub(super) refusal: Option<&'static str>,
    /// What it does.
    pub(super) msg: Msg,
}

/// What there is beyond what everybody wants.
pub(super) enum Extra {
    Nothing,
    /// It waits until it is asked for.
    Closed,
    /// It is shown, and perhaps what one of it breaks.
    Open(Vec<Offer>, Option<&'static str>),
}

/// Who can be made to ask whom.
pub(super) enum Asking {
    /// A client that is free, this node.
    Node(NodeId),
    /// This client, one of these nodes or the one it believes in.
    Client(ClientId, Vec<NodeId>),
}

/// All that can be done to the chosen thing.
pub(super) struct Offers<'a> {
    /// The few that everybody wants.
    pub(super) few: &'a [Offer],
    /// What is there for those who ask.
    pub(super) more: &'a Extra,
    pub(super) asking: Option<Asking>,
}

pub(super) fn view(
    words: &Words,
    selected: Option<Thing>,
    whose: Option<String>,
    choosing: Choosing,
    offers: Offers<'_>,
    send: &Callback<Msg>,
) -> Html {
    let Offers { few, more, asking } = offers;
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
    let few = few.iter().enumerate();
    let few = few.map(|(at, it)| offer(at, it, words, send));
    let form = match asking {
        Some(asking) => submit_form(asking, words, send),
        None => classed("form", "none").set("hidden", "").end(),
    };
    tray.set("role", "group")
        .put("aria-label", words.fill("ui.tray", &[("thing", &name)]))
        .with(el("strong").text(&name))
        .with(classed("span", "offers").each(few))
        .child(form)
        .child(more_button(more, words, send))
        .with(dismiss(words, send))
        .child(more_offers(more, words, send))
        .end()
}

fn more_button(more: &Extra, words: &Words, send: &Callback<Msg>) -> Html {
    let hidden = matches!(more, Extra::Nothing);
    button(send, More::Fault(Fault::More).into())
        .flag("aria-expanded", matches!(more, Extra::Open(..)))
        .when(hidden, "hidden", "")
        .text(words.t("ui.tray_more"))
        .end()
}

fn more_offers(more: &Extra, words: &Words, send: &Callback<Msg>) -> Html {
    let all = classed("div", "offers more-offers");
    let (true, Extra::Open(offers, says)) = (FULL, more) else {
        return all.set("hidden", "").end();
    };
    let offers = offers.iter().enumerate();
    let all = all.each(offers.map(|(at, it)| offer(at, it, words, send)));
    match says {
        Some(says) => all.with(el("p").text(words.t(says))).end(),
        None => all.end(),
    }
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
    // By position: Kill becomes Restart under the finger that pressed it, and keeps the focus.
    let msg = match (offer.refusal, &offer.msg) {
        (Some(key), Msg::Act(action)) if FULL => {
            More::Doubt(Doubt::Refused(action.clone(), label.clone(), key)).into()
        }
        (Some(key), _) => Msg::Complain(key),
        (None, msg) => msg.clone(),
    };
    let button = button(send, msg);
    let button = match offer.refusal {
        Some(key) => refused(button, key, words),
        None => button,
    };
    let button = button.key(&at.to_string()).text(&label);
    match (offer.refusal, &offer.msg) {
        // It explains itself when it is pressed; screen readers have the description.
        (Some(_), Msg::Act(_)) if FULL => {
            let why = classed("span", "ask").set("aria-hidden", "true");
            button.with(why.text(words.t("why_not.why"))).end()
        }
        _ => button.end(),
    }
}

/// A button that is greyed out, and says why.
pub(super) fn refused(button: El, key: &str, words: &Words) -> El {
    let reason = words.t(&format!("error.{key}")).to_owned();
    button
        .set("aria-disabled", "true")
        .say("title", &reason)
        .put("aria-description", reason)
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
    // A browser would choose the option that comes first, and they come from the last one on.
    let any = el("option")
        .set("value", "")
        .set("selected", "selected")
        .text(words.t("ui.ask_any"));
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
