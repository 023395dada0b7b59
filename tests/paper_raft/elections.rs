//! Terms and leader election: §5.1 and §5.2.

use std::collections::BTreeSet;

use quorumscope::protocol::raft::{ELECTION, HEARTBEAT, Message, Raft, Timer};
use quorumscope::world::Action;

use super::server::*;
use crate::common::{Lab, Mood, n, scenario};

/// "When servers start up, they begin as followers" (§5.2), and wait for an election timeout.
#[test]
fn servers_begin_as_followers() {
    let lab = Lab::<Raft>::new(&scenario("raft", 5, &[]));
    for machine in lab.world().machines().values() {
        assert_eq!(machine.node.disk.term, 0);
        let armed: Vec<&Timer> = machine.timers.keys().collect();
        assert_eq!(armed, [&Timer::Election]);
    }
    assert!(lab.world().flights().is_empty());
}

/// "If one server's current term is smaller than the other's, then it updates its current term to
/// the larger value" (§5.1), whatever the message and whatever the role.
#[test]
fn any_message_of_a_newer_term_updates_the_term() {
    let messages = [
        request_vote(9, (0, 0)),
        vote(9, false),
        heartbeat(9),
        refused(9, None),
    ];
    for message in messages {
        for mut server in [
            Server::follower(3, 2, &[1]),
            Server::candidate(3, 2, &[1]),
            Server::leader(3, 2, &[1]),
        ] {
            server.deliver(2, message.clone());
            assert_eq!(server.term(), 9);
            assert!(server.follows(), "{message:?}");
        }
    }
}

/// "If a candidate or leader discovers that its term is out of date, it immediately reverts to
/// follower state" (§5.1). A leader then stops its heartbeats and waits for another leader's.
#[test]
fn an_outdated_leader_steps_down() {
    let mut server = Server::leader(3, 2, &[1]);
    let out = server.deliver(2, refused(3, None));
    assert!(server.follows());
    assert!(out.timers.contains(&(Timer::Heartbeat, None)));
    assert!(out.timers.contains(&(Timer::Election, Some(ELECTION))));
    assert!(out.sends.is_empty());
}

/// "If a server receives a request with a stale term number, it rejects the request" (§5.1), says
/// its own term, and changes nothing.
#[test]
fn stale_requests_are_rejected() {
    for message in [request_vote(2, (2, 9)), append(2, (0, 0), &[2], 1)] {
        let mut server = Server::follower(3, 3, &[1]);
        let before = server.node.clone();
        let out = server.deliver(2, message);
        let said = match only(&out) {
            Message::VoteReply { term, granted } => (*term, *granted),
            Message::AppendReply { term, success, .. } => (*term, *success),
            other => panic!("{other:?}"),
        };
        assert_eq!(said, (3, false));
        assert_eq!(server.node, before);
        assert!(
            out.timers.is_empty(),
            "a stale message must not put off an election"
        );
    }
}

/// "Leaders send periodic heartbeats (AppendEntries RPCs that carry no log entries) to all
/// followers in order to maintain their authority" (§5.2).
#[test]
fn leaders_send_periodic_heartbeats() {
    let mut server = Server::leader(5, 1, &[]);
    for _ in 0..3 {
        let out = server.fire(Timer::Heartbeat);
        assert_eq!(receivers(&out), [n(2), n(3), n(4), n(5)]);
        for (_, message) in &out.sends {
            assert!(
                matches!(message, Message::AppendEntries { entries, .. } if entries.is_empty())
            );
        }
        assert_eq!(out.timers, [(Timer::Heartbeat, Some(HEARTBEAT))]);
    }
}

/// "If a follower receives no communication over a period of time called the election timeout,
/// then it assumes there is no viable leader and begins an election" (§5.2); a heartbeat, and a
/// vote that it grants, start that period again.
#[test]
fn communication_puts_off_an_election() {
    for message in [heartbeat(1), request_vote(1, (0, 0))] {
        let mut server = Server::follower(3, 1, &[]);
        let out = server.deliver(2, message);
        assert_eq!(out.timers, [(Timer::Election, Some(ELECTION))]);
    }
    let mut server = Server::follower(3, 1, &[1]);
    let denied = server.deliver(2, request_vote(1, (0, 0)));
    assert!(
        denied.timers.is_empty(),
        "a vote that is denied puts nothing off"
    );
}

