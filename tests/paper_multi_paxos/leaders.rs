//! Leaders: how one is chosen, how it hands over, and that safety needs none (§3; *Paxos Made
//! Moderately Complex*, §3).

use quorumscope::protocol::multi_paxos::{
    Asked, BACKOFF_DOUBLINGS_MAX, ELECTION, HEARTBEAT, Message, MultiPaxos, Role, Timer,
};
use quorumscope::protocol::{Cluster, Protocol, RangeMs};
use quorumscope::sorted::SortedMap;
use quorumscope::world::Action;

use super::single::*;
use crate::common::multi_paxos_stories::{lab, stage};
use crate::common::{Lab, Mood, n, value};

fn election(out: &Out) -> Vec<Option<RangeMs>> {
    let timers = out.timers.iter();
    let of = timers.filter(|(timer, _)| *timer == Timer::Election);
    of.map(|(_, range)| *range).collect()
}

/// "In normal operation, a single server is elected to be the leader": the timers alone bring it
/// about, and it stays.
#[test]
fn a_single_server_is_elected() {
    for seed in 1..20 {
        let mut lab = Lab::<MultiPaxos>::of(&stage(5, &[]), seed, Mood::Strict);
        for _ in 0..300 {
            lab.act(Action::Next);
        }
        let leaders: Vec<u8> = (1..=5).filter(|id| lab.is_leader(*id)).collect();
        assert_eq!(leaders.len(), 1, "seed {seed}");
        let ballot = lab.node(leaders[0]).role.ballot();
        for _ in 0..200 {
            lab.act(Action::Next);
        }
        assert_eq!(lab.node(leaders[0]).role.ballot(), ballot, "seed {seed}");
    }
}

/// A leader that fails is followed by another, in a higher ballot.
#[test]
fn a_failed_leader_is_replaced() {
    let mut lab = lab(3, &[], Mood::Strict);
    lab.elect(1);
    let first = lab.node(1).role.ballot();
    lab.crash(1);
    lab.elect(2);
    assert!(lab.is_leader(2));
    assert!(lab.node(2).role.ballot() > first);
}

/// "Different proposers choose their numbers from disjoint sets of numbers, and each proposer
/// remembers (in stable storage) the highest-numbered proposal it has tried to issue" (§2.5).
#[test]
fn ballots_are_never_used_twice() {
    let mut node = Single::new();
    let mut last = None;
    for _ in 0..5 {
        node.fire(Timer::Election);
        let ballot = node.ballot();
        assert!(Some(ballot) > last);
        assert_eq!(ballot.owner, Some(n(1)));
        last = Some(ballot);
        node.restart();
    }
}

/// A ballot is above all that the node has heard of.
#[test]
fn a_ballot_is_above_all_seen() {
    for heard in [prepare(7, 1), heartbeat(7, 0), accept(7, 1, "x")] {
        let mut node = Single::new();
        node.deliver(2, heard);
        node.fire(Timer::Election);
        assert_eq!(node.ballot().number, 8);
    }
}

/// "It should probably inform the proposer, who should then abandon its proposal" (§2.2): a refusal
/// names the higher ballot, of whatever phase.
#[test]
fn refusals_name_the_higher_ballot() {
    let requests = [
        (prepare(2, 1), Asked::Prepare),
        (accept(2, 1, "x"), Asked::Accept),
        (heartbeat(2, 0), Asked::Heartbeat),
    ];
    for (request, kind) in requests {
        let mut node = Single::new();
        node.deliver(3, prepare(3, 1));
        let before = node.node.clone();
        let out = node.deliver(2, request);
        let refusal = Message::Refused {
            ballot: ballot(2),
            promised: ballot(3),
            asked: kind,
        };
        assert_eq!(out.sends, [(n(2), refusal)]);
        assert_eq!(node.node, before);
    }
}

/// A leader that sees a higher ballot steps down, however it hears of it, and waits like others.
#[test]
fn a_leader_hands_over() {
    let refused = |node: &Single| Message::Refused {
        ballot: node.ballot(),
        promised: ballot(5),
        asked: Asked::Accept,
    };
    let hears: [fn(&Single) -> Message; 4] = [
        |_| prepare(5, 1),
        |_| heartbeat(5, 0),
        |_| accept(5, 1, "y"),
        |_| chosen(&[]),
    ];
    for (position, hear) in hears.iter().enumerate() {
        let (mut node, _) = Single::leader(&[]);
        let message = hear(&node);
        let out = node.deliver(2, message);
        // What is told to be chosen by S2's ballot 1.2 is above 1.1.
        assert!(!node.leads(), "{position}");
        assert_eq!(out.timers[0], (Timer::Heartbeat, None));
        assert_eq!(election(&out)[0], Some(ELECTION));
    }
    let (mut node, _) = Single::leader(&[]);
    let message = refused(&node);
    node.deliver(2, message);
    assert!(!node.leads());
}

/// What is refused to a ballot that is over is no news.
#[test]
fn a_late_refusal_changes_nothing() {
    let (mut node, _) = Single::leader(&[]);
    let before = node.node.clone();
    let late = Message::Refused {
        ballot: quorumscope::protocol::Epoch::ballot(0, n(1)),
        promised: quorumscope::protocol::Epoch::ballot(0, n(3)),
        asked: Asked::Prepare,
    };
    let out = node.deliver(2, late);
    assert_eq!(node.node, before);
    assert_eq!(out.notes.len(), 1);
}

