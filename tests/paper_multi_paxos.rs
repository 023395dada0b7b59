//! Multi-Paxos, sentence by sentence: each test quotes what Lamport, *Paxos Made Simple* (2001),
//! §3, says, or what completes it, and holds the engine to it.

mod common;

#[path = "paper_multi_paxos/catching_up.rs"]
mod catching_up;
#[path = "paper_multi_paxos/clients.rs"]
mod clients;
#[path = "paper_multi_paxos/leaders.rs"]
mod leaders;
#[path = "paper_multi_paxos/phases.rs"]
mod phases;
#[path = "paper_multi_paxos/quorums.rs"]
mod quorums;
#[path = "paper_multi_paxos/single.rs"]
mod single;
#[path = "paper_multi_paxos/slots.rs"]
mod slots;
