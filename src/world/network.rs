//! How links behave: latency, loss, duplication, order, and what is cut.

use crate::sorted::{SortedMap, SortedSet};

use serde::ser::{Serialize, SerializeTuple, Serializer};

use crate::protocol::{Endpoint, RangeMs};

/// A whole, in thousandths.
pub const PERMILLE: u32 = 1000;
/// The longest latency, in milliseconds.
pub const LINK_MS_MAX: u32 = 10_000;

/// From one endpoint to another: a link in one direction.
pub type Way = (Endpoint, Endpoint);

/// How links behave. What is cut loses messages when they should arrive.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Network {
    /// How long a message takes.
    pub latency: RangeMs,
    /// How many of a thousand messages are lost.
    pub loss_permille: u32,
    /// How many of a thousand messages arrive twice.
    pub duplicate_permille: u32,
    /// Whether a later message may overtake an earlier one on the same link.
    pub reorder: bool,
    /// The links that are cut, each in one direction.
    pub cut: SortedSet<Way>,
    /// The links that behave otherwise than the rest, each in one direction.
    pub apart: SortedMap<Way, Behaviour>,
}

/// How one link behaves, in one direction, while it is not cut.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, serde::Serialize)]
pub struct Behaviour {
    /// How long a message takes.
    pub latency: RangeMs,
    /// How many of a thousand messages are lost.
    pub loss_permille: u32,
    /// How many of a thousand messages arrive twice.
    pub duplicate_permille: u32,
    /// Whether a later message may overtake an earlier one.
    pub reorder: bool,
}

impl Default for Network {
    /// A quiet local network, slowed down for the eye.
    fn default() -> Self {
        Self {
            latency: RangeMs::new(10, 20),
            loss_permille: 0,
            duplicate_permille: 0,
            reorder: true,
            cut: SortedSet::new(),
            apart: SortedMap::new(),
        }
    }
}

impl Network {
    /// How all links behave that are not [`Self::apart`].
    pub fn common(&self) -> Behaviour {
        Behaviour {
            latency: self.latency,
            loss_permille: self.loss_permille,
            duplicate_permille: self.duplicate_permille,
            reorder: self.reorder,
        }
    }

    /// How a link behaves.
    pub fn of(&self, way: Way) -> Behaviour {
        // The core has no way to set a link apart.
        let own = cfg!(feature = "full")
            .then(|| self.apart.get(&way))
            .flatten();
        own.copied().unwrap_or_else(|| self.common())
    }

    /// The same network, but for all links that are not apart, or for one of them.
    pub fn with(&self, way: Option<Way>, behaviour: Behaviour) -> Self {
        let mut network = self.clone();
        match way {
            Some(way) => {
                network.apart.insert(way, behaviour);
            }
            None => {
                network.latency = behaviour.latency;
                network.loss_permille = behaviour.loss_permille;
                network.duplicate_permille = behaviour.duplicate_permille;
                network.reorder = behaviour.reorder;
            }
        }
        network
    }

    /// Whether every number is in its range.
    pub fn is_sound(&self) -> bool {
        let apart = cfg!(feature = "full").then(|| self.apart.values());
        self.common().is_sound() && apart.into_iter().flatten().all(Behaviour::is_sound)
    }

    /// The longest that a message takes on any link.
    pub fn longest_ms(&self) -> u32 {
        let apart = self.apart.values().map(|it| it.latency.max);
        apart.chain([self.latency.max]).max().unwrap_or(0)
    }
}

impl Behaviour {
    /// Whether every number is in its range.
    pub fn is_sound(&self) -> bool {
        self.latency.min >= 1
            && self.latency.min <= self.latency.max
            && self.latency.max <= LINK_MS_MAX
            && self.loss_permille <= PERMILLE
            && self.duplicate_permille <= PERMILLE
    }
}

/// The first of two numbers that stand where `reorder` stands, and say that links are apart.
const APART: u8 = 2;

/// Links that are apart are in the bytes only where there are any, so that a state without them has
/// the bytes that it always had.
impl Serialize for Network {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let is_apart = cfg!(feature = "full") && !self.apart.is_empty();
        let order = u8::from(self.reorder) + if is_apart { APART } else { 0 };
        let mut fields = serializer.serialize_tuple(if is_apart { 6 } else { 5 })?;
        fields.serialize_element(&self.latency)?;
        fields.serialize_element(&self.loss_permille)?;
        fields.serialize_element(&self.duplicate_permille)?;
        fields.serialize_element(&order)?;
        fields.serialize_element(&self.cut)?;
        if is_apart {
            fields.serialize_element(&self.apart)?;
        }
        fields.end()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::protocol::NodeId;

    /// Without links of their own a network has the bytes that it has had since before there were
    /// any; with some it has others, whatever they are.
    #[test]
    fn bytes_tell_whether_links_are_apart() {
        let bytes = |network: &Network| postcard::to_allocvec(network).unwrap();
        let mut network = Network::default();
        let way = (NodeId(1).into(), NodeId(2).into());
        network.cut.insert(way);
        let plain = (network.latency, 0_u32, 0_u32, true, &network.cut);
        let plain = postcard::to_allocvec(&plain).unwrap();
        assert_eq!(bytes(&network), plain);
        let apart = network.with(Some(way), network.common());
        assert!(bytes(&apart).starts_with(&plain[..4]));
        assert_eq!(bytes(&apart)[4], APART + 1);
        let orderly = Network {
            reorder: false,
            ..apart.clone()
        };
        assert_ne!(bytes(&orderly), bytes(&apart));
    }

    /// A link that is apart keeps to itself when the others change.
    #[test]
    fn a_link_apart_stays_apart() {
        let (one, other) = (NodeId(1).into(), NodeId(2).into());
        let lossy = Behaviour {
            loss_permille: 500,
            ..Network::default().common()
        };
        let network = Network::default().with(Some((one, other)), lossy);
        let slow = Behaviour {
            latency: RangeMs::new(90, 100),
            ..network.common()
        };
        let network = network.with(None, slow);
        assert_eq!(network.of((one, other)), lossy);
        assert_eq!(network.of((other, one)), slow);
        assert_eq!(network.longest_ms(), 100);
        let wild = Behaviour {
            loss_permille: PERMILLE + 1,
            ..lossy
        };
        assert!(network.is_sound());
        assert!(!network.with(Some((one, other)), wild).is_sound());
    }
}
