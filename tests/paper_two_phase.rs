//! Two-phase commit as its sources have it: Bernstein, Hadzilacos and Goodman (1987), §7.3 and
//! §7.4; Gray and Lamport (2006), §3. One test for each rule, in words of
//! our own.

mod common;

use common::two_phase_stories::{count_votes, voted, worked};
use common::{Known, Lab, Mood, n, scenario};
use quorumscope::protocol::paxos::Paxos;
use quorumscope::protocol::raft::Raft;
use quorumscope::protocol::two_phase::{Stage, TwoPhase};
use quorumscope::protocol::{ClientId, Protocol, Shape};
use quorumscope::world::{Action, Trigger};

use Stage::{Aborted, Committed, Prepared, Started};

/// How long a run is that stands for any length.
const LONG: usize = 5000;

fn lab(nodes: u8) -> Lab<TwoPhase> {
    Lab::new(&scenario("two_phase", nodes, &[]))
}

/// Three nodes, all votes yes and on their way to S1.
fn all_voted() -> Lab<TwoPhase> {
    voted(&[], Mood::Strict, "x")
}

/// The scheduler goes on until something holds; whether it came to hold.
fn run_until<P: Known>(lab: &mut Lab<P>, steps: usize, holds: impl Fn(&Lab<P>) -> bool) -> bool {
    for _ in 0..steps {
        if holds(lab) {
            return true;
        }
        lab.act(Action::Next);
    }
    holds(lab)
}

/// Whether the first client has an answer, be it that nothing was committed.
fn is_told<P: Known>(lab: &Lab<P>) -> bool {
    let history = lab.world().clients()[&ClientId(1)].history();
    history.get(0).is_some_and(|it| it.told.is_some())
}

/// Without failures, and where all vote yes, the decision is to commit
/// (§7.3, AC4); the client hears of it, and in the end all have acknowledged.
#[test]
fn without_failures_everybody_commits() {
    let mut lab = lab(5);
    lab.ask(1, 1, "x");
    lab.settle();
    assert_eq!(lab.stages(), [Some(Committed); 5]);
    assert_eq!(lab.told(1), [Some("x".into())]);
    assert!(lab.node(1).telling.is_empty());
    assert!(lab.node(1).disk.log.values().all(|record| record.ended));
    assert!(
        lab.world()
            .machines()
            .values()
            .all(|it| it.timers.is_empty())
    );
}

/// The messages of the two phases, after the work, in their order.
#[test]
fn the_two_phases() {
    let mut lab = lab(2);
    lab.ask(1, 1, "x");
    for (from, to, name) in [
        (1, 2, "Work"),
        (2, 1, "Worked"),
        (1, 2, "Prepare"),
        (2, 1, "Yes"),
        (1, 2, "Commit"),
        (2, 1, "Ack"),
    ] {
        assert_eq!(lab.said(from, to), [name]);
        lab.deliver(from, to);
    }
    assert_eq!(lab.said(1, 2), [""; 0]);
}

/// A participant that votes no has decided to abort (§7.4); one no is enough, and the
/// client is told that nothing was committed.
#[test]
fn one_no_aborts() {
    let mut lab = lab(3);
    worked(&mut lab, "!S3 x");
    lab.deliver(1, 3);
    assert_eq!(lab.stage(3), Some(Aborted));
    assert_eq!(lab.said(3, 1), ["No"]);
    lab.settle();
    assert_eq!(lab.stages(), [Some(Aborted); 3]);
    assert!(is_told(&lab));
    assert_eq!(lab.told(1), [None]);
}

/// All refuse what begins with `!` and names nobody: the coordinator's own no is enough.
#[test]
fn all_refuse() {
    let mut lab = lab(3);
    worked(&mut lab, "!x");
    assert_eq!(lab.stages(), [Some(Aborted), None, None]);
    lab.settle();
    assert_eq!(lab.stages(), [Some(Aborted); 3]);
}

