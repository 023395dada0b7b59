//! Counts what Lamport's Paxos.tla counts, with this project's handlers.
//!
//! A state of Paxos.tla is what each acceptor has promised and accepted, and the set of all
//! messages ever sent: none is ever removed, so any may arrive again, late or never. Each ballot
//! belongs to one proposer on a node of its own, which tries once; its value is free.
//!
//! Two things make this fast, and neither changes the count.
//! - An acceptor's state with all that it has sent is one small number, and so is a ballot: not
//!   begun, begun, or asking for a value. A state of the whole is a word of these numbers, and
//!   what takes one number to the next is asked of a handler once and then looked up. Words are
//!   compared whole, not by a hash, so no state is taken for another.
//! - What a proposer has heard is no part of a state. Nobody sees a promise arrive until the
//!   proposer asks for acceptance, and no promise is lost, so all that it needs may as well arrive
//!   right then. The same holds for its own value: until then, nobody sees that either. What a
//!   proposer may ask for is found by letting the promises there are arrive in every order.

use std::collections::{BTreeMap, BTreeSet};
use std::fmt;

use quorumscope::protocol::paxos::{Message, Node, Paxos, Proposal};
use quorumscope::protocol::{
    ClientId, Cluster, Epoch, Fact, Input, NODES_MAX, NodeId, Note, Protocol, RangeMs, Reply,
    Request, Sink, Value,
};
use quorumscope::sorted::SortedMap;

/// Of more states than two to this power, no memory holds a word each.
const DOUBLINGS_MAX: usize = 36;
/// What is not in a table yet.
const UNKNOWN: u32 = u32::MAX;

/// How large a model is.
#[derive(Clone, Copy, Debug)]
pub struct Size {
    /// Acceptors; every majority of them is a quorum.
    pub acceptors: u8,
    /// Values that a proposer may have for its own.
    pub values: u16,
    /// Ballots, each with a proposer.
    pub ballots: u8,
}

/// Why a model cannot be explored.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Unfit {
    /// Nobody accepts, nothing can be proposed, or nobody proposes.
    Empty,
    /// More nodes than the engine takes.
    TooManyNodes,
    /// It has more states than fit in memory.
    TooLarge,
}

impl fmt::Display for Unfit {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Empty => write!(f, "there must be at least one of each"),
            Self::TooManyNodes => write!(
                f,
                "ACCEPTORS and BALLOTS come to more than {} nodes",
                NODES_MAX - 1
            ),
            Self::TooLarge => write!(f, "the states of this model do not fit in memory"),
        }
    }
}

/// Keeps what is sent.
#[derive(Default)]
pub struct Sent(pub Vec<(NodeId, Message)>);

impl Sink<Paxos> for Sent {
    fn send(&mut self, to: NodeId, message: Message) {
        self.0.push((to, message));
    }
    fn reply(&mut self, _to: ClientId, _reply: Reply) {}
    fn set_timer(&mut self, _timer: <Paxos as Protocol>::Timer, _range: RangeMs) {}
    fn cancel_timer(&mut self, _timer: <Paxos as Protocol>::Timer) {}
    fn fact(&mut self, _fact: Fact) {}
    fn note(&mut self, _note: impl FnOnce() -> Note) {}
}

/// The cluster of a model: acceptors first, then a proposer for each ballot in their order, then
/// a learner, whom nobody hears.
pub struct Model {
    /// Its protocol; refusals are silent, as in Paxos.tla.
    pub paxos: Paxos,
    /// The acceptors.
    pub acceptors: Vec<NodeId>,
    /// The proposers, in the order of their ballots.
    pub proposers: Vec<NodeId>,
    /// The values.
    pub values: Vec<Value>,
}

