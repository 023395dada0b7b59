//! Raft, sentence by sentence: each test quotes what Ongaro and Ousterhout, *In Search of an
//! Understandable Consensus Algorithm* (extended version, 2014), say and holds the engine to it.

mod common;

#[path = "paper_raft/clients.rs"]
mod clients;
#[path = "paper_raft/elections.rs"]
mod elections;
#[path = "paper_raft/figures.rs"]
mod figures;
#[path = "paper_raft/membership.rs"]
mod membership;
#[path = "paper_raft/replication.rs"]
mod replication;
#[path = "paper_raft/safety.rs"]
mod safety;
#[path = "paper_raft/server.rs"]
mod server;
#[path = "paper_raft/snapshots.rs"]
mod snapshots;
