//! Why a ballot gets nowhere, and why a node does not know what is chosen.

use super::*;
use crate::protocol::why_not::{Part, Reason, Verdict, trial};

const BALLOT: &str = "why_not.paxos.ballot";
const LEARN: &str = "why_not.paxos.learn";

pub(super) fn questions(paxos: &Paxos, scene: &Scene<'_, Paxos>, id: NodeId) -> Vec<Question> {
    let Some(node) = scene.node(id) else {
        return Vec::new();
    };
    let ballot = node.proposer.attempt.ballot();
    let learns = paxos.learners.contains(&id) && node.learner.chosen.is_none();
    let learn = learns.then_some(Question {
        key: LEARN,
        node: id,
        of: None,
    });
    let ballot = ballot.map(|it| of_ballot(id, it));
    ballot.into_iter().chain(learn).collect()
}

fn of_ballot(node: NodeId, ballot: Epoch) -> Question {
    Question {
        key: BALLOT,
        node,
        of: Some(Part::Epoch(ballot)),
    }
}

pub(super) fn answer(paxos: &Paxos, scene: &Scene<'_, Paxos>, question: &Question) -> Answer {
    let Some(node) = scene.node(question.node) else {
        return Answer::new(Verdict::Never, Vec::new());
    };
    match question.of {
        Some(Part::Epoch(ballot)) => why_not_chosen(paxos, scene, node, ballot),
        _ => why_not_learned(paxos, scene, node),
    }
}

/// A client waits for the ballot of the node that has taken its wish.
pub(super) fn behind(
    _paxos: &Paxos,
    scene: &Scene<'_, Paxos>,
    client: ClientId,
    sequence: u32,
) -> Option<Question> {
    scene.up().find_map(|(id, node)| {
        let mut wishes = node.proposer.wishes.iter();
        let is_here = wishes.any(|wish| (wish.client, wish.sequence) == (client, sequence));
        let ballot = node.proposer.attempt.ballot();
        ballot.filter(|_| is_here).map(|it| of_ballot(id, it))
    })
}

/// The acceptors that count for a ballot: those that do, those that still can as things stand, and
/// those that could if everything under way arrived one day.
#[derive(Default)]
struct Counted {
    now: SortedSet<NodeId>,
    can: SortedSet<NodeId>,
    could: SortedSet<NodeId>,
}

impl Counted {
    fn counts(&mut self, id: NodeId) {
        self.now.insert(id);
        self.can.insert(id);
        self.could.insert(id);
    }

    fn may(&mut self, id: NodeId, can: bool) {
        self.could.insert(id);
        if can {
            self.can.insert(id);
        }
    }
}

/// Whether an acceptor would still do what a message asks for, and how a message stands to it.
struct Asking<'a, 'b> {
    scene: &'b Scene<'a, Paxos>,
    proposer: NodeId,
    ballot: Epoch,
}

impl Asking<'_, '_> {
    fn is_under_way(&self, from: NodeId, to: NodeId, is_it: impl Fn(&Message) -> bool) -> bool {
        let mut flights = self.scene.flights.iter();
        flights.any(|(sender, at, message)| (*sender, *at) == (from, to) && is_it(message))
    }

    /// A message from the proposer reaches an acceptor as things stand.
    fn reaches(&self, acceptor: NodeId) -> bool {
        self.scene.runs(acceptor) && self.scene.is_linked(self.proposer, acceptor)
    }

    fn promises(&self, acceptors: &SortedSet<NodeId>, known: &SortedSet<NodeId>) -> Counted {
        let mut all = Counted::default();
        for id in acceptors.iter().copied() {
            let node = self.scene.node(id);
            let is_free = node.is_some_and(|node| node.disk.promised < Some(self.ballot));
            let promised = |it: &Message| matches!(it, Message::Promise { ballot, .. } if *ballot == self.ballot);
            let prepare =
                |it: &Message| matches!(it, Message::Prepare { ballot } if *ballot == self.ballot);
            let back = self.scene.is_linked(id, self.proposer);
            if known.contains(&id) {
                all.counts(id);
            } else if self.is_under_way(id, self.proposer, promised) {
                all.may(id, back);
            } else if is_free && self.is_under_way(self.proposer, id, prepare) {
                all.may(id, back && self.reaches(id));
            }
        }
        all
    }

    /// `asked` says whether the Accept of this ballot has been sent; else it is still to come.
    fn acceptances(&self, acceptors: &SortedSet<NodeId>, asked: bool) -> Counted {
        let mut all = Counted::default();
        for id in acceptors.iter().copied() {
            let Some(node) = self.scene.node(id) else {
                continue;
            };
            let is_bound = node.disk.promised > Some(self.ballot);
            let accept = |it: &Message| matches!(it, Message::Accept { ballot, .. } if *ballot == self.ballot);
            if self.has_accepted(id, node) {
                all.counts(id);
            } else if !is_bound && (!asked || self.is_under_way(self.proposer, id, accept)) {
                all.may(id, self.reaches(id));
            }
        }
        all
    }

