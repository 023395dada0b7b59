//! What must hold in Raft (Figure 3 of the paper), watched from facts and states.

use crate::growing::Growing;
use crate::sorted::SortedMap;

use serde::Serialize;

use super::{Entry, Log, Node, Payload, Raft, Role, screen};
use crate::protocol::{
    Citation, Datum, Epoch, Fact, LINEARIZABILITY, NodeId, Observation, Property, Statement, Value,
    Violation, relabel,
};

const FIGURE_3: Citation = Citation::raft_figure("3");

/// At most one leader can be elected in a given term.
pub static ELECTION_SAFETY: Property = Property {
    id: "raft.election_safety",
    citations: &[FIGURE_3, Citation::raft("5.2")],
};
/// A leader never overwrites or deletes entries in its log; it only appends.
pub static LEADER_APPEND_ONLY: Property = Property {
    id: "raft.leader_append_only",
    citations: &[FIGURE_3, Citation::raft("5.3")],
};
/// Two logs with an entry of the same index and term are identical up to that index.
pub static LOG_MATCHING: Property = Property {
    id: "raft.log_matching",
    citations: &[FIGURE_3, Citation::raft("5.3")],
};
/// A committed entry is present in the logs of the leaders of all later terms.
pub static LEADER_COMPLETENESS: Property = Property {
    id: "raft.leader_completeness",
    citations: &[FIGURE_3, Citation::raft("5.4")],
};
/// No two servers apply different entries at one index.
pub static STATE_MACHINE_SAFETY: Property = Property {
    id: "raft.state_machine_safety",
    citations: &[FIGURE_3, Citation::raft("5.4.3")],
};

const OF_NODES: &[&Property] = &[
    &ELECTION_SAFETY,
    &LEADER_APPEND_ONLY,
    &LOG_MATCHING,
    &LEADER_COMPLETENESS,
    &STATE_MACHINE_SAFETY,
];
const ALL: &[&Property] = &[
    &ELECTION_SAFETY,
    &LEADER_APPEND_ONLY,
    &LOG_MATCHING,
    &LEADER_COMPLETENESS,
    &STATE_MACHINE_SAFETY,
    &LINEARIZABILITY,
];
/// What clients are told is watched by the full program alone.
pub(super) static PROPERTIES: &[&Property] = if cfg!(feature = "full") {
    ALL
} else {
    OF_NODES
};

/// What is remembered of the past to watch the properties.
#[derive(Clone, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize)]
pub struct Monitor {
    /// The first leader of each term.
    leaders: SortedMap<u32, NodeId>,
    /// Committed entries, index 1 first, each with the term in which it became committed and the
    /// server that knew first.
    committed: Growing<Commitment>,
    /// Applied commands, index 1 first, each with the server that applied it first.
    applied: Growing<(NodeId, Option<Value>)>,
}

#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize)]
struct Commitment {
    entry: Entry,
    in_term: u32,
    by: NodeId,
}

relabel!(struct Monitor { leaders, committed, applied });
relabel!(struct Commitment { entry, in_term, by });

impl Monitor {
    pub(super) fn observe(
        &mut self,
        seen: &Observation<'_, Raft>,
        violations: &mut Vec<Violation>,
    ) {
        append_only(seen, violations);
        if still_leads(seen) && seen.before.disk.term != seen.after.disk.term {
            // Nobody elected it for this term; it leads it all the same.
            self.elected(seen, seen.after.disk.term, violations);
        }
        for fact in seen.facts {
            match fact {
                Fact::BecameRole { role, epoch } if *role == "leader" => {
                    self.elected(seen, epoch.number, violations);
                }
                Fact::Committed { index, .. } => self.committed(seen, *index),
                Fact::Applied { index, command } => {
                    self.applied(seen.node, *index, command.as_ref(), violations);
                }
                _ => {}
            }
        }
    }

