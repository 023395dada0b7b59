//! What must hold in Multi-Paxos, watched from facts: for each slot what must hold in Paxos, and
//! that replicas apply the same.

use crate::sorted::{SortedMap, SortedSet};

use serde::Serialize;

use super::{MultiPaxos, Proposal};
use crate::protocol::{
    Citation, ClientId, Datum, Decree, Epoch, Fact, LINEARIZABILITY, NodeId, Observation,
    Permutation, Property, Relabel, Statement, Value, Violation, relabel,
};

const S2_1: Citation = Citation::paxos("2.1");
const S2_2: Citation = Citation::paxos("2.2");
const S3: Citation = Citation::paxos("3");

/// "At most one command can be chosen as the 135th one", and a learner learns no other.
pub static AGREEMENT: Property = Property {
    id: "multi_paxos.agreement",
    citations: &[S3, S2_1],
};
/// Only a no-op, or a command that a client asked for, may be chosen.
pub static VALIDITY: Property = Property {
    id: "multi_paxos.validity",
    citations: &[S2_1, S3],
};
/// An acceptor's promise never falls.
pub static PROMISES: Property = Property {
    id: "multi_paxos.promises",
    citations: &[S2_2],
};
/// A proposer's ballots only rise, and each has one value in a slot.
pub static BALLOTS: Property = Property {
    id: "multi_paxos.ballots",
    citations: &[S2_2, S3],
};
/// "All servers execute the same sequence of state machine commands."
pub static STATE_MACHINE_SAFETY: Property = Property {
    id: "multi_paxos.state_machine_safety",
    citations: &[S3, Citation::pmmc("2.1")],
};
/// A request is executed once, in however many slots it is chosen.
pub static ONCE: Property = Property {
    id: "multi_paxos.once",
    citations: &[Citation::pmmc("2.1")],
};

pub(super) static PROPERTIES: &[&Property] = &[
    &AGREEMENT,
    &VALIDITY,
    &PROMISES,
    &BALLOTS,
    &STATE_MACHINE_SAFETY,
    &ONCE,
    &LINEARIZABILITY,
];

/// What is remembered of the past to watch the properties.
#[derive(Clone, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize)]
pub struct Monitor {
    /// What clients asked for.
    pub submitted: SortedSet<Value>,
    /// Who ever accepted what in which slot: chosen means chosen, whether anybody knows it or not.
    pub votes: SortedMap<(u32, Proposal), SortedSet<NodeId>>,
    /// The value of each slot and ballot.
    pub proposed: SortedMap<(u32, Epoch), Decree>,
    /// The last ballot of each proposer.
    pub ballots: SortedMap<NodeId, Epoch>,
    /// The first value that was chosen or learned for each slot.
    pub chosen: SortedMap<u32, Chosen>,
    /// What was applied as the first command, the second, and so on, each with the replica that
    /// did so first.
    pub applied: Vec<(NodeId, Option<Value>)>,
    /// In which slot each request was executed, and by which replica first.
    pub executed: SortedMap<(ClientId, u32), (u32, NodeId)>,
}

/// A value is chosen, and how one knows.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize)]
pub struct Chosen {
    decree: Decree,
    /// The ballot that a quorum accepted it in; none where a replica believes it.
    ballot: Option<Epoch>,
    /// The acceptors that make the quorum, or that replica.
    witnesses: Vec<NodeId>,
}

relabel!(struct Monitor { submitted, votes, proposed, ballots, chosen, applied, executed });

impl Relabel for Chosen {
    fn relabel(&self, by: &Permutation) -> Self {
        let mut chosen = Self {
            decree: self.decree.clone(),
            ballot: self.ballot.relabel(by),
            witnesses: self.witnesses.relabel(by),
        };
        chosen.witnesses.sort();
        chosen
    }
}

impl Chosen {
    fn statement(&self, slot: u32) -> Statement {
        let key = match self.ballot {
            Some(_) => "multi_paxos.chosen",
            None => "multi_paxos.learned",
        };
        Statement::new(key)
            .with("slot", slot)
            .with("command", &self.decree)
            .with("ballot", self.ballot)
            .with("nodes", Datum::Nodes(self.witnesses.clone()))
    }
}

