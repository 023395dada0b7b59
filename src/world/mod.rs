//! The world: nodes, network, disks, clock and random numbers. Everything that a run can change,
//! and the only place that changes it.

mod action;
mod apply;
mod check;
mod client;
mod contention;
mod effects;
mod event;
mod flights;
mod message;
mod network;
mod random;
mod scenario;
mod scene;

use crate::sorted::SortedMap;
use std::sync::Arc;

use serde::Serialize;

pub use action::{Action, ActionError, TimerName, Trigger};
pub(crate) use client::Reaction;
pub use client::{CLIENT_RULES, Client, Exchange, Queued, TURNS_MAX, Turn};
pub use event::{Event, Loss, Step};
use flights::Flights;
pub use message::{Flight, MessageId, Payload};
pub use network::{Behaviour, LINK_MS_MAX, Network, PERMILLE, Way};
pub use scenario::{CLIENTS_MAX, PREPARED_MAX, Scenario, ScenarioError};

use crate::protocol::{ClientId, Endpoint, NodeId, Protocol};

/// A whole cluster at one virtual moment.
#[derive(Clone, Debug)]
pub struct World<P: Protocol> {
    protocol: Arc<P>,
    seed: u32,
    state: State<P>,
}

/// What a run changes: equal states hash equal, natively and in wasm.
#[derive(Clone, Debug, Serialize)]
#[serde(bound = "")]
struct State<P: Protocol> {
    /// Virtual time, in whole milliseconds.
    now: u64,
    network: Network,
    machines: SortedMap<NodeId, Machine<P>>,
    clients: SortedMap<ClientId, Client>,
    /// What is under way, in the order of ids.
    flights: Flights<P::Message>,
    /// What has been counted on each link so far.
    links: SortedMap<(Endpoint, Endpoint), Link>,
}

/// One server: the node, its disk and its timers.
#[derive(Clone, Debug, Serialize)]
#[serde(bound = "")]
pub struct Machine<P: Protocol> {
    /// The node. Of a crashed one, the state it crashed in, which is lost.
    pub node: Arc<P::Node>,
    /// What was last synced.
    pub disk: Arc<P::Durable>,
    /// Whether it runs.
    pub up: bool,
    /// Since when it is paused.
    pub paused_since: Option<u64>,
    /// How fast its clock runs, in thousandths of the true speed.
    pub clock_permille: u32,
    /// The armed timers.
    pub timers: SortedMap<P::Timer, Deadline>,
    /// How often each timer's duration has been drawn.
    draws: SortedMap<P::Timer, u32>,
}

/// An armed timer.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize)]
pub struct Deadline {
    /// When it was armed.
    pub since: u64,
    /// When it runs out.
    pub due: u64,
}

/// What is counted on one link, in one direction.
#[derive(Clone, Copy, Debug, Default, Serialize)]
struct Link {
    /// Messages sent so far.
    sent: u32,
    /// The latest arrival so far, for links that keep the order.
    last_arrival: u64,
}

/// What the scheduler would do next.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Pending {
    /// A message arrives.
    Arrival(MessageId),
    /// A node's timer runs out, by its position in the protocol's table.
    NodeTimer(NodeId, usize),
    /// A client's retry timer runs out.
    ClientTimer(ClientId),
}

impl<P: Protocol> World<P> {
    /// A cluster that has just been switched on. `scenario` must have passed
    /// [`Scenario::check`]; its prepared actions are not applied here.
    pub fn new(protocol: Arc<P>, scenario: &Scenario, seed: u32) -> Self {
        let mut world = Self {
            state: State {
                now: 0,
                network: scenario.network.clone(),
                machines: SortedMap::new(),
                clients: (1..=scenario.clients)
                    .map(|number| (ClientId(number), Client::new(&protocol.serves())))
                    .collect(),
                flights: Flights::new(),
                links: SortedMap::new(),
            },
            protocol,
            seed,
        };
        let ids: Vec<NodeId> = world.protocol.cluster().ids().collect();
        for id in &ids {
            world.install(*id);
        }
        for id in ids {
            world.start(id);
        }
        world
    }

