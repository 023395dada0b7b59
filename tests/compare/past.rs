//! Back and forward, and acting in the past.

use super::{act, adds_up, eventful, leader, pair, seen, submit};
use crate::common::n;
use quorumscope::share::pair::Side;
use quorumscope::view::compare::reopen_pair;
use quorumscope::world::Action;

/// Back and forward again is the same, counts included; so is a jump.
#[test]
fn back_and_forward_is_the_same() {
    let mut pair = eventful();
    let mut forward = Vec::new();
    pair.seek(0);
    for _ in 0..pair.length() {
        forward.push(seen(&pair));
        pair.step().unwrap();
    }
    for position in (0..pair.length()).rev().step_by(7) {
        pair.seek(position);
        assert_eq!(seen(&pair), forward[position], "at {position}");
    }
}

/// In the past, the same as last time goes forward; anything else takes the place of what lay ahead,
/// and is counted from there on as if nothing else had ever been.
#[test]
fn acting_in_the_past_leaves_what_lay_ahead() {
    let mut pair = eventful();
    let length = pair.length();
    pair.seek(60);
    let recorded = pair.deed_before(61).unwrap().clone();
    pair.act(recorded).unwrap();
    assert_eq!((pair.position(), pair.length()), (61, length));
    act(&mut pair, Side::Left, Action::Crash(n(2)));
    assert_eq!((pair.position(), pair.length()), (62, 62));
    for _ in 0..50 {
        pair.step().unwrap();
    }
    let again = reopen_pair(&pair.file()).unwrap().pair;
    assert_eq!(seen(&again), seen(&pair));
    adds_up(&pair);
}

/// A stride goes to the end of what the side in hand calls one, and takes the other side along.
#[test]
fn a_stride_is_the_one_of_the_side_in_hand() {
    let mut pair = pair("raft", "paxos");
    act(&mut pair, Side::Left, submit(1, 1, "x"));
    pair.side = Side::Right;
    assert!(pair.stride().unwrap() > 0);
    let paxos = pair.moment(Side::Right);
    assert_eq!(pair.counts()[1].elections, 1);
    assert!(paxos.messages.iter().all(|it| it.view.name != "Prepare"));
    pair.side = Side::Left;
    pair.stride().unwrap();
    assert!(leader(&pair, Side::Left).is_some());
    assert_eq!(pair.counts()[1].decisions, 1, "it has gone on meanwhile");
}
