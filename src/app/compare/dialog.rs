//! The dialogue that asks what to compare with, and says what is counted.

use wasm_bindgen::JsCast;
use web_sys::{Element, HtmlSelectElement};
use yew::prelude::*;

use super::Compare;
use crate::app::dom::{El, all, classed, el};
use crate::app::lab::{More, Msg};
use crate::app::words::Words;
use crate::view::Session;
use crate::view::compare::{Rival, keys, rivals};

/// The groups of what can be chosen, by their headings.
const GROUPS: [&str; 4] = [
    "compare.protocols",
    "compare.variants",
    "compare.latencies",
    "compare.quorums",
];

/// The heading that a rival stands under.
fn group(rival: Rival) -> &'static str {
    match rival {
        Rival::Protocol(_) => "compare.protocols",
        Rival::With(_) | Rival::Without(_) => "compare.variants",
        Rival::Latency(_) => "compare.latencies",
        Rival::Quorums(_) => "compare.quorums",
    }
}

pub(in crate::app) fn dialog(run: &Session, words: &Words, send: &Callback<Msg>) -> Html {
    let all_rivals = rivals(run.scenario());
    let protocol = run.about().key;
    let own = words.t(&format!("protocol.{protocol}")).to_owned();
    let form = form(all_rivals, protocol, words, send);
    let counted = keys().map(|(key, says)| {
        el("div")
            .key(key)
            .with(el("dt").text(words.t(key)))
            .with(el("dd").text(words.t(says)))
            .end()
    });
    let parts = [
        el("p").text(&words.fill("compare.intro", &[("protocol", &own)])),
        form,
        el("h3").text(words.t("compare.counted")),
        classed("dl", "counted").each(counted),
    ];
    all(parts.into_iter().map(El::end))
}

fn form(rivals: Vec<Rival>, protocol: &str, words: &Words, send: &Callback<Msg>) -> El {
    let options = |heading: &'static str| {
        let own = rivals.iter().enumerate();
        let own = own.filter(move |(_, rival)| group(**rival) == heading);
        own.map(|(at, rival)| {
            let value = at.to_string();
            el("option")
                .key(&value)
                .say("value", &value)
                .when(at == 0, "selected", "selected")
                .text(&text(*rival, protocol, words))
                .end()
        })
    };
    let groups = GROUPS.iter().filter_map(|heading| {
        let options: Vec<Html> = options(heading).collect();
        let group = el("optgroup")
            .key(heading)
            .say("label", words.t(heading))
            .each(options.clone().into_iter());
        (!options.is_empty()).then(|| group.end())
    });
    let select = el("select")
        .set("id", "rival")
        .say("aria-label", words.t("compare.with"))
        .each(groups);
    let send = send.clone();
    let chosen = rivals.clone();
    let on_submit = Callback::from(move |event: SubmitEvent| {
        event.prevent_default();
        let form = event.target().and_then(|it| it.dyn_into::<Element>().ok());
        let select = form.and_then(|it| it.query_selector("select").ok().flatten());
        let select = select.and_then(|it| it.dyn_into::<HtmlSelectElement>().ok());
        let at = select.and_then(|it| it.value().parse::<usize>().ok());
        if let Some(rival) = at.and_then(|at| chosen.get(at)) {
            send.emit(More::Compare(Compare::Begin(*rival)).into());
        }
    });
    let submit = el("button")
        .set("type", "submit")
        .set("class", "primary")
        .text(words.t("compare.begin"));
    classed("form", "compare-form")
        .on_submit(on_submit)
        .with(select)
        .with(submit)
}

/// What a rival is called.
fn text(rival: Rival, protocol: &str, words: &Words) -> String {
    match rival {
        Rival::Protocol(key) => words.t(&format!("protocol.{key}")).to_owned(),
        Rival::With(id) => {
            let name = format!("variant.{protocol}.{id}");
            words.fill("compare.variant_on", &[("variant", words.t(&name))])
        }
        Rival::Without(id) => {
            let name = format!("variant.{protocol}.{id}");
            words.fill("compare.variant_off", &[("variant", words.t(&name))])
        }
        Rival::Latency(range) => super::view::latency(range, words),
        Rival::Quorums(sizes) => super::view::quorums(sizes, words),
    }
}
