//! How far a run can be let go: until a condition holds, or past what only keeps a leader's
//! followers calm.

use super::session::{STRIDE_STEPS_MAX, Session};
use crate::check::Watched;
use crate::check::condition::Condition;
use crate::protocol::{Protocol, registry};
use crate::share::condition;
use crate::world::{Action, ActionError, Event, Payload, Step};

/// The most steps that a condition is waited for.
pub const UNTIL_STEPS_MAX: usize = 5_000;

/// Something that a run can be let go until.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Until {
    /// One of the protocol's conditions.
    Named(&'static Named),
    /// A message of this name arrives.
    Arrives(&'static str),
    /// A property is lost.
    Lost,
}

/// A condition with a name.
#[derive(Debug, PartialEq, Eq)]
pub struct Named {
    /// The protocols in which it means something; none for all.
    protocols: &'static [&'static str],
    /// The catalogue's key.
    pub key: &'static str,
    /// The condition, as JSON.
    text: &'static str,
}

static NAMED: [Named; 7] = [
    Named {
        protocols: &["raft", "multi_paxos"],
        key: "until.leader",
        text: r#"{"event":{"fact":"became","role":"leader"}}"#,
    },
    Named {
        protocols: &["raft"],
        key: "until.committed",
        text: r#"{"event":{"fact":"committed"}}"#,
    },
    Named {
        protocols: &["paxos", "multi_paxos"],
        key: "until.learned",
        text: r#"{"event":{"fact":"learned"}}"#,
    },
    Named {
        protocols: &["two_phase"],
        key: "until.decided",
        text: r#"{"event":{"fact":"decided"}}"#,
    },
    Named {
        protocols: &["two_phase"],
        key: "until.blocked",
        text: r#"{"event":{"fact":"became","role":"blocked"}}"#,
    },
    Named {
        protocols: &[],
        key: "until.told",
        text: r#"{"event":{"is":"told"}}"#,
    },
    Named {
        protocols: &[],
        key: "until.crashed",
        text: r#"{"event":{"is":"crashed"}}"#,
    },
];

/// What a run of a protocol can be let go until.
pub fn choices(protocol: &str) -> Vec<Until> {
    let fits = |it: &&Named| it.protocols.is_empty() || it.protocols.contains(&protocol);
    let named = NAMED.iter().filter(fits).map(Until::Named);
    let messages = registry::find(protocol).map_or(&[][..], |about| about.messages);
    let messages = messages.iter().map(|name| Until::Arrives(name));
    named.chain([Until::Lost]).chain(messages).collect()
}

impl Until {
    /// The condition; none where it takes more than one step to tell.
    fn condition(self) -> Option<Condition> {
        let text = match self {
            Self::Named(named) => named.text.to_owned(),
            Self::Arrives(name) => {
                format!(r#"{{"event":{{"is":"delivered","message":"{name}"}}}}"#)
            }
            Self::Lost => return None,
        };
        match condition::read(&text) {
            Ok(condition) => Some(condition),
            Err(error) => unreachable!("{text}: {error}"),
        }
    }
}

impl Session {
    /// Lets the run go until something is so, along what is recorded and then on; says whether it
    /// came about. A search in vain leaves nothing behind. The loss of a property always stops.
    pub fn run_until(&mut self, until: Until) -> Result<bool, ActionError> {
        let condition = until.condition();
        let mut scratch = self.timeline.current().clone();
        let losses = self.losses();
        for steps in 1..=UNTIL_STEPS_MAX {
            let ahead = self.timeline.action(self.position() + steps - 1);
            let Ok(step) = scratch.apply(ahead.unwrap_or(&Action::Next)) else {
                return Ok(false);
            };
            let is_so = condition
                .as_ref()
                .is_some_and(|it| it.holds_after(&scratch, &step));
            if is_so || scratch.violations().len() > losses {
                self.check_room(steps)?;
                for _ in 0..steps {
                    self.step()?;
                }
                return Ok(true);
            }
        }
        Ok(false)
    }

