//! Paxos scenarios: operations on a small cluster. Each ballot has a proposer of its own, and
//! every message passes between the engine's nodes; an operation only says who gets one.

use std::collections::{BTreeMap, BTreeSet};

use quorumscope::protocol::paxos::{Durable, Message, Node, Paxos, Proposal, Timer};
use quorumscope::protocol::{
    ClientId, Cluster, Epoch, Fact, Input, NODES_MAX, NodeId, Request, Value as Command,
};
use quorumscope::sorted::SortedSet;
use serde_json::{Map, Value, json};

use super::Case;
use super::fields::{Fields, Sentence, list};
use super::mismatch::{Comparison, Mismatch};
use super::paxos::{cluster, command, need_ballot, node, number_of, numbered, prepare, read_count};
use super::record::{crash_restart, deliver, handle};

/// What an `accept` may name instead of a value: whatever the proposer has settled on.
const BY_RULE: &str = "AS_CHOSEN_BY_RULE";

/// Runs one case, once for each choice of its quorums.
pub fn run(case: &Case<'_>) -> Result<Vec<Mismatch>, Sentence> {
    let given = Fields::of("“given”", case.given)?;
    let acceptors = read_count(&given)?;
    if given.get("init").is_some() {
        given.text("init")?;
    }
    given.finish()?;
    for quorums in choices(&case.when, acceptors) {
        let stage = Stage::play(&case.when, acceptors, &quorums)?;
        let mismatches = stage.compare(case.then)?;
        if !mismatches.is_empty() {
            return Ok(mismatches);
        }
    }
    Ok(Vec::new())
}

/// Acceptors by the name of the quorum that they make.
type Quorums = BTreeMap<String, Vec<NodeId>>;

/// All ways to put smallest majorities in the place of `$Q1`, `$Q2`, …
fn choices(when: &[&Value], acceptors: u8) -> Vec<Quorums> {
    let named = when.iter().filter_map(|operation| operation["to"].as_str());
    let names: BTreeSet<&str> = named.filter(|name| name.starts_with('$')).collect();
    let majorities = majorities(acceptors);
    let mut all = vec![Quorums::new()];
    for name in names {
        let with = |quorums: &Quorums, majority: &Vec<NodeId>| {
            let mut quorums = quorums.clone();
            quorums.insert(name.into(), majority.clone());
            quorums
        };
        let longer = all
            .iter()
            .flat_map(|quorums| majorities.iter().map(move |it| with(quorums, it)));
        all = longer.collect();
    }
    all
}

fn majorities(acceptors: u8) -> Vec<Vec<NodeId>> {
    let size = usize::from(acceptors) / 2 + 1;
    let mut sets = vec![Vec::new()];
    for id in (1..=acceptors).map(NodeId) {
        let with: Vec<Vec<NodeId>> = sets
            .iter()
            .filter(|set: &&Vec<NodeId>| set.len() < size)
            .map(|set| set.iter().copied().chain([id]).collect())
            .collect();
        sets.extend(with);
    }
    sets.retain(|set| set.len() == size);
    sets
}

/// The cluster of a scenario.
struct Stage {
    paxos: Paxos,
    acceptors: BTreeMap<NodeId, Node>,
    /// The proposer of each ballot, by the ballot's number in the case.
    proposers: BTreeMap<i64, Proposer>,
    learner: NodeId,
    /// Every Accepted, in the order in which it was sent.
    accepted: Vec<(NodeId, Message)>,
    /// What came of each Accept, by ballot and acceptor.
    verdicts: BTreeMap<(i64, NodeId), bool>,
}

/// The proposer of one ballot.
struct Proposer {
    ballot: Epoch,
    node: Node,
    /// The value that it has asked acceptors to accept.
    accept: Option<Command>,
    begun: bool,
}

impl Stage {
    fn play(when: &[&Value], acceptors: u8, quorums: &Quorums) -> Result<Self, Sentence> {
        let mut stage = Self::new(when, acceptors)?;
        for operation in when {
            let operation = Fields::of("an operation of “when”", operation)?;
            stage.on_operation(&operation, quorums)?;
            operation.finish()?;
        }
        Ok(stage)
    }

    fn new(when: &[&Value], acceptors: u8) -> Result<Self, Sentence> {
        let ballots: BTreeSet<i64> = when
            .iter()
            .filter_map(|operation| operation["ballot"].as_i64())
            .collect();
        let room = usize::from(NODES_MAX - 1 - acceptors);
        if ballots.len() > room {
            return Err(format!(
                "{} ballots: there is room for {room}",
                ballots.len()
            ));
        }
        let owners = (acceptors + 1..).map(NodeId);
        let owners: BTreeMap<i64, NodeId> = ballots.into_iter().zip(owners).collect();
        let learner = NodeId(acceptors + owners.len() as u8 + 1);
        let playing = match owners.is_empty() {
            true => SortedSet::from([learner]),
            false => owners.values().copied().collect(),
        };
        let ids = (1..=acceptors).map(NodeId);
        Ok(Self {
            paxos: cluster(acceptors, playing, learner)?,
            acceptors: ids.map(|id| (id, node(id, Durable::default()))).collect(),
            proposers: proposers(when, &owners)?,
            learner,
            accepted: Vec::new(),
            verdicts: BTreeMap::new(),
        })
    }

