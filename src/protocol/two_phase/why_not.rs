//! Why a transaction is not committed, and why a participant is blocked.

use super::participant::refuses;
use super::*;
use crate::protocol::Datum;
use crate::protocol::why_not::{Part, Reason, Verdict, trial};

const COMMIT_IT: &str = "why_not.two_phase.commit";
const DECIDE_IT: &str = "why_not.two_phase.decide";

/// The most transactions of one node that are asked about, the latest.
const TRANSACTIONS_MAX: usize = 3;

pub(super) fn questions(_: &TwoPhase, scene: &Scene<'_, TwoPhase>, id: NodeId) -> Vec<Question> {
    let Some(node) = scene.node(id) else {
        return Vec::new();
    };
    let in_doubt = node.in_doubt();
    let in_doubt = in_doubt.iter().rev().take(TRANSACTIONS_MAX);
    let decide = in_doubt.map(|it| of(DECIDE_IT, id, *it));
    let mut known: SortedSet<Transaction> = node.disk.log.keys().copied().collect();
    known.extend(node.working.keys().copied());
    let open = known.iter().copied();
    let open: Vec<_> = open
        .filter(|it| node.stage(*it) != Some(Stage::Committed))
        .collect();
    let open = open.iter().rev().take(TRANSACTIONS_MAX);
    decide
        .chain(open.map(|it| of(COMMIT_IT, id, *it)))
        .collect()
}

fn of(key: &'static str, node: NodeId, transaction: Transaction) -> Question {
    Question {
        key,
        node,
        of: Some(Part::Epoch(transaction)),
    }
}

pub(super) fn answer(it: &TwoPhase, scene: &Scene<'_, TwoPhase>, question: &Question) -> Answer {
    let (Some(node), Some(Part::Epoch(transaction))) = (scene.node(question.node), question.of)
    else {
        return Answer::new(Verdict::Never, Vec::new());
    };
    match question.key {
        DECIDE_IT => why_not_decided(it, scene, node, transaction),
        _ => why_not_committed(it, scene, node, transaction),
    }
}

/// A client waits for its transaction, or for the one before it.
pub(super) fn behind(
    _: &TwoPhase,
    scene: &Scene<'_, TwoPhase>,
    client: ClientId,
    sequence: u32,
) -> Option<Question> {
    scene.up().find_map(|(id, node)| {
        let mut log = node.disk.log.iter();
        let own = log.find(|(_, record)| record.request == Some((client, sequence)));
        let own = own.filter(|(_, record)| record.stage.decision().is_none());
        let mut wishes = node.wishes.iter();
        let waits = wishes.any(|wish| (wish.client, wish.sequence) == (client, sequence));
        let before = node.collecting.as_ref().filter(|_| waits);
        let transaction = own.map(|(it, _)| *it);
        let transaction = transaction.or(before.map(|it| it.transaction))?;
        Some(of(COMMIT_IT, id, transaction))
    })
}

fn why_not_committed(
    it: &TwoPhase,
    scene: &Scene<'_, TwoPhase>,
    node: &Node,
    transaction: Transaction,
) -> Answer {
    let stage = |node: &Node| node.stage(transaction);
    let with = |key: &str| Reason::new(key).with("transaction", transaction);
    let decided = |commit| {
        let nodes = scene.nodes.iter();
        let mut nodes = nodes.map(|(id, seen)| (*id, seen.node));
        nodes.find(|(_, node)| stage(node).and_then(Stage::decision) == Some(commit))
    };
    if let Some((other, _)) = decided(false) {
        let aborted = with("why_not.two_phase.aborted").with("other", other);
        let mut reasons = vec![aborted.by(&ABORT)];
        let refused = scene.nodes.iter().filter(|(id, seen)| {
            let record = seen.node.disk.log.get(&transaction);
            let value = record.and_then(|record| record.value.as_ref());
            value.is_some_and(|value| refuses(value, **id))
        });
        let refused = refused
            .map(|(id, _)| *id)
            .filter(|id| it.participants.contains(id));
        let refused: Vec<NodeId> = refused.collect();
        if !refused.is_empty() {
            let voted = with("why_not.two_phase.voted_no").with("nodes", Datum::Nodes(refused));
            reasons.push(voted.by(&VOTE));
        }
        return Answer::new(Verdict::Never, reasons);
    }
    if let Some((other, _)) = decided(true) {
        let known = with("why_not.two_phase.known_elsewhere")
            .with("node", node.id)
            .with("other", other);
        let apart = scene.apart(node.id, other);
        let reasons = [Some(known.by(&RESEND)), apart].into_iter().flatten();
        return Answer::new(Verdict::Depends, reasons.collect());
    }
    let owner = transaction.owner.unwrap_or(node.id);
    let coordinator = scene.node(owner);
    let collecting = coordinator.and_then(|it| it.collecting.as_ref());
    let Some(collecting) = collecting.filter(|it| it.transaction == transaction) else {
        let lost = with("why_not.two_phase.votes_lost").with("coordinator", owner);
        let reasons = [Some(lost.by(&RECOVER)), scene.idle(owner)];
        return Answer::new(Verdict::Never, reasons.into_iter().flatten().collect());
    };
    collected(it, scene, collecting, owner)
}

