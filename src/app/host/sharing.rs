//! Addresses, the clipboard, and files that are dropped on the page.

use wasm_bindgen::JsCast;
use wasm_bindgen_futures::JsFuture;
use web_sys::{DragEvent, HtmlDocument, HtmlTextAreaElement};

use super::{Listener, document, element, window};
use crate::share::link;

/// The link in the page's address.
pub(in crate::app) fn link() -> Option<String> {
    let fragment = window()?.location().hash().ok()?;
    link::in_fragment(&fragment).map(str::to_owned)
}

/// The page's address without its fragment; nothing where it has none that others could open.
pub(in crate::app) fn address() -> Option<String> {
    let address = window()?.location().href().ok()?;
    let address = address.split('#').next()?;
    let has_place = ["http:", "https:", "file:"];
    let is_place = has_place.iter().any(|it| address.starts_with(it));
    is_place.then(|| address.to_owned())
}

/// Calls back with the link whenever the page's address gets another fragment that has one.
pub(in crate::app) fn on_link(callback: yew::Callback<String>) -> Option<Listener> {
    Some(Listener::new(window()?.into(), "hashchange", move |_| {
        if let Some(link) = link() {
            callback.emit(link);
        }
    }))
}

/// Calls back with a file that is dropped on the page. Nothing else that is dragged is touched.
pub(in crate::app) fn on_file_drop(
    callback: yew::Callback<web_sys::File>,
) -> [Option<Listener>; 2] {
    let over = Listener::of_document("dragover", |event| {
        let event: DragEvent = event.unchecked_into();
        let kinds = event.data_transfer().map(|it| it.types());
        // Without this the browser leaves the page to show the file.
        if kinds.is_some_and(|it| it.includes(&"Files".into(), 0)) {
            event.prevent_default();
        }
    });
    let drop = Listener::of_document("drop", move |event| {
        let event: DragEvent = event.unchecked_into();
        let files = event.data_transfer().and_then(|it| it.files());
        if let Some(file) = files.and_then(|files| files.get(0)) {
            event.prevent_default();
            callback.emit(file);
        }
    });
    [over, drop]
}

/// Lets the page fill the screen, or ends that.
pub(in crate::app) fn fill_screen() {
    let Some(document) = document() else {
        return;
    };
    if document.fullscreen_element().is_some() {
        document.exit_fullscreen();
    } else if let Some(root) = document.document_element() {
        root.request_fullscreen().ok();
    }
}

/// Selects the whole text of a field.
pub(in crate::app) fn select(id: &str) {
    let field = element(id).and_then(|it| it.dyn_into::<HtmlTextAreaElement>().ok());
    if let Some(field) = field {
        field.focus().ok();
        field.select();
    }
}

/// Copies a field's text to the clipboard; says whether the browser allowed it. The newer way is
/// refused in frames and on pages from a disk, the older one in some browsers; the text then stays
/// selected.
pub(in crate::app) async fn copy(id: &str, text: &str) -> bool {
    let clipboard = window().map(|window| window.navigator().clipboard());
    if let Some(clipboard) = clipboard.filter(|it| !it.is_undefined())
        && JsFuture::from(clipboard.write_text(text)).await.is_ok()
    {
        return true;
    }
    select(id);
    let document = document().and_then(|it| it.dyn_into::<HtmlDocument>().ok());
    document.is_some_and(|it| it.exec_command("copy").unwrap_or(false))
}
