//! What symmetry claims, held against the definition: other names make no difference to anything
//! that can happen, and states that count as one are exactly those that differ by names.

use super::*;
use crate::check::search::table::mix;
use crate::check::search::{Search, Status};
use crate::protocol::{Any, ClientId, NodeId, Value};
use crate::sorted::SortedMap;
use crate::world::Scenario;

fn command(client: u8, to: u8) -> Command {
    Command {
        client: ClientId(client),
        to: Some(NodeId(to)),
        value: Value::new(["x", "y?", "z=3"][usize::from(client) - 1]).unwrap(),
    }
}

/// What S3 refuses, asked of S1.
fn refused(client: u8) -> Command {
    Command {
        value: Value::new("!S3 y").unwrap(),
        ..command(client, 1)
    }
}

fn timeouts(all: &[(&str, u8)]) -> SortedMap<String, u8> {
    let all = all.iter();
    all.map(|(name, n)| ((*name).to_owned(), *n)).collect()
}

/// A scenario in which some nodes are alike, and how far to go from it.
struct Case {
    scenario: Scenario,
    bounds: Bounds,
    /// How many permutations of names change nothing.
    permutations: usize,
}

fn case(protocol: &str, nodes: u8, role: Option<(&str, &[u8])>, permutations: usize) -> Case {
    let mut scenario = Scenario::of(protocol, nodes);
    scenario.clients = 2;
    if let Some((role, players)) = role {
        let players = players.iter().copied().map(NodeId).collect();
        scenario.cluster.roles.insert(role.into(), players);
    }
    Case {
        scenario,
        bounds: Bounds::default(),
        permutations,
    }
}

impl Case {
    fn within(mut self, bounds: Bounds) -> Self {
        self.bounds = Bounds {
            symmetry: true,
            ..bounds
        };
        self
    }

    fn breaking(&self, variant: &str) -> Self {
        let mut scenario = self.scenario.clone();
        scenario.cluster.variants.insert(variant.into());
        Self {
            scenario,
            bounds: self.bounds.clone(),
            permutations: self.permutations,
        }
    }

    fn start(&self) -> Watched<Any> {
        let protocol = Any::open(&self.scenario.protocol, &self.scenario.cluster).unwrap();
        Watched::new(protocol, &self.scenario, 1).unwrap()
    }
}

/// All protocols, each with every fault that it takes part in.
fn cases() -> Vec<Case> {
    let faults = Bounds {
        crashes: 2,
        wipes: 1,
        drops: 1,
        duplicates: 1,
        ..Bounds::default()
    };
    let two = vec![command(1, 1), command(2, 2)];
    vec![
        case("paxos", 5, None, 6).within(Bounds {
            timeouts: timeouts(&[("retry", 3)]),
            commands: two.clone(),
            replies: true,
            ..faults.clone()
        }),
        case("multi_paxos", 4, Some(("proposer", &[1, 2])), 2).within(Bounds {
            timeouts: timeouts(&[("election", 3), ("heartbeat", 2), ("retry", 2)]),
            commands: two.clone(),
            replies: true,
            ..faults.clone()
        }),
        case("raft", 3, None, 6).within(Bounds {
            timeouts: timeouts(&[("election", 4), ("heartbeat", 2), ("lease", 3)]),
            ..faults.clone()
        }),
        case("raft", 4, None, 6).within(Bounds {
            timeouts: timeouts(&[("election", 4), ("heartbeat", 2), ("lease", 3)]),
            commands: vec![command(1, 1), command(2, 1)],
            replies: true,
            ..faults.clone()
        }),
        case("raft", 5, Some(("member", &[1, 2, 3])), 4).within(Bounds {
            timeouts: timeouts(&[("election", 3), ("heartbeat", 2)]),
            commands: vec![command(1, 1)],
            ..faults.clone()
        }),
        case("two_phase", 4, None, 6).within(Bounds {
            timeouts: timeouts(&[("work", 2), ("decision", 2), ("collect", 2), ("resend", 2)]),
            commands: vec![command(1, 1), command(2, 1)],
            replies: true,
            ..faults.clone()
        }),
        // A command that only one of the participants refuses.
        case("two_phase", 4, None, 2).within(Bounds {
            timeouts: timeouts(&[("work", 2), ("decision", 2), ("collect", 2), ("resend", 2)]),
            commands: vec![command(1, 1), refused(2)],
            replies: true,
            ..faults
        }),
    ]
}

/// Everything that can come next, by hash, and whether it loses a property.
fn successors(space: &mut Space<Any>, state: &State) -> Vec<(u64, bool)> {
    let mut all = Vec::new();
    space.candidates(state.view(), &mut |it| all.push((it.hash, it.found)));
    all.sort_unstable();
    all
}

