//! Nodes that change names. Where names decide nothing, a state and the same state with other
//! names are as good as one: a search that knows so visits one of them.

use std::sync::Arc;

use super::{Answer, ClientId, Decree, Endpoint, Epoch, KeyValue, NodeId, Reply, Request, Value};
use crate::growing::Growing;
use crate::sorted::{SortedMap, SortedSet};

/// New names for some nodes, each name once; the others keep theirs.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Permutation(SortedMap<NodeId, NodeId>);

impl Permutation {
    /// Each node gets the name that stands at its place; both lists hold the same names.
    pub fn new(nodes: &[NodeId], names: &[NodeId]) -> Self {
        let pairs = nodes.iter().copied().zip(names.iter().copied());
        Self(pairs.collect())
    }

    /// A node's new name.
    pub fn name(&self, id: NodeId) -> NodeId {
        self.0.get(&id).copied().unwrap_or(id)
    }

    /// Both, where they are about different nodes.
    pub fn with(&self, other: &Self) -> Self {
        let pairs = self.0.iter().chain(other.0.iter());
        Self(pairs.map(|(node, name)| (*node, *name)).collect())
    }
}

/// What may hold names of nodes.
pub trait Relabel {
    /// The same with new names.
    fn relabel(&self, by: &Permutation) -> Self;
}

/// Says of which parts a thing is made, all of which are relabelled; a part left out does not
/// compile. `plain` holds no names.
macro_rules! relabel {
    (plain $($type:ty),+) => {
        $(impl crate::protocol::Relabel for $type {
            fn relabel(&self, _by: &crate::protocol::Permutation) -> Self {
                self.clone()
            }
        })+
    };
    (struct $name:ident { $($field:ident),+ }) => {
        impl crate::protocol::Relabel for $name {
            fn relabel(&self, by: &crate::protocol::Permutation) -> Self {
                Self { $($field: crate::protocol::Relabel::relabel(&self.$field, by)),+ }
            }
        }
    };
    (enum $name:ident {
        $($variant:ident $({ $($field:ident),+ })? $(($($part:ident),+))?),+ $(,)?
    }) => {
        impl crate::protocol::Relabel for $name {
            #[allow(unused_variables)]
            fn relabel(&self, by: &crate::protocol::Permutation) -> Self {
                match self {
                    $(Self::$variant $({ $($field),+ })? $(($($part),+))? => Self::$variant
                        $({ $($field: crate::protocol::Relabel::relabel($field, by)),+ })?
                        $(($(crate::protocol::Relabel::relabel($part, by)),+))?,)+
                }
            }
        }
    };
}
pub(crate) use relabel;

// Of a value, a command and a result nobody knows what they mean, so they stay as they are: the
// search exchanges the names of nodes alone that stand in none of them.
relabel!(plain bool, u32, ClientId, Value, Request, Decree, KeyValue);
relabel!(struct Epoch { number, owner });
relabel!(struct Reply { sequence, answer });
relabel!(enum Answer { Done(result), Elsewhere { hint } });
relabel!(
    enum Endpoint {
        Node(id),
        Client(id),
    }
);

impl Relabel for NodeId {
    fn relabel(&self, by: &Permutation) -> Self {
        by.name(*self)
    }
}

impl<T: Relabel> Relabel for Option<T> {
    fn relabel(&self, by: &Permutation) -> Self {
        self.as_ref().map(|it| it.relabel(by))
    }
}

impl<T: Relabel> Relabel for Vec<T> {
    fn relabel(&self, by: &Permutation) -> Self {
        self.iter().map(|it| it.relabel(by)).collect()
    }
}

impl<T: Relabel + Clone> Relabel for Growing<T> {
    fn relabel(&self, by: &Permutation) -> Self {
        self.iter().map(|item| item.relabel(by)).collect()
    }
}

impl<T: Relabel> Relabel for Arc<T> {
    fn relabel(&self, by: &Permutation) -> Self {
        Self::new((**self).relabel(by))
    }
}

impl<T: Relabel> Relabel for Arc<[T]> {
    fn relabel(&self, by: &Permutation) -> Self {
        self.iter().map(|it| it.relabel(by)).collect()
    }
}

impl<A: Relabel, B: Relabel> Relabel for (A, B) {
    fn relabel(&self, by: &Permutation) -> Self {
        (self.0.relabel(by), self.1.relabel(by))
    }
}

impl<T: Relabel + Ord> Relabel for SortedSet<T> {
    fn relabel(&self, by: &Permutation) -> Self {
        self.iter().map(|it| it.relabel(by)).collect()
    }
}

impl<K: Relabel + Ord, V: Relabel> Relabel for SortedMap<K, V> {
    fn relabel(&self, by: &Permutation) -> Self {
        let entries = self.iter();
        entries
            .map(|(key, value)| (key.relabel(by), value.relabel(by)))
            .collect()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// New names go everywhere, what is sorted is sorted again, and who is not named stays.
    #[test]
    fn names_change_in_order() {
        let ids = [1, 2, 3].map(NodeId);
        let turn = Permutation::new(&ids, &[ids[1], ids[2], ids[0]]);
        let votes: SortedMap<NodeId, Option<Epoch>> =
            [(ids[2], Some(Epoch::ballot(4, ids[0]))), (NodeId(9), None)].into();
        let named = [(ids[0], Some(Epoch::ballot(4, ids[1]))), (NodeId(9), None)];
        assert_eq!(votes.relabel(&turn), named.into());
        assert_eq!(SortedSet::from(ids).relabel(&turn), SortedSet::from(ids));
    }
}
