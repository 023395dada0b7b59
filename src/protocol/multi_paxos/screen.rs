//! What a screen shows of a Multi-Paxos node and of a message.

use crate::sorted::SortedMap;

use super::{Message, MultiPaxos, Node, Open, Proposal, Role, V};
use crate::protocol::{
    Cell, CellState, Datum, Decree, Epoch, Field, MessageKind, MessageView, NodeId, NodeView,
    Shape, Tally, Value,
};

pub(super) fn node(paxos: &MultiPaxos, node: &Node) -> NodeView {
    let (role, shape) = match &node.role {
        Role::Passive { .. } => (paxos.idle_role(node.id), Shape::Plain),
        Role::Preparing { .. } => ("preparing", Shape::Dashed),
        Role::Leading { .. } => ("leader", Shape::Double),
    };
    NodeView {
        role,
        shape,
        badge: node.seen,
        cells: cells(paxos, node),
        tallies: tallies(paxos, node),
        fields: fields(node),
    }
}

/// All slots up to the last in which the node knows anything; the others are gaps.
fn cells(paxos: &MultiPaxos, node: &Node) -> Vec<Cell> {
    let accepted = &node.disk.accepted;
    let open = match &node.role {
        Role::Leading { ballot, open, .. } => Some((*ballot, open)),
        _ => None,
    };
    let proposed = open.and_then(|(_, open)| open.keys().next_back());
    let last = accepted.keys().next_back().max(proposed).copied();
    let cell = |index: u32| {
        let chosen = node.replica.chosen.get(&index);
        let proposal = match open.and_then(|(ballot, open)| Some((ballot, open.get(&index)?))) {
            Some((ballot, open)) => Some((ballot, &open.decree)),
            None => accepted.get(&index).map(|(ballot, it)| (*ballot, it)),
        };
        // What was accepted may be another value than the one that is chosen.
        let proposal = proposal.filter(|(_, it)| chosen.is_none_or(|chosen| chosen == *it));
        let decree = chosen.or(proposal.map(|(_, decree)| decree));
        let applied = index <= node.replica.applied || paxos.is(V::ApplyOutOfOrder);
        Cell {
            index,
            label: decree
                .and_then(Decree::command)
                .map_or_else(String::new, Value::to_string),
            epoch: proposal.map(|(ballot, _)| ballot),
            state: match (chosen, decree) {
                (Some(_), _) if applied => CellState::Applied,
                (Some(_), _) => CellState::Chosen,
                (None, Some(_)) => CellState::Accepted,
                (None, None) => CellState::Gap,
            },
            no_op: decree == Some(&Decree::NoOp),
        }
    };
    let last = last.unwrap_or(0).max(node.replica.last());
    (1..=last).map(cell).collect()
}

/// Promises, or the acceptances of the first open slot.
fn tallies(paxos: &MultiPaxos, node: &Node) -> Vec<Tally> {
    let tally = |key, phase: usize, yes: Vec<NodeId>| Tally {
        key,
        members: paxos.acceptors.iter().copied().collect(),
        yes,
        no: Vec::new(),
        threshold: paxos.quorums[phase] as u8,
    };
    match &node.role {
        Role::Passive { .. } => Vec::new(),
        Role::Preparing { promises, .. } => {
            vec![tally("promises", 0, promises.keys().copied().collect())]
        }
        Role::Leading { open, .. } => {
            let voters = |open: &Open| open.accepted_by.iter().copied().collect();
            let first = open.values().next();
            first
                .map(|open| tally("acceptances", 1, voters(open)))
                .into_iter()
                .collect()
        }
    }
}