impl Model {
    /// The cluster for a size.
    pub fn new(size: Size) -> Result<Self, Unfit> {
        if size.acceptors == 0 || size.values == 0 || size.ballots == 0 {
            return Err(Unfit::Empty);
        }
        let others = u16::from(size.acceptors) + u16::from(size.ballots);
        if others >= u16::from(NODES_MAX) {
            return Err(Unfit::TooManyNodes);
        }
        let learner = NodeId(size.acceptors + size.ballots + 1);
        let acceptors: Vec<NodeId> = (1..=size.acceptors).map(NodeId).collect();
        let proposers: Vec<NodeId> = (size.acceptors + 1..learner.0).map(NodeId).collect();
        let mut cluster = Cluster::of(learner.0);
        cluster.roles = SortedMap::from([
            ("acceptor".into(), acceptors.iter().copied().collect()),
            ("proposer".into(), proposers.iter().copied().collect()),
            ("learner".into(), [learner].into()),
        ]);
        cluster.variants.insert("silent_refusals".into());
        let values = (1..=size.values).map(|number| {
            let name = format!("v{number}");
            Value::new(&name).expect("a short name is a value")
        });
        Ok(Self {
            paxos: Paxos::new(cluster).expect("the roles are given to nodes that exist"),
            acceptors,
            proposers,
            values: values.collect(),
        })
    }

    /// A node before anything happens.
    pub fn boot(&self, id: NodeId) -> Node {
        self.paxos.boot(id, &self.paxos.blank(id))
    }

    /// A message arrives: the node after it, and what it sends.
    pub fn deliver(&self, node: &Node, from: NodeId, message: &Message) -> (Node, Sent) {
        let (mut after, mut sent) = (node.clone(), Sent::default());
        let input = Input::Deliver { from, message };
        self.paxos.handle(&mut after, input, &mut sent);
        (after, sent)
    }

    /// A proposer is asked for a value, and begins its ballot.
    pub fn begin(&self, proposer: NodeId, own: &Value) -> (Node, Sent) {
        let (mut node, mut sent) = (self.boot(proposer), Sent::default());
        let command = own.clone();
        let request = &Request {
            sequence: 1,
            command,
        };
        let from = ClientId(1);
        let input = Input::Request { from, request };
        self.paxos.handle(&mut node, input, &mut sent);
        (node, sent)
    }

    /// The ballot of a proposer's one attempt, as its handler says.
    fn ballot(&self, proposer: NodeId) -> Epoch {
        let (_, sent) = self.begin(proposer, &self.values[0]);
        match &sent.0[..] {
            [(_, Message::Prepare { ballot }), ..] => *ballot,
            other => panic!("a proposer begins with {other:?}"),
        }
    }
}

/// What one acceptor has come to so far, and what takes it from where to where. A line of a table
/// is begun when a state first comes up, and filled in where it is asked for.
struct Acceptor {
    id: NodeId,
    /// Its state, and all that it has sent, to whomever.
    states: Names<(Node, BTreeSet<Message>)>,
    /// What Paxos.tla knows of it, to see that it is all there is.
    known: BTreeSet<(Option<Epoch>, Option<Proposal>, BTreeSet<Message>)>,
    /// By state and ballot: the state after a Prepare.
    prepared: Vec<u32>,
    /// By state, ballot and value: the state after an Accept.
    accepted: Vec<u32>,
    /// By state and ballot: which of the sets of promises it has sent.
    promised: Vec<u32>,
}

/// What an acceptor has promised in one ballot, with what it reported.
type Promises = BTreeSet<Option<Proposal>>;

/// A number for each thing of a kind, in the order of their coming.
struct Names<T> {
    numbers: BTreeMap<T, u32>,
    things: Vec<T>,
}

impl<T: Clone + Ord> Names<T> {
    fn new() -> Self {
        Self {
            numbers: BTreeMap::new(),
            things: Vec::new(),
        }
    }

    fn number(&mut self, thing: T) -> u32 {
        let next = self.things.len() as u32;
        let number = *self.numbers.entry(thing.clone()).or_insert(next);
        if number == next {
            self.things.push(thing);
        }
        number
    }
}

