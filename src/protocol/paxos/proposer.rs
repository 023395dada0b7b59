//! The proposer: phases 1a and 2a, refusals and retries.

use super::acceptor::Verdict;
use super::*;
use crate::protocol::{
    Answer, ClientId, Datum, Epoch, NodeId, Relation, Reply, Request, Sink, Value,
};

/// What a proposer remembers; a crash takes it all, but for the round on disk.
#[derive(Clone, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize)]
pub struct Proposer {
    /// What it is doing.
    pub attempt: Attempt,
    /// Who asked for what; the first wish is the value it would propose.
    pub wishes: Vec<Wish>,
    /// The highest ballot that a refusal named.
    pub seen: Option<Epoch>,
    /// How often it has tried for these wishes.
    pub tries: u32,
}

/// A client's wish.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize)]
pub struct Wish {
    /// Who asked.
    pub client: ClientId,
    /// The request's serial number.
    pub sequence: u32,
    /// For what.
    pub value: Value,
}

/// What a proposer is doing.
#[derive(Clone, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize)]
pub enum Attempt {
    /// Nothing.
    #[default]
    Idle,
    /// Phase 1: gathers promises, each with the proposal that it reported.
    Preparing {
        /// The ballot.
        ballot: Epoch,
        /// The promises.
        promises: SortedMap<NodeId, Option<Proposal>>,
    },
    /// Phase 2: has asked for acceptance of the ballot's one value.
    Accepting {
        /// The ballot.
        ballot: Epoch,
        /// Its value.
        value: Value,
    },
    /// Refused; waits before it tries again.
    BackingOff {
        /// The ballot given up.
        ballot: Epoch,
    },
}

relabel!(struct Proposer { attempt, wishes, seen, tries });
relabel!(struct Wish { client, sequence, value });
relabel!(enum Attempt {
    Idle,
    Preparing { ballot, promises },
    Accepting { ballot, value },
    BackingOff { ballot },
});

impl Attempt {
    /// The ballot in use, or just given up.
    pub fn ballot(&self) -> Option<Epoch> {
        match self {
            Self::Idle => None,
            Self::Preparing { ballot, .. }
            | Self::Accepting { ballot, .. }
            | Self::BackingOff { ballot } => Some(*ballot),
        }
    }
}

impl Paxos {
    pub(super) fn on_request<S: Sink<Self>>(
        &self,
        node: &mut Node,
        from: ClientId,
        request: &Request,
        out: &mut S,
    ) {
        let sequence = request.sequence;
        let note = |rule, outcome| {
            Note::new(rule, outcome)
                .with("node", node.id)
                .with("client", from)
                .with("value", request.command.clone())
        };
        if !self.proposers.contains(&node.id) {
            out.note(|| note(&REQUEST_ROLE, Outcome::Refused));
            let hint = self.proposers.first().copied();
            let answer = Answer::Elsewhere { hint };
            out.reply(from, Reply { sequence, answer });
            return;
        }
        if let Some((_, chosen)) = node.learner.chosen.clone() {
            out.note(|| note(&REQUEST_KNOWN, Outcome::Done).with("chosen", chosen.clone()));
            let answer = Answer::Done(Some(chosen));
            out.reply(from, Reply { sequence, answer });
            return;
        }
        let wish = Wish {
            client: from,
            sequence,
            value: request.command.clone(),
        };
        let busy = node.proposer.attempt != Attempt::Idle;
        out.note(|| {
            let rule = if busy {
                &REQUEST_QUEUED
            } else {
                &REQUEST_TAKEN
            };
            note(rule, Outcome::Done)
        });
        if !node.proposer.wishes.contains(&wish) {
            node.proposer.wishes.push(wish);
        }
        if !busy {
            self.prepare(node, out);
        }
    }

    /// Phase 1a: a ballot higher than any this node has used or seen.
    fn prepare<S: Sink<Self>>(&self, node: &mut Node, out: &mut S) {
        let promised = node.disk.promised;
        let promised = promised.filter(|_| !self.is(V::ReuseBallot));
        let seen = node.proposer.seen.max(promised);
        let seen_round = seen.map_or(0, |ballot| ballot.number);
        let used_round = node.disk.round;
        let ballot = Epoch::ballot(seen_round.max(used_round) + 1, node.id);
        node.disk.round = ballot.number;
        node.proposer.attempt = Attempt::Preparing {
            ballot,
            promises: SortedMap::new(),
        };
        out.note(|| {
            Note::new(&PREPARE, Outcome::Done)
                .with("node", node.id)
                .with("ballot", ballot)
                .because(
                    ("round", ballot.number),
                    Relation::Greater,
                    ("seen_round", seen_round.max(used_round)),
                )
        });
        out.fact(Fact::BecameRole {
            role: "preparing",
            epoch: ballot,
        });
        let doublings = node.proposer.tries.min(BACKOFF_DOUBLINGS_MAX);
        node.proposer.tries += 1;
        let range = self.cluster.range("retry", RETRY);
        out.set_timer(Timer::Retry, range.times(1 << doublings));
        if self.is(V::SkipPhase1) {
            self.propose(node, ballot, None, out);
            return;
        }
        for to in self.acceptors.iter().filter(|to| **to != node.id) {
            out.send(*to, Message::Prepare { ballot });
        }
        if self.acceptors.contains(&node.id)
            && let Verdict::Granted = self.promise(node, node.id, ballot, out)
        {
            let reported = self.reported(node);
            self.on_promise(node, node.id, ballot, reported.as_ref(), out);
        }
    }

