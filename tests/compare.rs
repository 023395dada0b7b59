//! Two runs side by side: one clock, one environment, and counts that a person can check by hand.

mod common;

use common::{n, scenario, value};
use quorumscope::protocol::registry::PROTOCOLS;
use quorumscope::protocol::{ClientId, NodeId, RangeMs};
use quorumscope::share::pair::{Deed, PairFile, Side};
use quorumscope::share::{ACTIONS_MAX, Run, RunError};
use quorumscope::sorted::SortedSet;
use quorumscope::view::compare::{
    Counts, Mean, Pair, PairOpening, Rival, Runs, reopen_pair, rivals,
};
use quorumscope::view::{Session, first_look, open};
use quorumscope::world::{Action, ActionError, MessageId, Network, Scenario};

/// Every message takes ten milliseconds.
fn even(scenario: Scenario) -> Scenario {
    let network = Network {
        latency: RangeMs::new(10, 10),
        ..Network::default()
    };
    Scenario {
        network,
        ..scenario
    }
}

fn session(scenario: &Scenario) -> Session {
    open(scenario.clone(), 1).expect("the scenario can run")
}

fn beside(left: Session, right: Scenario) -> Pair {
    match Pair::beside(left, right) {
        Ok(pair) => pair,
        Err(failed) => panic!("{:?}", failed.1),
    }
}

/// Two clusters of three nodes, with every message as slow as any other.
fn pair(left: &str, right: &str) -> Pair {
    let of = |protocol| even(scenario(protocol, 3, &[]));
    beside(session(&of(left)), of(right))
}

fn submit(client: u8, to: u8, text: &str) -> Action {
    Action::Submit {
        client: ClientId(client),
        to: Some(NodeId(to)),
        value: value(text),
    }
}

fn act(pair: &mut Pair, side: Side, action: Action) {
    let deed = pair.deed(side, action);
    pair.act(deed).expect("it makes sense");
}

fn step_until(pair: &mut Pair, what: &str, is_so: impl Fn(&Pair) -> bool) {
    for _ in 0..2000 {
        if is_so(pair) {
            return;
        }
        pair.step().expect("there is a next event");
    }
    panic!("{what} does not come about");
}

/// Until every command has been answered on both sides.
fn until_answered(pair: &mut Pair, answers: u32) {
    step_until(pair, "the answer", |it| {
        it.counts().iter().all(|it| it.to_answer.of == answers)
    });
}

fn leader(pair: &Pair, side: Side) -> Option<NodeId> {
    let moment = pair.session(side).moment();
    let mut nodes = moment.nodes.into_iter();
    nodes.find(|it| it.view.role == "leader").map(|it| it.id)
}

fn mean(sum: u64, of: u32) -> Mean {
    Mean { sum, of }
}

/// What is counted of messages adds up: every one that was sent is delivered, lost or under way.
fn adds_up(pair: &Pair) {
    for side in Side::BOTH {
        let counts = pair.counts()[side as usize];
        let moment = pair.session(side).moment();
        let between = |it: &&quorumscope::view::MessageCard| {
            use quorumscope::protocol::Endpoint::Node;
            matches!((it.id.from, it.id.to), (Node(_), Node(_)))
        };
        let under_way = moment.messages.iter().filter(between).count() as u32;
        assert_eq!(counts.sent, counts.delivered + counts.lost + under_way);
    }
}

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

/// The earlier event comes first, of two at the same time the left one; time never goes back and is
/// one for both.
#[test]
fn time_is_common() {
    let mut pair = pair("raft", "raft");
    pair.step().unwrap();
    assert!(pair.has_moved(Side::Left) && !pair.has_moved(Side::Right));
    pair.step().unwrap();
    assert!(!pair.has_moved(Side::Left) && pair.has_moved(Side::Right));
    let mut now = 0;
    for _ in 0..400 {
        let due = pair.next_due().unwrap();
        pair.step().unwrap();
        assert_eq!(pair.now(), due);
        assert!(pair.now() >= now);
        now = pair.now();
        for side in Side::BOTH {
            assert_eq!(pair.moment(side).now, now);
            let next = pair.session(side).moment().next.unwrap();
            assert!(next.at >= now, "nothing is left behind");
        }
    }
}

