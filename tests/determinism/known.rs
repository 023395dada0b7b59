//! Runs whose last state is known: whatever changes what the engine does is noticed here, and the
//! page must come to the same states as this native program.
//!
//! Where a change is meant, `QUORUMSCOPE_BLESS=1 cargo test --test determinism` writes the files
//! anew.

use std::path::{Path, PathBuf};

use quorumscope::protocol::multi_paxos::MultiPaxos;
use quorumscope::protocol::paxos::Paxos;
use quorumscope::protocol::raft::Raft;
use quorumscope::protocol::two_phase::TwoPhase;
use quorumscope::share::Run;
use quorumscope::world::{Action, Scenario};

use crate::common::chaos::{Chaos, sound_scenarios};
use crate::common::{Known, Lab, Mood, scenario, value};

/// The runs' files: what each is called, and how it is made.
fn all() -> Vec<(&'static str, Run)> {
    let raft = sound_scenarios("raft");
    let paxos = sound_scenarios("paxos");
    let two_phase = sound_scenarios("two_phase");
    vec![
        ("raft-quiet", quiet::<Raft>(&scenario("raft", 5, &[]))),
        ("raft-faults", faults::<Raft>(&raft[0], 2)),
        ("raft-wild", faults::<Raft>(&raft[0], 3)),
        ("raft-extensions", faults::<Raft>(&raft[3], 4)),
        ("raft-members", faults::<Raft>(&raft[8], 8)),
        ("raft-nine", faults::<Raft>(&scenario("raft", 9, &[]), 5)),
        ("paxos-quiet", quiet::<Paxos>(&scenario("paxos", 5, &[]))),
        ("paxos-faults", faults::<Paxos>(&paxos[0], 2)),
        ("paxos-wild", faults::<Paxos>(&paxos[0], 3)),
        ("paxos-silent", faults::<Paxos>(&paxos[1], 4)),
        ("paxos-roles", faults::<Paxos>(&paxos[2], 6)),
        (
            "paxos-broken",
            faults::<Paxos>(&scenario("paxos", 3, &["own_value_always"]), 2),
        ),
        (
            "raft-broken",
            faults::<Raft>(&scenario("raft", 3, &["vote_twice"]), 7),
        ),
        (
            "two_phase-quiet",
            quiet::<TwoPhase>(&scenario("two_phase", 5, &[])),
        ),
        ("two_phase-faults", faults::<TwoPhase>(&two_phase[0], 2)),
        ("two_phase-wild", faults::<TwoPhase>(&two_phase[0], 3)),
        ("two_phase-roles", faults::<TwoPhase>(&two_phase[1], 4)),
        (
            "two_phase-broken",
            faults::<TwoPhase>(&scenario("two_phase", 3, &["unilateral_abort"]), 2),
        ),
        (
            "multi_paxos-quiet",
            quiet::<MultiPaxos>(&scenario("multi_paxos", 5, &[])),
        ),
        (
            "multi_paxos-wild",
            faults::<MultiPaxos>(&sound_scenarios("multi_paxos")[0], 3),
        ),
    ]
}

/// Nothing but the scheduler, and one wish.
fn quiet<P: Known>(scenario: &Scenario) -> Run {
    let mut lab = Lab::<P>::of(scenario, 1, Mood::Strict);
    lab.act(Action::Submit {
        client: quorumscope::protocol::ClientId(1),
        to: None,
        value: value("x"),
    });
    for _ in 0..150 {
        if lab.world().next().is_some() {
            lab.act(Action::Next);
        }
    }
    lab.run()
}

/// Everything that can happen.
fn faults<P: Known>(scenario: &Scenario, seed: u32) -> Run {
    let mut lab = Lab::<P>::of(scenario, seed, Mood::Lenient);
    let mut chaos = Chaos::new(seed.into());
    for _ in 0..200 {
        let action = chaos.action(lab.world());
        lab.act(action);
    }
    lab.run()
}

fn path(name: &str) -> PathBuf {
    let runs = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/runs");
    runs.join(format!("{name}.json"))
}

/// Applies a run's actions and gives the last state's hash.
fn replay<P: Known>(run: &Run) -> u64 {
    let mut lab = Lab::<P>::of(&run.scenario, run.seed, Mood::Lenient);
    for action in &run.actions {
        let done = lab.attempt(action);
        done.unwrap_or_else(|error| panic!("{action:?}: {error}"));
    }
    lab.world().hash()
}

/// Each file's run ends in the state that the file names.
#[test]
fn known_runs_end_in_known_states() {
    if std::env::var_os("QUORUMSCOPE_BLESS").is_some() {
        for (name, run) in all() {
            std::fs::write(path(name), run.to_json() + "\n").unwrap();
        }
    }
    for (name, _) in all() {
        let text = std::fs::read_to_string(path(name)).unwrap();
        let run = Run::from_json(&text).unwrap();
        let hash = match run.scenario.protocol.as_str() {
            "raft" => replay::<Raft>(&run),
            "two_phase" => replay::<TwoPhase>(&run),
            "multi_paxos" => replay::<MultiPaxos>(&run),
            _ => replay::<Paxos>(&run),
        };
        assert_eq!(
            Some(hash),
            run.hash,
            "the engine now brings {name} to another state; if that is meant, see this file's head"
        );
    }
}
