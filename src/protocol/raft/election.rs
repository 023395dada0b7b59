//! Leader election (§5.2) and the election restriction (§5.4.1).

use super::*;
use crate::protocol::{Datum, Epoch, Note, Outcome, Relation, Rule};

/// Whether a candidate's log is at least as up-to-date as a voter's: the later last term wins;
/// with equal terms, the longer log (§5.4.1). Positions are (term, index) of the last entry.
pub fn up_to_date(candidate: (u32, u32), voter: (u32, u32)) -> bool {
    candidate >= voter
}

/// The rules of a voter's checks, in their order: those of a vote, or those of a pre-vote.
pub(super) struct Checks {
    pub(super) term: &'static Rule,
    pub(super) taken: &'static Rule,
    pub(super) log: &'static Rule,
    pub(super) grant: &'static Rule,
}

static CHECKS: Checks = Checks {
    term: &VOTE_TERM,
    taken: &VOTE_TAKEN,
    log: &VOTE_LOG,
    grant: &VOTE_GRANT,
};

impl Raft {
    /// "If a follower receives no communication over […] the election timeout, then it assumes
    /// there is no viable leader and begins an election" (§5.2).
    pub(super) fn on_election_timeout<S: Sink<Self>>(&self, node: &mut Node, out: &mut S) {
        match &node.role {
            Role::Leader { .. } => {
                out.note(|| wrong_role(node, "election"));
                return;
            }
            _ if !self.may_stand(node, out) => return,
            Role::Candidate { .. } => out.fact(Fact::ElectionLost {
                epoch: Epoch::term(node.disk.term),
            }),
            Role::Follower { .. } | Role::PreCandidate { .. } => {}
        }
        match self.is(V::PreVote) {
            true => self.canvass(node, out),
            false => self.stand(node, false, out),
        }
    }

    /// "Increment currentTerm, vote for self, reset election timer, send RequestVote RPCs to all
    /// other servers" (Figure 2, candidates). `transfer` says that the leader has asked for it.
    pub(super) fn stand<S: Sink<Self>>(&self, node: &mut Node, transfer: bool, out: &mut S) {
        node.disk.term += 1;
        node.disk.voted_for = Some(node.id);
        node.role = Role::Candidate {
            granted: SortedSet::from([node.id]),
            refused: SortedSet::new(),
        };
        let term = node.disk.term;
        out.note(|| {
            Note::new(&ELECTION_START, Outcome::Done)
                .with("node", node.id)
                .with("term", Epoch::term(term))
        });
        out.fact(Fact::BecameRole {
            role: "candidate",
            epoch: Epoch::term(term),
        });
        self.end_lease(out);
        self.arm_election(out);
        let (last_term, last_index) = node.disk.log.last_position();
        for to in self.peers(node).iter() {
            out.send(
                to,
                Message::RequestVote {
                    term,
                    last_index,
                    last_term,
                    transfer,
                },
            );
        }
        self.try_to_win(node, out);
    }

    pub(super) fn on_request_vote<S: Sink<Self>>(
        &self,
        node: &mut Node,
        from: NodeId,
        term: u32,
        candidate: (u32, u32),
        out: &mut S,
    ) {
        let granted = self.judge(node, from, term, candidate, &CHECKS, out);
        if granted {
            node.disk.voted_for = Some(from);
            self.arm_election(out);
        }
        let term = node.disk.term;
        out.send(from, Message::VoteReply { term, granted });
    }