/// How far the coordinator has come.
fn collected(
    it: &TwoPhase,
    scene: &Scene<'_, TwoPhase>,
    collecting: &Collecting,
    owner: NodeId,
) -> Answer {
    let transaction = collecting.transaction;
    let needed = match collecting.voting {
        true => it.needed(),
        false => it.participants.len(),
    } as u32;
    let asks = |says: &Says| match collecting.voting {
        true => *says == Says::Prepare,
        false => matches!(says, Says::Work(_)),
    };
    let answers = |says: &Says| match collecting.voting {
        true => *says == Says::Vote(true),
        false => *says == Says::Worked,
    };
    let is_under_way = |from: NodeId, to: NodeId, is_it: &dyn Fn(&Says) -> bool| {
        let mut flights = scene.flights.iter();
        flights.any(|(sender, at, message)| {
            let here = (*sender, *at) == (from, to) && message.transaction == transaction;
            here && is_it(&message.says)
        })
    };
    let value = scene
        .node(owner)
        .and_then(|it| it.disk.log.get(&transaction)?.value.clone());
    let (mut could, mut can) = (collecting.yes.len() as u32, collecting.yes.len() as u32);
    let (mut silent, mut unwilling) = (Vec::new(), Vec::new());
    for id in it.participants.iter().copied() {
        let refuses = value.as_ref().is_some_and(|value| refuses(value, id));
        if refuses && !(collecting.voting && collecting.yes.contains(&id)) {
            unwilling.push(id);
        }
        if collecting.yes.contains(&id) {
            continue;
        }
        let apart = scene.apart(owner, id);
        let back = scene.is_linked(id, owner);
        // Whoever has lost the work votes no.
        let votes_no = collecting.voting
            && scene.node(id).is_some_and(|node| {
                let is_asked = node.stage(transaction).is_none();
                is_asked && !node.working.contains_key(&transaction)
            });
        let answered = is_under_way(id, owner, &answers);
        let asked = is_under_way(owner, id, &asks) && !votes_no;
        if answered || asked {
            could += 1;
            can += u32::from(answered && back || asked && apart.is_none());
        }
        silent.push(match apart {
            Some(apart) => apart,
            None if answered || asked => {
                let reason = Reason::new("why_not.two_phase.under_way");
                reason.with("node", id).by(&COUNT)
            }
            None => {
                let reason = Reason::new("why_not.two_phase.silent").with("node", id);
                reason.with("coordinator", owner).by(&TIMEOUT)
            }
        });
    }
    let (key, rule) = match collecting.voting {
        true => ("why_not.two_phase.votes", &COMMIT),
        false => ("why_not.two_phase.work", &WORKED),
    };
    let count = Reason::new(key)
        .with("transaction", transaction)
        .with("coordinator", owner)
        .by(rule)
        .count(
            ("yes_votes", collecting.yes.len() as u32),
            ("needed", needed),
        );
    let mut reasons = vec![count];
    let is_refused = (it.participants.len() - unwilling.len()) < it.needed();
    if !unwilling.is_empty() {
        let will = Reason::new("why_not.two_phase.will_refuse");
        reasons.push(will.with("nodes", Datum::Nodes(unwilling)).by(&VOTE));
    }
    reasons.append(&mut silent);
    reasons.extend(scene.idle(owner));
    let verdict = if is_refused || could < needed {
        Verdict::Never
    } else if can < needed || !scene.runs(owner) {
        Verdict::Blocked
    } else if collecting.voting {
        Verdict::Open
    } else {
        Verdict::Depends
    };
    let way = Reason::new(match verdict {
        Verdict::Never => "why_not.two_phase.will_abort",
        _ => "why_not.two_phase.before_timeout",
    });
    Answer::new(verdict, reasons).way(way.with("coordinator", owner))
}

