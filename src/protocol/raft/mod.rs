//! Raft, from Ongaro and Ousterhout, *In Search of an Understandable Consensus Algorithm*
//! (extended version, 2014): elections, log replication, and the rules that keep both safe.
//!
//! The handlers follow Figure 2. What the figure leaves open is decided by the text of the paper,
//! and each branch cites it.

mod configuration;
mod election;
mod joint_consensus;
mod leader;
mod log;
mod membership;
mod properties;
mod replication;
mod rules;
mod screen;
mod single_server;
mod snapshot;

use crate::sorted::{SortedMap, SortedSet};
use std::sync::Arc;

use serde::Serialize;

use super::{
    About, Cluster, ClusterError, Datum, Epoch, Fact, Input, KeyValue, MessageView, NodeId,
    NodeView, Note, Observation, Outcome, Phase, Protocol, RangeMs, Relation, Rule, Sink, Stride,
    Value, VariantSet, Violation, majority,
};
pub use configuration::{Change, Configuration, Members};
pub use election::up_to_date;
pub use leader::majority_index;
pub use log::{Entry, Log, Payload};
pub use membership::Joining;
pub use properties::Monitor;
use rules::*;
pub use snapshot::{APPLIED_KEPT_MAX, Snapshot};

/// Raft on one cluster.
#[derive(Clone, Debug)]
pub struct Raft {
    cluster: Cluster,
    variants: VariantSet,
    /// The members before any change.
    members: Members,
}

/// What is on a node's disk: "persistent state on all servers" (Figure 2).
#[derive(Clone, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize)]
pub struct Durable {
    /// The latest term that the server has seen.
    pub term: u32,
    /// The candidate that received its vote in this term.
    pub voted_for: Option<NodeId>,
    /// The log.
    pub log: Log,
}

/// A node: what is on disk, and what a crash takes away.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize)]
pub struct Node {
    /// Who it is.
    pub id: NodeId,
    /// What survives a crash.
    pub disk: Durable,
    /// The index of the highest entry known to be committed.
    pub commit: u32,
    /// The index of the highest entry applied to the state machine.
    pub applied: u32,
    /// Its role, with what only that role knows.
    pub role: Role,
    /// The state machine: rebuilt from the log after a crash.
    pub machine: KeyValue,
}

/// A server's role (§5.1).
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize)]
pub enum Role {
    /// Responds to leaders and candidates.
    Follower {
        /// The leader of this term, if it has been heard.
        leader: Option<NodeId>,
    },
    /// Asks for votes.
    Candidate {
        /// Who granted a vote, itself included.
        granted: SortedSet<NodeId>,
        /// Who refused.
        refused: SortedSet<NodeId>,
    },
    /// Handles all client requests.
    Leader {
        /// For each peer, the index of the next entry to send.
        next: SortedMap<NodeId, u32>,
        /// For each peer, the highest index known to be stored there.
        matched: SortedMap<NodeId, u32>,
        /// The change of members whose new servers are catching up; written only where there is
        /// one, which shows in `next`: it has servers then that are no members.
        #[serde(skip_serializing_if = "Option::is_none")]
        joining: Option<Joining>,
    },
}

/// What servers say to each other: the two remote procedure calls of Figure 2, and the one of
/// Figure 13.
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

impl Message {
    /// The sender's term: every message carries it.
    pub fn term(&self) -> u32 {
        match self {
            Self::RequestVote { term, .. }
            | Self::VoteReply { term, .. }
            | Self::AppendEntries { term, .. }
            | Self::AppendReply { term, .. }
            | Self::InstallSnapshot { term, .. }
            | Self::InstallReply { term, .. } => *term,
        }
    }
}

/// A server's timers.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize)]
pub enum Timer {
    /// A follower or candidate has heard from no leader.
    Election,
    /// A leader shows that it is there.
    Heartbeat,
}

/// "Election timeouts are chosen randomly from a fixed interval (e.g., 150–300 ms)" (§5.2).
pub const ELECTION: RangeMs = RangeMs::new(150, 300);
/// How often a leader shows that it is there; well below the election timeout (§5.6).
pub const HEARTBEAT: RangeMs = RangeMs::new(70, 70);

/// The role of the servers that are members at the start; the others are spare machines.
const MEMBER: &str = "member";

/// The timers, in the order of their names in [`About::timers`].
const TIMERS: &[Timer] = &[Timer::Election, Timer::Heartbeat];

impl Protocol for Raft {
    type Node = Node;
    type Durable = Durable;
    type Message = Message;
    type Timer = Timer;
    type Monitor = Monitor;

