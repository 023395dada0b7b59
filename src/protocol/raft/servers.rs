//! What every server does, whatever its role: "Rules for Servers" in Figure 2, and the start.

use super::rules::*;
use super::{Node, Payload, Raft, Role, Timer, snapshot};
use crate::protocol::{Answer, Datum, Epoch, Fact, NodeId, Note, Outcome, Relation, Reply, Sink};

impl Raft {
    pub(super) fn on_start<S: Sink<Self>>(&self, node: &mut Node, restart: bool, out: &mut S) {
        if restart {
            out.note(|| restarted(node));
            if let Some(snapshot) = node.disk.log.snapshot() {
                out.note(|| snapshot::restored(node, snapshot));
            }
        }
        // The state machine is volatile: what the disk knows as committed is applied anew.
        self.commit_to(node, node.commit, out);
        self.arm_election(out);
    }

    /// Moves the commit index, which never falls, and applies what became committed.
    pub(super) fn commit_to<S: Sink<Self>>(&self, node: &mut Node, commit: u32, out: &mut S) {
        while node.commit < commit {
            node.commit += 1;
            let index = node.commit;
            let term = node.disk.log.term_at(index).unwrap_or(0);
            out.fact(Fact::Committed { index, term });
        }
        while node.applied < node.commit {
            node.applied += 1;
            self.apply(node, node.applied, out);
        }
    }

    /// "If commitIndex > lastApplied: apply log[lastApplied] to state machine" (Figure 2, all
    /// servers); the leader then answers the client.
    fn apply<S: Sink<Self>>(&self, node: &mut Node, index: u32, out: &mut S) {
        let Some(entry) = node.disk.log.get(index).cloned() else {
            return;
        };
        out.fact(Fact::Applied {
            index,
            command: entry.payload.command().cloned(),
        });
        let (client, request) = match entry.payload {
            Payload::Command { client, request } => (client, request),
            Payload::Configuration(change) => {
                self.apply_change(node, index, &change, out);
                return;
            }
            Payload::NoOp => {
                out.note(|| {
                    Note::new(&APPLY_NO_OP, Outcome::Done)
                        .with("node", node.id)
                        .with("index", index)
                });
                return;
            }
        };
        let (sequence, command) = (request.sequence, request.command);
        let note = |rule, outcome| {
            Note::new(rule, outcome)
                .with("node", node.id)
                .with("index", index)
                .with("client", client)
                .with("sequence", sequence)
                .with("command", command.clone())
        };
        if node.machine.has_executed(client, sequence) {
            out.note(|| note(&APPLY_DUPLICATE, Outcome::Ignored));
        } else {
            out.note(|| note(&APPLY, Outcome::Done));
            node.machine.execute(client, sequence, &command);
        }
        let answer = node.machine.answered(client, sequence).cloned();
        if let (Role::Leader { .. }, Some(result)) = (&node.role, answer) {
            let answer = Answer::Done(result);
            out.reply(client, Reply { sequence, answer });
        }
    }

    /// "If RPC request or response contains term T > currentTerm: set currentTerm = T, convert to
    /// follower" (Figure 2, all servers).
    pub(super) fn update_term<S: Sink<Self>>(
        &self,
        node: &mut Node,
        from: NodeId,
        term: u32,
        out: &mut S,
    ) {
        let before = node.disk.term;
        if term <= before {
            return;
        }
        let stays = self.is(V::NoStepDown) && !matches!(node.role, Role::Follower { .. });
        out.note(|| {
            let role = match stays {
                true => node.role.key(),
                false => "role.follower",
            };
            Note::new(&TERM_NEWER, Outcome::Done)
                .with("node", node.id)
                .with("from", from)
                .with("term", Epoch::term(term))
                .with("role", Datum::Text(role))
                .because(
                    ("message_term", Epoch::term(term)),
                    Relation::Greater,
                    ("current_term", Epoch::term(before)),
                )
        });
        node.disk.term = term;
        if !self.is(V::KeepVote) {
            node.disk.voted_for = None;
        }
        if !stays {
            self.follow(node, None, out);
        }
    }

    /// Becomes a follower of the current term. A leader has no election timer, so it gets one, and
    /// its other duties end; a candidate or follower keeps the one that runs.
    pub(super) fn follow<S: Sink<Self>>(
        &self,
        node: &mut Node,
        leader: Option<NodeId>,
        out: &mut S,
    ) {
        let role = std::mem::replace(&mut node.role, Role::Follower { leader });
        if leader.is_none() {
            self.end_lease(out);
        }
        if let Role::Leader { duties, .. } = &role {
            out.cancel_timer(Timer::Heartbeat);
            self.arm_election(out);
            self.leave_reads(node, &duties.reads, leader, out);
            if let Some(transfer) = &duties.transfer {
                self.leave_transfer(node, transfer, out);
            }
        }
        if !matches!(role, Role::Follower { .. }) {
            out.fact(Fact::BecameRole {
                role: "follower",
                epoch: Epoch::term(node.disk.term),
            });
        }
    }
}

fn restarted(node: &Node) -> Note {
    Note::new(&RESTART, Outcome::Done)
        .with("node", node.id)
        .with("term", Epoch::term(node.disk.term))
        .with("voted_for", node.disk.voted_for)
        .with("entries", node.disk.log.last_index())
}
