//! Paxos with a rule broken.

use crate::common::{Lab, Mood, n, paxos_mistakes as mistakes, paxos_stories, scenario};
use crate::random::{Tally, runs, under_faults};
use crate::stories::{Story, all_have_stories};
use quorumscope::protocol::Effect;
use quorumscope::protocol::paxos::Paxos;
use quorumscope::world::Action;

fn paxos(variants: &[&str]) -> Lab<Paxos> {
    paxos_stories::lab(variants, Mood::Lenient)
}

/// S2 promises to ballot 1, crashes, and accepts ballot 0.
fn forgets_its_promise(variants: &[&str]) -> Lab<Paxos> {
    let mut lab = paxos(variants);
    two_prepared(&mut lab);
    lab.accept(0, &[1]);
    lab.crash(2);
    lab.restart(2);
    lab.accept(0, &[2]);
    lab.accept(1, &[2, 3]);
    lab
}

/// S2 promises to ballot 1 and accepts ballot 0 all the same.
fn ignores_its_promise(variants: &[&str]) -> Lab<Paxos> {
    let mut lab = paxos(variants);
    two_prepared(&mut lab);
    lab.accept(0, &[1, 2]);
    lab.accept(1, &[2, 3]);
    lab
}

/// Ballot 0 is prepared by S1 and S2, then ballot 1 by S2 and S3; each has its own value.
fn two_prepared(lab: &mut Lab<Paxos>) {
    lab.begin(0, "x");
    lab.prepare(0, &[1, 2]);
    lab.begin(1, "y");
    lab.prepare(1, &[2, 3]);
}

/// A value is chosen, and the next proposer does not hear of it, or does not care.
fn insists(variants: &[&str]) -> Lab<Paxos> {
    let mut lab = paxos(variants);
    lab.begin(0, "x");
    lab.prepare(0, &[1, 2]);
    lab.accept(0, &[1, 2]);
    lab.begin(1, "y");
    lab.prepare(1, &[2, 3]);
    lab.accept(1, &[2, 3]);
    lab
}

/// S1 has accepted x in ballot 0, S2 and S3 have chosen y in ballot 1; ballot 2 hears of both.
fn takes_any_report(variants: &[&str]) -> Lab<Paxos> {
    let mut lab = paxos(variants);
    two_prepared(&mut lab);
    lab.accept(0, &[1]);
    lab.accept(1, &[2, 3]);
    lab.begin(2, "z");
    lab.prepare(2, &[1, 2]);
    lab.accept(2, &[1, 2]);
    lab
}

/// Each of the usual mistakes in Paxos, and a run that defeats it.
const PAXOS_MISTAKES: &[(&str, Story<Paxos>)] = &[
    ("forget_promise", forgets_its_promise),
    ("accept_ignores_promise", ignores_its_promise),
    ("promise_hides_accepted", insists),
    ("own_value_always", insists),
    ("any_reported_value", takes_any_report),
    ("accept_checks_accepted_only", ignores_its_promise),
    ("accept_keeps_promise", mistakes::accepts_without_promising),
    ("promise_without_check", mistakes::promises_less),
    ("tutorial_acceptor", mistakes::hears_of_an_outdated_value),
    (
        "lowest_reported_value",
        mistakes::hears_of_an_outdated_value,
    ),
    ("skip_phase_1", mistakes::accepts_at_once),
    ("count_stale_promises", mistakes::promises_come_late),
    ("reuse_ballot", mistakes::begins_again),
    ("forget_accepted", mistakes::crashes_once_chosen),
    ("forget_everything", mistakes::crashes_once_chosen),
    ("half_quorum", mistakes::two_halves),
    ("single_quorum", mistakes::one_each),
    ("disjoint_quorums", mistakes::asks_beside),
    ("learn_from_one", mistakes::hears_of_one),
    ("learn_across_ballots", mistakes::hears_across_ballots),
];

/// Each of the usual mistakes in Paxos is caught by the property that it names.
#[test]
fn the_mistakes_of_paxos_are_caught() {
    all_have_stories::<Paxos>(PAXOS_MISTAKES);
}

/// What only looks like a mistake loses nothing, in runs that defeat all others and at random.
#[test]
fn the_controls_of_paxos_lose_nothing() {
    let controls = Paxos::ABOUT.variants.iter();
    let controls = controls.filter(|it| matches!(it.effect, Effect::Stalls | Effect::Harmless));
    let controls: Vec<&str> = controls.map(|it| it.id).collect();
    assert_eq!(controls.len(), 4);
    for control in controls {
        for (mistake, story) in PAXOS_MISTAKES {
            let lost = story(&[control]).lost();
            assert!(
                lost.is_empty(),
                "{control} on the run against {mistake}: {lost:?}"
            );
        }
        let scenario = scenario("paxos", 5, &[control]);
        for seed in 0..runs() / 5 {
            under_faults::<Paxos>(&scenario, seed, &mut Tally::default());
        }
    }
}

/// A wiped disk breaks promises that were on it; the properties see that too.
#[test]
fn a_wiped_disk_is_caught() {
    let mut lab = paxos(&[]);
    two_prepared(&mut lab);
    lab.accept(0, &[1]);
    lab.crash(2);
    lab.act(Action::Wipe(n(2)));
    lab.restart(2);
    lab.accept(0, &[2]);
    lab.accept(1, &[2, 3]);
    assert_eq!(lab.lost(), ["paxos.promises", "paxos.agreement"]);
}
