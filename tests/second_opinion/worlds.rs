//! Our worlds through stateright's `Model`: actions and next state are `World`'s own, and only what
//! makes two worlds the same is said here.

use std::hash::{Hash, Hasher};

use quorumscope::check::Watched;
use quorumscope::check::search::{Bounds, Goal};
use quorumscope::protocol::{Any, Endpoint, Protocol};
use quorumscope::world::{Action, Client, Scenario};
use serde::Serialize;
use serde_json::Value;
use stateright::{Checker, Model, Property};

use super::SEED;

struct Worlds {
    scenario: Scenario,
    bounds: Bounds,
    watched: bool,
}

/// What is left of the bounds, by kind and name.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
struct Left {
    faults: [u8; 5],
    timeouts: Vec<u8>,
    commands: Vec<bool>,
}

#[derive(Clone, Debug)]
struct State {
    world: Watched<Any>,
    left: Left,
    /// Everything that makes two worlds the same: no time, no ids of messages, no counters.
    identity: Vec<u8>,
}

impl PartialEq for State {
    fn eq(&self, other: &Self) -> bool {
        self.identity == other.identity
    }
}

impl Hash for State {
    fn hash<H: Hasher>(&self, state: &mut H) {
        self.identity.hash(state);
    }
}

/// An action, and what it costs.
#[derive(Clone, Debug, PartialEq)]
enum Cost {
    Nothing,
    Fault(usize),
    Timeout(usize),
    Command(usize),
}

impl Worlds {
    fn state(&self, world: Watched<Any>, left: Left) -> State {
        let identity = self.identity(&world, &left);
        State {
            world,
            left,
            identity,
        }
    }

    fn identity(&self, watched: &Watched<Any>, left: &Left) -> Vec<u8> {
        let world = watched.world();
        let mut bytes = self.ends(watched);
        let flights = world.flights().values();
        let heard = flights.filter(|it| self.bounds.replies || !is_client(it.id.to));
        let mut messages: Vec<Vec<u8>> = heard
            .map(|it| bytes_of(&(it.id.from, it.id.to, &*it.payload)))
            .collect();
        messages.sort();
        bytes.extend(messages.concat());
        bytes.extend(bytes_of(left));
        if self.watched {
            bytes.extend(bytes_of(watched.monitor()));
        }
        bytes
    }

    /// What is at the ends of the links.
    fn ends(&self, watched: &Watched<Any>) -> Vec<u8> {
        let world = watched.world();
        let mut bytes = Vec::new();
        for machine in world.machines().values() {
            let timers: Vec<_> = machine.timers.keys().collect();
            let parts = (&*machine.node, &*machine.disk, machine.up, timers);
            bytes.extend(bytes_of(&parts));
        }
        for client in world.clients().values() {
            bytes.extend(timeless(client).to_string().into_bytes());
        }
        bytes
    }

    fn left(&self) -> Left {
        let bounds = &self.bounds;
        let protocol = Any::open(&self.scenario.protocol, &self.scenario.cluster).unwrap();
        let timers = protocol.about().timers.iter();
        Left {
            faults: [
                bounds.crashes,
                bounds.wipes,
                bounds.drops,
                bounds.duplicates,
                bounds.retries,
            ],
            timeouts: timers
                .map(|name| bounds.timeouts.get(*name).copied().unwrap_or(0))
                .collect(),
            commands: vec![true; bounds.commands.len()],
        }
    }

    /// Everything that somebody could do, whether it makes sense or not.
    fn proposals(&self, state: &State) -> Vec<(Action, Cost)> {
        let world = state.world.world();
        let mut all = Vec::new();
        for id in world.flights().keys() {
            if is_client(id.to) && !self.bounds.replies {
                continue;
            }
            all.push((Action::Deliver(*id), Cost::Nothing));
            all.push((Action::Drop(*id), Cost::Fault(2)));
            all.push((Action::Duplicate(*id), Cost::Fault(3)));
        }
        for id in world.machines().keys() {
            for (position, timer) in world.protocol().about().timers.iter().enumerate() {
                let fire = Action::Fire((*id).into(), (*timer).into());
                all.push((fire, Cost::Timeout(position)));
            }
            all.push((Action::Crash(*id), Cost::Fault(0)));
            all.push((Action::Restart(*id), Cost::Nothing));
            all.push((Action::Wipe(*id), Cost::Fault(1)));
        }
        for id in world.clients().keys() {
            let fire = Action::Fire((*id).into(), "retry".into());
            all.push((fire, Cost::Fault(4)));
        }
        for (position, command) in self.bounds.commands.iter().enumerate() {
            let waits = world.clients()[&command.client].is_waiting();
            if self.bounds.replies || !waits {
                let submit = Action::Submit {
                    client: command.client,
                    to: command.to,
                    value: command.value.clone(),
                };
                all.push((submit, Cost::Command(position)));
            }
        }
        all
    }
}

