//! Why a node cannot lead, why a slot is not chosen, why a chosen command is not applied.

use super::*;
use crate::protocol::why_not::{Part, Reason, State, Verdict, trial};
use crate::protocol::{Decree, Epoch};

const LEAD: &str = "why_not.multi_paxos.lead";
const CHOOSE: &str = "why_not.multi_paxos.choose";
const APPLY_SLOT: &str = "why_not.multi_paxos.apply";

/// The most slots of one node that are asked about.
const SLOTS_MAX: usize = 4;

pub(super) fn questions(
    _: &MultiPaxos,
    scene: &Scene<'_, MultiPaxos>,
    id: NodeId,
) -> Vec<Question> {
    let Some(seen) = scene.nodes.get(&id) else {
        return Vec::new();
    };
    let (node, is_up) = (seen.node, seen.state != State::Down);
    let mut questions = Vec::new();
    if !matches!(node.role, Role::Leading { .. }) {
        questions.push(lead(id));
    }
    if is_up {
        let mut slots: SortedSet<u32> = node.disk.accepted.keys().copied().collect();
        if let Role::Leading { open, .. } = &node.role {
            slots.extend(open.keys().copied());
        }
        let chosen = &node.replica.chosen;
        let open = slots.iter().filter(|slot| !chosen.contains_key(*slot));
        questions.extend(open.take(SLOTS_MAX).map(|slot| of_slot(CHOOSE, id, *slot)));
        let waiting = chosen.keys().filter(|slot| **slot > node.replica.applied);
        let waiting = waiting.take(SLOTS_MAX);
        questions.extend(waiting.map(|slot| of_slot(APPLY_SLOT, id, *slot)));
    }
    questions
}

fn lead(node: NodeId) -> Question {
    Question {
        key: LEAD,
        node,
        of: None,
    }
}

fn of_slot(key: &'static str, node: NodeId, slot: u32) -> Question {
    Question {
        key,
        node,
        of: Some(Part::Index(slot)),
    }
}

pub(super) fn answer(
    multi_paxos: &MultiPaxos,
    scene: &Scene<'_, MultiPaxos>,
    question: &Question,
) -> Answer {
    let Some(node) = scene.node(question.node) else {
        return Answer::new(Verdict::Never, Vec::new());
    };
    match (question.key, question.of) {
        (CHOOSE, Some(Part::Index(slot))) => why_not_chosen(multi_paxos, scene, node, slot),
        (APPLY_SLOT, Some(Part::Index(slot))) => why_not_applied(node, slot),
        _ => why_not_elected(multi_paxos, scene, node),
    }
}

/// A client waits for its command's slot to be chosen, or applied.
pub(super) fn behind(
    _: &MultiPaxos,
    scene: &Scene<'_, MultiPaxos>,
    client: ClientId,
    sequence: u32,
) -> Option<Question> {
    let (id, _, node) = leader(scene)?;
    let is_it = |decree: &Decree| matches!(decree, Decree::Command { client: it, request } if (*it, request.sequence) == (client, sequence));
    let Role::Leading { open, waiting, .. } = &node.role else {
        return None;
    };
    let proposed = open.iter().find(|(_, open)| is_it(&open.decree));
    let next = open.keys().next().filter(|_| waiting.iter().any(is_it));
    if let Some(slot) = proposed.map(|(slot, _)| slot).or(next) {
        return Some(of_slot(CHOOSE, id, *slot));
    }
    let chosen = node.replica.chosen.iter();
    let mut unapplied = chosen.filter(|(slot, _)| **slot > node.replica.applied);
    let (slot, _) = unapplied.find(|(_, decree)| is_it(decree))?;
    Some(of_slot(APPLY_SLOT, id, *slot))
}

/// The node that leads in the highest ballot.
fn leader<'a>(scene: &Scene<'a, MultiPaxos>) -> Option<(NodeId, Epoch, &'a Node)> {
    let leads = scene.up().filter_map(|(id, node)| match node.role {
        Role::Leading { ballot, .. } => Some((id, ballot, node)),
        _ => None,
    });
    leads.max_by_key(|(_, ballot, _)| *ballot)
}

