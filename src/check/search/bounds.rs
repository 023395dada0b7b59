//! How far a search goes, and what it looks for.

use std::fmt;

use crate::check::condition::Condition;
use crate::protocol::{ClientId, NodeId, Value};
use crate::sorted::SortedMap;

/// The most faults of one kind in a search.
pub const FAULTS_MAX: u8 = 15;
/// The most times that timers of one name run out in a search.
pub const TIMEOUTS_MAX: u8 = 63;
/// The most commands that clients may give in a search.
pub const COMMANDS_MAX: usize = 12;
/// The most timers that a searched protocol may have.
pub(super) const TIMERS_MAX: usize = 4;

/// How often each thing may happen on one run. What is never delivered is as good as lost, so a
/// search finds what loss does without a single drop.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Bounds {
    /// Nodes that crash. A node that is down may restart at any time.
    pub crashes: u8,
    /// Disks that are wiped while their node is down.
    pub wipes: u8,
    /// Messages that are dropped: only of use where a goal speaks of drops.
    pub drops: u8,
    /// Messages that are delivered twice.
    pub duplicates: u8,
    /// Nodes' timers that run out, by the timer's name; one not named never does.
    pub timeouts: SortedMap<String, u8>,
    /// Clients' retries.
    pub retries: u8,
    /// What clients may ask for, each at most once, at any time.
    pub commands: Vec<Command>,
    /// Whether clients hear answers. They need not where the goal is about nodes alone, and the
    /// search is then much smaller.
    pub replies: bool,
    /// How many actions a run may have.
    pub depth: Option<u32>,
    /// Whether a delivery that changes nothing and sends nothing is no action, and the message
    /// stays: the way stateright counts.
    pub skip_idle: bool,
    /// Whether states that differ in nothing but names of nodes count as one, as far as names decide
    /// nothing. What is found and what is not stays the same, and so does the length of the
    /// shortest run.
    pub symmetry: bool,
}

/// Something that a client may ask for.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Command {
    /// Who asks.
    pub client: ClientId,
    /// Of whom; none for the node that the client believes in.
    pub to: Option<NodeId>,
    /// For what.
    pub value: Value,
}

/// What a search looks for.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Goal {
    /// A run that loses a property, by its id; without an id, any property.
    Lose(Option<String>),
    /// A run that leads to a state in which this holds.
    Reach(Condition),
    /// Nothing: all states are visited, and no property is watched.
    Nothing,
}

/// Why bounds make no sense.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum BoundsError {
    /// A number is above [`FAULTS_MAX`] or [`TIMEOUTS_MAX`].
    TooMany(&'static str),
    /// More than [`COMMANDS_MAX`] commands.
    TooManyCommands(usize),
    /// The protocol has no such timer.
    UnknownTimer(String),
    /// The protocol has no such property.
    UnknownProperty(String),
    /// The condition asks how a state came about, which a search's state does not know.
    NotOfStates,
    /// A command of a client, or to a node, that is not there.
    BadCommand(usize),
}

impl fmt::Display for BoundsError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::TooMany(what) => write!(
                f,
                "“{what}”: a search takes up to {FAULTS_MAX} faults of a kind and {TIMEOUTS_MAX} timeouts of a name"
            ),
            Self::TooManyCommands(n) => {
                write!(f, "{n} commands: a search takes up to {COMMANDS_MAX}")
            }
            Self::UnknownTimer(name) => write!(f, "the protocol has no timer “{name}”"),
            Self::UnknownProperty(id) => write!(f, "the protocol has no property “{id}”"),
            Self::NotOfStates => write!(
                f,
                "the goal must be something that a single state shows: no event, note, loss or count of messages"
            ),
            Self::BadCommand(at) => {
                write!(f, "command {at} has a client or a node that is not there")
            }
        }
    }
}

/// What is left of the bounds, packed: part of a state, because it decides what can still happen.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Left(pub(super) u64);

/// Something of which there is only so much.
#[derive(Clone, Copy, Debug)]
pub(super) enum Cost {
    Nothing,
    Crash,
    Wipe,
    Drop,
    Duplicate,
    Retry,
    /// By the timer's position.
    Timeout(u8),
    /// By the command's position.
    Command(u8),
}

const FAULT_BITS: u32 = 4;
const TIMEOUT_BITS: u32 = 6;
const TIMEOUTS_AT: u32 = 5 * FAULT_BITS;
const COMMANDS_AT: u32 = TIMEOUTS_AT + TIMERS_MAX as u32 * TIMEOUT_BITS;

