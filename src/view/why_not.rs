//! Why not: what can be asked of a moment, in words, and what the answer is. The protocol answers
//! for its nodes; what is down, cut or held, and what a client waits for, is answered here.

use super::Sentence;
use super::session::Session;
use crate::protocol::why_not::{Answer, Part, Question, Reason, Scene, State, Verdict};
use crate::protocol::{Any, ClientId, Datum, Endpoint, NodeId, Outcome, Protocol, Rule};
use crate::world::{Action, ActionError, MessageId, Payload, Turn, World};

/// Something that is asked.
#[derive(Clone, Debug, PartialEq)]
pub enum Asked {
    /// Of a node, what its protocol offers.
    Node(Question),
    /// Why a client has no answer.
    Client(ClientId),
    /// Why a message achieves nothing.
    Message(MessageId),
    /// Why something cannot be done; the label is the screen's.
    Action(Action),
}

/// What is told.
#[derive(Clone, Debug, PartialEq)]
pub struct Told {
    /// What was asked; nothing for an action, whose name the screen knows.
    pub question: Option<Sentence>,
    /// The answer.
    pub answer: Answer,
}

impl From<&Reason> for Sentence {
    fn from(reason: &Reason) -> Self {
        Self {
            key: reason.key.clone(),
            args: reason.args.clone(),
        }
    }
}

impl Asked {
    /// The question in words.
    fn sentence(&self) -> Option<Sentence> {
        Some(match self {
            Self::Node(question) => {
                let of = match question.of {
                    None => Datum::Nothing,
                    Some(Part::Index(index)) => Datum::from(index),
                    Some(Part::Epoch(epoch)) => Datum::Epoch(epoch),
                };
                Sentence::new(question.key)
                    .with("node", question.node)
                    .with("of", of)
            }
            Self::Client(client) => Sentence::new("why_not.client").with("client", *client),
            Self::Message(id) => Sentence::new("why_not.message")
                .with("from", end(id.from))
                .with("to", end(id.to)),
            Self::Action(_) => return None,
        })
    }
}

fn end(end: Endpoint) -> Datum {
    match end {
        Endpoint::Node(id) => Datum::Node(id),
        Endpoint::Client(id) => Datum::Client(id),
    }
}

impl Session {
    fn world(&self) -> &World<Any> {
        self.timeline.current().world()
    }

    /// What can be asked of a node, in words.
    pub fn questions_of_node(&self, id: NodeId) -> Vec<(Asked, Sentence)> {
        let world = self.world();
        let questions = world.with_scene(|scene| world.protocol().questions(scene, id));
        in_words(questions.into_iter().map(Asked::Node))
    }

    /// What can be asked of a client: why it has no answer, while it waits for one.
    pub fn questions_of_client(&self, id: ClientId) -> Vec<(Asked, Sentence)> {
        let client = self.world().clients().get(&id);
        let waits = client.is_some_and(|client| client.is_waiting());
        in_words(waits.then_some(Asked::Client(id)).into_iter())
    }

    /// What can be asked of a message under way: why it achieves nothing, where that is so.
    pub fn questions_of_message(&self, id: MessageId) -> Vec<(Asked, Sentence)> {
        let answer = message(self.world(), id);
        let fails = answer.is_some_and(|answer| answer.verdict != Verdict::Open);
        in_words(fails.then_some(Asked::Message(id)).into_iter())
    }

    /// What could be asked next, in words.
    pub fn in_words(&self, questions: &[Question]) -> Vec<(Asked, Sentence)> {
        in_words(questions.iter().cloned().map(Asked::Node))
    }

