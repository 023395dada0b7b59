//! Reads without a log entry: thesis, §6.4, and §8 of the paper.

use quorumscope::check::Watched;
use quorumscope::protocol::raft::{Message, Raft, Timer};
use quorumscope::protocol::{Answer, ClientId, Value};
use quorumscope::sorted::SortedSet;
use quorumscope::world::{Action, World};

use super::server::*;
use crate::common::chaos::{Chaos, RAFT_EXTENSIONS};
use crate::common::{Lab, n, scenario, value, watched};

const READS: &[&str] = &["read_index"];

fn heartbeat_for(client: u8, sequence: u32) -> Message {
    let client = ClientId(client);
    Message::ReadHeartbeat {
        term: 1,
        client,
        sequence,
    }
}

fn confirmed(term: u32, client: u8, sequence: u32) -> Message {
    Message::ReadHeartbeatReply {
        term,
        client: ClientId(client),
        sequence,
        confirmed: true,
    }
}

fn answers(out: &Out) -> Vec<&Answer> {
    out.replies.iter().map(|(_, reply)| &reply.answer).collect()
}

/// A leader of term 1 that has committed its no-op and n = 7.
fn leader(size: u8) -> Server {
    let mut server = Server::with_variants(size, 0, &[], READS);
    server.fire(Timer::Election);
    for voter in 2..=size {
        server.deliver(voter, vote(1, true));
    }
    server.request(9, 1, "n=7");
    for follower in 2..=size {
        server.deliver(follower, stored(1, 2));
    }
    assert_eq!((server.node.commit, server.leads()), (2, true));
    server
}

fn seven() -> Answer {
    Answer::Done(Some(value("7")))
}

/// The leader asks everybody, and answers when a majority, itself included, has confirmed; "bypass
/// the log" is what it is for.
#[test]
fn a_majority_confirms_and_the_log_does_not_grow() {
    let mut server = leader(5);
    let out = server.request(1, 1, "n?");
    assert_eq!(receivers(&out), [n(2), n(3), n(4), n(5)]);
    assert!(out.sends.iter().all(|(_, it)| *it == heartbeat_for(1, 1)));
    assert!(out.replies.is_empty());
    assert!(server.deliver(2, confirmed(1, 1, 1)).replies.is_empty());
    assert!(
        server.deliver(2, confirmed(1, 1, 1)).replies.is_empty(),
        "a server counts once"
    );
    let out = server.deliver(4, confirmed(1, 1, 1));
    assert_eq!(answers(&out), [&seven()]);
    assert_eq!(server.log(), [1, 1]);
    assert_eq!(
        rules(&server.deliver(5, confirmed(1, 1, 1))),
        ["raft.read_index.count"]
    );
}

/// A key that nobody wrote has no value, and any client may ask.
#[test]
fn reads_of_several_clients_are_apart() {
    let mut server = leader(3);
    server.request(1, 1, "n?");
    server.request(2, 4, "m?");
    let out = server.deliver(2, confirmed(1, 2, 4));
    assert_eq!(out.replies.len(), 1);
    assert_eq!(out.replies[0].0, ClientId(2));
    assert_eq!(answers(&out), [&Answer::Done(None)]);
    assert_eq!(answers(&server.deliver(3, confirmed(1, 1, 1))), [&seven()]);
}

/// Confirmations of another read, or of another term, count for nothing.
#[test]
fn only_confirmations_of_this_read_count() {
    let mut server = leader(3);
    server.request(1, 2, "n?");
    for other in [confirmed(1, 1, 1), confirmed(1, 2, 2), confirmed(0, 1, 2)] {
        let out = server.deliver(2, other);
        assert_eq!(rules(&out), ["raft.read_index.count"]);
        assert!(out.replies.is_empty());
    }
}

