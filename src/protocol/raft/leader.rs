//! What a leader does (§5.3, §5.4): clients' commands, replication, and the commit rule.

use super::election::wrong_role;
use super::*;
use crate::protocol::{Answer, ClientId, Epoch, Note, Outcome, Relation, Reply, Request, majority};

/// The highest index that a majority stores, given the highest index that each server stores.
pub fn majority_index(matched: &[u32]) -> u32 {
    index_stored_by(majority(matched.len()) as u32, matched)
}

fn index_stored_by(needed: u32, matched: &[u32]) -> u32 {
    let stored_by = |index| matched.iter().filter(|stored| **stored >= index).count() as u32;
    let common = matched.iter().filter(|index| stored_by(**index) >= needed);
    common.copied().max().unwrap_or(0)
}

impl Raft {
    /// Upon election: fresh `nextIndex` and `matchIndex`, and a heartbeat to each server.
    pub(super) fn lead<S: Sink<Self>>(&self, node: &mut Node, out: &mut S) {
        let next_index = node.disk.log.last_index() + 1;
        let peers = self.peers(node).iter();
        node.role = Role::Leader {
            next: peers.clone().map(|peer| (peer, next_index)).collect(),
            matched: peers.map(|peer| (peer, 0)).collect(),
            duties: Duties::default(),
        };
        out.fact(Fact::BecameRole {
            role: "leader",
            epoch: Epoch::term(node.disk.term),
        });
        out.cancel_timer(Timer::Election);
        if self.is(V::CheckQuorum) {
            self.begin_lease(out);
        }
        if self.is(V::NoOp) || self.is(V::ReadIndex) || self.changes_members() {
            let term = node.disk.term;
            let payload = Payload::NoOp;
            let index = node.disk.log.push(Entry { term, payload });
            out.note(|| {
                Note::new(&LEADER_NO_OP, Outcome::Done)
                    .with("node", node.id)
                    .with("index", index)
                    .with("term", Epoch::term(term))
            });
        }
        self.beat(node, out);
        self.advance_commit(node, out);
    }

    pub(super) fn on_heartbeat<S: Sink<Self>>(&self, node: &mut Node, out: &mut S) {
        if !matches!(node.role, Role::Leader { .. }) {
            out.note(|| wrong_role(node, "heartbeat"));
            return;
        }
        self.beat(node, out);
    }

    /// AppendEntries to every server: a heartbeat, with whatever that server may lack.
    fn beat<S: Sink<Self>>(&self, node: &mut Node, out: &mut S) {
        out.note(|| {
            Note::new(&LEADER_HEARTBEAT, Outcome::Done)
                .with("node", node.id)
                .with("term", Epoch::term(node.disk.term))
                .with("commit", node.commit)
        });
        let range = self.cluster.range("heartbeat", HEARTBEAT);
        out.set_timer(Timer::Heartbeat, range);
        self.replicate_to_all(node, out);
        if self.is(V::ReadIndex) {
            self.confirm_all(node, out);
        }
    }

    /// To every server that the leader replicates to, in order.
    pub(super) fn replicate_to_all<S: Sink<Self>>(&self, node: &Node, out: &mut S) {
        if let Role::Leader { next, .. } = &node.role {
            for peer in next.keys() {
                self.replicate(node, *peer, out);
            }
        }
    }

    /// "AppendEntries RPC with log entries starting at nextIndex" (Figure 2, leaders).
    pub(super) fn replicate<S: Sink<Self>>(&self, node: &Node, to: NodeId, out: &mut S) {
        let Role::Leader { next, .. } = &node.role else {
            return;
        };
        let Some(next) = next.get(&to).copied() else {
            return;
        };
        if self.send_snapshot(node, to, next, out) {
            return;
        }
        let prev_index = next - 1;
        let one = self.is(V::OneEntry) || self.is(V::CommitToLogLength);
        let most = if one { 1 } else { usize::MAX };
        let entries = node.disk.log.from(prev_index + 1).take(most);
        out.send(
            to,
            Message::AppendEntries {
                term: node.disk.term,
                prev_index,
                prev_term: node.disk.log.term_at(prev_index).unwrap_or(0),
                entries: entries.cloned().collect(),
                leader_commit: node.commit,
            },
        );
    }

