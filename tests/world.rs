//! The world: each fault does what its name says, and nothing else.

#![allow(
    clippy::disallowed_types,
    reason = "that nothing takes the square of its time is a matter of real time"
)]

mod common;

use std::time::{Duration, Instant};

use common::{Known, Lab, Mood, n, scenario, value};
use quorumscope::protocol::paxos::Paxos;
use quorumscope::protocol::raft::{Raft, Timer};
use quorumscope::protocol::{ClientId, Endpoint, RangeMs};
use quorumscope::world::{
    Action, Behaviour, Event, Loss, MessageId, Network, Pending, Scenario, Step, TURNS_MAX,
    Trigger, Turn,
};

fn raft(nodes: u8) -> Lab<Raft> {
    Lab::new(&scenario("raft", nodes, &[]))
}

/// A cluster whose links behave like this.
fn with_network(network: Network) -> Scenario {
    Scenario {
        network,
        ..scenario("raft", 5, &[])
    }
}

/// Why messages were lost in a step.
fn losses<M>(step: &Step<M>) -> Vec<Loss> {
    let loss = |event: &Event<M>| match event {
        Event::Lost(_, loss) => Some(*loss),
        _ => None,
    };
    step.events.iter().filter_map(loss).collect()
}

/// The scheduler goes on up to and including a message's arrival, or its loss.
fn until_arrival<P: Known>(lab: &mut Lab<P>, id: MessageId) -> Step<P::Message> {
    loop {
        let step = lab.act(Action::Next);
        if !lab.world().flights().contains_key(&id) {
            return step;
        }
    }
}

fn election(lab: &Lab<Raft>, id: u8) -> (u64, u64) {
    let deadline = lab.world().machines()[&n(id)].timers[&Timer::Election];
    (deadline.since, deadline.due)
}

/// A crashed node has no timers, and what reaches it is lost then, not before.
#[test]
fn a_crashed_node_does_nothing() {
    let mut lab = raft(3);
    lab.fire(1, "election");
    lab.crash(2);
    assert!(lab.world().machines()[&n(2)].timers.is_empty());
    let request = lab.flights(n(1), n(2))[0];
    let step = until_arrival(&mut lab, request);
    assert_eq!(losses(&step), [Loss::Down]);
    assert_eq!(lab.node(2).disk.term, 0);
}

/// A node that restarted in time gets what was sent to it while it was down.
#[test]
fn downtime_decides_on_arrival() {
    let mut lab = raft(3);
    lab.crash(2);
    lab.fire(1, "election");
    lab.restart(2);
    let request = lab.flights(n(1), n(2))[0];
    until_arrival(&mut lab, request);
    assert_eq!(lab.node(2).disk.term, 1);
}

/// A cut is in one direction, and decides on arrival.
#[test]
fn a_cut_decides_on_arrival() {
    let mut lab = raft(3);
    lab.fire(1, "election");
    let (s1, s2) = (Endpoint::from(n(1)), Endpoint::from(n(2)));
    lab.act(Action::Cut(s1, s2));
    let request = lab.flights(n(1), n(2))[0];
    let step = until_arrival(&mut lab, request);
    assert_eq!(losses(&step), [Loss::Cut]);
    lab.fire(2, "election");
    let back = lab.flights(n(2), n(1))[0];
    lab.act(Action::Deliver(back));
    let answer = lab.flights(n(1), n(2))[0];
    lab.act(Action::Mend(s1, s2));
    let step = lab.act(Action::Deliver(answer));
    assert!(
        losses(&step).is_empty(),
        "it set out while the link was cut"
    );
}

/// Nodes reach those of their own group, a node in no group reaches nobody, and clients reach
/// everybody.
#[test]
fn partitions_have_any_number_of_groups() {
    let mut lab = raft(9);
    lab.partition(&[&[1, 2, 3], &[4, 5, 6], &[7, 8]]);
    let group = |id: u8| match id {
        9 => 9,
        id => (id - 1) / 3,
    };
    for a in 1..=9 {
        for b in (1..=9).filter(|b| *b != a) {
            let cut = lab.world().is_cut(n(a).into(), n(b).into());
            assert_eq!(cut, group(a) != group(b), "S{a} to S{b}");
        }
        assert!(!lab.world().is_cut(ClientId(1).into(), n(a).into()));
    }
    lab.act(Action::Heal);
    assert!(lab.world().network().cut.is_empty());
}

