//! The contract between a protocol and the world, and one folder for each protocol.
//!
//! A protocol is a pure function: the same node and the same input give the same node and the
//! same effects. It knows no clock, no randomness, no network and no screen, and nobody here
//! knows a world. Whoever implements [`Protocol`] and adds one line to [`registry`] gets the
//! stage, stepping back, explanations and property checks.

mod client;
mod cluster;
mod ids;
mod machine;
pub mod multi_paxos;
mod note;
mod object;
pub mod paxos;
mod property;
pub mod raft;
pub mod registry;
mod relabel;
pub mod two_phase;
mod view;
pub mod why_not;

use std::fmt::Debug;
use std::hash::Hash;

use serde::Serialize;

use crate::sorted::SortedSet;
use why_not::{Question, Scene};

pub use client::{Answer, Decree, Reply, Request, VALUE_CHARS_MAX, Value, ValueError, disturbs};
pub use cluster::{
    Cluster, ClusterError, NODES_MAX, NODES_ON_STAGE_MAX, Quorums, RangeMs, TIMER_MS_MAX, majority,
};
pub(crate) use ids::serialize_as;
pub use ids::{BadName, ClientId, Endpoint, Epoch, NodeId};
pub use machine::{KeyValue, Operation};
pub use note::{Citation, Comparison, Datum, Note, Outcome, Place, Relation, Rule, Work};
pub use object::{LINEARIZABILITY, Object};
pub use property::{Fact, Observation, Property, Statement, Violation};
pub use registry::Any;
pub(crate) use relabel::relabel;
pub use relabel::{Permutation, Relabel};
pub use view::{Cell, CellState, Field, MessageKind, MessageView, NodeView, Shape, Storage, Tally};

/// A consensus protocol as a pure function.
pub trait Protocol: Clone + 'static {
    /// A node's whole state.
    type Node: Clone + Debug + Ord + Hash + Serialize + Relabel;
    /// The part of a node's state that is on disk.
    type Durable: Clone + Debug + Ord + Hash + Serialize + Relabel;
    /// What nodes say to each other.
    type Message: Clone + Debug + Ord + Hash + Serialize + Relabel;
    /// The timers a node has.
    type Timer: Copy + Debug + Ord + Hash + Serialize;
    /// What is remembered to check the properties.
    type Monitor: Clone + Debug + Ord + Hash + Serialize + Relabel;

    /// What is the same for every cluster.
    fn about(&self) -> &'static About;

    /// The cluster that it was made for.
    fn cluster(&self) -> &Cluster;

    /// The nodes that clients can turn to.
    fn serves(&self) -> Vec<NodeId>;

    /// The timer at a position of [`About::timers`].
    fn timer(&self, position: usize) -> Option<Self::Timer>;

    /// The quorums that [`About::quorums`] names, where there are any.
    fn quorums(&self) -> Option<Quorums> {
        None
    }

    /// A timer's position in [`About::timers`].
    fn timer_position(&self, timer: Self::Timer) -> usize;

    /// A monitor that has seen nothing yet.
    fn monitor(&self) -> Self::Monitor;

    /// A disk with nothing on it.
    fn blank(&self, id: NodeId) -> Self::Durable;

    /// A node that starts, or restarts, from its disk: volatile state is lost, whatever it was.
    /// The world calls [`Protocol::handle`] with [`Input::Start`] next.
    fn boot(&self, id: NodeId, disk: &Self::Durable) -> Self::Node;

    /// Writes to disk what must survive. The world calls it after each input, before anything
    /// is sent; a variant may leave a field out.
    fn sync(&self, node: &Self::Node, disk: &mut Self::Durable);

    /// One atomic step: changes the state and says what follows. "Upon" in the papers.
    fn handle<S: Sink<Self>>(&self, node: &mut Self::Node, input: Input<'_, Self>, out: &mut S);

    /// What a screen shows of a node.
    fn view(&self, node: &Self::Node) -> NodeView;

    /// What a screen shows of a message.
    fn message_view(&self, message: &Self::Message) -> MessageView;

    /// Updates the monitor from what just happened, and reports what contradicts.
    fn observe(
        &self,
        monitor: &mut Self::Monitor,
        seen: &Observation<'_, Self>,
        violations: &mut Vec<Violation>,
    );

    /// Holds a node that has just changed against another one, where two nodes can contradict
    /// each other, or what is remembered; called for each other node after
    /// [`Protocol::observe`]. `changed` comes first, also where `other` has the smaller number. `before`
    /// is what the first was when it was last held against the other as that is now; nothing where
    /// nobody knows.
    fn compare(
        &self,
        _monitor: &Self::Monitor,
        _before: Option<&Self::Node>,
        _changed: &Self::Node,
        _other: &Self::Node,
        _violations: &mut Vec<Violation>,
    ) {
    }

    /// Remembers that a client asked for this (Validity).
    fn submitted(&self, monitor: &mut Self::Monitor, value: &Value);

    /// Whether a command is an operation of the object that clients see ([`About::object`]). Those
    /// that administer the cluster are not.
    fn is_operation(&self, _command: &Value) -> bool {
        true
    }

    /// Who makes the decisions, as a node sees it, where that can change while the cluster runs.
    fn members(&self, _node: &Self::Node) -> Option<SortedSet<NodeId>> {
        None
    }

    /// The command by which a client asks for a machine to become one of these members, or to be one
    /// no longer; nothing where there is none.
    fn change(&self, _members: &SortedSet<NodeId>, _id: NodeId) -> Option<Value> {
        None
    }

    /// The same on one machine more, which is no member; nothing where the members cannot change.
    fn with_machine(&self) -> Option<Self> {
        None
    }

    /// The nodes that may change names from here on, as far as the protocol goes: whatever
    /// happens, it happens to the relabelled nodes in the same way. That takes that their names are
    /// never compared but for equality, and that nobody is preferred for one. Nobody, unless a
    /// protocol says otherwise. Who is named in a command keeps the name in any case.
    ///
    /// Clients ask the nodes `asked` of their own accord; whom else an answer sends them to, the
    /// protocol knows.
    fn interchangeable(
        &self,
        _monitor: &Self::Monitor,
        _asked: &SortedSet<NodeId>,
    ) -> SortedSet<NodeId> {
        SortedSet::new()
    }

    /// Whether a fact ends what the button "next phase" or "next election" runs to.
    fn is_milestone(&self, node: &Self::Node, fact: &Fact) -> bool;

    /// The phase that a message belongs to, for protocols whose runs fall into phases.
    fn phase(&self, message: &Self::Message) -> Option<Phase>;

    /// What of a node could be asked for a reason: what it is not, and what it has not done.
    /// Nothing, unless a protocol offers something.
    fn questions(&self, _scene: &Scene<'_, Self>, _node: NodeId) -> Vec<Question> {
        Vec::new()
    }

    /// Why it is not so. [`Verdict::Never`], [`Verdict::Blocked`] and [`Verdict::Open`] are claims,
    /// which tests hold against what the protocol does; who offers no question claims nothing.
    ///
    /// [`Verdict::Never`]: why_not::Verdict::Never
    /// [`Verdict::Blocked`]: why_not::Verdict::Blocked
    /// [`Verdict::Open`]: why_not::Verdict::Open
    fn why_not(&self, _scene: &Scene<'_, Self>, _question: &Question) -> why_not::Answer {
        why_not::Answer::new(why_not::Verdict::Depends, Vec::new())
    }

    /// The question whose answer a client's request waits for.
    fn behind(
        &self,
        _scene: &Scene<'_, Self>,
        _client: ClientId,
        _sequence: u32,
    ) -> Option<Question> {
        None
    }
}

