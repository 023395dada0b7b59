//! Random runs: the scheduler's choices mixed with every fault that the world knows.

use quorumscope::protocol::{About, ClientId, Effect, Endpoint, NodeId, Protocol, RangeMs};
use quorumscope::sorted::{SortedMap, SortedSet};
use quorumscope::world::{Action, MessageId, Network, Scenario, Trigger, World};

use super::lab::{n, value};

/// Random numbers that are the same everywhere (splitmix64).
#[derive(Clone, Debug)]
pub struct Rng(u64);

impl Rng {
    /// Numbers that follow from a seed.
    pub fn new(seed: u64) -> Self {
        Self(seed)
    }

    /// The next number.
    pub fn next(&mut self) -> u64 {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mut mixed = self.0;
        mixed = (mixed ^ (mixed >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        mixed = (mixed ^ (mixed >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        mixed ^ (mixed >> 31)
    }

    /// A number below a limit.
    pub fn below(&mut self, limit: usize) -> usize {
        (self.next() % limit.max(1) as u64) as usize
    }

    /// One of several things; nothing if there is none.
    pub fn pick<T: Clone>(&mut self, things: impl IntoIterator<Item = T>) -> Option<T> {
        let things: Vec<T> = things.into_iter().collect();
        let position = self.below(things.len());
        things.get(position).cloned()
    }
}

/// A kind of idea.
#[derive(Clone, Copy)]
enum Idea {
    Next,
    Deliver,
    Drop,
    Duplicate,
    Delay,
    Hold,
    Release,
    Fire,
    FireClient,
    Crash,
    CrashBeforeSend,
    Restart,
    Pause,
    Resume,
    Clock,
    Cut,
    Mend,
    Partition,
    Heal,
    Links,
    Submit,
    Align,
    Spread,
    Advance,
}

/// How often each kind comes, compared with the others: in a run that the scheduler leads, and in
/// one where almost anything happens in any order. What breaks comes about as often as what
/// mends, so that most runs get somewhere.
const WEIGHTS: &[(usize, usize, Idea)] = &[
    (700, 150, Idea::Next),
    (40, 400, Idea::Deliver),
    (20, 60, Idea::Drop),
    (15, 20, Idea::Duplicate),
    (15, 5, Idea::Delay),
    (8, 10, Idea::Hold),
    (12, 30, Idea::Release),
    (20, 90, Idea::Fire),
    (3, 10, Idea::FireClient),
    (10, 40, Idea::Crash),
    (6, 20, Idea::CrashBeforeSend),
    (25, 90, Idea::Restart),
    (6, 4, Idea::Pause),
    (12, 15, Idea::Resume),
    (5, 3, Idea::Clock),
    (5, 4, Idea::Cut),
    (8, 10, Idea::Mend),
    (6, 6, Idea::Partition),
    (12, 20, Idea::Heal),
    (4, 3, Idea::Links),
    (25, 30, Idea::Submit),
    (3, 3, Idea::Align),
    (3, 2, Idea::Spread),
    (6, 3, Idea::Advance),
];

/// Somebody who does random things to a world.
#[derive(Clone, Debug)]
pub struct Chaos {
    /// What it decides by.
    pub rng: Rng,
    /// Whether the scheduler leads.
    is_orderly: bool,
    /// Whether machines come and single links behave in their own way.
    is_rich: bool,
}

impl Chaos {
    /// One whose ideas follow from a seed; those of odd seeds are the wilder ones.
    pub fn new(seed: u64) -> Self {
        Self {
            rng: Rng::new(seed),
            is_orderly: seed.is_multiple_of(2),
            is_rich: false,
        }
    }

    /// One that also adds machines and sets single links apart. Apart from [`Self::new`], since the
    /// known runs follow from that one's draws.
    pub fn rich(seed: u64) -> Self {
        Self {
            is_rich: true,
            ..Self::new(seed)
        }
    }

    /// Something that makes sense now.
    pub fn action<P: Protocol>(&mut self, world: &World<P>) -> Action {
        for _ in 0..8 {
            if let Some(idea) = self.idea(world).filter(|idea| world.check(idea).is_ok()) {
                return idea;
            }
        }
        match world.check(&Action::Next) {
            Ok(()) => Action::Next,
            Err(_) => self.submit(world),
        }
    }

    /// Something that may make sense now or not; nothing where there is nothing to do it to.
    pub fn idea<P: Protocol>(&mut self, world: &World<P>) -> Option<Action> {
        let flight = self.rng.pick(world.flights().keys().copied());
        let node = self.rng.pick(world.machines().keys().copied())?;
        if self.is_rich && self.rng.below(40) == 0 {
            return match self.rng.below(6) {
                // As many as a stage takes: the name of every member fits in a command.
                0 => (world.machines().len() < 9).then_some(Action::AddMachine),
                _ => self.link_apart(world),
            };
        }
        Some(match self.kind() {
            Idea::Next => Action::Next,
            Idea::Deliver => Action::Deliver(flight?),
            Idea::Drop => Action::Drop(flight?),
            Idea::Duplicate => Action::Duplicate(flight?),
            Idea::Delay => Action::Delay(flight?, 1 + self.rng.below(400) as u32),
            Idea::Hold => Action::Hold(flight?),
            Idea::Release => Action::Release(self.held(world)?),
            Idea::Fire => Action::Fire(node.into(), self.timer(world)?),
            Idea::FireClient => Action::Fire(self.client(world).into(), "retry".into()),
            Idea::Crash => Action::Crash(node),
            Idea::CrashBeforeSend => match self.rng.below(2) {
                0 => Action::CrashBeforeSend(Trigger::Deliver(flight?)),
                _ => Action::CrashBeforeSend(Trigger::Fire(node, self.timer(world)?)),
            },
            Idea::Restart => Action::Restart(node),
            Idea::Pause => Action::Pause(node),
            Idea::Resume => Action::Resume(node),
            Idea::Clock => Action::Clock(node, self.rng.pick([100, 500, 1000, 2000, 10_000])?),
            Idea::Cut => Action::Cut(self.end(world)?, self.end(world)?),
            Idea::Mend => {
                let (from, to) = self.rng.pick(world.network().cut.iter().copied())?;
                Action::Mend(from, to)
            }
            Idea::Partition => self.partition(world),
            Idea::Heal => Action::Heal,
            Idea::Links => Action::Links(self.network()?),
            Idea::Submit => self.submit(world),
            Idea::Align => Action::Align,
            Idea::Spread => Action::Spread,
            Idea::Advance => Action::Advance(1 + self.rng.below(20) as u32),
        })
    }

    fn kind(&mut self) -> Idea {
        let orderly = self.is_orderly;
        let weighed = WEIGHTS
            .iter()
            .map(|(calm, wild, idea)| (if orderly { *calm } else { *wild }, *idea));
        let mut draw = self
            .rng
            .below(weighed.clone().map(|(weight, _)| weight).sum());
        for (weight, idea) in weighed {
            match draw.checked_sub(weight) {
                Some(rest) => draw = rest,
                None => return idea,
            }
        }
        Idea::Next
    }

    fn held<P: Protocol>(&mut self, world: &World<P>) -> Option<MessageId> {
        let held = world.flights().values().filter(|flight| flight.held);
        self.rng.pick(held.map(|flight| flight.id))
    }

    fn timer<P: Protocol>(&mut self, world: &World<P>) -> Option<String> {
        let names = world.protocol().about().timers.iter();
        self.rng.pick(names.map(|name| (*name).to_owned()))
    }

    fn client<P: Protocol>(&mut self, world: &World<P>) -> ClientId {
        let clients = world.clients().keys().copied();
        self.rng.pick(clients).unwrap_or(ClientId(1))
    }

    fn end<P: Protocol>(&mut self, world: &World<P>) -> Option<Endpoint> {
        let nodes = world.machines().keys().copied().map(Endpoint::from);
        let clients = world.clients().keys().copied().map(Endpoint::from);
        self.rng.pick(nodes.chain(clients))
    }

    fn partition<P: Protocol>(&mut self, world: &World<P>) -> Action {
        let mut groups = vec![SortedSet::<NodeId>::new(); 3];
        for id in world.machines().keys() {
            groups[self.rng.below(3)].insert(*id);
        }
        groups.retain(|group| !group.is_empty());
        Action::Partition(groups)
    }

    fn link_apart<P: Protocol>(&mut self, world: &World<P>) -> Option<Action> {
        let way = (self.end(world)?, self.end(world)?);
        let own = self.network()?.common();
        Some(Action::Links(world.network().with(Some(way), own)))
    }

    fn network(&mut self) -> Option<Network> {
        Some(Network {
            latency: self.rng.pick([
                RangeMs::new(10, 20),
                RangeMs::new(1, 80),
                RangeMs::new(5, 5),
            ])?,
            loss_permille: self.rng.pick([0, 0, 50, 200])?,
            duplicate_permille: self.rng.pick([0, 0, 50, 300])?,
            reorder: self.rng.below(4) > 0,
            ..Network::default()
        })
    }

    /// Where members can come and go, one command in three is about them.
    fn membership<P: Protocol>(&mut self, world: &World<P>) -> Option<String> {
        let cluster = world.protocol().cluster();
        let any = |ids: &[&str]| ids.iter().any(|it| cluster.variants.contains(*it));
        let on = [
            any(&["single_server", "config_before_commit", "reuse_name"]),
            any(&["joint_consensus", "one_majority"]),
        ];
        if on == [false; 2] || self.rng.below(3) > 0 {
            return None;
        }
        let single = on[0] && (!on[1] || self.rng.below(2) == 0);
        if single {
            let id = self.rng.pick(cluster.ids())?;
            return Some(format!("{}{id}", ["+", "-"][self.rng.below(2)]));
        }
        let chosen = cluster.ids().filter(|_| self.rng.below(2) == 0);
        let ids: Vec<String> = chosen.map(|id| id.to_string()).collect();
        Some(format!("{{{}}}", ids.join(",")))
    }

    fn submit<P: Protocol>(&mut self, world: &World<P>) -> Action {
        let to = match self.rng.below(3) {
            0 => None,
            _ => self.rng.pick(world.protocol().serves()),
        };
        let text = self.wish(world);
        Action::Submit {
            client: self.client(world),
            to,
            value: value(&text),
        }
    }

    /// A command: mostly one that adds, so that whether it was executed twice, and whether a read
    /// is stale, shows.
    fn wish<P: Protocol>(&mut self, world: &World<P>) -> String {
        if let Some(change) = self.membership(world) {
            return change;
        }
        let variants = &world.protocol().cluster().variants;
        if variants.contains("leadership_transfer") && self.rng.below(4) == 0 {
            let nodes = usize::from(world.protocol().cluster().nodes);
            return format!(">S{}", 1 + self.rng.below(nodes));
        }
        let key = ["n", "m"][self.rng.below(2)];
        if variants.contains("read_index") && self.rng.below(2) == 0 {
            return format!("{key}?");
        }
        let number = 1 + self.rng.below(99);
        // Some transactions are refused, by one participant or by all.
        let refusal = match (world.protocol().about().key, number % 8) {
            ("two_phase", 0) => "!",
            ("two_phase", 1) => "!S3 ",
            _ => "",
        };
        format!("{refusal}{key}+{number}")
    }
}

/// Raft with everything that extends it.
pub const RAFT_EXTENSIONS: &[&str] = &[
    "no_op",
    "conflict_hint",
    "pre_vote",
    "check_quorum",
    "leadership_transfer",
    "read_index",
    "snapshots",
    "single_server",
    "joint_consensus",
];

/// A protocol on five nodes, with each of its extensions on or off.
pub fn some_extensions(about: &About, rng: &mut Rng) -> Scenario {
    let extensions = about.variants.iter();
    let extensions = extensions.filter(|it| it.effect == Effect::Extends);
    let on: Vec<&str> = extensions
        .map(|it| it.id)
        .filter(|_| rng.below(2) == 0)
        .collect();
    on_five(about.key, &on)
}

/// A protocol on five nodes with three clients; where members come one at a time, one is a spare.
fn on_five(protocol: &str, variants: &[&str]) -> Scenario {
    let mut scenario = super::lab::scenario(protocol, 5, variants);
    scenario.clients = 3;
    if variants.contains(&"single_server") {
        let members = (1..=4).map(n).collect();
        scenario.cluster.roles = SortedMap::from([("member".into(), members)]);
    }
    scenario
}

/// The protocols on five nodes, each in the forms that lose nothing.
pub fn sound_scenarios(protocol: &str) -> Vec<Scenario> {
    let extensions: &[&[&str]] = match protocol {
        "raft" => &[
            &[],
            &["no_op"],
            &["conflict_hint"],
            &["no_op", "conflict_hint"],
            &["snapshots"],
            &["snapshots", "conflict_hint"],
            &["single_server"],
            &["joint_consensus"],
            &["single_server", "joint_consensus", "snapshots"],
            &["one_entry"],
            &["pre_vote", "read_index"],
            &["check_quorum", "leadership_transfer"],
            RAFT_EXTENSIONS,
        ],
        "two_phase" => &[&[]],
        "multi_paxos" => &[&[]],
        _ => &[
            &[],
            &["silent_refusals"],
            &["promise_equal"],
            &["refuse_below_accepted"],
            &["literal_p1a"],
        ],
    };
    let scenarios = extensions.iter().map(|on| on_five(protocol, on));
    let mut scenarios: Vec<Scenario> = scenarios.collect();
    match protocol {
        "two_phase" => {
            scenarios.push(with_two_coordinators());
            scenarios.push(super::lab::scenario(protocol, 3, &[]));
        }
        "raft" => {}
        _ => {
            scenarios.push(with_quorums(protocol, 4, 2));
            scenarios.push(with_roles(protocol));
        }
    }
    scenarios
}

/// A larger quorum in phase 1 and a smaller one in phase 2.
fn with_quorums(protocol: &str, phase1: u8, phase2: u8) -> Scenario {
    let mut scenario = super::lab::scenario(protocol, 5, &[]);
    scenario.cluster.quorums =
        SortedMap::from([("phase1".into(), phase1), ("phase2".into(), phase2)]);
    scenario.clients = 3;
    scenario
}

/// Roles apart: two proposers, three acceptors, one learner of its own.
fn with_roles(protocol: &str) -> Scenario {
    let mut scenario = super::lab::scenario(protocol, 5, &[]);
    let players = |numbers: &[u8]| numbers.iter().copied().map(n).collect();
    scenario.cluster.roles = SortedMap::from([
        ("proposer".into(), players(&[1, 2])),
        ("acceptor".into(), players(&[2, 3, 4])),
        ("learner".into(), players(&[4, 5])),
    ]);
    scenario
}

/// Two-phase commit with two coordinators, one of which takes part, and with three participants
/// more.
fn with_two_coordinators() -> Scenario {
    let mut scenario = super::lab::scenario("two_phase", 5, &[]);
    let players = |numbers: &[u8]| numbers.iter().copied().map(n).collect();
    scenario.cluster.roles = SortedMap::from([
        ("coordinator".into(), players(&[1, 2])),
        ("participant".into(), players(&[2, 3, 4, 5])),
    ]);
    scenario
}
