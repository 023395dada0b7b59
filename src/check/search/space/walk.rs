//! The search's world and the real one, walked together: after each of many random actions with
//! every fault, both are in the same state.

use super::state::hash_of_left;
use super::*;
use crate::check::search::table::mix;
use crate::protocol::registry::PROTOCOLS;
use crate::protocol::{Any, ClientId, Effect, NodeId, RangeMs, Value};
use crate::sorted::SortedMap;
use crate::world::World;
use crate::world::{Action, Behaviour, MessageId, Pending, Scenario, Trigger};

/// Numbers that look random and are the same each time.
struct Draws(u64);

impl Draws {
    fn below(&mut self, n: usize) -> usize {
        self.0 = mix(self.0);
        (self.0 % n.max(1) as u64) as usize
    }

    fn one_of<T: Clone>(&mut self, items: &[T]) -> Option<T> {
        items.get(self.below(items.len())).cloned()
    }
}

/// What clients ask for: operations, and what the extensions of Raft take for something else.
const COMMANDS: &[&str] = &["x", "y=2", "y?", "-S1", "+S1", "{S2,S3}", ">S2"];

/// Some action of each kind, whether it makes sense now or not.
fn propose(world: &World<Any>, draws: &mut Draws) -> Option<Action> {
    let ids: Vec<NodeId> = world.machines().keys().copied().collect();
    let flights: Vec<MessageId> = world.flights().keys().copied().collect();
    let node = draws.one_of(&ids)?;
    let flight = draws.one_of(&flights);
    let timer = draws.one_of(world.protocol().about().timers)?.to_owned();
    let client = ClientId(1 + draws.below(world.clients().len()) as u8);
    let mut ends: Vec<Endpoint> = ids.iter().map(|id| (*id).into()).collect();
    ends.push(client.into());
    let (from, to) = (draws.one_of(&ends)?, draws.one_of(&ends)?);
    Some(match draws.below(40) {
        0 => Action::Crash(node),
        1 | 2 => Action::Restart(node),
        3 => Action::Wipe(node),
        4 => Action::CrashBeforeSend(Trigger::Deliver(flight?)),
        5 => Action::CrashBeforeSend(Trigger::Fire(node, timer)),
        6 => Action::Cut(from, to),
        7 => Action::Mend(from, to),
        8 => Action::Heal,
        9 => Action::Partition(vec![[node].into()]),
        10 => Action::Pause(node),
        11 => Action::Resume(node),
        12 => Action::Hold(flight?),
        13 => Action::Release(flight?),
        14 => Action::Delay(flight?, 30),
        15 => Action::Clock(node, 500),
        16 => Action::Align,
        17 => Action::Spread,
        18 => Action::Drop(flight?),
        19 => Action::Duplicate(flight?),
        20 | 21 => Action::Fire(node.into(), timer),
        22 => Action::Fire(client.into(), "retry".into()),
        23..=25 => Action::Submit {
            client,
            to: [None, Some(node)][draws.below(2)],
            value: Value::new(draws.one_of(COMMANDS)?).ok()?,
        },
        26..=30 => Action::Deliver(flight?),
        // Without chance: where messages are lost or copied by it, no search begins.
        31 => Action::Links(world.network().with(
            None,
            Behaviour {
                latency: RangeMs::new(1, [20, 200][draws.below(2)]),
                reorder: draws.below(2) == 0,
                ..world.network().common()
            },
        )),
        _ => Action::Next,
    })
}

/// A space that follows one world.
struct Follower {
    space: Space<Any>,
    state: State,
}

impl Follower {
    fn message(&mut self, world: &World<Any>, id: MessageId) -> u32 {
        let payload = world.flights()[&id].payload.clone();
        let (from, to) = (id.from, id.to);
        self.space.message(Content { from, to, payload })
    }

    fn place(&self, end: Endpoint) -> u8 {
        let place = self.space.ends.iter().position(|it| *it == end);
        place.expect("all endpoints are there from the start") as u8
    }

    fn timer(&self, name: &str) -> u8 {
        let mut names = self.space.protocol.about().timers.iter();
        names.position(|it| *it == name).expect("a known timer") as u8
    }

