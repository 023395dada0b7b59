//! Short words for Paxos clusters: who gets which phase of which ballot, as in the tables of
//! scenarios.

use quorumscope::protocol::paxos::{Message, Paxos};
use quorumscope::sorted::SortedMap;
use quorumscope::world::{Action, MessageId, Scenario};

use super::lab::{Lab, Mood, n, scenario};

/// The acceptors of a stage are S1 to S3.
pub const ACCEPTORS: u8 = 3;
/// Its proposers are S4 to S6: the first ballots that they begin are in this order.
pub const PROPOSERS: u8 = 3;
/// Its learner.
pub const LEARNER: u8 = ACCEPTORS + PROPOSERS + 1;

/// Three acceptors, three proposers and a learner, each on a node of its own.
pub fn stage(variants: &[&str]) -> Scenario {
    let mut stage = scenario("paxos", LEARNER, variants);
    let players = |numbers: std::ops::RangeInclusive<u8>| numbers.map(n).collect();
    stage.cluster.roles = SortedMap::from([
        ("acceptor".into(), players(1..=ACCEPTORS)),
        (
            "proposer".into(),
            players(ACCEPTORS + 1..=ACCEPTORS + PROPOSERS),
        ),
        ("learner".into(), players(LEARNER..=LEARNER)),
    ]);
    stage.clients = PROPOSERS;
    stage
}

/// A cluster on that stage.
pub fn lab(variants: &[&str], mood: Mood) -> Lab<Paxos> {
    Lab::of(&stage(variants), 1, mood)
}

/// The node that proposes a ballot: 0, 1 or 2.
pub fn proposer(ballot: u8) -> u8 {
    ACCEPTORS + 1 + ballot
}

impl Lab<Paxos> {
    /// A proposer begins its ballot with a value of its own.
    pub fn begin(&mut self, ballot: u8, own: &str) {
        self.ask(ballot + 1, proposer(ballot), own);
    }

    /// Prepare reaches these acceptors, and their answers return.
    pub fn prepare(&mut self, ballot: u8, to: &[u8]) {
        for acceptor in to {
            self.deliver_if(proposer(ballot), *acceptor, is_prepare);
            self.deliver(*acceptor, proposer(ballot));
        }
    }

    /// Accept reaches these acceptors, and what they say reaches the learner and the proposer.
    pub fn accept(&mut self, ballot: u8, to: &[u8]) {
        for acceptor in to {
            self.deliver_if(proposer(ballot), *acceptor, is_accept);
            self.deliver(*acceptor, proposer(ballot));
            self.deliver(*acceptor, LEARNER);
        }
    }

    /// Accept reaches these acceptors, and nobody hears what they say.
    pub fn accept_alone(&mut self, ballot: u8, to: &[u8]) {
        for acceptor in to {
            self.deliver_if(proposer(ballot), *acceptor, is_accept);
        }
    }

    /// What a proposer asks acceptors to accept, as far as that is still under way to S1, S2 or
    /// S3.
    pub fn asked(&self, ballot: u8) -> Option<String> {
        let links = (1..=ACCEPTORS).flat_map(|id| self.flights(n(proposer(ballot)), n(id)));
        links
            .filter_map(|id| self.message(id))
            .find_map(|message| match message {
                Message::Accept { value, .. } => Some(value.to_string()),
                _ => None,
            })
    }

    /// What an acceptor has accepted.
    pub fn accepted(&self, id: u8) -> Option<String> {
        let accepted = self.node(id).disk.accepted.as_ref();
        accepted.map(|(_, value)| value.to_string())
    }

    /// What a node knows to be chosen.
    pub fn chosen(&self, id: u8) -> Option<String> {
        let chosen = self.node(id).learner.chosen.as_ref();
        chosen.map(|(_, value)| value.to_string())
    }

    fn deliver_if(&mut self, from: u8, to: u8, wanted: impl Fn(&Message) -> bool) {
        let on_link = self.flights(n(from), n(to)).into_iter();
        let wanted: Vec<MessageId> = on_link
            .filter(|id| self.message(*id).is_some_and(&wanted))
            .collect();
        for id in wanted {
            self.act(Action::Deliver(id));
        }
    }
}

fn is_prepare(message: &Message) -> bool {
    matches!(message, Message::Prepare { .. })
}

fn is_accept(message: &Message) -> bool {
    matches!(message, Message::Accept { .. })
}
