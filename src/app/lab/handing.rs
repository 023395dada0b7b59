//! Handing over to the full program, and taking over from the core.

use super::{Lab, Msg, RATES};
use crate::app::handing::{Ask, Handed, Screen};
use crate::app::host;
use crate::app::words::Shared;

impl Lab {
    /// Fetches the full program, which will do what was asked. Until it is there, this one goes
    /// on; what is asked meanwhile takes the place of what was asked before.
    pub(super) fn ask_full(&mut self, ask: Ask) {
        self.notice = None;
        if self.wanted.replace(ask).is_some() {
            return;
        }
        let send = self.send.clone();
        wasm_bindgen_futures::spawn_local(async move {
            host::fetch_full().await;
            send.emit(Msg::FullFailed);
        });
    }

    /// The language and the protocol on the page, as two words.
    pub(in crate::app) fn words_shown(&self) -> String {
        format!("{} {}", self.words.language.tag(), self.session.about().key)
    }

    /// Everything that another program needs to go on from here, as one text.
    pub(in crate::app) fn state(&self) -> String {
        let screen = Screen {
            language: self.words.language,
            theme: self.theme,
            shortcut_keys: self.shortcut_keys,
            selected: self.selected,
            choosing: self.choosing,
            panel: self.panel,
            dialog: self.dialog,
            running: self.running,
            speed: self.speed,
            shown: self.motion.shown() as u64,
            focus: host::focus_way(),
            menu: host::menu_is_open(),
            draft: host::draft(),
            ask: self.wanted.clone(),
        };
        screen.write(&self.session)
    }

    /// Goes on from where the core was.
    pub(super) fn take_over(&mut self, handed: Handed) {
        let screen = handed.screen;
        self.session = handed.session.into();
        self.moment = Shared::new(self.session.moment());
        self.theme = screen.theme;
        self.shortcut_keys = screen.shortcut_keys;
        self.selected = screen.selected;
        self.choosing = screen.choosing;
        self.panel = screen.panel;
        self.dialog = screen.dialog;
        self.speed = screen.speed.min(RATES.len() - 1);
        self.motion.jump(screen.shown as f64);
        self.arriving = Some(screen);
    }

    /// What can only be brought back once the page is drawn; then does what was asked.
    pub(super) fn arrive(&mut self) {
        let Some(screen) = self.arriving.take() else {
            return;
        };
        if screen.menu {
            host::open_menu();
        }
        if let Some(way) = &screen.focus {
            host::focus_at(way);
        }
        host::set_draft(&screen.draft);
        let now = self.session.now() as f64;
        if screen.running {
            self.set_running(true);
        } else if self.motion.shown() < now {
            // The core was on its way to the moment.
            self.motion.glide(now);
        }
        if let Some(ask) = screen.ask {
            self.respond(ask.into());
        }
    }
}
