//! Paxos cases: an acceptor, a proposer and a learner, each a node of its own, and what they do
//! about a list of events. Each event goes to the role that it is for, so a case may mix them.

use std::collections::{BTreeMap, BTreeSet};

use quorumscope::protocol::paxos::{Durable, Learner, Message, Node, Paxos, Proposal, Proposer};
use quorumscope::protocol::{
    ClientId, Cluster, Epoch, Input, NODES_MAX, NodeId, Request, Value as Command,
};
use quorumscope::sorted::{SortedMap, SortedSet};
use serde_json::{Value, json};

use super::fields::{Fields, Sentence};
use super::mismatch::{Comparison, Mismatch};
use super::record::{Recorded, crash_restart, deliver, handle};
use super::{Case, scenario};

/// The messages of the tables. A refusal is optional in them, so ours is never compared.
const MESSAGES: &[&str] = &["Prepare", "Promise", "Accept", "Accepted"];
/// How many acceptors there are where a case does not say.
const ACCEPTORS: u8 = 3;

/// Runs one case.
pub fn run(case: &Case<'_>) -> Result<Vec<Mismatch>, Sentence> {
    let has_operations = case.when.iter().any(|event| event.get("op").is_some());
    if case.group == "scenario" || has_operations {
        return scenario::run(case);
    }
    let given = Fields::of("“given”", case.given)?;
    let names: Vec<&Value> = case
        .when
        .iter()
        .filter_map(|event| event.get("from"))
        .collect();
    let mut subject = Subject::read(&given, &names)?;
    given.finish()?;
    for event in &case.when {
        let event = Fields::of("an event of “when”", event)?;
        subject.on_event(&event)?;
        event.finish()?;
    }
    subject.compare(case.then)
}

/// The nodes under test. Acceptors are S1 to Sn; the proposer and the learner come after them.
struct Subject {
    paxos: Paxos,
    acceptors: Names,
    acceptor: Node,
    proposer: Node,
    learner: Node,
    /// What each event made these nodes send; the same to several receivers counts once.
    sent: Vec<Vec<Value>>,
}

impl Subject {
    fn read(given: &Fields<'_>, names: &[&Value]) -> Result<Self, Sentence> {
        let count = read_count(given)?;
        let (proposer, learner) = (NodeId(count + 1), NodeId(count + 2));
        let paxos = cluster(count, SortedSet::from([proposer]), learner)?;
        let mut subject = Self {
            acceptors: Names::new(count, names)?,
            acceptor: node(NodeId(1), read_acceptor(given, proposer)?),
            proposer: node(proposer, Durable::default()),
            learner: node(learner, Durable::default()),
            paxos,
            sent: Vec::new(),
        };
        match (given.get("ballot"), given.get("ownValue")) {
            (None, None) => {}
            (Some(_), Some(own)) => {
                let ballot = need_ballot(given, proposer)?;
                prepare(&subject.paxos, &mut subject.proposer, ballot, command(own)?)?;
            }
            _ => return Err("a proposer needs both “ballot” and “ownValue”".into()),
        }
        Ok(subject)
    }

    fn on_event(&mut self, event: &Fields<'_>) -> Result<(), Sentence> {
        let kind = event.text("type")?;
        let owner = self.proposer.id;
        let ballot = || need_ballot(event, owner);
        let (node, from, message) = match kind {
            "Prepare" => {
                let ballot = ballot()?;
                (&mut self.acceptor, owner, Message::Prepare { ballot })
            }
            "Accept" => {
                let (ballot, value) = (ballot()?, command(event.need("value")?)?);
                (&mut self.acceptor, owner, Message::Accept { ballot, value })
            }
            "Promise" => {
                let message = Message::Promise {
                    ballot: ballot()?,
                    accepted: read_proposal(event, owner)?,
                };
                let from = self.acceptors.id(event.need("from")?)?;
                (&mut self.proposer, from, message)
            }
            "Accepted" => {
                let (ballot, value) = (ballot()?, command(event.need("value")?)?);
                let from = self.acceptors.id(event.need("from")?)?;
                (&mut self.learner, from, Message::Accepted { ballot, value })
            }
            "CrashRestart" => {
                for node in [&mut self.acceptor, &mut self.proposer, &mut self.learner] {
                    crash_restart(&self.paxos, node.id, node);
                }
                return Ok(());
            }
            _ => return Err(format!("“when” has the unknown event “{kind}”")),
        };
        let out = deliver(&self.paxos, node, from, &message);
        self.sent.push(messages_json(&out));
        Ok(())
    }

