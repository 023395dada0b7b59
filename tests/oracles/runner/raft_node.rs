//! The node of a Raft case: read from `given`, and as it stands in the tables.

use quorumscope::protocol::raft::{Durable, Duties, Log, Node, Raft, Role, Timer};
use quorumscope::protocol::{
    ClientId, Cluster, Input, KeyValue, NODES_MAX, NodeId, Protocol, Request, Value as Command,
};
use quorumscope::sorted::{SortedMap, SortedSet};
use serde_json::{Map, Value, json};

use super::fields::{Fields, Sentence, number};
use super::raft_logs::{entries, terms};
use super::raft_messages::{MESSAGES, read_message};
use super::record::{Recorded, crash_restart, handle};

/// The fields of `given` that describe a node.
pub const NODE_FIELDS: &[&str] = &[
    "me",
    "cluster_size",
    "role",
    "currentTerm",
    "votedFor",
    "log",
    "commitIndex",
    "nextIndex",
    "matchIndex",
];

/// The node under test.
pub struct Server {
    raft: Raft,
    pub node: Node,
    /// How many commands the one client has proposed.
    proposals: u32,
}

impl Server {
    pub fn read(given: &Fields<'_>) -> Result<Self, Sentence> {
        let me: u8 = given.number("me")?;
        let size: u8 = given.number("cluster_size")?;
        if size == 0 || size > NODES_MAX || me == 0 || me > size {
            return Err(format!(
                "node {me} of {size}: a cluster has 1 to {NODES_MAX} nodes, numbered from 1"
            ));
        }
        let raft = Raft::new(Cluster::of(size)).map_err(|error| error.to_string())?;
        let log: Log = entries(given.numbers("log")?).into_iter().collect();
        let commit = given.number_or("commitIndex", 0)?;
        let node = Node {
            id: NodeId(me),
            role: read_role(given, &raft, NodeId(me), log.last_index())?,
            disk: Durable {
                term: given.number_or("currentTerm", 0)?,
                voted_for: given
                    .get("votedFor")
                    .map_or(Ok(None), |vote| voted_for(size, vote))?,
                log,
                ..Durable::default()
            },
            commit,
            applied: commit,
            machine: KeyValue::default(),
        };
        Ok(Self {
            raft,
            node,
            proposals: 0,
        })
    }

    pub fn on_event(&mut self, kind: &str, event: &Fields<'_>) -> Result<Recorded<Raft>, Sentence> {
        let (raft, node) = (&self.raft, &mut self.node);
        Ok(match kind {
            "ElectionTimeout" => handle(raft, node, Input::Fire(Timer::Election)),
            "HeartbeatTimeout" => handle(raft, node, Input::Fire(Timer::Heartbeat)),
            "CrashRestart" => crash_restart(raft, node.id, node),
            "AdvanceCommit" => {
                let mut out = Recorded::default();
                raft.advance_commit(node, &mut out);
                out
            }
            "ClientPropose" => {
                self.proposals += 1;
                let request = Request {
                    sequence: self.proposals,
                    command: Command::new("x=1").map_err(|error| error.to_string())?,
                };
                let from = ClientId(1);
                let request = &request;
                handle(raft, node, Input::Request { from, request })
            }
            _ => {
                let message = &read_message(kind, event)?;
                let from = self.peer(event)?;
                let (raft, node) = (&self.raft, &mut self.node);
                handle(raft, node, Input::Deliver { from, message })
            }
        })
    }

    fn peer(&self, event: &Fields<'_>) -> Result<NodeId, Sentence> {
        let from = NodeId(event.number("from")?);
        match self
            .raft
            .cluster()
            .peers(self.node.id)
            .any(|peer| peer == from)
        {
            true => Ok(from),
            false => Err(format!("an event comes from {}, which is no peer", from.0)),
        }
    }

    /// What each server stores, as a leader knows.
    pub fn matched(&self) -> Result<Vec<u32>, Sentence> {
        let Role::Leader { matched, .. } = &self.node.role else {
            return Err("MajorityIndex of a node that does not lead".into());
        };
        let own = self.node.disk.log.last_index();
        Ok(std::iter::once(own)
            .chain(matched.values().copied())
            .collect())
    }
}

