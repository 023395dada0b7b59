//! Multi-Paxos, sentence by sentence: each test quotes what Lamport, *Paxos Made Simple* (2001),
//! §3, says, or what completes it, and holds the engine to it.

#[path = "../common/mod.rs"]
mod common;

mod catching_up;
mod clients;
mod leaders;
mod phases;
mod quorums;
mod single;
mod slots;
