//! The code that puts the moment on stage into somebody's page, and what can be chosen of it.

use wasm_bindgen::JsCast;
use web_sys::HtmlSelectElement;
use yew::prelude::*;

use super::Embed;
use crate::app::dom::{El, button, classed, el};
use crate::app::host::sharing;
use crate::app::lab::{More, Msg};
use crate::app::words::Words;

/// The id of the field that holds the code.
pub(in crate::app) const CODE: &str = "embed-code";

/// A choice: which of [`CHOICES`], and which of its values.
pub(in crate::app) type Choice = (usize, usize);

/// The text's key, the option's name, and its values, each with the key of its text.
type Setting = (
    &'static str,
    &'static str,
    &'static [(&'static str, &'static str)],
);

/// What can be chosen. The first value is what a figure does if nothing is said, and is not written.
const CHOICES: [Setting; 5] = [
    (
        "embed.as",
        "",
        &[("", "embed.as_frame"), ("element", "embed.as_element")],
    ),
    (
        "embed.controls",
        "controls",
        &[
            ("full", "embed.controls_full"),
            ("step", "embed.controls_step"),
            ("none", "embed.controls_none"),
        ],
    ),
    (
        "embed.panels",
        "panels",
        &[
            ("why", "embed.panels_why"),
            ("why,state", "embed.panels_two"),
            ("none", "embed.panels_none"),
        ],
    ),
    (
        "embed.theme",
        "theme",
        &[
            ("auto", "embed.theme_auto"),
            ("light", "embed.theme_light"),
            ("dark", "embed.theme_dark"),
        ],
    ),
    (
        "embed.language",
        "lang",
        &[
            ("", "embed.language_readers"),
            ("en", "embed.language_en"),
            ("zh-CN", "embed.language_zh"),
        ],
    ),
];

/// What is chosen.
#[derive(Default)]
pub(in crate::app) struct Maker {
    chosen: [usize; CHOICES.len()],
    copied: Option<bool>,
}

impl Maker {
    pub(in crate::app) fn choose(&mut self, (choice, value): Choice) {
        if let Some((_, _, values)) = CHOICES.get(choice) {
            self.chosen[choice] = value.min(values.len() - 1);
            self.copied = None;
        }
    }

    pub(in crate::app) fn copied(&mut self, copied: bool) {
        self.copied = Some(copied);
        if !copied {
            sharing::select(CODE);
        }
    }

    /// The options that are not what a figure does anyway.
    fn options(&self) -> impl Iterator<Item = (&'static str, &'static str)> {
        let options = CHOICES.iter().zip(self.chosen).skip(1);
        options
            .filter(|(_, value)| *value > 0)
            .map(|((_, name, values), value)| (*name, values[value].0))
    }

    /// The address of the figure. `link` is the address of the moment in the lab.
    fn address(&self, link: &str) -> String {
        let mut address = link.replacen('#', "#embed=1&", 1);
        for (name, value) in self.options() {
            address.push_str(&format!("&{name}={value}"));
        }
        address
    }

    /// The code.
    pub(in crate::app) fn code(&self, link: &str, title: &str) -> String {
        let title = quoted(title);
        if self.chosen[0] == 0 {
            let address = quoted(&self.address(link));
            return format!(
                "<iframe src=\"{address}\" title=\"{title}\" width=\"100%\" height=\"560\" \
                 loading=\"lazy\"></iframe>"
            );
        }
        let (home, fragment) = link.split_once('#').unwrap_or((link, ""));
        let folder = home.rsplit_once('/').map_or("", |(folder, _)| folder);
        let mut element = format!(
            "<script type=\"module\" src=\"{folder}/embed.js\"></script>\n\
             <quorum-scope link=\"{}\" title=\"{title}\" height=\"560\"",
            quoted(fragment.trim_start_matches("r="))
        );
        for (name, value) in self.options() {
            element.push_str(&format!(" {name}=\"{value}\""));
        }
        element.push_str(&format!(">\n  <p>{title}</p>\n</quorum-scope>"));
        element
    }
}

/// A text inside an attribute.
fn quoted(text: &str) -> String {
    let text = text.replace('&', "&amp;").replace('"', "&quot;");
    text.replace('<', "&lt;").replace('>', "&gt;")
}

/// The part of the dialogue, for the address of the moment in the lab.
pub(in crate::app) fn view(maker: &Maker, link: &str, words: &Words, send: &Callback<Msg>) -> El {
    let choices = CHOICES
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
                More::Embed(Embed::Choose((choice, value as usize))).into()
            });
            classed("label", "choice")
                .key(key)
                .with(el("span").text(words.t(key)))
                .with(el("select").on_change(onchange).each(options))
                .end()
        });
    let field = el("textarea")
        .set("id", CODE)
        .set("readonly", "")
        .set("rows", "4")
        .set("spellcheck", "false")
        .say("aria-label", words.t("embed.code"))
        .on_click(Callback::from(|_| sharing::select(CODE)))
        .value(&maker.code(link, words.t("embed.figure")));
    let said = match maker.copied {
        None => "",
        Some(true) => words.t("share.copied"),
        Some(false) => words.t("share.not_copied"),
    };
    let copy = button(send, More::Embed(Embed::Copy).into()).text(words.t("embed.copy"));
    // In a tab of its own: a page as strict as this one may hold no frame.
    let preview = el("a")
        .set("class", "preview")
        .set("target", "_blank")
        .put("href", maker.address(link))
        .text(words.t("embed.preview"));
    let row = classed("div", "row")
        .with(copy)
        .with(preview)
        .with(el("span").set("role", "status").text(said));
    classed("section", "of-code")
        .with(el("h3").text(words.t("embed.title")))
        .with(el("p").text(words.t("embed.says")))
        .with(classed("div", "choices").each(choices))
        .with(field)
        .with(row)
}
