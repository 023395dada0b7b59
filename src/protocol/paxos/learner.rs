//! The learner: a value is chosen once a quorum of acceptors accepted it *in one ballot*
//! (§2.3).

use super::*;
use crate::protocol::{Answer, Epoch, NodeId, Relation, Reply, Sink, Value};

/// What a learner remembers; volatile, since asking again is always safe.
#[derive(Clone, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize)]
pub struct Learner {
    /// Who accepted what, by ballot.
    pub votes: Votes,
    /// What was chosen, and the ballot that showed it.
    pub chosen: Option<Proposal>,
}

relabel!(struct Learner { votes, chosen });

impl Paxos {
    pub(super) fn on_accepted<S: Sink<Self>>(
        &self,
        node: &mut Node,
        from: NodeId,
        ballot: Epoch,
        value: &Value,
        out: &mut S,
    ) {
        if let Some((_, chosen)) = &node.learner.chosen {
            out.note(|| {
                Note::new(&LEARN_KNOWN, Outcome::Ignored)
                    .with("node", node.id)
                    .with("from", from)
                    .with("value", chosen.clone())
            });
            return;
        }
        let quorum = if self.is(V::LearnFromOne) {
            1
        } else {
            self.phase2_quorum()
        };
        let votes = &mut node.learner.votes;
        let voters = votes.get_or_insert_with((ballot, value.clone()), SortedSet::new);
        voters.insert(from);
        let mut count = voters.len();
        if self.is(V::LearnAcrossBallots) {
            let same = votes.iter().filter(|((_, voted), _)| voted == value);
            let voters: SortedSet<&NodeId> = same.flat_map(|(_, voters)| voters).collect();
            count = voters.len();
        }
        out.note(|| {
            Note::new(&LEARN_COUNT, Outcome::Accepted)
                .with("node", node.id)
                .with("from", from)
                .with("ballot", ballot)
                .with("value", value.clone())
                .with("count", count as u32)
                .with("quorum", quorum as u32)
        });
        if count < quorum {
            return;
        }
        node.learner = Learner {
            votes: Votes::new(),
            chosen: Some((ballot, value.clone())),
        };
        out.note(|| {
            Note::new(&LEARN_CHOSEN, Outcome::Done)
                .with("node", node.id)
                .with("ballot", ballot)
                .with("value", value.clone())
                .because(
                    ("accepted_by", count as u32),
                    Relation::AtLeast,
                    ("quorum", quorum as u32),
                )
        });
        out.fact(Fact::Learned {
            ballot,
            value: value.clone(),
        });
        self.stop_proposing(node, value, out);
    }

    /// The proposer's work is done: its clients are told what was chosen.
    fn stop_proposing<S: Sink<Self>>(&self, node: &mut Node, value: &Value, out: &mut S) {
        let proposer = std::mem::take(&mut node.proposer);
        if proposer.attempt != Attempt::Idle {
            out.cancel_timer(Timer::Retry);
        }
        for wish in proposer.wishes {
            let answer = Answer::Done(Some(value.clone()));
            let sequence = wish.sequence;
            out.reply(wish.client, Reply { sequence, answer });
        }
    }
}
