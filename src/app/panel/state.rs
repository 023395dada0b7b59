//! State: all variables of a node, durable and volatile apart, with what the last step changed; or
//! a client's history.

use yew::prelude::*;

use super::{history, knowledge};
use crate::app::FULL;
use crate::app::dom::{El, button, classed, el};
use crate::app::lab::{Msg, Thing};
use crate::app::words::Words;
use crate::protocol::{Datum, Endpoint, Field, Storage};
use crate::view::{ClientCard, Moment, NodeCard, Session};

pub(super) fn view(
    moment: &Moment,
    words: &Words,
    session: &Session,
    selected: Option<Thing>,
    send: &Callback<Msg>,
) -> Html {
    // Without a choice: the node of the last step.
    let acting = moment.happened.iter().find_map(|it| match it.at {
        Some(Endpoint::Node(id)) => Some(Thing::Node(id)),
        _ => None,
    });
    let shown = selected
        .filter(|thing| !matches!(thing, Thing::Message(_)))
        .or(acting)
        .or(moment.nodes.first().map(|node| Thing::Node(node.id)));
    let mut state = classed("div", "state").with(choice(moment, words, shown, send));
    let message = match selected {
        Some(Thing::Message(id)) => moment.message(id),
        _ => None,
    };
    if let Some(card) = message {
        let heading = format!("{} {} → {}", card.view.name, card.id.from, card.id.to);
        let rows = card.view.fields.iter();
        let rows = rows.map(|(key, value)| row(key, value, false, words));
        state = state.with(table(&heading, rows));
    }
    match shown {
        Some(Thing::Node(id)) => {
            state = state.with(knowledge::switch(id, moment.seen_by, words, send));
            if let Some(node) = moment.node(id) {
                if let Some(beliefs) = &node.beliefs {
                    return state.with(knowledge::beliefs(beliefs, words)).end();
                }
                if !node.up {
                    state = state.with(el("p").text(words.t("ui.node_is_down")));
                }
                state = state
                    .with(fields("ui.durable", Storage::Durable, node, words))
                    .with(fields("ui.volatile", Storage::Volatile, node, words));
                if FULL && moment.seen_by == Some(id) {
                    let own = session.knowledge(id);
                    return state.with(knowledge::letters(&own, words)).end();
                }
            }
        }
        Some(Thing::Client(id)) if FULL => {
            if let Some(client) = moment.client(id) {
                state = state.with(history::view(client, words));
            }
        }
        Some(Thing::Client(_) | Thing::Message(_)) | None => {}
    }
    let told = moment.clients.iter().map(|it| client(it, words));
    state
        .with(el("h3").text(words.t("ui.clients")))
        .with(classed("ul", "clients-told").each(told))
        .end()
}

fn choice(moment: &Moment, words: &Words, shown: Option<Thing>, send: &Callback<Msg>) -> El {
    let nodes = moment.nodes.iter().map(|it| Thing::Node(it.id));
    let clients = moment.clients.iter().map(|it| Thing::Client(it.id));
    let one = |thing: Thing| {
        let name = thing.name();
        button(send, Msg::Look(thing))
            .key(&name)
            .flag("aria-pressed", shown == Some(thing))
            .text(&name)
            .end()
    };
    classed("div", "segments")
        .set("role", "group")
        .say("aria-label", words.t("ui.state_of"))
        .each(nodes.chain(clients).map(one))
}

fn fields(heading: &'static str, storage: Storage, node: &NodeCard, words: &Words) -> El {
    let own = node.view.fields.iter().filter(|it| it.storage == storage);
    let rows = own.map(|field: &Field| {
        let changed = node.changed.contains(field.key);
        row(field.key, &field.value, changed, words)
    });
    table(words.t(heading), rows)
}

fn table(heading: &str, rows: impl Iterator<Item = Html>) -> El {
    el("section")
        .with(el("h3").text(heading))
        .with(el("table").with(el("tbody").each(rows)))
}

fn row(key: &'static str, value: &Datum, changed: bool, words: &Words) -> Html {
    let mut cell = el("td").text(&words.datum(value));
    if changed {
        cell = cell.with(classed("span", "mark").text(words.t("ui.changed")));
    }
    let name = words.t(&format!("field.{key}")).to_owned();
    el("tr")
        .key(key)
        .when(changed, "class", "changed")
        .with(el("th").set("scope", "row").text(&name))
        .with(cell)
        .end()
}

fn client(client: &ClientCard, words: &Words) -> Html {
    let name = client.id.to_string();
    let text = history::client_state(client, words);
    el("li")
        .key(&name)
        .with(el("b").text(&name))
        .text(" ")
        .text(&text)
        .end()
}
