//! The log: entries numbered from 1, shared copy on write between nodes' pasts.

use std::sync::Arc;

use serde::Serialize;

use crate::protocol::{ClientId, Request, Value};

/// One log entry.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize)]
pub struct Entry {
    /// The term in which a leader received it.
    pub term: u32,
    /// What it says.
    pub payload: Payload,
}

/// What an entry says.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize)]
pub enum Payload {
    /// Nothing: a leader's first entry, where the cluster uses it (§8).
    NoOp,
    /// A client's command.
    Command {
        /// Who asked.
        client: ClientId,
        /// For what, with its serial number.
        request: Request,
    },
}

impl Payload {
    /// The command; none for a no-op.
    pub fn command(&self) -> Option<&Value> {
        match self {
            Self::NoOp => None,
            Self::Command { request, .. } => Some(&request.command),
        }
    }
}

/// A log. Cloning shares it; writing to a shared one copies.
#[derive(Clone, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize)]
pub struct Log(Arc<Vec<Entry>>);

impl Log {
    /// The index of the last entry; 0 for an empty log.
    pub fn last_index(&self) -> u32 {
        self.0.len() as u32
    }

    /// The last entry as (term, index), which is what elections compare (§5.4.1).
    pub fn last_position(&self) -> (u32, u32) {
        (
            self.term_at(self.last_index()).unwrap_or(0),
            self.last_index(),
        )
    }

    /// The entry at an index.
    pub fn get(&self, index: u32) -> Option<&Entry> {
        let position = usize::try_from(index.checked_sub(1)?).ok()?;
        self.0.get(position)
    }

    /// The term at an index; 0 before the first entry.
    pub fn term_at(&self, index: u32) -> Option<u32> {
        if index == 0 {
            return Some(0);
        }
        self.get(index).map(|entry| entry.term)
    }

    /// All entries, first first.
    pub fn entries(&self) -> &[Entry] {
        &self.0
    }

    /// The entries from an index on.
    pub fn from(&self, index: u32) -> &[Entry] {
        let start = (index.max(1) - 1) as usize;
        self.0.get(start..).unwrap_or_default()
    }

    /// Adds an entry and gives its index.
    pub fn push(&mut self, entry: Entry) -> u32 {
        Arc::make_mut(&mut self.0).push(entry);
        self.last_index()
    }

    /// Deletes the entry at an index and all that follow it.
    pub fn truncate_from(&mut self, index: u32) {
        if index <= self.last_index() {
            Arc::make_mut(&mut self.0).truncate((index.max(1) - 1) as usize);
        }
    }

    /// Whether two logs are one and the same value in memory.
    pub fn is_shared_with(&self, other: &Self) -> bool {
        Arc::ptr_eq(&self.0, &other.0)
    }
}

impl FromIterator<Entry> for Log {
    fn from_iter<I: IntoIterator<Item = Entry>>(entries: I) -> Self {
        Self(Arc::new(entries.into_iter().collect()))
    }
}
