//! Properties, checked at every step of every run; conditions on states and steps; and the search
//! for a run that loses a property.

pub mod condition;
pub mod search;

mod linearizable;

use std::sync::Arc;

pub use linearizable::{Linearizable, WAYS_MAX};

use crate::protocol::{Answer, Endpoint, NodeId, Observation, Protocol, Violation};
use crate::world::{Action, ActionError, Event, Payload, Scenario, ScenarioError, Step, World};

/// A world that is watched: each step updates the monitor and looks for contradictions.
#[derive(Clone, Debug)]
pub struct Watched<P: Protocol> {
    world: World<P>,
    monitor: P::Monitor,
    /// What clients asked and were told.
    clients: Linearizable,
    violations: Arc<Vec<Violation>>,
    /// All nodes as they were before the last action, to tell what it changed.
    before: Nodes<P>,
}

/// All nodes at one moment, in order.
pub type Nodes<P> = Vec<(NodeId, Arc<<P as Protocol>::Node>)>;

impl<P: Protocol> Watched<P> {
    /// The start of a run: a fresh cluster with the prepared actions applied.
    pub fn new(protocol: P, scenario: &Scenario, seed: u32) -> Result<Self, ScenarioError> {
        scenario.check()?;
        let mut watched = Self {
            monitor: protocol.monitor(),
            clients: Linearizable::new(protocol.about().object),
            world: World::new(Arc::new(protocol), scenario, seed),
            violations: Arc::default(),
            before: Vec::new(),
        };
        for (position, action) in scenario.prepared.iter().enumerate() {
            let applied = watched.apply(action);
            applied.map_err(|error| ScenarioError::Prepared(position + 1, error))?;
        }
        watched.before.clear();
        Ok(watched)
    }

    /// The world.
    pub fn world(&self) -> &World<P> {
        &self.world
    }

    /// What has been lost so far: the first contradiction of each property.
    pub fn violations(&self) -> &Arc<Vec<Violation>> {
        &self.violations
    }

    /// What is remembered of the past to check the properties.
    pub fn monitor(&self) -> &P::Monitor {
        &self.monitor
    }

    /// What is remembered to check what clients were told.
    pub fn clients(&self) -> &Linearizable {
        &self.clients
    }

    /// All nodes as they were before the last action; nothing at the start.
    pub fn before(&self) -> &[(NodeId, Arc<P::Node>)] {
        &self.before
    }

    /// Applies an action and checks every property.
    pub fn apply(&mut self, action: &Action) -> Result<Step<P::Message>, ActionError> {
        let nodes = |world: &World<P>| -> Nodes<P> {
            let machines = world.machines().iter();
            machines.map(|(id, it)| (*id, it.node.clone())).collect()
        };
        let before = nodes(&self.world);
        let step = self.world.apply(action)?;
        let mut found = Vec::new();
        for event in &step.events {
            self.watch_clients(event, &mut found);
        }
        let after = nodes(&self.world);
        let changed = before.iter().zip(&after);
        let changed = changed.filter(|((_, old), (_, new))| !Arc::ptr_eq(old, new));
        let is_alone = changed.count() == 1;
        for ((id, old), (_, new)) in before.iter().zip(&after) {
            if Arc::ptr_eq(old, new) {
                continue;
            }
            let facts = step.events.iter().filter_map(|event| match event {
                Event::Fact(node, fact) if node == id => Some(fact.clone()),
                _ => None,
            });
            let facts: Vec<_> = facts.collect();
            let seen = Observation {
                node: *id,
                before: &**old,
                after: &**new,
                facts: &facts,
            };
            let protocol = self.world.protocol();
            protocol.observe(&mut self.monitor, &seen, &mut found);
            if protocol.about().compares {
                // Where others have changed too, the old states were not held against the new ones.
                let before = is_alone.then_some(&**old);
                for (_, other) in after.iter().filter(|(other, _)| other != id) {
                    protocol.compare(&self.monitor, before, new, other, &mut found);
                }
            }
        }
        for violation in found {
            let known = |it: &Violation| it.property == violation.property;
            if !self.violations.iter().any(known) {
                Arc::make_mut(&mut self.violations).push(violation);
            }
        }
        self.before = before;
        Ok(step)
    }

    /// What a client has just asked or been told.
    fn watch_clients(&mut self, event: &Event<P::Message>, found: &mut Vec<Violation>) {
        let protocol = self.world.protocol();
        match event {
            Event::Submitted(_, value) => protocol.submitted(&mut self.monitor, value),
            // The core has no room for it, and no rule to break: it is the full program's.
            _ if !cfg!(feature = "full") => {}
            Event::Sent(flight) => {
                if let (Endpoint::Client(client), Payload::Request(request)) =
                    (flight.id.from, &*flight.payload)
                    && protocol.is_operation(&request.command)
                {
                    let (sequence, command) = (request.sequence, &request.command);
                    self.clients.asked(client, sequence, command);
                }
            }
            Event::Told(client, reply) => {
                if let Answer::Done(result) = &reply.answer {
                    let told = self.clients.told(*client, reply.sequence, result.as_ref());
                    found.extend(told);
                }
            }
            _ => {}
        }
    }
}
