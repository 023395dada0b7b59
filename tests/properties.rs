//! Safety under every fault, and what happens to each protocol when a rule of it is broken.
//!
//! `QUORUMSCOPE_RUNS=10000 cargo test --release --test properties -- --nocapture` makes that many
//! random runs of each protocol.

mod common;

use common::chaos::{Chaos, sound_scenarios};
use common::raft_stories::{figure_8, figure_8_d1};
use common::{
    Known, Lab, Mood, multi_paxos_stories, n, paxos_mistakes as mistakes, paxos_stories, scenario,
    two_phase_stories, value, watched,
};
use quorumscope::check::Watched;
use quorumscope::protocol::multi_paxos::MultiPaxos;
use quorumscope::protocol::paxos::Paxos;
use quorumscope::protocol::raft::Raft;
use quorumscope::protocol::two_phase::TwoPhase;
use quorumscope::protocol::{ClientId, Effect, Fact, Protocol};
use quorumscope::share::Run;
use quorumscope::world::{Action, Event, Network, PERMILLE, Scenario};

/// How many random runs of each protocol there are where nobody says.
const RUNS: u64 = 150;
/// How many actions a random run has.
const ACTIONS: usize = 300;
/// How many events the scheduler gets to bring everything to a good end.
const HAPPY_EVENTS: usize = 5000;

fn runs() -> u64 {
    let runs = std::env::var("QUORUMSCOPE_RUNS").ok();
    runs.map_or(RUNS, |runs| {
        runs.parse().expect("QUORUMSCOPE_RUNS is a number")
    })
}

/// What a set of random runs came to.
#[derive(Debug, Default)]
struct Tally {
    runs: u64,
    actions: u64,
    /// Runs in which something was committed or chosen while faults went on.
    decided: u64,
    /// Nodes that committed a transaction, all of which must be willing.
    commits: u64,
    crashes: u64,
    lost: u64,
    duplicated: u64,
}

impl Tally {
    fn count<M>(&mut self, event: &Event<M>) -> bool {
        match event {
            Event::Crashed(_) => self.crashes += 1,
            Event::Lost(..) => self.lost += 1,
            Event::Duplicated(..) => self.duplicated += 1,
            Event::Fact(_, Fact::Decided { commit, .. }) => {
                self.commits += u64::from(*commit);
                return true;
            }
            Event::Fact(_, Fact::Committed { .. } | Fact::Learned { .. }) => return true,
            Event::Fact(_, Fact::LearnedAt { .. }) => return true,
            _ => {}
        }
        false
    }
}

/// A random run with every fault, all properties checked at each step, and the end that it must
/// have once all faults are mended.
fn random_run<P: Known>(scenario: &Scenario, seed: u64, tally: &mut Tally) {
    let mut watched = watched::<P>(scenario, seed as u32);
    let mut chaos = Chaos::new(seed);
    let mut actions = Vec::new();
    let mut decided = false;
    for _ in 0..ACTIONS {
        let action = chaos.action(watched.world());
        let step = watched.apply(&action).unwrap();
        actions.push(action);
        for event in &step.events {
            decided |= tally.count(event);
        }
        assert_sound(&watched, scenario, seed, &actions);
    }
    tally.runs += 1;
    tally.actions += ACTIONS as u64;
    tally.decided += u64::from(decided);
    mend(&mut watched, &mut actions);
    bring_to_an_end(&mut watched, scenario, seed, &mut actions);
}

fn assert_sound<P: Protocol>(
    watched: &Watched<P>,
    scenario: &Scenario,
    seed: u64,
    actions: &[Action],
) {
    let violations = watched.violations();
    assert!(
        violations.is_empty(),
        "{violations:?} in {}",
        file(scenario, seed, actions)
    );
}

/// A run as a file, to open in the lab.
fn file(scenario: &Scenario, seed: u64, actions: &[Action]) -> String {
    let mut run = Run::new(scenario.clone(), seed as u32);
    run.actions = actions.to_vec();
    run.to_json()
}

