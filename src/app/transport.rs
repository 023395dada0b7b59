//! The bar at the bottom: step, back, run, the scrubber, and what Step will do.

use wasm_bindgen::JsCast;
use web_sys::{HtmlInputElement, HtmlSelectElement};
use yew::prelude::*;

use super::FULL;
use super::diagram::Draw;
use super::dialog::Dialog;
use super::dom::{El, all, button, classed, el, text};
use super::host;
use super::lab::{More, Msg, RATES};
use super::lecture::Lecture;
use super::pins;
use super::tray::refused;
use super::undo::Retrace;
use super::words::Words;
use crate::protocol::{MessageKind, Stride};
use crate::share;
use crate::view::{Moment, Session, UpcomingKind};
use crate::world::{Action, MessageId};

/// The id of the Step button.
pub(super) const STEP: &str = "step";

/// The speeds' names, in the order of [`RATES`].
const SPEEDS: [&str; RATES.len()] = ["¼×", "½×", "1×", "2×", "8×"];

/// How the controls stand.
pub(super) struct Controls {
    pub(super) running: bool,
    pub(super) speed: usize,
    /// The runs to return to, each by its text's key.
    pub(super) back: Vec<Item>,
    /// Whether the diagram is open.
    pub(super) diagram: bool,
}

pub(super) fn view(
    (moment, whose): (&Moment, Option<&str>),
    words: &Words,
    session: &Session,
    controls: Controls,
    send: &Callback<Msg>,
) -> Html {
    let stride = session.about().stride;
    let steps = steps(moment, words, stride, &controls, send);
    let is_known = FULL && moment.repeats && whose.is_none() && moment.seen_by.is_none();
    let deed = session.action(session.position()).filter(|_| is_known);
    let faults = group("faults", words.t("ui.faults"))
        .with(button(send, Msg::Kill).text(words.t("ui.kill_node")))
        .with(button(send, Msg::DropMessage).text(words.t("ui.drop_message")))
        .child(more(words, session, controls.back, send));
    let transport = classed("div", "transport")
        .with(steps)
        .with(classed("p", "next").child(match deed {
            Some(action) => recorded(action, moment, words),
            None => next(moment, words, whose),
        }))
        .with(classed("p", "status").text(&status(moment, words)))
        .with(faults);
    classed("footer", "bottom")
        .with(transport)
        .child(scrubber(moment, words, session, controls.diagram, send))
        .end()
}

fn group(class: &'static str, label: &str) -> El {
    classed("div", class)
        .set("role", "group")
        .say("aria-label", label)
}

fn steps(
    moment: &Moment,
    words: &Words,
    stride: Stride,
    controls: &Controls,
    send: &Callback<Msg>,
) -> El {
    let at_start = moment.position == 0;
    let sign = |sign| el("span").set("aria-hidden", "true").text(sign);
    let stride = match stride {
        Stride::Phase => "ui.next_phase",
        Stride::Milestone => "ui.next_election",
    };
    let run = if controls.running {
        "ui.pause"
    } else {
        "ui.run"
    };
    group("steps", words.t("ui.steps"))
        .with(
            button(send, Msg::First)
                .set("class", "first")
                .say("aria-label", words.t("ui.first"))
                .say("title", words.t("ui.first"))
                .when(at_start, "aria-disabled", "true")
                .text("|◀"),
        )
        .with(
            button(send, Msg::Back)
                .when(at_start, "aria-disabled", "true")
                .with(sign("◀ "))
                .text(words.t("ui.back")),
        )
        .with(
            button(send, Msg::Step)
                .set("id", STEP)
                .set("class", "step")
                .text(words.t("ui.step"))
                .with(sign(" ▶")),
        )
        .with(button(send, Msg::Stride).text(words.t(stride)))
        .with(button(send, Msg::RunPause).text(words.t(run)))
        .child(speeds(words, controls.speed, send))
}

fn speeds(words: &Words, chosen: usize, send: &Callback<Msg>) -> Html {
    let onchange = send.reform(|event: Event| {
        let select = event
            .target()
            .and_then(|it| it.dyn_into::<HtmlSelectElement>().ok());
        Msg::Speed(select.map_or(0, |it| it.selected_index().max(0) as usize))
    });
    let options = SPEEDS.iter().enumerate().map(|(speed, name)| {
        el("option")
            .key(name)
            .when(speed == chosen, "selected", "selected")
            .text(name)
            .end()
    });
    el("select")
        .say("aria-label", words.t("ui.speed"))
        .say("title", words.t("ui.speed"))
        .on_change(onchange)
        .each(options)
        .end()
}

