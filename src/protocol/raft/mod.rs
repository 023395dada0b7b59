//! Raft, from Ongaro and Ousterhout, *In Search of an Understandable Consensus Algorithm*
//! (extended version, 2014): elections, log replication, and the rules that keep both safe.
//!
//! The handlers follow Figure 2. What the figure leaves open is decided by the text of the paper,
//! and each branch cites it.

mod configuration;
mod duties;
mod election;
mod joint_consensus;
mod leader;
mod lease;
mod log;
mod membership;
mod pre_vote;
mod properties;
mod read_index;
mod replication;
mod rules;
mod screen;
mod single_server;
mod snapshot;
mod transfer;
mod why_not;

use crate::sorted::{SortedMap, SortedSet};
use std::sync::Arc;

use serde::{Serialize, Serializer};

use super::why_not::{Answer, Question, Scene};
use super::{
    About, ClientId, Cluster, ClusterError, Datum, Epoch, Fact, Input, KeyValue, MessageView,
    NodeId, NodeView, Note, Object, Observation, Outcome, Phase, Protocol, RangeMs, Relation, Rule,
    Sink, Stride, Value, VariantSet, Violation, majority, relabel,
};
pub use configuration::{Change, Configuration, Members};
pub use duties::{Duties, Joining, Read, Transfer};
pub use election::up_to_date;
pub use leader::majority_index;
pub use log::{Entry, Log, Payload};
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
    /// The commit index, where the variant `durable_commit` keeps it here; else 0.
    #[serde(serialize_with = "if_used")]
    pub commit: u32,
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
        /// The leader of this term, if it has been heard; with leases, if it has been heard
        /// within the minimum election timeout.
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
        /// What else it is busy with.
        #[serde(serialize_with = "if_used")]
        duties: Duties,
    },
    /// Asks whether votes would be given, in its own term still (`pre_vote`).
    PreCandidate {
        /// Who would vote for it, itself included.
        granted: SortedSet<NodeId>,
        /// Who would not.
        refused: SortedSet<NodeId>,
    },
}

relabel!(struct Durable { term, voted_for, log, commit });
relabel!(struct Node { id, disk, commit, applied, role, machine });
relabel!(enum Role {
    Follower { leader },
    Candidate { granted, refused },
    Leader { next, matched, duties },
    PreCandidate { granted, refused },
});

/// Writes what only an extension or a variant uses: where it is not used, nothing, so that it
/// changes no other run's hash; where it is, behind a number that no length, index or time reaches,
/// so that no two states have the same bytes.
fn if_used<T, S>(it: &T, serializer: S) -> Result<S::Ok, S::Error>
where
    T: Default + PartialEq + Serialize,
    S: Serializer,
{
    match *it == T::default() {
        true => serializer.serialize_unit(),
        false => (u64::MAX, it).serialize(serializer),
    }
}

impl Role {
    /// The catalogue key of its word.
    fn key(&self) -> &'static str {
        match self {
            Self::Follower { .. } => "role.follower",
            Self::Candidate { .. } => "role.candidate",
            Self::Leader { .. } => "role.leader",
            Self::PreCandidate { .. } => "role.pre_candidate",
        }
    }
}

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

/// A server's timers.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize)]
pub enum Timer {
    /// A follower or candidate has heard from no leader.
    Election,
    /// A leader shows that it is there.
    Heartbeat,
    /// A follower has not heard its leader within the minimum election timeout; a leader counts
    /// who has answered (`pre_vote`, `check_quorum`).
    Lease,
    /// A leader gives up handing over (`leadership_transfer`).
    Transfer,
}

/// "Election timeouts are chosen randomly from a fixed interval (e.g., 150–300 ms)" (§5.2).
pub const ELECTION: RangeMs = RangeMs::new(150, 300);
/// How often a leader shows that it is there; well below the election timeout (§5.6).
pub const HEARTBEAT: RangeMs = RangeMs::new(70, 70);

/// The role of the servers that are members at the start; the others are spare machines.
const MEMBER: &str = "member";

