//! Raft cases: one node in a given state, and what it does about a list of events.

use quorumscope::protocol::raft::{
    Durable, Duties, Entry, Log, Message, Node, Payload, Raft, Role, Timer, majority_index,
};
use quorumscope::protocol::{
    ClientId, Cluster, Input, KeyValue, NODES_MAX, NodeId, Protocol, Request, Value as Command,
};
use quorumscope::sorted::{SortedMap, SortedSet};
use serde_json::{Map, Value, json};

use super::fields::{Fields, Sentence, number, numbers};
use super::mismatch::{Comparison, Mismatch, has_fields};
use super::record::{Recorded, crash_restart, handle};
use super::{Case, raft_logs};

/// The messages of the tables.
const MESSAGES: &[&str] = &[
    "RequestVote",
    "RequestVoteReply",
    "AppendEntries",
    "AppendEntriesReply",
];
/// The fields of `given` that describe a node.
const NODE_FIELDS: &[&str] = &[
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

/// Runs one case.
pub fn run(case: &Case<'_>) -> Result<Vec<Mismatch>, Sentence> {
    let given = Fields::of("“given”", case.given)?;
    let mut subject = Subject::read(&given)?;
    for event in &case.when {
        let event = Fields::of("an event of “when”", event)?;
        subject.on_event(&given, &event)?;
        event.finish()?;
    }
    raft_logs::mark_known(&given);
    given.finish()?;
    subject.compare(case.then)
}

/// What a case is about.
struct Subject {
    server: Option<Server>,
    /// What each event made the node send.
    sent: Vec<Vec<Value>>,
    /// What the questions about logs were answered.
    answers: Map<String, Value>,
}

/// The node under test.
struct Server {
    raft: Raft,
    node: Node,
    /// How many commands the one client has proposed.
    proposals: u32,
}

impl Subject {
    fn read(given: &Fields<'_>) -> Result<Self, Sentence> {
        let has_node = NODE_FIELDS.iter().any(|name| given.get(name).is_some());
        let server = has_node.then(|| Server::read(given)).transpose()?;
        Ok(Self {
            server,
            sent: Vec::new(),
            answers: Map::new(),
        })
    }

    fn on_event(&mut self, given: &Fields<'_>, event: &Fields<'_>) -> Result<(), Sentence> {
        let kind = event.text("type")?;
        if kind == "MajorityIndex" {
            let matched = self.matched(given)?;
            self.answers
                .insert("index".into(), json!(majority_index(&matched)));
            return Ok(());
        }
        if let Some(answers) = raft_logs::answer(kind, given)? {
            self.answers.extend(answers);
            return Ok(());
        }
        let Some(server) = &mut self.server else {
            return Err(match is_known(kind) {
                true => format!("the event {kind} needs a node, and “given” describes none"),
                false => unknown_event(kind),
            });
        };
        let out = server.on_event(kind, event)?;
        self.sent.push(messages_json(server.node.id, &out));
        Ok(())
    }

    /// What each server stores: as given, or as the leader under test knows.
    fn matched(&self, given: &Fields<'_>) -> Result<Vec<u32>, Sentence> {
        let matched = match &self.server {
            Some(server) => server.matched()?,
            None => given.numbers("matchAll")?,
        };
        match matched.is_empty() {
            true => Err("MajorityIndex needs “matchAll” or a leader in “given”".into()),
            false => Ok(matched),
        }
    }

    fn compare(&self, then: &Value) -> Result<Vec<Mismatch>, Sentence> {
        let mut found = Comparison::default();
        for (name, expected) in Fields::of("“then”", then)?.all() {
            let field = format!("then.{name}");
            let all = || self.sent.iter().flatten();
            match name {
                "send" => found.messages(&field, expected, &self.sent, MESSAGES)?,
                "send_types" => {
                    for (kind, receivers) in Fields::of(&field, expected)?.all() {
                        known_message(&field, kind)?;
                        let to = all().filter(|it| it["type"] == kind).map(|it| &it["to"]);
                        let actual = sorted(to.cloned().collect());
                        let wanted = receivers.as_array().cloned().map(sorted);
                        let holds = wanted.as_ref() == Some(&actual);
                        found.that(holds, &format!("{field}.{kind}"), receivers, actual.into());
                    }
                }
                "last_append_has" => {
                    let last = all().rfind(|it| it["type"] == "AppendEntries");
                    let holds = last.is_some_and(|last| has_fields(expected, last));
                    found.that(holds, &field, expected, last.cloned().unwrap_or_default());
                }
                "role_any_of" => {
                    let role = self.node(name)?["role"].clone();
                    let allowed = expected.as_array().is_some_and(|any| any.contains(&role));
                    found.that(allowed, &field, expected, role);
                }
                "nextIndex" | "matchIndex" => {
                    found.listed(&field, expected, &self.node(name)?[name])?;
                }
                "role" | "currentTerm" | "votedFor" | "log" | "commitIndex" => {
                    found.equal(&field, expected, self.node(name)?[name].clone());
                }
                _ => self.compare_answer(&mut found, name, expected)?,
            }
        }
        Ok(found.0)
    }

    fn compare_answer(
        &self,
        found: &mut Comparison,
        name: &str,
        expected: &Value,
    ) -> Result<(), Sentence> {
        let Some(actual) = self.answers.get(name) else {
            return Err(
                match raft_logs::ANSWERS.contains(&name) || name == "index" {
                    true => format!("“then” lists “{name}”, and no event of “when” asks for it"),
                    false => format!("“then” has the unknown field “{name}”"),
                },
            );
        };
        let field = format!("then.{name}");
        match name {
            "grants" => {
                for (candidate, expected) in Fields::of(&field, expected)?.all() {
                    let field = format!("{field}.{candidate}");
                    let holds = raft_logs::same_names(expected, &actual[candidate]);
                    found.that(holds, &field, expected, actual[candidate].clone());
                }
            }
            "eligible" => {
                let holds = raft_logs::same_names(expected, actual);
                found.that(holds, &field, expected, actual.clone());
            }
            _ => found.equal(&field, expected, actual.clone()),
        }
        Ok(())
    }

    fn node(&self, field: &str) -> Result<Value, Sentence> {
        let server = self.server.as_ref();
        let server = server
            .ok_or_else(|| format!("“then” lists “{field}”, and “given” describes no node"))?;
        Ok(node_json(&server.node))
    }
}

impl Server {
    fn read(given: &Fields<'_>) -> Result<Self, Sentence> {
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

    fn on_event(&mut self, kind: &str, event: &Fields<'_>) -> Result<Recorded<Raft>, Sentence> {
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
    fn matched(&self) -> Result<Vec<u32>, Sentence> {
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

fn is_known(kind: &str) -> bool {
    const OTHERS: &[&str] = &[
        "ElectionTimeout",
        "HeartbeatTimeout",
        "CrashRestart",
        "AdvanceCommit",
        "ClientPropose",
    ];
    OTHERS.contains(&kind) || MESSAGES.contains(&kind)
}

fn unknown_event(kind: &str) -> Sentence {
    format!("“when” has the unknown event “{kind}”")
}

fn known_message(field: &str, kind: &str) -> Result<(), Sentence> {
    match MESSAGES.contains(&kind) {
        true => Ok(()),
        false => Err(format!("{field} names the unknown message type “{kind}”")),
    }
}

fn read_message(kind: &str, event: &Fields<'_>) -> Result<Message, Sentence> {
    let term = || event.number("term");
    Ok(match kind {
        "RequestVote" => Message::RequestVote {
            term: term()?,
            last_index: event.number("lastLogIndex")?,
            last_term: event.number("lastLogTerm")?,
            transfer: false,
        },
        "RequestVoteReply" => Message::VoteReply {
            term: term()?,
            granted: event.flag("voteGranted")?,
        },
        "AppendEntries" => Message::AppendEntries {
            term: term()?,
            prev_index: event.number("prevLogIndex")?,
            prev_term: event.number("prevLogTerm")?,
            entries: entries(numbers(
                "“entries” of AppendEntries",
                event.need("entries")?,
            )?)
            .into(),
            leader_commit: event.number("leaderCommit")?,
        },
        "AppendEntriesReply" => {
            let success = event.flag("success")?;
            Message::AppendReply {
                term: term()?,
                success,
                match_index: match success {
                    true => event.number("matchIndex")?,
                    false => event.number_or("matchIndex", 0)?,
                },
                hint: None,
            }
        }
        _ => return Err(unknown_event(kind)),
    })
}

fn messages_json(from: NodeId, out: &Recorded<Raft>) -> Vec<Value> {
    let message = |(to, message): &(NodeId, Message)| {
        let mut value = message_json(message);
        value["from"] = json!(from.0);
        value["to"] = json!(to.0);
        value
    };
    out.sends.iter().map(message).collect()
}

fn message_json(message: &Message) -> Value {
    match message {
        Message::RequestVote {
            term,
            last_index,
            last_term,
            ..
        } => json!({
            "type": "RequestVote", "term": term,
            "lastLogIndex": last_index, "lastLogTerm": last_term,
        }),
        Message::VoteReply { term, granted } => json!({
            "type": "RequestVoteReply", "term": term, "voteGranted": granted,
        }),
        Message::AppendEntries {
            term,
            prev_index,
            prev_term,
            entries,
            leader_commit,
        } => json!({
            "type": "AppendEntries", "term": term,
            "prevLogIndex": prev_index, "prevLogTerm": prev_term,
            "entries": terms(entries.iter()), "leaderCommit": leader_commit,
        }),
        Message::AppendReply {
            term,
            success,
            match_index,
            ..
        } => json!({
            "type": "AppendEntriesReply", "term": term,
            "success": success, "matchIndex": match_index,
        }),
        other => unreachable!("the tables know no extension: {other:?}"),
    }
}

fn node_json(node: &Node) -> Value {
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

fn sorted(mut values: Vec<Value>) -> Vec<Value> {
    values.sort_by_key(Value::to_string);
    values
}
