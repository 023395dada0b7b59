//! Why a server cannot win an election, why an entry is not committed, why a read is not served.

use super::*;
use crate::protocol::why_not::{Part, Reason, State, Trial, Verdict, trial};
use crate::protocol::{Epoch, Relation};

const WIN: &str = "why_not.raft.win";
const COMMIT: &str = "why_not.raft.commit";
const READ: &str = "why_not.raft.read";

/// The most entries of one server that are asked about.
const ENTRIES_MAX: usize = 4;

pub(super) fn questions(_raft: &Raft, scene: &Scene<'_, Raft>, id: NodeId) -> Vec<Question> {
    let Some(seen) = scene.nodes.get(&id) else {
        return Vec::new();
    };
    let (node, is_up) = (seen.node, seen.state != State::Down);
    let mut questions = Vec::new();
    match &node.role {
        Role::Leader { duties, .. } if !duties.reads.is_empty() => questions.push(read(id)),
        Role::Leader { .. } => {}
        _ => questions.push(win(id)),
    }
    let uncommitted = node.commit + 1..=node.disk.log.last_index();
    if is_up {
        let asked = uncommitted.take(ENTRIES_MAX);
        questions.extend(asked.map(|index| commit(id, index)));
    }
    questions
}

pub(super) fn answer(raft: &Raft, scene: &Scene<'_, Raft>, question: &Question) -> Answer {
    let Some(node) = scene.node(question.node) else {
        return Answer::new(Verdict::Never, Vec::new());
    };
    match (question.key, question.of) {
        (COMMIT, Some(Part::Index(index))) => why_not_committed(raft, scene, node, index),
        (READ, _) => why_not_served(raft, scene, node),
        _ => why_not_elected(raft, scene, node),
    }
}

/// What a client waits for: its entry, its read, or a leader.
pub(super) fn behind(
    _raft: &Raft,
    scene: &Scene<'_, Raft>,
    client: ClientId,
    sequence: u32,
) -> Option<Question> {
    let leader = leader(scene)?;
    let is_it = |entry: &Entry| {
        let origin = entry.payload.origin();
        origin.is_some_and(|(from, request)| from == client && request.sequence == sequence)
    };
    let mut waiting = leader.disk.log.indexed().rev();
    if let Some((index, _)) = waiting.find(|(index, it)| *index > leader.commit && is_it(it)) {
        return Some(commit(leader.id, index));
    }
    match &leader.role {
        Role::Leader { duties, .. } if duties.reads.contains_key(&client) => Some(read(leader.id)),
        _ => None,
    }
}

fn win(node: NodeId) -> Question {
    let key = WIN;
    Question {
        key,
        node,
        of: None,
    }
}

fn commit(node: NodeId, index: u32) -> Question {
    Question {
        key: COMMIT,
        node,
        of: Some(Part::Index(index)),
    }
}

fn read(node: NodeId) -> Question {
    Question {
        key: READ,
        node,
        of: None,
    }
}

/// The server that leads the highest term of those that lead.
fn leader<'a>(scene: &Scene<'a, Raft>) -> Option<&'a Node> {
    let leads = |node: &&Node| matches!(node.role, Role::Leader { .. });
    let nodes = scene.up().map(|(_, node)| node);
    nodes.filter(leads).max_by_key(|node| node.disk.term)
}

