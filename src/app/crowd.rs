//! The messages under way on one link, as a list: where a crowd is drawn as one mark, each can be
//! chosen here.

use yew::prelude::*;

use super::dom::{button, classed, el};
use super::lab::{More, Msg, Thing};
use super::stage;
use super::words::Words;
use crate::protocol::Endpoint;
use crate::view::{MessageCard, Moment};

/// A link, in one direction.
pub(super) type Link = (Endpoint, Endpoint);

/// Which list is open.
#[derive(Default)]
pub(super) struct Crowd {
    pub(super) link: Option<Link>,
    /// The id of what gets the focus once it is drawn.
    pub(super) focus: Option<String>,
}

impl Crowd {
    /// The moment is another: what is not under way any more is not listed, and a list of nothing is
    /// none.
    pub(super) fn follow(&mut self, moment: &Moment) {
        if self.link.is_some_and(|link| of(moment, link).is_empty()) {
            self.link = None;
        }
    }
}

/// The messages of a link, the next to arrive first.
fn of(moment: &Moment, (from, to): Link) -> Vec<&MessageCard> {
    let messages = moment.messages.iter();
    let mut own: Vec<_> = messages
        .filter(|card| card.id.from == from && card.id.to == to)
        .collect();
    own.sort_by_key(|card| (card.arrives, card.id));
    own
}

/// The id of a message in the list.
fn entry_id(card: &MessageCard) -> String {
    format!("entry-{}", card.id)
}

/// The id of the first entry.
pub(super) fn first_id(moment: &Moment, link: Link) -> Option<String> {
    of(moment, link).first().map(|card| entry_id(card))
}

/// The list, in the place of the tray.
pub(super) fn view(moment: &Moment, link: Link, words: &Words, send: &Callback<Msg>) -> Html {
    let messages = of(moment, link);
    let args = [
        ("count", &*messages.len().to_string()),
        ("from", &*link.0.to_string()),
        ("to", &*link.1.to_string()),
    ];
    let heading = words.fill("crowd.label", &args);
    let entry = |card: &&MessageCard| {
        let ms = card.arrives.saturating_sub(moment.now).to_string();
        let args = [("ms", &*ms)];
        let when = words.fill("crowd.arrives", &args);
        let text = match card.view.epoch {
            Some(epoch) => format!("{} · {} · {when}", card.view.name, words.badge(epoch)),
            None => format!("{} · {when}", card.view.name),
        };
        let id = entry_id(card);
        let entry = button(send, Msg::Choose(Thing::Message(card.id)))
            .say("id", &id)
            .put(
                "aria-label",
                format!(
                    "{}{}{when}",
                    stage::spoken_message(card, words),
                    words.t("ui.clause_separator")
                ),
            )
            .text(&text);
        el("li").key(&id).with(entry).end()
    };
    let close = button(send, More::Crowd(None).into())
        .set("class", "quiet")
        .say("aria-label", words.t("ui.dismiss"))
        .text("✕");
    classed("div", "tray")
        .set("role", "group")
        .say("aria-label", &heading)
        .with(el("strong").text(&heading))
        .with(classed("ul", "crowd").each(messages.iter().map(entry)))
        .with(close)
        .end()
}
