//! The panels beside the stage: why, rules, state, properties.

mod properties;
mod rules;
mod state;
mod why;

use yew::prelude::*;

use super::host;
use super::lab::{Msg, Thing};
use super::words::{Shared, Words};
use crate::protocol::About;
use crate::view::Moment;

/// Which panel is open.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Panel {
    Why,
    Rules,
    State,
    Properties,
}

const PANELS: [(Panel, &str, &str); 4] = [
    (Panel::Why, "tab-why", "ui.why"),
    (Panel::Rules, "tab-rules", "ui.rules"),
    (Panel::State, "tab-state", "ui.state"),
    (Panel::Properties, "tab-properties", "ui.properties"),
];

/// What is said of a protocol; it is equal to itself alone.
#[derive(Clone, Copy)]
pub(super) struct AboutProtocol(pub(super) &'static About);

impl PartialEq for AboutProtocol {
    fn eq(&self, other: &Self) -> bool {
        std::ptr::eq(self.0, other.0)
    }
}

#[derive(Properties, PartialEq)]
pub(super) struct Props {
    pub(super) moment: Shared<Moment>,
    pub(super) words: Words,
    pub(super) about: AboutProtocol,
    pub(super) panel: Panel,
    pub(super) selected: Option<Thing>,
    pub(super) send: Callback<Msg>,
}

#[component]
pub(super) fn Panels(props: &Props) -> Html {
    let words = &props.words;
    let current = PANELS.iter().position(|(panel, ..)| *panel == props.panel);
    let current = current.unwrap_or(0);
    let send = props.send.clone();
    let onkeydown = Callback::from(move |event: KeyboardEvent| {
        let count = PANELS.len();
        let to = match event.key().as_str() {
            "ArrowRight" => (current + 1) % count,
            "ArrowLeft" => (current + count - 1) % count,
            "Home" => 0,
            "End" => count - 1,
            _ => return,
        };
        event.prevent_default();
        send.emit(Msg::Panel(PANELS[to].0));
        host::focus(PANELS[to].1);
    });
    let content = match props.panel {
        Panel::Why => why::view(&props.moment, words, props.about.0),
        Panel::Rules => rules::view(&props.moment, words, props.about.0),
        Panel::State => state::view(&props.moment, words, props.selected, &props.send),
        Panel::Properties => properties::view(&props.moment, words, props.about.0),
    };
    html! {
        <aside class="side" aria-label={words.t("ui.panels").to_owned()}>
            <div class="tabs" role="tablist" aria-label={words.t("ui.panels").to_owned()} {onkeydown}>
                { for PANELS.iter().map(|(panel, id, key)| {
                    let open = *panel == props.panel;
                    let panel = *panel;
                    html! {
                        <button key={*id} id={*id} type="button" role="tab"
                            aria-selected={open.to_string()} aria-controls="panel"
                            tabindex={if open { "0" } else { "-1" }}
                            onclick={props.send.reform(move |_| Msg::Panel(panel))}>
                            { words.t(key).to_owned() }</button>
                    }
                }) }
            </div>
            <div id="panel" class="pane" role="tabpanel" tabindex="0" aria-labelledby={PANELS[current].1}>
                { content }
            </div>
        </aside>
    }
}
