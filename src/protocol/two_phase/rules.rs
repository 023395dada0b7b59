//! The algorithm, line by line, and what can be broken.

use super::properties::{AGREEMENT, ALL_YES};
use crate::protocol::Effect::Loses;
use crate::protocol::{Citation, Place, Work, rules, variants};

/// Atomic commitment (Bernstein, Hadzilacos and Goodman).
pub(super) const B7_3: Citation = book("7.3");
const B7_4: Citation = book("7.4");
const G5_8: Citation = section(Work::DataBaseNotes, "5.8");
const GL3_1: Citation = section(Work::TransactionCommit, "3.1");
const GL3_3: Citation = section(Work::TransactionCommit, "3.3");

const fn section(work: Work, number: &'static str) -> Citation {
    let place = Place::Section(number);
    Citation { work, place }
}

const fn book(number: &'static str) -> Citation {
    section(Work::ConcurrencyControl, number)
}

rules! {
    section coordinator {
        /// A client turns to a node that does not coordinate.
        REQUEST_ROLE = "two_phase.coordinator.role" [Refused] GL3_1;
        /// A client asks again for what is decided.
        REQUEST_KNOWN = "two_phase.coordinator.known" [Done] B7_4;
        /// A client asks again for what is under way or waits.
        REQUEST_REPEATED = "two_phase.coordinator.repeated" [Ignored] B7_4;
        /// A transaction is under way; this one waits.
        REQUEST_QUEUED = "two_phase.coordinator.queued" [Done] B7_4;
        /// The start record, and the work.
        BEGIN = "two_phase.coordinator.begin" [Done] B7_4, G5_8;
        /// The work is done somewhere.
        WORKED = "two_phase.coordinator.worked" [Accepted] GL3_1;
        /// Phase 1: the request to vote.
        PREPARE = "two_phase.coordinator.prepare" [Done] B7_4, GL3_1;
        /// A vote.
        COUNT = "two_phase.coordinator.count" [Accepted, Refused] B7_4;
        /// All voted yes.
        COMMIT = "two_phase.coordinator.commit" [Done] B7_4, GL3_1;
        /// Somebody voted no.
        ABORT = "two_phase.coordinator.abort" [Done] B7_4;
        /// Somebody is silent.
        TIMEOUT = "two_phase.coordinator.timeout" [Done, Ignored] B7_4;
        /// An answer after the decision.
        LATE = "two_phase.coordinator.late" [Ignored] B7_4;
        /// An acknowledgement.
        ACK = "two_phase.coordinator.ack" [Accepted, Ignored] B7_4, G5_8;
        /// All have acknowledged.
        END = "two_phase.coordinator.end" [Done] B7_4, G5_8;
        /// Phase 2, once more.
        RESEND = "two_phase.coordinator.resend" [Done, Ignored] B7_4, G5_8;
    }
    section participant {
        /// The work of a transaction.
        WORK = "two_phase.participant.work" [Accepted, Ignored] GL3_1;
        /// Phase 1: the vote.
        VOTE = "two_phase.participant.vote" [Accepted, Refused] B7_4, GL3_1;
        /// The request to vote comes again.
        VOTE_AGAIN = "two_phase.participant.again" [Ignored] B7_4;
        /// Waited too long.
        ALONE = "two_phase.participant.alone" [Done, Ignored] B7_4, GL3_1;
        /// Phase 2: the decision.
        DECIDE = "two_phase.participant.decide" [Accepted] B7_4;
        /// Decided already.
        DECIDED = "two_phase.participant.decided" [Ignored, Refused] B7_3, B7_4;
    }
    section termination {
        /// In doubt: asks.
        ASK = "two_phase.termination.ask" [Done, Ignored] B7_4;
        /// Somebody else is in doubt.
        ANSWER = "two_phase.termination.answer" [Accepted, Refused] B7_4;
        /// An answer that does not help.
        UNSURE = "two_phase.termination.unsure" [Accepted, Ignored] B7_4;
        /// Nobody knows.
        BLOCKED = "two_phase.termination.blocked" [Done] B7_4, GL3_3;
    }
    section recovery {
        /// A restart from the log.
        RESTART = "two_phase.recovery.restart" [Done] B7_4;
        /// A start record without a decision.
        RECOVER = "two_phase.recovery.abort" [Done] B7_4;
    }
}

variants! {
    /// A yes vote is not written to the log.
    VoteNotDurable = "vote_not_durable" at VOTE: Loses(&AGREEMENT);
    /// A majority of yes votes will do.
    CommitOnMajority = "commit_on_majority" at COMMIT: Loses(&ALL_YES);
    /// Whoever waits too long for the decision aborts, although it has voted yes.
    UnilateralAbort = "unilateral_abort" at ASK: Loses(&AGREEMENT);
    /// The coordinator tells its decision before it is in the log.
    DecisionNotDurable = "decision_not_durable" at RECOVER: Loses(&AGREEMENT);
}
