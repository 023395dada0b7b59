//! What nodes say to each other, and which handler hears it.

use serde::Serialize;

use super::rules::REPLY_STALE;
use super::{MultiPaxos, Node, Proposal};
use crate::protocol::{Decree, Epoch, NodeId, Note, Outcome, Sink, relabel};
use crate::sorted::SortedMap;

/// What nodes say to each other.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize)]
pub enum Message {
    /// Phase 1a, for this slot and all after it: "a single reasonably short message" (§3).
    Prepare {
        /// The ballot.
        ballot: Epoch,
        /// The first slot that the sender does not know to be chosen.
        first: u32,
    },
    /// Phase 1b: yes, and this is what I have accepted in those slots.
    Promise {
        /// The ballot promised to.
        ballot: Epoch,
        /// The highest-numbered proposal accepted, by slot.
        accepted: SortedMap<u32, Proposal>,
    },
    /// Phase 2a: accept this decree for this slot.
    Accept {
        /// The ballot.
        ballot: Epoch,
        /// The slot.
        slot: u32,
        /// What it is to hold.
        decree: Decree,
    },
    /// Phase 2b: accepted; to the ballot's proposer.
    Accepted {
        /// The ballot.
        ballot: Epoch,
        /// The slot.
        slot: u32,
    },
    /// I know of a higher ballot ("it should probably inform the proposer", §2.2).
    Refused {
        /// The ballot refused.
        ballot: Epoch,
        /// The higher ballot.
        promised: Epoch,
        /// What was refused.
        asked: Asked,
    },
    /// I lead.
    Heartbeat {
        /// The leader's ballot.
        ballot: Epoch,
        /// Up to which slot all are known to be chosen.
        chosen: u32,
    },
    /// These are chosen.
    Chosen {
        /// The sender's ballot, or the highest that it has seen.
        ballot: Epoch,
        /// What is chosen, by slot.
        decrees: SortedMap<u32, Decree>,
    },
    /// What is chosen from this slot on?
    CatchUp {
        /// The first slot that the sender does not know to be chosen.
        first: u32,
    },
}

/// What a refusal answers.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize)]
pub enum Asked {
    /// Phase 1a.
    Prepare,
    /// Phase 2a.
    Accept,
    /// To be followed.
    Heartbeat,
}

relabel!(plain Asked);
relabel!(enum Message {
    Prepare { ballot, first },
    Promise { ballot, accepted },
    Accept { ballot, slot, decree },
    Accepted { ballot, slot },
    Refused { ballot, promised, asked },
    Heartbeat { ballot, chosen },
    Chosen { ballot, decrees },
    CatchUp { first },
});

impl MultiPaxos {
    pub(super) fn on_message<S: Sink<Self>>(
        &self,
        node: &mut Node,
        from: NodeId,
        message: &Message,
        out: &mut S,
    ) {
        match message {
            Message::Prepare { ballot, first } => {
                self.see(node, from, *ballot, out);
                self.on_prepare(node, from, *ballot, *first, out);
            }
            Message::Promise { ballot, accepted } => {
                self.on_promise(node, from, *ballot, accepted.clone(), out);
            }
            Message::Accept {
                ballot,
                slot,
                decree,
            } => {
                self.see(node, from, *ballot, out);
                self.on_accept(node, from, *ballot, *slot, decree, out);
            }
            Message::Accepted { ballot, slot } => {
                self.on_accepted(node, from, *ballot, *slot, out);
            }
            Message::Refused {
                ballot, promised, ..
            } => {
                if node.role.ballot() != Some(*ballot) {
                    out.note(|| stale(node, from, *ballot));
                }
                self.see(node, from, *promised, out);
            }
            Message::Heartbeat { ballot, chosen } => {
                self.see(node, from, *ballot, out);
                self.on_heartbeat(node, from, *ballot, *chosen, out);
            }
            Message::Chosen { ballot, decrees } => {
                self.see(node, from, *ballot, out);
                self.on_chosen(node, from, decrees, out);
            }
            Message::CatchUp { first } => self.on_catch_up(node, from, *first, out),
        }
    }
}

pub(super) fn stale(node: &Node, from: NodeId, ballot: Epoch) -> Note {
    Note::new(&REPLY_STALE, Outcome::Ignored)
        .with("node", node.id)
        .with("from", from)
        .with("ballot", ballot)
        .with("current", node.role.ballot())
}
