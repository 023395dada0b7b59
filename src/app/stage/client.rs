//! One client on the stage, with what it was told last.

use yew::prelude::*;

use crate::app::dom::{classed, classes, el};
use crate::app::panel;
use crate::app::words::Words;
use crate::view::ClientCard;
use crate::view::geometry::{Point, translate};

/// The most characters of a value shown under a client.
const VALUE_CHARS: usize = 8;

pub(super) fn view(card: &ClientCard, at: Point, words: &Words) -> Html {
    let short = |text: &str| text.chars().take(VALUE_CHARS).collect::<String>();
    let last = card.history.last();
    let told = match last.map(|it| (&it.command, &it.told)) {
        None => String::new(),
        Some((command, None)) => format!("{} …", short(command.as_str())),
        Some((_, Some((_, Some(result))))) => format!("✓ {}", short(result.as_str())),
        Some((_, Some((_, None)))) => "✓".into(),
    };
    let state = panel::told(card, words).pop().unwrap_or_default();
    let id = card.id.to_string();
    let spoken = words.fill("ui.client_label", &[("client", &id), ("state", &state)]);
    let rect = el("rect")
        .set("x", "-22")
        .set("y", "-15")
        .set("width", "44")
        .set("height", "30")
        .set("rx", "5");
    let label = |class, y, words: &str| {
        classed("text", class)
            .set("y", y)
            .set("text-anchor", "middle")
            .text(words)
    };
    el("g")
        .key(&id)
        .put("id", format!("client-{id}"))
        .set("role", "img")
        .put("class", classes("client", &[(card.waiting, "waiting")]))
        .put("aria-label", spoken)
        .put("transform", translate(at))
        .with(el("title").text(&state))
        .with(rect)
        .with(label("name", "5", &id))
        .with(label("told", "30", &told))
        .end()
}