/// "If the leader has not yet marked an entry from its current term committed, it waits until it
/// has done so."
#[test]
fn a_read_waits_for_the_first_commitment_of_the_term() {
    let mut server = Server::with_variants(3, 0, &[], READS);
    server.fire(Timer::Election);
    server.deliver(2, vote(1, true));
    let out = server.request(1, 1, "n?");
    assert_eq!(rules(&out), ["raft.read_index.early"]);
    assert!(out.sends.is_empty());
    assert!(server.deliver(2, confirmed(1, 1, 1)).replies.is_empty());
    let out = server.deliver(3, stored(1, 1));
    let asked = |(_, it): &(_, Message)| *it == heartbeat_for(1, 1);
    assert_eq!(out.sends.iter().filter(|it| asked(it)).count(), 2);
}

/// A leader starts its term with a no-op, or a read might wait for ever (§8).
#[test]
fn a_new_leader_appends_a_no_op() {
    let mut server = Server::with_variants(3, 0, &[], READS);
    server.fire(Timer::Election);
    server.deliver(2, vote(1, true));
    assert_eq!(server.log(), [1]);
}

/// Heartbeats ask again, but not who has confirmed: a lost message costs one heartbeat.
#[test]
fn heartbeats_ask_again() {
    let mut server = leader(5);
    server.request(1, 1, "n?");
    server.deliver(2, confirmed(1, 1, 1));
    let out = server.fire(Timer::Heartbeat);
    let asked: Vec<_> = out
        .sends
        .iter()
        .filter(|(_, it)| *it == heartbeat_for(1, 1))
        .collect();
    assert_eq!(
        asked.iter().map(|(to, _)| *to).collect::<Vec<_>>(),
        [n(3), n(4), n(5)]
    );
}

/// A follower confirms the leader of its term, as on any heartbeat; it denies an outdated one, and
/// tells it the newer term.
#[test]
fn followers_confirm_or_deny() {
    let mut server = Server::with_variants(3, 1, &[], READS);
    let out = server.deliver(2, heartbeat_for(1, 1));
    assert_eq!(*only(&out), confirmed(1, 1, 1));
    assert!(
        out.timers
            .iter()
            .any(|(timer, _)| *timer == Timer::Election)
    );
    let mut newer = Server::with_variants(3, 4, &[], READS);
    let out = newer.deliver(2, heartbeat_for(1, 1));
    let denied = Message::ReadHeartbeatReply {
        term: 4,
        client: ClientId(1),
        sequence: 1,
        confirmed: false,
    };
    assert_eq!(*only(&out), denied);
    assert!(out.timers.is_empty());
    let mut server = leader(3);
    server.request(1, 1, "n?");
    let out = server.deliver(2, denied);
    assert!(server.follows());
    assert_eq!(answers(&out), [&Answer::Elsewhere { hint: None }]);
}

/// A copy of the request changes nothing while it is served; a newer read takes its place, and a
/// late copy of the older one is ignored.
#[test]
fn copies_of_a_read_change_nothing() {
    let mut server = leader(3);
    server.request(1, 1, "n?");
    let before = server.node.clone();
    assert_eq!(
        rules(&server.request(1, 1, "n?")),
        ["raft.read_index.waiting"]
    );
    assert_eq!(server.node, before);
    server.request(1, 2, "m?");
    assert_eq!(rules(&server.request(1, 1, "n?")), ["raft.leader.old"]);
    assert!(server.deliver(2, confirmed(1, 1, 1)).replies.is_empty());
    assert_eq!(
        answers(&server.deliver(2, confirmed(1, 1, 2))),
        [&Answer::Done(None)]
    );
}

/// What writes goes through the log, and without the extension so does a read.
#[test]
fn everything_else_goes_through_the_log() {
    let mut server = leader(3);
    server.request(1, 1, "n+1");
    assert_eq!(server.log(), [1, 1, 1]);
    let mut plain = Server::leader(3, 1, &[]);
    plain.request(1, 1, "n?");
    assert_eq!(plain.log(), [1]);
}