    fn compare(&self, then: &Value) -> Result<Vec<Mismatch>, Sentence> {
        let mut found = Comparison::default();
        for (name, expected) in Fields::of("“then”", then)?.all() {
            let field = format!("then.{name}");
            match name {
                "state" => found.listed(&field, expected, &state_json(&self.acceptor.disk))?,
                "send" => found.messages(&field, expected, &self.sent, MESSAGES)?,
                "accept" => self.compare_accept(&mut found, expected)?,
                "total_accept_rounds_for_ballot" => {
                    found.equal(&field, expected, json!(self.accepts().len()));
                }
                "chosen" => {
                    let chosen = self.learner.learner.chosen.as_ref();
                    let chosen = chosen.map(|(_, value)| value.as_str());
                    found.equal(&field, expected, json!(chosen));
                }
                _ => return Err(format!("“then” has the unknown field “{name}”")),
            }
        }
        Ok(found.0)
    }

    /// The one Accept that was sent, or null.
    fn compare_accept(&self, found: &mut Comparison, expected: &Value) -> Result<(), Sentence> {
        match self.accepts()[..] {
            [accept] if expected.is_object() => {
                let accept = json!({ "ballot": accept["ballot"], "value": accept["value"] });
                found.listed("then.accept", expected, &accept)?;
            }
            [] => found.equal("then.accept", expected, Value::Null),
            ref several => found.that(false, "then.accept", expected, json!(several)),
        }
        Ok(())
    }

    fn accepts(&self) -> Vec<&Value> {
        let sent = self.sent.iter().flatten();
        sent.filter(|message| message["type"] == "Accept").collect()
    }
}

/// How many acceptors there are.
pub fn read_count(given: &Fields<'_>) -> Result<u8, Sentence> {
    let count = given.number_or("acceptors", ACCEPTORS)?;
    match (1..=NODES_MAX - 2).contains(&count) {
        true => Ok(count),
        false => Err(format!(
            "{count} acceptors: the engine takes 1 to {}",
            NODES_MAX - 2
        )),
    }
}

/// Paxos with so many acceptors, these proposers, and one learner.
pub fn cluster(
    acceptors: u8,
    proposers: SortedSet<NodeId>,
    learner: NodeId,
) -> Result<Paxos, Sentence> {
    let mut cluster = Cluster::of(learner.0);
    cluster.roles = SortedMap::from([
        ("acceptor".into(), (1..=acceptors).map(NodeId).collect()),
        ("proposer".into(), proposers),
        ("learner".into(), SortedSet::from([learner])),
    ]);
    Paxos::new(cluster).map_err(|error| error.to_string())
}

/// A node with this disk that has just started.
pub fn node(id: NodeId, disk: Durable) -> Node {
    Node {
        id,
        disk,
        proposer: Proposer::default(),
        learner: Learner::default(),
    }
}

/// Has a proposer begin phase 1 of just this ballot, with this value of its own.
pub fn prepare(
    paxos: &Paxos,
    node: &mut Node,
    ballot: Epoch,
    own: Command,
) -> Result<Recorded<Paxos>, Sentence> {
    // It "begins phase 1 with a higher proposal number than any it has already used" (§2.5).
    node.disk.round = ballot.number - 1;
    let from = ClientId(1);
    let request = &Request {
        sequence: 1,
        command: own,
    };
    let out = handle(paxos, node, Input::Request { from, request });
    match node.proposer.attempt.ballot() {
        Some(begun) if begun == ballot => Ok(out),
        begun => Err(format!("the proposer began {begun:?} instead of {ballot}")),
    }
}

/// The ballot of a whole number: -1 is none, and the order is kept.
pub fn read_ballot(
    fields: &Fields<'_>,
    name: &str,
    owner: NodeId,
) -> Result<Option<Epoch>, Sentence> {
    match fields.number::<i32>(name)? {
        -1 => Ok(None),
        number @ 0.. => Ok(Some(Epoch::ballot(number as u32 + 1, owner))),
        number => Err(format!("{number} is no ballot; -1 stands for none")),
    }
}

/// A ballot that must be one.
pub fn need_ballot(fields: &Fields<'_>, owner: NodeId) -> Result<Epoch, Sentence> {
    let ballot = read_ballot(fields, "ballot", owner)?;
    ballot.ok_or_else(|| "an event or operation has the ballot -1, which is none".into())
}

