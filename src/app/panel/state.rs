//! State: all variables of a node, durable and volatile apart, with what the last step changed.

use yew::prelude::*;

use crate::app::lab::{Msg, Thing};
use crate::app::words::Words;
use crate::protocol::{Datum, Endpoint, Field, Storage};
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
    let node = shown.and_then(|id| moment.node(id));
    html! {
        <div class="state">
            <div class="segments" role="group" aria-label={words.t("ui.state_of").to_owned()}>
                { for moment.nodes.iter().map(|node| {
                    let id = node.id;
                    html! {
                        <button key={id.to_string()} type="button"
                            aria-pressed={(shown == Some(id)).to_string()}
                            onclick={send.reform(move |_| Msg::Choose(Thing::Node(id)))}>
                            { id.to_string() }</button>
                    }
                }) }
            </div>
            { match node {
                Some(node) => tables(node, words),
                None => html! { <></> },
            } }
            { messages(moment, selected, words) }
            <section><h3>{ words.t("ui.clients").to_owned() }</h3>
                <ul class="clients-told">{ for moment.clients.iter().map(|it| client(it, words)) }</ul>
            </section>
        </div>
    }
}

fn tables(node: &NodeCard, words: &Words) -> Html {
    let of = |storage: Storage| {
        node.view
            .fields
            .iter()
            .filter(move |it| it.storage == storage)
    };
    html! {
        <>
            { match node.up {
                true => html! { <></> },
                false => html! { <p>{ words.t("ui.node_is_down").to_owned() }</p> },
            } }
            <section>
                <h3>{ words.t("ui.durable").to_owned() }</h3>
                <table><tbody>{ for of(Storage::Durable).map(|it| row(it, node, words)) }</tbody></table>
            </section>
            <section>
                <h3>{ words.t("ui.volatile").to_owned() }</h3>
                <table><tbody>{ for of(Storage::Volatile).map(|it| row(it, node, words)) }</tbody></table>
            </section>
        </>
    }
}

fn row(field: &Field, node: &NodeCard, words: &Words) -> Html {
    let changed = node.changed.contains(field.key);
    html! {
        <tr key={field.key} class={changed.then_some("changed")}>
            <th scope="row">{ words.t(&format!("field.{}", field.key)).to_owned() }</th>
            <td>{ words.datum(&field.value) }
                { match changed {
                    true => html! { <span class="mark">{ words.t("ui.changed").to_owned() }</span> },
                    false => html! { <></> },
                } }
            </td>
        </tr>
    }
}

/// What the chosen message says.
fn messages(moment: &Moment, selected: Option<Thing>, words: &Words) -> Html {
    let Some(Thing::Message(id)) = selected else {
        return html! { <></> };
    };
    let Some(card) = moment.message(id) else {
        return html! { <></> };
    };
    let row = |(key, value): &(&'static str, Datum)| {
        html! {
            <tr key={*key}><th scope="row">{ words.t(&format!("field.{key}")).to_owned() }</th>
                <td>{ words.datum(value) }</td></tr>
        }
    };
    html! {
        <section><h3>{ format!("{} {} → {}", card.view.name, id.from, id.to) }</h3>
            <table><tbody>{ for card.view.fields.iter().map(row) }</tbody></table></section>
    }
}

fn client(client: &ClientCard, words: &Words) -> Html {
    let told = client.history.iter().map(|exchange| {
        let command = exchange.command.to_string();
        match &exchange.told {
            None => words.fill("ui.client_waits", &[("value", &command)]),
            Some((_, result)) => {
                let result = words.datum(&result.clone().into());
                words.fill(
                    "ui.client_told",
                    &[("value", &command), ("result", &result)],
                )
            }
        }
    });
    let told: Vec<String> = told.collect();
    let text = match told.is_empty() {
        true => words.t("ui.client_idle").to_owned(),
        false => told.join(words.t("ui.sentence_separator")),
    };
    html! { <li key={client.id.to_string()}><b>{ client.id.to_string() }</b>{ " " }{ text }</li> }
}
