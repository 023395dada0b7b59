//! Opening a saved pair: deed by deed.

use super::Pair;
use crate::protocol::About;
use crate::share::RunError;
use crate::share::pair::{PairFile, Side};
use crate::view::session::open;
use crate::world::{ActionError, Scenario};

/// A saved pair, opened as far as this engine can follow it.
pub struct OpenedPair {
    /// The pair, at its cursor.
    pub pair: Pair,
    /// The first deed that made no sense on either side, counted from 1, and why.
    pub stopped: Option<(usize, ActionError)>,
    /// Whether the states at the cursor are those that were saved, where the file says which.
    pub same_state: Option<bool>,
}

/// Opens a saved pair.
pub fn reopen_pair(file: &PairFile) -> Result<OpenedPair, RunError> {
    let mut opening = PairOpening::of(file.clone())?;
    while !opening.advance(usize::MAX) {}
    Ok(opening.finish())
}

/// A saved pair that is being opened, some deeds at a time: a long one takes seconds.
pub struct PairOpening {
    file: PairFile,
    opened: OpenedPair,
}

impl PairOpening {
    /// Opens it as both sides start.
    pub fn of(file: PairFile) -> Result<Self, RunError> {
        let [left, right] = &file.scenarios;
        let open =
            |scenario: &Scenario| open(scenario.clone(), file.seed).map_err(RunError::Scenario);
        let pair = Pair::new(open(left)?, open(right)?);
        let opened = OpenedPair {
            pair,
            stopped: None,
            same_state: None,
        };
        Ok(Self { file, opened })
    }

    /// Follows it for at most so many deeds more; says whether it is through.
    pub fn advance(&mut self, most: usize) -> bool {
        let done = self.opened.pair.length();
        for deed in self.file.deeds[done..].iter().take(most) {
            if let Err(error) = self.opened.pair.act(deed.clone()) {
                self.opened.stopped = Some((self.opened.pair.length() + 1, error));
                break;
            }
        }
        self.opened.stopped.is_some() || self.opened.pair.length() == self.file.deeds.len()
    }

    /// What can be said of both sides' protocols.
    pub fn abouts(&self) -> [&'static About; 2] {
        Side::BOTH.map(|side| self.opened.pair.session(side).about())
    }

    /// How far it is, in percent.
    pub fn percent(&self) -> usize {
        100 * self.opened.pair.length() / self.file.deeds.len().max(1)
    }

    /// The pair at its cursor, as far as it was followed.
    pub fn finish(self) -> OpenedPair {
        let mut opened = self.opened;
        opened.pair.seek(self.file.cursor);
        let hashes = opened.pair.hashes();
        opened.same_state = self.file.hashes.map(|saved| saved == hashes);
        opened
    }
}
