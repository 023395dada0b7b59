//! The protocols there are. Adding one is adding a line here.

use super::paxos::Paxos;
use super::raft::Raft;
use super::{Cluster, ClusterError, Property, Protocol, Rule, Stride, Variant};

/// Something to do with whatever protocol a name stands for.
pub trait Visitor {
    /// What comes of it.
    type Output;
    /// Does it.
    fn visit<P: Protocol>(self, protocol: P) -> Self::Output;
}

/// What can be said of a protocol without a cluster.
#[derive(Clone, Copy, Debug)]
pub struct Entry {
    /// Its name in files and catalogue keys.
    pub key: &'static str,
    /// The algorithm, line by line.
    pub rules: &'static [&'static Rule],
    /// What must hold.
    pub properties: &'static [&'static Property],
    /// What can be broken or extended.
    pub variants: &'static [Variant],
    /// The names of its timers.
    pub timers: fn() -> Vec<&'static str>,
    /// The roles that can be given to chosen nodes.
    pub roles: &'static [&'static str],
    /// How far the second step button goes.
    pub stride: Stride,
    /// What a client has already asked of S1 when a visitor sees the protocol first.
    pub first_wish: Option<&'static str>,
}

/// Why no protocol runs.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum OpenError {
    /// There is none of this name.
    UnknownProtocol(String),
    /// The cluster does not suit it.
    Cluster(ClusterError),
}

macro_rules! registry {
    ($($protocol:ty),*) => {
        /// All protocols, in the order that a screen offers them.
        pub const PROTOCOLS: &[Entry] = &[$(Entry {
            key: <$protocol>::ABOUT.key,
            rules: <$protocol>::ABOUT.rules,
            properties: <$protocol>::ABOUT.properties,
            variants: <$protocol>::ABOUT.variants,
            timers: || <$protocol>::ABOUT.timers.iter().map(|(_, name)| *name).collect(),
            roles: <$protocol>::ABOUT.roles,
            stride: <$protocol>::ABOUT.stride,
            first_wish: <$protocol>::ABOUT.first_wish,
        }),*];

        /// Runs a visitor with the protocol of a name, set up for a cluster.
        pub fn visit<V: Visitor>(
            key: &str,
            cluster: &Cluster,
            visitor: V,
        ) -> Result<V::Output, OpenError> {
            $(if key == <$protocol>::ABOUT.key {
                let protocol = <$protocol>::new(cluster.clone()).map_err(OpenError::Cluster)?;
                return Ok(visitor.visit(protocol));
            })*
            Err(OpenError::UnknownProtocol(key.into()))
        }
    };
}

registry!(Paxos, Raft);

/// The protocol of a name.
pub fn find(key: &str) -> Option<&'static Entry> {
    PROTOCOLS.iter().find(|entry| entry.key == key)
}

impl std::fmt::Display for OpenError {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self {
            Self::UnknownProtocol(key) => write!(f, "there is no protocol “{key}”"),
            Self::Cluster(error) => error.fmt(f),
        }
    }
}
