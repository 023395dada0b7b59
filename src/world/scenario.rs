//! What a run starts from.

use std::fmt;

use super::{Action, Network};
use crate::protocol::{Cluster, registry::OpenError};

/// The most clients.
pub const CLIENTS_MAX: u8 = 9;
/// The most prepared actions.
pub const PREPARED_MAX: usize = 10_000;

/// Protocol, cluster, network, and the actions that lead to where the run begins.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Scenario {
    /// The protocol's name in the registry.
    pub protocol: String,
    /// Nodes, roles, variants and timers.
    pub cluster: Cluster,
    /// How many clients: C1 to Cn.
    pub clients: u8,
    /// How the links behave at the start.
    pub network: Network,
    /// Applied before the run begins; the cursor cannot go back into them.
    pub prepared: Vec<Action>,
}

/// How many clients a scenario has unless it says otherwise: enough for two proposers to duel.
const CLIENTS: u8 = 2;

/// Why a scenario cannot run.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum ScenarioError {
    /// The protocol, or its cluster.
    Open(OpenError),
    /// Not between 1 and [`CLIENTS_MAX`].
    ClientCount(u8),
    /// A network number out of range.
    Network,
    /// More than [`PREPARED_MAX`] prepared actions.
    TooManyPrepared(usize),
    /// A prepared action that makes no sense where it stands; by position, from 1.
    Prepared(usize, super::ActionError),
}

impl Scenario {
    /// A protocol as it is in the papers, on `nodes` nodes.
    pub fn of(protocol: &str, nodes: u8) -> Self {
        Self {
            protocol: protocol.into(),
            cluster: Cluster::of(nodes),
            clients: CLIENTS,
            network: Network::default(),
            prepared: Vec::new(),
        }
    }

    /// Checks what can be checked without the protocol.
    pub fn check(&self) -> Result<(), ScenarioError> {
        if self.clients == 0 || self.clients > CLIENTS_MAX {
            return Err(ScenarioError::ClientCount(self.clients));
        }
        if !self.network.is_sound() {
            return Err(ScenarioError::Network);
        }
        if self.prepared.len() > PREPARED_MAX {
            return Err(ScenarioError::TooManyPrepared(self.prepared.len()));
        }
        Ok(())
    }
}

impl fmt::Display for ScenarioError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Open(error) => error.fmt(f),
            Self::ClientCount(n) => write!(f, "{n} clients: a scenario has 1 to {CLIENTS_MAX}"),
            Self::Network => write!(f, "latency, loss or duplication is out of range"),
            Self::TooManyPrepared(n) => {
                write!(
                    f,
                    "{n} prepared actions: at most {PREPARED_MAX} are allowed"
                )
            }
            Self::Prepared(at, error) => write!(f, "prepared action {at}: {error}"),
        }
    }
}
