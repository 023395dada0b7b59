//! Configurations: which servers make the decisions (§6). A configuration is a log entry, and "a
//! server always uses the latest configuration in its log, regardless of whether the entry is
//! committed".

use serde::Serialize;

use super::{Node, Raft, V};
use crate::protocol::{ClientId, Datum, NodeId, Permutation, Relabel, Request, majority, relabel};
use crate::sorted::SortedSet;

/// A set of servers, one bit each: a cluster has at most [`crate::protocol::NODES_MAX`].
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize)]
pub struct Members(u32);

impl Members {
    fn bit(id: NodeId) -> u32 {
        1_u32.checked_shl(u32::from(id.0) - 1).unwrap_or(0)
    }

    /// Whether a server is one of them.
    pub fn contains(self, id: NodeId) -> bool {
        self.0 & Self::bit(id) != 0
    }

    /// These and one more.
    pub fn with(self, id: NodeId) -> Self {
        Self(self.0 | Self::bit(id))
    }

    /// These without one.
    pub fn without(self, id: NodeId) -> Self {
        Self(self.0 & !Self::bit(id))
    }

    /// These and those.
    pub fn union(self, others: Self) -> Self {
        Self(self.0 | others.0)
    }

    /// Those of these that are also there.
    pub fn shared(self, others: Self) -> Self {
        Self(self.0 & others.0)
    }

    /// How many they are.
    pub fn len(self) -> u32 {
        self.0.count_ones()
    }

    /// Whether there is nobody.
    pub fn is_empty(self) -> bool {
        self.0 == 0
    }

    /// How many of them are a majority.
    pub fn majority(self) -> u32 {
        majority(self.len() as usize) as u32
    }

    /// How many of them are half of them, rounded up: what `half_quorum` takes for a majority.
    pub fn half(self) -> u32 {
        self.len().div_ceil(2)
    }

    /// All of them, in order.
    pub fn iter(self) -> impl Iterator<Item = NodeId> + Clone {
        (1..=crate::protocol::NODES_MAX)
            .map(NodeId)
            .filter(move |id| self.contains(*id))
    }
}

impl From<&SortedSet<NodeId>> for Members {
    fn from(ids: &SortedSet<NodeId>) -> Self {
        ids.iter().copied().collect()
    }
}

impl FromIterator<NodeId> for Members {
    fn from_iter<I: IntoIterator<Item = NodeId>>(ids: I) -> Self {
        ids.into_iter().fold(Self::default(), Self::with)
    }
}

impl From<Members> for Datum {
    fn from(members: Members) -> Self {
        Self::Nodes(members.iter().collect())
    }
}

/// Who decides.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize)]
pub struct Configuration {
    /// The servers; during joint consensus, those of C<sub>new</sub>.
    pub new: Members,
    /// During joint consensus, those of C<sub>old</sub>: majorities of both are needed.
    pub old: Option<Members>,
}

impl Configuration {
    /// One set of servers, of which any majority decides.
    pub fn of(members: Members) -> Self {
        Self {
            new: members,
            old: None,
        }
    }

    /// Every server of it; those of both sets during joint consensus.
    pub fn all(self) -> Members {
        self.new.union(self.old.unwrap_or_default())
    }

    /// The sets of which each needs a majority.
    pub fn halves(self) -> impl Iterator<Item = Members> + Clone {
        self.old.into_iter().chain([self.new])
    }

    /// How many of those who agree count, and how many are needed if `quorum` says how many of a
    /// set are; during joint consensus, of the set that lacks the most. There are enough if the
    /// first number is not below the second.
    pub fn count(self, agree: Members, quorum: fn(Members) -> u32) -> (u32, u32) {
        let counted = |half: Members| (half.shared(agree).len(), quorum(half));
        let lacking = |(count, needed): (u32, u32)| needed.saturating_sub(count);
        let new = counted(self.new);
        let old = self.old.map(counted);
        old.filter(|old| lacking(*old) > lacking(new))
            .unwrap_or(new)
    }

