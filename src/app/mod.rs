//! The page: yew components, and the few browser calls that they need (in `host`).

mod dialog;
mod dom;
mod header;
mod host;
mod keys;
mod lab;
mod motion;
mod panel;
mod stage;
mod transport;
mod tray;
mod words;

use wasm_bindgen::prelude::wasm_bindgen;

/// Mounts the page, once its words are there; a failure ends in the boot script's message.
pub fn mount() {
    yew::set_custom_panic_hook(Box::new(|info| {
        host::fail("panic", &info.to_string());
    }));
    wasm_bindgen_futures::spawn_local(async {
        let language = words::Language::preferred();
        match words::Words::load(language).await {
            Ok(words) => {
                host::set_language(language.tag(), words.t("ui.title"));
                let root = host::element("lab");
                match root {
                    Some(root) => {
                        yew::Renderer::<lab::Lab>::with_root_and_props(root, lab::Props { words })
                            .render();
                        host::ready();
                    }
                    None => host::fail("load", "the page has no element #lab"),
                }
            }
            Err(error) => host::fail("load", &error),
        }
    });
}

/// Panics. It is there to try the failure page: what happens then must not depend on luck.
#[wasm_bindgen]
pub fn force_panic() {
    panic!("a panic on request");
}

/// Traps without a panic, as exhausted memory or a broken stack does.
#[wasm_bindgen]
pub fn force_trap() {
    core::arch::wasm32::unreachable()
}