fn why_not_decided(
    it: &TwoPhase,
    scene: &Scene<'_, TwoPhase>,
    node: &Node,
    transaction: Transaction,
) -> Answer {
    let id = node.id;
    if let Some(idle) = scene.idle(id) {
        return Answer::new(Verdict::Blocked, vec![idle]);
    }
    let bound = Reason::new("why_not.two_phase.bound")
        .with("node", id)
        .with("transaction", transaction);
    let mut reasons = vec![bound.by(&VOTE)];
    let tells = |says: &Says| matches!(says, Says::Decision(_));
    let is_told = |(_, message): (NodeId, &Message)| {
        message.transaction == transaction && tells(&message.says)
    };
    let mut is_open = scene.arriving(id).any(is_told);
    let mut asked = it.others(id);
    asked.extend(transaction.owner);
    let ask = message(transaction, Says::Ask);
    for other in &asked {
        if let Some(apart) = scene.apart(id, *other) {
            reasons.push(apart);
            continue;
        }
        let input = Input::Deliver {
            from: id,
            message: &ask,
        };
        let Some(trial) = scene.node(*other).map(|node| trial(it, node, input)) else {
            continue;
        };
        if trial.sent.iter().any(|(_, answer)| tells(&answer.says)) {
            is_open = true;
            let knows = Reason::new("why_not.two_phase.would_tell").with("other", *other);
            reasons.push(knows.by(&ANSWER));
        } else {
            reasons.extend(trial.refusal());
        }
    }
    let verdict = match is_open {
        true => Verdict::Open,
        false if is_cut_off_from_knowledge(it, scene, id, transaction) => Verdict::Blocked,
        false => Verdict::Depends,
    };
    let way = Reason::new(match verdict {
        Verdict::Open => "why_not.two_phase.will_ask",
        Verdict::Depends => "why_not.two_phase.others_may_learn",
        _ => "why_not.two_phase.wait",
    });
    let way = way.with("node", id);
    Answer::new(verdict, reasons).way(way.with("coordinator", transaction.owner))
}

/// Whether nobody who knows, or may come to know, can tell it, not even through others.
fn is_cut_off_from_knowledge(
    it: &TwoPhase,
    scene: &Scene<'_, TwoPhase>,
    id: NodeId,
    transaction: Transaction,
) -> bool {
    let may_know = |other: NodeId, node: &Node| {
        let stage = node.stage(transaction);
        let undecided = it.participants.contains(&other) && stage.is_none();
        let decides = transaction.owner == Some(other);
        let told = scene.arriving(other).any(|(_, message)| {
            message.transaction == transaction && matches!(message.says, Says::Decision(_))
        });
        undecided || decides || told || stage.and_then(Stage::decision).is_some()
    };
    let running = scene.up().filter(|(other, _)| scene.runs(*other));
    let mut reached = SortedSet::from([id]);
    // Backwards along the links that work, as far as they lead.
    loop {
        let more = running.clone().find(|(other, _)| {
            let mut to = reached.iter();
            !reached.contains(other) && to.any(|to| scene.is_linked(*other, *to))
        });
        match more {
            Some((other, node)) if may_know(other, node) => return false,
            Some((other, _)) => reached.insert(other),
            None => return true,
        };
    }
}
