//! The states that this project's Paxos has in common with Lamport's Paxos.tla, counted.

#[path = "../examples/lamport/explore.rs"]
mod explore;

use std::collections::BTreeSet;

use explore::{Model, Size, Unfit, distinct};
use quorumscope::protocol::NodeId;
use quorumscope::protocol::paxos::{Message, Node};

fn size(acceptors: u8, values: u16, ballots: u8) -> Size {
    Size {
        acceptors,
        values,
        ballots,
    }
}

/// As many distinct states as TLC finds for the module unchanged.
#[test]
fn the_counts_are_those_of_tlc() {
    assert_eq!(distinct(size(1, 2, 2)), Ok(45));
    assert_eq!(distinct(size(3, 1, 2)), Ok(1_681));
    assert_eq!(distinct(size(3, 2, 2)), Ok(3_921));
}

/// As many as a walk over the module's four actions finds, written out as they stand.
#[test]
fn more_ballots_than_two() {
    assert_eq!(distinct(size(2, 2, 3)), Ok(1_501));
    assert_eq!(distinct(size(2, 3, 3)), Ok(2_465));
    assert_eq!(distinct(size(1, 3, 4)), Ok(3_309));
    assert_eq!(distinct(size(3, 2, 3)), Ok(185_369));
}

/// A whole world: every node, and each message ever sent with its two ends.
type Whole = (Vec<Node>, BTreeSet<(NodeId, NodeId, Message)>);
/// What Paxos.tla has of it: acceptors, and messages whoever gets them.
type Projected = (Vec<Node>, BTreeSet<(Option<NodeId>, Message)>);

/// The same count without any of the shortcuts: values are given to proposers beforehand, and
/// each arrival of each message is a step of its own, acceptances included.
fn counted_step_by_step(size: Size) -> usize {
    let model = Model::new(size).unwrap();
    let ids: Vec<NodeId> = [&model.acceptors[..], &model.proposers].concat();
    let values = model.values.len();
    let mut projections = BTreeSet::new();
    for assignment in 0..values.pow(model.proposers.len() as u32) {
        let own = |ballot: usize| &model.values[assignment / values.pow(ballot as u32) % values];
        let first: Whole = (
            ids.iter().map(|id| model.boot(*id)).collect(),
            BTreeSet::new(),
        );
        let mut seen = BTreeSet::from([first.clone()]);
        let mut open = vec![first];
        while let Some((nodes, sent)) = open.pop() {
            projections.insert(projected(&model, &nodes, &sent));
            let mut step = |at: usize, (after, new): (Node, explore::Sent)| {
                let mut next = (nodes.clone(), sent.clone());
                next.0[at] = after;
                let new = new.0.into_iter();
                next.1
                    .extend(new.map(|(to, message)| (ids[at], to, message)));
                if seen.insert(next.clone()) {
                    open.push(next);
                }
            };
            for (ballot, proposer) in model.proposers.iter().enumerate() {
                let at = model.acceptors.len() + ballot;
                if nodes[at] == model.boot(*proposer) && !sent.iter().any(|it| it.0 == *proposer) {
                    step(at, model.begin(*proposer, own(ballot)));
                }
            }
            for (from, to, message) in &sent {
                // The learner is not among them.
                if let Some(at) = ids.iter().position(|id| id == to) {
                    step(at, model.deliver(&nodes[at], *from, message));
                }
            }
        }
    }
    projections.len()
}

/// Messages of acceptors have a sender in Paxos.tla, those of ballots have none.
fn projected(
    model: &Model,
    nodes: &[Node],
    sent: &BTreeSet<(NodeId, NodeId, Message)>,
) -> Projected {
    let message = |(from, _, message): &(NodeId, NodeId, Message)| {
        let sender = model.acceptors.contains(from).then_some(*from);
        (sender, message.clone())
    };
    let acceptors = nodes[..model.acceptors.len()].to_vec();
    (acceptors, sent.iter().map(message).collect())
}

/// The shortcuts change nothing.
#[test]
fn one_step_at_a_time_gives_the_same_counts() {
    for size in [size(1, 2, 2), size(2, 1, 2), size(1, 2, 3), size(2, 2, 2)] {
        assert_eq!(Ok(counted_step_by_step(size)), distinct(size), "{size:?}");
    }
}

/// What cannot be explored is told, not tried.
#[test]
fn models_that_do_not_fit() {
    for empty in [size(0, 1, 1), size(1, 0, 1), size(1, 1, 0)] {
        assert_eq!(distinct(empty), Err(Unfit::Empty));
    }
    assert_eq!(distinct(size(30, 1, 2)), Err(Unfit::TooManyNodes));
    assert_eq!(distinct(size(255, 1, 255)), Err(Unfit::TooManyNodes));
    assert_eq!(distinct(size(1, u16::MAX, 30)), Err(Unfit::TooLarge));
    assert_eq!(distinct(size(25, 1, 6)), Err(Unfit::TooLarge));
}
