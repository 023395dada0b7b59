//! Questions of the Raft tables that are about logs alone: who may vote for whom, and how a
//! leader repairs a follower. The comparison is the engine's `up_to_date`; the repair is run by a
//! leader and a follower of the engine.

use std::collections::{BTreeMap, BTreeSet};

use quorumscope::protocol::raft::{
    Durable, Duties, Entry, Log, Message, Node, Payload, Raft, Role, Timer, up_to_date,
};
use quorumscope::protocol::{Cluster, Input, KeyValue, NodeId, Protocol, majority};
use serde_json::{Map, Value, json};

use super::fields::{Fields, Sentence, numbers};
use super::record::{Recorded, deliver, handle};

/// The fields of `given` that these questions are about.
const GIVEN: &[&str] = &[
    "logs",
    "candidate",
    "leaderLog",
    "followerLog",
    "leaderTerm",
    "firstPrevLogIndex",
    "matchAll",
];
/// The fields of `then` that answer them.
pub const ANSWERS: &[&str] = &[
    "eligible",
    "can_win",
    "grants",
    "rejections",
    "matchAtSuccess",
    "commonPrefix",
    "finalFollowerLog",
];
/// A repair that takes more messages than this does not end.
const REPAIR_MESSAGES_MAX: usize = 100_000;

/// These fields are known, whether an event asks for them or not.
pub fn mark_known(given: &Fields<'_>) {
    for name in GIVEN {
        given.get(name);
    }
}

/// The answers to a question about logs; nothing where the event asks none.
pub fn answer(kind: &str, given: &Fields<'_>) -> Result<Option<Map<String, Value>>, Sentence> {
    let answers = match kind {
        "EligibleVoters" => eligible_voters(given)?,
        "ElectableSet" => electable_set(given)?,
        "RunReplication" => run_replication(given)?,
        _ => return Ok(None),
    };
    Ok(answers.as_object().cloned())
}

fn eligible_voters(given: &Fields<'_>) -> Result<Value, Sentence> {
    let logs = read_logs(given)?;
    let candidate = given.need("candidate")?;
    let candidate = candidate.as_str().map_or(candidate.to_string(), Into::into);
    let log = logs.get(&candidate);
    let log = log.ok_or_else(|| format!("the candidate {candidate} is not among the logs"))?;
    let eligible = voters(log, &logs);
    Ok(json!({
        "can_win": eligible.len() >= majority(logs.len()),
        "eligible": eligible,
    }))
}

fn electable_set(given: &Fields<'_>) -> Result<Value, Sentence> {
    let logs = read_logs(given)?;
    let grants = logs
        .iter()
        .map(|(name, log)| (name.clone(), json!(voters(log, &logs))));
    let grants: Map<String, Value> = grants.collect();
    Ok(json!({ "grants": grants }))
}

/// Whose logs allow them to vote for a candidate with this log.
fn voters(candidate: &Log, logs: &BTreeMap<String, Log>) -> Vec<String> {
    let candidate = candidate.last_position();
    let voters = logs
        .iter()
        .filter(|(_, log)| up_to_date(candidate, log.last_position()));
    voters.map(|(name, _)| name.clone()).collect()
}

/// Whether two lists name the same servers, in whatever order.
pub fn same_names(a: &Value, b: &Value) -> bool {
    let names = |value: &Value| -> Option<BTreeSet<String>> {
        let names = value.as_array()?.iter();
        Some(names.map(ToString::to_string).collect())
    };
    names(a).is_some() && names(a) == names(b)
}

fn read_logs(given: &Fields<'_>) -> Result<BTreeMap<String, Log>, Sentence> {
    let what = "“logs” of “given”";
    let logs = Fields::of(what, given.need("logs")?)?;
    let log = |(name, terms): (&str, &Value)| {
        let terms = numbers(what, terms)?;
        Ok((name.to_owned(), entries(terms).into_iter().collect()))
    };
    logs.all().map(log).collect()
}

