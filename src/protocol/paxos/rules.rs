//! The algorithm, line by line (*Paxos Made Simple*, §2.2 to §2.5), and what can be broken.

use super::properties::AGREEMENT;
use crate::protocol::Effect::{Extends, Harmless, Loses, Stalls};
use crate::protocol::{Citation, rules, variants};

const S2_2: Citation = Citation::paxos("2.2");
const S2_3: Citation = Citation::paxos("2.3");
const S2_4: Citation = Citation::paxos("2.4");
const S2_5: Citation = Citation::paxos("2.5");
const FLEXIBLE: Citation = Citation::flexible_paxos("3");

rules! {
    section proposer {
        /// A client turns to a node that is no proposer.
        REQUEST_ROLE = "paxos.proposer.role" [Refused] S2_5;
        /// A client asks, and the value is chosen already.
        REQUEST_KNOWN = "paxos.proposer.known" [Done] S2_3;
        /// A client's value becomes the one to propose.
        REQUEST_TAKEN = "paxos.proposer.taken" [Done] S2_2;
        /// A client's value waits: an attempt is under way.
        REQUEST_QUEUED = "paxos.proposer.queued" [Done] S2_2;
        /// Phase 1a.
        PREPARE = "paxos.proposer.prepare" [Done] S2_2, S2_5;
        /// A reply to another ballot, or too late.
        REPLY_STALE = "paxos.proposer.stale" [Ignored] S2_2;
        /// A promise is counted.
        PROMISE_COUNT = "paxos.proposer.count" [Accepted] S2_2, FLEXIBLE;
        /// Phase 2a, nothing reported: the proposer's own value.
        PROPOSE_OWN = "paxos.proposer.own" [Done] S2_2;
        /// Phase 2a, something reported: the highest-numbered proposal's value.
        PROPOSE_ADOPTED = "paxos.proposer.adopt" [Done] S2_2;
        /// A refusal: the ballot is given up.
        ABANDON = "paxos.proposer.abandon" [Refused] S2_2;
        /// The retry timer: a higher ballot.
        RETRY_LATER = "paxos.proposer.retry" [Done] S2_4;
        /// The retry timer with nothing to propose.
        RETRY_IDLE = "paxos.proposer.idle" [Ignored] S2_4;
    }
    section acceptor {
        /// Phase 1b.
        PROMISE = "paxos.acceptor.promise" [Accepted, Refused, Ignored] S2_2;
        /// Phase 2b.
        ACCEPT = "paxos.acceptor.accept" [Accepted, Refused] S2_2;
        /// A restart from disk.
        RESTART = "paxos.acceptor.restart" [Done] S2_5;
    }
    section learner {
        /// An acceptance is counted.
        LEARN_COUNT = "paxos.learner.count" [Accepted] S2_3;
        /// A quorum in one ballot.
        LEARN_CHOSEN = "paxos.learner.chosen" [Done] S2_2, S2_3, FLEXIBLE;
        /// Known already.
        LEARN_KNOWN = "paxos.learner.known" [Ignored] S2_3;
    }
}

variants! {
    /// Acceptors ignore what they refuse, without a word.
    SilentRefusals = "silent_refusals" at ABANDON: Extends;
    /// The promise is not synced to disk.
    ForgetPromise = "forget_promise" at RESTART: Loses(&AGREEMENT);
    /// Phase 2b accepts whatever comes.
    AcceptIgnoresPromise = "accept_ignores_promise" at ACCEPT: Loses(&AGREEMENT);
    /// A promise does not carry what was accepted.
    PromiseHidesAccepted = "promise_hides_accepted" at PROMISE: Loses(&AGREEMENT);
    /// Any reported value will do, not the highest-numbered.
    AnyReportedValue = "any_reported_value" at PROPOSE_ADOPTED: Loses(&AGREEMENT);
    /// The proposer insists on its own value.
    OwnValueAlways = "own_value_always" at PROPOSE_ADOPTED: Loses(&AGREEMENT);
    /// Phase 2b compares with what was accepted, not with what was promised.
    AcceptChecksAcceptedOnly = "accept_checks_accepted_only" at ACCEPT: Loses(&AGREEMENT);
    /// Accepting does not raise the promise: a lower ballot that was promised to may follow.
    AcceptKeepsPromise = "accept_keeps_promise" at ACCEPT: Loses(&AGREEMENT);
    /// Every Prepare is promised to: the promise may fall.
    PromiseWithoutCheck = "promise_without_check" at PROMISE: Loses(&AGREEMENT);
    /// The tutorial's Paxos: an acceptor class with one `id` and one `value`. `prepare(n)` and
    /// `accept(n, v)` both set `id`, so a promise can no longer say in which ballot its value was
    /// accepted: all promises of a ballot report that same ballot, and the proposer has to take
    /// any of their values.
    TutorialAcceptor = "tutorial_acceptor" at PROMISE: Loses(&AGREEMENT);
    /// The lowest-numbered reported value wins.
    LowestReportedValue = "lowest_reported_value" at PROPOSE_ADOPTED: Loses(&AGREEMENT);
    /// Phase 2a comes first.
    SkipPhase1 = "skip_phase_1" at PREPARE: Loses(&AGREEMENT);
    /// A promise for a lower ballot of the same proposer counts for this one.
    CountStalePromises = "count_stale_promises" at REPLY_STALE: Loses(&AGREEMENT);
    /// The proposer's round is lost in a crash, and nothing else is asked for it.
    ReuseBallot = "reuse_ballot" at PREPARE: Loses(&AGREEMENT);
    /// What was accepted is not synced to disk; the promise is.
    ForgetAccepted = "forget_accepted" at RESTART: Loses(&AGREEMENT);
    /// An acceptor starts again with neither promise nor proposal.
    ForgetEverything = "forget_everything" at RESTART: Loses(&AGREEMENT);
    /// Half of the acceptors are a quorum: of an even number, two quorums may share none.
    HalfQuorum = "half_quorum" at LEARN_CHOSEN: Loses(&AGREEMENT);
    /// Any acceptor is a quorum.
    SingleQuorum = "single_quorum" at LEARN_CHOSEN: Loses(&AGREEMENT);
    /// The sizes of the two phases may be such that their quorums share no acceptor. Where phase
    /// 1 has none set, it gets the greatest such size.
    DisjointQuorums = "disjoint_quorums" at PROMISE_COUNT: Loses(&AGREEMENT);
    /// A learner believes the first acceptor that tells it.
    LearnFromOne = "learn_from_one" at LEARN_CHOSEN: Loses(&AGREEMENT);
    /// A learner adds up the acceptances of a value, whatever their ballots.
    LearnAcrossBallots = "learn_across_ballots" at LEARN_COUNT: Loses(&AGREEMENT);
    /// Accept only above the promise: never what was just promised to.
    AcceptStrictlyGreater = "accept_strictly_greater" at ACCEPT: Stalls;
    /// A copy of a Prepare is promised to again.
    PromiseEqual = "promise_equal" at PROMISE: Harmless;
    /// Accepting does not raise the promise, but nothing below what was accepted is accepted.
    RefuseBelowAccepted = "refuse_below_accepted" at ACCEPT: Harmless;
    /// P1a to the letter (§2.2): only what was promised binds; of all that was accepted, the
    /// highest-numbered proposal is kept and reported.
    LiteralP1a = "literal_p1a" at ACCEPT: Harmless;
}