fn read_role(given: &Fields<'_>, raft: &Raft, me: NodeId, last: u32) -> Result<Role, Sentence> {
    let next = given.get("nextIndex");
    let matched = given.get("matchIndex");
    let all = given.numbers("matchAll")?;
    match given
        .get("role")
        .map_or(Ok("follower"), |_| given.text("role"))?
    {
        "follower" => Ok(Role::Follower { leader: None }),
        "candidate" => Ok(Role::Candidate {
            granted: SortedSet::from([me]),
            refused: SortedSet::new(),
        }),
        "leader" => {
            let mut next = by_peer("nextIndex", next, raft, me, last + 1)?;
            if next.values().any(|next| *next == 0) {
                return Err("“nextIndex” of “given” is 0; indices start at 1".into());
            }
            let mut matched = by_peer("matchIndex", matched, raft, me, 0)?;
            if !all.is_empty() {
                matched = match_all(&all, raft, me, last)?;
                for (peer, next) in next.iter_mut() {
                    *next = (*next).max(matched[peer] + 1);
                }
            }
            Ok(Role::Leader {
                next,
                matched,
                duties: Duties::default(),
            })
        }
        other => Err(format!(
            "“role” of “given” is “{other}”, which Raft does not have"
        )),
    }
}

/// A number for each peer: as given, or this one.
fn by_peer(
    name: &str,
    given: Option<&Value>,
    raft: &Raft,
    me: NodeId,
    default: u32,
) -> Result<SortedMap<NodeId, u32>, Sentence> {
    let peers = raft.cluster().peers(me);
    let mut numbers: SortedMap<NodeId, u32> = peers.map(|peer| (peer, default)).collect();
    let Some(given) = given else {
        return Ok(numbers);
    };
    let what = format!("“{name}” of “given”");
    for (peer, value) in Fields::of(&what, given)?.all() {
        let id = peer.parse().map(NodeId).ok();
        let place = id.and_then(|id| numbers.get_mut(&id));
        let place = place.ok_or_else(|| format!("{what} names {peer}, which is no peer"))?;
        *place = number(&what, value)?;
    }
    Ok(numbers)
}

/// What everybody stores, the leader first.
fn match_all(
    all: &[u32],
    raft: &Raft,
    me: NodeId,
    last: u32,
) -> Result<SortedMap<NodeId, u32>, Sentence> {
    let size = raft.cluster().nodes;
    if all.len() != usize::from(size) {
        return Err(format!(
            "“matchAll” has {} numbers for {size} nodes",
            all.len()
        ));
    }
    if all[0] != last {
        return Err(format!(
            "by “matchAll” the leader stores {} entries, its log has {last}",
            all[0]
        ));
    }
    let peers = raft.cluster().peers(me);
    Ok(peers.zip(all[1..].iter().copied()).collect())
}

fn voted_for(size: u8, vote: &Value) -> Result<Option<NodeId>, Sentence> {
    if vote.is_null() {
        return Ok(None);
    }
    let id: u8 = number("“votedFor” of “given”", vote)?;
    match (1..=size).contains(&id) {
        true => Ok(Some(NodeId(id))),
        false => Err(format!("“votedFor” of “given” is {id}, which is no node")),
    }
}

pub fn is_known(kind: &str) -> bool {
    const OTHERS: &[&str] = &[
        "ElectionTimeout",
        "HeartbeatTimeout",
        "CrashRestart",
        "AdvanceCommit",
        "ClientPropose",
    ];
    OTHERS.contains(&kind) || MESSAGES.contains(&kind)
}

pub fn node_json(node: &Node) -> Value {
    let numbers = |map: &SortedMap<NodeId, u32>| -> Map<String, Value> {
        let pair = |(peer, number): (&NodeId, &u32)| (peer.0.to_string(), json!(number));
        map.iter().map(pair).collect()
    };
    let (role, next, matched) = match &node.role {
        Role::Follower { .. } => ("follower", Value::Null, Value::Null),
        Role::Candidate { .. } => ("candidate", Value::Null, Value::Null),
        Role::Leader { next, matched, .. } => {
            ("leader", numbers(next).into(), numbers(matched).into())
        }
        Role::PreCandidate { .. } => unreachable!("the tables know no extension"),
    };
    json!({
        "role": role,
        "currentTerm": node.disk.term,
        "votedFor": node.disk.voted_for.map(|id| id.0),
        "log": terms(node.disk.log.entries()),
        "commitIndex": node.commit,
        "nextIndex": next,
        "matchIndex": matched,
    })
}