    /// Whether an acceptor has, or may have, accepted in this ballot: what it holds, what others
    /// have heard, and what they are about to hear.
    fn has_accepted(&self, id: NodeId, node: &Node) -> bool {
        let heard = |other: &Node| {
            let mut votes = other.learner.votes.iter();
            votes.any(|((ballot, _), voters)| *ballot == self.ballot && voters.contains(&id))
        };
        let accepted =
            |it: &Message| matches!(it, Message::Accepted { ballot, .. } if *ballot == self.ballot);
        let mut flights = self.scene.flights.iter();
        accepted_ballot(&node.disk) == Some(self.ballot)
            || self.scene.nodes.values().any(|seen| heard(seen.node))
            || flights.any(|(from, _, message)| *from == id && accepted(message))
    }
}

fn why_not_chosen(paxos: &Paxos, scene: &Scene<'_, Paxos>, node: &Node, ballot: Epoch) -> Answer {
    let asking = Asking {
        scene,
        proposer: node.id,
        ballot,
    };
    let acceptors = &paxos.acceptors;
    let (first, second) = (paxos.phase1_quorum() as u32, paxos.phase2_quorum() as u32);
    let (promises, is_asked) = match &node.proposer.attempt {
        Attempt::Preparing { promises, .. } => (Some(promises.keys().copied().collect()), false),
        _ => (None, true),
    };
    let promises = promises.map(|known| asking.promises(acceptors, &known));
    let acceptances = asking.acceptances(acceptors, is_asked);
    let size = |set: &SortedSet<NodeId>| set.len() as u32;
    let mut reasons = Vec::new();
    let reason = |key, counted: &Counted, needed: u32, side, rule| {
        Reason::new(key)
            .with("ballot", ballot)
            .with("now", size(&counted.now))
            .with("quorum", needed)
            .by(rule)
            .count((side, size(&counted.can)), ("quorum", needed))
    };
    let (mut could, mut can) = (true, true);
    if let Some(promises) = &promises {
        (could, can) = (size(&promises.could) >= first, size(&promises.can) >= first);
        let key = "why_not.paxos.promises";
        let side = "possible_promises";
        reasons.push(reason(key, promises, first, side, &PROMISE_COUNT));
    }
    could &= size(&acceptances.could) >= second;
    can &= size(&acceptances.can) >= second;
    if is_asked || size(&acceptances.can) < second {
        let key = "why_not.paxos.acceptances";
        let side = "possible_acceptances";
        reasons.push(reason(key, &acceptances, second, side, &LEARN_CHOSEN));
    }
    if let Attempt::BackingOff { .. } = node.proposer.attempt {
        let gave_up = Reason::new("why_not.paxos.gave_up").with("node", node.id);
        reasons.push(gave_up.with("promised", node.proposer.seen).by(&ABANDON));
    }
    if let Attempt::Accepting { value, .. } = &node.proposer.attempt
        && let Some(wish) = node.proposer.wishes.first()
        && wish.value != *value
    {
        let adopted = Reason::new("why_not.paxos.adopted")
            .with("node", node.id)
            .with("own", wish.value.clone())
            .with("value", value.clone());
        reasons.push(adopted.by(&PROPOSE_ADOPTED));
    }
    let counted = promises.as_ref().unwrap_or(&acceptances);
    let missing = acceptors.iter().filter(|id| !counted.now.contains(*id));
    let refusals = missing.filter_map(|id| hindrance(paxos, &asking, node, *id, counted));
    let refusals: Vec<Reason> = refusals.collect();
    let is_undisturbed = refusals.iter().all(|it| {
        it.rule
            .is_none_or(|rule| rule.id != PROMISE.id && rule.id != ACCEPT.id)
    }) && !matches!(node.proposer.attempt, Attempt::BackingOff { .. })
        && !scene
            .arriving(node.id)
            .any(|(_, it)| matches!(it, Message::Refused { ballot: it, .. } if *it == ballot));
    reasons.extend(refusals);
    let is_idle = promises.is_some() && !scene.runs(node.id);
    reasons.extend(scene.idle(node.id).filter(|_| is_idle));
    let verdict = match (could, can && !is_idle) {
        (false, _) => Verdict::Never,
        (true, false) => Verdict::Blocked,
        (true, true) if is_undisturbed => Verdict::Open,
        (true, true) => Verdict::Depends,
    };
    let promised = acceptors
        .iter()
        .filter_map(|id| scene.node(*id)?.disk.promised);
    let way = Reason::new(match verdict {
        Verdict::Open | Verdict::Depends => "why_not.paxos.under_way",
        Verdict::Never | Verdict::Blocked => "why_not.paxos.higher",
    });
    let highest = promised.max().max(Some(ballot));
    Answer::new(verdict, reasons).way(way.with("node", node.id).with("ballot", highest))
}

