//! AppendEntries on the receiver (§5.3): the consistency check, conflict repair, and what a
//! follower may consider committed.

use super::*;
use crate::protocol::{Datum, Epoch, Note, Outcome, Relation};

impl Raft {
    pub(super) fn on_append_entries<S: Sink<Self>>(
        &self,
        node: &mut Node,
        from: NodeId,
        message: &Message,
        out: &mut S,
    ) {
        let Message::AppendEntries {
            term,
            prev_index,
            prev_term,
            entries,
            leader_commit,
        } = message
        else {
            return;
        };
        let refuse = |node: &Node, hint, out: &mut S| {
            let reply = Message::AppendReply {
                term: node.disk.term,
                success: false,
                match_index: 0,
                hint,
            };
            out.send(from, reply);
        };
        if *term < node.disk.term {
            out.note(|| {
                Note::new(&APPEND_TERM, Outcome::Refused)
                    .with("node", node.id)
                    .with("leader", from)
                    .because(
                        ("message_term", Epoch::term(*term)),
                        Relation::Less,
                        ("current_term", Epoch::term(node.disk.term)),
                    )
            });
            refuse(node, None, out);
            return;
        }
        self.recognise(node, from, out);
        let (prev_index, prev_term, entries) =
            self.beyond_snapshot(node, from, (*prev_index, *prev_term), entries, out);
        if node.disk.log.term_at(prev_index) != Some(prev_term) {
            out.note(|| inconsistent(node, from, prev_index, prev_term));
            let is_hinting = self.is(V::ConflictHint) || self.tells_length(node, prev_index);
            let hint = is_hinting.then(|| hint(node, prev_index));
            refuse(node, hint, out);
            return;
        }
        self.store(node, prev_index, entries, out);
        // What this message has verified; the log may go on with entries of a deposed leader.
        let verified = prev_index + entries.len() as u32;
        out.note(|| {
            Note::new(&APPEND_ACCEPT, Outcome::Accepted)
                .with("node", node.id)
                .with("leader", from)
                .with("prev_index", prev_index)
                .with("prev_term", Epoch::term(prev_term))
                .with("match_index", verified)
        });
        let reply = Message::AppendReply {
            term: node.disk.term,
            success: true,
            match_index: verified,
            hint: None,
        };
        out.send(from, reply);
        let known = match self.is(V::CommitToLogLength) {
            true => node.disk.log.last_index(),
            false => verified,
        };
        let commit = (*leader_commit).min(known);
        if commit > node.commit {
            out.note(|| {
                Note::new(&APPEND_COMMIT, Outcome::Done)
                    .with("node", node.id)
                    .with("commit", commit)
                    .with("verified", verified)
                    .because(
                        ("leader_commit", *leader_commit),
                        Relation::Greater,
                        ("commit_index", node.commit),
                    )
            });
            self.commit_to(node, commit, out);
        }
    }

    /// A message from the leader of this term: its sender leads, and the election timer starts
    /// again. A candidate gives way (§5.2); its vote stays as it is.
    pub(super) fn recognise<S: Sink<Self>>(&self, node: &mut Node, leader: NodeId, out: &mut S) {
        if !matches!(node.role, Role::Follower { .. }) {
            out.note(|| {
                Note::new(&CANDIDATE_YIELDS, Outcome::Done)
                    .with("node", node.id)
                    .with("leader", leader)
                    .with("term", Epoch::term(node.disk.term))
            });
        }
        if self.is(V::ConcedeClearsVote) && matches!(node.role, Role::Candidate { .. }) {
            node.disk.voted_for = None;
        }
        self.follow(node, Some(leader), out);
        self.begin_lease(out);
        self.arm_election(out);
    }

    /// "If an existing entry conflicts with a new one (same index but different terms), delete
    /// the existing entry and all that follow it. Append any new entries not already in the log"
    /// (Figure 2, AppendEntries, 3 and 4).
    fn store<S: Sink<Self>>(
        &self,
        node: &mut Node,
        prev_index: u32,
        entries: &[Entry],
        out: &mut S,
    ) {
        let mut index = prev_index;
        let before = node.disk.log.last_index();
        if self.is(V::AlwaysTruncate) && before > prev_index {
            out.note(|| {
                Note::new(&APPEND_CONFLICT, Outcome::Done)
                    .with("node", node.id)
                    .with("index", prev_index + 1)
                    .with("deleted", before - prev_index)
            });
            node.disk.log.truncate_from(prev_index + 1);
        }
        let mut stored = 0_u32;
        for entry in entries {
            index += 1;
            match node.disk.log.term_at(index) {
                Some(term) if term == entry.term => continue,
                Some(term) => {
                    out.note(|| {
                        Note::new(&APPEND_CONFLICT, Outcome::Done)
                            .with("node", node.id)
                            .with("index", index)
                            .with("deleted", before + 1 - index)
                            .because(
                                ("stored_term", Epoch::term(term)),
                                Relation::Different,
                                ("new_term", Epoch::term(entry.term)),
                            )
                    });
                    node.disk.log.truncate_from(index);
                }
                None => {}
            }
            node.disk.log.push(entry.clone());
            stored += 1;
        }
        if stored > 0 {
            out.note(|| {
                Note::new(&APPEND_STORE, Outcome::Done)
                    .with("node", node.id)
                    .with("stored", stored)
                    .with("last_index", node.disk.log.last_index())
            });
        }
    }
}

/// The follower has no entry at that index, or one of another term.
fn inconsistent(node: &Node, from: NodeId, index: u32, term: u32) -> Note {
    let note = Note::new(&APPEND_PREV, Outcome::Refused)
        .with("node", node.id)
        .with("leader", from)
        .with("prev_index", index)
        .with("prev_term", Epoch::term(term));
    match node.disk.log.term_at(index) {
        Some(stored) => note.with("why", Datum::Word("other_term")).because(
            ("stored_term", Epoch::term(stored)),
            Relation::Different,
            ("prev_term", Epoch::term(term)),
        ),
        None => note.with("why", Datum::Word("log_too_short")).because(
            ("last_index", node.disk.log.last_index()),
            Relation::Less,
            ("prev_index", index),
        ),
    }
}

fn hint(node: &Node, prev_index: u32) -> Hint {
    let log = &node.disk.log;
    let Some(term) = log.term_at(prev_index) else {
        return Hint {
            term: None,
            index: log.last_index() + 1,
        };
    };
    let mut index = prev_index;
    while index > 1 && log.term_at(index - 1) == Some(term) {
        index -= 1;
    }
    Hint {
        term: Some(term),
        index,
    }
}