    fn about(&self) -> &'static About {
        Self::ABOUT
    }

    fn timer(&self, position: usize) -> Option<Timer> {
        TIMERS.get(position).copied()
    }

    fn timer_position(&self, timer: Timer) -> usize {
        timer as usize
    }

    fn monitor(&self) -> Monitor {
        Monitor::default()
    }

    fn cluster(&self) -> &Cluster {
        &self.cluster
    }

    fn serves(&self) -> Vec<NodeId> {
        self.cluster.ids().collect()
    }

    fn blank(&self, _id: NodeId) -> Durable {
        Durable::default()
    }

    fn boot(&self, id: NodeId, disk: &Durable) -> Node {
        let mut node = Node {
            id,
            disk: disk.clone(),
            commit: 0,
            applied: 0,
            role: Role::Follower { leader: None },
            machine: KeyValue::default(),
        };
        Self::restore(&mut node);
        node
    }

    fn sync(&self, node: &Node, disk: &mut Durable) {
        disk.clone_from(&node.disk);
        if self.is(V::ForgetVote) {
            disk.voted_for = None;
        }
    }

    fn handle<S: Sink<Self>>(&self, node: &mut Node, input: Input<'_, Self>, out: &mut S) {
        self.compact(node, out);
        match input {
            Input::Start { restart } => {
                if restart {
                    out.note(|| restarted(node));
                    if let Some(snapshot) = node.disk.log.snapshot() {
                        out.note(|| snapshot::restored(node, snapshot));
                    }
                }
                self.arm_election(out);
            }
            Input::Fire(Timer::Election) => self.on_election_timeout(node, out),
            Input::Fire(Timer::Heartbeat) => self.on_heartbeat(node, out),
            Input::Request { from, request } => self.on_request(node, from, request, out),
            Input::Deliver { from, message } => {
                self.update_term(node, from, message.term(), out);
                match message {
                    Message::RequestVote {
                        term,
                        last_index,
                        last_term,
                    } => self.on_request_vote(node, from, *term, (*last_term, *last_index), out),
                    Message::VoteReply { term, granted } => {
                        self.on_vote_reply(node, from, *term, *granted, out);
                    }
                    Message::AppendEntries { .. } => {
                        self.on_append_entries(node, from, message, out);
                    }
                    Message::AppendReply { .. } => self.on_append_reply(node, from, message, out),
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
                }
            }
        }
    }

    fn view(&self, node: &Node) -> NodeView {
        screen::node(self, node)
    }

    fn message_view(&self, message: &Message) -> MessageView {
        screen::message(message)
    }

    fn observe(
        &self,
        monitor: &mut Monitor,
        seen: &Observation<'_, Self>,
        violations: &mut Vec<Violation>,
    ) {
        monitor.observe(seen, violations);
    }

    fn compare(
        &self,
        monitor: &Monitor,
        changed: &Node,
        other: &Node,
        violations: &mut Vec<Violation>,
    ) {
        monitor.compare(changed, other, violations);
    }

    fn submitted(&self, _monitor: &mut Monitor, _value: &Value) {}

    fn is_milestone(&self, node: &Node, fact: &Fact) -> bool {
        match fact {
            Fact::BecameRole { role, .. } => *role == "leader",
            Fact::ElectionLost { .. } => true,
            Fact::Committed { .. } => matches!(node.role, Role::Leader { .. }),
            _ => false,
        }
    }

    fn phase(&self, _message: &Message) -> Option<Phase> {
        None
    }
}

impl Raft {
    /// What is the same for every cluster.
    pub const ABOUT: &'static About = &About {
        key: "raft",
        roles: &[MEMBER],
        timers: &["election", "heartbeat"],
        quorums: &[],
        contention: 0,
        rules: RULES,
        properties: properties::PROPERTIES,
        variants: VARIANTS,
        stride: Stride::Milestone,
        first_wish: None,
    };

    /// The protocol on a cluster.
    pub fn new(cluster: Cluster) -> Result<Self, ClusterError> {
        cluster.check(Self::ABOUT)?;
        let variants = VariantSet::of(&cluster, VARIANTS);
        let members = cluster.players(MEMBER).into_iter().collect();
        Ok(Self {
            cluster,
            variants,
            members,
        })
    }

    fn is(&self, variant: V) -> bool {
        self.variants.has(variant as usize)
    }

    fn arm_election<S: Sink<Self>>(&self, out: &mut S) {
        let range = self.cluster.range("election", ELECTION);
        out.set_timer(Timer::Election, range);
    }

    /// "If RPC request or response contains term T > currentTerm: set currentTerm = T, convert to
    /// follower" (Figure 2, all servers).
    fn update_term<S: Sink<Self>>(&self, node: &mut Node, from: NodeId, term: u32, out: &mut S) {
        let before = node.disk.term;
        if term <= before {
            return;
        }
        out.note(|| {
            Note::new(&TERM_NEWER, Outcome::Done)
                .with("node", node.id)
                .with("from", from)
                .with("term", Epoch::term(term))
                .because(
                    ("message_term", Epoch::term(term)),
                    Relation::Greater,
                    ("current_term", Epoch::term(before)),
                )
        });
        node.disk.term = term;
        node.disk.voted_for = None;
        self.follow(node, None, out);
    }

    /// Becomes a follower of the current term. A leader has no election timer, so it gets one; a
    /// candidate or follower keeps the one that runs.
    fn follow<S: Sink<Self>>(&self, node: &mut Node, leader: Option<NodeId>, out: &mut S) {
        let role = std::mem::replace(&mut node.role, Role::Follower { leader });
        if let Role::Leader { .. } = role {
            out.cancel_timer(Timer::Heartbeat);
            self.arm_election(out);
        }
        if !matches!(role, Role::Follower { .. }) {
            out.fact(Fact::BecameRole {
                role: "follower",
                epoch: Epoch::term(node.disk.term),
            });
        }
    }
}

fn restarted(node: &Node) -> Note {
    Note::new(&RESTART, Outcome::Done)
        .with("node", node.id)
        .with("term", Epoch::term(node.disk.term))
        .with("voted_for", node.disk.voted_for)
        .with("entries", node.disk.log.last_index())
}