fn why_not_elected(it: &MultiPaxos, scene: &Scene<'_, MultiPaxos>, node: &Node) -> Answer {
    let id = node.id;
    if !it.proposers.contains(&id) {
        let reason = Reason::new("why_not.multi_paxos.no_proposer").with("node", id);
        return Answer::new(Verdict::Never, vec![reason.by(&PREPARE)]);
    }
    if let Some(idle) = scene.idle(id) {
        return Answer::new(Verdict::Blocked, vec![idle]);
    }
    // What it may have been promised already, heard or under way.
    let mut possible: SortedSet<NodeId> = match &node.role {
        Role::Preparing { promises, .. } => promises.keys().copied().collect(),
        Role::Passive { .. } | Role::Leading { .. } => SortedSet::new(),
    };
    let promises = scene.arriving(id);
    let promises = promises.filter(|(_, it)| matches!(it, Message::Promise { .. }));
    possible.extend(promises.map(|(from, _)| from));
    let (mut sure, mut reasons) = (0, Vec::new());
    for acceptor in &it.acceptors {
        match scene.apart(id, *acceptor) {
            Some(apart) => reasons.push(apart),
            None => {
                sure += 1;
                possible.insert(*acceptor);
            }
        }
    }
    let (most, quorum) = (possible.len() as u32, it.quorums[0] as u32);
    let verdict = match (sure < quorum, most < quorum) {
        (false, _) => Verdict::Open,
        (true, false) => Verdict::Depends,
        (true, true) => Verdict::Blocked,
    };
    let promises = Reason::new("why_not.multi_paxos.promises")
        .with("node", id)
        .with("quorum", quorum)
        .by(&ELECTED)
        .count(("possible_promises", most), ("quorum", quorum));
    reasons.insert(0, promises);
    if let Some((lead, ..)) = leader(scene).filter(|(lead, ..)| scene.is_linked(*lead, id)) {
        let keeps = Reason::new("why_not.multi_paxos.leader_keeps");
        let keeps = keeps.with("node", id).with("leader", lead);
        reasons.push(keeps.by(&HEARTBEAT_HEARD));
    }
    let way = match verdict {
        Verdict::Blocked => Reason::new("why_not.nodes_back"),
        _ => Reason::new("why_not.multi_paxos.lead_open"),
    };
    Answer::new(verdict, reasons).way(way.with("node", id))
}

