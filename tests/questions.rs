//! Questions are made from the engine's coming step. Over random states each kind comes up, has one
//! right answer, and that answer is what then happens: read off the nodes and the events, and not
//! off the notes that the questions are made from. What cannot be checked so counts for nothing.

#[path = "common/mod.rs"]
mod common;

use std::collections::BTreeMap;

use quorumscope::protocol::{Datum, Endpoint, NodeId};
use quorumscope::share::condition;
use quorumscope::teach::{Question, kinds, questions};
use quorumscope::view::{Landed, Moment, Session, UpcomingKind, open};
use quorumscope::world::{Action, MessageId, Scenario};

/// How many questions of each kind have to come up and be checked.
const EACH_MIN: usize = 3;
/// How many steps a random run has.
const STEPS: u32 = 160;

/// A random number: which one depends on the numbers given, and nothing else.
fn random(parts: &[u32]) -> u32 {
    let mut hash = 0x811c_9dc5_u32;
    for part in parts {
        for byte in part.to_le_bytes() {
            hash = (hash ^ u32::from(byte)).wrapping_mul(0x0100_0193);
        }
    }
    hash ^ hash >> 15
}

/// Something a person might do, or the scheduler's choice.
fn some_action(session: &Session, seed: u32, step: u32) -> Action {
    let moment = session.moment();
    let pick = |what, count: usize| random(&[seed, step, what]) as usize % count.max(1);
    let node = moment.nodes[pick(1, moment.nodes.len())].id;
    let client = moment.clients[pick(2, moment.clients.len())].id;
    match pick(0, 24) {
        0 | 1 => {
            let serving: Vec<_> = moment.nodes.iter().filter(|it| it.serves).collect();
            let text = format!("k={step}");
            Action::Submit {
                client,
                to: serving.get(pick(3, serving.len())).map(|it| it.id),
                value: common::value(&text),
            }
        }
        2 => Action::Crash(node),
        3 | 4 => Action::Restart(node),
        5 | 6 => Action::Fire(node.into(), session.about().timers[0].into()),
        7 => {
            let others = moment.nodes.iter().map(|it| it.id);
            Action::Partition(vec![others.filter(|it| *it != node).collect()])
        }
        8 | 9 => Action::Heal,
        10 => match moment.messages.get(pick(4, moment.messages.len())) {
            Some(card) => Action::Delay(card.id, 30),
            None => Action::Next,
        },
        _ => Action::Next,
    }
}

/// Calls back at every moment of random runs in which something happens next.
fn wander(mut at: impl FnMut(&Session)) {
    for protocol in ["raft", "paxos", "multi_paxos", "two_phase"] {
        for seed in 0..20 {
            let nodes = 3 + (seed % 3) as u8;
            let scenario = Scenario::of(protocol, nodes);
            let mut session = open(scenario, seed).expect("the scenario opens");
            for step in 0..STEPS {
                at(&session);
                let action = some_action(&session, seed, step);
                // Where it makes no sense, and nothing happens by itself, another one is tried.
                if session.act(action).is_err() {
                    session.act(Action::Next).ok();
                }
            }
        }
    }
}

/// The node that the next message reaches.
fn receiver(moment: &Moment) -> Option<(NodeId, &Landed)> {
    match &moment.next.as_ref()?.kind {
        UpcomingKind::Arrival(landed) => match landed.message.id.to {
            Endpoint::Node(id) => Some((id, landed)),
            Endpoint::Client(_) => None,
        },
        UpcomingKind::Timer(..) => None,
    }
}

fn field(moment: &Moment, node: NodeId, key: &str) -> Option<Datum> {
    let fields = &moment.node(node)?.view.fields;
    let field = fields.iter().find(|field| field.key == key)?;
    Some(field.value.clone())
}

/// Whether the last step has an event like this, of the vocabulary of conditions.
fn happened(session: &Session, event: &str) -> bool {
    let condition = format!("{{\"event\":{event}}}");
    let condition = condition::read(&condition).unwrap_or_else(|error| panic!("{event}: {error}"));
    session.holds(&condition)
}

