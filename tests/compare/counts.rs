//! What each run costs, by counts that a person can check by hand.

use super::{
    act, adds_up, beside, even, leader, mean, pair, session, step_until, submit, until_answered,
};
use crate::common::{n, scenario};
use quorumscope::protocol::NodeId;
use quorumscope::share::pair::Side;
use quorumscope::view::compare::Counts;
use quorumscope::world::{Action, MessageId};

/// Paxos without a leader: a request, prepare and promise, accept and accepted, an answer. Six
/// messages wait for one another, four of them between nodes: two round trips there, three with the
/// client's own. The proposer sends prepare and accept to two nodes each and gets a promise from
/// each; each of three acceptors tells the two others that it has accepted. S2 has accepted what S1
/// has accepted before anybody else knows of it.
#[test]
fn paxos_takes_two_round_trips() {
    let mut pair = pair("paxos", "paxos");
    act(&mut pair, Side::Left, submit(1, 1, "x"));
    until_answered(&mut pair, 1);
    let [left, right] = pair.counts();
    assert_eq!(left, right, "the same on both sides");
    assert_eq!(
        left,
        Counts {
            sent: 12,
            delivered: left.delivered,
            lost: 0,
            bytes: left.bytes,
            client_messages: 2,
            elections: 1,
            decisions: 1,
            to_decision: mean(40, 1),
            to_answer: mean(60, 1),
            delays: mean(6, 1),
            round_trips: mean(3, 1),
            between: mean(2, 1),
        }
    );
    assert_eq!(left.messages_per_decision().tenths(), Some(120));
    adds_up(&pair);
}

/// With a leader that is known: a request, one round to a majority, an answer. The leader's election
/// took a round before anybody asked and is nobody's wait.
#[test]
fn a_stable_leader_takes_one_round_trip() {
    for protocol in ["raft", "multi_paxos"] {
        let mut pair = pair(protocol, protocol);
        step_until(&mut pair, "a leader", |it| {
            Side::BOTH.iter().all(|side| leader(it, *side).is_some())
        });
        let leads = leader(&pair, Side::Left).unwrap();
        let before = pair.counts()[0];
        assert_eq!((before.elections, before.decisions), (1, 0), "{protocol}");
        act(&mut pair, Side::Right, submit(1, leads.0, "x=1"));
        until_answered(&mut pair, 1);
        for counts in pair.counts() {
            assert_eq!(counts.delays, mean(4, 1), "{protocol}");
            assert_eq!(counts.round_trips, mean(2, 1), "{protocol}");
            assert_eq!(counts.between, mean(1, 1), "{protocol}");
            assert_eq!(counts.to_decision, mean(30, 1), "{protocol}");
            assert_eq!(counts.to_answer, mean(40, 1), "{protocol}");
            assert_eq!(counts.decisions, 1, "{protocol}");
        }
        adds_up(&pair);
    }
}

/// Who asks the wrong node waits a round trip longer, and not for nodes but for an answer.
#[test]
fn being_turned_away_takes_a_round_trip_of_the_client() {
    let mut pair = pair("raft", "raft");
    step_until(&mut pair, "a leader that all know", |it| {
        let moment = it.session(Side::Left).moment();
        leader(it, Side::Left).is_some() && moment.messages.is_empty()
    });
    let leads = leader(&pair, Side::Left).unwrap();
    let other = leads.0 % 3 + 1;
    act(&mut pair, Side::Left, submit(1, other, "x=1"));
    until_answered(&mut pair, 1);
    let [left, _] = pair.counts();
    assert_eq!(left.delays, mean(6, 1));
    assert_eq!((left.round_trips, left.between), (mean(3, 1), mean(1, 1)));
    assert_eq!(left.client_messages, 4);
}

/// A message that is lost and sent again makes a command late, but no chain of messages longer: it
/// waited for a timer.
#[test]
fn what_is_sent_again_is_no_round_trip() {
    let mut pair = pair("raft", "raft");
    step_until(&mut pair, "a leader", |it| leader(it, Side::Left).is_some());
    let leads = leader(&pair, Side::Left).unwrap();
    act(&mut pair, Side::Left, submit(1, leads.0, "x=1"));
    step_until(&mut pair, "the entry under way", |it| {
        let moment = it.session(Side::Left).moment();
        let clients = moment.messages.iter().any(|it| it.view.name == "Request");
        !clients && !moment.messages.is_empty()
    });
    let under_way: Vec<MessageId> = {
        let moment = pair.session(Side::Left).moment();
        let own = moment.messages.iter().map(|it| it.id);
        own.filter(|id| id.from == leads.into()).collect()
    };
    assert!(under_way.len() >= 2);
    for id in under_way {
        act(&mut pair, Side::Left, Action::Drop(id));
    }
    until_answered(&mut pair, 1);
    let [left, right] = pair.counts();
    assert_eq!(left.delays, mean(4, 1));
    assert_eq!(right.delays, mean(4, 1));
    assert!(left.lost >= 2 && right.lost == 0);
    assert!(left.to_answer.sum > right.to_answer.sum);
    adds_up(&pair);
}