    fn elected(
        &mut self,
        seen: &Observation<'_, Raft>,
        term: u32,
        violations: &mut Vec<Violation>,
    ) {
        let first = *self.leaders.get_or_insert_with(term, || seen.node);
        if first != seen.node {
            let statement = |node: NodeId| {
                Statement::new("raft.leader")
                    .with("node", node)
                    .with("term", Epoch::term(term))
            };
            violations.push(Violation {
                property: &ELECTION_SAFETY,
                first: statement(first),
                second: statement(seen.node),
            });
        }
        self.lacking(seen.after, violations);
    }

    /// Two nodes contradict each other, or one that leads lacks what is committed.
    pub(super) fn compare(
        &self,
        before: Option<&Node>,
        changed: &Node,
        other: &Node,
        violations: &mut Vec<Violation>,
    ) {
        if !changed.disk.log.is_shared_with(&other.disk.log) {
            log_matching(before, changed, other, violations);
        }
        same_state(changed, other, violations);
        // The commitments that `changed` has just made, against who leads later terms already.
        self.lacking(other, violations);
    }

    /// A leader must have every entry that was committed in a term before its own.
    fn lacking(&self, node: &Node, violations: &mut Vec<Violation>) {
        if !matches!(node.role, Role::Leader { .. }) {
            return;
        }
        for (commitment, index) in self.committed.iter().zip(1..) {
            if commitment.in_term < node.disk.term {
                complete(commitment, index, node, violations);
            }
        }
    }

    fn committed(&mut self, seen: &Observation<'_, Raft>, index: u32) {
        if index as usize <= self.committed.len() {
            return;
        }
        let Some(entry) = seen.after.disk.log.get(index).cloned() else {
            return;
        };
        let commitment = Commitment {
            entry,
            in_term: seen.after.disk.term,
            by: seen.node,
        };
        self.committed.push(commitment);
    }

    fn applied(
        &mut self,
        node: NodeId,
        index: u32,
        command: Option<&Value>,
        violations: &mut Vec<Violation>,
    ) {
        let position = index as usize - 1;
        let Some((first, other)) = self.applied.get(position) else {
            self.applied.push((node, command.cloned()));
            return;
        };
        if other.as_ref() != command {
            let statement = |node: NodeId, command: Option<&Value>| {
                Statement::new("raft.applied")
                    .with("node", node)
                    .with("index", index)
                    .with("command", command.cloned())
            };
            violations.push(Violation {
                property: &STATE_MACHINE_SAFETY,
                first: statement(*first, other.as_ref()),
                second: statement(node, command),
            });
        }
    }
}

fn still_leads(seen: &Observation<'_, Raft>) -> bool {
    let leads = |node: &Node| matches!(node.role, Role::Leader { .. });
    leads(seen.before) && leads(seen.after)
}

fn append_only(seen: &Observation<'_, Raft>, violations: &mut Vec<Violation>) {
    let (before, after) = (&seen.before.disk, &seen.after.disk);
    let same_reign = still_leads(seen) && before.term == after.term;
    if !same_reign || before.log.is_shared_with(&after.log) {
        return;
    }
    // A discarded prefix is not an overwritten one: what both still have is compared, unless it is
    // the same in memory.
    let base = before.log.base().max(after.log.base());
    let base = base.max(before.log.shared_with(&after.log));
    let mut kept = base..=before.log.last_index();
    let is_kept = kept.all(|index| same_at(&before.log, &after.log, index));
    if !is_kept || after.log.last_index() < before.log.last_index() {
        let statement = |key, log: &Log| {
            Statement::new(key)
                .with("node", seen.node)
                .with("term", Epoch::term(after.term))
                .with("log", terms(log))
        };
        violations.push(Violation {
            property: &LEADER_APPEND_ONLY,
            first: statement("raft.leader_log", &before.log),
            second: statement("raft.leader_log_now", &after.log),
        });
    }
}

