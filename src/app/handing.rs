//! What the core asks of the full program, which then takes over ([`crate::view::handing`]).

use super::diagram::Draw;
use super::dialog::Dialog;
use super::faults::Fault;
use super::lab::{More, Msg, Thing};
use super::lecture::Lecture;
use super::share::Share;
use crate::protocol::registry;
pub(super) use crate::view::handing::{Ask, Handed, Screen};

impl Ask {
    /// What a message asks for, where the core cannot do it.
    pub(super) fn of(msg: &Msg) -> Option<Self> {
        Some(match msg {
            Msg::Show(dialog) if *dialog != Dialog::None => Self::Show(*dialog),
            Msg::Protocol(key) if registry::find(key).is_none() => Self::Protocol(key),
            Msg::Choose(Thing::Client(id)) | Msg::Look(Thing::Client(id)) => Self::Client(*id),
            Msg::FileRead(Ok(text)) => Self::Open(text.clone()),
            _ => return None,
        })
    }

    /// The same for what only the full program does, as far as the core has anything to ask for it
    /// with.
    pub(super) fn of_more(more: &More) -> Option<Self> {
        Some(match more {
            More::Retrace(way) => Self::Retrace(*way),
            More::Fault(Fault::Move(_)) => Self::Pulling,
            More::Fault(_) => Self::Faults,
            More::Diagram(_) => Self::Diagram,
            More::Eyes(Some(id)) => Self::Eyes(*id),
            More::Share(Share::Open(link)) => Self::Link(link.clone()),
            More::Lecture(_) => Self::Lecture,
            _ => return None,
        })
    }
}

impl From<Ask> for Msg {
    fn from(ask: Ask) -> Self {
        match ask {
            Ask::Show(dialog) => Self::Show(dialog),
            Ask::Protocol(key) => Self::Protocol(key),
            Ask::Client(id) => Self::Choose(Thing::Client(id)),
            Ask::Open(text) => Self::FileRead(Ok(text)),
            Ask::Retrace(way) => More::Retrace(way).into(),
            Ask::Diagram => More::Diagram(Draw::Toggle).into(),
            Ask::Faults => More::Fault(Fault::More).into(),
            Ask::Pulling => More::Fault(Fault::Leave).into(),
            Ask::Eyes(id) => More::Eyes(Some(id)).into(),
            Ask::Link(link) => More::Share(Share::Open(link)).into(),
            Ask::Lecture => More::Lecture(Lecture::Toggle).into(),
        }
    }
}
