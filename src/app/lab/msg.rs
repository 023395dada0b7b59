//! What can happen to the page.

use std::mem::ManuallyDrop;

use yew::prelude::*;

use super::Thing;
use crate::app::FULL;
use crate::app::compare::Compare;
use crate::app::crowd::Link;
use crate::app::diagram::Draw;
use crate::app::dialog::Dialog;
use crate::app::embed::Embed;
use crate::app::export::Export;
use crate::app::faults::Fault;
use crate::app::handing::Ask;
use crate::app::lecture::Lecture;
use crate::app::lesson::Learn;
use crate::app::only::Only;
use crate::app::panel::{Branching, Panel};
use crate::app::pins::Pinning;
use crate::app::search::Find;
use crate::app::share::Share;
use crate::app::stored::Store;
use crate::app::undo::Retrace;
use crate::app::until::Going;
use crate::app::why_not::Doubt;
use crate::app::words::Words;
use crate::protocol::{ClientId, NodeId};
use crate::world::Action;

/// What can happen to the page.
#[derive(Clone)]
pub(in crate::app) enum Msg {
    Step,
    Back,
    First,
    Stride,
    /// Leaves what was recorded ahead of the cursor.
    Fork,
    RunPause,
    Speed(usize),
    Seek(usize),
    /// An event is due at this virtual time, while the run flows.
    Due(f64),
    Act(Action),
    /// Somebody tried what makes no sense now: why, as the last part of a key.
    Complain(&'static str),
    /// Shows the state of a node or a client.
    Look(Thing),
    /// A client, or one that is free, asks a node, or the one it believes in, for something.
    Submit(Option<ClientId>, Option<NodeId>, String),
    Kill,
    DropMessage,
    CutOff,
    /// Somebody chose a thing on stage.
    Choose(Thing),
    /// The nth thing, counted from 1: a node, or the message with that number.
    ChooseNth(u8),
    /// Escape: whatever is open or chosen is not any more.
    Dismiss,
    Panel(Panel),
    Show(Dialog),
    Protocol(&'static str),
    Nodes(u8),
    Variant(&'static str, bool),
    /// Quorums of these sizes.
    Quorums([u8; 2]),
    FreshSeed,
    Language,
    /// The texts that were asked for at that number are there, or not.
    WordsLoaded(u32, Result<Words, String>),
    Theme,
    ShortcutKeys(bool),
    /// The window has another size.
    Resized,
    /// The stage is to be drawn in its narrow form, or in its wide one.
    Narrow(bool),
    Key(KeyboardEvent),
    Save,
    OpenFile(web_sys::File),
    FileRead(Result<String, String>),
    /// A file that takes long gets its next turn.
    GoOnOpening,
    /// The page is drawn for the first time, and what the core had is to be gone on with.
    Arrived,
    /// The full program did not come.
    FullFailed,
    /// Shows only what the chosen node knows, or the whole truth again.
    SwitchEyes,
    /// What the full program does.
    More(Only<More>),
    /// What the core wishes of the full program.
    Ask(Ask),
}

/// What can happen to the page of the full program alone. Where somebody asks the core for it, that
/// becomes an [`Ask`].
#[derive(Clone)]
pub(in crate::app) enum More {
    Find(Find),
    Learn(Learn),
    Compare(Compare),
    Doubt(Doubt),
    Retrace(Retrace),
    Going(Going),
    Pinning(Pinning),
    /// Lists the messages of a link, or no longer.
    Crowd(Option<Link>),
    Diagram(Draw),
    Export(Export),
    Fault(Fault),
    Branch(Branching),
    /// Shows only what this node knows, or the whole truth.
    Eyes(Option<NodeId>),
    Share(Share),
    Lecture(Lecture),
    Embed(Embed),
    Store(Store),
}

impl From<More> for Msg {
    fn from(more: More) -> Self {
        match FULL {
            true => Self::More(Only::new(|| more)),
            // Not dropped: there is next to nothing to drop, and much code that would.
            false => Ask::of_more(&ManuallyDrop::new(more)).map_or(Self::Dismiss, Self::Ask),
        }
    }
}