fn scrubber(
    moment: &Moment,
    words: &Words,
    session: &Session,
    diagram: bool,
    send: &Callback<Msg>,
) -> Html {
    let toggle = button(send, More::Diagram(Draw::Toggle).into())
        .set("class", "quiet")
        .flag("aria-expanded", diagram)
        .text(words.t("ui.diagram"));
    let range = range(moment, [0, moment.length], words, send);
    let scrubber = classed("div", "scrubber").with(range).with(toggle);
    let marks = if FULL {
        pins::marks(moment, session)
    } else {
        None
    };
    match marks {
        Some(marks) => scrubber.with(marks).end(),
        None => scrubber.end(),
    }
}

/// The position in the run, between two others, to be moved.
pub(super) fn range(
    moment: &Moment,
    [from, to]: [usize; 2],
    words: &Words,
    send: &Callback<Msg>,
) -> El {
    let (position, length) = (moment.position.to_string(), moment.length.to_string());
    let oninput = send.reform(|event: InputEvent| {
        let input = event
            .target()
            .and_then(|it| it.dyn_into::<HtmlInputElement>().ok());
        let position = input.and_then(|it| it.value().parse().ok());
        Msg::Seek(position.unwrap_or(0))
    });
    let args = [("position", &*position), ("length", &*length)];
    el("input")
        .set("type", "range")
        .put("min", from.to_string())
        .put("max", to.to_string())
        .value(&position)
        .say("aria-label", words.t("ui.scrubber"))
        .put("aria-valuetext", words.fill("ui.scrubber_value", &args))
        .on_input(oninput)
}

/// What Step will do.
fn next(moment: &Moment, words: &Words, whose: Option<&str>) -> Html {
    if FULL
        && let Some(node) = moment
            .seen_by
            .filter(|_| moment.next.is_none() || moment.repeats)
    {
        return text(&words.fill("knowledge.next", &[("node", &node.to_string())]));
    }
    if moment.repeats {
        return text(words.t("ui.next_repeats"));
    }
    let Some(upcoming) = &moment.next else {
        return text(words.t("ui.next_nothing"));
    };
    let (what, way) = match &upcoming.kind {
        UpcomingKind::Timer(at, timer) => {
            let timer = format!("timer.{timer}");
            let args = [("timer", words.t(&timer))];
            (words.fill("ui.next_timer", &args), at.to_string())
        }
        UpcomingKind::Arrival(landed) => {
            let card = &landed.message;
            let mut what = card.view.name.to_owned();
            if card.view.kind == MessageKind::Refusal {
                what.push_str(" ✗");
            }
            if let Some(loss) = landed.lost {
                let args = [("message", &*what), ("why", words.t(loss.key()))];
                what = words.fill("ui.next_lost", &args);
            }
            (what, format!("{} → {}", card.id.from, card.id.to))
        }
    };
    let lead = words.t("ui.next");
    let lead = whose.map_or(lead.to_owned(), |whose| format!("{lead}{whose} · "));
    let parts = [
        text(&lead),
        el("b").text(&what).end(),
        text(&format!(" {way}")),
    ];
    all(parts.into_iter())
}

/// What Step will do again, as the run has it.
fn recorded(action: &Action, moment: &Moment, words: &Words) -> Html {
    let (what, about) = match action {
        Action::Deliver(id) => {
            let message = moment.message(*id);
            let name = message.map_or(String::new(), |card| card.view.name.to_owned());
            (name, link(*id))
        }
        other => {
            let name = format!("action.{}", share::action_name(other));
            (words.t(&name).to_owned(), about(other))
        }
    };
    let parts = [
        text(words.t("ui.next_recorded")),
        el("b").text(&what).end(),
        text(&format!(" {about}")),
    ];
    all(parts.into_iter())
}

/// Whom an action concerns.
fn about(action: &Action) -> String {
    match action {
        Action::Drop(id)
        | Action::Duplicate(id)
        | Action::Delay(id, _)
        | Action::Hold(id)
        | Action::Release(id) => link(*id),
        Action::Fire(at, _) => at.to_string(),
        Action::Crash(node)
        | Action::Restart(node)
        | Action::Wipe(node)
        | Action::Pause(node)
        | Action::Resume(node)
        | Action::Clock(node, _) => node.to_string(),
        Action::Cut(from, to) | Action::Mend(from, to) => format!("{from} → {to}"),
        Action::Submit { client, .. } => client.to_string(),
        _ => String::new(),
    }
}

fn link(id: MessageId) -> String {
    format!("{} → {}", id.from, id.to)
}

