//! Reads without a log entry (thesis, §6.4; paper, §8): the leader notes its commit index, makes
//! sure that it still leads, and answers from its state machine.
//!
//! The round of heartbeats names the read that it is for, by its client and serial number, so no
//! round has to be numbered. A copy that comes late may count for the same read asked again: it
//! was sent after the client asked, which is all that is needed.
//!
//! An entry of the leader's own term must be committed first, so with this extension a leader
//! starts its term with a no-op. What is committed on a server is applied in the same step: the
//! wait for lastApplied is over when it begins.

use super::*;
use crate::protocol::{
    Answer, ClientId, Epoch, Note, Operation, Outcome, Relation, Reply, Request,
};
use crate::sorted::SortedMap;

impl Raft {
    /// A request that only reads; says whether it is one.
    pub(super) fn reads<S: Sink<Self>>(
        &self,
        node: &mut Node,
        from: ClientId,
        request: &Request,
        out: &mut S,
    ) -> bool {
        let Operation::Get(_) = Operation::parse(request.command.as_str()) else {
            return false;
        };
        let (id, sequence, command) = (node.id, request.sequence, &request.command);
        let Role::Leader { duties, .. } = &mut node.role else {
            return false;
        };
        let note = |rule, outcome| {
            Note::new(rule, outcome)
                .with("node", id)
                .with("client", from)
                .with("sequence", sequence)
                .with("command", command.clone())
        };
        if self.is(V::ReadWithoutQuorum) {
            let result = node.machine.look_up(command);
            out.note(|| note(&READ_AT_ONCE, Outcome::Done));
            let answer = Answer::Done(result);
            out.reply(from, Reply { sequence, answer });
            return true;
        }
        if let Some(known) = duties.reads.get(&from) {
            let rule = match known.sequence.cmp(&sequence) {
                std::cmp::Ordering::Less => None,
                std::cmp::Ordering::Equal => Some(&READ_WAITING),
                std::cmp::Ordering::Greater => Some(&REQUEST_OLD),
            };
            if let Some(rule) = rule {
                out.note(|| note(rule, Outcome::Ignored));
                return true;
            }
        }
        let read = Read {
            sequence,
            command: command.clone(),
            index: None,
            confirmed: SortedSet::new(),
        };
        duties.reads.insert(from, read);
        if !self.begin_reads(node, out) {
            out.note(|| note(&READ_EARLY, Outcome::Done));
        }
        true
    }

    /// "If the leader has not yet marked an entry from its current term committed, it waits until
    /// it has done so. […] The leader saves its current commit index in a local variable
    /// readIndex" (thesis, §6.4, 1 and 2). Says whether it may.
    pub(super) fn begin_reads<S: Sink<Self>>(&self, node: &mut Node, out: &mut S) -> bool {
        let (id, commit) = (node.id, node.commit);
        if node.disk.log.term_at(commit) != Some(node.disk.term) {
            return false;
        }
        let Role::Leader { duties, .. } = &mut node.role else {
            return false;
        };
        let mut begun = Vec::new();
        for (client, read) in duties.reads.iter_mut() {
            if read.index.is_none() {
                read.index = Some(commit);
                out.note(|| {
                    Note::new(&READ_NOTE, Outcome::Accepted)
                        .with("node", id)
                        .with("client", *client)
                        .with("command", read.command.clone())
                        .with("index", commit)
                });
                begun.push(*client);
            }
        }
        for client in begun {
            self.confirm(node, client, out);
            self.try_to_answer(node, client, out);
        }
        true
    }

    /// Each heartbeat asks again for the reads that wait; where members have gone meanwhile, those
    /// that confirmed may be enough.
    pub(super) fn confirm_all<S: Sink<Self>>(&self, node: &mut Node, out: &mut S) {
        let Role::Leader { duties, .. } = &node.role else {
            return;
        };
        let begun = duties.reads.iter().filter(|(_, it)| it.index.is_some());
        let begun: Vec<ClientId> = begun.map(|(client, _)| *client).collect();
        for client in begun {
            self.try_to_answer(node, client, out);
            self.confirm(node, client, out);
        }
    }

    /// "The leader needs to make sure it hasn't been superseded by a newer leader of which it is
    /// unaware. It issues a new round of heartbeats" (thesis, §6.4, 3).
    fn confirm<S: Sink<Self>>(&self, node: &Node, client: ClientId, out: &mut S) {
        let Role::Leader { duties, .. } = &node.role else {
            return;
        };
        let Some(read) = duties.reads.get(&client) else {
            return;
        };
        for to in self.peers(node).iter() {
            if !read.confirmed.contains(&to) {
                let heartbeat = Message::ReadHeartbeat {
                    term: node.disk.term,
                    client,
                    sequence: read.sequence,
                };
                out.send(to, heartbeat);
            }
        }
    }

