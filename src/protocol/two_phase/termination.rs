//! The cooperative termination protocol (§7.4): a participant in doubt asks all others, and where
//! none of them knows, it is blocked.

use serde::Serialize;

use super::coordinator::decision_word;
use super::*;
use crate::protocol::{Datum, relabel};

/// What a participant in doubt has heard of the others.
#[derive(Clone, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize)]
pub struct Asking {
    /// Who is in doubt too.
    pub unsure: SortedSet<NodeId>,
    /// Whether asking was in vain.
    pub blocked: bool,
}

relabel!(struct Asking { unsure, blocked });

impl TwoPhase {
    /// The decision does not come.
    pub(super) fn on_decision_timeout<S: Sink<Self>>(&self, node: &mut Node, out: &mut S) {
        let in_doubt = node.in_doubt();
        if in_doubt.is_empty() {
            out.note(|| Note::new(&ASK, Outcome::Ignored).with("node", node.id));
        }
        for transaction in in_doubt {
            if self.is(V::UnilateralAbort) {
                self.abort_alone(node, transaction, out);
                continue;
            }
            if node.asking.contains_key(&transaction) {
                self.block(node, transaction, out);
            }
            self.ask(node, transaction, out);
        }
    }

    /// Asks the coordinator and all other participants what was decided.
    pub(super) fn ask<S: Sink<Self>>(
        &self,
        node: &mut Node,
        transaction: Transaction,
        out: &mut S,
    ) {
        out.note(|| {
            Note::new(&ASK, Outcome::Done)
                .with("node", node.id)
                .with("transaction", transaction)
        });
        node.asking.get_or_insert_with(transaction, Asking::default);
        let mut asked = self.others(node.id);
        asked.extend(transaction.owner);
        for to in asked {
            out.send(to, message(transaction, Says::Ask));
        }
        let range = self.cluster.range("decision", DECISION_WAIT);
        out.set_timer(Timer::Decision, range);
    }

    /// Whoever has not voted yes makes sure that the answer is abort; whoever has, knows no more
    /// than the one that asks.
    pub(super) fn on_ask<S: Sink<Self>>(
        &self,
        node: &mut Node,
        from: NodeId,
        transaction: Transaction,
        out: &mut S,
    ) {
        if node.stage(transaction).is_none() {
            self.abort_alone(node, transaction, out);
        }
        let decision = node.stage(transaction).and_then(Stage::decision);
        let note = |rule, outcome| {
            Note::new(rule, outcome)
                .with("node", node.id)
                .with("from", from)
                .with("transaction", transaction)
        };
        let says = match decision {
            Some(commit) => {
                let word = decision_word(commit);
                out.note(|| note(&ANSWER, Outcome::Accepted).with("decision", word));
                Says::Decision(commit)
            }
            None => {
                out.note(|| note(&ANSWER, Outcome::Refused));
                Says::Unsure
            }
        };
        out.send(from, message(transaction, says));
    }

    pub(super) fn on_unsure<S: Sink<Self>>(
        &self,
        node: &mut Node,
        from: NodeId,
        transaction: Transaction,
        out: &mut S,
    ) {
        let (id, asking) = (node.id, node.asking.get_mut(&transaction));
        out.note(|| {
            let outcome = match asking {
                Some(_) => Outcome::Accepted,
                None => Outcome::Ignored,
            };
            Note::new(&UNSURE, outcome)
                .with("node", id)
                .with("from", from)
                .with("transaction", transaction)
        });
        let Some(asking) = node.asking.get_mut(&transaction) else {
            return;
        };
        asking.unsure.insert(from);
        let could_know = self.others(id);
        let mut could_know = could_know
            .iter()
            .filter(|it| Some(**it) != transaction.owner);
        if could_know.all(|it| asking.unsure.contains(it)) {
            self.block(node, transaction, out);
        }
    }

    /// Nobody who answers knows: nothing is left but to wait.
    fn block<S: Sink<Self>>(&self, node: &mut Node, transaction: Transaction, out: &mut S) {
        let (id, asking) = (node.id, node.asking.get_mut(&transaction));
        let Some(asking) = asking.filter(|it| !it.blocked) else {
            return;
        };
        asking.blocked = true;
        out.note(|| {
            let unsure = asking.unsure.iter().copied().collect();
            Note::new(&BLOCKED, Outcome::Done)
                .with("node", id)
                .with("transaction", transaction)
                .with("coordinator", transaction.owner)
                .with("unsure", Datum::Nodes(unsure))
        });
        out.fact(Fact::BecameRole {
            role: "blocked",
            epoch: transaction,
        });
    }
}