/// One ballot: what its proposer can hear, and what it makes of that.
struct Ballot {
    epoch: Epoch,
    proposer: NodeId,
    promises: Names<Promises>,
    /// By a set of promises from each acceptor in turn: a tree of lists, whose root is the first
    /// and whose leaves say which of the choices there is.
    hears: Vec<Vec<u32>>,
}

/// Everything that has been asked of the handlers so far.
struct Tables<'a> {
    model: &'a Model,
    acceptors: Vec<Acceptor>,
    ballots: Vec<Ballot>,
    /// Sets of values that a proposer may ask for, as positions.
    choices: Names<Vec<u16>>,
}

impl<'a> Tables<'a> {
    fn new(model: &'a Model) -> Self {
        let ballot = |proposer: &NodeId| Ballot {
            epoch: model.ballot(*proposer),
            proposer: *proposer,
            promises: Names::new(),
            hears: vec![Vec::new()],
        };
        let ballots: Vec<Ballot> = model.proposers.iter().map(ballot).collect();
        assert!(ballots.is_sorted_by(|low, high| low.epoch < high.epoch));
        let acceptor = |id: &NodeId| Acceptor {
            id: *id,
            states: Names::new(),
            known: BTreeSet::new(),
            prepared: Vec::new(),
            accepted: Vec::new(),
            promised: Vec::new(),
        };
        let mut tables = Self {
            acceptors: model.acceptors.iter().map(acceptor).collect(),
            model,
            ballots,
            choices: Names::new(),
        };
        for at in 0..tables.acceptors.len() {
            let node = model.boot(tables.acceptors[at].id);
            assert_eq!(tables.state(at, node, BTreeSet::new()), 0);
        }
        tables
    }

    /// The number of an acceptor's state.
    fn state(&mut self, at: usize, node: Node, sent: BTreeSet<Message>) -> u32 {
        let acceptor = &mut self.acceptors[at];
        let lines = acceptor.states.things.len();
        let number = acceptor.states.number((node.clone(), sent.clone()));
        if lines == acceptor.states.things.len() {
            return number;
        }
        for ballot in &mut self.ballots {
            let promises = sent
                .iter()
                .filter_map(|it| promised(it, ballot.epoch).cloned());
            let promises = ballot.promises.number(promises.collect());
            acceptor.promised.push(promises);
            acceptor.prepared.push(UNKNOWN);
            let unknown = std::iter::repeat_n(UNKNOWN, self.model.values.len());
            acceptor.accepted.extend(unknown);
        }
        let known = (node.disk.promised, node.disk.accepted, sent);
        let is_new = acceptor.known.insert(known);
        assert!(is_new, "an acceptor is no more than what Paxos.tla knows");
        number
    }

    /// An acceptor's state after a message.
    fn after(&mut self, at: usize, state: usize, ballot: usize, message: &Message) -> u32 {
        let (node, mut sent) = self.acceptors[at].states.things[state].clone();
        let from = self.ballots[ballot].proposer;
        let (after, new) = self.model.deliver(&node, from, message);
        sent.extend(new.0.into_iter().map(|(_, message)| message));
        self.state(at, after, sent)
    }

    /// An acceptor's state after the Prepare of a ballot.
    fn prepared(&mut self, at: usize, state: usize, ballot: usize) -> u32 {
        let line = state * self.ballots.len() + ballot;
        if self.acceptors[at].prepared[line] == UNKNOWN {
            let message = Message::Prepare {
                ballot: self.ballots[ballot].epoch,
            };
            self.acceptors[at].prepared[line] = self.after(at, state, ballot, &message);
        }
        self.acceptors[at].prepared[line]
    }

    /// An acceptor's state after the Accept of a ballot, for a value.
    fn accepted(&mut self, at: usize, state: usize, ballot: usize, value: usize) -> u32 {
        let line = state * self.ballots.len() + ballot;
        let line = line * self.model.values.len() + value;
        if self.acceptors[at].accepted[line] == UNKNOWN {
            let message = Message::Accept {
                ballot: self.ballots[ballot].epoch,
                value: self.model.values[value].clone(),
            };
            self.acceptors[at].accepted[line] = self.after(at, state, ballot, &message);
        }
        self.acceptors[at].accepted[line]
    }

