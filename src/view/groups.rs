//! Nodes that the network keeps apart, and where they stand on the stage: each group in a place of
//! its own, with a gap between them. Where a group stands follows from who is in it, and from where
//! somebody pulled its nodes to.

use super::geometry::{Frame, Point, Stage, ring};
use crate::protocol::{Endpoint, NodeId};
use crate::sorted::SortedMap;

/// Nodes that reach each other, in order.
pub type Group = Vec<NodeId>;

/// The groups, in the order of their first nodes: of two nodes of different groups neither reaches
/// the other, in neither direction, not even through others.
pub fn groups(nodes: &[NodeId], cut: &[(Endpoint, Endpoint)]) -> Vec<Group> {
    let is_cut = |a: NodeId, b: NodeId| cut.contains(&(a.into(), b.into()));
    let mut groups: Vec<Group> = Vec::new();
    for node in nodes {
        let reached = |group: &Group| {
            let mut others = group.iter();
            others.any(|other| !is_cut(*node, *other) || !is_cut(*other, *node))
        };
        let (joined, mut apart): (Vec<_>, Vec<_>) = groups.into_iter().partition(reached);
        let mut group: Group = joined.into_iter().flatten().collect();
        group.push(*node);
        apart.push(group);
        groups = apart;
    }
    in_order(groups)
}

fn in_order(mut groups: Vec<Group>) -> Vec<Group> {
    for group in &mut groups {
        group.sort_unstable();
    }
    groups.sort_unstable();
    groups
}

/// What a group is called: A, B, …
pub fn letter(place: usize) -> char {
    (b'A' + place.min(25) as u8) as char
}

/// What a stage has room for.
struct Room {
    left: f64,
    right: f64,
    middle: f64,
    /// The least gap between two groups.
    gap: f64,
    /// How wide a node is with all that belongs to it.
    column: f64,
    /// How far a node's things reach to the sides, up and down, beyond its circle.
    around: [f64; 3],
    /// How much wider than one node a group of so many is.
    spread: [f64; 10],
    /// How high above the middle nodes stand in a group of so many.
    height: [f64; 10],
    /// How far apart groups stand that share a column.
    row: f64,
    /// How far a node is pulled before that means anything.
    near: f64,
    /// How close to a group one lets go of a node to put it there.
    close: f64,
    /// How far down there is room for circles.
    bottom: f64,
}

const WIDE: Room = Room {
    left: 112.0,
    right: 992.0,
    middle: 262.0,
    gap: 44.0,
    column: 152.0,
    around: [37.0, 32.0, 42.0],
    spread: [0., 0., 0., 60., 170., 240., 260., 300., 320., 340.],
    height: [0., 0., 112., 150., 176., 182., 182., 182., 182., 182.],
    row: 178.0,
    near: 60.0,
    close: 16.0,
    bottom: 520.0,
};

const NARROW: Room = Room {
    left: 4.0,
    right: 436.0,
    middle: 222.0,
    gap: 12.0,
    column: 100.0,
    around: [16.0, 22.0, 40.0],
    spread: [0., 0., 0., 36., 100., 116., 130., 150., 160., 170.],
    height: [0., 0., 84., 124., 140., 146., 146., 146., 146., 146.],
    row: 136.0,
    near: 40.0,
    close: 8.0,
    bottom: 440.0,
};

/// How far a link is to be from the circle of a node that is no end of it.
const CLEAR: f64 = 8.0;
/// How far a ring can be moved aside, and one of several in a column up and down.
const ASIDE: f64 = 30.0;
const SLACK: f64 = 28.0;
/// How far the boxes of two groups may overlap.
const OVERLAP: f64 = 10.0;
/// How much worse it is that nodes are off the stage, or groups in each other's way, than that a
/// node lies on a link.
const FORBIDDEN: f64 = 20.0;
/// How often each ring is turned and moved anew.
const PASSES: usize = 4;

fn room(stage: &Stage) -> &'static Room {
    if stage.is_narrow() { &NARROW } else { &WIDE }
}

/// A value for a group of so many.
fn of(sizes: &[f64; 10], count: usize) -> f64 {
    sizes[count.min(9)]
}

/// Puts groups in the order in which they stand, from left to right. `pulled` says how far from the
/// left somebody has put a node.
pub fn from_left(stage: &Stage, groups: &mut [Group], pulled: &SortedMap<NodeId, f64>) {
    let at = |group: &Group| {
        let places = group.iter();
        let sum: f64 = places
            .map(|id| pulled.get(id).copied().unwrap_or(stage.at((*id).into()).x))
            .sum();
        sum / group.len() as f64
    };
    groups.sort_by(|a, b| at(a).total_cmp(&at(b)));
}

