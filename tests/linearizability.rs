//! Linearizability of what clients are told (Herlihy and Wing, 1990): hand-made histories, a slow
//! checker that follows the definition word by word, and whole runs.

mod common;

use std::collections::BTreeMap;

use common::chaos::Rng;
use common::{Lab, Mood, scenario, value};
use quorumscope::check::{Linearizable, WAYS_MAX};
use quorumscope::protocol::paxos::Paxos;
use quorumscope::protocol::raft::Raft;
use quorumscope::protocol::registry::PROTOCOLS;
use quorumscope::protocol::{ClientId, Datum, KeyValue, LINEARIZABILITY, Object, Value, Violation};

/// One event of a history: a client asks, or is told; an empty answer is none.
#[derive(Clone, Copy, Debug)]
enum Event<'a> {
    Ask(u8, &'a str),
    Told(u8, &'a str),
}
use Event::{Ask, Told};

fn answer(text: &str) -> Option<Value> {
    (!text.is_empty()).then(|| value(text))
}

/// A monitor, and each client's serial number.
struct Watch {
    monitor: Linearizable,
    sequences: BTreeMap<u8, u32>,
}

impl Watch {
    fn new(object: Object) -> Self {
        Self {
            monitor: Linearizable::new(object),
            sequences: BTreeMap::new(),
        }
    }

    fn see(&mut self, event: Event<'_>) -> Option<Violation> {
        match event {
            Ask(client, command) => {
                let sequence = self.sequences.entry(client).or_default();
                *sequence += 1;
                let command = value(command);
                self.monitor.asked(ClientId(client), *sequence, &command);
                None
            }
            Told(client, result) => {
                let (sequence, result) = (self.sequences[&client], answer(result));
                let client = ClientId(client);
                self.monitor.told(client, sequence, result.as_ref())
            }
        }
    }
}

/// The position of the first event that contradicts, and the contradiction.
fn lost_at(object: Object, history: &[Event<'_>]) -> Option<(usize, Violation)> {
    let mut watch = Watch::new(object);
    let mut events = history.iter().enumerate();
    events.find_map(|(at, event)| Some((at, watch.see(*event)?)))
}

fn is_linearizable(object: Object, history: &[Event<'_>]) -> bool {
    let is_lost = lost_at(object, history).is_some();
    assert_eq!(is_lost, !Slow::holds(object, history), "{history:?}");
    !is_lost
}

/// The definition, word by word (§2.2): the history can be extended by answers to some of what is
/// under way, and what is answered then has an order in which each answer is right and which keeps
/// the order of operations that did not overlap.
struct Slow {
    object: Object,
    operations: Vec<Operation>,
}

struct Operation {
    client: ClientId,
    command: Value,
    asked: usize,
    told: Option<(usize, Option<Value>)>,
}

/// The whole object, not its parts: nothing is taken from what is tested.
#[derive(Clone)]
enum Whole {
    Consensus(Option<Value>),
    Store(KeyValue),
}

impl Slow {
    fn holds(object: Object, history: &[Event<'_>]) -> bool {
        let mut operations: Vec<Operation> = Vec::new();
        for (at, event) in history.iter().enumerate() {
            match event {
                Ask(client, command) => operations.push(Operation {
                    client: ClientId(*client),
                    command: value(command),
                    asked: at,
                    told: None,
                }),
                Told(client, result) => {
                    let mut open = operations.iter_mut().rev();
                    let call = open.find(|it| it.client == ClientId(*client)).unwrap();
                    call.told = Some((at, answer(result)));
                }
            }
        }
        let whole = match object {
            Object::Consensus => Whole::Consensus(None),
            _ => Whole::Store(KeyValue::default()),
        };
        let left: Vec<usize> = (0..operations.len()).collect();
        Self { object, operations }.can_end(&whole, &left)
    }

    fn can_end(&self, whole: &Whole, left: &[usize]) -> bool {
        let all = || left.iter().map(|at| &self.operations[*at]);
        if all().all(|it| it.told.is_none()) {
            return true;
        }
        let first_end = all().filter_map(|it| it.told.as_ref().map(|told| told.0));
        let first_end = first_end.min().unwrap();
        left.iter().any(|at| {
            let operation = &self.operations[*at];
            let (mut next, result) = (whole.clone(), operation.told.as_ref());
            let given = match (&mut next, self.object) {
                (Whole::Consensus(chosen), _) => Some(
                    chosen
                        .get_or_insert_with(|| operation.command.clone())
                        .clone(),
                ),
                (Whole::Store(store), _) => {
                    let sequence = *at as u32 + 1;
                    store.execute(operation.client, sequence, &operation.command)
                }
            };
            let rest: Vec<usize> = left.iter().copied().filter(|it| it != at).collect();
            operation.asked < first_end
                && result.is_none_or(|(_, told)| *told == given)
                && self.can_end(&next, &rest)
        })
    }
}

/// A read may return what is being written or what was there before, but nobody reads what was
/// there before once somebody has read what is being written, and nobody reads what a finished
/// write has replaced.
#[test]
fn a_register() {
    let concurrent = |first, second| {
        [
            Ask(1, "x=0"),
            Told(1, "0"),
            Ask(1, "x=1"),
            Ask(2, "x?"),
            Told(2, first),
            Ask(3, "x?"),
            Told(3, second),
            Told(1, "1"),
        ]
    };
    for (first, second, sound) in [
        ("0", "0", true),
        ("0", "1", true),
        ("1", "1", true),
        ("1", "0", false),
        ("0", "2", false),
    ] {
        let history = concurrent(first, second);
        assert_eq!(is_linearizable(Object::KeyValue, &history), sound);
    }
    let stale = [
        Ask(1, "x=0"),
        Told(1, "0"),
        Ask(1, "x=1"),
        Told(1, "1"),
        Ask(2, "x?"),
        Told(2, "0"),
    ];
    assert!(!is_linearizable(Object::KeyValue, &stale));
}

/// The four histories of Figure 1, told with a counter and a register in place of its queue.
#[test]
fn histories_after_figure_1() {
    // (a) Two that overlap may take effect in either order.
    let either = [
        Ask(1, "n+1"),
        Ask(2, "n+2"),
        Told(2, "3"),
        Told(1, "1"),
        Ask(2, "n?"),
        Told(2, "3"),
        Ask(1, "n+4"),
    ];
    assert!(is_linearizable(Object::KeyValue, &either));
    // (b) What was finished first came first.
    let first = [
        Ask(1, "n+1"),
        Told(1, "1"),
        Ask(2, "n+2"),
        Ask(1, "n?"),
        Told(2, "2"),
    ];
    assert!(!is_linearizable(Object::KeyValue, &first));
    // (c) What is still under way may have taken effect.
    let pending = [Ask(1, "x=1"), Ask(2, "x?"), Told(2, "1")];
    assert!(is_linearizable(Object::KeyValue, &pending));
    // (d) Nothing takes effect for two.
    let twice = [Ask(1, "n+1"), Ask(2, "n+1"), Told(1, "1"), Told(2, "1")];
    assert!(!is_linearizable(Object::KeyValue, &twice));
}

/// Keys are objects of their own, and a store is linearizable if each of them is (§3.1).
#[test]
fn a_store() {
    let sound = [
        Ask(1, "x=1"),
        Ask(2, "y=1"),
        Told(2, "1"),
        Ask(2, "x?"),
        Told(2, ""),
        Ask(3, "y?"),
        Told(3, "1"),
        Told(1, "1"),
    ];
    assert!(is_linearizable(Object::KeyValue, &sound));
    let mut broken = sound;
    broken[6] = Told(3, "");
    assert!(!is_linearizable(Object::KeyValue, &broken));
    let empty = [Ask(1, "x="), Told(1, ""), Ask(1, "x+1"), Told(1, "1")];
    assert!(is_linearizable(Object::KeyValue, &empty));
}

/// The first value wins, and everybody is told it; nobody is told what nobody has asked for.
#[test]
fn a_consensus_object() {
    let sound = [
        Ask(1, "x"),
        Ask(2, "y"),
        Told(1, "y"),
        Told(2, "y"),
        Ask(3, "z"),
        Told(3, "y"),
    ];
    assert!(is_linearizable(Object::Consensus, &sound));
    for (at, told) in [(3, "x"), (5, "z"), (2, "z")] {
        let mut broken = sound;
        let Told(client, _) = broken[at] else {
            unreachable!();
        };
        broken[at] = Told(client, told);
        assert!(!is_linearizable(Object::Consensus, &broken));
    }
}

/// What contradicts names what could have been answered, and what was.
#[test]
fn the_facts_that_contradict() {
    let history = [
        Ask(1, "x=1"),
        Told(1, "1"),
        Ask(1, "x=2"),
        Ask(2, "x?"),
        Told(2, ""),
    ];
    let (at, violation) = lost_at(Object::KeyValue, &history).unwrap();
    assert_eq!((at, violation.property), (4, &LINEARIZABILITY));
    let named = |name, statement: &quorumscope::protocol::Statement| {
        let found = statement.args.iter().find(|(key, _)| *key == name);
        found.map(|(_, datum)| datum.clone())
    };
    let possible = Datum::List(vec![value("1").into(), value("2").into()]);
    assert_eq!(named("results", &violation.first), Some(possible));
    assert_eq!(named("result", &violation.second), Some(Datum::Nothing));
    for fact in [&violation.first, &violation.second] {
        assert_eq!(named("command", fact), Some(value("x?").into()));
        assert_eq!(named("sequence", fact), Some(Datum::Number(1)));
    }
}

/// A request that is sent again is the same operation, and an answer that comes twice, or to
/// something older, says nothing.
#[test]
fn retries_and_late_answers() {
    let mut monitor = Linearizable::new(Object::KeyValue);
    let (client, add, one) = (ClientId(1), value("n+1"), value("1"));
    monitor.asked(client, 1, &add);
    monitor.asked(client, 1, &add);
    assert_eq!(monitor.told(client, 1, Some(&one)), None);
    assert_eq!(monitor.told(client, 1, Some(&value("2"))), None);
    monitor.asked(client, 2, &add);
    assert_eq!(monitor.told(client, 1, Some(&one)), None);
    assert!(monitor.told(client, 2, Some(&one)).is_some());
}

/// Protocols that offer no object have no such history.
#[test]
fn without_an_object_nothing_is_claimed() {
    let mut watch = Watch::new(Object::None);
    for event in [Ask(1, "x"), Told(1, "y"), Ask(2, "z"), Told(2, "x")] {
        assert_eq!(watch.see(event), None);
    }
    assert!(!watch.monitor.is_undecided());
    for about in PROTOCOLS {
        let listed = about.properties.contains(&&LINEARIZABILITY);
        assert_eq!(listed, about.object != Object::None, "{}", about.key);
    }
}

/// A random history of three clients: mostly what one copy would answer, sometimes something else.
fn random_history(object: Object, rng: &mut Rng) -> Vec<(u8, String, bool)> {
    let mut store = KeyValue::default();
    let mut chosen: Option<String> = None;
    let mut under_way: BTreeMap<u8, (String, Option<String>)> = BTreeMap::new();
    let (mut history, mut count) = (Vec::new(), 0);
    for _ in 0..14 {
        let client = 1 + rng.below(3) as u8;
        count += 1;
        match under_way.get_mut(&client) {
            None => {
                let key = ["x", "y"][rng.below(8) / 7];
                let number = 1 + rng.below(2);
                let command = match (object, rng.below(3)) {
                    (Object::Consensus, _) => format!("v{}", 1 + rng.below(3)),
                    (_, 0) => format!("{key}={number}"),
                    (_, 1) => format!("{key}+{number}"),
                    _ => format!("{key}?"),
                };
                history.push((client, command.clone(), true));
                under_way.insert(client, (command, None));
            }
            Some((command, effect @ None)) => {
                let result = match object {
                    Object::Consensus => chosen.get_or_insert_with(|| command.clone()).clone(),
                    _ => {
                        let result = store.execute(ClientId(client), count, &value(command));
                        result.map_or_else(String::new, |it| it.to_string())
                    }
                };
                *effect = Some(result);
            }
            Some((_, Some(result))) => {
                let told = match rng.below(6) {
                    0 if object == Object::Consensus => "v1".into(),
                    0 => ["", "1", "2", "3"][rng.below(4)].to_owned(),
                    _ => result.clone(),
                };
                history.push((client, told, false));
                under_way.remove(&client);
            }
        }
    }
    history
}

/// The monitor says after each answer what the definition says of the history so far.
#[test]
fn the_monitor_agrees_with_the_definition() {
    let mut rng = Rng::new(1);
    for object in [Object::KeyValue, Object::Consensus] {
        let (mut sound, mut broken) = (0, 0);
        for _ in 0..3000 {
            let history = random_history(object, &mut rng);
            let events: Vec<Event<'_>> = history
                .iter()
                .map(|(client, text, asks)| match asks {
                    true => Ask(*client, text),
                    false => Told(*client, text),
                })
                .collect();
            let lost = lost_at(object, &events).map_or(events.len(), |(at, _)| at);
            assert!(Slow::holds(object, &events[..lost]), "{events:?}");
            match lost == events.len() {
                true => sound += 1,
                false => {
                    assert!(!Slow::holds(object, &events[..=lost]), "{events:?}");
                    broken += 1;
                }
            }
        }
        assert!(sound > 300 && broken > 300, "{object:?}: {sound}, {broken}");
    }
}

/// Nine clients under way whose answers tell nothing of their order: up to the bound everything is
/// decided; beyond it nothing is claimed, neither a loss nor that all is well, and of that part
/// alone.
#[test]
fn beyond_the_bound_nothing_is_claimed() {
    let commands = |text: fn(u8) -> String| (1..=9).map(text).collect::<Vec<_>>();
    let mut sets = Watch::new(Object::KeyValue);
    for (command, client) in commands(|it| format!("x={it}")).iter().zip(1..) {
        sets.see(Ask(client, command));
    }
    for client in (1..=9).rev() {
        assert_eq!(sets.see(Told(client, &client.to_string())), None);
    }
    assert!(!sets.monitor.is_undecided());
    sets.see(Ask(1, "x?"));
    assert!(sets.see(Told(1, "10")).is_some());

    let mut adds = Watch::new(Object::KeyValue);
    for (command, client) in commands(|it| format!("n+{}", 1 << it)).iter().zip(1..) {
        adds.see(Ask(client, command));
    }
    const { assert!(WAYS_MAX < 13_700, "or nine would not be too many") };
    assert_eq!(adds.see(Told(9, "1022")), None);
    assert!(adds.monitor.is_undecided());
    for (client, told) in [(1, "7"), (2, "7"), (3, "7")] {
        assert_eq!(adds.see(Told(client, told)), None, "it could be right");
    }
    for event in [Ask(1, "x=1"), Told(1, "1"), Ask(1, "x?")] {
        assert_eq!(adds.see(event), None);
    }
    assert!(adds.see(Told(1, "2")).is_some(), "of x everything is known");
}

/// A read that waits for long while others write costs as little as one that does not.
#[test]
fn long_waits_are_decided() {
    let mut watch = Watch::new(Object::KeyValue);
    for client in 2..=9 {
        watch.see(Ask(client, "n?"));
    }
    for number in 1..=400 {
        watch.see(Ask(1, "n+1"));
        assert_eq!(watch.see(Told(1, &number.to_string())), None);
    }
    for client in 2..=8 {
        let seen = (u32::from(client) * 50).to_string();
        assert_eq!(watch.see(Told(client, &seen)), None);
    }
    assert!(!watch.monitor.is_undecided());
    assert!(watch.see(Told(9, "401")).is_some());
}

/// S3, which lacks an entry that S2 has applied and C1 has been told of, is elected where logs are
/// not compared, and answers C2's read from its own log: a stale read. With the rule in place, S3
/// is not elected.
#[test]
fn a_stale_read_is_caught() {
    let story = |variants: &[&str]| {
        let mut lab = Lab::<Raft>::of(&scenario("raft", 3, variants), 1, Mood::Lenient);
        lab.campaign(1);
        lab.ask(1, 1, "x=1");
        lab.converse(1, 2);
        lab.deliver_replies(1);
        assert_eq!(lab.told(1), [Some("1".into())]);
        lab.crash(1);
        lab.drop_all();
        lab.campaign_among(3, &[2]);
        lab.drop_all();
        lab.ask(2, 3, "x?");
        lab.converse(3, 2);
        lab.deliver_replies(2);
        lab
    };
    let broken = story(&["vote_without_logs"]);
    assert_eq!(broken.told(2), [None], "x was never written");
    assert!(broken.lost().contains(&"client.linearizability"));
    let sound = story(&[]);
    assert!(sound.lost().is_empty(), "{:?}", sound.lost());
}

/// A proposer that insists on its own value has a second client told another one.
#[test]
fn two_values_are_caught() {
    let story = |variants: &[&str]| {
        let mut lab = Lab::<Paxos>::of(&scenario("paxos", 3, variants), 1, Mood::Lenient);
        lab.ask(1, 1, "x");
        lab.converse(1, 2);
        lab.deliver_replies(1);
        lab.drop_all();
        lab.ask(2, 3, "y");
        lab.converse(3, 2);
        lab.deliver_replies(2);
        lab
    };
    let told = |lab: &Lab<Paxos>| [lab.told(1), lab.told(2)].concat();
    let sound = story(&[]);
    assert_eq!(told(&sound), [Some("x".into()), Some("x".into())]);
    assert!(sound.lost().is_empty(), "{:?}", sound.lost());
    let broken = story(&["own_value_always"]);
    assert_eq!(told(&broken), [Some("x".into()), Some("y".into())]);
    assert!(broken.lost().contains(&"client.linearizability"));
}
