//! The tree of branches, and seeing the run as one of its nodes.

use super::{Lab, More, Thing};
use crate::app::only::Only;
use crate::app::panel::{self, Branching, Panel};
use crate::app::words::Shared;
use crate::app::{FULL, host, transport};
use crate::protocol::NodeId;
use crate::share::FILE_BYTES_MAX;

impl Lab {
    pub(super) fn branch(&mut self, branching: Branching) {
        match branching {
            Branching::Return(id) => {
                self.set_running(false);
                self.notice = None;
                // The button that was pressed goes.
                host::focus(&panel::branch_field(id));
                if let Some(session) = self.session.alone_mut() {
                    session.return_to(id);
                }
                self.hold_all();
                self.refresh();
                self.motion.jump(self.session.now() as f64);
            }
            Branching::Name(id, name) => {
                if let Some(session) = self.session.alone_mut() {
                    session.name_branch(id, &name);
                }
            }
            Branching::Part(branches) => {
                self.set_running(false);
                let session = self.session.alone_mut();
                let parting = session.and_then(|session| session.part(branches));
                *self.parting = parting.map(Shared::new);
            }
            Branching::Close => {
                host::focus(transport::STEP);
                self.parting = Only::default();
            }
        }
    }

    /// Says that what lay ahead is kept, once acting in the past has begun another branch.
    pub(super) fn tell_of_branch(&mut self, before: usize) {
        if self.session.pair().is_some() {
            return;
        }
        let branches = self.session.branches();
        if branches.len() > before {
            let kept = branches.iter().rev().find(|it| !it.on_stage);
            let name = kept.map_or_else(String::new, |it| panel::branch_name(it, &self.words));
            self.parting = Only::default();
            self.notice = Some(self.words.fill("branches.kept", &[("name", &name)]));
        }
    }

    /// The file with all branches. Where they are more than it takes, it is of the one on stage, and
    /// that is said.
    pub(super) fn whole_file(&mut self) -> String {
        let whole = self.session.file_with_branches();
        let text = whole.unwrap_or_else(|| {
            self.complain("branches.too_many");
            self.session.file()
        });
        if text.len() > FILE_BYTES_MAX {
            self.complain("open.saved_too_large");
        }
        text
    }

    pub(super) fn look_through(&mut self, eyes: Option<NodeId>) {
        if FULL && eyes.is_none() && host::focus_is_within(".eyes-strip") {
            host::focus(transport::STEP);
        }
        self.eyes = eyes;
        self.diagram.clear();
        if let Some(node) = eyes {
            self.panel = Panel::State;
            self.selected = Some(Thing::Node(node));
        }
        self.refresh();
    }

    pub(super) fn switch_eyes(&mut self) {
        match (self.eyes, self.selected) {
            (Some(_), _) if FULL => self.look_through(None),
            (None, Some(Thing::Node(id))) => {
                self.respond(More::Eyes(Some(id)).into());
            }
            _ => self.complain("ui.choose_node_first"),
        }
    }
}
