//! Why not, in Paxos.

use crate::asking::{about, reasons};
use crate::claims::{Claims, held, settle};
use crate::common::{Lab, scenario};
use quorumscope::protocol::paxos::{self, Attempt, Paxos};
use quorumscope::protocol::why_not::Verdict::{self, Blocked, Depends, Never, Open};
use quorumscope::protocol::why_not::{Part, Question};
use quorumscope::world::{Payload, World};

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

#[test]
fn paxos_keeps_what_its_answers_claim() {
    held::<Paxos>(&[
        ("why_not.paxos.ballot", &[Never, Blocked, Depends, Open]),
        ("why_not.paxos.learn", &[Blocked, Depends]),
    ]);
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
