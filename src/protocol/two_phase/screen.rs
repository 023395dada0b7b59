//! What a screen shows of a node and of a message.

use super::coordinator::decision_word;
use super::{Collecting, Message, Node, Says, Stage, Transaction, TwoPhase};
use crate::protocol::{
    Cell, CellState, Datum, Field, MessageKind, MessageView, NodeId, NodeView, Shape, Tally,
};
use crate::sorted::SortedSet;

pub(super) fn node(protocol: &TwoPhase, node: &Node) -> NodeView {
    let (role, shape) = role(protocol, node);
    NodeView {
        role,
        shape,
        badge: None,
        cells: cells(protocol, node),
        tallies: tally(protocol, node).into_iter().collect(),
        fields: fields(node),
    }
}

/// What matters most comes first: being blocked, then collecting, then what is not decided yet.
fn role(protocol: &TwoPhase, node: &Node) -> (&'static str, Shape) {
    if node.asking.values().any(|asking| asking.blocked) {
        ("blocked", Shape::Dashed)
    } else if node.collecting.is_some() {
        ("collecting", Shape::Double)
    } else if !node.in_doubt().is_empty() {
        ("prepared", Shape::Plain)
    } else if !node.working.is_empty() {
        ("working", Shape::Plain)
    } else if protocol.coordinators.contains(&node.id) {
        ("coordinator", Shape::Double)
    } else {
        ("participant", Shape::Plain)
    }
}

/// One cell for each transaction, at the same place on every node: the first of each coordinator,
/// then the second of each.
fn cells(protocol: &TwoPhase, node: &Node) -> Vec<Cell> {
    let coordinators = &protocol.coordinators;
    let index = |transaction: &Transaction| {
        let mut before = coordinators.iter();
        let rank = before.position(|id| Some(*id) == transaction.owner);
        (transaction.number - 1) * coordinators.len() as u32 + rank.unwrap_or(0) as u32 + 1
    };
    let log = node.disk.log.iter();
    let mut cells: Vec<Cell> = log
        .map(|(transaction, record)| Cell {
            index: index(transaction),
            label: record
                .value
                .as_ref()
                .map_or_else(String::new, ToString::to_string),
            epoch: Some(*transaction),
            no_op: false,
            state: match record.stage {
                Stage::Started | Stage::Prepared => CellState::Accepted,
                Stage::Committed => CellState::Chosen,
                Stage::Aborted => CellState::Aborted,
            },
        })
        .collect();
    cells.sort_by_key(|cell| cell.index);
    cells
}

fn tally(protocol: &TwoPhase, node: &Node) -> Option<Tally> {
    let Collecting {
        voting, yes, no, ..
    } = node.collecting.as_ref()?;
    let members = &protocol.participants;
    Some(Tally {
        key: if *voting { "yes_votes" } else { "work_done" },
        members: list(members),
        yes: list(yes),
        no: list(no),
        threshold: if *voting {
            protocol.needed()
        } else {
            members.len()
        } as u8,
    })
}

fn list(nodes: &SortedSet<NodeId>) -> Vec<NodeId> {
    nodes.iter().copied().collect()
}

fn fields(node: &Node) -> Vec<Field> {
    let log = node.disk.log.iter().map(|(transaction, record)| {
        let stage = match record.stage {
            Stage::Started => Datum::Word("started"),
            Stage::Prepared => Datum::Word("prepared"),
            Stage::Committed => decision_word(true),
            Stage::Aborted => decision_word(false),
        };
        (Datum::Epoch(*transaction), stage)
    });
    let working = node.working.iter();
    let working = working.map(|(it, value)| (Datum::Epoch(*it), value.clone().into()));
    let telling = node.telling.iter();
    let telling = telling.map(|(it, untold)| (Datum::Epoch(*it), Datum::Nodes(list(untold))));
    let asking = node.asking.iter();
    let asking = asking.map(|(it, asked)| (Datum::Epoch(*it), Datum::Nodes(list(&asked.unsure))));
    let collecting = node.collecting.as_ref();
    vec![
        Field::durable("transaction_log", Datum::Pairs(log.collect())),
        Field::volatile("work", Datum::Pairs(working.collect())),
        Field::volatile("unsure", Datum::Pairs(asking.collect())),
        Field::volatile("collecting", collecting.map(|it| it.transaction)),
        Field::volatile("requests_waiting", node.wishes.len() as u32),
        Field::volatile("untold", Datum::Pairs(telling.collect())),
    ]
}

/// The names of the messages.
pub(super) const MESSAGES: &[&str] = &[
    "Work",
    "Worked",
    "Prepare",
    "Yes",
    "No",
    "Commit",
    "Abort",
    "Ack",
    "DecisionReq",
    "Unsure",
];

/// The names of what is said.
pub(super) struct Name {
    name: &'static str,
    short: &'static str,
    kind: MessageKind,
    /// The phase: the names of the papers, and before them the work.
    pub(super) phase: &'static str,
}

/// The name of what is said: the same in every language.
pub(super) fn name(says: &Says) -> Name {
    use MessageKind::{Grant, Refusal, Request};
    let (name, short, kind, phase) = match says {
        Says::Work(_) => ("Work", "Work", Request, "work"),
        Says::Worked => ("Worked", "Worked", Grant, "worked"),
        Says::Prepare => ("Prepare", "Prep", Request, "prepare"),
        Says::Vote(true) => ("Yes", "Yes", Grant, "vote"),
        Says::Vote(false) => ("No", "No", Refusal, "vote"),
        Says::Decision(true) => ("Commit", "Commit", Request, "decision"),
        Says::Decision(false) => ("Abort", "Abort", Refusal, "decision"),
        Says::Ack => ("Ack", "Ack", Grant, "ack"),
        Says::Ask => ("DecisionReq", "?", Request, "ask"),
        Says::Unsure => ("Unsure", "?", Refusal, "unsure"),
    };
    Name {
        name,
        short,
        kind,
        phase,
    }
}

pub(super) fn message(message: &Message) -> MessageView {
    let names = name(&message.says);
    let mut fields = vec![("transaction", Datum::Epoch(message.transaction))];
    if let Says::Work(value) = &message.says {
        fields.push(("value", value.clone().into()));
    }
    MessageView {
        name: names.name,
        short: names.short,
        epoch: None,
        kind: names.kind,
        fields,
    }
}
