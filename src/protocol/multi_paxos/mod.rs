//! Multi-Paxos, from Lamport's *Paxos Made Simple* (2001), §3: one instance of Paxos for each slot
//! of a log, and one leader that runs phase 1 of all of them at once.
//!
//! Where §3 is silent, it is completed from van Renesse and Altinbuken, *Paxos Made Moderately
//! Complex* (2015): timeouts, replicas, what a retry is. Quorums may have other sizes than a
//! majority, after Howard, Malkhi and Spiegelman, *Flexible Paxos* (2016).
//!
//! **A leader is chosen** by an election timer: a node that hears of no leader takes a higher
//! ballot and asks (`1a`) for every slot that it does not know to be chosen. With the promises
//! (`1b`) of a quorum it leads: it finishes what was reported, fills gaps with no-ops, and has
//! clients' commands chosen by phase 2 alone (`2a`, `2b`). Whoever sees a higher ballot hands over.
//!
//! **The leader is the distinguished learner** (§2.3): acceptors answer to it, and it tells the
//! replicas what is chosen. Proposers are replicas as well, since a leader answers clients and must
//! know which slots are open. A node's own acceptor answers at once, without a message.
//!
//! **What a replica knows is volatile**: what is chosen can be asked for again, and if nobody knows
//! it any more, the next leader's phase 1 finds it on the acceptors' disks, which forget nothing. So
//! only acceptors need a disk, as in §2.5, and a crash shows what catching up is.

mod acceptor;
mod election;
mod leader;
mod message;
mod properties;
mod replica;
mod rules;
mod screen;
mod state;
mod timers;
mod why_not;

use super::why_not::{Answer, Question, Scene};
use super::{
    About, ClientId, Cluster, ClusterError, Fact, Input, MessageView, NodeId, NodeView, Note,
    Object, Observation, Outcome, Phase, Protocol, Quorums, Sink, Stride, Value, VariantSet,
    Violation,
};
use crate::sorted::SortedSet;
pub use leader::{Open, WINDOW};
pub use message::{Asked, Message};
pub use properties::Monitor;
pub use replica::Replica;
use rules::*;
pub use state::{Durable, Node, Proposal, Role};
use timers::TIMERS;
pub use timers::{BACKOFF_DOUBLINGS_MAX, ELECTION, HEARTBEAT, RETRY, Timer};

/// Multi-Paxos on one cluster.
#[derive(Clone, Debug)]
pub struct MultiPaxos {
    cluster: Cluster,
    variants: VariantSet,
    proposers: SortedSet<NodeId>,
    acceptors: SortedSet<NodeId>,
    /// Learners, and proposers: all that apply what is chosen.
    replicas: SortedSet<NodeId>,
    /// How many acceptors are a quorum, in phase 1 and in phase 2.
    quorums: [usize; 2],
}

