//! Why not, in Multi-Paxos.

use crate::claims::{Claims, fire, held, is_between, settle};
use quorumscope::protocol::NodeId;
use quorumscope::protocol::multi_paxos::{self, MultiPaxos};
use quorumscope::protocol::why_not::Verdict::{Blocked, Depends, Never, Open};
use quorumscope::protocol::why_not::{Part, Question};
use quorumscope::world::{Machine, World};

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
        let one = |(id, machine): (&NodeId, &Machine<Self>)| match machine.node.role {
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

#[test]
fn multi_paxos_keeps_what_its_answers_claim() {
    held::<MultiPaxos>(&[
        ("why_not.multi_paxos.lead", &[Never, Blocked, Depends, Open]),
        ("why_not.multi_paxos.choose", &[Blocked, Depends, Open]),
        ("why_not.multi_paxos.apply", &[Depends]),
    ]);
}
