//! Which quorum sizes somebody can choose from.

use crate::protocol::registry::Any;
use crate::protocol::{Protocol, Quorums};
use crate::world::Scenario;

/// The smallest sizes that still always share a node; where a variant allows it, also the largest
/// that need not; and those in use. None where the protocol has no quorums to set.
pub fn choices(scenario: &Scenario) -> Vec<Quorums> {
    let Some(now) = in_use(scenario) else {
        return Vec::new();
    };
    let pairs = |sum: u8| (1..sum).map(move |first| [first, sum - first]);
    let tried = pairs(now.of + 1).chain(pairs(now.of));
    let possible = tried.filter_map(|sizes| {
        let wanted = Quorums { sizes, of: now.of };
        // The protocol judges, and not a formula; a variant may set sizes of its own.
        (in_use(&with(scenario, sizes)) == Some(wanted)).then_some(wanted)
    });
    let mut all: Vec<Quorums> = possible.chain([now]).collect();
    all.sort_by_key(|it| (!it.meet(), it.sizes));
    all.dedup();
    all
}

/// The quorums of a scenario.
pub fn in_use(scenario: &Scenario) -> Option<Quorums> {
    let protocol = Any::open(&scenario.protocol, &scenario.cluster).ok()?;
    protocol.quorums()
}

/// The scenario with quorums of these sizes.
pub fn with(scenario: &Scenario, sizes: [u8; 2]) -> Scenario {
    let mut scenario = scenario.clone();
    let about = crate::protocol::registry::find(&scenario.protocol);
    let names = about.map_or(&[][..], |about| about.quorums);
    scenario.cluster.quorums = names
        .iter()
        .map(|name| (*name).to_owned())
        .zip(sizes)
        .collect();
    scenario
}

#[cfg(test)]
mod tests {
    use super::*;

    fn sizes(scenario: &Scenario) -> Vec<[u8; 2]> {
        choices(scenario).iter().map(|it| it.sizes).collect()
    }

    /// Every choice runs; without the variant all of them meet, and with it some need not.
    #[test]
    fn what_can_be_chosen_can_run() {
        for protocol in ["paxos", "multi_paxos"] {
            let mut scenario = Scenario::of(protocol, 5);
            assert_eq!(sizes(&scenario), [[1, 5], [2, 4], [3, 3], [4, 2], [5, 1]]);
            assert!(choices(&scenario).iter().all(|it| it.meet()));

            scenario = with(&scenario, [5, 5]);
            assert!(sizes(&scenario).contains(&[5, 5]), "what a file has set");

            scenario.cluster.quorums.clear();
            scenario.cluster.variants.insert("disjoint_quorums".into());
            let apart = choices(&scenario);
            assert!(apart.iter().any(|it| it.sizes == [2, 3] && !it.meet()));
            for choice in apart {
                assert_eq!(in_use(&with(&scenario, choice.sizes)), Some(choice));
            }
        }
        assert_eq!(sizes(&Scenario::of("raft", 5)), [[0; 2]; 0]);
    }
}
