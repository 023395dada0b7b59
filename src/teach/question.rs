//! Questions about what happens next, made from the engine's own coming step: no answer is stored
//! anywhere. A wrong choice is answered by the note that decides.

use crate::protocol::{Datum, Endpoint, NodeId, Outcome, Storage};
use crate::view::{Happening, Landed, Moment, NodeCard, Sentence, Session, UpcomingKind};
use crate::world::Action;

/// A question, with one right answer.
#[derive(Clone, Debug, PartialEq)]
pub struct Question {
    /// What kind it is: the last part of its text's key.
    pub kind: &'static str,
    /// What is asked.
    pub ask: Sentence,
    /// What can be chosen; one of them is right.
    pub choices: Vec<Sentence>,
    /// Which one.
    pub right: usize,
    /// What decides: it answers a wrong choice.
    pub why: Happening,
    /// The variable that it names besides, by the last part of its text's key.
    pub field: Option<&'static str>,
}

/// How many choices of numbers or values there are at most.
const CHOICES_MAX: usize = 4;

/// What a question is made from: the moment, and the one after the coming step.
struct Scene<'a> {
    session: &'a Session,
    before: Moment,
    after: Moment,
    /// The message that arrives by it.
    arrival: Option<Landed>,
}

/// A kind of question: its name, and how one is made where it makes sense.
type Kind = (
    &'static str,
    fn(&Scene<'_>, &'static str) -> Option<Question>,
);

/// All kinds, the most telling first.
const KINDS: [Kind; 24] = [
    ("must_propose", must_propose),
    ("why_no_vote", why_no_vote),
    ("commit_index", |it, kind| {
        number(it, kind, "AppendReply", "commit_index")
    }),
    ("next_index", next_index),
    ("slot", slot),
    ("vote", |it, kind| {
        note(it, kind, "RequestVote", "raft.request_vote.grant")
    }),
    ("elected", |it, kind| role(it, kind, "VoteReply", "leader")),
    ("log_length", log_length),
    ("append", append),
    ("raise_commit", |it, kind| {
        raises(it, kind, &["AppendEntries", "Heartbeat"], "commit_index")
    }),
    ("still_leads", still_leads),
    ("promise", |it, kind| {
        rule(it, kind, "Prepare", ".acceptor.promise")
    }),
    ("accept", |it, kind| {
        rule(it, kind, "Accept", ".acceptor.accept")
    }),
    ("phase_2", |it, kind| role(it, kind, "Promise", "proposing")),
    ("leads_log", |it, kind| role(it, kind, "Promise", "leader")),
    ("chosen", chosen),
    ("gives_up", gives_up),
    ("applies", |it, kind| {
        raises(it, kind, &["Chosen"], "applied")
    }),
    ("decides", decides),
    ("blocked", |it, kind| role(it, kind, "Unsure", "blocked")),
    ("term", |it, kind| {
        number(it, kind, "RequestVote", "current_term")
    }),
    ("could_win", could_win),
    ("arrives", arrives),
    ("survives", survives),
];

/// The names of all kinds.
pub fn kinds() -> impl Iterator<Item = &'static str> {
    KINDS.iter().map(|(name, _)| *name)
}

/// All questions that can be asked here about the next step.
pub fn questions(session: &Session) -> Vec<Question> {
    let Some(scene) = Scene::of(session, &session.coming()) else {
        return Vec::new();
    };
    let kinds = KINDS.iter();
    kinds.filter_map(|(kind, ask)| ask(&scene, kind)).collect()
}

/// The question of a kind about what is to be done here; nothing where it makes no sense.
pub fn question(session: &Session, coming: &Action, kind: &str) -> Option<Question> {
    let (kind, ask) = KINDS.iter().find(|(name, _)| *name == kind)?;
    ask(&Scene::of(session, coming)?, kind)
}

impl Question {
    /// Whether it is about what the coming step does, and not about what could be.
    pub fn is_of_step(&self) -> bool {
        !matches!(self.kind, "could_win" | "survives")
    }
}