    /// The servers in words: `{S1,S2}`, or `{S1,S2}→{S2,S3}` during joint consensus.
    pub fn text(self) -> String {
        let mut text = String::new();
        for (position, half) in self.halves().enumerate() {
            text.push_str(if position == 0 { "{" } else { "→{" });
            for (position, id) in half.iter().enumerate() {
                if position > 0 {
                    text.push(',');
                }
                text.push_str(&id.to_string());
            }
            text.push('}');
        }
        text
    }
}

/// A configuration entry: who asked for the change, and what the servers are from it on.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize)]
pub struct Change {
    /// The client.
    pub client: ClientId,
    /// What it asked for, with its serial number.
    pub request: Request,
    /// The configuration.
    pub configuration: Configuration,
}

relabel!(struct Configuration { new, old });
relabel!(struct Change { client, request, configuration });

impl Relabel for Members {
    fn relabel(&self, by: &Permutation) -> Self {
        self.iter().map(|id| by.name(id)).collect()
    }
}

impl Raft {
    /// The servers that were members before any change: the role `member`.
    pub(super) fn initial(&self) -> Configuration {
        Configuration::of(self.members)
    }

    /// The configuration that a server uses: the latest one in its log, committed or not (§6).
    pub(super) fn configuration(&self, node: &Node) -> Configuration {
        if !self.changes_members() {
            return self.initial();
        }
        let latest = node.disk.log.changes().next();
        latest.map_or(self.initial(), |(_, change)| change.configuration)
    }

    /// The sets whose majorities decide.
    pub(super) fn deciding(&self, node: &Node) -> Configuration {
        let configuration = self.configuration(node);
        if self.is(V::OneMajority) {
            return Configuration::of(configuration.new);
        }
        configuration
    }

    /// How many of a set are a quorum.
    pub(super) fn quorum(&self) -> fn(Members) -> u32 {
        match self.is(V::HalfQuorum) {
            true => Members::half,
            false => Members::majority,
        }
    }

    /// How many of those who agree count, and how many a decision needs.
    pub(super) fn count(&self, node: &Node, agree: Members) -> (u32, u32) {
        self.deciding(node).count(agree, self.quorum())
    }

    /// The other servers of the configuration that a server uses.
    pub(super) fn peers(&self, node: &Node) -> Members {
        self.configuration(node).all().without(node.id)
    }

    /// Whether members can come and go one at a time; the mistakes are some in doing so.
    pub(super) fn is_single_server(&self) -> bool {
        self.is(V::SingleServer) || self.is(V::ConfigBeforeCommit) || self.is(V::ReuseName)
    }

    /// Whether any members can become any others; the mistake is one in doing so.
    pub(super) fn is_joint(&self) -> bool {
        self.is(V::JointConsensus) || self.is(V::OneMajority)
    }

    /// Whether the configuration can change.
    pub(super) fn changes_members(&self) -> bool {
        self.is_single_server() || self.is_joint()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn members(ids: &[u8]) -> Members {
        ids.iter().copied().map(NodeId).collect()
    }

    /// Sets hold every server that there can be, and list them in order.
    #[test]
    fn sets_of_servers() {
        let set = members(&[32, 1, 9]);
        assert_eq!(set.iter().collect::<Vec<_>>(), [1, 9, 32].map(NodeId));
        assert!(!set.contains(NodeId(2)) && !set.contains(NodeId(33)));
        assert_eq!((set.len(), set.majority(), set.half()), (3, 2, 2));
        assert_eq!(members(&[1, 2]).half(), 1);
        assert_eq!(set.without(NodeId(9)), members(&[1, 32]));
    }

    /// Joint consensus needs both majorities, and names the one that lacks more.
    #[test]
    fn both_majorities_count() {
        let joint = Configuration {
            old: Some(members(&[1, 2, 3])),
            new: members(&[3, 4, 5]),
        };
        assert_eq!(joint.count(members(&[3, 4]), Members::majority), (1, 2));
        assert_eq!(joint.count(members(&[1, 2]), Members::majority), (0, 2));
        assert_eq!(joint.count(members(&[1, 3, 4]), Members::majority), (2, 2));
        assert_eq!(joint.text(), "{S1,S2,S3}→{S3,S4,S5}");
        assert_eq!(joint.all(), members(&[1, 2, 3, 4, 5]));
    }
}
