//! Log compaction (§7, Figure 13).

use std::sync::Arc;

use quorumscope::protocol::raft::{APPLIED_KEPT_MAX, Message, Raft, Snapshot};
use quorumscope::protocol::{Datum, KeyValue, Protocol};

use crate::common::membership_stories::with_spares;
use crate::common::{Lab, scenario};

use super::server::{Out, Server, append, grants, only, request_vote, rules, stored};

/// A server with snapshots on.
fn server(term: u32, log: &[u32]) -> Server {
    Server::with_variants(3, term, log, &["snapshots"])
}

/// A snapshot up to this term and index, of a state that only it can have brought.
fn snapshot((last_term, last_index): (u32, u32)) -> Message {
    let mut machine = KeyValue::default();
    machine.pairs.insert("from".into(), "snapshot".into());
    Message::InstallSnapshot {
        term: 4,
        snapshot: Arc::new(Snapshot {
            last_index,
            last_term,
            machine,
            configuration: None,
        }),
    }
}

/// What the only message answers to a snapshot: its term, and the last index that it names.
fn installed(out: &Out) -> (u32, u32) {
    match only(out) {
        Message::InstallReply { term, last_index } => (*term, *last_index),
        other => panic!("{other:?} does not answer a snapshot"),
    }
}

/// A cluster whose three servers have applied so many commands `n+1`.
fn applied(commands: u32) -> Lab<Raft> {
    let mut lab = Lab::<Raft>::new(&scenario("raft", 3, &["snapshots"]));
    lab.campaign(1);
    for _ in 0..commands {
        lab.ask(1, 1, "n+1");
        lab.settle();
    }
    lab.fire(1, "heartbeat");
    lab.settle();
    lab
}

/// "Each server takes snapshots independently, covering just the committed entries in its log",
/// when it has grown too long, and "once a server completes writing a snapshot, it may delete all
/// log entries up through the last included index".
#[test]
fn applied_entries_give_way_to_a_snapshot() {
    let mut lab = applied(APPLIED_KEPT_MAX);
    lab.fire(1, "heartbeat");
    assert_eq!(lab.node(1).disk.log.base(), 0, "as many as are kept");
    lab.settle();
    lab.ask(1, 1, "n+1");
    lab.settle();
    let log = &lab.node(1).disk.log;
    assert_eq!(log.base(), APPLIED_KEPT_MAX + 1);
    assert_eq!(log.last_position(), (1, APPLIED_KEPT_MAX + 1));
    assert_eq!(log.snapshot().unwrap().machine, lab.node(1).machine);
    lab.fire(1, "heartbeat");
    lab.settle();
    lab.fire(1, "heartbeat");
    lab.settle();
    assert_eq!([1, 2, 3].map(|id| lab.node(id).disk.log.base()), [5; 3]);
}

/// What is not applied stays in the log.
#[test]
fn entries_that_are_not_applied_are_kept() {
    let mut server = server(1, &[1; 7]);
    server.deliver(2, append(1, (1, 7), &[], 5));
    server.deliver(2, append(1, (1, 7), &[], 5));
    assert_eq!((server.node.disk.log.base(), server.log()), (5, vec![1, 1]));
    assert_eq!((server.node.commit, server.node.applied), (5, 5));
}

/// A snapshot is on disk with all that it stands for: a server that restarts has its state machine
/// and its clients' sessions, and goes on where it ends.
#[test]
fn a_restart_begins_with_the_snapshot() {
    let mut lab = applied(6);
    let before = lab.node(2).clone();
    let base = before.disk.log.base();
    assert!(base > 0);
    lab.crash(2);
    let step = lab.restart(2);
    let restored = step.notes.iter().map(|(_, note)| note.rule.id);
    assert_eq!(
        restored.collect::<Vec<_>>(),
        ["raft.all_servers.restart", "raft.snapshot.restore"]
    );
    let node = lab.node(2);
    let snapshot = before.disk.log.snapshot().unwrap();
    assert_eq!(node.machine, snapshot.machine);
    assert_eq!((node.commit, node.applied), (base, base));
    assert_eq!(node.disk, before.disk);
    lab.fire(1, "heartbeat");
    lab.settle();
    assert_eq!(lab.node(2).machine, lab.node(1).machine);
}

