//! Rules that look alike, told apart: what an acceptor does with each of them.

use crate::common::Mood;
use crate::common::paxos_stories::{LEARNER, lab};

use super::single::*;

/// Promised to 5, accepted 3: which ballots are accepted then.
fn accepted_ballots(variants: &[&str]) -> Vec<u32> {
    let numbers = 1..=6;
    let accepted = numbers.filter(|number| {
        let mut node = Single::with_variants(variants);
        node.deliver(4, accept(3, "x"));
        node.deliver(4, prepare(5));
        accepts(&node.deliver(4, accept(*number, "y")))
    });
    accepted.collect()
}

/// Phase 2b compares with the promise; the mistakes compare with something else, or not at all.
#[test]
fn bounds_of_phase_2b() {
    assert_eq!(accepted_ballots(&[]), [5, 6]);
    assert_eq!(accepted_ballots(&["accept_keeps_promise"]), [5, 6]);
    assert_eq!(accepted_ballots(&["refuse_below_accepted"]), [5, 6]);
    assert_eq!(accepted_ballots(&["literal_p1a"]), [5, 6]);
    assert_eq!(accepted_ballots(&["accept_strictly_greater"]), [6]);
    assert_eq!(
        accepted_ballots(&["accept_checks_accepted_only"]),
        [3, 4, 5, 6]
    );
    assert_eq!(
        accepted_ballots(&["accept_ignores_promise"]),
        [1, 2, 3, 4, 5, 6]
    );
}

/// Accepted 5 without a promise, then asked to accept 3: what is remembered.
#[test]
fn a_lower_ballot_after_an_acceptance() {
    let memory = |variants: &[&str]| {
        let mut node = Single::with_variants(variants);
        node.deliver(4, accept(5, "x"));
        let accepted = accepts(&node.deliver(4, accept(3, "y")));
        (accepted, node.memory())
    };
    let (kept, overwritten) = (Some(proposal(5, "x")), Some(proposal(3, "y")));
    assert_eq!(memory(&[]), (false, (Some(ballot(5)), kept.clone())));
    assert_eq!(
        memory(&["refuse_below_accepted"]),
        (false, (None, kept.clone()))
    );
    assert_eq!(memory(&["literal_p1a"]), (true, (None, kept)));
    assert_eq!(
        memory(&["accept_keeps_promise"]),
        (true, (None, overwritten))
    );
}

/// The tutorial's acceptor has one number for what it promised and what it accepted.
#[test]
fn the_tutorials_promise_takes_the_number_along() {
    let mut node = Single::with_variants(&["tutorial_acceptor"]);
    node.deliver(4, accept(1, "x"));
    let out = node.deliver(4, prepare(7));
    assert!(promises(&out));
    assert_eq!(node.memory(), (Some(ballot(7)), Some(proposal(7, "x"))));
    assert_eq!(out.sends[0].1, promise(ballot(7), Some(proposal(7, "x"))));
}

/// A second copy of a Prepare gets a second promise, or none.
#[test]
fn copies_of_a_prepare() {
    for (variants, again) in [(&[][..], false), (&["promise_equal"], true)] {
        let mut node = Single::with_variants(variants);
        assert!(promises(&node.deliver(4, prepare(1))));
        assert_eq!(promises(&node.deliver(4, prepare(1))), again);
    }
}

/// An acceptor that refuses the ballot it has promised lets no value through, and no second one.
#[test]
fn accepting_only_above_the_promise_stands_still() {
    for (variants, chosen) in [
        (&[][..], Some("x".to_owned())),
        (&["accept_strictly_greater"], None),
    ] {
        let mut lab = lab(variants, Mood::Strict);
        lab.begin(0, "x");
        lab.prepare(0, &[1, 2, 3]);
        lab.accept(0, &[1, 2, 3]);
        assert_eq!(lab.chosen(LEARNER), chosen);
    }
}
