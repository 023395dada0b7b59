//! The panels beside the stage: why, rules, state, properties.

mod branches;
mod history;
mod knowledge;
mod properties;
mod rules;
mod state;
mod why;

use yew::prelude::*;

use super::dom::{button, classed, el};
use super::lab::{Msg, Thing};
use super::words::{Shared, Words};
use super::{FULL, host};
use crate::view::{Moment, Parting, Session};

pub(super) use branches::{Branching, name as branch_name};
pub(super) use history::client_state;
pub(super) use knowledge::eyes_strip;

/// Which panel is open.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Panel {
    Why,
    Rules,
    State,
    Properties,
    /// Only the full program has it.
    Branches,
}

impl Panel {
    /// All of them, in their order.
    pub(super) fn all() -> Vec<Self> {
        PANELS[..COUNT].iter().map(|(panel, ..)| *panel).collect()
    }
}

/// How many of them there are.
const COUNT: usize = if FULL { 5 } else { 4 };

const PANELS: [(Panel, &str, &str); 5] = [
    (Panel::Why, "tab-why", "ui.why"),
    (Panel::Rules, "tab-rules", "ui.rules"),
    (Panel::State, "tab-state", "ui.state"),
    (Panel::Properties, "tab-properties", "ui.properties"),
    (Panel::Branches, "tab-branches", "branches.title"),
];

pub(super) fn view(
    moment: &Moment,
    words: &Words,
    session: &Session,
    panel: Panel,
    selected: Option<Thing>,
    parting: Option<&Shared<Parting>>,
    some: &[Panel],
    send: &Callback<Msg>,
) -> Html {
    let content = content(moment, words, session, panel, selected, parting, send);
    frame(content, words, panel, some, send)
}

/// What a panel shows.
pub(super) fn content(
    moment: &Moment,
    words: &Words,
    session: &Session,
    panel: Panel,
    selected: Option<Thing>,
    parting: Option<&Shared<Parting>>,
    send: &Callback<Msg>,
) -> Html {
    let about = session.about();
    match panel {
        Panel::Why => why::view(moment, words, about),
        Panel::Rules => rules::view(moment, words, about),
        Panel::State => state::view(moment, words, session, selected, send),
        Panel::Properties => properties::view(moment, words, about),
        Panel::Branches if FULL => branches::view(session, words, parting, send),
        Panel::Branches => el("div").end(),
    }
}

/// The tabs of some panels, and what the open one shows.
pub(super) fn frame(
    content: Html,
    words: &Words,
    panel: Panel,
    some: &[Panel],
    send: &Callback<Msg>,
) -> Html {
    let there: Vec<_> = PANELS.iter().filter(|it| some.contains(&it.0)).collect();
    let current = there.iter().position(|(it, ..)| *it == panel);
    let current = current.unwrap_or(0);
    let tab = |(at, (panel, id, key)): (usize, &&(Panel, &'static str, &'static str))| {
        let open = at == current;
        button(send, Msg::Panel(*panel))
            .key(id)
            .set("id", id)
            .set("role", "tab")
            .flag("aria-selected", open)
            .set("aria-controls", "panel")
            .set("tabindex", if open { "0" } else { "-1" })
            .text(words.t(key))
            .end()
    };
    let walked = there.iter().map(|it| (it.0, it.1)).collect();
    let tabs = classed("div", "tabs")
        .set("role", "tablist")
        .say("aria-label", words.t("ui.panels"))
        .on_key(walk(walked, current, send))
        .each(there.iter().enumerate().map(tab));
    let pane = classed("div", "pane")
        .set("id", "panel")
        .set("role", "tabpanel")
        .set("tabindex", "0")
        .set("aria-labelledby", there.get(current).map_or("", |it| it.1))
        .child(content);
    classed("aside", "side")
        .say("aria-label", words.t("ui.panels"))
        .with(tabs)
        .with(pane)
        .end()
}

/// The arrow keys go from tab to tab.
fn walk(
    tabs: Vec<(Panel, &'static str)>,
    current: usize,
    send: &Callback<Msg>,
) -> Callback<KeyboardEvent> {
    let send = send.clone();
    Callback::from(move |event: KeyboardEvent| {
        let count = tabs.len();
        let to = match event.key().as_str() {
            "ArrowRight" => (current + 1) % count,
            "ArrowLeft" => (current + count - 1) % count,
            "Home" => 0,
            "End" => count - 1,
            _ => return,
        };
        event.prevent_default();
        send.emit(Msg::Panel(tabs[to].0));
        host::focus(tabs[to].1);
    })
}
