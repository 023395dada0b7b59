//! The log: entries numbered from 1, shared between a node's pasts. With snapshots, a
//! prefix of it is discarded and the snapshot stands in its place (§7).

use std::sync::Arc;

use serde::{Serialize, Serializer};

use super::{Change, Snapshot};
use crate::growing::Growing;
use crate::protocol::{ClientId, Request, Value, relabel};

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
    /// A configuration (§6).
    Configuration(Change),
}

relabel!(struct Entry { term, payload });
relabel!(enum Payload {
    NoOp,
    Command { client, request },
    Configuration(change),
});

impl Payload {
    /// Who asked for it, and for what; nobody for a no-op.
    pub fn origin(&self) -> Option<(ClientId, &Request)> {
        match self {
            Self::NoOp => None,
            Self::Command { client, request } => Some((*client, request)),
            Self::Configuration(change) => Some((change.client, &change.request)),
        }
    }

    /// The command; none for a no-op.
    pub fn command(&self) -> Option<&Value> {
        self.origin().map(|(_, request)| &request.command)
    }
}

/// A log. Cloning shares it.
#[derive(Clone, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Log {
    /// What stands for the entries that were discarded.
    snapshot: Option<Arc<Snapshot>>,
    /// The entries after it.
    entries: Growing<Entry>,
}

relabel!(struct Log { snapshot, entries });

impl Log {
    /// The index of the last entry that was discarded; 0 if none was.
    pub fn base(&self) -> u32 {
        self.snapshot().map_or(0, |snapshot| snapshot.last_index)
    }

    /// What stands for the entries that were discarded.
    pub fn snapshot(&self) -> Option<&Arc<Snapshot>> {
        self.snapshot.as_ref()
    }

    /// The index of the last entry, discarded or not; 0 for an empty log.
    pub fn last_index(&self) -> u32 {
        self.base() + self.entries.len() as u32
    }

    /// The last entry as (term, index), which is what elections compare (§5.4.1).
    pub fn last_position(&self) -> (u32, u32) {
        (
            self.term_at(self.last_index()).unwrap_or(0),
            self.last_index(),
        )
    }

    /// Where the entry at an index stands among those that are kept.
    fn position(&self, index: u32) -> Option<usize> {
        usize::try_from(index.checked_sub(self.base() + 1)?).ok()
    }

    /// The entry at an index, unless it was discarded.
    pub fn get(&self, index: u32) -> Option<&Entry> {
        self.entries.get(self.position(index)?)
    }

    /// The term at an index; 0 before the first entry. Of the discarded entries, only the last
    /// one's is known.
    pub fn term_at(&self, index: u32) -> Option<u32> {
        if index == self.base() {
            return Some(self.snapshot().map_or(0, |snapshot| snapshot.last_term));
        }
        self.get(index).map(|entry| entry.term)
    }

    /// The entries that are kept, first first.
    pub fn entries(&self) -> impl DoubleEndedIterator<Item = &Entry> + ExactSizeIterator + Clone {
        self.entries.iter()
    }

    /// The entries that are kept, each with its index.
    pub fn indexed(&self) -> impl DoubleEndedIterator<Item = (u32, &Entry)> {
        let base = self.base();
        let entries = self.entries.iter().enumerate();
        entries.map(move |(position, entry)| (base + 1 + position as u32, entry))
    }

    /// The entries from an index on, as far as they are kept.
    pub fn from(
        &self,
        index: u32,
    ) -> impl DoubleEndedIterator<Item = &Entry> + ExactSizeIterator + Clone {
        self.entries.from(self.position(index).unwrap_or(0))
    }

    /// The configurations in the log, each with its index, latest first; of the discarded ones,
    /// only the latest is known.
    pub fn changes(&self) -> impl Iterator<Item = (u32, &Change)> {
        let kept = self.indexed().rev();
        let kept = kept.filter_map(|(index, entry)| match &entry.payload {
            Payload::Configuration(change) => Some((index, change)),
            Payload::NoOp | Payload::Command { .. } => None,
        });
        let discarded = self.snapshot().and_then(|it| it.configuration.as_ref());
        kept.chain(discarded.map(|(index, change)| (*index, change)))
    }

    /// Adds an entry and gives its index.
    pub fn push(&mut self, entry: Entry) -> u32 {
        self.entries.push(entry);
        self.last_index()
    }