/// "A follower increments its current term and transitions to candidate state. It then votes for
/// itself and issues RequestVote RPCs in parallel to each of the other servers" (§5.2).
#[test]
fn an_election_timeout_begins_an_election() {
    for mut server in [
        Server::follower(3, 4, &[1, 4]),
        Server::candidate(3, 4, &[1, 4]),
    ] {
        let out = server.fire(Timer::Election);
        assert!(server.asks_for_votes());
        assert_eq!(server.term(), 5);
        assert_eq!(server.node.disk.voted_for, Some(n(1)));
        assert_eq!(receivers(&out), [n(2), n(3)]);
        for (_, message) in &out.sends {
            assert_eq!(*message, request_vote(5, (4, 2)));
        }
    }
}

/// "A candidate wins an election if it receives votes from a majority of the servers in the full
/// cluster for the same term" (§5.2): its own vote counts, and nothing less is enough.
#[test]
fn a_majority_of_the_full_cluster_wins() {
    for size in 1..=9_u8 {
        let mut server = Server::follower(size, 0, &[]);
        server.fire(Timer::Election);
        for voters in 1..=size {
            let is_majority = usize::from(voters) > usize::from(size) / 2;
            assert_eq!(server.leads(), is_majority, "{voters} of {size}");
            if voters < size {
                server.deliver(voters + 1, vote(1, true));
            }
        }
    }
}

/// One vote counts once, however often it arrives, and a refusal is no vote.
#[test]
fn votes_are_counted_by_server() {
    let mut server = Server::candidate(5, 1, &[]);
    for _ in 0..3 {
        server.deliver(2, vote(1, true));
    }
    server.deliver(3, vote(1, false));
    server.deliver(4, vote(1, false));
    assert!(server.asks_for_votes());
    server.deliver(5, vote(1, true));
    assert!(server.leads());
}

/// Votes count only "for the same term" (§5.2): those of an earlier election come too late.
#[test]
fn votes_of_an_earlier_term_do_not_count() {
    let mut server = Server::candidate(3, 1, &[]);
    server.fire(Timer::Election);
    let before = server.node.clone();
    let out = server.deliver(2, vote(1, true));
    assert_eq!(rules(&out), ["raft.candidate.stale"]);
    assert_eq!(server.node, before);
}

/// "Each server will vote for at most one candidate in a given term, on a first-come-first-served
/// basis" (§5.2); the one that has the vote may ask again.
#[test]
fn one_vote_in_a_term() {
    let mut server = Server::follower(5, 1, &[]);
    assert!(grants(&server.deliver(3, request_vote(2, (0, 0)))));
    assert!(!grants(&server.deliver(2, request_vote(2, (9, 9)))));
    assert!(grants(&server.deliver(3, request_vote(2, (0, 0)))));
    assert_eq!(server.node.disk.voted_for, Some(n(3)));
    assert!(
        grants(&server.deliver(2, request_vote(3, (0, 0)))),
        "a new term, a new vote"
    );
}

/// A candidate has voted for itself (§5.2), and keeps that vote when it gives way to the leader
/// of the same term.
#[test]
fn giving_way_does_not_free_the_vote() {
    let mut server = Server::candidate(5, 2, &[]);
    assert!(!grants(&server.deliver(2, request_vote(2, (0, 0)))));
    server.deliver(3, heartbeat(2));
    assert!(server.follows());
    assert!(!grants(&server.deliver(2, request_vote(2, (0, 0)))));
    assert_eq!(server.node.disk.voted_for, Some(n(1)));
}

