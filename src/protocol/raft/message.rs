//! What servers say to each other, and which handler hears it.

use std::sync::Arc;

use serde::Serialize;

use super::state::if_used;
use super::{Entry, Node, Raft, Snapshot};
use crate::protocol::{ClientId, NodeId, Sink, relabel};

/// What servers say to each other: the two remote procedure calls of Figure 2, the one of
/// Figure 13, and those of the other extensions.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize)]
pub enum Message {
    /// Vote for me.
    RequestVote {
        /// The candidate's term.
        term: u32,
        /// The index of its last entry.
        last_index: u32,
        /// The term of its last entry.
        last_term: u32,
        /// "I have permission to disrupt the leader—it told me to!" (thesis, §4.2.3)
        #[serde(serialize_with = "if_used")]
        transfer: bool,
    },
    /// The answer to it.
    VoteReply {
        /// The voter's term.
        term: u32,
        /// Whether the vote is granted.
        granted: bool,
    },
    /// Store these entries; without entries, a heartbeat.
    AppendEntries {
        /// The leader's term.
        term: u32,
        /// The index of the entry before the new ones.
        prev_index: u32,
        /// Its term.
        prev_term: u32,
        /// The new entries.
        entries: Arc<[Entry]>,
        /// The leader's commit index.
        leader_commit: u32,
    },
    /// The answer to it.
    AppendReply {
        /// The follower's term.
        term: u32,
        /// Whether the log had the preceding entry.
        success: bool,
        /// With success: the highest index that is now known to match.
        match_index: u32,
        /// Without: where the logs part, if the cluster uses the hint.
        hint: Option<Hint>,
    },
    /// Take this snapshot: what you lack is no longer in my log (Figure 13).
    InstallSnapshot {
        /// The leader's term.
        term: u32,
        /// The whole snapshot.
        snapshot: Arc<Snapshot>,
    },
    /// The answer to it.
    InstallReply {
        /// The follower's term.
        term: u32,
        /// The index up to which its state is now the snapshot's, or further. The figure needs
        /// none, since a procedure's result belongs to its call; a message says what it answers.
        last_index: u32,
    },
    /// Would you vote for me in the next term? (thesis, §9.6)
    PreVote {
        /// The sender's term, which it would leave.
        term: u32,
        /// The index of its last entry.
        last_index: u32,
        /// The term of its last entry.
        last_term: u32,
    },
    /// The answer to it.
    PreVoteReply {
        /// The voter's term.
        term: u32,
        /// The term in which it was asked to vote.
        asked: u32,
        /// Whether it would.
        granted: bool,
    },
    /// Stand for election at once (thesis, §3.10).
    TimeoutNow {
        /// The leader's term.
        term: u32,
    },
    /// Do I still lead? A heartbeat for the sake of a read (thesis, §6.4).
    ReadHeartbeat {
        /// The leader's term.
        term: u32,
        /// Who reads.
        client: ClientId,
        /// The read's serial number.
        sequence: u32,
    },
    /// The answer to it.
    ReadHeartbeatReply {
        /// The server's term.
        term: u32,
        /// Who reads.
        client: ClientId,
        /// The read's serial number.
        sequence: u32,
        /// Whether the leader leads the server's term.
        confirmed: bool,
    },
}

/// Where a follower's log parts from the leader's (§5.3, end): "the term of the conflicting entry
/// and the first index it stores for that term".
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize)]
pub struct Hint {
    /// The conflicting term; none where the log is too short.
    pub term: Option<u32>,
    /// The first index of that term, or the first index that is missing.
    pub index: u32,
}

relabel!(plain Hint);
relabel!(enum Message {
    RequestVote { term, last_index, last_term, transfer },
    VoteReply { term, granted },
    AppendEntries { term, prev_index, prev_term, entries, leader_commit },
    AppendReply { term, success, match_index, hint },
    InstallSnapshot { term, snapshot },
    InstallReply { term, last_index },
    PreVote { term, last_index, last_term },
    PreVoteReply { term, asked, granted },
    TimeoutNow { term },
    ReadHeartbeat { term, client, sequence },
    ReadHeartbeatReply { term, client, sequence, confirmed },
});

impl Message {
    /// The sender's term: every message carries it.
    pub fn term(&self) -> u32 {
        match self {
            Self::RequestVote { term, .. }
            | Self::VoteReply { term, .. }
            | Self::AppendEntries { term, .. }
            | Self::AppendReply { term, .. }
            | Self::InstallSnapshot { term, .. }
            | Self::InstallReply { term, .. }
            | Self::PreVote { term, .. }
            | Self::PreVoteReply { term, .. }
            | Self::TimeoutNow { term }
            | Self::ReadHeartbeat { term, .. }
            | Self::ReadHeartbeatReply { term, .. } => *term,
        }
    }
}

impl Raft {
    pub(super) fn on_message<S: Sink<Self>>(
        &self,
        node: &mut Node,
        from: NodeId,
        message: &Message,
        out: &mut S,
    ) {
        if self.disregards(node, from, message, out) {
            return;
        }
        if !matches!(message, Message::PreVote { .. }) {
            self.update_term(node, from, message.term(), out);
        }
        match message {
            Message::RequestVote {
                term,
                last_index,
                last_term,
                ..
            } => self.on_request_vote(node, from, *term, (*last_term, *last_index), out),
            Message::VoteReply { term, granted } => {
                self.on_vote_reply(node, from, *term, *granted, out);
            }
            Message::AppendEntries { .. } => {
                self.on_append_entries(node, from, message, out);
            }
            Message::AppendReply { .. } => self.on_append_reply(node, from, message, out),
            // Only extensions send the rest, and the core has none.
            _ if !cfg!(feature = "full") => {}
            Message::InstallSnapshot { term, snapshot } => {
                self.on_install_snapshot(node, from, *term, snapshot, out);
            }
            Message::InstallReply { term, last_index } => {
                // What the follower has in the snapshot it has stored.
                let stored = Message::AppendReply {
                    term: *term,
                    success: true,
                    match_index: *last_index,
                    hint: None,
                };
                self.on_append_reply(node, from, &stored, out);
            }
            Message::PreVote {
                term,
                last_index,
                last_term,
            } => self.on_pre_vote(node, from, *term, (*last_term, *last_index), out),
            Message::PreVoteReply { asked, granted, .. } => {
                self.on_pre_vote_reply(node, from, *asked, *granted, out);
            }
            Message::TimeoutNow { term } => self.on_timeout_now(node, from, *term, out),
            Message::ReadHeartbeat {
                term,
                client,
                sequence,
            } => self.on_read_heartbeat(node, from, (*term, *client, *sequence), out),
            Message::ReadHeartbeatReply {
                term,
                client,
                sequence,
                confirmed,
            } => self.on_read_heartbeat_reply(
                node,
                from,
                (*term, *client, *sequence),
                *confirmed,
                out,
            ),
        }
    }
}
