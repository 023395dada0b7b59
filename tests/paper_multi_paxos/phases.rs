//! The button "Next phase" on a cluster whose leader has its phase 1 behind it.

use quorumscope::protocol::multi_paxos::MultiPaxos;
use quorumscope::protocol::{ClientId, Protocol};
use quorumscope::view::{Session, first_look, open};
use quorumscope::world::Action;

use crate::common::multi_paxos_stories::lab;
use crate::common::{Mood, value};

/// The names of the messages under way.
fn under_way(session: &Session) -> Vec<&'static str> {
    let messages = session.moment().messages;
    messages.iter().map(|card| card.view.name).collect()
}

/// The messages of the phases, which the paper gives numbers.
const PHASES: [(&str, &str); 4] = [
    ("1a", "Prepare"),
    ("1b", "Promise"),
    ("2a", "Accept"),
    ("2b", "Accepted"),
];

/// To the end of 1a, of 1b, and then nowhere: heartbeats are of no phase, and without a client
/// there is none ahead. A client's command takes 2a and 2b, and no phase 1.
#[test]
fn a_stride_is_a_phase() {
    let mut session = open(first_look(MultiPaxos::ABOUT.key), 1).unwrap();
    for ended in ["Prepare", "Promise"] {
        assert!(session.stride().unwrap() > 0);
        assert!(!under_way(&session).contains(&ended));
    }
    let leads = |role: &str| role == "leader";
    let nodes = session.moment().nodes;
    let leader = nodes.iter().find(|card| leads(card.view.role)).unwrap().id;
    let position = session.position();
    assert_eq!(session.stride(), Ok(0));
    assert_eq!((session.position(), session.length()), (position, position));
    let (client, to) = (ClientId(1), Some(leader));
    let value = value("x");
    session.act(Action::Submit { client, to, value }).unwrap();
    for (ended, next) in [("Accept", "Accepted"), ("Accepted", "Chosen")] {
        assert!(session.stride().unwrap() > 0);
        assert!(!under_way(&session).contains(&ended));
        assert!(under_way(&session).contains(&next), "{ended}");
    }
}

/// What phases are called, as in the paper; what only tells is of none.
#[test]
fn phases_have_the_papers_names() {
    let mut lab = lab(3, &[], Mood::Strict);
    lab.stand(1);
    let mut names = Vec::new();
    for _ in 0..4 {
        let world = lab.world();
        for id in world.flights().keys() {
            let Some(message) = lab.message(*id) else {
                continue;
            };
            let phase = world.protocol().phase(message);
            let view = world.protocol().message_view(message);
            assert!(phase.is_none_or(
                |it| PHASES.contains(&(it.name, view.name)) && Some(it.epoch) == view.epoch
            ));
            names.extend(phase.map(|it| it.name));
        }
        for (from, to) in [(1, 2), (2, 1)] {
            lab.deliver(from, to);
        }
        if lab.is_leader(1) && lab.chosen_slots(1).is_empty() {
            lab.ask(1, 1, "x");
        }
    }
    names.dedup();
    assert!(
        names.starts_with(&["1a"]) && names.contains(&"2a"),
        "{names:?}"
    );
}
