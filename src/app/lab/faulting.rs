//! Faults beyond the few that everybody wants: nodes pulled apart, the network's dialogue, and what
//! the tray offers when it is asked for more.

use super::{Choosing, Lab, Thing};
use crate::app::dialog::Dialog;
use crate::app::faults::{self, Fault};
use crate::app::host;
use crate::app::tray::{Extra, Offer};
use crate::app::{FULL, stage};
use crate::protocol::{Endpoint, NodeId};
use crate::view::groups::Group;
use crate::world::{Action, MessageId, PERMILLE, Trigger, Way};

/// The speeds of a clock that are offered, in thousandths, with their labels.
const CLOCKS: [(&str, u32); 3] = [
    ("fault.clock_half", PERMILLE / 2),
    ("fault.clock_true", PERMILLE),
    ("fault.clock_double", 2 * PERMILLE),
];

impl Lab {
    /// Does what concerns faults; says whether the page has to be drawn anew.
    pub(super) fn fault(&mut self, fault: Fault) -> bool {
        match fault {
            Fault::Press(node, pointer, at) => {
                // A click may be waited for, or the reader of a figure may only look.
                if self.choosing == Choosing::Nothing && self.embedded.acts() {
                    self.faults.press(node, pointer, at);
                }
                return false;
            }
            Fault::Move(at) => {
                let home = stage::home(&self.moment, self.narrow_stage);
                return self.faults.pull(at, &home);
            }
            Fault::LetGo => match self.faults.let_go(&self.moment, self.narrow_stage) {
                Some(groups) => self.divide(groups, false),
                None => return false,
            },
            Fault::Leave => return self.faults.leave(),
            Fault::More => self.faults.more = !self.faults.more,
            Fault::Open(link) => {
                self.faults.choose_link(link);
                return self.respond(super::Msg::Show(Dialog::Network));
            }
            Fault::Group(node, group) => self.faults.choose_group(node, group),
            Fault::Divide => {
                let groups = self.faults.chosen(&self.moment);
                self.divide(groups, true);
                self.faults.forget_groups();
            }
            Fault::Cell(way) => {
                self.faults.choose_cell(way);
                host::focus(&faults::cell_id(way));
            }
            Fault::Toggle(way) => {
                self.faults.choose_cell(way);
                let cut = self.moment.cut.contains(&way);
                self.act(match cut {
                    true => Action::Mend(way.0, way.1),
                    false => Action::Cut(way.0, way.1),
                });
            }
            Fault::Link(link) => self.faults.choose_link(link),
            Fault::Typed(setting, value) => {
                let network = self.session.network();
                self.faults.type_in(setting, value, network);
            }
            Fault::Set => {
                let network = self.faults.set(self.session.network());
                // A slider that is back where it was asks for nothing.
                if network != *self.session.network() {
                    self.act(Action::Links(network));
                }
            }
            Fault::Alike => {
                let mut network = self.session.network().clone();
                match self.faults.link {
                    Some(way) => {
                        network.apart.remove(&way);
                    }
                    None => network.apart.clear(),
                }
                let link = self.faults.link;
                self.faults.choose_link(link);
                self.act(Action::Links(network));
            }
        }
        true
    }

    /// Parts the nodes; says why not, where somebody asked for it in so many words.
    fn divide(&mut self, mut groups: Vec<Group>, asked: bool) {
        // They come as they stand; an action has them in the order of their nodes.
        groups.sort_unstable();
        let is_same = groups == faults::apart(&self.moment);
        if is_same && !asked {
            return;
        }
        let sets = groups.iter().map(|group| group.iter().copied().collect());
        self.act(match groups.len() {
            1 => Action::Heal,
            _ => Action::Partition(sets.collect()),
        });
    }

    /// What the tray offers when it is asked for more.
    pub(super) fn more(&self) -> Extra {
        let offers = match self.selected {
            _ if !FULL => None,
            None | Some(Thing::Client(_)) => return Extra::Nothing,
            Some(_) if !self.faults.more => None,
            Some(Thing::Message(id)) => Some(self.more_of_message(id)),
            Some(Thing::Node(id)) => Some(self.more_of_node(id)),
        };
        let is_down = |id| self.moment.node(id).is_some_and(|card| !card.up);
        match offers {
            None => Extra::Closed,
            Some(offers) => {
                let wipes = matches!(self.selected, Some(Thing::Node(id)) if is_down(id));
                let says = wipes.then_some("fault.wipe_says");
                Extra::Open(offers, says)
            }
        }
    }

    fn more_of_message(&self, id: MessageId) -> Vec<Offer> {
        let is_held = self.moment.message(id).is_some_and(|it| it.held);
        let hold = match is_held {
            true => self.offer("fault.release", None, Action::Release(id)),
            false => self.offer("fault.hold", None, Action::Hold(id)),
        };
        let crash = Action::CrashBeforeSend(Trigger::Deliver(id));
        let mut offers = vec![hold];
        if let Endpoint::Node(_) = id.to {
            offers.push(self.offer("fault.deliver_and_crash", None, crash));
        }
        offers.push(opens("fault.this_link", Some((id.from, id.to))));
        offers
    }

    fn more_of_node(&self, id: NodeId) -> Vec<Offer> {
        let card = self.moment.node(id);
        let paused = card.is_some_and(|it| it.paused);
        let mut offers = Vec::new();
        offers.extend(self.change_of_members(id));
        offers.push(match paused {
            true => self.offer("fault.resume", None, Action::Resume(id)),
            false => self.offer("fault.pause", None, Action::Pause(id)),
        });
        for (label, permille) in CLOCKS {
            offers.push(self.offer(label, None, Action::Clock(id, permille)));
        }
        for timer in self.timers() {
            let crash = Action::CrashBeforeSend(Trigger::Fire(id, timer.to_owned()));
            offers.push(self.offer("fault.fire_and_crash", Some(timer), crash));
        }
        offers.push(self.offer("fault.wipe", None, Action::Wipe(id)));
        let mut others = self.moment.nodes.iter().filter(|it| it.id != id);
        let link = others.next().map(|it| (id.into(), it.id.into()));
        offers.push(opens("fault.its_links", link));
        offers
    }

    /// A client asks whoever leads that a machine become a member, or be one no longer.
    fn change_of_members(&self, id: NodeId) -> Option<Offer> {
        let members = self.moment.members.as_ref()?;
        let label = match members.contains(&id) {
            true => "fault.leave",
            false => "fault.join",
        };
        let client = self.free_client()?;
        Some(match self.session.change(members, id) {
            Some(value) => {
                let to = self.moment.leader();
                self.offer(label, None, Action::Submit { client, to, value })
            }
            // The last member stays.
            None => Offer {
                key: label,
                timer: None,
                refusal: Some("no_change"),
                msg: super::Msg::Complain("no_change"),
            },
        })
    }
}

fn opens(key: &'static str, link: Option<Way>) -> Offer {
    Offer {
        key,
        timer: None,
        refusal: None,
        msg: super::More::Fault(Fault::Open(link)).into(),
    }
}