    /// Does what the search does for a move; a crash before sending keeps nothing that was sent.
    fn step(&mut self, step: Move, sends: bool) {
        let (state, mut wanted) = (self.state.clone(), None);
        match (step, step.input()) {
            (_, None) => self
                .space
                .bare(state.view(), step, &mut |it| wanted = Some(it)),
            (Move::Deliver(message), _) => {
                let place = self.space.mail[message as usize].to;
                self.space
                    .candidate(state.view(), step, place, &mut |it| wanted = Some(it));
            }
            (Move::Submit(command), _) => {
                let client = self.space.commands[usize::from(command)].client;
                let place = self.place(client.into());
                self.space
                    .candidate(state.view(), step, place, &mut |it| wanted = Some(it));
            }
            (
                Move::Fire(place, _)
                | Move::Retry(place)
                | Move::Crash(place)
                | Move::Restart(place)
                | Move::Wipe(place),
                _,
            ) => {
                self.space
                    .candidate(state.view(), step, place, &mut |it| wanted = Some(it));
            }
            (Move::Drop(_) | Move::Duplicate(_), _) => unreachable!("these have no input"),
        }
        let candidate = wanted.expect("what the world does is no idle wipe");
        let mut after = self.space.state(state.view(), &candidate);
        after.hash = after
            .hash
            .wrapping_sub(hash_of_left(after.left))
            .wrapping_add(hash_of_left(state.left));
        after.left = state.left;
        if !sends {
            let mut kept = state.messages.clone();
            if let Move::Deliver(message) = step {
                kept.remove(kept.iter().position(|it| *it == message).unwrap());
            }
            for message in &after.messages {
                after.hash = after
                    .hash
                    .wrapping_sub(self.space.mail[*message as usize].hash);
            }
            for message in &kept {
                after.hash = after
                    .hash
                    .wrapping_add(self.space.mail[*message as usize].hash);
            }
            after.messages = kept;
        }
        self.state = after;
    }

    /// Does what an action is about to do to the world.
    fn follow(&mut self, world: &World<Any>, action: &Action) {
        match action {
            Action::Next => match world.next().expect("checked").1 {
                Pending::Arrival(id) => {
                    let message = self.message(world, id);
                    match world.fate(id) {
                        Some(_) => self.step(Move::Drop(message), true),
                        None => self.step(Move::Deliver(message), true),
                    }
                }
                Pending::NodeTimer(id, position) => {
                    self.step(Move::Fire(self.place(id.into()), position as u8), true);
                }
                Pending::ClientTimer(id) => self.step(Move::Retry(self.place(id.into())), true),
            },
            Action::Deliver(id) => {
                let message = self.message(world, *id);
                self.step(Move::Deliver(message), true);
            }
            Action::Drop(id) => {
                let message = self.message(world, *id);
                self.step(Move::Drop(message), true);
            }
            Action::Duplicate(id) => {
                let message = self.message(world, *id);
                self.step(Move::Duplicate(message), true);
            }
            Action::Fire(Endpoint::Node(id), timer) => {
                let (place, timer) = (self.place((*id).into()), self.timer(timer));
                self.step(Move::Fire(place, timer), true);
            }
            Action::Fire(end, _) => self.step(Move::Retry(self.place(*end)), true),
            Action::Crash(id) => self.step(Move::Crash(self.place((*id).into())), true),
            Action::CrashBeforeSend(Trigger::Deliver(id)) => {
                let message = self.message(world, *id);
                self.step(Move::Deliver(message), false);
                self.step(Move::Crash(self.place(id.to)), true);
            }
            Action::CrashBeforeSend(Trigger::Fire(id, timer)) => {
                let (place, timer) = (self.place((*id).into()), self.timer(timer));
                self.step(Move::Fire(place, timer), false);
                self.step(Move::Crash(place), true);
            }
            Action::Restart(id) => self.step(Move::Restart(self.place((*id).into())), true),
            Action::Wipe(id) => self.step(Move::Wipe(self.place((*id).into())), true),
            Action::Submit { client, to, value } => {
                self.space.commands = vec![Command {
                    client: *client,
                    to: *to,
                    value: value.clone(),
                }];
                // The one command is another one each time.
                self.space.by_input = Memo::new();
                self.step(Move::Submit(0), true);
            }
            // Time and links: no part of a state.
            Action::Advance(_)
            | Action::Delay(..)
            | Action::Hold(_)
            | Action::Release(_)
            | Action::Pause(_)
            | Action::Resume(_)
            | Action::Clock(..)
            | Action::Cut(..)
            | Action::Mend(..)
            | Action::Partition(_)
            | Action::Heal
            | Action::Links(_)
            | Action::Align
            | Action::Spread => {}
            Action::AddMachine => unreachable!("a search adds no machine"),
        }
    }
}

