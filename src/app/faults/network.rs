//! The dialogue about the network: groups, links cut one way, how links behave, and machines.

use wasm_bindgen::JsCast;
use web_sys::{HtmlInputElement, HtmlSelectElement};
use yew::prelude::*;

use super::{Fault, Faults, Setting};
use crate::app::dom::{El, button, classed, el};
use crate::app::host;
use crate::app::lab::{More, Msg};
use crate::app::words::Words;
use crate::protocol::{Endpoint, NODES_ON_STAGE_MAX, NodeId};
use crate::sorted::SortedSet;
use crate::view::groups::letter;
use crate::view::{Moment, Session};
use crate::world::{Action, Network, Way};

/// How long a latency the sliders reach at least, in milliseconds.
const LATENCY_MS: u32 = 200;
/// A slider's step for chances, in thousandths.
const CHANCE_STEP: u32 = 10;

pub(in crate::app) fn dialog(
    faults: &Faults,
    words: &Words,
    moment: &Moment,
    session: &Session,
    send: &Callback<Msg>,
) -> Html {
    let sheet = Sheet {
        faults,
        words,
        moment,
        session,
        send,
    };
    let parts = [
        sheet.groups(),
        sheet.links(),
        sheet.behaviour(),
        sheet.machines(),
    ];
    classed("div", "network")
        .each(parts.into_iter().map(El::end))
        .end()
}

struct Sheet<'a> {
    faults: &'a Faults,
    words: &'a Words,
    moment: &'a Moment,
    session: &'a Session,
    send: &'a Callback<Msg>,
}

