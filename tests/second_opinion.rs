//! stateright as a second opinion on the search, twice.
//!
//! `worlds`: our worlds through stateright's `Model`, actions and next state being `World`'s own.
//! Equal numbers of unique states check interning, memo, hash and search.
//!
//! `actors`: our handlers as stateright's `Actor`s on its own unordered non-duplicating network.
//! Equal numbers check the world too, since nothing of it takes part there.

#[path = "second_opinion/actors.rs"]
mod actors;
#[path = "second_opinion/worlds.rs"]
mod worlds;

use quorumscope::check::search::{Bounds, Command, Goal, Search, Status};
use quorumscope::protocol::{Any, ClientId, NodeId, Value};
use quorumscope::sorted::SortedSet;
use quorumscope::world::{Action, Scenario};

const SEED: u32 = 1;
const BYTES_MAX: usize = 2 << 30;

fn command(client: u8, to: u8, text: &str) -> Command {
    Command {
        client: ClientId(client),
        to: Some(NodeId(to)),
        value: Value::new(text).unwrap(),
    }
}

/// How many unique states our search counts when it visits all of them.
fn ours(scenario: &Scenario, bounds: &Bounds, goal: &Goal) -> usize {
    let protocol = Any::open(&scenario.protocol, &scenario.cluster).unwrap();
    let search = Search::new(protocol, scenario, SEED, bounds, goal, BYTES_MAX);
    let mut search = search.unwrap();
    let status = search.advance(usize::MAX);
    assert!(
        matches!(status, Status::Exhausted | Status::DepthReached),
        "{status:?}"
    );
    search.progress().states as usize
}

fn roles(scenario: &mut Scenario, role: &str, players: &[u8]) {
    let players: SortedSet<NodeId> = players.iter().copied().map(NodeId).collect();
    scenario.cluster.roles.insert(role.into(), players);
}

/// Every bound and fault: the same number of states, with the same monitors.
#[test]
fn equal_counts_over_worlds() {
    let timeouts = |name: &str, n| [(name.to_owned(), n)].into();
    let two = vec![command(1, 1, "x"), command(2, 2, "y")];
    let cases: Vec<(&str, &str, u8, Bounds)> = vec![
        (
            "nothing but messages",
            "paxos",
            2,
            Bounds {
                commands: two.clone(),
                ..Bounds::default()
            },
        ),
        (
            "crashes, wipes and restarts",
            "paxos",
            2,
            Bounds {
                commands: vec![command(1, 1, "x")],
                crashes: 1,
                wipes: 1,
                ..Bounds::default()
            },
        ),
        (
            "drops and copies",
            "paxos",
            2,
            Bounds {
                commands: vec![command(1, 1, "x")],
                drops: 1,
                duplicates: 1,
                ..Bounds::default()
            },
        ),
        (
            "timers",
            "paxos",
            2,
            Bounds {
                commands: vec![command(1, 1, "x")],
                timeouts: timeouts("retry", 2),
                ..Bounds::default()
            },
        ),
        (
            "clients that hear and ask again",
            "paxos",
            2,
            Bounds {
                commands: vec![command(1, 1, "x"), command(1, 2, "y")],
                retries: 1,
                replies: true,
                ..Bounds::default()
            },
        ),
        (
            "a limit on depth",
            "paxos",
            3,
            Bounds {
                commands: two.clone(),
                depth: Some(9),
                ..Bounds::default()
            },
        ),
        (
            "idle deliveries left out",
            "paxos",
            2,
            Bounds {
                commands: two,
                skip_idle: true,
                ..Bounds::default()
            },
        ),
        (
            "elections",
            "raft",
            3,
            Bounds {
                timeouts: timeouts("election", 2),
                ..Bounds::default()
            },
        ),
        (
            "elections, a crash, a command",
            "raft",
            2,
            Bounds {
                timeouts: [("election".to_owned(), 2), ("heartbeat".to_owned(), 1)].into(),
                commands: vec![command(1, 1, "x")],
                crashes: 1,
                ..Bounds::default()
            },
        ),
        (
            "elections, copies and drops, with answers",
            "raft",
            2,
            Bounds {
                timeouts: timeouts("election", 2),
                commands: vec![command(1, 1, "x")],
                duplicates: 1,
                drops: 1,
                retries: 1,
                replies: true,
                ..Bounds::default()
            },
        ),
    ];
    for (name, protocol, nodes, bounds) in cases {
        both_count(name, &Scenario::of(protocol, nodes), &bounds);
    }
}

