//! One fact holds the lab together: a state is a pure function of a run and a cursor.

mod common;

#[path = "determinism/errors.rs"]
mod errors;
#[path = "determinism/known.rs"]
mod known;
#[path = "determinism/randomness.rs"]
mod randomness;

use common::Known;
use common::chaos::{Chaos, sound_scenarios};
use quorumscope::history::{BranchId, Timeline};
use quorumscope::protocol::multi_paxos::MultiPaxos;
use quorumscope::protocol::paxos::Paxos;
use quorumscope::protocol::raft::Raft;
use quorumscope::protocol::registry::Any;
use quorumscope::protocol::two_phase::TwoPhase;
use quorumscope::world::{Action, Event, Scenario};

/// How many actions a random run has.
const ACTIONS: usize = 1000;

/// All that a moment holds: the world's hash, what is remembered to check the properties, what was
/// before, and what the last action caused.
type Moment = (u64, Vec<u8>, usize, Vec<u8>, String);

fn moment<P: Known>(timeline: &Timeline<P>) -> Moment {
    let now = timeline.current();
    let monitors = (now.monitor(), now.clients());
    let monitor = postcard::to_allocvec(&monitors).expect("a monitor can be written");
    let before = postcard::to_allocvec(now.before()).expect("nodes can be written");
    let violations = now.violations().len();
    (
        now.world().hash(),
        monitor,
        violations,
        before,
        cause(timeline),
    )
}

/// What the last action caused, and why.
fn cause<P: Known>(timeline: &Timeline<P>) -> String {
    let Some(step) = timeline.last() else {
        return "the start".into();
    };
    let event = |event: &Event<P::Message>| format!("{event:?}");
    let events = step.events.iter().map(event);
    let notes = step
        .notes
        .iter()
        .map(|(at, note)| format!("{at} {} {:?}", note.rule.id, note.args));
    events.chain(notes).collect()
}

fn timeline<P: Known>(scenario: &Scenario, seed: u32) -> Timeline<P> {
    Timeline::new(P::open(scenario), scenario, seed).unwrap()
}

/// Runs a protocol in all its sound forms.
fn each_scenario<P: Known>(test: impl Fn(&Scenario, u32)) {
    for (seed, scenario) in sound_scenarios(P::ABOUT.key).iter().enumerate() {
        test(scenario, seed as u32 + 1);
    }
}

/// A random run, and the moment after each of its actions, the first moment included.
fn random_run<P: Known>(scenario: &Scenario, seed: u32) -> (Timeline<P>, Vec<Moment>) {
    let mut timeline = timeline(scenario, seed);
    let mut chaos = Chaos::rich(seed.into());
    let mut moments = vec![moment(&timeline)];
    for _ in 0..ACTIONS {
        let action = chaos.action(timeline.current().world());
        timeline.act(action).unwrap();
        moments.push(moment(&timeline));
    }
    (timeline, moments)
}

/// Back one by one to the first moment, and forward again one by one.
fn walks_back_and_forward<P: Known>(scenario: &Scenario, seed: u32) {
    let (mut timeline, moments) = random_run::<P>(scenario, seed);
    for position in (0..=ACTIONS).rev().chain(0..=ACTIONS) {
        timeline.seek(position);
        assert_eq!(timeline.position(), position);
        assert!(
            moment(&timeline) == moments[position],
            "seed {seed}, position {position}"
        );
    }
}

/// Jumps to random moments.
fn jumps<P: Known>(scenario: &Scenario, seed: u32) {
    let (mut timeline, moments) = random_run::<P>(scenario, seed);
    let mut chaos = Chaos::new(7);
    for _ in 0..200 {
        let position = chaos.rng.below(ACTIONS + 1);
        timeline.seek(position);
        assert!(
            moment(&timeline) == moments[position],
            "seed {seed}, position {position}"
        );
    }
}

/// The same run twice gives the same moments.
fn repeats<P: Known>(scenario: &Scenario, seed: u32) {
    let (first, moments) = random_run::<P>(scenario, seed);
    let mut second = timeline::<P>(scenario, seed);
    for (position, action) in first.actions().enumerate() {
        assert!(
            moment(&second) == moments[position],
            "seed {seed}, position {position}"
        );
        second.act(action.clone()).unwrap();
    }
}

