//! Slots: a sequence of separate instances, phase 1 once for all of them, gaps and no-ops (§3).

use quorumscope::protocol::multi_paxos::{Message, MultiPaxos, Timer, WINDOW};
use quorumscope::protocol::{CellState, Fact, Protocol};

use super::single::*;
use crate::common::multi_paxos_stories::{gap, gap_filled, lab};
use crate::common::{Lab, Mood, n};

/// "The value chosen by the ith instance being the ith state machine command in the sequence."
#[test]
fn the_ith_instance_is_the_ith_command() {
    let mut lab = lab(3, &[], Mood::Strict);
    lab.elect(1);
    for (client, text) in [(1, "n+1"), (2, "n=5"), (1, "n+2")] {
        lab.ask(client, 1, text);
        lab.settle();
    }
    for id in 1..=3 {
        let sequence = slots(&[(1, "n+1"), (2, "n=5"), (3, "n+2")]);
        assert_eq!(lab.chosen_slots(id), sequence, "S{id}");
        assert_eq!(lab.stored(id, "n"), Some("7"), "S{id}");
    }
}

/// "Suppose it knows commands 1–134, 138, and 139 […]. It then executes phase 1 of instances
/// 135–137 and of all instances greater than 139. […] Suppose that the outcome of these executions
/// determine the value to be proposed in instances 135 and 140, but leaves the proposed value
/// unconstrained in all other instances. It then executes phase 2 for instances 135 and 140 […].
/// Instead, we let it fill the gap immediately by proposing, as commands 136 and 137, a special
/// 'no-op' command." Here it knows 1, 2, 6 and 7.
fn new_leader() -> (Single, Vec<(u32, String)>) {
    let mut node = Single::new();
    node.deliver(2, chosen(&[(1, "a"), (2, "b"), (6, "f"), (7, "g")]));
    let out = node.fire(Timer::Election);
    let first = 3;
    let ballot = node.ballot();
    let prepare = Message::Prepare { ballot, first };
    assert_eq!(out.sends, [(n(2), prepare.clone()), (n(3), prepare)]);
    let out = node.promised(2, &[(3, 1, "c"), (7, 1, "g"), (8, 1, "h")]);
    (node, asks(&out))
}

#[test]
fn a_new_leader_finishes_and_fills() {
    let (_, asked) = new_leader();
    let expected = slots(&[(3, "c"), (4, "∅"), (5, "∅"), (8, "h")]);
    assert_eq!(asked, expected, "6 and 7 are chosen, and left alone");
}

/// "The leader […] can now execute commands 1–135. However, it can't execute commands 138–140,
/// which it also knows, because commands 136 and 137 have yet to be chosen. […] Once these no-op
/// commands have been chosen, commands 138–140 can be executed."
#[test]
fn commands_after_a_gap_wait() {
    let (mut node, _) = new_leader();
    assert_eq!(node.node.replica.applied, 2);
    for (slot, applied) in [(8, 2), (3, 3), (5, 3), (4, 8)] {
        node.accepted(2, slot);
        assert_eq!(node.node.replica.applied, applied, "slot {slot} is chosen");
    }
}

/// "It assigns command number 141 to the next command requested by a client, proposing it as the
/// value in phase 2 of instance 141 […]. It proposes the next client command it receives as command
/// 142, and so on." No phase 1, and nobody is asked but by one message.
#[test]
fn the_next_command_gets_the_next_slot() {
    let (mut node, _) = new_leader();
    for slot in [3, 4, 5, 8] {
        node.accepted(2, slot);
    }
    for (client, slot) in [(2, 9), (3, 10)] {
        let out = node.request(client, "next");
        assert_eq!(asks(&out), slots(&[(slot, "next")]));
        assert_eq!(out.sends.len(), 2, "one Accept to S2 and one to S3");
    }
}

