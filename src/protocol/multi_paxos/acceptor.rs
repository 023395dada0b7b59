//! The acceptor: phase 1b, once for all slots, and phase 2b, slot by slot. One promise binds it in
//! every slot (§3: "using the same proposal number for all instances").

use std::sync::Arc;

use super::*;
use crate::protocol::{Decree, Epoch, Relation};
use crate::sorted::SortedMap;

/// What an acceptor says to a request.
pub(super) enum Verdict {
    /// Yes.
    Granted,
    /// No: promised to this ballot.
    Refused(Epoch),
}

impl MultiPaxos {
    pub(super) fn on_prepare<S: Sink<Self>>(
        &self,
        node: &mut Node,
        from: NodeId,
        ballot: Epoch,
        first: u32,
        out: &mut S,
    ) {
        let answer = match self.promise(node, from, ballot, out) {
            Verdict::Granted => {
                // Whoever has just been promised to gets the time to lead.
                self.arm_election(node, out);
                let accepted = self.reported(node, first);
                Message::Promise { ballot, accepted }
            }
            // A copy of what was promised to is no reason to abandon it (§2.2).
            Verdict::Refused(promised) if promised == ballot => return,
            Verdict::Refused(promised) => {
                let asked = Asked::Prepare;
                Message::Refused {
                    ballot,
                    promised,
                    asked,
                }
            }
        };
        out.send(from, answer);
    }

    pub(super) fn on_accept<S: Sink<Self>>(
        &self,
        node: &mut Node,
        from: NodeId,
        ballot: Epoch,
        slot: u32,
        decree: &Decree,
        out: &mut S,
    ) {
        let answer = match self.accept(node, from, ballot, slot, decree, out) {
            Verdict::Granted => Message::Accepted { ballot, slot },
            Verdict::Refused(promised) => {
                let asked = Asked::Accept;
                Message::Refused {
                    ballot,
                    promised,
                    asked,
                }
            }
        };
        out.send(from, answer);
    }

    /// What a promise tells about the past: "more than a simple OK only if it has already received
    /// a phase 2 message" (§3).
    pub(super) fn reported(&self, node: &Node, first: u32) -> SortedMap<u32, Proposal> {
        if self.is(V::PromiseHidesAccepted) {
            return SortedMap::new();
        }
        let mut accepted = SortedMap::clone(&node.disk.accepted);
        accepted.retain(|slot| *slot >= first);
        accepted
    }

    /// Phase 1b: promise if, and only if, the ballot is higher than any promised to.
    pub(super) fn promise<S: Sink<Self>>(
        &self,
        node: &mut Node,
        from: NodeId,
        ballot: Epoch,
        out: &mut S,
    ) -> Verdict {
        let before = node.disk.promised;
        let granted = before.is_none_or(|promised| ballot > promised);
        out.note(|| {
            let (outcome, relation) = match before {
                _ if granted => (Outcome::Accepted, Relation::Greater),
                Some(promised) if promised == ballot => (Outcome::Ignored, Relation::Equal),
                _ => (Outcome::Refused, Relation::Less),
            };
            Note::new(&PROMISE, outcome)
                .with("node", node.id)
                .with("proposer", from)
                .with("ballot", ballot)
                .with("promised", before)
                .because(("ballot", ballot), relation, ("promised", before))
        });
        match before {
            Some(promised) if !granted => Verdict::Refused(promised),
            _ => {
                node.disk.promised = Some(ballot);
                out.fact(Fact::Promised { ballot });
                Verdict::Granted
            }
        }
    }

    /// Phase 2b: accept unless promised to a higher ballot. Accepting raises the promise, or a
    /// lower ballot could overwrite what was accepted.
    pub(super) fn accept<S: Sink<Self>>(
        &self,
        node: &mut Node,
        from: NodeId,
        ballot: Epoch,
        slot: u32,
        decree: &Decree,
        out: &mut S,
    ) -> Verdict {
        let before = node.disk.promised;
        let granted = before.is_none_or(|promised| ballot >= promised);
        out.note(|| {
            let (outcome, relation) = if granted {
                (Outcome::Accepted, Relation::AtLeast)
            } else {
                (Outcome::Refused, Relation::Less)
            };
            Note::new(&ACCEPT, outcome)
                .with("node", node.id)
                .with("proposer", from)
                .with("slot", slot)
                .with("ballot", ballot)
                .with("command", decree)
                .with("promised", before)
                .because(("ballot", ballot), relation, ("promised", before))
        });
        if let Some(promised) = before.filter(|_| !granted) {
            return Verdict::Refused(promised);
        }
        node.disk.promised = Some(ballot);
        Arc::make_mut(&mut node.disk.accepted).insert(slot, (ballot, decree.clone()));
        out.fact(Fact::AcceptedAt {
            slot,
            ballot,
            decree: decree.clone(),
        });
        Verdict::Granted
    }
}