/// A paused node's timers stop and its messages wait; both go on when it does.
#[test]
fn a_paused_node_stands_still() {
    let mut lab = raft(3);
    let (since, due) = election(&lab, 2);
    lab.act(Action::Pause(n(2)));
    lab.fire(1, "election");
    let request = lab.flights(n(1), n(2))[0];
    while lab.world().now() < due + 50 {
        lab.act(Action::Next);
    }
    assert!(lab.world().flights().contains_key(&request));
    assert_eq!(election(&lab, 2), (since, due));
    lab.act(Action::Resume(n(2)));
    let stood = lab.world().now();
    assert_eq!(election(&lab, 2), (since + stood, due + stood));
    assert_eq!(lab.world().next(), Some((stood, Pending::Arrival(request))));
}

/// A clock that runs twice as fast halves a node's waits, by true time; half as fast doubles
/// them. The draws stay the same.
#[test]
fn clocks_scale_waits() {
    let wait = |permille| {
        let mut lab = raft(3);
        if permille != 1000 {
            lab.act(Action::Clock(n(1), permille));
        }
        lab.fire(1, "election");
        let (since, due) = election(&lab, 1);
        due - since
    };
    assert_eq!(wait(500), wait(1000) * 2);
    assert_eq!(wait(2000), wait(1000) / 2);
    assert_eq!(wait(10_000), wait(1000) / 10);
}

/// What chance takes is lost on arrival and looks like any other message until then.
#[test]
fn chance_takes_messages() {
    let lossy = Network {
        loss_permille: 1000,
        ..Network::default()
    };
    let mut lab = Lab::<Raft>::new(&with_network(lossy));
    lab.fire(1, "election");
    let request = lab.flights(n(1), n(2))[0];
    let step = until_arrival(&mut lab, request);
    assert_eq!(losses(&step), [Loss::Chance]);
}

/// Settings of one link are that link's alone, in that direction, and hold for what is sent from now
/// on.
#[test]
fn a_link_can_be_set_apart() {
    let mut lab = raft(3);
    let (s1, s2, s3) = (n(1).into(), n(2).into(), n(3).into());
    lab.fire(1, "election");
    let before = lab.flights(n(1), n(2))[0];
    let plain = lab.world().network().clone();
    let bad = Behaviour {
        latency: RangeMs::new(300, 300),
        loss_permille: 1000,
        duplicate_permille: 1000,
        reorder: false,
    };
    lab.act(Action::Links(plain.with(Some((s1, s2)), bad)));
    assert!(!lab.world().flights()[&before].doomed);
    lab.fire(1, "election");
    let world = lab.world().clone();
    let flights = world.flights().values();
    let sent = |from: Endpoint, to: Endpoint| {
        let new = flights.clone().filter(|it| it.id.nth == 2);
        new.filter(move |it| (it.id.from, it.id.to) == (from, to))
    };
    assert_eq!(sent(s1, s2).count(), 2, "there is a copy");
    for flight in sent(s1, s2) {
        assert!(flight.doomed);
        assert_eq!(flight.arrives, flight.sent + 300);
    }
    let other: Vec<_> = sent(s1, s3).collect();
    assert_eq!(other.len(), 1);
    assert!(!other[0].doomed && other[0].arrives <= other[0].sent + 20);
    let back = world.network().of((s2, s1));
    assert_eq!(back, plain.common(), "the way back is another link");
    // All alike again.
    lab.act(Action::Links(plain.clone()));
    assert_eq!(*lab.world().network(), plain);
}

/// Timers are spread by the longest latency of any link.
#[test]
fn timers_are_spread_by_the_slowest_link() {
    let mut lab = raft(3);
    let slow = Behaviour {
        latency: RangeMs::new(50, 100),
        ..lab.world().network().common()
    };
    let way = (n(1).into(), n(2).into());
    let network = lab.world().network().with(Some(way), slow);
    lab.act(Action::Links(network));
    lab.act(Action::Spread);
    let due = [1, 2, 3].map(|id| election(&lab, id).1);
    assert_eq!([due[1] - due[0], due[2] - due[1]], [600, 600]);
}

