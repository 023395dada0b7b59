//! Where the focus is, and moving it.

use std::cell::Cell;

use wasm_bindgen::JsCast;
use web_sys::{Element, HtmlElement, SvgElement};

use super::{Listener, ROOT, document, element};

/// Moves the focus to the element of an id.
pub(in crate::app) fn focus(id: &str) {
    if let Some(element) = element(id) {
        focus_element(&element);
    }
}

/// What has the focus, if it is no more than text and boxes.
pub(in crate::app) fn focused() -> Option<web_sys::HtmlElement> {
    document()?.active_element()?.dyn_into().ok()
}

/// Whether the element of an id has the focus.
pub(in crate::app) fn has_focus(id: &str) -> bool {
    let active = document().and_then(|it| it.active_element());
    active.is_some_and(|it| it.id() == id)
}

/// Whether the focus is inside an element that a selector finds.
pub(in crate::app) fn focus_is_within(selector: &str) -> bool {
    let active = document().and_then(|it| it.active_element());
    active.is_some_and(|it| it.closest(selector).ok().flatten().is_some())
}

fn focus_element(element: &Element) {
    if let Some(html) = element.dyn_ref::<HtmlElement>() {
        html.focus().ok();
    } else if let Some(svg) = element.dyn_ref::<SvgElement>() {
        svg.focus().ok();
    }
}

/// Where the focus is, as a way from the root: two programs that show the same have the same ways.
pub(in crate::app) fn focus_way() -> Option<String> {
    let mut at = document()?.active_element()?;
    let mut way = Vec::new();
    while at.id() != ROOT {
        let mut place = 0;
        let mut before = at.previous_element_sibling();
        while let Some(sibling) = before {
            place += 1;
            before = sibling.previous_element_sibling();
        }
        way.push(place.to_string());
        at = at.parent_element()?;
    }
    way.reverse();
    Some(way.join(" "))
}

/// Moves the focus to where a way leads.
pub(in crate::app) fn focus_at(way: &str) -> Option<()> {
    let mut at = element(ROOT)?;
    for place in way.split(' ') {
        at = at.children().item(place.parse().ok()?)?;
    }
    focus_element(&at);
    Some(())
}

thread_local! {
    /// Whether it is a pointer that somebody works with, and not Tab.
    static POINTS: Cell<bool> = const { Cell::new(false) };
}

/// Keeps in mind that there are touches, and closes the menu at one elsewhere.
pub(in crate::app) fn on_pointer_down() -> Option<Listener> {
    Listener::of_document("pointerdown", |event| {
        POINTS.set(true);
        let event: web_sys::Event = event.unchecked_into();
        let target = event.target().and_then(|it| it.dyn_into().ok());
        let menu = document().and_then(|it| it.query_selector(".more[open]").ok().flatten());
        if let Some(menu) = menu.filter(|menu| !menu.contains(target.as_ref())) {
            menu.remove_attribute("open").ok();
        }
    })
}

/// Whether what has the focus has it from a pointer.
pub(in crate::app) fn points() -> bool {
    POINTS.get()
}

/// Tab moves the focus from now on.
pub(in crate::app) fn tabs() {
    POINTS.set(false);
}
