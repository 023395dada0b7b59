//! Presses of pen, finger and mouse, what is under them, and the dot that shows where they are.

use wasm_bindgen::JsCast;
use wasm_bindgen::prelude::*;
use web_sys::{Element, HtmlElement, PointerEvent};

use super::{Listener, document, element};

/// The id of the dot.
pub(in crate::app) const DOT: &str = "pointer-dot";

/// What finds the stage.
const STAGE: &str = ".stage";

/// Where on the page, in pixels.
#[derive(Clone, Copy)]
pub(in crate::app) struct Press {
    pub(in crate::app) x: f64,
    pub(in crate::app) y: f64,
    pub(in crate::app) on_stage: bool,
}

/// Calls back on events of one kind of the pointer that was pressed first.
pub(in crate::app) fn on(
    event: &'static str,
    callback: impl Fn(Press) + 'static,
) -> Option<Listener> {
    Listener::of_document(event, move |event| {
        let event: PointerEvent = event.unchecked_into();
        if event.is_primary() {
            callback(Press {
                x: event.client_x().into(),
                y: event.client_y().into(),
                on_stage: event
                    .target()
                    .and_then(|it| it.dyn_into::<web_sys::Element>().ok())
                    .is_some_and(|it| it.closest(STAGE).ok().flatten().is_some()),
            });
        }
    })
}

/// Asks at each click, before anybody else hears of it, whether nobody is to.
pub(in crate::app) fn on_click(is_taken: impl Fn() -> bool + 'static) -> Option<Listener> {
    let closure = Closure::new(move |event: JsValue| {
        if is_taken() {
            let event: web_sys::Event = event.unchecked_into();
            event.stop_propagation();
            event.prevent_default();
        }
    });
    Some(Listener::at(document()?.into(), "click", true, closure))
}

/// Shows the dot at a place, or hides it.
pub(in crate::app) fn show(press: Option<Press>) {
    let dot = element(DOT).and_then(|it| it.dyn_into::<HtmlElement>().ok());
    let Some(dot) = dot else {
        return;
    };
    if let Some(Press { x, y, .. }) = press {
        let place = format!("translate({}px, {}px)", x as i32, y as i32);
        dot.style().set_property("transform", &place).ok();
    }
    dot.set_hidden(press.is_none());
}

/// The node under a pointer.
pub(in crate::app) fn node_under(event: &PointerEvent) -> Option<crate::protocol::NodeId> {
    let target: Element = event.target()?.dyn_into().ok()?;
    let mark = target.closest("[id^='node-']").ok()??;
    mark.id().strip_prefix("node-")?.parse().ok()
}

/// Sends what a pointer does to the element of an id, wherever it goes.
pub(in crate::app) fn capture(id: &str, pointer: i32) {
    if let Some(element) = element(id) {
        element.set_pointer_capture(pointer).ok();
    }
}

/// A point of the window on the stage, whose picture is so large.
pub(in crate::app) fn on_stage(x: f64, y: f64, width: f64, height: f64) -> Option<(f64, f64)> {
    let shown = element("stage")?.get_bounding_client_rect();
    let scale = (shown.width() / width).min(shown.height() / height);
    let left = shown.x() + (shown.width() - width * scale) / 2.0;
    let top = shown.y() + (shown.height() - height * scale) / 2.0;
    (scale > 0.0).then(|| ((x - left) / scale, (y - top) / scale))
}
