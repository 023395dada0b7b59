//! Whole clusters: what proposers, acceptors and learners make together. Acceptors are S1 to S3;
//! each of the ballots 0, 1 and 2 has a proposer of its own.

use quorumscope::protocol::paxos::Paxos;
use quorumscope::world::{Action, ActionError};

use crate::common::paxos_stories::{LEARNER, proposer, stage};
use crate::common::{Lab, n, scenario, value};

fn lab() -> Lab<Paxos> {
    Lab::new(&stage(&[]))
}

fn some(text: &str) -> Option<String> {
    Some(text.into())
}

/// All pairs of S1, S2, S3: the smallest majorities.
const PAIRS: [[u8; 2]; 3] = [[1, 2], [1, 3], [2, 3]];

/// One proposer, no failures: its value is chosen in its ballot.
#[test]
fn one_proposer_chooses_its_value() {
    let mut lab = lab();
    lab.begin(0, "x");
    lab.prepare(0, &[1, 2, 3]);
    lab.accept(0, &[1, 2, 3]);
    assert_eq!(lab.chosen(LEARNER), some("x"));
    let (ballot, _) = lab.node(LEARNER).learner.chosen.clone().unwrap();
    assert_eq!(ballot.owner, Some(n(proposer(0))));
}

/// A majority is enough: one acceptor may be down.
#[test]
fn a_minority_may_be_down() {
    let mut lab = lab();
    lab.crash(3);
    lab.begin(0, "x");
    lab.settle();
    assert_eq!(lab.chosen(LEARNER), some("x"));
}

/// Two acceptors down: nobody may propose, nothing is chosen.
#[test]
fn a_majority_must_be_up() {
    let mut lab = lab();
    lab.crash(2);
    lab.crash(3);
    lab.begin(0, "x");
    for _ in 0..3 {
        lab.settle();
        assert_eq!((lab.asked(0), lab.chosen(LEARNER)), (None, None));
        lab.fire(proposer(0), "retry");
    }
    lab.restart(3);
    lab.settle();
    assert_eq!(
        lab.chosen(LEARNER),
        some("x"),
        "and it goes on once one is back"
    );
}

/// "P2. If a proposal with value v is chosen, then every higher-numbered proposal that is chosen
/// has value v" (§2.2): whichever majority chose, and whichever a later proposer asks.
#[test]
fn a_chosen_value_survives_every_majority() {
    for chosen_by in PAIRS {
        for asked in PAIRS {
            let mut lab = lab();
            lab.begin(0, "x");
            lab.prepare(0, &chosen_by);
            lab.accept(0, &chosen_by);
            assert_eq!(lab.chosen(LEARNER), some("x"));
            lab.begin(1, "y");
            lab.prepare(1, &asked);
            assert_eq!(lab.asked(1), some("x"), "{chosen_by:?} {asked:?}");
        }
    }
}

/// What only a minority accepted may be lost, and what replaced it must then be kept.
#[test]
fn a_minority_may_be_overwritten() {
    let mut lab = lab();
    lab.begin(0, "x");
    lab.prepare(0, &[1, 2]);
    lab.accept(0, &[1]);
    lab.begin(1, "y");
    lab.prepare(1, &[2, 3]);
    assert_eq!(lab.asked(1), some("y"));
    lab.accept(1, &[2, 3]);
    assert_eq!(lab.chosen(LEARNER), some("y"));
    lab.begin(2, "z");
    lab.prepare(2, &[1, 2]);
    assert_eq!(
        lab.asked(2),
        some("y"),
        "S1 reports x of ballot 0, S2 y of ballot 1"
    );
}

/// The shortest run that defeats an acceptor that does not raise its promise when it accepts.
#[test]
fn accepting_raises_the_promise() {
    let mut lab = lab();
    lab.begin(0, "x");
    lab.prepare(0, &[1, 2]);
    lab.begin(1, "y");
    lab.prepare(1, &[1, 2]);
    lab.begin(2, "z");
    lab.prepare(2, &[1]);
    lab.accept(1, &[2, 3]);
    assert_eq!(lab.chosen(LEARNER), some("y"));
    lab.accept(0, &[3]);
    assert_eq!(lab.accepted(3), some("y"), "S3 refuses the lower ballot");
    lab.prepare(2, &[3]);
    assert_eq!(lab.asked(2), some("y"));
    lab.accept(2, &[1, 2]);
    assert_eq!(lab.chosen(LEARNER), some("y"));
}

