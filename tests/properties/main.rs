//! Safety under every fault, and what happens to each protocol when a rule of it is broken.
//!
//! `QUORUMSCOPE_RUNS=10000 cargo test --release --test properties -- --nocapture` makes that many
//! random runs of each protocol.

#[path = "../common/mod.rs"]
mod common;

mod faults;
mod multi_paxos;
mod paxos;
mod raft;
mod random;
mod stories;
mod two_phase;
