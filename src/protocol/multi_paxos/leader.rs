//! What a leader does: phase 2 of one slot after the other, as "the distinguished proposer (the
//! only one that tries to issue proposals)" (§3) and the distinguished learner (§2.3).

use serde::Serialize;

use super::acceptor::Verdict;
use super::election::wrong_role;
use super::message::stale;
use super::*;
use crate::protocol::{Answer, ClientId, Datum, Decree, Epoch, Relation, Reply, Request, relabel};
use crate::sorted::SortedMap;

/// How far a leader can get ahead: α of §3, "it can propose commands i + 1 through i + α after
/// commands 1 through i are chosen".
pub const WINDOW: u32 = 3;

/// A slot in which the leader has proposed and that it does not know to be chosen.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize)]
pub struct Open {
    /// What it has proposed.
    pub decree: Decree,
    /// Who has accepted it in the leader's ballot.
    pub accepted_by: SortedSet<NodeId>,
}

relabel!(struct Open { decree, accepted_by });

impl MultiPaxos {
    /// What phase 1 leaves to do: the highest-numbered proposal of each slot where one was reported
    /// (§2.2, P2c), and a no-op where none was, so that what comes after can be applied (§3).
    pub(super) fn finish<S: Sink<Self>>(
        &self,
        node: &mut Node,
        ballot: Epoch,
        adopted: &SortedMap<u32, Proposal>,
        out: &mut S,
    ) {
        let reported = adopted.keys().next_back().copied().unwrap_or(0);
        let last = reported.max(node.replica.last());
        for slot in node.replica.first_open()..=last {
            if node.replica.chosen.contains_key(&slot) {
                continue;
            }
            if let Some((reported, decree)) = adopted.get(&slot) {
                out.note(|| {
                    Note::new(&FINISH, Outcome::Done)
                        .with("node", node.id)
                        .with("slot", slot)
                        .with("ballot", ballot)
                        .with("reported", *reported)
                        .with("command", decree)
                });
                self.propose(node, slot, decree, out);
            } else if !self.is(V::GapsLeft) {
                out.note(|| {
                    Note::new(&FILL_GAP, Outcome::Done)
                        .with("node", node.id)
                        .with("slot", slot)
                        .with("ballot", ballot)
                        .with("last", last)
                });
                self.propose(node, slot, &Decree::NoOp, out);
            }
        }
        self.advance(node, out);
    }

    /// Phase 2a of one slot.
    fn propose<S: Sink<Self>>(&self, node: &mut Node, slot: u32, decree: &Decree, out: &mut S) {
        let id = node.id;
        let Role::Leading { ballot, open, .. } = &mut node.role else {
            return;
        };
        let ballot = *ballot;
        if open.is_empty() {
            out.set_timer(Timer::Retry, self.cluster.range("retry", RETRY));
        }
        let proposal = Open {
            decree: decree.clone(),
            accepted_by: SortedSet::new(),
        };
        open.insert(slot, proposal);
        out.fact(Fact::ProposedAt {
            slot,
            ballot,
            decree: decree.clone(),
        });
        for to in self.acceptors.iter().filter(|to| **to != id) {
            let decree = decree.clone();
            out.send(
                *to,
                Message::Accept {
                    ballot,
                    slot,
                    decree,
                },
            );
        }
        if self.acceptors.contains(&id)
            && let Verdict::Granted = self.accept(node, id, ballot, slot, decree, out)
        {
            self.on_accepted(node, id, ballot, slot, out);
        }
    }

    /// "When the leader fails to receive the expected response to its phase 2 messages in instance
    /// 141, it will retransmit those messages" (§3).
    pub(super) fn on_retry<S: Sink<Self>>(&self, node: &mut Node, out: &mut S) {
        let Role::Leading { ballot, open, .. } = &node.role else {
            out.note(|| wrong_role(node, "retry"));
            return;
        };
        out.note(|| {
            let slots = open.keys().map(|slot| (*slot).into());
            Note::new(&RETRANSMIT, Outcome::Done)
                .with("node", node.id)
                .with("ballot", *ballot)
                .with("slots", Datum::List(slots.collect()))
        });
        for (
            slot,
            Open {
                decree,
                accepted_by,
            },
        ) in open.iter()
        {
            let silent = |to: &&NodeId| **to != node.id && !accepted_by.contains(*to);
            for to in self.acceptors.iter().filter(silent) {
                out.send(
                    *to,
                    Message::Accept {
                        ballot: *ballot,
                        slot: *slot,
                        decree: decree.clone(),
                    },
                );
            }
        }
        out.set_timer(Timer::Retry, self.cluster.range("retry", RETRY));
    }

