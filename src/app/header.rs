//! The bar at the top: which protocol, how many nodes, and what concerns the whole page.

use wasm_bindgen::JsCast;
use yew::prelude::*;

use super::dialog::Dialog;
use super::lab::{Msg, Theme, language_button, protocols};
use super::words::Words;
use crate::protocol::NODES_ON_STAGE_MAX;

#[derive(Properties, PartialEq)]
pub(super) struct Props {
    pub(super) words: Words,
    pub(super) protocol: &'static str,
    pub(super) nodes: u8,
    pub(super) variants: usize,
    pub(super) theme: Theme,
    pub(super) send: Callback<Msg>,
}

#[component]
pub(super) fn Header(props: &Props) -> Html {
    let Props { words, send, .. } = props;
    let t = |key| words.t(key).to_owned();
    let on = |msg: fn() -> Msg| send.reform(move |_: MouseEvent| msg());
    let break_rule = match props.variants {
        0 => t("ui.break_rule"),
        count => words.fill("ui.rules_broken", &[("count", &count.to_string())]),
    };
    let language = language_button(words);
    html! {
        <header class="top">
            <h1 class="brand">
                <svg width="24" height="24" viewBox="0 0 24 24" aria-hidden="true">
                    <circle class="orbit" cx="12" cy="12" r="9.5" />
                    <circle cx="12" cy="3" r="2.6" />
                    <circle cx="19.8" cy="16.5" r="2.6" />
                    <circle cx="4.2" cy="16.5" r="2.6" />
                </svg>
                <span>{ "Quorumscope" }</span>
            </h1>
            <div class="segments" role="group" aria-label={t("ui.protocol")}>
                { for protocols().iter().map(|entry| {
                    let chosen = entry.key == props.protocol;
                    let key = entry.key;
                    html! {
                        <button key={key} type="button" aria-pressed={chosen.to_string()}
                            onclick={send.reform(move |_| Msg::Protocol(key))}>
                            { words.t(&format!("protocol.{key}")).to_owned() }
                        </button>
                    }
                }) }
            </div>
            <label class="count">
                <span>{ t("ui.nodes") }</span>
                <select onchange={send.reform(|event: Event| {
                    let select = event.target().and_then(|it| {
                        it.dyn_into::<web_sys::HtmlSelectElement>().ok()
                    });
                    let count = select.and_then(|it| it.value().parse().ok());
                    Msg::Nodes(count.unwrap_or(0))
                })}>
                    { for (1..=NODES_ON_STAGE_MAX).map(|count| html! {
                        <option key={count} value={count.to_string()}
                            selected={count == props.nodes}>{ count }</option>
                    }) }
                </select>
            </label>
            <div class="spacer" />
            <button type="button" class={classes!("ghost", (props.variants > 0).then_some("broken"))}
                aria-haspopup="dialog" onclick={on(|| Msg::Show(Dialog::BreakRule))}>{ break_rule }</button>
            <button type="button" class="ghost" lang={language.tag()}
                onclick={on(|| Msg::Language)}>{ language.name() }</button>
            <button type="button" class="ghost" aria-pressed={(props.theme == Theme::Dark).to_string()}
                aria-label={t("ui.dark_theme")} title={t("ui.dark_theme")}
                onclick={on(|| Msg::Theme)}>{ "◐" }</button>
            <button type="button" class="ghost" aria-haspopup="dialog" aria-label={t("ui.help")}
                title={t("ui.help")} onclick={on(|| Msg::Show(Dialog::Help))}>{ "?" }</button>
        </header>
    }
}
