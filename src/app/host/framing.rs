//! The page around this one: what it says, what it is told, and how high this one is.

use wasm_bindgen::JsCast;
use web_sys::MessageEvent;

use super::{Listener, ROOT, document, element, window};

/// The page's fragment.
pub(in crate::app) fn fragment() -> String {
    let hash = window().and_then(|window| window.location().hash().ok());
    hash.unwrap_or_default()
}

/// The window around this one; nothing where there is none.
fn parent() -> Option<web_sys::Window> {
    let window = window()?;
    let parent = window.parent().ok()??;
    (parent != window).then_some(parent)
}

/// Calls back with what the window around this one says, as JSON; and where an origin is named,
/// only with what comes from there. What other windows say is not heard.
pub(in crate::app) fn on_message(
    origin: Option<String>,
    callback: yew::Callback<String>,
) -> Option<Listener> {
    let parent = wasm_bindgen::JsValue::from(parent()?);
    Some(Listener::new(window()?.into(), "message", move |event| {
        let event: MessageEvent = event.unchecked_into();
        let is_parent = event.source().is_some_and(|it| *it == parent);
        if !is_parent || origin.as_ref().is_some_and(|it| *it != event.origin()) {
            return;
        }
        // What is no JSON is no message.
        let text = js_sys::JSON::stringify(&event.data()).ok();
        if let Some(text) = text.and_then(|text| text.as_string()) {
            callback.emit(text);
        }
    }))
}

/// Calls back when the policy of this page keeps a frame out.
pub(in crate::app) fn on_frame_refused(callback: yew::Callback<()>) -> Option<Listener> {
    Listener::of_document("securitypolicyviolation", move |event| {
        let name = "effectiveDirective".into();
        let directive = js_sys::Reflect::get(&event, &name).unwrap_or_default();
        if directive.as_string().as_deref() == Some("frame-src") {
            callback.emit(());
        }
    })
}

/// Tells the window around this one something, as JSON; where an origin is named, only if that is
/// where it is from.
pub(in crate::app) fn tell(text: &str, origin: Option<&str>) -> Option<()> {
    let message = js_sys::JSON::parse(text).ok()?;
    parent()?.post_message(&message, origin.unwrap_or("*")).ok()
}

/// How high the page is, in whole pixels, whatever the window's height.
pub(in crate::app) fn height() -> Option<u32> {
    let lab = element(ROOT)?.first_element_child()?;
    let height = lab.get_bounding_client_rect().height().ceil();
    (height > 0.0).then_some(height as u32)
}

/// Says where a link leads.
pub(in crate::app) fn lead(id: &str, address: &str) {
    if let Some(link) = document().and_then(|it| it.get_element_by_id(id)) {
        link.set_attribute("href", address).ok();
    }
}
