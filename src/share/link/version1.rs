//! Version 1 of a link: which parts a run has, and in which order they stand. What is here stays as
//! it is for as long as there are links of this version; a new kind of action gets a new number.

use super::pack::{Pack, Reader, Writer, pack_enum, pack_struct};
use crate::protocol::{ClientId, Cluster, Endpoint, NodeId, RangeMs, Value};
use crate::share::{ACTIONS_MAX, Run, Trail};
use crate::sorted::{SortedMap, SortedSet};
use crate::world::{Action, Behaviour, MessageId, Network, Scenario, Trigger};

pack_struct!(Run {
    engine,
    scenario,
    seed,
    actions,
    cursor,
    hash,
    trail
} without { pins });
pack_struct!(Scenario {
    protocol,
    cluster,
    clients,
    network,
    prepared
});
pack_struct!(Cluster {
    nodes,
    roles,
    variants,
    quorums,
    timing
});
pack_struct!(Behaviour {
    latency,
    loss_permille,
    duplicate_permille,
    reorder
});
pack_struct!(RangeMs { min, max });

pack_enum!(Action {
    0 = Next;
    1 = Advance(ms);
    2 = Deliver(id);
    3 = Drop(id);
    4 = Duplicate(id);
    5 = Delay(id, ms);
    6 = Hold(id);
    7 = Release(id);
    8 = Fire(end, timer);
    9 = Crash(id);
    10 = CrashBeforeSend(trigger);
    11 = Restart(id);
    12 = Wipe(id);
    13 = Pause(id);
    14 = Resume(id);
    15 = Clock(id, permille);
    16 = Cut(from, to);
    17 = Mend(from, to);
    18 = Partition(groups);
    19 = Heal;
    20 = Links(network);
    21 = Submit { client, to, value };
    22 = Align;
    23 = Spread;
    24 = AddMachine;
});

pack_enum!(Trigger {
    0 = Deliver(id);
    1 = Fire(id, timer);
});

/// The first of two numbers that stand where `reorder` stands, and say that links are apart.
const APART: u8 = 2;

/// Links that are apart stand behind the rest, where there are any.
impl Pack for Network {
    fn pack(&self, to: &mut Writer) {
        let is_apart = !self.apart.is_empty();
        self.latency.pack(to);
        self.loss_permille.pack(to);
        self.duplicate_permille.pack(to);
        (u8::from(self.reorder) + if is_apart { APART } else { 0 }).pack(to);
        self.cut.pack(to);
        if is_apart {
            self.apart.pack(to);
        }
    }
    fn unpack(from: &mut Reader) -> Option<Self> {
        let (latency, loss_permille) = Pack::unpack(from)?;
        let duplicate_permille = Pack::unpack(from)?;
        let order = u8::unpack(from).filter(|it| *it < 2 * APART)?;
        let cut = Pack::unpack(from)?;
        let apart = match order >= APART {
            true => Pack::unpack(from)?,
            false => SortedMap::new(),
        };
        Some(Self {
            latency,
            loss_permille,
            duplicate_permille,
            reorder: order % APART == 1,
            cut,
            apart,
        })
    }
}

impl Pack for NodeId {
    fn pack(&self, to: &mut Writer) {
        self.0.pack(to);
    }
    fn unpack(from: &mut Reader) -> Option<Self> {
        Pack::unpack(from).map(Self)
    }
}

impl Pack for ClientId {
    fn pack(&self, to: &mut Writer) {
        self.0.pack(to);
    }
    fn unpack(from: &mut Reader) -> Option<Self> {
        Pack::unpack(from).map(Self)
    }
}

/// Nodes even, clients odd.
impl Pack for Endpoint {
    fn pack(&self, to: &mut Writer) {
        to.number(match self {
            Self::Node(id) => u64::from(id.0) * 2,
            Self::Client(id) => u64::from(id.0) * 2 + 1,
        });
    }
    fn unpack(from: &mut Reader) -> Option<Self> {
        let number = from.number()?;
        let id = (number / 2).try_into().ok()?;
        Some(match number % 2 {
            0 => Self::Node(NodeId(id)),
            _ => Self::Client(ClientId(id)),
        })
    }
}

/// Most messages are no copies: whether one is, is the lowest bit of its number.
impl Pack for MessageId {
    fn pack(&self, to: &mut Writer) {
        self.from.pack(to);
        self.to.pack(to);
        to.number(u64::from(self.nth) * 2 + u64::from(self.copy > 0));
        if self.copy > 0 {
            self.copy.pack(to);
        }
    }
    fn unpack(from: &mut Reader) -> Option<Self> {
        let (sender, to) = Pack::unpack(from)?;
        let number = from.number()?;
        let copy = match number % 2 {
            0 => 0,
            _ => u32::unpack(from).filter(|copy| *copy > 0)?,
        };
        Some(Self {
            from: sender,
            to,
            nth: (number / 2).try_into().ok()?,
            copy,
        })
    }
}

impl Pack for Value {
    fn pack(&self, to: &mut Writer) {
        self.as_str().to_owned().pack(to);
    }
    fn unpack(from: &mut Reader) -> Option<Self> {
        let text = String::unpack(from)?;
        Self::new(&text).ok().filter(|it| it.as_str() == text)
    }
}

impl Pack for Trail {
    fn pack(&self, to: &mut Writer) {
        to.number(self.0.len() as u64);
        to.bytes.extend(&self.0);
    }
    fn unpack(from: &mut Reader) -> Option<Self> {
        let count = from.number()?;
        (count <= Self::PLACES_MAX as u64).then_some(())?;
        from.take(count as usize).map(|it| Self(it.to_vec()))
    }
}

impl Pack for Vec<SortedSet<NodeId>> {
    fn pack(&self, to: &mut Writer) {
        to.list(self.iter());
    }
    fn unpack(from: &mut Reader) -> Option<Self> {
        from.list::<SortedSet<NodeId>, _>()
    }
}

/// How many actions are not the scheduler's own choice; before each of them, how many are; and how
/// many are at the end.
impl Pack for Vec<Action> {
    fn pack(&self, to: &mut Writer) {
        let others = self.iter().filter(|it| **it != Action::Next);
        to.number(others.count() as u64);
        let mut steps = 0;
        for action in self {
            if *action == Action::Next {
                steps += 1;
            } else {
                to.number(steps);
                action.pack(to);
                steps = 0;
            }
        }
        to.number(steps);
    }
    fn unpack(from: &mut Reader) -> Option<Self> {
        let mut actions = Self::new();
        let mut others = from.number()?;
        loop {
            let steps = usize::try_from(from.number()?).ok()?;
            if steps > ACTIONS_MAX || actions.len() + steps > ACTIONS_MAX {
                return None;
            }
            actions.extend(std::iter::repeat_n(Action::Next, steps));
            if others == 0 {
                return Some(actions);
            }
            others -= 1;
            actions.push(Pack::unpack(from)?);
        }
    }
}
