//! A search that takes states for one that differ by names says the same as one that does not.

use quorumscope::check::Watched;
use quorumscope::check::search::{Bounds, Command, Found, Goal, Search, Status};
use quorumscope::protocol::{Any, ClientId, NodeId, Value};
use quorumscope::share::condition;
use quorumscope::world::{Action, Scenario};

const BYTES_MAX: usize = 1 << 30;

fn open(scenario: &Scenario) -> Any {
    Any::open(&scenario.protocol, &scenario.cluster).unwrap()
}

fn search(scenario: &Scenario, bounds: &Bounds, goal: &Goal, symmetry: bool) -> Search<Any> {
    let bounds = Bounds {
        symmetry,
        ..bounds.clone()
    };
    let search = Search::new(open(scenario), scenario, 1, &bounds, goal, BYTES_MAX);
    search.unwrap()
}

fn elections(n: u8) -> Bounds {
    Bounds {
        timeouts: [("election".to_owned(), n)].into(),
        ..Bounds::default()
    }
}

fn one_command(text: &str) -> Vec<Command> {
    vec![Command {
        client: ClientId(1),
        to: Some(NodeId(1)),
        value: Value::new(text).unwrap(),
    }]
}

fn submit(client: u8, text: &str) -> Action {
    Action::Submit {
        client: ClientId(client),
        to: Some(NodeId(1)),
        value: Value::new(text).unwrap(),
    }
}

/// What is found holds in the real world with its last action, and not before.
fn is_lost_at_its_end(found: &Found) {
    let protocol = open(&found.scenario);
    let mut watched = Watched::new(protocol, &found.scenario, found.seed).unwrap();
    for action in &found.actions {
        assert!(watched.violations().is_empty());
        watched.apply(action).unwrap();
    }
    assert!(!watched.violations().is_empty());
}

/// Rules as they should be and rules broken: the same verdict, a shortest run of the same length,
/// which replays; and never more states.
#[test]
fn the_verdict_is_the_same() {
    let crash = |bounds| Bounds {
        crashes: 1,
        ..bounds
    };
    let asked = |bounds| Bounds {
        commands: one_command("x"),
        ..bounds
    };
    let cases: Vec<(&str, &str, u8, Bounds, bool)> = vec![
        ("raft", "", 3, elections(2), false),
        ("raft", "", 3, asked(elections(1)), false),
        ("raft", "vote_twice", 3, elections(2), true),
        ("raft", "vote_twice", 4, elections(2), true),
        ("raft", "half_quorum", 4, elections(2), true),
        ("raft", "count_stale_votes", 3, elections(3), true),
        ("raft", "no_step_down", 3, elections(3), true),
        ("raft", "forget_vote", 3, crash(elections(2)), true),
        ("raft", "vote_without_logs", 3, asked(elections(2)), true),
        ("paxos", "", 4, asked(Bounds::default()), false),
        ("two_phase", "", 4, asked(Bounds::default()), false),
        (
            "two_phase",
            "commit_on_majority",
            4,
            asked(Bounds::default()),
            true,
        ),
    ];
    for (protocol, variant, nodes, bounds, is_lost) in cases {
        let mut scenario = Scenario::of(protocol, nodes);
        if !variant.is_empty() {
            scenario.cluster.variants.insert(variant.into());
        }
        let goal = Goal::Lose(None);
        let mut plain = search(&scenario, &bounds, &goal, false);
        let mut folded = search(&scenario, &bounds, &goal, true);
        let name = format!("{protocol} {variant} {nodes}");
        assert!(folded.permutations() > 1, "{name}");
        let status = plain.advance(usize::MAX);
        assert_eq!(status == Status::Found, is_lost, "{name}: {status:?}");
        assert_eq!(folded.advance(usize::MAX), status, "{name}");
        let (one, other) = (folded.progress(), plain.progress());
        assert!(one.states < other.states, "{name}");
        assert_eq!(one.depth, other.depth, "{name}");
        if let (Some(one), Some(other)) = (folded.found(), plain.found()) {
            assert_eq!(one.actions.len(), other.actions.len(), "{name}");
            is_lost_at_its_end(&one);
        }
    }
}