/// While it collects votes, the coordinator that hears nothing may decide to abort (§7.4); so it can
/// before it has asked for them.
#[test]
fn a_silent_participant_aborts_the_transaction() {
    for work_done in [false, true] {
        let mut lab = lab(3);
        if work_done {
            worked(&mut lab, "x");
        } else {
            lab.ask(1, 1, "x");
        }
        lab.crash(3);
        lab.settle();
        assert!(!is_told(&lab));
        lab.fire(1, "collect");
        assert_eq!(lab.stage(1), Some(Aborted));
        lab.settle();
        assert_eq!(lab.stage(2), Some(Aborted));
        lab.restart(3);
        lab.fire(1, "resend");
        lab.settle();
        assert_eq!(lab.stages(), [Some(Aborted); 3]);
    }
}

/// Before it votes yes, anybody may decide to abort alone, and so may a participant that waits too
/// long to be asked for its vote (§7.4); asked later, it votes no.
#[test]
fn before_it_votes_a_participant_may_abort_alone() {
    let mut lab = lab(3);
    worked(&mut lab, "x");
    lab.fire(2, "prepare");
    assert_eq!(lab.stage(2), Some(Aborted));
    lab.deliver(1, 2);
    assert_eq!(lab.said(2, 1), ["No"]);
    lab.settle();
    assert_eq!(lab.stages(), [Some(Aborted); 3]);
}

/// What a participant has done is volatile until it votes: after a crash there is no yes record,
/// and it votes no.
#[test]
fn work_is_lost_in_a_crash() {
    let mut lab = lab(3);
    worked(&mut lab, "x");
    lab.crash(2);
    lab.restart(2);
    lab.deliver(1, 2);
    assert_eq!(lab.said(2, 1), ["No"]);
}

/// A participant writes the yes record before it sends its yes (§7.4,
/// rule 2): it crashes before it sends, and after its restart it is in doubt and asks.
#[test]
fn a_yes_is_in_the_log_before_it_is_said() {
    let mut lab = lab(3);
    worked(&mut lab, "x");
    let request = lab.flights(n(1), n(2))[0];
    lab.act(Action::CrashBeforeSend(Trigger::Deliver(request)));
    lab.restart(2);
    assert_eq!(lab.stage(2), Some(Prepared));
    assert_eq!(lab.said(2, 1), ["DecisionReq"]);
    assert_eq!(lab.said(2, 3), ["DecisionReq"]);
}

/// The coordinator writes the commit record before it sends Commit (§7.4, rule
/// 3): it crashes before it sends, and after its restart all commit.
#[test]
fn the_decision_is_in_the_log_before_it_is_told() {
    let mut lab = all_voted();
    lab.deliver(2, 1);
    let vote = lab.flights(n(3), n(1))[0];
    lab.act(Action::CrashBeforeSend(Trigger::Deliver(vote)));
    assert_eq!(
        lab.stages(),
        [Some(Committed), Some(Prepared), Some(Prepared)]
    );
    lab.restart(1);
    lab.settle();
    assert_eq!(lab.stages(), [Some(Committed); 3]);
    assert_eq!(lab.told(1), [Some("x".into())]);
}

/// A start record and no decision: the coordinator decides to abort (§7.4); and
/// it still knows whom to tell.
#[test]
fn a_coordinator_that_finds_no_decision_aborts() {
    let mut lab = all_voted();
    lab.crash(1);
    lab.restart(1);
    assert_eq!(lab.stage(1), Some(Aborted));
    lab.settle();
    assert_eq!(lab.stages(), [Some(Aborted); 3]);
    assert!(is_told(&lab));
    assert_eq!(lab.told(1), [None]);
}

/// Where a crash comes before the start record, nothing has begun; the client asks again.
#[test]
fn a_queued_request_is_lost_in_a_crash_and_asked_again() {
    let mut lab = lab(3);
    lab.ask(1, 1, "x");
    lab.ask(2, 1, "y");
    lab.crash(1);
    lab.restart(1);
    assert!(run_until(&mut lab, LONG, |lab| is_told(lab)
        && lab.told(2).iter().any(Option::is_some)));
    assert_eq!(lab.told(1), [None]);
    assert_eq!(lab.told(2), [Some("y".into())]);
}