/// What is the same for every cluster of a protocol: data for screens, files and tests.
#[derive(Debug)]
pub struct About {
    /// The name in files and catalogue keys.
    pub key: &'static str,
    /// The roles that can be given to chosen nodes.
    pub roles: &'static [&'static str],
    /// The names of the timers.
    pub timers: &'static [&'static str],
    /// The rule that each of them is for, in the same order.
    pub timer_rules: &'static [&'static Rule],
    /// Whether two nodes can contradict each other, so that [`Protocol::compare`] has to look.
    pub compares: bool,
    /// The names of the quorums whose sizes a cluster can set apart.
    pub quorums: &'static [&'static str],
    /// The position of the timer whose firing at the same time on two nodes makes them contend.
    pub contention: usize,
    /// The algorithm, line by line, section by section.
    pub rules: &'static [&'static Rule],
    /// The names of the messages, as screens and conditions have them.
    pub messages: &'static [&'static str],
    /// What the cluster is to its clients, who see none of its nodes.
    pub object: Object,
    /// What must hold.
    pub properties: &'static [&'static Property],
    /// What can be broken or extended.
    pub variants: &'static [Variant],
    /// How far the second step button goes.
    pub stride: Stride,
    /// What a client has already asked of S1 when a visitor sees the protocol first, where
    /// nothing would happen without.
    pub first_wish: Option<&'static str>,
}

/// How far the second step button goes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Stride {
    /// To the end of the phase that the next message belongs to.
    Phase,
    /// To the next fact that [`Protocol::is_milestone`] names.
    Milestone,
}

/// A phase of a run: one kind of message of one ballot.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Phase {
    /// The ballot.
    pub epoch: Epoch,
    /// The paper's name: `1a`, `1b`, `2a`, `2b`.
    pub name: &'static str,
}

/// The protocol with one rule broken or one extension on.
#[derive(Debug, PartialEq, Eq)]
pub struct Variant {
    /// The name in files and catalogue keys.
    pub id: &'static str,
    /// The rule that it breaks, or replaces.
    pub rule: &'static Rule,
    /// What comes of it.
    pub effect: Effect,
}

/// What comes of a variant.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Effect {
    /// The protocol does more, as safely.
    Extends,
    /// The property can be lost.
    Loses(&'static Property),
    /// Nothing can be lost, but the cluster may come to a standstill or answer late.
    Stalls,
    /// Nothing that anybody could see: the rule has more than one right form.
    Harmless,
}