/// A leader and a follower exchange messages until the leader has nothing more to say.
fn run_replication(given: &Fields<'_>) -> Result<Value, Sentence> {
    let terms_of = |name| numbers("a log of “given”", given.need(name)?);
    let (leader_log, follower_log) = (terms_of("leaderLog")?, terms_of("followerLog")?);
    let leader_term = given.number("leaderTerm")?;
    let first_prev: u32 = given.number("firstPrevLogIndex")?;
    if first_prev as usize > leader_log.len() {
        return Err("“firstPrevLogIndex” lies beyond “leaderLog”".into());
    }
    let shared = leader_log.iter().zip(&follower_log);
    let prefix = shared.take_while(|(a, b)| a == b).count();
    let mut pair = Pair::new(leader_term, leader_log, follower_log, first_prev + 1)?;
    let (rejections, matched) = pair.run()?;
    Ok(json!({
        "rejections": rejections,
        "matchAtSuccess": matched,
        "commonPrefix": prefix,
        "finalFollowerLog": terms(pair.follower.disk.log.entries()),
    }))
}

const LEADER: NodeId = NodeId(1);
const FOLLOWER: NodeId = NodeId(2);

struct Pair {
    raft: Raft,
    leader: Node,
    follower: Node,
}

impl Pair {
    fn new(term: u32, leader: Vec<u32>, follower: Vec<u32>, next: u32) -> Result<Self, Sentence> {
        let raft = Raft::new(Cluster::of(3)).map_err(|error| error.to_string())?;
        let peers: BTreeSet<NodeId> = raft.cluster().peers(LEADER).collect();
        let role = Role::Leader {
            next: peers.iter().map(|peer| (*peer, next)).collect(),
            matched: peers.iter().map(|peer| (*peer, 0)).collect(),
            duties: Duties::default(),
        };
        let follower_term = follower.iter().copied().max().unwrap_or(0);
        let waiting = Role::Follower { leader: None };
        Ok(Self {
            raft,
            leader: node(LEADER, term, leader, role),
            follower: node(FOLLOWER, follower_term, follower, waiting),
        })
    }

    /// How many AppendEntries are refused, and the preceding index of the first that is not.
    fn run(&mut self) -> Result<(u32, Option<u32>), Sentence> {
        let mut pending = handle(&self.raft, &mut self.leader, Input::Fire(Timer::Heartbeat));
        let (mut rejections, mut matched) = (0, None);
        for _ in 0..REPAIR_MESSAGES_MAX {
            let Some(request) = to(FOLLOWER, &pending) else {
                return Ok((rejections, matched));
            };
            let reply = deliver(&self.raft, &mut self.follower, LEADER, &request);
            let reply = to(LEADER, &reply).ok_or("the follower does not answer")?;
            match (&request, &reply) {
                (_, Message::AppendReply { success: false, .. }) => rejections += 1,
                (Message::AppendEntries { prev_index, .. }, _) => {
                    matched.get_or_insert(*prev_index);
                }
                _ => return Err("the leader sends something else than AppendEntries".into()),
            }
            pending = deliver(&self.raft, &mut self.leader, FOLLOWER, &reply);
        }
        Err("the repair does not end".into())
    }
}

/// The last message to a node.
fn to(id: NodeId, out: &Recorded<Raft>) -> Option<Message> {
    let mut to = out.sends.iter().filter(|(to, _)| *to == id);
    to.next_back().map(|(_, message)| message.clone())
}

fn node(id: NodeId, term: u32, log: Vec<u32>, role: Role) -> Node {
    Node {
        id,
        disk: Durable {
            term,
            voted_for: None,
            log: entries(log).into_iter().collect(),
            ..Durable::default()
        },
        commit: 0,
        applied: 0,
        role,
        machine: KeyValue::default(),
    }
}

/// Entries of these terms. The tables know terms alone, so the entries say nothing.
pub fn entries(terms: Vec<u32>) -> Vec<Entry> {
    let entry = |term| Entry {
        term,
        payload: Payload::NoOp,
    };
    terms.into_iter().map(entry).collect()
}

/// The terms of a log.
pub fn terms<'a>(entries: impl IntoIterator<Item = &'a Entry>) -> Vec<u32> {
    entries.into_iter().map(|entry| entry.term).collect()
}