/// "The leader needs to make sure it hasn't been superseded by a newer leader of which it is
/// unaware": S1 has been, and must not answer from its outdated state.
#[test]
fn a_superseded_leader_answers_no_read() {
    let mut lab = Lab::<Raft>::new(&scenario("raft", 3, READS));
    lab.campaign(1);
    lab.ask(1, 1, "n=1");
    lab.settle();
    lab.partition(&[&[1], &[2, 3]]);
    lab.fire(2, "election");
    lab.settle();
    lab.ask(1, 2, "n=2");
    lab.settle();
    lab.ask(2, 1, "n?");
    lab.settle();
    assert!(lab.leads(1) && lab.leads(2));
    assert_eq!(lab.told(2), [None], "S1 would have said 1");
    lab.act(Action::Heal);
    lab.fire(1, "heartbeat");
    lab.settle();
    assert!(!lab.leads(1));
    lab.act(Action::Fire(ClientId(2).into(), "retry".into()));
    lab.settle();
    assert_eq!(lab.told(2), [Some("2".into())]);
}

/// A single server confirms itself.
#[test]
fn a_cluster_of_one_reads_at_once() {
    let mut lab = Lab::<Raft>::new(&scenario("raft", 1, READS));
    lab.campaign(1);
    lab.ask(1, 1, "n+3");
    lab.settle();
    lab.ask(1, 1, "n?");
    lab.settle();
    assert_eq!(lab.told(1), [Some("3".into()), Some("3".into())]);
}

/// What was asked of a counter that only rises: when, when it was answered, and with what.
fn answered(world: &World<Raft>, key: &str) -> Vec<(u64, u64, i64, bool)> {
    let exchanges = world
        .clients()
        .values()
        .flat_map(|client| client.history().iter());
    let of_key = exchanges.filter(|it| it.command.as_str().starts_with(key));
    let count = |text: &Option<Value>| match text {
        Some(text) => text.as_str().parse().expect("a counter is a number"),
        None => 0,
    };
    let done = of_key.filter_map(|it| {
        let (told, result) = it.told.as_ref()?;
        let reads = it.command.as_str().ends_with('?');
        Some((it.asked, *told, count(result), reads))
    });
    done.collect()
}

/// Cuts off one server or none, asks something of one, and lets time pass: what makes stale reads
/// where leaders do not make sure that they lead.
fn disturb(watched: &mut Watched<Raft>, chaos: &mut Chaos) {
    let pick = |chaos: &mut Chaos, count: usize| chaos.rng.below(count) as u8 + 1;
    let cut_off = n(pick(chaos, 3));
    let others = [1, 2, 3].map(n).into_iter().filter(|id| *id != cut_off);
    let groups = vec![SortedSet::from([cut_off]), others.collect()];
    let network = match chaos.rng.below(3) {
        0 => Action::Heal,
        _ => Action::Partition(groups),
    };
    let wish = ["n?", "n+1"][chaos.rng.below(2)];
    let ask = Action::Submit {
        client: ClientId(pick(chaos, 3)),
        to: Some(n(pick(chaos, 3))),
        value: value(wish),
    };
    for action in [network, ask] {
        if watched.world().check(&action).is_ok() {
            watched.apply(&action).unwrap();
        }
    }
    for _ in 0..chaos.rng.below(80) {
        watched.apply(&Action::Next).unwrap();
    }
}

/// Random runs with partitions: no read gives less than what any client had been told before the
/// read was asked, and none gives more than a client is told that asks afterwards.
#[test]
fn no_read_is_stale() {
    let mut compared = 0;
    for (seed, variants) in (0..20).zip([READS, RAFT_EXTENSIONS].into_iter().cycle()) {
        let mut setting = scenario("raft", 3, variants);
        setting.clients = 3;
        let mut watched = watched::<Raft>(&setting, seed);
        let mut chaos = Chaos::new(seed.into());
        for _ in 0..100 {
            disturb(&mut watched, &mut chaos);
        }
        let all = answered(watched.world(), "n");
        for (asked, told, value, _) in all.iter().filter(|it| it.3) {
            for (_, before, earlier, _) in all.iter().filter(|it| it.1 < *asked) {
                compared += 1;
                assert!(
                    earlier <= value,
                    "{earlier} at {before}, {value} asked at {asked}"
                );
            }
            for (after, _, later, _) in all.iter().filter(|it| it.0 > *told) {
                assert!(
                    value <= later,
                    "{value} at {told}, {later} asked at {after}"
                );
            }
        }
    }
    assert!(compared > 1000, "{compared} compared");
}
