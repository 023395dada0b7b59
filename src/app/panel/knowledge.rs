//! What one node knows: the switch between it and the whole truth, what it believes of others, and
//! its letters.

use yew::prelude::*;

use crate::app::FULL;
use crate::app::dom::{El, button, classed, el};
use crate::app::lab::{More, Msg};
use crate::app::stage;
use crate::app::words::Words;
use crate::protocol::NodeId;
use crate::view::{Belief, Knowledge, Letter, Session};

/// Shows only what a node knows, and back.
pub(super) fn switch(
    id: NodeId,
    seen_by: Option<NodeId>,
    words: &Words,
    send: &Callback<Msg>,
) -> El {
    let (node, on) = (id.to_string(), seen_by == Some(id));
    let to = if on { None } else { Some(id) };
    button(send, More::Eyes(to).into())
        .set("class", "eyes")
        .flag("aria-pressed", on)
        .text(&words.fill("ui.only_known_to", &[("node", &node)]))
}

/// Over the stage: whose view it is, and the way back.
pub(in crate::app) fn eyes_strip(
    id: NodeId,
    session: &Session,
    words: &Words,
    send: &Callback<Msg>,
) -> El {
    classed("div", "strip eyes-strip")
        .with(el("span").text(&eyes(id, session, words)))
        .with(button(send, More::Eyes(None).into()).text(words.t("knowledge.whole")))
}

/// Through whose eyes the run is seen, in words.
pub(in crate::app) fn eyes(id: NodeId, session: &Session, words: &Words) -> String {
    let (node, clock) = (id.to_string(), session.knowledge(id).clock.to_string());
    words.fill("knowledge.strip", &[("node", &node), ("ms", &clock)])
}

/// What is believed of a peer.
pub(super) fn beliefs(beliefs: &[Belief], words: &Words) -> El {
    if !FULL {
        return el("section");
    }
    let one = |it: &Belief| el("li").text(&stage::belief(it, words)).end();
    let section = el("section").with(el("h3").text(words.t("knowledge.beliefs")));
    match beliefs {
        [] => section.with(el("p").text(words.t("knowledge.no_beliefs"))),
        _ => section.with(el("ul").each(beliefs.iter().map(one))),
    }
}

/// What a node sent and received, the latest first.
pub(super) fn letters(own: &Knowledge, words: &Words) -> El {
    let row = |(at, letter): (usize, &Letter)| {
        let way = match letter.received {
            true => "knowledge.received",
            false => "knowledge.sent",
        };
        let mut name = letter.arrow.name.to_owned();
        if let Some(epoch) = letter.arrow.epoch {
            name.push_str(words.t("ui.clause_separator"));
            name.push_str(&words.badge(epoch));
        }
        el("tr")
            .key(&at.to_string())
            .with(el("td").text(&format!("{} ms", letter.at)))
            .with(el("td").text(&words.fill(way, &[("peer", &letter.peer.to_string())])))
            .with(el("td").text(&name))
            .end()
    };
    let rows = own.letters.iter().rev().enumerate().map(row);
    let section = el("section").with(el("h3").text(words.t("knowledge.letters")));
    match own.letters.is_empty() {
        true => section.with(el("p").text(words.t("knowledge.no_letters"))),
        false => section.with(classed("table", "letters").with(el("tbody").each(rows))),
    }
}
