//! What a screen shows of a Raft node and of a message.

use crate::sorted::SortedMap;

use super::{Log, Message, Node, Payload, Raft, Role};
use crate::protocol::{
    Cell, CellState, Cluster, Datum, Epoch, Field, MessageKind, MessageView, NodeId, NodeView,
    Protocol, Shape, Tally, Value,
};

pub(super) fn node(raft: &Raft, node: &Node) -> NodeView {
    let (role, shape) = match node.role {
        Role::Follower { .. } => ("follower", Shape::Plain),
        Role::Candidate { .. } => ("candidate", Shape::Dashed),
        Role::Leader { .. } => ("leader", Shape::Double),
    };
    NodeView {
        role,
        shape,
        badge: Some(Epoch::term(node.disk.term)),
        cells: cells(node),
        tallies: tallies(raft, node),
        fields: fields(raft.cluster(), node),
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
        no_op: entry.payload == Payload::NoOp,
    };
    entries.map(cell).collect()
}

fn tallies(raft: &Raft, node: &Node) -> Vec<Tally> {
    let Role::Candidate { granted, refused } = &node.role else {
        return Vec::new();
    };
    vec![Tally {
        key: "votes",
        members: raft.cluster().ids().collect(),
        yes: granted.iter().copied().collect(),
        no: refused.iter().copied().collect(),
        threshold: raft.quorum() as u8,
    }]
}

fn fields(cluster: &Cluster, node: &Node) -> Vec<Field> {
    let mut fields = vec![
        Field::durable("current_term", Epoch::term(node.disk.term)),
        Field::durable("voted_for", node.disk.voted_for),
        Field::durable("log", log(&node.disk.log)),
        Field::volatile("commit_index", node.commit),
        Field::volatile("last_applied", node.applied),
    ];
    match &node.role {
        Role::Follower { leader } => fields.push(Field::volatile("leader", *leader)),
        Role::Candidate { granted, .. } => fields.push(Field::volatile(
            "votes",
            Datum::Nodes(granted.iter().copied().collect()),
        )),
        Role::Leader { next, matched } => fields.extend([
            Field::volatile("next_index", by_peer(cluster, node.id, next)),
            Field::volatile("match_index", by_peer(cluster, node.id, matched)),
        ]),
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
            ..
        } => (
            "RequestVote",
            "RV",
            MessageKind::Request,
            vec![(
                "last_entry",
                Datum::Position {
                    term: *last_term,
                    index: *last_index,
                },
            )],
        ),
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

fn granted_or_not(granted: bool) -> MessageKind {
    if granted {
        MessageKind::Grant
    } else {
        MessageKind::Refusal
    }
}
