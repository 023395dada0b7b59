//! One Raft server on its own, brought into a state by what the paper says leads there.

use quorumscope::protocol::raft::{Entry, Hint, Log, Message, Node, Payload, Raft, Role, Timer};
use quorumscope::protocol::{ClientId, Cluster, Input, NodeId, Note, Protocol, Request};

use crate::common::record::{Recorded, crash_restart, deliver, handle};
use crate::common::{n, value};

/// Server S1 of a cluster, and the algorithm it follows.
pub struct Server {
    pub raft: Raft,
    pub node: Node,
}

/// What a server did.
pub type Out = Recorded<Raft>;

impl Server {
    /// A server of a cluster of this size that starts with this term and log on its disk.
    pub fn follower(size: u8, term: u32, log: &[u32]) -> Self {
        Self::with_variants(size, term, log, &[])
    }

    /// The same, with extensions switched on.
    pub fn with_variants(size: u8, term: u32, log: &[u32], variants: &[&str]) -> Self {
        let mut cluster = Cluster::of(size);
        cluster.variants = variants.iter().map(|it| (*it).to_owned()).collect();
        let raft = Raft::new(cluster).unwrap();
        let mut disk = raft.blank(n(1));
        disk.term = term;
        disk.log = entries(log).into_iter().collect();
        let mut node = raft.boot(n(1), &disk);
        handle(&raft, &mut node, Input::Start { restart: false });
        Self { raft, node }
    }

    /// A server that asks for votes in this term.
    pub fn candidate(size: u8, term: u32, log: &[u32]) -> Self {
        let mut server = Self::follower(size, term - 1, log);
        server.fire(Timer::Election);
        server
    }

    /// A server that everybody voted for in this term.
    pub fn leader(size: u8, term: u32, log: &[u32]) -> Self {
        let mut server = Self::candidate(size, term, log);
        for peer in 2..=size {
            server.deliver(peer, vote(term, true));
        }
        assert!(server.leads());
        server
    }

    /// A message of another server arrives.
    pub fn deliver(&mut self, from: u8, message: Message) -> Out {
        deliver(&self.raft, &mut self.node, n(from), &message)
    }

    /// A timer runs out.
    pub fn fire(&mut self, timer: Timer) -> Out {
        handle(&self.raft, &mut self.node, Input::Fire(timer))
    }

    /// A client's command arrives.
    pub fn request(&mut self, client: u8, sequence: u32, command: &str) -> Out {
        let from = ClientId(client);
        let request = &Request {
            sequence,
            command: value(command),
        };
        handle(&self.raft, &mut self.node, Input::Request { from, request })
    }

    /// It crashes and comes back.
    pub fn restart(&mut self) -> Out {
        crash_restart(&self.raft, n(1), &mut self.node)
    }

    pub fn leads(&self) -> bool {
        matches!(self.node.role, Role::Leader { .. })
    }

    pub fn follows(&self) -> bool {
        matches!(self.node.role, Role::Follower { .. })
    }

    pub fn asks_for_votes(&self) -> bool {
        matches!(self.node.role, Role::Candidate { .. })
    }

    pub fn term(&self) -> u32 {
        self.node.disk.term
    }

    /// The terms of its log.
    pub fn log(&self) -> Vec<u32> {
        terms(self.node.disk.log.entries())
    }

    /// What its state machine has stored under a key.
    pub fn value_of(&self, key: &str) -> Option<&str> {
        self.node.machine.pairs.get(key).map(String::as_str)
    }

    /// A leader's `nextIndex` and `matchIndex` of a peer.
    pub fn progress(&self, peer: u8) -> (u32, u32) {
        match &self.node.role {
            Role::Leader { next, matched, .. } => (next[&n(peer)], matched[&n(peer)]),
            other => panic!("{other:?} has no nextIndex"),
        }
    }
}

/// Entries of these terms, each with a command of its own place.
pub fn entries(terms: &[u32]) -> Vec<Entry> {
    let entry = |(term, index): (&u32, u32)| Entry {
        term: *term,
        payload: Payload::Command {
            client: ClientId(9),
            request: Request {
                sequence: index,
                command: value(&format!("{term}.{index}")),
            },
        },
    };
    terms.iter().zip(1..).map(entry).collect()
}

/// The terms of entries.
pub fn terms<'a>(entries: impl IntoIterator<Item = &'a Entry>) -> Vec<u32> {
    entries.into_iter().map(|entry| entry.term).collect()
}

/// The terms of a log.
pub fn log_terms(log: &Log) -> Vec<u32> {
    terms(log.entries())
}

/// RequestVote, with the last entry's term and index.
pub fn request_vote(term: u32, (last_term, last_index): (u32, u32)) -> Message {
    Message::RequestVote {
        term,
        last_index,
        last_term,
        transfer: false,
    }
}

/// The answer to it.
pub fn vote(term: u32, granted: bool) -> Message {
    Message::VoteReply { term, granted }
}

/// AppendEntries, with the preceding entry's term and index, and new entries of these terms.
pub fn append(
    term: u32,
    (prev_term, prev_index): (u32, u32),
    new: &[u32],
    leader_commit: u32,
) -> Message {
    let before = vec![0; prev_index as usize];
    let all: Vec<u32> = before.iter().chain(new).copied().collect();
    Message::AppendEntries {
        term,
        prev_index,
        prev_term,
        entries: entries(&all)[prev_index as usize..].into(),
        leader_commit,
    }
}

/// A heartbeat: "AppendEntries RPCs that carry no log entries" (§5.2).
pub fn heartbeat(term: u32) -> Message {
    append(term, (0, 0), &[], 0)
}

/// A follower has stored everything up to this index.
pub fn stored(term: u32, match_index: u32) -> Message {
    Message::AppendReply {
        term,
        success: true,
        match_index,
        hint: None,
    }
}

/// A follower's log differs.
pub fn refused(term: u32, hint: Option<Hint>) -> Message {
    Message::AppendReply {
        term,
        success: false,
        match_index: 0,
        hint,
    }
}

/// Who got something, in order.
pub fn receivers(out: &Out) -> Vec<NodeId> {
    out.sends.iter().map(|(to, _)| *to).collect()
}

/// The only message that was sent.
pub fn only(out: &Out) -> &Message {
    match &out.sends[..] {
        [(_, message)] => message,
        other => panic!("{} messages instead of one: {other:?}", other.len()),
    }
}

/// Whether the only message is a granted vote.
pub fn grants(out: &Out) -> bool {
    matches!(only(out), Message::VoteReply { granted: true, .. })
}

/// Whether the only message says that entries were stored.
pub fn succeeds(out: &Out) -> bool {
    matches!(only(out), Message::AppendReply { success: true, .. })
}

/// The ids of the rules that were applied, in order.
pub fn rules(out: &Out) -> Vec<&'static str> {
    out.notes.iter().map(|note: &Note| note.rule.id).collect()
}