/// Every protocol, and the extensions of Raft: the same number of states there too.
#[test]
fn equal_counts_in_every_protocol() {
    /// A protocol with variants on so many nodes, which timers may fire how often, and what a
    /// client asks of S1.
    type Case = (
        &'static str,
        &'static [&'static str],
        u8,
        &'static [(&'static str, u8)],
        &'static [&'static str],
    );
    let cases: &[Case] = &[
        ("multi_paxos", &[], 2, &[("election", 2)], &["x"]),
        ("two_phase", &[], 3, &[("decision", 1)], &["x"]),
        (
            "raft",
            &["single_server", "snapshots"],
            2,
            &[("election", 1), ("heartbeat", 1)],
            &["x", "-S2"],
        ),
        (
            "raft",
            &["joint_consensus"],
            2,
            &[("election", 1), ("heartbeat", 1)],
            &["{S1}"],
        ),
        (
            "raft",
            &["pre_vote", "check_quorum"],
            2,
            &[("election", 2), ("lease", 1), ("heartbeat", 1)],
            &[],
        ),
        (
            "raft",
            &["read_index", "leadership_transfer"],
            2,
            &[("election", 1), ("transfer", 1)],
            &["n?", ">S2"],
        ),
    ];
    for (protocol, variants, nodes, timeouts, commands) in cases {
        let mut scenario = Scenario::of(protocol, *nodes);
        scenario.cluster.variants = variants.iter().map(|it| (*it).to_owned()).collect();
        let timeouts = timeouts.iter().map(|(name, n)| ((*name).to_owned(), *n));
        let commands = commands.iter().zip(1..);
        let bounds = Bounds {
            timeouts: timeouts.collect(),
            commands: commands.map(|(text, it)| command(it, 1, text)).collect(),
            replies: true,
            ..Bounds::default()
        };
        both_count(&format!("{protocol} {variants:?}"), &scenario, &bounds);
    }
}

/// Both count the same, without a monitor and with one.
fn both_count(name: &str, scenario: &Scenario, bounds: &Bounds) {
    let mut scenario = scenario.clone();
    scenario.clients = 2;
    // A property that nothing here loses: its monitor is part of each state.
    let watched = match &*scenario.protocol {
        "paxos" => "paxos.validity",
        "multi_paxos" => "multi_paxos.agreement",
        "two_phase" => "two_phase.agreement",
        _ => "raft.log_matching",
    };
    for goal in [Goal::Nothing, Goal::Lose(Some(watched.into()))] {
        let counted = ours(&scenario, bounds, &goal);
        let theirs = worlds::count(&scenario, bounds, &goal);
        assert_eq!(counted, theirs, "{name}, {goal:?}");
        assert!(counted > 50, "{name}: {counted} states show little");
    }
}

/// The handlers as actors: the same number of states in several sizes. The counting profile:
/// nothing crashes, nothing is lost, requests are under way from the start, nobody hears answers,
/// and a delivery that changes nothing and sends nothing is no transition.
#[test]
fn equal_counts_over_actors() {
    let profile = |timeouts: &[(&str, u8)]| Bounds {
        timeouts: timeouts
            .iter()
            .map(|(name, n)| ((*name).to_owned(), *n))
            .collect(),
        skip_idle: true,
        ..Bounds::default()
    };
    let mut apart = Scenario::of("paxos", 5);
    roles(&mut apart, "proposer", &[1, 2]);
    roles(&mut apart, "acceptor", &[3, 4, 5]);
    roles(&mut apart, "learner", &[1]);
    type Requests = [(u8, u8, &'static str)];
    let cases: Vec<(Scenario, &Requests, Bounds)> = vec![
        (
            Scenario::of("paxos", 2),
            &[(1, 1, "x"), (2, 2, "y")],
            profile(&[]),
        ),
        (
            Scenario::of("paxos", 3),
            &[(1, 1, "x")],
            profile(&[("retry", 1)]),
        ),
        (
            Scenario::of("paxos", 2),
            &[(1, 1, "x")],
            profile(&[("retry", 3)]),
        ),
        (apart, &[(1, 1, "x"), (2, 2, "y")], profile(&[])),
        (
            Scenario::of("raft", 2),
            &[(1, 1, "x")],
            profile(&[("election", 3), ("heartbeat", 1)]),
        ),
        (Scenario::of("raft", 3), &[], profile(&[("election", 2)])),
        (
            Scenario::of("raft", 3),
            &[(1, 1, "x")],
            profile(&[("election", 1), ("heartbeat", 1)]),
        ),
    ];
    for (mut scenario, requests, bounds) in cases {
        scenario.clients = 2;
        for (client, to, text) in requests {
            let Command { client, to, value } = command(*client, *to, text);
            scenario.prepared.push(Action::Submit { client, to, value });
        }
        let counted = ours(&scenario, &bounds, &Goal::Nothing);
        let theirs = actors::count(&scenario, &bounds);
        let name = format!(
            "{} on {} nodes, {requests:?}",
            scenario.protocol, scenario.cluster.nodes
        );
        assert_eq!(counted, theirs, "{name}");
        assert!(counted > 50, "{name}: {counted} states show little");
    }
}
