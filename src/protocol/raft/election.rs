//! Leader election (§5.2) and the election restriction (§5.4.1).

use super::*;

/// Whether a candidate's log is at least as up-to-date as a voter's: the later last term wins;
/// with equal terms, the longer log (§5.4.1). Positions are (term, index) of the last entry.
pub fn up_to_date(candidate: (u32, u32), voter: (u32, u32)) -> bool {
    candidate >= voter
}

impl Raft {
    /// "Increment currentTerm, vote for self, reset election timer, send RequestVote RPCs to all
    /// other servers" (Figure 2, candidates).
    pub(super) fn on_election_timeout<S: Sink<Self>>(&self, node: &mut Node, out: &mut S) {
        match &node.role {
            Role::Leader { .. } => {
                out.note(|| wrong_role(node, "election"));
                return;
            }
            _ if !self.may_stand(node) => {
                let members = self.configuration(node).all();
                out.note(|| membership::not_a_member(node, members));
                return;
            }
            Role::Candidate { .. } => out.fact(Fact::ElectionLost {
                epoch: Epoch::term(node.disk.term),
            }),
            Role::Follower { .. } => {}
        }
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
        self.arm_election(out);
        let (last_term, last_index) = node.disk.log.last_position();
        for to in self.configuration(node).all().without(node.id).iter() {
            out.send(
                to,
                Message::RequestVote {
                    term,
                    last_index,
                    last_term,
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
        let granted = self.judge(node, from, term, candidate, out);
        if granted {
            node.disk.voted_for = Some(from);
            self.arm_election(out);
        }
        let term = node.disk.term;
        out.send(from, Message::VoteReply { term, granted });
    }

    /// RequestVote, receiver implementation (Figure 2).
    fn judge<S: Sink<Self>>(
        &self,
        node: &Node,
        from: NodeId,
        term: u32,
        candidate: (u32, u32),
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
                note(&VOTE_TERM, Outcome::Refused).because(
                    ("message_term", Epoch::term(term)),
                    Relation::Less,
                    ("current_term", Epoch::term(current)),
                )
            });
            return false;
        }
        let taken = node.disk.voted_for.filter(|voted| *voted != from);
        if let Some(voted) = taken.filter(|_| !self.is(V::VoteTwice)) {
            out.note(|| {
                note(&VOTE_TAKEN, Outcome::Refused)
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
        if !up_to_date(candidate, voter) && !self.is(V::VoteWithoutLogs) {
            out.note(|| {
                let older = if candidate.0 < voter.0 {
                    "last_term_older"
                } else {
                    "log_shorter"
                };
                compared(note(&VOTE_LOG, Outcome::Refused).with("why", Datum::Word(older)))
            });
            return false;
        }
        out.note(|| compared(note(&VOTE_GRANT, Outcome::Accepted)));
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
        if term < current {
            out.note(|| stale_vote(id, from, term, current));
            return;
        }
        let outcome = if granted {
            yes.insert(from);
            Outcome::Accepted
        } else {
            no.insert(from);
            Outcome::Refused
        };
        let (count, quorum) = deciding.count(yes.iter().copied().collect());
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
        let granted = granted.iter().copied().collect();
        let (count, quorum) = self.deciding(node).count(granted);
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