/// What is done to the cluster is done to both at the same time; what is done to a message or a
/// timer, to one.
#[test]
fn the_environment_is_common_and_messages_are_not() {
    let mut pair = pair("raft", "paxos");
    act(&mut pair, Side::Right, Action::Crash(n(3)));
    for side in Side::BOTH {
        assert!(!pair.moment(side).node(n(3)).unwrap().up);
        assert_eq!(pair.moment(side).happened.len(), 1);
    }
    act(&mut pair, Side::Left, submit(1, 1, "x"));
    let request: MessageId = "C1>S1#1".parse().unwrap();
    act(&mut pair, Side::Right, Action::Drop(request));
    assert!(pair.moment(Side::Left).message(request).is_some());
    assert!(pair.moment(Side::Right).message(request).is_none());
    assert!(
        pair.moment(Side::Left).happened.is_empty(),
        "nothing new there"
    );
    // A person who acts later than the last event acts at the time shown on both sides.
    act(&mut pair, Side::Left, Action::Advance(3));
    act(&mut pair, Side::Left, Action::Restart(n(3)));
    for side in Side::BOTH {
        assert_eq!(pair.session(side).now(), 3);
    }
    let late = pair.deed(Side::Left, Action::Advance(10_000));
    assert!(matches!(pair.act(late), Err(ActionError::EventDueFirst(_))));
}

/// Where something makes no sense on one side it is left out there, and that is said; where it makes
/// none on either, nothing is done.
#[test]
fn what_makes_no_sense_on_a_side_is_left_out_there() {
    let mut pair = pair("raft", "two_phase");
    // Of two-phase commit, S1 alone serves clients.
    act(&mut pair, Side::Left, submit(1, 2, "x=1"));
    let skipped = pair.skipped().cloned();
    assert_eq!(skipped, Some((Side::Right, ActionError::NotServing(n(2)))));
    assert!(!pair.has_moved(Side::Right));
    let before = (pair.length(), pair.hashes());
    let nobody = pair.deed(Side::Left, Action::Crash(n(9)));
    assert!(pair.act(nobody).is_err());
    assert_eq!((pair.length(), pair.hashes()), before);
    pair.step().unwrap();
    assert_eq!(pair.skipped(), None);
}

/// Links are the environment's, unless they are what is compared.
#[test]
fn links_that_are_compared_stay_apart() {
    let slow = Network {
        latency: RangeMs::new(100, 100),
        ..Network::default()
    };
    let links = || Action::Links(slow.clone());
    let same = pair("raft", "paxos");
    assert_eq!(same.deed(Side::Left, links()), Deed::Both(links()));
    let left = even(scenario("raft", 3, &[]));
    let right = Scenario {
        network: slow.clone(),
        ..left.clone()
    };
    let apart = beside(session(&left), right);
    let one = Deed::One(Side::Right, links());
    assert_eq!(apart.deed(Side::Right, links()), one);
}

/// Something of everything, on a pair.
fn eventful() -> Pair {
    let mut pair = beside(
        session(&scenario("raft", 5, &[])),
        scenario("raft", 5, &["pre_vote"]),
    );
    for round in 0..6 {
        for _ in 0..40 {
            pair.step().unwrap();
        }
        act(&mut pair, Side::Left, submit(1, 1 + round % 3, "x=1"));
        match round {
            0 => act(&mut pair, Side::Left, Action::Crash(n(5))),
            1 => {
                let group = |ids: [u8; 2]| ids.map(n).into_iter().collect::<SortedSet<_>>();
                let groups = vec![group([1, 2]), group([3, 4])];
                act(&mut pair, Side::Right, Action::Partition(groups));
            }
            2 => act(&mut pair, Side::Right, Action::Restart(n(5))),
            3 => act(&mut pair, Side::Left, Action::Heal),
            _ => act(&mut pair, Side::Left, Action::Pause(n(round))),
        }
    }
    pair
}

type Seen = (u64, [u64; 2], [Counts; 2], Option<(Side, ActionError)>);

fn seen(pair: &Pair) -> Seen {
    (
        pair.now(),
        pair.hashes(),
        pair.counts(),
        pair.skipped().cloned(),
    )
}

/// Back and forward again is the same, counts included; so is a jump.
#[test]
fn back_and_forward_is_the_same() {
    let mut pair = eventful();
    let mut forward = Vec::new();
    pair.seek(0);
    for _ in 0..pair.length() {
        forward.push(seen(&pair));
        pair.step().unwrap();
    }
    for position in (0..pair.length()).rev().step_by(7) {
        pair.seek(position);
        assert_eq!(seen(&pair), forward[position], "at {position}");
    }
}

