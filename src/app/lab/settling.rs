//! What can only be done once the page is drawn: the focus, what is scrolled into sight, and marks.

use yew::prelude::*;

use super::{Lab, Msg};
use crate::app::dialog::Dialog;
use crate::app::{FULL, host, stage, why_not};

impl Lab {
    pub(super) fn settle(&mut self, ctx: &Context<Self>) {
        // Only now: while a modal dialogue is there, nothing behind it takes the focus.
        if self.dialog == Dialog::None
            && let Some(opener) = self.opener.take()
        {
            opener.focus().ok();
        }
        if FULL && let Some(id) = self.finder.focus.take() {
            host::focus(id);
        }
        if FULL && let Some(id) = self.crowd.focus.take() {
            host::focus(&id);
            host::reveal(".tray");
        }
        if FULL && let Some(id) = self.lecturer.focus.take() {
            host::focus(&id);
        }
        if FULL && std::mem::take(&mut self.finder.reveal) && self.narrow {
            host::reveal(".strip");
        }
        if FULL && std::mem::take(&mut self.doubts.focus) {
            host::focus(why_not::ANSWER);
        }
        if FULL && std::mem::take(&mut self.doubts.reveal) {
            host::reveal_near("#why-not-answer");
        }
        if self.arriving.is_some() {
            ctx.link().send_message(Msg::Arrived);
        }
        if FULL {
            self.tell_page();
        }
        if self.narrow
            && !(FULL && self.embedded.frame.embed)
            && self.selected.is_some()
            && self.revealed != self.selected
        {
            host::reveal(".tray");
        }
        self.revealed = self.selected;
        if FULL {
            self.point();
        }
        let of_both = if FULL { self.scenes_of_both() } else { None };
        let one = || {
            let look = self.look();
            vec![stage::scene(&self.moment, &self.words, &look, &self.motion)]
        };
        self.motion.set_scenes(of_both.unwrap_or_else(one));
        // Last, since it lays the page out, and whatever came after would have it done again.
        self.measure_stage();
        if FULL && self.diagram.is_open() && self.around.is_new() {
            self.measure_diagram();
        }
    }
}
