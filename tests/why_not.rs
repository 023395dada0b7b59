//! Why not: what an answer claims is held against the engine. "Never" against whatever can happen,
//! "blocked" against all that leaves nodes and links as they are, and "open" by doing it.

mod common;

use std::collections::BTreeMap;

use common::chaos::{Chaos, sound_scenarios};
use common::raft_stories::figure_8;
use common::two_phase_stories::voted;
use common::{Known, Lab, Mood, n, scenario, watched};
use quorumscope::protocol::multi_paxos::{self, MultiPaxos};
use quorumscope::protocol::paxos::{self, Attempt, Paxos};
use quorumscope::protocol::raft::{self, Raft};
use quorumscope::protocol::two_phase::{self, Says, TwoPhase};
use quorumscope::protocol::why_not::{Answer, Part, Question, Verdict};
use quorumscope::protocol::{Datum, Endpoint, NodeId, Protocol, Relation};
use quorumscope::world::{Action, Flight, Loss, Payload, World};

/// What a question is about, as the test sees it: independent of the answer.
trait Claims: Known {
    /// Whether it has come about, of what was so when the question was asked.
    fn reached(asked: &World<Self>, now: &World<Self>, question: &Question) -> bool;
    /// What has to stay as it is, besides nodes and links, for "blocked" to claim anything.
    fn situation(world: &World<Self>, question: &Question) -> String;
    /// Does what only has to be done; says whether chance let it.
    fn attempt(world: &mut World<Self>, question: &Question) -> bool;
}

/// Delivers what passes, first sent first, until nothing does; not where chance loses something.
fn settle<P: Protocol>(world: &mut World<P>, passes: impl Fn(&Flight<P::Message>) -> bool) -> bool {
    settle_until(world, passes, |_| false)
}