impl Effect {
    /// The catalogue key of what the screen says of it.
    pub fn key(self) -> &'static str {
        match self {
            Self::Extends => "ui.variant_extension",
            Self::Loses(_) => "ui.variant_loses",
            Self::Stalls => "ui.variant_stalls",
            Self::Harmless => "ui.variant_harmless",
        }
    }

    /// The property that can be lost.
    pub fn loses(self) -> Option<&'static Property> {
        match self {
            Self::Loses(property) => Some(property),
            Self::Extends | Self::Stalls | Self::Harmless => None,
        }
    }
}

/// Something that happens to a node.
#[derive(Debug)]
pub enum Input<'a, P: Protocol> {
    /// The node has just started; `restart` tells the first time from later ones.
    Start {
        /// Whether it comes back from a crash.
        restart: bool,
    },
    /// A message arrived.
    Deliver {
        /// Its sender.
        from: NodeId,
        /// What it says.
        message: &'a P::Message,
    },
    /// A timer ran out.
    Fire(P::Timer),
    /// A client asks.
    Request {
        /// The client.
        from: ClientId,
        /// What it asks.
        request: &'a Request,
    },
}

/// Where a handler puts its effects. Order matters: state is synced first, then messages leave in
/// this order.
pub trait Sink<P: Protocol> {
    /// Sends a message to another node.
    fn send(&mut self, to: NodeId, message: P::Message);
    /// Answers a client.
    fn reply(&mut self, to: ClientId, reply: Reply);
    /// Arms a timer, or arms it again. The world draws the duration from the range.
    fn set_timer(&mut self, timer: P::Timer, range: RangeMs);
    /// Disarms a timer.
    fn cancel_timer(&mut self, timer: P::Timer);
    /// States a fact.
    fn fact(&mut self, fact: Fact);
    /// Explains. A sink that does not listen never builds the note.
    fn note(&mut self, note: impl FnOnce() -> Note);
}

/// The variants that are on, as a set of positions in [`About::variants`].
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct VariantSet(u64);

impl VariantSet {
    /// The variants that a cluster names.
    pub fn of(cluster: &Cluster, variants: &[Variant]) -> Self {
        let on = |(_, variant): &(usize, &Variant)| cluster.variants.contains(variant.id);
        let bits = variants.iter().enumerate().filter(on);
        Self(bits.fold(0, |set, (position, _)| set | 1 << position))
    }

    /// Whether the variant at a position is on.
    pub fn has(self, position: usize) -> bool {
        self.0 >> position & 1 == 1
    }
}

/// A variant set's positions, named once: the table and the names cannot drift apart. A line that
/// ends in `, full` is a variant that only the full program has.
macro_rules! variants {
    ($($(#[$doc:meta])* $name:ident = $id:literal at $rule:ident: $effect:expr;)*) => {
        /// The variants, in the order of the table.
        #[derive(Clone, Copy)]
        #[repr(u8)]
        pub(super) enum V { $($(#[$doc])* $name),* }
        const ALL: &[crate::protocol::Variant] = &[
            $(crate::protocol::Variant { id: $id, rule: &$rule, effect: $effect }),*
        ];
        /// Of the variants, the core has not even the names.
        pub(super) static VARIANTS: &[crate::protocol::Variant] =
            if cfg!(feature = "full") { ALL } else { &[] };
        impl V {
            /// Whether it is on. In the core none ever is, and what depends on one is compiled to
            /// nothing.
            #[inline(always)]
            pub(super) fn is_in(self, on: crate::protocol::VariantSet) -> bool {
                cfg!(feature = "full") && on.has(self as usize)
            }
        }
    };
}
pub(crate) use variants;

/// Rules as statics, and the list of them all, from one table. What stands behind `extensions:` is
/// only the full program's.
macro_rules! rules {
    (
        $(section $section:ident { $(
            $(#[$doc:meta])*
            $name:ident = $id:literal [$($outcome:ident),+] $($citation:expr),+;
        )* })*
        $(extensions: $(section $more:ident { $(
            $(#[$more_doc:meta])*
            $more_name:ident = $more_id:literal [$($more_outcome:ident),+] $($more_citation:expr),+;
        )* })*)?
    ) => {
        $($(crate::protocol::rules! {
            @one $section $(#[$doc])* $name = $id [$($outcome),+] $($citation),+
        })*)*
        $($($(crate::protocol::rules! {
            @one $more $(#[$more_doc])* $more_name = $more_id [$($more_outcome),+] $($more_citation),+
        })*)*)?
        /// The algorithm, line by line.
        pub static RULES: &[&crate::protocol::Rule] = if cfg!(feature = "full") {
            &[$($(&$name,)*)* $($($(&$more_name,)*)*)?]
        } else {
            &[$($(&$name,)*)*]
        };
    };
    (
        @one $section:ident $(#[$doc:meta])*
        $name:ident = $id:literal [$($outcome:ident),+] $($citation:expr),+
    ) => {
        $(#[$doc])*
        pub static $name: crate::protocol::Rule = crate::protocol::Rule {
            id: $id,
            section: stringify!($section),
            citations: &[$($citation),+],
            outcomes: &[$(crate::protocol::Outcome::$outcome),+],
        };
    };
}
pub(crate) use rules;