/// Asks every voter, on a copy, in a term that is news to all of them.
fn why_not_elected(raft: &Raft, scene: &Scene<'_, Raft>, node: &Node) -> Answer {
    let id = node.id;
    if let Some(idle) = scene.idle(id) {
        return Answer::new(Verdict::Blocked, vec![idle]);
    }
    let mut out = Trial::default();
    if !raft.may_stand(node, &mut out) {
        return Answer::new(Verdict::Blocked, out.refusal().into_iter().collect());
    }
    let highest = scene.nodes.values().map(|seen| seen.node.disk.term).max();
    let term = highest.unwrap_or(0) + 1;
    let me = Members::default().with(id);
    let (mut sure, mut possible) = (me, me.union(given(scene, node)));
    let mut reasons = Vec::new();
    let mut is_about_logs = false;
    for peer in raft.peers(node).iter() {
        if let Some(apart) = scene.apart(id, peer) {
            reasons.push(apart);
            continue;
        }
        let voter = scene.node(peer);
        match voter.and_then(|voter| refusal(raft, voter, node, term)) {
            None => {
                sure = sure.with(peer);
                possible = possible.with(peer);
            }
            Some(refusal) => {
                // A leader that is heard is a reason only as long as it is.
                let passes = [&VOTE_LEASE, &PRE_VOTE_LEADER].map(|it| Some(it.id));
                match passes.contains(&refusal.rule.map(|rule| rule.id)) {
                    true => possible = possible.with(peer),
                    false => is_about_logs = true,
                }
                reasons.push(refusal);
            }
        }
    }
    // One that has found itself no member stands no more until somebody is heard.
    let is_armed = scene.nodes[&id]
        .timers
        .contains(&(Timer::Election as usize));
    if !is_armed {
        let unarmed = Reason::new("why_not.raft.no_timer").with("node", id);
        reasons.push(unarmed.by(&ELECTION_START));
    }
    let (count, quorum) = raft.count(node, sure);
    let (most, _) = raft.count(node, possible);
    let verdict = match (count < quorum, most < quorum) {
        (_, true) => Verdict::Blocked,
        (false, _) if is_armed && !is_contested(scene, id) => Verdict::Open,
        _ => Verdict::Depends,
    };
    let votes = Reason::new("why_not.raft.votes")
        .with("node", id)
        .with("count", most)
        .with("quorum", quorum)
        .by(&ELECTION_WON)
        .count(("possible_votes", most), ("majority", quorum));
    reasons.insert(0, votes);
    if let Some(lead) = leader(scene).filter(|it| it.id != id && scene.is_linked(it.id, id)) {
        let keeps = Reason::new("why_not.raft.leader_keeps");
        let keeps = keeps.with("node", id).with("leader", lead.id);
        reasons.push(keeps.by(&LEADER_HEARTBEAT));
    }
    let way = Reason::new(match verdict {
        Verdict::Open => "why_not.raft.win_open",
        Verdict::Depends => "why_not.raft.win_depends",
        _ if is_about_logs => "why_not.raft.win_logs",
        _ => "why_not.nodes_back",
    });
    Answer::new(verdict, reasons).way(way.with("node", id))
}

/// Whether somebody else leads or stands, or what a leader has said is under way: logs and members
/// may change, and votes go to others.
fn is_contested(scene: &Scene<'_, Raft>, id: NodeId) -> bool {
    let mut others = scene.up().filter(|(other, _)| *other != id);
    let mut flights = scene.flights.iter();
    others.any(|(_, node)| !matches!(node.role, Role::Follower { .. }))
        || flights.any(|(.., message)| {
            use Message::{AppendEntries, InstallSnapshot};
            matches!(message, AppendEntries { .. } | InstallSnapshot { .. })
        })
}

/// Who may have given it a vote already, heard or under way.
fn given(scene: &Scene<'_, Raft>, node: &Node) -> Members {
    let heard = match &node.role {
        Role::Candidate { granted, .. } | Role::PreCandidate { granted, .. } => granted.into(),
        Role::Follower { .. } | Role::Leader { .. } => Members::default(),
    };
    let arriving = scene.arriving(node.id);
    let votes = arriving.filter(|(_, message)| grants(message));
    votes.fold(heard, |all, (from, _)| all.with(from))
}

fn grants(message: &Message) -> bool {
    matches!(
        message,
        Message::VoteReply { granted: true, .. } | Message::PreVoteReply { granted: true, .. }
    )
}

/// Why a voter would not vote for a candidate of this term; nothing where it would.
fn refusal(raft: &Raft, voter: &Node, candidate: &Node, term: u32) -> Option<Reason> {
    let (last_term, last_index) = candidate.disk.log.last_position();
    let vote = Message::RequestVote {
        term,
        last_index,
        last_term,
        transfer: false,
    };
    let pre_vote = Message::PreVote {
        term: term - 1,
        last_index,
        last_term,
    };
    let asked = [Some(pre_vote).filter(|_| raft.is(V::PreVote)), Some(vote)];
    asked.into_iter().flatten().find_map(|message| {
        let from = candidate.id;
        let message = &message;
        let trial = trial(raft, voter, Input::Deliver { from, message });
        let granted = trial.sent.iter().any(|(_, answer)| grants(answer));
        if granted { None } else { trial.refusal() }
    })
}

