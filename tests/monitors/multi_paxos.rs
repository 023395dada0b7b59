//! The properties of Multi-Paxos.

use super::{FINE, Watch, applied, ballot};
use crate::common::{n, value};
use quorumscope::protocol::multi_paxos::{self, MultiPaxos};
use quorumscope::protocol::{ClientId, Cluster, Decree, Fact, Protocol, Request};

fn multi(cluster: Cluster) -> Watch<MultiPaxos> {
    let mut watch = Watch::new(MultiPaxos::new(cluster).unwrap());
    for text in ["x", "y"] {
        watch.protocol.submitted(&mut watch.monitor, &value(text));
    }
    watch
}

/// A client's first request.
fn decree(client: u8, text: &str) -> Decree {
    Decree::Command {
        client: ClientId(client),
        request: Request {
            sequence: 1,
            command: value(text),
        },
    }
}

fn accepted_at(slot: u32, round: u32, decree: Decree) -> Fact {
    Fact::AcceptedAt {
        slot,
        ballot: ballot(round),
        decree,
    }
}

fn learned_at(slot: u32, decree: Decree) -> Fact {
    Fact::LearnedAt { slot, decree }
}

/// Two values are chosen in one slot: by acceptors in two ballots, or as a replica believes; not
/// in two slots, and not by one acceptor each. The same words of two clients are two values, and so
/// are a command and a no-op.
#[test]
fn agreement_in_each_slot() {
    for other in [decree(1, "y"), decree(2, "x"), Decree::NoOp] {
        let mut watch = multi(Cluster::of(3));
        let first = decree(1, "x");
        assert_eq!(watch.did(1, accepted_at(1, 1, first.clone())), FINE);
        assert_eq!(watch.did(3, accepted_at(1, 2, other.clone())), FINE);
        assert_eq!(watch.did(2, accepted_at(1, 1, first.clone())), FINE);
        assert_eq!(watch.did(1, accepted_at(2, 2, other.clone())), FINE);
        assert_eq!(watch.did(2, accepted_at(2, 2, other.clone())), FINE);
        assert_eq!(watch.did(1, learned_at(1, first)), FINE);
        let mut told = watch.nodes[&n(2)].clone();
        told.tries = 1;
        let lost = watch.see(2, told, &[learned_at(1, other.clone())]);
        assert_eq!(lost, ["multi_paxos.agreement"]);
        let lost = watch.did(2, accepted_at(1, 2, other));
        assert_eq!(lost, ["multi_paxos.agreement"]);
    }
}

/// What is chosen depends on the size of phase 2's quorum.
#[test]
fn agreement_counts_the_quorum() {
    let mut cluster = Cluster::of(3);
    cluster.quorums.insert("phase1".into(), 3);
    cluster.quorums.insert("phase2".into(), 1);
    let mut watch = multi(cluster);
    assert_eq!(watch.did(1, accepted_at(1, 1, decree(1, "x"))), FINE);
    let lost = watch.did(3, accepted_at(1, 2, decree(1, "y")));
    assert_eq!(lost, ["multi_paxos.agreement"]);
}

/// Nobody asked for the value that is chosen; a no-op needs nobody to ask.
#[test]
fn validity_in_each_slot() {
    let mut watch = multi(Cluster::of(3));
    assert_eq!(watch.did(1, learned_at(1, Decree::NoOp)), FINE);
    assert_eq!(watch.did(1, learned_at(2, decree(1, "x"))), FINE);
    let lost = watch.did(1, learned_at(3, decree(1, "z")));
    assert_eq!(lost, ["multi_paxos.validity"]);
}

/// A promise falls, or is forgotten; it may stay and rise.
#[test]
fn promises_for_all_slots() {
    let mut watch = multi(Cluster::of(3));
    let promised = |round: Option<u32>| {
        let disk = multi_paxos::Durable {
            promised: round.map(ballot),
            ..multi_paxos::Durable::default()
        };
        MultiPaxos::new(Cluster::of(3)).unwrap().boot(n(1), &disk)
    };
    for round in [1, 1, 5] {
        assert_eq!(watch.see(1, promised(Some(round)), &[]), FINE);
    }
    let lost = ["multi_paxos.promises"];
    assert_eq!(watch.see(1, promised(Some(4)), &[]), lost);
    assert_eq!(watch.see(1, promised(None), &[]), lost);
}

/// A ballot has one value in a slot, and may have others in other slots; it is begun once.
#[test]
fn ballots_in_slots() {
    let proposed = |slot, round, text| Fact::ProposedAt {
        slot,
        ballot: ballot(round),
        decree: decree(1, text),
    };
    let mut watch = multi(Cluster::of(3));
    assert_eq!(watch.did(1, proposed(1, 1, "x")), FINE);
    assert_eq!(watch.did(1, proposed(2, 1, "y")), FINE);
    assert_eq!(watch.did(1, proposed(1, 2, "y")), FINE);
    let lost = ["multi_paxos.ballots"];
    assert_eq!(watch.did(1, proposed(1, 1, "y")), lost);
    let begins = |role, round| Fact::BecameRole {
        role,
        epoch: ballot(round),
    };
    assert_eq!(watch.did(1, begins("preparing", 3)), FINE);
    assert_eq!(watch.did(1, begins("leader", 3)), FINE);
    assert_eq!(watch.did(1, begins("preparing", 3)), lost);
}

/// Two replicas apply different commands as their second, one of them perhaps none; a restarted one
/// may begin again.
#[test]
fn replicas_apply_the_same() {
    let no_op = Fact::Applied {
        index: 2,
        command: None,
    };
    for other in [applied(2, "c"), no_op] {
        let mut watch = multi(Cluster::of(3));
        for fact in [applied(1, "a"), applied(2, "b"), applied(1, "a")] {
            assert_eq!(watch.did(1, fact), FINE);
        }
        assert_eq!(watch.did(2, applied(1, "a")), FINE);
        let lost = watch.did(2, other);
        assert_eq!(lost, ["multi_paxos.state_machine_safety"]);
    }
}

/// A request is executed in two slots; not in one slot by two replicas, or again after a restart.
#[test]
fn requests_are_executed_once() {
    let executed = |index, sequence| Fact::Executed {
        index,
        client: ClientId(1),
        sequence,
    };
    let mut watch = multi(Cluster::of(3));
    for (id, slot, sequence) in [(1, 1, 1), (2, 1, 1), (1, 1, 1), (1, 2, 2)] {
        assert_eq!(watch.did(id, executed(slot, sequence)), FINE);
    }
    assert_eq!(watch.did(2, executed(3, 1)), ["multi_paxos.once"]);
}
