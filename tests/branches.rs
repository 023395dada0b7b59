//! The tree of branches, and what one node knows of a run.

mod common;

use quorumscope::protocol::{Endpoint, NodeId};
use quorumscope::view::{Session, first_look, open};
use quorumscope::world::Action;

/// A run of Raft in which S3 leads, and its position and hash at the end.
fn elected() -> Session {
    let mut session = open(first_look("raft"), 1).expect("a first look opens");
    session.stride().expect("there is an election");
    for _ in 0..10 {
        session.step().expect("heartbeats go on");
    }
    session
}

/// Acting in the past begins a branch; both are there, and each is returned to where it was left.
#[test]
fn branches_are_kept_and_returned_to() {
    let mut session = elected();
    let (length, hash) = (session.length(), session.hash());
    session.seek(5);
    session.act(Action::Crash(NodeId(3))).expect("S3 is up");
    let branches = session.branches();
    assert_eq!(branches.len(), 2);
    assert_eq!(branches[1].leaves, Some((branches[0].id, 5)));
    assert_eq!((branches[0].length, branches[1].length), (length, 6));
    assert!(branches[1].on_stage && !branches[0].on_stage);

    // It was left at its event 5, and not by returning: its end is where one goes.
    session.return_to(branches[0].id);
    assert_eq!((session.position(), session.hash()), (length, hash));
    session.seek(7);
    session.return_to(branches[1].id);
    assert_eq!(session.position(), 6);
    session.return_to(branches[0].id);
    assert_eq!(session.position(), 7);
}

/// Names are trimmed and bounded, and an empty one takes the name away.
#[test]
fn branches_have_names() {
    let mut session = elected();
    let id = session.branch();
    session.name_branch(id, "  The quiet one ");
    assert_eq!(session.branches()[0].name.as_deref(), Some("The quiet one"));
    session.name_branch(id, &"长".repeat(100));
    let name = session.branches()[0].name.clone().expect("it has one");
    assert_eq!(name.chars().count(), 40);
    session.name_branch(id, " ");
    assert_eq!(session.branches()[0].name, None);
}

/// Two branches part where their actions first differ, and comparing moves nothing.
#[test]
fn the_first_difference_is_found() {
    let mut session = elected();
    let main = session.branch();
    session.seek(5);
    session.act(Action::Crash(NodeId(3))).expect("S3 is up");
    let other = session.branch();
    session.seek(3);
    let before = (session.branch(), session.position(), session.hash());
    let parting = session.part([main, other]).expect("both are there");
    assert_eq!(
        (session.branch(), session.position(), session.hash()),
        before
    );
    assert_eq!(parting.shared, 5);
    let [one, two] = parting.first.clone().map(|it| it.expect("both go on"));
    assert_ne!(one, two);
    assert!(two.iter().any(|it| it.title.key == "event.crashed"));
    assert!(!parting.ends[1].node(NodeId(3)).expect("S3 is there").up);

    // A branch of a branch, against the branch that it leaves at its very end: one of them ends.
    session.seek(6);
    let nested = session.branch();
    let parting = session.part([main, nested]).expect("both are there");
    assert_eq!(parting.shared, 5);
}

/// What a node knows has nothing that only others know: were they in another state, it would know
/// the same.
#[test]
fn a_node_knows_nothing_of_the_others_but_what_they_said() {
    let mut session = elected();
    let own = NodeId(2);
    let seen = |session: &Session| session.moment().seen_by(&session.knowledge(own));
    let before = seen(&session);
    // Others crash, links are cut and messages of others are lost: it cannot tell.
    session.act(Action::Crash(NodeId(3))).expect("S3 is up");
    session.act(Action::Pause(NodeId(1))).expect("S1 is up");
    let cut = Action::Cut(Endpoint::Node(NodeId(4)), Endpoint::Node(NodeId(5)));
    session.act(cut).expect("the link is whole");
    let mut after = seen(&session);
    // But for what the page itself counts, and what the last step was.
    (after.position, after.length) = (before.position, before.length);
    (after.happened, after.landed) = (before.happened.clone(), before.landed.clone());
    after.next = before.next.clone();
    for (one, other) in after.nodes.iter_mut().zip(&before.nodes) {
        one.changed = other.changed.clone();
    }
    assert_eq!(after, before);
}

/// A node counts time by its own clock: slow, fast, and standing still while it is paused.
#[test]
fn a_node_has_its_own_clock() {
    let mut session = open(first_look("raft"), 1).expect("a first look opens");
    let own = NodeId(2);
    let clock = |session: &Session| session.knowledge(own).clock;
    session.act(Action::Advance(10)).expect("nothing is due");
    assert_eq!(clock(&session), 10);
    session
        .act(Action::Clock(own, 500))
        .expect("its clock ran true");
    session.act(Action::Advance(10)).expect("nothing is due");
    assert_eq!(clock(&session), 15);
    session.act(Action::Pause(own)).expect("it runs");
    session.act(Action::Advance(10)).expect("nothing is due");
    assert_eq!(clock(&session), 15);
    session.act(Action::Resume(own)).expect("it is paused");
    session.act(Action::Advance(10)).expect("nothing is due");
    assert_eq!(clock(&session), 20);
    assert_eq!(session.now(), 40);
}

/// What it sent and received are its letters, and nobody else's.
#[test]
fn letters_are_its_own() {
    let session = elected();
    for number in 1..=5 {
        let known = session.knowledge(NodeId(number));
        let own: Endpoint = NodeId(number).into();
        assert!(!known.letters.is_empty(), "S{number} has had letters");
        for letter in &known.letters {
            let id = letter.arrow.id;
            let ends = if letter.received {
                (id.to, id.from)
            } else {
                (id.from, id.to)
            };
            assert_eq!(ends, (own, letter.peer));
        }
    }
}