/// The same, until something is so.
fn settle_until<P: Protocol>(
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

fn is_between(flight: &Flight<impl Sized>, node: NodeId) -> bool {
    let ends = [flight.id.from, flight.id.to];
    let are_nodes = ends.iter().all(|end| matches!(end, Endpoint::Node(_)));
    are_nodes && ends.contains(&node.into())
}

fn fire<P: Protocol>(world: &mut World<P>, node: NodeId, timer: &str) {
    let fired = world.apply(&Action::Fire(node.into(), timer.into()));
    assert!(fired.is_ok(), "{node} has no {timer} timer: {fired:?}");
}

impl Claims for Raft {
    fn reached(asked: &World<Self>, now: &World<Self>, question: &Question) -> bool {
        match question.of {
            Some(Part::Index(index)) => {
                let entry = &asked.machines()[&question.node].node.disk.log;
                let term = entry.term_at(index);
                now.machines().values().any(|it| {
                    let node = &it.node;
                    it.up && node.commit >= index && node.disk.log.term_at(index) == term
                })
            }
            _ => {
                let machine = &now.machines()[&question.node];
                machine.up && matches!(machine.node.role, raft::Role::Leader { .. })
            }
        }
    }

    fn situation(world: &World<Self>, question: &Question) -> String {
        let one = |(id, machine): (&NodeId, &quorumscope::world::Machine<Self>)| {
            let node = &machine.node;
            let log = node.disk.log.last_position();
            let leads = matches!(node.role, raft::Role::Leader { .. });
            match question.of {
                None => format!("{id} {log:?}"),
                Some(_) if leads => format!("{id} leads {} {log:?}", node.disk.term),
                Some(_) => String::new(),
            }
        };
        world.machines().iter().map(one).collect()
    }

    fn attempt(world: &mut World<Self>, question: &Question) -> bool {
        let id = question.node;
        let leads = |world: &World<Self>, id: &NodeId| {
            let machine = &world.machines()[id];
            machine.up && matches!(machine.node.role, raft::Role::Leader { .. })
        };
        if question.of.is_none() {
            for _ in 0..4 {
                if leads(world, &id) {
                    return true;
                }
                fire(world, id, "election");
                // Whoever wins may commit its own removal, and be gone again at once.
                let won = |world: &World<Self>| leads(world, &id);
                if !settle_until(world, |flight| is_between(flight, id), won) {
                    return false;
                }
            }
            return true;
        }
        let leaders = world.machines().keys().filter(|id| leads(world, id));
        let lead = leaders.max_by_key(|id| world.machines()[*id].node.disk.term);
        let lead = *lead.expect("an open question about a commit has a leader");
        let asked = world.clone();
        for _ in 0..40 {
            if Self::reached(&asked, world, question) || !leads(world, &lead) {
                return true;
            }
            fire(world, lead, "heartbeat");
            if !settle(world, |flight| is_between(flight, lead)) {
                return false;
            }
        }
        true
    }
}

impl Claims for Paxos {
    fn reached(_: &World<Self>, now: &World<Self>, question: &Question) -> bool {
        let nodes = || {
            now.machines()
                .values()
                .filter(|it| it.up)
                .map(|it| &it.node)
        };
        match question.of {
            Some(Part::Epoch(ballot)) => {
                let disks = now.machines().values().map(|machine| &machine.disk);
                let accepted =
                    disks.filter(|disk| disk.accepted.as_ref().is_some_and(|it| it.0 == ballot));
                let learned = |node: &std::sync::Arc<paxos::Node>| {
                    let chosen = node.learner.chosen.as_ref();
                    chosen.is_some_and(|(it, _)| *it == ballot)
                };
                accepted.count() >= now.protocol().phase2_quorum() || nodes().any(learned)
            }
            _ => {
                let machine = &now.machines()[&question.node];
                machine.up && machine.node.learner.chosen.is_some()
            }
        }
    }

    fn situation(_: &World<Self>, _: &Question) -> String {
        String::new()
    }

    fn attempt(world: &mut World<Self>, question: &Question) -> bool {
        let Some(Part::Epoch(ballot)) = question.of else {
            panic!("{question:?} is never open");
        };
        let node = &world.machines()[&question.node].node;
        assert!(!matches!(node.proposer.attempt, Attempt::Idle));
        settle(world, |flight| match &*flight.payload {
            Payload::Peer(
                paxos::Message::Prepare { ballot: it }
                | paxos::Message::Promise { ballot: it, .. }
                | paxos::Message::Accept { ballot: it, .. }
                | paxos::Message::Accepted { ballot: it, .. },
            ) => *it == ballot,
            _ => false,
        })
    }
}

impl Claims for MultiPaxos {
    fn reached(_: &World<Self>, now: &World<Self>, question: &Question) -> bool {
        let mut nodes = now
            .machines()
            .values()
            .filter(|it| it.up)
            .map(|it| &it.node);
        match question.of {
            Some(Part::Index(slot)) if question.key.ends_with("choose") => {
                nodes.any(|node| node.replica.chosen.contains_key(&slot))
            }
            Some(Part::Index(slot)) => now.machines()[&question.node].node.replica.applied >= slot,
            _ => {
                let machine = &now.machines()[&question.node];
                machine.up && matches!(machine.node.role, multi_paxos::Role::Leading { .. })
            }
        }
    }

    fn situation(world: &World<Self>, question: &Question) -> String {
        let one = |(id, machine): (&NodeId, &quorumscope::world::Machine<Self>)| match machine
            .node
            .role
        {
            multi_paxos::Role::Leading { ballot, .. } if question.of.is_some() => {
                format!("{id} leads {ballot} ")
            }
            _ => String::new(),
        };
        world.machines().iter().map(one).collect()
    }

    fn attempt(world: &mut World<Self>, question: &Question) -> bool {
        let id = question.node;
        let ballot = |world: &World<Self>, id: &NodeId| {
            let machine = &world.machines()[id];
            match machine.node.role {
                multi_paxos::Role::Leading { ballot, .. } if machine.up => Some(ballot),
                _ => None,
            }
        };
        if question.of.is_none() {
            for _ in 0..6 {
                if ballot(world, &id).is_some() {
                    return true;
                }
                fire(world, id, "election");
                if !settle(world, |flight| is_between(flight, id)) {
                    return false;
                }
            }
            return true;
        }
        let ids = world.machines().keys();
        let lead = ids.max_by_key(|id| ballot(world, id));
        let lead = *lead.expect("there are nodes");
        for _ in 0..4 {
            if Self::reached(world, world, question) {
                return true;
            }
            fire(world, lead, "retry");
            if !settle(world, |flight| is_between(flight, lead)) {
                return false;
            }
        }
        true
    }
}

impl Claims for TwoPhase {
    fn reached(_: &World<Self>, now: &World<Self>, question: &Question) -> bool {
        let Some(Part::Epoch(transaction)) = question.of else {
            panic!("{question:?} is about a transaction");
        };
        let stage = |node: &two_phase::Node| {
            let record = node.disk.log.get(&transaction);
            record.and_then(|record| record.stage.decision())
        };
        let mut nodes = now.machines().values().map(|machine| &machine.node);
        match question.key.ends_with("decide") {
            true => stage(&now.machines()[&question.node].node).is_some(),
            false => nodes.any(|node| stage(node) == Some(true)),
        }
    }

    fn situation(_: &World<Self>, _: &Question) -> String {
        String::new()
    }

    fn attempt(world: &mut World<Self>, question: &Question) -> bool {
        let Some(Part::Epoch(transaction)) = question.of else {
            panic!("{question:?} is about a transaction");
        };
        let passes = |flight: &Flight<two_phase::Message>, which: fn(&Says) -> bool| match &*flight
            .payload
        {
            Payload::Peer(it) => it.transaction == transaction && which(&it.says),
            _ => false,
        };
        if !question.key.ends_with("decide") {
            return settle(world, |flight| passes(flight, |_| true));
        }
        // What is on its way first, and then it asks.
        let tells = |says: &Says| matches!(says, Says::Decision(_));
        if !settle(world, |flight| passes(flight, tells)) {
            return false;
        }
        if !Self::reached(world, world, question) {
            fire(world, question.node, "decision");
        }
        settle(world, |flight| {
            passes(flight, |says| matches!(says, Says::Ask | Says::Decision(_)))
        })
    }
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

/// All questions of a moment, with their answers.
fn asked<P: Protocol>(world: &World<P>) -> Vec<(Question, Answer)> {
    world.with_scene(|scene| {
        let ids: Vec<NodeId> = world.machines().keys().copied().collect();
        let questions = ids
            .iter()
            .flat_map(|id| world.protocol().questions(scene, *id));
        let answered = questions.map(|question| {
            let answer = world.protocol().why_not(scene, &question);
            (question, answer)
        });
        answered.collect()
    })
}

const RUNS: u64 = 24;
const STEPS: usize = 160;
const WALK: usize = 80;

/// How often each question was answered in each way.
type Tally = BTreeMap<(&'static str, &'static str), usize>;

fn hold_against_the_engine<P: Claims>(tally: &mut Tally) {
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

fn hold_one<P: Claims>(asked: &World<P>, question: &Question, answer: &Answer, chaos: &mut Chaos) {
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

fn held<P: Claims>(expected: &[(&str, &[Verdict])]) {
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

use Verdict::{Blocked, Depends, Never, Open};

#[test]
fn raft_keeps_what_its_answers_claim() {
    held::<Raft>(&[
        ("why_not.raft.win", &[Blocked, Depends, Open]),
        ("why_not.raft.commit", &[Blocked, Depends, Open]),
        ("why_not.raft.read", &[Depends]),
    ]);
}

#[test]
fn paxos_keeps_what_its_answers_claim() {
    held::<Paxos>(&[
        ("why_not.paxos.ballot", &[Never, Blocked, Depends, Open]),
        ("why_not.paxos.learn", &[Blocked, Depends]),
    ]);
}

#[test]
fn multi_paxos_keeps_what_its_answers_claim() {
    held::<MultiPaxos>(&[
        ("why_not.multi_paxos.lead", &[Never, Blocked, Depends, Open]),
        ("why_not.multi_paxos.choose", &[Blocked, Depends, Open]),
        ("why_not.multi_paxos.apply", &[Depends]),
    ]);
}

#[test]
fn two_phase_keeps_what_its_answers_claim() {
    held::<TwoPhase>(&[
        ("why_not.two_phase.commit", &[Never, Blocked, Depends, Open]),
        ("why_not.two_phase.decide", &[Blocked, Depends, Open]),
    ]);
}

/// The answer to a question of a node, by the question's key.
fn about<P: Known>(lab: &Lab<P>, node: u8, key: &str, of: Option<Part>) -> Answer {
    let all = asked(lab.world());
    let found = all.into_iter().find(|(question, _)| {
        question.node == n(node) && question.key == key && (of.is_none() || question.of == of)
    });
    found
        .unwrap_or_else(|| panic!("nobody asks {key} of S{node}"))
        .1
}

/// The keys of the reasons.
fn reasons(answer: &Answer) -> Vec<&str> {
    answer.reasons.iter().map(|reason| &*reason.key).collect()
}

const REFUSED_FOR_LOG: &str = "note.raft.request_vote.log.refused.why";

/// "Why can S3 not win?": its log is older than those of the others, with the numbers.
#[test]
fn an_old_log_wins_no_election() {
    let mut lab = Lab::<Raft>::new(&scenario("raft", 5, &[]));
    lab.campaign(1);
    // S3, S4 and S5 miss the command that S1 and S2 store.
    lab.ask(1, 1, "x=1");
    lab.converse(1, 2);
    lab.converse(1, 4);
    lab.drop_all();
    lab.act(Action::Crash(n(1)));
    let answer = about(&lab, 3, "why_not.raft.win", None);
    assert_eq!(answer.verdict, Verdict::Blocked, "{answer:#?}");
    let votes = answer.reasons[0].comparison.as_ref().unwrap();
    assert_eq!(
        (&votes.left, &votes.right),
        (&Datum::Number(2), &Datum::Number(3))
    );
    let why = reasons(&answer);
    assert_eq!(
        why.iter().filter(|it| **it == REFUSED_FOR_LOG).count(),
        2,
        "{why:?}"
    );
    let refusal = answer
        .reasons
        .iter()
        .find(|it| it.key == REFUSED_FOR_LOG)
        .unwrap();
    let logs = refusal.comparison.as_ref().unwrap();
    let position = |term, index| Datum::Position { term, index };
    assert_eq!(
        (&logs.left, &logs.right),
        (&position(0, 0), &position(1, 1))
    );
    assert_eq!(
        about(&lab, 2, "why_not.raft.win", None).verdict,
        Verdict::Open
    );
}

/// "Why is index 1 not committed?": it is of an older term, and nothing of the leader's own term
/// is behind it.
#[test]
fn an_old_terms_entry_waits() {
    let mut lab = Lab::<Raft>::new(&scenario("raft", 3, &[]));
    lab.campaign(1);
    lab.ask(1, 1, "x=1");
    lab.deliver(1, 2);
    lab.drop_all();
    lab.crash(1);
    lab.restart(1);
    lab.campaign_among(1, &[2]);
    lab.converse(1, 2);
    let answer = about(&lab, 1, "why_not.raft.commit", Some(Part::Index(1)));
    assert_eq!(answer.verdict, Verdict::Blocked, "{answer:#?}");
    assert_eq!(reasons(&answer), ["why_not.raft.old_term"]);
    assert_eq!(answer.reasons[0].rule.unwrap().id, "raft.leader.commit");
    assert_eq!(answer.way.unwrap().key, "why_not.raft.next_entry");
}

/// Figure 8 (c): the entry of term 2 is on a majority, and commits only with that of term 4.
#[test]
fn an_old_terms_entry_commits_with_a_new_one() {
    let lab = figure_8(&[], Mood::Strict);
    let answer = about(&lab, 1, "why_not.raft.commit", Some(Part::Index(2)));
    let why = reasons(&answer);
    assert_eq!(why[..2], ["why_not.raft.old_term", "why_not.raft.replicas"]);
    let stored = answer.reasons[1].comparison.as_ref().unwrap();
    assert_eq!(
        (&stored.left, &stored.right),
        (&Datum::Number(1), &Datum::Number(3))
    );
    assert_eq!(answer.verdict, Verdict::Open, "{answer:#?}");
}

/// An entry in whose place another one is committed never is, whatever happens.
#[test]
fn an_overwritten_entry_never_commits() {
    let mut lab = Lab::<Raft>::new(&scenario("raft", 3, &[]));
    lab.campaign(1);
    lab.ask(1, 1, "x=1");
    lab.drop_all();
    lab.campaign_among(2, &[3]);
    lab.drop_all();
    lab.ask(2, 2, "y=1");
    lab.converse(2, 3);
    let key = "why_not.raft.commit";
    let answer = about(&lab, 1, key, Some(Part::Index(1)));
    assert_eq!(answer.verdict, Verdict::Never, "{answer:#?}");
    assert_eq!(reasons(&answer), ["why_not.raft.overwritten"]);
    let question = Question {
        key,
        node: n(1),
        of: Some(Part::Index(1)),
    };
    for seed in 0..RUNS {
        hold_one(lab.world(), &question, &answer, &mut Chaos::new(seed));
    }
}

/// "Why is it blocked?": the coordinator is gone, and all that can be asked have voted yes too.
#[test]
fn two_phase_commit_blocks() {
    let mut lab = voted(&[], Mood::Strict, "x");
    lab.act(Action::Crash(n(1)));
    lab.drop_all();
    let answer = about(&lab, 2, "why_not.two_phase.decide", None);
    assert_eq!(answer.verdict, Verdict::Blocked, "{answer:#?}");
    let why = reasons(&answer);
    assert!(why.contains(&"why_not.down"), "{why:?}");
    assert!(
        why.contains(&"note.two_phase.termination.answer.refused.why"),
        "{why:?}"
    );
}

/// "Why is nothing chosen in S1's ballot?": it was overtaken.
#[test]
fn an_overtaken_ballot_is_refused() {
    let mut lab = Lab::<Paxos>::new(&scenario("paxos", 3, &[]));
    lab.ask(1, 1, "x");
    lab.ask(2, 3, "y");
    // S2 promises the higher ballot first.
    lab.deliver(3, 2);
    let answer = about(&lab, 1, "why_not.paxos.ballot", None);
    let why = reasons(&answer);
    assert!(
        why.contains(&"note.paxos.acceptor.promise.refused.why"),
        "{answer:#?}"
    );
    assert!(
        matches!(answer.verdict, Verdict::Never | Verdict::Depends),
        "{answer:#?}"
    );
}
