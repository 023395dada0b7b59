//! A client's history: what it was asked to submit, whom it asked, how often, and what it was told.

use yew::prelude::*;

use crate::app::dom::{El, classed, el};
use crate::app::words::Words;
use crate::protocol::Datum;
use crate::view::{ClientCard, Sentence};
use crate::world::{Exchange, Queued, Turn};

/// How many requests are shown: the last ones.
const ROWS: usize = 20;

const HEADS: [&str; 5] = [
    "ui.history_operation",
    "ui.history_sent",
    "ui.history_retries",
    "ui.history_told",
    "ui.history_when",
];

/// What a client is about, in one sentence.
pub(in crate::app) fn client_state(client: &ClientCard, words: &Words) -> String {
    let Some(last) = client.history.last() else {
        return words.t("ui.client_idle").to_owned();
    };
    let (key, result) = match &last.told {
        None => ("ui.client_waits", None),
        Some((_, result)) => ("ui.client_told", result.clone()),
    };
    let args = [
        ("value", last.command.clone().into()),
        ("result", result.into()),
    ];
    sentence(words, key, &args)
}

/// All of it as a table, the latest request last.
pub(super) fn view(client: &ClientCard, words: &Words) -> El {
    let heading = sentence(words, "ui.history", &[("client", client.id.into())]);
    let mut section = el("section").with(el("h3").text(&heading));
    let (asked, waiting) = (&client.history, &client.queue);
    if asked.is_empty() && waiting.is_empty() {
        return section.with(el("p").text(words.t("ui.client_idle")));
    }
    let earlier = asked.len().saturating_sub(ROWS);
    let head = |key: &&'static str| {
        let head = el("th").key(key).set("scope", "col");
        head.text(words.t(key)).end()
    };
    let rows = asked.from(earlier).map(|it| exchange(it, words));
    let table = classed("table", "history")
        .with(el("thead").with(el("tr").each(HEADS.iter().map(head))))
        .with(
            el("tbody")
                .each(rows)
                .each(waiting.iter().map(|it| queued(it, words))),
        );
    if earlier > 0 {
        let args = [("count", Datum::Number(earlier as u64))];
        section = section.with(el("p").text(&sentence(words, "ui.history_earlier", &args)));
    }
    section = section.with(table);
    if let Some(node) = client.guess {
        let text = sentence(words, "ui.client_believes", &[("node", node.into())]);
        section = section.with(el("p").text(&text));
    }
    section
}

fn at(ms: u64) -> (&'static str, Datum) {
    ("ms", Datum::Number(ms))
}

fn sentence(words: &Words, key: &'static str, args: &[(&'static str, Datum)]) -> String {
    let (key, args) = (key.to_owned(), args.to_vec());
    words.say(&Sentence { key, args })
}

/// A row: what was asked and when it was submitted, each turn, and the rest.
fn row(operation: (&str, u64), turns: El, rest: [&str; 3], words: &Words) -> Html {
    let submitted = sentence(words, "ui.submitted_at", &[at(operation.1)]);
    let head = el("th")
        .set("scope", "row")
        .with(el("b").text(operation.0))
        .with(classed("span", "at").text(&submitted));
    let mut row = el("tr").with(head).with(el("td").with(turns));
    for text in rest {
        row = row.with(el("td").text(text));
    }
    row.end()
}

fn exchange(exchange: &Exchange, words: &Words) -> Html {
    let (mut told, mut when) = (words.t("ui.history_waits").to_owned(), String::new());
    if let Some((ms, result)) = &exchange.told {
        let args = [
            ("result", result.clone().into()),
            ("node", exchange.told_by.into()),
        ];
        told = sentence(words, "ui.told_by", &args);
        when = sentence(words, "ui.at_ms", &[at(*ms)]);
    }
    let turns = exchange.turns.iter().map(|(ms, it)| turn(*ms, *it, words));
    row(
        (exchange.command.as_str(), exchange.submitted),
        el("ol").each(turns),
        [&exchange.retries.to_string(), &told, &when],
        words,
    )
}

/// What waits has gone nowhere yet.
fn queued(queued: &Queued, words: &Words) -> Html {
    let to = match queued.to {
        Some(node) => node.into(),
        None => Datum::Text("ui.ask_any"),
    };
    let waits = sentence(words, "ui.history_queued", &[("node", to)]);
    row(
        (queued.command.as_str(), queued.submitted),
        el("p").text(&waits),
        ["0", words.t("ui.history_waits"), ""],
        words,
    )
}

fn turn(ms: u64, turn: Turn, words: &Words) -> Html {
    let (key, by, to) = match turn {
        Turn::Sent { to } => ("ui.turn_sent", None, Some(to)),
        Turn::TimedOut { to } => ("ui.turn_timed_out", None, Some(to)),
        Turn::TurnedAway { by, to: None } => ("ui.turn_turned_away", Some(by), None),
        Turn::TurnedAway { by, to } => ("ui.turn_redirected", Some(by), to),
    };
    let args = [at(ms), ("by", by.into()), ("to", to.into())];
    el("li").text(&sentence(words, key, &args)).end()
}