fn bytes_of(item: &impl Serialize) -> Vec<u8> {
    postcard::to_allocvec(item).unwrap()
}

/// A client's whole state but for times and its count of draws.
fn timeless(client: &Client) -> Value {
    let mut value = serde_json::to_value(client).unwrap();
    value["draws"] = Value::Null;
    if let Some(waiting) = value["waiting"].as_object_mut() {
        waiting["retry"] = Value::Null;
    }
    for exchange in value["history"].as_array_mut().into_iter().flatten() {
        exchange["asked"] = Value::Null;
        if let Some(told) = exchange["told"].as_array_mut() {
            told[0] = Value::Null;
        }
    }
    value
}

fn is_client(end: Endpoint) -> bool {
    matches!(end, Endpoint::Client(_))
}

impl Left {
    fn minus(&self, cost: &Cost) -> Option<Self> {
        let mut left = self.clone();
        match cost {
            Cost::Nothing => {}
            Cost::Fault(kind) => left.faults[*kind] = left.faults[*kind].checked_sub(1)?,
            Cost::Timeout(timer) => {
                left.timeouts[*timer] = left.timeouts[*timer].checked_sub(1)?;
            }
            Cost::Command(command) => {
                if !std::mem::replace(&mut left.commands[*command], false) {
                    return None;
                }
            }
        }
        Some(left)
    }
}

impl Model for Worlds {
    type State = State;
    type Action = (Action, Cost);

    fn init_states(&self) -> Vec<State> {
        let protocol = Any::open(&self.scenario.protocol, &self.scenario.cluster).unwrap();
        let world = Watched::new(protocol, &self.scenario, SEED).unwrap();
        vec![self.state(world, self.left())]
    }

    fn actions(&self, state: &State, actions: &mut Vec<(Action, Cost)>) {
        let makes_sense = |(action, cost): &(Action, Cost)| {
            state.left.minus(cost).is_some() && state.world.world().check(action).is_ok()
        };
        actions.extend(self.proposals(state).into_iter().filter(makes_sense));
    }

    fn next_state(&self, state: &State, (action, cost): (Action, Cost)) -> Option<State> {
        let left = state.left.minus(&cost)?;
        let mut world = state.world.clone();
        let step = world.apply(&action).ok()?;
        let is_sent = |event: &quorumscope::world::Event<_>| match event {
            quorumscope::world::Event::Sent(it) => self.bounds.replies || !is_client(it.id.to),
            _ => false,
        };
        if self.bounds.skip_idle
            && !matches!(action, Action::Drop(_) | Action::Duplicate(_))
            && !step.events.iter().any(is_sent)
            && self.ends(&world) == self.ends(&state.world)
        {
            return None;
        }
        Some(self.state(world, left))
    }

    fn properties(&self) -> Vec<Property<Self>> {
        // stateright stops early when it has nothing to look for.
        vec![Property::always("visit all", |_, _| true)]
    }
}

/// How many unique states stateright counts.
pub fn count(scenario: &Scenario, bounds: &Bounds, goal: &Goal) -> usize {
    let model = Worlds {
        scenario: scenario.clone(),
        bounds: bounds.clone(),
        watched: *goal != Goal::Nothing,
    };
    let mut checker = model.checker().threads(1);
    if let Some(depth) = bounds.depth {
        // It counts states on a path, where we count actions.
        checker = checker.target_max_depth(depth as usize + 1);
    }
    checker.spawn_bfs().join().unique_state_count()
}
