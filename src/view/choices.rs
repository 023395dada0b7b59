//! What the page has open, chosen or set, of all that it could have. Nothing here knows of a
//! browser, so that what is remembered or handed over can be read, and tried, without one.

use crate::protocol::{ClientId, NodeId};
use crate::world::MessageId;

/// Which dialogue is open.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Dialog {
    /// None.
    None,
    /// What the page can do, and its keys.
    Help,
    /// The variants of the protocol.
    BreakRule,
    /// The run as text.
    Transcript,
    /// “Search from here”, and every search under way.
    Search,
    /// “Run until…”, and how far Step goes.
    Until,
    /// The notes of the run.
    Notes,
    /// Groups, links, how they behave, and machines.
    Network,
    /// What to compare with.
    Compare,
    /// The link, the file, and opening others.
    Share,
    /// The scenes of a lecture.
    Scenes,
    /// Nothing is to be seen.
    Black,
    /// Pictures and texts of the run, for elsewhere.
    Export,
    /// What is stored on this device.
    Stored,
    /// The lessons to choose from.
    Lessons,
    /// The glossary, and what is often asked.
    Glossary,
}

/// Which panel is open.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Panel {
    /// What happened, and why.
    Why,
    /// The algorithm, line by line.
    Rules,
    /// What each node has.
    State,
    /// What must hold.
    Properties,
    /// Only the full program has it.
    Branches,
    /// Only while a lesson or a challenge is open.
    Lesson,
    /// Only while the page asks before each step.
    Predict,
}

/// Something on stage that can be chosen.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Thing {
    /// A node.
    Node(NodeId),
    /// A client.
    Client(ClientId),
    /// A message under way.
    Message(MessageId),
}

impl Thing {
    /// What it is called, the same in every language.
    pub fn name(self) -> String {
        match self {
            Self::Node(id) => id.to_string(),
            Self::Client(id) => id.to_string(),
            Self::Message(id) => format!("{} → {}", id.from, id.to),
        }
    }
}

/// What a button waits for somebody to choose.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Choosing {
    /// It waits for nothing.
    Nothing,
    /// For a node.
    Node,
    /// For a message.
    Message,
}

/// Light or dark.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Theme {
    /// Light.
    Light,
    /// Dark.
    Dark,
}

impl Theme {
    /// The theme of a word, as it is remembered.
    pub fn of(word: &str) -> Self {
        match word {
            "dark" => Self::Dark,
            _ => Self::Light,
        }
    }

    /// The word for it.
    pub fn word(self) -> &'static str {
        match self {
            Self::Light => "light",
            Self::Dark => "dark",
        }
    }
}

/// The two ways along what was done.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Retrace {
    /// Takes the last deed back.
    Back,
    /// Does again what was taken back.
    Again,
}

/// A language that the page speaks.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Language {
    /// English.
    English,
    /// Simplified Chinese.
    Chinese,
}

impl Language {
    /// The language of a tag, by its first part; nothing where the page does not speak it.
    pub fn of(tag: &str) -> Option<Self> {
        let primary = tag.split('-').next().unwrap_or_default();
        match primary.to_ascii_lowercase().as_str() {
            "en" => Some(Self::English),
            "zh" => Some(Self::Chinese),
            _ => None,
        }
    }

    /// The language's tag, which is also its catalogue's name.
    pub fn tag(self) -> &'static str {
        match self {
            Self::English => "en",
            Self::Chinese => "zh-CN",
        }
    }

    /// The one to switch to.
    pub fn other(self) -> Self {
        match self {
            Self::English => Self::Chinese,
            Self::Chinese => Self::English,
        }
    }

    /// Its name in itself.
    pub fn name(self) -> &'static str {
        match self {
            Self::English => "English",
            Self::Chinese => "中文",
        }
    }
}
