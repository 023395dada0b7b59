//! The bar at the top: which protocol, how many nodes, and what concerns the whole page.

use wasm_bindgen::JsCast;
use yew::prelude::*;

use super::dialog::Dialog;
use super::dom::{button, classed, classes, el};
use super::lab::{Msg, Theme};
use super::words::Words;
use crate::protocol::registry::KEYS;
use crate::protocol::{Cluster, NODES_ON_STAGE_MAX};

pub(super) fn view(
    words: &Words,
    protocol: &'static str,
    cluster: &Cluster,
    nodes: u8,
    theme: Theme,
    lesson: &str,
    send: &Callback<Msg>,
) -> Html {
    let broken = cluster.variants.len();
    let break_rule = match broken {
        0 => words.t("ui.break_rule").to_owned(),
        count => words.fill("ui.rules_broken", &[("count", &count.to_string())]),
    };
    let language = words.language.other();
    classed("header", "top")
        .child(brand())
        .child(protocols(words, protocol, send))
        .child(node_count(words, nodes, send))
        .with(
            button(send, Msg::Show(Dialog::Lessons))
                .set("class", "lessons")
                .set("aria-haspopup", "dialog")
                .text(lesson),
        )
        .with(classed("div", "spacer"))
        .with(
            button(send, Msg::Show(Dialog::BreakRule))
                .put(
                    "class",
                    classes("ghost break-rule", &[(broken > 0, "broken")]),
                )
                .set("aria-haspopup", "dialog")
                .text(&break_rule),
        )
        .with(
            button(send, Msg::Language)
                .set("class", "ghost")
                .set("lang", language.tag())
                .text(language.name()),
        )
        .with(
            button(send, Msg::Theme)
                .set("class", "ghost")
                .flag("aria-pressed", theme == Theme::Dark)
                .say("aria-label", words.t("ui.dark_theme"))
                .say("title", words.t("ui.dark_theme"))
                .text("◐"),
        )
        .with(
            button(send, Msg::Show(Dialog::Help))
                .set("class", "ghost")
                .set("aria-haspopup", "dialog")
                .say("aria-label", words.t("ui.help"))
                .say("title", words.t("ui.help"))
                .text("?"),
        )
        .end()
}

fn brand() -> Html {
    let dot = |cx, cy, r| el("circle").set("cx", cx).set("cy", cy).set("r", r);
    let logo = el("svg")
        .set("width", "24")
        .set("height", "24")
        .set("viewBox", "0 0 24 24")
        .set("aria-hidden", "true")
        .with(dot("12", "12", "9.5").set("class", "orbit"))
        .with(dot("12", "3", "2.6"))
        .with(dot("19.8", "16.5", "2.6"))
        .with(dot("4.2", "16.5", "2.6"));
    let name = el("span").text("Quorumscope");
    classed("h1", "brand").with(logo).with(name).end()
}

fn protocols(words: &Words, chosen: &'static str, send: &Callback<Msg>) -> Html {
    let one = |key: &'static str| {
        button(send, Msg::Protocol(key))
            .key(key)
            .flag("aria-pressed", key == chosen)
            .text(words.t(&format!("protocol.{key}")))
            .end()
    };
    classed("div", "segments")
        .set("role", "group")
        .say("aria-label", words.t("ui.protocol"))
        .each(KEYS.iter().map(|key| one(key)))
        .end()
}

fn node_count(words: &Words, chosen: u8, send: &Callback<Msg>) -> Html {
    let onchange = send.reform(|event: Event| {
        let select = event
            .target()
            .and_then(|it| it.dyn_into::<web_sys::HtmlSelectElement>().ok());
        let count = select.and_then(|it| it.value().parse().ok());
        Msg::Nodes(count.unwrap_or(0))
    });
    let one = |count: u8| {
        let count_text = count.to_string();
        el("option")
            .key(&count_text)
            .say("value", &count_text)
            .when(count == chosen, "selected", "selected")
            .text(&count_text)
            .end()
    };
    let select = el("select")
        .property("value", &chosen.to_string())
        .say("aria-label", words.t("ui.nodes"))
        .on_change(onchange)
        .each((1..=NODES_ON_STAGE_MAX).map(one));
    classed("label", "count")
        .with(
            el("span")
                .set("aria-hidden", "true")
                .text(words.t("ui.nodes")),
        )
        .with(select)
        .end()
}