/// As many of everything as there may be, so that nothing runs out on the way.
fn plenty(about: &crate::protocol::About) -> Bounds {
    let timers = about.timers.iter();
    let value = Value::new("x").unwrap();
    Bounds {
        crashes: 15,
        wipes: 15,
        drops: 15,
        duplicates: 15,
        retries: 15,
        timeouts: timers.map(|name| ((*name).to_owned(), 63)).collect(),
        commands: vec![Command {
            client: ClientId(1),
            to: None,
            value,
        }],
        replies: true,
        ..Bounds::default()
    }
}

/// How many actions of each kind the walk took, so that no kind is left out unnoticed.
type Taken = SortedMap<String, u32>;

fn walk(scenario: &Scenario, seed: u32, taken: &mut Taken) {
    let protocol = Any::open(&scenario.protocol, &scenario.cluster).unwrap();
    let bounds = plenty(protocol.about());
    let mut watched = Watched::new(protocol, scenario, seed).unwrap();
    let (space, state) = Space::new(&watched, &bounds, &Goal::Lose(None)).unwrap();
    let mut follower = Follower { space, state };
    let mut draws = Draws(seed.into());
    for _ in 0..250 {
        let Some(action) = propose(watched.world(), &mut draws) else {
            continue;
        };
        if watched.world().check(&action).is_err() {
            continue;
        }
        follower.follow(watched.world(), &action);
        watched.apply(&action).unwrap();
        let left = follower.state.left;
        let real = follower.space.project(&watched, left);
        assert_eq!(follower.state, real, "after {action:?}");
        let name = format!("{action:?}");
        let kind: String = name.chars().take_while(|c| c.is_alphabetic()).collect();
        *taken.get_or_insert_with(kind, || 0) += 1;
    }
}

/// Roles, and who plays them.
type Roles = &'static [(&'static str, &'static [u8])];

/// With roles of their own, and quorums that are no majorities.
fn with_roles() -> Vec<Scenario> {
    let roles: [(&str, Roles); 4] = [
        (
            "paxos",
            &[("proposer", &[1, 2]), ("acceptor", &[2, 3, 4, 5])],
        ),
        (
            "multi_paxos",
            &[("proposer", &[1, 2]), ("acceptor", &[2, 3, 4, 5])],
        ),
        ("raft", &[("member", &[2, 3, 4])]),
        (
            "two_phase",
            &[("coordinator", &[1, 2]), ("participant", &[2, 3, 4])],
        ),
    ];
    let scenario = |(protocol, roles): (&str, Roles)| {
        let mut scenario = Scenario::of(protocol, 5);
        for (role, players) in roles {
            let players = players.iter().copied().map(NodeId).collect();
            scenario.cluster.roles.insert((*role).into(), players);
        }
        if protocol.ends_with("paxos") {
            let sizes = [("phase1", 3), ("phase2", 2)];
            let sizes = sizes.into_iter().map(|(name, size)| (name.into(), size));
            scenario.cluster.quorums = sizes.collect();
        }
        scenario
    };
    roles.into_iter().map(scenario).collect()
}

/// Both worlds agree after each action, in every protocol, as it is, with each rule broken, and with
/// extensions together.
#[test]
fn both_worlds_walk_together() {
    let mut taken = Taken::new();
    let mut draws = Draws(7);
    for scenario in with_roles() {
        for seed in 0..10 {
            walk(&scenario, seed, &mut taken);
        }
    }
    for about in PROTOCOLS {
        for seed in 0..30 {
            walk(&Scenario::of(about.key, 3), seed, &mut taken);
        }
        for variant in about.variants {
            let mut scenario = Scenario::of(about.key, 3);
            scenario.cluster.variants.insert(variant.id.into());
            for seed in 0..4 {
                walk(&scenario, seed, &mut taken);
            }
        }
        let extensions = about.variants.iter();
        let extensions = extensions.filter(|it| it.effect == Effect::Extends);
        let extensions: Vec<&str> = extensions.map(|it| it.id).collect();
        for seed in 0..20 {
            let mut scenario = Scenario::of(about.key, 3);
            let some = (0..3).filter_map(|_| draws.one_of(&extensions));
            scenario.cluster.variants = some.map(str::to_owned).collect();
            walk(&scenario, seed, &mut taken);
        }
    }
    let kinds: Vec<&str> = taken.keys().map(String::as_str).collect();
    let all = [
        "Align",
        "Clock",
        "Crash",
        "CrashBeforeSend",
        "Cut",
        "Delay",
        "Deliver",
        "Drop",
        "Duplicate",
        "Fire",
        "Heal",
        "Hold",
        "Links",
        "Mend",
        "Next",
        "Partition",
        "Pause",
        "Release",
        "Restart",
        "Resume",
        "Spread",
        "Submit",
        "Wipe",
    ];
    assert_eq!(kinds, all);
}