    pub(super) fn on_read_heartbeat<S: Sink<Self>>(
        &self,
        node: &mut Node,
        from: NodeId,
        (term, client, sequence): (u32, ClientId, u32),
        out: &mut S,
    ) {
        let current = node.disk.term;
        let confirmed = term >= current;
        out.note(|| {
            let (outcome, relation) = match confirmed {
                true => (Outcome::Accepted, Relation::Equal),
                false => (Outcome::Refused, Relation::Less),
            };
            Note::new(&READ_CONFIRM, outcome)
                .with("node", node.id)
                .with("leader", from)
                .because(
                    ("message_term", Epoch::term(term)),
                    relation,
                    ("current_term", Epoch::term(current)),
                )
        });
        if confirmed {
            self.recognise(node, from, out);
        }
        let reply = Message::ReadHeartbeatReply {
            term: current,
            client,
            sequence,
            confirmed,
        };
        out.send(from, reply);
    }

    pub(super) fn on_read_heartbeat_reply<S: Sink<Self>>(
        &self,
        node: &mut Node,
        from: NodeId,
        (term, client, sequence): (u32, ClientId, u32),
        confirmed: bool,
        out: &mut S,
    ) {
        let (id, current) = (node.id, node.disk.term);
        let deciding = self.deciding(node);
        let note = |outcome| {
            Note::new(&READ_COUNT, outcome)
                .with("node", id)
                .with("from", from)
                .with("client", client)
                .with("sequence", sequence)
        };
        let duties = match &mut node.role {
            Role::Leader { duties, .. } if confirmed && term == current => Some(duties),
            _ => None,
        };
        let read = duties.and_then(|duties| {
            self.hear(duties, from);
            let read = duties.reads.get_mut(&client);
            read.filter(|read| read.sequence == sequence && read.index.is_some())
        });
        let Some(read) = read else {
            out.note(|| note(Outcome::Ignored));
            return;
        };
        read.confirmed.insert(from);
        let agree = Members::from(&read.confirmed).with(id);
        let (count, quorum) = deciding.count(agree, self.quorum());
        out.note(|| {
            note(Outcome::Accepted)
                .with("count", count)
                .with("quorum", quorum)
        });
        self.try_to_answer(node, client, out);
    }

    /// "The leader waits for its state machine to advance at least as far as the readIndex; this
    /// is current enough to satisfy linearizability. Finally, the leader issues the query against
    /// its state machine and replies to the client" (thesis, §6.4, 4 and 5).
    fn try_to_answer<S: Sink<Self>>(&self, node: &mut Node, client: ClientId, out: &mut S) {
        let (id, deciding) = (node.id, self.deciding(node));
        let Role::Leader { duties, .. } = &mut node.role else {
            return;
        };
        let Some(read) = duties.reads.get(&client) else {
            return;
        };
        let agree = Members::from(&read.confirmed).with(id);
        let (count, quorum) = deciding.count(agree, self.quorum());
        if count < quorum {
            return;
        }
        let Some(read) = duties.reads.remove(&client) else {
            return;
        };
        out.note(|| {
            Note::new(&READ_ANSWER, Outcome::Done)
                .with("node", node.id)
                .with("client", client)
                .with("command", read.command.clone())
                .because(
                    ("last_applied", node.applied),
                    Relation::AtLeast,
                    ("read_index", read.index),
                )
        });
        let reply = Reply {
            sequence: read.sequence,
            answer: Answer::Done(node.machine.look_up(&read.command)),
        };
        out.reply(client, reply);
    }

    /// A leader steps down before it could make sure: the client has to ask whoever leads.
    pub(super) fn leave_reads<S: Sink<Self>>(
        &self,
        node: &Node,
        reads: &SortedMap<ClientId, Read>,
        hint: Option<NodeId>,
        out: &mut S,
    ) {
        for (client, read) in reads.iter() {
            out.note(|| {
                Note::new(&READ_LEFT, Outcome::Refused)
                    .with("node", node.id)
                    .with("client", *client)
                    .with("command", read.command.clone())
            });
            let reply = Reply {
                sequence: read.sequence,
                answer: Answer::Elsewhere { hint },
            };
            out.reply(*client, reply);
        }
    }
}
