//! What an action caused.

use super::{Flight, MessageId};
use crate::protocol::{ClientId, Endpoint, Fact, NodeId, Note, Reply, Value};

/// What one action caused, and why.
#[derive(Clone, Debug)]
pub struct Step<M> {
    /// The facts, in order.
    pub events: Vec<Event<M>>,
    /// The reasons, in order, each with the endpoint that had it.
    pub notes: Vec<(Endpoint, Note)>,
}

impl<M> Default for Step<M> {
    fn default() -> Self {
        Self {
            events: Vec::new(),
            notes: Vec::new(),
        }
    }
}

/// One fact.
#[derive(Clone, Debug)]
pub enum Event<M> {
    /// A message set out.
    Sent(Flight<M>),
    /// A message arrived.
    Delivered(Flight<M>),
    /// A message was lost.
    Lost(Flight<M>, Loss),
    /// A copy of a message set out.
    Duplicated(MessageId, Flight<M>),
    /// A message will arrive at another time.
    Delayed(Flight<M>),
    /// A message is held back.
    Held(Flight<M>),
    /// A held message goes on.
    Released(Flight<M>),
    /// A timer ran out.
    Fired(Endpoint, &'static str),
    /// A node stopped.
    Crashed(NodeId),
    /// A node came back.
    Restarted(NodeId),
    /// A node's disk was wiped.
    Wiped(NodeId),
    /// A node stands still.
    Paused(NodeId),
    /// A node goes on.
    Resumed(NodeId),
    /// A node's clock has another speed, in thousandths.
    Clock(NodeId, u32),
    /// Links were cut or mended.
    LinksChanged,
    /// Time passed, in milliseconds.
    TimePassed(u32),
    /// Timers were aligned or spread.
    TimersShaped,
    /// A machine was added.
    MachineAdded(NodeId),
    /// A client was asked to submit.
    Submitted(ClientId, Value),
    /// A client was told.
    Told(ClientId, Reply),
    /// A node did something.
    Fact(NodeId, Fact),
}

/// Why a message was lost.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Loss {
    /// Somebody dropped it.
    Dropped,
    /// By chance.
    Chance,
    /// The link was cut when it should have arrived.
    Cut,
    /// The receiver was down when it should have arrived.
    Down,
    /// The sender crashed before it left.
    CrashedBeforeSend,
}

impl Loss {
    /// The catalogue key.
    pub fn key(self) -> &'static str {
        match self {
            Self::Dropped => "loss.dropped",
            Self::Chance => "loss.chance",
            Self::Cut => "loss.cut",
            Self::Down => "loss.down",
            Self::CrashedBeforeSend => "loss.crashed_before_send",
        }
    }

    /// All keys, for the test that every one has its text.
    pub const KEYS: &'static [&'static str] = &[
        "loss.dropped",
        "loss.chance",
        "loss.cut",
        "loss.down",
        "loss.crashed_before_send",
    ];
}
