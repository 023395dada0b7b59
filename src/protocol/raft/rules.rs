//! The algorithm, line by line (Figure 2 of the paper), and what can be broken.

use super::properties::{ELECTION_SAFETY, LEADER_COMPLETENESS, STATE_MACHINE_SAFETY};
use crate::protocol::Effect::{Extends, Harmless, Loses, Stalls};
use crate::protocol::{Citation, LINEARIZABILITY, rules, variants};

const FIGURE_2: Citation = Citation::raft_figure("2");
const FIGURE_8: Citation = Citation::raft_figure("8");
const FIGURE_11: Citation = Citation::raft_figure("11");
const FIGURE_13: Citation = Citation::raft_figure("13");
const S5_1: Citation = Citation::raft("5.1");
const S5_2: Citation = Citation::raft("5.2");
const S5_3: Citation = Citation::raft("5.3");
const S5_4_1: Citation = Citation::raft("5.4.1");
const S5_4_2: Citation = Citation::raft("5.4.2");
const S6: Citation = Citation::raft("6");
const S7: Citation = Citation::raft("7");
const S8: Citation = Citation::raft("8");
const T3_10: Citation = Citation::raft_thesis("3.10");
const T4_1: Citation = Citation::raft_thesis("4.1");
const T4_2_1: Citation = Citation::raft_thesis("4.2.1");
const T4_2_2: Citation = Citation::raft_thesis("4.2.2");
const T4_2_3: Citation = Citation::raft_thesis("4.2.3");
const T5_1: Citation = Citation::raft_thesis("5.1");
const T6_2: Citation = Citation::raft_thesis("6.2");
const T6_4: Citation = Citation::raft_thesis("6.4");
const T9_6: Citation = Citation::raft_thesis("9.6");

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
        /// A leader has not been heard for the minimum election timeout.
        LEASE_OVER = "raft.all_servers.lease" [Done] T4_2_3, T9_6;
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
        /// A request to vote while a leader is alive.
        VOTE_LEASE = "raft.request_vote.lease" [Ignored] T4_2_3, T6_2;
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
        /// A majority has answered within an election timeout, or it has not.
        LEADER_QUORUM = "raft.leader.quorum" [Accepted, Refused] T6_2;
    }
    extensions:
    section pre_vote {
        /// An election timeout: ask whether the next term could be won.
        PRE_VOTE_START = "raft.pre_vote.start" [Done] T9_6;
        /// A leader is alive.
        PRE_VOTE_LEADER = "raft.pre_vote.leader" [Refused] T9_6;
        /// The vote would be refused: the term is over.
        PRE_VOTE_TERM = "raft.pre_vote.term" [Refused] T9_6, S5_1;
        /// The vote would be refused: it is taken.
        PRE_VOTE_TAKEN = "raft.pre_vote.taken" [Refused] T9_6, S5_2;
        /// The vote would be refused: the log is not up-to-date.
        PRE_VOTE_LOG = "raft.pre_vote.log" [Refused] T9_6, S5_4_1;
        /// The vote would be granted.
        PRE_VOTE_GRANT = "raft.pre_vote.grant" [Accepted] T9_6;
        /// A reply that is too late.
        PRE_VOTE_STALE = "raft.pre_vote.stale" [Ignored] T9_6;
        /// A reply is counted.
        PRE_VOTE_COUNT = "raft.pre_vote.count" [Accepted, Refused] T9_6;
        /// A majority would vote.
        PRE_VOTE_WON = "raft.pre_vote.won" [Accepted] T9_6;
    }
    section transfer {
        /// A client names another leader.
        TRANSFER_START = "raft.transfer.start" [Accepted] T3_10;
        /// A request while leadership is being handed over.
        TRANSFER_BUSY = "raft.transfer.busy" [Refused, Ignored] T3_10;
        /// The target has the whole log.
        TRANSFER_SEND = "raft.transfer.send" [Done] T3_10;
        /// TimeoutNow, on the target.
        TIMEOUT_NOW = "raft.transfer.timeout_now" [Done, Ignored] T3_10, T4_2_3;
        /// The target is asked, and leads.
        TRANSFER_DONE = "raft.transfer.done" [Done] T3_10;
        /// The target is no member.
        TRANSFER_OUTSIDE = "raft.transfer.outside" [Refused] T3_10, T4_2_2;
        /// The prior leader steps down.
        TRANSFER_LEFT = "raft.transfer.left" [Done] T3_10, S8;
        /// An election timeout is over, and the prior leader still leads.
        TRANSFER_ABORT = "raft.transfer.abort" [Done] T3_10;
    }
    section read_index {
        /// A read has to wait for the first commitment of the leader's term.
        READ_EARLY = "raft.read_index.early" [Done] T6_4, S8;
        /// The commit index is noted, and a round of heartbeats begins.
        READ_NOTE = "raft.read_index.note" [Accepted] T6_4, S8;
        /// A copy of a read that is being served.
        READ_WAITING = "raft.read_index.waiting" [Ignored] S8;
        /// The heartbeat, on the receiver.
        READ_CONFIRM = "raft.read_index.confirm" [Accepted, Refused] T6_4, S5_1;
        /// The answer to it.
        READ_COUNT = "raft.read_index.count" [Accepted, Ignored] T6_4;
        /// A majority has confirmed.
        READ_ANSWER = "raft.read_index.answer" [Done] T6_4, S8;
        /// With nobody asked: right only as long as there is no other leader.
        READ_AT_ONCE = "raft.read_index.at_once" [Done] T6_4, S8;
        /// The leader steps down first.
        READ_LEFT = "raft.read_index.left" [Refused] T6_4, S8;
    }
    section snapshot {
        /// A snapshot takes the place of what has been applied.
        SNAPSHOT_TAKE = "raft.snapshot.take" [Done] S7, T5_1;
        /// A restart from a snapshot.
        SNAPSHOT_RESTORE = "raft.snapshot.restore" [Done] S7, T5_1;
        /// A follower lacks what the leader has discarded.
        SNAPSHOT_SEND = "raft.snapshot.send" [Done] S7, FIGURE_13;
        /// InstallSnapshot, 1.
        SNAPSHOT_TERM = "raft.snapshot.term" [Refused] S5_1, FIGURE_13;
        /// InstallSnapshot, 5: only one with a smaller index is discarded.
        SNAPSHOT_OLD = "raft.snapshot.old" [Ignored] S7, FIGURE_13;
        /// InstallSnapshot, 6.
        SNAPSHOT_KEEP = "raft.snapshot.keep" [Accepted] S7, FIGURE_13;
        /// InstallSnapshot, 7.
        SNAPSHOT_REPLACE = "raft.snapshot.replace" [Accepted] S7, FIGURE_13;
        /// InstallSnapshot, 8.
        SNAPSHOT_RESET = "raft.snapshot.reset" [Done] S7, FIGURE_13;
        /// AppendEntries with entries that a snapshot stands for.
        SNAPSHOT_COVERED = "raft.snapshot.covered" [Done] S5_3, S7;
    }
    section membership {
        /// The configuration before is not committed yet.
        CHANGE_PENDING = "raft.membership.pending" [Refused] S6, T4_1;
        /// No entry of the leader's own term is committed yet. (The thesis lacks this; its author
        /// added it to §4.1 in July 2015.)
        CHANGE_TERM = "raft.membership.term" [Refused] T4_1;
        /// New servers catch up before they count.
        CHANGE_CATCH_UP = "raft.membership.catch_up" [Done] S6, T4_2_1;
        /// One server more or less.
        CHANGE_APPEND = "raft.membership.append" [Accepted] T4_1;
        /// C_old,new.
        CHANGE_JOINT = "raft.membership.joint" [Accepted] S6, FIGURE_11;
        /// C_new.
        CHANGE_NEW = "raft.membership.new" [Done] S6, FIGURE_11;
        /// A configuration is committed.
        CHANGE_APPLY = "raft.membership.apply" [Done] S6, T4_1;
        /// The leader is no member of the configuration that it has committed.
        CHANGE_STEP_DOWN = "raft.membership.step_down" [Done] S6, T4_2_2;
        /// An election timeout of a server that is no member.
        NOT_A_MEMBER = "raft.membership.outside" [Ignored] S6, T4_2_2;
        /// A reply of a server that the leader no longer replicates to.
        REPLY_OUTSIDER = "raft.membership.outsider" [Ignored] S6, T4_1;
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
    /// A server asks whether it could win before it stands.
    PreVote = "pre_vote" at PRE_VOTE_START: Extends;
    /// A leader that a majority does not answer steps down, and no vote is given while a leader is
    /// alive.
    CheckQuorum = "check_quorum" at LEADER_QUORUM: Extends;
    /// A client can have leadership handed over with the command `>S2`.
    LeadershipTransfer = "leadership_transfer" at TRANSFER_START: Extends;
    /// Reads are answered without a log entry.
    ReadIndex = "read_index" at READ_NOTE: Extends;
    /// Applied entries are replaced by a snapshot.
    Snapshots = "snapshots" at SNAPSHOT_TAKE: Extends;
    /// Members come and go one at a time.
    SingleServer = "single_server" at CHANGE_APPEND: Extends;
    /// Any members become any others, through joint consensus.
    JointConsensus = "joint_consensus" at CHANGE_JOINT: Extends;
    /// A leader changes the members before an entry of its own term is committed.
    ConfigBeforeCommit = "config_before_commit" at CHANGE_TERM: Loses(&LEADER_COMPLETENESS);
    /// Joint consensus is decided by the new majority alone.
    OneMajority = "one_majority" at CHANGE_JOINT: Loses(&LEADER_COMPLETENESS);
    /// A leader answers a read from its own state, and asks nobody whether it still leads.
    ReadWithoutQuorum = "read_without_quorum" at READ_ANSWER: Loses(&LINEARIZABILITY);
    /// A server that has been removed is installed anew, under its old name: it comes back with an
    /// empty disk, and those who have yet to hear of its removal take it for the old one.
    ReuseName = "reuse_name" at RESTART: Loses(&LEADER_COMPLETENESS);
}