    /// The answer as things are now; nothing where what it is about is gone.
    pub fn why_not(&self, asked: &Asked) -> Option<Told> {
        let world = self.world();
        let answer = match asked {
            Asked::Node(question) => {
                // What has come about meanwhile is no question any more.
                let now = |scene: &Scene<'_, Any>| {
                    let protocol = world.protocol();
                    let offered = protocol.questions(scene, question.node);
                    let answer = protocol.why_not(scene, question);
                    let is_open = offered.contains(question) || !answer.reasons.is_empty();
                    is_open.then_some(answer)
                };
                world.with_scene(now)?
            }
            Asked::Client(id) => world.with_scene(|scene| client(world, scene, *id))?,
            Asked::Message(id) => message(world, *id)?,
            Asked::Action(action) => refused(world, action, &world.check(action).err()?),
        };
        let question = asked.sentence();
        Some(Told { question, answer })
    }
}

fn in_words(asked: impl Iterator<Item = Asked>) -> Vec<(Asked, Sentence)> {
    let all = asked.filter_map(|asked| {
        let sentence = asked.sentence()?;
        Some((asked, sentence))
    });
    all.collect()
}

/// Why an action makes no sense, with the rule behind it where a timer is not armed.
fn refused(world: &World<Any>, action: &Action, error: &ActionError) -> Answer {
    let mut reason = Reason::new(&format!("error.{}", error.key()));
    if let (Action::Fire(Endpoint::Node(_), timer), ActionError::TimerNotArmed(..)) =
        (action, error)
    {
        reason.rule = rule_of(world.protocol(), timer);
    }
    Answer::new(Verdict::Blocked, vec![reason])
}

fn rule_of(protocol: &Any, timer: &str) -> Option<&'static Rule> {
    let about = protocol.about();
    let at = about.timers.iter().position(|it| *it == timer)?;
    about.timer_rules.get(at).copied()
}

/// What becomes of a message: what is in its way, or what its receiver would say on a copy of the
/// world.
fn message(world: &World<Any>, id: MessageId) -> Option<Answer> {
    let flight = world.flights().get(&id)?;
    let mut reasons = Vec::new();
    if flight.held {
        reasons.push(Reason::new("why_not.held"));
    }
    if let Err(error) = world.check(&Action::Deliver(id)) {
        let answer = refused(world, &Action::Deliver(id), &error);
        reasons.extend(answer.reasons);
    } else {
        let mut copy = world.clone();
        let step = copy.apply(&Action::Deliver(id)).ok()?;
        let notes = step.notes.into_iter().map(|(_, note)| note);
        let says_no = notes.filter(|it| matches!(it.outcome, Outcome::Refused | Outcome::Ignored));
        reasons.extend(says_no.map(Reason::from));
    }
    let verdict = match reasons.is_empty() {
        true => Verdict::Open,
        false => Verdict::Blocked,
    };
    Some(Answer::new(verdict, reasons))
}

