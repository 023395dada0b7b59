//! Dialogues over the lab: help, breaking a rule, the transcript.

use wasm_bindgen::JsCast;
use web_sys::{HtmlDialogElement, HtmlInputElement, HtmlSelectElement};
use yew::prelude::*;

use super::compare;
use super::dom::{El, all, button, classed, classes, el, text};
use super::host;
use super::lab::Msg;
use super::lecture;
use super::search::{self, Finder};
use super::words::Words;
use crate::protocol::{Effect, Quorums, Variant};
pub(super) use crate::view::choices::Dialog;
use crate::view::{Session, quorums};

/// The id of what names the dialogue.
pub(super) const TITLE: &str = "dialog-title";

/// A dialogue with a title, by its key.
pub(super) fn modal(
    title: &'static str,
    content: Html,
    words: &Words,
    send: &Callback<Msg>,
) -> Html {
    let head = classed("div", "dialog-head")
        .with(el("h2").set("id", TITLE).text(words.t(title)))
        .with(
            button(send, Msg::Dismiss)
                .set("class", "quiet")
                .say("aria-label", words.t("ui.close"))
                .text("✕"),
        );
    let body = classed("div", "dialog-body").child(content);
    modal_of(title, all([head, body].into_iter().map(El::end)), send)
}

/// A dialogue of a key of its own, named by whatever in it has the id [`TITLE`].
pub(super) fn modal_of(key: &'static str, content: Html, send: &Callback<Msg>) -> Html {
    html! {
        <Modal key={key} class={key} send={send.clone()}>{ content }</Modal>
    }
}

#[derive(Properties, PartialEq)]
struct ModalProps {
    class: &'static str,
    send: Callback<Msg>,
    children: Html,
}

/// The browser's own modal dialogue: it keeps the focus and closes on Escape.
#[component]
fn Modal(props: &ModalProps) -> Html {
    let node = use_node_ref();
    {
        let node = node.clone();
        use_effect_with((), move |_| {
            if let Some(dialog) = node.cast::<HtmlDialogElement>() {
                dialog.show_modal().ok();
            }
        });
    }
    el("dialog")
        .node_ref(node)
        .set("class", props.class)
        .set("aria-labelledby", TITLE)
        .on_close(props.send.reform(|_: Event| Msg::Dismiss))
        .child(props.children.clone())
        .end()
}

const KEYS: [(&str, &str); 13] = [
    ("Space", "ui.key_step"),
    ("← PageUp", "ui.key_back"),
    ("→ PageDown", "ui.key_forward"),
    ("Enter", "ui.key_run"),
    ("1–9", "ui.key_choose"),
    ("K", "ui.key_kill"),
    ("D", "ui.key_drop"),
    ("P", "ui.key_partition"),
    ("U Ctrl+Z", "ui.key_undo"),
    ("T", "ui.key_diagram"),
    ("V", "ui.key_eyes"),
    ("Esc", "ui.key_escape"),
    ("?", "ui.key_help"),
];

pub(super) fn help(words: &Words, shortcut_keys: bool, send: &Callback<Msg>) -> Html {
    let row = |(key, does): &(&'static str, &'static str)| {
        let head = el("th").set("scope", "row").with(el("kbd").text(key));
        let cell = el("td").text(words.t(does));
        el("tr").key(does).with(head).with(cell).end()
    };
    let rows = KEYS
        .iter()
        .chain(&lecture::KEYS)
        .chain(&compare::KEYS)
        .map(row);
    let table = el("table").with(el("tbody").each(rows));
    let tick = tick_box(shortcut_keys, send, Msg::ShortcutKeys);
    let switch = classed("label", "switch")
        .with(tick)
        .with(el("span").text(words.t("ui.shortcut_keys")));
    let intro = el("p").text(words.t("ui.help_intro"));
    let intro = match guide(words) {
        Some(link) => intro.text(" ").with(link),
        None => intro,
    };
    let parts = [
        intro,
        el("p").text(words.t("ui.help_marks")),
        table,
        switch,
        button(send, Msg::Show(Dialog::Stored)).text(words.t("ui.stored")),
    ];
    all(parts.into_iter().map(El::end))
}

/// A link to the user's guide, which lies beside the built folder's page and beside no other.
fn guide(words: &Words) -> Option<El> {
    if !host::lists(host::WORKER) {
        return None;
    }
    let link = el("a")
        .set("target", "_blank")
        .set("rel", "noopener")
        .put("href", format!("guides/{}/user.html", words.language.tag()));
    Some(link.text(words.t("guide.user")))
}

pub(super) fn tick_box(
    ticked: bool,
    send: &Callback<Msg>,
    msg: impl Fn(bool) -> Msg + 'static,
) -> El {
    let onchange = send.reform(move |event: Event| {
        let input = event
            .target()
            .and_then(|it| it.dyn_into::<HtmlInputElement>().ok());
        msg(input.is_some_and(|it| it.checked()))
    });
    el("input")
        .set("type", "checkbox")
        .checked(ticked)
        .on_change(onchange)
}

