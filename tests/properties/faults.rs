//! Each protocol as it is, under every fault, loses nothing.

use crate::random::random_runs;
use quorumscope::protocol::multi_paxos::MultiPaxos;
use quorumscope::protocol::paxos::Paxos;
use quorumscope::protocol::raft::Raft;
use quorumscope::protocol::two_phase::TwoPhase;

/// Five servers, every fault, the extensions alone, all together and as they come: Election Safety,
/// Leader Append-Only, Log Matching, Leader Completeness and State Machine Safety hold at each
/// step, and what clients are told is linearizable.
#[test]
fn raft_is_safe_under_faults() {
    random_runs::<Raft>();
}

/// Five nodes, every fault: Agreement, Validity, and the promises' and ballots' monotonicity hold
/// at each step, and all clients are told one value.
#[test]
fn paxos_is_safe_under_faults() {
    random_runs::<Paxos>();
}

/// Five nodes, every fault: no two nodes decide differently, no decision is reversed, and nothing
/// is committed that somebody has not voted yes to.
#[test]
fn two_phase_commit_is_safe_under_faults() {
    let tally = random_runs::<TwoPhase>();
    assert!(
        tally.commits > tally.runs,
        "hardly anything is committed: {tally:?}"
    );
}

/// Five nodes, every fault: what holds in Paxos holds in every slot, and all replicas execute the
/// same commands in the same order, each once, and what clients are told is linearizable.
#[test]
fn multi_paxos_is_safe_under_faults() {
    random_runs::<MultiPaxos>();
}