/// From random states that can be reached, with every fault: what can happen under other names is
/// what can happen, under other names; monitors and what they say included. And the hashes that
/// are kept by adding and taking away are those of the relabelled states.
fn steps_commute(case: &Case, walks: u64) {
    let Case {
        scenario, bounds, ..
    } = case;
    let timers = case.start().world().protocol().about().timers;
    let mut bounds = bounds.clone();
    bounds
        .timeouts
        .retain(|name| timers.contains(&name.as_str()));
    let (mut space, root) = Space::new(&case.start(), &bounds, &Goal::Lose(None)).unwrap();
    let variants = &scenario.cluster.variants;
    assert_eq!(space.permutations.len(), case.permutations, "{variants:?}");
    let permutations = space.permutations.clone();
    let mut draw = 1;
    for _ in 0..walks {
        let mut state = root.clone();
        for _ in 0..60 {
            let mut all = Vec::new();
            space.candidates(state.view(), &mut |it| all.push(it));
            for (image, by) in permutations.iter().enumerate().skip(1) {
                let other = space.relabelled(&state, by);
                assert_eq!(state.images[image - 1], other.hash, "{variants:?} {by:?}");
                assert_eq!(state.view().key(), other.view().key());
                let mut expected: Vec<_> = all
                    .iter()
                    .map(|it| (space.images(state.view(), it).nth(image - 1), it.found))
                    .map(|(hash, found)| (hash.unwrap(), found))
                    .collect();
                expected.sort_unstable();
                let real = successors(&mut space, &other);
                assert_eq!(real, expected, "{variants:?} {by:?} {state:?}");
            }
            draw = mix(draw);
            let Some(next) = all.get(draw as usize % all.len().max(1)) else {
                break;
            };
            state = space.state(state.view(), next);
        }
    }
}

/// Other names commute with every step, in every protocol, as it is and with each rule broken that
/// leaves names without meaning.
#[test]
fn other_names_make_no_difference() {
    for case in cases() {
        steps_commute(&case, 40);
        for variant in case.start().world().protocol().about().variants {
            let broken = case.breaking(variant.id);
            let told_apart = [
                "any_reported_value",
                "leadership_transfer",
                "single_server",
                "joint_consensus",
                "config_before_commit",
                "one_majority",
                "reuse_name",
            ];
            if told_apart.contains(&variant.id) {
                let start = broken.start();
                let (space, _) = Space::new(&start, &broken.bounds, &Goal::Lose(None)).unwrap();
                assert_eq!(space.permutations.len(), 1, "{}", variant.id);
            } else {
                steps_commute(&broken, 6);
            }
        }
    }
}

/// All states within the bounds, without symmetry: how many there are by themselves, and how many
/// by the least hash among their images; and the sum of how many images each of those has.
fn all_states(space: &mut Space<Any>, root: &State) -> (usize, usize, usize) {
    let mut seen = std::collections::BTreeSet::from([root.hash]);
    let mut orbits = std::collections::BTreeMap::from([(root.view().key(), 1)]);
    let mut open = vec![root.clone()];
    while let Some(state) = open.pop() {
        assert!(seen.len() < 150_000, "a space too large for a test");
        let mut all = Vec::new();
        space.candidates(state.view(), &mut |it| all.push(it));
        for candidate in all {
            if candidate.found || !seen.insert(candidate.hash) {
                continue;
            }
            let next = space.state(state.view(), &candidate);
            assert_eq!(next.view().key(), candidate.key);
            let mut images = next.images.clone();
            images.push(next.hash);
            images.sort_unstable();
            images.dedup();
            orbits.insert(candidate.key, images.len());
            open.push(next);
        }
    }
    (seen.len(), orbits.len(), orbits.values().sum())
}

/// Over whole state spaces: the search with symmetry visits as many states as there are classes of
/// states that differ by names, no more and no fewer; and the classes have as many members
/// together as the search without symmetry visits.
#[test]
fn a_state_stands_for_its_class() {
    let small = Bounds {
        commands: vec![command(1, 1)],
        ..Bounds::default()
    };
    let elections = |n| Bounds {
        timeouts: timeouts(&[("election", n)]),
        ..Bounds::default()
    };
    let cases = [
        case("paxos", 3, None, 2).within(Bounds {
            crashes: 1,
            ..small.clone()
        }),
        case("paxos", 4, None, 6).within(small.clone()),
        case("paxos", 4, Some(("acceptor", &[3, 4])), 2).within(Bounds {
            commands: vec![command(1, 1), command(2, 2)],
            skip_idle: true,
            ..Bounds::default()
        }),
        case("raft", 3, None, 6).within(elections(1)),
        case("raft", 3, None, 6).within(elections(2)),
        case("raft", 3, None, 6).within(Bounds {
            crashes: 1,
            ..elections(1)
        }),
        case("raft", 4, None, 24).within(elections(1)),
        case("raft", 3, None, 2).within(Bounds {
            commands: vec![command(1, 1)],
            replies: true,
            ..elections(1)
        }),
        case("multi_paxos", 4, Some(("proposer", &[1])), 6).within(Bounds {
            commands: vec![command(1, 1)],
            ..elections(1)
        }),
        case("two_phase", 4, None, 2).within(Bounds {
            commands: vec![refused(1)],
            crashes: 1,
            ..Bounds::default()
        }),
        case("two_phase", 4, None, 6).within(Bounds {
            crashes: 1,
            ..small
        }),
    ];
    for case in cases {
        let Case {
            scenario,
            bounds,
            permutations,
        } = &case;
        for goal in [Goal::Nothing, Goal::Lose(None)] {
            let (mut space, root) = Space::new(&case.start(), bounds, &goal).unwrap();
            assert_eq!(space.permutations.len(), *permutations);
            let (states, orbits, members) = all_states(&mut space, &root);
            let count = |symmetry| {
                let bounds = Bounds {
                    symmetry,
                    ..bounds.clone()
                };
                let protocol = Any::open(&scenario.protocol, &scenario.cluster).unwrap();
                let search = Search::new(protocol, scenario, 1, &bounds, &goal, 1 << 30);
                let mut search = search.unwrap();
                assert_eq!(search.advance(usize::MAX), Status::Exhausted);
                search.progress().states as usize
            };
            assert_eq!(
                (count(false), count(true)),
                (states, orbits),
                "{scenario:?}"
            );
            assert_eq!(members, states, "{scenario:?}");
        }
    }
}
