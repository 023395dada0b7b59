//! Several messages of one link, drawn as one mark with their number.

use yew::prelude::*;

use super::{epoch_class, message, node};
use crate::app::dom::{classes, el, moving};
use crate::app::lab::{Msg, Thing};
use crate::app::words::Words;
use crate::protocol::MessageKind;
use crate::view::MessageCard;
use crate::view::crowd::Mark;

pub(super) use crate::view::crowd::{each, together};

/// The id of a mark's box.
pub(in crate::app) fn dom_id(mark: &Mark<'_>) -> String {
    match &mark.messages[..] {
        // By the last to arrive, so that it stays the same while others do.
        [_, .., last] => format!("crowd-{}", last.id),
        _ => super::dom_id(Thing::Message(mark.first().id)),
    }
}

/// What all that share a mark have in common, if they do.
fn common<T: PartialEq>(mark: &Mark<'_>, of: impl Fn(&MessageCard) -> T) -> Option<T> {
    let first = of(mark.first());
    let same = mark.messages.iter().all(|it| of(it) == first);
    same.then_some(first)
}

/// A box on a pile. Choosing it lists what it stands for.
pub(super) fn view(mark: &Mark<'_>, words: &Words, send: &Callback<Msg>) -> Html {
    let id = dom_id(mark);
    let first = mark.first().id;
    let link = (first.from, first.to);
    let name = common(mark, |it| it.view.name);
    let short = common(mark, |it| it.view.short).unwrap_or_default();
    let kind = common(mark, |it| it.view.kind).unwrap_or(MessageKind::Request);
    let epoch = common(mark, |it| it.view.epoch).flatten();
    let count = mark.messages.len().to_string();
    let args = [
        ("count", &*count),
        ("from", &*first.from.to_string()),
        ("to", &*first.to.to_string()),
    ];
    let mut spoken = words.fill("crowd.label", &args);
    if let Some(name) = name {
        spoken.push_str(words.t("ui.list_separator"));
        spoken.push_str(name);
    }
    let send = send.clone();
    let open = Callback::from(move |_: ()| send.emit(Msg::Crowd(Some(link))));
    let label = format!("{short} ×{count}");
    let (rect, text) = message::boxed(&label, kind);
    let (behind, _) = message::boxed(&label, kind);
    let look = [
        (true, &*epoch_class(epoch)),
        (true, message::kind_class(kind)),
    ];
    let pile = el("g")
        .say("id", &id)
        .set("role", "button")
        .set("tabindex", "0")
        .put("class", classes("message", &look))
        .put("aria-label", spoken)
        .on_click(open.reform(|_| ()))
        .on_key(node::on_activation(open))
        .with(el("title").text(words.t("crowd.title")))
        .with(message::touch())
        .with(behind.set("transform", "translate(4 4)"))
        .with(rect)
        .with(text);
    moving(pile).key(&id).end()
}
