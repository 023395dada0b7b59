//! The properties of Paxos.

use super::{FINE, Watch, ballot};
use crate::common::{n, value};
use quorumscope::protocol::paxos::{self, Paxos};
use quorumscope::protocol::{Cluster, Fact, Protocol};

fn paxos() -> Watch<Paxos> {
    let mut watch = Watch::new(Paxos::new(Cluster::of(3)).unwrap());
    for text in ["x", "y"] {
        watch.protocol.submitted(&mut watch.monitor, &value(text));
    }
    watch
}

fn accepted(round: u32, text: &str) -> Fact {
    Fact::Accepted {
        ballot: ballot(round),
        value: value(text),
    }
}

fn learned(round: u32, text: &str) -> Fact {
    Fact::Learned {
        ballot: ballot(round),
        value: value(text),
    }
}

/// Two of three accept one value, and two of three another; one each is no choice.
#[test]
fn agreement_of_what_is_chosen() {
    let mut watch = paxos();
    assert_eq!(watch.did(1, accepted(1, "x")), FINE);
    assert_eq!(watch.did(3, accepted(2, "y")), FINE);
    assert_eq!(watch.did(2, accepted(1, "x")), FINE);
    assert_eq!(watch.did(2, accepted(2, "y")), ["paxos.agreement"]);
}

/// A value is chosen, whether anybody knows it or not: a learner must not learn another.
#[test]
fn agreement_of_what_is_learned() {
    let mut watch = paxos();
    watch.did(1, accepted(1, "x"));
    watch.did(2, accepted(1, "x"));
    assert_eq!(watch.did(3, learned(1, "x")), FINE);
    assert_eq!(watch.did(3, learned(2, "y")), ["paxos.agreement"]);
}

/// Nobody asked for the value that is chosen.
#[test]
fn validity() {
    let mut watch = paxos();
    assert_eq!(watch.did(1, accepted(1, "z")), FINE);
    assert_eq!(watch.did(2, accepted(1, "z")), ["paxos.validity"]);
}

/// A promise falls, or is forgotten; it may stay and rise.
#[test]
fn promises() {
    let promised = |round: Option<u32>| {
        let disk = paxos::Durable {
            promised: round.map(ballot),
            ..paxos::Durable::default()
        };
        Paxos::new(Cluster::of(3)).unwrap().boot(n(1), &disk)
    };
    let mut watch = paxos();
    for round in [1, 1, 5] {
        assert_eq!(watch.see(1, promised(Some(round)), &[]), FINE);
    }
    assert_eq!(watch.see(1, promised(Some(4)), &[]), ["paxos.promises"]);
    assert_eq!(watch.see(1, promised(None), &[]), ["paxos.promises"]);
}

/// A proposer begins a ballot that it has begun before, or a lower one.
#[test]
fn ballots_rise() {
    let begins = |round| Fact::BecameRole {
        role: "preparing",
        epoch: ballot(round),
    };
    for (again, sound) in [(3, true), (2, false), (1, false)] {
        let mut watch = paxos();
        assert_eq!(watch.did(1, begins(2)), FINE);
        assert_eq!(
            watch.did(2, begins(1)),
            FINE,
            "another proposer's are its own"
        );
        let lost = watch.did(1, begins(again));
        assert_eq!(lost.is_empty(), sound, "{again}");
        assert!(lost.iter().all(|id| *id == "paxos.ballots"));
    }
}

/// A ballot has one value.
#[test]
fn a_ballot_has_one_value() {
    let proposed = |round, text| Fact::Proposed {
        ballot: ballot(round),
        value: value(text),
    };
    let mut watch = paxos();
    assert_eq!(watch.did(1, proposed(1, "x")), FINE);
    assert_eq!(watch.did(1, proposed(2, "y")), FINE);
    assert_eq!(watch.did(1, proposed(1, "y")), ["paxos.ballots"]);
}