pub(super) fn status(moment: &Moment, words: &Words) -> String {
    let epoch = moment.epoch.map(|epoch| words.badge(epoch));
    let position = moment.position.to_string();
    let length = moment.length.to_string();
    let event = match moment.position == moment.length {
        true => words.fill("ui.event", &[("position", &position)]),
        false => words.fill(
            "ui.event_of",
            &[("position", &position), ("length", &length)],
        ),
    };
    // A node has a clock of its own, which is shown elsewhere.
    let time = match FULL && moment.seen_by.is_some() {
        true => None,
        false => Some(words.fill("ui.time", &[("ms", &moment.now.to_string())])),
    };
    let parts: Vec<String> = epoch.into_iter().chain([event]).chain(time).collect();
    parts.join(" · ")
}

/// An entry of the menu: its text, and what it does.
type Item = (&'static str, Msg);

/// Everything else waits until it is asked for.
fn more(words: &Words, session: &Session, back: Vec<Item>, send: &Callback<Msg>) -> Html {
    let mut run = vec![
        ("ui.take_back", More::Retrace(Retrace::Back).into()),
        ("ui.run_until", Msg::Show(Dialog::Until)),
        ("ui.fork", Msg::Fork),
        ("ui.fresh_seed", Msg::FreshSeed),
    ];
    run.extend(back);
    let explore = vec![
        ("ui.lessons", Msg::Show(Dialog::Lessons)),
        ("ui.break_rule", Msg::Show(Dialog::BreakRule)),
        ("ui.search_here", Msg::Show(Dialog::Search)),
        ("ui.compare", Msg::Show(Dialog::Compare)),
        ("ui.transcript", Msg::Show(Dialog::Transcript)),
        ("ui.notes", Msg::Show(Dialog::Notes)),
    ];
    let faults = vec![
        ("ui.heal", Msg::Act(Action::Heal)),
        ("ui.network", Msg::Show(Dialog::Network)),
        ("ui.align", Msg::Act(Action::Align)),
        ("ui.spread", Msg::Act(Action::Spread)),
    ];
    let keep = vec![
        ("ui.share", Msg::Show(Dialog::Share)),
        ("ui.export", Msg::Show(Dialog::Export)),
        ("ui.scenes", Msg::Show(Dialog::Scenes)),
        ("ui.lecture", More::Lecture(Lecture::Toggle).into()),
        ("ui.save", Msg::Save),
    ];
    let parts: [(&'static str, Vec<Item>); 4] = [
        ("ui.run", run),
        ("ui.explore", explore),
        ("ui.faults", faults),
        ("ui.keep", keep),
    ];
    let item = |(key, msg): Item| {
        let refusal = match &msg {
            Msg::Act(action) => session.check(action).err().map(|error| error.key()),
            _ => None,
        };
        let send = send.clone();
        let on_click = Callback::from(move |_: MouseEvent| {
            host::close_menus();
            send.emit(refusal.map_or_else(|| msg.clone(), Msg::Complain));
        });
        let mut button = el("button").set("type", "button").on_click(on_click);
        if let Some(key) = refusal {
            button = refused(button, key, words);
        }
        el("li").key(key).with(button.text(words.t(key))).end()
    };
    let hash = format!("{:016x}", session.hash());
    let args = [("seed", &*session.seed().to_string()), ("hash", &hash[..8])];
    let about = words.fill("ui.run_about", &args);
    let mut list = el("ul");
    for (key, items) in parts {
        let name = words.t(key);
        let mut part = el("ul")
            .say("aria-label", name)
            .each(items.into_iter().map(&item));
        if key == "ui.keep" {
            part = part.with(el("li").with(open_file("ui.open", words, send)));
        }
        let name = el("span").set("aria-hidden", "true").text(name);
        list = list.with(el("li").with(name).with(part));
    }
    let list = list.with(classed("li", "about").text(&about));
    let summary = el("summary")
        .text(words.t("ui.more"))
        .with(el("span").set("aria-hidden", "true").text(" ▾"));
    classed("details", "more").with(summary).with(list).end()
}

/// A button that opens a file, with the text of a key.
pub(super) fn open_file(key: &str, words: &Words, send: &Callback<Msg>) -> El {
    let send = send.clone();
    let onchange = Callback::from(move |event: Event| {
        let input = event
            .target()
            .and_then(|it| it.dyn_into::<HtmlInputElement>().ok());
        if let Some(input) = input {
            host::close_menus();
            let file = input.files().and_then(|files| files.get(0));
            input.set_value("");
            if let Some(file) = file {
                send.emit(Msg::OpenFile(file));
            }
        }
    });
    let input = el("input")
        .set("type", "file")
        .set("accept", ".json,application/json")
        .on_change(onchange);
    classed("label", "file").text(words.t(key)).with(input)
}
