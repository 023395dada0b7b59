//! The properties of two-phase commit.

use super::{FINE, Watch, ballot};
use quorumscope::protocol::two_phase::TwoPhase;
use quorumscope::protocol::{Cluster, Fact};

fn two_phase() -> Watch<TwoPhase> {
    Watch::new(TwoPhase::new(Cluster::of(3)).unwrap())
}

fn votes(number: u32, yes: bool) -> Fact {
    let epoch = ballot(number);
    Fact::Voted { epoch, yes }
}

fn decides(number: u32, commit: bool) -> Fact {
    Fact::Decided {
        epoch: ballot(number),
        value: None,
        commit,
    }
}

/// Two nodes decide differently on one transaction; not on two.
#[test]
fn atomic_commitment_agreement() {
    let mut watch = two_phase();
    for id in 1..=3 {
        assert_eq!(watch.did(id, votes(1, true)), FINE);
    }
    assert_eq!(watch.did(1, decides(1, true)), FINE);
    assert_eq!(watch.did(2, decides(1, true)), FINE);
    assert_eq!(watch.did(3, decides(2, false)), FINE);
    assert_eq!(watch.did(3, decides(1, false)), ["two_phase.agreement"; 2]);
}

/// A node decides differently than before; deciding the same again is no reversal.
#[test]
fn atomic_commitment_stability() {
    let mut watch = two_phase();
    for id in 1..=3 {
        watch.did(id, votes(1, true));
    }
    assert_eq!(watch.did(1, decides(1, false)), FINE);
    assert_eq!(watch.did(1, decides(1, false)), FINE);
    assert_eq!(watch.did(1, decides(1, true)), ["two_phase.stability"]);
}

/// Committed without somebody's yes, or in spite of its no; not aborted.
#[test]
fn atomic_commitment_needs_every_yes() {
    let mut watch = two_phase();
    watch.did(1, votes(1, true));
    watch.did(2, votes(1, true));
    watch.did(3, votes(1, false));
    watch.did(3, votes(2, true));
    assert_eq!(watch.did(2, decides(2, false)), FINE);
    assert_eq!(watch.did(1, decides(1, true)), ["two_phase.all_yes"]);
}
