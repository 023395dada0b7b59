//! The protocols there are. Adding one is adding a line at the end of this file.
//!
//! [`Any`] is whichever of them a scenario names. World, timeline and screen are compiled once, for
//! `Any`, so that a protocol costs a visitor the bytes of its own handlers and no more.

use serde::Serialize;

use super::{
    About, Cluster, ClusterError, Fact, Input, MessageView, NodeId, NodeView, Note, Observation,
    Phase, Protocol, RangeMs, Reply, Sink, Value, Violation,
};
use crate::protocol::ClientId;

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
    ($($name:ident($module:ident)),* $(,)?) => {
        /// All protocols, in the order that a screen offers them.
        pub const PROTOCOLS: &[&About] = &[$(super::$module::$name::ABOUT),*];

        /// Whichever protocol a scenario names.
        #[derive(Clone, Debug)]
        #[allow(missing_docs)]
        pub enum Any {
            $($name(super::$module::$name)),*
        }

        registry! { @part AnyNode, Node, $($name($module)),* }
        registry! { @part AnyDurable, Durable, $($name($module)),* }
        registry! { @part AnyMessage, Message, $($name($module)),* }
        registry! { @part AnyMonitor, Monitor, $($name($module)),* }
        registry! { @part AnyTimer, Timer, $($name($module)),* }
        impl Copy for AnyTimer {}

        impl Any {
            /// The protocol of a name, set up for a cluster.
            pub fn open(key: &str, cluster: &Cluster) -> Result<Self, OpenError> {
                $(if key == super::$module::$name::ABOUT.key {
                    let protocol = super::$module::$name::new(cluster.clone());
                    return protocol.map(Self::$name).map_err(OpenError::Cluster);
                })*
                Err(OpenError::UnknownProtocol(key.into()))
            }
        }

        impl Protocol for Any {
            type Node = AnyNode;
            type Durable = AnyDurable;
            type Message = AnyMessage;
            type Timer = AnyTimer;
            type Monitor = AnyMonitor;

            fn about(&self) -> &'static About {
                match self {
                    $(Self::$name(it) => it.about()),*
                }
            }

            fn cluster(&self) -> &Cluster {
                match self {
                    $(Self::$name(it) => it.cluster()),*
                }
            }

            fn serves(&self) -> Vec<NodeId> {
                match self {
                    $(Self::$name(it) => it.serves()),*
                }
            }

            fn timer(&self, position: usize) -> Option<AnyTimer> {
                match self {
                    $(Self::$name(it) => it.timer(position).map(AnyTimer::$name)),*
                }
            }

            fn timer_position(&self, timer: AnyTimer) -> usize {
                match (self, timer) {
                    $((Self::$name(it), AnyTimer::$name(timer)) => it.timer_position(timer),)*
                    _ => unreachable!("{MIXED}"),
                }
            }

            fn monitor(&self) -> AnyMonitor {
                match self {
                    $(Self::$name(it) => AnyMonitor::$name(it.monitor())),*
                }
            }

            fn blank(&self, id: NodeId) -> AnyDurable {
                match self {
                    $(Self::$name(it) => AnyDurable::$name(it.blank(id))),*
                }
            }

            fn boot(&self, id: NodeId, disk: &AnyDurable) -> AnyNode {
                match (self, disk) {
                    $((Self::$name(it), AnyDurable::$name(disk)) => {
                        AnyNode::$name(it.boot(id, disk))
                    })*
                    _ => unreachable!("{MIXED}"),
                }
            }

            fn sync(&self, node: &AnyNode, disk: &mut AnyDurable) {
                match (self, node, disk) {
                    $((Self::$name(it), AnyNode::$name(node), AnyDurable::$name(disk)) => {
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
                    $((Self::$name(it), AnyNode::$name(node)) => {
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
                    $((Self::$name(it), AnyNode::$name(node)) => it.view(node),)*
                    _ => unreachable!("{MIXED}"),
                }
            }

            fn message_view(&self, message: &AnyMessage) -> MessageView {
                match (self, message) {
                    $((Self::$name(it), AnyMessage::$name(message)) => it.message_view(message),)*
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
                    $((
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
                changed: &AnyNode,
                other: &AnyNode,
                violations: &mut Vec<Violation>,
            ) {
                match (self, monitor, changed, other) {
                    $((
                        Self::$name(it),
                        AnyMonitor::$name(monitor),
                        AnyNode::$name(changed),
                        AnyNode::$name(other),
                    ) => it.compare(monitor, changed, other, violations),)*
                    _ => unreachable!("{MIXED}"),
                }
            }

            fn submitted(&self, monitor: &mut AnyMonitor, value: &Value) {
                match (self, monitor) {
                    $((Self::$name(it), AnyMonitor::$name(monitor)) => {
                        it.submitted(monitor, value);
                    })*
                    _ => unreachable!("{MIXED}"),
                }
            }

            fn is_milestone(&self, node: &AnyNode, fact: &Fact) -> bool {
                match (self, node) {
                    $((Self::$name(it), AnyNode::$name(node)) => it.is_milestone(node, fact),)*
                    _ => unreachable!("{MIXED}"),
                }
            }

            fn phase(&self, message: &AnyMessage) -> Option<Phase> {
                match (self, message) {
                    $((Self::$name(it), AnyMessage::$name(message)) => it.phase(message),)*
                    _ => unreachable!("{MIXED}"),
                }
            }
        }

        $(impl<S: Sink<Any>> Sink<super::$module::$name> for Inner<'_, S> {
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
    (@part $any:ident, $part:ident, $($name:ident($module:ident)),*) => {
        /// This part of whichever protocol it is; in bytes the same as the part itself.
        #[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize)]
        #[serde(untagged)]
        #[allow(missing_docs)]
        pub enum $any {
            $($name(super::$module::$part)),*
        }
    };
}

/// Passes one protocol's effects on to a sink for any.
struct Inner<'a, S>(&'a mut S);

registry! {
    Paxos(paxos),
    Raft(raft),
    TwoPhase(two_phase),
}
