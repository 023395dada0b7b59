//! Our handlers as stateright's actors.
//!
//! An actor's state is the node, its disk and which timers are armed. Arming a timer that is armed
//! changes nothing, so the command is left out there, as the counting profile wants it.

use std::borrow::Cow;
use std::sync::Arc;
use std::time::Duration;

use quorumscope::check::search::Bounds;
use quorumscope::protocol::{
    Any, ClientId, Fact, Input, NodeId, Note, Protocol, RangeMs, Reply, Request, Sink,
};
use quorumscope::sorted::SortedSet;
use quorumscope::world::{Payload, Scenario, World};
use stateright::actor::{Actor, ActorModel, ActorModelAction, ActorModelState, Envelope, Id};
use stateright::actor::{Network, Out};
use stateright::{Checker, Model, Property};

use super::SEED;

type Timer = <Any as Protocol>::Timer;
type Message = <Any as Protocol>::Message;

#[derive(Clone)]
struct Server {
    protocol: Arc<Any>,
    id: NodeId,
}

#[derive(Clone, Debug, PartialEq, Eq, Hash)]
struct State {
    node: <Any as Protocol>::Node,
    disk: <Any as Protocol>::Durable,
    armed: SortedSet<Timer>,
}

#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
enum Mail {
    Peer(Message),
    Request(ClientId, Request),
}

#[derive(Default)]
struct Gather {
    sends: Vec<(NodeId, Message)>,
    timers: Vec<(Timer, bool)>,
}

impl Sink<Any> for Gather {
    fn send(&mut self, to: NodeId, message: Message) {
        self.sends.push((to, message));
    }
    fn reply(&mut self, _to: ClientId, _reply: Reply) {}
    fn set_timer(&mut self, timer: Timer, _range: RangeMs) {
        self.timers.push((timer, true));
    }
    fn cancel_timer(&mut self, timer: Timer) {
        self.timers.push((timer, false));
    }
    fn fact(&mut self, _fact: Fact) {}
    fn note(&mut self, _note: impl FnOnce() -> Note) {}
}

/// Nodes are numbered from 1, actors from 0.
fn actor_of(node: NodeId) -> Id {
    Id::from(usize::from(node.0) - 1)
}

fn node_of(actor: Id) -> NodeId {
    NodeId(usize::from(actor) as u8 + 1)
}

impl Server {
    fn handle(&self, state: &mut State, input: Input<'_, Any>, out: &mut Out<Self>) {
        let before = state.armed.clone();
        let mut gather = Gather::default();
        self.protocol.handle(&mut state.node, input, &mut gather);
        self.protocol.sync(&state.node, &mut state.disk);
        for (timer, arm) in gather.timers {
            if arm {
                state.armed.insert(timer);
            } else {
                state.armed.remove(&timer);
            }
        }
        for timer in before.iter().filter(|timer| !state.armed.contains(timer)) {
            out.cancel_timer(*timer);
        }
        for timer in state.armed.iter().filter(|timer| !before.contains(timer)) {
            out.set_timer(*timer, Duration::from_secs(1)..Duration::from_secs(2));
        }
        for (to, message) in gather.sends {
            out.send(actor_of(to), Mail::Peer(message));
        }
    }
}

impl Actor for Server {
    type Msg = Mail;
    type Timer = Timer;
    type State = State;
    type Storage = ();
    type Random = ();

    fn on_start(&self, _id: Id, _storage: &Option<()>, out: &mut Out<Self>) -> State {
        let disk = self.protocol.blank(self.id);
        let mut state = State {
            node: self.protocol.boot(self.id, &disk),
            disk,
            armed: SortedSet::new(),
        };
        self.handle(&mut state, Input::Start { restart: false }, out);
        state
    }

