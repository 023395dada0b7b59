//! Asking why not, and what is told.

use crate::common::{Known, Lab, n};
use quorumscope::protocol::why_not::{Answer, Part, Question};
use quorumscope::protocol::{NodeId, Protocol};
use quorumscope::world::World;

/// All questions of a moment, with their answers.
pub fn asked<P: Protocol>(world: &World<P>) -> Vec<(Question, Answer)> {
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

/// The answer to a question of a node, by the question's key.
pub fn about<P: Known>(lab: &Lab<P>, node: u8, key: &str, of: Option<Part>) -> Answer {
    let all = asked(lab.world());
    let found = all.into_iter().find(|(question, _)| {
        question.node == n(node) && question.key == key && (of.is_none() || question.of == of)
    });
    found
        .unwrap_or_else(|| panic!("nobody asks {key} of S{node}"))
        .1
}

/// The keys of the reasons.
pub fn reasons(answer: &Answer) -> Vec<&str> {
    answer.reasons.iter().map(|reason| &*reason.key).collect()
}
