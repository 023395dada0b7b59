//! What a screen shows of a Raft node and of a message.

use crate::sorted::{SortedMap, SortedSet};

use super::rules::V;
use super::{Duties, Log, Message, Node, Payload, Raft, Read, Role};
use crate::protocol::{
    Cell, CellState, ClientId, Cluster, Datum, Epoch, Field, MessageKind, MessageView, NodeId,
    NodeView, Protocol, Shape, Tally, Value,
};

pub(super) fn node(raft: &Raft, node: &Node) -> NodeView {
    let (role, shape) = match node.role {
        Role::Follower { .. } => ("follower", Shape::Plain),
        Role::Candidate { .. } => ("candidate", Shape::Dashed),
        Role::Leader { .. } => ("leader", Shape::Double),
        Role::PreCandidate { .. } => ("pre_candidate", Shape::Dashed),
    };
    NodeView {
        role,
        shape,
        badge: Some(Epoch::term(node.disk.term)),
        cells: cells(node),
        tallies: tallies(raft, node),
        fields: fields(raft, node),
    }
}

fn cells(node: &Node) -> Vec<Cell> {
    let entries = node.disk.log.entries().iter().zip(1..);
    let cell = |(entry, index): (&super::Entry, u32)| Cell {
        index,
        label: match entry.payload.command() {
            Some(command) => command.to_string(),
            None => String::new(),
        },
        epoch: Some(Epoch::term(entry.term)),
        state: if index <= node.applied {
            CellState::Applied
        } else if index <= node.commit {
            CellState::Chosen
        } else {
            CellState::Accepted
        },
    };
    entries.map(cell).collect()
}

fn tallies(raft: &Raft, node: &Node) -> Vec<Tally> {
    let (key, granted, refused) = match &node.role {
        Role::Candidate { granted, refused } => ("votes", granted, refused),
        Role::PreCandidate { granted, refused } => ("pre_votes", granted, refused),
        Role::Follower { .. } | Role::Leader { .. } => return Vec::new(),
    };
    vec![Tally {
        key,
        members: raft.cluster().ids().collect(),
        yes: granted.iter().copied().collect(),
        no: refused.iter().copied().collect(),
        threshold: raft.quorum() as u8,
    }]
}

fn fields(raft: &Raft, node: &Node) -> Vec<Field> {
    let cluster = raft.cluster();
    let mut fields = vec![
        Field::durable("current_term", Epoch::term(node.disk.term)),
        Field::durable("voted_for", node.disk.voted_for),
        Field::durable("log", log(&node.disk.log)),
        Field::volatile("commit_index", node.commit),
        Field::volatile("last_applied", node.applied),
    ];
    match &node.role {
        Role::Follower { leader } => fields.push(Field::volatile("leader", *leader)),
        Role::Candidate { granted, .. } => fields.push(Field::volatile("votes", nodes(granted))),
        Role::PreCandidate { granted, .. } => {
            fields.push(Field::volatile("pre_votes", nodes(granted)));
        }
        Role::Leader {
            next,
            matched,
            duties,
        } => {
            fields.extend([
                Field::volatile("next_index", by_peer(cluster, node.id, next)),
                Field::volatile("match_index", by_peer(cluster, node.id, matched)),
            ]);
            fields.extend(busy_with(raft, duties));
        }
    }
    let pairs = node.machine.pairs.iter().map(|(key, value)| {
        let text = |text: &String| Value::new(text).map_or(Datum::Nothing, Datum::Value);
        (text(key), text(value))
    });
    let sessions = node.machine.sessions.iter();
    let sessions = sessions.map(|(client, (sequence, _))| {
        (Datum::Client(*client), Datum::Number(u64::from(*sequence)))
    });
    fields.extend([
        Field::volatile("state_machine", Datum::Pairs(pairs.collect())),
        Field::volatile("sessions", Datum::Pairs(sessions.collect())),
    ]);
    fields
}

fn nodes(ids: &SortedSet<NodeId>) -> Datum {
    Datum::Nodes(ids.iter().copied().collect())
}

