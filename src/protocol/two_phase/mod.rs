//! Two-phase commit, for contrast: all must agree, and so one that is gone can stop all the others.
//!
//! From Gray, *Notes on Data Base Operating Systems* (1978), Bernstein, Hadzilacos and Goodman,
//! *Concurrency Control and Recovery in Database Systems* (1987), chapter 7, whose names are used
//! here, and Gray and Lamport, *Consensus on Transaction Commit* (2006), §3.
//!
//! A client's request is a transaction: its value stands for the work that every participant has
//! to do before the vote. A coordinator collects for one transaction at a time, and those that
//! come meanwhile wait; what is decided is told until all have acknowledged it, while the next one
//! is under way. So a participant may be in doubt about several transactions at once, and all that
//! it knows is kept by transaction. Values are opaque: locks and what a command does are not part
//! of committing it.
//!
//! To see a participant vote no, begin the value with `!`: then every participant refuses, or only
//! the one whose name follows, as in `!S3 x`.

mod coordinator;
mod message;
mod participant;
mod properties;
mod rules;
mod screen;
mod state;
mod termination;
mod timers;
mod why_not;

use super::why_not::{Answer, Question, Scene};
use super::{
    About, ClientId, Cluster, ClusterError, Fact, Input, MessageView, NodeId, NodeView, Note,
    Object, Observation, Outcome, Phase, Protocol, Sink, Stride, Value, VariantSet, Violation,
    majority,
};
use crate::sorted::{SortedMap, SortedSet};
pub use coordinator::{Collecting, Wish};
use message::message;
pub use message::{Message, Says};
pub use properties::Monitor;
use rules::*;
pub use state::{Durable, Node, Record, Stage, Transaction};
pub use termination::Asking;
use timers::TIMERS;
pub use timers::{COLLECT, DECISION_WAIT, PREPARE_WAIT, RESEND_WAIT, Timer};

/// Two-phase commit on one cluster.
#[derive(Clone, Debug)]
pub struct TwoPhase {
    cluster: Cluster,
    variants: VariantSet,
    coordinators: SortedSet<NodeId>,
    participants: SortedSet<NodeId>,
}

