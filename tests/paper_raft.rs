//! Raft, sentence by sentence: each test quotes what Ongaro and Ousterhout, *In Search of an
//! Understandable Consensus Algorithm* (extended version, 2014), say and holds the engine to it; the
//! extensions are from Ongaro's thesis, *Consensus: Bridging Theory and Practice* (2014).

mod common;

#[path = "paper_raft/clients.rs"]
mod clients;
#[path = "paper_raft/elections.rs"]
mod elections;
#[path = "paper_raft/figures.rs"]
mod figures;
#[path = "paper_raft/leases.rs"]
mod leases;
#[path = "paper_raft/membership.rs"]
mod membership;
#[path = "paper_raft/reads.rs"]
mod reads;
#[path = "paper_raft/replication.rs"]
mod replication;
#[path = "paper_raft/safety.rs"]
mod safety;
#[path = "paper_raft/server.rs"]
mod server;
#[path = "paper_raft/snapshots.rs"]
mod snapshots;
#[path = "paper_raft/together.rs"]
mod together;
#[path = "paper_raft/transfers.rs"]
mod transfers;
