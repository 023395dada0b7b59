//! Challenges: something to bring about by hand, judged by the engine.

use super::FileError;
use super::read;
use crate::check::condition::Condition;
use crate::share::action_name;
use crate::share::search::SearchRequest;
use crate::view::Session;
use crate::world::{Action, Scenario};

/// A challenge, without its words.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Challenge {
    /// What its run starts from.
    pub scenario: Scenario,
    /// What the run's random numbers follow from.
    pub seed: u32,
    /// What has to come about, one after the other; at least one thing.
    pub goals: Vec<Condition>,
    /// What must not come about before all of that has.
    pub never: Option<Condition>,
    /// The kinds of actions that may be used beside stepping, by their names; without any, all.
    pub allow: Vec<String>,
    /// How many hints there are.
    pub hints: u32,
    /// What the lab can look for itself, as the last hint.
    pub search: Option<SearchRequest>,
}

/// How a run stands to a challenge.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Verdict {
    /// So many goals have been reached, and that is not all of them.
    Open(usize),
    /// All goals have been reached.
    Won,
    /// An action of a kind that may not be used, by its name.
    Forbidden(String),
    /// What must not come about has come about.
    Spoiled,
    /// A run of something else.
    Other,
}

impl Challenge {
    /// Reads a challenge's file.
    ///
    /// # Errors
    ///
    /// Where and why it is no challenge.
    pub fn read(file: &str, text: &str) -> Result<Self, FileError> {
        read::challenge(file, text)
    }

    /// Judges a run up to its cursor, and leaves the cursor where it is.
    pub fn judge(&self, session: &mut Session) -> Verdict {
        if *session.scenario() != self.scenario || session.seed() != self.seed {
            return Verdict::Other;
        }
        let end = session.position();
        let mut reached = 0;
        let mut verdict = None;
        for position in 0..=end {
            session.seek(position);
            if let Some(forbidden) = session.action(position).and_then(|it| self.forbids(it)) {
                verdict = Some(Verdict::Forbidden(forbidden));
                break;
            }
            if self.never.as_ref().is_some_and(|it| session.holds(it)) {
                verdict = Some(Verdict::Spoiled);
                break;
            }
            // One step can reach one goal: what comes after another has to come later.
            if self
                .goals
                .get(reached)
                .is_some_and(|goal| session.holds(goal))
            {
                reached += 1;
            }
            if reached == self.goals.len() {
                verdict = Some(Verdict::Won);
                break;
            }
        }
        session.seek(end);
        verdict.unwrap_or(Verdict::Open(reached))
    }

    /// The name of an action's kind, if it may not be used.
    fn forbids(&self, action: &Action) -> Option<String> {
        let name = action_name(action);
        let may = self.allow.is_empty()
            || matches!(action, Action::Next | Action::Advance(_))
            || self.allow.contains(&name);
        (!may).then_some(name)
    }
}