    pub(super) fn on_request<S: Sink<Self>>(
        &self,
        node: &mut Node,
        from: ClientId,
        request: &Request,
        out: &mut S,
    ) {
        let sequence = request.sequence;
        let id = node.id;
        let note = |rule, outcome| {
            Note::new(rule, outcome)
                .with("node", id)
                .with("client", from)
                .with("sequence", sequence)
                .with("command", request.command.clone())
        };
        if !matches!(node.role, Role::Leader { .. }) {
            let hint = match node.role {
                Role::Follower { leader } => leader,
                _ => None,
            };
            out.note(|| note(&REQUEST_NOT_LEADER, Outcome::Refused).with("leader", hint));
            let answer = Answer::Elsewhere { hint };
            out.reply(from, Reply { sequence, answer });
            return;
        }
        if let Some(result) = node.machine.answered(from, sequence).cloned() {
            out.note(|| note(&REQUEST_ANSWERED, Outcome::Done));
            let answer = Answer::Done(result);
            out.reply(from, Reply { sequence, answer });
            return;
        }
        let same = |entry: &Entry| {
            let origin = entry.payload.origin();
            origin.is_some_and(|(client, it)| client == from && it.sequence == sequence)
        };
        if node.machine.has_executed(from, sequence) {
            out.note(|| note(&REQUEST_OLD, Outcome::Ignored));
            return;
        }
        if self.is(V::LeadershipTransfer) && self.transfers(node, from, request, out) {
            return;
        }
        let reads = self.is(V::ReadIndex) || self.is(V::ReadWithoutQuorum);
        if reads && self.reads(node, from, request, out) {
            return;
        }
        // An entry of an older term is committed only by one of this term behind it (§5.4.2).
        // Where there is none yet, the retry becomes it, and is executed once all the same.
        let will_commit = node.disk.log.last_position().0 == node.disk.term;
        if will_commit && node.disk.log.from(node.applied + 1).any(same) {
            out.note(|| note(&REQUEST_WAITING, Outcome::Ignored));
            return;
        }
        if self.asks_for_change(&request.command) {
            self.on_change(node, from, request, out);
            return;
        }
        let term = node.disk.term;
        let payload = Payload::Command {
            client: from,
            request: request.clone(),
        };
        let note = note(&REQUEST_APPEND, Outcome::Accepted);
        let index = node.disk.log.push(Entry { term, payload });
        out.note(|| note.with("index", index).with("term", Epoch::term(term)));
        self.replicate_to_all(node, out);
        self.advance_commit(node, out);
    }

    pub(super) fn on_append_reply<S: Sink<Self>>(
        &self,
        node: &mut Node,
        from: NodeId,
        message: &Message,
        out: &mut S,
    ) {
        let Message::AppendReply {
            term,
            success,
            match_index,
            hint,
        } = message
        else {
            return;
        };
        let (id, current) = (node.id, node.disk.term);
        let log = &node.disk.log;
        let leading = *term == current;
        let Role::Leader {
            next,
            matched,
            duties,
        } = &mut node.role
        else {
            out.note(|| stale_append(id, from, *term, current));
            return;
        };
        if !leading {
            out.note(|| stale_append(id, from, *term, current));
            return;
        }
        let (Some(next), Some(matched)) = (next.get_mut(&from), matched.get_mut(&from)) else {
            out.note(|| membership::reply_of_outsider(id, from));
            return;
        };
        self.hear(duties, from);
        if *success {
            // Only upwards: an older reply may come later.
            *matched = (*matched).max((*match_index).min(log.last_index()));
            *next = (*next).max(*matched + 1);
            let (stored, next) = (*matched, *next);
            out.note(|| {
                Note::new(&REPLY_SUCCESS, Outcome::Accepted)
                    .with("node", id)
                    .with("from", from)
                    .with("match_index", stored)
                    .with("next_index", next)
            });
            self.advance_commit(node, out);
            if next <= node.disk.log.last_index() {
                self.replicate(node, from, out);
            }
            self.hand_over(node, from, out);
        } else {
            let before = *next;
            let backed = match hint {
                Some(hint) => after_hint(log, *hint),
                None => before - 1,
            };
            // Never above the entry that was refused. A refusal that comes late may lead back below
            // what is known to match; the next success leads up again.
            *next = backed.min(before - 1).max(1);
            let after = *next;
            out.note(|| {
                let rule = if hint.is_some() {
                    &REPLY_HINT
                } else {
                    &REPLY_FAILURE
                };
                Note::new(rule, Outcome::Refused)
                    .with("node", id)
                    .with("from", from)
                    .with("before", before)
                    .with("next_index", after)
            });
            self.replicate(node, from, out);
        }
    }