impl Sheet<'_> {
    fn section(&self, title: &str, says: &str) -> El {
        let name = el("legend").text(self.words.t(title));
        let says = el("p").text(self.words.t(says));
        el("fieldset").with(name).with(says)
    }

    /// A button, and beside it why it would change nothing, if it would not.
    fn doing(&self, label: &str, msg: Msg, refusal: Option<&str>) -> El {
        let reason = refusal.map(|key| self.words.t(key));
        let doing = match reason {
            None => button(self.send, msg),
            Some(reason) => el("button")
                .set("type", "button")
                .set("aria-disabled", "true")
                .say("aria-description", reason),
        };
        let reason = reason.map(|it| classed("span", "cite").text(it).end());
        classed("p", "doing")
            .with(doing.set("class", "find").text(self.words.t(label)))
            .each(reason.into_iter())
    }

    fn refusal(&self, action: &Action) -> Option<String> {
        let error = self.session.check(action).err()?;
        Some(format!("error.{}", error.key()))
    }

    fn act(&self, label: &str, action: Action) -> El {
        let refusal = self.refusal(&action);
        self.doing(label, Msg::Act(action), refusal.as_deref())
    }

    fn groups(&self) -> El {
        let now = self.faults.apart(self.moment);
        let nodes = &self.moment.nodes;
        let one = |id: NodeId| {
            let chosen = self.faults.group_of(id, self.moment, &now);
            let name = id.to_string();
            let option = |place: usize| {
                let letter = letter(place).to_string();
                el("option")
                    .key(&letter)
                    .when(place == chosen, "selected", "selected")
                    .text(&letter)
                    .end()
            };
            let onchange = self.send.reform(move |event: Event| {
                More::Fault(Fault::Group(id, chosen_index(&event))).into()
            });
            let args = [("node", &*name)];
            let select = el("select")
                .property("value", &letter(chosen).to_string())
                .put("aria-label", self.words.fill("fault.group_of", &args))
                .on_change(onchange)
                .each((0..nodes.len()).map(option));
            let label = el("span").set("aria-hidden", "true").text(&name);
            el("label").key(&name).with(label).with(select).end()
        };
        let groups = self.faults.chosen(self.moment).into_iter();
        let groups = groups.map(|group| group.into_iter().collect::<SortedSet<NodeId>>());
        let partition = Action::Partition(groups.collect());
        let refusal = self.refusal(&partition);
        let divide = More::Fault(Fault::Divide).into();
        self.section("fault.groups", "fault.groups_say")
            .with(classed("div", "picks").each(nodes.iter().map(|it| one(it.id))))
            .with(self.doing("fault.divide", divide, refusal.as_deref()))
    }

    /// From each endpoint to each other: a cell that cuts the link, or mends it.
    fn links(&self) -> El {
        let ends = ends(self.moment);
        let head = |end: &Endpoint, scope: &'static str| {
            let name = end.to_string();
            let key = format!("{scope} {name}");
            el("th").key(&key).set("scope", scope).text(&name).end()
        };
        let corner = el("th")
            .key("corner")
            .set("scope", "col")
            .text(self.words.t("fault.from_to"));
        let heads = el("tr")
            .with(corner)
            .each(ends.iter().map(|it| head(it, "col")));
        let first = ends.iter().flat_map(|a| ends.iter().map(move |b| (*a, *b)));
        let first = first.into_iter().find(is_link);
        let reached = self.faults.cell.filter(is_link).or(first);
        let row = |from: &Endpoint| {
            let cells = ends.iter().map(|to| self.cell((*from, *to), reached));
            el("tr")
                .key(&from.to_string())
                .child(head(from, "row"))
                .each(cells)
                .end()
        };
        let send = self.send.clone();
        let on_key = {
            let ends = ends.clone();
            Callback::from(move |event: KeyboardEvent| {
                if let Some(way) = moved(&event, &ends) {
                    event.prevent_default();
                    send.emit(More::Fault(Fault::Cell(way)).into());
                }
            })
        };
        let table = el("table")
            .set("role", "grid")
            .say("aria-label", self.words.t("fault.links"))
            .on_key(on_key)
            .with(el("thead").with(heads))
            .with(el("tbody").each(ends.iter().map(row)));
        self.section("fault.links", "fault.links_say")
            .with(classed("div", "matrix").with(table))
            .with(self.act("ui.heal", Action::Heal))
    }

    fn cell(&self, way: Way, reached: Option<Way>) -> Html {
        let (from, to) = (way.0.to_string(), way.1.to_string());
        let cell = el("td").key(&to);
        if !is_link(&way) {
            return cell.set("class", "none").end();
        }
        let cut = self.moment.cut.contains(&way);
        let key = if cut { "fault.is_cut" } else { "fault.works" };
        let args = [("from", &*from), ("to", &*to)];
        let name = self.words.fill(key, &args);
        let toggle = button(self.send, More::Fault(Fault::Toggle(way)).into())
            .put("id", home(way))
            .set("tabindex", if reached == Some(way) { "0" } else { "-1" })
            .flag("aria-pressed", cut)
            .say("title", &name)
            .put("aria-label", name)
            .text(if cut { "✗" } else { "→" });
        cell.with(toggle).end()
    }

    fn behaviour(&self) -> El {
        let network = self.session.network();
        let now = self.faults.behaviour(network);
        let sliders = Setting::SLIDERS.map(|it| self.slider(it, it.of(&now)));
        let section = self
            .section("fault.behaviour", "fault.behaviour_says")
            .with(self.which_link(network));
        let order = tick(now.reorder, self.send);
        let order = classed("label", "switch")
            .with(order)
            .with(el("span").text(self.words.t("fault.reorder")));
        let alike = match self.faults.link {
            Some(way) => network.apart.contains_key(&way),
            None => !network.apart.is_empty(),
        };
        let (label, nothing) = match self.faults.link {
            Some(_) => ("fault.as_others", "fault.is_as_others"),
            None => ("fault.all_alike", "fault.are_alike"),
        };
        let refusal = (!alike).then_some(nothing);
        section
            .with(classed("div", "sliders").each(sliders.into_iter().map(El::end)))
            .with(order)
            .with(self.doing(label, More::Fault(Fault::Alike).into(), refusal))
    }

    fn which_link(&self, network: &Network) -> El {
        let ends = ends(self.moment);
        let ways = ends.iter().flat_map(|a| ends.iter().map(move |b| (*a, *b)));
        let ways: Vec<Way> = ways.filter(is_link).collect();
        let option = |way: &Option<Way>| {
            let text = match way {
                None => self.words.t("fault.all_links").to_owned(),
                Some((from, to)) => {
                    let own = network.apart.contains_key(&(*from, *to));
                    format!("{from} → {to}{}", if own { " ●" } else { "" })
                }
            };
            let key = way.map_or("all".into(), home);
            el("option")
                .key(&key)
                .when(*way == self.faults.link, "selected", "selected")
                .text(&text)
                .end()
        };
        let choices: Vec<Option<Way>> = std::iter::once(None)
            .chain(ways.into_iter().map(Some))
            .collect();
        let options: Vec<Html> = choices.iter().map(option).collect();
        let onchange = self.send.reform(move |event: Event| {
            let link = choices.get(chosen_index(&event)).copied().flatten();
            More::Fault(Fault::Link(link)).into()
        });
        let select = el("select")
            .set("id", "link")
            // Who asked for one link begins there.
            .when(self.faults.link.is_some(), "autofocus", "")
            .on_change(onchange)
            .each(options.into_iter());
        classed("label", "which")
            .with(el("span").text(self.words.t("fault.which_link")))
            .with(select)
    }

    fn slider(&self, setting: Setting, value: u32) -> El {
        let (label, shown) = match setting {
            Setting::LatencyMin => ("fault.latency_min", "ui.at_ms"),
            Setting::LatencyMax => ("fault.latency_max", "ui.at_ms"),
            Setting::Loss => ("fault.loss", "fault.percent"),
            _ => ("fault.duplicates", "fault.percent"),
        };
        let chance = matches!(setting, Setting::Loss | Setting::Duplicates);
        let (min, max, step) = match chance {
            // What a file says more finely stays as it is until somebody moves it.
            true if value.is_multiple_of(CHANCE_STEP) => (0, 1000, CHANCE_STEP),
            true => (0, 1000, 1),
            false => (1, LATENCY_MS.max(value), 1),
        };
        let percent = match value % 10 {
            0 => (value / 10).to_string(),
            tenth => format!("{}.{tenth}", value / 10),
        };
        let value = value.to_string();
        let shown = self
            .words
            .fill(shown, &[("ms", &*value), ("percent", &percent)]);
        let typed = self.send.reform(move |event: InputEvent| {
            let input = event.target().and_then(|it| it.dyn_into().ok());
            let value = input.and_then(|it: HtmlInputElement| it.value().parse().ok());
            More::Fault(Fault::Typed(setting, value.unwrap_or(min))).into()
        });
        let done = self.send.reform(|_: Event| More::Fault(Fault::Set).into());
        let range = el("input")
            .set("type", "range")
            .put("min", min.to_string())
            .put("max", max.to_string())
            .put("step", step.to_string())
            .value(&value)
            .say("aria-valuetext", &shown)
            .on_input(typed)
            .on_change(done);
        el("label")
            .key(label)
            .with(el("span").text(self.words.t(label)))
            .with(range)
            .with(
                classed("span", "value")
                    .set("aria-hidden", "true")
                    .text(&shown),
            )
    }

    fn machines(&self) -> El {
        let full = self.moment.nodes.len() >= usize::from(NODES_ON_STAGE_MAX);
        let add = Action::AddMachine;
        let refusal = self.refusal(&add);
        let refusal = refusal.or(full.then(|| "ui.nodes_out_of_range".to_owned()));
        self.section("fault.machines", "fault.machines_say")
            .with(self.doing("fault.add_machine", Msg::Act(add), refusal.as_deref()))
    }
}