/// Half of the messages means about half of them.
#[test]
fn chances_are_kept() {
    let half = Network {
        loss_permille: 500,
        duplicate_permille: 250,
        ..Network::default()
    };
    let (mut lost, mut copies, mut all) = (0, 0, 0);
    for seed in 0..100 {
        let mut lab = Lab::<Raft>::of(&with_network(half.clone()), seed, Mood::Strict);
        lab.fire(1, "election");
        for flight in lab.world().flights().values() {
            match flight.id.copy {
                0 => all += 1,
                _ => copies += 1,
            }
            lost += u32::from(flight.doomed);
        }
    }
    assert_eq!(all, 400);
    assert!((70..130).contains(&copies), "{copies} of 400 are copied");
    assert!((200..300).contains(&lost), "{lost} of 500 are lost");
}

/// Where links keep the order, no message overtakes another on the same link; elsewhere some do.
#[test]
fn order_is_kept_where_it_should_be() {
    let overtaken = |reorder| {
        let wide = Network {
            latency: RangeMs::new(1, 500),
            reorder,
            ..Network::default()
        };
        let mut lab = Lab::<Raft>::of(&with_network(wide), 1, Mood::Strict);
        for _ in 0..20 {
            lab.fire(1, "election");
        }
        let arrivals: Vec<u64> = lab
            .flights(n(1), n(2))
            .into_iter()
            .map(|id| lab.world().flights()[&id].arrives)
            .collect();
        assert_eq!(arrivals.len(), 20);
        !arrivals.is_sorted()
    };
    assert!(!overtaken(false));
    assert!(overtaken(true));
}

/// Latencies fill their range.
#[test]
fn latencies_lie_in_their_range() {
    let mut lab = raft(9);
    let mut seen = Vec::new();
    for _ in 0..20 {
        lab.fire(1, "election");
        let flights = lab.world().flights().values();
        seen.extend(flights.map(|flight| flight.arrives - flight.sent));
        lab.drop_all();
    }
    assert_eq!(
        (seen.iter().min(), seen.iter().max()),
        (Some(&10), Some(&20))
    );
}

/// Copies have names of their own for ever, even where an earlier copy has arrived.
#[test]
fn copies_have_their_own_names() {
    let mut lab = raft(3);
    lab.fire(1, "election");
    let original = lab.flights(n(1), n(2))[0];
    let copy = |number| MessageId {
        copy: number,
        ..original
    };
    lab.act(Action::Duplicate(original));
    lab.act(Action::Deliver(copy(1)));
    lab.act(Action::Duplicate(original));
    lab.act(Action::Duplicate(copy(2)));
    assert_eq!(lab.flights(n(1), n(2)), [original, copy(2), copy(3)]);
    assert_eq!(lab.message(copy(3)), lab.message(original));
}

/// Copying one message over and over, and delivering what was copied, takes time in proportion, and
/// no state is another than it was when each copy was counted on all others.
#[test]
fn copies_cost_the_same_however_many_there_are() {
    let mut lab = raft(5);
    lab.submit(1, 1, "x=1");
    let asked = lab.flights(ClientId(1), n(1))[0];
    let began = Instant::now();
    for _ in 0..25_000 {
        lab.act(Action::Duplicate(asked));
    }
    for _ in 0..25_000 {
        lab.act(Action::Next);
    }
    assert_eq!(lab.world().hash(), 0x5dcf_b9f4_b124_e3c4);
    for _ in 0..50_000 {
        let copy = *lab.world().flights().keys().next_back().unwrap();
        lab.act(Action::Duplicate(copy));
    }
    // About one where nobody else is at work.
    assert!(began.elapsed() < Duration::from_secs(15));
}

/// A message that is held waits until it is released; one that is delayed arrives later.
#[test]
fn held_and_delayed_messages_wait() {
    let mut lab = raft(3);
    lab.fire(1, "election");
    let [held, delayed] = [2, 3].map(|to| lab.flights(n(1), n(to))[0]);
    let arrives = lab.world().flights()[&delayed].arrives;
    lab.act(Action::Hold(held));
    lab.act(Action::Delay(delayed, 30));
    assert_eq!(lab.world().flights()[&delayed].arrives, arrives + 30);
    while lab.world().now() < 600 {
        lab.act(Action::Next);
    }
    assert!(lab.world().flights().contains_key(&held));
    lab.act(Action::Release(held));
    assert_eq!(
        lab.world().next(),
        Some((lab.world().now(), Pending::Arrival(held)))
    );
}

