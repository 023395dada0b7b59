//! Raft, sentence by sentence: each test quotes what Ongaro and Ousterhout, *In Search of an
//! Understandable Consensus Algorithm* (extended version, 2014), say and holds the engine to it; the
//! extensions are from Ongaro's thesis, *Consensus: Bridging Theory and Practice* (2014).

#[path = "../common/mod.rs"]
mod common;

mod clients;
mod elections;
mod figures;
mod leases;
mod membership;
mod reads;
mod replication;
mod safety;
mod server;
mod snapshots;
mod together;
mod transfers;
