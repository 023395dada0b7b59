//! What a screen shows of a Paxos node and of a message.

use super::{Attempt, Message, Node, Paxos};
use crate::protocol::{
    Cell, CellState, Datum, Field, MessageKind, MessageView, NodeId, NodeView, Shape, Tally,
};

pub(super) fn node(paxos: &Paxos, node: &Node) -> NodeView {
    let (role, shape) = role(paxos, node);
    let chosen = node.learner.chosen.as_ref();
    let shown = node.disk.accepted.as_ref().or(chosen);
    let cells = shown.map(|(ballot, value)| {
        let known = chosen.is_some_and(|(_, chosen)| chosen == value);
        Cell {
            index: 0,
            label: value.to_string(),
            epoch: Some(*ballot),
            state: if known {
                CellState::Chosen
            } else {
                CellState::Accepted
            },
            no_op: false,
        }
    });
    NodeView {
        role,
        shape,
        badge: node.disk.promised.or(node.proposer.attempt.ballot()),
        cells: cells.into_iter().collect(),
        tallies: tallies(paxos, node),
        fields: fields(node),
    }
}

fn role(paxos: &Paxos, node: &Node) -> (&'static str, Shape) {
    match &node.proposer.attempt {
        Attempt::Preparing { .. } => ("preparing", Shape::Dashed),
        Attempt::Accepting { .. } => ("proposing", Shape::Double),
        Attempt::BackingOff { .. } => ("backing_off", Shape::Dashed),
        Attempt::Idle if paxos.acceptors.contains(&node.id) => ("acceptor", Shape::Plain),
        Attempt::Idle if paxos.proposers.contains(&node.id) => ("proposer", Shape::Plain),
        Attempt::Idle => ("learner", Shape::Plain),
    }
}

fn tallies(paxos: &Paxos, node: &Node) -> Vec<Tally> {
    let tally = |key, yes: Vec<NodeId>, threshold: usize| Tally {
        key,
        members: paxos.acceptors.iter().copied().collect(),
        yes,
        no: Vec::new(),
        threshold: threshold as u8,
    };
    match &node.proposer.attempt {
        Attempt::Preparing { promises, .. } => {
            let yes = promises.keys().copied().collect();
            vec![tally("promises", yes, paxos.phase1_quorum())]
        }
        Attempt::Accepting { ballot, value } => {
            let votes = node.learner.votes.get(&(*ballot, value.clone()));
            let voters = votes.map(|voters| voters.iter().copied().collect());
            let yes = voters.unwrap_or_default();
            vec![tally("acceptances", yes, paxos.phase2_quorum())]
        }
        Attempt::Idle | Attempt::BackingOff { .. } => Vec::new(),
    }
}

fn fields(node: &Node) -> Vec<Field> {
    let proposer = &node.proposer;
    let mut fields = vec![
        Field::durable("promised", node.disk.promised),
        Field::durable("accepted", node.disk.accepted.as_ref()),
        Field::durable("round", node.disk.round),
        Field::volatile("ballot", proposer.attempt.ballot()),
        Field::volatile(
            "own_value",
            proposer.wishes.first().map(|wish| wish.value.clone()),
        ),
    ];
    if let Attempt::Preparing { promises, .. } = &proposer.attempt {
        let pairs = promises
            .iter()
            .map(|(from, reported)| (Datum::Node(*from), reported.as_ref().into()));
        fields.push(Field::volatile("promises", Datum::Pairs(pairs.collect())));
    }
    if let Attempt::Accepting { value, .. } = &proposer.attempt {
        fields.push(Field::volatile("proposed", value.clone()));
    }
    let votes = node.learner.votes.iter().map(|((ballot, value), voters)| {
        let voters = voters.iter().copied().collect();
        (
            Datum::Proposal(*ballot, value.clone()),
            Datum::Nodes(voters),
        )
    });
    fields.extend([
        Field::volatile("seen", proposer.seen),
        Field::volatile("tries", proposer.tries),
        Field::volatile("accepted_by", Datum::Pairs(votes.collect())),
        Field::volatile("chosen", node.learner.chosen.as_ref()),
    ]);
    fields
}

/// The names of the messages.
pub(super) const MESSAGES: &[&str] = &["Prepare", "Promise", "Accept", "Accepted", "Refused"];

pub(super) fn message(message: &Message) -> MessageView {
    let (name, short, ballot, kind, fields) = match message {
        Message::Prepare { ballot } => ("Prepare", "Prep", ballot, MessageKind::Request, vec![]),
        Message::Promise { ballot, accepted } => (
            "Promise",
            "Prom",
            ballot,
            MessageKind::Grant,
            vec![("accepted", accepted.as_ref().into())],
        ),
        Message::Accept { ballot, value } => (
            "Accept",
            "Acc",
            ballot,
            MessageKind::Request,
            vec![("value", value.clone().into())],
        ),
        Message::Accepted { ballot, value } => (
            "Accepted",
            "Acc’d",
            ballot,
            MessageKind::Grant,
            vec![("value", value.clone().into())],
        ),
        Message::Refused {
            ballot, promised, ..
        } => (
            "Refused",
            "Ref",
            ballot,
            MessageKind::Refusal,
            vec![("promised", (*promised).into())],
        ),
    };
    let mut all = vec![("ballot", Datum::Epoch(*ballot))];
    all.extend(fields);
    MessageView {
        name,
        short,
        epoch: Some(*ballot),
        kind,
        fields: all,
    }
}
