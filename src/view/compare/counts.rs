//! What a run costs, counted from its events: messages, bytes, decisions, and how long they took,
//! in virtual time and in messages that had to wait for one another.

use std::collections::VecDeque;

use crate::protocol::{Answer, ClientId, Endpoint, Epoch, Fact, Protocol, Value};
use crate::sorted::{SortedMap, SortedSet};
use crate::world::{Event, Flight, Loss, MessageId, Payload, Step, World};

/// The roles whose taking up begins an election or a ballot.
const CONTENDING: [&str; 2] = ["candidate", "preparing"];

/// What a run has cost so far. Messages are those between nodes, copies of them included; what
/// clients ask and are told is counted apart. Every message sent is delivered, lost or under way.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Counts {
    /// Messages that set out from node to node. What a crash kept from leaving did not set out.
    pub sent: u32,
    /// Of those, how many were delivered.
    pub delivered: u32,
    /// Of those, how many were lost.
    pub lost: u32,
    /// How many bytes those that set out have in the model: what a message says, in the canonical
    /// form that states are hashed in. A real system's format has other sizes.
    pub bytes: u64,
    /// Requests of clients, and replies to them.
    pub client_messages: u32,
    /// Elections, or ballots, that nodes began.
    pub elections: u32,
    /// Commands that are decided: of which a node knows for the first time that they are chosen or
    /// committed; of a transaction, what becomes of it. Each command counts once; no-ops and what
    /// nobody submitted do not.
    pub decisions: u32,
    /// From the moment when a command was submitted to its decision, in virtual milliseconds.
    pub to_decision: Mean,
    /// From the moment when a command was submitted to the client's answer, in virtual
    /// milliseconds.
    pub to_answer: Mean,
    /// Message delays from a client's request to its answer, both included: the length of the chain
    /// of messages that led to the answer (`Chain`).
    pub delays: Mean,
    /// Round trips from a client's request to its answer: half the delays, rounded up.
    pub round_trips: Mean,
    /// The same for the part of the chain that runs between nodes.
    pub between: Mean,
}

impl Counts {
    /// Messages between nodes for each decision.
    pub fn messages_per_decision(&self) -> Mean {
        Mean {
            sum: self.sent.into(),
            of: self.decisions,
        }
    }
}

/// A mean, as a sum and how many went into it.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Mean {
    /// The sum.
    pub sum: u64,
    /// How many; with none there is no mean.
    pub of: u32,
}

impl Mean {
    fn add(&mut self, value: u64) {
        self.sum += value;
        self.of += 1;
    }

    /// The mean in tenths, rounded; nothing where nothing went into it.
    pub fn tenths(self) -> Option<u64> {
        let of = u64::from(self.of);
        (of > 0).then(|| (self.sum * 10 + of / 2) / of)
    }
}

/// Messages that waited for one another, from a client's request on.
///
/// A message that is sent while another one is handled makes that one's chain longer by one. Where
/// what is handled has not come from the request (a timer, or the message of another chain), the
/// message goes on from where the request had reached its sender before: from the first time, since
/// a message that is repeated waited for time and not for messages; but from the longest chain where
/// it begins an election or a ballot, or is a client's, since a round that failed counts.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
struct Chain {
    /// Which of the client's requests.
    sequence: u32,
    /// How many messages.
    all: u32,
    /// Of those, how many between nodes.
    between: u32,
}

/// One chain for each client: each has one request at a time.
type Chains = SortedMap<ClientId, Chain>;

/// Where a request has reached an endpoint: by the first chain, and by the longest.
#[derive(Clone, Copy, Debug)]
struct Reach {
    first: Chain,
    longest: Chain,
}

/// What is known of a client.
#[derive(Clone, Debug, Default)]
struct Asker {
    /// The request that waits for its answer, and when its command was submitted.
    open: Option<(u32, u64)>,
    /// When the commands that wait behind it were submitted.
    waiting: VecDeque<u64>,
}

