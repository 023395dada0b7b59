//! What a server knows: "State" in Figure 2.

use serde::{Serialize, Serializer};

use super::{Duties, Log};
use crate::protocol::{KeyValue, NodeId, relabel};
use crate::sorted::{SortedMap, SortedSet};

/// What is on a node's disk: "persistent state on all servers" (Figure 2).
#[derive(Clone, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize)]
pub struct Durable {
    /// The latest term that the server has seen.
    pub term: u32,
    /// The candidate that received its vote in this term.
    pub voted_for: Option<NodeId>,
    /// The log.
    pub log: Log,
    /// The commit index, where the variant `durable_commit` keeps it here; else 0.
    #[serde(serialize_with = "if_used")]
    pub commit: u32,
}

/// A node: what is on disk, and what a crash takes away.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize)]
pub struct Node {
    /// Who it is.
    pub id: NodeId,
    /// What survives a crash.
    pub disk: Durable,
    /// The index of the highest entry known to be committed.
    pub commit: u32,
    /// The index of the highest entry applied to the state machine.
    pub applied: u32,
    /// Its role, with what only that role knows.
    pub role: Role,
    /// The state machine: rebuilt from the log after a crash.
    pub machine: KeyValue,
}

/// A server's role (§5.1).
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize)]
pub enum Role {
    /// Responds to leaders and candidates.
    Follower {
        /// The leader of this term, if it has been heard; with leases, if it has been heard
        /// within the minimum election timeout.
        leader: Option<NodeId>,
    },
    /// Asks for votes.
    Candidate {
        /// Who granted a vote, itself included.
        granted: SortedSet<NodeId>,
        /// Who refused.
        refused: SortedSet<NodeId>,
    },
    /// Handles all client requests.
    Leader {
        /// For each peer, the index of the next entry to send.
        next: SortedMap<NodeId, u32>,
        /// For each peer, the highest index known to be stored there.
        matched: SortedMap<NodeId, u32>,
        /// What else it is busy with.
        #[serde(serialize_with = "if_used")]
        duties: Duties,
    },
    /// Asks whether votes would be given, in its own term still (`pre_vote`).
    PreCandidate {
        /// Who would vote for it, itself included.
        granted: SortedSet<NodeId>,
        /// Who would not.
        refused: SortedSet<NodeId>,
    },
}

relabel!(struct Durable { term, voted_for, log, commit });
relabel!(struct Node { id, disk, commit, applied, role, machine });
relabel!(enum Role {
    Follower { leader },
    Candidate { granted, refused },
    Leader { next, matched, duties },
    PreCandidate { granted, refused },
});

impl Role {
    /// The catalogue key of its word.
    pub(super) fn key(&self) -> &'static str {
        match self {
            Self::Follower { .. } => "role.follower",
            Self::Candidate { .. } => "role.candidate",
            Self::Leader { .. } => "role.leader",
            Self::PreCandidate { .. } => "role.pre_candidate",
        }
    }
}

/// Writes what only an extension or a variant uses: where it is not used, nothing, so that it
/// changes no other run's hash; where it is, behind a number that no length, index or time reaches,
/// so that no two states have the same bytes.
pub(super) fn if_used<T, S>(it: &T, serializer: S) -> Result<S::Ok, S::Error>
where
    T: Default + PartialEq + Serialize,
    S: Serializer,
{
    match *it == T::default() {
        true => serializer.serialize_unit(),
        false => (u64::MAX, it).serialize(serializer),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// What no extension uses leaves no byte; what one does stands behind the mark.
    #[test]
    fn bytes_tell_what_is_used() {
        let bytes = |disk: &Durable| postcard::to_allocvec(disk).unwrap();
        let mut disk = Durable::default();
        let plain = postcard::to_allocvec(&(disk.term, disk.voted_for, &disk.log)).unwrap();
        assert_eq!(bytes(&disk), plain);
        disk.commit = 7;
        let mark = postcard::to_allocvec(&u64::MAX).unwrap();
        assert_eq!(bytes(&disk), [plain, mark, vec![7]].concat());
    }
}
