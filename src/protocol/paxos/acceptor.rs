//! The acceptor: phases 1b and 2b. It "can ignore any request without compromising safety"
//! (§2.2), but says so to the proposer.

use super::*;
use crate::protocol::{Epoch, NodeId, Relation, Sink, Value};

/// What an acceptor says to a request.
pub(super) enum Verdict {
    /// Yes.
    Granted,
    /// No: promised to this higher ballot.
    Refused(Epoch),
}

impl Paxos {
    pub(super) fn on_prepare<S: Sink<Self>>(
        &self,
        node: &mut Node,
        from: NodeId,
        ballot: Epoch,
        out: &mut S,
    ) {
        let answer = match self.promise(node, from, ballot, out) {
            Verdict::Granted => Message::Promise {
                ballot,
                accepted: self.reported(node),
            },
            Verdict::Refused(promised) => {
                // A copy of what was promised to is no reason to abandon it: only "a prepare
                // request with a higher number" is (§2.2).
                if promised == ballot || self.is(V::SilentRefusals) {
                    return;
                }
                let accept = false;
                Message::Refused {
                    ballot,
                    promised,
                    accept,
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
        value: &Value,
        out: &mut S,
    ) {
        if let Verdict::Refused(promised) = self.accept(node, from, ballot, value, out)
            && !self.is(V::SilentRefusals)
        {
            let accept = true;
            let refusal = Message::Refused {
                ballot,
                promised,
                accept,
            };
            out.send(from, refusal);
        }
    }

    /// What a promise tells about the past.
    pub(super) fn reported(&self, node: &Node) -> Option<Proposal> {
        let hides = self.is(V::PromiseHidesAccepted);
        node.disk.accepted.clone().filter(|_| !hides)
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
                .with("accepted", node.disk.accepted.as_ref())
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

    /// Phase 2b: accept unless promised to a higher ballot; then tell learners and proposer.
    /// Accepting raises the promise, or a lower ballot could overwrite what was accepted.
    pub(super) fn accept<S: Sink<Self>>(
        &self,
        node: &mut Node,
        from: NodeId,
        ballot: Epoch,
        value: &Value,
        out: &mut S,
    ) -> Verdict {
        let (side, before) = if self.is(V::AcceptIgnoresPromise) {
            ("accepted_ballot", accepted_ballot(&node.disk))
        } else {
            ("promised", node.disk.promised)
        };
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
                .with("ballot", ballot)
                .with("value", value.clone())
                .with("promised", before)
                .because(("ballot", ballot), relation, (side, before))
        });
        if let Some(promised) = before.filter(|_| !granted) {
            return Verdict::Refused(promised);
        }
        node.disk.promised = node.disk.promised.max(Some(ballot));
        node.disk.accepted = Some((ballot, value.clone()));
        out.fact(Fact::Accepted {
            ballot,
            value: value.clone(),
        });
        let mut told = self.learners.clone();
        told.extend(ballot.owner);
        for to in told.into_iter().filter(|to| *to != node.id) {
            let value = value.clone();
            out.send(to, Message::Accepted { ballot, value });
        }
        if self.learners.contains(&node.id) || ballot.owner == Some(node.id) {
            self.on_accepted(node, node.id, ballot, value, out);
        }
        Verdict::Granted
    }
}