/// A slot, an index, a ballot or a transaction: what can be decided once.
type Decided = (u32, Option<Epoch>);

/// Counts as a run goes. It never looks back, and never at the world.
#[derive(Clone, Debug)]
pub struct Counter {
    counts: Counts,
    clients: SortedMap<ClientId, Asker>,
    /// The commands not yet decided, in the order in which they were submitted.
    undecided: Vec<(Value, u64)>,
    decided: SortedSet<Decided>,
    reached: SortedMap<(Endpoint, ClientId), Reach>,
    under_way: SortedMap<MessageId, Chains>,
}

/// What a step handles: where, and by which chains it came there.
type Cause = Option<(Endpoint, Chains)>;

impl Counter {
    /// A counter for a run that begins in this world.
    pub fn new<P: Protocol>(world: &World<P>) -> Self {
        let mut counter = Self {
            counts: Counts::default(),
            clients: SortedMap::new(),
            undecided: Vec::new(),
            decided: SortedSet::new(),
            reached: SortedMap::new(),
            under_way: SortedMap::new(),
        };
        for flight in world.flights().values() {
            counter.set_out(flight);
        }
        counter
    }

    /// What has been counted.
    pub fn counts(&self) -> Counts {
        self.counts
    }

    /// Counts one step, which ended at this virtual time.
    pub fn count<P: Protocol>(&mut self, step: &Step<P::Message>, now: u64) {
        let mut cause = None;
        let begins = step.events.iter().any(begins_election);
        for event in &step.events {
            match event {
                Event::Sent(flight) => {
                    let chains = self.chains_of(flight, &cause, begins, now);
                    self.set_out(flight);
                    self.under_way.insert(flight.id, chains);
                }
                Event::Duplicated(original, flight) => {
                    self.set_out(flight);
                    let chains = self.under_way.get(original).cloned();
                    self.under_way.insert(flight.id, chains.unwrap_or_default());
                }
                Event::Delivered(flight) => {
                    self.counts.delivered += is_between_nodes(flight.id);
                    let chains = self.under_way.remove(&flight.id).unwrap_or_default();
                    self.reach(flight.id.to, &chains);
                    cause = Some((flight.id.to, chains));
                }
                Event::Lost(flight, loss) => {
                    self.under_way.remove(&flight.id);
                    if *loss != Loss::CrashedBeforeSend {
                        self.counts.lost += is_between_nodes(flight.id);
                    }
                }
                Event::Submitted(client, value) => {
                    self.undecided.push((value.clone(), now));
                    let asker = self.clients.get_or_insert_with(*client, Asker::default);
                    asker.waiting.push_back(now);
                }
                Event::Told(client, reply) => {
                    if matches!(reply.answer, Answer::Done(_)) {
                        self.answered(*client, reply.sequence, &cause, now);
                    }
                }
                Event::Fact(_, fact) => {
                    self.counts.elections += u32::from(begins_election(event));
                    self.heard(fact, now);
                }
                _ => {}
            }
        }
    }

    fn set_out<M: serde::Serialize>(&mut self, flight: &Flight<M>) {
        if is_between_nodes(flight.id) == 0 {
            self.counts.client_messages += 1;
            return;
        }
        self.counts.sent += 1;
        let Ok(bytes) = postcard::to_allocvec(&*flight.payload) else {
            unreachable!("every map and sequence knows its length");
        };
        self.counts.bytes += bytes.len() as u64;
    }