/// Puts the nodes where their groups stand; where all are one group, they stay in their ring.
pub fn arrange(stage: &mut Stage, groups: &[Group], pulled: &SortedMap<NodeId, f64>) {
    if groups.len() < 2 {
        return;
    }
    let room = room(stage);
    let mut ordered = groups.to_vec();
    from_left(stage, &mut ordered, pulled);
    let columns = columns(ordered.iter().collect(), room);
    let (widths, gap) = widths(&columns, room);
    let mut left = room.left;
    let mut rings = Vec::new();
    for (column, width) in columns.iter().zip(widths) {
        let centre = Point {
            x: left + width / 2.0,
            y: room.middle,
        };
        left += width + gap;
        if let [group] = column[..] {
            rings.push(Ring {
                group,
                centre,
                reach: (width - room.column).max(0.0) / 2.0,
                height: of(&room.height, group.len()),
                slack: (of(&room.height, 9) - of(&room.height, group.len())).max(SLACK),
            });
        } else {
            let count: usize = column.iter().map(|it| it.len()).sum();
            let mut above = (count as f64 - 1.0) / 2.0;
            for group in column {
                let own = group.len() as f64 - 1.0;
                let y = centre.y - (above - own / 2.0) * room.row;
                above -= own + 1.0;
                rings.push(Ring {
                    group,
                    centre: Point { x: centre.x, y },
                    reach: 0.0,
                    height: own / 2.0 * room.row,
                    slack: SLACK,
                });
            }
        }
    }
    clear(stage, &rings);
}

/// Side by side; where there is no room for that, small groups share a column.
fn columns<'a>(groups: Vec<&'a Group>, room: &Room) -> Vec<Vec<&'a Group>> {
    let mut columns: Vec<Vec<&Group>> = groups.into_iter().map(|it| vec![it]).collect();
    let count = |column: &[&Group]| column.iter().map(|it| it.len()).sum::<usize>();
    while needed(&columns, room) > room.right - room.left {
        let pairs = 0..columns.len() - 1;
        let pairs = pairs.map(|at| (count(&columns[at]) + count(&columns[at + 1]), at));
        match pairs.min() {
            Some((nodes, at)) if nodes <= 3 => {
                let next = columns.remove(at + 1);
                columns[at].extend(next);
            }
            _ => break,
        }
    }
    columns
}

fn width(column: &[&Group], room: &Room) -> f64 {
    match column {
        [group] => room.column + of(&room.spread, group.len()),
        _ => room.column,
    }
}

fn needed(columns: &[Vec<&Group>], room: &Room) -> f64 {
    let widths: f64 = columns.iter().map(|it| width(it, room)).sum();
    widths + room.gap * (columns.len() - 1) as f64
}

/// The columns' widths and the gap between them: what is left over goes to both, and what is
/// missing is taken from the widths.
fn widths(columns: &[Vec<&Group>], room: &Room) -> (Vec<f64>, f64) {
    let over = room.right - room.left - needed(columns, room);
    let gaps = (columns.len() - 1).max(1) as f64;
    let wider = (over / 2.0 / gaps).clamp(0.0, 2.0 * room.gap);
    let rest = over - wider * gaps;
    let total: f64 = columns.iter().map(|it| width(it, room)).sum();
    let widths = columns.iter().map(|it| {
        let own = width(it, room);
        own + rest * own / total
    });
    (widths.collect(), room.gap + wider)
}

/// Where a group stands: in a ring of its own.
struct Ring<'a> {
    group: &'a Group,
    centre: Point,
    reach: f64,
    height: f64,
    /// How far up and down there is room for it.
    slack: f64,
}

/// How a ring stands otherwise than it would by itself: turned by half a part, and moved aside and
/// up or down, in parts of the room that there is.
#[derive(Clone, Copy, Default)]
struct Turn {
    half: bool,
    aside: f64,
    down: f64,
}