/// Ends every fault: all nodes run, on time and on a quiet network without cuts.
fn mend<P: Protocol>(watched: &mut Watched<P>, actions: &mut Vec<Action>) {
    let mut mends = vec![Action::Heal, Action::Links(Network::default())];
    for id in watched.world().machines().keys() {
        mends.extend([
            Action::Restart(*id),
            Action::Resume(*id),
            Action::Clock(*id, PERMILLE),
        ]);
    }
    let flights = watched.world().flights().values();
    mends.extend(
        flights
            .filter(|flight| flight.held)
            .map(|flight| Action::Release(flight.id)),
    );
    for action in mends {
        if watched.apply(&action).is_ok() {
            actions.push(action);
        }
    }
}

/// Liveness, as far as a run can show it: with a client's last wish on top, the scheduler alone
/// answers every client.
fn bring_to_an_end<P: Protocol>(
    watched: &mut Watched<P>,
    scenario: &Scenario,
    seed: u64,
    actions: &mut Vec<Action>,
) {
    let wish = Action::Submit {
        client: ClientId(1),
        to: None,
        value: value("last"),
    };
    let mut next = wish;
    for _ in 0..HAPPY_EVENTS {
        watched.apply(&next).unwrap();
        actions.push(next);
        assert_sound(watched, scenario, seed, actions);
        if watched
            .world()
            .clients()
            .values()
            .all(|client| !client.is_waiting())
        {
            return;
        }
        next = Action::Next;
    }
    panic!(
        "a client waits for ever in {}",
        file(scenario, seed, actions)
    );
}

fn random_runs<P: Known>() -> Tally {
    let scenarios = sound_scenarios(P::ABOUT.key);
    let mut tally = Tally::default();
    for seed in 0..runs() {
        // Two seeds in a row, an orderly and a wild one, share a scenario.
        let scenario = &scenarios[seed as usize / 2 % scenarios.len()];
        random_run::<P>(scenario, seed, &mut tally);
    }
    println!("{}: no property lost in {tally:?}", P::ABOUT.key);
    assert_eq!(tally.runs, runs());
    let rates = [tally.decided, tally.crashes, tally.lost, tally.duplicated];
    assert!(
        rates.iter().all(|count| *count * 2 > tally.runs),
        "the runs are too tame: {tally:?}"
    );
    tally
}

/// Five servers, every fault: Election Safety, Leader Append-Only, Log Matching, Leader
/// Completeness and State Machine Safety hold at each step.
#[test]
fn raft_is_safe_under_faults() {
    random_runs::<Raft>();
}

/// Five nodes, every fault: Agreement, Validity, and the promises' and ballots' monotonicity hold
/// at each step.
#[test]
fn paxos_is_safe_under_faults() {
    random_runs::<Paxos>();
}

/// Five nodes, every fault: no two nodes decide differently, no decision is reversed, and nothing
/// is committed that somebody has not voted yes to.
#[test]
fn two_phase_commit_is_safe_under_faults() {
    let tally = random_runs::<TwoPhase>();
    assert!(
        tally.commits > tally.runs,
        "hardly anything is committed: {tally:?}"
    );
}

/// Five nodes, every fault: what holds in Paxos holds in every slot, and all replicas execute the
/// same commands in the same order, each once.
#[test]
fn multi_paxos_is_safe_under_faults() {
    random_runs::<MultiPaxos>();
}

/// What defeats a variant: the same steps are also tried on the protocol as it is.
type Story<P> = fn(&[&str]) -> Lab<P>;

/// The protocol with that rule broken loses the property that it names; without, it loses nothing.
fn defeats<P: Known>(variant: &str, story: Story<P>) {
    let known = P::ABOUT.variants.iter().find(|it| it.id == variant);
    let loses = known
        .and_then(|it| it.effect.loses())
        .expect("the variant breaks something");
    let broken = story(&[variant]);
    assert!(
        broken.lost().contains(&loses.id),
        "{variant} loses {:?}",
        broken.lost()
    );
    assert!(
        story(&[]).lost().is_empty(),
        "{variant}: without it, nothing is lost"
    );
}

