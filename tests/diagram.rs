//! The space-time diagram says what happened, and nothing else: held against the steps themselves,
//! over random runs with every fault.

mod common;

use std::collections::{BTreeMap, BTreeSet};

use common::chaos::Chaos;
use quorumscope::check::Watched;
use quorumscope::protocol::{Any, Endpoint, NodeId, registry};
use quorumscope::view::chronicle::Mark;
use quorumscope::view::diagram::{FlightEnd, Picture, STEPS_MAX, Standing, Window};
use quorumscope::view::{Session, open};
use quorumscope::world::{Action, Event, MessageId, Scenario};

const WHOLE: Window = Window {
    from: 0,
    to: u64::MAX - 1,
};

/// How a message's way ended, as the steps themselves tell it.
#[derive(Clone, Copy, Debug, PartialEq)]
enum End {
    UnderWay,
    Arrived(u64),
    Lost(u64),
}

/// A random run as a session, and each message that was sent in it, with its end.
fn random(protocol: &str, seed: u64, actions: usize) -> (Session, BTreeMap<MessageId, End>) {
    let scenario = Scenario::of(protocol, 5);
    let mut session = open(scenario.clone(), seed as u32).expect("the scenario opens");
    let any = Any::open(protocol, &scenario.cluster).expect("the protocol opens");
    let mut twin = Watched::new(any, &scenario, seed as u32).expect("the scenario opens");
    let mut chaos = Chaos::new(seed);
    let mut ends = BTreeMap::new();
    for _ in 0..actions {
        let action = chaos.action(twin.world());
        let Ok(step) = twin.apply(&action) else {
            continue;
        };
        session
            .act(action)
            .expect("what one world takes the other takes");
        let now = twin.world().now();
        for event in &step.events {
            match event {
                Event::Sent(flight) | Event::Duplicated(_, flight) => {
                    ends.insert(flight.id, End::UnderWay);
                }
                Event::Delivered(flight) => {
                    ends.insert(flight.id, End::Arrived(now));
                }
                Event::Lost(flight, _) => {
                    ends.insert(flight.id, End::Lost(now));
                }
                _ => {}
            }
        }
    }
    (session, ends)
}

/// The messages of a picture, each with its end.
fn drawn(picture: &Picture) -> BTreeMap<MessageId, Vec<End>> {
    let mut drawn: BTreeMap<MessageId, Vec<End>> = BTreeMap::new();
    for flown in picture.steps.iter().flat_map(|it| &it.flights) {
        let end = match flown.end {
            FlightEnd::Arrived(at) => End::Arrived(at),
            FlightEnd::Lost(at, _) => End::Lost(at),
            FlightEnd::UnderWay(_) => End::UnderWay,
        };
        drawn.entry(flown.arrow.id).or_default().push(end);
    }
    drawn
}

fn protocols() -> impl Iterator<Item = &'static str> {
    registry::KEYS.iter().copied()
}

/// A picture of the whole run has every message once, with the end that it had.
#[test]
fn every_message_is_drawn_once() {
    for protocol in protocols() {
        for seed in 0..20 {
            let (session, ends) = random(protocol, seed, STEPS_MAX - 1);
            let drawn = drawn(&session.picture(WHOLE, None));
            let expected: BTreeMap<_, _> = ends.iter().map(|(id, it)| (*id, vec![*it])).collect();
            assert_eq!(drawn, expected, "{protocol}, seed {seed}");
        }
    }
}

/// A picture of a stretch has all that happens in it, with ends that lie outside too.
#[test]
fn a_stretch_agrees_with_the_whole() {
    for protocol in protocols() {
        for seed in 0..20 {
            let (session, ends) = random(protocol, seed, STEPS_MAX - 1);
            let end = session.now();
            for part in 0..4 {
                let window = Window {
                    from: end * part / 4,
                    to: end * (part + 1) / 4,
                };
                let picture = session.picture(window, None);
                for (id, all) in drawn(&picture) {
                    assert_eq!(all, [ends[&id]], "{protocol}, seed {seed}, {id}");
                }
                let entries = session.entries();
                for (step, entry) in entries.steps(1..=entries.length) {
                    let inside = (window.from..=window.to).contains(&entry.at);
                    for mark in entry.marks.iter().filter(|_| inside) {
                        let (Mark::Sent(arrow) | Mark::Arrived(arrow) | Mark::Lost(arrow, _)) =
                            mark
                        else {
                            continue;
                        };
                        let found = drawn(&picture).contains_key(&arrow.id);
                        assert!(found, "{protocol}, seed {seed}, step {step}: {}", arrow.id);
                    }
                }
            }
        }
    }
}

