//! The part of the dialogue that makes the code: what can be chosen, the code, and the figure as it
//! will be.

use wasm_bindgen::JsCast;
use web_sys::{HtmlInputElement, HtmlSelectElement};
use yew::prelude::*;

use super::Embed;
use super::code::{CHOICES, CODE, Make, Maker, Preview, is_sendable};
use crate::app::dom::{El, button, classed, el};
use crate::app::lab::{More, Msg};
use crate::app::share;
use crate::app::words::Words;

/// For a moment that has this link.
pub(in crate::app) fn view(maker: &Maker, link: &str, words: &Words, send: &Callback<Msg>) -> El {
    let code = maker.code(link, words);
    let field = share::to_copy(CODE, "6", words.t("embed.code"), &code);
    let placeless = match is_sendable(link) {
        true => el("p").set("hidden", ""),
        false => el("p").text(words.t("embed.placeless")),
    };
    classed("section", "of-code")
        .with(el("h3").text(words.t("embed.title")))
        .with(el("p").text(words.t("embed.says")))
        .with(classed("div", "settings").each(choices(maker, words, send)))
        .with(typed("embed.name", &maker.title, Make::Title, words, send))
        .with(typed(
            "embed.caption",
            &maker.caption,
            Make::Caption,
            words,
            send,
        ))
        .with(still(maker, words, send))
        .with(placeless)
        .with(field)
        .with(row(maker, link, words, send))
        .with(classed("div", "figure").each(preview(maker, link, words).into_iter()))
}

fn make(make: Make) -> Msg {
    More::Embed(Embed::Make(make)).into()
}

fn choices(maker: &Maker, words: &Words, send: &Callback<Msg>) -> impl Iterator<Item = Html> {
    CHOICES
        .iter()
        .enumerate()
        .map(|(choice, (key, _, values))| {
            let chosen = maker.chosen[choice];
            let options = values.iter().enumerate().map(|(value, (_, key))| {
                el("option")
                    .key(key)
                    .when(value == chosen, "selected", "selected")
                    .text(words.t(key))
                    .end()
            });
            let onchange = send.reform(move |event: Event| {
                let select = event.target().and_then(|it| it.dyn_into().ok());
                let value = select.map_or(0, |it: HtmlSelectElement| it.selected_index().max(0));
                make(Make::Choose((choice, value as usize)))
            });
            classed("label", "setting")
                .key(key)
                .with(el("span").text(words.t(key)))
                .with(el("select").on_change(onchange).each(options))
                .end()
        })
}

/// A field for words of the author's own.
fn typed(
    key: &'static str,
    value: &str,
    take: fn(String) -> Make,
    words: &Words,
    send: &Callback<Msg>,
) -> El {
    let on_input = send.reform(move |event: InputEvent| {
        let input = event.target().and_then(|it| it.dyn_into().ok());
        make(take(
            input.map_or_else(String::new, |it: HtmlInputElement| it.value()),
        ))
    });
    let input = el("input")
        .set("type", "text")
        .set("autocomplete", "off")
        .on_input(on_input)
        .value(value);
    classed("label", "setting")
        .with(el("span").text(words.t(key)))
        .with(input)
}

/// The picture that stands in the place of the element.
fn still(maker: &Maker, words: &Words, send: &Callback<Msg>) -> El {
    if !maker.is_element() {
        return el("div").set("hidden", "");
    }
    let name = [("name", &*maker.still.picture)];
    let said = match maker.not_saved {
        true => words.t("export.failed"),
        false => "",
    };
    let save = button(send, make(Make::SavePicture)).text(&words.fill("embed.save_picture", &name));
    let row = classed("div", "row")
        .with(save)
        .with(el("span").set("role", "status").text(said));
    classed("div", "still")
        .with(el("p").text(words.t("embed.picture_says")))
        .with(row)
}

fn row(maker: &Maker, link: &str, words: &Words, send: &Callback<Msg>) -> El {
    let said = match maker.copied {
        None => "",
        Some(true) => words.t("share.copied"),
        Some(false) => words.t("share.not_copied"),
    };
    let row =
        classed("div", "row").with(button(send, make(Make::Copy)).text(words.t("embed.copy")));
    // Without an address there is nothing to look at.
    let row = match link.starts_with('#') {
        true => row,
        false => {
            let key = match maker.preview {
                Preview::Shown => "embed.preview_close",
                Preview::Hidden | Preview::Refused => "embed.preview",
            };
            row.with(button(send, make(Make::Preview)).text(words.t(key)))
                .with(in_a_tab(maker, link, words))
        }
    };
    row.with(el("span").set("role", "status").text(said))
}

/// Any page can show it there, also one that is so strict that it holds no frame.
fn in_a_tab(maker: &Maker, link: &str, words: &Words) -> El {
    el("a")
        .set("class", "preview")
        .set("target", "_blank")
        .put("href", maker.snippet(link, words).address())
        .text(words.t("embed.preview_tab"))
}

/// The figure as it will be.
fn preview(maker: &Maker, link: &str, words: &Words) -> Option<Html> {
    match maker.preview {
        Preview::Hidden => None,
        Preview::Refused => Some(
            el("p")
                .key("refused")
                .set("role", "alert")
                .text(words.t("embed.preview_refused"))
                .end(),
        ),
        Preview::Shown => {
            let snippet = maker.snippet(link, words);
            let address = snippet.address();
            // One that has loaded would take other options for a change of its link alone.
            let frame = el("iframe")
                .key(&address)
                .put("src", address.clone())
                .say("title", snippet.title);
            let caption = match snippet.caption {
                "" => el("figcaption").set("hidden", ""),
                caption => el("figcaption").text(caption),
            };
            let figure = el("figure").key("shown").each([frame.end()].into_iter());
            Some(figure.with(caption).end())
        }
    }
}