/// The last index at which two logs have an entry of the same term. Of the last entry that was
/// discarded, the term is known.
fn last_alike(a: &Log, b: &Log) -> Option<u32> {
    let mut both = a.base().max(b.base())..=a.last_index().min(b.last_index());
    both.rfind(|index| a.term_at(*index) == b.term_at(*index))
}

fn log_matching(
    before: Option<&Node>,
    changed: &Node,
    other: &Node,
    violations: &mut Vec<Violation>,
) {
    let (a, b) = (&changed.disk.log, &other.disk.log);
    let Some(last) = last_alike(a, b) else {
        return;
    };
    // What was held against each other before, and is the same in memory still, need not be again.
    let known = before.map(|before| &before.disk.log);
    let known = known.and_then(|log| Some(last_alike(log, b)?.min(log.shared_with(a))));
    let first = a.base().max(b.base());
    let mut both = known.map_or(first, |known| first.max(known))..=last;
    let differs = both.find(|index| !same_at(a, b, *index));
    if let Some(index) = differs {
        let statement = |node: &Node| {
            Statement::new("raft.log")
                .with("node", node.id)
                .with("index", index)
                .with("same", last)
                .with("log", terms(&node.disk.log))
        };
        violations.push(Violation {
            property: &LOG_MATCHING,
            first: statement(other),
            second: statement(changed),
        });
    }
}

/// Two servers that have applied up to the same index have the same state, whether they applied
/// each entry or took it over with a snapshot. Without snapshots, the entries say as much.
fn same_state(changed: &Node, other: &Node, violations: &mut Vec<Violation>) {
    let has_snapshot = [changed, other].iter().any(|node| node.disk.log.base() > 0);
    let is_same = changed.applied != other.applied || changed.machine == other.machine;
    if is_same || !has_snapshot {
        return;
    }
    let statement = |node: &Node| {
        Statement::new("raft.machine")
            .with("node", node.id)
            .with("index", node.applied)
            .with("state", screen::pairs(&node.machine))
    };
    violations.push(Violation {
        property: &STATE_MACHINE_SAFETY,
        first: statement(other),
        second: statement(changed),
    });
}

/// Whether two logs say the same at an index that neither has discarded before: where one of them
/// knows the term alone, the term decides.
fn same_at(a: &Log, b: &Log, index: u32) -> bool {
    match (a.get(index), b.get(index)) {
        (Some(a), Some(b)) => a == b,
        _ => a.term_at(index) == b.term_at(index),
    }
}

/// A leader of a later term must have the committed entry.
fn complete(commitment: &Commitment, index: u32, node: &Node, violations: &mut Vec<Violation>) {
    let log = &node.disk.log;
    let has = match log.get(index) {
        Some(entry) => *entry == commitment.entry,
        None if index == log.base() => log.term_at(index) == Some(commitment.entry.term),
        None => index < log.base(),
    };
    if has {
        return;
    }
    violations.push(Violation {
        property: &LEADER_COMPLETENESS,
        first: Statement::new("raft.committed")
            .with("node", commitment.by)
            .with("index", index)
            .with("entry_term", Epoch::term(commitment.entry.term))
            .with("term", Epoch::term(commitment.in_term))
            .with("command", command(&commitment.entry.payload)),
        second: Statement::new("raft.leader_lacks")
            .with("node", node.id)
            .with("term", Epoch::term(node.disk.term))
            .with("index", index)
            .with("log", terms(&node.disk.log)),
    });
}

fn command(payload: &Payload) -> Datum {
    payload
        .command()
        .map_or(Datum::Word("no_op"), |value| value.clone().into())
}

/// A log's terms; where a prefix was discarded, by index.
fn terms(log: &Log) -> Datum {
    if log.base() == 0 {
        return Datum::Terms(log.entries().map(|entry| entry.term).collect());
    }
    let pair = |(index, entry): (u32, &Entry)| (index.into(), Epoch::term(entry.term).into());
    Datum::Pairs(log.indexed().map(pair).collect())
}
