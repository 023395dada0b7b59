//! State: all variables of a node, durable and volatile apart, with what the last step changed.

use yew::prelude::*;

use crate::app::dom::{El, button, classed, el};
use crate::app::lab::{Msg, Thing};
use crate::app::words::Words;
use crate::protocol::{Datum, Endpoint, Field, NodeId, Storage};
use crate::view::{ClientCard, Moment, NodeCard};

pub(super) fn view(
    moment: &Moment,
    words: &Words,
    selected: Option<Thing>,
    send: &Callback<Msg>,
) -> Html {
    let chosen = match selected {
        Some(Thing::Node(id)) => Some(id),
        _ => None,
    };
    // Without a choice: the node of the last step.
    let acting = moment.happened.iter().find_map(|it| match it.at {
        Some(Endpoint::Node(id)) => Some(id),
        _ => None,
    });
    let shown = chosen
        .or(acting)
        .or(moment.nodes.first().map(|node| node.id));
    let mut state = classed("div", "state").with(node_choice(moment, words, shown, send));
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
    if let Some(node) = shown.and_then(|id| moment.node(id)) {
        if !node.up {
            state = state.with(el("p").text(words.t("ui.node_is_down")));
        }
        state = state
            .with(fields("ui.durable", Storage::Durable, node, words))
            .with(fields("ui.volatile", Storage::Volatile, node, words));
    }
    let told = moment.clients.iter().map(|it| client(it, words));
    state
        .with(el("h3").text(words.t("ui.clients")))
        .with(classed("ul", "clients-told").each(told))
        .end()
}

fn node_choice(moment: &Moment, words: &Words, shown: Option<NodeId>, send: &Callback<Msg>) -> El {
    let one = |node: &NodeCard| {
        let name = node.id.to_string();
        button(send, Msg::Look(node.id))
            .key(&name)
            .flag("aria-pressed", shown == Some(node.id))
            .text(&name)
            .end()
    };
    classed("div", "segments")
        .set("role", "group")
        .say("aria-label", words.t("ui.state_of"))
        .each(moment.nodes.iter().map(one))
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

/// What a client asked and was told, one sentence for each request.
pub(in crate::app) fn told(client: &ClientCard, words: &Words) -> Vec<String> {
    let sentence = |exchange: &std::sync::Arc<crate::world::Exchange>| {
        let command = exchange.command.to_string();
        match &exchange.told {
            None => words.fill("ui.client_waits", &[("value", &command)]),
            Some((_, result)) => {
                let result = words.datum(&result.clone().into());
                let args = [("value", &*command), ("result", &result)];
                words.fill("ui.client_told", &args)
            }
        }
    };
    match client.history.is_empty() {
        true => vec![words.t("ui.client_idle").to_owned()],
        false => client.history.iter().map(sentence).collect(),
    }
}

fn client(client: &ClientCard, words: &Words) -> Html {
    let name = client.id.to_string();
    let text = told(client, words).join(words.t("ui.clause_separator"));
    el("li")
        .key(&name)
        .with(el("b").text(&name))
        .text(" ")
        .text(&text)
        .end()
}
