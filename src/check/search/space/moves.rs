//! What can happen, and what it costs.

use crate::check::search::bounds::Cost;

/// One thing that can happen, as data: which [`crate::world::Action`] it is, `trace` says.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(in crate::check::search) enum Move {
    Deliver(u32),
    Drop(u32),
    Duplicate(u32),
    /// By place and timer position.
    Fire(u8, u8),
    Retry(u8),
    /// By the command's position.
    Submit(u8),
    Crash(u8),
    Restart(u8),
    Wipe(u8),
}

impl Move {
    pub(in crate::check::search) fn cost(self) -> Cost {
        match self {
            Self::Deliver(_) | Self::Restart(_) => Cost::Nothing,
            Self::Drop(_) => Cost::Drop,
            Self::Duplicate(_) => Cost::Duplicate,
            Self::Fire(_, timer) => Cost::Timeout(timer),
            Self::Retry(_) => Cost::Retry,
            Self::Submit(command) => Cost::Command(command),
            Self::Crash(_) => Cost::Crash,
            Self::Wipe(_) => Cost::Wipe,
        }
    }

    /// What it is to the endpoint that it happens to; nothing for what happens to a message alone.
    pub(super) fn input(self) -> Option<u32> {
        // Messages count up from zero, everything else down from the top.
        const TOP: u32 = u32::MAX;
        match self {
            Self::Deliver(message) => Some(message),
            Self::Drop(_) | Self::Duplicate(_) => None,
            Self::Fire(_, timer) => Some(TOP - u32::from(timer)),
            Self::Submit(command) => Some(TOP - 0x100 - u32::from(command)),
            Self::Retry(_) => Some(TOP - 0x200),
            Self::Crash(_) => Some(TOP - 0x201),
            Self::Restart(_) => Some(TOP - 0x202),
            Self::Wipe(_) => Some(TOP - 0x203),
        }
    }
}