/// A decision is told until it is acknowledged, and then the end record forgets no participant.
#[test]
fn decisions_are_told_until_they_are_acknowledged() {
    let mut lab = all_voted();
    count_votes(&mut lab);
    lab.drop_all();
    lab.fire(1, "resend");
    lab.deliver(1, 2);
    lab.drop_all();
    assert_eq!(
        lab.stages(),
        [Some(Committed), Some(Committed), Some(Prepared)]
    );
    lab.crash(1);
    lab.restart(1);
    assert_eq!(lab.said(1, 3), ["Commit"]);
    lab.settle();
    assert_eq!(lab.stages(), [Some(Committed); 3]);
    assert!(lab.node(1).disk.log.values().all(|record| record.ended));
    lab.crash(1);
    lab.restart(1);
    assert_eq!(lab.said(1, 3), [""; 0]);
}

/// Cooperative termination (§7.4), the three cases: whoever was asked has decided, has not voted,
/// or is in doubt too.
#[test]
fn those_in_doubt_ask_the_others() {
    // S3 has heard the decision.
    let mut knows = all_voted();
    count_votes(&mut knows);
    knows.deliver(1, 3);
    knows.crash(1);
    knows.drop_all();
    knows.fire(2, "decision");
    knows.converse(2, 3);
    assert_eq!(knows.stage(2), Some(Committed));

    // S3 has not voted, and sees to it that the answer is abort.
    let mut free = lab(3);
    worked(&mut free, "x");
    free.deliver(1, 2);
    free.crash(1);
    free.drop_all();
    free.fire(2, "decision");
    free.converse(2, 3);
    assert_eq!(
        free.stages(),
        [Some(Prepared), Some(Aborted), Some(Aborted)]
    );
    free.restart(1);
    free.settle();
    assert_eq!(free.stages(), [Some(Aborted); 3]);

    // S3 is in doubt too.
    let mut doubt = all_voted();
    doubt.crash(1);
    doubt.drop_all();
    doubt.fire(2, "decision");
    doubt.converse(2, 3);
    assert_eq!(doubt.stage(2), Some(Prepared));
    assert!(doubt.is_blocked(2));
}

/// The failure of the coordinator can block the protocol until it is repaired (Gray and Lamport,
/// §3.3): all have voted yes, the coordinator is gone, and however long the run, the
/// others neither commit nor abort, and nobody answers the client. In the same plight Paxos and
/// Raft decide without the node that is gone.
#[test]
fn two_phase_commit_blocks_where_consensus_does_not() {
    let mut blocked = lab(5);
    worked(&mut blocked, "x");
    for id in 2..=5 {
        blocked.deliver(1, id);
    }
    blocked.crash(1);
    for _ in 0..LONG {
        blocked.act(Action::Next);
        let in_doubt = (2..=5).all(|id| blocked.stage(id) == Some(Prepared));
        assert!(in_doubt && !is_told(&blocked));
    }
    for id in 2..=5 {
        assert!(blocked.is_blocked(id));
        let view = blocked.world().protocol().view(blocked.node(id));
        assert_eq!((view.role, view.shape), ("blocked", Shape::Dashed));
    }
    blocked.restart(1);
    assert!(run_until(&mut blocked, 200, is_told));
    assert!(run_until(&mut blocked, 200, |lab| lab.stages() == [Some(Aborted); 5]));

    // Paxos: the proposer is gone right after its phase 2 reached one acceptor.
    let mut paxos = Lab::<Paxos>::new(&scenario("paxos", 5, &[]));
    paxos.ask(1, 1, "x");
    for id in 2..=5 {
        paxos.converse(1, id);
    }
    paxos.crash(1);
    assert!(run_until(&mut paxos, LONG, is_told));
    assert_eq!(paxos.told(1), [Some("x".into())]);

    // Raft: the leader is gone right after its entry reached the others.
    let mut raft = Lab::<Raft>::new(&scenario("raft", 5, &["no_op"]));
    raft.campaign(1);
    raft.ask(1, 1, "x");
    for id in 2..=5 {
        raft.deliver(1, id);
    }
    raft.crash(1);
    assert!(run_until(&mut raft, LONG, is_told));
    assert_eq!(raft.told(1), [Some("x".into())]);
}

