//! A question that has been put to somebody, what they have answered, and how often they were right.

use super::Question;
use crate::view::Session;

/// A question that has been put.
#[derive(Clone, Debug)]
pub struct Asked {
    question: Question,
    answer: Option<usize>,
    /// Where the run was, and in which state.
    at: (usize, u64),
}

impl Asked {
    /// Puts a question where a run is.
    pub fn new(question: Question, session: &Session) -> Self {
        Self {
            question,
            answer: None,
            at: (session.position(), session.hash()),
        }
    }

    /// The question.
    pub fn question(&self) -> &Question {
        &self.question
    }

    /// The choice, by its place.
    pub fn answer(&self) -> Option<usize> {
        self.answer
    }

    /// Notes an answer, unless there is one; says whether it is right.
    pub fn note(&mut self, choice: usize) -> Option<bool> {
        let is_one = self.answer.is_none() && choice < self.question.choices.len();
        is_one.then(|| {
            self.answer = Some(choice);
            choice == self.question.right
        })
    }

    /// Whether the run is where the question was put.
    pub fn is_here(&self, session: &Session) -> bool {
        self.at == (session.position(), session.hash())
    }

    /// Whether it is to be seen: where it was put, and once answered after the step, too.
    pub fn is_in_sight(&self, session: &Session) -> bool {
        let after = self.answer.is_some() && session.position() == self.at.0 + 1;
        after || self.is_here(session)
    }
}

/// How often somebody has answered, and how often rightly.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Score {
    /// All answers.
    pub answers: u32,
    /// The right ones.
    pub right: u32,
}

impl Score {
    /// Adds an answer.
    pub fn add(&mut self, is_right: bool) {
        self.answers += 1;
        self.right += u32::from(is_right);
    }
}
