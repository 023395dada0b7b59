//! Choosing a thing on stage, and letting go of it.

use super::{Choosing, Lab, Thing};
use crate::app::crowd::{self, Link};
use crate::app::dialog::Dialog;
use crate::app::{FULL, host, stage};
use crate::protocol::NodeId;
use crate::world::Action;

impl Lab {
    pub(super) fn wait_for(&mut self, choosing: Choosing) {
        self.set_running(false);
        let same = self.choosing == choosing;
        self.choosing = if same { Choosing::Nothing } else { choosing };
    }

    pub(super) fn choose(&mut self, thing: Thing) {
        match (self.choosing, thing) {
            (Choosing::Node, Thing::Node(id)) => self.act(Action::Crash(id)),
            (Choosing::Message, Thing::Message(id)) => self.act(Action::Drop(id)),
            _ => {
                self.choosing = Choosing::Nothing;
                let again = self.selected == Some(thing);
                self.selected = if again { None } else { Some(thing) };
                if FULL && self.crowd.link.take().is_some() {
                    // It has a mark of its own now.
                    self.crowd.focus = self.selected.map(|it| self.stage_in_hand().id(it));
                }
            }
        }
    }

    /// Lists the messages of a link, or no longer.
    pub(super) fn list(&mut self, link: Option<Link>) {
        let closed = self.crowd.link;
        self.crowd.link = link;
        self.crowd.focus = match (link, closed) {
            (Some(link), _) => crowd::first_id(&self.moment, link),
            // The focus goes back to where the list came from.
            (None, Some(link)) => stage::crowd_of(&self.moment, &self.look(), link),
            (None, None) => None,
        };
    }

    pub(super) fn choose_nth(&mut self, number: u8) {
        if self.choosing == Choosing::Message {
            let order = stage::by_arrival(&self.moment);
            if let Some(id) = order.get(usize::from(number) - 1) {
                self.choose(Thing::Message(*id));
            }
        } else if self.moment.node(NodeId(number)).is_some() {
            if self.choosing == Choosing::Nothing {
                self.selected = None;
                host::focus(&self.stage_in_hand().id(Thing::Node(NodeId(number))));
            }
            self.choose(Thing::Node(NodeId(number)));
        }
    }

    /// Closes what is on top: a dialogue, a menu, a choice that is waited for, or the tray.
    pub(super) fn dismiss(&mut self) {
        self.notice = None;
        if FULL && self.faults.leave() {
            return;
        }
        if self.dialog != Dialog::None {
            self.dialog = Dialog::None;
            if FULL {
                self.finder.leave();
            }
        } else if FULL && self.crowd.link.is_some() {
            self.list(None);
        } else if !host::close_menus() && self.choosing != Choosing::Nothing {
            self.choosing = Choosing::Nothing;
        } else if FULL && self.diagram.picked().is_some() {
            self.diagram.clear();
        } else if let Some(thing) = self.selected.take() {
            // The focus goes back to what the tray was about.
            host::focus(&self.stage_in_hand().id(thing));
        }
    }
}
