//! The stage at rest: over random runs of every protocol, with every fault, on clusters of every size
//! that it draws, no label covers what stands around a node or a client, nor another label.

mod common;

use std::collections::BTreeMap;
use std::fs;

use common::chaos::Chaos;
use quorumscope::check::Watched;
use quorumscope::protocol::{Any, ClientId, Endpoint, NodeId, registry};
use quorumscope::sorted::SortedMap;
use quorumscope::view::boxes;
use quorumscope::view::geometry::{Frame, Stage};
use quorumscope::view::groups::{arrange, groups};
use quorumscope::view::labels::{self, Form, Label};
use quorumscope::view::{Catalogue, MessageCard, Moment, open};
use quorumscope::world::Scenario;

fn words(language: &str) -> Catalogue {
    let json = fs::read(format!("static/locales/{language}.json")).expect("the catalogue is there");
    Catalogue::from_json(&json).expect("the catalogue is one")
}

/// The stage of a moment, as the page draws it.
fn stage(moment: &Moment, narrow: bool) -> Stage {
    let nodes: Vec<NodeId> = moment.nodes.iter().map(|it| it.id).collect();
    let clients: Vec<ClientId> = moment.clients.iter().map(|it| it.id).collect();
    let mut stage = Stage::of(&nodes, &clients, narrow);
    let groups = groups(&nodes, &moment.cut);
    arrange(&mut stage, &groups, &SortedMap::new());
    stage
}

/// The labels of what is under way, and of what has landed.
fn labels(moment: &Moment, narrow: bool) -> Vec<Label> {
    let mut lanes: BTreeMap<(Endpoint, Endpoint), i32> = BTreeMap::new();
    let label = |card: &MessageCard, lane, lost, share| Label {
        from: card.id.from,
        to: card.id.to,
        lane,
        share,
        widths: Form::ALL
            .map(|form| labels::width(&labels::text(card, form, lost), card.view.kind, narrow)),
    };
    let flying = moment.messages.iter().map(|card| {
        let lane = lanes.entry((card.id.from, card.id.to)).or_insert(-1);
        *lane += 1;
        let takes = card.arrives.saturating_sub(card.sent).max(1);
        let share = (moment.now.saturating_sub(card.sent)) as f64 / takes as f64;
        label(card, *lane, false, share.clamp(0.0, 1.0))
    });
    let landed = moment.landed.iter();
    let landed = landed.map(|it| label(&it.message, 0, it.lost.is_some(), 1.0));
    flying.chain(landed).collect()
}

fn overlap(a: &Frame, b: &Frame) -> bool {
    let apart =
        a.to.x <= b.from.x || b.to.x <= a.from.x || a.to.y <= b.from.y || b.to.y <= a.from.y;
    !apart
}

/// Calls with each moment of a random run.
fn run(protocol: &str, nodes: u8, seed: u64, actions: usize, mut look: impl FnMut(&Moment)) {
    let scenario = Scenario::of(protocol, nodes);
    let mut session = open(scenario.clone(), seed as u32).expect("the scenario opens");
    let any = Any::open(protocol, &scenario.cluster).expect("the protocol opens");
    let mut twin = Watched::new(any, &scenario, seed as u32).expect("the scenario opens");
    let mut chaos = Chaos::new(seed);
    for _ in 0..actions {
        let action = chaos.action(twin.world());
        if twin.apply(&action).is_ok() {
            session
                .act(action)
                .expect("what one world takes the other takes");
            look(&session.moment());
        }
    }
}

/// Up to how many labels all have a place; of more, those of a link that has too many of them cover
/// something.
const PLACED: [usize; 2] = [28, 6];

/// A label that has found a place covers nothing; and unless there are very many, all find one.
#[test]
fn labels_at_rest_cover_nothing() {
    for language in ["en", "zh-CN"] {
        let words = words(language);
        for (protocol, nodes) in registry::KEYS
            .iter()
            .flat_map(|it| (2..=9).map(move |n| (it, n)))
        {
            run(protocol, nodes, u64::from(nodes), 150, |moment| {
                for narrow in [false, true] {
                    let stage = stage(moment, narrow);
                    let boxes = boxes::all(&stage, moment, &words);
                    let labels = labels(moment, narrow);
                    let spots = labels::rest(&stage, &boxes, &labels);
                    let mut taken = boxes.clone();
                    for (label, spot) in labels.iter().zip(&spots) {
                        let own = Frame::around(spot.at, label.widths[spot.form as usize]);
                        let covered = taken.iter().find(|it| overlap(&own, it));
                        assert!(
                            !spot.free || covered.is_none(),
                            "{label:?} covers {covered:?}"
                        );
                        let count = labels.len();
                        assert!(
                            spot.free || count > PLACED[usize::from(narrow)],
                            "{protocol}, {nodes} nodes, narrow: {narrow}: {label:?} of {count}"
                        );
                        taken.push(own);
                    }
                }
            });
        }
    }
}