fn why_not_committed(raft: &Raft, scene: &Scene<'_, Raft>, node: &Node, index: u32) -> Answer {
    let id = node.id;
    if index <= node.commit {
        return Answer::new(Verdict::Open, Vec::new());
    }
    let Some(term) = node.disk.log.term_at(index) else {
        return Answer::new(Verdict::Never, Vec::new());
    };
    let is_there = |other: &Node| other.disk.log.term_at(index) == Some(term);
    let committed = scene.up().find(|(_, other)| other.commit >= index);
    if let Some((other, knows)) = committed {
        let reason = |key| {
            Reason::new(key)
                .with("node", id)
                .with("other", other)
                .with("index", index)
                .with("commit", knows.commit)
        };
        let is_discarded = index < knows.disk.log.base();
        if !is_discarded && !is_there(knows) {
            let lost = reason("why_not.raft.overwritten").by(&APPEND_CONFLICT);
            return Answer::new(Verdict::Never, vec![lost]);
        }
        let known = reason("why_not.raft.known_elsewhere").by(&APPEND_COMMIT);
        let apart = leader(scene).and_then(|lead| scene.apart(lead.id, id));
        let reasons = [Some(known), apart].into_iter().flatten();
        let way = Reason::new("why_not.raft.told_by_leader").with("node", id);
        return Answer::new(Verdict::Depends, reasons.collect()).way(way);
    }
    let Some(lead) = leader(scene) else {
        let reason = Reason::new("why_not.raft.nobody_leads").by(&LEADER_COMMIT);
        let candidates = scene.up().filter(|(_, it)| is_there(it));
        let further = candidates.map(|(id, _)| win(id));
        return Answer::new(Verdict::Depends, vec![reason]).further(further);
    };
    if !is_there(lead) {
        let reason = Reason::new("why_not.raft.leader_lacks")
            .with("leader", lead.id)
            .with("index", index)
            .with("term", Epoch::term(term));
        return Answer::new(Verdict::Blocked, vec![reason.by(&APPEND_CONFLICT)])
            .way(Reason::new("why_not.raft.other_leader").with("index", index));
    }
    replicated(raft, scene, lead, (term, index))
}

