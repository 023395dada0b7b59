//! Styles that only the full program needs.

use js_sys::{Array, Reflect};
use wasm_bindgen::prelude::*;

use super::document;

#[wasm_bindgen]
extern "C" {
    #[wasm_bindgen(js_name = CSSStyleSheet)]
    type StyleSheet;
    #[wasm_bindgen(constructor, catch, js_class = "CSSStyleSheet")]
    fn new() -> Result<StyleSheet, JsValue>;
    #[wasm_bindgen(method, catch, js_name = replaceSync)]
    fn replace(this: &StyleSheet, text: &str) -> Result<(), JsValue>;
}

/// Adds a style sheet, as a text, to the page: no link, so that it is the same in the single file,
/// and no element, so that a strict policy allows it.
pub(in crate::app) fn adopt(text: &str) -> Option<()> {
    let sheet = StyleSheet::new().ok()?;
    sheet.replace(text).ok()?;
    let document = document()?;
    let name = JsValue::from("adoptedStyleSheets");
    let adopted = Reflect::get(&document, &name).ok()?;
    let all = Array::from(&adopted).concat(&Array::of1(&sheet));
    Reflect::set(&document, &name, &all).ok()?;
    Some(())
}
