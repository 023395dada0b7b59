//! Clients: small pure state machines whose requests and replies are messages that can be lost.
//! What they were told is part of the run.

use std::collections::VecDeque;
use std::sync::Arc;

use serde::Serialize;

use super::Deadline;
use crate::growing::Growing;
use crate::protocol::{
    Answer, Citation, ClientId, NodeId, Note, Outcome, Permutation, RangeMs, Relabel, Reply,
    Request, Value, rules,
};

/// How long a client waits for an answer before it tries another node.
pub(super) const RETRY: RangeMs = RangeMs::new(500, 500);

const RAFT_8: Citation = Citation::raft("8");

mod table {
    use super::{RAFT_8, rules};
    rules! {
        section client {
            /// A client sends what it was asked to.
            ASK = "client.ask" [Done] RAFT_8;
            /// A client is waiting; the new request waits behind.
            QUEUE = "client.queue" [Done] RAFT_8;
            /// No answer: the same request, with the same number, to the next node.
            RETRY_NEXT = "client.retry" [Done] RAFT_8;
            /// "Ask the leader": the client follows the hint, or waits.
            REDIRECTED = "client.redirected" [Refused] RAFT_8;
            /// The answer.
            TOLD = "client.told" [Accepted] RAFT_8;
            /// An answer to something that has been answered.
            LATE = "client.late" [Ignored] RAFT_8;
        }
    }
}
pub use table::RULES as CLIENT_RULES;
use table::*;

/// A client: one request at a time, each with its own serial number.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize)]
pub struct Client {
    /// The nodes it can turn to.
    serves: Vec<NodeId>,
    /// The node that it believes in.
    guess: Option<NodeId>,
    /// The request that waits for its answer.
    waiting: Option<Waiting>,
    /// What waits behind it.
    queue: VecDeque<Queued>,
    /// What was asked and told, in order; shared with other moments, copied on write.
    history: Growing<Arc<Exchange>>,
    /// How often the retry timer was armed.
    draws: u32,
}

#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize)]
struct Waiting {
    request: Request,
    to: NodeId,
    retry: Deadline,
}

/// What waits until the request under way is answered.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize)]
pub struct Queued {
    /// The node it is meant for; nothing for the one that the client will believe in.
    pub to: Option<NodeId>,
    /// What to ask for.
    pub command: Value,
    /// When it was submitted.
    #[serde(skip)]
    pub submitted: u64,
}

/// What a client asked, and what it was told. What only tells how it went decides nothing that
/// follows, so it is no part of a state's bytes.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize)]
pub struct Exchange {
    /// The serial number.
    pub sequence: u32,
    /// What it asked for.
    pub command: Value,
    /// When it was submitted; before it was asked, if it had to wait.
    #[serde(skip)]
    pub submitted: u64,
    /// When it asked first.
    pub asked: u64,
    /// How often it asked again.
    pub retries: u32,
    /// When it was told, and what; nothing while it waits.
    pub told: Option<(u64, Option<Value>)>,
    /// Who told it.
    #[serde(skip)]
    pub told_by: Option<NodeId>,
    /// How it went before that, each with its time: the first turn, and the latest ones up to
    /// [`TURNS_MAX`] together.
    #[serde(skip)]
    pub turns: Vec<(u64, Turn)>,
}

/// The most turns that an exchange remembers.
pub const TURNS_MAX: usize = 12;

/// Something that a client did about a request.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Turn {
    /// It sent the request for the first time.
    Sent {
        /// To whom.
        to: NodeId,
    },
    /// It had no answer in time and sent the request again.
    TimedOut {
        /// To whom.
        to: NodeId,
    },
    /// It was turned away, and sent the request to the node named, if one was.
    TurnedAway {
        /// By whom.
        by: NodeId,
        /// Where it was sent.
        to: Option<NodeId>,
    },
}

impl Exchange {
    fn turn(&mut self, now: u64, turn: Turn) {
        if self.turns.len() == TURNS_MAX {
            self.turns.remove(1);
        }
        self.turns.push((now, turn));
    }
}