impl<'a> Scene<'a> {
    fn of(session: &'a Session, coming: &Action) -> Option<Self> {
        let after = session.what_if(std::slice::from_ref(coming))?;
        let before = session.moment();
        let arrival = match coming {
            Action::Next => match &before.next.as_ref()?.kind {
                UpcomingKind::Arrival(landed) => Some(landed.clone()),
                UpcomingKind::Timer(..) => None,
            },
            Action::Deliver(id) => before.message(*id).map(|card| Landed {
                message: card.clone(),
                lost: None,
            }),
            _ => None,
        };
        Some(Self {
            session,
            before,
            after,
            arrival,
        })
    }
}

impl Scene<'_> {
    /// The message of one of these names that will reach a node, and that node before and after.
    fn reaches(&self, names: &[&str]) -> Option<(&Landed, &NodeCard, &NodeCard)> {
        let landed = self.arrival.as_ref().filter(|it| it.lost.is_none())?;
        let Endpoint::Node(to) = landed.message.id.to else {
            return None;
        };
        let named = names.contains(&landed.message.view.name);
        let (before, after) = (self.before.node(to)?, self.after.node(to)?);
        named.then_some((landed, before, after))
    }

    /// The latest reason of a rule whose id fits.
    fn reason(&self, fits: impl Fn(&str) -> bool) -> Option<&Happening> {
        let mut happened = self.after.happened.iter().rev();
        happened.find(|it| it.rule.is_some_and(|rule| fits(rule.id)))
    }

    /// The reason of the first of these rules that is among the reasons, else the latest of all.
    fn decided_by(&self, rules: &[&str]) -> Option<Happening> {
        let mut rules = rules.iter();
        let decisive = rules.find_map(|rule| self.reason(|id| id == *rule));
        decisive.or_else(|| self.reason(|_| true)).cloned()
    }
}

/// What is asked, about a message.
fn about(kind: &str, landed: &Landed) -> Sentence {
    let message = &landed.message;
    Sentence::new(format!("predict.{kind}"))
        .with("message", Datum::Name(message.view.name))
        .with("from", message.id.from)
        .with("to", message.id.to)
}

fn yes_or_no(kind: &'static str, ask: Sentence, yes: bool, why: Happening) -> Question {
    Question {
        kind,
        ask,
        choices: vec![Sentence::new("predict.yes"), Sentence::new("predict.no")],
        right: usize::from(!yes),
        why,
        field: None,
    }
}

/// A question whose choices are values; the right one comes wherever its order puts it.
fn one_of(
    kind: &'static str,
    ask: Sentence,
    right: Datum,
    others: Vec<Datum>,
    why: Happening,
) -> Option<Question> {
    let mut values = vec![right.clone()];
    for other in others {
        if values.len() < CHOICES_MAX && !values.contains(&other) {
            values.push(other);
        }
    }
    values.sort();
    let place = values.iter().position(|it| *it == right)?;
    let choices = values.iter();
    let choices = choices.map(|it| Sentence::new("predict.value").with("value", it.clone()));
    let question = Question {
        kind,
        ask,
        choices: choices.collect(),
        right: place,
        why,
        field: None,
    };
    (question.choices.len() > 1).then_some(question)
}

fn field(node: &NodeCard, key: &str) -> Option<Datum> {
    let mut fields = node.view.fields.iter();
    fields.find(|it| it.key == key).map(|it| it.value.clone())
}

fn as_number(datum: &Datum) -> Option<u64> {
    match datum {
        Datum::Number(number) => Some(*number),
        Datum::Epoch(epoch) => Some(epoch.number.into()),
        _ => None,
    }
}

/// Whether a rule grants what a message asks for.
fn note(scene: &Scene<'_>, kind: &'static str, name: &str, id: &str) -> Option<Question> {
    let (landed, ..) = scene.reaches(&[name])?;
    let yes = scene.reason(|it| it == id);
    let why = scene.decided_by(&[id])?;
    Some(yes_or_no(kind, about(kind, landed), yes.is_some(), why))
}

/// Whether the rule that ends like this, in whichever protocol, accepts.
fn rule(scene: &Scene<'_>, kind: &'static str, name: &str, end: &str) -> Option<Question> {
    let (landed, ..) = scene.reaches(&[name])?;
    let reason = scene.reason(|id| id.ends_with(end))?;
    let yes = reason.outcome == Some(Outcome::Accepted);
    Some(yes_or_no(kind, about(kind, landed), yes, reason.clone()))
}