    fn on_operation(&mut self, operation: &Fields<'_>, quorums: &Quorums) -> Result<(), Sentence> {
        match operation.text("op")? {
            "prepare" => self.prepare(operation, quorums),
            "accept" => self.accept(operation, quorums),
            "crash_restart" => {
                let id = self.acceptor(operation.need("node")?)?;
                if let Some(node) = self.acceptors.get_mut(&id) {
                    crash_restart(&self.paxos, id, node);
                }
                Ok(())
            }
            other => Err(format!("“when” has the unknown operation “{other}”")),
        }
    }

    /// Prepare reaches these acceptors, and their promises return to the proposer.
    fn prepare(&mut self, operation: &Fields<'_>, quorums: &Quorums) -> Result<(), Sentence> {
        let number: i64 = operation.number("ballot")?;
        let to = self.receivers(operation, quorums)?;
        let own = operation.get("ownValue").map(command).transpose()?;
        let proposer = self
            .proposers
            .get_mut(&number)
            .ok_or("a ballot without a proposer")?;
        if !proposer.begun {
            let own = own.ok_or_else(|| format!("ballot {number} begins without “ownValue”"))?;
            prepare(&self.paxos, &mut proposer.node, proposer.ballot, own)?;
            proposer.begun = true;
        }
        let ballot = proposer.ballot;
        for id in to {
            let replies = self.deliver(id, ballot, &Message::Prepare { ballot });
            let promises = replies
                .iter()
                .filter(|it| matches!(it, Message::Promise { .. }));
            for promise in promises {
                self.return_promise(number, id, promise);
            }
        }
        Ok(())
    }

    fn return_promise(&mut self, number: i64, from: NodeId, promise: &Message) {
        let Some(proposer) = self.proposers.get_mut(&number) else {
            return;
        };
        let out = deliver(&self.paxos, &mut proposer.node, from, promise);
        for (_, message) in out.sends {
            if let Message::Accept { value, .. } = message {
                proposer.accept = Some(value);
            }
        }
    }

    /// The proposer's Accept reaches these acceptors.
    fn accept(&mut self, operation: &Fields<'_>, quorums: &Quorums) -> Result<(), Sentence> {
        let number: i64 = operation.number("ballot")?;
        let to = self.receivers(operation, quorums)?;
        let proposer = &self.proposers[&number];
        let (ballot, value) = (proposer.ballot, proposer.accept.clone());
        let value = value
            .ok_or_else(|| format!("the proposer of ballot {number} has not sent any Accept"))?;
        let named = operation.get("value").and_then(Value::as_str);
        if named.is_some_and(|named| named != BY_RULE && named != value.as_str()) {
            return Err(format!(
                "the proposer of ballot {number} asks for “{value}”"
            ));
        }
        for id in to {
            let value = value.clone();
            let replies = self.deliver(id, ballot, &Message::Accept { ballot, value });
            let accepted = replies
                .into_iter()
                .find(|it| matches!(it, Message::Accepted { .. }));
            self.verdicts.insert((number, id), accepted.is_some());
            self.accepted.extend(accepted.map(|message| (id, message)));
        }
        Ok(())
    }

    /// What an acceptor answers.
    fn deliver(&mut self, id: NodeId, ballot: Epoch, message: &Message) -> Vec<Message> {
        let Some((acceptor, from)) = self.acceptors.get_mut(&id).zip(ballot.owner) else {
            return Vec::new();
        };
        let out = deliver(&self.paxos, acceptor, from, message);
        out.sends.into_iter().map(|(_, message)| message).collect()
    }

    fn receivers(
        &self,
        operation: &Fields<'_>,
        quorums: &Quorums,
    ) -> Result<Vec<NodeId>, Sentence> {
        let to = operation.need("to")?;
        if let Some(quorum) = to.as_str().and_then(|name| quorums.get(name)) {
            return Ok(quorum.clone());
        }
        let names = list("“to” of an operation", to)?;
        names.iter().map(|name| self.acceptor(name)).collect()
    }

    fn acceptor(&self, name: &Value) -> Result<NodeId, Sentence> {
        let id = numbered(name)
            .map(NodeId)
            .filter(|id| self.acceptors.contains_key(id));
        id.ok_or_else(|| format!("{name} is none of the {} acceptors", self.acceptors.len()))
    }

    fn compare(&self, then: &Value) -> Result<Vec<Mismatch>, Sentence> {
        let mut found = Comparison::default();
        let facts = self.facts()?;
        for (name, expected) in Fields::of("“then”", then)?.all() {
            match name {
                // What a broken engine does, and in words over what a case is repeated.
                "buggy" | "for_all" => {}
                "correct" => found.listed("then.correct", expected, &facts)?,
                _ => found.listed("then", &json!({ name: expected }), &facts)?,
            }
        }
        Ok(found.0)
    }