    fn on_msg(&self, _id: Id, state: &mut Cow<State>, src: Id, msg: Mail, out: &mut Out<Self>) {
        let mut after = state.clone().into_owned();
        let input = match &msg {
            Mail::Peer(message) => Input::Deliver {
                from: node_of(src),
                message,
            },
            Mail::Request(from, request) => Input::Request {
                from: *from,
                request,
            },
        };
        self.handle(&mut after, input, out);
        if after != **state {
            *state = Cow::Owned(after);
        }
    }

    fn on_timeout(&self, _id: Id, state: &mut Cow<State>, timer: &Timer, out: &mut Out<Self>) {
        let mut after = state.clone().into_owned();
        after.armed.remove(timer);
        self.handle(&mut after, Input::Fire(*timer), out);
        if after != **state {
            *state = Cow::Owned(after);
        }
    }
}

/// stateright's own actor system, with a bound on how many timers of each name run out.
struct Bounded {
    system: ActorModel<Server, ()>,
    timeouts: Vec<u8>,
}

type Actions = ActorModelAction<Mail, Timer, ()>;

impl Bounded {
    fn position(&self, timer: Timer) -> usize {
        self.system.actors[0].protocol.timer_position(timer)
    }
}

impl Model for Bounded {
    type State = (ActorModelState<Server>, Vec<u8>);
    type Action = Actions;

    fn init_states(&self) -> Vec<Self::State> {
        let states = self.system.init_states().into_iter();
        states.map(|it| (it, self.timeouts.clone())).collect()
    }

    fn actions(&self, (state, left): &Self::State, actions: &mut Vec<Actions>) {
        self.system.actions(state, actions);
        actions.retain(|action| match action {
            Actions::Timeout(_, timer) => left[self.position(*timer)] > 0,
            _ => true,
        });
    }

    fn next_state(&self, (state, left): &Self::State, action: Actions) -> Option<Self::State> {
        let mut left = left.clone();
        if let Actions::Timeout(_, timer) = &action {
            left[self.position(*timer)] -= 1;
        }
        Some((self.system.next_state(state, action)?, left))
    }

    fn properties(&self) -> Vec<Property<Self>> {
        // stateright stops early when it has nothing to look for.
        vec![Property::always("visit all", |_, _| true)]
    }
}

/// The system that a scenario describes; its prepared requests are under way from the start.
fn system(scenario: &Scenario, bounds: &Bounds) -> Bounded {
    let protocol = Any::open(&scenario.protocol, &scenario.cluster).unwrap();
    let mut world = World::new(Arc::new(protocol.clone()), scenario, SEED);
    for action in &scenario.prepared {
        world.apply(action).unwrap();
    }
    let requests = world.flights().values().map(|flight| {
        let (Payload::Request(request), quorumscope::protocol::Endpoint::Client(from)) =
            (&*flight.payload, flight.id.from)
        else {
            panic!("only requests are under way at the start");
        };
        let quorumscope::protocol::Endpoint::Node(to) = flight.id.to else {
            panic!("requests go to nodes");
        };
        Envelope {
            src: Id::from(1000 + usize::from(from.0)),
            dst: actor_of(to),
            msg: Mail::Request(from, request.clone()),
        }
    });
    let timers = protocol.about().timers.iter();
    let timeouts = timers.map(|name| bounds.timeouts.get(*name).copied().unwrap_or(0));
    let timeouts = timeouts.collect();
    let ids = protocol.cluster().ids();
    let protocol = Arc::new(protocol);
    let servers = ids.map(|id| Server {
        protocol: protocol.clone(),
        id,
    });
    let network = Network::new_unordered_nonduplicating(requests);
    let system = ActorModel::new((), ())
        .actors(servers)
        .init_network(network);
    Bounded { system, timeouts }
}

/// How many unique states stateright counts.
pub fn count(scenario: &Scenario, bounds: &Bounds) -> usize {
    let checker = system(scenario, bounds).checker().threads(1);
    checker.spawn_bfs().join().unique_state_count()
}