/// What a client does about an input.
#[derive(Debug, Default)]
pub(crate) struct Reaction {
    /// A request to send.
    pub send: Option<(NodeId, Request)>,
    /// Why.
    pub notes: Vec<Note>,
    /// Whether the retry timer has to be drawn.
    pub arm: bool,
}

// The nodes that it can turn to stay in their order: whoever relabels sees to it that their order
// does not matter.
impl Relabel for Client {
    fn relabel(&self, by: &Permutation) -> Self {
        let mut client = self.clone();
        client.guess = self.guess.relabel(by);
        if let Some(waiting) = &mut client.waiting {
            waiting.to = by.name(waiting.to);
        }
        for queued in &mut client.queue {
            queued.to = queued.to.relabel(by);
        }
        client
    }
}

impl Client {
    pub(super) fn new(serves: &[NodeId]) -> Self {
        Self {
            serves: serves.to_vec(),
            guess: None,
            waiting: None,
            queue: VecDeque::new(),
            history: Growing::default(),
            draws: 0,
        }
    }

    /// From now on it can turn to these nodes.
    pub(super) fn set_serves(&mut self, serves: &[NodeId]) {
        self.serves = serves.to_vec();
    }

    /// The armed retry timer.
    pub fn retry(&self) -> Option<Deadline> {
        self.waiting.as_ref().map(|waiting| waiting.retry)
    }

    /// The node that it believes in.
    pub fn guess(&self) -> Option<NodeId> {
        self.guess
    }

    /// What was asked and told, in order.
    pub fn history(&self) -> &Growing<Arc<Exchange>> {
        &self.history
    }

    /// The commands that it waits for an answer to, or has yet to ask.
    pub(super) fn unanswered(&self) -> impl Iterator<Item = &Value> {
        let waiting = self.waiting.iter().map(|it| &it.request.command);
        waiting.chain(self.queue.iter().map(|it| &it.command))
    }

    /// Whether it waits for an answer.
    pub fn is_waiting(&self) -> bool {
        self.waiting.is_some()
    }

    /// What waits behind the request under way, in order.
    pub fn queue(&self) -> &VecDeque<Queued> {
        &self.queue
    }

    /// Whether it can turn to that node.
    pub fn can_ask(&self, node: NodeId) -> bool {
        self.serves.contains(&node)
    }

    /// The client as a search sees it: without times, without a count of draws, and without what
    /// only tells how it went.
    pub(crate) fn without_time(&self) -> Self {
        let mut client = self.clone();
        client.draws = 0;
        if let Some(waiting) = &mut client.waiting {
            waiting.retry = Deadline { since: 0, due: 0 };
        }
        for queued in &mut client.queue {
            queued.submitted = 0;
        }
        let without = client.history.iter().map(|exchange| {
            Arc::new(Exchange {
                submitted: 0,
                turns: Vec::new(),
                told_by: None,
                asked: 0,
                told: exchange
                    .told
                    .as_ref()
                    .map(|(_, result)| (0, result.clone())),
                ..Exchange::clone(exchange)
            })
        });
        client.history = without.collect();
        client
    }

    /// The nodes that it can turn to, in its order: it begins with the first, and goes on with the
    /// next where an answer does not come.
    pub(crate) fn serves(&self) -> &[NodeId] {
        &self.serves
    }

    /// Arms the retry timer and gives its number.
    pub(super) fn next_draw(&mut self) -> u32 {
        self.draws += 1;
        self.draws
    }

    pub(super) fn set_retry(&mut self, deadline: Deadline) {
        if let Some(waiting) = &mut self.waiting {
            waiting.retry = deadline;
        }
    }

    pub(crate) fn submit(
        &mut self,
        me: ClientId,
        to: Option<NodeId>,
        command: Value,
        now: u64,
    ) -> Reaction {
        if self.waiting.is_some() {
            let note = Note::new(&QUEUE, Outcome::Done)
                .with("client", me)
                .with("value", command.clone());
            self.queue.push_back(Queued {
                to,
                command,
                submitted: now,
            });
            return Reaction {
                notes: vec![note],
                ..Reaction::default()
            };
        }
        let wish = Queued {
            to,
            command,
            submitted: now,
        };
        self.ask(me, wish, now)
    }

