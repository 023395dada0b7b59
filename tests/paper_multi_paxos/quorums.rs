//! Quorums: majorities by default, other sizes after Howard, Malkhi and Spiegelman, *Flexible
//! Paxos* (2016): "quorum intersection is required only across phases".

use quorumscope::protocol::multi_paxos::{MultiPaxos, Timer};
use quorumscope::protocol::{Cluster, ClusterError, Protocol};

use super::single::*;
use crate::common::multi_paxos_stories::stage;
use crate::common::{Lab, n};

fn cluster(nodes: u8, phase1: u8, phase2: u8) -> Cluster {
    let mut cluster = Cluster::of(nodes);
    cluster.quorums.insert("phase1".into(), phase1);
    cluster.quorums.insert("phase2".into(), phase2);
    cluster
}

fn sizes(paxos: &MultiPaxos) -> [u8; 2] {
    paxos.quorums().unwrap().sizes
}

/// A majority in both phases, where nothing else is said.
#[test]
fn quorums_are_majorities() {
    for nodes in 1..=9 {
        let paxos = MultiPaxos::new(Cluster::of(nodes)).unwrap();
        assert_eq!(sizes(&paxos), [nodes / 2 + 1; 2]);
    }
}

/// Any two quorums of different phases must share an acceptor; sizes that do not make them are
/// refused, unless the variant is on.
#[test]
fn quorums_of_different_phases_meet() {
    for nodes in 1..=7_u8 {
        for phase1 in 1..=nodes {
            for phase2 in 1..=nodes {
                let mut cluster = cluster(nodes, phase1, phase2);
                let meet = phase1 + phase2 > nodes;
                let result = MultiPaxos::new(cluster.clone());
                match result {
                    Ok(paxos) => {
                        assert!(meet && paxos.quorums().unwrap().meet());
                        assert_eq!(sizes(&paxos), [phase1, phase2]);
                    }
                    Err(error) => {
                        assert!(!meet);
                        assert_eq!(error, ClusterError::QuorumsApart);
                    }
                }
                cluster.variants.insert("disjoint_quorums".into());
                assert!(MultiPaxos::new(cluster).is_ok());
            }
        }
    }
}

/// With the variant alone, half of the acceptors are a quorum.
#[test]
fn disjoint_quorums_are_halves() {
    for (nodes, half) in [(1, 1), (2, 1), (3, 1), (4, 2), (5, 2)] {
        let mut cluster = Cluster::of(nodes);
        cluster.variants.insert("disjoint_quorums".into());
        assert_eq!(sizes(&MultiPaxos::new(cluster).unwrap()), [half; 2]);
    }
}

/// A quorum has no more members than there are acceptors, and none but the two has a name.
#[test]
fn quorums_are_made_of_acceptors() {
    let mut few = cluster(5, 4, 4);
    let acceptors = [1, 2, 3].map(n).into_iter().collect();
    few.roles.insert("acceptor".into(), acceptors);
    let bad = |name: &str| ClusterError::BadQuorum(name.into());
    assert_eq!(MultiPaxos::new(few).unwrap_err(), bad("phase1"));
    let mut unknown = Cluster::of(3);
    unknown.quorums.insert("fast".into(), 2);
    assert_eq!(MultiPaxos::new(unknown).unwrap_err(), bad("fast"));
}

/// "Improved throughput of replication by using much smaller phase 2 quorums, while increasing the
/// leader election (phase 1) quorums."
#[test]
fn each_phase_counts_its_own_quorum() {
    let mut node = Single::of(cluster(5, 4, 2), 1);
    node.fire(Timer::Election);
    for from in [2, 3] {
        node.promised(from, &[]);
        assert!(!node.leads());
    }
    node.promised(4, &[]);
    assert!(node.leads());
    node.request(1, "x");
    assert_eq!(node.node.replica.applied, 0);
    node.accepted(5, 1);
    assert_eq!(node.node.replica.applied, 1);
}

/// What two of five have chosen is found by any four of five.
#[test]
fn a_small_quorum_is_found_by_a_large_one() {
    for other in 2..=5 {
        let mut setting = stage(5, &[]);
        setting.cluster.quorums = cluster(5, 4, 2).quorums;
        let mut lab = Lab::<MultiPaxos>::new(&setting);
        lab.elect(1);
        lab.ask(1, 1, "x");
        lab.accept_in(1, 1, &[other]);
        assert_eq!(lab.chosen_slots(1), slots(&[(1, "x")]));
        lab.drop_all();
        lab.crash(1);
        let next = if other == 2 { 3 } else { 2 };
        lab.elect(next);
        assert_eq!(lab.chosen_slots(next), slots(&[(1, "x")]), "S{other}");
        lab.crash(next);
        lab.elect(if next == 2 { 4 } else { 5 });
        let leads = (2..=5).any(|id| id != next && lab.is_leader(id));
        assert!(!leads, "three of five are too few for phase 1");
    }
}