    /// Which chains a message that sets out makes longer.
    fn chains_of<M>(
        &mut self,
        flight: &Flight<M>,
        cause: &Cause,
        begins: bool,
        now: u64,
    ) -> Chains {
        let from = flight.id.from;
        if let (Endpoint::Client(client), Payload::Request(request)) = (from, &*flight.payload) {
            self.asked(client, request.sequence, now);
        }
        let from_longest = begins || matches!(from, Endpoint::Client(_));
        let mut chains = Chains::new();
        for (client, asker) in self.clients.iter() {
            let Some((sequence, _)) = asker.open else {
                continue;
            };
            let is_open = |chain: &Chain| chain.sequence == sequence;
            let handled = cause.as_ref().filter(|(at, _)| *at == from);
            let handled = handled.and_then(|(_, chains)| chains.get(client).copied());
            let reach = self.reached.get(&(from, *client));
            let before = reach.map(|it| if from_longest { it.longest } else { it.first });
            let chain = handled.filter(is_open).or(before.filter(is_open));
            if let Some(mut chain) = chain {
                chain.all += 1;
                chain.between += is_between_nodes(flight.id);
                chains.insert(*client, chain);
            }
        }
        chains
    }

    /// A client sends a request, for the first time or again.
    fn asked(&mut self, client: ClientId, sequence: u32, now: u64) {
        let asker = self.clients.get_or_insert_with(client, Asker::default);
        if asker.open.is_some_and(|(open, _)| open == sequence) {
            return;
        }
        asker.open = Some((sequence, asker.waiting.pop_front().unwrap_or(now)));
        let start = Chain {
            sequence,
            all: 0,
            between: 0,
        };
        self.reach(client.into(), &Chains::from([(client, start)]));
    }

    /// Chains have reached an endpoint.
    fn reach(&mut self, at: Endpoint, chains: &Chains) {
        for (client, chain) in chains.iter() {
            let fresh = Reach {
                first: *chain,
                longest: *chain,
            };
            let reach = self.reached.get_or_insert_with((at, *client), || fresh);
            if reach.first.sequence < chain.sequence {
                *reach = fresh;
            } else if reach.longest.sequence == chain.sequence && reach.longest.all < chain.all {
                reach.longest = *chain;
            }
        }
    }

    /// A client was told that a request is done.
    fn answered(&mut self, client: ClientId, sequence: u32, cause: &Cause, now: u64) {
        let Some(asker) = self.clients.get_mut(&client) else {
            return;
        };
        let open = asker.open.take_if(|(open, _)| *open == sequence);
        let Some((_, submitted)) = open else {
            return;
        };
        self.counts.to_answer.add(now - submitted);
        let chain = cause.as_ref().and_then(|(_, chains)| chains.get(&client));
        if let Some(chain) = chain.filter(|it| it.sequence == sequence) {
            self.counts.delays.add(chain.all.into());
            let round_trips = chain.all.div_ceil(2);
            self.counts.round_trips.add(round_trips.into());
            let between = chain.between.div_ceil(2);
            self.counts.between.add(between.into());
        }
    }

    /// A node states a fact, which may be a decision.
    fn heard(&mut self, fact: &Fact, now: u64) {
        let (what, command) = match fact {
            Fact::Learned { value, .. } => ((0, None), value),
            Fact::LearnedAt { slot, decree } => match decree.command() {
                Some(command) => ((*slot, None), command),
                None => return,
            },
            Fact::Applied {
                index,
                command: Some(command),
            } => ((*index, None), command),
            Fact::Decided {
                epoch,
                value: Some(value),
                ..
            } => ((0, Some(*epoch)), value),
            _ => return,
        };
        if !self.decided.insert(what) {
            return;
        }
        let mut undecided = self.undecided.iter();
        let found = undecided.position(|(value, _)| value == command);
        if let Some(position) = found {
            let (_, submitted) = self.undecided.remove(position);
            self.counts.decisions += 1;
            self.counts.to_decision.add(now - submitted);
        }
    }
}

fn begins_election<M>(event: &Event<M>) -> bool {
    matches!(event, Event::Fact(_, Fact::BecameRole { role, .. }) if CONTENDING.contains(role))
}

/// 1 for a message from node to node, 0 for one that a client sends or gets.
fn is_between_nodes(id: MessageId) -> u32 {
    u32::from(matches!(
        (id.from, id.to),
        (Endpoint::Node(_), Endpoint::Node(_))
    ))
}
