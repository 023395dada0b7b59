//! Writes a random run with every fault as a run's file:
//! `cargo run --example random_run -- PROTOCOL SEED COUNT > RUN.json`.

use std::process::ExitCode;

use quorumscope::protocol::multi_paxos::MultiPaxos;
use quorumscope::protocol::paxos::Paxos;
use quorumscope::protocol::raft::Raft;
use quorumscope::protocol::two_phase::TwoPhase;

#[path = "../tests/common/mod.rs"]
mod common;

use common::chaos::Chaos;
use common::{Known, Lab, Mood, scenario};

fn main() -> ExitCode {
    let args: Vec<String> = std::env::args().skip(1).collect();
    let [protocol, seed, count] = args.as_slice() else {
        eprintln!("usage: random_run PROTOCOL SEED COUNT");
        return ExitCode::FAILURE;
    };
    let (Ok(seed), Ok(count)) = (seed.parse(), count.parse()) else {
        eprintln!("SEED and COUNT are whole numbers");
        return ExitCode::FAILURE;
    };
    let json = match protocol.as_str() {
        "paxos" => random_run::<Paxos>(protocol, seed, count),
        "raft" => random_run::<Raft>(protocol, seed, count),
        "multi_paxos" => random_run::<MultiPaxos>(protocol, seed, count),
        "two_phase" => random_run::<TwoPhase>(protocol, seed, count),
        _ => {
            eprintln!("PROTOCOL is paxos, multi_paxos, raft or two_phase");
            return ExitCode::FAILURE;
        }
    };
    println!("{json}");
    ExitCode::SUCCESS
}

fn random_run<P: Known>(protocol: &str, seed: u32, count: usize) -> String {
    let mut chaos = Chaos::new(seed.into());
    let mut lab = Lab::<P>::of(&scenario(protocol, 5, &[]), seed, Mood::Strict);
    for _ in 0..count {
        let action = chaos.action(lab.world());
        lab.act(action);
    }
    lab.run().to_json()
}