/// Each variant that names a property has its story.
fn all_have_stories<P: Known>(stories: &[(&str, Story<P>)]) {
    let unsafe_ones = P::ABOUT
        .variants
        .iter()
        .filter(|variant| variant.effect.loses().is_some());
    for variant in unsafe_ones {
        let told = stories.iter().any(|(id, _)| *id == variant.id);
        assert!(told, "no run defeats {}", variant.id);
    }
    for (variant, story) in stories {
        defeats(variant, *story);
    }
}

fn raft(nodes: u8, variants: &[&str]) -> Lab<Raft> {
    Lab::of(&scenario("raft", nodes, variants), 1, Mood::Lenient)
}

/// S3 votes for both candidates of term 1.
fn votes_twice(variants: &[&str]) -> Lab<Raft> {
    let mut lab = raft(3, variants);
    lab.fire(1, "election");
    lab.fire(2, "election");
    lab.converse(1, 3);
    lab.converse(2, 3);
    lab
}

/// S3 votes, crashes, and votes again.
fn forgets_its_vote(variants: &[&str]) -> Lab<Raft> {
    let mut lab = raft(3, variants);
    lab.fire(1, "election");
    lab.fire(2, "election");
    lab.converse(1, 3);
    lab.crash(3);
    lab.restart(3);
    lab.converse(2, 3);
    lab
}

/// S3, which lacks a committed entry, is elected by S2, which has it.
fn votes_without_logs(variants: &[&str]) -> Lab<Raft> {
    let mut lab = raft(3, variants);
    lab.campaign(1);
    lab.ask(1, 1, "x");
    lab.converse(1, 2);
    lab.drop_all();
    lab.fire(3, "election");
    lab.converse(3, 2);
    lab
}

/// Figure 8: the entry of term 2 is counted as committed in term 4, and S5 replaces it.
fn commits_old_terms(variants: &[&str]) -> Lab<Raft> {
    let mut lab = figure_8(variants, Mood::Lenient);
    figure_8_d1(&mut lab);
    lab
}

/// A heartbeat that overtook nothing but comes late makes S2 delete an entry that it has
/// confirmed; S3 is then elected without it.
fn truncates_always(variants: &[&str]) -> Lab<Raft> {
    let mut lab = raft(3, variants);
    lab.fire(1, "election");
    lab.converse(1, 3);
    lab.drop_all();
    lab.fire(1, "heartbeat");
    let late = lab.flights(n(1), n(2))[0];
    lab.act(Action::Hold(late));
    lab.ask(1, 1, "x");
    let entries = lab.flights(n(1), n(2))[1];
    lab.act(Action::Deliver(entries));
    lab.deliver(2, 1);
    lab.drop_others(late);
    lab.act(Action::Deliver(late));
    lab.drop_all();
    lab.fire(3, "election");
    lab.converse(3, 2);
    lab
}

/// Each of Raft's usual mistakes is caught by the property that it names.
#[test]
fn rafts_mistakes_are_caught() {
    all_have_stories::<Raft>(&[
        ("vote_twice", votes_twice),
        ("forget_vote", forgets_its_vote),
        ("vote_without_logs", votes_without_logs),
        ("commit_old_terms", commits_old_terms),
        ("always_truncate", truncates_always),
    ]);
}

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
            let mut watched = watched::<Paxos>(&scenario, seed as u32);
            let mut chaos = Chaos::new(seed);
            let mut actions = Vec::new();
            for _ in 0..ACTIONS {
                let action = chaos.action(watched.world());
                watched.apply(&action).unwrap();
                actions.push(action);
                assert_sound(&watched, &scenario, seed, &actions);
            }
        }
    }
}

fn multi(nodes: u8, variants: &[&str]) -> Lab<MultiPaxos> {
    multi_paxos_stories::lab(nodes, variants, Mood::Lenient)
}