/// "The leader must occasionally send snapshots to followers that lag behind. This happens when
/// the leader has already discarded the next log entry that it needs to send to a follower."
#[test]
fn a_lagging_follower_gets_the_snapshot() {
    let mut lab = Lab::<Raft>::new(&scenario("raft", 3, &["snapshots"]));
    lab.campaign(1);
    lab.partition(&[&[1, 2], &[3]]);
    for _ in 0..7 {
        lab.ask(1, 1, "n+1");
        lab.settle();
    }
    assert_eq!(lab.node(3).disk.log.last_index(), 0);
    lab.act(quorumscope::world::Action::Heal);
    lab.fire(1, "heartbeat");
    lab.settle();
    assert_eq!(lab.node(3).machine, lab.node(1).machine);
    assert_eq!(lab.node(3).disk.log.base(), lab.node(1).disk.log.base());
    assert_eq!(lab.value_of(3, "n"), Some("7"));
}

/// A leader takes the answer to a snapshot for what it is: the follower has all of it.
#[test]
fn an_answer_raises_match_index() {
    let mut server = Server::with_variants(3, 0, &[], &["snapshots"]);
    server.fire(quorumscope::protocol::raft::Timer::Election);
    server.deliver(2, super::server::vote(1, true));
    for sequence in 1..=5 {
        server.request(1, sequence, "n+1");
        server.deliver(2, stored(1, sequence));
    }
    // S3 knows nothing: nextIndex falls until its entry is one that was discarded.
    let out = server.deliver(3, super::server::refused(1, None));
    assert!(matches!(
        only(&out),
        Message::InstallSnapshot { term: 1, .. }
    ));
    let reply = Message::InstallReply {
        term: 1,
        last_index: 5,
    };
    server.deliver(3, reply.clone());
    assert_eq!(server.progress(3), (6, 5));
    server.deliver(
        3,
        Message::InstallReply {
            term: 2,
            last_index: 0,
        },
    );
    assert!(server.follows(), "a newer term, in this answer as in any");
    assert_eq!(rules(&server.deliver(3, reply)), ["raft.leader.stale"]);
}

/// "1. Reply immediately if term < currentTerm."
#[test]
fn a_snapshot_of_an_older_term_is_refused() {
    let mut server = server(5, &[1]);
    let out = server.deliver(2, snapshot((4, 9)));
    assert_eq!(installed(&out), (5, 0));
    assert_eq!(rules(&out), ["raft.snapshot.term"]);
    assert_eq!(server.log(), [1]);
}

/// "6. If existing log entry has same index and term as snapshot's last included entry, retain
/// log entries following it and reply." What it applied before stays: a machine never goes back.
#[test]
fn a_snapshot_of_a_prefix_leaves_the_rest() {
    for (commit, expected) in [(0, Some("snapshot")), (3, None)] {
        let mut server = server(4, &[1, 1, 2, 3]);
        server.deliver(2, append(4, (3, 4), &[], commit));
        let out = server.deliver(2, snapshot((1, 2)));
        assert_eq!(installed(&out), (4, 2));
        assert_eq!(rules(&out)[0], "raft.snapshot.keep");
        let log = &server.node.disk.log;
        assert_eq!((log.base(), server.log()), (2, vec![2, 3]));
        assert_eq!(server.value_of("from"), expected);
        assert_eq!(server.node.applied, commit.max(2));
    }
}

/// "7. Discard the entire log. 8. Reset state machine using snapshot contents": where the log is
/// too short, and where it conflicts.
#[test]
fn a_snapshot_of_another_past_replaces_the_log() {
    for last in [(3, 6), (3, 3)] {
        let mut server = server(4, &[1, 1, 2, 2]);
        let out = server.deliver(2, snapshot(last));
        assert_eq!(
            rules(&out),
            ["raft.snapshot.replace", "raft.snapshot.reset"]
        );
        let log = &server.node.disk.log;
        assert_eq!((log.last_position(), log.entries().len()), (last, 0));
        assert_eq!(server.value_of("from"), Some("snapshot"));
        assert_eq!((server.node.commit, server.node.applied), (last.1, last.1));
        server.restart();
        assert_eq!(server.value_of("from"), Some("snapshot"));
        let out = server.deliver(2, append(4, last, &[4], last.1));
        assert!(super::server::succeeds(&out));
    }
}

