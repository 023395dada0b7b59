//! The figure's one row of controls.

use yew::prelude::*;

use super::Embed;
use crate::app::dom::{El, button, classed, el};
use crate::app::lab::{More, Msg};
use crate::app::transport;
use crate::app::words::Words;
use crate::share::frame::{Controls, Frame, in_the_lab};
use crate::view::Moment;

/// The id of the link to the lab.
pub(in crate::app) const LEAVE: &str = "in-the-lab";

/// The row. `home` is the address of the lab, where it has one.
pub(in crate::app) fn view(
    frame: &Frame,
    moment: &Moment,
    running: bool,
    home: Option<(String, String)>,
    words: &Words,
    send: &Callback<Msg>,
) -> Html {
    let sign = |sign| el("span").set("aria-hidden", "true").text(sign);
    let at_start = moment.position <= frame.from;
    let mut row = classed("section", "bottom transport");
    row = row.say("aria-label", words.t("ui.steps"));
    if frame.controls != Controls::None {
        let back = button(send, Msg::Back)
            .when(at_start, "aria-disabled", "true")
            .with(sign("◀ "))
            .text(words.t("ui.back"));
        let step = button(send, Msg::Step)
            .set("id", transport::STEP)
            .set("class", "step")
            .text(words.t("ui.step"))
            .with(sign(" ▶"));
        row = row.with(back).with(step);
    }
    if frame.controls == Controls::Full {
        let run = if running { "ui.pause" } else { "ui.run" };
        row = row
            .with(button(send, Msg::RunPause).text(words.t(run)))
            .with(transport::range(
                moment,
                [frame.from, frame.within(moment.length)],
                words,
                send,
            ));
    }
    row.with(classed("p", "status").text(&transport::status(moment, words)))
        .child(leave(home, words, send))
        .end()
}

fn leave(home: Option<(String, String)>, words: &Words, send: &Callback<Msg>) -> Html {
    let Some((address, fragment)) = home else {
        return el("span").set("hidden", "").end();
    };
    let link: El = el("a")
        .set("id", LEAVE)
        .set("target", "_blank")
        .set("rel", "noopener")
        .put("href", format!("{address}#{}", in_the_lab(&fragment)))
        .sends(send, More::Embed(Embed::Leave).into());
    link.text(words.t("embed.in_the_lab")).end()
}
