//! Actions that make no sense: each kind of error is reached, and the world is left as it was.

use std::collections::BTreeSet;

use quorumscope::protocol::paxos::Paxos;
use quorumscope::protocol::raft::Raft;
use quorumscope::protocol::{ClientId, Endpoint, NodeId, RangeMs};
use quorumscope::sorted::SortedSet;
use quorumscope::world::{
    Action, ActionError, Behaviour, LINK_MS_MAX, MessageId, Network, Trigger, Way,
};

use crate::common::chaos::{Chaos, sound_scenarios};
use crate::common::{Known, Lab, Mood, n, paxos_stories, scenario, value};

/// Tries something that makes no sense: the error is the one that asking first gives, and
/// nothing has changed.
fn refused<P: Known>(lab: &Lab<P>, action: Action) -> &'static str {
    let mut tried = lab.clone();
    let error = tried
        .attempt(&action)
        .expect_err("the action makes no sense");
    assert_eq!(lab.world().check(&action), Err(error.clone()));
    assert_eq!(tried.world().hash(), lab.world().hash(), "{action:?}");
    assert_eq!(tried.monitor(), lab.monitor(), "{action:?}");
    assert!(!error.to_string().is_empty(), "{action:?} has no sentence");
    error.key()
}

/// A Raft cluster with one message to S2 under way, one held back, S4 down, S5 paused, and the
/// link from S1 to S3 cut.
fn busy() -> (Lab<Raft>, MessageId, MessageId) {
    let mut lab = Lab::<Raft>::new(&scenario("raft", 5, &[]));
    lab.fire(1, "election");
    let [flying, held] = [2, 3].map(|to| lab.flights(n(1), n(to))[0]);
    lab.act(Action::Hold(held));
    lab.crash(4);
    lab.act(Action::Pause(n(5)));
    lab.act(Action::Cut(n(1).into(), n(3).into()));
    (lab, flying, held)
}

fn group(ids: &[u8]) -> SortedSet<NodeId> {
    ids.iter().copied().map(NodeId).collect()
}

fn fire(id: u8, timer: &str) -> Action {
    Action::Fire(n(id).into(), timer.into())
}

/// One link is set apart by a latency of its own.
fn apart(way: Way, ms: u32) -> Action {
    let plain = Network::default();
    let latency = RangeMs { min: ms, max: ms };
    let own = Behaviour {
        latency,
        ..plain.common()
    };
    Action::Links(plain.with(Some(way), own))
}

/// What makes no sense on that cluster, each with the error's key.
fn nonsense(flying: MessageId, held: MessageId) -> Vec<(Action, &'static str)> {
    let gone: MessageId = "S2>S1#7".parse().unwrap();
    let paused = MessageId {
        to: n(5).into(),
        ..flying
    };
    let (s1, s3): (Endpoint, Endpoint) = (n(1).into(), n(3).into());
    let lossy = Network {
        loss_permille: 1001,
        ..Network::default()
    };
    let reversed = RangeMs { min: 9, max: 8 };
    let backwards = Network {
        latency: reversed,
        ..Network::default()
    };
    let stranger = ClientId(9);
    let submit = |client, to| Action::Submit {
        client,
        to,
        value: value("x"),
    };
    vec![
        (Action::Advance(60_000), "event_due_first"),
        (Action::Advance(0), "no_change"),
        (Action::Deliver(gone), "no_such_message"),
        (Action::Drop(gone), "no_such_message"),
        (Action::Duplicate(gone), "no_such_message"),
        (Action::Delay(gone, 5), "no_such_message"),
        (Action::Hold(gone), "no_such_message"),
        (Action::Release(gone), "no_such_message"),
        (
            Action::CrashBeforeSend(Trigger::Deliver(gone)),
            "no_such_message",
        ),
        (Action::Deliver(held), "link_cut"),
        (Action::Deliver(paused), "node_paused"),
        (Action::Delay(flying, 0), "no_change"),
        (Action::Delay(flying, LINK_MS_MAX + 1), "out_of_range"),
        (Action::Delay(held, 5), "message_held"),
        (Action::Hold(held), "message_held"),
        (Action::Release(flying), "message_not_held"),
        (fire(1, "heartbeat"), "timer_not_armed"),
        (fire(1, "lunch"), "timer_not_armed"),
        (fire(4, "election"), "node_down"),
        (fire(5, "election"), "node_paused"),
        (fire(9, "election"), "no_such_endpoint"),
        (
            Action::Fire(ClientId(1).into(), "retry".into()),
            "timer_not_armed",
        ),
        (
            Action::Fire(stranger.into(), "retry".into()),
            "no_such_endpoint",
        ),
        (
            Action::CrashBeforeSend(Trigger::Fire(n(1), "heartbeat".into())),
            "timer_not_armed",
        ),
        (Action::Crash(n(4)), "node_down"),
        (Action::Crash(n(9)), "no_such_endpoint"),
        (Action::Restart(n(1)), "node_up"),
        (Action::Wipe(n(1)), "node_up"),
        (Action::Wipe(n(4)), "no_change"),
        (Action::Pause(n(4)), "node_down"),
        (Action::Pause(n(5)), "node_paused"),
        (Action::Resume(n(1)), "node_not_paused"),
        (Action::Resume(n(4)), "node_down"),
        (Action::Clock(n(1), 99), "out_of_range"),
        (Action::Clock(n(1), 10_001), "out_of_range"),
        (Action::Clock(n(1), 1000), "no_change"),
        (Action::Cut(s1, s3), "link_cut"),
        (Action::Cut(s1, s1), "no_change"),
        (Action::Cut(s1, stranger.into()), "no_such_endpoint"),
        (Action::Mend(s3, s1), "link_not_cut"),
        (
            Action::Partition(vec![group(&[1, 2]), group(&[2, 3])]),
            "bad_groups",
        ),
        (Action::Partition(vec![group(&[])]), "bad_groups"),
        (Action::Partition(vec![group(&[1, 9])]), "no_such_endpoint"),
        (Action::Links(lossy), "out_of_range"),
        (Action::Links(backwards), "out_of_range"),
        (Action::Links(Network::default()), "no_change"),
        (apart((s1, stranger.into()), 5), "no_such_endpoint"),
        (apart((s1, s1), 5), "no_change"),
        (apart((s1, s3), 0), "out_of_range"),
        (Action::AddMachine, "fixed_members"),
        (submit(stranger, None), "no_such_endpoint"),
        (submit(ClientId(1), Some(n(9))), "no_such_endpoint"),
    ]
}

