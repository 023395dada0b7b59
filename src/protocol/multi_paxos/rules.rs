//! The algorithm, line by line, and what can be broken.
//!
//! *Paxos Made Simple*, §3, and where it is silent *Paxos Made Moderately Complex* (PMMC) for
//! leaders' timeouts and replicas, and *Flexible Paxos* for the sizes of quorums.

use super::properties::{AGREEMENT, ONCE, STATE_MACHINE_SAFETY};
use crate::protocol::Effect::Loses;
use crate::protocol::{Citation, rules, variants};

const S2_2: Citation = Citation::paxos("2.2");
const S2_3: Citation = Citation::paxos("2.3");
const S2_4: Citation = Citation::paxos("2.4");
const S2_5: Citation = Citation::paxos("2.5");
const S3: Citation = Citation::paxos("3");
const PMMC_2_1: Citation = Citation::pmmc("2.1");
const PMMC_2_5: Citation = Citation::pmmc("2.5");
const PMMC_3: Citation = Citation::pmmc("3");
const PMMC_4_2: Citation = Citation::pmmc("4.2");
const FLEXIBLE: Citation = Citation::flexible_paxos("3");

rules! {
    section election {
        /// An election timeout: phase 1a, once for all open slots.
        PREPARE = "multi_paxos.election.prepare" [Done] S3, S2_2, S2_5, PMMC_3;
        /// A promise is counted.
        PROMISE_COUNT = "multi_paxos.election.count" [Accepted] S2_2, S3;
        /// A quorum of phase 1: the node leads.
        ELECTED = "multi_paxos.election.elected" [Done] S3, FLEXIBLE;
        /// A higher ballot is in use: the attempt to lead is given up.
        ABANDON = "multi_paxos.election.abandon" [Refused] S2_2, S2_4;
        /// A higher ballot is in use: the leader hands over.
        STEP_DOWN = "multi_paxos.election.step_down" [Done] S3, PMMC_2_5;
        /// The leader shows that it is there.
        HEARTBEAT_SENT = "multi_paxos.election.heartbeat" [Done] S3, PMMC_3;
        /// A heartbeat arrives.
        HEARTBEAT_HEARD = "multi_paxos.election.follow" [Accepted, Refused] S3, PMMC_3;
        /// A timer of a role that the node does not have.
        TIMER_ROLE = "multi_paxos.election.timer" [Ignored] S3;
    }
    section leader {
        /// Phase 2a of a slot in which something was reported.
        FINISH = "multi_paxos.leader.finish" [Done] S2_2, S3;
        /// Phase 2a of a slot in which nothing was reported, below one in which something was.
        FILL_GAP = "multi_paxos.leader.fill" [Done] S3;
        /// A client turns to a node that does not lead.
        REQUEST_ELSEWHERE = "multi_paxos.leader.elsewhere" [Refused] S3;
        /// A retry of a request that has been answered.
        REQUEST_ANSWERED = "multi_paxos.leader.answered" [Done] PMMC_2_1;
        /// A request that is older than the client's latest.
        REQUEST_OLD = "multi_paxos.leader.old" [Ignored] PMMC_2_1;
        /// A retry of a request that has its slot already, or waits for one.
        REQUEST_WAITING = "multi_paxos.leader.waiting" [Ignored] PMMC_2_1;
        /// A client's command gets the next slot: phase 2a at once.
        REQUEST_SLOT = "multi_paxos.leader.slot" [Accepted] S3;
        /// As many slots are open as may be.
        REQUEST_QUEUED = "multi_paxos.leader.queued" [Done] S3;
        /// Phase 2a again, where the answers did not come.
        RETRANSMIT = "multi_paxos.leader.retransmit" [Done] S3;
        /// A reply to another ballot, or too late.
        REPLY_STALE = "multi_paxos.leader.stale" [Ignored] S2_2;
        /// An acceptance is counted.
        ACCEPT_COUNT = "multi_paxos.leader.count" [Accepted] S2_3;
        /// A quorum of phase 2 in one ballot.
        CHOSEN = "multi_paxos.leader.chosen" [Done] S2_2, S2_3, FLEXIBLE;
    }
    section acceptor {
        /// Phase 1b, once for all open slots.
        PROMISE = "multi_paxos.acceptor.promise" [Accepted, Refused, Ignored] S2_2, S3;
        /// Phase 2b of one slot.
        ACCEPT = "multi_paxos.acceptor.accept" [Accepted, Refused] S2_2;
        /// A restart from disk.
        RESTART = "multi_paxos.acceptor.restart" [Done] S2_5;
    }
    section replica {
        /// The leader tells what is chosen.
        LEARN = "multi_paxos.replica.learn" [Done] S2_3, S3;
        /// Known already.
        LEARN_KNOWN = "multi_paxos.replica.known" [Ignored] S2_3;
        /// A chosen command is applied.
        APPLY = "multi_paxos.replica.apply" [Done] S3, PMMC_2_1;
        /// A no-op leaves the state unchanged.
        APPLY_NO_OP = "multi_paxos.replica.no_op" [Done] S3;
        /// A command that has been executed in an earlier slot.
        APPLY_DUPLICATE = "multi_paxos.replica.duplicate" [Ignored] PMMC_2_1;
        /// A slot before it is not known to be chosen.
        APPLY_GAP = "multi_paxos.replica.gap" [Refused] S3;
        /// A replica that lags behind asks.
        CATCH_UP_ASK = "multi_paxos.replica.ask" [Done] S2_3, PMMC_4_2;
        /// A replica that knows tells.
        CATCH_UP_TELL = "multi_paxos.replica.tell" [Done, Ignored] S2_3, PMMC_4_2;
    }
}

variants! {
    /// The promise is not synced to disk.
    ForgetPromise = "forget_promise" at RESTART: Loses(&AGREEMENT);
    /// A promise does not carry what was accepted.
    PromiseHidesAccepted = "promise_hides_accepted" at PROMISE: Loses(&AGREEMENT);
    /// Any reported value will do, not the highest-numbered.
    AnyReportedValue = "any_reported_value" at FINISH: Loses(&AGREEMENT);
    /// A new leader proposes at once.
    SkipPhase1 = "skip_phase_1" at PREPARE: Loses(&AGREEMENT);
    /// A leader takes a gap for a no-op, without having it chosen.
    GapsLeft = "gaps_left" at FILL_GAP: Loses(&STATE_MACHINE_SAFETY);
    /// Quorums of phase 1 and of phase 2 need not share an acceptor.
    DisjointQuorums = "disjoint_quorums" at ELECTED: Loses(&AGREEMENT);
    /// A replica applies whatever it learns, as soon as it learns it.
    ApplyOutOfOrder = "apply_out_of_order" at APPLY_GAP: Loses(&STATE_MACHINE_SAFETY);
    /// Serial numbers are not looked at.
    NoSessions = "no_sessions" at APPLY_DUPLICATE: Loses(&ONCE);
}
