//! Extensions that meet: members that change, and snapshots, where leaders are asked for, counted,
//! and handed over.

use quorumscope::protocol::raft::{Configuration, Members, Message, Raft, Snapshot, Timer};
use quorumscope::protocol::{Cluster, Input, KeyValue, Protocol};
use quorumscope::sorted::SortedMap;
use quorumscope::world::Action;

use super::server::{Server, entries, rules, vote};
use crate::common::membership_stories::with_spares;
use crate::common::record::{deliver, handle};
use crate::common::{Lab, n, value};

/// S1 leads S1 to S3; S4 and S5 are spare machines.
fn led(variants: &[&str]) -> Lab<Raft> {
    let mut lab = Lab::new(&with_spares(5, 3, variants));
    lab.campaign(1);
    lab
}

fn notes(lab: &mut Lab<Raft>, id: u8, timer: &str) -> Vec<&'static str> {
    let step = lab.fire(id, timer);
    step.notes.iter().map(|(_, note)| note.rule.id).collect()
}

/// Who is no member asks nobody whether it could win, and does not stand when it is told to.
#[test]
fn no_outsider_stands() {
    let variants = ["single_server", "pre_vote", "leadership_transfer"];
    let mut lab = led(&variants);
    let outside = "raft.membership.outside";
    assert_eq!(notes(&mut lab, 4, "election"), [outside]);
    assert!(lab.flights(n(4), n(1)).is_empty());
    let mut cluster = Cluster::of(3);
    cluster.variants = variants.map(str::to_owned).into_iter().collect();
    cluster.roles = SortedMap::from([("member".into(), [n(2), n(3)].into_iter().collect())]);
    let raft = Raft::new(cluster).unwrap();
    let mut node = raft.boot(n(1), &raft.blank(n(1)));
    let out = deliver(&raft, &mut node, n(2), &Message::TimeoutNow { term: 0 });
    assert_eq!(rules(&out), ["raft.transfer.timeout_now", outside]);
    assert!(out.sends.is_empty());
    assert_eq!(node.disk.term, 0);
}

/// A server that is only catching up cannot be made leader; the client is told who leads.
#[test]
fn leadership_goes_to_members_only() {
    let mut lab = led(&["single_server", "leadership_transfer"]);
    lab.ask(1, 1, "+S4");
    let step = lab.ask(2, 1, ">S4");
    assert_eq!(step.notes[0].1.rule.id, "raft.transfer.outside");
    lab.settle();
    assert_eq!(lab.told(2), [Some("S1".into())]);
    let step = lab.ask(3, 1, ">S4");
    assert_eq!(step.notes[0].1.rule.id, "raft.transfer.start");
}

/// What administers the cluster is no operation of the store, wherever an extension takes it up;
/// elsewhere it is one like any other.
#[test]
fn changes_and_transfers_are_no_operations() {
    let operates = |variants: &[&str], command| {
        let mut cluster = Cluster::of(3);
        cluster.variants = variants.iter().map(|it| (*it).to_owned()).collect();
        Raft::new(cluster).unwrap().is_operation(&value(command))
    };
    for (variant, command, unknown) in [
        ("leadership_transfer", ">S2", ">S4"),
        ("single_server", "-S3", "+S4"),
        ("joint_consensus", "{S1,S2}", "{S1,S4}"),
    ] {
        assert!(!operates(&[variant], command), "{command}");
        assert!(operates(&[variant], unknown), "{unknown}");
        assert!(operates(&[], command), "{command}");
    }
}

/// A pre-vote in joint consensus needs both majorities, as the vote does, and is shown so.
#[test]
fn joint_consensus_needs_both_majorities_of_pre_votes() {
    let mut lab = led(&["joint_consensus", "pre_vote"]);
    lab.ask(1, 1, "{S3,S4,S5}");
    while lab.configurations(4).is_empty() {
        lab.converse(1, 4);
        lab.converse(1, 5);
        lab.fire(1, "heartbeat");
    }
    lab.drop_all();
    lab.crash(1);
    for id in [2, 3, 5] {
        // Whoever has heard the leader would refuse; who has not has no lease.
        let _ = lab.attempt(&Action::Fire(n(id).into(), "lease".into()));
    }
    lab.fire(4, "election");
    lab.converse(4, 3);
    lab.converse(4, 5);
    let view = lab.world().protocol().view(lab.node(4));
    let tallies = view.tallies.iter();
    let tallies: Vec<_> = tallies
        .map(|it| (it.key, it.yes.len(), it.threshold))
        .collect();
    assert_eq!(tallies, [("pre_votes_old", 1, 2), ("pre_votes_new", 3, 2)]);
    assert_eq!(view.role, "pre_candidate");
    lab.converse(4, 2);
    assert_eq!(lab.world().protocol().view(lab.node(4)).role, "candidate");
}