    /// One step, and before it all that are only idle heartbeats; gives how many those were. None,
    /// and no step, where nothing else is in sight.
    pub fn step_folding(&mut self) -> Result<Option<usize>, ActionError> {
        let mut scratch = self.timeline.current().clone();
        for folded in 0..STRIDE_STEPS_MAX {
            let ahead = self.timeline.action(self.position() + folded);
            let step = scratch.apply(ahead.unwrap_or(&Action::Next))?;
            if !is_idle_heartbeat(&scratch, &step) {
                self.check_room(folded + 1)?;
                for _ in 0..=folded {
                    self.step()?;
                }
                return Ok(Some(folded));
            }
        }
        Ok(None)
    }
}

/// Whether a step only kept a leader's followers calm: a heartbeat went out, arrived, or was
/// answered, and nothing else came of it.
fn is_idle_heartbeat<P: Protocol>(watched: &Watched<P>, step: &Step<P::Message>) -> bool {
    let nodes = watched.world().machines().iter();
    let mut pairs = nodes.zip(watched.before());
    let is_unchanged = pairs.all(|((_, machine), (_, before))| machine.node == *before);
    is_unchanged && is_of_heartbeats(watched.world().protocol(), step)
}

/// The message that keeps followers calm, and what answers it.
const HEARTBEAT: [&str; 2] = ["Heartbeat", "AppendReply"];

fn is_of_heartbeats<P: Protocol>(protocol: &P, step: &Step<P::Message>) -> bool {
    let mut is_one = false;
    for event in &step.events {
        match event {
            Event::Fired(_, timer) => is_one |= *timer == "heartbeat",
            Event::Delivered(flight) => match &*flight.payload {
                Payload::Peer(message) => {
                    is_one |= HEARTBEAT.contains(&protocol.message_view(message).name);
                }
                Payload::Request(_) | Payload::Reply(_) => return false,
            },
            Event::Sent(_) => {}
            _ => return false,
        }
    }
    use crate::protocol::Outcome::{Accepted, Done};
    let is_calm = |outcome| matches!(outcome, Accepted | Done);
    is_one && step.notes.iter().all(|(_, note)| is_calm(note.outcome))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::protocol::registry::PROTOCOLS;
    use crate::protocol::{ClientId, Effect, NodeId, RangeMs, Value};
    use crate::sorted::SortedSet;
    use crate::view::{first_look, open};
    use crate::world::Scenario;

    /// Every choice of every protocol is a condition, and those that come about by themselves do.
    #[test]
    fn what_can_be_waited_for_comes_about() {
        for about in PROTOCOLS {
            for until in choices(about.key) {
                let mut session = open(first_look(about.key), 1).unwrap();
                let submit = Action::Submit {
                    client: ClientId(1),
                    to: None,
                    value: Value::new("x=1").unwrap(),
                };
                session.act(submit).unwrap();
                let reached = session.run_until(until).unwrap();
                let by_itself = matches!(until, Until::Named(named) if !named.key.ends_with("crashed") && !named.key.ends_with("blocked"));
                assert!(reached || !by_itself, "{until:?} of {}", about.key);
                assert!(reached || session.position() == 1, "nothing is left behind");
            }
        }
    }

    /// The names are those that the protocols give their messages, and every one of them can come
    /// about: as the protocol is, or with one of its extensions.
    #[test]
    fn messages_are_known_by_name() {
        for about in PROTOCOLS {
            let mut seen = SortedSet::new();
            let extensions = about
                .variants
                .iter()
                .filter(|it| it.effect == Effect::Extends);
            let variants = extensions.map(|it| Some(it.id)).chain([None]);
            for (variant, seed) in variants.flat_map(|it| (1..=4).map(move |seed| (it, seed))) {
                let mut scenario = Scenario::of(about.key, 4);
                scenario.clients = 2;
                scenario.network.latency = RangeMs::new(1, 90);
                scenario.cluster.variants = variant.map(str::to_owned).into_iter().collect();
                let mut session = open(scenario, seed).unwrap();
                for at in 0..1500 {
                    for action in meanwhile(at, seed) {
                        // Some make no sense by then; what matters is what is said afterwards.
                        let _ = session.act(action);
                    }
                    if session.step().is_err() {
                        continue;
                    }
                    let moment = session.moment();
                    let names = moment.messages.iter().map(|it| it.view.name);
                    seen.extend(names.filter(|it| !matches!(*it, "Request" | "Reply")));
                }
            }
            let offered = choices(about.key).into_iter().filter_map(|it| match it {
                Until::Arrives(name) => Some(name),
                Until::Named(_) | Until::Lost => None,
            });
            assert_eq!(seen, offered.collect(), "{}", about.key);
        }
    }

    /// What people do while a run goes on: they ask, also for what one node refuses, for what is
    /// stored, and for another leader; and a node is away for a while.
    fn meanwhile(at: u32, seed: u32) -> Vec<Action> {
        const COMMANDS: [&str; 5] = ["x=1", "!S3 y", "x?", ">S2", ">S4"];
        let mut actions = Vec::new();
        if at % 50 == 10 {
            let value = Value::new(COMMANDS[at as usize / 50 % COMMANDS.len()]).unwrap();
            for (client, to) in [(1, 1), (2, 3)] {
                actions.push(Action::Submit {
                    client: ClientId(client),
                    to: (at % 100 == 10).then_some(NodeId(to)),
                    value: value.clone(),
                });
            }
        }
        match at % 400 {
            // In the middle of what was asked shortly before, each time a little later.
            gone if gone == 112 + seed + 4 * (at / 400) => actions.push(Action::Crash(NodeId(1))),
            300 => actions.push(Action::Restart(NodeId(1))),
            _ => {}
        }
        actions
    }

    /// A calm leader's heartbeats are one step; a crash is not stepped over.
    #[test]
    fn idle_heartbeats_fold() {
        let mut session = open(first_look("raft"), 1).unwrap();
        assert!(session.run_until(Until::Named(&NAMED[0])).unwrap());
        for _ in 0..60 {
            session.step().unwrap();
        }
        assert_eq!(session.step_folding(), Ok(None), "all is calm");
        let moment = session.moment();
        let mut nodes = moment.nodes.iter();
        let follower = nodes.find(|it| it.view.role == "follower").unwrap().id;
        let start = session.position();
        session.act(Action::Crash(follower)).unwrap();
        let folded = session.step_folding().unwrap().unwrap();
        assert_eq!(session.position(), start + 1 + folded + 1);
        assert!((1..30).contains(&folded), "a heartbeat is lost: {folded}");
    }
}
