//! Log compaction (§7; thesis, chapter 5): a server replaces the applied part of its log by a
//! snapshot of its state machine, and a leader that no longer has what a follower lacks sends
//! that snapshot (Figure 13).
//!
//! The figure splits a snapshot into chunks for the sake of large ones. A stage has small ones,
//! so one message holds a whole snapshot, and steps 2 to 4 fall away: `offset` would always be 0
//! and `done` always true.

use std::sync::Arc;

use serde::Serialize;

use super::*;
use crate::protocol::{Epoch, Note, Outcome, Relation, relabel};

/// How many applied entries a log keeps; with one more, it takes a snapshot of all of them. The
/// paper compares sizes in bytes (§7). Four cells are few enough for a lecture to come to a
/// snapshot within minutes, and enough to see entries stored, committed and applied before.
pub const APPLIED_KEPT_MAX: u32 = 4;

/// What stands for a discarded prefix of the log: "the last included index and term", "the latest
/// configuration as of the last included index", and the state machine with its clients' sessions.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize)]
pub struct Snapshot {
    /// The index of the last entry that it stands for.
    pub last_index: u32,
    /// The term of that entry.
    pub last_term: u32,
    /// The state machine after that entry was applied.
    pub machine: KeyValue,
    /// The latest configuration entry up to there, with its index; none where the configuration
    /// is still the first one.
    pub configuration: Option<(u32, Change)>,
}

relabel!(struct Snapshot { last_index, last_term, machine, configuration });

impl Raft {
    /// "Each server takes snapshots independently, covering just the committed entries in its
    /// log" (§7). It does so before it handles its next input, so that an entry is seen applied
    /// before it goes.
    pub(super) fn compact<S: Sink<Self>>(&self, node: &mut Node, out: &mut S) {
        let (base, last_index) = (node.disk.log.base(), node.applied);
        let applied = last_index.saturating_sub(base);
        let Some(last_term) = node.disk.log.term_at(last_index) else {
            return;
        };
        if !self.is(V::Snapshots) || applied <= APPLIED_KEPT_MAX {
            return;
        }
        out.note(|| {
            Note::new(&SNAPSHOT_TAKE, Outcome::Done)
                .with("node", node.id)
                .with("index", last_index)
                .with("term", Epoch::term(last_term))
                .because(
                    ("applied_entries", applied),
                    Relation::Greater,
                    ("kept_at_most", APPLIED_KEPT_MAX),
                )
        });
        let mut changes = node.disk.log.changes();
        let latest = changes.find(|(index, _)| *index <= last_index);
        let snapshot = Snapshot {
            last_index,
            last_term,
            machine: node.machine.clone(),
            configuration: latest.map(|(index, change)| (index, change.clone())),
        };
        drop(changes);
        node.disk.log.compact(Arc::new(snapshot));
    }

    /// A server that starts begins where its snapshot ends: what that stands for was committed
    /// and applied.
    pub(super) fn restore(node: &mut Node) {
        if let Some(snapshot) = node.disk.log.snapshot() {
            node.machine = snapshot.machine.clone();
            node.commit = node.commit.max(snapshot.last_index);
            node.applied = snapshot.last_index;
        }
    }

    /// "The leader uses a new RPC called InstallSnapshot to send snapshots to followers that are
    /// too far behind", when it "has already discarded the next log entry that it needs to send"
    /// (§7). Says whether that is so.
    pub(super) fn send_snapshot<S: Sink<Self>>(
        &self,
        node: &Node,
        to: NodeId,
        next_index: u32,
        out: &mut S,
    ) -> bool {
        let Some(snapshot) = node.disk.log.snapshot() else {
            return false;
        };
        if next_index > snapshot.last_index {
            return false;
        }
        out.note(|| {
            Note::new(&SNAPSHOT_SEND, Outcome::Done)
                .with("node", node.id)
                .with("to", to)
                .because(
                    ("next_index", next_index),
                    Relation::AtMost,
                    ("last_included", snapshot.last_index),
                )
        });
        let message = Message::InstallSnapshot {
            term: node.disk.term,
            snapshot: snapshot.clone(),
        };
        out.send(to, message);
        true
    }