impl Cost {
    /// Where its number stands, and how many bits it has.
    fn place(self) -> (u32, u32) {
        match self {
            Self::Nothing => (0, 0),
            Self::Crash => (0, FAULT_BITS),
            Self::Wipe => (FAULT_BITS, FAULT_BITS),
            Self::Drop => (2 * FAULT_BITS, FAULT_BITS),
            Self::Duplicate => (3 * FAULT_BITS, FAULT_BITS),
            Self::Retry => (4 * FAULT_BITS, FAULT_BITS),
            Self::Timeout(timer) => (TIMEOUTS_AT + u32::from(timer) * TIMEOUT_BITS, TIMEOUT_BITS),
            Self::Command(command) => (COMMANDS_AT + u32::from(command), 1),
        }
    }
}

impl Left {
    /// All that the bounds allow, for timers of these names.
    pub(super) fn of(bounds: &Bounds, timers: &[&str]) -> Result<Self, BoundsError> {
        let mut left = Self(0);
        let faults = [
            ("crashes", Cost::Crash, bounds.crashes),
            ("wipes", Cost::Wipe, bounds.wipes),
            ("drops", Cost::Drop, bounds.drops),
            ("duplicates", Cost::Duplicate, bounds.duplicates),
            ("retries", Cost::Retry, bounds.retries),
        ];
        for (name, cost, number) in faults {
            if number > FAULTS_MAX {
                return Err(BoundsError::TooMany(name));
            }
            left = left.with(cost, number);
        }
        for (name, number) in bounds.timeouts.iter() {
            let position = timers.iter().position(|timer| timer == name);
            let position = position.ok_or_else(|| BoundsError::UnknownTimer(name.clone()))?;
            if *number > TIMEOUTS_MAX || position >= TIMERS_MAX {
                return Err(BoundsError::TooMany("timeouts"));
            }
            left = left.with(Cost::Timeout(position as u8), *number);
        }
        if bounds.commands.len() > COMMANDS_MAX {
            return Err(BoundsError::TooManyCommands(bounds.commands.len()));
        }
        for command in 0..bounds.commands.len() {
            left = left.with(Cost::Command(command as u8), 1);
        }
        Ok(left)
    }

    fn with(self, cost: Cost, number: u8) -> Self {
        Self(self.0 | u64::from(number) << cost.place().0)
    }

    /// Whether there is any left.
    pub(super) fn affords(self, cost: Cost) -> bool {
        let (at, bits) = cost.place();
        bits == 0 || self.0 >> at & ((1 << bits) - 1) != 0
    }

    /// What is left after it.
    pub(super) fn minus(self, cost: Cost) -> Self {
        match cost.place() {
            (_, 0) => self,
            (at, _) => Self(self.0 - (1 << at)),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Each bound is counted down by itself, and stops at nothing.
    #[test]
    fn bounds_are_counted_apart() {
        let bounds = Bounds {
            crashes: 2,
            retries: FAULTS_MAX,
            timeouts: SortedMap::from([("b".into(), TIMEOUTS_MAX)]),
            commands: vec![
                Command {
                    client: ClientId(1),
                    to: None,
                    value: Value::new("x").unwrap()
                };
                COMMANDS_MAX
            ],
            ..Bounds::default()
        };
        let mut left = Left::of(&bounds, &["a", "b"]).unwrap();
        assert!(!left.affords(Cost::Wipe) && !left.affords(Cost::Timeout(0)));
        for _ in 0..2 {
            assert!(left.affords(Cost::Crash));
            left = left.minus(Cost::Crash);
        }
        assert!(!left.affords(Cost::Crash));
        for _ in 0..TIMEOUTS_MAX {
            assert!(left.affords(Cost::Timeout(1)));
            left = left.minus(Cost::Timeout(1));
        }
        assert!(!left.affords(Cost::Timeout(1)));
        let last = Cost::Command(COMMANDS_MAX as u8 - 1);
        assert!(left.affords(last) && !left.minus(last).affords(last));
        assert!(left.affords(Cost::Retry));
        assert!(left.minus(Cost::Nothing) == left && left.affords(Cost::Nothing));
    }

    /// Every protocol's timers, armed or left, have a place of their own in what is packed.
    #[test]
    fn every_protocol_fits() {
        for about in crate::protocol::registry::PROTOCOLS {
            assert!(about.timers.len() <= TIMERS_MAX, "{}", about.key);
        }
    }

    /// What does not fit is refused with its name.
    #[test]
    fn too_much_is_refused() {
        let crashes = Bounds {
            crashes: FAULTS_MAX + 1,
            ..Bounds::default()
        };
        assert_eq!(
            Left::of(&crashes, &[]),
            Err(BoundsError::TooMany("crashes"))
        );
        let timer = Bounds {
            timeouts: SortedMap::from([("c".into(), 1)]),
            ..Bounds::default()
        };
        let unknown = BoundsError::UnknownTimer("c".into());
        assert_eq!(Left::of(&timer, &["a"]), Err(unknown));
    }
}