/// A command that a node refuses names that node, whether it is asked for yet or not, and wherever
/// the name stands in it.
#[test]
fn who_is_to_refuse_is_told_apart() {
    let permutations = |prepared: &[&str], command: Option<&str>| {
        let mut scenario = Scenario::of("two_phase", 5);
        scenario.prepared = prepared.iter().map(|text| submit(1, text)).collect();
        let bounds = Bounds {
            commands: command.map_or(Vec::new(), one_command),
            ..Bounds::default()
        };
        search(&scenario, &bounds, &Goal::Lose(None), true).permutations()
    };
    assert_eq!(permutations(&[], Some("x")), 24);
    assert_eq!(permutations(&[], Some("!S3 y")), 6);
    assert_eq!(permutations(&[], Some("! S3")), 6);
    assert_eq!(permutations(&["!S3 y"], None), 6, "under way");
    assert_eq!(permutations(&["x", "!S3 y"], None), 6, "waiting");
    assert_eq!(permutations(&["!S3 y"], Some("!S2 z")), 2);
}

/// Whether S2 and S3 are in the same state is not all: what one of them is about to be asked, it
/// alone will refuse.
#[test]
fn a_refusal_to_come_is_not_folded_away() {
    let mut scenario = Scenario::of("two_phase", 3);
    scenario.clients = 2;
    scenario.prepared = vec![submit(1, "x"), submit(2, "!S3 y")];
    let arrivals = [
        "C1>S1#1", "C2>S1#1", "S1>S2#1", "S1>S3#1", "S2>S1#1", "S3>S1#1",
    ];
    let arrivals = arrivals.map(|id| Action::Deliver(id.parse().unwrap()));
    scenario.prepared.extend(arrivals);
    let goal = r#"{"all":[
        {"count":{"field":{"key":"transaction_log","is":"1.1:abort,2.1:abort"},"at_least":1}},
        {"count":{"cell":{"index":1},"at_most":2}},
        {"count":{"cell":{"index":2,"state":"aborted"},"at_most":1}}]}"#;
    let goal = Goal::Reach(condition::read(goal).unwrap());
    let bounds = Bounds {
        crashes: 1,
        ..Bounds::default()
    };
    for symmetry in [false, true] {
        let mut search = search(&scenario, &bounds, &goal, symmetry);
        assert_eq!(search.advance(usize::MAX), Status::Found, "{symmetry}");
        assert_eq!(search.found().unwrap().actions.len(), 9, "{symmetry}");
    }
}

/// What somebody calls by name keeps its name: a goal, a client, a link, a role.
#[test]
fn who_is_named_is_told_apart() {
    let permutations = |scenario: &Scenario, bounds: &Bounds, goal: &Goal| {
        search(scenario, bounds, goal, true).permutations()
    };
    let raft = Scenario::of("raft", 4);
    let nothing = Goal::Nothing;
    assert_eq!(permutations(&raft, &elections(1), &nothing), 24);
    let reach = |text| Goal::Reach(condition::read(text).unwrap());
    let leader = reach(r#"{"role":{"node":"S2","is":"leader"}}"#);
    assert_eq!(permutations(&raft, &elections(1), &leader), 6);
    let voted = reach(r#"{"field":{"key":"voted_for","is":"S3"}}"#);
    assert_eq!(permutations(&raft, &elections(1), &voted), 6);
    let asked = Bounds {
        commands: one_command("x"),
        ..elections(1)
    };
    assert_eq!(permutations(&raft, &asked, &nothing), 6);
    let again = Bounds {
        retries: 1,
        ..asked.clone()
    };
    assert_eq!(permutations(&raft, &again, &nothing), 1);
    let mut cut = raft.clone();
    cut.prepared = vec![Action::Cut(NodeId(1).into(), NodeId(2).into())];
    assert_eq!(permutations(&cut, &elections(1), &nothing), 2);
    let mut spare = raft.clone();
    let members = [NodeId(1), NodeId(2)].into();
    spare.cluster.roles.insert("member".into(), members);
    assert_eq!(permutations(&spare, &elections(1), &nothing), 4);
    let mut ahead = raft;
    ahead.prepared = vec![Action::Fire(NodeId(3).into(), "election".into())];
    assert_eq!(permutations(&ahead, &elections(1), &nothing), 6);
    // Of nine nodes alike, five change names.
    let many = Scenario::of("raft", 9);
    assert_eq!(permutations(&many, &elections(1), &nothing), 120);
    // Ballots are compared: those of two proposers are told apart, also after one was used.
    let mut paxos = Scenario::of("paxos", 5);
    let submit = Action::Submit {
        client: ClientId(1),
        to: Some(NodeId(2)),
        value: Value::new("x").unwrap(),
    };
    paxos.prepared = vec![submit, Action::Next];
    let asked = Bounds {
        commands: one_command("x"),
        ..Bounds::default()
    };
    assert_eq!(permutations(&paxos, &asked, &nothing), 6);
}
