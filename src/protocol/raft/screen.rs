//! What a screen shows of a Raft node and of a message.

use crate::sorted::{SortedMap, SortedSet};

use super::{Duties, Log, Members, Message, Node, Payload, Raft, Read, Role, V};
use crate::protocol::{
    Cell, CellState, ClientId, Datum, Epoch, Field, KeyValue, MessageKind, MessageView, NodeId,
    NodeView, Shape, Tally, Value,
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
        no_op: entry.payload == Payload::NoOp,
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

/// What the votes are called: all of them, and those of the old and the new members.
const VOTES: [&str; 3] = ["votes", "votes_old", "votes_new"];
const PRE_VOTES: [&str; 3] = ["pre_votes", "pre_votes_old", "pre_votes_new"];

fn tallies(raft: &Raft, node: &Node) -> Vec<Tally> {
    let (keys, granted, refused) = match &node.role {
        Role::Candidate { granted, refused } => (&VOTES, granted, refused),
        Role::PreCandidate { granted, refused } => (&PRE_VOTES, granted, refused),
        Role::Follower { .. } | Role::Leader { .. } => return Vec::new(),
    };
    // Votes of others do not count: a candidate need not be a member itself (thesis, §4.2.2).
    let of = |half: Members, votes: &SortedSet<NodeId>| {
        let counted = votes.iter().copied().filter(|id| half.contains(*id));
        counted.collect()
    };
    let deciding = raft.deciding(node);
    let tally = |half: Members| Tally {
        key: match deciding.old {
            Some(old) if old == half => keys[1],
            Some(_) => keys[2],
            None => keys[0],
        },
        members: half.iter().collect(),
        yes: of(half, granted),
        no: of(half, refused),
        threshold: raft.quorum()(half) as u8,
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
                Field::volatile("next_index", by_peer(next)),
                Field::volatile("match_index", by_peer(matched)),
            ]);
            fields.extend(busy_with(raft, duties));
            if duties.joining.is_some() {
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

/// How many entries of a log are shown: the last ones.
const ENTRIES: usize = 100;

fn log(log: &Log) -> Datum {
    let entry = |entry: &super::Entry| {
        let command = match &entry.payload {
            Payload::NoOp => Datum::Word("no_op"),
            Payload::Command { request, .. } => request.command.clone().into(),
            Payload::Configuration(change) => change.configuration.all().into(),
        };
        (Datum::Epoch(Epoch::term(entry.term)), command)
    };
    let earlier = log.entries().len().saturating_sub(ENTRIES);
    let mut pairs = Vec::new();
    if earlier > 0 {
        pairs.push((Datum::Word("earlier"), Datum::Number(earlier as u64)));
    }
    pairs.extend(log.entries().skip(earlier).map(entry));
    Datum::Pairs(pairs)
}

/// The names of the messages.
pub(super) const MESSAGES: &[&str] = &[
    "RequestVote",
    "VoteReply",
    "AppendEntries",
    "Heartbeat",
    "AppendReply",
    "InstallSnapshot",
    "InstallReply",
    "PreVote",
    "PreVoteReply",
    "TimeoutNow",
    "ReadHeartbeat",
    "ReadHeartbeatReply",
];

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