/// Whether a node takes a role by a message.
fn role(scene: &Scene<'_>, kind: &'static str, name: &str, role: &str) -> Option<Question> {
    let (landed, before, after) = scene.reaches(&[name])?;
    if before.view.role == role || !has_role(scene, role) {
        return None;
    }
    let yes = after.view.role == role;
    let why = scene.decided_by(&[
        "raft.candidate.count",
        "paxos.proposer.count",
        "multi_paxos.election.count",
    ])?;
    Some(yes_or_no(kind, about(kind, landed), yes, why))
}

/// Whether nodes of this protocol have such a role.
fn has_role(scene: &Scene<'_>, role: &str) -> bool {
    match role {
        "proposing" => scene.session.about().key == "paxos",
        "leader" => scene.session.about().key != "paxos",
        _ => true,
    }
}

/// Whether a count of a node's goes up by a message.
fn raises(scene: &Scene<'_>, kind: &'static str, names: &[&str], key: &str) -> Option<Question> {
    let (landed, before, after) = scene.reaches(names)?;
    let (old, new) = (field(before, key)?, field(after, key)?);
    let why = scene.decided_by(&["raft.append_entries.commit"])?;
    Some(yes_or_no(kind, about(kind, landed), new > old, why))
}

/// What a number of a node's is after a message.
fn number(scene: &Scene<'_>, kind: &'static str, name: &str, key: &str) -> Option<Question> {
    let (landed, before, after) = scene.reaches(&[name])?;
    let (old, new) = (field(before, key)?, field(after, key)?);
    let (old, new) = (as_number(&old)?, as_number(&new)?);
    let near = [old, new + 1, new.saturating_sub(1), old + 1];
    let others = near.map(Datum::Number).to_vec();
    let why = scene.decided_by(&[
        "raft.leader.commit",
        "raft.leader.success",
        "raft.all_servers.term",
    ])?;
    one_of(kind, about(kind, landed), Datum::Number(new), others, why)
}

/// Which value a proposer has to propose.
fn must_propose(scene: &Scene<'_>, kind: &'static str) -> Option<Question> {
    let (landed, before, after) = scene.reaches(&["Promise"])?;
    let value = field(after, "proposed").filter(|it| matches!(it, Datum::Value(_)))?;
    if before.view.role == "proposing" || after.view.role != "proposing" {
        return None;
    }
    let nodes = scene.before.nodes.iter();
    let accepted = nodes.filter_map(|node| match field(node, "accepted")? {
        Datum::Proposal(_, value) => Some(Datum::Value(value)),
        _ => None,
    });
    let own = field(after, "own_value");
    let others = accepted.chain(own).collect();
    let why = scene.decided_by(&["paxos.proposer.adopt", "paxos.proposer.own"])?;
    one_of(kind, about(kind, landed), value, others, why)
}

/// Why a vote is refused.
fn why_no_vote(scene: &Scene<'_>, kind: &'static str) -> Option<Question> {
    const REASONS: [(&str, &str); 3] = [
        ("raft.request_vote.term", "predict.reason_term"),
        ("raft.request_vote.taken", "predict.reason_taken"),
        ("raft.request_vote.log", "predict.reason_log"),
    ];
    let (landed, ..) = scene.reaches(&["RequestVote"])?;
    let place = |id: &str| REASONS.iter().position(|(rule, _)| *rule == id);
    let reason = scene.reason(|id| place(id).is_some())?;
    Some(Question {
        kind,
        ask: about(kind, landed),
        choices: REASONS.map(|(_, key)| Sentence::new(key)).to_vec(),
        right: place(reason.rule?.id)?,
        why: reason.clone(),
        field: None,
    })
}

/// Where a leader goes on sending after a refusal.
fn next_index(scene: &Scene<'_>, kind: &'static str) -> Option<Question> {
    let (landed, before, after) = scene.reaches(&["AppendReply"])?;
    let Endpoint::Node(from) = landed.message.id.from else {
        return None;
    };
    let next = |node: &NodeCard| match field(node, "next_index")? {
        Datum::Pairs(pairs) => {
            let mut pairs = pairs.iter();
            let pair = pairs.find(|(peer, _)| *peer == Datum::Node(from))?;
            as_number(&pair.1)
        }
        _ => None,
    };
    let (old, new) = (next(before)?, next(after)?);
    let near = [old, new + 1, new.saturating_sub(1).max(1), old + 1];
    let others = near.map(Datum::Number).to_vec();
    let why = scene.decided_by(&[
        "raft.leader.failure",
        "raft.leader.hint",
        "raft.leader.success",
    ])?;
    one_of(kind, about(kind, landed), Datum::Number(new), others, why)
}

