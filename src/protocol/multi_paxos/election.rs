//! Choosing a leader: timers, phase 1 for all open slots at once, and handing over.
//!
//! "Election of a single leader is needed only to ensure progress" (§3): nothing here is needed for
//! safety but the promises.

use super::acceptor::Verdict;
use super::message::stale;
use super::*;
use crate::protocol::{Datum, Epoch, Relation};
use crate::sorted::SortedMap;

impl MultiPaxos {
    /// Arms a proposer's election timer; a leader needs none. Each attempt in vain doubles the
    /// time, so that two proposers do not outbid each other for ever (§2.4; PMMC, §3).
    pub(super) fn arm_election<S: Sink<Self>>(&self, node: &Node, out: &mut S) {
        if self.proposers.contains(&node.id) && !matches!(node.role, Role::Leading { .. }) {
            let range = self.cluster.range("election", ELECTION);
            out.set_timer(Timer::Election, range.times(1 << node.tries));
        }
    }

    /// Phase 1a "for infinitely many instances", by one message (§3).
    pub(super) fn on_election_timeout<S: Sink<Self>>(&self, node: &mut Node, out: &mut S) {
        if matches!(node.role, Role::Leading { .. }) || !self.proposers.contains(&node.id) {
            out.note(|| wrong_role(node, "election"));
            return;
        }
        if let Role::Preparing { ballot, .. } = node.role {
            out.fact(Fact::ElectionLost { epoch: ballot });
        }
        let seen_round = node.seen.map_or(0, |seen| seen.number).max(node.disk.round);
        let ballot = Epoch::ballot(seen_round + 1, node.id);
        let first = node.replica.first_open();
        node.disk.round = ballot.number;
        node.seen = Some(ballot);
        out.note(|| {
            Note::new(&PREPARE, Outcome::Done)
                .with("node", node.id)
                .with("ballot", ballot)
                .with("first", first)
                .because(
                    ("round", ballot.number),
                    Relation::Greater,
                    ("seen_round", seen_round),
                )
        });
        out.fact(Fact::BecameRole {
            role: "preparing",
            epoch: ballot,
        });
        if self.is(V::SkipPhase1) {
            self.lead(node, ballot, &SortedMap::new(), out);
            return;
        }
        node.role = Role::Preparing {
            ballot,
            promises: SortedMap::new(),
        };
        self.arm_election(node, out);
        node.tries = (node.tries + 1).min(BACKOFF_DOUBLINGS_MAX);
        for to in self.acceptors.iter().filter(|to| **to != node.id) {
            out.send(*to, Message::Prepare { ballot, first });
        }
        if self.acceptors.contains(&node.id)
            && let Verdict::Granted = self.promise(node, node.id, ballot, out)
        {
            let reported = self.reported(node, first);
            self.on_promise(node, node.id, ballot, reported, out);
        }
    }

    pub(super) fn on_promise<S: Sink<Self>>(
        &self,
        node: &mut Node,
        from: NodeId,
        ballot: Epoch,
        accepted: SortedMap<u32, Proposal>,
        out: &mut S,
    ) {
        let current = node.role.ballot();
        let id = node.id;
        let Role::Preparing { promises, .. } = &mut node.role else {
            out.note(|| stale(node, from, ballot));
            return;
        };
        if current != Some(ballot) {
            out.note(|| stale(node, from, ballot));
            return;
        }
        let reports = accepted.len() as u32;
        promises.insert(from, accepted);
        let (count, quorum) = (promises.len(), self.quorums[0]);
        out.note(|| {
            Note::new(&PROMISE_COUNT, Outcome::Accepted)
                .with("node", id)
                .with("from", from)
                .with("ballot", ballot)
                .with("reports", reports)
                .with("count", count as u32)
                .with("quorum", quorum as u32)
        });
        if count < quorum {
            return;
        }
        let any = self.is(V::AnyReportedValue);
        let mut adopted = SortedMap::<u32, Proposal>::new();
        for (slot, reported) in promises.values().flat_map(SortedMap::iter) {
            let best = adopted.get(slot);
            if best.is_none_or(|best| reported > best && !any) {
                adopted.insert(*slot, reported.clone());
            }
        }
        self.lead(node, ballot, &adopted, out);
    }

