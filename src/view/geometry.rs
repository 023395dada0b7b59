//! Where things stand on the stage: nodes on a ring, clients beside it. Pure numbers, in the
//! units of the stage's own picture; floats are allowed here, since no state depends on them.

use std::f64::consts::FRAC_1_SQRT_2;

use crate::protocol::{ClientId, Endpoint, NodeId};

/// A point on the stage.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Point {
    /// From the left.
    pub x: f64,
    /// From the top.
    pub y: f64,
}

/// From this width on a stage is wide, in pixels.
const WIDE_MIN: f64 = 800.0;

/// A box on the stage.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Frame {
    /// Its corner at the top left.
    pub from: Point,
    /// Its corner at the bottom right.
    pub to: Point,
}

/// The stage of a cluster.
#[derive(Clone, Debug, PartialEq)]
pub struct Stage {
    /// The picture's width.
    pub width: f64,
    /// The picture's height.
    pub height: f64,
    /// A node's radius.
    pub radius: f64,
    narrow: bool,
    nodes: Vec<(NodeId, Point)>,
    clients: Vec<(ClientId, Point)>,
}

impl Stage {
    /// The stage for these nodes and clients; `narrow` for little room, as on a phone held upright.
    pub fn of(nodes: &[NodeId], clients: &[ClientId], narrow: bool) -> Self {
        let (width, height) = if narrow {
            (440.0, 520.0)
        } else {
            (1000.0, 560.0)
        };
        let radius = match (narrow, nodes.len()) {
            (false, 0..=6) => 37.0,
            (false, _) => 32.0,
            (true, 0..=5) => 33.0,
            (true, 6..=7) => 29.0,
            (true, _) => 26.0,
        };
        // Room for badges above and logs below; clients stand on the left, or at the bottom.
        let centre = if narrow {
            Point { x: 220.0, y: 226.0 }
        } else {
            Point { x: 540.0, y: 268.0 }
        };
        let reach = if narrow {
            Point { x: 150.0, y: 158.0 }
        } else {
            Point { x: 330.0, y: 188.0 }
        };
        let ring = ring(nodes.len());
        let place = |position: usize| Point {
            x: centre.x + reach.x * ring[position].x,
            y: centre.y + reach.y * ring[position].y,
        };
        let beside = |position: usize| {
            let share = (position as f64 + 0.5) / clients.len() as f64;
            if narrow {
                Point {
                    x: 440.0 * share,
                    y: 484.0,
                }
            } else {
                Point {
                    x: 56.0,
                    y: 60.0 + 440.0 * share,
                }
            }
        };
        Self {
            width,
            height,
            radius,
            narrow,
            nodes: nodes
                .iter()
                .enumerate()
                .map(|(at, id)| (*id, place(at)))
                .collect(),
            clients: clients
                .iter()
                .enumerate()
                .map(|(at, id)| (*id, beside(at)))
                .collect(),
        }
    }

    /// Whether the form for a phone held upright is the more readable one in so much room, in pixels.
    pub fn is_narrow_in(width: f64, height: f64) -> bool {
        let wide = (width / 1000.0).min(height / 560.0);
        let narrow = (width / 440.0).min(height / 520.0);
        width < WIDE_MIN && narrow > 1.1 * wide
    }

    /// Where an endpoint stands.
    pub fn at(&self, end: Endpoint) -> Point {
        let found = match end {
            Endpoint::Node(id) => self.nodes.iter().find(|(it, _)| *it == id).map(|it| it.1),
            Endpoint::Client(id) => self.clients.iter().find(|(it, _)| *it == id).map(|it| it.1),
        };
        found.unwrap_or(Point { x: 0.0, y: 0.0 })
    }

    /// Whether it is in the form for a phone held upright.
    pub fn is_narrow(&self) -> bool {
        self.narrow
    }

    /// Puts a node somewhere else.
    pub fn put(&mut self, id: NodeId, at: Point) {
        if let Some((_, place)) = self.nodes.iter_mut().find(|(it, _)| *it == id) {
            *place = at;
        }
    }

    /// The nodes' places, in order.
    pub fn nodes(&self) -> &[(NodeId, Point)] {
        &self.nodes
    }

