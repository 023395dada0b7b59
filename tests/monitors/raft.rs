//! Raft's properties.

use super::{FINE, Watch, applied};
use crate::common::{n, value};
use quorumscope::protocol::raft::{self, Entry, Log, Payload, Raft, Role};
use quorumscope::protocol::{ClientId, Cluster, Epoch, Fact, KeyValue, Request};
use quorumscope::sorted::SortedMap;

fn raft() -> Watch<Raft> {
    Watch::new(Raft::new(Cluster::of(3)).unwrap())
}

/// Entries of a log, each a term and a command.
type Entries = [(u32, &'static str)];

/// A log of these entries.
fn log(entries: &Entries) -> Log {
    let entry = |(term, text): &(u32, &str)| Entry {
        term: *term,
        payload: Payload::Command {
            client: ClientId(1),
            request: Request {
                sequence: 1,
                command: value(text),
            },
        },
    };
    entries.iter().map(entry).collect()
}

fn server(id: u8, term: u32, entries: &Entries, role: Role) -> raft::Node {
    raft::Node {
        id: n(id),
        disk: raft::Durable {
            term,
            voted_for: None,
            log: log(entries),
            ..raft::Durable::default()
        },
        commit: 0,
        applied: 0,
        role,
        machine: KeyValue::default(),
    }
}

fn follower(id: u8, term: u32, entries: &Entries) -> raft::Node {
    server(id, term, entries, Role::Follower { leader: None })
}

fn leader(id: u8, term: u32, entries: &Entries) -> raft::Node {
    let role = Role::Leader {
        next: SortedMap::new(),
        matched: SortedMap::new(),
        duties: raft::Duties::default(),
    };
    server(id, term, entries, role)
}

fn leads(term: u32) -> Fact {
    Fact::BecameRole {
        role: "leader",
        epoch: Epoch::term(term),
    }
}

/// Two leaders in one term; not in two.
#[test]
fn election_safety() {
    let mut watch = raft();
    assert_eq!(watch.see(1, leader(1, 1, &[]), &[leads(1)]), FINE);
    assert_eq!(watch.see(2, leader(2, 2, &[]), &[leads(2)]), FINE);
    let lost = watch.see(3, leader(3, 1, &[]), &[leads(1)]);
    assert_eq!(lost, ["raft.election_safety"]);
}

/// A leader that deletes or replaces an entry; not a follower, nor one whose reign is over.
#[test]
fn leader_append_only() {
    let long: &Entries = &[(1, "a"), (1, "b")];
    let (short, changed): (&Entries, &Entries) = (&long[..1], &[(1, "a"), (2, "c")]);
    for broken in [short, changed] {
        let mut watch = raft();
        watch.see(1, leader(1, 2, long), &[]);
        assert_eq!(
            watch.see(1, leader(1, 2, broken), &[]),
            ["raft.leader_append_only"]
        );
    }
    let longer: &Entries = &[(1, "a"), (1, "b"), (2, "c")];
    for sound in [
        leader(1, 2, longer),
        follower(1, 3, short),
        leader(1, 3, short),
    ] {
        let mut watch = raft();
        watch.see(1, leader(1, 2, long), &[]);
        assert_eq!(watch.see(1, sound, &[]), FINE);
    }
}

/// Equal index and term, and yet a different past or a different command; not logs that part.
#[test]
fn log_matching() {
    let pairs: [(&Entries, &Entries, bool); 5] = [
        (&[(1, "a"), (2, "b")], &[(1, "x"), (2, "b")], false),
        (&[(1, "a"), (3, "b")], &[(2, "a"), (3, "b")], false),
        (&[(1, "a")], &[(1, "b")], false),
        (&[(1, "a"), (2, "b")], &[(1, "a"), (3, "c")], true),
        (&[(1, "a"), (2, "b")], &[(1, "a")], true),
    ];
    for (one, other, sound) in pairs {
        let mut watch = raft();
        watch.see(1, follower(1, 3, one), &[]);
        let lost = watch.see(2, follower(2, 3, other), &[]);
        assert_eq!(lost.is_empty(), sound, "{one:?} {other:?}");
        assert!(lost.iter().all(|id| *id == "raft.log_matching"));
    }
}

/// What was committed in an older term is missing in a leader's log: of one that is elected
/// later, and of one that has been elected already.
#[test]
fn leader_completeness() {
    let committed = [Fact::Committed { index: 1, term: 1 }];
    let elections: [(u32, &Entries, bool); 4] = [
        (2, &[(1, "a")], true),
        (2, &[], false),
        (2, &[(2, "a")], false),
        (1, &[], true),
    ];
    for (term, entries, sound) in elections {
        let mut later = raft();
        later.see(1, leader(1, 1, &[(1, "a")]), &committed);
        let lost = later.see(2, leader(2, term, entries), &[leads(term)]);
        assert_eq!(lost.is_empty(), sound, "later: {term} {entries:?}");
        let mut before = raft();
        before.see(2, leader(2, term, entries), &[leads(term)]);
        let lost = before.see(1, leader(1, 1, &[(1, "a")]), &committed);
        assert_eq!(lost.is_empty(), sound, "before: {term} {entries:?}");
        assert!(lost.iter().all(|id| *id == "raft.leader_completeness"));
    }
}

/// A log that has discarded its first entries, up to this term and index.
fn based(mut node: raft::Node, (last_term, last_index): (u32, u32)) -> raft::Node {
    let snapshot = raft::Snapshot {
        last_index,
        last_term,
        machine: KeyValue::default(),
        configuration: None,
    };
    node.disk.log.compact(snapshot.into());
    node
}

/// A discarded prefix is not an overwritten one; what is left must be what it was.
#[test]
fn leader_append_only_with_a_snapshot() {
    let long: &Entries = &[(1, "a"), (1, "b"), (2, "c")];
    let cases: [(&Entries, (u32, u32), bool); 4] = [
        (long, (1, 2), true),
        (&[(1, "a"), (1, "b"), (2, "x")], (1, 2), false),
        (&[(1, "a"), (1, "b")], (1, 2), false),
        (&[(1, "a"), (2, "b"), (2, "c")], (2, 2), false),
    ];
    for (now, last, sound) in cases {
        let mut watch = raft();
        watch.see(1, leader(1, 2, long), &[]);
        let lost = watch.see(1, based(leader(1, 2, now), last), &[]);
        assert_eq!(lost.is_empty(), sound, "{now:?} {last:?}");
        assert!(lost.iter().all(|id| *id == "raft.leader_append_only"));
    }
}

/// Logs are compared where both still have something; of the last discarded entry, by its term.
#[test]
fn log_matching_with_a_snapshot() {
    let long: &Entries = &[(1, "a"), (1, "b"), (2, "c"), (2, "d")];
    let cases: [(&Entries, (u32, u32), bool); 5] = [
        (long, (1, 2), true),
        (&[(1, "a"), (1, "b"), (2, "x"), (2, "d")], (1, 2), false),
        (&[(1, "a"), (2, "b"), (2, "c")], (2, 2), false),
        (&[(1, "a"), (1, "b"), (3, "c")], (1, 2), true),
        (&[], (3, 9), true),
    ];
    for (other, last, sound) in cases {
        for swapped in [false, true] {
            let mut watch = raft();
            let mut nodes = [follower(1, 3, long), based(follower(2, 3, other), last)];
            if swapped {
                nodes.reverse();
            }
            let lost: Vec<_> = nodes
                .into_iter()
                .flat_map(|node| watch.see(node.id.0, node, &[]))
                .collect();
            assert_eq!(lost.is_empty(), sound, "{other:?} {last:?} {swapped}");
            assert!(lost.iter().all(|id| *id == "raft.log_matching"));
        }
    }
}

/// A leader has what its snapshot stands for, if that is of the committed past.
#[test]
fn leader_completeness_with_a_snapshot() {
    let committed = [1, 2].map(|index| Fact::Committed { index, term: 1 });
    for (last, sound) in [
        ((1, 1), false),
        ((1, 2), true),
        ((2, 2), false),
        ((2, 3), true),
    ] {
        let mut watch = raft();
        watch.see(1, leader(1, 1, &[(1, "a"), (1, "b")]), &committed);
        let lost = watch.see(2, based(leader(2, 3, &[]), last), &[leads(3)]);
        assert_eq!(lost.is_empty(), sound, "{last:?}");
        assert!(lost.iter().all(|id| *id == "raft.leader_completeness"));
    }
}

/// Two servers apply different commands at one index; not the same one twice, and not different
/// ones at two.
#[test]
fn state_machine_safety() {
    let mut watch = raft();
    assert_eq!(watch.did(1, applied(1, "a")), FINE);
    assert_eq!(watch.did(1, applied(2, "b")), FINE);
    assert_eq!(watch.did(2, applied(1, "a")), FINE);
    assert_eq!(watch.did(2, applied(2, "c")), ["raft.state_machine_safety"]);
}

/// A state taken over with a snapshot is that of whoever applied the entries.
#[test]
fn state_machine_safety_with_a_snapshot() {
    for (taken, index, sound) in [("1", 2, true), ("2", 2, false), ("2", 3, true)] {
        let state = |mut node: raft::Node, text: &str, index| {
            node.machine.pairs.insert("n".into(), text.into());
            node.applied = index;
            node
        };
        let mut watch = raft();
        let entries: &Entries = &[(1, "n=0"), (1, "n=1"), (1, "n=2")];
        watch.see(1, state(follower(1, 1, entries), "1", 2), &[]);
        let other = based(follower(2, 1, entries), (1, 2));
        let lost = watch.see(2, state(other, taken, index), &[]);
        assert_eq!(lost.is_empty(), sound, "{taken} {index}");
        assert!(lost.iter().all(|id| *id == "raft.state_machine_safety"));
    }
}