fn why_not_chosen(
    it: &MultiPaxos,
    scene: &Scene<'_, MultiPaxos>,
    node: &Node,
    slot: u32,
) -> Answer {
    let id = node.id;
    if node.replica.chosen.contains_key(&slot) {
        return Answer::new(Verdict::Open, Vec::new());
    }
    let knows = |node: &Node| node.replica.chosen.contains_key(&slot);
    if let Some((other, _)) = scene.up().find(|(_, node)| knows(node)) {
        let known = Reason::new("why_not.multi_paxos.known_elsewhere")
            .with("node", id)
            .with("other", other)
            .with("slot", slot);
        let apart = leader(scene).and_then(|(lead, ..)| scene.apart(id, lead));
        let reasons = [Some(known.by(&CATCH_UP_ASK)), apart];
        return Answer::new(Verdict::Depends, reasons.into_iter().flatten().collect())
            .way(Reason::new("why_not.multi_paxos.catches_up").with("node", id));
    }
    let Some((lead, ballot, leading)) = leader(scene) else {
        let reason = Reason::new("why_not.multi_paxos.nobody_leads").by(&FINISH);
        let proposers = scene.up().filter(|(id, _)| it.proposers.contains(id));
        let further = proposers.map(|(id, _)| self::lead(id));
        return Answer::new(Verdict::Depends, vec![reason]).further(further);
    };
    let open = match &leading.role {
        Role::Leading { open, .. } => open.get(&slot),
        _ => None,
    };
    let Some(open) = open else {
        let reason = Reason::new("why_not.multi_paxos.not_open")
            .with("leader", lead)
            .with("slot", slot);
        return Answer::new(Verdict::Depends, vec![reason.by(&FINISH)]);
    };
    let (mut sure, mut possible) = (open.accepted_by.clone(), open.accepted_by.clone());
    let accepted = scene.arriving(lead);
    let accepted = accepted.filter(
        |(_, it)| matches!(it, Message::Accepted { ballot: b, slot: s } if (*b, *s) == (ballot, slot)),
    );
    possible.extend(accepted.map(|(from, _)| from));
    let mut missing = Vec::new();
    let mut is_refused = false;
    let message = Message::Accept {
        ballot,
        slot,
        decree: open.decree.clone(),
    };
    for acceptor in it
        .acceptors
        .iter()
        .filter(|it| !sure.contains(*it))
        .copied()
        .collect::<Vec<_>>()
    {
        if let Some(apart) = scene.apart(lead, acceptor) {
            missing.push(apart);
            continue;
        }
        let input = Input::Deliver {
            from: lead,
            message: &message,
        };
        let trial = scene.node(acceptor).map(|node| trial(it, node, input));
        let grants = |(_, sent): &(NodeId, Message)| matches!(sent, Message::Accepted { .. });
        match trial {
            Some(trial) if !trial.sent.iter().any(grants) => {
                is_refused = true;
                missing.extend(trial.refusal());
            }
            _ => {
                sure.insert(acceptor);
                possible.insert(acceptor);
                let unanswered = Reason::new("why_not.multi_paxos.unanswered");
                let unanswered = unanswered.with("acceptor", acceptor).with("leader", lead);
                missing.push(unanswered.by(&RETRANSMIT));
            }
        }
    }
    let (now, quorum) = (open.accepted_by.len() as u32, it.quorums[1] as u32);
    let count = Reason::new("why_not.multi_paxos.acceptances")
        .with("slot", slot)
        .with("ballot", ballot)
        .by(&CHOSEN)
        .count(("accepted_by", now), ("quorum", quorum));
    let mut reasons = vec![count];
    reasons.append(&mut missing);
    if let Some(idle) = scene.idle(lead) {
        reasons.push(idle);
        return Answer::new(Verdict::Blocked, reasons);
    }
    // Whoever has seen a higher ballot makes the leader hand over.
    let is_disturbed = is_refused
        || scene.up().any(|(_, node)| node.seen > Some(ballot))
        || scene
            .flights
            .iter()
            .any(|(.., it)| highest(it) > Some(ballot));
    let stands = |voters: &SortedSet<NodeId>| voters.len() as u32 >= quorum;
    let verdict = match (stands(&sure), stands(&possible)) {
        (true, _) if !is_disturbed => Verdict::Open,
        (false, false) => Verdict::Blocked,
        _ => Verdict::Depends,
    };
    let way = match verdict {
        Verdict::Blocked => Reason::new("why_not.nodes_back"),
        _ => Reason::new("why_not.multi_paxos.choose_open").with("leader", lead),
    };
    Answer::new(verdict, reasons).way(way)
}

/// The highest ballot that a message tells of.
fn highest(message: &Message) -> Option<Epoch> {
    match message {
        Message::Prepare { ballot, .. }
        | Message::Promise { ballot, .. }
        | Message::Accept { ballot, .. }
        | Message::Accepted { ballot, .. }
        | Message::Heartbeat { ballot, .. }
        | Message::Chosen { ballot, .. } => Some(*ballot),
        Message::Refused { promised, .. } => Some(*promised),
        Message::CatchUp { .. } => None,
    }
}

fn why_not_applied(node: &Node, slot: u32) -> Answer {
    let missing = node.replica.applied + 1;
    if slot < missing {
        return Answer::new(Verdict::Open, Vec::new());
    }
    let gap = Reason::new("why_not.multi_paxos.gap")
        .with("node", node.id)
        .with("slot", slot)
        .with("missing", missing)
        .by(&APPLY_GAP)
        .count(("first_open", missing), ("slot", slot));
    Answer::new(Verdict::Depends, vec![gap])
        .way(Reason::new("why_not.multi_paxos.gap_filled").with("missing", missing))
        .further([of_slot(CHOOSE, node.id, missing)])
}