/// "The leader can propose command 142 before it learns that its proposed command 141 has been
/// chosen. It's possible for all the messages it sent in proposing command 141 to be lost, and for
/// command 142 to be chosen."
#[test]
fn a_later_slot_may_be_chosen_first() {
    let lab = gap(&[], Mood::Strict);
    assert_eq!(lab.chosen_slots(1), slots(&[(2, "y")]));
    assert_eq!(lab.applied(1), 0);
    assert_eq!(lab.told(2), [None], "what is not executed has no result");
    let view = lab.world().protocol().view(lab.node(2));
    let states = view.cells.iter().map(|cell| cell.state);
    assert_eq!(
        states.collect::<Vec<_>>(),
        [CellState::Gap, CellState::Accepted]
    );
}

/// "When the leader fails to receive the expected response to its phase 2 messages in instance 141,
/// it will retransmit those messages. If all goes well, its proposed command will be chosen."
#[test]
fn a_leader_retransmits() {
    let mut lab = gap(&[], Mood::Strict);
    lab.fire(1, "retry");
    lab.settle();
    assert_eq!(lab.chosen_slots(1), slots(&[(1, "x"), (2, "y")]));
    assert_eq!(lab.chosen_slots(2), slots(&[(1, "x")]), "not of slot 2");
    assert_eq!(lab.applied(1), 2);
    assert_eq!(lab.told(1), [Some("x".into())]);
}

/// It asks those again who have not answered, and stops once nothing is open.
#[test]
fn only_the_silent_are_asked_again() {
    let mut cluster = quorumscope::protocol::Cluster::of(5);
    cluster.quorums.insert("phase1".into(), 3);
    let mut node = Single::of(cluster, 1);
    node.fire(Timer::Election);
    node.promised(2, &[]);
    node.promised(3, &[]);
    node.request(1, "x");
    node.accepted(4, 1);
    let out = node.fire(Timer::Retry);
    let to: Vec<_> = out.sends.iter().map(|(to, _)| to.0).collect();
    assert_eq!(to, [2, 3, 5]);
    let out = node.accepted(5, 1);
    assert!(out.timers.contains(&(Timer::Retry, None)));
}

/// "However, it could fail first, leaving a gap in the sequence of chosen commands", which the next
/// leader fills; and what is filled stays filled, though S1 comes back with what it had accepted.
#[test]
fn a_gap_is_filled_for_good() {
    let lab = gap_filled(&[], Mood::Strict);
    for id in 1..=3 {
        assert_eq!(lab.chosen_slots(id), slots(&[(1, "∅"), (2, "y")]), "S{id}");
        assert_eq!(lab.stored(id, "x"), Some("y"), "S{id}");
    }
    let view = lab.world().protocol().view(lab.node(1));
    let marks = view.cells.iter().map(|cell| (cell.no_op, cell.state));
    assert_eq!(
        marks.collect::<Vec<_>>(),
        [(true, CellState::Applied), (false, CellState::Applied)]
    );
}

/// "Suppose a leader can get α commands ahead—that is, it can propose commands i + 1 through i + α
/// after commands 1 through i are chosen."
#[test]
fn a_leader_gets_alpha_commands_ahead() {
    let (mut node, _) = Single::leader(&[]);
    for client in 1..=WINDOW as u8 {
        assert_eq!(asks(&node.request(client, "x")).len(), 1);
    }
    let late = WINDOW + 1;
    assert!(node.request(late as u8, "late").sends.is_empty());
    let out = node.accepted(2, 2);
    assert_eq!(asks(&out), [], "slot 1 is still not chosen");
    let out = node.accepted(2, 1);
    assert_eq!(asks(&out), slots(&[(late, "late")]));
}

/// "A gap of up to α−1 commands could then arise."
#[test]
fn gaps_are_shorter_than_alpha() {
    let (mut node, _) = Single::leader(&[]);
    for client in 1..=WINDOW as u8 {
        node.request(client, "x");
    }
    node.accepted(2, WINDOW);
    let known: Vec<u32> = node.node.replica.chosen.keys().copied().collect();
    assert_eq!(known, [WINDOW]);
    assert_eq!(node.node.replica.first_open(), 1);
}

