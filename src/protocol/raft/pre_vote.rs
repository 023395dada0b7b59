//! Pre-Vote (thesis, §9.6): "a candidate only increments its term if it first learns from a
//! majority of the cluster that they would be willing to grant the candidate their votes".
//!
//! A pre-vote changes nothing on the voter and binds it to nothing: safety rests on the election
//! that follows. The request carries the candidate's own term, and no term is adopted from it.

use super::election::{Checks, hear};
use super::lease::live_leader;
use super::*;
use crate::protocol::{Epoch, Note, Outcome, Relation};

static CHECKS: Checks = Checks {
    term: &PRE_VOTE_TERM,
    taken: &PRE_VOTE_TAKEN,
    log: &PRE_VOTE_LOG,
    grant: &PRE_VOTE_GRANT,
};

impl Raft {
    /// Asks whether it could win the next term, without entering it.
    pub(super) fn canvass<S: Sink<Self>>(&self, node: &mut Node, out: &mut S) {
        node.role = Role::PreCandidate {
            granted: SortedSet::from([node.id]),
            refused: SortedSet::new(),
        };
        let term = node.disk.term;
        out.note(|| {
            Note::new(&PRE_VOTE_START, Outcome::Done)
                .with("node", node.id)
                .with("term", Epoch::term(term))
                .with("next_term", Epoch::term(term + 1))
        });
        out.fact(Fact::BecameRole {
            role: "pre_candidate",
            epoch: Epoch::term(term),
        });
        self.end_lease(out);
        self.arm_election(out);
        let (last_term, last_index) = node.disk.log.last_position();
        for to in self.peers(node).iter() {
            out.send(
                to,
                Message::PreVote {
                    term,
                    last_index,
                    last_term,
                },
            );
        }
        self.try_to_stand(node, out);
    }

    /// "[Servers] would be willing to grant […] their votes (if the candidate's log is
    /// sufficiently up-to-date, and the voters have not received heartbeats from a valid leader
    /// for at least a baseline election timeout)" (thesis, §9.6).
    pub(super) fn on_pre_vote<S: Sink<Self>>(
        &self,
        node: &Node,
        from: NodeId,
        term: u32,
        candidate: (u32, u32),
        out: &mut S,
    ) {
        let asked = term + 1;
        let granted = match live_leader(node) {
            Some(leader) => {
                out.note(|| {
                    Note::new(&PRE_VOTE_LEADER, Outcome::Refused)
                        .with("node", node.id)
                        .with("candidate", from)
                        .with("leader", leader)
                });
                false
            }
            None => self.judge(node, from, asked, candidate, &CHECKS, out),
        };
        let term = node.disk.term;
        let reply = Message::PreVoteReply {
            term,
            asked,
            granted,
        };
        out.send(from, reply);
    }

    pub(super) fn on_pre_vote_reply<S: Sink<Self>>(
        &self,
        node: &mut Node,
        from: NodeId,
        asked: u32,
        granted: bool,
        out: &mut S,
    ) {
        let (id, next_term) = (node.id, node.disk.term + 1);
        let deciding = self.deciding(node);
        let (
            Role::PreCandidate {
                granted: yes,
                refused: no,
            },
            true,
        ) = (&mut node.role, asked == next_term)
        else {
            out.note(|| {
                Note::new(&PRE_VOTE_STALE, Outcome::Ignored)
                    .with("node", id)
                    .with("from", from)
                    .with("term", Epoch::term(asked))
            });
            return;
        };
        let outcome = hear(from, granted, yes, no);
        let (count, quorum) = deciding.count(Members::from(&*yes), self.quorum());
        out.note(|| {
            Note::new(&PRE_VOTE_COUNT, outcome)
                .with("node", id)
                .with("from", from)
                .with("term", Epoch::term(next_term))
                .with("count", count)
                .with("quorum", quorum)
        });
        self.try_to_stand(node, out);
    }

    fn try_to_stand<S: Sink<Self>>(&self, node: &mut Node, out: &mut S) {
        let Role::PreCandidate { granted, .. } = &node.role else {
            return;
        };
        let (count, quorum) = self.count(node, granted.into());
        if count < quorum {
            return;
        }
        out.note(|| {
            Note::new(&PRE_VOTE_WON, Outcome::Accepted)
                .with("node", node.id)
                .with("term", Epoch::term(node.disk.term + 1))
                .because(
                    ("pre_votes", count),
                    Relation::AtLeast,
                    ("majority", quorum),
                )
        });
        self.stand(node, false, out);
    }
}