    /// The exchange under way, or the last one.
    fn latest(&mut self) -> Option<&mut Exchange> {
        self.history.last_mut().map(Arc::make_mut)
    }

    fn ask(&mut self, me: ClientId, wish: Queued, now: u64) -> Reaction {
        let Queued {
            to,
            command,
            submitted,
        } = wish;
        let to = to.or(self.guess).unwrap_or(self.serves[0]);
        let sequence = self.history.len() as u32 + 1;
        let note = Note::new(&ASK, Outcome::Done)
            .with("client", me)
            .with("to", to)
            .with("sequence", sequence)
            .with("value", command.clone());
        self.history.push(Arc::new(Exchange {
            sequence,
            command: command.clone(),
            submitted,
            asked: now,
            retries: 0,
            told: None,
            told_by: None,
            turns: vec![(now, Turn::Sent { to })],
        }));
        let request = Request { sequence, command };
        self.wait(request, to, note)
    }

    fn wait(&mut self, request: Request, to: NodeId, note: Note) -> Reaction {
        let retry = Deadline { since: 0, due: 0 };
        self.waiting = Some(Waiting {
            request: request.clone(),
            to,
            retry,
        });
        Reaction {
            send: Some((to, request)),
            notes: vec![note],
            arm: true,
        }
    }

    /// No answer in time: the next node, with the same serial number.
    pub(crate) fn on_retry(&mut self, me: ClientId, now: u64) -> Reaction {
        let Some(waiting) = self.waiting.take() else {
            return Reaction::default();
        };
        let position = self.serves.iter().position(|node| *node == waiting.to);
        let next = position.map_or(0, |position| position + 1) % self.serves.len();
        let to = self.serves[next];
        if let Some(exchange) = self.latest() {
            exchange.retries += 1;
            exchange.turn(now, Turn::TimedOut { to });
        }
        let note = Note::new(&RETRY_NEXT, Outcome::Done)
            .with("client", me)
            .with("from", waiting.to)
            .with("to", to)
            .with("sequence", waiting.request.sequence);
        self.wait(waiting.request, to, note)
    }

    pub(crate) fn on_reply(
        &mut self,
        me: ClientId,
        from: NodeId,
        reply: &Reply,
        now: u64,
    ) -> Reaction {
        let note = |rule, outcome| {
            Note::new(rule, outcome)
                .with("client", me)
                .with("from", from)
                .with("sequence", reply.sequence)
        };
        let current = self.waiting.as_ref();
        let Some(waiting) = current.filter(|it| it.request.sequence == reply.sequence) else {
            return Reaction {
                notes: vec![note(&LATE, Outcome::Ignored)],
                ..Reaction::default()
            };
        };
        match &reply.answer {
            Answer::Done(result) => {
                self.guess = Some(from);
                self.waiting = None;
                if let Some(exchange) = self.latest() {
                    exchange.told = Some((now, result.clone()));
                    exchange.told_by = Some(from);
                }
                let told = note(&TOLD, Outcome::Accepted).with("result", result.clone());
                let mut reaction = match self.queue.pop_front() {
                    Some(wish) => self.ask(me, wish, now),
                    None => Reaction::default(),
                };
                reaction.notes.insert(0, told);
                reaction
            }
            Answer::Elsewhere { hint } => {
                let note = note(&REDIRECTED, Outcome::Refused).with("hint", *hint);
                let request = waiting.request.clone();
                self.guess = *hint;
                if let Some(exchange) = self.latest() {
                    let (by, to) = (from, *hint);
                    exchange.turn(now, Turn::TurnedAway { by, to });
                }
                match hint {
                    Some(to) => self.wait(request, *to, note),
                    None => Reaction {
                        notes: vec![note],
                        ..Reaction::default()
                    },
                }
            }
        }
    }
}
