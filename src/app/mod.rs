//! The page: yew components, and the few browser calls that they need (in `host`).
//!
//! It is built twice. The core is what a first visit fetches; what it lacks, the full program has,
//! which then takes over (`handing`).

mod around;
mod compare;
mod crowd;
mod diagram;
mod dialog;
mod dom;
mod embed;
mod export;
mod faults;
mod handing;
mod header;
mod host;
mod keys;
mod lab;
mod lecture;
mod lesson;
mod motion;
mod only;
mod panel;
mod pins;
mod search;
mod share;
mod stage;
mod stored;
mod transport;
mod tray;
mod undo;
mod until;
mod why_not;
mod words;

use std::cell::RefCell;

use wasm_bindgen::prelude::wasm_bindgen;
use yew::AppHandle;

use crate::protocol::registry;
use crate::share::link;
use handing::Handed;
use words::{Language, Words};

/// Whether this is the full program, and not the core.
const FULL: bool = cfg!(feature = "full");

/// What only the full program draws looks as these assets say.
const STYLES: &[&str] = &[
    "full/compare.css",
    "full/crowd.css",
    "full/diagram.css",
    "full/dialogs.css",
    "full/embed.css",
    "full/faults.css",
    "full/knowledge.css",
    "full/lecture.css",
    "full/lesson.css",
    "full/print.css",
    "full/share.css",
    "full/why-not.css",
];

/// The list of what only the full program asks for.
const LATE: &str = "late.txt";

/// The protocol of a first visit.
const FIRST_PROTOCOL: &str = "raft";

thread_local! {
    /// What is on the page.
    static APP: RefCell<Option<AppHandle<lab::Lab>>> = const { RefCell::new(None) };
}

/// Mounts the page, once its words are there; a failure ends in the boot script's message.
pub fn mount() {
    yew::set_custom_panic_hook(Box::new(|info| {
        host::fail("panic", &info.to_string());
    }));
    // Two ways: what is awaited in one stays in the program, whether or not it is ever reached.
    match FULL {
        true => wasm_bindgen_futures::spawn_local(async {
            if let Err(error) = start_full().await {
                host::decline(&error);
            }
        }),
        false => wasm_bindgen_futures::spawn_local(async {
            let words = Words::load(Language::preferred(), FIRST_PROTOCOL).await;
            if let Err(error) = words.and_then(|words| show(words, None)) {
                host::decline(&error);
            }
        }),
    }
}

async fn start_full() -> Result<(), String> {
    host::list_late(&host::load(LATE).await?);
    let (language, protocol) = shown();
    let mut words = Words::load(language, protocol).await?;
    // The core goes on meanwhile, and its language or protocol may be switched.
    while !words.are_for(shown()) {
        let (language, protocol) = shown();
        words = words.with(language, protocol).await?;
    }
    // All begin to load at once.
    let styles: Vec<_> = STYLES.iter().map(|name| host::load(name)).collect();
    for style in styles {
        host::add_style(&style.await?);
    }
    // From here on the core is gone.
    let state = host::take_over();
    let handed = match &state {
        Some(state) => Some(Handed::read(state).ok_or("the state of the core is damaged")?),
        None => None,
    };
    show(words, handed)
}

/// Puts the lab on the page.
fn show(words: Words, handed: Option<Handed>) -> Result<(), String> {
    host::set_language(words.language.tag(), words.t("ui.title"));
    let root = host::root(handed.is_some()).ok_or("the page has no element #lab")?;
    let props = lab::Props::new(words, handed);
    let app = yew::Renderer::<lab::Lab>::with_root_and_props(root, props).render();
    APP.set(Some(app));
    host::ready();
    Ok(())
}

/// The language and the protocol that the core has on the page; where it is not there, those of a
/// first visit.
fn shown() -> (Language, &'static str) {
    let core = host::shown();
    let language = core.as_ref().and_then(|(tag, _)| Language::of(tag));
    let protocol = core.as_ref().and_then(|(_, key)| registry::find(key));
    (
        language.unwrap_or_else(Language::preferred),
        protocol.map_or_else(first_protocol, |about| about.key),
    )
}

/// The protocol of the link in the address; where there is none, that of a first visit.
fn first_protocol() -> &'static str {
    let run = host::sharing::link().and_then(|link| link::read(&link).ok());
    let protocol = run.and_then(|run| registry::find(&run.scenario.protocol));
    protocol.map_or(FIRST_PROTOCOL, |about| about.key)
}

/// The language and the protocol on the page, whose texts the full program loads before it takes
/// over.
#[wasm_bindgen]
pub fn words_shown() -> Option<String> {
    APP.with_borrow(|app| Some(app.as_ref()?.get_component()?.words_shown()))
}

/// Takes the core off the page, and gives the state in which it was, for the full program to go on
/// from. Nothing where it is not on the page: the full program hands over to nobody.
#[wasm_bindgen]
pub fn hand_over() -> Option<String> {
    if FULL {
        return None;
    }
    let app = APP.take()?;
    let state = app.get_component().map(|lab| lab.state());
    app.destroy();
    state
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
