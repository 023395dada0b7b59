//! What is stored on this device, and clearing it. Only the full program has this dialogue.

use yew::prelude::*;

use super::dom::{all, button, classed, el};
use super::host::storing;
use super::lab::{More, Msg};
use super::words::Words;

/// The keys of what are preferences; all others are of lessons.
const PREFERENCES: [&str; 5] = ["diagram", "fold", "keys", "language", "theme"];

/// What concerns what is stored, of all that can happen to the page.
#[derive(Clone)]
pub(super) enum Store {
    /// So many files are kept for offline; nothing where none can be.
    Counted(Option<u32>),
    /// All files are to be kept.
    Keep,
    /// They are, or something is missing.
    Kept(bool),
    /// Everything is to be forgotten.
    Clear,
    /// It is.
    Cleared,
}

/// What the dialogue shows.
#[derive(Default)]
pub(super) struct Stored {
    files: Option<u32>,
    cleared: bool,
    keeping: bool,
    /// Whether all was kept when that was asked for last.
    kept: Option<bool>,
}

impl Stored {
    /// Does what was asked; later it says how that went.
    pub(super) fn respond(&mut self, store: Store, send: &Callback<Msg>) {
        match store {
            Store::Counted(files) => {
                self.files = files;
                self.keeping = false;
            }
            Store::Keep => {
                self.keeping = true;
                self.cleared = false;
                self.kept = None;
                let send = send.clone();
                wasm_bindgen_futures::spawn_local(async move {
                    let kept = storing::keep().await;
                    send.emit(More::Store(Store::Kept(kept)).into());
                    count(&send).await;
                });
            }
            Store::Kept(kept) => self.kept = Some(kept),
            Store::Clear => {
                self.kept = None;
                let send = send.clone();
                wasm_bindgen_futures::spawn_local(async move {
                    storing::clear().await;
                    send.emit(More::Store(Store::Cleared).into());
                    count(&send).await;
                });
            }
            Store::Cleared => self.cleared = true,
        }
    }

    /// The dialogue opens.
    pub(super) fn open(&mut self, send: &Callback<Msg>) {
        *self = Self::default();
        let send = send.clone();
        wasm_bindgen_futures::spawn_local(async move { count(&send).await });
    }
}

async fn count(send: &Callback<Msg>) {
    let files = storing::files_kept().await;
    send.emit(More::Store(Store::Counted(files)).into());
}

/// The dialogue's content.
pub(super) fn dialog(stored: &Stored, words: &Words, send: &Callback<Msg>) -> Html {
    let keys = storing::keys();
    let of = |preferences: bool| {
        let some = keys.iter();
        let some = some.filter(|key| PREFERENCES.contains(&&***key) == preferences);
        some.count().to_string()
    };
    let (preferences, progress) = (of(true), of(false));
    let files = stored.files.unwrap_or(0).to_string();
    let line = |key: &'static str, count: &str| {
        let text = words.fill(key, &[("count", count)]);
        el("li").key(key).text(&text).end()
    };
    let list = el("ul")
        .child(line("stored.preferences", &preferences))
        .child(line("stored.progress", &progress))
        .child(match stored.files {
            Some(_) => line("stored.files", &files),
            None => line("stored.no_files", ""),
        });
    let said = match (stored.keeping, stored.cleared, stored.kept) {
        (true, ..) => "stored.keeping",
        (_, true, _) => "stored.cleared",
        (.., Some(true)) => "stored.kept",
        (.., Some(false)) => "stored.not_kept",
        _ => "",
    };
    let status = el("span").set("role", "status");
    let status = match said {
        "" => status,
        key => status.text(words.t(key)),
    };
    let mut row = classed("div", "row");
    // A page without a worker, in a frame for one, has nothing that could keep files.
    if stored.files.is_some_and(|count| count > 0) {
        row = row.with(button(send, More::Store(Store::Keep).into()).text(words.t("stored.keep")));
    }
    let row = row
        .with(button(send, More::Store(Store::Clear).into()).text(words.t("stored.clear")))
        .with(status);
    let says = el("p").text(words.t("stored.says"));
    all([says, list, row].into_iter().map(|it| it.end()))
}
