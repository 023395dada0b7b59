//! Files that the page offers, and files that somebody chose.

use wasm_bindgen::prelude::*;
use wasm_bindgen_futures::JsFuture;

use super::{document, message_of};

/// How long a browser gets to read a file that it was offered, in milliseconds.
const DOWNLOAD_MS: u32 = 10_000;

/// Offers a text as a file; says whether the browser took it.
pub(in crate::app) fn download(name: &str, text: &str) -> bool {
    offer(name, "application/json", &JsValue::from_str(text)).is_some()
}

/// Offers a text, or a part of one, as a file of a kind.
pub(super) fn offer(name: &str, kind: &str, part: &JsValue) -> Option<()> {
    let parts = js_sys::Array::of1(part);
    let options = web_sys::BlobPropertyBag::new();
    options.set_type(kind);
    let blob = web_sys::Blob::new_with_blob_sequence_and_options(&parts, &options).ok()?;
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
}

/// Reads a file that somebody chose.
pub(in crate::app) async fn read_text(file: web_sys::File) -> Result<String, String> {
    let text = JsFuture::from(file.text()).await;
    text.map(|text| text.as_string().unwrap_or_default())
        .map_err(|error| message_of(&error))
}
