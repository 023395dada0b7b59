//! The protocols there are. Adding one is adding a line at the end of this file; a protocol that
//! only the full program has is marked there with `#[cfg(feature = "full")]`.
//!
//! [`Any`] is whichever of them a scenario names. World, timeline and screen are compiled once, for
//! `Any`, so that a protocol costs a visitor the bytes of its own handlers and no more.

use serde::Serialize;

use super::why_not::{Answer, Question, Scene};
use super::{
    About, Cluster, ClusterError, Fact, Input, MessageView, NodeId, NodeView, Note, Observation,
    Permutation, Phase, Protocol, Quorums, RangeMs, Relabel, Reply, Sink, Value, Violation,
};
use crate::protocol::ClientId;
use crate::sorted::SortedSet;

/// Why no protocol runs.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum OpenError {
    /// There is none of this name.
    UnknownProtocol(String),
    /// The cluster does not suit it.
    Cluster(ClusterError),
}

impl std::fmt::Display for OpenError {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self {
            Self::UnknownProtocol(key) => write!(f, "there is no protocol “{key}”"),
            Self::Cluster(error) => error.fmt(f),
        }
    }
}

/// What can be said of the protocol of a name.
pub fn find(key: &str) -> Option<&'static About> {
    PROTOCOLS.iter().find(|about| about.key == key).copied()
}

/// A world has one protocol, so its parts are never of two.
const MIXED: &str = "all parts of a world are of one protocol";

