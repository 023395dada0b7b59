//! The panels beside the stage: why, rules, state, properties.

mod branches;
mod history;
mod knowledge;
mod properties;
mod rules;
mod state;
mod why;

use std::rc::Rc;

use yew::prelude::*;

use super::dom::{button, classed, el};
use super::lab::{Msg, Thing};
use super::why_not::{self, Doubts};
use super::words::{Shared, Words};
use super::{FULL, host};
pub(super) use crate::view::choices::Panel;
use crate::view::{Moment, Parting, Session};

pub(super) use branches::{Branching, field as branch_field, name as branch_name};
pub(super) use history::client_state;
pub(super) use knowledge::{eyes, eyes_strip};
pub(super) use why::compared;

type Tab = (Panel, &'static str, &'static str);

const PANELS: [Tab; 7] = [
    (Panel::Why, "tab-why", "ui.why"),
    (Panel::Rules, "tab-rules", "ui.rules"),
    (Panel::State, "tab-state", "ui.state"),
    (Panel::Properties, "tab-properties", "ui.properties"),
    (Panel::Branches, "tab-branches", "branches.title"),
    (Panel::Lesson, "tab-lesson", "lesson.tab"),
    (Panel::Predict, "tab-predict", "predict.tab"),
];

/// What only the full program's panels show.
pub(super) struct OfFull<'a> {
    /// Two branches, held against each other.
    pub(super) parting: Option<&'a Shared<Parting>>,
    /// What is asked; nothing where two runs are compared.
    pub(super) doubts: Option<&'a Doubts>,
    /// The lesson or the challenge, while one is open.
    pub(super) lesson: Option<Html>,
    /// The question before the next step, while the page asks.
    pub(super) predict: Option<Html>,
    /// Which panels a figure has; nothing where that is not said.
    pub(super) some: Option<Vec<Panel>>,
}

pub(super) fn view(
    moment: &Moment,
    words: &Words,
    session: &Session,
    panel: Panel,
    selected: Option<Thing>,
    of_full: OfFull<'_>,
    send: &Callback<Msg>,
) -> Html {
    let panels = tabs(&of_full);
    let there = panels.iter().any(|(it, ..)| *it == panel);
    let Some(first) = panels.first() else {
        return el("aside").set("hidden", "").end();
    };
    let panel = if there { panel } else { first.0 };
    let content = match panel {
        Panel::Lesson => of_full.lesson.unwrap_or_default(),
        Panel::Predict => of_full.predict.unwrap_or_default(),
        _ => content(moment, words, session, panel, selected, &of_full, send),
    };
    framed(content, words, panel, &panels, send)
}

/// What a panel shows.
pub(super) fn content(
    moment: &Moment,
    words: &Words,
    session: &Session,
    panel: Panel,
    selected: Option<Thing>,
    of_full: &OfFull<'_>,
    send: &Callback<Msg>,
) -> Html {
    let about = session.about();
    match panel {
        Panel::Why => {
            // No node could answer: answers are the whole truth.
            let doubts = of_full.doubts.filter(|_| FULL && moment.seen_by.is_none());
            let doubts = doubts.map(|it| why_not::view(it, session, words, selected, send));
            why::view(moment, words, about, doubts)
        }
        Panel::Rules => rules::view(moment, words, about),
        Panel::State => state::view(moment, words, session, selected, send),
        Panel::Properties => properties::view(moment, words, about),
        Panel::Branches if FULL => branches::view(session, words, of_full.parting, send),
        Panel::Branches | Panel::Lesson | Panel::Predict => el("div").end(),
    }
}

/// The tabs beside two runs, and what the open one shows.
pub(super) fn frame(
    content: Html,
    has_lesson: bool,
    words: &Words,
    panel: Panel,
    send: &Callback<Msg>,
) -> Html {
    let there = |(it, ..): &&Tab| match it {
        Panel::Lesson => has_lesson,
        Panel::Predict => false,
        _ => FULL || *it != Panel::Branches,
    };
    let panels = PANELS.iter().filter(there).copied().collect();
    framed(content, words, panel, &panels, send)
}

/// The panels that there are.
fn tabs(of_full: &OfFull<'_>) -> Rc<[Tab]> {
    let there = |(panel, ..): &&Tab| match panel {
        Panel::Branches => FULL,
        Panel::Lesson => of_full.lesson.is_some(),
        Panel::Predict => of_full.predict.is_some(),
        _ => true,
    };
    let there = |tab: &&Tab| match &of_full.some {
        // A figure that has a lesson shows it.
        Some(some) if FULL && !matches!(tab.0, Panel::Lesson | Panel::Predict) => {
            some.contains(&tab.0)
        }
        _ => there(tab),
    };
    PANELS.iter().filter(there).copied().collect()
}

fn framed(
    content: Html,
    words: &Words,
    panel: Panel,
    panels: &Rc<[Tab]>,
    send: &Callback<Msg>,
) -> Html {
    if FULL && let [only] = panels[..] {
        return alone(content, words, only);
    }
    let current = panels.iter().position(|(it, ..)| *it == panel);
    let current = current.unwrap_or(0);
    let tab = |(at, (panel, id, key)): (usize, &Tab)| {
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
    let tabs = classed("div", "tabs")
        .set("role", "tablist")
        .say("aria-label", words.t("ui.panels"))
        .on_key(walk(current, panels.clone(), send))
        .each(panels.iter().enumerate().map(tab));
    let pane = classed("div", "pane")
        .set("id", "panel")
        .set("role", "tabpanel")
        .set("tabindex", "0")
        .set("aria-labelledby", panels[current].1)
        .child(content);
    classed("aside", "side")
        .say("aria-label", words.t("ui.panels"))
        .with(tabs)
        .with(pane)
        .end()
}

/// A panel that is the only one has a title and no tab.
fn alone(content: Html, words: &Words, (_, id, key): Tab) -> Html {
    let title = el("b").set("id", id).text(words.t(key));
    let pane = classed("div", "pane")
        .set("id", "panel")
        .set("role", "region")
        .set("tabindex", "0")
        .set("aria-labelledby", id)
        .child(content);
    classed("div", "side")
        .with(
            classed("div", "tabs")
                .set("aria-hidden", "true")
                .with(title),
        )
        .with(pane)
        .end()
}

/// The arrow keys go from tab to tab.
fn walk(current: usize, panels: Rc<[Tab]>, send: &Callback<Msg>) -> Callback<KeyboardEvent> {
    let send = send.clone();
    Callback::from(move |event: KeyboardEvent| {
        let count = panels.len();
        let to = match event.key().as_str() {
            "ArrowRight" => (current + 1) % count,
            "ArrowLeft" => (current + count - 1) % count,
            "Home" => 0,
            "End" => count - 1,
            _ => return,
        };
        event.prevent_default();
        send.emit(Msg::Panel(panels[to].0));
        host::focus(panels[to].1);
    })
}
