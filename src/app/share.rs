//! Sending on what is on stage: its link, as text and as a code to be photographed, and its file;
//! and opening the link that somebody else has sent. Only the full program has this dialogue.

use yew::prelude::*;

use super::dom::{El, button, classed, el, on_typed};
use super::export;
use super::host::sharing;
use super::lab::{More, Msg};
use super::words::Words;
use crate::share::link::{self, LinkError};
use crate::share::qr;
use crate::view::Session;
use crate::view::compare::Runs;

/// The id of the field that holds the link.
const LINK: &str = "link";

/// What concerns sending and opening, of all that can happen to the page.
#[derive(Clone)]
pub(super) enum Share {
    /// A link has come, by the page's address or by hand.
    Open(String),
    /// The link goes to the clipboard.
    Copy,
    /// It is there, or the browser has refused.
    Copied(bool),
    /// Back to what was on stage before the file, the link or the scene that is there now.
    Return,
}

/// What the dialogue shows.
#[derive(Default)]
pub(super) struct Sharer {
    /// The link of the moment at which the dialogue was opened, as it is to be sent.
    link: Option<Result<String, LinkError>>,
    /// Whether it is in the clipboard, once somebody wanted it there.
    copied: Option<bool>,
    /// What was on stage before something else was opened.
    pub(super) left: Option<Session>,
}

impl Sharer {
    /// The dialogue opens.
    pub(super) fn open(&mut self, session: &Session) {
        let link = link::write(&session.run_with_trail());
        let address = sharing::address().unwrap_or_default();
        self.link = Some(link.map(|link| address + &link::fragment(&link)));
        self.copied = None;
    }

    /// The link, where the run has one: behind the page's address, if that has one.
    pub(super) fn link(&self) -> Option<&str> {
        Some(self.link.as_ref()?.as_ref().ok()?)
    }

    /// Copies the link, and says later how that went.
    pub(super) fn copy(&mut self, send: &Callback<Msg>) {
        let Some(Ok(link)) = &self.link else {
            return;
        };
        let (link, send) = (link.clone(), send.clone());
        wasm_bindgen_futures::spawn_local(async move {
            let copied = sharing::copy(LINK, &link).await;
            send.emit(More::Share(Share::Copied(copied)).into());
        });
    }

    pub(super) fn copied(&mut self, copied: bool) {
        self.copied = Some(copied);
        if !copied {
            sharing::select(LINK);
        }
    }
}

/// The sentence about a link that does not open.
pub(super) fn error_key(error: &LinkError) -> &'static str {
    match error {
        LinkError::TooLong => "open.link_too_long",
        LinkError::Newer(_) => "open.link_newer",
        LinkError::Damaged => "open.link_damaged",
        LinkError::Scenario(_) => "open.link_bad_scenario",
    }
}

/// The dialogue's content.
pub(super) fn dialog(
    sharer: &Sharer,
    runs: &Runs,
    embed: Html,
    words: &Words,
    send: &Callback<Msg>,
) -> Html {
    let link = match &sharer.link {
        Some(Ok(link)) => has_link(link, sharer.copied, words, send),
        _ => el("p").text(words.t("share.too_long")),
    };
    let file = classed("section", "of-file")
        .with(el("h3").text(words.t("share.file")))
        .with(el("p").text(words.t("share.file_says")))
        .with(classed("div", "row").with(button(send, Msg::Save).text(words.t("ui.save"))));
    classed("div", "share")
        .key("share")
        .with(export::of_one_side("share.one_side", runs, words))
        .with(link)
        .child(embed)
        .with(file)
        .with(open_form(words, send))
        .end()
}

/// A text that is there to be copied: a click selects all of it.
pub(super) fn to_copy(id: &'static str, rows: &'static str, name: &str, text: &str) -> El {
    el("textarea")
        .set("id", id)
        .set("readonly", "")
        .set("rows", rows)
        .set("spellcheck", "false")
        .say("aria-label", name)
        .on_click(Callback::from(move |_| sharing::select(id)))
        .value(text)
}

fn has_link(link: &str, copied: Option<bool>, words: &Words, send: &Callback<Msg>) -> El {
    let field = to_copy(LINK, "3", words.t("share.link"), link);
    let length = link.chars().count().to_string();
    let said = match copied {
        None => words.fill("share.length", &[("count", &length)]),
        Some(true) => words.t("share.copied").to_owned(),
        Some(false) => words.t("share.not_copied").to_owned(),
    };
    let copy = button(send, More::Share(Share::Copy).into())
        .set("class", "primary")
        .text(words.t("share.copy"));
    let row = classed("div", "row")
        .with(copy)
        .with(el("span").set("role", "status").text(&said));
    let has_place = !link.starts_with('#');
    let placeless = match has_place {
        true => el("p").set("hidden", ""),
        false => el("p").text(words.t("share.placeless")),
    };
    let text = el("div")
        .with(el("p").text(words.t("share.says")))
        .with(field)
        .with(row)
        .with(placeless);
    classed("section", "of-link")
        .with(text)
        .child(code(link, has_place, words))
}

/// The link as a code, with what it is in words; the link itself stands beside it.
pub(super) fn code(link: &str, has_place: bool, words: &Words) -> Html {
    let Some(drawing) = qr::draw(link).filter(|_| has_place) else {
        let key = match has_place {
            true => "share.no_code",
            false => "share.code_placeless",
        };
        return classed("p", "no-code").text(words.t(key)).end();
    };
    let side = drawing.side;
    classed("div", "code")
        .with(
            el("svg")
                .set("role", "img")
                .say("aria-label", words.t("share.code"))
                .put("viewBox", format!("0 0 {side} {side}"))
                .set("shape-rendering", "crispEdges")
                .with(el("path").put("d", drawing.path)),
        )
        .end()
}

/// Where there is no address to paste a link into, as in a frame, it can be pasted here.
fn open_form(words: &Words, send: &Callback<Msg>) -> El {
    let send = send.clone();
    let on_submit = on_typed(move |input| {
        let typed = input.value();
        // A whole address, or the link alone.
        let fragment = typed.split_once('#').map(|(_, fragment)| fragment);
        let link = fragment.and_then(link::in_fragment);
        let link = link.unwrap_or(&typed).to_owned();
        send.emit(More::Share(Share::Open(link)).into());
    });
    let input = el("input")
        .set("type", "text")
        .set("autocomplete", "off")
        .set("spellcheck", "false")
        .say("aria-label", words.t("share.open_link"));
    let submit = el("button")
        .set("type", "submit")
        .text(words.t("share.open"));
    el("form")
        .on_submit(on_submit)
        .with(el("h3").text(words.t("share.open_link")))
        .with(classed("div", "row").with(input).with(submit))
}
