//! What nodes say to each other, and which handler hears it.

use serde::Serialize;

use super::{Node, Transaction, TwoPhase};
use crate::protocol::{NodeId, Sink, Value, relabel};

/// What nodes say to each other about one transaction.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize)]
pub struct Message {
    /// The transaction.
    pub transaction: Transaction,
    /// What is said.
    pub says: Says,
}

/// What is said of a transaction.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize)]
pub enum Says {
    /// Coordinator: do this work.
    Work(Value),
    /// Participant: done.
    Worked,
    /// Coordinator, phase 1: can you commit? (VOTE-REQ)
    Prepare,
    /// Participant, phase 1: yes or no.
    Vote(bool),
    /// Coordinator, phase 2, or whoever knows and was asked: commit or abort.
    Decision(bool),
    /// Participant, phase 2: the decision is in my log.
    Ack,
    /// A participant in doubt: what was decided? (DECISION-REQ)
    Ask,
    /// Whoever was asked and is in doubt too.
    Unsure,
}

relabel!(struct Message { transaction, says });
relabel!(
    enum Says {
        Work(value),
        Worked,
        Prepare,
        Vote(yes),
        Decision(commit),
        Ack,
        Ask,
        Unsure,
    }
);

pub(super) fn message(transaction: Transaction, says: Says) -> Message {
    Message { transaction, says }
}

impl TwoPhase {
    pub(super) fn on_message<S: Sink<Self>>(
        &self,
        node: &mut Node,
        from: NodeId,
        message: &Message,
        out: &mut S,
    ) {
        let transaction = message.transaction;
        match &message.says {
            Says::Work(value) => self.on_work(node, from, transaction, value, out),
            Says::Worked => self.on_worked(node, from, transaction, out),
            Says::Prepare => self.on_prepare(node, from, transaction, out),
            Says::Vote(yes) => self.on_vote(node, from, transaction, *yes, out),
            Says::Decision(commit) => {
                self.on_decision(node, from, transaction, *commit, out);
            }
            Says::Ack => self.on_ack(node, from, transaction, out),
            Says::Ask => self.on_ask(node, from, transaction, out),
            Says::Unsure => self.on_unsure(node, from, transaction, out),
        }
    }
}