impl Protocol for TwoPhase {
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
        self.coordinators.iter().copied().collect()
    }

    fn blank(&self, _id: NodeId) -> Durable {
        Durable::default()
    }

    fn boot(&self, id: NodeId, disk: &Durable) -> Node {
        Node {
            id,
            disk: disk.clone(),
            working: SortedMap::new(),
            asking: SortedMap::new(),
            collecting: None,
            wishes: Vec::new(),
            telling: SortedMap::new(),
        }
    }

    fn sync(&self, node: &Node, disk: &mut Durable) {
        disk.clone_from(&node.disk);
        let (no_vote, no_decision) = (self.is(V::VoteNotDurable), self.is(V::DecisionNotDurable));
        if no_vote {
            for transaction in node.in_doubt() {
                disk.log.remove(&transaction);
            }
        }
        for (transaction, record) in disk.log.iter_mut() {
            let own = transaction.owner == Some(node.id);
            let lost = match record.stage {
                Stage::Prepared => no_vote,
                Stage::Committed | Stage::Aborted => no_decision && !record.ended,
                Stage::Started => false,
            };
            if own && lost {
                record.stage = Stage::Started;
            }
        }
    }

    fn handle<S: Sink<Self>>(&self, node: &mut Node, input: Input<'_, Self>, out: &mut S) {
        match input {
            Input::Start { restart: false } => {}
            Input::Start { restart: true } => self.on_restart(node, out),
            Input::Request { from, request } => self.on_request(node, from, request, out),
            Input::Fire(Timer::Collect) => self.on_collect_timeout(node, out),
            Input::Fire(Timer::Prepare) => self.on_prepare_timeout(node, out),
            Input::Fire(Timer::Decision) => self.on_decision_timeout(node, out),
            Input::Fire(Timer::Resend) => self.on_resend(node, out),
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
        monitor.observe(&self.participants, seen, violations);
    }

    /// Atomic commitment says nothing of what is committed.
    fn submitted(&self, _monitor: &mut Monitor, _value: &Value) {}

    /// Transactions are only ever asked whether they are the same; their order decides nothing but
    /// which of several messages leaves first.
    fn interchangeable(&self, _monitor: &Monitor, _asked: &SortedSet<NodeId>) -> SortedSet<NodeId> {
        // Where somebody is no coordinator, it names the first one to clients.
        let is_named = self.coordinators.len() < usize::from(self.cluster.nodes);
        let named = self.coordinators.first().filter(|_| is_named);
        let ids = self.cluster.ids();
        ids.filter(|id| named != Some(id)).collect()
    }

    fn is_milestone(&self, _node: &Node, fact: &Fact) -> bool {
        matches!(fact, Fact::Decided { .. })
    }

    fn phase(&self, message: &Message) -> Option<Phase> {
        Some(Phase {
            epoch: message.transaction,
            name: screen::name(&message.says).phase,
        })
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

impl TwoPhase {
    /// What is the same for every cluster. S1 coordinates unless the role `coordinator` is given
    /// to others; all take part unless `participant` is.
    pub const ABOUT: &'static About = &About {
        key: "two_phase",
        roles: &["coordinator", "participant"],
        timers: &["collect", "prepare", "decision", "resend"],
        timer_rules: &[&TIMEOUT, &ALONE, &ASK, &RESEND],
        quorums: &[],
        compares: false,
        object: Object::None,
        contention: Timer::Decision as usize,
        rules: RULES,
        messages: screen::MESSAGES,
        properties: properties::PROPERTIES,
        variants: VARIANTS,
        stride: Stride::Phase,
        first_wish: Some("x"),
    };

    /// The protocol on a cluster.
    pub fn new(cluster: Cluster) -> Result<Self, ClusterError> {
        cluster.check(Self::ABOUT)?;
        let named = cluster.roles.get("coordinator").cloned();
        Ok(Self {
            variants: VariantSet::of(&cluster, VARIANTS),
            coordinators: named.unwrap_or_else(|| SortedSet::from([NodeId(1)])),
            participants: cluster.players("participant"),
            cluster,
        })
    }

    fn is(&self, variant: V) -> bool {
        variant.is_in(self.variants)
    }

    /// How many yes votes commit a transaction: those of all participants (§7.3, AC3).
    pub fn needed(&self) -> usize {
        let all = self.participants.len();
        if self.is(V::CommitOnMajority) {
            majority(all)
        } else {
            all
        }
    }

    /// The participants but one.
    fn others(&self, me: NodeId) -> SortedSet<NodeId> {
        let others = self.participants.iter().filter(|id| **id != me);
        others.copied().collect()
    }

    /// Writes a decision to the log, and states it where it is news.
    fn log_decision<S: Sink<Self>>(
        &self,
        node: &mut Node,
        transaction: Transaction,
        commit: bool,
        out: &mut S,
    ) {
        let value = node.working.remove(&transaction);
        let record = node.disk.record(transaction);
        record.value = record.value.take().or(value);
        let news = record.stage.decision() != Some(commit);
        record.stage = if commit {
            Stage::Committed
        } else {
            Stage::Aborted
        };
        node.asking.remove(&transaction);
        if news {
            out.fact(Fact::Decided {
                epoch: transaction,
                value: record.value.clone(),
                commit,
            });
        }
        self.stop_waiting(node, out);
    }

    /// Disarms the participant's timers where it waits for nothing more.
    fn stop_waiting<S: Sink<Self>>(&self, node: &Node, out: &mut S) {
        if node.working.keys().all(|it| it.owner == Some(node.id)) {
            out.cancel_timer(Timer::Prepare);
        }
        if node.in_doubt().is_empty() {
            out.cancel_timer(Timer::Decision);
        }
    }

    /// Recovery: everything begins anew from the log (§7.4).
    fn on_restart<S: Sink<Self>>(&self, node: &mut Node, out: &mut S) {
        let id = node.id;
        let log = node.disk.log.iter();
        let own = log.filter(|(it, record)| it.owner == Some(id) && !record.ended);
        let own: Vec<_> = own
            .map(|(it, record)| (*it, record.stage.decision()))
            .collect();
        let in_doubt = node.in_doubt();
        out.note(|| {
            Note::new(&RESTART, Outcome::Done)
                .with("node", id)
                .with("own", own.len() as u32)
                .with("in_doubt", in_doubt.len() as u32)
        });
        for (transaction, decision) in own {
            if decision.is_none() {
                out.note(|| {
                    Note::new(&RECOVER, Outcome::Done)
                        .with("node", id)
                        .with("transaction", transaction)
                });
            }
            self.decide(node, transaction, decision.unwrap_or(false), out);
        }
        for transaction in in_doubt {
            self.ask(node, transaction, out);
        }
    }
}
