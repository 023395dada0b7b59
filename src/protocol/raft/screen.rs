//! What a screen shows of a Raft node and of a message.

use crate::sorted::{SortedMap, SortedSet};

use super::{Log, Members, Message, Node, Payload, Raft, Role, V};
use crate::protocol::{
    Cell, CellState, Datum, Epoch, Field, KeyValue, MessageKind, MessageView, NodeId, NodeView,
    Shape, Tally, Value,
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
        fields: fields(raft, node),
    }
}

fn cells(node: &Node) -> Vec<Cell> {
    let cell = |(index, entry): (u32, &super::Entry)| Cell {
        index,
        label: label(&entry.payload),
        epoch: Some(Epoch::term(entry.term)),
        state: if index <= node.applied {
            CellState::Applied
        } else if index <= node.commit {
            CellState::Chosen
        } else {
            CellState::Accepted
        },
    };
    node.disk.log.indexed().map(cell).collect()
}

/// What an entry's cell says; a configuration says whom it names.
fn label(payload: &Payload) -> String {
    match payload {
        Payload::NoOp => String::new(),
        Payload::Command { request, .. } => request.command.to_string(),
        Payload::Configuration(change) => change.configuration.text(),
    }
}

fn tallies(raft: &Raft, node: &Node) -> Vec<Tally> {
    let Role::Candidate { granted, refused } = &node.role else {
        return Vec::new();
    };
    // Votes of others do not count: a candidate need not be a member itself (thesis, §4.2.2).
    let of = |half: Members, votes: &SortedSet<NodeId>| {
        let counted = votes.iter().copied().filter(|id| half.contains(*id));
        counted.collect()
    };
    let deciding = raft.deciding(node);
    let tally = |half: Members| Tally {
        key: match deciding.old {
            Some(old) if old == half => "votes_old",
            Some(_) => "votes_new",
            None => "votes",
        },
        members: half.iter().collect(),
        yes: of(half, granted),
        no: of(half, refused),
        threshold: half.majority() as u8,
    };
    deciding.halves().map(tally).collect()
}

fn fields(raft: &Raft, node: &Node) -> Vec<Field> {
    let mut fields = vec![
        Field::durable("current_term", Epoch::term(node.disk.term)),
        Field::durable("voted_for", node.disk.voted_for),
        Field::durable("log", log(&node.disk.log)),
    ];
    if raft.is(V::Snapshots) {
        let log = &node.disk.log;
        let last = log.snapshot().map(|snapshot| Datum::Position {
            term: snapshot.last_term,
            index: snapshot.last_index,
        });
        fields.extend([
            Field::durable("snapshot", last),
            Field::durable("discarded", log.base()),
        ]);
    }
    let configuration = raft.configuration(node);
    if raft.changes_members() {
        let old = configuration.old.map(Datum::from);
        fields.extend(old.map(|old| Field::durable("configuration_old", old)));
        fields.push(Field::durable("configuration", configuration.new));
    }
    fields.extend([
        Field::volatile("commit_index", node.commit),
        Field::volatile("last_applied", node.applied),
    ]);
    match &node.role {
        Role::Follower { leader } => fields.push(Field::volatile("leader", *leader)),
        Role::Candidate { granted, .. } => fields.push(Field::volatile(
            "votes",
            Datum::Nodes(granted.iter().copied().collect()),
        )),
        Role::Leader {
            next,
            matched,
            joining,
        } => {
            fields.extend([
                Field::volatile("next_index", by_peer(next)),
                Field::volatile("match_index", by_peer(matched)),
            ]);
            if joining.is_some() {
                fields.push(Field::volatile("catching_up", raft.newcomers(node)));
            }
        }
    }
    let sessions = node.machine.sessions.iter();
    let sessions = sessions.map(|(client, (sequence, _))| {
        (Datum::Client(*client), Datum::Number(u64::from(*sequence)))
    });
    fields.extend([
        Field::volatile("state_machine", pairs(&node.machine)),
        Field::volatile("sessions", Datum::Pairs(sessions.collect())),
    ]);
    fields
}

/// What a state machine has stored.
pub(super) fn pairs(machine: &KeyValue) -> Datum {
    let pairs = machine.pairs.iter().map(|(key, value)| {
        let text = |text: &String| Value::new(text).map_or(Datum::Nothing, Datum::Value);
        (text(key), text(value))
    });
    Datum::Pairs(pairs.collect())
}

fn by_peer(numbers: &SortedMap<NodeId, u32>) -> Datum {
    let numbers = numbers.iter();
    let pairs = numbers.map(|(peer, number)| (Datum::Node(*peer), (*number).into()));
    Datum::Pairs(pairs.collect())
}

fn log(log: &Log) -> Datum {
    let entry = |entry: &super::Entry| {
        let command = match &entry.payload {
            Payload::NoOp => Datum::Word("no_op"),
            Payload::Command { request, .. } => request.command.clone().into(),
            Payload::Configuration(change) => change.configuration.all().into(),
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
        Message::InstallSnapshot { snapshot, .. } => {
            let last = Datum::Position {
                term: snapshot.last_term,
                index: snapshot.last_index,
            };
            let mut fields = vec![
                ("last_included", last),
                ("state_machine", pairs(&snapshot.machine)),
            ];
            if let Some((_, change)) = &snapshot.configuration {
                fields.push(("configuration", change.configuration.all().into()));
            }
            ("InstallSnapshot", "IS", MessageKind::Request, fields)
        }
        // A refusal stands for nothing, and its term says why (Figure 13, 1).
        Message::InstallReply { last_index, .. } => (
            "InstallReply",
            "IR",
            granted_or_not(*last_index > 0),
            vec![("last_included", (*last_index).into())],
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

fn granted_or_not(granted: bool) -> MessageKind {
    if granted {
        MessageKind::Grant
    } else {
        MessageKind::Refusal
    }
}