/// "Once a candidate wins an election, it becomes leader. It then sends heartbeat messages to all
/// of the other servers to establish its authority and prevent new elections" (§5.2).
#[test]
fn a_new_leader_shows_itself_at_once() {
    let mut server = Server::candidate(3, 1, &[]);
    let out = server.deliver(2, vote(1, true));
    assert!(server.leads());
    assert_eq!(receivers(&out), [n(2), n(3)]);
    assert!(
        out.timers.contains(&(Timer::Election, None)),
        "a leader has no election timer"
    );
    assert!(out.timers.contains(&(Timer::Heartbeat, Some(HEARTBEAT))));
}

/// "If the leader's term (included in its RPC) is at least as large as the candidate's current
/// term, then the candidate recognizes the leader as legitimate and returns to follower state"
/// (§5.2).
#[test]
fn a_candidate_recognises_a_leader() {
    for term in [2, 3] {
        let mut server = Server::candidate(3, 2, &[]);
        assert!(succeeds(&server.deliver(2, heartbeat(term))));
        assert!(server.follows());
        assert_eq!(server.term(), term);
    }
}

/// "If the term in the RPC is smaller than the candidate's current term, then the candidate
/// rejects the RPC and continues in candidate state" (§5.2).
#[test]
fn a_candidate_rejects_an_outdated_leader() {
    let mut server = Server::candidate(3, 2, &[]);
    assert!(!succeeds(&server.deliver(2, heartbeat(1))));
    assert!(server.asks_for_votes());
}

/// "If many followers become candidates at the same time, votes could be split so that no
/// candidate obtains a majority. When this happens, each candidate will time out and start a new
/// election" (§5.2).
#[test]
fn a_split_vote_ends_in_another_election() {
    let mut lab = Lab::<Raft>::new(&scenario("raft", 4, &[]));
    lab.fire(1, "election");
    lab.fire(2, "election");
    lab.deliver(1, 3);
    lab.deliver(2, 4);
    lab.settle();
    let terms = |lab: &Lab<Raft>| (1..=4).map(|id| lab.node(id).disk.term).collect::<Vec<_>>();
    assert_eq!(terms(&lab), [1; 4]);
    assert!((1..=4).all(|id| !lab.leads(id)));
    lab.fire(1, "election");
    lab.settle();
    assert_eq!(terms(&lab), [2; 4]);
    assert!(lab.leads(1));
}

/// "Election timeouts are chosen randomly from a fixed interval (e.g., 150–300ms)" (§5.2): within
/// it, apart from each other, and another one each time.
#[test]
fn election_timeouts_are_random() {
    let mut drawn = BTreeSet::new();
    for seed in 0..20 {
        let mut lab = Lab::<Raft>::of(&scenario("raft", 5, &[]), seed, Mood::Strict);
        for _ in 0..3 {
            let deadline = lab.world().machines()[&n(1)].timers[&Timer::Election];
            let wait = deadline.due - deadline.since;
            assert!((150..=300).contains(&wait), "{wait} ms");
            drawn.insert(wait);
            lab.fire(1, "election");
            lab.drop_all();
        }
    }
    assert!(
        drawn.len() > 30,
        "60 draws gave only {} different waits",
        drawn.len()
    );
}

/// "Each candidate restarts its randomized election timeout at the start of an election" (§5.2).
#[test]
fn a_candidate_restarts_its_timeout() {
    let mut server = Server::follower(3, 0, &[]);
    let out = server.fire(Timer::Election);
    assert_eq!(out.timers, [(Timer::Election, Some(ELECTION))]);
}

/// Two out of three servers elect a leader without the third, and nobody does alone (§5.2): "the
/// majority rule ensures that at most one candidate can win the election for a particular term".
#[test]
fn a_minority_elects_nobody() {
    let mut lab = Lab::<Raft>::new(&scenario("raft", 3, &[]));
    lab.partition(&[&[1], &[2, 3]]);
    lab.fire(1, "election");
    lab.fire(2, "election");
    lab.settle();
    assert_eq!([1, 2, 3].map(|id| lab.leads(id)), [false, true, false]);
    assert!(
        lab.world()
            .check(&Action::Fire(n(2).into(), "election".into()))
            .is_err()
    );
}