/// In which slot a leader proposes a client's command.
fn slot(scene: &Scene<'_>, kind: &'static str) -> Option<Question> {
    let (landed, before, _) = scene.reaches(&["Request"])?;
    let reason = scene.reason(|id| id == "multi_paxos.leader.slot")?;
    let (_, slot) = reason.title.args.iter().find(|(name, _)| *name == "slot")?;
    let slot = as_number(slot)?;
    let last = before.view.cells.last().map_or(0, |cell| cell.index.into());
    let near = [last, slot + 1, slot.saturating_sub(1).max(1), last + 2];
    let others = near.map(|it: u64| Datum::Number(it.max(1))).to_vec();
    let why = reason.clone();
    one_of(kind, about(kind, landed), Datum::Number(slot), others, why)
}

/// How long a follower's log is after AppendEntries.
fn log_length(scene: &Scene<'_>, kind: &'static str) -> Option<Question> {
    let (landed, before, after) = scene.reaches(&["AppendEntries"])?;
    let length = |node: &NodeCard| {
        node.view
            .cells
            .last()
            .map_or(0, |cell| u64::from(cell.index))
    };
    let (old, new) = (length(before), length(after));
    let near = [old, new + 1, new.saturating_sub(1), old + 1];
    let others = near.map(Datum::Number).to_vec();
    let why = scene.decided_by(&[
        "raft.append_entries.conflict",
        "raft.append_entries.store",
        "raft.append_entries.accept",
    ])?;
    one_of(kind, about(kind, landed), Datum::Number(new), others, why)
}

/// Whether a follower takes what its leader sends.
fn append(scene: &Scene<'_>, kind: &'static str) -> Option<Question> {
    let (landed, ..) = scene.reaches(&["AppendEntries", "Heartbeat"])?;
    if scene.session.about().key != "raft" {
        return None;
    }
    note(
        scene,
        kind,
        landed.message.view.name,
        "raft.append_entries.accept",
    )
}

/// Whether a leader leads still, after a message of another node.
fn still_leads(scene: &Scene<'_>, kind: &'static str) -> Option<Question> {
    let names = [
        "RequestVote",
        "Prepare",
        "Refused",
        "AppendEntries",
        "Heartbeat",
    ];
    let (landed, before, after) = scene.reaches(&names)?;
    if before.view.role != "leader" {
        return None;
    }
    let yes = after.view.role == "leader";
    let why = scene.decided_by(&["raft.all_servers.term", "multi_paxos.election.step_down"])?;
    Some(yes_or_no(kind, about(kind, landed), yes, why))
}

/// Whether a learner knows what is chosen after this acceptance.
fn chosen(scene: &Scene<'_>, kind: &'static str) -> Option<Question> {
    let (landed, before, after) = scene.reaches(&["Accepted"])?;
    let open = scene.session.about().key == "paxos" && field(before, "chosen")? == Datum::Nothing;
    let yes = field(after, "chosen")? != Datum::Nothing;
    let (ask, why) = (about(kind, landed), scene.decided_by(&[])?);
    open.then(|| yes_or_no(kind, ask, yes, why))
}

/// Whether a proposer gives up because of a refusal.
fn gives_up(scene: &Scene<'_>, kind: &'static str) -> Option<Question> {
    let (landed, ..) = scene.reaches(&["Refused"])?;
    if scene.session.about().key != "paxos" {
        return None;
    }
    note(
        scene,
        kind,
        landed.message.view.name,
        "paxos.proposer.abandon",
    )
}

/// Whether a coordinator decides after this vote.
fn decides(scene: &Scene<'_>, kind: &'static str) -> Option<Question> {
    let (landed, ..) = scene.reaches(&["Yes", "No"])?;
    let rules = [
        "two_phase.coordinator.commit",
        "two_phase.coordinator.abort",
    ];
    let yes = scene.reason(|id| rules.contains(&id)).is_some();
    let why = scene.decided_by(&rules)?;
    Some(yes_or_no(kind, about(kind, landed), yes, why))
}

