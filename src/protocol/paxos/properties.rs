//! What must hold in single-decree Paxos (*Paxos Made Simple*, §2.1), watched from facts.

use crate::sorted::{SortedMap, SortedSet};

use serde::Serialize;

use super::{Paxos, Votes};
use crate::protocol::{
    Citation, Datum, Epoch, Fact, LINEARIZABILITY, NodeId, Observation, Permutation, Property,
    Relabel, Statement, Value, Violation, relabel,
};

const S2_1: Citation = Citation::paxos("2.1");
const S2_2: Citation = Citation::paxos("2.2");

/// Only a single value is chosen, and a learner learns no other.
pub static AGREEMENT: Property = Property {
    id: "paxos.agreement",
    citations: &[S2_1],
};
/// Only a value that has been proposed may be chosen.
pub static VALIDITY: Property = Property {
    id: "paxos.validity",
    citations: &[S2_1],
};
/// An acceptor's promise never falls.
pub static PROMISES: Property = Property {
    id: "paxos.promises",
    citations: &[S2_2],
};
/// A proposer's ballots only rise, and each has one value.
pub static BALLOTS: Property = Property {
    id: "paxos.ballots",
    citations: &[S2_2],
};

const OF_NODES: &[&Property] = &[&AGREEMENT, &VALIDITY, &PROMISES, &BALLOTS];
const ALL: &[&Property] = &[&AGREEMENT, &VALIDITY, &PROMISES, &BALLOTS, &LINEARIZABILITY];
/// What clients are told is watched by the full program alone.
pub(super) static PROPERTIES: &[&Property] = if cfg!(feature = "full") {
    ALL
} else {
    OF_NODES
};

/// What is remembered of the past to watch the properties.
#[derive(Clone, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize)]
pub struct Monitor {
    /// What clients asked for.
    pub submitted: SortedSet<Value>,
    /// Who ever accepted what: chosen means chosen, whether anybody knows it or not.
    pub votes: Votes,
    /// The value of each ballot.
    pub proposed: SortedMap<Epoch, Value>,
    /// The last ballot of each proposer.
    pub ballots: SortedMap<NodeId, Epoch>,
    /// The first value that was chosen or learned.
    pub chosen: Option<Chosen>,
}

/// A value is chosen, and how one knows.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize)]
pub struct Chosen {
    value: Value,
    ballot: Epoch,
    /// The acceptors that make the quorum, or the learner that believes it.
    witnesses: Vec<NodeId>,
    learned: bool,
}

relabel!(struct Monitor { submitted, votes, proposed, ballots, chosen });

impl Relabel for Chosen {
    fn relabel(&self, by: &Permutation) -> Self {
        let mut chosen = Self {
            value: self.value.clone(),
            ballot: self.ballot.relabel(by),
            witnesses: self.witnesses.relabel(by),
            learned: self.learned,
        };
        chosen.witnesses.sort();
        chosen
    }
}

impl Chosen {
    fn statement(&self) -> Statement {
        let key = if self.learned {
            "paxos.learned"
        } else {
            "paxos.chosen"
        };
        Statement::new(key)
            .with("value", self.value.clone())
            .with("ballot", self.ballot)
            .with("nodes", Datum::Nodes(self.witnesses.clone()))
    }
}

impl Monitor {
    pub(super) fn observe(
        &mut self,
        quorum: usize,
        seen: &Observation<'_, Paxos>,
        violations: &mut Vec<Violation>,
    ) {
        let (before, after) = (seen.before.disk.promised, seen.after.disk.promised);
        if after < before {
            let statement = |key, ballot: Option<Epoch>| {
                Statement::new(key)
                    .with("node", seen.node)
                    .with("ballot", ballot)
            };
            violations.push(Violation {
                property: &PROMISES,
                first: statement("paxos.promised", before),
                second: statement("paxos.promise_now", after),
            });
        }
        for fact in seen.facts {
            match fact {
                Fact::BecameRole { epoch, .. } => self.ballot(seen.node, *epoch, violations),
                Fact::Proposed { ballot, value } => self.proposal(*ballot, value, violations),
                Fact::Accepted { ballot, value } => {
                    let proposal = (*ballot, value.clone());
                    let voters = self.votes.get_or_insert_with(proposal, SortedSet::new);
                    voters.insert(seen.node);
                    if voters.len() >= quorum {
                        let witnesses = voters.iter().copied().collect();
                        self.choose(value, *ballot, witnesses, false, violations);
                    }
                }
                Fact::Learned { ballot, value } => {
                    self.choose(value, *ballot, vec![seen.node], true, violations);
                }
                _ => {}
            }
        }
    }

    fn ballot(&mut self, node: NodeId, ballot: Epoch, violations: &mut Vec<Violation>) {
        let last = self.ballots.insert(node, ballot);
        if let Some(last) = last.filter(|last| *last >= ballot) {
            let statement = |key, ballot| {
                Statement::new(key)
                    .with("node", node)
                    .with("ballot", ballot)
            };
            violations.push(Violation {
                property: &BALLOTS,
                first: statement("paxos.ballot_used", last),
                second: statement("paxos.ballot_now", ballot),
            });
        }
    }

    fn proposal(&mut self, ballot: Epoch, value: &Value, violations: &mut Vec<Violation>) {
        let known = self.proposed.get_or_insert_with(ballot, || value.clone());
        if known != value {
            let statement = |value: &Value| {
                Statement::new("paxos.proposed")
                    .with("ballot", ballot)
                    .with("value", value.clone())
            };
            violations.push(Violation {
                property: &BALLOTS,
                first: statement(known),
                second: statement(value),
            });
        }
    }

    fn choose(
        &mut self,
        value: &Value,
        ballot: Epoch,
        witnesses: Vec<NodeId>,
        learned: bool,
        violations: &mut Vec<Violation>,
    ) {
        let now = Chosen {
            value: value.clone(),
            ballot,
            witnesses,
            learned,
        };
        if !self.submitted.contains(value) {
            violations.push(Violation {
                property: &VALIDITY,
                first: Statement::new("paxos.never_submitted").with("value", value.clone()),
                second: now.statement(),
            });
        }
        let first = self.chosen.get_or_insert_with(|| now.clone());
        if first.value != *value {
            violations.push(Violation {
                property: &AGREEMENT,
                first: first.statement(),
                second: now.statement(),
            });
        }
    }
}
