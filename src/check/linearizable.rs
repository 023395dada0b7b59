//! Linearizability of what clients were told (Herlihy and Wing, *Linearizability: A Correctness
//! Condition for Concurrent Objects*, 1990, §2.2).
//!
//! The history is never kept. What is kept are all the ways in which it can have come about: what
//! the object may hold now, with the operations under way that have taken effect already. Whenever
//! a client is told, those that contradict go; if none is left, no order explains what clients
//! were told. An operation that is never answered may or may not have taken effect. One that
//! changes the object does so just before the answer that first needs it: later is as good as any
//! earlier moment, since nobody has seen a difference. One that only reads keeps all that it can
//! have read, so that it takes no part in the order of the others.

use serde::Serialize;

use crate::protocol::{ClientId, Datum, LINEARIZABILITY, Object, Statement, Value, Violation};
use crate::sorted::{SortedMap, SortedSet};

/// How many ways are considered for one answer, of one part of the object. Beyond it nothing is
/// claimed of that part any more, neither that its history is linearizable nor that it is not.
/// Seven operations that change a key, all under way at once, make no more than 1,957 ways. What
/// can reach the bound are nine that add, or one that adds and waits for its answer while thousands
/// of others set.
pub const WAYS_MAX: usize = 4_096;

/// What is known of one part of the object: all the ways in which its history can have come about;
/// nothing where there were too many.
type Ways = Option<SortedSet<Way>>;

/// One way in which the history can have come about.
#[derive(Clone, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize)]
struct Way {
    /// What the part holds.
    holds: Option<Value>,
    /// What operations under way can have answered, by client: one that changes the object and has
    /// taken effect, its answer; one that only reads, all that it can have read so far.
    answers: SortedMap<ClientId, Answers>,
}

type Answers = SortedSet<Option<Value>>;

impl Way {
    /// Operations that only read can have read what the part holds.
    fn read_by(mut self, readers: &[ClientId]) -> Self {
        for reader in readers {
            let answers = self.answers.get_or_insert_with(*reader, Answers::new);
            answers.insert(self.holds.clone());
        }
        self
    }
}

/// An operation under way: a client has one at a time.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize)]
struct Call {
    sequence: u32,
    command: Value,
}

/// Watches over what clients ask and are told.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize)]
pub struct Linearizable {
    #[serde(skip)]
    object: Object,
    /// What is under way, by client.
    calls: SortedMap<ClientId, Call>,
    /// What is known of each part that an answer was about.
    parts: SortedMap<String, Ways>,
}

impl Linearizable {
    /// An object that nobody has used yet.
    pub fn new(object: Object) -> Self {
        Self {
            object,
            calls: SortedMap::new(),
            parts: SortedMap::new(),
        }
    }

    /// A client asks. Asking again, with the same number, is the same operation.
    pub fn asked(&mut self, client: ClientId, sequence: u32, command: &Value) {
        let known = self.calls.get(&client);
        if known.is_none_or(|call| call.sequence != sequence) {
            let command = command.clone();
            self.calls.insert(client, Call { sequence, command });
        }
    }

    /// A client is told. Answers to what is no longer under way say nothing. What contradicts is
    /// given once: later answers about that part have nothing left to contradict.
    pub fn told(
        &mut self,
        client: ClientId,
        sequence: u32,
        result: Option<&Value>,
    ) -> Option<Violation> {
        self.calls
            .get(&client)
            .filter(|call| call.sequence == sequence)?;
        let call = self.calls.remove(&client)?;
        let part = self.object.part(&call.command)?;
        let fresh = || Some(SortedSet::from([Way::default()]));
        let known = self.parts.get_or_insert_with(part.to_owned(), fresh);
        let ways = known.take()?;
        if ways.is_empty() {
            *known = Some(ways);
            return None;
        }
        let told = Told {
            object: self.object,
            client,
            command: &call.command,
            result,
        };
        let others = self.calls.iter().filter(|(_, other)| {
            let its = self.object.part(&other.command);
            its == Some(part)
        });
        let others = others.map(|(id, other)| (*id, &other.command));
        let (left, possible) = told.prune(ways, others)?;
        let lost = left.is_empty();
        *known = Some(left);
        lost.then(|| told.violation(sequence, possible))
    }

    /// Whether there were more ways than [`WAYS_MAX`]: then the history may have been lost
    /// without anybody noticing.
    pub fn is_undecided(&self) -> bool {
        self.parts.values().any(Option::is_none)
    }
}

/// An answer that has just been given.
struct Told<'a> {
    object: Object,
    client: ClientId,
    command: &'a Value,
    result: Option<&'a Value>,
}

impl Told<'_> {
    /// The ways that fit the answer, and the answers that there could have been; nothing if there
    /// are too many ways. `others` are the other operations under way.
    fn prune<'a>(
        &self,
        ways: SortedSet<Way>,
        others: impl Iterator<Item = (ClientId, &'a Value)>,
    ) -> Option<(SortedSet<Way>, Answers)> {
        let only_reads = self.object.only_reads(self.command);
        let (mut readers, mut writers) = (Vec::new(), Vec::new());
        for (other, command) in others {
            match self.object.only_reads(command) {
                true => readers.push(other),
                false => writers.push((other, command)),
            }
        }
        if only_reads {
            readers.push(self.client);
        }
        let (mut left, mut possible) = (SortedSet::new(), Answers::new());
        let ways = ways.into_iter().map(|way| way.read_by(&readers));
        let mut open: Vec<Way> = ways.collect();
        let mut seen: SortedSet<Way> = open.iter().cloned().collect();
        while let Some(mut way) = open.pop() {
            if let Some(answers) = way.answers.get(&self.client) {
                possible.extend(answers.iter().cloned());
                let fits = answers.iter().any(|it| it.as_ref() == self.result);
                if fits {
                    way.answers.remove(&self.client);
                    left.insert(way);
                    continue;
                }
                if !only_reads {
                    continue;
                }
            }
            // Others may have taken effect before it,
            for (other, command) in &writers {
                if way.answers.contains_key(other) {
                    continue;
                }
                let mut next = way.clone();
                next.holds = self.object.after(way.holds.as_ref(), command);
                let answers = Answers::from([next.holds.clone()]);
                next.answers.insert(*other, answers);
                let next = next.read_by(&readers);
                if seen.insert(next.clone()) {
                    open.push(next);
                }
            }
            if seen.len() > WAYS_MAX {
                return None;
            }
            // and then it.
            if !only_reads {
                way.holds = self.object.after(way.holds.as_ref(), self.command);
                possible.insert(way.holds.clone());
                if way.holds.as_ref() == self.result {
                    left.insert(way);
                }
            }
        }
        Some((left, possible))
    }

    fn violation(&self, sequence: u32, possible: Answers) -> Violation {
        let statement = |key| {
            Statement::new(key)
                .with("client", self.client)
                .with("sequence", sequence)
                .with("command", self.command.clone())
        };
        let possible = possible.iter().map(|it| it.clone().into()).collect();
        Violation {
            property: &LINEARIZABILITY,
            first: statement("client.forced").with("results", Datum::List(possible)),
            second: statement("client.told").with("result", self.result.cloned()),
        }
    }
}
