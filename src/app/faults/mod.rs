//! Faults as the page sees them: nodes that are pulled apart on the stage, the dialogue about the
//! network, and what is typed there and not done yet. Only the full program has them.

mod network;
mod stage;

pub(super) use network::{dialog, home as cell_id};
pub(super) use stage::{Touches, frames, links};

use std::cell::RefCell;

use super::host;
use crate::protocol::NodeId;
use crate::sorted::SortedMap;
use crate::view::Moment;
use crate::view::geometry::{Point, Stage};
use crate::view::groups::{self, Group};
use crate::world::{Behaviour, Network, Way};

/// How far a pointer moves before it pulls, in pixels: less is a click.
const PULL_PX: f64 = 6.0;

/// What concerns faults, of all that can happen to the page.
#[derive(Clone, Debug)]
pub(super) enum Fault {
    /// A pointer is pressed on a node: which pointer, and where in the window.
    Press(NodeId, i32, Point),
    Move(Point),
    LetGo,
    /// What was begun with the pointer is taken back.
    Leave,
    /// Shows everything that can be done to the chosen thing, or only what everybody wants.
    More,
    /// Opens the dialogue, for one link or for all.
    Open(Option<Way>),
    /// A node is to be in the group of that number.
    Group(NodeId, usize),
    /// The groups are made so.
    Divide,
    /// A cell of the table of links has the focus.
    Cell(Way),
    /// A link is cut, or works again.
    Toggle(Way),
    /// Which link the settings are about; all of them, if none.
    Link(Option<Way>),
    Typed(Setting, u32),
    /// What was typed is done.
    Set,
    /// The link behaves as the others do; all of them do, if it is none.
    Alike,
}

/// One of a link's settings.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Setting {
    LatencyMin,
    LatencyMax,
    Loss,
    Duplicates,
    Reorder,
}

impl Setting {
    pub(super) const SLIDERS: [Self; 4] = [
        Self::LatencyMin,
        Self::LatencyMax,
        Self::Loss,
        Self::Duplicates,
    ];

    pub(super) fn of(self, it: &Behaviour) -> u32 {
        match self {
            Self::LatencyMin => it.latency.min,
            Self::LatencyMax => it.latency.max,
            Self::Loss => it.loss_permille,
            Self::Duplicates => it.duplicate_permille,
            Self::Reorder => it.reorder.into(),
        }
    }

    /// Sets it; the shortest latency pushes the longest before it, and the other way round.
    pub(super) fn set(self, it: &mut Behaviour, value: u32) {
        let latency = &mut it.latency;
        match self {
            Self::LatencyMin => {
                latency.min = value;
                latency.max = latency.max.max(value);
            }
            Self::LatencyMax => {
                latency.max = value;
                latency.min = latency.min.min(value);
            }
            Self::Loss => it.loss_permille = value,
            Self::Duplicates => it.duplicate_permille = value,
            Self::Reorder => it.reorder = value > 0,
        }
    }
}

/// A node under a pointer.
struct Press {
    node: NodeId,
    pointer: i32,
    /// Where it was pressed, in the window.
    at: Point,
    /// Where the node is, once it is pulled: on the stage.
    pulled: Option<Point>,
}

/// What it follows from where groups stand: the nodes at home, the groups, and how far from the left
/// nodes were let go.
type Parted = (Stage, Vec<Group>, SortedMap<NodeId, f64>);

/// Everything that the page knows about faults beside the moment.
#[derive(Default)]
pub(super) struct Faults {
    press: Option<Press>,
    /// How far from the left nodes were let go.
    pulled: SortedMap<NodeId, f64>,
    /// How groups were put apart last: from what, and what came of it.
    parted: RefCell<Option<(Parted, Stage)>>,
    /// Whether everything that can be done is shown.
    pub(super) more: bool,
    /// The link that the settings are about; all, if none.
    pub(super) link: Option<Way>,
    /// What is typed and not done yet.
    typed: Option<Behaviour>,
    /// The groups that are chosen and not made yet.
    chosen: SortedMap<NodeId, usize>,
    /// The cell of the table that Tab leads to.
    cell: Option<Way>,
}

impl Faults {
    /// Where everything stands: groups apart, and a node where it is pulled to.
    pub(super) fn arrange(&self, stage: &mut Stage, moment: &Moment) {
        let groups = apart(moment);
        if groups.len() > 1 {
            self.part(stage, groups);
        }
        if let Some((id, at)) = self.held() {
            stage.put(id, at);
        }
    }

    /// Puts the groups apart, as long as nothing changes as they were put last.
    fn part(&self, stage: &mut Stage, groups: Vec<Group>) {
        let asked = (stage.clone(), groups, self.pulled.clone());
        let mut parted = self.parted.borrow_mut();
        if let Some((before, then)) = &*parted
            && *before == asked
        {
            *stage = then.clone();
            return;
        }
        groups::arrange(stage, &asked.1, &asked.2);
        *parted = Some((asked, stage.clone()));
    }

    /// The groups as they stand, from left to right.
    fn in_order(&self, mut groups: Vec<Group>, moment: &Moment, narrow: bool) -> Vec<Group> {
        let home = super::stage::home(moment, narrow);
        let mut pulled = self.pulled.clone();
        if let Some((id, at)) = self.held() {
            pulled.insert(id, at.x);
        }
        groups::from_left(&home, &mut groups, &pulled);
        groups
    }