/// Blocking ends where one that knows comes back, be it the coordinator or not.
#[test]
fn one_that_knows_ends_the_blocking() {
    let mut lab = lab(3);
    worked(&mut lab, "x");
    lab.deliver(1, 2);
    lab.deliver(1, 3);
    count_votes(&mut lab);
    lab.deliver(1, 3);
    lab.crash(1);
    lab.crash(3);
    lab.drop_all();
    for _ in 0..3 {
        lab.fire(2, "decision");
        lab.drop_all();
    }
    assert!(lab.is_blocked(2));
    lab.restart(3);
    lab.fire(2, "decision");
    lab.converse(2, 3);
    assert_eq!(lab.stage(2), Some(Committed));
    assert!(!lab.is_blocked(2));
}

/// One transaction at a time for each coordinator, in the order of asking; what is decided is told
/// while the next is under way.
#[test]
fn transactions_take_turns() {
    let mut lab = lab(3);
    lab.ask(1, 1, "x");
    lab.ask(2, 1, "y");
    assert_eq!(lab.node(1).disk.log.len(), 1);
    lab.settle();
    assert_eq!(lab.told(1), [Some("x".into())]);
    assert_eq!(lab.told(2), [Some("y".into())]);
    for id in 1..=3 {
        let view = lab.world().protocol().view(lab.node(id));
        let cells: Vec<_> = view.cells.iter().map(|it| (it.index, &*it.label)).collect();
        assert_eq!(cells, [(1, "x"), (2, "y")]);
    }
}

/// A client that asks again is answered from the log, and the work is not done twice.
#[test]
fn a_repeated_request_is_one_transaction() {
    let mut lab = lab(3);
    lab.submit(1, 1, "x");
    let request = lab.flights(ClientId(1), n(1))[0];
    lab.act(Action::Duplicate(request));
    lab.act(Action::Duplicate(request));
    let copies = lab.flights(ClientId(1), n(1));
    lab.act(Action::Deliver(copies[0]));
    lab.act(Action::Deliver(copies[1]));
    assert_eq!(
        (lab.node(1).disk.log.len(), lab.node(1).wishes.len()),
        (1, 0)
    );
    lab.act(Action::Hold(copies[2]));
    lab.settle();
    lab.act(Action::Release(copies[2]));
    lab.act(Action::Deliver(copies[2]));
    assert_eq!(lab.node(1).disk.log.len(), 1);
    assert_eq!(lab.flights(n(1), ClientId(1)).len(), 1);
}

/// Two coordinators, neither of which need take part: each has its own transactions.
#[test]
fn coordinators_apart_from_participants() {
    let mut setting = scenario("two_phase", 5, &[]);
    let players = |numbers: &[u8]| numbers.iter().copied().map(n).collect();
    setting.cluster.roles = [
        ("coordinator".into(), players(&[1, 2])),
        ("participant".into(), players(&[3, 4, 5])),
    ]
    .into();
    let mut lab = Lab::<TwoPhase>::new(&setting);
    lab.ask(1, 1, "x");
    lab.ask(2, 2, "y");
    assert_eq!(lab.stages()[..2], [Some(Started), Some(Started)]);
    lab.settle();
    assert_eq!(lab.told(1), [Some("x".into())]);
    assert_eq!(lab.told(2), [Some("y".into())]);
    assert_eq!(lab.node(3).disk.log.len(), 2);
    let view = lab.world().protocol().view(lab.node(3));
    let cells: Vec<_> = view.cells.iter().map(|it| (it.index, &*it.label)).collect();
    assert_eq!(cells, [(1, "x"), (2, "y")]);
}

/// One node alone: everything happens at once.
#[test]
fn a_single_node_commits_at_once() {
    let mut lab = lab(1);
    lab.ask(1, 1, "x");
    assert_eq!(lab.stages(), [Some(Committed)]);
    assert_eq!(lab.flights(n(1), ClientId(1)).len(), 1);
}
