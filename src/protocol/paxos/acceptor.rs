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
        let granted = before.is_none_or(|promised| {
            ballot > promised
                || ballot == promised && self.is(V::PromiseEqual)
                || self.is(V::PromiseWithoutCheck)
        });
        let relation = Relation::of(&Some(ballot), &before);
        out.note(|| {
            let outcome = match relation {
                _ if granted => Outcome::Accepted,
                Relation::Equal => Outcome::Ignored,
                _ => Outcome::Refused,
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
                if let Some((id, _)) = &mut node.disk.accepted
                    && self.is(V::TutorialAcceptor)
                {
                    *id = ballot;
                }
                out.fact(Fact::Promised { ballot });
                Verdict::Granted
            }
        }
    }

    /// What an acceptor is bound by in phase 2b, and its name as a side of a comparison.
    fn bound(&self, disk: &Durable) -> (&'static str, Option<Epoch>) {
        let accepted = accepted_ballot(disk);
        if self.is(V::AcceptIgnoresPromise) {
            ("promised", None)
        } else if self.is(V::AcceptChecksAcceptedOnly)
            || self.is(V::RefuseBelowAccepted) && accepted > disk.promised
        {
            ("accepted_ballot", accepted)
        } else {
            ("promised", disk.promised)
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
        let (side, before) = self.bound(&node.disk);
        let granted = before.is_none_or(|bound| {
            ballot > bound || ballot == bound && !self.is(V::AcceptStrictlyGreater)
        });
        out.note(|| {
            let (outcome, relation) = if granted {
                (Outcome::Accepted, Relation::AtLeast)
            } else {
                (Outcome::Refused, Relation::of(&Some(ballot), &before))
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
        let kept = [V::AcceptKeepsPromise, V::RefuseBelowAccepted, V::LiteralP1a];
        if !kept.into_iter().any(|it| self.is(it)) {
            node.disk.promised = node.disk.promised.max(Some(ballot));
        }
        if !self.is(V::LiteralP1a) || accepted_ballot(&node.disk) <= Some(ballot) {
            node.disk.accepted = Some((ballot, value.clone()));
        }
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