    pub(super) fn on_promise<S: Sink<Self>>(
        &self,
        node: &mut Node,
        from: NodeId,
        ballot: Epoch,
        accepted: Option<&Proposal>,
        out: &mut S,
    ) {
        let id = node.id;
        let current = node.proposer.attempt.ballot();
        let Attempt::Preparing { promises, .. } = &mut node.proposer.attempt else {
            out.note(|| stale(id, from, ballot, current));
            return;
        };
        let lower = current > Some(ballot) && self.is(V::CountStalePromises);
        let Some(current) = current.filter(|current| *current == ballot || lower) else {
            out.note(|| stale(id, from, ballot, current));
            return;
        };
        promises.insert(from, accepted.cloned());
        let (count, quorum) = (promises.len(), self.phase1_quorum());
        out.note(|| {
            Note::new(&PROMISE_COUNT, Outcome::Accepted)
                .with("node", id)
                .with("from", from)
                .with("ballot", ballot)
                .with("accepted", accepted)
                .with("count", count as u32)
                .with("quorum", quorum as u32)
        });
        if count < quorum {
            return;
        }
        let adopted = {
            let mut reports = promises.values().flatten();
            let adopted = if self.is(V::AnyReportedValue) {
                reports.next()
            } else if self.is(V::LowestReportedValue) {
                reports.min()
            } else {
                reports.max()
            };
            adopted.cloned()
        };
        self.propose(node, current, adopted, out);
    }

    /// Phase 2a: the value of the highest-numbered proposal among the promises, "or any value if
    /// the responses reported no proposals" (§2.2, P2c).
    fn propose<S: Sink<Self>>(
        &self,
        node: &mut Node,
        ballot: Epoch,
        adopted: Option<Proposal>,
        out: &mut S,
    ) {
        let Some(own) = node.proposer.wishes.first().map(|wish| wish.value.clone()) else {
            return;
        };
        let adopted = adopted.filter(|_| !self.is(V::OwnValueAlways));
        out.note(|| match &adopted {
            Some(proposal) => Note::new(&PROPOSE_ADOPTED, Outcome::Done)
                .with("node", node.id)
                .with("ballot", ballot)
                .with("own", own.clone())
                .with("reported", proposal.0)
                .with("value", proposal.1.clone()),
            None => Note::new(&PROPOSE_OWN, Outcome::Done)
                .with("node", node.id)
                .with("ballot", ballot)
                .with("value", own.clone()),
        });
        let value = adopted.map_or(own, |(_, value)| value);
        node.proposer.attempt = Attempt::Accepting {
            ballot,
            value: value.clone(),
        };
        out.fact(Fact::Proposed {
            ballot,
            value: value.clone(),
        });
        for to in self.acceptors.iter().filter(|to| **to != node.id) {
            let value = value.clone();
            out.send(*to, Message::Accept { ballot, value });
        }
        if self.acceptors.contains(&node.id) {
            // Promised to another proposer meanwhile: then this ballot is lost here too.
            if let Verdict::Refused(promised) = self.accept(node, node.id, ballot, &value, out) {
                self.on_refused(node, node.id, ballot, promised, out);
            }
        }
    }

    /// "It should probably inform the proposer, who should then abandon its proposal" (§2.2).
    pub(super) fn on_refused<S: Sink<Self>>(
        &self,
        node: &mut Node,
        from: NodeId,
        ballot: Epoch,
        promised: Epoch,
        out: &mut S,
    ) {
        let current = node.proposer.attempt.ballot();
        let proposing = matches!(
            node.proposer.attempt,
            Attempt::Preparing { .. } | Attempt::Accepting { .. }
        );
        if !proposing || current != Some(ballot) {
            out.note(|| stale(node.id, from, ballot, current));
            return;
        }
        node.proposer.seen = node.proposer.seen.max(Some(promised));
        node.proposer.attempt = Attempt::BackingOff { ballot };
        out.note(|| {
            Note::new(&ABANDON, Outcome::Refused)
                .with("node", node.id)
                .with("from", from)
                .with("ballot", ballot)
                .with("promised", promised)
                .because(
                    ("ballot", ballot),
                    Relation::of(&ballot, &promised),
                    ("promised", promised),
                )
        });
    }

    pub(super) fn on_retry<S: Sink<Self>>(&self, node: &mut Node, out: &mut S) {
        let Some(ballot) = node.proposer.attempt.ballot() else {
            out.note(|| Note::new(&RETRY_IDLE, Outcome::Ignored).with("node", node.id));
            return;
        };
        out.note(|| {
            Note::new(&RETRY_LATER, Outcome::Done)
                .with("node", node.id)
                .with("ballot", ballot)
        });
        self.prepare(node, out);
    }
}

fn stale(node: NodeId, from: NodeId, ballot: Epoch, current: Option<Epoch>) -> Note {
    Note::new(&REPLY_STALE, Outcome::Ignored)
        .with("node", node)
        .with("from", from)
        .with("ballot", ballot)
        .with("current", current)
}

impl From<&Proposal> for Datum {
    fn from((ballot, value): &Proposal) -> Self {
        Datum::Proposal(*ballot, value.clone())
    }
}
