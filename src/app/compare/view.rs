//! What stands beside and under the two stages: their names, what both cost, and why.

use yew::prelude::*;

use super::Compare;
use crate::app::dom::{El, button, classed, classes, el};
use crate::app::lab::{More, Msg};
use crate::app::words::Words;
use crate::protocol::RangeMs;
use crate::share::pair::Side;
use crate::view::Moment;
use crate::view::compare::{Difference, Pair, Row, table};

/// Links of a latency, in words.
pub(super) fn latency(range: RangeMs, words: &Words) -> String {
    let (min, max) = (range.min.to_string(), range.max.to_string());
    words.fill("compare.latency", &[("min", &*min), ("max", &max)])
}

/// Quorums of these sizes, in words.
pub(super) fn quorums(sizes: [u8; 2], words: &Words) -> String {
    let [first, second] = sizes.map(|size| size.to_string());
    words.fill("compare.sizes", &[("first", &*first), ("second", &second)])
}

/// What a side is called: its protocol, and what the other side has not. Where nothing tells them
/// apart, left and right.
pub(in crate::app) fn name(pair: &Pair, side: Side, words: &Words) -> String {
    let protocol = pair.session(side).about().key;
    let Difference {
        variants,
        latency: own_latency,
        quorums: own_quorums,
    } = pair.difference(side);
    let mut parts = vec![words.t(&format!("protocol.{protocol}")).to_owned()];
    parts.extend(variants.iter().map(|id| {
        let variant = format!("variant.{protocol}.{id}");
        words.t(&variant).to_owned()
    }));
    parts.extend(own_latency.map(|range| latency(range, words)));
    parts.extend(own_quorums.map(|sizes| quorums(sizes, words)));
    let theirs = pair.session(side.other());
    if theirs.about().key == protocol && pair.difference(side) == pair.difference(side.other()) {
        parts.push(words.t(side_key(side)).to_owned());
    }
    parts.join(words.t("ui.clause_separator"))
}

fn side_key(side: Side) -> &'static str {
    match side {
        Side::Left => "compare.left",
        Side::Right => "compare.right",
    }
}

/// Something that concerns one side, with that side's name.
pub(in crate::app) fn of_side(pair: &Pair, side: Side, what: &str, words: &Words) -> String {
    let name = name(pair, side, words);
    words.fill("compare.of_side", &[("side", &*name), ("what", what)])
}

/// The id of the button that turns to a side.
pub(in crate::app) fn dom_id(side: Side) -> &'static str {
    match side {
        Side::Left => "left-side",
        Side::Right => "right-side",
    }
}

/// The name of a side, over its stage; pressed, one acts there.
pub(in crate::app) fn head(pair: &Pair, side: Side, words: &Words, send: &Callback<Msg>) -> El {
    let in_hand = pair.side == side;
    let button = button(send, More::Compare(Compare::Turn(side)).into())
        .set("id", dom_id(side))
        .flag("aria-pressed", in_hand)
        .say("title", words.t("compare.turn"))
        .with(el("span").text(&name(pair, side, words)));
    let here = classed("span", "in-hand").text(match in_hand {
        true => words.t("compare.in_hand"),
        false => "",
    });
    classed("div", "side-head")
        .with(el("h2").with(button))
        .with(here)
}

/// What both sides cost, and the way back to one.
pub(in crate::app) fn counts(pair: &Pair, words: &Words, send: &Callback<Msg>) -> El {
    let names = Side::BOTH.map(|side| name(pair, side, words));
    let column = |name: &str, class| {
        el("th")
            .set("scope", "col")
            .set("class", class)
            .text(name)
            .end()
    };
    let head = el("tr")
        .child(column(words.t("compare.count"), "what"))
        .child(column(&names[0], "left"))
        .child(column(&names[1], "right"))
        .child(column(words.t("compare.difference"), "difference"));
    let rows = table(&pair.counts());
    let rows = rows.iter().map(|it| row(it, words));
    let caption = classed("caption", "unseen").text(words.t("compare.counts"));
    let table = el("table")
        .with(caption)
        .with(el("thead").with(head))
        .with(el("tbody").each(rows));
    let close = button(send, More::Compare(Compare::Close).into()).text(words.t("compare.close"));
    let title = classed("div", "counts-head")
        .with(el("h2").text(words.t("compare.counts")))
        .with(close);
    classed("section", "counts")
        .say("aria-label", words.t("compare.counts"))
        .with(title)
        .with(table)
}

fn row(row: &Row, words: &Words) -> Html {
    let [left, right] = row.texts();
    let difference = row.difference();
    let is_same = difference.as_deref().is_none_or(|it| it == "0");
    el("tr")
        .key(row.key)
        .with(
            el("th")
                .set("scope", "row")
                .say("title", words.t(row.says))
                .text(words.t(row.key)),
        )
        .with(el("td").text(&left))
        .with(el("td").text(&right))
        .with(
            el("td")
                .put("class", classes("difference", &[(is_same, "same")]))
                .text(difference.as_deref().unwrap_or("–")),
        )
        .end()
}

/// Why each side did what it did in the last step; nothing, where it did nothing.
pub(in crate::app) fn why(
    pair: &Pair,
    moments: [&Moment; 2],
    words: &Words,
    why: impl Fn(Side, &Moment) -> Html,
) -> Html {
    let one = |side: Side| {
        let moment = moments[side as usize];
        let section = classed("section", "why-side")
            .key(side.word())
            .with(classed("h2", "side-name").text(&name(pair, side, words)));
        let skipped = pair.skipped().filter(|(it, _)| *it == side);
        if let Some((_, error)) = skipped {
            let reason = format!("error.{}", error.key());
            let text = words.fill("compare.skipped_why", &[("reason", words.t(&reason))]);
            return section.with(el("p").text(&text)).end();
        }
        if moment.happened.is_empty() && moment.position > 0 {
            return section
                .with(el("p").text(words.t("compare.nothing_here")))
                .end();
        }
        section.child(why(side, moment)).end()
    };
    // What has just happened comes first.
    let mut sides = Side::BOTH;
    sides.sort_by_key(|side| !pair.has_moved(*side));
    classed("div", "why-sides")
        .each(sides.map(one).into_iter())
        .end()
}
