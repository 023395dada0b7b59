//! How far Step and Run go: past idle heartbeats, and until something is so.

use yew::prelude::*;

use super::dom::{El, all, button, classed, el};
use super::host;
use super::lab::{More, Msg};
use super::words::Words;
use crate::view::Session;
use crate::view::until::{Until, choices};

/// What concerns it, of all that can happen to the page.
#[derive(Clone, Copy)]
pub(super) enum Going {
    /// Lets the run go until something is so.
    Until(Until),
    /// Whether Step passes over idle heartbeats.
    Fold(bool),
}

/// How far Step goes.
pub(super) struct Pace {
    pub(super) folds: bool,
}

impl Pace {
    pub(super) fn new() -> Self {
        let folds = host::storing::recall("fold").as_deref() == Some("on");
        Self { folds }
    }

    pub(super) fn fold(&mut self, on: bool) {
        self.folds = on;
        host::storing::remember("fold", if on { "on" } else { "off" });
    }
}

/// The dialogue's content.
pub(super) fn dialog(pace: &Pace, words: &Words, session: &Session, send: &Callback<Msg>) -> Html {
    let item = |until: Until| {
        let text = match until {
            Until::Named(named) => words.t(named.key),
            Until::Lost => words.t("until.lost"),
            Until::Arrives(name) => name,
        };
        let go = button(send, More::Going(Going::Until(until)).into());
        let go = go.set("class", "find").text(text);
        el("li").key(text).with(go).end()
    };
    let (messages, others): (Vec<Until>, Vec<Until>) = choices(session.about().key)
        .into_iter()
        .partition(|it| matches!(it, Until::Arrives(_)));
    let tick = super::dialog::tick_box(pace.folds, send, |on| More::Going(Going::Fold(on)).into());
    let fold = classed("label", "switch")
        .with(tick)
        .with(el("span").text(words.t("until.fold")));
    let parts = [
        el("p").text(words.t("until.intro")),
        classed("ul", "untils").each(others.into_iter().map(item)),
        el("h3").text(words.t("until.arrives")),
        classed("ul", "untils").each(messages.into_iter().map(item)),
        fold,
    ];
    all(parts.into_iter().map(El::end))
}