/// A tree of branches, each begun at a random moment of another one. Whatever branch the cursor
/// is on, a moment is that of replaying the branch's actions from the start.
fn branches<P: Known>(scenario: &Scenario, seed: u32) {
    let mut timeline = timeline::<P>(scenario, seed);
    let mut chaos = Chaos::rich(seed.into());
    let mut lines: Vec<Vec<Moment>> = vec![vec![moment(&timeline)]];
    for _ in 0..ACTIONS {
        match chaos.rng.below(60) {
            0 => timeline.seek(chaos.rng.below(timeline.len() + 1)),
            1 => timeline.switch(BranchId(chaos.rng.below(timeline.branches().len()) as u32)),
            _ => {
                let before = timeline.branch();
                let (position, count) = (timeline.position(), timeline.branches().len());
                let action = chaos.action(timeline.current().world());
                timeline.act(action).unwrap();
                if timeline.branches().len() > count {
                    let shared = lines[before.0 as usize][..=position].to_vec();
                    lines.push(shared);
                }
                let line = &mut lines[timeline.branch().0 as usize];
                if line.len() == timeline.position() {
                    line.push(moment(&timeline));
                }
            }
        }
        let line = &lines[timeline.branch().0 as usize];
        assert_eq!(line.len(), timeline.len() + 1);
        let known = line[timeline.position()] == moment(&timeline);
        assert!(
            known,
            "seed {seed}, {:?}, position {}",
            timeline.branch(),
            timeline.position()
        );
    }
    assert!(
        lines.len() > 3,
        "the run has hardly any branches: {}",
        lines.len()
    );
}

/// What the scenario prepares belongs to no action: the start shows nothing before it, and one
/// cannot go back into it.
#[test]
fn prepared_actions_come_before_the_start() {
    let mut scenario = common::scenario("raft", 3, &[]);
    scenario.prepared = vec![Action::Next; 20];
    let mut timeline = timeline::<Raft>(&scenario, 1);
    assert!(timeline.current().world().now() > 0);
    assert!(timeline.current().before().is_empty());
    let start = moment(&timeline);
    timeline.act(Action::Next).unwrap();
    timeline.seek(0);
    assert!(moment(&timeline) == start);
    assert_eq!((timeline.position(), timeline.len()), (0, 1));
}

/// Whichever protocol a scenario names, the world that is compiled for any of them has the same
/// states, bit by bit, as the one for that protocol alone.
fn any_is_the_same<P: Known>(scenario: &Scenario, seed: u32) {
    let (run, moments) = random_run::<P>(scenario, seed);
    let protocol = Any::open(&scenario.protocol, &scenario.cluster).unwrap();
    let mut timeline = Timeline::new(protocol, scenario, seed).unwrap();
    for (action, (hash, monitor, ..)) in run.actions().zip(&moments[1..]) {
        timeline.act(action.clone()).unwrap();
        let now = timeline.current();
        assert_eq!(now.world().hash(), *hash);
        let monitors = (now.monitor(), now.clients());
        assert_eq!(postcard::to_allocvec(&monitors).unwrap(), *monitor);
    }
}

macro_rules! for_all {
    ($($(#[$doc:meta])* $name:ident: $test:ident;)*) => {$(
        mod $name {
            use super::*;

            $(#[$doc])*
            #[test]
            fn in_raft() {
                each_scenario::<Raft>($test::<Raft>);
            }

            $(#[$doc])*
            #[test]
            fn in_paxos() {
                each_scenario::<Paxos>($test::<Paxos>);
            }

            $(#[$doc])*
            #[test]
            fn in_two_phase_commit() {
                each_scenario::<TwoPhase>($test::<TwoPhase>);
            }

            $(#[$doc])*
            #[test]
            fn in_multi_paxos() {
                each_scenario::<MultiPaxos>($test::<MultiPaxos>);
            }
        }
    )*};
}

for_all! {
    /// Back from any moment to the first and forward again gives equal states, bit by bit.
    back_and_forward_is_exact: walks_back_and_forward;
    /// So does a jump to any moment.
    jumps_are_exact: jumps;
    /// The same run twice gives equal states.
    runs_repeat: repeats;
    /// And so it is on every branch of a tree, wherever one switches.
    branches_are_exact: branches;
    /// The world that any protocol shares differs in nothing.
    any_protocol_is_exact: any_is_the_same;
}