impl Ring<'_> {
    /// Puts the group on stage. Three in little room stand above each other, the second aside.
    fn put(&self, stage: &mut Stage, turn: Turn) {
        let count = self.group.len();
        let across = count == 3 && self.reach < self.height / 2.0;
        let places = ring(count);
        for (at, id) in self.group.iter().enumerate() {
            let (place, next) = (places[at], places[(at + 1) % count]);
            let place = match turn.half {
                true => between(place, next),
                false => place,
            };
            let (x, y) = match across {
                // A ring of three has its first node at the top; turned, it has it at the side.
                true => ((-place.y - 0.25) * 1.3, place.x / 0.866),
                false => (place.x, place.y),
            };
            let at = Point {
                x: self.centre.x + x * self.reach + turn.aside * ASIDE,
                y: self.centre.y + y * self.height + turn.down * self.slack,
            };
            stage.put(*id, at);
        }
    }

    /// All ways in which it can stand, the plain one first.
    fn turns(&self) -> impl Iterator<Item = Turn> {
        let halves: &[bool] = match self.group.len() {
            1 | 2 => &[false],
            _ => &[false, true],
        };
        let moves = [0.0, -0.5, 0.5, -1.0, 1.0];
        halves.iter().flat_map(move |half| {
            let asides = [0.0, -0.5, 0.5, -1.0, 1.0, -2.0, 2.0].into_iter();
            asides.flat_map(move |aside| {
                let turn = move |down| Turn {
                    half: *half,
                    aside,
                    down,
                };
                moves.into_iter().map(turn)
            })
        })
    }
}

/// The point of a circle of radius 1 in the middle between two others.
fn between(a: Point, b: Point) -> Point {
    let (x, y) = (a.x + b.x, a.y + b.y);
    let length = x.hypot(y).max(f64::EPSILON);
    Point {
        x: x / length,
        y: y / length,
    }
}

