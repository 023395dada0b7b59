//! What a leader is busy with besides its log, where extensions give it more to do. All of it is
//! volatile, and over when the server no longer leads.

use serde::Serialize;

use super::{NodeId, Value};
use crate::protocol::{ClientId, Request, relabel};
use crate::sorted::{SortedMap, SortedSet};

/// A leader's duties; none without the extensions.
#[derive(Clone, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize)]
pub struct Duties {
    /// Who has answered since the leader last counted (`check_quorum`).
    pub heard: SortedSet<NodeId>,
    /// The transfer of leadership that is going on (`leadership_transfer`).
    pub transfer: Option<Transfer>,
    /// The read that each client waits for (`read_index`).
    pub reads: SortedMap<ClientId, Read>,
    /// The change of members whose new servers are catching up (`single_server`,
    /// `joint_consensus`).
    pub joining: Option<Joining>,
}

/// A change whose new servers are catching up.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize)]
pub struct Joining {
    /// Who asked for it.
    pub client: ClientId,
    /// What was asked, with its serial number.
    pub request: Request,
}

/// A leader hands its leadership over.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize)]
pub struct Transfer {
    /// To whom.
    pub target: NodeId,
    /// Who asked for it.
    pub client: ClientId,
    /// The serial number of that request.
    pub sequence: u32,
}

/// A read that is answered without a log entry.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize)]
pub struct Read {
    /// The request's serial number.
    pub sequence: u32,
    /// The command.
    pub command: Value,
    /// The commit index that the answer must cover; none until an entry of the leader's own term
    /// is committed.
    pub index: Option<u32>,
    /// Who has confirmed since that the leader still leads.
    pub confirmed: SortedSet<NodeId>,
}

relabel!(struct Duties { heard, transfer, reads, joining });
relabel!(struct Joining { client, request });
relabel!(struct Transfer { target, client, sequence });
relabel!(struct Read { sequence, command, index, confirmed });