/// How far an entry has come that the leader has.
fn replicated(
    raft: &Raft,
    scene: &Scene<'_, Raft>,
    lead: &Node,
    (term, index): (u32, u32),
) -> Answer {
    let mut reasons = Vec::new();
    let log = &lead.disk.log;
    let own = |(_, entry): &(u32, &Entry)| entry.term == lead.disk.term;
    let mut behind = log.indexed().filter(|(at, _)| *at >= index).filter(own);
    let counts = match raft.is(V::CommitOldTerms) {
        true => Some(index),
        false => behind.next().map(|(at, _)| at),
    };
    if counts != Some(index) {
        let mut old = Reason::new("why_not.raft.old_term")
            .with("index", index)
            .with("leader", lead.id)
            .by(&LEADER_COMMIT);
        old.comparison = Some(crate::protocol::Comparison {
            left_name: "entry_term",
            left: Epoch::term(term).into(),
            relation: Relation::Different,
            right_name: "current_term",
            right: Epoch::term(lead.disk.term).into(),
        });
        reasons.push(old);
    }
    let Some(counts) = counts else {
        let way = Reason::new("why_not.raft.next_entry")
            .with("leader", lead.id)
            .with("term", Epoch::term(lead.disk.term));
        return Answer::new(Verdict::Blocked, reasons).way(way);
    };
    let stores = |other: &Node| other.disk.log.term_at(counts) == Some(lead.disk.term);
    let alone = Members::default().with(lead.id);
    let (mut stored, mut sure, mut possible) = (alone, alone, alone);
    let mut missing = Vec::new();
    let Role::Leader { next, matched, .. } = &lead.role else {
        return Answer::new(Verdict::Depends, reasons);
    };
    for peer in raft.deciding(lead).all().iter() {
        if peer == lead.id {
            continue;
        }
        let known = matched.get(&peer).copied().unwrap_or(0);
        if known >= counts {
            stored = stored.with(peer);
            sure = sure.with(peer);
            possible = possible.with(peer);
            continue;
        }
        // An answer may be under way still.
        if scene.node(peer).is_some_and(stores) && scene.is_linked(peer, lead.id) {
            possible = possible.with(peer);
        }
        match scene.apart(lead.id, peer) {
            Some(apart) => missing.push(apart),
            None => {
                sure = sure.with(peer);
                possible = possible.with(peer);
                let lacks = Reason::new("why_not.raft.lacks")
                    .with("peer", peer)
                    .with("leader", lead.id)
                    .with("next", next.get(&peer).copied().unwrap_or(0));
                let lacks = lacks.by(&LEADER_HEARTBEAT);
                missing.push(lacks.count(("match_index", known), ("entry_index", counts)));
            }
        }
    }
    let (count, quorum) = raft.count(lead, stored);
    let replicas = Reason::new("why_not.raft.replicas")
        .with("index", counts)
        .with("count", count)
        .with("quorum", quorum)
        .by(&LEADER_COMMIT)
        .count(("stored_by", count), ("majority", quorum));
    reasons.push(replicas);
    reasons.append(&mut missing);
    let newer = scene
        .up()
        .find(|(_, other)| other.disk.term > lead.disk.term);
    if let Some((other, node)) = newer {
        let newer = Reason::new("why_not.raft.newer_term")
            .with("other", other)
            .with("term", Epoch::term(node.disk.term))
            .with("leader", lead.id);
        reasons.push(newer.by(&TERM_NEWER));
    }
    if let Some(idle) = scene.idle(lead.id) {
        reasons.push(idle);
        return Answer::new(Verdict::Blocked, reasons);
    }
    let stands = |agree| {
        let (count, quorum) = raft.count(lead, agree);
        count >= quorum
    };
    let deposes = |message: &Message| message.term() > lead.disk.term;
    let may_end = newer.is_some() || scene.flights.iter().any(|(.., message)| deposes(message));
    let verdict = match (stands(sure), stands(possible)) {
        (true, _) if !may_end => Verdict::Open,
        (false, false) => Verdict::Blocked,
        _ => Verdict::Depends,
    };
    let way = match verdict {
        Verdict::Blocked => Reason::new("why_not.nodes_back"),
        _ => Reason::new("why_not.raft.commit_open").with("leader", lead.id),
    };
    Answer::new(verdict, reasons).way(way)
}

fn why_not_served(raft: &Raft, scene: &Scene<'_, Raft>, node: &Node) -> Answer {
    let Role::Leader { duties, .. } = &node.role else {
        return Answer::new(Verdict::Never, Vec::new());
    };
    let Some((client, read)) = duties.reads.iter().next() else {
        return Answer::new(Verdict::Open, Vec::new());
    };
    if read.index.is_none() {
        let early = Reason::new("why_not.raft.read_early")
            .with("node", node.id)
            .with("client", *client)
            .with("term", Epoch::term(node.disk.term));
        let own = |(_, entry): &(u32, &Entry)| entry.term == node.disk.term;
        let mut own = node.disk.log.indexed().filter(own);
        let further = own.next().map(|(index, _)| commit(node.id, index));
        return Answer::new(Verdict::Depends, vec![early.by(&READ_EARLY)]).further(further);
    }
    let confirmed = Members::from(&read.confirmed).with(node.id);
    let (count, quorum) = raft.count(node, confirmed);
    let heard = Reason::new("why_not.raft.read_confirmed")
        .with("node", node.id)
        .with("client", *client)
        .by(&READ_COUNT)
        .count(("heard", count), ("majority", quorum));
    let silent = raft
        .peers(node)
        .iter()
        .filter(|it| !confirmed.contains(*it));
    let apart = silent.filter_map(|peer| scene.apart(node.id, peer));
    let reasons = [heard].into_iter().chain(apart).collect();
    Answer::new(Verdict::Depends, reasons)
}
