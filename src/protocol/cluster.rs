//! What a protocol is told about the cluster it runs on.

use crate::sorted::{SortedMap, SortedSet};
use std::fmt;

use serde::Serialize;

use super::NodeId;

/// The most nodes that the engine takes. The stage draws [`NODES_ON_STAGE_MAX`].
pub const NODES_MAX: u8 = 32;
/// The most nodes that the stage draws.
pub const NODES_ON_STAGE_MAX: u8 = 9;
/// The longest timer range, in milliseconds.
pub const TIMER_MS_MAX: u32 = 60_000;

/// A range of whole milliseconds, both ends included.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize)]
pub struct RangeMs {
    /// The shortest.
    pub min: u32,
    /// The longest.
    pub max: u32,
}

impl RangeMs {
    /// A range; `min` must not exceed `max`.
    pub const fn new(min: u32, max: u32) -> Self {
        assert!(min <= max);
        Self { min, max }
    }

    /// Both ends multiplied, held below [`TIMER_MS_MAX`].
    pub fn times(self, factor: u32) -> Self {
        Self {
            min: self.min.saturating_mul(factor).min(TIMER_MS_MAX),
            max: self.max.saturating_mul(factor).min(TIMER_MS_MAX),
        }
    }
}

/// Nodes, roles, variants and timers of a scenario.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize)]
pub struct Cluster {
    /// How many nodes: S1 to Sn.
    pub nodes: u8,
    /// Who plays which role, for protocols with roles; a role not named is played by all.
    pub roles: SortedMap<String, SortedSet<NodeId>>,
    /// Rules broken and extensions switched on, by name.
    pub variants: SortedSet<String>,
    /// Quorum sizes that are not a majority, by the quorum's name.
    pub quorums: SortedMap<String, u8>,
    /// Timer ranges that differ from the protocol's own, by timer.
    pub timing: SortedMap<String, RangeMs>,
}

/// Two kinds of quorum, such that each of one kind has to share a node with each of the other
/// (*Flexible Paxos*, §3).
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Quorums {
    /// How many nodes make a quorum of the first kind, and of the second; in the order of
    /// [`About::quorums`](super::About::quorums).
    pub sizes: [u8; 2],
    /// How many nodes they are of.
    pub of: u8,
}

impl Quorums {
    /// Whether they always share a node.
    pub fn meet(self) -> bool {
        let [first, second] = self.sizes;
        first + second > self.of
    }
}

/// Why a cluster cannot be set up.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum ClusterError {
    /// Not between 1 and [`NODES_MAX`].
    NodeCount(u8),
    /// The protocol has no such role.
    UnknownRole(String),
    /// A role is played by a node that does not exist, or by nobody.
    BadRole(String),
    /// The protocol has no such variant, or this program has none of its code.
    UnknownVariant(String),
    /// The protocol has no such quorum, or its size is not between 1 and the number of its members.
    BadQuorum(String),
    /// Quorums that need not share a node, which loses safety: only a variant may have them.
    QuorumsApart,
    /// The protocol has no such timer, or the range is empty, zero or too long.
    BadTimer(String),
}

impl Cluster {
    /// `nodes` nodes that all play every role, with the protocol as it is in the papers.
    pub fn of(nodes: u8) -> Self {
        Self {
            nodes,
            roles: SortedMap::new(),
            variants: SortedSet::new(),
            quorums: SortedMap::new(),
            timing: SortedMap::new(),
        }
    }

    /// All nodes, in order.
    pub fn ids(&self) -> impl DoubleEndedIterator<Item = NodeId> + Clone + use<> {
        (1..=self.nodes).map(NodeId)
    }

    /// All nodes but one, in order.
    pub fn peers(&self, me: NodeId) -> impl Iterator<Item = NodeId> + Clone + use<> {
        self.ids().filter(move |id| *id != me)
    }

    /// Who plays a role.
    pub fn players(&self, role: &str) -> SortedSet<NodeId> {
        let named = self.roles.get(role).cloned();
        named.unwrap_or_else(|| self.ids().collect())
    }

    /// A timer's range in this cluster.
    pub fn range(&self, timer: &str, default: RangeMs) -> RangeMs {
        self.timing.get(timer).copied().unwrap_or(default)
    }

    /// How many of `members` nodes are a quorum of this name.
    pub fn quorum(&self, name: &str, members: usize) -> usize {
        let size = self.quorums.get(name).copied();
        size.map_or(majority(members), usize::from)
    }

    /// Checks the cluster against what a protocol knows.
    pub fn check(&self, about: &super::About) -> Result<(), ClusterError> {
        if self.nodes == 0 || self.nodes > NODES_MAX {
            return Err(ClusterError::NodeCount(self.nodes));
        }
        for (role, players) in self.roles.iter() {
            if !about.roles.contains(&role.as_str()) {
                return Err(ClusterError::UnknownRole(role.clone()));
            }
            let known = |id: &NodeId| id.0 >= 1 && id.0 <= self.nodes;
            if players.is_empty() || !players.iter().all(known) {
                return Err(ClusterError::BadRole(role.clone()));
            }
        }
        for name in &self.variants {
            let mut variants = about.variants.iter();
            if !variants.any(|it| it.id == name) {
                return Err(ClusterError::UnknownVariant(name.clone()));
            }
        }
        for (name, size) in self.quorums.iter() {
            let sound = (1..=self.nodes).contains(size);
            if !about.quorums.contains(&name.as_str()) || !sound {
                return Err(ClusterError::BadQuorum(name.clone()));
            }
        }
        for (name, range) in self.timing.iter() {
            let sound = range.min >= 1 && range.min <= range.max && range.max <= TIMER_MS_MAX;
            if !about.timers.contains(&name.as_str()) || !sound {
                return Err(ClusterError::BadTimer(name.clone()));
            }
        }
        Ok(())
    }
}

impl fmt::Display for ClusterError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::NodeCount(n) => write!(f, "{n} nodes: a cluster has 1 to {NODES_MAX}"),
            Self::UnknownRole(role) => write!(f, "the protocol has no role “{role}”"),
            Self::BadRole(role) => write!(f, "nobody in the cluster can play “{role}”"),
            Self::UnknownVariant(name) => write!(f, "the protocol has no variant “{name}”"),
            Self::BadQuorum(name) => write!(
                f,
                "“{name}” is no quorum of the protocol, or its size is not between 1 and the number of nodes that count"
            ),
            Self::QuorumsApart => write!(
                f,
                "two quorums of these sizes need not share a node, so safety would be lost"
            ),
            Self::BadTimer(name) => write!(
                f,
                "“{name}” is no timer of the protocol, or its range is not within 1 to {TIMER_MS_MAX} ms"
            ),
        }
    }
}

/// The smallest number of nodes of which any two sets share one.
pub fn majority(nodes: usize) -> usize {
    nodes / 2 + 1
}
