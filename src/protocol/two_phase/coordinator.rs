//! The coordinator: has the work done, collects the votes, decides, and tells until all have
//! acknowledged.

use serde::Serialize;

use super::*;
use crate::protocol::{Answer, Datum, Relation, Reply, Request, relabel};

/// A client's request that waits for its turn.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize)]
pub struct Wish {
    /// Who asked.
    pub client: ClientId,
    /// The request's serial number.
    pub sequence: u32,
    /// For what.
    pub value: Value,
}

/// What a coordinator has heard about the transaction under way.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize)]
pub struct Collecting {
    /// The transaction.
    pub transaction: Transaction,
    /// Whether the work is done everywhere and votes are collected.
    pub voting: bool,
    /// Who has done the work or voted yes.
    pub yes: SortedSet<NodeId>,
    /// Who has voted no.
    pub no: SortedSet<NodeId>,
}

relabel!(struct Wish { client, sequence, value });
relabel!(struct Collecting { transaction, voting, yes, no });

impl TwoPhase {
    pub(super) fn on_request<S: Sink<Self>>(
        &self,
        node: &mut Node,
        from: ClientId,
        request: &Request,
        out: &mut S,
    ) {
        let (id, sequence) = (node.id, request.sequence);
        let note = |rule, outcome| {
            Note::new(rule, outcome)
                .with("node", id)
                .with("client", from)
                .with("value", request.command.clone())
        };
        if !self.coordinators.contains(&id) {
            out.note(|| note(&REQUEST_ROLE, Outcome::Refused));
            let hint = self.coordinators.first().copied();
            let answer = Answer::Elsewhere { hint };
            out.reply(from, Reply { sequence, answer });
            return;
        }
        let asked = Some((from, sequence));
        let known = (node.disk.log.iter()).find(|(_, record)| record.request == asked);
        if let Some((transaction, record)) = known
            && let Some(commit) = record.stage.decision()
        {
            out.note(|| {
                note(&REQUEST_KNOWN, Outcome::Done)
                    .with("transaction", *transaction)
                    .with("decision", decision_word(commit))
            });
            out.reply(from, reply(sequence, commit, record));
            return;
        }
        let waits = |wish: &Wish| (wish.client, wish.sequence) == (from, sequence);
        if known.is_some() || node.wishes.iter().any(waits) {
            out.note(|| note(&REQUEST_REPEATED, Outcome::Ignored));
            return;
        }
        node.wishes.push(Wish {
            client: from,
            sequence,
            value: request.command.clone(),
        });
        if node.collecting.is_some() {
            out.note(|| note(&REQUEST_QUEUED, Outcome::Done));
        } else {
            self.begin(node, out);
        }
    }

    /// Begins the next transaction: a start record, and the work for everybody.
    fn begin<S: Sink<Self>>(&self, node: &mut Node, out: &mut S) {
        if node.wishes.is_empty() {
            return;
        }
        let wish = node.wishes.remove(0);
        let own = node.disk.log.keys().filter(|it| it.owner == Some(node.id));
        let last = own.map(|it| it.number).max().unwrap_or(0);
        let transaction = Transaction::ballot(last + 1, node.id);
        let record = node.disk.record(transaction);
        record.value = Some(wish.value.clone());
        record.request = Some((wish.client, wish.sequence));
        node.collecting = Some(Collecting {
            transaction,
            voting: false,
            yes: SortedSet::new(),
            no: SortedSet::new(),
        });
        out.note(|| {
            Note::new(&BEGIN, Outcome::Done)
                .with("node", node.id)
                .with("client", wish.client)
                .with("value", wish.value.clone())
                .with("transaction", transaction)
        });
        out.fact(Fact::BecameRole {
            role: "collecting",
            epoch: transaction,
        });
        out.set_timer(Timer::Collect, self.cluster.range("collect", COLLECT));
        for to in self.others(node.id) {
            out.send(to, message(transaction, Says::Work(wish.value.clone())));
        }
        if self.participants.contains(&node.id) {
            node.working.insert(transaction, wish.value);
            self.on_worked(node, node.id, transaction, out);
        }
    }

