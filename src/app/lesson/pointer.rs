//! Where on the page the things are that a lesson points at.

use crate::app::lab::Thing;
use crate::app::{stage, transport};
use crate::protocol::{Endpoint, NodeId};
use crate::teach::Point;
use crate::view::Moment;
use crate::view::boxes::Logs;

/// Selectors of what is pointed at, as far as it is there.
pub(in crate::app) fn selectors(points: &[Point], moment: &Moment, narrow: bool) -> Vec<String> {
    let found = points.iter();
    found
        .filter(|point| point.is_there(moment))
        .filter_map(|point| selector(point, moment, narrow))
        .collect()
}

fn selector(point: &Point, moment: &Moment, narrow: bool) -> Option<String> {
    let of = |thing: Thing| format!("[id='{}']", stage::Name::FIRST.id(thing));
    Some(match point {
        Point::End(Endpoint::Node(id)) => of(Thing::Node(*id)),
        Point::End(Endpoint::Client(id)) => of(Thing::Client(*id)),
        Point::Link(a, b) => {
            let place = stage::link_place(moment, *a, *b)?;
            format!(".links > :nth-child({place})")
        }
        Point::Message(wanted) => of(Thing::Message(wanted.find(moment)?.id)),
        Point::Cell(node, index) => cell(*node, *index, moment, narrow)?,
        Point::Panel(name) => format!("#tab-{name}"),
        Point::Control("step") => format!("#{}", transport::STEP),
        Point::Control("counts") => ".counts".to_owned(),
        Point::Control("stride") => format!("#{} + button", transport::STEP),
        Point::Control(_) => format!("#{} + button + button", transport::STEP),
    })
}

/// A cell, where it is among those that the stage shows.
fn cell(node: NodeId, index: u32, moment: &Moment, narrow: bool) -> Option<String> {
    let first = Logs::of(moment, narrow).first;
    let place = match index {
        0 => 1,
        index => (index + 1).checked_sub(first).filter(|place| *place > 0)?,
    };
    let node = stage::Name::FIRST.id(Thing::Node(node));
    Some(format!("[id='{node}'] .cells > :nth-child({place})"))
}
