//! Random runs: every fault, all properties at each step, and a good end once all is mended.

use crate::common::chaos::{Chaos, Rng, some_extensions, sound_scenarios};
use crate::common::{Known, scenario, value, watched};
use quorumscope::check::Watched;
use quorumscope::protocol::{Answer, ClientId, Effect, Fact, Protocol, Variant};
use quorumscope::share::Run;
use quorumscope::world::{Action, Event, Network, PERMILLE, Scenario};

/// How many random runs of each protocol there are where nobody says.
const RUNS: u64 = 150;
/// How many actions a random run has.
const ACTIONS: usize = 300;
/// How many events the scheduler gets to bring everything to a good end.
pub const HAPPY_EVENTS: usize = 5000;

pub fn runs() -> u64 {
    let runs = std::env::var("QUORUMSCOPE_RUNS").ok();
    runs.map_or(RUNS, |runs| {
        runs.parse().expect("QUORUMSCOPE_RUNS is a number")
    })
}

/// What a set of random runs came to.
#[derive(Debug, Default)]
pub struct Tally {
    pub runs: u64,
    actions: u64,
    /// Runs in which something was committed or chosen while faults went on.
    decided: u64,
    /// Nodes that committed a transaction, all of which must be willing.
    pub commits: u64,
    /// Answers to clients, all of which must fit one order of their operations.
    answers: u64,
    crashes: u64,
    lost: u64,
    duplicated: u64,
}

impl Tally {
    fn count<M>(&mut self, event: &Event<M>) -> bool {
        match event {
            Event::Crashed(_) => self.crashes += 1,
            Event::Lost(..) => self.lost += 1,
            Event::Told(_, reply) => {
                self.answers += u64::from(matches!(reply.answer, Answer::Done(_)));
            }
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
/// have once all faults are mended, unless a variant is known to prevent it.
fn random_run<P: Known>(scenario: &Scenario, seed: u64, tally: &mut Tally) {
    let (mut watched, mut actions) = under_faults::<P>(scenario, seed, tally);
    // That no answer contradicts another says something only where all were considered.
    assert!(!watched.clients().is_undecided());
    if may_stall::<P>(scenario) {
        return;
    }
    mend(&mut watched, &mut actions);
    if can_be_disturbed(scenario) {
        still_commits(&mut watched, scenario, seed, &mut actions);
    } else {
        bring_to_an_end(&mut watched, scenario, seed, &mut actions);
    }
}

/// The part of a random run in which there are faults.
pub fn under_faults<P: Known>(
    scenario: &Scenario,
    seed: u64,
    tally: &mut Tally,
) -> (Watched<P>, Vec<Action>) {
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
    (watched, actions)
}

/// Whether a variant of the scenario may bring the cluster to a standstill.
fn may_stall<P: Known>(scenario: &Scenario) -> bool {
    let on = |it: &&Variant| scenario.cluster.variants.contains(it.id);
    let mut variants = P::ABOUT.variants.iter().filter(on);
    variants.any(|it| it.effect == Effect::Stalls)
}

/// A client's last wish.
fn wish() -> Action {
    Action::Submit {
        client: ClientId(1),
        to: None,
        value: value("last"),
    }
}

/// Whether servers that were removed can go on disturbing the others. Nobody tells them, so they
/// start elections for ever (Raft, §6: "the third issue"), and a small cluster may hardly come to
/// answer anybody, unless servers that hear a leader disregard them (thesis, §4.2.3). Even then their
/// terms rise, and one that is to be added again deposes the leader by its first answer, time and
/// again, unless nobody enters a term that cannot be won (§9.6).
fn can_be_disturbed(scenario: &Scenario) -> bool {
    let on = |it: &str| scenario.cluster.variants.contains(it);
    let changes = on("single_server") || on("joint_consensus");
    changes && !(on("check_quorum") && on("pre_vote"))
}

/// What is left of liveness then: leaders are elected and commit.
fn still_commits<P: Protocol>(
    watched: &mut Watched<P>,
    scenario: &Scenario,
    seed: u64,
    actions: &mut Vec<Action>,
) {
    let mut next = wish();
    for _ in 0..HAPPY_EVENTS {
        let step = watched.apply(&next).unwrap();
        actions.push(next);
        assert_sound(watched, scenario, seed, actions);
        let commits = |event: &Event<_>| matches!(event, Event::Fact(_, Fact::Committed { .. }));
        if step.events.iter().any(commits) {
            return;
        }
        next = Action::Next;
    }
    panic!("nothing is committed in {}", file(scenario, seed, actions));
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
    let mut next = wish();
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

pub fn random_runs<P: Known>() -> Tally {
    let scenarios = sound_scenarios(P::ABOUT.key);
    let mut tally = Tally::default();
    for seed in 0..runs() {
        // Two seeds in a row, an orderly and a wild one, share a scenario; of three such pairs, one
        // has extensions as they come.
        let pair = seed / 2;
        let scenario = match pair % 3 {
            0 => some_extensions(P::ABOUT, &mut Rng::new(pair)),
            _ => scenarios[(pair - pair / 3 - 1) as usize % scenarios.len()].clone(),
        };
        random_run::<P>(&scenario, seed, &mut tally);
    }
    println!("{}: no property lost in {tally:?}", P::ABOUT.key);
    assert_eq!(tally.runs, runs());
    let rates = [
        tally.decided,
        tally.answers,
        tally.crashes,
        tally.lost,
        tally.duplicated,
    ];
    assert!(
        rates.iter().all(|count| *count * 2 > tally.runs),
        "the runs are too tame: {tally:?}"
    );
    tally
}

/// How many random runs a control gets where nobody says.
const CONTROL_RUNS: u64 = 20;

/// Forms that are said to lose nothing, although a rule is broken, lose nothing under faults; what
/// cannot even stall also comes to a good end.
pub fn controls_lose_nothing<P: Known>() {
    let runs = runs() * CONTROL_RUNS / RUNS;
    let harmless = |it: &&Variant| matches!(it.effect, Effect::Stalls | Effect::Harmless);
    for variant in P::ABOUT.variants.iter().filter(harmless) {
        for seed in 0..runs {
            let mut scenario = scenario(P::ABOUT.key, 3 + 2 * (seed as u8 % 2), &[variant.id]);
            scenario.clients = 3;
            random_run::<P>(&scenario, seed, &mut Tally::default());
        }
    }
}