/// In the past, the same as last time goes forward; anything else takes the place of what lay ahead,
/// and is counted from there on as if nothing else had ever been.
#[test]
fn acting_in_the_past_leaves_what_lay_ahead() {
    let mut pair = eventful();
    let length = pair.length();
    pair.seek(60);
    let recorded = pair.deed_before(61).unwrap().clone();
    pair.act(recorded).unwrap();
    assert_eq!((pair.position(), pair.length()), (61, length));
    act(&mut pair, Side::Left, Action::Crash(n(2)));
    assert_eq!((pair.position(), pair.length()), (62, 62));
    for _ in 0..50 {
        pair.step().unwrap();
    }
    let again = reopen_pair(&pair.file()).unwrap().pair;
    assert_eq!(seen(&again), seen(&pair));
    adds_up(&pair);
}

/// The environment that a run has had is the other one's too: the same, at the same times.
#[test]
fn a_comparison_begins_with_what_was_done_before() {
    let mut left = session(&scenario("raft", 3, &[]));
    for _ in 0..30 {
        left.act(Action::Next).unwrap();
    }
    left.act(Action::Advance(1)).unwrap();
    let at = left.now();
    left.act(Action::Crash(n(3))).unwrap();
    left.act(submit(1, 1, "x=1")).unwrap();
    for _ in 0..30 {
        left.act(Action::Next).unwrap();
    }
    left.seek(40);
    let (run, hash) = (left.run(), left.hash());
    let mut pair = beside(left, scenario("multi_paxos", 3, &[]));
    assert_eq!(
        pair.session(Side::Left).run(),
        run,
        "the left run is as it was"
    );
    // The right one's crash stands at the same time.
    let right = pair.session(Side::Right).run();
    let mut world = open(right.scenario.clone(), right.seed).unwrap();
    for action in &right.actions {
        world.act(action.clone()).unwrap();
        if *action == Action::Crash(n(3)) {
            assert_eq!(world.now(), at);
        }
    }
    assert!(right.actions.contains(&submit(1, 1, "x=1")));
    assert!(pair.length() > pair.position(), "what lay ahead still does");
    while pair.position() < pair.length() {
        pair.step().unwrap();
    }
    assert_eq!(pair.session(Side::Left).position(), run.actions.len());
    let mut closed = pair.into_left();
    closed.seek(40);
    assert_eq!((closed.run(), closed.hash()), (run, hash));
}

/// What is prepared on the left is prepared on the right as well.
#[test]
fn what_is_prepared_is_prepared_on_both_sides() {
    let pair = beside(
        session(&first_look("paxos")),
        Rival::Protocol("multi_paxos").of(&first_look("paxos")),
    );
    for side in Side::BOTH {
        let client = pair.moment(side).client(ClientId(1)).unwrap().clone();
        assert_eq!(client.history.len(), 1, "it has asked");
        assert_eq!(pair.counts()[side as usize].client_messages, 1);
    }
}

/// Everything that is offered to compare with runs beside what it is offered for.
#[test]
fn every_rival_can_be_compared_with() {
    for about in PROTOCOLS {
        let left = first_look(about.key);
        let all = rivals(&left);
        assert!(all.len() > 8, "{}", about.key);
        for rival in all {
            let mut pair = beside(session(&left), rival.of(&left));
            assert_ne!(pair.session(Side::Right).scenario(), &left);
            for _ in 0..30 {
                if pair.step().is_err() {
                    break;
                }
            }
            adds_up(&pair);
        }
    }
}

/// A file reads back as the pair that wrote it, and opens as it was.
#[test]
fn files_are_lossless() {
    let mut pair = eventful();
    let message = {
        let moment = pair.moment(Side::Right);
        moment.messages.first().map(|it| it.id)
    };
    if let Some(id) = message {
        act(&mut pair, Side::Right, Action::Drop(id));
    }
    pair.seek(100);
    let file = pair.file();
    let read = PairFile::from_json(&file.to_json()).unwrap();
    assert_eq!(read, file);
    let opened = reopen_pair(&read).unwrap();
    assert_eq!((opened.stopped, opened.same_state), (None, Some(true)));
    assert_eq!(seen(&opened.pair), seen(&pair));

    // What the boot script holds line by line is the same pair.
    let runs = Runs::Two(Box::new(opened.pair));
    let lines: Vec<String> = (1..=runs.length()).filter_map(|it| runs.line(it)).collect();
    let head = runs.head();
    let head = head.strip_suffix('}').unwrap();
    let grown = format!("{head},\"actions\":[{}]}}", lines.join(","));
    assert_eq!(PairFile::from_json(&grown).unwrap().deeds, file.deeds);
}