    /// Which of the choices the proposer of a ballot has, given each acceptor's state.
    fn choice(&mut self, ballot: usize, states: &[usize]) -> usize {
        let count = self.ballots.len();
        let mut place = 0;
        for (at, state) in states.iter().enumerate() {
            let set = self.acceptors[at].promised[state * count + ballot] as usize;
            let known = self.ballots[ballot].hears[place].get(set).copied();
            let next = match known {
                Some(next) if next != UNKNOWN => next,
                _ if at + 1 == states.len() => {
                    let values = self.values_asked(ballot, states);
                    self.choices.number(values)
                }
                _ => self.ballots[ballot].hears.len() as u32,
            };
            let hears = &mut self.ballots[ballot].hears;
            if known != Some(next) {
                if at + 1 < states.len() {
                    hears.push(Vec::new());
                }
                let list = &mut hears[place];
                list.resize(list.len().max(set + 1), UNKNOWN);
                list[set] = next;
            }
            place = next as usize;
        }
        place
    }

    /// What the proposer of a ballot may ask for: whatever its own value is, and however many of
    /// the promises that there are arrive, in whatever order and how often.
    fn values_asked(&self, ballot: usize, states: &[usize]) -> Vec<u16> {
        let (model, ballot) = (self.model, &self.ballots[ballot]);
        let mut there = Vec::new();
        for (acceptor, state) in self.acceptors.iter().zip(states) {
            let (_, sent) = &acceptor.states.things[*state];
            let promises = sent
                .iter()
                .filter(|it| promised(it, ballot.epoch).is_some());
            there.extend(promises.map(|it| (acceptor.id, it)));
        }
        let mut asked = BTreeSet::new();
        for own in &model.values {
            let (begun, _) = model.begin(ballot.proposer, own);
            let mut seen = BTreeSet::from([(begun.clone(), false)]);
            let mut open = vec![(begun, false)];
            while let Some((node, has_asked)) = open.pop() {
                for (from, promise) in &there {
                    let (after, sent) = model.deliver(&node, *from, promise);
                    assert!(!has_asked || sent.0.is_empty(), "a ballot has one value");
                    asked.extend(sent.0.iter().map(|(_, message)| model.value_of(message)));
                    let next = (after, has_asked || !sent.0.is_empty());
                    if seen.insert(next.clone()) {
                        open.push(next);
                    }
                }
            }
        }
        asked.into_iter().collect()
    }
}

/// What a promise in this ballot reports; nothing if the message is something else.
fn promised(message: &Message, wanted: Epoch) -> Option<&Option<Proposal>> {
    match message {
        Message::Promise { ballot, accepted } if *ballot == wanted => Some(accepted),
        _ => None,
    }
}

impl Model {
    /// The position of the value that an Accept asks for.
    fn value_of(&self, message: &Message) -> u16 {
        let Message::Accept { value, .. } = message else {
            panic!("a proposer that hears promises sends {message:?}");
        };
        let position = self.values.iter().position(|it| it == value);
        position.expect("nobody has another value") as u16
    }
}

/// A field of a word.
#[derive(Clone, Copy)]
struct Bits {
    shift: u32,
    mask: u64,
}

impl Bits {
    /// `count` fields of one width, from a bit on.
    fn fields(count: usize, shift: u32, width: u32) -> Vec<Self> {
        let mask = (1 << width) - 1;
        let shifts = (0..count as u32).map(|at| shift + at * width);
        shifts.map(|shift| Self { shift, mask }).collect()
    }

    fn get(self, word: u64) -> usize {
        (word >> self.shift & self.mask) as usize
    }

    /// The word with a number in this field; nothing if it does not fit.
    fn set(self, word: u64, number: usize) -> Option<u64> {
        let number = number as u64;
        (number <= self.mask).then_some(word & !(self.mask << self.shift) | number << self.shift)
    }
}