    /// The node leads: it finishes what was begun and is then "free to propose any value" (§3).
    fn lead<S: Sink<Self>>(
        &self,
        node: &mut Node,
        ballot: Epoch,
        adopted: &SortedMap<u32, Proposal>,
        out: &mut S,
    ) {
        node.tries = 0;
        node.role = Role::Leading {
            ballot,
            open: SortedMap::new(),
            waiting: Vec::new(),
        };
        out.note(|| {
            Note::new(&ELECTED, Outcome::Done)
                .with("node", node.id)
                .with("ballot", ballot)
                .with("first", node.replica.first_open())
        });
        out.fact(Fact::BecameRole {
            role: "leader",
            epoch: ballot,
        });
        out.cancel_timer(Timer::Election);
        self.beat(node, ballot, out);
        self.finish(node, ballot, adopted, out);
    }

    pub(super) fn on_heartbeat_timer<S: Sink<Self>>(&self, node: &mut Node, out: &mut S) {
        match node.role {
            Role::Leading { ballot, .. } => self.beat(node, ballot, out),
            _ => out.note(|| wrong_role(node, "heartbeat")),
        }
    }

    /// A heartbeat to all replicas, with how far the leader knows what is chosen.
    fn beat<S: Sink<Self>>(&self, node: &Node, ballot: Epoch, out: &mut S) {
        let chosen = node.replica.first_open() - 1;
        out.note(|| {
            Note::new(&HEARTBEAT_SENT, Outcome::Done)
                .with("node", node.id)
                .with("ballot", ballot)
                .with("chosen", chosen)
        });
        let range = self.cluster.range("heartbeat", HEARTBEAT);
        out.set_timer(Timer::Heartbeat, range);
        for to in self.replicas.iter().filter(|to| **to != node.id) {
            out.send(*to, Message::Heartbeat { ballot, chosen });
        }
    }

    /// A leader's word: it is followed, unless a higher ballot has been seen. A replica that knows
    /// less than the leader asks for the rest.
    pub(super) fn on_heartbeat<S: Sink<Self>>(
        &self,
        node: &mut Node,
        from: NodeId,
        ballot: Epoch,
        chosen: u32,
        out: &mut S,
    ) {
        let seen = node.seen.unwrap_or(ballot);
        let is_current = ballot >= seen;
        out.note(|| {
            let (outcome, relation) = if is_current {
                (Outcome::Accepted, Relation::AtLeast)
            } else {
                (Outcome::Refused, Relation::Less)
            };
            Note::new(&HEARTBEAT_HEARD, outcome)
                .with("node", node.id)
                .with("leader", from)
                .with("ballot", ballot)
                .because(("ballot", ballot), relation, ("seen", seen))
        });
        if !is_current {
            let refusal = Message::Refused {
                ballot,
                promised: seen,
                asked: Asked::Heartbeat,
            };
            out.send(from, refusal);
            return;
        }
        node.role = Role::Passive { leader: Some(from) };
        node.tries = 0;
        self.arm_election(node, out);
        self.catch_up(node, from, chosen, out);
    }

    /// Somebody uses this ballot. Where it is higher than the node's own, the node's own is over:
    /// "abandon its proposal" (§2.2). A leader hands over.
    pub(super) fn see<S: Sink<Self>>(
        &self,
        node: &mut Node,
        from: NodeId,
        ballot: Epoch,
        out: &mut S,
    ) {
        let is_higher = node.seen < Some(ballot);
        if !is_higher {
            return;
        }
        node.seen = Some(ballot);
        let role = std::mem::replace(&mut node.role, Role::Passive { leader: None });
        let Some(own) = role.ballot() else {
            return;
        };
        let leads = matches!(role, Role::Leading { .. });
        out.note(|| {
            let (rule, outcome) = if leads {
                (&STEP_DOWN, Outcome::Done)
            } else {
                (&ABANDON, Outcome::Refused)
            };
            Note::new(rule, outcome)
                .with("node", node.id)
                .with("from", from)
                .with("ballot", own)
                .with("higher", ballot)
                .because(("own_ballot", own), Relation::Less, ("seen", ballot))
        });
        if leads {
            out.cancel_timer(Timer::Heartbeat);
            out.cancel_timer(Timer::Retry);
        } else {
            out.fact(Fact::ElectionLost { epoch: own });
        }
        out.fact(Fact::BecameRole {
            role: self.idle_role(node.id),
            epoch: ballot,
        });
        self.arm_election(node, out);
    }

    /// What a node is called that neither leads nor tries to.
    pub(super) fn idle_role(&self, id: NodeId) -> &'static str {
        if self.acceptors.contains(&id) {
            "acceptor"
        } else if self.proposers.contains(&id) {
            "proposer"
        } else {
            "learner"
        }
    }
}

/// A timer of another role; the world never fires one, but a test may.
pub(super) fn wrong_role(node: &Node, timer: &'static str) -> Note {
    Note::new(&TIMER_ROLE, Outcome::Ignored)
        .with("node", node.id)
        .with("timer", Datum::Word(timer))
}