    /// All that `then` may list.
    fn facts(&self) -> Result<Value, Sentence> {
        let chosen = self.chosen();
        let mut facts = Map::new();
        facts.insert("chosen".into(), in_words(&chosen));
        let ballot = chosen.first().map(|(ballot, _)| number_of(*ballot));
        facts.insert("at_ballot".into(), json!(ballot));
        let sent = self
            .proposers
            .values()
            .any(|proposer| proposer.accept.is_some());
        facts.insert("accept_sent".into(), json!(sent));
        for (number, proposer) in &self.proposers {
            let value = proposer.accept.as_ref().map(Command::as_str);
            facts.insert(format!("accept_value_of_ballot_{number}"), json!(value));
        }
        for ((number, id), accepted) in &self.verdicts {
            let verdict = if *accepted { "accepted" } else { "refused" };
            facts.insert(format!("accept_{number}_at_a{}", id.0), json!(verdict));
        }
        let (disjoint, rising) = ballots_of_proposers(self.acceptors.len() as u8)?;
        let intersection = if disjoint { "empty" } else { "not empty" };
        facts.insert("intersection".into(), json!(intersection));
        facts.insert("strictly_increasing_per_proposer".into(), json!(rising));
        Ok(facts.into())
    }

    /// What a learner finds chosen, and what it finds in the opposite order: two learners must
    /// not disagree.
    fn chosen(&self) -> Vec<Proposal> {
        let forwards = self.learned(self.accepted.iter());
        let backwards = self.learned(self.accepted.iter().rev());
        let mut chosen: Vec<Proposal> = forwards.into_iter().chain(backwards).collect();
        chosen.sort();
        chosen.dedup_by(|a, b| a.1 == b.1);
        chosen
    }

    fn learned<'a>(
        &self,
        accepted: impl Iterator<Item = &'a (NodeId, Message)>,
    ) -> Option<Proposal> {
        let mut learner = node(self.learner, Durable::default());
        for (from, message) in accepted {
            deliver(&self.paxos, &mut learner, *from, message);
        }
        learner.learner.chosen
    }
}

/// `null`, the value, or all values that were chosen.
fn in_words(chosen: &[Proposal]) -> Value {
    let values: Vec<&str> = chosen.iter().map(|(_, value)| value.as_str()).collect();
    match values.is_empty() {
        true => Value::Null,
        false => json!(values.join(" and ")),
    }
}

fn proposers(
    when: &[&Value],
    owners: &BTreeMap<i64, NodeId>,
) -> Result<BTreeMap<i64, Proposer>, Sentence> {
    let mut proposers = BTreeMap::new();
    for operation in when {
        let Some((number, owner)) = operation["ballot"]
            .as_i64()
            .and_then(|n| owners.get_key_value(&n))
        else {
            continue;
        };
        let fields = Fields::of("an operation of “when”", operation)?;
        let proposer = Proposer {
            ballot: need_ballot(&fields, *owner)?,
            node: node(*owner, Durable::default()),
            accept: None,
            begun: false,
        };
        proposers.insert(*number, proposer);
    }
    Ok(proposers)
}

/// Has so many proposers begin several ballots each: are they all different, and do each one's
/// ballots rise?
fn ballots_of_proposers(count: u8) -> Result<(bool, bool), Sentence> {
    let paxos = Paxos::new(Cluster::of(count)).map_err(|error| error.to_string())?;
    let begun: Vec<Vec<Epoch>> = (1..=count)
        .map(NodeId)
        .map(|id| ballots_of(&paxos, id))
        .collect();
    let all: Vec<Epoch> = begun.iter().flatten().copied().collect();
    let different: BTreeSet<Epoch> = all.iter().copied().collect();
    let rising = begun
        .iter()
        .all(|ballots| ballots.is_sorted_by(|a, b| a < b));
    Ok((different.len() == all.len(), rising))
}

/// The ballots of a proposer that asks, retries, crashes and asks again.
fn ballots_of(paxos: &Paxos, id: NodeId) -> Vec<Epoch> {
    let mut node = node(id, Durable::default());
    let request = Request {
        sequence: 1,
        command: Command::new("x").expect("one letter is a value"),
    };
    let mut ballots = Vec::new();
    for _ in 0..3 {
        let ask = Input::Request {
            from: ClientId(1),
            request: &request,
        };
        let asked = handle(paxos, &mut node, ask);
        let retried = handle(paxos, &mut node, Input::Fire(Timer::Retry));
        for fact in asked.facts.into_iter().chain(retried.facts) {
            if let Fact::BecameRole { epoch, .. } = fact {
                ballots.push(epoch);
            }
        }
        crash_restart(paxos, id, &mut node);
    }
    ballots
}