fn tick(reorder: bool, send: &Callback<Msg>) -> El {
    let send = send.clone();
    let onchange = Callback::from(move |_: Event| {
        let typed = Fault::Typed(Setting::Reorder, u32::from(!reorder));
        send.emit(More::Fault(typed).into());
        send.emit(More::Fault(Fault::Set).into());
    });
    el("input")
        .set("type", "checkbox")
        .checked(reorder)
        .on_change(onchange)
}

/// The id of a link's cell in the table.
pub(in crate::app) fn home((from, to): Way) -> String {
    format!("link-{from}-{to}")
}

fn ends(moment: &Moment) -> Vec<Endpoint> {
    let nodes = moment.nodes.iter().map(|it| it.id.into());
    let clients = moment.clients.iter().map(|it| it.id.into());
    nodes.chain(clients).collect()
}

/// Clients do not talk to each other, and nobody to itself.
fn is_link((from, to): &Way) -> bool {
    let clients = matches!((from, to), (Endpoint::Client(_), Endpoint::Client(_)));
    from != to && !clients
}

fn chosen_index(event: &Event) -> usize {
    let select = event.target().and_then(|it| it.dyn_into().ok());
    select.map_or(0, |it: HtmlSelectElement| {
        it.selected_index().max(0) as usize
    })
}

/// The cell that an arrow key leads to from the one that has the focus, past those that are none.
fn moved(event: &KeyboardEvent, ends: &[Endpoint]) -> Option<Way> {
    let (rows, columns) = match event.key().as_str() {
        "ArrowUp" => (-1, 0),
        "ArrowDown" => (1, 0),
        "ArrowLeft" => (0, -1),
        "ArrowRight" => (0, 1),
        _ => return None,
    };
    let all = ends.iter().flat_map(|a| ends.iter().map(move |b| (*a, *b)));
    let from = all.into_iter().find(|way| host::has_focus(&home(*way)))?;
    let place = |end| ends.iter().position(|it| *it == end);
    let (mut row, mut column) = (place(from.0)? as isize, place(from.1)? as isize);
    loop {
        row += rows;
        column += columns;
        let end = |at: isize| ends.get(usize::try_from(at).ok()?);
        let way = (*end(row)?, *end(column)?);
        if is_link(&way) {
            return Some(way);
        }
    }
}
