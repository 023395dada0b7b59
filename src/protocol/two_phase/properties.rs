//! Atomic commitment (Bernstein, Hadzilacos and Goodman, §7.3), watched from facts.

use crate::sorted::{SortedMap, SortedSet};

use serde::Serialize;

use super::coordinator::decision_word;
use super::rules::B7_3;
use super::{Transaction, TwoPhase};
use crate::protocol::Place;
use crate::protocol::{
    Citation, Datum, Fact, NodeId, Observation, Property, Statement, Violation, Work, relabel,
};

const GL2: Citation = Citation {
    work: Work::TransactionCommit,
    place: Place::Section("2"),
};

/// AC1: no two nodes decide differently.
pub static AGREEMENT: Property = Property {
    id: "two_phase.agreement",
    citations: &[B7_3, GL2],
};
/// AC2: a decision is never reversed.
pub static STABILITY: Property = Property {
    id: "two_phase.stability",
    citations: &[B7_3, GL2],
};
/// AC3: commit only if all voted yes.
pub static ALL_YES: Property = Property {
    id: "two_phase.all_yes",
    citations: &[B7_3],
};

pub(super) static PROPERTIES: &[&Property] = &[&AGREEMENT, &STABILITY, &ALL_YES];

/// What is remembered of the past to watch the properties.
#[derive(Clone, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize)]
pub struct Monitor {
    /// What each node decided first: whether to commit.
    pub decisions: SortedMap<(Transaction, NodeId), bool>,
    /// Who ever voted yes.
    pub yes: SortedMap<Transaction, SortedSet<NodeId>>,
}

relabel!(struct Monitor { decisions, yes });

impl Monitor {
    pub(super) fn observe(
        &mut self,
        participants: &SortedSet<NodeId>,
        seen: &Observation<'_, TwoPhase>,
        violations: &mut Vec<Violation>,
    ) {
        for fact in seen.facts {
            match fact {
                Fact::Voted { epoch, yes: true } => {
                    let voters = self.yes.get_or_insert_with(*epoch, SortedSet::new);
                    voters.insert(seen.node);
                }
                Fact::Decided { epoch, commit, .. } => {
                    self.decide(participants, seen.node, *epoch, *commit, violations);
                }
                _ => {}
            }
        }
    }

    fn decide(
        &mut self,
        participants: &SortedSet<NodeId>,
        node: NodeId,
        transaction: Transaction,
        commit: bool,
        violations: &mut Vec<Violation>,
    ) {
        let statement = |key, node: NodeId, commit| {
            Statement::new(key)
                .with("node", node)
                .with("transaction", transaction)
                .with("decision", decision_word(commit))
        };
        let now = statement("two_phase.decides", node, commit);
        let here = |((known, _), _): &(&(Transaction, NodeId), &bool)| *known == transaction;
        for ((_, other), known) in self.decisions.iter().filter(here) {
            if *known != commit {
                violations.push(Violation {
                    property: if *other == node {
                        &STABILITY
                    } else {
                        &AGREEMENT
                    },
                    first: statement("two_phase.decided", *other, *known),
                    second: now.clone(),
                });
            }
        }
        let yes = self.yes.get(&transaction);
        let has_voted = |id: &NodeId| yes.is_some_and(|yes| yes.contains(id));
        if commit && !participants.iter().all(has_voted) {
            let without = participants.iter().filter(|id| !has_voted(id)).copied();
            violations.push(Violation {
                property: &ALL_YES,
                first: Statement::new("two_phase.not_voted")
                    .with("transaction", transaction)
                    .with("nodes", Datum::Nodes(without.collect())),
                second: now,
            });
        }
        self.decisions
            .get_or_insert_with((transaction, node), || commit);
    }
}
