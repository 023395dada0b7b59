//! A cluster under test: a watched world, and short words for what one does to it.

use quorumscope::check::Watched;
use quorumscope::protocol::multi_paxos::MultiPaxos;
use quorumscope::protocol::paxos::Paxos;
use quorumscope::protocol::raft::Raft;
use quorumscope::protocol::two_phase::TwoPhase;
use quorumscope::protocol::{About, ClientId, Endpoint, NodeId, Protocol, Value};
use quorumscope::share::Run;
use quorumscope::world::{Action, ActionError, MessageId, Payload, Scenario, Step, World};

/// A protocol that tests set up by its type.
pub trait Known: Protocol {
    /// What is the same for every cluster.
    const ABOUT: &'static About;
    /// The protocol on a scenario's cluster.
    fn open(scenario: &Scenario) -> Self;
}

macro_rules! known {
    ($($protocol:ident),*) => {$(
        impl Known for $protocol {
            const ABOUT: &'static About = $protocol::ABOUT;
            fn open(scenario: &Scenario) -> Self {
                let protocol = $protocol::new(scenario.cluster.clone());
                protocol.expect("the cluster suits the protocol")
            }
        }
    )*};
}

known!(Paxos, Raft, MultiPaxos, TwoPhase);

/// What a lab does when something makes no sense or a property is lost.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Mood {
    /// It panics: the test is wrong, or the engine is.
    Strict,
    /// It goes on: the same steps are tried on a protocol that may not follow.
    Lenient,
}

/// A cluster, and all that has been done to it.
#[derive(Clone)]
pub struct Lab<P: Protocol> {
    watched: Watched<P>,
    scenario: Scenario,
    seed: u32,
    actions: Vec<Action>,
    mood: Mood,
}

/// A node by its number.
pub fn n(number: u8) -> NodeId {
    NodeId(number)
}

/// A value.
pub fn value(text: &str) -> Value {
    Value::new(text).expect("tests use values that are allowed")
}

/// A protocol as it is in the papers, on so many nodes, with these variants.
pub fn scenario(protocol: &str, nodes: u8, variants: &[&str]) -> Scenario {
    let mut scenario = Scenario::of(protocol, nodes);
    scenario.cluster.variants = variants.iter().map(|it| (*it).to_owned()).collect();
    scenario
}

impl<P: Known> Lab<P> {
    /// A cluster of a scenario; every property must hold and every action make sense.
    pub fn new(scenario: &Scenario) -> Self {
        Self::of(scenario, 1, Mood::Strict)
    }

    /// A cluster of a scenario.
    pub fn of(scenario: &Scenario, seed: u32, mood: Mood) -> Self {
        Self {
            watched: watched(scenario, seed),
            scenario: scenario.clone(),
            seed,
            actions: Vec::new(),
            mood,
        }
    }

    /// The world, and what is remembered of its past.
    pub fn watched(&self) -> &Watched<P> {
        &self.watched
    }

    /// The world.
    pub fn world(&self) -> &World<P> {
        self.watched.world()
    }