/// The protocol's variants; switching one starts the scenario anew.
pub(super) fn break_rule(
    words: &Words,
    session: &Session,
    finder: &Finder,
    send: &Callback<Msg>,
) -> Html {
    let about = session.about();
    let on = &session.scenario().cluster.variants;
    let row = |variant: &'static Variant| {
        let key = format!("variant.{}.{}", about.key, variant.id);
        let effect = match variant.effect.loses() {
            Some(property) => {
                let name = format!("property.{}", property.id);
                words.fill("ui.variant_loses", &[("property", words.t(&name))])
            }
            None => words.t(variant.effect.key()).to_owned(),
        };
        let unsafe_class = classes("effect", &[(variant.effect.loses().is_some(), "no")]);
        let texts = el("span")
            .with(el("strong").text(words.t(&key)))
            .with(el("span").put("class", unsafe_class).text(&effect))
            .with(el("span").text(words.t(&format!("{key}.says"))))
            .with(classed("span", "cite").text(&words.citations(variant.rule.citations)));
        let id = variant.id;
        let tick = tick_box(on.contains(id), send, move |on| Msg::Variant(id, on));
        classed("div", "variant-row")
            .key(id)
            .with(classed("label", "variant").with(tick).with(texts))
            .each(search::offer(finder, words, about, variant, send).into_iter())
            .end()
    };
    // What is looked for first stands first.
    type IsOne = fn(&Effect) -> bool;
    let kinds: [(&str, IsOne); 4] = [
        ("ui.variant_group_lose", |it| matches!(it, Effect::Loses(_))),
        ("ui.variant_group_stall", |it| matches!(it, Effect::Stalls)),
        ("ui.variant_group_harmless", |it| {
            matches!(it, Effect::Harmless)
        }),
        ("ui.variant_group_extend", |it| {
            matches!(it, Effect::Extends)
        }),
    ];
    let kinds = kinds.iter().filter_map(|(key, is_one)| {
        let mut of_kind = about
            .variants
            .iter()
            .filter(|it| is_one(&it.effect))
            .peekable();
        of_kind.peek()?;
        let kind = el("section").key(key).with(el("h3").text(words.t(key)));
        Some(kind.each(of_kind.map(row)).end())
    });
    let rows = classed("div", "variants").each(kinds);
    let intro = el("p").text(words.t("ui.break_rule_intro"));
    let missing = search::missing(finder, words, about);
    let quorums = quorum_sizes(words, session, send);
    all([Some(intro), quorums, Some(missing), Some(rows)]
        .into_iter()
        .flatten()
        .map(El::end))
}

/// The sizes of the quorums, where the protocol has any to set; another choice starts anew.
fn quorum_sizes(words: &Words, session: &Session, send: &Callback<Msg>) -> Option<El> {
    let scenario = session.scenario();
    let now = quorums::in_use(scenario)?;
    let choices = quorums::choices(scenario);
    let option = |choice: &Quorums| {
        let [first, second] = choice.sizes.map(|size| size.to_string());
        let key = match choice.meet() {
            true => "quorum.choice",
            false => "quorum.choice_apart",
        };
        let args = [("first", &*first), ("second", &second)];
        el("option")
            .key(&format!("{first}+{second}"))
            .when(*choice == now, "selected", "selected")
            .text(&words.fill(key, &args))
            .end()
    };
    let options = choices.iter().map(option).collect::<Vec<_>>();
    let onchange = send.reform(move |event: Event| {
        let select = event.target().and_then(|it| it.dyn_into().ok());
        let place = select.map(|it: HtmlSelectElement| it.selected_index().max(0) as usize);
        let choice = place.and_then(|place| choices.get(place));
        Msg::Quorums(choice.unwrap_or(&now).sizes)
    });
    let select = el("select").on_change(onchange).each(options.into_iter());
    let label = classed("label", "quorums")
        .with(el("strong").text(words.t("quorum.sizes")))
        .with(select);
    let says = el("p").text(words.t("quorum.says"));
    Some(el("div").with(label).with(says))
}

/// The whole run as text.
pub(super) fn transcript(words: &Words, session: &Session) -> Html {
    let lines = session.transcript();
    if lines.is_empty() {
        return text(words.t("ui.transcript_empty"));
    }
    let line = |line: &crate::view::Line| {
        let time = words.fill("ui.time", &[("ms", &line.at.to_string())]);
        let said = line.happened.iter().map(|it| words.say(&it.title));
        let said: Vec<String> = said.collect();
        el("li")
            .key(&line.number.to_string())
            .with(classed("span", "cite").text(&time))
            .text(" ")
            .text(&said.join(words.t("ui.sentence_separator")))
            .end()
    };
    classed("ol", "transcript")
        .each(lines.iter().map(line))
        .end()
}
