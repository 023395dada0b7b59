//! What a search finds, and what it says of what it covered.

mod common;

use common::scenario;
use quorumscope::check::Watched;
use quorumscope::check::search::{Bounds, BoundsError, Command, Goal, Search, SearchError, Status};
use quorumscope::protocol::{Any, ClientId, NodeId, Value};
use quorumscope::share::condition;
use quorumscope::world::{Action, Network, Scenario};

const BYTES_MAX: usize = 1 << 30;

fn any(scenario: &Scenario) -> Any {
    Any::open(&scenario.protocol, &scenario.cluster).unwrap()
}

fn begin(scenario: &Scenario, bounds: &Bounds, goal: &Goal) -> Search<Any> {
    Search::new(any(scenario), scenario, 1, bounds, goal, BYTES_MAX).unwrap()
}

fn elections(n: u8) -> Bounds {
    Bounds {
        timeouts: [("election".to_owned(), n)].into(),
        ..Bounds::default()
    }
}

fn reach(text: &str) -> Goal {
    Goal::Reach(condition::read(text).unwrap())
}

/// A state described in words of no protocol is reached by a shortest run: a timeout, a vote asked
/// for and a vote given are the least that elects a leader of three.
#[test]
fn a_described_state_is_reached_by_a_shortest_run() {
    let raft = Scenario::of("raft", 3);
    let goal = reach(r#"{"role":{"node":"S2","is":"leader"}}"#);
    let mut search = begin(&raft, &elections(1), &goal);
    assert_eq!(search.advance(usize::MAX), Status::Found);
    let found = search.found().unwrap();
    assert_eq!(found.actions.len(), 3, "{:?}", found.actions);
    assert_eq!(
        found.actions[0],
        Action::Fire(NodeId(2).into(), "election".into())
    );
}

/// Two leaders at once are no loss, as long as their terms differ; in one term there are never two.
#[test]
fn two_leaders_at_once_have_different_terms() {
    let raft = Scenario::of("raft", 3);
    let two = reach(r#"{"count":{"role":"leader","at_least":2}}"#);
    let mut search = begin(&raft, &elections(2), &two);
    assert_eq!(search.advance(usize::MAX), Status::Found);
    let loss = Goal::Lose(Some("raft.election_safety".into()));
    let mut search = begin(&raft, &elections(2), &loss);
    assert_eq!(search.advance(usize::MAX), Status::Exhausted);
}

/// However small its slices are, a search is the same search.
#[test]
fn slices_do_not_matter() {
    let mut raft = Scenario::of("raft", 3);
    raft.cluster.variants.insert("vote_twice".into());
    let goal = Goal::Lose(None);
    let mut whole = begin(&raft, &elections(2), &goal);
    whole.advance(usize::MAX);
    let mut sliced = begin(&raft, &elections(2), &goal);
    while sliced.advance(1) == Status::Searching {}
    assert_eq!(whole.progress(), sliced.progress());
    assert_eq!(whole.found(), sliced.found());
    assert!(whole.found().is_some());
}

/// What is found holds in the real world, up to its last action and not before.
#[test]
fn what_is_found_is_lost_at_the_last_action() {
    let mut raft = Scenario::of("raft", 3);
    raft.cluster.variants.insert("vote_twice".into());
    // Chance and a node that stands still are taken out before the search begins.
    raft.network = Network {
        loss_permille: 300,
        duplicate_permille: 300,
        ..Network::default()
    };
    raft.prepared = vec![Action::Next, Action::Next, Action::Pause(NodeId(2))];
    let mut search = begin(&raft, &elections(2), &Goal::Lose(None));
    assert_eq!(search.advance(usize::MAX), Status::Found);
    let found = search.found().unwrap();
    let mut watched = Watched::new(any(&found.scenario), &found.scenario, found.seed).unwrap();
    let (last, before) = found.actions.split_last().unwrap();
    for action in before {
        watched.apply(action).unwrap();
        assert!(watched.violations().is_empty());
    }
    watched.apply(last).unwrap();
    assert_eq!(watched.violations().len(), 1);
}

/// What is found after a machine has come replays from the start, when it had not come yet.
#[test]
fn what_is_found_after_a_machine_came_replays() {
    let mut raft = Scenario::of("raft", 3);
    for variant in ["single_server", "vote_twice"] {
        raft.cluster.variants.insert(variant.into());
    }
    for (before, after) in [(0, 0), (2, 0), (8, 3), (30, 5), (60, 9)] {
        let next = |n| std::iter::repeat_n(Action::Next, n);
        let prepared = next(before).chain([Action::AddMachine]);
        raft.prepared = prepared.chain(next(after)).collect();
        let goal = Goal::Lose(Some("raft.election_safety".into()));
        let mut search = begin(&raft, &elections(2), &goal);
        assert_eq!(search.advance(usize::MAX), Status::Found);
        let found = search.found().unwrap();
        let start = Watched::new(any(&found.scenario), &found.scenario, found.seed);
        let mut watched = start.unwrap();
        for action in &found.actions {
            assert!(watched.violations().is_empty(), "{before} {after}");
            watched.apply(action).unwrap();
        }
        assert_eq!(watched.violations().len(), 1, "{before} {after}");
    }
}

/// A property that is lost before the search begins is found at once.
#[test]
fn what_is_lost_already_is_found_with_no_action() {
    let mut raft = Scenario::of("raft", 3);
    raft.cluster.variants.insert("vote_twice".into());
    let mut search = begin(&raft, &elections(2), &Goal::Lose(None));
    search.advance(usize::MAX);
    let found = search.found().unwrap();
    let mut prepared = found.scenario.clone();
    prepared.prepared.extend(found.actions);
    let mut again = begin(&prepared, &elections(2), &Goal::Lose(None));
    assert_eq!(again.advance(usize::MAX), Status::Found);
    assert_eq!(again.found().unwrap().actions, []);
}

/// A depth of none is none: the start is looked at, and nothing else.
#[test]
fn at_depth_nought_nothing_is_done() {
    let mut raft = Scenario::of("raft", 1);
    let leader = reach(r#"{"role":{"node":"S1","is":"leader"}}"#);
    let bounds = Bounds {
        depth: Some(0),
        ..elections(1)
    };
    let mut search = begin(&raft, &bounds, &leader);
    assert_eq!(search.advance(usize::MAX), Status::DepthReached);
    assert_eq!(search.progress().states, 1);
    raft.prepared = vec![Action::Next];
    let mut search = begin(&raft, &bounds, &leader);
    assert_eq!(search.advance(usize::MAX), Status::Found);
}

/// A limit on depth, or on memory, ends in an account of what was covered.
#[test]
fn limits_are_said() {
    let raft = Scenario::of("raft", 3);
    let bounds = Bounds {
        depth: Some(4),
        ..elections(3)
    };
    let mut search = begin(&raft, &bounds, &Goal::Nothing);
    assert_eq!(search.advance(usize::MAX), Status::DepthReached);
    let covered = search.progress();
    assert_eq!(covered.depth, 4);
    let mut small = Search::new(
        any(&raft),
        &raft,
        1,
        &elections(3),
        &Goal::Nothing,
        8_000_000,
    );
    let small = small.as_mut().unwrap();
    assert_eq!(small.advance(usize::MAX), Status::OutOfMemory);
    let stopped = small.progress();
    assert!(
        stopped.bytes <= 8_000_000 && stopped.frontier > 0,
        "{stopped:?}"
    );
    assert_eq!(small.advance(usize::MAX), Status::OutOfMemory);
}

/// Bounds and goals that make no sense are refused, each with its reason.
#[test]
fn nonsense_is_refused() {
    let raft = scenario("raft", 3, &[]);
    let refusal = |bounds: &Bounds, goal: &Goal| match Search::new(
        any(&raft),
        &raft,
        1,
        bounds,
        goal,
        BYTES_MAX,
    ) {
        Ok(_) => panic!("it is accepted"),
        Err(SearchError::Bounds(error)) => error,
        Err(other) => panic!("{other}"),
    };
    let fine = Bounds::default();
    let unknown = Goal::Lose(Some("raft.honesty".into()));
    assert_eq!(
        refusal(&fine, &unknown),
        BoundsError::UnknownProperty("raft.honesty".into())
    );
    let event = reach(r#"{"lost":"raft.election_safety"}"#);
    assert_eq!(refusal(&fine, &event), BoundsError::NotOfStates);
    let nobody = Bounds {
        commands: vec![Command {
            client: ClientId(1),
            to: Some(NodeId(9)),
            value: Value::new("x").unwrap(),
        }],
        ..Bounds::default()
    };
    assert_eq!(refusal(&nobody, &Goal::Nothing), BoundsError::BadCommand(1));
}
