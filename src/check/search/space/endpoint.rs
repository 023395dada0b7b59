//! One endpoint, and what an input does to it: computed once for each state that it can be in.

use std::sync::Arc;

use super::watching::Seen;
use super::{Content, Move, Space, Transition};
use crate::protocol::{
    Answer, ClientId, Endpoint, Fact, Input, NodeId, Note, Permutation, Protocol, RangeMs, Relabel,
    Reply, Sink,
};
use crate::sorted::SortedSet;
use crate::world::{Client, Payload, Reaction};

/// One endpoint: what it is, without times.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub(super) enum Local<N, D, T> {
    /// A server, with its disk and its armed timers.
    Node {
        node: Arc<N>,
        disk: Arc<D>,
        up: bool,
        timers: SortedSet<T>,
    },
    /// A client.
    Client(Client),
}

impl<N: Relabel, D: Relabel, T: Clone> Relabel for Local<N, D, T> {
    fn relabel(&self, by: &Permutation) -> Self {
        match self {
            Self::Node {
                node,
                disk,
                up,
                timers,
            } => Self::Node {
                node: node.relabel(by),
                disk: disk.relabel(by),
                up: *up,
                timers: timers.clone(),
            },
            Self::Client(client) => Self::Client(client.relabel(by)),
        }
    }
}

/// What an endpoint sends, in order.
type Sends<P> = Vec<(Endpoint, Payload<<P as Protocol>::Message>)>;
pub(super) type LocalOf<P> =
    Local<<P as Protocol>::Node, <P as Protocol>::Durable, <P as Protocol>::Timer>;

/// Gathers what a handler wants done; explanations are never built.
struct Gather<P: Protocol> {
    sends: Sends<P>,
    timers: Vec<(P::Timer, bool)>,
    facts: Vec<Fact>,
}

impl<P: Protocol> Sink<P> for Gather<P> {
    fn send(&mut self, to: NodeId, message: P::Message) {
        self.sends.push((to.into(), Payload::Peer(message)));
    }
    fn reply(&mut self, to: ClientId, reply: Reply) {
        self.sends.push((to.into(), Payload::Reply(reply)));
    }
    fn set_timer(&mut self, timer: P::Timer, _range: RangeMs) {
        self.timers.push((timer, true));
    }
    fn cancel_timer(&mut self, timer: P::Timer) {
        self.timers.push((timer, false));
    }
    fn fact(&mut self, fact: Fact) {
        self.facts.push(fact);
    }
    fn note(&mut self, _note: impl FnOnce() -> Note) {}
}

/// A server under a handler's hands.
struct Machine<P: Protocol> {
    node: Arc<P::Node>,
    disk: Arc<P::Durable>,
    up: bool,
    timers: SortedSet<P::Timer>,
}

impl<P: Protocol> Machine<P> {
    /// One atomic step: change state, then sync; what is sent is in `out`.
    fn handle(&mut self, protocol: &P, input: Input<'_, P>, out: &mut Gather<P>) {
        let node = Arc::make_mut(&mut self.node);
        protocol.handle(node, input, out);
        protocol.sync(node, Arc::make_mut(&mut self.disk));
        for (timer, armed) in out.timers.drain(..) {
            if armed {
                self.timers.insert(timer);
            } else {
                self.timers.remove(&timer);
            }
        }
    }
}