/// The timers, in the order of their names in [`About::timers`].
const TIMERS: &[Timer] = &[
    Timer::Election,
    Timer::Heartbeat,
    Timer::Lease,
    Timer::Transfer,
];

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
            commit: disk.commit,
            applied: 0,
            role: Role::Follower { leader: None },
            machine: KeyValue::default(),
        };
        Self::restore(&mut node);
        node
    }

    fn sync(&self, node: &Node, disk: &mut Durable) {
        disk.clone_from(&node.disk);
        if self.is(V::ForgetVote) || self.is(V::ForgetTerm) {
            disk.voted_for = None;
        }
        if self.is(V::ForgetTerm) {
            disk.term = 0;
        }
        if self.is(V::ForgetLog) {
            disk.log = Log::default();
        }
        if self.is(V::DurableCommit) {
            disk.commit = node.commit;
        }
        if self.is(V::ReuseName) && Self::removal(node).is_some() {
            *disk = Durable::default();
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
                // The state machine is volatile: what the disk knows as committed is applied anew.
                self.commit_to(node, node.commit, out);
                self.arm_election(out);
            }
            Input::Fire(Timer::Election) => self.on_election_timeout(node, out),
            Input::Fire(Timer::Heartbeat) => self.on_heartbeat(node, out),
            Input::Fire(Timer::Lease) => self.on_lease(node, out),
            Input::Fire(Timer::Transfer) => self.on_transfer_timeout(node, out),
            Input::Request { from, request } => self.on_request(node, from, request, out),
            Input::Deliver { from, message } => {
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
        before: Option<&Node>,
        changed: &Node,
        other: &Node,
        violations: &mut Vec<Violation>,
    ) {
        monitor.compare(before, changed, other, violations);
    }

    fn submitted(&self, _monitor: &mut Monitor, _value: &Value) {}

    fn is_operation(&self, command: &Value) -> bool {
        !self.asks_for_change(command) && self.target(command).is_none()
    }

    fn members(&self, node: &Node) -> Option<SortedSet<NodeId>> {
        let members = || self.configuration(node).new.iter().collect();
        self.changes_members().then(members)
    }

    fn change(&self, members: &SortedSet<NodeId>, id: NodeId) -> Option<Value> {
        self.command_of_change(members.into(), id)
    }

    /// The role names the members that there were before, or the new machine would be one.
    fn with_machine(&self) -> Option<Self> {
        if !self.changes_members() {
            return None;
        }
        let mut cluster = self.cluster.clone();
        cluster.nodes += 1;
        let members = self.members.iter().collect();
        cluster.roles.insert(MEMBER.into(), members);
        Self::new(cluster).ok()
    }

    /// All of them: terms have no owner, votes and replicas are counted, and a leader or a vote is
    /// only ever asked whether it is the same. Commands that name servers are another matter.
    fn interchangeable(&self, _monitor: &Monitor, _asked: &SortedSet<NodeId>) -> SortedSet<NodeId> {
        match self.changes_members() || self.is(V::LeadershipTransfer) {
            true => SortedSet::new(),
            false => self.cluster.ids().collect(),
        }
    }

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

    fn questions(&self, scene: &Scene<'_, Self>, node: NodeId) -> Vec<Question> {
        why_not::questions(self, scene, node)
    }

    fn why_not(&self, scene: &Scene<'_, Self>, question: &Question) -> Answer {
        why_not::answer(self, scene, question)
    }

    fn behind(&self, scene: &Scene<'_, Self>, client: ClientId, sequence: u32) -> Option<Question> {
        why_not::behind(self, scene, client, sequence)
    }
}

impl Raft {
    /// What is the same for every cluster.
    pub const ABOUT: &'static About = &About {
        key: "raft",
        roles: &[MEMBER],
        timers: &["election", "heartbeat", "lease", "transfer"],
        timer_rules: &[
            &ELECTION_START,
            &LEADER_HEARTBEAT,
            &LEASE_OVER,
            &TRANSFER_ABORT,
        ],
        quorums: &[],
        compares: true,
        contention: 0,
        rules: RULES,
        messages: screen::MESSAGES,
        object: Object::KeyValue,
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

    #[inline(always)]
    fn is(&self, variant: V) -> bool {
        variant.is_in(self.variants)
    }

    /// The range of election timeouts.
    fn election(&self) -> RangeMs {
        let range = self.cluster.range("election", ELECTION);
        let max = match self.is(V::SameTimeouts) {
            true => range.min,
            false => range.max,
        };
        RangeMs { max, ..range }
    }

    fn arm_election<S: Sink<Self>>(&self, out: &mut S) {
        out.set_timer(Timer::Election, self.election());
    }

    /// "If RPC request or response contains term T > currentTerm: set currentTerm = T, convert to
    /// follower" (Figure 2, all servers).
    fn update_term<S: Sink<Self>>(&self, node: &mut Node, from: NodeId, term: u32, out: &mut S) {
        let before = node.disk.term;
        if term <= before {
            return;
        }
        let stays = self.is(V::NoStepDown) && !matches!(node.role, Role::Follower { .. });
        out.note(|| {
            let role = match stays {
                true => node.role.key(),
                false => "role.follower",
            };
            Note::new(&TERM_NEWER, Outcome::Done)
                .with("node", node.id)
                .with("from", from)
                .with("term", Epoch::term(term))
                .with("role", Datum::Text(role))
                .because(
                    ("message_term", Epoch::term(term)),
                    Relation::Greater,
                    ("current_term", Epoch::term(before)),
                )
        });
        node.disk.term = term;
        if !self.is(V::KeepVote) {
            node.disk.voted_for = None;
        }
        if !stays {
            self.follow(node, None, out);
        }
    }

    /// Becomes a follower of the current term. A leader has no election timer, so it gets one, and
    /// its other duties end; a candidate or follower keeps the one that runs.
    fn follow<S: Sink<Self>>(&self, node: &mut Node, leader: Option<NodeId>, out: &mut S) {
        let role = std::mem::replace(&mut node.role, Role::Follower { leader });
        if leader.is_none() {
            self.end_lease(out);
        }
        if let Role::Leader { duties, .. } = &role {
            out.cancel_timer(Timer::Heartbeat);
            self.arm_election(out);
            self.leave_reads(node, &duties.reads, leader, out);
            if let Some(transfer) = &duties.transfer {
                self.leave_transfer(node, transfer, out);
            }
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

#[cfg(test)]
mod tests {
    use super::*;

    /// What no extension uses leaves no byte; what one does stands behind the mark.
    #[test]
    fn bytes_tell_what_is_used() {
        let bytes = |disk: &Durable| postcard::to_allocvec(disk).unwrap();
        let mut disk = Durable::default();
        let plain = postcard::to_allocvec(&(disk.term, disk.voted_for, &disk.log)).unwrap();
        assert_eq!(bytes(&disk), plain);
        disk.commit = 7;
        let mark = postcard::to_allocvec(&u64::MAX).unwrap();
        assert_eq!(bytes(&disk), [plain, mark, vec![7]].concat());
    }
}
