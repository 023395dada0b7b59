//! Whole sequences: Figures 7 and 8, and two histories that trip sloppy implementations.

use std::rc::Rc;

use quorumscope::protocol::Cell;
use quorumscope::protocol::raft::Raft;
use quorumscope::teach::{Lesson, Player};
use quorumscope::world::Action;

use super::server::*;
use crate::common::raft_stories::{figure_8, figure_8_d1};
use crate::common::{Lab, Mood, n, scenario};

/// The leader's log in Figure 7.
const LEADER: &[u32] = &[1, 1, 1, 4, 4, 5, 5, 6, 6, 6];
/// The followers' logs in Figure 7, (a) to (f), and how many AppendEntries each refuses.
const FOLLOWERS: [(&[u32], u32); 6] = [
    (&[1, 1, 1, 4, 4, 5, 5, 6, 6], 1),
    (&[1, 1, 1, 4], 6),
    (&[1, 1, 1, 4, 4, 5, 5, 6, 6, 6, 6], 0),
    (&[1, 1, 1, 4, 4, 5, 5, 6, 6, 6, 7, 7], 0),
    (&[1, 1, 1, 4, 4, 4, 4], 5),
    (&[1, 1, 1, 2, 2, 2, 3, 3, 3, 3, 3], 7),
];

/// "When the leader at the top comes to power, it is possible that any of scenarios (a–f) could
/// occur in follower logs" (Figure 7). "If nextIndex […] the leader and follower logs match, […]
/// AppendEntries will succeed, which removes any conflicting entries in the follower's log and
/// appends entries from the leader's log" (§5.3).
#[test]
fn figure_7_is_repaired() {
    for (log, expected) in FOLLOWERS {
        let mut leader = Server::leader(7, 8, LEADER);
        let mut follower = Server::follower(7, 7, log);
        let mut out = leader.request(1, 1, "x=1");
        let mut rejections = 0;
        while let Some((_, message)) = out.sends.iter().find(|(to, _)| *to == n(2)) {
            let reply = follower.deliver(2, message.clone());
            rejections += u32::from(!succeeds(&reply));
            out = leader.deliver(2, only(&reply).clone());
        }
        assert_eq!(rejections, expected, "{log:?}");
        assert_eq!(follower.log(), [LEADER, &[8]].concat(), "{log:?}");
    }
}

/// The lesson on Figure 7 begins with the paper's seven logs, which came about by messages, crashes and
/// restarts, and ends with seven logs that are the same.
#[test]
fn the_lesson_on_figure_7_has_its_logs() {
    let text = std::fs::read_to_string("static/lessons/figure-7.json").expect("it is there");
    let lesson = Lesson::read("figure-7.json", &text).unwrap_or_else(|error| panic!("{error}"));
    let lesson = Rc::new(lesson);
    let logs = |beat| -> Vec<Vec<u32>> {
        let (_, session) = Player::at(lesson.clone(), beat).expect("it plays");
        let terms = |cell: &Cell| cell.epoch.map_or(0, |epoch| epoch.number);
        let moment = session.moment();
        let nodes = moment.nodes.iter();
        nodes
            .map(|node| node.view.cells.iter().map(terms).collect())
            .collect()
    };
    let followers = FOLLOWERS.iter().map(|(log, _)| log.to_vec());
    let seven: Vec<_> = std::iter::once(LEADER.to_vec()).chain(followers).collect();
    assert_eq!(logs(0), seven);
    let last = lesson.beats.len() - 1;
    assert_eq!(logs(last), vec![[LEADER, &[8]].concat(); 7]);
}

/// Figure 8, (c): the entry of term 2 is on a majority, and S1 leads, yet it "cannot be considered
/// committed" (§5.4.2): S5 could still replace it.
#[test]
fn figure_8_c_commits_nothing() {
    let lab = figure_8(&[], Mood::Strict);
    assert!(lab.leads(1));
    assert_eq!(lab.node(1).disk.term, 4);
    assert_eq!(
        [1, 2, 3, 4, 5].map(|id| lab.log(id)),
        [vec![1, 2, 4], vec![1, 2], vec![1, 2], vec![1], vec![1, 3],]
    );
    assert!((1..=5).all(|id| lab.node(id).commit <= 1));
}

/// Figure 8, (d1): "S5 could be elected leader (with votes from S2, S3, and S4) and overwrite the
/// entry with its own entry from term 3".
#[test]
fn figure_8_d1_replaces_the_entry() {
    let mut lab = figure_8(&[], Mood::Strict);
    figure_8_d1(&mut lab);
    assert!(lab.leads(5));
    assert_eq!(lab.node(5).disk.term, 5);
    lab.restart(1);
    lab.fire(5, "heartbeat");
    lab.settle();
    for id in 1..=5 {
        assert_eq!(lab.log(id), [1, 3], "S{id}");
    }
}

/// Figure 8, (d2): "if S1 replicates an entry from its current term on a majority of the servers
/// before crashing, […] then this entry is committed (S5 cannot win an election). At this point
/// all preceding entries in the log are committed as well."
#[test]
fn figure_8_d2_keeps_the_entry() {
    let mut lab = figure_8(&[], Mood::Strict);
    lab.converse(1, 2);
    lab.converse(1, 3);
    assert_eq!(lab.node(1).commit, 3);
    lab.drop_all();
    lab.crash(1);
    lab.restart(5);
    for _ in 0..3 {
        lab.campaign(5);
        assert!(!lab.leads(5));
    }
    lab.campaign(2);
    for id in 2..=5 {
        assert_eq!(lab.log(id), [1, 2, 4], "S{id}");
    }
}

/// An AppendEntries of a deposed leader reaches the leader of a newer term, and is refused. The
/// first entry of each term is the leader's no-op.
#[test]
fn old_messages_are_refused() {
    let mut lab = Lab::<Raft>::new(&scenario("raft", 3, &["no_op"]));
    lab.campaign(1);
    lab.campaign(2);
    lab.ask(1, 2, "late");
    let late = lab.flights(n(2), n(1))[0];
    lab.act(Action::Hold(late));
    lab.drop_others(late);
    lab.campaign_among(1, &[3]);
    lab.settle();
    assert_eq!(lab.log(1), [1, 2, 3]);
    let step = lab.act(Action::Deliver(late));
    assert!(
        step.notes
            .iter()
            .any(|(_, note)| note.rule.id == "raft.append_entries.term")
    );
    lab.ask(2, 1, "next");
    lab.settle();
    for id in 1..=3 {
        assert_eq!(lab.log(id), [1, 2, 3, 3], "S{id}");
    }
}

/// A candidate that was cut off concedes to the leader of its own term, and gets its log.
#[test]
fn a_lonely_candidate_concedes() {
    let mut lab = Lab::<Raft>::new(&scenario("raft", 3, &["no_op"]));
    lab.partition(&[&[1], &[2, 3]]);
    lab.campaign(1);
    lab.campaign(3);
    assert_eq!((lab.node(1).disk.term, lab.node(3).disk.term), (1, 1));
    lab.act(Action::Heal);
    lab.fire(3, "heartbeat");
    lab.settle();
    lab.ask(1, 3, "x=1");
    lab.settle();
    assert_eq!(lab.node(1).disk.term, 1);
    assert!(!lab.leads(1));
    for id in 1..=3 {
        assert_eq!(lab.log(id), [1, 1], "S{id}");
    }
}