    /// A machine with an empty disk, switched on.
    fn install(&mut self, id: NodeId) {
        let disk = self.protocol.blank(id);
        let machine = Machine {
            node: Arc::new(self.protocol.boot(id, &disk)),
            disk: Arc::new(disk),
            up: true,
            paused_since: None,
            clock_permille: PERMILLE,
            timers: SortedMap::new(),
            draws: SortedMap::new(),
        };
        self.state.machines.insert(id, machine);
    }

    /// The protocol.
    pub fn protocol(&self) -> &P {
        &self.protocol
    }

    /// Virtual time, in milliseconds since the start.
    pub fn now(&self) -> u64 {
        self.state.now
    }

    /// How the links behave.
    pub fn network(&self) -> &Network {
        &self.state.network
    }

    /// All servers, in order.
    pub fn machines(&self) -> &SortedMap<NodeId, Machine<P>> {
        &self.state.machines
    }

    /// All clients, in order.
    pub fn clients(&self) -> &SortedMap<ClientId, Client> {
        &self.state.clients
    }

    /// All messages under way, in the order of their ids.
    pub fn flights(&self) -> &SortedMap<MessageId, Flight<P::Message>> {
        self.state.flights.all()
    }

    /// How many messages have been sent from node to node, copies not counted.
    pub fn messages_sent(&self) -> u32 {
        let links = self.state.links.iter();
        let between = |(from, to): &(Endpoint, Endpoint)| {
            matches!((from, to), (Endpoint::Node(_), Endpoint::Node(_)))
        };
        let links = links.filter(|(link, _)| between(link));
        links.map(|(_, link)| link.sent).sum()
    }

    /// The hash of the whole state: equal for equal runs, natively and in wasm.
    pub fn hash(&self) -> u64 {
        xxhash_rust::xxh64::xxh64(&self.written(), 0)
    }

    /// How many bytes the whole state is when it is written down.
    pub fn bytes(&self) -> usize {
        self.written().len()
    }

    fn written(&self) -> Vec<u8> {
        let Ok(bytes) = postcard::to_allocvec(&self.state) else {
            unreachable!("every map and sequence knows its length");
        };
        bytes
    }

    /// What the scheduler would do next, and when: the earliest by time, then kind, then node,
    /// then number on its link.
    pub fn next(&self) -> Option<(u64, Pending)> {
        let state = &self.state;
        // There may be very many: of those that arrive first, the one with the least name comes
        // first, and whether its receiver is paused matters only where somebody is.
        let is_any_paused = state.machines.keys().any(|id| self.is_paused((*id).into()));
        let goes_on = |flight: &&Flight<P::Message>| {
            !(flight.held || is_any_paused && self.is_paused(flight.id.to))
        };
        let arriving = self.flights().values().filter(goes_on);
        let arrival = arriving
            .min_by_key(|flight| flight.arrives)
            .map(|flight| (flight.arrives, Pending::Arrival(flight.id)));
        let running = state
            .machines
            .iter()
            .filter(|(_, machine)| machine.up && machine.paused_since.is_none());
        let timers = running.flat_map(|(id, machine)| {
            machine.timers.iter().map(|(timer, deadline)| {
                let position = self.protocol.timer_position(*timer);
                (deadline.due, Pending::NodeTimer(*id, position))
            })
        });
        let clients = state.clients.iter().filter_map(|(id, client)| {
            let deadline = client.retry()?;
            Some((deadline.due, Pending::ClientTimer(*id)))
        });
        let (at, pending) = arrival.into_iter().chain(timers).chain(clients).min()?;
        // What waited for a paused node to go on is late.
        Some((at.max(state.now), pending))
    }

    fn is_paused(&self, end: Endpoint) -> bool {
        match end {
            Endpoint::Node(id) => {
                let machine = self.state.machines.get(&id);
                machine.is_some_and(|machine| machine.up && machine.paused_since.is_some())
            }
            Endpoint::Client(_) => false,
        }
    }
}
