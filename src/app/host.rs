//! Everything that the browser may refuse: storage, downloads, media queries, and the boot script.
//! Nothing here panics; what is refused is as if it were not there.

use wasm_bindgen::prelude::*;
use web_sys::{Document, Element, Storage, Window};

/// How long a browser gets to read a file that it was offered, in milliseconds.
const DOWNLOAD_MS: u32 = 10_000;

#[wasm_bindgen]
extern "C" {
    #[wasm_bindgen(js_namespace = quorumscope, js_name = load, catch)]
    async fn boot_load(name: &str) -> Result<JsValue, JsValue>;
    #[wasm_bindgen(js_namespace = quorumscope, js_name = hold)]
    fn boot_hold(index: u32, line: &str);
    #[wasm_bindgen(js_namespace = quorumscope, js_name = ready)]
    fn boot_ready();
    #[wasm_bindgen(js_namespace = quorumscope, js_name = fail)]
    fn boot_fail(kind: &str, detail: &str);
}

/// Loads an asset, from an inlined block first and by a request second.
pub(super) async fn load(name: &str) -> Result<Vec<u8>, String> {
    match boot_load(name).await {
        Ok(bytes) => Ok(js_sys::Uint8Array::new(&bytes).to_vec()),
        Err(error) => Err(message_of(&error)),
    }
}

/// Lets the boot script hold one line of the run; the lines after it are gone.
pub(super) fn hold(index: usize, line: &str) {
    boot_hold(index as u32, line);
}

/// Tells the boot script that the page is there.
pub(super) fn ready() {
    boot_ready();
}

/// Ends in the boot script's message.
pub(super) fn fail(kind: &str, detail: &str) {
    boot_fail(kind, detail);
}

fn message_of(error: &JsValue) -> String {
    let error = error.dyn_ref::<js_sys::Error>();
    error.map_or_else(|| "unknown".into(), |error| error.message().into())
}

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

/// Moves the focus to the element of an id.
pub(super) fn focus(id: &str) {
    use web_sys::{HtmlElement, SvgElement};
    let Some(element) = element(id) else { return };
    if let Some(html) = element.dyn_ref::<HtmlElement>() {
        html.focus().ok();
    } else if let Some(svg) = element.dyn_ref::<SvgElement>() {
        svg.focus().ok();
    }
}

/// Closes the menu that is open, and gives the focus back to what opened it; says whether one was.
pub(super) fn close_menus() -> bool {
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

/// What has the focus, if it is no more than text and boxes.
pub(super) fn focused() -> Option<web_sys::HtmlElement> {
    document()?.active_element()?.dyn_into().ok()
}

/// Scrolls so that what a selector finds is in sight.
pub(super) fn reveal(selector: &str) {
    let found = document().and_then(|it| it.query_selector(selector).ok().flatten());
    if let Some(element) = found {
        element.scroll_into_view_with_bool(false);
    }
}

/// Whether the element of an id has the focus.
pub(super) fn has_focus(id: &str) -> bool {
    let active = document().and_then(|it| it.active_element());
    active.is_some_and(|it| it.id() == id)
}

/// Whether the focus is inside an element that a selector finds.
pub(super) fn focus_is_within(selector: &str) -> bool {
    let active = document().and_then(|it| it.active_element());
    active.is_some_and(|it| it.closest(selector).ok().flatten().is_some())
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

/// Storage, where the page is allowed to have any.
fn storage() -> Option<Storage> {
    window()?.local_storage().ok()?
}

fn stored_key(key: &str) -> String {
    format!("quorumscope.1.{key}")
}

/// What was remembered on this device.
pub(super) fn recall(key: &str) -> Option<String> {
    storage()?.get_item(&stored_key(key)).ok()?
}

/// Remembers on this device, where that is allowed.
pub(super) fn remember(key: &str, value: &str) {
    if let Some(storage) = storage() {
        storage.set_item(&stored_key(key), value).ok();
    }
}

/// Whether a media query holds now.
pub(super) fn matches(query: &str) -> bool {
    let list = window().and_then(|window| window.match_media(query).ok().flatten());
    list.is_some_and(|list| list.matches())
}

/// Calls back whenever a media query begins or ceases to hold. The listener lasts as long as the
/// page.
pub(super) fn on_media_change(query: &str, callback: yew::Callback<bool>) {
    let list = window().and_then(|window| window.match_media(query).ok().flatten());
    if let Some(list) = list {
        let listener = Closure::<dyn Fn(web_sys::MediaQueryListEvent)>::new(
            move |event: web_sys::MediaQueryListEvent| callback.emit(event.matches()),
        );
        let function = listener.as_ref().unchecked_ref();
        list.add_event_listener_with_callback("change", function)
            .ok();
        listener.forget();
    }
}

/// Calls back on every key press in the document. The listener lasts as long as the page.
pub(super) fn on_key_down(callback: yew::Callback<web_sys::KeyboardEvent>) {
    if let Some(document) = document() {
        let listener = Closure::<dyn Fn(web_sys::KeyboardEvent)>::new(move |event| {
            callback.emit(event);
        });
        let function = listener.as_ref().unchecked_ref();
        document
            .add_event_listener_with_callback("keydown", function)
            .ok();
        listener.forget();
    }
}

/// Offers a text as a file; says whether the browser took it.
pub(super) fn download(name: &str, text: &str) -> bool {
    let attempt = || -> Option<()> {
        let parts = js_sys::Array::of1(&JsValue::from_str(text));
        let options = web_sys::BlobPropertyBag::new();
        options.set_type("application/json");
        let blob = web_sys::Blob::new_with_str_sequence_and_options(&parts, &options).ok()?;
        let url = web_sys::Url::create_object_url_with_blob(&blob).ok()?;
        let anchor = document()?.create_element("a").ok()?;
        let anchor: web_sys::HtmlAnchorElement = anchor.dyn_into().ok()?;
        anchor.set_href(&url);
        anchor.set_download(name);
        anchor.click();
        // Not at once: the browser may not have read it yet.
        let forget = gloo_timers::callback::Timeout::new(DOWNLOAD_MS, move || {
            web_sys::Url::revoke_object_url(&url).ok();
        });
        forget.forget();
        Some(())
    };
    attempt().is_some()
}

/// Reads a file that somebody chose.
pub(super) async fn read_text(file: web_sys::File) -> Result<String, String> {
    let text = wasm_bindgen_futures::JsFuture::from(file.text()).await;
    text.map(|text| text.as_string().unwrap_or_default())
        .map_err(|error| message_of(&error))
}

/// A seed that nobody has chosen. The engine never calls this.
pub(super) fn fresh_seed() -> u32 {
    (js_sys::Math::random() * 1_000_000.0) as u32
}
