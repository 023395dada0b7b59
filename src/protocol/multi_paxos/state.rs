//! What a node knows: on its disk, and besides.

use std::sync::Arc;

use serde::Serialize;

use super::{Open, Replica};
use crate::protocol::{Decree, Epoch, NodeId, relabel};
use crate::sorted::SortedMap;

/// What is proposed or accepted for a slot: the ballot and its decree.
pub type Proposal = (Epoch, Decree);

/// What is on a node's disk: "stable storage, preserved during failures" (§2.5).
#[derive(Clone, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize)]
pub struct Durable {
    /// The highest ballot that the acceptor has promised to, by promise or by acceptance: one for
    /// all slots.
    pub promised: Option<Epoch>,
    /// By slot, from 1: the highest-numbered proposal that the acceptor has accepted.
    pub accepted: Arc<SortedMap<u32, Proposal>>,
    /// The highest round that the proposer has used, so that no ballot is used twice.
    pub round: u32,
}

/// A node: what is on disk, and what a crash takes away.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize)]
pub struct Node {
    /// Who it is.
    pub id: NodeId,
    /// What survives a crash.
    pub disk: Durable,
    /// The highest ballot that it has heard of.
    pub seen: Option<Epoch>,
    /// How often it has tried to lead since there was a leader, up to [`BACKOFF_DOUBLINGS_MAX`](super::BACKOFF_DOUBLINGS_MAX).
    pub tries: u32,
    /// What it does about leading.
    pub role: Role,
    /// What it knows to be chosen, and has applied.
    pub replica: Replica,
}

/// What a node does about leading.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize)]
pub enum Role {
    /// Nothing: it waits for a leader's word.
    Passive {
        /// The leader that it has heard, unless a higher ballot has been seen since.
        leader: Option<NodeId>,
    },
    /// Phase 1: gathers promises, each with the proposals that it reported, by slot.
    Preparing {
        /// The ballot.
        ballot: Epoch,
        /// The promises.
        promises: SortedMap<NodeId, SortedMap<u32, Proposal>>,
    },
    /// Phase 2, slot after slot: the distinguished proposer.
    Leading {
        /// The ballot.
        ballot: Epoch,
        /// The slots in which it has proposed, and that are not chosen yet.
        open: SortedMap<u32, Open>,
        /// Clients' requests that wait until fewer slots are open.
        waiting: Vec<Decree>,
    },
}

relabel!(struct Durable { promised, accepted, round });
relabel!(struct Node { id, disk, seen, tries, role, replica });
relabel!(enum Role {
    Passive { leader },
    Preparing { ballot, promises },
    Leading { ballot, open, waiting },
});

impl Role {
    /// The ballot in use.
    pub fn ballot(&self) -> Option<Epoch> {
        match self {
            Self::Passive { .. } => None,
            Self::Preparing { ballot, .. } | Self::Leading { ballot, .. } => Some(*ballot),
        }
    }
}
