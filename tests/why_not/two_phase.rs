//! Why not, in two-phase commit.

use crate::asking::{about, reasons};
use crate::claims::{Claims, fire, held, settle};
use crate::common::two_phase_stories::voted;
use crate::common::{Mood, n};
use quorumscope::protocol::two_phase::{self, Says, TwoPhase};
use quorumscope::protocol::why_not::Verdict::{self, Blocked, Depends, Never, Open};
use quorumscope::protocol::why_not::{Part, Question};
use quorumscope::world::{Action, Flight, Payload, World};

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

#[test]
fn two_phase_keeps_what_its_answers_claim() {
    held::<TwoPhase>(&[
        ("why_not.two_phase.commit", &[Never, Blocked, Depends, Open]),
        ("why_not.two_phase.decide", &[Blocked, Depends, Open]),
    ]);
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