/// The next leader finishes what the last one had begun; nothing is proposed twice.
#[test]
fn what_is_open_is_handed_over() {
    let mut lab = lab(3, &[], Mood::Strict);
    lab.prepare_with(1, &[2]);
    lab.ask(1, 1, "x");
    lab.pass(1, 2, |it| matches!(it, Message::Accept { .. }));
    lab.drop_all();
    lab.prepare_with(3, &[2]);
    lab.settle();
    assert!(!lab.is_leader(1));
    for id in 1..=3 {
        assert_eq!(lab.chosen_slots(id), slots(&[(1, "x")]), "S{id}");
    }
}

/// "If no server is acting as leader, then no new commands will be proposed."
#[test]
fn without_a_leader_nothing_is_proposed() {
    let mut lab = lab(3, &[], Mood::Strict);
    for id in 1..=3 {
        lab.ask(1, id, "x");
        lab.settle();
        assert!(lab.accepted_slots(id).is_empty());
    }
    assert_eq!(lab.told(1), [None]);
}

/// "If multiple servers think they are leaders, then they can all propose values in the same
/// instance of the consensus algorithm, which could prevent any value from being chosen. However,
/// safety is preserved."
#[test]
fn two_leaders_may_hinder_each_other() {
    let mut lab = lab(3, &[], Mood::Strict);
    lab.prepare_with(1, &[2]);
    lab.ask(1, 1, "x");
    lab.prepare_with(3, &[2]);
    lab.ask(2, 3, "y");
    assert!(lab.is_leader(1) && lab.is_leader(3));
    assert_eq!(lab.accepted_slots(1), slots(&[(1, "x")]));
    assert_eq!(lab.accepted_slots(3), slots(&[(1, "y")]));
    lab.accept_in(1, 1, &[2]);
    assert!(!lab.is_leader(1), "S2 has promised a higher ballot");
    lab.accept_in(1, 3, &[2]);
    assert_eq!(lab.chosen_slots(3), slots(&[(1, "y")]));
}

/// Two that time out together: the higher ballot wins, the other yields as soon as it hears of it.
#[test]
fn of_two_that_prepare_one_yields() {
    let mut lab = lab(3, &[], Mood::Strict);
    lab.stand(1);
    lab.stand(2);
    lab.settle();
    assert!(lab.is_leader(2) && !lab.is_leader(1));
}

/// Back-off: each attempt in vain doubles the range from which the next wait is drawn, up to a
/// limit, until there is a leader.
#[test]
fn attempts_back_off() {
    let mut node = Single::new();
    let mut factor = 1;
    for _ in 0..8 {
        let out = node.fire(Timer::Election);
        assert_eq!(election(&out), [Some(ELECTION.times(factor))]);
        factor = (factor * 2).min(1 << BACKOFF_DOUBLINGS_MAX);
    }
    let out = node.deliver(2, heartbeat(20, 0));
    assert_eq!(election(&out).last(), Some(&Some(ELECTION)));
}

/// However two proposers began to outbid each other, timers alone end it.
#[test]
fn duels_end() {
    for seed in 1..10 {
        let mut lab = Lab::<MultiPaxos>::of(&stage(5, &[]), seed, Mood::Strict);
        for _ in 0..4 {
            for id in [1, 5, 3] {
                if !lab.is_leader(id) {
                    lab.fire(id, "election");
                }
            }
        }
        lab.act(Action::Submit {
            client: quorumscope::protocol::ClientId(1),
            to: None,
            value: value("x"),
        });
        for _ in 0..600 {
            lab.act(Action::Next);
        }
        assert_eq!(lab.told(1), [Some("x".into())], "seed {seed}");
    }
}

/// Heartbeats keep others from trying; they come well within the shortest wait.
#[test]
fn heartbeats_hold_elections_back() {
    const { assert!(HEARTBEAT.max * 2 < ELECTION.min) };
    let mut node = Single::new();
    let out = node.deliver(2, heartbeat(1, 0));
    assert_eq!(election(&out), [Some(ELECTION)]);
    let leader = Some(n(2));
    assert_eq!(node.node.role, Role::Passive { leader });
}

/// A leader is there for all replicas: proposers and learners alike.
#[test]
fn roles_stay_where_they_were_put() {
    let mut setting = stage(6, &[]);
    let players = |numbers: &[u8]| numbers.iter().copied().map(n).collect();
    setting.cluster.roles = SortedMap::from([
        ("acceptor".into(), players(&[1, 2, 3])),
        ("proposer".into(), players(&[4, 5])),
        ("learner".into(), players(&[6])),
    ]);
    let mut lab = Lab::<MultiPaxos>::new(&setting);
    assert_eq!(lab.world().protocol().serves(), [n(4), n(5)]);
    lab.elect(4);
    lab.ask(1, 4, "x");
    lab.settle();
    for id in 1..=6 {
        assert_eq!(!lab.accepted_slots(id).is_empty(), id <= 3, "S{id}");
        assert_eq!(lab.applied(id), u32::from(id >= 4), "S{id}");
        let armed = !lab.world().machines()[&n(id)].timers.is_empty();
        assert_eq!(armed, id == 4 || id == 5, "S{id}");
    }
    let mut learner = Single::of(setting.cluster.clone(), 6);
    let out = learner.fire(Timer::Election);
    assert!(out.sends.is_empty() && !learner.leads());
}

/// A cluster of one leads, chooses and executes at once.
#[test]
fn one_node_is_enough() {
    let mut node = Single::of(Cluster::of(1), 1);
    node.fire(Timer::Election);
    assert!(node.leads());
    let out = node.request(1, "x");
    assert_eq!(out.replies.len(), 1);
    assert_eq!(node.node.replica.applied, 1);
}
