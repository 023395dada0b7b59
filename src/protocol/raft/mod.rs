//! Raft, from Ongaro and Ousterhout, *In Search of an Understandable Consensus Algorithm*
//! (extended version, 2014): elections, log replication, and the rules that keep both safe.
//!
//! The handlers follow Figure 2. What the figure leaves open is decided by the text of the paper,
//! and each branch cites it.
//!
//! | of Figure 2 | is in |
//! | --- | --- |
//! | State | `state.rs`, with `log.rs` |
//! | AppendEntries RPC | `message.rs`; the receiver is in `replication.rs` |
//! | RequestVote RPC | `message.rs`; the receiver is in `election.rs` |
//! | Rules for Servers: all servers | `servers.rs` |
//! | followers, candidates | `election.rs` |
//! | leaders | `leader.rs` |
//!
//! Each extension has files of its own.

mod configuration;
mod duties;
mod election;
mod joint_consensus;
mod leader;
mod lease;
mod log;
mod membership;
mod message;
mod pre_vote;
mod properties;
mod read_index;
mod replication;
mod rules;
mod screen;
mod servers;
mod single_server;
mod snapshot;
mod state;
mod timers;
mod transfer;
mod why_not;

use super::why_not::{Answer, Question, Scene};
use super::{
    About, ClientId, Cluster, ClusterError, Fact, Input, KeyValue, MessageView, NodeId, NodeView,
    Object, Observation, Phase, Protocol, Sink, Stride, Value, VariantSet, Violation,
};
use crate::sorted::SortedSet;
pub use configuration::{Change, Configuration, Members};
pub use duties::{Duties, Joining, Read, Transfer};
pub use election::up_to_date;
pub use leader::majority_index;
pub use log::{Entry, Log, Payload};
pub use message::{Hint, Message};
pub use properties::Monitor;
use rules::*;
pub use snapshot::{APPLIED_KEPT_MAX, Snapshot};
pub use state::{Durable, Node, Role};
use timers::TIMERS;
pub use timers::{ELECTION, HEARTBEAT, Timer};

/// Raft on one cluster.
#[derive(Clone, Debug)]
pub struct Raft {
    cluster: Cluster,
    variants: VariantSet,
    /// The members before any change.
    members: Members,
}

/// The role of the servers that are members at the start; the others are spare machines.
const MEMBER: &str = "member";

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
            Input::Start { restart } => self.on_start(node, restart, out),
            Input::Fire(Timer::Election) => self.on_election_timeout(node, out),
            Input::Fire(Timer::Heartbeat) => self.on_heartbeat(node, out),
            Input::Fire(Timer::Lease) => self.on_lease(node, out),
            Input::Fire(Timer::Transfer) => self.on_transfer_timeout(node, out),
            Input::Request { from, request } => self.on_request(node, from, request, out),
            Input::Deliver { from, message } => self.on_message(node, from, message, out),
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
}
