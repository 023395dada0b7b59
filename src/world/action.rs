//! Actions: the only way to change a world, for people, the scheduler and the search alike.

use crate::sorted::SortedSet;
use std::fmt;

use super::{MessageId, Network};
use crate::protocol::{ClientId, Endpoint, NodeId, Value};

/// A timer's name in the protocol's table; a client's one timer is `retry`.
pub type TimerName = String;

/// One thing that changes the world. New kinds are added at the end: the order is part of the
/// link format.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Action {
    /// The scheduler's choice: the earliest event, at its time.
    Next,
    /// Lets time pass, in milliseconds, up to the next event.
    Advance(u32),
    /// A message arrives now.
    Deliver(MessageId),
    /// A message is lost now.
    Drop(MessageId),
    /// A copy of a message sets out.
    Duplicate(MessageId),
    /// A message arrives later than it would, in milliseconds.
    Delay(MessageId, u32),
    /// A message is held back until it is released.
    Hold(MessageId),
    /// A held message goes on.
    Release(MessageId),
    /// A timer runs out now.
    Fire(Endpoint, TimerName),
    /// A node stops; what is not on its disk is lost.
    Crash(NodeId),
    /// A node handles this input, syncs, and stops before anything is sent.
    CrashBeforeSend(Trigger),
    /// A stopped node comes back from its disk.
    Restart(NodeId),
    /// A stopped node's disk is wiped.
    Wipe(NodeId),
    /// A node stands still: messages wait, timers stop.
    Pause(NodeId),
    /// A paused node goes on.
    Resume(NodeId),
    /// A node's clock runs at this speed, in thousandths.
    Clock(NodeId, u32),
    /// A link is cut, in one direction.
    Cut(Endpoint, Endpoint),
    /// A cut link works again.
    Mend(Endpoint, Endpoint),
    /// Only nodes of one group reach each other; a node in no group reaches nobody.
    Partition(Vec<SortedSet<NodeId>>),
    /// All cut links work again.
    Heal,
    /// Links behave differently from now on, all of them and those that are apart; what is cut stays
    /// cut.
    Links(Network),
    /// A client asks for something, of a chosen node or of the one it believes in.
    Submit {
        /// Who asks.
        client: ClientId,
        /// Of whom.
        to: Option<NodeId>,
        /// For what.
        value: Value,
    },
    /// All timers that make nodes contend run out at the same time.
    Align,
    /// Those timers run out one well after the other.
    Spread,
    /// One more machine, with an empty disk. It is no member of the cluster until that is decided.
    AddMachine,
}

impl Action {
    /// Whether it is done to the cluster or asked of it, so that the same can be done to another
    /// cluster; and not to one message or timer, of which another cluster has its own.
    pub fn is_environment(&self) -> bool {
        match self {
            Self::Advance(_)
            | Self::Crash(_)
            | Self::Restart(_)
            | Self::Wipe(_)
            | Self::Pause(_)
            | Self::Resume(_)
            | Self::Clock(..)
            | Self::Cut(..)
            | Self::Mend(..)
            | Self::Partition(_)
            | Self::Heal
            | Self::Links(_)
            | Self::Submit { .. }
            | Self::Align
            | Self::Spread
            | Self::AddMachine => true,
            Self::Next
            | Self::Deliver(_)
            | Self::Drop(_)
            | Self::Duplicate(_)
            | Self::Delay(..)
            | Self::Hold(_)
            | Self::Release(_)
            | Self::Fire(..)
            | Self::CrashBeforeSend(_) => false,
        }
    }
}

/// An input that a node handles before it crashes.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Trigger {
    /// A message arrives.
    Deliver(MessageId),
    /// A timer runs out.
    Fire(NodeId, TimerName),
}