/// The whole number of a ballot.
pub fn number_of(ballot: Epoch) -> i64 {
    i64::from(ballot.number) - 1
}

/// A value to choose.
pub fn command(value: &Value) -> Result<Command, Sentence> {
    let text = value.as_str();
    let text = text.ok_or_else(|| format!("the value {value} is not a text"))?;
    Command::new(text).map_err(|error| format!("the value “{text}” cannot be: {error}"))
}

fn read_acceptor(given: &Fields<'_>, owner: NodeId) -> Result<Durable, Sentence> {
    let promised = given
        .get("promised")
        .map(|_| read_ballot(given, "promised", owner));
    Ok(Durable {
        promised: promised.transpose()?.flatten(),
        accepted: match given.get("acceptedBallot").or(given.get("acceptedValue")) {
            Some(_) => read_proposal(given, owner)?,
            None => None,
        },
        round: 0,
    })
}

fn read_proposal(fields: &Fields<'_>, owner: NodeId) -> Result<Option<Proposal>, Sentence> {
    let ballot = read_ballot(fields, "acceptedBallot", owner)?;
    let value = fields.need("acceptedValue")?;
    match (ballot, value.is_null()) {
        (None, true) => Ok(None),
        (Some(ballot), false) => Ok(Some((ballot, command(value)?))),
        _ => Err("“acceptedBallot” and “acceptedValue” are both there or both not".into()),
    }
}

/// Which acceptor a name means: a number is its own; any other name takes the next free one.
struct Names {
    count: u8,
    others: BTreeMap<String, NodeId>,
}

impl Names {
    fn new(count: u8, names: &[&Value]) -> Result<Self, Sentence> {
        let taken: BTreeSet<u8> = names.iter().filter_map(|name| numbered(name)).collect();
        let mut free = (1..=count).filter(|number| !taken.contains(number));
        let others = names.iter().filter(|name| numbered(name).is_none());
        let others: BTreeSet<String> = others.map(ToString::to_string).collect();
        let id = |name| {
            let number = free.next();
            let number = number.ok_or_else(|| format!("more than {count} acceptors speak"))?;
            Ok((name, NodeId(number)))
        };
        let others = others
            .into_iter()
            .map(id)
            .collect::<Result<_, Sentence>>()?;
        Ok(Self { count, others })
    }

    fn id(&self, name: &Value) -> Result<NodeId, Sentence> {
        let number = numbered(name).filter(|number| (1..=self.count).contains(number));
        let id = number
            .map(NodeId)
            .or_else(|| self.others.get(&name.to_string()).copied());
        id.ok_or_else(|| format!("{name} is none of the {} acceptors", self.count))
    }
}

/// The number in `3` or `"a3"`.
pub fn numbered(name: &Value) -> Option<u8> {
    match name {
        Value::String(text) => text.strip_prefix('a')?.parse().ok(),
        _ => u8::try_from(name.as_u64()?).ok(),
    }
}

fn state_json(disk: &Durable) -> Value {
    let (ballot, value) = proposal_json(disk.accepted.as_ref());
    json!({
        "promised": disk.promised.map_or(-1, number_of),
        "acceptedBallot": ballot,
        "acceptedValue": value,
    })
}

fn proposal_json(proposal: Option<&Proposal>) -> (i64, Value) {
    match proposal {
        Some((ballot, value)) => (number_of(*ballot), json!(value.as_str())),
        None => (-1, Value::Null),
    }
}

fn messages_json(out: &Recorded<Paxos>) -> Vec<Value> {
    let mut messages: Vec<Value> = Vec::new();
    for (_, message) in &out.sends {
        if let Some(message) = message_json(message).filter(|it| !messages.contains(it)) {
            messages.push(message);
        }
    }
    messages
}

fn message_json(message: &Message) -> Option<Value> {
    Some(match message {
        Message::Prepare { ballot } => json!({ "type": "Prepare", "ballot": number_of(*ballot) }),
        Message::Promise { ballot, accepted } => {
            let (accepted_ballot, value) = proposal_json(accepted.as_ref());
            json!({
                "type": "Promise", "ballot": number_of(*ballot),
                "acceptedBallot": accepted_ballot, "acceptedValue": value,
            })
        }
        Message::Accept { ballot, value } => json!({
            "type": "Accept", "ballot": number_of(*ballot), "value": value.as_str(),
        }),
        Message::Accepted { ballot, value } => json!({
            "type": "Accepted", "ballot": number_of(*ballot), "value": value.as_str(),
        }),
        Message::Refused { .. } => return None,
    })
}