    /// InstallSnapshot, receiver implementation (Figure 13).
    pub(super) fn on_install_snapshot<S: Sink<Self>>(
        &self,
        node: &mut Node,
        from: NodeId,
        term: u32,
        snapshot: &Arc<Snapshot>,
        out: &mut S,
    ) {
        let current = node.disk.term;
        let last_index = snapshot.last_index;
        let note = |rule, outcome, id: NodeId| {
            Note::new(rule, outcome)
                .with("node", id)
                .with("leader", from)
                .with("index", last_index)
        };
        if term < current {
            out.note(|| {
                note(&SNAPSHOT_TERM, Outcome::Refused, node.id).because(
                    ("message_term", Epoch::term(term)),
                    Relation::Less,
                    ("current_term", Epoch::term(current)),
                )
            });
            let reply = Message::InstallReply {
                term: current,
                last_index: 0,
            };
            out.send(from, reply);
            return;
        }
        self.recognise(node, from, out);
        let log = &mut node.disk.log;
        let base = log.base();
        if last_index <= base {
            // All of it is committed here as well, so the leader may count on it.
            out.note(|| {
                note(&SNAPSHOT_OLD, Outcome::Ignored, node.id).because(
                    ("last_included", last_index),
                    Relation::AtMost,
                    ("own_last_included", base),
                )
            });
        } else {
            let stored = log.term_at(last_index);
            let (wanted, last) = (snapshot.last_term, log.last_index());
            let kept = stored == Some(wanted);
            log.compact(snapshot.clone());
            out.note(|| {
                if kept {
                    return note(&SNAPSHOT_KEEP, Outcome::Accepted, node.id)
                        .with("kept", last - last_index)
                        .because(
                            ("stored_term", Epoch::term(wanted)),
                            Relation::Equal,
                            ("last_included_term", Epoch::term(wanted)),
                        );
                }
                let note = note(&SNAPSHOT_REPLACE, Outcome::Accepted, node.id);
                match stored {
                    Some(stored) => note.because(
                        ("stored_term", Epoch::term(stored)),
                        Relation::Different,
                        ("last_included_term", Epoch::term(wanted)),
                    ),
                    None => note.because(
                        ("last_index", last),
                        Relation::Less,
                        ("last_included", last_index),
                    ),
                }
            });
            self.reset_machine(node, snapshot, out);
        }
        let reply = Message::InstallReply {
            term: current,
            last_index,
        };
        out.send(from, reply);
    }

    /// "Reset state machine using snapshot contents" (Figure 13, 8), unless it has gone further:
    /// a machine never goes back.
    fn reset_machine<S: Sink<Self>>(&self, node: &mut Node, snapshot: &Snapshot, out: &mut S) {
        let last_index = snapshot.last_index;
        if last_index <= node.applied {
            return;
        }
        out.note(|| {
            Note::new(&SNAPSHOT_RESET, Outcome::Done)
                .with("node", node.id)
                .with("index", last_index)
                .because(
                    ("last_included", last_index),
                    Relation::Greater,
                    ("last_applied", node.applied),
                )
        });
        node.machine.clone_from(&snapshot.machine);
        node.applied = last_index;
        node.commit = node.commit.max(last_index);
    }

    /// What an AppendEntries that starts inside the discarded prefix says beyond it: its entries
    /// up to there are committed here, and so they are the same. Gives the index and the term of
    /// the entry before, and the entries that are left; they may be none.
    pub(super) fn beyond_snapshot<'a, S: Sink<Self>>(
        &self,
        node: &Node,
        from: NodeId,
        (prev_index, prev_term): (u32, u32),
        entries: &'a [Entry],
        out: &mut S,
    ) -> (u32, u32, &'a [Entry]) {
        let base = node.disk.log.base();
        let Some(known) = base.checked_sub(prev_index).filter(|known| *known > 0) else {
            return (prev_index, prev_term, entries);
        };
        out.note(|| {
            Note::new(&SNAPSHOT_COVERED, Outcome::Done)
                .with("node", node.id)
                .with("leader", from)
                .because(
                    ("prev_index", prev_index),
                    Relation::Less,
                    ("own_last_included", base),
                )
        });
        let (covered, rest) = entries.split_at(entries.len().min(known as usize));
        let base_term = node.disk.log.term_at(base).unwrap_or(0);
        match covered.last().filter(|_| covered.len() == known as usize) {
            Some(last) => (base, last.term, rest),
            None => (base, base_term, rest),
        }
    }
}

/// A server that starts again has a snapshot on its disk.
pub(super) fn restored(node: &Node, snapshot: &Snapshot) -> Note {
    Note::new(&SNAPSHOT_RESTORE, Outcome::Done)
        .with("node", node.id)
        .with("index", snapshot.last_index)
        .with("term", Epoch::term(snapshot.last_term))
}
