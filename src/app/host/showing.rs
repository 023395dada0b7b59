//! Scrolling into sight, and what is pointed at.

use wasm_bindgen::JsCast;
use web_sys::Element;

use super::{document, element};

/// Scrolls so that what a selector finds is in sight.
pub(in crate::app) fn reveal(selector: &str) {
    let found = document().and_then(|it| it.query_selector(selector).ok().flatten());
    if let Some(element) = found {
        element.scroll_into_view_with_bool(false);
    }
}

/// Shows the panel from its top, and scrolls no farther than needed so that what is pointed at on the
/// stage is in sight.
pub(in crate::app) fn reveal_pointed() {
    if let Some(panel) = element("panel") {
        panel.set_scroll_top(0);
    }
    reveal_near(".stage [data-pointed]");
}

/// Scrolls no farther than needed so that all that a selector finds is in sight.
pub(in crate::app) fn reveal_near(selector: &str) {
    let found = document().and_then(|it| it.query_selector_all(selector).ok());
    let Some(found) = found else { return };
    let near = web_sys::ScrollIntoViewOptions::new();
    near.set_block(web_sys::ScrollLogicalPosition::Nearest);
    for place in 0..found.length() {
        let found = found
            .item(place)
            .and_then(|it| it.dyn_into::<Element>().ok());
        if let Some(found) = found {
            found.scroll_into_view_with_scroll_into_view_options(&near);
        }
    }
}

/// Marks what selectors find as pointed at, and nothing else; of a cell, its stage as well, so that
/// no style has to look for it there.
pub(in crate::app) fn point_at(selectors: &[String]) {
    const MARK: &str = "data-pointed";
    let Some(document) = document() else { return };
    if let Ok(marked) = document.query_selector_all("[data-pointed]") {
        for place in 0..marked.length() {
            let element = marked
                .item(place)
                .and_then(|it| it.dyn_into::<Element>().ok());
            if let Some(element) = element {
                element.remove_attribute(MARK).ok();
            }
        }
    }
    for selector in selectors {
        if let Ok(Some(element)) = document.query_selector(selector) {
            element.set_attribute(MARK, "").ok();
            let of_cell = element.class_list().contains("cell");
            if let Some(stage) = element.closest(".stage").ok().flatten().filter(|_| of_cell) {
                stage.set_attribute(MARK, "").ok();
            }
        }
    }
}
