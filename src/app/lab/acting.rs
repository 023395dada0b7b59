//! What a person does to the cluster, and what the tray offers to do to the chosen thing.

use super::{Choosing, Lab, Msg, Thing};
use crate::app::{FULL, tray};
use crate::protocol::{ClientId, NodeId, Value, ValueError};
use crate::world::Action;

/// How much later “delay” makes a message arrive, in virtual milliseconds.
pub(in crate::app) const DELAY_MS: u32 = 50;

impl Lab {
    pub(super) fn submit(&mut self, client: Option<ClientId>, to: Option<NodeId>, text: &str) {
        match Value::new(text) {
            Err(error) => {
                let key = match error {
                    ValueError::Empty => "value_error.empty",
                    ValueError::TooLong => "value_error.too_long",
                    ValueError::Control => "value_error.control",
                };
                self.complain(key);
            }
            Ok(value) => {
                if let Some(client) = client.or(self.free_client()) {
                    self.act(Action::Submit { client, to, value });
                }
            }
        }
    }

    /// A client that is free, so that two proposers can be made to duel.
    pub(super) fn free_client(&self) -> Option<ClientId> {
        let clients = &self.moment.clients;
        let free = clients.iter().find(|client| !client.waiting);
        free.or(clients.first()).map(|client| client.id)
    }

    pub(super) fn kill(&mut self) {
        match self.selected {
            Some(Thing::Node(id)) => self.act(Action::Crash(id)),
            _ => self.wait_for(Choosing::Node),
        }
    }

    pub(super) fn drop_message(&mut self) {
        match self.selected {
            Some(Thing::Message(id)) => self.act(Action::Drop(id)),
            _ if self.moment.messages.is_empty() => {
                self.complain("ui.nothing_to_drop");
            }
            _ => self.wait_for(Choosing::Message),
        }
    }

    /// Cuts the chosen node off from all others; where something is cut, mends everything.
    pub(super) fn cut_off(&mut self) {
        if !self.moment.cut.is_empty() {
            return self.act(Action::Heal);
        }
        match self.selected {
            Some(Thing::Node(id)) => self.act(self.cutting_off(id)),
            _ => {
                self.complain("ui.choose_node_first");
            }
        }
    }

    pub(super) fn cutting_off(&self, id: NodeId) -> Action {
        let others = self.moment.nodes.iter().map(|node| node.id);
        let others = others.filter(|other| *other != id).collect();
        Action::Partition(vec![others])
    }

    /// Something that can be done, or not now, and why.
    pub(super) fn offer(
        &self,
        key: &'static str,
        timer: Option<&'static str>,
        action: Action,
    ) -> tray::Offer {
        tray::Offer {
            key,
            timer,
            refusal: self.session.check(&action).err().map(|error| error.key()),
            msg: Msg::Act(action),
        }
    }

    /// The timers that are armed on some node: those of extensions that are off are armed nowhere,
    /// ever.
    pub(super) fn timers(&self) -> impl Iterator<Item = &'static str> {
        let on_some_node = |name: &&str| {
            let mut nodes = self.moment.nodes.iter();
            nodes.any(|node| node.timers.iter().any(|it| it.name == *name))
        };
        let timers = self.session.about().timers.iter().copied();
        timers.filter(on_some_node)
    }

    /// What can be done to the chosen thing, and why not.
    pub(super) fn offers(&self) -> Vec<tray::Offer> {
        let offer = |key, timer, action| self.offer(key, timer, action);
        match self.selected {
            None => Vec::new(),
            Some(Thing::Client(_)) if !FULL => Vec::new(),
            Some(Thing::Message(id)) => vec![
                offer("ui.deliver_now", None, Action::Deliver(id)),
                offer("ui.drop", None, Action::Drop(id)),
                offer("ui.duplicate", None, Action::Duplicate(id)),
                offer("ui.delay", None, Action::Delay(id, DELAY_MS)),
            ],
            Some(Thing::Client(id)) => {
                let action = Action::Fire(id.into(), "retry".to_owned());
                vec![offer("ui.fire", Some("retry"), action)]
            }
            Some(Thing::Node(id)) => {
                let up = self.moment.node(id).is_some_and(|node| node.up);
                let mut offers = vec![match up {
                    true => offer("ui.kill", None, Action::Crash(id)),
                    false => offer("ui.restart", None, Action::Restart(id)),
                }];
                for timer in self.timers() {
                    let action = Action::Fire(id.into(), timer.to_owned());
                    offers.push(offer("ui.fire", Some(timer), action));
                }
                offers.push(match self.moment.cut.is_empty() {
                    true => offer("ui.cut_off", None, self.cutting_off(id)),
                    false => offer("ui.heal", None, Action::Heal),
                });
                offers
            }
        }
    }

    /// Who can be made to ask whom.
    pub(super) fn asking(&self) -> Option<tray::Asking> {
        let serving = self.moment.nodes.iter().filter(|node| node.serves);
        let serving = serving.map(|node| node.id);
        match self.selected? {
            Thing::Node(id) => serving
                .filter(|it| *it == id)
                .map(tray::Asking::Node)
                .next(),
            Thing::Client(id) if FULL => Some(tray::Asking::Client(id, serving.collect())),
            Thing::Client(_) | Thing::Message(_) => None,
        }
    }
}