impl<P: Protocol> Space<P> {
    /// Computes what an input does, for the first and last time.
    pub(super) fn compute(&mut self, number: u32, place: u8, step: Move) -> u32 {
        let (_, local) = self.locals.get(number).clone();
        let (after, sends, seen) = match local {
            Local::Client(client) => self.on_client(client, place, step),
            Local::Node {
                node,
                disk,
                up,
                timers,
            } => {
                let mut machine = Machine {
                    node,
                    disk,
                    up,
                    timers,
                };
                let mut out = Gather::<P> {
                    sends: Vec::new(),
                    timers: Vec::new(),
                    facts: Vec::new(),
                };
                let observed = self.on_node(&mut machine, place, step, &mut out);
                let seen = match observed {
                    true => Seen::Node {
                        before: number,
                        facts: out.facts,
                    },
                    false => Seen::Nothing,
                };
                let local = Local::Node {
                    node: machine.node,
                    disk: machine.disk,
                    up: machine.up,
                    timers: machine.timers,
                };
                (local, out.sends, seen)
            }
        };
        let from = self.ends[usize::from(place)];
        let local = self.local(place, after);
        let mut sent = Vec::new();
        for (to, payload) in sends {
            if self.is_heard(to) {
                let payload = Arc::new(payload);
                sent.push(self.message(Content { from, to, payload }));
            }
        }
        sent.sort_unstable();
        let idle = local == number && sent.is_empty();
        let delta = |image| {
            let sent = sent.iter().map(|it| self.of_messages.get(*it, image));
            let before = self.of_locals.get(number, image);
            let after = self.of_locals.get(local, image);
            sent.fold(after.wrapping_sub(before), u64::wrapping_add)
        };
        let deltas: Vec<u64> = (0..self.permutations.len()).map(delta).collect();
        let own = deltas[0];
        self.deltas.push(deltas.into_iter());
        let start = self.sends.len() as u32;
        self.sends.extend(sent);
        self.transitions.push(Transition {
            local,
            sends: start..self.sends.len() as u32,
            delta: own,
            idle,
            seen,
        });
        self.transitions.len() as u32 - 1
    }

    fn on_client(&self, mut client: Client, place: u8, step: Move) -> (LocalOf<P>, Sends<P>, Seen) {
        let Endpoint::Client(me) = self.ends[usize::from(place)] else {
            unreachable!("this place is a client's");
        };
        let (mut submitted, mut told) = (None, None);
        let reaction = match step {
            Move::Submit(command) => {
                let command = self.command(command);
                submitted = Some(command.value.clone());
                client.submit(me, command.to, command.value.clone(), 0)
            }
            Move::Retry(_) => client.on_retry(me, 0),
            Move::Deliver(message) => {
                let content = self.messages.get(message);
                match (&*content.payload, content.from) {
                    (Payload::Reply(reply), Endpoint::Node(from)) => {
                        if let Answer::Done(result) = &reply.answer {
                            told = Some((reply.sequence, result.clone()));
                        }
                        client.on_reply(me, from, reply, 0)
                    }
                    _ => Reaction::default(),
                }
            }
            _ => Reaction::default(),
        };
        let asked = reaction.send.as_ref().map(|(_, it)| it);
        let asked = asked.map(|it| (it.sequence, it.command.clone()));
        let seen = Seen::Client {
            submitted,
            told,
            asked,
        };
        let send = reaction.send.into_iter();
        let sends = send.map(|(to, request)| (to.into(), Payload::Request(request)));
        (Local::Client(client.without_time()), sends.collect(), seen)
    }

    /// Says whether monitors have to look: whether a handler ran.
    fn on_node(
        &self,
        machine: &mut Machine<P>,
        place: u8,
        step: Move,
        out: &mut Gather<P>,
    ) -> bool {
        let Endpoint::Node(id) = self.ends[usize::from(place)] else {
            unreachable!("this place is a node's");
        };
        match step {
            Move::Fire(_, position) => {
                let Some(timer) = self.protocol.timer(usize::from(position)) else {
                    return false;
                };
                machine.timers.remove(&timer);
                machine.handle(&self.protocol, Input::Fire(timer), out);
                true
            }
            Move::Deliver(message) => {
                let content = self.messages.get(message);
                let input = match (&*content.payload, content.from) {
                    (Payload::Peer(message), Endpoint::Node(from)) => {
                        Input::Deliver { from, message }
                    }
                    (Payload::Request(request), Endpoint::Client(from)) => {
                        Input::Request { from, request }
                    }
                    _ => return false,
                };
                machine.handle(&self.protocol, input, out);
                true
            }
            Move::Crash(_) => {
                machine.up = false;
                machine.timers.clear();
                false
            }
            Move::Restart(_) => {
                machine.up = true;
                machine.node = Arc::new(self.protocol.boot(id, &machine.disk));
                machine.handle(&self.protocol, Input::Start { restart: true }, out);
                true
            }
            Move::Wipe(_) => {
                machine.disk = Arc::new(self.protocol.blank(id));
                false
            }
            _ => false,
        }
    }
}