    pub(super) fn on_worked<S: Sink<Self>>(
        &self,
        node: &mut Node,
        from: NodeId,
        transaction: Transaction,
        out: &mut S,
    ) {
        let id = node.id;
        let current = node.collecting.as_mut();
        let Some(collecting) = current.filter(|it| it.transaction == transaction && !it.voting)
        else {
            out.note(|| late(id, from, transaction));
            return;
        };
        collecting.yes.insert(from);
        let (count, all) = (collecting.yes.len(), self.participants.len());
        out.note(|| {
            Note::new(&WORKED, Outcome::Accepted)
                .with("node", id)
                .with("from", from)
                .with("transaction", transaction)
                .with("count", count as u32)
                .with("needed", all as u32)
        });
        if count < all {
            return;
        }
        collecting.voting = true;
        collecting.yes.clear();
        out.note(|| {
            Note::new(&PREPARE, Outcome::Done)
                .with("node", id)
                .with("transaction", transaction)
        });
        out.set_timer(Timer::Collect, self.cluster.range("collect", COLLECT));
        for to in self.others(id) {
            out.send(to, message(transaction, Says::Prepare));
        }
        if self.participants.contains(&id) {
            let yes = self.vote(node, transaction, out);
            self.on_vote(node, id, transaction, yes, out);
        }
    }

    pub(super) fn on_vote<S: Sink<Self>>(
        &self,
        node: &mut Node,
        from: NodeId,
        transaction: Transaction,
        yes: bool,
        out: &mut S,
    ) {
        let id = node.id;
        let current = node.collecting.as_mut();
        let Some(collecting) = current.filter(|it| it.transaction == transaction && it.voting)
        else {
            out.note(|| late(id, from, transaction));
            return;
        };
        let (heard, outcome) = if yes {
            (&mut collecting.yes, Outcome::Accepted)
        } else {
            (&mut collecting.no, Outcome::Refused)
        };
        heard.insert(from);
        let (ayes, noes) = (collecting.yes.len(), collecting.no.len());
        let (all, needed) = (self.participants.len(), self.needed());
        out.note(|| {
            Note::new(&COUNT, outcome)
                .with("node", id)
                .with("from", from)
                .with("transaction", transaction)
                .with("count", ayes as u32)
                .with("needed", needed as u32)
        });
        let count = |number| Datum::Number(number as u64);
        let commit = ayes >= needed;
        if !commit && all - noes >= needed {
            return;
        }
        out.note(|| {
            let (rule, left, relation, right) = if commit {
                let right = ("needed", count(needed));
                (
                    &COMMIT,
                    ("yes_votes", count(ayes)),
                    Relation::AtLeast,
                    right,
                )
            } else {
                let left = ("possible_votes", count(all - noes));
                (&ABORT, left, Relation::Less, ("needed", count(needed)))
            };
            Note::new(rule, Outcome::Done)
                .with("node", id)
                .with("transaction", transaction)
                .because(left, relation, right)
        });
        self.decide(node, transaction, commit, out);
    }

    /// No work or no vote from somebody: the coordinator may abort as long as it has not decided.
    pub(super) fn on_collect_timeout<S: Sink<Self>>(&self, node: &mut Node, out: &mut S) {
        let id = node.id;
        let Some(collecting) = &node.collecting else {
            out.note(|| Note::new(&TIMEOUT, Outcome::Ignored).with("node", id));
            return;
        };
        let transaction = collecting.transaction;
        out.note(|| {
            let heard =
                |it: &&NodeId| !collecting.yes.contains(*it) && !collecting.no.contains(*it);
            let silent = self.participants.iter().filter(heard).copied().collect();
            Note::new(&TIMEOUT, Outcome::Done)
                .with("node", id)
                .with("transaction", transaction)
                .with("silent", Datum::Nodes(silent))
        });
        self.decide(node, transaction, false, out);
    }

