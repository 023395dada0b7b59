//! Everything that the browser may refuse: storage, downloads, media queries, and the boot script.
//! Nothing here panics; what is refused is as if it were not there.

mod boot;
pub(super) mod drawing;
mod files;
mod focusing;
pub(super) mod framing;
mod listening;
mod menus;
pub(super) mod pointing;
pub(super) mod sharing;
mod showing;
pub(super) mod storing;

use std::cell::Cell;

use wasm_bindgen::prelude::*;
use web_sys::{Document, Element, SvgGraphicsElement, Window};

use super::lab::Msg;
use super::motion::Mover;
pub(super) use boot::*;
pub(super) use files::*;
pub(super) use focusing::*;
pub(super) use listening::*;
pub(super) use menus::*;
pub(super) use showing::*;

/// The id of the element that the page is mounted on.
const ROOT: &str = "lab";

pub(super) fn window() -> Option<Window> {
    web_sys::window()
}

pub(super) fn document() -> Option<Document> {
    window()?.document()
}

/// The element of an id.
pub(super) fn element(id: &str) -> Option<Element> {
    document()?.get_element_by_id(id)
}

/// The element of an id, if it is no more than text and boxes.
pub(super) fn html_element(id: &str) -> Option<web_sys::HtmlElement> {
    element(id)?.dyn_into().ok()
}

/// How much room the first stage has, in pixels.
pub(super) fn stage_room() -> Option<(f64, f64)> {
    let room = element("stage")?.get_bounding_client_rect();
    Some((room.width(), room.height()))
}

/// The element that the page is to be mounted on. The core's one goes, and with it everything that
/// still listens there.
pub(super) fn root(instead: bool) -> Option<Element> {
    let old = element(ROOT)?;
    if !instead {
        return Some(old);
    }
    let new = document()?.create_element("div").ok()?;
    new.set_id(ROOT);
    old.replace_with_with_node_1(&new).ok()?;
    Some(new)
}

/// What moves the box of an element, which [`super::dom::moving`] made.
pub(super) fn mover(id: &str) -> Option<Mover> {
    let group: SvgGraphicsElement = element(id)?.parent_element()?.dyn_into().ok()?;
    let place = group.transform().base_val().get_item(0).ok()?;
    Some(Mover {
        group: group.into(),
        place: place.unchecked_into(),
        drawn: Cell::default(),
    })
}

/// Says which language the page is in, to browsers and screen readers.
pub(super) fn set_language(tag: &str, title: &str) {
    if let Some(document) = document() {
        document.set_title(title);
        if let Some(root) = document.document_element() {
            root.set_attribute("lang", tag).ok();
        }
    }
}

/// Sets or clears an attribute of the whole page.
pub(super) fn set_page_attribute(name: &str, value: Option<&str>) {
    let root = document().and_then(|document| document.document_element());
    if let Some(root) = root {
        match value {
            Some(value) => root.set_attribute(name, value).ok(),
            None => root.remove_attribute(name).ok(),
        };
    }
}

/// The browser's languages, most wanted first.
pub(super) fn languages() -> Vec<String> {
    let languages = window().map(|window| window.navigator().languages());
    let strings = languages.map(|all| all.iter().filter_map(|it| it.as_string()).collect());
    strings.unwrap_or_default()
}

/// What a clock says, in milliseconds. The engine never calls this.
pub(super) fn now() -> f64 {
    js_sys::Date::now()
}

/// Sends a message once the browser has done what else it has to do.
pub(super) fn soon(send: &yew::Callback<Msg>, msg: Msg) {
    let send = send.clone();
    gloo_timers::callback::Timeout::new(0, move || send.emit(msg)).forget();
}

/// A seed that nobody has chosen. The engine never calls this.
pub(super) fn fresh_seed() -> u32 {
    (js_sys::Math::random() * 1_000_000.0) as u32
}

/// Opens the browser's dialogue for printing, where the page may.
pub(super) fn print() {
    if let Some(window) = window() {
        window.print().ok();
    }
}

fn message_of(error: &JsValue) -> String {
    let error = error.dyn_ref::<js_sys::Error>();
    error.map_or_else(|| "unknown".into(), |error| error.message().into())
}
