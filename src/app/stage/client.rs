//! One client on the stage, with what it asked or was told last.

use yew::prelude::*;

use crate::app::dom::{classed, classes, el};
use crate::app::lab::{Msg, Thing};
use crate::app::panel;
use crate::app::words::Words;
use crate::view::geometry::{Point, translate};
use crate::view::{ClientCard, boxes};

pub(super) fn view(
    stage: super::Name,
    card: &ClientCard,
    at: Point,
    words: &Words,
    selected: bool,
    send: &Callback<Msg>,
) -> Html {
    let told = boxes::told(card);
    let state = panel::client_state(card, words);
    let thing = Thing::Client(card.id);
    let choose = send.reform(move |_: ()| Msg::Choose(thing));
    let title = format!("{}\n{state}", words.t("ui.client_title"));
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
        .put("id", stage.id(thing))
        .set("role", "button")
        .set("tabindex", "0")
        .put(
            "class",
            classes(
                "client",
                &[(card.waiting, "waiting"), (selected, "selected")],
            ),
        )
        .put("aria-label", spoken)
        .flag("aria-pressed", selected)
        .put("transform", translate(at))
        .on_click(choose.reform(|_| ()))
        .on_key(super::node::on_activation(choose))
        .with(el("title").text(&title))
        .with(rect)
        .with(label("name", "5", &id))
        .with(label("told", "30", &told))
        .end()
}