    /// The properties that have been lost, by id.
    pub fn lost(&self) -> Vec<&'static str> {
        let violations = self.watched.violations().iter();
        violations.map(|violation| violation.property.id).collect()
    }

    /// All that has been done, as a file.
    pub fn run(&self) -> Run {
        Run {
            cursor: self.actions.len(),
            actions: self.actions.clone(),
            hash: Some(self.world().hash()),
            ..Run::new(self.scenario.clone(), self.seed)
        }
    }

    /// A node.
    pub fn node(&self, number: u8) -> &P::Node {
        &self.world().machines()[&n(number)].node
    }

    /// Does something, or says why it makes no sense; properties are not looked at.
    pub fn attempt(&mut self, action: &Action) -> Result<Step<P::Message>, ActionError> {
        let step = self.watched.apply(action)?;
        self.actions.push(action.clone());
        Ok(step)
    }

    /// Does something.
    pub fn act(&mut self, action: Action) -> Step<P::Message> {
        match self.attempt(&action) {
            Ok(step) => {
                let lost = self.lost();
                let sound = lost.is_empty() || self.mood == Mood::Lenient;
                assert!(sound, "{lost:?} lost in {}", self.run().to_json());
                step
            }
            Err(_) if self.mood == Mood::Lenient => Step::default(),
            Err(error) => panic!("{action:?}: {error} in {}", self.run().to_json()),
        }
    }

    /// A node's timer runs out.
    pub fn fire(&mut self, number: u8, timer: &str) -> Step<P::Message> {
        self.act(Action::Fire(n(number).into(), timer.into()))
    }

    /// A node stops.
    pub fn crash(&mut self, number: u8) {
        self.act(Action::Crash(n(number)));
    }

    /// A node comes back.
    pub fn restart(&mut self, number: u8) -> Step<P::Message> {
        self.act(Action::Restart(n(number)))
    }

    /// Only nodes of one group reach each other.
    pub fn partition(&mut self, groups: &[&[u8]]) {
        let group = |group: &&[u8]| group.iter().copied().map(NodeId).collect();
        self.act(Action::Partition(groups.iter().map(group).collect()));
    }

    /// A client asks a node for something; the request is under way.
    pub fn submit(&mut self, client: u8, to: u8, text: &str) {
        self.act(Action::Submit {
            client: ClientId(client),
            to: Some(n(to)),
            value: value(text),
        });
    }

    /// A client asks a node for something, and the request arrives.
    pub fn ask(&mut self, client: u8, to: u8, text: &str) -> Step<P::Message> {
        self.submit(client, to, text);
        match self.flights(ClientId(client), n(to)).first() {
            Some(request) => self.act(Action::Deliver(*request)),
            None => Step::default(),
        }
    }

    /// What is under way on a link, in the order of sending.
    pub fn flights(&self, from: impl Into<Endpoint>, to: impl Into<Endpoint>) -> Vec<MessageId> {
        let (from, to) = (from.into(), to.into());
        let all = self.world().flights().keys().copied();
        let on_link = all.filter(|id| id.from == from && id.to == to);
        on_link.collect()
    }

    /// What a message under way says to another node.
    pub fn message(&self, id: MessageId) -> Option<&P::Message> {
        match &*self.world().flights().get(&id)?.payload {
            Payload::Peer(message) => Some(message),
            Payload::Request(_) | Payload::Reply(_) => None,
        }
    }

    /// All that is under way from one node to another arrives.
    pub fn deliver(&mut self, from: u8, to: u8) {
        for id in self.flights(n(from), n(to)) {
            self.act(Action::Deliver(id));
        }
    }

    /// All answers to a client that are under way arrive.
    pub fn deliver_replies(&mut self, client: u8) {
        let all = self.world().flights().keys().copied();
        let replies = all.filter(|id| id.to == ClientId(client).into());
        for id in replies.collect::<Vec<_>>() {
            self.act(Action::Deliver(id));
        }
    }

    /// What is under way between two nodes arrives, and the answers to it, to and fro.
    pub fn converse(&mut self, a: u8, b: u8) {
        for _ in 0..1000 {
            if self.flights(n(a), n(b)).is_empty() && self.flights(n(b), n(a)).is_empty() {
                return;
            }
            self.deliver(a, b);
            self.deliver(b, a);
        }
        panic!("S{a} and S{b} never come to an end");
    }

    /// All that is under way to and from nodes is lost; clients' requests and answers too.
    pub fn drop_all(&mut self) {
        let all: Vec<MessageId> = self.world().flights().keys().copied().collect();
        for id in all {
            self.act(Action::Drop(id));
        }
    }

    /// All that is under way but this message is lost.
    pub fn drop_others(&mut self, kept: MessageId) {
        let all: Vec<MessageId> = self.world().flights().keys().copied().collect();
        for id in all.into_iter().filter(|id| *id != kept) {
            self.act(Action::Drop(id));
        }
    }

    /// All that can arrive arrives, until nothing is under way; the rest is lost, as on a cut
    /// link. No timer runs out meanwhile.
    pub fn settle(&mut self) {
        for _ in 0..10_000 {
            let Some(id) = self.next_flight() else {
                return;
            };
            let action = Action::Deliver(id);
            match self.world().check(&action) {
                Ok(()) => self.act(action),
                Err(_) => self.act(Action::Drop(id)),
            };
        }
        panic!("the cluster never comes to rest");
    }

    /// What was sent first of all that is not held back.
    fn next_flight(&self) -> Option<MessageId> {
        let free = self
            .world()
            .flights()
            .values()
            .filter(|flight| !flight.held);
        free.map(|flight| (flight.sent, flight.id))
            .min()
            .map(|(_, id)| id)
    }

    /// What a client has been told, in order; nothing where it waits.
    pub fn told(&self, client: u8) -> Vec<Option<String>> {
        let history = self.world().clients()[&ClientId(client)].history().iter();
        let told = history.map(|exchange| exchange.told.as_ref()?.1.as_ref().map(Value::to_string));
        told.collect()
    }

    /// What is remembered to check the properties, in bytes.
    pub fn monitor(&self) -> Vec<u8> {
        postcard::to_allocvec(self.watched.monitor()).expect("a monitor can be written")
    }
}

/// A scenario's cluster, watched, before anything is done to it.
pub fn watched<P: Known>(scenario: &Scenario, seed: u32) -> Watched<P> {
    Watched::new(P::open(scenario), scenario, seed).expect("the scenario is sound")
}
