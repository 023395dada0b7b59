//! Light or dark.

use super::{Lab, Theme};
use crate::app::host;

impl Lab {
    pub(super) fn change_theme(&mut self) {
        self.theme = match self.theme {
            Theme::Light => Theme::Dark,
            Theme::Dark => Theme::Light,
        };
        host::storing::remember("theme", self.theme.word());
        self.show_theme();
    }

    pub(super) fn show_theme(&self) {
        let name = match self.theme {
            Theme::Light if self.lectures() => "projector",
            Theme::Dark if self.lectures() => "projector-dark",
            theme => theme.word(),
        };
        host::set_page_attribute("data-theme", Some(name));
    }
}
