//! Being told of what happens to the page.

use wasm_bindgen::prelude::*;
use web_sys::EventTarget;

use super::{document, window};

/// Somebody who is called back as long as this is kept.
pub(in crate::app) struct Listener {
    target: EventTarget,
    event: &'static str,
    /// Whether it hears of an event before what the event is about does.
    first: bool,
    closure: Closure<dyn Fn(JsValue)>,
}

impl Listener {
    pub(super) fn new(
        target: EventTarget,
        event: &'static str,
        callback: impl Fn(JsValue) + 'static,
    ) -> Self {
        Self::at(target, event, false, Closure::new(callback))
    }

    /// One who is called back on what happens anywhere in the document.
    pub(super) fn of_document(
        event: &'static str,
        callback: impl Fn(JsValue) + 'static,
    ) -> Option<Self> {
        Some(Self::new(document()?.into(), event, callback))
    }

    pub(super) fn at(
        target: EventTarget,
        event: &'static str,
        first: bool,
        closure: Closure<dyn Fn(JsValue)>,
    ) -> Self {
        let function = closure.as_ref().unchecked_ref();
        target
            .add_event_listener_with_callback_and_bool(event, function, first)
            .ok();
        Self {
            target,
            event,
            first,
            closure,
        }
    }
}

impl Drop for Listener {
    fn drop(&mut self) {
        let function = self.closure.as_ref().unchecked_ref();
        self.target
            .remove_event_listener_with_callback_and_bool(self.event, function, self.first)
            .ok();
    }
}

/// Calls back on every key press in the document.
pub(in crate::app) fn on_key_down(
    callback: yew::Callback<web_sys::KeyboardEvent>,
) -> Option<Listener> {
    Listener::of_document("keydown", move |event| {
        callback.emit(event.unchecked_into());
    })
}

/// Calls back whenever the window has another size.
pub(in crate::app) fn on_resize(callback: yew::Callback<()>) -> Option<Listener> {
    let target = window()?.into();
    Some(Listener::new(target, "resize", move |_| callback.emit(())))
}

/// Calls back whenever a media query begins or ceases to hold.
pub(in crate::app) fn on_media_change(
    query: &str,
    callback: yew::Callback<bool>,
) -> Option<Listener> {
    let list = window()?.match_media(query).ok()??;
    let asked = list.clone();
    Some(Listener::new(list.into(), "change", move |_| {
        callback.emit(asked.matches());
    }))
}

/// Whether a media query holds now.
pub(in crate::app) fn matches(query: &str) -> bool {
    let list = window().and_then(|window| window.match_media(query).ok().flatten());
    list.is_some_and(|list| list.matches())
}

thread_local! {
    /// Whether the click that a pointer ends with is to be taken for one.
    static CLICKS: std::cell::Cell<bool> = const { std::cell::Cell::new(true) };
}

/// Whether the next click by a pointer is one, or the end of something else.
pub(in crate::app) fn let_clicks(are: bool) {
    CLICKS.set(are);
}

/// Stops the click with which a pointer ends that has pulled something; keys click as ever.
pub(in crate::app) fn stop_clicks() -> Option<Listener> {
    let stop = |event: JsValue| {
        let event: web_sys::UiEvent = event.unchecked_into();
        if !CLICKS.get() && event.detail() > 0 {
            CLICKS.set(true);
            event.stop_propagation();
        }
    };
    let target: EventTarget = document()?.into();
    Some(Listener::at(target, "click", true, Closure::new(stop)))
}