/// A crowd is drawn in columns: none higher than 100, and some that high.
#[test]
fn a_crowd_is_drawn_in_columns() {
    let (session, _) = random("raft", 1, 4 * STEPS_MAX);
    let window = Window {
        from: 0,
        to: session.now(),
    };
    let crowd = session.picture(window, None).crowd.expect("it is a crowd");
    let highest = crowd.values().flatten().max();
    assert_eq!(highest, Some(&100));
    // And no more is kept of it than can be drawn.
    assert!(session.picture(window, None).steps.len() <= STEPS_MAX);
}

/// Causes and consequences are those of the definition: a step and the next on its lane, a sending
/// and its arrival, and what follows from these (Lamport 1978, §1).
#[test]
fn causes_are_lamports() {
    for protocol in protocols() {
        for seed in 0..12 {
            let (session, _) = random(protocol, seed, 150);
            let entries = session.entries();
            let count = entries.length;
            let mut sent: BTreeMap<MessageId, usize> = BTreeMap::new();
            // The steps that happened directly before each.
            let mut before: Vec<BTreeSet<usize>> = vec![BTreeSet::new(); count + 1];
            let mut last: BTreeMap<Endpoint, usize> = BTreeMap::new();
            for (step, entry) in entries.steps(1..=count) {
                for mark in &entry.marks {
                    match mark {
                        Mark::Sent(arrow) => {
                            sent.insert(arrow.id, step);
                        }
                        Mark::Arrived(arrow) => before[step].extend(sent.get(&arrow.id)),
                        _ => {}
                    }
                }
                for lane in entry.lanes() {
                    let previous = last.insert(lane, step);
                    before[step].extend(previous.filter(|it| *it != step));
                }
            }
            let mut all: Vec<BTreeSet<usize>> = Vec::new();
            for directly in &before {
                let mut causes = directly.clone();
                for direct in directly {
                    causes.extend(all[*direct].iter().copied());
                }
                all.push(causes);
            }
            for picked in [1, count / 3, count / 2, count].map(|it| it.max(1)) {
                let cone = session.cone(picked).expect("the step is there");
                for (step, entry) in entries.steps(1..=count) {
                    let expected = match step {
                        _ if entry.lanes().next().is_none() && step != picked => continue,
                        _ if step == picked => Standing::Itself,
                        _ if all[picked].contains(&step) => Standing::Cause,
                        _ if all[step].contains(&picked) => Standing::Consequence,
                        _ => Standing::Concurrent,
                    };
                    let found = cone.standing(step, entry.lanes());
                    assert_eq!(found, expected, "{protocol} {seed}: {step} of {picked}");
                }
            }
        }
    }
}

/// On another branch the picture is that branch's, and back again it is what it was.
#[test]
fn each_branch_has_its_own_picture() {
    let (mut session, _) = random("raft", 3, 120);
    let first = session.picture(WHOLE, None);
    session.seek(60);
    let down = NodeId(1);
    let action = match session.check(&Action::Crash(down)) {
        Ok(()) => Action::Crash(down),
        Err(_) => Action::Restart(down),
    };
    session.act(action).expect("a node is either up or down");
    for _ in 0..30 {
        session.step().ok();
    }
    let second = session.picture(WHOLE, None);
    assert_ne!(first, second);
    let here = session.branch();
    let ids: Vec<_> = session.branches().iter().map(|it| it.id).collect();
    session.return_to(ids[0]);
    assert_eq!(session.picture(WHOLE, None), first);
    session.return_to(here);
    assert_eq!(session.picture(WHOLE, None), second);
}

/// What a node knows of the diagram is its own end of its own messages.
#[test]
fn a_node_sees_its_own_ends_alone() {
    for seed in 0..10 {
        let (session, _) = random("raft", seed, 300);
        let own = NodeId(2);
        let picture = session.picture(WHOLE, Some(own));
        for figure in &picture.steps {
            assert!(!figure.links);
            assert!(figure.signs.iter().all(|(lane, _)| *lane == own.into()));
            for flown in &figure.flights {
                let id = flown.arrow.id;
                match flown.end {
                    FlightEnd::Arrived(_) => assert_eq!(id.to, own.into()),
                    FlightEnd::UnderWay(_) => assert_eq!(id.from, own.into()),
                    FlightEnd::Lost(..) => panic!("{id}: it cannot know that"),
                }
            }
        }
    }
}
