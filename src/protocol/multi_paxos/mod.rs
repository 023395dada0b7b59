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
mod properties;
mod replica;
mod rules;
mod screen;
mod why_not;

use crate::sorted::{SortedMap, SortedSet};
use std::sync::Arc;

use serde::Serialize;

use super::why_not::{Answer, Question, Scene};
use super::{
    About, ClientId, Cluster, ClusterError, Datum, Decree, Epoch, Fact, Input, MessageView, NodeId,
    NodeView, Note, Object, Observation, Outcome, Phase, Protocol, Quorums, RangeMs, Relation,
    Sink, Stride, Value, VariantSet, Violation, relabel,
};
pub use leader::Open;
pub use properties::Monitor;
pub use replica::Replica;
use rules::*;

/// What is proposed or accepted for a slot: the ballot and its decree.
pub type Proposal = (Epoch, Decree);

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

/// What is on a node's disk: "stable storage, preserved during failures" (§2.5).
#[derive(Clone, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize)]
pub struct Durable {
    /// The highest ballot that the acceptor has promised to, by promise or by acceptance: one for
    /// all slots.
    pub promised: Option<Epoch>,
    /// By slot, from 1: the highest-numbered proposal that the acceptor has accepted.
    pub accepted: Arc<SortedMap<u32, Proposal>>,
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
    /// The highest ballot that it has heard of.
    pub seen: Option<Epoch>,
    /// How often it has tried to lead since there was a leader, up to [`BACKOFF_DOUBLINGS_MAX`].
    pub tries: u32,
    /// What it does about leading.
    pub role: Role,
    /// What it knows to be chosen, and has applied.
    pub replica: Replica,
}

/// What a node does about leading.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize)]
pub enum Role {
    /// Nothing: it waits for a leader's word.
    Passive {
        /// The leader that it has heard, unless a higher ballot has been seen since.
        leader: Option<NodeId>,
    },
    /// Phase 1: gathers promises, each with the proposals that it reported, by slot.
    Preparing {
        /// The ballot.
        ballot: Epoch,
        /// The promises.
        promises: SortedMap<NodeId, SortedMap<u32, Proposal>>,
    },
    /// Phase 2, slot after slot: the distinguished proposer.
    Leading {
        /// The ballot.
        ballot: Epoch,
        /// The slots in which it has proposed, and that are not chosen yet.
        open: SortedMap<u32, Open>,
        /// Clients' requests that wait until fewer slots are open.
        waiting: Vec<Decree>,
    },
}

relabel!(struct Durable { promised, accepted, round });
relabel!(struct Node { id, disk, seen, tries, role, replica });
relabel!(enum Role {
    Passive { leader },
    Preparing { ballot, promises },
    Leading { ballot, open, waiting },
});

impl Role {
    /// The ballot in use.
    pub fn ballot(&self) -> Option<Epoch> {
        match self {
            Self::Passive { .. } => None,
            Self::Preparing { ballot, .. } | Self::Leading { ballot, .. } => Some(*ballot),
        }
    }
}

/// What nodes say to each other.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize)]
pub enum Message {
    /// Phase 1a, for this slot and all after it: "a single reasonably short message" (§3).
    Prepare {
        /// The ballot.
        ballot: Epoch,
        /// The first slot that the sender does not know to be chosen.
        first: u32,
    },
    /// Phase 1b: yes, and this is what I have accepted in those slots.
    Promise {
        /// The ballot promised to.
        ballot: Epoch,
        /// The highest-numbered proposal accepted, by slot.
        accepted: SortedMap<u32, Proposal>,
    },
    /// Phase 2a: accept this decree for this slot.
    Accept {
        /// The ballot.
        ballot: Epoch,
        /// The slot.
        slot: u32,
        /// What it is to hold.
        decree: Decree,
    },
    /// Phase 2b: accepted; to the ballot's proposer.
    Accepted {
        /// The ballot.
        ballot: Epoch,
        /// The slot.
        slot: u32,
    },
    /// I know of a higher ballot ("it should probably inform the proposer", §2.2).
    Refused {
        /// The ballot refused.
        ballot: Epoch,
        /// The higher ballot.
        promised: Epoch,
        /// What was refused.
        asked: Asked,
    },
    /// I lead.
    Heartbeat {
        /// The leader's ballot.
        ballot: Epoch,
        /// Up to which slot all are known to be chosen.
        chosen: u32,
    },
    /// These are chosen.
    Chosen {
        /// The sender's ballot, or the highest that it has seen.
        ballot: Epoch,
        /// What is chosen, by slot.
        decrees: SortedMap<u32, Decree>,
    },
    /// What is chosen from this slot on?
    CatchUp {
        /// The first slot that the sender does not know to be chosen.
        first: u32,
    },
}