/// S1 leads with a promise of S2, and S3 with a later one; both propose in slot 1, and S2, which
/// crashed in between, hears S1 first.
fn breaks_a_promise_in_a_slot(variants: &[&str]) -> Lab<MultiPaxos> {
    let mut lab = multi(3, variants);
    lab.prepare_with(1, &[2]);
    lab.ask(1, 1, "x");
    lab.prepare_with(3, &[2]);
    lab.ask(2, 3, "y");
    lab.crash(2);
    lab.restart(2);
    lab.accept_in(1, 1, &[2]);
    lab.accept_in(1, 3, &[2]);
    lab
}

/// S1 has x chosen in slot 1 by itself and S2; S3, which S2 promises to, wants y next.
fn does_not_hear_of_a_slot(variants: &[&str]) -> Lab<MultiPaxos> {
    let mut lab = multi(3, variants);
    lab.prepare_with(1, &[2]);
    lab.ask(1, 1, "x");
    lab.accept_in(1, 1, &[2]);
    lab.prepare_with(3, &[2]);
    lab.ask(2, 3, "y");
    lab.accept_in(1, 3, &[2]);
    lab
}

/// S1 has accepted x in slot 1, S2 and S3 have chosen y in a higher ballot; S1 hears of both.
fn takes_any_report_of_a_slot(variants: &[&str]) -> Lab<MultiPaxos> {
    let mut lab = multi(3, variants);
    lab.prepare_with(1, &[2]);
    lab.ask(1, 1, "x");
    lab.prepare_with(3, &[2]);
    lab.ask(2, 3, "y");
    lab.accept_in(1, 3, &[2]);
    lab.drop_all();
    lab.prepare_with(1, &[2]);
    lab.accept_in(1, 1, &[2]);
    lab
}

/// S1 leads with S2, S5 with S4, and of five acceptors no other takes part.
fn leads_with_two(variants: &[&str]) -> Lab<MultiPaxos> {
    let mut lab = multi(5, variants);
    for (client, leader, other, text) in [(1, 1, 2, "x"), (2, 5, 4, "y")] {
        lab.prepare_with(leader, &[other]);
        lab.ask(client, leader, text);
        lab.accept_in(1, leader, &[other]);
    }
    lab
}

/// S1 learns that slot 2 is chosen before it learns of slot 1; S2 learns of both in order.
fn learns_out_of_order(variants: &[&str]) -> Lab<MultiPaxos> {
    let mut lab = multi(3, variants);
    lab.prepare_with(1, &[2]);
    lab.ask(1, 1, "x=1");
    lab.ask(2, 1, "x=2");
    lab.accept_in(2, 1, &[2]);
    lab.accept_in(1, 1, &[2]);
    let told = lab.flights(n(1), n(2)).into_iter().rev();
    for id in told.collect::<Vec<_>>() {
        lab.act(Action::Deliver(id));
    }
    lab
}

/// A copy of a client's request reaches the leader when the request has been executed.
fn hears_a_request_twice(variants: &[&str]) -> Lab<MultiPaxos> {
    let mut lab = multi(3, variants);
    lab.elect(1);
    lab.submit(1, 1, "n+1");
    let request = lab.flights(ClientId(1), n(1))[0];
    lab.act(Action::Duplicate(request));
    lab.settle();
    lab
}

/// Each of the usual mistakes in Multi-Paxos is caught by the property that it names.
#[test]
fn the_mistakes_of_multi_paxos_are_caught() {
    all_have_stories::<MultiPaxos>(&[
        ("forget_promise", breaks_a_promise_in_a_slot),
        ("promise_hides_accepted", does_not_hear_of_a_slot),
        ("any_reported_value", takes_any_report_of_a_slot),
        ("skip_phase_1", does_not_hear_of_a_slot),
        ("gaps_left", |variants| {
            multi_paxos_stories::gap_filled(variants, Mood::Lenient)
        }),
        ("disjoint_quorums", leads_with_two),
        ("apply_out_of_order", learns_out_of_order),
        ("no_sessions", hears_a_request_twice),
    ]);
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
