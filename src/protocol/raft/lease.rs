//! Leases: for how long a leader that was heard counts as alive (thesis, §4.2.3, §6.2, §9.6).
//!
//! A server has no clock, so the lease is a timer of the minimum election timeout, which each
//! message of the leader starts again. What it stands for is not stored twice: with leases, a
//! follower's `leader` *is* the leader that it has heard within that time, and the timer's end
//! clears it. A search may end a lease at any moment, as it may fire any timer, so it finds
//! whatever a badly timed lease could do.
//!
//! A leader has the same timer under `check_quorum`: each time it ends, it counts who answered.

use super::election::wrong_role;
use super::*;
use crate::protocol::{Epoch, Note, Outcome, RangeMs, Relation};

/// The leader that a server takes to be alive, itself included.
pub(super) fn live_leader(node: &Node) -> Option<NodeId> {
    match node.role {
        Role::Follower { leader } => leader,
        Role::Leader { .. } => Some(node.id),
        Role::Candidate { .. } | Role::PreCandidate { .. } => None,
    }
}

impl Raft {
    fn has_leases(&self) -> bool {
        self.is(V::PreVote) || self.is(V::CheckQuorum)
    }

    /// A follower has heard its leader.
    pub(super) fn begin_lease<S: Sink<Self>>(&self, out: &mut S) {
        if self.has_leases() {
            let min = self.election().min;
            let range = self.cluster.range("lease", RangeMs { min, max: min });
            out.set_timer(Timer::Lease, range);
        }
    }

    /// A leader has an answer of its own term.
    pub(super) fn hear(&self, duties: &mut Duties, from: NodeId) {
        if self.is(V::CheckQuorum) {
            duties.heard.insert(from);
        }
    }

    /// A server knows of no leader any more.
    pub(super) fn end_lease<S: Sink<Self>>(&self, out: &mut S) {
        if self.has_leases() {
            out.cancel_timer(Timer::Lease);
        }
    }

    pub(super) fn on_lease<S: Sink<Self>>(&self, node: &mut Node, out: &mut S) {
        match node.role {
            Role::Follower {
                leader: Some(leader),
            } => {
                out.note(|| {
                    Note::new(&LEASE_OVER, Outcome::Done)
                        .with("node", node.id)
                        .with("leader", leader)
                });
                node.role = Role::Follower { leader: None };
            }
            Role::Leader { .. } if self.is(V::CheckQuorum) => self.check_quorum(node, out),
            _ => out.note(|| wrong_role(node, "lease")),
        }
    }

    /// "A leader in Raft steps down if an election timeout elapses without a successful round of
    /// heartbeats to a majority of its cluster" (thesis, §6.2).
    fn check_quorum<S: Sink<Self>>(&self, node: &mut Node, out: &mut S) {
        let Role::Leader { duties, .. } = &mut node.role else {
            return;
        };
        let heard = std::mem::take(&mut duties.heard);
        let (count, quorum) = self.count(node, Members::from(&heard).with(node.id));
        let holds = count >= quorum;
        out.note(|| {
            let (outcome, relation) = match holds {
                true => (Outcome::Accepted, Relation::AtLeast),
                false => (Outcome::Refused, Relation::Less),
            };
            Note::new(&LEADER_QUORUM, outcome)
                .with("node", node.id)
                .with("term", Epoch::term(node.disk.term))
                .because(("heard", count), relation, ("majority", quorum))
        });
        match holds {
            true => self.begin_lease(out),
            false => self.follow(node, None, out),
        }
    }

    /// "If a server receives a RequestVote request within the minimum election timeout of hearing
    /// from a current leader, it does not update its term or grant its vote" (thesis, §4.2.3),
    /// unless the leader itself has told the candidate to stand.
    ///
    /// Here that is so of newer terms alone, which are what deposes a leader. One of the leader's own
    /// term changes nothing by a vote: a majority has voted for the leader, so the rest is none.
    pub(super) fn disregards<S: Sink<Self>>(
        &self,
        node: &Node,
        from: NodeId,
        message: &Message,
        out: &mut S,
    ) -> bool {
        let Message::RequestVote {
            term,
            transfer: false,
            ..
        } = message
        else {
            return false;
        };
        if !self.is(V::CheckQuorum) || *term <= node.disk.term {
            return false;
        }
        let Some(leader) = live_leader(node) else {
            return false;
        };
        out.note(|| {
            Note::new(&VOTE_LEASE, Outcome::Ignored)
                .with("node", node.id)
                .with("candidate", from)
                .with("leader", leader)
                .with("term", Epoch::term(*term))
        });
        true
    }
}
