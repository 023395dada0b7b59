//! The algorithm, line by line (Figure 2 of the paper), and what can be broken.

use super::properties::{ELECTION_SAFETY, LEADER_COMPLETENESS, STATE_MACHINE_SAFETY};
use crate::protocol::Effect::{Extends, Harmless, Loses, Stalls};
use crate::protocol::{Citation, rules, variants};

const FIGURE_2: Citation = Citation::raft_figure("2");
const FIGURE_8: Citation = Citation::raft_figure("8");
const S5_1: Citation = Citation::raft("5.1");
const S5_2: Citation = Citation::raft("5.2");
const S5_3: Citation = Citation::raft("5.3");
const S5_4_1: Citation = Citation::raft("5.4.1");
const S5_4_2: Citation = Citation::raft("5.4.2");
const S8: Citation = Citation::raft("8");

rules! {
    section all_servers {
        /// A newer term: adopt it and follow.
        TERM_NEWER = "raft.all_servers.term" [Done] S5_1, FIGURE_2;
        /// A committed command is applied.
        APPLY = "raft.all_servers.apply" [Done] S5_3, FIGURE_2;
        /// A command that has been executed before.
        APPLY_DUPLICATE = "raft.all_servers.duplicate" [Ignored] S8;
        /// A no-op has nothing to execute.
        APPLY_NO_OP = "raft.all_servers.no_op" [Done] S8;
        /// A restart from disk.
        RESTART = "raft.all_servers.restart" [Done] S5_1, FIGURE_2;
        /// A timer of a role that the server no longer has.
        TIMER_ROLE = "raft.all_servers.timer" [Ignored] S5_2;
    }
    section candidate {
        /// An election timeout.
        ELECTION_START = "raft.candidate.start" [Done] S5_2, FIGURE_2;
        /// A reply that is too late.
        VOTE_STALE = "raft.candidate.stale" [Ignored] S5_2;
        /// A reply is counted.
        VOTE_COUNT = "raft.candidate.count" [Accepted, Refused] S5_2;
        /// A majority.
        ELECTION_WON = "raft.candidate.won" [Accepted] S5_2, FIGURE_2;
        /// Another server leads this term.
        CANDIDATE_YIELDS = "raft.candidate.yields" [Done] S5_2, FIGURE_2;
    }
    section request_vote {
        /// RequestVote, 1.
        VOTE_TERM = "raft.request_vote.term" [Refused] S5_1, FIGURE_2;
        /// RequestVote, 2, first half.
        VOTE_TAKEN = "raft.request_vote.taken" [Refused] S5_2, FIGURE_2;
        /// RequestVote, 2, second half.
        VOTE_LOG = "raft.request_vote.log" [Refused] S5_4_1, FIGURE_2;
        /// RequestVote, 2, granted.
        VOTE_GRANT = "raft.request_vote.grant" [Accepted] S5_2, S5_4_1, FIGURE_2;
    }
    section append_entries {
        /// AppendEntries, 1.
        APPEND_TERM = "raft.append_entries.term" [Refused] S5_1, FIGURE_2;
        /// AppendEntries, 2.
        APPEND_PREV = "raft.append_entries.prev" [Refused] S5_3, FIGURE_2;
        /// AppendEntries, 3.
        APPEND_CONFLICT = "raft.append_entries.conflict" [Done] S5_3, FIGURE_2;
        /// AppendEntries, 4.
        APPEND_STORE = "raft.append_entries.store" [Done] S5_3, FIGURE_2;
        /// AppendEntries, success.
        APPEND_ACCEPT = "raft.append_entries.accept" [Accepted] S5_3, FIGURE_2;
        /// AppendEntries, 5.
        APPEND_COMMIT = "raft.append_entries.commit" [Done] S5_3, FIGURE_2;
    }
    section leader {
        /// The first entry of a leader's term.
        LEADER_NO_OP = "raft.leader.no_op" [Done] S8;
        /// AppendEntries to all, at once upon election and then periodically.
        LEADER_HEARTBEAT = "raft.leader.heartbeat" [Done] S5_2, FIGURE_2;
        /// A client turns to a server that does not lead.
        REQUEST_NOT_LEADER = "raft.leader.elsewhere" [Refused] S5_1, S8;
        /// A retry of a request that has been answered.
        REQUEST_ANSWERED = "raft.leader.answered" [Done] S8;
        /// A request that is older than the client's latest.
        REQUEST_OLD = "raft.leader.old" [Ignored] S8;
        /// A retry of a request that is in the log and not yet applied.
        REQUEST_WAITING = "raft.leader.waiting" [Ignored] S8;
        /// A client's command is appended.
        REQUEST_APPEND = "raft.leader.append" [Accepted] S5_3, FIGURE_2;
        /// A reply of another term, or to a server that does not lead.
        REPLY_STALE = "raft.leader.stale" [Ignored] S5_1;
        /// A follower stored it.
        REPLY_SUCCESS = "raft.leader.success" [Accepted] S5_3, FIGURE_2;
        /// A follower's log differs: one entry back.
        REPLY_FAILURE = "raft.leader.failure" [Refused] S5_3, FIGURE_2;
        /// A follower's log differs and says where: back by a whole term.
        REPLY_HINT = "raft.leader.hint" [Refused] S5_3;
        /// The commit rule.
        LEADER_COMMIT = "raft.leader.commit" [Accepted, Refused] S5_4_2, FIGURE_2, FIGURE_8;
    }
}

