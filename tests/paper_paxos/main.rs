//! Paxos, sentence by sentence: each test quotes what Lamport, *Paxos Made Simple* (2001), says
//! and holds the engine to it. `quorums.rs` does so for *Flexible Paxos* (2016).

#[path = "../common/mod.rs"]
mod common;

mod acceptors;
mod clusters;
mod learners;
mod proposers;
mod quorums;
mod single;
mod variants;