/// An acceptor that crashes keeps its promise, and refuses the ballot that it promised to ignore.
#[test]
fn a_crash_does_not_break_a_promise() {
    let mut lab = lab();
    lab.begin(0, "x");
    lab.prepare(0, &[1, 2]);
    lab.begin(1, "y");
    lab.prepare(1, &[2, 3]);
    lab.accept(0, &[1]);
    lab.crash(2);
    lab.restart(2);
    lab.accept(0, &[2]);
    assert_eq!(lab.accepted(2), None);
    lab.accept(1, &[2, 3]);
    assert_eq!(lab.chosen(LEARNER), some("y"));
}

/// "It's easy to construct a scenario in which two proposers each keep issuing a sequence of
/// proposals with increasing numbers, none of which are ever chosen" (§2.4); and it is over once
/// one of them is left alone.
#[test]
fn two_proposers_can_duel() {
    let mut lab = lab();
    lab.begin(0, "x");
    lab.prepare(0, &[1, 2, 3]);
    lab.begin(1, "y");
    lab.prepare(1, &[1, 2, 3]);
    for _ in 0..5 {
        for (late, early) in [(0, 1), (1, 0)] {
            lab.accept(late, &[1, 2, 3]);
            assert_eq!(lab.chosen(LEARNER), None);
            lab.fire(proposer(late), "retry");
            lab.prepare(late, &[1, 2, 3]);
            assert!(lab.asked(early).is_some());
        }
    }
    lab.accept(1, &[1, 2, 3]);
    assert_eq!(lab.chosen(LEARNER), some("y"));
}

/// A value outlives its proposer: once acceptors have it, another proposer brings it to the end.
#[test]
fn a_value_survives_its_proposer() {
    let mut lab = lab();
    lab.begin(0, "x");
    lab.prepare(0, &[1, 2]);
    lab.accept(0, &[1]);
    lab.crash(proposer(0));
    lab.begin(1, "y");
    lab.prepare(1, &[1, 2]);
    assert_eq!(lab.asked(1), some("x"));
    lab.settle();
    assert_eq!(lab.chosen(LEARNER), some("x"));
    assert_eq!(
        lab.told(2),
        [some("x")],
        "its client is told that another value was chosen"
    );
}

/// A proposer that crashes forgets its client; the client asks again and is told.
#[test]
fn a_proposer_may_forget() {
    let mut lab = Lab::<Paxos>::new(&scenario("paxos", 3, &[]));
    lab.ask(1, 1, "x");
    lab.crash(1);
    lab.settle();
    assert_eq!(lab.told(1), [None]);
    lab.act(Action::Fire(
        quorumscope::protocol::ClientId(1).into(),
        "retry".into(),
    ));
    lab.settle();
    assert_eq!(lab.told(1), [some("x")]);
}

/// Roles are played by those that they were given to: nobody else promises, accepts or learns,
/// and clients turn to proposers only.
#[test]
fn roles_stay_where_they_were_put() {
    let mut lab = lab();
    let ask = Action::Submit {
        client: quorumscope::protocol::ClientId(1),
        to: Some(n(1)),
        value: value("x"),
    };
    assert_eq!(lab.world().check(&ask), Err(ActionError::NotServing(n(1))));
    lab.begin(0, "x");
    lab.settle();
    for id in 1..=LEARNER {
        let is_acceptor = id <= 3;
        assert_eq!(lab.accepted(id).is_some(), is_acceptor, "S{id}");
        assert_eq!(lab.node(id).disk.promised.is_some(), is_acceptor, "S{id}");
        let learns = id == LEARNER || id == proposer(0);
        assert_eq!(lab.chosen(id).is_some(), learns, "S{id}");
    }
}

/// With all roles on every node, every node learns.
#[test]
fn everybody_learns() {
    for nodes in 1..=9 {
        let mut lab = Lab::<Paxos>::new(&scenario("paxos", nodes, &[]));
        lab.ask(1, 1, "x");
        lab.settle();
        assert!(
            (1..=nodes).all(|id| lab.chosen(id) == some("x")),
            "{nodes} nodes"
        );
        assert_eq!(lab.told(1), [some("x")]);
    }
}
