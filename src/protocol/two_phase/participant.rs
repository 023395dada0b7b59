//! The participant: does the work, votes, and does what was decided.

use super::coordinator::decision_word;
use super::*;
use crate::protocol::Datum;

impl TwoPhase {
    pub(super) fn on_work<S: Sink<Self>>(
        &self,
        node: &mut Node,
        from: NodeId,
        transaction: Transaction,
        value: &Value,
        out: &mut S,
    ) {
        let fresh = node.stage(transaction).is_none();
        out.note(|| {
            let outcome = if fresh {
                Outcome::Accepted
            } else {
                Outcome::Ignored
            };
            Note::new(&WORK, outcome)
                .with("node", node.id)
                .with("coordinator", from)
                .with("transaction", transaction)
                .with("value", value.clone())
        });
        if fresh {
            node.working.insert(transaction, value.clone());
            let range = self.cluster.range("prepare", PREPARE_WAIT);
            out.set_timer(Timer::Prepare, range);
            out.send(from, message(transaction, Says::Worked));
        }
    }

    pub(super) fn on_prepare<S: Sink<Self>>(
        &self,
        node: &mut Node,
        from: NodeId,
        transaction: Transaction,
        out: &mut S,
    ) {
        let yes = match node.stage(transaction) {
            None => self.vote(node, transaction, out),
            Some(stage) => {
                out.note(|| {
                    Note::new(&VOTE_AGAIN, Outcome::Ignored)
                        .with("node", node.id)
                        .with("coordinator", from)
                        .with("transaction", transaction)
                });
                stage != Stage::Aborted
            }
        };
        out.send(from, message(transaction, Says::Vote(yes)));
    }

    /// Phase 1: a yes is in the log before it is said, and binds. A no decides at once.
    pub(super) fn vote<S: Sink<Self>>(
        &self,
        node: &mut Node,
        transaction: Transaction,
        out: &mut S,
    ) -> bool {
        let id = node.id;
        let work = node.working.get(&transaction);
        let reason = match work {
            None => Some("no_work"),
            Some(value) => refuses(value, id).then_some("own_will"),
        };
        let yes = reason.is_none();
        out.note(|| {
            let outcome = match reason {
                None => Outcome::Accepted,
                Some(_) => Outcome::Refused,
            };
            let note = Note::new(&VOTE, outcome)
                .with("node", id)
                .with("transaction", transaction);
            match reason {
                None => note,
                Some(reason) => note.with("reason", Datum::Word(reason)),
            }
        });
        out.fact(Fact::Voted {
            epoch: transaction,
            yes,
        });
        if !yes {
            self.log_decision(node, transaction, false, out);
            return false;
        }
        let value = node.working.remove(&transaction);
        let record = node.disk.record(transaction);
        record.value = value;
        record.stage = Stage::Prepared;
        if transaction.owner != Some(id) {
            let range = self.cluster.range("decision", DECISION_WAIT);
            out.set_timer(Timer::Decision, range);
        }
        self.stop_waiting(node, out);
        true
    }

    /// Nobody asks for the vote: what has not been promised can still be refused.
    pub(super) fn on_prepare_timeout<S: Sink<Self>>(&self, node: &mut Node, out: &mut S) {
        let waiting = node.working.keys().copied();
        let waiting: Vec<_> = waiting.filter(|it| it.owner != Some(node.id)).collect();
        if waiting.is_empty() {
            out.note(|| Note::new(&ALONE, Outcome::Ignored).with("node", node.id));
        }
        for transaction in waiting {
            self.abort_alone(node, transaction, out);
        }
    }

    /// Aborts without being told. Right before a yes vote, and never after.
    pub(super) fn abort_alone<S: Sink<Self>>(
        &self,
        node: &mut Node,
        transaction: Transaction,
        out: &mut S,
    ) {
        let voted = node.stage(transaction) == Some(Stage::Prepared);
        out.note(|| {
            Note::new(&ALONE, Outcome::Done)
                .with("node", node.id)
                .with("transaction", transaction)
                .with("voted", Datum::Word(if voted { "yes" } else { "no" }))
        });
        self.log_decision(node, transaction, false, out);
    }

    /// Phase 2: what was decided, from the coordinator or from whoever knew.
    pub(super) fn on_decision<S: Sink<Self>>(
        &self,
        node: &mut Node,
        from: NodeId,
        transaction: Transaction,
        commit: bool,
        out: &mut S,
    ) {
        let known = node.stage(transaction).and_then(Stage::decision);
        out.note(|| {
            let (rule, outcome) = match known {
                None => (&DECIDE, Outcome::Accepted),
                Some(known) if known == commit => (&DECIDED, Outcome::Ignored),
                Some(_) => (&DECIDED, Outcome::Refused),
            };
            Note::new(rule, outcome)
                .with("node", node.id)
                .with("from", from)
                .with("transaction", transaction)
                .with("decision", decision_word(commit))
        });
        if known.is_none() {
            self.log_decision(node, transaction, commit, out);
        }
        if transaction.owner == Some(from) {
            out.send(from, message(transaction, Says::Ack));
        }
    }
}

/// Whether a value makes a participant vote no: one that begins with `!`, and then the name of the
/// one that refuses, or else of none, where all do.
pub(super) fn refuses(value: &Value, me: NodeId) -> bool {
    let Some(rest) = value.as_str().strip_prefix('!') else {
        return false;
    };
    let first = rest.split_whitespace().next().unwrap_or_default();
    first.parse().map_or(true, |named: NodeId| named == me)
}

#[cfg(test)]
mod tests {
    use super::*;

    /// A value says itself who refuses it.
    #[test]
    fn values_that_are_refused() {
        for (text, one, three) in [
            ("x", false, false),
            ("x!", false, false),
            ("!", true, true),
            ("!x", true, true),
            ("! S3", false, true),
            ("!S3", false, true),
            ("!S3 x=1", false, true),
            ("!S9 x", false, false),
        ] {
            let value = Value::new(text).unwrap();
            let refusals = (refuses(&value, NodeId(1)), refuses(&value, NodeId(3)));
            assert_eq!(refusals, (one, three), "{text}");
        }
    }
}
