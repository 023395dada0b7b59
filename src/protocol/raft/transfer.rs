//! Leadership transfer (thesis, §3.10). A client asks the leader for it with the command `>S2`.
//!
//! The answer names the server that leads, and only a server that leads gives one: the target,
//! when it is asked as leader, or the leader, when there is none or it gives the transfer up and leads on. A
//! leader that steps down meanwhile knows only that somebody stands in a newer term; it sends the
//! client to the target.

use super::election::wrong_role;
use super::*;
use crate::protocol::{Answer, ClientId, Epoch, Note, Outcome, Relation, Reply, Request};

/// "I lead."
fn leads(node: &Node, sequence: u32) -> Reply {
    let me = Value::new(&node.id.to_string()).ok();
    Reply {
        sequence,
        answer: Answer::Done(me),
    }
}

impl Raft {
    /// The server that a command wants to lead; none where there is no such server, or the
    /// command is one like any other.
    pub(super) fn target(&self, command: &Value) -> Option<NodeId> {
        let target = command.as_str().strip_prefix('>')?.trim().parse().ok()?;
        let is_known = self.cluster.ids().any(|id| id == target);
        (self.is(V::LeadershipTransfer) && is_known).then_some(target)
    }

    /// A request, as far as a transfer decides what becomes of it; says whether it does.
    pub(super) fn transfers<S: Sink<Self>>(
        &self,
        node: &mut Node,
        from: ClientId,
        request: &Request,
        out: &mut S,
    ) -> bool {
        let sequence = request.sequence;
        let wanted = self.target(&request.command);
        let members = self.configuration(node).all();
        let id = node.id;
        let Role::Leader { duties, .. } = &mut node.role else {
            return false;
        };
        let note = |rule, outcome, target| {
            Note::new(rule, outcome)
                .with("node", id)
                .with("client", from)
                .with("target", target)
        };
        if let Some(transfer) = &duties.transfer {
            let target = transfer.target;
            if (transfer.client, transfer.sequence) == (from, sequence) {
                out.note(|| note(&TRANSFER_BUSY, Outcome::Ignored, target));
                return true;
            }
            // "The prior leader stops accepting new client requests." Naming the target here would
            // only send the client there too early.
            out.note(|| note(&TRANSFER_BUSY, Outcome::Refused, target));
            let answer = Answer::Elsewhere { hint: None };
            out.reply(from, Reply { sequence, answer });
            return true;
        }
        let Some(target) = wanted else {
            return false;
        };
        if target == id {
            out.note(|| note(&TRANSFER_DONE, Outcome::Done, target));
            out.reply(from, leads(node, sequence));
            return true;
        }
        if !members.contains(target) {
            out.note(|| note(&TRANSFER_OUTSIDE, Outcome::Refused, target).with("members", members));
            out.reply(from, leads(node, sequence));
            return true;
        }
        duties.transfer = Some(Transfer {
            target,
            client: from,
            sequence,
        });
        out.note(|| note(&TRANSFER_START, Outcome::Accepted, target));
        let range = self.cluster.range("transfer", self.election());
        out.set_timer(Timer::Transfer, range);
        if !self.hand_over(node, target, out) {
            self.replicate(node, target, out);
        }
        true
    }

    /// Once the target's log is as long as the leader's, it may stand at once; says whether it is.
    /// Each reply of the target's may send TimeoutNow again: the one before may be lost, and the
    /// target takes only one of a term.
    pub(super) fn hand_over<S: Sink<Self>>(&self, node: &Node, to: NodeId, out: &mut S) -> bool {
        let Role::Leader {
            matched, duties, ..
        } = &node.role
        else {
            return false;
        };
        let last = node.disk.log.last_index();
        let is_target = |transfer: &Transfer| transfer.target == to;
        let stored = matched.get(&to).copied().filter(|stored| *stored >= last);
        let Some(stored) = stored.filter(|_| duties.transfer.as_ref().is_some_and(is_target))
        else {
            return false;
        };
        let term = node.disk.term;
        out.note(|| {
            Note::new(&TRANSFER_SEND, Outcome::Done)
                .with("node", node.id)
                .with("target", to)
                .because(
                    ("match_index", stored),
                    Relation::Equal,
                    ("last_index", last),
                )
        });
        out.send(to, Message::TimeoutNow { term });
        true
    }

    /// "This request has the same effect as the target server's election timer firing" (thesis,
    /// §3.10), and asks nobody beforehand.
    pub(super) fn on_timeout_now<S: Sink<Self>>(
        &self,
        node: &mut Node,
        from: NodeId,
        term: u32,
        out: &mut S,
    ) {
        let stands = term == node.disk.term && !matches!(node.role, Role::Leader { .. });
        out.note(|| {
            let outcome = match stands {
                true => Outcome::Done,
                false => Outcome::Ignored,
            };
            Note::new(&TIMEOUT_NOW, outcome)
                .with("node", node.id)
                .with("leader", from)
                .with("term", Epoch::term(term))
        });
        if stands && self.may_stand(node, out) {
            self.stand(node, true, out);
        }
    }

    /// "If leadership transfer does not complete after about an election timeout, the prior leader
    /// aborts the transfer and resumes accepting client requests" (thesis, §3.10).
    pub(super) fn on_transfer_timeout<S: Sink<Self>>(&self, node: &mut Node, out: &mut S) {
        let transfer = match &mut node.role {
            Role::Leader { duties, .. } => duties.transfer.take(),
            _ => None,
        };
        let Some(transfer) = transfer else {
            out.note(|| wrong_role(node, "transfer"));
            return;
        };
        out.note(|| {
            Note::new(&TRANSFER_ABORT, Outcome::Done)
                .with("node", node.id)
                .with("client", transfer.client)
                .with("target", transfer.target)
        });
        out.reply(transfer.client, leads(node, transfer.sequence));
    }

    /// A leader that was handing over steps down.
    pub(super) fn leave_transfer<S: Sink<Self>>(
        &self,
        node: &Node,
        transfer: &Transfer,
        out: &mut S,
    ) {
        let Transfer {
            target,
            client,
            sequence,
        } = *transfer;
        out.cancel_timer(Timer::Transfer);
        out.note(|| {
            Note::new(&TRANSFER_LEFT, Outcome::Done)
                .with("node", node.id)
                .with("client", client)
                .with("target", target)
        });
        let hint = Some(target);
        let answer = Answer::Elsewhere { hint };
        out.reply(client, Reply { sequence, answer });
    }
}
