//! The algorithm, line by line (Figure 2 of the paper), and what can be broken.

use super::properties::{ELECTION_SAFETY, LEADER_COMPLETENESS};
use crate::protocol::Effect::{Extends, Loses};
use crate::protocol::{Citation, rules, variants};

const FIGURE_2: Citation = Citation::raft_figure("2");
const FIGURE_8: Citation = Citation::raft_figure("8");
const S5_1: Citation = Citation::raft("5.1");
const S5_2: Citation = Citation::raft("5.2");
const S5_3: Citation = Citation::raft("5.3");
const S5_4_1: Citation = Citation::raft("5.4.1");
const S5_4_2: Citation = Citation::raft("5.4.2");
const S8: Citation = Citation::raft("8");
const S6: Citation = Citation::raft("6");
const S7: Citation = Citation::raft("7");
const FIGURE_11: Citation = Citation::raft_figure("11");
const FIGURE_13: Citation = Citation::raft_figure("13");
const T4_1: Citation = Citation::thesis("4.1");
const T4_2_1: Citation = Citation::thesis("4.2.1");
const T4_2_2: Citation = Citation::thesis("4.2.2");
const T5_1: Citation = Citation::thesis("5.1");

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
}