/// The bits of a word in use: one stays free.
const WORD_BITS: u32 = u64::BITS - 1;

/// A set of words, in open addressing. Zero is a free slot, so each word is kept plus one.
struct Words {
    slots: Vec<u64>,
    count: usize,
}

impl Words {
    fn new() -> Self {
        Self {
            slots: vec![0; 1 << 12],
            count: 0,
        }
    }

    fn place(slots: &[u64], kept: u64) -> usize {
        // Fibonacci hashing: the high bits of the product depend on all bits of the word.
        let hash = (kept ^ kept >> 32).wrapping_mul(0x9e37_79b9_7f4a_7c15);
        let mut at = (hash >> (u64::BITS - slots.len().trailing_zeros())) as usize;
        while slots[at] != 0 && slots[at] != kept {
            at = (at + 1) & (slots.len() - 1);
        }
        at
    }

    /// Adds a word; says whether it is new.
    fn insert(&mut self, word: u64) -> bool {
        let kept = word + 1;
        let at = Self::place(&self.slots, kept);
        if self.slots[at] == kept {
            return false;
        }
        self.slots[at] = kept;
        self.count += 1;
        if self.count * 3 > self.slots.len() * 2 {
            let mut wider = vec![0; self.slots.len() * 2];
            for kept in self.slots.iter().filter(|kept| **kept != 0) {
                let at = Self::place(&wider, *kept);
                wider[at] = *kept;
            }
            self.slots = wider;
        }
        true
    }
}

/// Where a ballot is: not begun, begun, or asking for the value at a position plus this.
const BEGUN: usize = 1;
const ASKS: usize = 2;

/// How many distinct states of Paxos.tla a model of a size reaches.
pub fn distinct(size: Size) -> Result<usize, Unfit> {
    let model = Model::new(size)?;
    let (acceptors, ballots) = (model.acceptors.len(), model.proposers.len());
    // With promises alone, each acceptor can have any of the sets of ballots.
    if acceptors * ballots > DOUBLINGS_MAX {
        return Err(Unfit::TooLarge);
    }
    let mut tables = Tables::new(&model);
    let width = usize::BITS - (ASKS + model.values.len() - 1).leading_zeros();
    let taken = width * ballots as u32;
    let left = WORD_BITS.checked_sub(taken).ok_or(Unfit::TooLarge)?;
    let of_ballots = Bits::fields(ballots, 0, width);
    // A table's numbers have 32 bits, and the last one says that there is none yet.
    let of_acceptors = Bits::fields(acceptors, taken, (left / acceptors as u32).min(31));

    let mut seen = Words::new();
    seen.insert(0);
    let mut open = vec![0];
    let mut states = vec![0; acceptors];
    while let Some(word) = open.pop() {
        let mut reach = |field: Bits, number: usize| {
            let next = field.set(word, number).ok_or(Unfit::TooLarge)?;
            if next != word && seen.insert(next) {
                open.push(next);
            }
            Ok(())
        };
        for (state, field) in states.iter_mut().zip(&of_acceptors) {
            *state = field.get(word);
        }
        for (ballot, field) in of_ballots.iter().enumerate() {
            let stage = field.get(word);
            if stage < BEGUN {
                reach(*field, BEGUN)?;
                continue;
            }
            if stage == BEGUN {
                let choice = tables.choice(ballot, &states);
                for value in &tables.choices.things[choice] {
                    reach(*field, ASKS + usize::from(*value))?;
                }
            }
            for (at, field) in of_acceptors.iter().enumerate() {
                let prepared = tables.prepared(at, states[at], ballot);
                reach(*field, prepared as usize)?;
                if let Some(value) = stage.checked_sub(ASKS) {
                    let accepted = tables.accepted(at, states[at], ballot, value);
                    reach(*field, accepted as usize)?;
                }
            }
        }
    }
    Ok(seen.count)
}