    /// Deletes the entry at an index and all that follow it. What a snapshot stands for stays.
    pub fn truncate_from(&mut self, index: u32) {
        if index <= self.last_index() {
            let kept = self.position(index).unwrap_or(0);
            self.entries.truncate(kept);
        }
    }

    /// Puts a snapshot in the place of the entries that it stands for. The entries after them
    /// stay if the log has its last entry, with index and term; otherwise all are discarded
    /// (Figure 13, 6 and 7).
    pub fn compact(&mut self, snapshot: Arc<Snapshot>) {
        let is_prefix = self.term_at(snapshot.last_index) == Some(snapshot.last_term);
        self.entries = if is_prefix {
            self.from(snapshot.last_index + 1).cloned().collect()
        } else {
            Growing::default()
        };
        self.snapshot = Some(snapshot);
    }

    /// Up to this index the entries of two logs are the same, since they are shared; beyond it they
    /// may be.
    pub fn shared_with(&self, other: &Self) -> u32 {
        match self.base() == other.base() {
            true => self.base() + self.entries.shared_with(&other.entries) as u32,
            false => 0,
        }
    }

    /// Whether two logs are one and the same value in memory.
    pub fn is_shared_with(&self, other: &Self) -> bool {
        let of = |log: &Self| log.snapshot.as_ref().map(Arc::as_ptr);
        self.entries.is_shared_with(&other.entries) && of(self) == of(other)
    }
}

impl Serialize for Log {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        match &self.snapshot {
            None => self.entries.serialize(serializer),
            // No log has so many entries: these are never the bytes of a log without a snapshot.
            Some(snapshot) => (u64::MAX, snapshot, &self.entries).serialize(serializer),
        }
    }
}

impl FromIterator<Entry> for Log {
    fn from_iter<I: IntoIterator<Item = Entry>>(entries: I) -> Self {
        Self {
            snapshot: None,
            entries: entries.into_iter().collect(),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::protocol::KeyValue;

    fn log(terms: &[u32]) -> Log {
        let entry = |term: &u32| Entry {
            term: *term,
            payload: Payload::NoOp,
        };
        terms.iter().map(entry).collect()
    }

    fn snapshot(last_index: u32, last_term: u32) -> Arc<Snapshot> {
        Arc::new(Snapshot {
            last_index,
            last_term,
            machine: KeyValue::default(),
            configuration: None,
        })
    }

    /// Indices, terms and ends are those of the whole log, whatever was discarded.
    #[test]
    fn a_based_log_keeps_its_indices() {
        let mut based = log(&[1, 1, 2, 3]);
        based.compact(snapshot(2, 1));
        assert_eq!((based.base(), based.last_position()), (2, (3, 4)));
        let terms = [0, 1, 2, 3, 4, 5].map(|index| based.term_at(index));
        assert_eq!(terms, [None, None, Some(1), Some(2), Some(3), None]);
        let kept = [2, 3, 5].map(|index| based.get(index).map(|entry| entry.term));
        assert_eq!(kept, [None, Some(2), None]);
        let lengths = [0, 3, 4, 5, 6].map(|index| based.from(index).len());
        assert_eq!(lengths, [2, 2, 1, 0, 0]);
        assert_eq!(based.push(based.get(4).unwrap().clone()), 5);
        based.truncate_from(4);
        assert_eq!(based.last_position(), (2, 3));
        based.truncate_from(1);
        assert_eq!(based.last_position(), (1, 2));
    }

    /// A snapshot of the log's own past leaves what follows; one of another past leaves nothing.
    #[test]
    fn snapshots_keep_what_they_can() {
        for (index, term, last) in [
            (2, 1, (3, 4)),
            (4, 3, (3, 4)),
            (3, 3, (3, 3)),
            (6, 3, (3, 6)),
        ] {
            let mut it = log(&[1, 1, 2, 3]);
            it.compact(snapshot(index, term));
            assert_eq!(it.last_position(), last, "{index} {term}");
        }
    }

    /// A log without a snapshot is written as its entries, and no other log as the same bytes.
    #[test]
    fn bytes_tell_a_snapshot() {
        let bytes = |log: &Log| postcard::to_allocvec(log).unwrap();
        let plain = log(&[1, 2]);
        let entries = postcard::to_allocvec(&plain.entries().cloned().collect::<Vec<_>>()).unwrap();
        assert_eq!(bytes(&plain), entries);
        let mut based = plain.clone();
        based.compact(snapshot(1, 1));
        assert_eq!(bytes(&based)[..9], [0xff; 9]);
    }
}