/// Turns and moves rings until no node lies on a link of others, as far as that can be.
fn clear(stage: &mut Stage, rings: &[Ring<'_>]) {
    for ring in rings {
        ring.put(stage, Turn::default());
    }
    let mut best = crossing(stage, rings);
    for _ in 0..PASSES {
        for ring in rings {
            if best < 1.0 {
                return;
            }
            let mut kept = stage.clone();
            for turn in ring.turns() {
                ring.put(stage, turn);
                // What is moved farther has to be worth it.
                let cost = crossing(stage, rings) + turn.aside.abs() + turn.down.abs();
                if cost + 1.0 < best {
                    best = cost;
                    kept = stage.clone();
                }
            }
            *stage = kept;
        }
    }
}

/// How far nodes lie on links of others, all in all, and how far groups are in each other's way.
fn crossing(stage: &Stage, rings: &[Ring<'_>]) -> f64 {
    let nodes = stage.nodes();
    let mut crossing = 0.0;
    for (at, (_, a)) in nodes.iter().enumerate() {
        let outside = (stage.radius - a.x)
            .max(a.x + stage.radius - stage.width)
            .max(stage.radius - a.y)
            .max(a.y + stage.radius - room(stage).bottom);
        crossing += FORBIDDEN * outside.max(0.0);
        for (_, b) in &nodes[at + 1..] {
            for (_, other) in nodes.iter().filter(|(_, it)| it != a && it != b) {
                let free = stage.radius + CLEAR;
                let short = (free - distance(*other, *a, *b)).max(0.0);
                // One that is crossed in its middle is worse than two that are touched.
                crossing += short * short / CLEAR;
            }
            let apart = (a.x - b.x).hypot(a.y - b.y);
            crossing += FORBIDDEN * (2.0 * stage.radius + CLEAR - apart).max(0.0);
        }
    }
    let frames: Vec<Frame> = rings.iter().map(|it| frame(stage, it.group)).collect();
    for (at, a) in frames.iter().enumerate() {
        for b in &frames[at + 1..] {
            let x = a.to.x.min(b.to.x) - a.from.x.max(b.from.x);
            let y = a.to.y.min(b.to.y) - a.from.y.max(b.from.y);
            crossing += FORBIDDEN * (x.min(y) - OVERLAP).max(0.0);
        }
    }
    crossing
}

/// How far a point is from the link between two others.
pub fn distance(point: Point, a: Point, b: Point) -> f64 {
    let (dx, dy) = (b.x - a.x, b.y - a.y);
    let along = (point.x - a.x) * dx + (point.y - a.y) * dy;
    let share = (along / (dx * dx + dy * dy).max(1.0)).clamp(0.0, 1.0);
    (a.x + dx * share - point.x).hypot(a.y + dy * share - point.y)
}

/// The box around a group, as its nodes stand now.
pub fn frame(stage: &Stage, group: &[NodeId]) -> Frame {
    let [aside, above, below] = room(stage).around.map(|it| it + stage.radius);
    let places = group.iter().map(|id| stage.at((*id).into()));
    let none = Frame {
        from: Point {
            x: f64::MAX,
            y: f64::MAX,
        },
        to: Point { x: 0.0, y: 0.0 },
    };
    places.fold(none, |frame, at| Frame {
        from: Point {
            x: frame.from.x.min(at.x - aside),
            y: frame.from.y.min(at.y - above),
        },
        to: Point {
            x: frame.to.x.max(at.x + aside),
            y: frame.to.y.max(at.y + below),
        },
    })
}

/// The groups that come of it when a node is let go at a point. Near its place nothing changes; in
/// the box of a group, or close to it, the node joins that group; elsewhere it stands alone.
pub fn dropped(stage: &Stage, groups: &[Group], id: NodeId, at: Point) -> Vec<Group> {
    let room = room(stage);
    let home = stage.at(id.into());
    if (at.x - home.x).hypot(at.y - home.y) < room.near {
        return groups.to_vec();
    }
    let others = groups.iter().map(|group| {
        let others = group.iter().copied().filter(|it| *it != id);
        others.collect::<Group>()
    });
    let mut then: Vec<Group> = others.filter(|group| !group.is_empty()).collect();
    let away = |group: &Group| {
        let frame = frame(stage, group);
        let x = (frame.from.x - at.x).max(at.x - frame.to.x).max(0.0);
        let y = (frame.from.y - at.y).max(at.y - frame.to.y).max(0.0);
        x.hypot(y)
    };
    let nearest = then
        .iter_mut()
        .map(|group| (away(group), group))
        .min_by(|a, b| a.0.total_cmp(&b.0));
    match nearest {
        Some((away, group)) if away <= room.close => group.push(id),
        _ => then.push(vec![id]),
    }
    in_order(then)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::protocol::ClientId;

    fn n(id: u8) -> NodeId {
        NodeId(id)
    }

    fn ids(count: u8) -> Vec<NodeId> {
        (1..=count).map(NodeId).collect()
    }

    fn group(ids: &[u8]) -> Group {
        ids.iter().copied().map(NodeId).collect()
    }

    fn stage(count: u8, narrow: bool) -> Stage {
        Stage::of(&ids(count), &[ClientId(1), ClientId(2)], narrow)
    }

    fn at(x: f64, y: f64) -> Point {
        Point { x, y }
    }

    /// Somebody pulls nodes about, one after the other.
    fn pull(count: u8, moves: &[(u8, Point)]) -> Vec<Group> {
        let mut groups = vec![ids(count)];
        let mut pulled = SortedMap::new();
        for (id, at) in moves {
            let mut stage = stage(count, false);
            arrange(&mut stage, &groups, &pulled);
            groups = dropped(&stage, &groups, n(*id), *at);
            pulled.insert(n(*id), at.x);
        }
        groups
    }

    /// Links cut in both directions part the nodes; cut in one, or with a way around, they do not.
    #[test]
    fn groups_are_who_reaches_whom() {
        let both = |a: u8, b: u8| {
            let (a, b): (Endpoint, Endpoint) = (n(a).into(), n(b).into());
            [(a, b), (b, a)]
        };
        let cut = [both(1, 3), both(2, 3)].concat();
        assert_eq!(groups(&ids(3), &cut), [group(&[1, 2]), group(&[3])]);
        assert_eq!(groups(&ids(3), &cut[1..]), [ids(3)]);
        assert_eq!(groups(&ids(3), &both(1, 3)), [ids(3)]);
        let between = [both(1, 2), both(1, 4), both(2, 3), both(3, 4)].concat();
        let crossed = [group(&[1, 3]), group(&[2, 4])];
        assert_eq!(groups(&ids(4), &between), crossed);
    }

    /// S1 and S2 pulled to the left are apart from the rest, wherever on the left it is; brought
    /// back, they are with them again.
    #[test]
    fn two_nodes_are_pulled_to_the_left() {
        for first in [at(130.0, 90.0), at(180.0, 60.0), at(120.0, 300.0)] {
            let apart = pull(5, &[(1, first)]);
            assert_eq!(apart, [group(&[1]), group(&[2, 3, 4, 5])], "{first:?}");
            let second = at(190.0, 262.0);
            let two = pull(5, &[(1, first), (2, second)]);
            assert_eq!(two, [group(&[1, 2]), group(&[3, 4, 5])], "{first:?}");
            let back = at(700.0, 262.0);
            let moves = [(1, first), (2, second), (1, back), (2, back)];
            assert_eq!(pull(5, &moves), [ids(5)]);
        }
    }

    /// A small move is none, and neither is one among the others.
    #[test]
    fn a_small_move_means_nothing() {
        assert_eq!(pull(5, &[(1, at(560.0, 100.0))]), [ids(5)]);
        assert_eq!(pull(5, &[(1, at(540.0, 300.0))]), [ids(5)]);
    }

    /// Groups of these sizes.
    fn in_sizes(sizes: &[u8]) -> Vec<Group> {
        let mut next = 1;
        let group = |size: &u8| {
            let group = (next..next + size).map(NodeId).collect();
            next += size;
            group
        };
        sizes.iter().map(group).collect()
    }

    /// The stage of groups of these sizes.
    fn parted(sizes: &[u8], narrow: bool) -> Stage {
        let mut stage = stage(sizes.iter().sum(), narrow);
        arrange(&mut stage, &in_sizes(sizes), &SortedMap::new());
        stage
    }

    /// Every way to part up to nine nodes fits on the stage: nodes lie on it, no two touch, and
    /// boxes do not overlap where there are few enough of them to have columns of their own.
    #[test]
    fn groups_fit_on_the_stage() {
        for narrow in [false, true] {
            for sizes in partitions(9) {
                let (stage, groups) = (parted(&sizes, narrow), in_sizes(&sizes));
                for (id, at) in stage.nodes() {
                    let radius = stage.radius;
                    let inside = at.x >= radius
                        && at.x <= stage.width - radius
                        && at.y >= radius
                        && at.y <= stage.height - radius;
                    assert!(inside, "{id} of {sizes:?}, narrow: {narrow}: {at:?}");
                    for (other, there) in stage.nodes() {
                        let apart = (at.x - there.x).hypot(at.y - there.y);
                        let clear = id == other || apart > 2.0 * radius;
                        assert!(
                            clear,
                            "{id}, {other} of {sizes:?}, narrow: {narrow}: {apart}"
                        );
                    }
                }
                let frames: Vec<Frame> = groups.iter().map(|it| frame(&stage, it)).collect();
                for (place, a) in frames.iter().enumerate() {
                    for b in &frames[place + 1..] {
                        let clear = a.to.x <= b.from.x + 12.0
                            || b.to.x <= a.from.x + 12.0
                            || a.to.y <= b.from.y + 12.0
                            || b.to.y <= a.from.y + 12.0;
                        assert!(clear, "{sizes:?}, narrow: {narrow}: {a:?} and {b:?}");
                    }
                }
            }
        }
    }

    /// However nodes are parted, none lies on a link of others. Up to five are clear of it with a
    /// margin; more are touched by one at the rim, and where there is too little room even for that,
    /// it never goes through the middle.
    #[test]
    fn no_node_lies_on_a_link_of_others() {
        for narrow in [false, true] {
            for sizes in partitions(9) {
                let count: u8 = sizes.iter().sum();
                if count < 3 {
                    continue;
                }
                let stage = parted(&sizes, narrow);
                let nodes = stage.nodes();
                let mut least = f64::MAX;
                for (id, at) in nodes {
                    for (place, (a, from)) in nodes.iter().enumerate() {
                        for (b, to) in &nodes[place + 1..] {
                            if id != a && id != b {
                                least = least.min(distance(*at, *from, *to) - stage.radius);
                            }
                        }
                    }
                }
                let margin = match count {
                    ..=5 => 4.0,
                    6 => 1.0,
                    7 => -0.33 * stage.radius,
                    _ => -0.8 * stage.radius,
                };
                assert!(least >= margin, "{sizes:?}, narrow: {narrow}: {least}");
            }
        }
    }

    /// All ways to write the numbers from two to this as a sum of two or more, largest first.
    fn partitions(most: u8) -> Vec<Vec<u8>> {
        fn below(total: u8, most: u8) -> Vec<Vec<u8>> {
            if total == 0 {
                return vec![Vec::new()];
            }
            let firsts = 1..=most.min(total);
            let with = |first: u8| {
                let rest = below(total - first, first).into_iter();
                rest.map(move |it| [vec![first], it].concat())
            };
            firsts.flat_map(with).collect()
        }
        let all = (2..=most).flat_map(|total| below(total, total));
        all.filter(|sizes| sizes.len() > 1).collect()
    }
}