/// Only members keep a leader in office: answers of servers that are catching up do not.
#[test]
fn a_quorum_is_one_of_members() {
    let mut lab = led(&["single_server", "check_quorum"]);
    lab.settle();
    lab.fire(1, "lease");
    for id in [2, 3] {
        lab.crash(id);
    }
    lab.ask(1, 1, "+S4");
    lab.converse(1, 4);
    lab.fire(1, "heartbeat");
    lab.converse(1, 4);
    assert!(lab.leads(1));
    assert_eq!(notes(&mut lab, 1, "lease")[0], "raft.leader.quorum");
    assert!(!lab.leads(1));
}

/// A read waits for a majority; where the others are removed meanwhile, the leader alone is one.
#[test]
fn a_read_is_answered_when_those_it_waits_for_are_gone() {
    let mut lab = Lab::<Raft>::new(&with_spares(3, 2, &["single_server", "read_index"]));
    lab.campaign(1);
    lab.ask(1, 1, "x=5");
    lab.settle();
    lab.ask(1, 1, "x?");
    lab.drop_all();
    lab.ask(2, 1, "-S2");
    assert_eq!(lab.configurations(1), ["{S1}"]);
    lab.drop_all();
    assert_eq!(lab.told(1).last().unwrap().as_deref(), None);
    lab.fire(1, "heartbeat");
    lab.settle();
    assert_eq!(lab.told(1).last().unwrap().as_deref(), Some("5"));
}

/// What the disk knows as committed, and what its snapshot stands for: the larger of the two.
#[test]
fn a_restart_begins_with_all_that_is_known_to_be_committed() {
    let mut cluster = Cluster::of(3);
    let variants = ["snapshots", "durable_commit"];
    cluster.variants = variants.map(str::to_owned).into_iter().collect();
    let raft = Raft::new(cluster).unwrap();
    let boot = |commit| {
        let mut disk = raft.blank(n(1));
        disk.log = entries(&[1, 1, 1]).into_iter().collect();
        let snapshot = Snapshot {
            last_index: 1,
            last_term: 1,
            machine: KeyValue::default(),
            configuration: None,
        };
        disk.log.compact(snapshot.into());
        disk.commit = commit;
        let mut node = raft.boot(n(1), &disk);
        handle(&raft, &mut node, Input::Start { restart: true });
        (node.commit, node.applied)
    };
    assert_eq!([0, 1, 3].map(boot), [(1, 1), (1, 1), (3, 3)]);
}

/// A snapshot is a message of the leader, so it starts the lease; its answer keeps the leader in
/// office, and says that a target has caught up.
#[test]
fn a_snapshot_shows_who_leads_and_who_follows() {
    let variants = &["snapshots", "check_quorum", "leadership_transfer"];
    let mut follower = Server::with_variants(3, 1, &[], variants);
    let snapshot = Snapshot {
        last_index: 2,
        last_term: 1,
        machine: KeyValue::default(),
        configuration: None,
    };
    let snapshot = snapshot.into();
    let out = follower.deliver(2, Message::InstallSnapshot { term: 1, snapshot });
    let timers: Vec<Timer> = out.timers.iter().map(|(timer, _)| *timer).collect();
    assert!(timers.contains(&Timer::Lease), "{timers:?}");
    let mut leader = Server::with_variants(3, 0, &[1], variants);
    leader.fire(Timer::Election);
    leader.deliver(2, vote(1, true));
    leader.request(1, 1, ">S2");
    let reply = Message::InstallReply {
        term: 1,
        last_index: 1,
    };
    let out = leader.deliver(2, reply);
    assert!(out.sends.contains(&(n(2), Message::TimeoutNow { term: 1 })));
    leader.fire(Timer::Lease);
    assert!(leader.leads());
    leader.fire(Timer::Lease);
    assert!(!leader.leads());
}

/// Half of a set suffices for the mistake `half_quorum`, whatever the set.
#[test]
fn half_of_each_set() {
    let set = |ids: &[u8]| ids.iter().copied().map(n).collect();
    let joint = Configuration {
        old: Some(set(&[1, 2])),
        new: set(&[3, 4, 5, 6]),
    };
    let agree: Members = set(&[1, 3, 4]);
    assert_eq!(joint.count(agree, Members::half), (2, 2));
    assert_eq!(joint.count(agree, Members::majority).0, 2);
}
