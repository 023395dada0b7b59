//! The algorithm, line by line (*Paxos Made Simple*, §2.2 to §2.5), and what can be broken.

use super::properties::AGREEMENT;
use crate::protocol::Effect::{Extends, Loses};
use crate::protocol::{Citation, rules, variants};

const S2_2: Citation = Citation::paxos("2.2");
const S2_3: Citation = Citation::paxos("2.3");
const S2_4: Citation = Citation::paxos("2.4");
const S2_5: Citation = Citation::paxos("2.5");

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
        PROMISE_COUNT = "paxos.proposer.count" [Accepted] S2_2;
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
        /// A majority in one ballot.
        LEARN_CHOSEN = "paxos.learner.chosen" [Done] S2_2, S2_3;
        /// Known already.
        LEARN_KNOWN = "paxos.learner.known" [Ignored] S2_3;
    }
}

variants! {
    /// Acceptors ignore what they refuse, without a word.
    SilentRefusals = "silent_refusals" at ABANDON: Extends;
    /// The promise is not synced to disk.
    ForgetPromise = "forget_promise" at RESTART: Loses(&AGREEMENT);
    /// Phase 2b compares with what was accepted, not with what was promised.
    AcceptIgnoresPromise = "accept_ignores_promise" at ACCEPT: Loses(&AGREEMENT);
    /// A promise does not carry what was accepted.
    PromiseHidesAccepted = "promise_hides_accepted" at PROMISE: Loses(&AGREEMENT);
    /// Any reported value will do, not the highest-numbered.
    AnyReportedValue = "any_reported_value" at PROPOSE_ADOPTED: Loses(&AGREEMENT);
    /// The proposer insists on its own value.
    OwnValueAlways = "own_value_always" at PROPOSE_ADOPTED: Loses(&AGREEMENT);
}
