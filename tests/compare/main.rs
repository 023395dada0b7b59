//! Two runs side by side: one clock, one environment, and counts that a person can check by hand.

#[path = "../common/mod.rs"]
mod common;

mod counts;
mod environment;
mod files;
mod past;

use common::{n, scenario, value};
use quorumscope::protocol::{ClientId, NodeId, RangeMs};
use quorumscope::share::pair::Side;
use quorumscope::sorted::SortedSet;
use quorumscope::view::compare::{Counts, Mean, Pair};
use quorumscope::view::{Session, open};
use quorumscope::world::{Action, ActionError, Network, Scenario};

/// Every message takes ten milliseconds.
fn even(scenario: Scenario) -> Scenario {
    let network = Network {
        latency: RangeMs::new(10, 10),
        ..Network::default()
    };
    Scenario {
        network,
        ..scenario
    }
}

fn session(scenario: &Scenario) -> Session {
    open(scenario.clone(), 1).expect("the scenario can run")
}

fn beside(left: Session, right: Scenario) -> Pair {
    match Pair::beside(left, right) {
        Ok(pair) => pair,
        Err(failed) => panic!("{:?}", failed.1),
    }
}

/// Two clusters of three nodes, with every message as slow as any other.
fn pair(left: &str, right: &str) -> Pair {
    let of = |protocol| even(scenario(protocol, 3, &[]));
    beside(session(&of(left)), of(right))
}

fn submit(client: u8, to: u8, text: &str) -> Action {
    Action::Submit {
        client: ClientId(client),
        to: Some(NodeId(to)),
        value: value(text),
    }
}

fn act(pair: &mut Pair, side: Side, action: Action) {
    let deed = pair.deed(side, action);
    pair.act(deed).expect("it makes sense");
}

fn step_until(pair: &mut Pair, what: &str, is_so: impl Fn(&Pair) -> bool) {
    for _ in 0..2000 {
        if is_so(pair) {
            return;
        }
        pair.step().expect("there is a next event");
    }
    panic!("{what} does not come about");
}

/// Until every command has been answered on both sides.
fn until_answered(pair: &mut Pair, answers: u32) {
    step_until(pair, "the answer", |it| {
        it.counts().iter().all(|it| it.to_answer.of == answers)
    });
}

fn leader(pair: &Pair, side: Side) -> Option<NodeId> {
    let moment = pair.session(side).moment();
    let mut nodes = moment.nodes.into_iter();
    nodes.find(|it| it.view.role == "leader").map(|it| it.id)
}

fn mean(sum: u64, of: u32) -> Mean {
    Mean { sum, of }
}

/// What is counted of messages adds up: every one that was sent is delivered, lost or under way.
fn adds_up(pair: &Pair) {
    for side in Side::BOTH {
        let counts = pair.counts()[side as usize];
        let moment = pair.session(side).moment();
        let between = |it: &&quorumscope::view::MessageCard| {
            use quorumscope::protocol::Endpoint::Node;
            matches!((it.id.from, it.id.to), (Node(_), Node(_)))
        };
        let under_way = moment.messages.iter().filter(between).count() as u32;
        assert_eq!(counts.sent, counts.delivered + counts.lost + under_way);
    }
}

/// Something of everything, on a pair.
fn eventful() -> Pair {
    let mut pair = beside(
        session(&scenario("raft", 5, &[])),
        scenario("raft", 5, &["pre_vote"]),
    );
    for round in 0..6 {
        for _ in 0..40 {
            pair.step().unwrap();
        }
        act(&mut pair, Side::Left, submit(1, 1 + round % 3, "x=1"));
        match round {
            0 => act(&mut pair, Side::Left, Action::Crash(n(5))),
            1 => {
                let group = |ids: [u8; 2]| ids.map(n).into_iter().collect::<SortedSet<_>>();
                let groups = vec![group([1, 2]), group([3, 4])];
                act(&mut pair, Side::Right, Action::Partition(groups));
            }
            2 => act(&mut pair, Side::Right, Action::Restart(n(5))),
            3 => act(&mut pair, Side::Left, Action::Heal),
            _ => act(&mut pair, Side::Left, Action::Pause(n(round))),
        }
    }
    pair
}

type Seen = (u64, [u64; 2], [Counts; 2], Option<(Side, ActionError)>);

fn seen(pair: &Pair) -> Seen {
    (
        pair.now(),
        pair.hashes(),
        pair.counts(),
        pair.skipped().cloned(),
    )
}
