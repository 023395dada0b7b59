//! What several tests use. Each test program uses a part of it.
#![allow(dead_code, unused_imports)]

pub mod chaos;
pub mod lab;
pub mod membership_stories;
pub mod multi_paxos_stories;
pub mod paxos_mistakes;
pub mod paxos_stories;
pub mod raft_stories;
pub mod record;
pub mod two_phase_stories;

pub use lab::{Known, Lab, Mood, n, scenario, value, watched};
