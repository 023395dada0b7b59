//! The replica: a learner of all slots that applies what is chosen, in the order of the slots and
//! without gaps, and asks for what it has missed.

use std::sync::Arc;

use serde::Serialize;

use super::leader::known;
use super::*;
use crate::protocol::{Answer, Decree, KeyValue, Relation, Reply, relabel};
use crate::sorted::SortedMap;

/// What a replica knows; volatile, since asking again is always safe.
#[derive(Clone, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize)]
pub struct Replica {
    /// What it knows to be chosen, by slot, from 1; gaps are slots that are not there.
    pub chosen: Arc<SortedMap<u32, Decree>>,
    /// How many decrees it has applied: those of the slots 1 to `applied`.
    pub applied: u32,
    /// The state machine.
    pub machine: KeyValue,
}

relabel!(struct Replica { chosen, applied, machine });

impl Replica {
    /// The first slot that is not known to be chosen.
    pub fn first_open(&self) -> u32 {
        let in_order = self.chosen.keys().zip(1..);
        in_order.take_while(|(slot, nth)| *slot == nth).count() as u32 + 1
    }

    /// The last slot that is known to be chosen; 0 if none is.
    pub fn last(&self) -> u32 {
        self.chosen.keys().next_back().copied().unwrap_or(0)
    }
}

impl MultiPaxos {
    /// "The distinguished learner […] informs the other learners when a value has been chosen"
    /// (§2.3).
    pub(super) fn on_chosen<S: Sink<Self>>(
        &self,
        node: &mut Node,
        from: NodeId,
        decrees: &SortedMap<u32, Decree>,
        out: &mut S,
    ) {
        for (slot, decree) in decrees.iter() {
            if node.replica.chosen.contains_key(slot) {
                out.note(|| known(node.id, from, *slot));
                continue;
            }
            out.note(|| {
                Note::new(&LEARN, Outcome::Done)
                    .with("node", node.id)
                    .with("from", from)
                    .with("slot", *slot)
                    .with("command", decree)
            });
            self.learn(node, *slot, decree, out);
        }
    }

    /// The node knows what is chosen for a slot; if it did not before, it goes on applying.
    pub(super) fn learn<S: Sink<Self>>(
        &self,
        node: &mut Node,
        slot: u32,
        decree: &Decree,
        out: &mut S,
    ) {
        let replica = &mut node.replica;
        if replica.chosen.contains_key(&slot) {
            return;
        }
        Arc::make_mut(&mut replica.chosen).insert(slot, decree.clone());
        out.fact(Fact::LearnedAt {
            slot,
            decree: decree.clone(),
        });
        if self.is(V::ApplyOutOfOrder) {
            self.apply(node, slot, decree, out);
            return;
        }
        self.advance(node, out);
        let missing = node.replica.applied + 1;
        if slot >= missing {
            out.note(|| {
                Note::new(&APPLY_GAP, Outcome::Refused)
                    .with("node", node.id)
                    .with("slot", slot)
                    .with("missing", missing)
                    .because(("first_open", missing), Relation::Less, ("slot", slot))
            });
        }
    }

    /// Applies all that can be. "It can't execute commands 138–140, which it also knows, because
    /// commands 136 and 137 have yet to be chosen" (§3).
    pub(super) fn advance<S: Sink<Self>>(&self, node: &mut Node, out: &mut S) {
        if self.is(V::ApplyOutOfOrder) {
            return;
        }
        loop {
            let next = node.replica.applied + 1;
            match node.replica.chosen.get(&next).cloned() {
                Some(decree) => self.apply(node, next, &decree, out),
                None if self.is(V::GapsLeft) && is_left(node, next) => {
                    self.apply(node, next, &Decree::NoOp, out);
                }
                None => return,
            }
        }
    }

    /// The next command of the state machine; the leader answers the client. In the order of the
    /// slots, the n-th that is applied is slot n.
    fn apply<S: Sink<Self>>(&self, node: &mut Node, slot: u32, decree: &Decree, out: &mut S) {
        node.replica.applied += 1;
        out.fact(Fact::Applied {
            index: node.replica.applied,
            command: decree.command().cloned(),
        });
        let Decree::Command { client, request } = decree else {
            out.note(|| {
                Note::new(&APPLY_NO_OP, Outcome::Done)
                    .with("node", node.id)
                    .with("slot", slot)
            });
            return;
        };
        let (client, sequence, command) = (*client, request.sequence, &request.command);
        let note = |rule, outcome| {
            Note::new(rule, outcome)
                .with("node", node.id)
                .with("slot", slot)
                .with("client", client)
                .with("sequence", sequence)
                .with("command", command.clone())
        };
        let machine = &mut node.replica.machine;
        if machine.has_executed(client, sequence) && !self.is(V::NoSessions) {
            out.note(|| note(&APPLY_DUPLICATE, Outcome::Ignored));
        } else {
            out.note(|| note(&APPLY, Outcome::Done));
            machine.execute(client, sequence, command);
            out.fact(Fact::Executed {
                index: slot,
                client,
                sequence,
            });
        }
        let answer = machine.answered(client, sequence).cloned();
        if let (Role::Leading { .. }, Some(result)) = (&node.role, answer) {
            let answer = Answer::Done(result);
            out.reply(client, Reply { sequence, answer });
        }
    }

    /// The leader knows more: the replica asks for it.
    pub(super) fn catch_up<S: Sink<Self>>(
        &self,
        node: &Node,
        leader: NodeId,
        chosen: u32,
        out: &mut S,
    ) {
        let first = node.replica.first_open();
        if first > chosen {
            return;
        }
        out.note(|| {
            Note::new(&CATCH_UP_ASK, Outcome::Done)
                .with("node", node.id)
                .with("leader", leader)
                .with("first", first)
                .because(
                    ("first_open", first),
                    Relation::AtMost,
                    ("chosen_to", chosen),
                )
        });
        out.send(leader, Message::CatchUp { first });
    }

    /// Whoever knows tells: what is chosen stays chosen, whether one leads or not.
    pub(super) fn on_catch_up<S: Sink<Self>>(
        &self,
        node: &Node,
        from: NodeId,
        first: u32,
        out: &mut S,
    ) {
        let mut decrees = SortedMap::clone(&node.replica.chosen);
        decrees.retain(|slot| *slot >= first);
        let count = decrees.len() as u32;
        out.note(|| {
            let outcome = if count > 0 {
                Outcome::Done
            } else {
                Outcome::Ignored
            };
            Note::new(&CATCH_UP_TELL, outcome)
                .with("node", node.id)
                .with("from", from)
                .with("first", first)
                .with("count", count)
        });
        if let Some(ballot) = node.seen.filter(|_| count > 0) {
            out.send(from, Message::Chosen { ballot, decrees });
        }
    }
}

/// Whether a leader that leaves gaps takes this slot for one.
fn is_left(node: &Node, slot: u32) -> bool {
    match &node.role {
        Role::Leading { open, .. } => node.replica.last() > slot && !open.contains_key(&slot),
        _ => false,
    }
}
