//! What a run can be compared with.

use crate::protocol::registry::{self, PROTOCOLS};
use crate::protocol::{Any, RangeMs, Variant};
use crate::view::quorums;
use crate::world::{LINK_MS_MAX, Scenario};

/// What stands on the right side, next to a run.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Rival {
    /// Another protocol, as it is in the papers, on as many nodes.
    Protocol(&'static str),
    /// The same with this variant as well.
    With(&'static str),
    /// The same without this variant.
    Without(&'static str),
    /// The same on links with another latency.
    Latency(RangeMs),
    /// The same with quorums of other sizes.
    Quorums([u8; 2]),
}

/// Latencies as multiples of what a run has: halves.
const LATENCY_HALVES: [u32; 4] = [1, 4, 10, 20];

/// All that a scenario can be compared with.
pub fn rivals(scenario: &Scenario) -> Vec<Rival> {
    let other = PROTOCOLS.iter().map(|about| about.key);
    let other = other.filter(|key| *key != scenario.protocol);
    let variants = registry::find(&scenario.protocol).map_or(&[][..], |about| about.variants);
    let variants = variants.iter().map(|variant: &Variant| {
        match scenario.cluster.variants.contains(variant.id) {
            true => Rival::Without(variant.id),
            false => Rival::With(variant.id),
        }
    });
    let now = scenario.network.latency;
    let latencies = LATENCY_HALVES.iter().map(|halves| RangeMs {
        min: (now.min * halves / 2).max(1),
        max: (now.max * halves / 2).max(1),
    });
    let latencies = latencies.filter(|it| *it != now && it.max <= LINK_MS_MAX);
    let in_use = quorums::in_use(scenario);
    let sizes = quorums::choices(scenario).into_iter();
    let sizes = sizes.filter(|it| Some(*it) != in_use);
    let all = other.map(Rival::Protocol).chain(variants);
    let all = all.chain(latencies.map(Rival::Latency));
    let all = all.chain(sizes.map(|it| Rival::Quorums(it.sizes)));
    all.filter(|it| it.can_run(scenario)).collect()
}

impl Rival {
    /// The scenario of the right side, with nothing prepared.
    pub fn of(self, scenario: &Scenario) -> Scenario {
        let mut rival = Scenario {
            prepared: Vec::new(),
            ..scenario.clone()
        };
        match self {
            Self::Protocol(key) => {
                let plain = Scenario::of(key, scenario.cluster.nodes);
                rival.protocol = plain.protocol;
                rival.cluster = plain.cluster;
            }
            Self::With(id) => {
                rival.cluster.variants.insert(id.into());
            }
            Self::Without(id) => {
                rival.cluster.variants.remove(id);
            }
            Self::Latency(latency) => rival.network.latency = latency,
            Self::Quorums(sizes) => rival = quorums::with(&rival, sizes),
        }
        rival
    }

    fn can_run(self, scenario: &Scenario) -> bool {
        let rival = self.of(scenario);
        Any::open(&rival.protocol, &rival.cluster).is_ok()
    }
}

/// What tells two scenarios apart: what the name of a side has to say besides the protocol.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Difference {
    /// The variants that this one has and the other has not.
    pub variants: Vec<String>,
    /// Its latency, where the other's is another.
    pub latency: Option<RangeMs>,
    /// Its quorum sizes, where the other's are others.
    pub quorums: Option<[u8; 2]>,
}

impl Difference {
    /// What `one` is that `other` is not.
    pub fn of(one: &Scenario, other: &Scenario) -> Self {
        let same_protocol = one.protocol == other.protocol;
        let own = |id: &&String| !(same_protocol && other.cluster.variants.contains(id.as_str()));
        let sizes = |it| quorums::in_use(it).map(|it| it.sizes);
        let own_sizes = sizes(one).filter(|it| same_protocol && sizes(other) != Some(*it));
        let latency = one.network.latency;
        Self {
            variants: one.cluster.variants.iter().filter(own).cloned().collect(),
            latency: (latency != other.network.latency).then_some(latency),
            quorums: own_sizes,
        }
    }
}