fn fields(node: &Node) -> Vec<Field> {
    let mut fields = vec![
        Field::durable("promised", node.disk.promised),
        Field::durable("accepted", proposals(&node.disk.accepted)),
        Field::durable("round", node.disk.round),
        Field::volatile("seen", node.seen),
        Field::volatile("tries", node.tries),
    ];
    match &node.role {
        Role::Passive { leader } => fields.push(Field::volatile("leader", *leader)),
        Role::Preparing { ballot, promises } => {
            let pairs = promises.iter().map(|(from, reported)| {
                let slots = reported.keys().map(|slot| (*slot).into());
                (Datum::Node(*from), Datum::List(slots.collect()))
            });
            fields.extend([
                Field::volatile("ballot", *ballot),
                Field::volatile("promises", Datum::Pairs(pairs.collect())),
            ]);
        }
        Role::Leading {
            ballot,
            open,
            waiting,
        } => {
            let voters = open.iter().map(|(slot, open)| {
                let voters = open.accepted_by.iter().copied().collect();
                ((*slot).into(), Datum::Nodes(voters))
            });
            let proposed = open
                .iter()
                .map(|(slot, open)| ((*slot).into(), (&open.decree).into()));
            fields.extend([
                Field::volatile("ballot", *ballot),
                Field::volatile("proposed", Datum::Pairs(proposed.collect())),
                Field::volatile("accepted_by", Datum::Pairs(voters.collect())),
                Field::volatile(
                    "waiting",
                    Datum::List(waiting.iter().map(Into::into).collect()),
                ),
            ]);
        }
    }
    let machine = &node.replica.machine;
    let pairs = machine.pairs.iter().map(|(key, value)| {
        let text = |text: &String| Value::new(text).map_or(Datum::Nothing, Datum::Value);
        (text(key), text(value))
    });
    let sessions = machine.sessions.iter();
    let sessions = sessions.map(|(client, (sequence, _))| {
        (Datum::Client(*client), Datum::Number(u64::from(*sequence)))
    });
    fields.extend([
        Field::volatile("chosen", decrees(&node.replica.chosen)),
        Field::volatile("applied", node.replica.applied),
        Field::volatile("state_machine", Datum::Pairs(pairs.collect())),
        Field::volatile("sessions", Datum::Pairs(sessions.collect())),
    ]);
    fields
}

fn decrees(decrees: &SortedMap<u32, Decree>) -> Datum {
    let pair = |(slot, decree): (&u32, &Decree)| ((*slot).into(), decree.into());
    Datum::Pairs(decrees.iter().map(pair).collect())
}

/// Slot → ballot → decree.
fn proposals(proposals: &SortedMap<u32, Proposal>) -> Datum {
    let pair = |(slot, (ballot, decree)): (&u32, &Proposal)| {
        let proposal = vec![(Datum::Epoch(*ballot), decree.into())];
        ((*slot).into(), Datum::Pairs(proposal))
    };
    Datum::Pairs(proposals.iter().map(pair).collect())
}

/// The names of the messages.
pub(super) const MESSAGES: &[&str] = &[
    "Prepare",
    "Promise",
    "Accept",
    "Accepted",
    "Refused",
    "Heartbeat",
    "Chosen",
    "CatchUp",
];

pub(super) fn message(message: &Message) -> MessageView {
    type Fields = Vec<(&'static str, Datum)>;
    let (name, short, ballot, kind, fields): (_, _, Option<&Epoch>, _, Fields) = match message {
        Message::Prepare { ballot, first } => (
            "Prepare",
            "Prep",
            Some(ballot),
            MessageKind::Request,
            vec![("first", (*first).into())],
        ),
        Message::Promise { ballot, accepted } => (
            "Promise",
            "Prom",
            Some(ballot),
            MessageKind::Grant,
            vec![("accepted", proposals(accepted))],
        ),
        Message::Accept {
            ballot,
            slot,
            decree,
        } => (
            "Accept",
            "Acc",
            Some(ballot),
            MessageKind::Request,
            vec![("slot", (*slot).into()), ("value", decree.into())],
        ),
        Message::Accepted { ballot, slot } => (
            "Accepted",
            "Acc’d",
            Some(ballot),
            MessageKind::Grant,
            vec![("slot", (*slot).into())],
        ),
        Message::Refused {
            ballot, promised, ..
        } => (
            "Refused",
            "Ref",
            Some(ballot),
            MessageKind::Refusal,
            vec![("promised", (*promised).into())],
        ),
        Message::Heartbeat { ballot, chosen } => (
            "Heartbeat",
            "HB",
            Some(ballot),
            MessageKind::Request,
            vec![("chosen_to", (*chosen).into())],
        ),
        Message::Chosen {
            ballot,
            decrees: it,
        } => (
            "Chosen",
            "Ch",
            Some(ballot),
            MessageKind::Grant,
            vec![("chosen", decrees(it))],
        ),
        Message::CatchUp { first } => (
            "CatchUp",
            "CU",
            None,
            MessageKind::Request,
            vec![("first", (*first).into())],
        ),
    };
    let mut all: Vec<_> = ballot
        .map(|it| ("ballot", Datum::Epoch(*it)))
        .into_iter()
        .collect();
    all.extend(fields);
    MessageView {
        name,
        short,
        epoch: ballot.copied(),
        kind,
        fields: all,
    }
}
