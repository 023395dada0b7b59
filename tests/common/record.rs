//! One node on its own: its handlers are called directly, and what they want done is kept.

use quorumscope::protocol::{ClientId, Fact, Input, NodeId, Note, Protocol, RangeMs, Reply, Sink};

/// What one input made a node do, in order.
#[derive(Clone, Debug)]
pub struct Recorded<P: Protocol> {
    /// Messages to other nodes.
    pub sends: Vec<(NodeId, P::Message)>,
    /// Answers to clients.
    pub replies: Vec<(ClientId, Reply)>,
    /// Timers armed with a range, or disarmed.
    pub timers: Vec<(P::Timer, Option<RangeMs>)>,
    /// Facts.
    pub facts: Vec<Fact>,
    /// Reasons.
    pub notes: Vec<Note>,
}

impl<P: Protocol> Default for Recorded<P> {
    fn default() -> Self {
        Self {
            sends: Vec::new(),
            replies: Vec::new(),
            timers: Vec::new(),
            facts: Vec::new(),
            notes: Vec::new(),
        }
    }
}

impl<P: Protocol> Sink<P> for Recorded<P> {
    fn send(&mut self, to: NodeId, message: P::Message) {
        self.sends.push((to, message));
    }
    fn reply(&mut self, to: ClientId, reply: Reply) {
        self.replies.push((to, reply));
    }
    fn set_timer(&mut self, timer: P::Timer, range: RangeMs) {
        self.timers.push((timer, Some(range)));
    }
    fn cancel_timer(&mut self, timer: P::Timer) {
        self.timers.push((timer, None));
    }
    fn fact(&mut self, fact: Fact) {
        self.facts.push(fact);
    }
    fn note(&mut self, note: impl FnOnce() -> Note) {
        self.notes.push(note());
    }
}

/// Gives a node an input and keeps what it wants done.
pub fn handle<P: Protocol>(protocol: &P, node: &mut P::Node, input: Input<'_, P>) -> Recorded<P> {
    let mut out = Recorded::default();
    protocol.handle(node, input, &mut out);
    out
}

/// Gives a node a message.
pub fn deliver<P: Protocol>(
    protocol: &P,
    node: &mut P::Node,
    from: NodeId,
    message: &P::Message,
) -> Recorded<P> {
    handle(protocol, node, Input::Deliver { from, message })
}

/// Crashes a node and starts it again from what was synced.
pub fn crash_restart<P: Protocol>(protocol: &P, id: NodeId, node: &mut P::Node) -> Recorded<P> {
    let mut disk = protocol.blank(id);
    protocol.sync(node, &mut disk);
    *node = protocol.boot(id, &disk);
    handle(protocol, node, Input::Start { restart: true })
}