    /// The line beside a link that its messages go along. `lane` keeps those of one link apart; below
    /// 0 it is on the other side.
    #[inline(never)]
    pub fn line(&self, from: Endpoint, to: Endpoint, lane: i32) -> Way {
        let (a, b) = (self.at(from), self.at(to));
        let (dx, dy) = (b.x - a.x, b.y - a.y);
        let length = (dx * dx + dy * dy).sqrt().max(1.0);
        // Messages keep to their right, so that those that meet pass beside each other.
        let aside = (13.0 + 22.0 * f64::from(lane)) / length;
        let beside = |at: Point| Point {
            x: at.x - dy * aside,
            y: at.y + dx * aside,
        };
        Way {
            start: beside(a),
            end: beside(b),
        }
    }
}

/// A straight way from one point to another.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Way {
    /// Where it begins.
    pub start: Point,
    /// Where it ends.
    pub end: Point,
}

impl Way {
    /// The point where `share` of the way, 0 to 1, is done.
    #[inline(never)]
    pub fn at(&self, share: f64) -> Point {
        Point {
            x: self.start.x + (self.end.x - self.start.x) * share,
            y: self.start.y + (self.end.y - self.start.y) * share,
        }
    }
}

/// Cosine and sine of one part of a circle in two to nine: a table, since the functions that would
/// compute it weigh more than the whole geometry.
const PARTS: [(f64, f64); 8] = [
    (-1.0, 0.0),
    (-0.5, 0.866_025),
    (0.0, 1.0),
    (0.309_017, 0.951_057),
    (0.5, 0.866_025),
    (0.623_490, 0.781_831),
    (FRAC_1_SQRT_2, FRAC_1_SQRT_2),
    (0.766_044, 0.642_788),
];

/// So many points around a circle of radius 1, from its top; one alone stands in the middle.
pub(super) fn ring(count: usize) -> Vec<Point> {
    let Some((cos, sin)) = count.checked_sub(2).and_then(|at| PARTS.get(at)) else {
        return vec![Point { x: 0.0, y: 0.0 }; count];
    };
    let mut points = vec![Point { x: 0.0, y: -1.0 }];
    while points.len() < count {
        let Point { x, y } = points[points.len() - 1];
        points.push(Point {
            x: x * cos - y * sin,
            y: x * sin + y * cos,
        });
    }
    points
}

/// A number with one decimal, as attributes want it.
pub fn tenths(value: f64) -> String {
    let tenths = (value * 10.0 + 0.5).floor() as i64;
    let sign = if tenths < 0 { "-" } else { "" };
    let tenths = tenths.unsigned_abs();
    format!("{sign}{}.{}", tenths / 10, tenths % 10)
}

/// A place as a `transform`.
pub fn translate(at: Point) -> String {
    format!("translate({} {})", tenths(at.x), tenths(at.y))
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Attributes have one decimal, rounded, with the sign where it belongs.
    #[test]
    fn numbers_have_one_decimal() {
        let written = [0.0, 1.25, -0.26, -3.0, 99.96].map(tenths);
        assert_eq!(written, ["0.0", "1.3", "-0.3", "-3.0", "100.0"]);
    }

    /// Every cluster that the stage draws fits on it, and no two nodes touch.
    #[test]
    fn clusters_fit() {
        for narrow in [false, true] {
            for count in 1..=9_u8 {
                let ids: Vec<NodeId> = (1..=count).map(NodeId).collect();
                let stage = Stage::of(&ids, &[ClientId(1), ClientId(2)], narrow);
                for (id, at) in stage.nodes() {
                    let inside = at.x - stage.radius >= 0.0
                        && at.x + stage.radius <= stage.width
                        && at.y - stage.radius >= 0.0
                        && at.y + stage.radius <= stage.height;
                    assert!(inside, "{id} of {count}, narrow: {narrow}");
                    for (other, there) in stage.nodes() {
                        let apart = (at.x - there.x).hypot(at.y - there.y);
                        let clear = id == other || apart > 2.0 * stage.radius + 10.0;
                        assert!(
                            clear,
                            "{id} and {other} of {count}, narrow: {narrow}: {apart}"
                        );
                    }
                }
            }
        }
    }
}
