//! Runs that defeat Paxos with one rule broken, each as short as it gets; the same steps do no
//! harm to Paxos as it is. Acceptors are S1 to S3; ballots 0, 1 and 2 have a proposer each.

use quorumscope::protocol::paxos::Paxos;
use quorumscope::world::Action;

use super::lab::{Lab, Mood, n, scenario};
use super::paxos_stories::{lab, proposer};

fn paxos(variants: &[&str]) -> Lab<Paxos> {
    lab(variants, Mood::Lenient)
}

/// x is chosen by S1 and S2 in ballot 0.
fn choose_x(lab: &mut Lab<Paxos>) {
    lab.begin(0, "x");
    lab.prepare(0, &[1, 2]);
    lab.accept(0, &[1, 2]);
}

/// Ballot 1 asks S2 and S3.
fn try_y(lab: &mut Lab<Paxos>) {
    lab.begin(1, "y");
    lab.prepare(1, &[2, 3]);
    lab.accept(1, &[2, 3]);
}

/// S3 accepts ballot 1, to which it has not promised, and then ballot 0; ballot 2 hears of ballot
/// 0 alone. Three acceptors and three ballots: with fewer, nothing happens.
pub fn accepts_without_promising(variants: &[&str]) -> Lab<Paxos> {
    let mut lab = paxos(variants);
    lab.begin(0, "x");
    lab.prepare(0, &[1, 2]);
    lab.begin(1, "y");
    lab.prepare(1, &[1, 2]);
    lab.begin(2, "z");
    lab.prepare(2, &[1]);
    lab.accept(1, &[2, 3]);
    lab.accept(0, &[3]);
    lab.prepare(2, &[3]);
    lab.accept(2, &[1, 2]);
    lab
}

/// S2 promises to ballot 1, then to ballot 0.
pub fn promises_less(variants: &[&str]) -> Lab<Paxos> {
    let mut lab = paxos(variants);
    lab.begin(0, "x");
    lab.prepare(0, &[1]);
    lab.begin(1, "y");
    lab.prepare(1, &[2, 3]);
    lab.prepare(0, &[2]);
    lab.accept(0, &[1, 2]);
    lab.accept(1, &[2, 3]);
    lab
}

/// S1 has accepted z in ballot 0, S2 and S3 have chosen x in ballot 1; ballot 2 hears of both.
pub fn hears_of_an_outdated_value(variants: &[&str]) -> Lab<Paxos> {
    let mut lab = paxos(variants);
    lab.begin(0, "z");
    lab.prepare(0, &[1, 2]);
    lab.begin(1, "x");
    lab.prepare(1, &[2, 3]);
    lab.accept(0, &[1]);
    lab.accept(1, &[2, 3]);
    lab.begin(2, "y");
    lab.prepare(2, &[1, 2]);
    lab.accept(2, &[1, 2]);
    lab
}

/// Nobody prepares anything.
pub fn accepts_at_once(variants: &[&str]) -> Lab<Paxos> {
    let mut lab = paxos(variants);
    lab.begin(0, "x");
    lab.accept(0, &[1, 2]);
    lab.begin(1, "y");
    lab.accept(1, &[2, 3]);
    lab
}

/// Promises for the first ballot of S4 come when S4 is at its second, and ballot 1, in between,
/// has chosen y.
pub fn promises_come_late(variants: &[&str]) -> Lab<Paxos> {
    let mut lab = paxos(variants);
    lab.begin(0, "x");
    lab.deliver(proposer(0), 1);
    lab.deliver(proposer(0), 2);
    lab.fire(proposer(0), "retry");
    lab.begin(1, "y");
    lab.prepare(1, &[1, 2]);
    lab.accept(1, &[1, 2]);
    lab.deliver(1, proposer(0));
    lab.deliver(2, proposer(0));
    lab.accept(0, &[1, 2]);
    lab
}

/// S4 begins ballot 0 twice, with a crash in between. S3 has not told what it promised, and the
/// promise of S2 comes a second time.
pub fn begins_again(variants: &[&str]) -> Lab<Paxos> {
    let mut lab = paxos(variants);
    lab.begin(0, "x");
    lab.deliver(proposer(0), 3);
    lab.deliver(proposer(0), 2);
    for promise in lab.flights(n(2), n(proposer(0))) {
        lab.act(Action::Duplicate(promise));
    }
    lab.prepare(0, &[1]);
    if let Some(promise) = lab.flights(n(2), n(proposer(0))).first() {
        lab.act(Action::Deliver(*promise));
    }
    lab.accept_alone(0, &[1, 2]);
    lab.crash(proposer(0));
    lab.restart(proposer(0));
    lab.ask(3, proposer(0), "y");
    lab.deliver(2, proposer(0));
    lab.deliver(3, proposer(0));
    lab.accept(0, &[2, 3]);
    lab
}

/// S2, which has chosen x with S1, crashes before ballot 1 asks it.
pub fn crashes_once_chosen(variants: &[&str]) -> Lab<Paxos> {
    let mut lab = paxos(variants);
    choose_x(&mut lab);
    lab.crash(2);
    lab.restart(2);
    try_y(&mut lab);
    lab
}

/// Four nodes: S1 and S2 agree on x, S3 and S4 on y.
pub fn two_halves(variants: &[&str]) -> Lab<Paxos> {
    let mut lab = Lab::of(&scenario("paxos", 4, variants), 1, Mood::Lenient);
    for (client, a, b, own) in [(1, 1, 2, "x"), (2, 3, 4, "y")] {
        lab.ask(client, a, own);
        lab.converse(a, b);
        lab.drop_all();
    }
    lab
}

/// Ballot 0 gets no further than S1, ballot 1 no further than S2.
pub fn one_each(variants: &[&str]) -> Lab<Paxos> {
    let mut lab = paxos(variants);
    for (ballot, own, acceptor) in [(0, "x", 1), (1, "y", 2)] {
        lab.begin(ballot, own);
        lab.prepare(ballot, &[acceptor]);
        lab.accept(ballot, &[acceptor]);
    }
    lab
}

/// Ballot 0 is chosen by S1 and S2, and ballot 1 asks S3 alone about it.
pub fn asks_beside(variants: &[&str]) -> Lab<Paxos> {
    let mut lab = paxos(variants);
    choose_x(&mut lab);
    lab.begin(1, "y");
    lab.prepare(1, &[3]);
    lab.accept(1, &[2, 3]);
    lab
}

/// S1 alone accepts x; S2 and S3 choose y.
pub fn hears_of_one(variants: &[&str]) -> Lab<Paxos> {
    let mut lab = paxos(variants);
    lab.begin(0, "x");
    lab.prepare(0, &[1, 2]);
    lab.accept(0, &[1]);
    try_y(&mut lab);
    lab
}

/// x is accepted by S1 in ballot 0 and by S3 in ballot 2, never by two in one; what is chosen,
/// in a fourth ballot, is y. Three ballots are not enough.
pub fn hears_across_ballots(variants: &[&str]) -> Lab<Paxos> {
    let mut lab = paxos(variants);
    lab.begin(0, "x");
    lab.prepare(0, &[1, 2]);
    lab.accept(0, &[1]);
    lab.begin(1, "y");
    lab.prepare(1, &[2, 3]);
    lab.accept(1, &[2]);
    lab.begin(2, "z");
    lab.prepare(2, &[1, 3]);
    lab.accept(2, &[3]);
    lab.fire(proposer(0), "retry");
    lab.prepare(0, &[1, 2]);
    lab.accept(0, &[1, 2]);
    lab
}