impl Monitor {
    pub(super) fn observe(
        &mut self,
        quorum: usize,
        seen: &Observation<'_, MultiPaxos>,
        violations: &mut Vec<Violation>,
    ) {
        let (before, after) = (seen.before.disk.promised, seen.after.disk.promised);
        if after < before {
            contradict(
                violations,
                &PROMISES,
                with_ballot("multi_paxos.promised", seen.node, before),
                with_ballot("multi_paxos.promise_now", seen.node, after),
            );
        }
        for fact in seen.facts {
            match fact {
                Fact::BecameRole { role, epoch } if *role == "preparing" => {
                    self.ballot(seen.node, *epoch, violations);
                }
                Fact::ProposedAt {
                    slot,
                    ballot,
                    decree,
                } => self.proposal(*slot, *ballot, decree, violations),
                Fact::AcceptedAt {
                    slot,
                    ballot,
                    decree,
                } => {
                    let vote = (*slot, (*ballot, decree.clone()));
                    let voters = self.votes.get_or_insert_with(vote, SortedSet::new);
                    voters.insert(seen.node);
                    if voters.len() >= quorum {
                        let witnesses = voters.iter().copied().collect();
                        self.choose(*slot, decree, Some(*ballot), witnesses, violations);
                    }
                }
                Fact::LearnedAt { slot, decree } => {
                    self.choose(*slot, decree, None, vec![seen.node], violations);
                }
                Fact::Applied { index, command } => {
                    self.applied(seen.node, *index, command.as_ref(), violations);
                }
                Fact::Executed {
                    index,
                    client,
                    sequence,
                } => self.executed(seen.node, *index, (*client, *sequence), violations),
                _ => {}
            }
        }
    }

    fn ballot(&mut self, node: NodeId, ballot: Epoch, violations: &mut Vec<Violation>) {
        let last = self.ballots.insert(node, ballot);
        if last >= Some(ballot) {
            contradict(
                violations,
                &BALLOTS,
                with_ballot("multi_paxos.ballot_used", node, last),
                with_ballot("multi_paxos.ballot_now", node, Some(ballot)),
            );
        }
    }

    fn proposal(
        &mut self,
        slot: u32,
        ballot: Epoch,
        decree: &Decree,
        violations: &mut Vec<Violation>,
    ) {
        let known = self
            .proposed
            .get_or_insert_with((slot, ballot), || decree.clone());
        if known != decree {
            let statement = |decree: &Decree| {
                Statement::new("multi_paxos.proposed")
                    .with("slot", slot)
                    .with("ballot", ballot)
                    .with("command", decree)
            };
            contradict(violations, &BALLOTS, statement(known), statement(decree));
        }
    }

    fn choose(
        &mut self,
        slot: u32,
        decree: &Decree,
        ballot: Option<Epoch>,
        witnesses: Vec<NodeId>,
        violations: &mut Vec<Violation>,
    ) {
        let now = Chosen {
            decree: decree.clone(),
            ballot,
            witnesses,
        };
        if let Some(value) = decree.command().filter(|it| !self.submitted.contains(*it)) {
            let never = Statement::new("multi_paxos.never_submitted").with("value", value.clone());
            contradict(violations, &VALIDITY, never, now.statement(slot));
        }
        let first = self.chosen.get_or_insert_with(slot, || now.clone());
        if first.decree != *decree {
            let (first, second) = (first.statement(slot), now.statement(slot));
            contradict(violations, &AGREEMENT, first, second);
        }
    }

    fn applied(
        &mut self,
        node: NodeId,
        index: u32,
        command: Option<&Value>,
        violations: &mut Vec<Violation>,
    ) {
        let Some((first, other)) = self.applied.get(index as usize - 1) else {
            self.applied.push((node, command.cloned()));
            return;
        };
        if other.as_ref() != command {
            let statement = |node: NodeId, command: Option<&Value>| {
                let command = command.map_or(Datum::Word("no_op"), |it| it.clone().into());
                Statement::new("multi_paxos.applied")
                    .with("node", node)
                    .with("index", index)
                    .with("command", command)
            };
            let (first, second) = (statement(*first, other.as_ref()), statement(node, command));
            contradict(violations, &STATE_MACHINE_SAFETY, first, second);
        }
    }

    fn executed(
        &mut self,
        node: NodeId,
        slot: u32,
        request: (ClientId, u32),
        violations: &mut Vec<Violation>,
    ) {
        let first = *self.executed.get_or_insert_with(request, || (slot, node));
        if first.0 != slot {
            let statement = |(slot, node): (u32, NodeId)| {
                Statement::new("multi_paxos.executed")
                    .with("node", node)
                    .with("client", request.0)
                    .with("sequence", request.1)
                    .with("slot", slot)
            };
            contradict(violations, &ONCE, statement(first), statement((slot, node)));
        }
    }
}

fn with_ballot(key: &'static str, node: NodeId, ballot: Option<Epoch>) -> Statement {
    Statement::new(key)
        .with("node", node)
        .with("ballot", ballot)
}

fn contradict(
    violations: &mut Vec<Violation>,
    property: &'static Property,
    first: Statement,
    second: Statement,
) {
    violations.push(Violation {
        property,
        first,
        second,
    });
}