/// However it is sliced, a file opens as the same pair, never in more at once than was asked for,
/// and says on its way how far it is.
#[test]
fn a_pair_opens_in_slices() {
    let pair = eventful();
    let mut file = pair.file();
    file.cursor = 70;
    let whole = reopen_pair(&file).unwrap().pair;
    for most in [1, 7, usize::MAX] {
        let mut opening = PairOpening::of(file.clone()).unwrap();
        let (mut before, mut slices) = (0, 1);
        while !opening.advance(most) {
            assert!((before..100).contains(&opening.percent()));
            (before, slices) = (opening.percent(), slices + 1);
        }
        assert_eq!(slices, file.deeds.len().div_ceil(most));
        assert_eq!(opening.percent(), 100);
        assert_eq!(seen(&opening.finish().pair), seen(&whole));
    }
}

/// A pair ends where its file would, and what was saved then opens whole; so does either run alone.
#[test]
fn a_pair_ends_where_its_file_would() {
    let mut pair = pair("raft", "raft");
    while pair.length() < ACTIONS_MAX {
        pair.step().unwrap();
    }
    assert_eq!(pair.step(), Err(ActionError::RunFull));
    assert!(pair.stride().is_err());
    let crash = pair.deed(Side::Left, Action::Crash(NodeId(1)));
    assert_eq!(pair.act(crash.clone()), Err(ActionError::RunFull));
    let opened = reopen_pair(&PairFile::from_json(&pair.file().to_json()).unwrap()).unwrap();
    assert_eq!((opened.stopped, opened.same_state), (None, Some(true)));
    // In the past there is room again, as long as each run has some.
    pair.seek(5);
    pair.act(crash).unwrap();
    let left = pair.into_left();
    let run = left.run_with_branches().unwrap();
    assert_eq!(Run::from_json(&run.to_json()), Ok(run));
}

/// Each kind of bad file has its own answer; a deed that makes no sense ends the pair there.
#[test]
fn bad_files_are_told_apart() {
    let good = eventful().file().to_json();
    let read = |text: &str| PairFile::from_json(text).unwrap_err();
    let but = |from: &str, to: &str| {
        assert!(good.contains(from), "{from} in {good}");
        read(&good.replacen(from, to, 1))
    };
    let run = Run::new(scenario("raft", 3, &[]), 1).to_json();
    assert_eq!(read(&run), RunError::NotARun);
    assert!(matches!(
        read(&good[..good.len() / 2]),
        RunError::Malformed(_)
    ));
    assert_eq!(but("\"version\":1", "\"version\":9"), RunError::Newer(9));
    assert_eq!(but("\"right\":{", "\"middle\":{"), RunError::BadHead);
    assert_eq!(
        but("\"seed\":1", "\"seed\":1,\"more\":1"),
        RunError::BadHead
    );
    assert!(matches!(
        but("pre_vote", "pre_votes"),
        RunError::Scenario(_)
    ));
    assert_eq!(but("\"both\"", "\"neither\""), RunError::BadAction(1));
    assert_eq!(
        but("{\"crash\":\"S5\"}", "\"next\""),
        RunError::BadAction(2)
    );
    let many = but("\"steps\":40", "\"steps\":4294967295");
    assert_eq!(many, RunError::TooManyActions);

    let nobody = good.replacen("{\"crash\":\"S5\"}", "{\"crash\":\"S9\"}", 1);
    let opened = reopen_pair(&PairFile::from_json(&nobody).unwrap()).unwrap();
    let (position, error) = opened.stopped.unwrap();
    assert_eq!(error, ActionError::NoSuchEndpoint(n(9).into()));
    assert_eq!(opened.pair.length(), position - 1);
}

/// A stride goes to the end of what the side in hand calls one, and takes the other side along.
#[test]
fn a_stride_is_the_one_of_the_side_in_hand() {
    let mut pair = pair("raft", "paxos");
    act(&mut pair, Side::Left, submit(1, 1, "x"));
    pair.side = Side::Right;
    assert!(pair.stride().unwrap() > 0);
    let paxos = pair.moment(Side::Right);
    assert_eq!(pair.counts()[1].elections, 1);
    assert!(paxos.messages.iter().all(|it| it.view.name != "Prepare"));
    pair.side = Side::Left;
    pair.stride().unwrap();
    assert!(leader(&pair, Side::Left).is_some());
    assert_eq!(pair.counts()[1].decisions, 1, "it has gone on meanwhile");
}
