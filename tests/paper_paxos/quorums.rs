//! *Flexible Paxos*: "it is only necessary for phase 1 quorums and phase 2 quorums to intersect".

use quorumscope::protocol::paxos::Paxos;
use quorumscope::protocol::{Cluster, ClusterError, Protocol};
use quorumscope::sorted::SortedMap;
use quorumscope::world::Scenario;

use super::single::*;
use crate::common::paxos_stories::{LEARNER, stage};
use crate::common::{Lab, n, scenario};

fn sized(scenario: &mut Scenario, phase1: u8, phase2: u8) {
    scenario.cluster.quorums =
        SortedMap::from([("phase1".into(), phase1), ("phase2".into(), phase2)]);
}

fn open(nodes: u8, phase1: u8, phase2: u8, variants: &[&str]) -> Result<Paxos, ClusterError> {
    let mut scenario = scenario("paxos", nodes, variants);
    sized(&mut scenario, phase1, phase2);
    Paxos::new(scenario.cluster)
}

/// The sizes add up to more than there are acceptors, or the cluster is refused; with the variant
/// that breaks the rule, it is not.
#[test]
fn quorums_of_both_phases_must_meet() {
    for nodes in 1..=9 {
        for phase1 in 1..=nodes {
            for phase2 in 1..=nodes {
                let opened = open(nodes, phase1, phase2, &[]);
                if phase1 + phase2 > nodes {
                    let paxos = opened.unwrap();
                    assert_eq!(paxos.phase1_quorum(), phase1.into());
                    assert_eq!(paxos.phase2_quorum(), phase2.into());
                } else {
                    assert_eq!(opened.unwrap_err(), ClusterError::QuorumsApart);
                    assert!(open(nodes, phase1, phase2, &["disjoint_quorums"]).is_ok());
                }
            }
        }
    }
}

/// A size that is not set is a majority; setting one alone can already be too little.
#[test]
fn what_is_not_set_is_a_majority() {
    let mut cluster = Cluster::of(5);
    let paxos = Paxos::new(cluster.clone()).unwrap();
    assert_eq!((paxos.phase1_quorum(), paxos.phase2_quorum()), (3, 3));
    cluster.quorums.insert("phase1".into(), 4);
    let paxos = Paxos::new(cluster.clone()).unwrap();
    assert_eq!((paxos.phase1_quorum(), paxos.phase2_quorum()), (4, 3));
    cluster.quorums.insert("phase1".into(), 2);
    assert_eq!(Paxos::new(cluster).unwrap_err(), ClusterError::QuorumsApart);
}

/// A quorum is made of acceptors: what is more than there are of them is no size, nor is none.
#[test]
fn a_quorum_is_of_acceptors() {
    let bad = |phase1, phase2| {
        let mut stage = stage(&["disjoint_quorums"]);
        sized(&mut stage, phase1, phase2);
        Paxos::new(stage.cluster).err()
    };
    assert_eq!(bad(3, 3), None);
    assert_eq!(bad(4, 3), Some(ClusterError::BadQuorum("phase1".into())));
    assert_eq!(bad(3, 4), Some(ClusterError::BadQuorum("phase2".into())));
    assert_eq!(bad(3, 0), Some(ClusterError::BadQuorum("phase2".into())));
    let mut cluster = Cluster::of(3);
    cluster.quorums.insert("phase3".into(), 2);
    assert_eq!(
        Paxos::new(cluster).unwrap_err(),
        ClusterError::BadQuorum("phase3".into())
    );
}

/// With sizes 3 and 1, one acceptor chooses, and the next proposer has to ask all three.
#[test]
fn one_acceptor_can_choose_if_all_are_asked() {
    let mut stage = stage(&[]);
    sized(&mut stage, 3, 1);
    let mut lab = Lab::<Paxos>::new(&stage);
    lab.begin(0, "x");
    lab.prepare(0, &[1, 2]);
    assert_eq!(lab.asked(0), None, "two promises are not enough");
    lab.prepare(0, &[3]);
    lab.accept(0, &[1]);
    assert_eq!(lab.chosen(LEARNER), Some("x".into()));
    lab.begin(1, "y");
    lab.prepare(1, &[2, 3]);
    assert_eq!(lab.asked(1), None);
    lab.prepare(1, &[1]);
    assert_eq!(lab.asked(1), Some("x".into()), "only S1 reports it");
}

/// What a screen counts to is each phase's own size.
#[test]
fn tallies_count_to_the_size_of_their_phase() {
    let mut cluster = Cluster::of(4);
    cluster.quorums = SortedMap::from([("phase1".into(), 3), ("phase2".into(), 2)]);
    let mut node = Single::of(cluster, n(1));
    node.request(1, "x");
    let tallies = |node: &Single| {
        let tallies = node.paxos.view(&node.node).tallies.into_iter();
        tallies.map(|it| (it.key, it.threshold)).collect::<Vec<_>>()
    };
    assert_eq!(tallies(&node), [("promises", 3)]);
    let current = node.ballot();
    node.deliver(2, promise(current, None));
    node.deliver(3, promise(current, None));
    assert_eq!(tallies(&node), [("acceptances", 2)]);
}

/// Half of four, or any one: what the two mistaken sizes come to.
#[test]
fn mistaken_sizes() {
    let sizes = |nodes, variant| {
        let paxos = Paxos::new(scenario("paxos", nodes, &[variant]).cluster).unwrap();
        (paxos.phase1_quorum(), paxos.phase2_quorum())
    };
    assert_eq!(sizes(4, "half_quorum"), (2, 2));
    assert_eq!(sizes(5, "half_quorum"), (3, 3), "a majority");
    assert_eq!(sizes(5, "single_quorum"), (1, 1));
    for nodes in 3..=9 {
        let (phase1, phase2) = sizes(nodes, "disjoint_quorums");
        assert_eq!(phase1 + phase2, nodes.into(), "just too few");
    }
}
