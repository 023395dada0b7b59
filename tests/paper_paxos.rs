//! Paxos, sentence by sentence: each test quotes what Lamport, *Paxos Made Simple* (2001), says
//! and holds the engine to it. `quorums.rs` does so for *Flexible Paxos* (2016).

mod common;

#[path = "paper_paxos/acceptors.rs"]
mod acceptors;
#[path = "paper_paxos/clusters.rs"]
mod clusters;
#[path = "paper_paxos/learners.rs"]
mod learners;
#[path = "paper_paxos/proposers.rs"]
mod proposers;
#[path = "paper_paxos/quorums.rs"]
mod quorums;
#[path = "paper_paxos/single.rs"]
mod single;
#[path = "paper_paxos/variants.rs"]
mod variants;
