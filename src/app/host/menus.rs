//! What opens over the page: menus and dialogues; and what is typed and not yet said.

use wasm_bindgen::JsCast;
use web_sys::{HtmlDialogElement, HtmlInputElement};

use super::document;

/// Closes the menu that is open, and gives the focus back to what opened it; says whether one was.
pub(in crate::app) fn close_menus() -> bool {
    let find = |selector| document().and_then(|it| it.query_selector(selector).ok().flatten());
    let summary = find("details[open] > summary");
    if let Some(menu) = find("details[open]") {
        menu.remove_attribute("open").ok();
    }
    let summary = summary.and_then(|it| it.dyn_into::<web_sys::HtmlElement>().ok());
    if let Some(summary) = &summary {
        summary.focus().ok();
    }
    summary.is_some()
}

/// Whether a menu is open.
pub(in crate::app) fn menu_is_open() -> bool {
    let found = document().and_then(|it| it.query_selector("details[open]").ok().flatten());
    found.is_some()
}

/// Opens the menu.
pub(in crate::app) fn open_menu() {
    let found = document().and_then(|it| it.query_selector("details").ok().flatten());
    if let Some(menu) = found {
        menu.set_attribute("open", "").ok();
    }
}

/// Closes the dialogue that is open: nothing else on the page can be used beside it.
pub(in crate::app) fn close_dialog() {
    let found = document().and_then(|it| it.query_selector("dialog[open]").ok().flatten());
    if let Some(dialog) = found.and_then(|it| it.dyn_into::<HtmlDialogElement>().ok()) {
        dialog.close();
    }
}

/// The tray's input, where there is one.
fn draft_input() -> Option<HtmlInputElement> {
    let input = document()?.query_selector("form input").ok()??;
    input.dyn_into().ok()
}

/// What somebody has typed into the tray and not yet submitted.
pub(in crate::app) fn draft() -> String {
    draft_input().map_or_else(String::new, |input| input.value())
}

/// Types into the tray.
pub(in crate::app) fn set_draft(text: &str) {
    if let Some(input) = draft_input() {
        input.set_value(text);
    }
}