/// "5. Save snapshot file, discard any existing or partial snapshot with a smaller index": not
/// one that reaches as far. Its sender learns that all of it is there.
#[test]
fn an_older_snapshot_changes_nothing() {
    let mut server = server(4, &[]);
    server.deliver(2, snapshot((3, 6)));
    let before = server.node.clone();
    for last in [(3, 6), (2, 4)] {
        let out = server.deliver(2, snapshot(last));
        assert_eq!(rules(&out), ["raft.snapshot.old"]);
        assert_eq!(installed(&out), (4, last.1));
        assert_eq!(server.node, before);
    }
}

/// An AppendEntries may start, or end, inside what a snapshot stands for.
#[test]
fn entries_that_a_snapshot_covers_are_skipped() {
    let mut server = server(4, &[]);
    server.deliver(2, snapshot((3, 6)));
    let covered = [1, 1, 2, 2, 3, 3];
    let cases: [(&[u32], u32, &[u32]); 3] = [
        (&covered[..4], 6, &[]),
        (&covered, 6, &[]),
        (&[1, 1, 2, 2, 3, 3, 4], 7, &[4]),
    ];
    for (new, matched, log) in cases {
        let out = server.deliver(2, append(4, (0, 0), new, 0));
        assert!(rules(&out).contains(&"raft.snapshot.covered"), "{new:?}");
        assert_eq!(only(&out), &stored(4, matched), "{new:?}");
        assert_eq!(server.log(), log);
    }
}

/// Votes compare the last entries of whole logs, discarded or not (§5.4.1).
#[test]
fn a_discarded_log_still_counts_in_elections() {
    let mut server = server(4, &[]);
    server.deliver(2, snapshot((3, 6)));
    for (last, granted) in [((3, 5), false), ((2, 9), false), ((3, 6), true)] {
        let out = server.deliver(3, request_vote(5, last));
        assert_eq!(grants(&out), granted, "{last:?}");
    }
}

/// "The snapshot also includes the latest configuration in the log as of last included index": a
/// server that has nothing else knows the members.
#[test]
fn a_snapshot_has_the_configuration() {
    let setting = with_spares(4, 3, &["snapshots", "single_server"]);
    let mut lab = Lab::<Raft>::new(&setting);
    lab.campaign(1);
    lab.ask(1, 1, "-S3");
    lab.settle();
    for _ in 0..6 {
        lab.ask(1, 1, "n+1");
        lab.settle();
    }
    assert!(lab.node(1).disk.log.base() > 2, "the entry itself is gone");
    assert_eq!(lab.configurations(1), ["{S1,S2}"]);
    lab.ask(1, 1, "+S4");
    lab.settle();
    assert_eq!(lab.configurations(4), ["{S1,S2}", "{S1,S2,S4}"]);
    assert_eq!(lab.node(4).machine.pairs, lab.node(1).machine.pairs);
}

/// A screen shows what is left of the log at its own indices, and how much is gone.
#[test]
fn screens_show_what_was_discarded() {
    let mut lab = applied(5);
    lab.submit(1, 1, "n+1");
    lab.settle();
    let node = lab.node(1);
    let view = lab.world().protocol().view(node);
    let indices: Vec<u32> = view.cells.iter().map(|cell| cell.index).collect();
    assert_eq!(indices, [6]);
    let field = |key| {
        let field = view.fields.iter().find(|field| field.key == key);
        field.unwrap().value.clone()
    };
    assert_eq!(field("snapshot"), Datum::Position { term: 1, index: 5 });
    assert_eq!(field("discarded"), Datum::Number(5));
    let shown = Raft::message_view(lab.world().protocol(), &snapshot((3, 6)));
    assert_eq!((shown.name, shown.short), ("InstallSnapshot", "IS"));
}
