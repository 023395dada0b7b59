//! Two-phase commit with a rule broken.

use crate::common::{Lab, Mood, two_phase_stories};
use crate::stories::all_have_stories;
use quorumscope::protocol::two_phase::TwoPhase;

/// S3 votes yes, crashes, and tells S2 that it has not voted, while S1 commits.
fn forgets_its_yes(variants: &[&str]) -> Lab<TwoPhase> {
    let mut lab = two_phase_stories::voted(variants, Mood::Lenient, "x");
    lab.crash(3);
    lab.restart(3);
    two_phase_stories::count_votes(&mut lab);
    lab.drop_all();
    lab.fire(2, "decision");
    lab.converse(2, 3);
    lab
}

/// S1 and S2 vote yes, S3 votes no.
fn outvotes(variants: &[&str]) -> Lab<TwoPhase> {
    let mut lab = two_phase_stories::voted(variants, Mood::Lenient, "!S3 x");
    two_phase_stories::count_votes(&mut lab);
    lab
}

/// S1 commits; S2 does not hear of it and loses patience.
fn gives_up_waiting(variants: &[&str]) -> Lab<TwoPhase> {
    let mut lab = two_phase_stories::voted(variants, Mood::Lenient, "x");
    two_phase_stories::count_votes(&mut lab);
    lab.drop_all();
    lab.fire(2, "decision");
    lab
}

/// S1 commits and tells S2; then it crashes and finds no decision in its log.
fn forgets_its_decision(variants: &[&str]) -> Lab<TwoPhase> {
    let mut lab = two_phase_stories::voted(variants, Mood::Lenient, "x");
    two_phase_stories::count_votes(&mut lab);
    lab.deliver(1, 2);
    lab.crash(1);
    lab.restart(1);
    lab
}

/// Each of the usual mistakes in two-phase commit is caught by the property that it names.
#[test]
fn the_mistakes_of_two_phase_commit_are_caught() {
    all_have_stories::<TwoPhase>(&[
        ("vote_not_durable", forgets_its_yes),
        ("commit_on_majority", outvotes),
        ("unilateral_abort", gives_up_waiting),
        ("decision_not_durable", forgets_its_decision),
    ]);
    let lost = forgets_its_decision(&["decision_not_durable"]).lost();
    assert!(lost.contains(&"two_phase.stability"), "{lost:?}");
}