    /// The decision: in the log first, then to the client and to all. Decided already, it is told
    /// again.
    pub(super) fn decide<S: Sink<Self>>(
        &self,
        node: &mut Node,
        transaction: Transaction,
        commit: bool,
        out: &mut S,
    ) {
        node.collecting = None;
        out.cancel_timer(Timer::Collect);
        self.log_decision(node, transaction, commit, out);
        let record = node.disk.record(transaction);
        if let Some((client, sequence)) = record.request {
            out.reply(client, reply(sequence, commit, record));
        }
        let others = self.others(node.id);
        node.telling.insert(transaction, others.clone());
        for to in others {
            out.send(to, message(transaction, Says::Decision(commit)));
        }
        out.set_timer(Timer::Resend, self.cluster.range("resend", RESEND_WAIT));
        self.end_if_told(node, transaction, out);
        self.begin(node, out);
    }

    /// Whoever has not acknowledged is told again.
    pub(super) fn on_resend<S: Sink<Self>>(&self, node: &mut Node, out: &mut S) {
        if node.telling.is_empty() {
            out.note(|| Note::new(&RESEND, Outcome::Ignored).with("node", node.id));
            return;
        }
        for (transaction, untold) in node.telling.iter() {
            let decision = node.stage(*transaction).and_then(Stage::decision);
            let commit = decision.unwrap_or(false);
            out.note(|| {
                Note::new(&RESEND, Outcome::Done)
                    .with("node", node.id)
                    .with("transaction", *transaction)
                    .with("untold", Datum::Nodes(untold.iter().copied().collect()))
            });
            for to in untold {
                out.send(*to, message(*transaction, Says::Decision(commit)));
            }
        }
        out.set_timer(Timer::Resend, self.cluster.range("resend", RESEND_WAIT));
    }

    pub(super) fn on_ack<S: Sink<Self>>(
        &self,
        node: &mut Node,
        from: NodeId,
        transaction: Transaction,
        out: &mut S,
    ) {
        let untold = node.telling.get_mut(&transaction);
        let counts = untold.is_some_and(|untold| untold.remove(&from));
        out.note(|| {
            let outcome = if counts {
                Outcome::Accepted
            } else {
                Outcome::Ignored
            };
            Note::new(&ACK, outcome)
                .with("node", node.id)
                .with("from", from)
                .with("transaction", transaction)
        });
        if counts {
            self.end_if_told(node, transaction, out);
        }
    }

    /// Somebody must not forget the decision until all know it (§7.4): an end record says that all do.
    fn end_if_told<S: Sink<Self>>(&self, node: &mut Node, transaction: Transaction, out: &mut S) {
        if node
            .telling
            .get(&transaction)
            .is_some_and(SortedSet::is_empty)
        {
            node.telling.remove(&transaction);
            node.disk.record(transaction).ended = true;
            out.note(|| {
                Note::new(&END, Outcome::Done)
                    .with("node", node.id)
                    .with("transaction", transaction)
            });
        }
        if node.telling.is_empty() {
            out.cancel_timer(Timer::Resend);
        }
    }
}

/// What the client is told: the value that is committed, or that nothing is.
fn reply(sequence: u32, commit: bool, record: &Record) -> Reply {
    let answer = Answer::Done(record.value.clone().filter(|_| commit));
    Reply { sequence, answer }
}

/// The word of a decision.
pub(super) fn decision_word(commit: bool) -> Datum {
    Datum::Word(if commit { "commit" } else { "abort" })
}

fn late(node: NodeId, from: NodeId, transaction: Transaction) -> Note {
    Note::new(&LATE, Outcome::Ignored)
        .with("node", node)
        .with("from", from)
        .with("transaction", transaction)
}