variants! {
    /// A leader starts its term with a no-op entry.
    NoOp = "no_op" at LEADER_NO_OP: Extends;
    /// A refusal of AppendEntries says where the logs part.
    ConflictHint = "conflict_hint" at REPLY_HINT: Extends;
    /// A vote is granted without comparing logs.
    VoteWithoutLogs = "vote_without_logs" at VOTE_LOG: Loses(&LEADER_COMPLETENESS);
    /// A server votes more than once in a term.
    VoteTwice = "vote_twice" at VOTE_TAKEN: Loses(&ELECTION_SAFETY);
    /// The vote is not synced to disk.
    ForgetVote = "forget_vote" at RESTART: Loses(&ELECTION_SAFETY);
    /// Entries of older terms are committed by counting replicas.
    CommitOldTerms = "commit_old_terms" at LEADER_COMMIT: Loses(&LEADER_COMPLETENESS);
    /// A follower truncates at every AppendEntries, not only on conflict.
    AlwaysTruncate = "always_truncate" at APPEND_CONFLICT: Loses(&LEADER_COMPLETENESS);
    /// AppendEntries brings one entry at most; "may send more than one for efficiency" (Figure 2).
    OneEntry = "one_entry" at LEADER_HEARTBEAT: Harmless;
    /// Neither the term nor the vote is synced to disk.
    ForgetTerm = "forget_term" at RESTART: Loses(&ELECTION_SAFETY);
    /// The log is not synced to disk.
    ForgetLog = "forget_log" at APPEND_STORE: Loses(&LEADER_COMPLETENESS);
    /// A newer term is adopted, and the role of the older one kept.
    NoStepDown = "no_step_down" at TERM_NEWER: Loses(&ELECTION_SAFETY);
    /// Votes of an older term count.
    CountStaleVotes = "count_stale_votes" at VOTE_STALE: Loses(&ELECTION_SAFETY);
    /// Half of the servers are a quorum; with an odd number of them, that is still a majority.
    HalfQuorum = "half_quorum" at ELECTION_WON: Loses(&ELECTION_SAFETY);
    /// A follower commits up to the end of its log, whatever of it the message has verified. A
    /// message that brings the leader's whole log verifies all that it commits, so this variant's
    /// leader sends one entry at a time.
    CommitToLogLength = "commit_to_log_length" at APPEND_COMMIT: Loses(&STATE_MACHINE_SAFETY);
    /// A candidate that gives way takes its vote back. It had voted for itself, and whoever wins
    /// that term later needs one of those that elected the leader, so nothing is lost.
    ConcedeClearsVote = "concede_clears_vote" at CANDIDATE_YIELDS: Harmless;
    /// The vote is kept when the term rises.
    KeepVote = "keep_vote" at TERM_NEWER: Stalls;
    /// All election timeouts are the same.
    SameTimeouts = "same_timeouts" at ELECTION_START: Stalls;
    /// The commit index is on disk. What was committed stays committed, so that is safe as long as
    /// the entries reach the disk no later; Figure 2 only does not need it.
    DurableCommit = "durable_commit" at RESTART: Harmless;
    /// The tutorial's Raft: a vote for every candidate whose term is not smaller than one's own.
    TutorialNode = "tutorial_node" at VOTE_GRANT: Loses(&ELECTION_SAFETY);
}