/// What a refusal answers.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize)]
pub enum Asked {
    /// Phase 1a.
    Prepare,
    /// Phase 2a.
    Accept,
    /// To be followed.
    Heartbeat,
}

relabel!(plain Asked);
relabel!(enum Message {
    Prepare { ballot, first },
    Promise { ballot, accepted },
    Accept { ballot, slot, decree },
    Accepted { ballot, slot },
    Refused { ballot, promised, asked },
    Heartbeat { ballot, chosen },
    Chosen { ballot, decrees },
    CatchUp { first },
});

/// A node's timers.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize)]
pub enum Timer {
    /// A proposer has heard from no leader, or its own attempt got nowhere.
    Election,
    /// A leader shows that it is there.
    Heartbeat,
    /// A leader sends again what was not answered.
    Retry,
}

/// How long a proposer waits for a leader before it tries to lead; doubled with each attempt.
pub const ELECTION: RangeMs = RangeMs::new(150, 300);
/// How often a leader shows that it is there; well below the election timeout.
pub const HEARTBEAT: RangeMs = RangeMs::new(70, 70);
/// How long a leader waits for answers to phase 2 before it retransmits.
pub const RETRY: RangeMs = RangeMs::new(100, 100);
/// After this many attempts the election timeout is doubled no further.
pub const BACKOFF_DOUBLINGS_MAX: u32 = 4;
/// How far a leader can get ahead: α of §3, "it can propose commands i + 1 through i + α after
/// commands 1 through i are chosen".
pub const WINDOW: u32 = 3;

/// The timers, in the order of their names in [`About::timers`].
const TIMERS: &[Timer] = &[Timer::Election, Timer::Heartbeat, Timer::Retry];

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

    fn on_message<S: Sink<Self>>(
        &self,
        node: &mut Node,
        from: NodeId,
        message: &Message,
        out: &mut S,
    ) {
        match message {
            Message::Prepare { ballot, first } => {
                self.see(node, from, *ballot, out);
                self.on_prepare(node, from, *ballot, *first, out);
            }
            Message::Promise { ballot, accepted } => {
                self.on_promise(node, from, *ballot, accepted.clone(), out);
            }
            Message::Accept {
                ballot,
                slot,
                decree,
            } => {
                self.see(node, from, *ballot, out);
                self.on_accept(node, from, *ballot, *slot, decree, out);
            }
            Message::Accepted { ballot, slot } => {
                self.on_accepted(node, from, *ballot, *slot, out);
            }
            Message::Refused {
                ballot, promised, ..
            } => {
                if node.role.ballot() != Some(*ballot) {
                    out.note(|| stale(node, from, *ballot));
                }
                self.see(node, from, *promised, out);
            }
            Message::Heartbeat { ballot, chosen } => {
                self.see(node, from, *ballot, out);
                self.on_heartbeat(node, from, *ballot, *chosen, out);
            }
            Message::Chosen { ballot, decrees } => {
                self.see(node, from, *ballot, out);
                self.on_chosen(node, from, decrees, out);
            }
            Message::CatchUp { first } => self.on_catch_up(node, from, *first, out),
        }
    }
}

fn stale(node: &Node, from: NodeId, ballot: Epoch) -> Note {
    Note::new(&REPLY_STALE, Outcome::Ignored)
        .with("node", node.id)
        .with("from", from)
        .with("ballot", ballot)
        .with("current", node.role.ballot())
}
