//! Single-decree Paxos, from Lamport's *Paxos Made Simple* (2001): one value is chosen, for ever.
//!
//! Three roles, on every node or on chosen ones. A **proposer** picks a ballot and asks
//! (`1a` prepare); **acceptors** promise (`1b`) and later accept (`2b`); **learners** find out.
//! A node's own acceptor and learner answer at once, without a message.
//!
//! The quorums of the two phases are majorities, or of the sizes that the cluster sets: then only
//! those of different phases have to share an acceptor (Howard, Malkhi and Spiegelman, *Flexible
//! Paxos*, 2016).

mod acceptor;
mod learner;
mod properties;
mod proposer;
mod rules;
mod screen;
mod why_not;

use crate::sorted::{SortedMap, SortedSet};

use serde::Serialize;

use super::why_not::{Answer, Question, Scene};
use super::{
    About, ClientId, Cluster, ClusterError, Epoch, Fact, Input, MessageView, NodeId, NodeView,
    Note, Object, Observation, Outcome, Phase, Protocol, Quorums, RangeMs, Sink, Stride, Value,
    VariantSet, Violation, relabel,
};
pub use learner::Learner;
pub use properties::Monitor;
pub use proposer::{Attempt, Proposer};
use rules::*;

/// A ballot's number and its value.
pub type Proposal = (Epoch, Value);

/// Single-decree Paxos on one cluster.
#[derive(Clone, Debug)]
pub struct Paxos {
    cluster: Cluster,
    variants: VariantSet,
    proposers: SortedSet<NodeId>,
    acceptors: SortedSet<NodeId>,
    learners: SortedSet<NodeId>,
}

/// What is on a node's disk: "stable storage, preserved during failures" (§2.5).
#[derive(Clone, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize)]
pub struct Durable {
    /// The highest ballot that the acceptor has promised to, by promise or by acceptance.
    pub promised: Option<Epoch>,
    /// The highest-numbered proposal that the acceptor has accepted.
    pub accepted: Option<Proposal>,
    /// The highest round that the proposer has used, so that no ballot is used twice.
    pub round: u32,
}

/// A node: what is on disk, and what a crash takes away.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize)]
pub struct Node {
    /// Who it is.
    pub id: NodeId,
    /// What survives a crash.
    pub disk: Durable,
    /// The proposer's volatile state.
    pub proposer: Proposer,
    /// The learner's volatile state.
    pub learner: Learner,
}

relabel!(struct Durable { promised, accepted, round });
relabel!(struct Node { id, disk, proposer, learner });

/// What nodes say to each other.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize)]
pub enum Message {
    /// Phase 1a: will you ignore anything below this ballot?
    Prepare {
        /// The ballot.
        ballot: Epoch,
    },
    /// Phase 1b: yes, and this is what I have accepted so far.
    Promise {
        /// The ballot promised to.
        ballot: Epoch,
        /// The highest-numbered proposal accepted.
        accepted: Option<Proposal>,
    },
    /// Phase 2a: accept this value.
    Accept {
        /// The ballot.
        ballot: Epoch,
        /// Its value.
        value: Value,
    },
    /// Phase 2b: accepted; to the learners and to the ballot's proposer.
    Accepted {
        /// The ballot.
        ballot: Epoch,
        /// Its value.
        value: Value,
    },
    /// I have promised to a higher ballot ("it should probably inform the proposer", §2.2).
    Refused {
        /// The ballot refused.
        ballot: Epoch,
        /// The ballot promised to.
        promised: Epoch,
        /// Whether an Accept was refused, not a Prepare.
        accept: bool,
    },
}

relabel!(enum Message {
    Prepare { ballot },
    Promise { ballot, accepted },
    Accept { ballot, value },
    Accepted { ballot, value },
    Refused { ballot, promised, accept },
});

/// The one timer: a proposer tries again.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize)]
pub enum Timer {
    /// Try again with a higher ballot.
    Retry,
}

/// How long a proposer waits for a quorum before it tries again; doubled with each attempt.
pub const RETRY: RangeMs = RangeMs::new(100, 200);
/// After this many attempts the wait is doubled no further.
pub const BACKOFF_DOUBLINGS_MAX: u32 = 4;

/// The quorum of promises.
const PHASE_1: &str = "phase1";
/// The quorum of acceptances: what it accepts in one ballot is chosen.
const PHASE_2: &str = "phase2";

/// The timers, in the order of their names in [`About::timers`].
const TIMERS: &[Timer] = &[Timer::Retry];

impl Protocol for Paxos {
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
        let sizes = [self.phase1_quorum(), self.phase2_quorum()];
        Some(Quorums {
            sizes: sizes.map(|size| size as u8),
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
            proposer: Proposer::default(),
            learner: Learner::default(),
        }
    }

    fn sync(&self, node: &Node, disk: &mut Durable) {
        disk.clone_from(&node.disk);
        if self.is(V::ForgetAccepted) || self.is(V::ForgetEverything) {
            disk.accepted = None;
        }
        if self.is(V::ForgetPromise) || self.is(V::ForgetEverything) {
            // What was accepted is synced, and with it the promise that it implies.
            disk.promised = accepted_ballot(disk);
        }
        if self.is(V::ReuseBallot) {
            disk.round = 0;
        }
    }

