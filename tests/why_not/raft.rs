//! Why not, in Raft.

use crate::asking::{about, reasons};
use crate::claims::{Claims, RUNS, fire, held, hold_one, is_between, settle, settle_until};
use crate::common::chaos::Chaos;
use crate::common::raft_stories::figure_8;
use crate::common::{Lab, Mood, n, scenario};
use quorumscope::protocol::raft::{self, Raft};
use quorumscope::protocol::why_not::Verdict::{self, Blocked, Depends, Open};
use quorumscope::protocol::why_not::{Part, Question};
use quorumscope::protocol::{Datum, NodeId};
use quorumscope::world::{Action, Machine, World};

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
        let one = |(id, machine): (&NodeId, &Machine<Self>)| {
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

#[test]
fn raft_keeps_what_its_answers_claim() {
    held::<Raft>(&[
        ("why_not.raft.win", &[Blocked, Depends, Open]),
        ("why_not.raft.commit", &[Blocked, Depends, Open]),
        ("why_not.raft.read", &[Depends]),
    ]);
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