/// S3 prepares a higher ballot before S2 has accepted, and crashes: S1 is refused, waits and begins
/// again. Request, prepare, promise, accept, refusal; prepare, promise, accept, accepted, answer: the
/// round that failed counts, and the wait does not.
#[test]
fn a_ballot_that_is_refused_is_a_round_trip() {
    let mut pair = pair("paxos", "paxos");
    act(&mut pair, Side::Left, submit(1, 1, "x"));
    step_until(&mut pair, "the prepare", |it| it.now() == 10);
    act(&mut pair, Side::Left, submit(2, 3, "y"));
    step_until(&mut pair, "the other prepare", |it| it.now() == 30);
    act(&mut pair, Side::Left, Action::Crash(n(3)));
    until_answered(&mut pair, 1);
    let [left, _] = pair.counts();
    assert_eq!(left.elections, 3);
    assert_eq!(left.delays, mean(10, 1));
    assert_eq!((left.round_trips, left.between), (mean(5, 1), mean(4, 1)));
    assert_eq!(left.decisions, 1);
    adds_up(&pair);
}

/// A copy is a message of its own, and what a crash kept from leaving is none.
#[test]
fn copies_count_and_what_never_left_does_not() {
    let mut pair = pair("raft", "paxos");
    act(
        &mut pair,
        Side::Left,
        Action::Fire(n(1).into(), "election".into()),
    );
    assert_eq!(pair.counts()[0].sent, 2);
    let vote: MessageId = "S1>S2#1".parse().unwrap();
    act(&mut pair, Side::Left, Action::Duplicate(vote));
    assert_eq!(pair.counts()[0].sent, 3);
    let trigger = quorumscope::world::Trigger::Deliver("S1>S3#1".parse().unwrap());
    act(&mut pair, Side::Left, Action::CrashBeforeSend(trigger));
    let [left, right] = pair.counts();
    assert_eq!((left.sent, left.delivered, left.lost), (3, 1, 0));
    assert_eq!(right, Counts::default());
    adds_up(&pair);
}

/// What a run costs is counted of the run as it was, also where a machine has come since its start.
#[test]
fn a_machine_that_came_later_is_counted_later() {
    let of = |variants| even(scenario("raft", 3, variants));
    let mut run = session(&of(&["single_server"]));
    for _ in 0..60 {
        run.step().unwrap();
    }
    run.act(Action::AddMachine).unwrap();
    for _ in 0..20 {
        run.step().unwrap();
    }
    // Counted step by step, and all at once: of what is prepared, and of what is done.
    let grown = beside(
        session(&of(&["single_server"])),
        of(&["single_server", "pre_vote"]),
    );
    let here = run.from_here();
    let mut pair = beside(run, of(&["single_server", "pre_vote"]));
    adds_up(&pair);
    let prepared = beside(session(&here), of(&["single_server", "pre_vote"]));
    assert_eq!(grown.counts()[0].sent, 0);
    assert_eq!(prepared.counts()[0], pair.counts()[0]);
    for _ in 0..10 {
        pair.step().unwrap();
    }
    let counts = pair.counts();
    // Another future is begun and left again: what it costs up to there is counted anew.
    pair.seek(pair.position() - 5);
    pair.fork();
    for _ in 0..5 {
        pair.step().unwrap();
    }
    assert_eq!(pair.counts(), counts);
}

/// With two coordinators, what was submitted first need not be decided first: each decision counts
/// for the command that it is on.
#[test]
fn a_decision_counts_for_its_own_command() {
    let mut scenario = even(scenario("two_phase", 4, &[]));
    let nodes = |ids: [u8; 2]| ids.map(NodeId).into();
    scenario.clients = 2;
    let roles = &mut scenario.cluster.roles;
    roles.insert("coordinator".into(), nodes([1, 2]));
    roles.insert("participant".into(), nodes([3, 4]));
    let mut pair = beside(session(&scenario), scenario);
    act(&mut pair, Side::Left, Action::Pause(NodeId(1)));
    act(&mut pair, Side::Left, submit(1, 1, "x"));
    act(&mut pair, Side::Left, Action::Advance(5));
    act(&mut pair, Side::Left, submit(2, 2, "y"));
    step_until(&mut pair, "the decision", |it| {
        it.counts()[0].decisions == 1
    });
    // Request, work, worked, prepare and vote.
    assert_eq!(pair.counts()[0].to_decision, mean(50, 1));
}