/// Whether a message arrives at all.
fn arrives(scene: &Scene<'_>, kind: &'static str) -> Option<Question> {
    let landed = scene.arrival.as_ref()?;
    // Where nothing is cut and nobody is down the question is none.
    let down = scene.before.nodes.iter().any(|node| !node.up);
    if scene.before.cut.is_empty() && !down {
        return None;
    }
    let mut after = scene.after.landed.iter();
    let yes = after.any(|it| it.message.id == landed.message.id && it.lost.is_none());
    let why = scene.after.happened.first()?.clone();
    Some(yes_or_no(kind, about(kind, landed), yes, why))
}

/// Whether a node could win an election if its timer ran out now and nothing was lost.
fn could_win(scene: &Scene<'_>, kind: &'static str) -> Option<Question> {
    if scene.session.about().key != "raft" {
        return None;
    }
    let could_stand = |node: &&NodeCard| {
        let mut timers = node.timers.iter();
        node.up && !node.paused && timers.any(|timer| timer.name == "election")
    };
    let nodes: Vec<_> = scene.before.nodes.iter().filter(could_stand).collect();
    let node = nodes.get(scene.before.position % nodes.len().max(1))?;
    let (won, why) = elect(scene, node.id)?;
    let ask = Sentence::new(format!("predict.{kind}")).with("node", node.id);
    // Where nobody hears of it, no rule decides.
    Some(yes_or_no(kind, ask, won, why?))
}

/// Lets a node stand, and everything that follows from that arrive: whether it leads then, and what
/// decided that.
fn elect(scene: &Scene<'_>, id: NodeId) -> Option<(bool, Option<Happening>)> {
    let old: Vec<_> = scene.before.messages.iter().map(|card| card.id).collect();
    let mut done = vec![Action::Fire(id.into(), "election".into())];
    let mut tried = Vec::new();
    let mut refusal = None;
    loop {
        let moment = scene.session.what_if(&done)?;
        let of_rule = |rule: &str| {
            let mut happened = moment.happened.iter().rev();
            happened.find(|it| it.rule.is_some_and(|it| it.id.starts_with(rule)))
        };
        if moment.node(id)?.view.role == "leader" {
            return Some((true, of_rule("raft.candidate.won").cloned()));
        }
        let vote = of_rule("raft.request_vote.");
        let refused = vote.filter(|it| it.outcome == Some(Outcome::Refused));
        refusal = refused.cloned().or(refusal);
        let mut messages = moment.messages.iter().map(|card| card.id);
        let Some(next) = messages.find(|it| !old.contains(it) && !tried.contains(it)) else {
            return Some((false, refusal));
        };
        tried.push(next);
        done.push(Action::Deliver(next));
        if scene.session.what_if(&done).is_none() {
            done.pop();
        }
    }
}

/// Whether a variable survives a crash.
fn survives(scene: &Scene<'_>, kind: &'static str) -> Option<Question> {
    let place = scene.before.position % scene.before.nodes.len();
    let node = &scene.before.nodes[place];
    let after = scene
        .session
        .what_if(&[Action::Crash(node.id), Action::Restart(node.id)])?;
    let why = after.happened.iter().find(|it| it.rule.is_some())?.clone();
    let after = after.node(node.id)?;
    // Only a variable that holds something can be seen to be lost.
    let empty = |value: &Datum| match value {
        Datum::Nothing | Datum::Number(0) => true,
        Datum::Pairs(pairs) => pairs.is_empty(),
        Datum::List(items) => items.is_empty(),
        Datum::Nodes(nodes) => nodes.is_empty(),
        _ => false,
    };
    let full: Vec<_> = node
        .view
        .fields
        .iter()
        .filter(|it| !empty(&it.value))
        .collect();
    let asked = full.get(scene.before.position / scene.before.nodes.len() % full.len().max(1))?;
    let kept = field(after, asked.key).as_ref() == Some(&asked.value);
    // One that comes back by chance, or is no variable afterwards, teaches nothing.
    if kept != (asked.storage == Storage::Durable) {
        return None;
    }
    let ask = Sentence::new(format!("predict.{kind}")).with("node", node.id);
    Some(Question {
        field: Some(asked.key),
        ..yes_or_no(kind, ask, kept, why)
    })
}