/// Whether yes is right, for the kinds that are answered by yes or no, once the step is taken.
fn is_so(question: &Question, before: &Moment, after: &Session) -> Option<bool> {
    let moment = after.moment();
    let grew = |node, key| field(&moment, node, key) > field(before, node, key);
    let fact = |fact: &str, node: NodeId| {
        happened(
            after,
            &format!("{{\"fact\":\"{fact}\",\"node\":\"{node}\"}}"),
        )
    };
    let leads = |node| moment.node(node).is_some_and(|it| it.view.role == "leader");
    let granted = |name: &str, node: NodeId, to: Endpoint| {
        let mut sent = moment.messages.iter();
        let old = |id| before.message(id).is_some();
        sent.any(|card| {
            card.view.name == name
                && card.id.from == node.into()
                && card.id.to == to
                && !old(card.id)
                && card.view.kind == quorumscope::protocol::MessageKind::Grant
        })
    };
    let arrival = receiver(before);
    let from = arrival.map(|(_, landed)| landed.message.id.from);
    let node = arrival.map(|(node, _)| node);
    Some(match question.kind {
        "vote" => granted("VoteReply", node?, from?),
        "append" => granted("AppendReply", node?, from?),
        "elected" | "leads_log" | "still_leads" => leads(node?),
        "raise_commit" => grew(node?, "commit_index"),
        "applies" => grew(node?, "applied"),
        "promise" => fact("promised", node?),
        "accept" => fact("accepted", node?),
        "phase_2" => fact("proposed", node?),
        "chosen" => fact("learned", node?),
        "gives_up" => {
            let backs_off = |it: &Moment| Some(it.node(node?)?.view.role == "backing_off");
            backs_off(&moment)? && !backs_off(before)?
        }
        "decides" => fact("decided", node?),
        "blocked" => moment.node(node?)?.view.role == "blocked",
        "arrives" => happened(after, "{\"is\":\"delivered\"}"),
        _ => return None,
    })
}

/// The value that is right, for the kinds whose choices are values.
fn value_of(question: &Question, before: &Moment, after: &Moment) -> Option<Datum> {
    let (node, landed) = receiver(before)?;
    let number = |key| match field(after, node, key)? {
        Datum::Epoch(epoch) => Some(Datum::Number(epoch.number.into())),
        other => Some(other),
    };
    match question.kind {
        "commit_index" => number("commit_index"),
        "term" => number("current_term"),
        "must_propose" => number("proposed"),
        "next_index" => {
            let Datum::Pairs(pairs) = field(after, node, "next_index")? else {
                return None;
            };
            let Endpoint::Node(peer) = landed.message.id.from else {
                return None;
            };
            let mut pairs = pairs.into_iter();
            pairs
                .find(|(it, _)| *it == Datum::Node(peer))
                .map(|it| it.1)
        }
        "slot" => {
            let old: Vec<u32> = before
                .node(node)?
                .view
                .cells
                .iter()
                .map(|it| it.index)
                .collect();
            let cells = &after.node(node)?.view.cells;
            let new = cells.iter().rfind(|cell| !old.contains(&cell.index));
            new.map(|cell| Datum::Number(cell.index.into()))
        }
        "log_length" => {
            let cells = &after.node(node)?.view.cells;
            Some(Datum::Number(
                cells.last().map_or(0, |cell| cell.index.into()),
            ))
        }
        _ => None,
    }
}

/// Why a vote is refused, by the last part of the choice's key: worked out from the request and the
/// voter's own term, vote and last entry (Raft, Figure 2).
fn refusal(before: &Moment) -> Option<&'static str> {
    let (voter, landed) = receiver(before)?;
    let asked = |key: &str| {
        let mut fields = landed.message.view.fields.iter();
        fields.find(|(name, _)| *name == key).map(|it| &it.1)
    };
    let (term, own) = (asked("term")?, field(before, voter, "current_term")?);
    let vote = field(before, voter, "voted_for")?;
    let cells = &before.node(voter)?.view.cells;
    let last = cells.last().map_or((0, 0), |cell| {
        (cell.epoch.map_or(0, |epoch| epoch.number), cell.index)
    });
    let Some(Datum::Position {
        term: last_term,
        index,
    }) = asked("last_entry")
    else {
        return None;
    };
    if *term < own {
        return Some("predict.reason_term");
    }
    let candidate = Datum::from(landed.message.id.from);
    if *term == own && vote != Datum::Nothing && vote != candidate {
        return Some("predict.reason_taken");
    }
    ((*last_term, *index) < last).then_some("predict.reason_log")
}

