//! Asking why not, and notes pinned to moments.

use super::Lab;
use crate::app::dialog::Dialog;
use crate::app::panel::Panel;
use crate::app::pins::{FIELD, Pinning};
use crate::app::why_not::Doubt;
use crate::app::{host, transport};
use crate::view::PinError;

impl Lab {
    pub(super) fn doubt(&mut self, doubt: Doubt) {
        match doubt {
            Doubt::Ask(asked) => self.doubts.ask(asked),
            Doubt::Refused(action, label, error) => {
                self.complain(&format!("error.{error}"));
                self.panel = Panel::Why;
                self.doubts.ask_of_action(action, label);
            }
        }
    }

    pub(super) fn pinning(&mut self, pinning: Pinning) {
        self.notice = None;
        let position = self.session.position();
        let Some(session) = self.session.alone_mut() else {
            return self.complain("compare.one_only");
        };
        match pinning {
            Pinning::Write(text) => {
                // Behind a dialogue, nobody would hear a complaint.
                self.dialog = Dialog::None;
                match session.pin(position, &text) {
                    Ok(()) => self.refresh(),
                    Err(PinError::BadText) => self.complain("pin.bad_text"),
                    Err(PinError::TooMany) => self.complain("pin.too_many"),
                }
            }
            Pinning::Delete(position) => {
                session.unpin(position);
                host::focus(FIELD);
            }
            Pinning::Go(position) => {
                self.dialog = Dialog::None;
                self.opener = host::html_element(transport::STEP);
                self.seek(position);
            }
            Pinning::Edit(position) => {
                self.seek(position);
                host::focus(FIELD);
            }
        }
    }
}