    fn handle<S: Sink<Self>>(&self, node: &mut Node, input: Input<'_, Self>, out: &mut S) {
        match input {
            Input::Start { restart: false } => {}
            Input::Start { restart: true } => out.note(|| {
                Note::new(&RESTART, Outcome::Done)
                    .with("node", node.id)
                    .with("promised", node.disk.promised)
            }),
            Input::Request { from, request } => self.on_request(node, from, request, out),
            Input::Fire(Timer::Retry) => self.on_retry(node, out),
            Input::Deliver { from, message } => match message {
                Message::Prepare { ballot } => self.on_prepare(node, from, *ballot, out),
                Message::Accept { ballot, value } => {
                    self.on_accept(node, from, *ballot, value, out);
                }
                Message::Promise { ballot, accepted } => {
                    self.on_promise(node, from, *ballot, accepted.as_ref(), out);
                }
                Message::Refused {
                    ballot, promised, ..
                } => self.on_refused(node, from, *ballot, *promised, out),
                Message::Accepted { ballot, value } => {
                    self.on_accepted(node, from, *ballot, value, out);
                }
            },
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
        monitor.observe(self.phase2_quorum(), seen, violations);
    }

    fn submitted(&self, monitor: &mut Monitor, value: &Value) {
        monitor.submitted.insert(value.clone());
    }

    /// Ballots are compared, and of two in one round the higher name wins: whoever has a ballot, or
    /// may get one, keeps its name. Acceptors and learners are counted.
    fn interchangeable(&self, monitor: &Monitor, asked: &SortedSet<NodeId>) -> SortedSet<NodeId> {
        if self.is(V::AnyReportedValue) {
            // The first report in the order of the names decides.
            return SortedSet::new();
        }
        let sent_to = self.proposers.first();
        let proposes = |id: &NodeId| {
            monitor.ballots.contains_key(id) || asked.contains(id) || sent_to == Some(id)
        };
        let ids = self.cluster.ids();
        ids.filter(|id| !self.proposers.contains(id) || !proposes(id))
            .collect()
    }

    fn is_milestone(&self, _node: &Node, fact: &Fact) -> bool {
        matches!(fact, Fact::Learned { .. })
    }

    fn phase(&self, message: &Message) -> Option<Phase> {
        let (epoch, name) = match message {
            Message::Prepare { ballot } => (*ballot, "1a"),
            Message::Promise { ballot, .. } => (*ballot, "1b"),
            Message::Accept { ballot, .. } => (*ballot, "2a"),
            Message::Accepted { ballot, .. } => (*ballot, "2b"),
            Message::Refused { ballot, accept, .. } => (*ballot, if *accept { "2b" } else { "1b" }),
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

impl Paxos {
    /// What is the same for every cluster.
    pub const ABOUT: &'static About = &About {
        key: "paxos",
        roles: &["proposer", "acceptor", "learner"],
        timers: &["retry"],
        timer_rules: &[&RETRY_LATER],
        quorums: &[PHASE_1, PHASE_2],
        compares: false,
        contention: 0,
        rules: RULES,
        messages: screen::MESSAGES,
        object: Object::Consensus,
        properties: properties::PROPERTIES,
        variants: VARIANTS,
        stride: Stride::Phase,
        first_wish: Some("x"),
    };

    /// The protocol on a cluster.
    pub fn new(cluster: Cluster) -> Result<Self, ClusterError> {
        cluster.check(Self::ABOUT)?;
        let paxos = Self {
            variants: VariantSet::of(&cluster, VARIANTS),
            proposers: cluster.players("proposer"),
            acceptors: cluster.players("acceptor"),
            learners: cluster.players("learner"),
            cluster,
        };
        paxos.check_quorums()?;
        Ok(paxos)
    }

    /// "Any phase 1 quorum must intersect with any phase 2 quorum": their sizes add up to more
    /// than there are acceptors (*Flexible Paxos*).
    fn check_quorums(&self) -> Result<(), ClusterError> {
        let acceptors = self.acceptors.len();
        let sizes = [PHASE_1, PHASE_2].map(|name| self.cluster.quorum(name, acceptors));
        for (name, size) in [PHASE_1, PHASE_2].into_iter().zip(sizes) {
            if size > acceptors {
                return Err(ClusterError::BadQuorum(name.into()));
            }
        }
        let quorums = Quorums {
            sizes: sizes.map(|size| size as u8),
            of: acceptors as u8,
        };
        if !quorums.meet() && !self.is(V::DisjointQuorums) {
            return Err(ClusterError::QuorumsApart);
        }
        Ok(())
    }

    #[inline(always)]
    fn is(&self, variant: V) -> bool {
        variant.is_in(self.variants)
    }

    /// How many promises a proposer waits for.
    pub fn phase1_quorum(&self) -> usize {
        let acceptors = self.acceptors.len();
        let is_set = self.cluster.quorums.get(PHASE_1).is_some();
        if self.is(V::DisjointQuorums) && !is_set {
            // The most that need not meet the other phase's.
            return (acceptors - self.phase2_quorum()).max(1);
        }
        self.quorum(PHASE_1)
    }

    /// How many acceptances in one ballot choose a value.
    pub fn phase2_quorum(&self) -> usize {
        self.quorum(PHASE_2)
    }

    /// A majority, where nobody says otherwise: any two majorities share an acceptor (§2.2).
    fn quorum(&self, name: &str) -> usize {
        let acceptors = self.acceptors.len();
        if self.is(V::SingleQuorum) {
            1
        } else if self.is(V::HalfQuorum) {
            acceptors.div_ceil(2)
        } else {
            self.cluster.quorum(name, acceptors)
        }
    }
}

fn accepted_ballot(disk: &Durable) -> Option<Epoch> {
    disk.accepted.as_ref().map(|(ballot, _)| *ballot)
}

/// Who accepted what. By ballot *and* value: after a wiped disk one ballot may have two.
pub(crate) type Votes = SortedMap<Proposal, SortedSet<NodeId>>;