/// "Using the same proposal number for all instances, it can do this by sending a single reasonably
/// short message to the other servers. In phase 1, an acceptor responds with more than a simple OK
/// only if it has already received a phase 2 message […] (acting as acceptor) [it] can respond for
/// all instances with a single reasonably short message."
#[test]
fn one_message_promises_for_all_slots() {
    let mut node = Single::new();
    let out = node.deliver(2, prepare(1, 1));
    let simple_ok = Message::Promise {
        ballot: ballot(1),
        accepted: proposals(&[]),
    };
    assert_eq!(out.sends, [(n(2), simple_ok)]);
    for (slot, text) in [(1, "a"), (3, "c"), (4, "d")] {
        node.deliver(2, accept(1, slot, text));
    }
    let out = node.deliver(2, prepare(2, 3));
    let report = Message::Promise {
        ballot: ballot(2),
        accepted: proposals(&[(3, 1, "c"), (4, 1, "d")]),
    };
    assert_eq!(out.sends, [(n(2), report)], "of the slots asked for");
}

/// One promise binds in all slots, also in those that nobody has heard of.
#[test]
fn a_promise_binds_in_every_slot() {
    let mut node = Single::new();
    node.deliver(2, prepare(2, 1));
    for slot in [1, 7, 1000] {
        let out = node.deliver(2, accept(1, slot, "x"));
        let [(_, Message::Refused { promised, .. })] = &out.sends[..] else {
            panic!("{:?}", out.sends);
        };
        assert_eq!(*promised, ballot(2));
        assert!(node.node.disk.accepted.is_empty());
    }
}

/// Of several reports the highest-numbered decides (§2.2, P2c), in each slot on its own.
#[test]
fn the_highest_report_of_each_slot_wins() {
    let cluster = quorumscope::protocol::Cluster::of(5);
    let mut node = Single::of(cluster, 1);
    node.fire(Timer::Election);
    node.promised(2, &[(1, 1, "low"), (2, 7, "high")]);
    let out = node.promised(3, &[(1, 5, "high"), (2, 3, "low")]);
    assert_eq!(asks(&out), slots(&[(1, "high"), (2, "high")]));
}

/// "The effective cost of executing a state machine command […] is the cost of executing only
/// phase 2": an Accept and an Accepted for each other acceptor, and the word that it is chosen.
#[test]
fn a_command_costs_phase_2_alone() {
    let mut lab = lab(5, &[], Mood::Strict);
    lab.elect(1);
    let before = sent(&lab);
    lab.ask(1, 1, "x");
    lab.settle();
    let after = sent(&lab);
    assert_eq!(after - before, 4 + 4 + 4);
}

/// How many messages nodes have sent to each other.
fn sent(lab: &Lab<MultiPaxos>) -> u32 {
    let run = lab.run();
    let mut watched = crate::common::watched::<MultiPaxos>(&run.scenario, run.seed);
    let mut count = 0;
    for action in &run.actions {
        for event in watched.apply(action).unwrap().events {
            if let quorumscope::world::Event::Sent(flight) = event {
                let peer = matches!(*flight.payload, quorumscope::world::Payload::Peer(_));
                count += u32::from(peer);
            }
        }
    }
    count
}

/// "Only a no-op […] leaves the state unchanged": it is applied, and executes nothing.
#[test]
fn a_no_op_changes_nothing() {
    let (mut node, _) = Single::leader(&[(2, 1, "n+1")]);
    let before = node.node.replica.machine.clone();
    let out = node.accepted(2, 1);
    assert_eq!(node.node.replica.applied, 1);
    assert_eq!(node.node.replica.machine, before);
    let executed = |fact: &Fact| matches!(fact, Fact::Executed { .. });
    assert!(!out.facts.iter().any(executed));
}
