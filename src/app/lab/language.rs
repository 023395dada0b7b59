//! The page's language, and the texts that it needs.

use super::{Lab, Msg};
use crate::app::words::{Language, Words};
use crate::app::{FULL, host};

impl Lab {
    pub(super) fn switch_language(&mut self) {
        let language = self.words.language.other();
        self.load_words(language, self.session.about().key);
    }

    /// Loads the texts of a protocol, in a language.
    pub(super) fn load_words(&mut self, language: Language, protocol: &'static str) {
        self.words_asked += 1;
        let asked = self.words_asked;
        let send = self.send.clone();
        if !FULL {
            // There is one protocol.
            return wasm_bindgen_futures::spawn_local(async move {
                let loaded = Words::load(language, protocol).await;
                send.emit(Msg::WordsLoaded(asked, loaded));
            });
        }
        let words = self.words.clone();
        let others = self.protocols_shown();
        wasm_bindgen_futures::spawn_local(async move {
            let mut loaded = words.with(language, protocol).await;
            for other in others {
                if let Ok(words) = loaded {
                    loaded = words.with(language, other).await;
                }
            }
            send.emit(Msg::WordsLoaded(asked, loaded));
        });
    }

    pub(super) fn on_words(&mut self, asked: u32, words: Result<Words, String>) -> bool {
        if asked != self.words_asked {
            return false;
        }
        let after = self.after_words.take();
        match words {
            Ok(words) => {
                if words.language != self.words.language {
                    host::storing::remember("language", words.language.tag());
                    host::set_language(words.language.tag(), words.t("ui.title"));
                }
                self.notice = None;
                let translated = words.language != self.words.language;
                self.words = words;
                if FULL && translated {
                    self.translate_lesson();
                }
                if let Some(msg) = after {
                    self.respond(msg);
                }
            }
            Err(_) => self.complain(match after {
                Some(_) => "ui.texts_failed",
                None => "ui.language_failed",
            }),
        }
        true
    }
}