/// Aligned election timers run out together, in the order of the nodes; spread ones leave room
/// for an election in between.
#[test]
fn timers_are_aligned_and_spread() {
    let dues = |lab: &Lab<Raft>| [1, 2, 3, 4, 5].map(|id| election(lab, id).1);
    let mut lab = raft(5);
    let first = dues(&lab).into_iter().min().unwrap();
    lab.act(Action::Align);
    assert_eq!(dues(&lab), [first; 5]);
    assert_eq!(
        lab.world().next(),
        Some((first, Pending::NodeTimer(n(1), 0)))
    );
    lab.act(Action::Spread);
    let gap = 6 * 20;
    assert_eq!(dues(&lab), [0, 1, 2, 3, 4].map(|nth| first + nth * gap));
}

/// Time passes up to the next event and no further, and changes nothing else.
#[test]
fn time_passes() {
    let mut lab = raft(3);
    let (at, _) = lab.world().next().unwrap();
    lab.act(Action::Advance(at as u32));
    assert_eq!(lab.world().now(), at);
    assert_eq!(lab.world().next().map(|(due, _)| due), Some(at));
}

/// Links that change keep what is cut.
#[test]
fn new_links_keep_the_cuts() {
    let mut lab = raft(3);
    lab.act(Action::Cut(n(1).into(), n(2).into()));
    lab.act(Action::Links(Network {
        latency: RangeMs::new(5, 5),
        ..Network::default()
    }));
    assert!(lab.world().is_cut(n(1).into(), n(2).into()));
    lab.fire(1, "election");
    let request = lab.flights(n(1), n(3))[0];
    assert_eq!(
        lab.world().flights()[&request].arrives,
        lab.world().now() + 5
    );
}

/// A node that crashes before it sends has done its work and tells nobody; later messages have
/// the numbers that they would have had.
#[test]
fn a_crash_before_sending() {
    let mut lab = raft(3);
    let step = lab.act(Action::CrashBeforeSend(Trigger::Fire(
        n(1),
        "election".into(),
    )));
    assert_eq!(losses(&step), [Loss::CrashedBeforeSend; 2]);
    assert!(lab.world().flights().is_empty());
    lab.restart(1);
    assert_eq!(
        (lab.node(1).disk.term, lab.node(1).disk.voted_for),
        (1, Some(n(1)))
    );
    lab.fire(1, "election");
    assert_eq!(lab.flights(n(1), n(2))[0].nth, 2);
}

/// A wiped disk is blank.
#[test]
fn a_wiped_disk_is_blank() {
    let mut lab = raft(3);
    lab.campaign(1);
    lab.crash(2);
    lab.act(Action::Wipe(n(2)));
    lab.restart(2);
    assert_eq!(lab.node(2).disk, Default::default());
}

/// A client waits for one answer at a time; what is asked meanwhile waits behind, and an answer
/// to something that has been answered is not taken for the next one.
#[test]
fn clients_ask_one_thing_at_a_time() {
    let mut lab = Lab::<Paxos>::new(&scenario("paxos", 3, &[]));
    lab.ask(1, 1, "x");
    lab.submit(1, 1, "y");
    assert_eq!(lab.world().clients()[&ClientId(1)].queue().len(), 1);
    while lab.flights(n(1), ClientId(1)).is_empty() {
        lab.act(Action::Next);
    }
    let answer = lab.flights(n(1), ClientId(1))[0];
    lab.act(Action::Duplicate(answer));
    lab.act(Action::Deliver(answer));
    assert_eq!(
        lab.told(1),
        [Some("x".into()), None],
        "the second has just been asked"
    );
    let late = lab.act(Action::Deliver(MessageId { copy: 1, ..answer }));
    assert_eq!(late.notes[0].1.rule.id, "client.late");
    assert_eq!(lab.told(1), [Some("x".into()), None]);
    lab.settle();
    assert_eq!(lab.told(1), [Some("x".into()), Some("x".into())]);
}