/// Why an acceptor does not count yet: what it would say on a copy, or that nothing asks it.
fn hindrance(
    paxos: &Paxos,
    asking: &Asking<'_, '_>,
    node: &Node,
    acceptor: NodeId,
    counted: &Counted,
) -> Option<Reason> {
    let (scene, ballot, from) = (asking.scene, asking.ballot, node.id);
    let message = match &node.proposer.attempt {
        Attempt::Preparing { .. } => Message::Prepare { ballot },
        Attempt::Accepting { value, .. } => Message::Accept {
            ballot,
            value: value.clone(),
        },
        Attempt::Idle | Attempt::BackingOff { .. } => return scene.apart(from, acceptor),
    };
    let message = &message;
    let voter = scene.node(acceptor)?;
    let promised = voter.disk.promised;
    let refuses = promised > Some(ballot);
    if refuses && !counted.could.contains(&acceptor) {
        return trial(paxos, voter, Input::Deliver { from, message }).refusal();
    }
    let apart = scene.apart(from, acceptor);
    if apart.is_some() || counted.could.contains(&acceptor) {
        return apart;
    }
    let unasked = Reason::new("why_not.paxos.unasked").with("node", from);
    Some(unasked.with("acceptor", acceptor).by(&RETRY_LATER))
}

fn why_not_learned(paxos: &Paxos, scene: &Scene<'_, Paxos>, node: &Node) -> Answer {
    let id = node.id;
    let quorum = paxos.phase2_quorum() as u32;
    let mut reasons: Vec<Reason> = scene.idle(id).into_iter().collect();
    let known = scene.nodes.iter().find_map(|(other, seen)| {
        let chosen = seen.node.learner.chosen.clone()?;
        Some((*other, chosen))
    });
    let heard = |proposal: &Proposal| {
        let voters = node.learner.votes.get(proposal);
        voters.map_or(0, SortedSet::len) as u32
    };
    let told = |proposal: &Proposal| {
        Reason::new("why_not.paxos.told")
            .with("node", id)
            .with("ballot", proposal.0)
            .with("value", proposal.1.clone())
            .by(&LEARN_COUNT)
            .count(("accepted_by", heard(proposal)), ("quorum", quorum))
    };
    if let Some((other, chosen)) = &known {
        let known = Reason::new("why_not.paxos.known_elsewhere")
            .with("other", *other)
            .with("value", chosen.1.clone());
        reasons.extend([known.by(&LEARN_CHOSEN), told(chosen)]);
    } else {
        let mut accepted = SortedMap::<Proposal, u32>::new();
        for id in &paxos.acceptors {
            if let Some(proposal) = scene.node(*id).and_then(|it| it.disk.accepted.clone()) {
                *accepted.get_or_insert_with(proposal, || 0) += 1;
            }
        }
        let most = accepted.iter().max_by_key(|(_, count)| **count);
        reasons.push(match most {
            None => Reason::new("why_not.paxos.nothing_accepted").by(&ACCEPT),
            Some((proposal, count)) if *count >= quorum => told(proposal),
            Some(((ballot, value), count)) => Reason::new("why_not.paxos.accepted")
                .with("ballot", *ballot)
                .with("value", value.clone())
                .by(&LEARN_CHOSEN)
                .count(("accepted_by", *count), ("quorum", quorum)),
        });
    }
    // Whoever could ever be counted here: heard, about to be heard, or able to accept.
    let mut voters: SortedSet<NodeId> = paxos.acceptors.iter().copied().collect();
    let (up, votes) = (|id: &NodeId| scene.runs(*id), node.learner.votes.values());
    let heard: SortedSet<NodeId> = votes.flatten().copied().collect();
    let arriving: SortedSet<NodeId> = scene.arriving(id).map(|(from, _)| from).collect();
    let silent: Vec<NodeId> = voters.iter().copied().collect();
    for voter in silent {
        let speaks = up(&voter) && scene.is_linked(voter, id);
        if !speaks && !heard.contains(&voter) && !arriving.contains(&voter) {
            voters.remove(&voter);
            reasons.extend(scene.apart(id, voter));
        }
    }
    let is_blocked = scene.idle(id).is_some() || (voters.len() as u32) < quorum;
    let verdict = match is_blocked {
        true => Verdict::Blocked,
        false => Verdict::Depends,
    };
    let way = match (is_blocked, &known) {
        (true, _) => Reason::new("why_not.nodes_back"),
        (false, Some(_)) => Reason::new("why_not.paxos.ask").with("node", id),
        (false, None) => Reason::new("why_not.paxos.propose"),
    };
    let attempts = scene.up().filter_map(|(id, node)| {
        let ballot = node.proposer.attempt.ballot()?;
        Some(of_ballot(id, ballot))
    });
    Answer::new(verdict, reasons).way(way).further(attempts)
}