/// What a client waits for: its request, the node that has it, or the answer.
fn client(world: &World<Any>, scene: &Scene<'_, Any>, id: ClientId) -> Option<Answer> {
    let exchange = world.clients().get(&id)?.history().last()?;
    if exchange.told.is_some() {
        return None;
    }
    let to = exchange
        .turns
        .iter()
        .rev()
        .find_map(|(_, turn)| match turn {
            Turn::Sent { to } | Turn::TimedOut { to } => Some(*to),
            Turn::TurnedAway { to, .. } => *to,
        });
    let sequence = exchange.sequence;
    let mut reasons = Vec::new();
    for flight in world.flights().values() {
        let (key, node) = match (&*flight.payload, flight.id.from, flight.id.to) {
            (Payload::Request(it), from, Endpoint::Node(to))
                if from == id.into() && it.sequence == sequence =>
            {
                ("why_not.request_under_way", to)
            }
            (Payload::Reply(it), Endpoint::Node(from), to)
                if to == id.into() && it.sequence == sequence =>
            {
                ("why_not.reply_under_way", from)
            }
            _ => continue,
        };
        let reason = Reason::new(key).with("client", id).with("node", node);
        reasons.push(reason);
        let fate = world.fate(flight.id).map(|loss| Datum::Text(loss.key()));
        reasons.extend(fate.map(|why| Reason::new("why_not.will_be_lost").with("why", why)));
    }
    let asked = to.and_then(|to| scene.nodes.get(&to).map(|seen| (to, seen.state)));
    if let Some((to, _)) = asked.filter(|_| reasons.is_empty()) {
        let asked = Reason::new("why_not.asked").with("client", id);
        reasons.push(asked.with("node", to));
    }
    if let Some((to, state)) = asked.filter(|(_, state)| *state != State::Runs) {
        let key = match state {
            State::Down => "why_not.down",
            _ => "why_not.paused",
        };
        reasons.push(Reason::new(key).with("node", to));
    }
    let protocol = world.protocol();
    let behind = protocol.behind(scene, id, sequence);
    let mut answer = Answer::new(Verdict::Depends, reasons);
    if let Some(question) = behind {
        let mut further = protocol.why_not(scene, &question);
        answer.verdict = further.verdict;
        answer.reasons.append(&mut further.reasons);
        answer.way = further.way;
        answer.further.push(question);
    } else if let Some((to, _)) = asked {
        answer.further = protocol.questions(scene, to);
        answer.further.truncate(1);
    }
    Some(answer)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::protocol::Value;
    use crate::view::{first_look, open};

    fn raft() -> Session {
        open(first_look("raft"), 1).unwrap()
    }

    /// Who waits can be asked why; who does not, cannot.
    #[test]
    fn clients_that_wait_are_asked() {
        let mut session = raft();
        let client = ClientId(1);
        assert!(session.questions_of_client(client).is_empty());
        session
            .act(Action::Submit {
                client,
                to: Some(NodeId(1)),
                value: Value::new("x=1").unwrap(),
            })
            .unwrap();
        let questions = session.questions_of_client(client);
        let told = session.why_not(&questions[0].0).unwrap();
        assert_eq!(told.answer.reasons[0].key, "why_not.request_under_way");
        session.act(Action::Crash(NodeId(1))).unwrap();
        let told = session.why_not(&questions[0].0).unwrap();
        let keys: Vec<&str> = told.answer.reasons.iter().map(|it| &*it.key).collect();
        assert!(keys.contains(&"why_not.will_be_lost") && keys.contains(&"why_not.down"));
    }

    /// A timer that is not armed is explained by the rule that it is for.
    #[test]
    fn greyed_out_timers_have_a_rule() {
        let session = raft();
        let heartbeat = Action::Fire(NodeId(1).into(), "heartbeat".into());
        let told = session.why_not(&Asked::Action(heartbeat)).unwrap();
        let rule = told.answer.reasons[0].rule.unwrap();
        assert_eq!(rule.id, "raft.leader.heartbeat");
        let election = Action::Fire(NodeId(1).into(), "election".into());
        assert_eq!(
            session.why_not(&Asked::Action(election)),
            None,
            "it is armed"
        );
        for about in crate::protocol::registry::PROTOCOLS {
            assert_eq!(about.timers.len(), about.timer_rules.len(), "{}", about.key);
        }
    }

    /// What a receiver would refuse is told beforehand, by its own handler, and nothing changes.
    #[test]
    fn messages_are_tried_on_a_copy() {
        let mut session = raft();
        let fire = |id| Action::Fire(NodeId(id).into(), "election".into());
        session.act(fire(1)).unwrap();
        session.act(fire(2)).unwrap();
        let hash = session.hash();
        let moment = session.moment();
        let mut messages = moment.messages.iter();
        let duel =
            messages.find(|it| (it.id.from, it.id.to) == (NodeId(1).into(), NodeId(2).into()));
        let asked = Asked::Message(duel.unwrap().id);
        let told = session.why_not(&asked).unwrap();
        let reason = &told.answer.reasons[0];
        assert_eq!(reason.key, "note.raft.request_vote.taken.refused.why");
        assert_eq!(session.hash(), hash);
    }
}
