//! Why not: what an answer claims is held against the engine. "Never" against whatever can happen,
//! "blocked" against all that leaves nodes and links as they are, and "open" by doing it.

#[path = "../common/mod.rs"]
mod common;

mod asking;
mod claims;
mod multi_paxos;
mod paxos;
mod raft;
mod two_phase;