    /// The groups of a moment, from left to right.
    pub(super) fn apart(&self, moment: &Moment) -> Vec<Group> {
        self.in_order(apart(moment), moment, false)
    }

    /// The node that is being pulled, and where it is.
    fn held(&self) -> Option<(NodeId, Point)> {
        let press = self.press.as_ref()?;
        Some((press.node, press.pulled?))
    }

    /// The groups that there are, or that would come of letting go now.
    pub(super) fn groups(&self, moment: &Moment, narrow: bool) -> Vec<Group> {
        let now = self.apart(moment);
        let Some((id, at)) = self.held() else {
            return now;
        };
        let mut stage = super::stage::home(moment, narrow);
        self.part(&mut stage, now.clone());
        let then = groups::dropped(&stage, &now, id, at);
        self.in_order(then, moment, narrow)
    }

    /// What would come of letting go now, in words; nothing if no node is pulled.
    pub(super) fn would(&self, moment: &Moment, narrow: bool) -> Option<String> {
        self.held()?;
        Some(in_words(&self.groups(moment, narrow)))
    }

    pub(super) fn press(&mut self, node: NodeId, pointer: i32, at: Point) {
        host::let_clicks(true);
        self.press = Some(Press {
            node,
            pointer,
            at,
            pulled: None,
        });
    }

    /// The pointer moves; says whether a node moves with it.
    pub(super) fn pull(&mut self, at: Point, stage: &Stage) -> bool {
        let Some(press) = &mut self.press else {
            return false;
        };
        let far = (at.x - press.at.x).hypot(at.y - press.at.y) > PULL_PX;
        if press.pulled.is_none() {
            if !far {
                return false;
            }
            host::pointing::capture(&super::stage::node_id(press.node), press.pointer);
        }
        let on_stage = host::pointing::on_stage(at.x, at.y, stage.width, stage.height);
        press.pulled = on_stage.map(|(x, y)| Point {
            x: x.clamp(stage.radius, stage.width - stage.radius),
            y: y.clamp(stage.radius, stage.height - stage.radius),
        });
        press.pulled.is_some()
    }

    /// The pointer lets go; gives the groups that come of it, if it pulled.
    pub(super) fn let_go(&mut self, moment: &Moment, narrow: bool) -> Option<Vec<Group>> {
        let held = self.held();
        let then = held.map(|_| self.groups(moment, narrow));
        self.press = None;
        let (id, at) = held?;
        // It was no click.
        host::let_clicks(false);
        self.pulled.insert(id, at.x);
        then
    }

    /// Takes back what was begun with the pointer; says whether there was anything.
    pub(super) fn leave(&mut self) -> bool {
        let held = self.held().is_some();
        if held {
            host::let_clicks(false);
        }
        self.press = None;
        held
    }

    /// The moment is another one: who is no longer apart is at home again.
    pub(super) fn refresh(&mut self, moment: &Moment) {
        if self.press.is_none() && apart(moment).len() < 2 {
            self.pulled.clear();
        }
    }

    /// What is typed, or else how the link behaves, or all of them do.
    pub(super) fn behaviour(&self, network: &Network) -> Behaviour {
        let now = self.link.map_or(network.common(), |way| network.of(way));
        self.typed.unwrap_or(now)
    }

    pub(super) fn type_in(&mut self, setting: Setting, value: u32, network: &Network) {
        let mut typed = self.behaviour(network);
        setting.set(&mut typed, value);
        self.typed = Some(typed);
    }

    /// The network with what was typed, which is forgotten.
    pub(super) fn set(&mut self, network: &Network) -> Network {
        let behaviour = self.behaviour(network);
        self.typed = None;
        network.with(self.link, behaviour)
    }

    pub(super) fn choose_link(&mut self, link: Option<Way>) {
        self.link = link;
        self.typed = None;
    }

    pub(super) fn choose_group(&mut self, node: NodeId, group: usize) {
        self.chosen.insert(node, group);
    }

    pub(super) fn forget_groups(&mut self) {
        self.chosen.clear();
    }

    pub(super) fn choose_cell(&mut self, cell: Way) {
        self.cell = Some(cell);
    }

    /// The number of a node's group: the one chosen, or the one it is in.
    fn group_of(&self, node: NodeId, moment: &Moment, now: &[Group]) -> usize {
        let chosen = self.chosen.get(&node).copied();
        // The cluster may have become smaller since.
        let chosen = chosen.filter(|group| *group < moment.nodes.len());
        let is = now.iter().position(|group| group.contains(&node));
        chosen.or(is).unwrap_or(0)
    }

    /// The groups as they are chosen.
    pub(super) fn chosen(&self, moment: &Moment) -> Vec<Group> {
        let now = self.apart(moment);
        let mut groups = vec![Group::new(); moment.nodes.len()];
        for node in &moment.nodes {
            groups[self.group_of(node.id, moment, &now)].push(node.id);
        }
        groups.retain(|group| !group.is_empty());
        groups
    }
}

/// The groups of a moment.
pub(super) fn apart(moment: &Moment) -> Vec<Group> {
    let nodes: Vec<NodeId> = moment.nodes.iter().map(|it| it.id).collect();
    groups::groups(&nodes, &moment.cut)
}

/// Groups in words: `S1, S2 | S3`.
fn in_words(groups: &[Group]) -> String {
    let names = |group: &Group| {
        let names: Vec<String> = group.iter().map(ToString::to_string).collect();
        names.join(", ")
    };
    let groups: Vec<String> = groups.iter().map(names).collect();
    groups.join(" | ")
}