#[test]
fn every_kind_comes_up_and_is_answered_by_what_then_happens() {
    assert!(kinds().count() >= 20);
    let mut checked: BTreeMap<&str, usize> = kinds().map(|kind| (kind, 0)).collect();
    wander(|session| {
        let before = session.moment();
        let asked = questions(session).into_iter();
        let asked: Vec<_> = asked.filter(Question::is_of_step).collect();
        if asked.is_empty() {
            return;
        }
        let run = session.run();
        let mut after = quorumscope::view::reopen(&run)
            .expect("the run opens")
            .session;
        after.act(Action::Next).expect("something happens next");
        let moment = after.moment();
        for question in asked {
            let at = format!("{} at {} of {}", question.kind, run.cursor, run.to_json());
            assert!(
                question.choices.len() > 1 && question.right < question.choices.len(),
                "{at}"
            );
            for (place, choice) in question.choices.iter().enumerate() {
                assert!(
                    !question.choices[..place].contains(choice),
                    "{at}: the same twice"
                );
            }
            if let Some(yes) = is_so(&question, &before, &after) {
                assert_eq!(question.right == 0, yes, "{at}");
            } else if let Some(value) = value_of(&question, &before, &moment) {
                let right = &question.choices[question.right].args[0].1;
                assert_eq!(*right, value, "{at}");
            } else {
                assert_eq!(question.kind, "why_no_vote", "nothing to check it by: {at}");
                let right = &question.choices[question.right].key;
                assert_eq!(Some(right.as_str()), refusal(&before), "{at}");
            }
            *checked
                .get_mut(question.kind)
                .expect("a kind that is listed") += 1;
        }
    });
    // Checked below, without a step.
    checked.retain(|kind, _| !["could_win", "survives"].contains(kind));
    are_many(&checked);
}

/// Fails where a kind has hardly been checked.
fn are_many(checked: &BTreeMap<&str, usize>) {
    let mut checked = checked.iter();
    let rare = checked.find(|(_, count)| **count < EACH_MIN);
    assert_eq!(rare, None, "hardly checked");
}

/// What would be lost in a crash is what is lost in it; who could win wins.
#[test]
fn what_is_asked_without_a_step_is_so_when_it_is_done() {
    let mut checked = BTreeMap::from([("survives", 0), ("lost", 0), ("won", 0)]);
    wander(|session| {
        for question in questions(session) {
            let node = question.ask.args.iter().find(|(name, _)| *name == "node");
            let Some((_, Datum::Node(node))) = node else {
                continue;
            };
            let mut after = quorumscope::view::reopen(&session.run())
                .expect("it opens")
                .session;
            match (question.kind, question.field) {
                ("survives", Some(key)) => {
                    let old = field(&after.moment(), *node, key);
                    after.act(Action::Crash(*node)).expect("the node is up");
                    after.act(Action::Restart(*node)).expect("the node is down");
                    let kept = field(&after.moment(), *node, key) == old;
                    assert_eq!(question.right == 0, kept, "{key}");
                    *checked.entry("survives").or_default() += 1;
                }
                ("could_win", None) => {
                    let old = after.moment();
                    after
                        .act(Action::Fire((*node).into(), "election".into()))
                        .expect("the timer is armed");
                    let mut tried = Vec::new();
                    loop {
                        let moment = after.moment();
                        let mut new = moment.messages.iter().map(|card| card.id);
                        let fresh =
                            |id: &MessageId| old.message(*id).is_none() && !tried.contains(id);
                        let Some(id) = new.find(fresh) else { break };
                        tried.push(id);
                        // A message to a node that is down cannot be delivered.
                        after.act(Action::Deliver(id)).ok();
                        if after
                            .moment()
                            .node(*node)
                            .is_some_and(|it| it.view.role == "leader")
                        {
                            break;
                        }
                    }
                    let leads = after
                        .moment()
                        .node(*node)
                        .is_some_and(|it| it.view.role == "leader");
                    assert_eq!(question.right == 0, leads);
                    let end = if leads { "won" } else { "lost" };
                    *checked.entry(end).or_default() += 1;
                }
                _ => {}
            }
        }
    });
    are_many(&checked);
}
