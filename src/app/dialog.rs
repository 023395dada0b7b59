//! Dialogues over the lab: help, breaking a rule, the transcript.

use wasm_bindgen::JsCast;
use web_sys::{HtmlDialogElement, HtmlInputElement};
use yew::prelude::*;

use super::lab::Msg;
use super::words::Words;
use crate::view::Session;

/// Which dialogue is open.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Dialog {
    None,
    Help,
    BreakRule,
    Transcript,
}

pub(super) fn view(
    dialog: Dialog,
    words: &Words,
    session: &Session,
    shortcut_keys: bool,
    send: &Callback<Msg>,
) -> Html {
    let (title, content) = match dialog {
        Dialog::None => return html! { <div hidden=true /> },
        Dialog::Help => ("ui.help", help(words, shortcut_keys, send)),
        Dialog::BreakRule => ("ui.break_rule", break_rule(words, session, send)),
        Dialog::Transcript => ("ui.transcript", transcript(words, session)),
    };
    html! {
        <Modal key={title} title={words.t(title).to_owned()} close={words.t("ui.close").to_owned()}
            send={send.clone()}>{ content }</Modal>
    }
}

#[derive(Properties, PartialEq)]
struct ModalProps {
    title: String,
    close: String,
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
    let close = props.send.reform(|_: Event| Msg::Dismiss);
    let click = props.send.reform(|_: MouseEvent| Msg::Dismiss);
    html! {
        <dialog ref={node} aria-labelledby="dialog-title" onclose={close}>
            <div class="dialog-head">
                <h2 id="dialog-title">{ &props.title }</h2>
                <button type="button" class="quiet" aria-label={props.close.clone()}
                    onclick={click}>{ "✕" }</button>
            </div>
            <div class="dialog-body">{ props.children.clone() }</div>
        </dialog>
    }
}

fn help(words: &Words, shortcut_keys: bool, send: &Callback<Msg>) -> Html {
    let t = |key: &str| words.t(key).to_owned();
    let keys = [
        ("Space", "ui.key_step"),
        ("← PageUp", "ui.key_back"),
        ("→ PageDown", "ui.key_forward"),
        ("Enter", "ui.key_run"),
        ("1–9", "ui.key_choose"),
        ("K", "ui.key_kill"),
        ("D", "ui.key_drop"),
        ("P", "ui.key_partition"),
        ("Esc", "ui.key_escape"),
        ("?", "ui.key_help"),
    ];
    html! {
        <>
            <p>{ t("ui.help_intro") }</p>
            <p>{ t("ui.help_marks") }</p>
            <table>
                <tbody>{ for keys.iter().map(|(key, text)| html! {
                    <tr key={*text}><th scope="row"><kbd>{ *key }</kbd></th><td>{ t(text) }</td></tr>
                }) }</tbody>
            </table>
            <label class="switch">
                <input type="checkbox" checked={shortcut_keys} onchange={checked(send, Msg::ShortcutKeys)} />
                <span>{ t("ui.shortcut_keys") }</span>
            </label>
        </>
    }
}

fn checked(send: &Callback<Msg>, msg: impl Fn(bool) -> Msg + 'static) -> Callback<Event> {
    send.reform(move |event: Event| {
        let input = event
            .target()
            .and_then(|it| it.dyn_into::<HtmlInputElement>().ok());
        msg(input.is_some_and(|it| it.checked()))
    })
}

/// The protocol's variants; switching one starts the scenario anew.
fn break_rule(words: &Words, session: &Session, send: &Callback<Msg>) -> Html {
    let about = session.about();
    let on = &session.scenario().cluster.variants;
    let row = |variant: &'static crate::protocol::Variant| {
        let key = format!("variant.{}.{}", about.key, variant.id);
        let says = format!("{key}.says");
        let effect = match variant.loses {
            Some(property) => {
                let name = format!("property.{}", property.id);
                words.fill("ui.variant_loses", &[("property", words.t(&name))])
            }
            None => words.t("ui.variant_extension").to_owned(),
        };
        html! {
            <label key={variant.id} class="variant">
                <input type="checkbox" checked={on.contains(variant.id)}
                    onchange={checked(send, move |on| Msg::Variant(variant.id, on))} />
                <span>
                    <strong>{ words.t(&key).to_owned() }</strong>
                    <span class={classes!("effect", variant.loses.map(|_| "no"))}>{ effect }</span>
                    <span>{ words.t(&says).to_owned() }</span>
                    <span class="cite">{ words.citations(variant.rule.citations) }</span>
                </span>
            </label>
        }
    };
    html! {
        <>
            <p>{ words.t("ui.break_rule_intro").to_owned() }</p>
            <div class="variants">{ for about.variants.iter().map(row) }</div>
        </>
    }
}

/// The whole run as text.
fn transcript(words: &Words, session: &Session) -> Html {
    let lines = session.transcript();
    if lines.is_empty() {
        return html! { <p>{ words.t("ui.transcript_empty").to_owned() }</p> };
    }
    html! {
        <ol class="transcript">{ for lines.iter().map(|line| {
            let time = words.fill("ui.time", &[("ms", &line.at.to_string())]);
            let said = line.happened.iter().map(|it| words.say(&it.title));
            let said: Vec<String> = said.collect();
            html! {
                <li key={line.number}><span class="cite">{ time }</span>{ " " }
                    { said.join(words.t("ui.sentence_separator")) }</li>
            }
        }) }</ol>
    }
}