/// Without an answer, a client asks the next node, with the same number, every half second.
#[test]
fn clients_go_round() {
    let mut lab = raft(3);
    lab.partition(&[&[1], &[2], &[3]]);
    lab.act(Action::Submit {
        client: ClientId(1),
        to: None,
        value: value("x"),
    });
    let mut asked = Vec::new();
    while asked.len() < 4 {
        lab.act(Action::Next);
        let requests = lab.world().flights().values();
        let mut requests = requests.filter(|flight| flight.id.from == ClientId(1).into());
        if let Some(flight) = requests.next().filter(|it| it.sent == lab.world().now()) {
            asked.push((flight.id.to, flight.sent));
        }
    }
    let expected = [2, 3, 1, 2].map(|id| Endpoint::from(n(id)));
    assert_eq!(
        asked.iter().map(|(to, _)| *to).collect::<Vec<_>>(),
        expected
    );
    let gaps = asked.windows(2).map(|pair| pair[1].1 - pair[0].1);
    assert!(
        gaps.clone().all(|gap| gap == 500),
        "{:?}",
        gaps.collect::<Vec<_>>()
    );
    let exchange = &lab.world().clients()[&ClientId(1)].history()[0];
    assert_eq!((exchange.sequence, exchange.retries), (1, 4));
}

/// What a client did about a request and what came of it is kept, each with its time and its node:
/// from when it was submitted to who told it.
#[test]
fn clients_remember_how_it_went() {
    let mut lab = raft(3);
    lab.campaign(1);
    lab.submit(1, 2, "x=1");
    lab.submit(1, 3, "x=2");
    let waits = &lab.world().clients()[&ClientId(1)].queue()[0];
    assert_eq!((waits.to, waits.submitted), (Some(n(3)), lab.world().now()));
    let submitted = lab.world().now();
    lab.drop_all();
    while lab.world().clients()[&ClientId(1)].history()[0].retries == 0 {
        lab.act(Action::Next);
    }
    let retried = lab.world().now();
    lab.settle();
    let client = &lab.world().clients()[&ClientId(1)];
    let history: Vec<_> = client.history().iter().collect();
    let [first, second] = history[..] else {
        panic!("{history:?}");
    };
    assert_eq!((first.submitted, first.asked), (submitted, submitted));
    assert_eq!(first.turns[0], (submitted, Turn::Sent { to: n(2) }));
    assert_eq!(first.turns[1], (retried, Turn::TimedOut { to: n(3) }));
    let (by, to) = (n(3), Some(n(1)));
    assert_eq!(first.turns[2].1, Turn::TurnedAway { by, to });
    assert_eq!((first.turns.len(), first.told_by), (3, Some(n(1))));
    assert_eq!(second.submitted, submitted);
    assert_eq!(second.asked, first.told.as_ref().unwrap().0);
    assert_eq!(second.turns[0], (second.asked, Turn::Sent { to: n(3) }));
    assert_eq!(second.turns[1].1, Turn::TurnedAway { by, to });
    assert_eq!(second.told_by, Some(n(1)));
}

/// A client that waits for ever remembers its first turn and the latest ones; another moment of
/// the run keeps what it has.
#[test]
fn what_clients_remember_is_bounded() {
    let mut lab = raft(3);
    lab.partition(&[&[1], &[2], &[3]]);
    lab.submit(1, 1, "x");
    let turns = |lab: &Lab<Raft>| {
        lab.world().clients()[&ClientId(1)].history()[0]
            .turns
            .clone()
    };
    let first = turns(&lab)[0];
    for _ in 0..TURNS_MAX {
        lab.drop_all();
        let earlier = (lab.clone(), turns(&lab));
        lab.act(Action::Fire(ClientId(1).into(), "retry".into()));
        assert_eq!(turns(&earlier.0), earlier.1);
    }
    assert_eq!((turns(&lab).len(), turns(&lab)[0]), (TURNS_MAX, first));
    let retries = lab.world().clients()[&ClientId(1)].history()[0].retries;
    assert_eq!(retries as usize, TURNS_MAX);
}
