//! What a node knows: the transaction log on its disk, and what a crash takes away.

use serde::Serialize;

use super::{Asking, Collecting, Wish};
use crate::protocol::{ClientId, Epoch, NodeId, Value, relabel};
use crate::sorted::{SortedMap, SortedSet};

/// A transaction: its number and its coordinator.
pub type Transaction = Epoch;

/// How far a transaction has come on one node, by its last log record (§7.4).
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize)]
pub enum Stage {
    /// The coordinator's start record: no decision yet.
    Started,
    /// A yes record: the participant is in doubt until it is told.
    Prepared,
    /// A commit record.
    Committed,
    /// An abort record.
    Aborted,
}

impl Stage {
    /// The decision, if there is one: whether it is to commit.
    pub fn decision(self) -> Option<bool> {
        match self {
            Self::Started | Self::Prepared => None,
            Self::Committed => Some(true),
            Self::Aborted => Some(false),
        }
    }
}

/// What the log says of one transaction.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize)]
pub struct Record {
    /// Its value, where the work for it arrived.
    pub value: Option<Value>,
    /// Whose request it is, with its serial number; on its coordinator.
    pub request: Option<(ClientId, u32)>,
    /// The last record.
    pub stage: Stage,
    /// Whether all participants have acknowledged the decision; on its coordinator.
    pub ended: bool,
}

/// What is on a node's disk: the distributed transaction log (§7.4), by transaction.
#[derive(Clone, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize)]
pub struct Durable {
    /// The log.
    pub log: SortedMap<Transaction, Record>,
}

/// A node: what is on disk, and what a crash takes away.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize)]
pub struct Node {
    /// Who it is.
    pub id: NodeId,
    /// What survives a crash.
    pub disk: Durable,
    /// The participant: work that is done and not yet voted on.
    pub working: SortedMap<Transaction, Value>,
    /// The participant: what it has asked the others about.
    pub asking: SortedMap<Transaction, Asking>,
    /// The coordinator: the transaction that it collects for.
    pub collecting: Option<Collecting>,
    /// The coordinator: requests that wait for their turn.
    pub wishes: Vec<Wish>,
    /// The coordinator: who has not acknowledged a decision.
    pub telling: SortedMap<Transaction, SortedSet<NodeId>>,
}

relabel!(plain Stage);
relabel!(struct Record { value, request, stage, ended });
relabel!(struct Durable { log });
relabel!(struct Node { id, disk, working, asking, collecting, wishes, telling });

impl Durable {
    /// The record of a transaction, which begins as one of which nothing is known.
    pub(super) fn record(&mut self, transaction: Transaction) -> &mut Record {
        self.log.get_or_insert_with(transaction, || Record {
            value: None,
            request: None,
            stage: Stage::Started,
            ended: false,
        })
    }
}

impl Node {
    pub(super) fn stage(&self, transaction: Transaction) -> Option<Stage> {
        self.disk.log.get(&transaction).map(|record| record.stage)
    }

    /// The transactions of others that it has voted yes to and knows no decision of: its
    /// "uncertainty period" (§7.4).
    pub fn in_doubt(&self) -> Vec<Transaction> {
        let log = self.disk.log.iter();
        log.filter(|(it, record)| record.stage == Stage::Prepared && it.owner != Some(self.id))
            .map(|(it, _)| *it)
            .collect()
    }
}
