//! What answers claim, held against what the engine does in random runs.

use std::collections::BTreeMap;

use crate::asking::asked;
use crate::common::chaos::{Chaos, sound_scenarios};
use crate::common::{Known, watched};
use quorumscope::protocol::why_not::{Answer, Question, Verdict};
use quorumscope::protocol::{Datum, Endpoint, NodeId, Protocol, Relation};
use quorumscope::world::{Action, Flight, Loss, World};

/// What a question is about, as the test sees it: independent of the answer.
pub trait Claims: Known {
    /// Whether it has come about, of what was so when the question was asked.
    fn reached(asked: &World<Self>, now: &World<Self>, question: &Question) -> bool;
    /// What has to stay as it is, besides nodes and links, for "blocked" to claim anything.
    fn situation(world: &World<Self>, question: &Question) -> String;
    /// Does what only has to be done; says whether chance let it.
    fn attempt(world: &mut World<Self>, question: &Question) -> bool;
}

/// Delivers what passes, first sent first, until nothing does; not where chance loses something.
pub fn settle<P: Protocol>(
    world: &mut World<P>,
    passes: impl Fn(&Flight<P::Message>) -> bool,
) -> bool {
    settle_until(world, passes, |_| false)
}

/// The same, until something is so.
pub fn settle_until<P: Protocol>(
    world: &mut World<P>,
    passes: impl Fn(&Flight<P::Message>) -> bool,
    is_so: impl Fn(&World<P>) -> bool,
) -> bool {
    for _ in 0..2_000 {
        if is_so(world) {
            return true;
        }
        let flights = world.flights().values().filter(|flight| passes(flight));
        let Some((_, id)) = flights.map(|flight| (flight.sent, flight.id)).min() else {
            return true;
        };
        match world.fate(id) {
            Some(Loss::Chance) => return false,
            Some(_) => world.apply(&Action::Drop(id)),
            None => match world.check(&Action::Deliver(id)) {
                Ok(()) => world.apply(&Action::Deliver(id)),
                Err(_) => world.apply(&Action::Drop(id)),
            },
        }
        .expect("what is under way arrives or is lost");
    }
    panic!("it never comes to rest");
}

pub fn is_between(flight: &Flight<impl Sized>, node: NodeId) -> bool {
    let ends = [flight.id.from, flight.id.to];
    let are_nodes = ends.iter().all(|end| matches!(end, Endpoint::Node(_)));
    are_nodes && ends.contains(&node.into())
}

pub fn fire<P: Protocol>(world: &mut World<P>, node: NodeId, timer: &str) {
    let fired = world.apply(&Action::Fire(node.into(), timer.into()));
    assert!(fired.is_ok(), "{node} has no {timer} timer: {fired:?}");
}

/// Whether an action leaves nodes and links as they are, and asks for nothing new.
fn leaves_all_as_it_is(action: &Action) -> bool {
    matches!(
        action,
        Action::Next
            | Action::Advance(_)
            | Action::Deliver(_)
            | Action::Drop(_)
            | Action::Duplicate(_)
            | Action::Delay(..)
            | Action::Hold(_)
            | Action::Release(_)
            | Action::Fire(Endpoint::Node(_), _)
    )
}

/// What an inequality says holds.
fn is_sound(answer: &Answer) -> bool {
    let ways = answer.way.iter();
    answer.reasons.iter().chain(ways).all(|reason| {
        let Some(it) = &reason.comparison else {
            return true;
        };
        match (&it.left, it.relation, &it.right) {
            (Datum::Number(left), Relation::Less, Datum::Number(right)) => left < right,
            (Datum::Number(left), Relation::AtLeast, Datum::Number(right)) => left >= right,
            (left, Relation::Different, right) => left != right,
            (left, Relation::Less, right) => left < right,
            _ => true,
        }
    })
}

pub const RUNS: u64 = 24;
pub const STEPS: usize = 160;
pub const WALK: usize = 80;

/// How often each question was answered in each way.
pub type Tally = BTreeMap<(&'static str, &'static str), usize>;

pub fn hold_against_the_engine<P: Claims>(tally: &mut Tally) {
    for (at, scenario) in sound_scenarios(P::ABOUT.key).iter().enumerate() {
        for seed in 0..RUNS {
            let mut chaos = Chaos::new(seed * 31 + at as u64);
            let mut world = watched::<P>(scenario, seed as u32).world().clone();
            for step in 0..STEPS {
                let action = chaos.action(&world);
                world.apply(&action).expect("it makes sense");
                if step % 8 == 0 {
                    for (question, answer) in asked(&world) {
                        *tally
                            .entry((question.key, answer.verdict.key()))
                            .or_default() += 1;
                        hold_one(&world, &question, &answer, &mut chaos.clone());
                    }
                }
            }
        }
    }
}

pub fn hold_one<P: Claims>(
    asked: &World<P>,
    question: &Question,
    answer: &Answer,
    chaos: &mut Chaos,
) {
    assert!(is_sound(answer), "{answer:#?}");
    assert!(!answer.reasons.is_empty(), "{question:?}: {answer:?}");
    let mut world = asked.clone();
    let before = P::situation(&world, question);
    let is_blocked = answer.verdict == Verdict::Blocked;
    match answer.verdict {
        Verdict::Depends => {}
        Verdict::Open => {
            let done = P::attempt(&mut world, question);
            let reached = P::reached(asked, &world, question);
            let cluster = asked.protocol().cluster();
            assert!(
                reached || !done,
                "not open: {question:?} {answer:#?} {cluster:?}"
            );
        }
        Verdict::Never | Verdict::Blocked => {
            for _ in 0..WALK {
                let Some(action) = chaos.idea(&world).filter(|it| world.check(it).is_ok()) else {
                    continue;
                };
                if is_blocked && !leaves_all_as_it_is(&action) {
                    continue;
                }
                world.apply(&action).expect("it makes sense");
                if is_blocked && P::situation(&world, question) != before {
                    return;
                }
                let reached = P::reached(asked, &world, question);
                assert!(!reached, "{:?}: {question:?} {answer:#?}", answer.verdict);
            }
        }
    }
}

pub fn held<P: Claims>(expected: &[(&str, &[Verdict])]) {
    let mut tally = Tally::new();
    hold_against_the_engine::<P>(&mut tally);
    for (key, verdicts) in expected {
        for verdict in *verdicts {
            let count = tally.get(&(*key, verdict.key())).copied().unwrap_or(0);
            assert!(count > 0, "{key} was never {verdict:?}: {tally:#?}");
        }
    }
    println!("{tally:#?}");
}
