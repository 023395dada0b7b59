//! Which nodes of a search are alike, so that their names decide nothing: the protocol does not tell
//! them apart, they have the same roles and the same state at the start, and neither clients, nor
//! what these ask for, nor the goal call them by name.

use super::{Space, State};
use crate::check::Watched;
use crate::check::search::bounds::{Bounds, Goal};
use crate::protocol::{Endpoint, NodeId, Permutation, Protocol, Relabel};
use crate::sorted::SortedSet;
use crate::world::Payload;

/// The most permutations that a search considers: all those of five nodes. Each costs time with
/// every state; where there are more, some nodes are taken for different that are not.
const PERMUTATIONS_MAX: usize = 120;

impl<P: Protocol> Space<P> {
    /// All permutations of names that change nothing, no change first.
    pub(super) fn symmetry(
        &mut self,
        start: &Watched<P>,
        bounds: &Bounds,
        goal: &Goal,
        root: &State,
    ) -> Vec<Permutation> {
        let asked = asked(start, bounds);
        let mut free = start
            .world()
            .protocol()
            .interchangeable(start.monitor(), &asked);
        let named = named(start, bounds);
        for id in start.world().machines().keys() {
            let is_named = matches!(goal, Goal::Reach(condition) if condition.names(*id));
            if is_named || named.contains(id) || asked.contains(id) {
                free.remove(id);
            }
        }
        let mut classes: Vec<Vec<NodeId>> = Vec::new();
        for id in free {
            let alike = |class: &&mut Vec<NodeId>| self.is_alike(start, root, class[0], id);
            match classes.iter_mut().find(alike) {
                Some(class) => class.push(id),
                None => classes.push(vec![id]),
            }
        }
        let mut all = vec![Permutation::default()];
        for class in classes {
            let mut class = &class[..];
            while all.len().saturating_mul(factorial(class.len())) > PERMUTATIONS_MAX {
                class = &class[..class.len() - 1];
            }
            let of_class = orders(class).into_iter();
            let of_class: Vec<_> = of_class
                .map(|names| Permutation::new(class, &names))
                .collect();
            let pairs = all
                .iter()
                .flat_map(|it| of_class.iter().map(|other| it.with(other)));
            all = pairs.collect();
        }
        all
    }

    /// Whether nothing changes where two nodes change names.
    fn is_alike(&mut self, start: &Watched<P>, root: &State, a: NodeId, b: NodeId) -> bool {
        let swap = Permutation::new(&[a, b], &[b, a]);
        let world = start.world();
        let mut roles = world.protocol().cluster().roles.values();
        let mut clients = world.clients().values();
        roles.all(|players| players.contains(&a) == players.contains(&b))
            && clients.all(|client| client.can_ask(a) == client.can_ask(b))
            && self.cut.relabel(&swap) == self.cut
            && self.relabelled(root, &swap) == *root
    }
}

/// The nodes that clients ask of their own accord.
fn asked<P: Protocol>(start: &Watched<P>, bounds: &Bounds) -> SortedSet<NodeId> {
    let world = start.world();
    let mut asked: SortedSet<NodeId> = bounds.commands.iter().filter_map(|it| it.to).collect();
    for flight in world.flights().values() {
        if let (Endpoint::Node(to), Payload::Request(_)) = (flight.id.to, &*flight.payload) {
            asked.insert(to);
        }
    }
    let is_open = bounds.commands.iter().any(|it| it.to.is_none());
    for client in world.clients().values() {
        asked.extend(client.guess());
        asked.extend(client.queue().iter().filter_map(|it| it.to));
        // Who asks nobody in particular asks the first, and who has no answer the next.
        if bounds.retries > 0 {
            asked.extend(client.serves().iter().copied());
        } else if is_open || !client.queue().is_empty() {
            asked.extend(client.serves().first().copied());
        }
    }
    asked
}

/// The nodes whose names stand in a command, of the past or to come: a protocol may read them there,
/// and other names leave a command as it is.
fn named<P: Protocol>(start: &Watched<P>, bounds: &Bounds) -> SortedSet<NodeId> {
    let clients = || start.world().clients().values();
    let asked = clients().flat_map(|client| client.history().iter().map(|it| &it.command));
    let queued = clients().flat_map(|client| client.queue().iter().map(|it| &it.command));
    let to_come = bounds.commands.iter().map(|it| &it.value);
    let words = asked.chain(queued).chain(to_come).flat_map(|command| {
        let words = command.as_str().split(|it: char| !it.is_alphanumeric());
        words.filter_map(|word| word.parse().ok())
    });
    words.collect()
}

/// Of many, as many as a number can be.
fn factorial(n: usize) -> usize {
    (1..=n).fold(1, usize::saturating_mul)
}

/// All orders of some nodes, that in which they stand first.
fn orders(nodes: &[NodeId]) -> Vec<Vec<NodeId>> {
    let Some((last, others)) = nodes.split_last() else {
        return vec![Vec::new()];
    };
    let with_last = |order: Vec<NodeId>| {
        (0..=order.len()).rev().map(move |at| {
            let mut order = order.clone();
            order.insert(at, *last);
            order
        })
    };
    orders(others).into_iter().flat_map(with_last).collect()
}

#[cfg(test)]
mod tests {
    use super::factorial;

    /// The orders of as many nodes as there can be are more than a number holds.
    #[test]
    fn many_nodes_have_very_many_orders() {
        assert_eq!([0, 1, 5].map(factorial), [1, 1, 120]);
        assert_eq!(factorial(32), usize::MAX);
    }
}