/// A leader's duties, as far as the cluster has them.
fn busy_with(raft: &Raft, duties: &Duties) -> impl Iterator<Item = Field> {
    let target = duties.transfer.as_ref().map(|transfer| transfer.target);
    let read = |(client, read): (&ClientId, &Read)| (Datum::Client(*client), read.index.into());
    let reads = duties.reads.iter().map(read).collect();
    let all = [
        (V::CheckQuorum, "heard", nodes(&duties.heard)),
        (V::LeadershipTransfer, "target", target.into()),
        (V::ReadIndex, "reads", Datum::Pairs(reads)),
    ];
    let on = all.into_iter().filter(|(variant, ..)| raft.is(*variant));
    on.map(|(_, key, value)| Field::volatile(key, value))
}

fn by_peer(cluster: &Cluster, me: NodeId, numbers: &SortedMap<NodeId, u32>) -> Datum {
    let pair = |peer: NodeId| {
        let number = numbers.get(&peer).copied();
        (Datum::Node(peer), number.into())
    };
    Datum::Pairs(cluster.peers(me).map(pair).collect())
}

fn log(log: &Log) -> Datum {
    let entry = |entry: &super::Entry| {
        let command = match &entry.payload {
            Payload::NoOp => Datum::Word("no_op"),
            Payload::Command { request, .. } => request.command.clone().into(),
        };
        (Datum::Epoch(Epoch::term(entry.term)), command)
    };
    Datum::Pairs(log.entries().iter().map(entry).collect())
}

pub(super) fn message(message: &Message) -> MessageView {
    let (name, short, kind, fields) = match message {
        Message::RequestVote {
            last_index,
            last_term,
            transfer,
            ..
        } => {
            let mut fields = vec![last_entry(*last_term, *last_index)];
            if *transfer {
                fields.push(("by_transfer", Datum::Word("yes")));
            }
            ("RequestVote", "RV", MessageKind::Request, fields)
        }
        Message::VoteReply { granted, .. } => ("VoteReply", "VR", granted_or_not(*granted), vec![]),
        Message::AppendEntries {
            prev_index,
            prev_term,
            entries,
            leader_commit,
            ..
        } => (
            // The paper's heartbeat: "AppendEntries RPCs that carry no log entries" (§5.2).
            if entries.is_empty() {
                "Heartbeat"
            } else {
                "AppendEntries"
            },
            if entries.is_empty() { "HB" } else { "AE" },
            MessageKind::Request,
            vec![
                (
                    "prev_entry",
                    Datum::Position {
                        term: *prev_term,
                        index: *prev_index,
                    },
                ),
                ("entries", log(&entries.iter().cloned().collect())),
                ("leader_commit", (*leader_commit).into()),
            ],
        ),
        Message::AppendReply {
            success,
            match_index,
            hint,
            ..
        } => {
            let detail = match hint {
                _ if *success => ("match_index", (*match_index).into()),
                Some(hint) => ("conflict_index", hint.index.into()),
                None => ("success", Datum::Word("no")),
            };
            ("AppendReply", "AR", granted_or_not(*success), vec![detail])
        }
        Message::PreVote {
            last_index,
            last_term,
            ..
        } => (
            "PreVote",
            "PV",
            MessageKind::Request,
            vec![last_entry(*last_term, *last_index)],
        ),
        Message::PreVoteReply { asked, granted, .. } => (
            "PreVoteReply",
            "PR",
            granted_or_not(*granted),
            vec![("next_term", Epoch::term(*asked).into())],
        ),
        Message::TimeoutNow { .. } => ("TimeoutNow", "TN", MessageKind::Request, vec![]),
        Message::ReadHeartbeat {
            client, sequence, ..
        } => (
            "ReadHeartbeat",
            "RH",
            MessageKind::Request,
            read(*client, *sequence),
        ),
        Message::ReadHeartbeatReply {
            client,
            sequence,
            confirmed,
            ..
        } => (
            "ReadHeartbeatReply",
            "RR",
            granted_or_not(*confirmed),
            read(*client, *sequence),
        ),
    };
    let epoch = Epoch::term(message.term());
    let mut all = vec![("term", Datum::Epoch(epoch))];
    all.extend(fields);
    MessageView {
        name,
        short,
        epoch: Some(epoch),
        kind,
        fields: all,
    }
}

fn last_entry(term: u32, index: u32) -> (&'static str, Datum) {
    ("last_entry", Datum::Position { term, index })
}

fn read(client: ClientId, sequence: u32) -> Vec<(&'static str, Datum)> {
    vec![("client", client.into()), ("sequence", sequence.into())]
}

fn granted_or_not(granted: bool) -> MessageKind {
    if granted {
        MessageKind::Grant
    } else {
        MessageKind::Refusal
    }
}