macro_rules! registry {
    ($($(#[$here:meta])* $name:ident($module:ident)),* $(,)?) => {
        /// The keys of all protocols, in the order that a screen offers them; those that only the
        /// full program has are among them.
        pub const KEYS: &[&str] = &[$(stringify!($module)),*];

        /// The protocols that this program has, in the same order.
        pub const PROTOCOLS: &[&About] = &[$($(#[$here])* super::$module::$name::ABOUT),*];

        /// Whichever protocol a scenario names.
        #[derive(Clone, Debug)]
        #[allow(missing_docs)]
        pub enum Any {
            $($(#[$here])* $name(super::$module::$name)),*
        }

        registry! { @part AnyNode, Node, $($(#[$here])* $name($module)),* }
        registry! { @part AnyDurable, Durable, $($(#[$here])* $name($module)),* }
        registry! { @part AnyMessage, Message, $($(#[$here])* $name($module)),* }
        registry! { @part AnyMonitor, Monitor, $($(#[$here])* $name($module)),* }
        registry! { @part AnyTimer, Timer, $($(#[$here])* $name($module)),* }
        impl Copy for AnyTimer {}
        registry! { @relabel AnyNode, $($(#[$here])* $name),* }
        registry! { @relabel AnyDurable, $($(#[$here])* $name),* }
        registry! { @relabel AnyMessage, $($(#[$here])* $name),* }
        registry! { @relabel AnyMonitor, $($(#[$here])* $name),* }

        impl Any {
            /// The protocol of a name, set up for a cluster.
            pub fn open(key: &str, cluster: &Cluster) -> Result<Self, OpenError> {
                $($(#[$here])* if key == super::$module::$name::ABOUT.key {
                    let protocol = super::$module::$name::new(cluster.clone());
                    return protocol.map(Self::$name).map_err(OpenError::Cluster);
                })*
                Err(OpenError::UnknownProtocol(key.into()))
            }
        }

        // With one protocol there is nothing to mix.
        #[allow(unreachable_patterns)]
        impl Protocol for Any {
            type Node = AnyNode;
            type Durable = AnyDurable;
            type Message = AnyMessage;
            type Timer = AnyTimer;
            type Monitor = AnyMonitor;

            fn about(&self) -> &'static About {
                match self {
                    $($(#[$here])* Self::$name(it) => it.about()),*
                }
            }

            fn cluster(&self) -> &Cluster {
                match self {
                    $($(#[$here])* Self::$name(it) => it.cluster()),*
                }
            }

            fn serves(&self) -> Vec<NodeId> {
                match self {
                    $($(#[$here])* Self::$name(it) => it.serves()),*
                }
            }

            fn quorums(&self) -> Option<Quorums> {
                match self {
                    $($(#[$here])* Self::$name(it) => it.quorums()),*
                }
            }

            fn timer(&self, position: usize) -> Option<AnyTimer> {
                match self {
                    $($(#[$here])* Self::$name(it) => it.timer(position).map(AnyTimer::$name)),*
                }
            }

            fn timer_position(&self, timer: AnyTimer) -> usize {
                match (self, timer) {
                    $($(#[$here])* (Self::$name(it), AnyTimer::$name(timer)) => it.timer_position(timer),)*
                    _ => unreachable!("{MIXED}"),
                }
            }

            fn monitor(&self) -> AnyMonitor {
                match self {
                    $($(#[$here])* Self::$name(it) => AnyMonitor::$name(it.monitor())),*
                }
            }

            fn blank(&self, id: NodeId) -> AnyDurable {
                match self {
                    $($(#[$here])* Self::$name(it) => AnyDurable::$name(it.blank(id))),*
                }
            }

            fn boot(&self, id: NodeId, disk: &AnyDurable) -> AnyNode {
                match (self, disk) {
                    $($(#[$here])* (Self::$name(it), AnyDurable::$name(disk)) => {
                        AnyNode::$name(it.boot(id, disk))
                    })*
                    _ => unreachable!("{MIXED}"),
                }
            }

            fn sync(&self, node: &AnyNode, disk: &mut AnyDurable) {
                match (self, node, disk) {
                    $($(#[$here])* (Self::$name(it), AnyNode::$name(node), AnyDurable::$name(disk)) => {
                        it.sync(node, disk);
                    })*
                    _ => unreachable!("{MIXED}"),
                }
            }

            fn handle<S: Sink<Self>>(
                &self,
                node: &mut AnyNode,
                input: Input<'_, Self>,
                out: &mut S,
            ) {
                match (self, node) {
                    $($(#[$here])* (Self::$name(it), AnyNode::$name(node)) => {
                        let input = match input {
                            Input::Start { restart } => Input::Start { restart },
                            Input::Request { from, request } => Input::Request { from, request },
                            Input::Fire(AnyTimer::$name(timer)) => Input::Fire(timer),
                            Input::Deliver { from, message: AnyMessage::$name(message) } => {
                                Input::Deliver { from, message }
                            }
                            _ => unreachable!("{MIXED}"),
                        };
                        it.handle(node, input, &mut Inner(out));
                    })*
                    _ => unreachable!("{MIXED}"),
                }
            }

            fn view(&self, node: &AnyNode) -> NodeView {
                match (self, node) {
                    $($(#[$here])* (Self::$name(it), AnyNode::$name(node)) => it.view(node),)*
                    _ => unreachable!("{MIXED}"),
                }
            }

            fn message_view(&self, message: &AnyMessage) -> MessageView {
                match (self, message) {
                    $($(#[$here])* (Self::$name(it), AnyMessage::$name(message)) => it.message_view(message),)*
                    _ => unreachable!("{MIXED}"),
                }
            }

            fn observe(
                &self,
                monitor: &mut AnyMonitor,
                seen: &Observation<'_, Self>,
                violations: &mut Vec<Violation>,
            ) {
                match (self, monitor, seen.before, seen.after) {
                    $($(#[$here])* (
                        Self::$name(it),
                        AnyMonitor::$name(monitor),
                        AnyNode::$name(before),
                        AnyNode::$name(after),
                    ) => {
                        let seen = Observation {
                            node: seen.node,
                            before,
                            after,
                            facts: seen.facts,
                        };
                        it.observe(monitor, &seen, violations);
                    })*
                    _ => unreachable!("{MIXED}"),
                }
            }

            fn compare(
                &self,
                monitor: &AnyMonitor,
                before: Option<&AnyNode>,
                changed: &AnyNode,
                other: &AnyNode,
                violations: &mut Vec<Violation>,
            ) {
                match (self, monitor, changed, other) {
                    $($(#[$here])* (
                        Self::$name(it),
                        AnyMonitor::$name(monitor),
                        AnyNode::$name(changed),
                        AnyNode::$name(other),
                    ) => {
                        let before = before.map(|before| match before {
                            AnyNode::$name(before) => before,
                            #[allow(unreachable_patterns)]
                            _ => unreachable!("{MIXED}"),
                        });
                        it.compare(monitor, before, changed, other, violations);
                    })*
                    _ => unreachable!("{MIXED}"),
                }
            }

            fn submitted(&self, monitor: &mut AnyMonitor, value: &Value) {
                match (self, monitor) {
                    $($(#[$here])* (Self::$name(it), AnyMonitor::$name(monitor)) => {
                        it.submitted(monitor, value);
                    })*
                    _ => unreachable!("{MIXED}"),
                }
            }

            fn is_operation(&self, command: &Value) -> bool {
                match self {
                    $($(#[$here])* Self::$name(it) => it.is_operation(command)),*
                }
            }

            fn members(&self, node: &AnyNode) -> Option<SortedSet<NodeId>> {
                match (self, node) {
                    $($(#[$here])* (Self::$name(it), AnyNode::$name(node)) => it.members(node),)*
                    _ => unreachable!("{MIXED}"),
                }
            }

            fn change(&self, members: &SortedSet<NodeId>, id: NodeId) -> Option<Value> {
                match self {
                    $($(#[$here])* Self::$name(it) => it.change(members, id)),*
                }
            }

            fn with_machine(&self) -> Option<Self> {
                match self {
                    $($(#[$here])* Self::$name(it) => it.with_machine().map(Self::$name)),*
                }
            }

            fn interchangeable(
                &self,
                monitor: &AnyMonitor,
                asked: &SortedSet<NodeId>,
            ) -> SortedSet<NodeId> {
                match (self, monitor) {
                    $($(#[$here])* (Self::$name(it), AnyMonitor::$name(monitor)) => {
                        it.interchangeable(monitor, asked)
                    })*
                    _ => unreachable!("{MIXED}"),
                }
            }

            fn is_milestone(&self, node: &AnyNode, fact: &Fact) -> bool {
                match (self, node) {
                    $($(#[$here])* (Self::$name(it), AnyNode::$name(node)) => it.is_milestone(node, fact),)*
                    _ => unreachable!("{MIXED}"),
                }
            }

            fn phase(&self, message: &AnyMessage) -> Option<Phase> {
                match (self, message) {
                    $($(#[$here])* (Self::$name(it), AnyMessage::$name(message)) => it.phase(message),)*
                    _ => unreachable!("{MIXED}"),
                }
            }

            fn questions(&self, scene: &Scene<'_, Self>, node: NodeId) -> Vec<Question> {
                match self {
                    $($(#[$here])* Self::$name(it) => it.questions(&registry!(@scene scene, $name), node)),*
                }
            }

            fn why_not(&self, scene: &Scene<'_, Self>, question: &Question) -> Answer {
                match self {
                    $($(#[$here])* Self::$name(it) => it.why_not(&registry!(@scene scene, $name), question)),*
                }
            }

            fn behind(
                &self,
                scene: &Scene<'_, Self>,
                client: ClientId,
                sequence: u32,
            ) -> Option<Question> {
                match self {
                    $($(#[$here])* Self::$name(it) => {
                        it.behind(&registry!(@scene scene, $name), client, sequence)
                    })*
                }
            }
        }

        $($(#[$here])* impl<S: Sink<Any>> Sink<super::$module::$name> for Inner<'_, S> {
            fn send(&mut self, to: NodeId, message: super::$module::Message) {
                self.0.send(to, AnyMessage::$name(message));
            }
            fn reply(&mut self, to: ClientId, reply: Reply) {
                self.0.reply(to, reply);
            }
            fn set_timer(&mut self, timer: super::$module::Timer, range: RangeMs) {
                self.0.set_timer(AnyTimer::$name(timer), range);
            }
            fn cancel_timer(&mut self, timer: super::$module::Timer) {
                self.0.cancel_timer(AnyTimer::$name(timer));
            }
            fn fact(&mut self, fact: Fact) {
                self.0.fact(fact);
            }
            fn note(&mut self, note: impl FnOnce() -> Note) {
                self.0.note(note);
            }
        })*
    };
    (@scene $scene:ident, $name:ident) => {
        $scene.of(
            |node| match node {
                AnyNode::$name(node) => node,
                _ => unreachable!("{MIXED}"),
            },
            |message| match message {
                AnyMessage::$name(message) => message,
                _ => unreachable!("{MIXED}"),
            },
        )
    };
    (@relabel $any:ident, $($(#[$here:meta])* $name:ident),*) => {
        impl Relabel for $any {
            fn relabel(&self, by: &Permutation) -> Self {
                match self {
                    $($(#[$here])* Self::$name(it) => Self::$name(it.relabel(by))),*
                }
            }
        }
    };
    (@part $any:ident, $part:ident, $($(#[$here:meta])* $name:ident($module:ident)),*) => {
        /// This part of whichever protocol it is; in bytes the same as the part itself.
        #[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize)]
        #[serde(untagged)]
        #[allow(missing_docs)]
        pub enum $any {
            $($(#[$here])* $name(super::$module::$part)),*
        }
    };
}

/// Passes one protocol's effects on to a sink for any.
struct Inner<'a, S>(&'a mut S);

registry! {
    #[cfg(feature = "full")]
    Paxos(paxos),
    #[cfg(feature = "full")]
    MultiPaxos(multi_paxos),
    Raft(raft),
    #[cfg(feature = "full")]
    TwoPhase(two_phase),
}
