//! Several messages of one link, drawn as one mark with their number.

use yew::prelude::*;

use super::{Name, epoch_class, message, node};
use crate::app::crowd::Link;
use crate::app::dom::{classes, el, moving};
use crate::app::lab::{More, Msg, Thing};
use crate::app::words::Words;
use crate::protocol::{Epoch, MessageKind};
use crate::view::crowd::Mark;
use crate::view::{MessageCard, labels};

pub(super) use crate::view::crowd::{each, together};

/// The id of a mark's box.
pub(in crate::app) fn dom_id(stage: Name, mark: &Mark<'_>) -> String {
    match &mark.messages[..] {
        // By the last to arrive, so that it stays the same while others do.
        [_, .., last] => format!("crowd-{}", last.id),
        _ => stage.id(Thing::Message(mark.first().id)),
    }
}

/// What all that share a mark have in common, if they do.
fn common<T: PartialEq>(mark: &Mark<'_>, of: impl Fn(&MessageCard) -> T) -> Option<T> {
    let first = of(mark.first());
    let same = mark.messages.iter().all(|it| of(it) == first);
    same.then_some(first)
}

/// What is shown of a mark; the same looks the same.
#[derive(Properties, PartialEq)]
struct Props {
    id: String,
    link: Link,
    count: usize,
    name: Option<&'static str>,
    short: Option<&'static str>,
    kind: Option<MessageKind>,
    narrow: bool,
    epoch: Option<Epoch>,
    words: Words,
    send: Callback<Msg>,
}

fn said(short: Option<&str>, count: usize) -> String {
    match short {
        Some(short) => format!("{short} ×{count}"),
        None => format!("×{count}"),
    }
}

/// How wide a mark is.
pub(super) fn width(mark: &Mark<'_>, narrow: bool) -> f64 {
    let said = said(common(mark, |it| it.view.short), mark.messages.len());
    let kind = common(mark, |it| it.view.kind).unwrap_or(MessageKind::Request);
    labels::width(&said, kind, narrow)
}

pub(super) fn view(
    stage: Name,
    mark: &Mark<'_>,
    narrow: bool,
    words: &Words,
    send: &Callback<Msg>,
) -> Html {
    let (id, first) = (dom_id(stage, mark), mark.first().id);
    let key = id.clone();
    html! {
        <Pile {key} {id} link={(first.from, first.to)} count={mark.messages.len()}
            name={common(mark, |it| it.view.name)} short={common(mark, |it| it.view.short)}
            kind={common(mark, |it| it.view.kind)} {narrow} epoch={common(mark, |it| it.view.epoch).flatten()}
            words={words.clone()} send={send.clone()} />
    }
}

/// A box on a pile. Choosing it lists what it stands for.
#[component]
fn Pile(props: &Props) -> Html {
    let Props { link, words, .. } = props;
    let link = *link;
    let count = props.count.to_string();
    let args = [
        ("count", &*count),
        ("from", &*link.0.to_string()),
        ("to", &*link.1.to_string()),
    ];
    let mut spoken = words.fill("crowd.label", &args);
    if let Some(name) = props.name {
        spoken.push_str(words.t("ui.clause_separator"));
        spoken.push_str(name);
    }
    let send = props.send.clone();
    let open = Callback::from(move |_: ()| send.emit(More::Crowd(Some(link)).into()));
    let kind = props.kind.unwrap_or(MessageKind::Request);
    let label = said(props.short, props.count);
    let (rect, text) = message::boxed(&label, kind, props.narrow);
    let (behind, _) = message::boxed(&label, kind, props.narrow);
    let look = [
        (true, &*epoch_class(props.epoch)),
        (true, message::kind_class(kind)),
    ];
    let pile = el("g")
        .say("id", &props.id)
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
    moving(pile).end()
}