    /// "If there exists an N such that N > commitIndex, a majority of `matchIndex[i]` ≥ N, and
    /// `log[N].term` == currentTerm: set commitIndex = N" (Figure 2, leaders; §5.4.2, Figure 8).
    pub fn advance_commit<S: Sink<Self>>(&self, node: &mut Node, out: &mut S) {
        self.count_replicas(node, out);
        self.go_on_with_changes(node, out);
    }

    fn count_replicas<S: Sink<Self>>(&self, node: &mut Node, out: &mut S) {
        let Role::Leader { matched, .. } = &node.role else {
            return;
        };
        let own = node.disk.log.last_index();
        let stored = |id: NodeId| match matched.get(&id) {
            Some(index) => *index,
            None if id == node.id => own,
            None => 0,
        };
        let deciding = self.deciding(node);
        let quorum = self.quorum();
        let of_half = |half: Members| {
            let stored: Vec<u32> = half.iter().map(stored).collect();
            index_stored_by(quorum(half), &stored)
        };
        let index = deciding.halves().map(of_half).min().unwrap_or(0);
        if index <= node.commit {
            return;
        }
        let term = node.disk.log.term_at(index).unwrap_or(0);
        let storing = deciding.all().iter().filter(|id| stored(*id) >= index);
        let (count, quorum) = deciding.count(storing.collect(), quorum);
        let own = term == node.disk.term;
        let note = |outcome, relation| {
            Note::new(&LEADER_COMMIT, outcome)
                .with("node", node.id)
                .with("index", index)
                .with("count", count)
                .with("quorum", quorum)
                .because(
                    ("entry_term", Epoch::term(term)),
                    relation,
                    ("current_term", Epoch::term(node.disk.term)),
                )
        };
        if !own && !self.is(V::CommitOldTerms) {
            out.note(|| note(Outcome::Refused, Relation::Different));
            return;
        }
        out.note(|| {
            let relation = if own {
                Relation::Equal
            } else {
                Relation::Different
            };
            note(Outcome::Accepted, relation)
        });
        self.commit_to(node, index, out);
        if self.is(V::ReadIndex) {
            self.begin_reads(node, out);
        }
    }
}

/// Where to go on after a hint (§5.3): past the leader's own entries of the conflicting term, or
/// at the follower's first entry of it where the leader has none.
fn after_hint(log: &Log, hint: Hint) -> u32 {
    let last_of = |term| {
        let mut entries = log.indexed().rev();
        entries.find_map(|(index, entry)| (entry.term == term).then_some(index))
    };
    hint.term
        .and_then(last_of)
        .map_or(hint.index, |last| last + 1)
}

fn stale_append(node: NodeId, from: NodeId, term: u32, current: u32) -> Note {
    Note::new(&REPLY_STALE, Outcome::Ignored)
        .with("node", node)
        .with("from", from)
        .with("term", Epoch::term(term))
        .with("current", Epoch::term(current))
}