    /// A slot is chosen once a quorum of acceptors accepted it *in one ballot* (§2.3). The leader
    /// tells all replicas.
    pub(super) fn on_accepted<S: Sink<Self>>(
        &self,
        node: &mut Node,
        from: NodeId,
        ballot: Epoch,
        slot: u32,
        out: &mut S,
    ) {
        let id = node.id;
        let is_current = node.role.ballot() == Some(ballot);
        let open = match &mut node.role {
            Role::Leading { open, .. } if is_current => open,
            _ => {
                out.note(|| stale(node, from, ballot));
                return;
            }
        };
        let Some(entry) = open.get_mut(&slot) else {
            out.note(|| known(id, from, slot));
            return;
        };
        entry.accepted_by.insert(from);
        let (count, quorum) = (entry.accepted_by.len(), self.quorums[1]);
        out.note(|| {
            Note::new(&ACCEPT_COUNT, Outcome::Accepted)
                .with("node", id)
                .with("from", from)
                .with("slot", slot)
                .with("ballot", ballot)
                .with("count", count as u32)
                .with("quorum", quorum as u32)
        });
        if count < quorum {
            return;
        }
        let decree = entry.decree.clone();
        open.remove(&slot);
        if open.is_empty() {
            out.cancel_timer(Timer::Retry);
        }
        out.note(|| {
            Note::new(&CHOSEN, Outcome::Done)
                .with("node", id)
                .with("slot", slot)
                .with("ballot", ballot)
                .with("command", &decree)
                .because(
                    ("accepted_by", count as u32),
                    Relation::AtLeast,
                    ("quorum", quorum as u32),
                )
        });
        for to in self.replicas.iter().filter(|to| **to != id) {
            let decrees = SortedMap::from([(slot, decree.clone())]);
            out.send(*to, Message::Chosen { ballot, decrees });
        }
        self.learn(node, slot, &decree, out);
        self.serve_waiting(node, out);
    }

    pub(super) fn on_request<S: Sink<Self>>(
        &self,
        node: &mut Node,
        from: ClientId,
        request: &Request,
        out: &mut S,
    ) {
        let sequence = request.sequence;
        let note = |rule, outcome| {
            Note::new(rule, outcome)
                .with("node", node.id)
                .with("client", from)
                .with("sequence", sequence)
                .with("command", request.command.clone())
        };
        let (open, waiting) = match &node.role {
            Role::Leading { open, waiting, .. } => (open, waiting),
            Role::Passive { .. } | Role::Preparing { .. } => {
                let hint = match node.role {
                    Role::Passive { leader } => leader,
                    _ => None,
                };
                out.note(|| note(&REQUEST_ELSEWHERE, Outcome::Refused).with("leader", hint));
                let answer = Answer::Elsewhere { hint };
                out.reply(from, Reply { sequence, answer });
                return;
            }
        };
        let decree = Decree::Command {
            client: from,
            request: request.clone(),
        };
        if !self.is(V::NoSessions) {
            let machine = &node.replica.machine;
            if let Some(result) = machine.answered(from, sequence).cloned() {
                out.note(|| note(&REQUEST_ANSWERED, Outcome::Done));
                let answer = Answer::Done(result);
                out.reply(from, Reply { sequence, answer });
                return;
            }
            if machine.has_executed(from, sequence) {
                out.note(|| note(&REQUEST_OLD, Outcome::Ignored));
                return;
            }
            let proposed = open.values().any(|open| open.decree == decree);
            let chosen = node.replica.chosen.values().any(|it| *it == decree);
            if proposed || chosen || waiting.contains(&decree) {
                out.note(|| note(&REQUEST_WAITING, Outcome::Ignored));
                return;
            }
        }
        let (slot, limit) = (next_slot(node), window_end(node));
        if slot <= limit {
            out.note(|| assigned(node.id, slot, &decree));
            self.propose(node, slot, &decree, out);
            return;
        }
        out.note(|| {
            note(&REQUEST_QUEUED, Outcome::Done).because(
                ("slot", slot),
                Relation::Greater,
                ("window_end", limit),
            )
        });
        if let Role::Leading { waiting, .. } = &mut node.role {
            waiting.push(decree);
        }
    }

    /// Slots have been chosen: those who wait for one get theirs.
    fn serve_waiting<S: Sink<Self>>(&self, node: &mut Node, out: &mut S) {
        let slot = next_slot(node);
        if slot > window_end(node) {
            return;
        }
        if let Role::Leading { waiting, .. } = &mut node.role
            && !waiting.is_empty()
        {
            let decree = waiting.remove(0);
            out.note(|| assigned(node.id, slot, &decree));
            self.propose(node, slot, &decree, out);
            self.serve_waiting(node, out);
        }
    }
}

/// The slot after all in which something is proposed or known to be chosen.
fn next_slot(node: &Node) -> u32 {
    let open = match &node.role {
        Role::Leading { open, .. } => open.keys().next_back().copied(),
        _ => None,
    };
    open.unwrap_or(0).max(node.replica.last()) + 1
}

/// The last slot in which the leader may propose: i + α.
fn window_end(node: &Node) -> u32 {
    node.replica.first_open() - 1 + WINDOW
}

fn assigned(node: NodeId, slot: u32, decree: &Decree) -> Note {
    Note::new(&REQUEST_SLOT, Outcome::Accepted)
        .with("node", node)
        .with("slot", slot)
        .with("command", decree)
}

/// A slot that is known to be chosen already.
pub(super) fn known(node: NodeId, from: NodeId, slot: u32) -> Note {
    Note::new(&LEARN_KNOWN, Outcome::Ignored)
        .with("node", node)
        .with("from", from)
        .with("slot", slot)
}