    /// RequestVote, receiver implementation (Figure 2). In a term that the voter has yet to enter,
    /// nobody has its vote.
    pub(super) fn judge<S: Sink<Self>>(
        &self,
        node: &Node,
        from: NodeId,
        term: u32,
        candidate: (u32, u32),
        checks: &'static Checks,
        out: &mut S,
    ) -> bool {
        let current = node.disk.term;
        let note = |rule, outcome| {
            Note::new(rule, outcome)
                .with("node", node.id)
                .with("candidate", from)
                .with("term", Epoch::term(term))
        };
        if term < current {
            out.note(|| {
                note(checks.term, Outcome::Refused).because(
                    ("message_term", Epoch::term(term)),
                    Relation::Less,
                    ("current_term", Epoch::term(current)),
                )
            });
            return false;
        }
        let here = term == current;
        let taken = node.disk.voted_for.filter(|it| here && *it != from);
        let votes_again = self.is(V::VoteTwice) || self.is(V::TutorialNode);
        if let Some(voted) = taken.filter(|_| !votes_again) {
            out.note(|| {
                note(checks.taken, Outcome::Refused)
                    .with("voted_for", voted)
                    .because(
                        ("voted_for", voted),
                        Relation::Different,
                        ("candidate", from),
                    )
            });
            return false;
        }
        let voter = node.disk.log.last_position();
        let relation = match candidate.cmp(&voter) {
            std::cmp::Ordering::Less => Relation::Less,
            std::cmp::Ordering::Equal => Relation::Equal,
            std::cmp::Ordering::Greater => Relation::Greater,
        };
        let compared = |note: Note| {
            note.because(
                ("candidate_last", position(candidate)),
                relation,
                ("voter_last", position(voter)),
            )
        };
        let any_log = self.is(V::VoteWithoutLogs) || self.is(V::TutorialNode);
        if !up_to_date(candidate, voter) && !any_log {
            out.note(|| {
                let older = if candidate.0 < voter.0 {
                    "last_term_older"
                } else {
                    "log_shorter"
                };
                compared(note(checks.log, Outcome::Refused).with("why", Datum::Word(older)))
            });
            return false;
        }
        out.note(|| compared(note(checks.grant, Outcome::Accepted)));
        true
    }

    pub(super) fn on_vote_reply<S: Sink<Self>>(
        &self,
        node: &mut Node,
        from: NodeId,
        term: u32,
        granted: bool,
        out: &mut S,
    ) {
        let current = node.disk.term;
        let deciding = self.deciding(node);
        let id = node.id;
        let Role::Candidate {
            granted: yes,
            refused: no,
        } = &mut node.role
        else {
            out.note(|| stale_vote(id, from, term, current));
            return;
        };
        if term < current && !self.is(V::CountStaleVotes) {
            out.note(|| stale_vote(id, from, term, current));
            return;
        }
        let outcome = hear(from, granted, yes, no);
        let (count, quorum) = deciding.count(Members::from(&*yes), self.quorum());
        out.note(|| {
            Note::new(&VOTE_COUNT, outcome)
                .with("node", id)
                .with("from", from)
                .with("term", Epoch::term(term))
                .with("count", count)
                .with("quorum", quorum)
        });
        self.try_to_win(node, out);
    }

    /// "If votes received from majority of servers: become leader" (Figure 2, candidates).
    fn try_to_win<S: Sink<Self>>(&self, node: &mut Node, out: &mut S) {
        let Role::Candidate { granted, .. } = &node.role else {
            return;
        };
        let (count, quorum) = self.count(node, granted.into());
        if count < quorum {
            return;
        }
        let term = Epoch::term(node.disk.term);
        out.note(|| {
            Note::new(&ELECTION_WON, Outcome::Accepted)
                .with("node", node.id)
                .with("term", term)
                .because(("votes", count), Relation::AtLeast, ("majority", quorum))
        });
        self.lead(node, out);
    }
}

/// A server answers a candidate: yes or no, whichever it said before.
pub(super) fn hear(
    from: NodeId,
    granted: bool,
    yes: &mut SortedSet<NodeId>,
    no: &mut SortedSet<NodeId>,
) -> Outcome {
    let (said, outcome) = match granted {
        true => (yes, Outcome::Accepted),
        false => (no, Outcome::Refused),
    };
    said.insert(from);
    outcome
}

fn position((term, index): (u32, u32)) -> Datum {
    Datum::Position { term, index }
}

fn stale_vote(node: NodeId, from: NodeId, term: u32, current: u32) -> Note {
    Note::new(&VOTE_STALE, Outcome::Ignored)
        .with("node", node)
        .with("from", from)
        .with("term", Epoch::term(term))
        .with("current", Epoch::term(current))
}

/// A timer of another role; the world never fires one, but a test may.
pub(super) fn wrong_role(node: &Node, timer: &'static str) -> Note {
    Note::new(&TIMER_ROLE, Outcome::Ignored)
        .with("node", node.id)
        .with("timer", Datum::Word(timer))
}