/// Every kind of error is reached by an action, and no action that fails changes anything.
#[test]
fn impossible_actions_change_nothing() {
    let (lab, flying, held) = busy();
    let mut reached = BTreeSet::new();
    for (action, key) in nonsense(flying, held) {
        assert_eq!(refused(&lab, action.clone()), key, "{action:?}");
        reached.insert(key);
    }
    let fresh = Lab::<Paxos>::new(&paxos_stories::stage(&[]));
    let submit = Action::Submit {
        client: ClientId(1),
        to: Some(n(1)),
        value: value("x"),
    };
    for (action, key) in [
        (Action::Next, "nothing_to_do"),
        (submit, "not_serving"),
        (Action::Heal, "no_change"),
        (Action::Align, "no_change"),
        (Action::Spread, "no_change"),
    ] {
        assert_eq!(refused(&fresh, action), key);
        reached.insert(key);
    }
    let mut asked = Lab::<Raft>::new(&scenario("raft", 3, &["single_server"]));
    asked.ask(1, 1, "+S4");
    reached.insert(refused(&asked, Action::AddMachine));
    // That a run is full is no matter of the world, which keeps none: the tests of trees have it.
    let keys = ActionError::KEYS.iter().copied();
    let all: BTreeSet<&str> = keys.filter(|key| *key != "run_full").collect();
    assert_eq!(reached, all);
}

/// Whatever somebody tries, sensible or not: asking first tells truly whether it can be done, and
/// what cannot be done changes nothing.
fn asking_first_is_right<P: Known>() {
    for (seed, scenario) in (20..).zip(sound_scenarios(P::ABOUT.key)) {
        let mut lab = Lab::<P>::of(&scenario, seed, Mood::Strict);
        let mut chaos = Chaos::new(seed.into());
        let mut failures = 0;
        for _ in 0..1500 {
            let Some(action) = chaos.idea(lab.world()) else {
                continue;
            };
            let (foretold, before) = (lab.world().check(&action), lab.world().hash());
            let outcome = lab.attempt(&action).map(|_| ());
            assert_eq!(foretold, outcome, "{action:?}");
            if outcome.is_err() {
                assert_eq!(lab.world().hash(), before, "{action:?}");
                failures += 1;
            }
        }
        assert!(failures > 50, "only {failures} actions made no sense");
    }
}

/// In Raft.
#[test]
fn asking_first_is_right_in_raft() {
    asking_first_is_right::<Raft>();
}

/// In Paxos.
#[test]
fn asking_first_is_right_in_paxos() {
    asking_first_is_right::<Paxos>();
}