/// Why an action makes no sense now. The world is then unchanged.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum ActionError {
    /// Nothing is under way and no timer is armed.
    NothingToDo,
    /// No such node or client.
    NoSuchEndpoint(Endpoint),
    /// The message is gone, or never was.
    NoSuchMessage(MessageId),
    /// The node has crashed.
    NodeDown(NodeId),
    /// The node runs.
    NodeUp(NodeId),
    /// The node stands still.
    NodePaused(NodeId),
    /// The node does not stand still.
    NodeNotPaused(NodeId),
    /// The timer is not armed.
    TimerNotArmed(Endpoint, TimerName),
    /// The message is held already.
    MessageHeld(MessageId),
    /// The message is not held.
    MessageNotHeld(MessageId),
    /// The link between them is cut.
    LinkCut(Endpoint, Endpoint),
    /// The link between them is not cut.
    LinkNotCut(Endpoint, Endpoint),
    /// A number is out of range: a delay, a clock's speed, latency, loss or duplication.
    OutOfRange,
    /// Something happens before that much time has passed; in milliseconds from now.
    EventDueFirst(u64),
    /// A node stands in two groups, or a group is empty.
    BadGroups,
    /// It would change nothing.
    NoChange,
    /// Clients cannot turn to that node.
    NotServing(NodeId),
    /// Who the members are cannot change, so no machine can become one.
    FixedMembers,
    /// A client waits for an answer to a command that means something else once that machine is
    /// there.
    MachineAskedFor,
    /// The run has as many actions as one may have, which the world does not know.
    RunFull,
}

impl ActionError {
    /// The last part of the catalogue key.
    pub fn key(&self) -> &'static str {
        match self {
            Self::NothingToDo => "nothing_to_do",
            Self::NoSuchEndpoint(_) => "no_such_endpoint",
            Self::NoSuchMessage(_) => "no_such_message",
            Self::NodeDown(_) => "node_down",
            Self::NodeUp(_) => "node_up",
            Self::NodePaused(_) => "node_paused",
            Self::NodeNotPaused(_) => "node_not_paused",
            Self::TimerNotArmed(..) => "timer_not_armed",
            Self::MessageHeld(_) => "message_held",
            Self::MessageNotHeld(_) => "message_not_held",
            Self::LinkCut(..) => "link_cut",
            Self::LinkNotCut(..) => "link_not_cut",
            Self::OutOfRange => "out_of_range",
            Self::EventDueFirst(_) => "event_due_first",
            Self::BadGroups => "bad_groups",
            Self::NoChange => "no_change",
            Self::NotServing(_) => "not_serving",
            Self::FixedMembers => "fixed_members",
            Self::MachineAskedFor => "machine_asked_for",
            Self::RunFull => "run_full",
        }
    }

    /// All keys, for the test that every one has its text.
    pub const KEYS: &'static [&'static str] = &[
        "nothing_to_do",
        "no_such_endpoint",
        "no_such_message",
        "node_down",
        "node_up",
        "node_paused",
        "node_not_paused",
        "timer_not_armed",
        "message_held",
        "message_not_held",
        "link_cut",
        "link_not_cut",
        "out_of_range",
        "event_due_first",
        "bad_groups",
        "no_change",
        "not_serving",
        "fixed_members",
        "machine_asked_for",
        "run_full",
    ];
}

impl fmt::Display for ActionError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::NothingToDo => write!(f, "nothing is under way and no timer is armed"),
            Self::NoSuchEndpoint(end) => write!(f, "there is no {end}"),
            Self::NoSuchMessage(id) => write!(f, "message {id} is not under way"),
            Self::NodeDown(id) => write!(f, "{id} is down"),
            Self::NodeUp(id) => write!(f, "{id} is up"),
            Self::NodePaused(id) => write!(f, "{id} is paused"),
            Self::NodeNotPaused(id) => write!(f, "{id} is not paused"),
            Self::TimerNotArmed(end, timer) => write!(f, "{end}'s {timer} timer is not armed"),
            Self::MessageHeld(id) => write!(f, "message {id} is held already"),
            Self::MessageNotHeld(id) => write!(f, "message {id} is not held"),
            Self::LinkCut(from, to) => write!(f, "the link from {from} to {to} is cut"),
            Self::LinkNotCut(from, to) => write!(f, "the link from {from} to {to} is not cut"),
            Self::OutOfRange => write!(f, "a number is out of range"),
            Self::EventDueFirst(ms) => write!(f, "something happens in {ms} ms already"),
            Self::BadGroups => write!(f, "a node stands in two groups, or a group is empty"),
            Self::NoChange => write!(f, "it would change nothing"),
            Self::NotServing(id) => write!(f, "clients cannot turn to {id}"),
            Self::FixedMembers => write!(f, "the members of this cluster cannot change"),
            Self::MachineAskedFor => write!(
                f,
                "a client waits for a command that would mean something else with that machine"
            ),
            Self::RunFull => write!(f, "the run has as many actions as one may have"),
        }
    }
}
