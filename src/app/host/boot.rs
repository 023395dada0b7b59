//! The boot script, which loads what the page needs, holds the run, and speaks when all else fails.

use js_sys::{Function, Promise};
use wasm_bindgen::prelude::*;
use wasm_bindgen_futures::JsFuture;

use super::{close_dialog, document, message_of};

#[wasm_bindgen]
extern "C" {
    #[wasm_bindgen(js_namespace = quorumscope, js_name = load)]
    fn boot_load(name: &str) -> Promise;
    #[wasm_bindgen(js_namespace = quorumscope, js_name = hold)]
    fn boot_hold(index: u32, line: &str);
    #[wasm_bindgen(js_namespace = quorumscope, js_name = ready)]
    fn boot_ready();
    #[wasm_bindgen(js_namespace = quorumscope, js_name = fail)]
    fn boot_fail(kind: &str, detail: &str);
    #[wasm_bindgen(js_namespace = quorumscope, js_name = full)]
    fn boot_full() -> Promise;
    #[wasm_bindgen(js_namespace = quorumscope, js_name = words)]
    fn boot_words() -> Option<String>;
    #[wasm_bindgen(js_namespace = quorumscope, js_name = take)]
    fn boot_take() -> Option<String>;
    #[wasm_bindgen(js_namespace = quorumscope, js_name = decline)]
    fn boot_decline(detail: &str);
    #[wasm_bindgen(js_namespace = quorumscope, js_name = script)]
    fn boot_script(name: &str) -> Promise;
    #[wasm_bindgen(catch, js_namespace = quorumscope, js_name = search)]
    fn boot_search(request: &str, tell: &JsValue) -> Result<Function, JsValue>;
}

/// Loads an asset, from an inlined block first and by a request second. The loading begins at
/// once, and not only when it is waited for.
pub(in crate::app) fn load(name: &str) -> impl Future<Output = Result<Vec<u8>, String>> + use<> {
    let bytes = JsFuture::from(boot_load(name));
    async {
        match bytes.await {
            Ok(bytes) => Ok(js_sys::Uint8Array::new(&bytes).to_vec()),
            Err(error) => Err(message_of(&error)),
        }
    }
}

/// The service worker, which the page of the built folder lists and no other.
pub(in crate::app) const WORKER: &str = "sw.js";

/// Whether the page lists an asset.
pub(in crate::app) fn lists(name: &str) -> bool {
    let selector = format!("[data-asset='{name}']");
    let found = document().and_then(|it| it.query_selector(&selector).ok().flatten());
    found.is_some()
}

/// Lists more assets in the page, where the boot script looks for them: a name and an address a
/// line. The single file has them already.
pub(in crate::app) fn list_late(list: &[u8]) -> Option<()> {
    let document = document()?;
    let head = document.query_selector("head").ok()??;
    for line in String::from_utf8_lossy(list).lines() {
        let (name, address) = line.split_once(' ')?;
        if lists(name) {
            continue;
        }
        let link = document.create_element("link").ok()?;
        link.set_attribute("rel", "asset").ok()?;
        link.set_attribute("data-asset", name).ok()?;
        link.set_attribute("href", address).ok()?;
        head.append_child(&link).ok()?;
    }
    Some(())
}

/// Adds a style sheet to the page: in a way that the strictest policy allows, in the folder and in
/// the single file alike.
pub(in crate::app) fn add_style(bytes: &[u8]) -> Option<()> {
    let document = document()?;
    let sheet = web_sys::CssStyleSheet::new().ok()?;
    sheet.replace_sync(&String::from_utf8_lossy(bytes)).ok()?;
    let sheets = js_sys::Array::from(&document.adopted_style_sheets());
    sheets.push(&sheet);
    document.set_adopted_style_sheets(&sheets);
    Some(())
}

/// Tells the boot script that the page is there.
pub(in crate::app) fn ready() {
    boot_ready();
}

/// Ends in the boot script's message.
pub(in crate::app) fn fail(kind: &str, detail: &str) {
    boot_fail(kind, detail);
}

/// Lets the boot script hold one line of the run; the lines after it are gone.
pub(in crate::app) fn hold(index: usize, line: &str) {
    boot_hold(index as u32, line);
}

/// Fetches the full program, which then takes this one's place. It comes back only where that has
/// failed.
pub(in crate::app) async fn fetch_full() {
    JsFuture::from(boot_full()).await.ok();
}

/// The language and the protocol that the core, which is about to hand over, has on the page.
pub(in crate::app) fn shown() -> Option<(String, String)> {
    let words = boot_words()?;
    let (language, protocol) = words.split_once(' ')?;
    Some((language.into(), protocol.into()))
}

/// What the core gave up its place with; nothing where it was not on the page.
pub(in crate::app) fn take_over() -> Option<String> {
    boot_take()
}

/// Says that this program cannot start: the core goes on, if it is there.
pub(in crate::app) fn decline(detail: &str) {
    boot_decline(detail);
}

/// Loads the carrier of searches. It is loaded anew for each of them: memory that a program has
/// had on the page is given back only with the program, and one that has panicked is of no use.
pub(in crate::app) async fn load_search() -> Result<(), String> {
    let loaded = JsFuture::from(boot_script("quorumscope-search.js")).await;
    loaded.map(|_| ()).map_err(|error| message_of(&error))
}

/// A search under way. It stops when this goes.
pub(in crate::app) struct Searching {
    stop: Function,
    _tell: Closure<dyn Fn(String, String)>,
}

impl Drop for Searching {
    fn drop(&mut self) {
        self.stop.call0(&JsValue::NULL).ok();
    }
}

/// Begins to serve a request, once the carrier is there; what it says comes as a kind and a text.
pub(in crate::app) fn search(
    request: &str,
    said: yew::Callback<(String, String)>,
) -> Option<Searching> {
    let tell = Closure::<dyn Fn(String, String)>::new(move |kind: String, text: String| {
        if kind == "failed" {
            close_dialog();
        }
        said.emit((kind, text));
    });
    let stop = boot_search(request, tell.as_ref()).ok()?;
    Some(Searching { stop, _tell: tell })
}
