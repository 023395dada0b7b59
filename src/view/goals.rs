//! States worth looking for, protocol by protocol: what a screen offers a search besides the loss of
//! a property.

use crate::check::condition::Condition;
use crate::share::condition;

/// A state that can be looked for.
#[derive(Debug, PartialEq, Eq)]
pub struct GoalState {
    /// The protocol in which it means something; none for all.
    protocol: Option<&'static str>,
    /// The catalogue's key.
    pub key: &'static str,
    /// The condition, as JSON.
    text: &'static str,
}

const fn state(protocol: Option<&'static str>, key: &'static str, text: &'static str) -> GoalState {
    GoalState {
        protocol,
        key,
        text,
    }
}

const TWO_LEADERS: &str = r#"{"count":{"role":"leader","at_least":2}}"#;
const CHOSEN: &str = r#"{"cell":{"state":"chosen"}}"#;

static STATES: [GoalState; 10] = [
    state(Some("raft"), "search.two_leaders", TWO_LEADERS),
    state(
        Some("raft"),
        "search.two_candidates",
        r#"{"count":{"role":"candidate","at_least":2}}"#,
    ),
    state(Some("raft"), "search.committed", CHOSEN),
    state(
        Some("paxos"),
        "search.two_proposing",
        r#"{"count":{"role":"proposing","at_least":2}}"#,
    ),
    state(Some("paxos"), "search.learned", CHOSEN),
    state(Some("multi_paxos"), "search.two_leaders", TWO_LEADERS),
    state(Some("multi_paxos"), "search.learned", CHOSEN),
    state(
        Some("two_phase"),
        "search.blocked",
        r#"{"role":{"is":"blocked"}}"#,
    ),
    state(
        Some("two_phase"),
        "search.aborted",
        r#"{"cell":{"state":"aborted"}}"#,
    ),
    state(None, ANSWERED, r#"{"told":{}}"#),
];

const ANSWERED: &str = "search.answered";

impl GoalState {
    /// The condition.
    ///
    /// # Panics
    ///
    /// Never: a test reads them all.
    pub fn condition(&self) -> Condition {
        match condition::read(self.text) {
            Ok(condition) => condition,
            Err(error) => unreachable!("{}: {error}", self.key),
        }
    }

    /// Whether it is about what clients hear.
    pub fn needs_replies(&self) -> bool {
        self.key == ANSWERED
    }
}

/// The states that can be looked for in a protocol.
pub fn goal_states(protocol: &str) -> impl Iterator<Item = &'static GoalState> {
    let fits = move |state: &&GoalState| state.protocol.is_none_or(|key| key == protocol);
    STATES.iter().filter(fits)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::check::search::{Bounds, Command, Goal, Search, Status};
    use crate::protocol::registry::PROTOCOLS;
    use crate::protocol::{Any, ClientId, NodeId, Protocol as _, Value};
    use crate::world::Scenario;

    /// Each of them can come about in its protocol, with few timeouts, one crash and two commands.
    #[test]
    fn each_can_be_reached() {
        for about in PROTOCOLS {
            for state in goal_states(about.key) {
                let scenario = Scenario::of(about.key, 3);
                let protocol = Any::open(about.key, &scenario.cluster).unwrap();
                let serves = protocol.serves();
                let command = |n| Command {
                    client: ClientId(n),
                    to: Some(NodeId(n)).filter(|it| serves.contains(it)),
                    value: Value::new("x=1").unwrap(),
                };
                let bounds = Bounds {
                    crashes: 1,
                    timeouts: about.timers.iter().map(|it| (it.to_string(), 2)).collect(),
                    commands: vec![command(1), command(2)],
                    replies: state.needs_replies(),
                    ..Bounds::default()
                };
                let goal = Goal::Reach(state.condition());
                let search = Search::new(protocol, &scenario, 1, &bounds, &goal, 1 << 29);
                let mut search = search.unwrap();
                assert_eq!(
                    search.advance(usize::MAX),
                    Status::Found,
                    "{} of {}",
                    state.key,
                    about.key
                );
            }
        }
    }
}
