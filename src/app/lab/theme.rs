//! Light or dark.

use super::Lab;
use crate::app::host;

/// What the page's colours are made for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(in crate::app) enum Theme {
    Light,
    Dark,
}

impl Lab {
    pub(super) fn change_theme(&mut self) {
        self.theme = match self.theme {
            Theme::Light => Theme::Dark,
            Theme::Dark => Theme::Light,
        };
        let name = self.theme_name();
        host::storing::remember("theme", name);
        self.show_theme();
    }

    fn theme_name(&self) -> &'static str {
        match self.theme {
            Theme::Light => "light",
            Theme::Dark => "dark",
        }
    }

    pub(super) fn show_theme(&self) {
        let name = match self.theme {
            Theme::Light if self.lectures() => "projector",
            Theme::Dark if self.lectures() => "projector-dark",
            _ => self.theme_name(),
        };
        host::set_page_attribute("data-theme", Some(name));
    }
}