impl Protocol for MultiPaxos {
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
        self.proposers.iter().copied().collect()
    }

    fn quorums(&self) -> Option<Quorums> {
        Some(Quorums {
            sizes: self.quorums.map(|size| size as u8),
            of: self.acceptors.len() as u8,
        })
    }

    fn blank(&self, _id: NodeId) -> Durable {
        Durable::default()
    }

    fn boot(&self, id: NodeId, disk: &Durable) -> Node {
        Node {
            id,
            disk: disk.clone(),
            seen: disk.promised,
            tries: 0,
            role: Role::Passive { leader: None },
            replica: Replica::default(),
        }
    }

    fn sync(&self, node: &Node, disk: &mut Durable) {
        disk.clone_from(&node.disk);
        if self.is(V::ForgetPromise) {
            // What was accepted is synced, and with it the promise that it implies.
            let ballots = node.disk.accepted.values().map(|(ballot, _)| *ballot);
            disk.promised = ballots.max();
        }
    }

    fn handle<S: Sink<Self>>(&self, node: &mut Node, input: Input<'_, Self>, out: &mut S) {
        match input {
            Input::Start { restart } => {
                if restart {
                    out.note(|| {
                        Note::new(&RESTART, Outcome::Done)
                            .with("node", node.id)
                            .with("promised", node.disk.promised)
                            .with("entries", node.disk.accepted.len() as u32)
                    });
                }
                self.arm_election(node, out);
            }
            Input::Request { from, request } => self.on_request(node, from, request, out),
            Input::Fire(Timer::Election) => self.on_election_timeout(node, out),
            Input::Fire(Timer::Heartbeat) => self.on_heartbeat_timer(node, out),
            Input::Fire(Timer::Retry) => self.on_retry(node, out),
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
        monitor.observe(self.quorums[1], seen, violations);
    }

    fn submitted(&self, monitor: &mut Monitor, value: &Value) {
        monitor.submitted.insert(value.clone());
    }

    /// Any proposer may try to lead, with a ballot that is compared: those who only accept or
    /// learn change names.
    fn interchangeable(&self, _monitor: &Monitor, _asked: &SortedSet<NodeId>) -> SortedSet<NodeId> {
        if self.is(V::AnyReportedValue) {
            // The first report in the order of the names decides.
            return SortedSet::new();
        }
        let ids = self.cluster.ids();
        ids.filter(|id| !self.proposers.contains(id)).collect()
    }

    fn is_milestone(&self, node: &Node, fact: &Fact) -> bool {
        match fact {
            Fact::BecameRole { role, .. } => *role == "leader",
            Fact::ElectionLost { .. } => true,
            Fact::LearnedAt { .. } => matches!(node.role, Role::Leading { .. }),
            _ => false,
        }
    }

    fn phase(&self, message: &Message) -> Option<Phase> {
        let (epoch, name) = match message {
            Message::Prepare { ballot, .. } => (*ballot, "1a"),
            Message::Promise { ballot, .. } => (*ballot, "1b"),
            Message::Accept { ballot, .. } => (*ballot, "2a"),
            Message::Accepted { ballot, .. } => (*ballot, "2b"),
            Message::Refused { ballot, asked, .. } => match asked {
                Asked::Prepare => (*ballot, "1b"),
                Asked::Accept => (*ballot, "2b"),
                Asked::Heartbeat => return None,
            },
            Message::Heartbeat { .. } | Message::Chosen { .. } | Message::CatchUp { .. } => {
                return None;
            }
        };
        Some(Phase { epoch, name })
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

impl MultiPaxos {
    /// What is the same for every cluster.
    pub const ABOUT: &'static About = &About {
        key: "multi_paxos",
        roles: &["proposer", "acceptor", "learner"],
        timers: &["election", "heartbeat", "retry"],
        timer_rules: &[&PREPARE, &HEARTBEAT_SENT, &RETRANSMIT],
        quorums: &["phase1", "phase2"],
        compares: false,
        object: Object::KeyValue,
        contention: 0,
        rules: RULES,
        messages: screen::MESSAGES,
        properties: properties::PROPERTIES,
        variants: VARIANTS,
        stride: Stride::Phase,
        first_wish: None,
    };

    /// The protocol on a cluster. Each quorum of phase 1 must share an acceptor with each quorum
    /// of phase 2 (*Flexible Paxos*, §3), unless the variant `disjoint_quorums` is on; with it,
    /// quorums whose size is not set are halves.
    pub fn new(cluster: Cluster) -> Result<Self, ClusterError> {
        cluster.check(Self::ABOUT)?;
        let variants = VariantSet::of(&cluster, VARIANTS);
        let acceptors = cluster.players("acceptor");
        let count = acceptors.len();
        let apart = V::DisjointQuorums.is_in(variants);
        let mut quorums = [0; 2];
        for (size, name) in quorums.iter_mut().zip(Self::ABOUT.quorums) {
            *size = match cluster.quorums.get(*name) {
                None if apart => (count / 2).max(1),
                _ => cluster.quorum(name, count),
            };
            if *size > count {
                return Err(ClusterError::BadQuorum((*name).into()));
            }
        }
        let proposers = cluster.players("proposer");
        let mut replicas = cluster.players("learner");
        replicas.extend(proposers.iter().copied());
        let multi_paxos = Self {
            cluster,
            variants,
            proposers,
            acceptors,
            replicas,
            quorums,
        };
        match multi_paxos.quorums() {
            Some(quorums) if !quorums.meet() && !apart => Err(ClusterError::QuorumsApart),
            _ => Ok(multi_paxos),
        }
    }

    fn is(&self, variant: V) -> bool {
        variant.is_in(self.variants)
    }
}
