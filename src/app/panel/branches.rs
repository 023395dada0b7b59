//! Branches: the tree of what was tried, to be named, compared and returned to.

use wasm_bindgen::JsCast;
use web_sys::HtmlInputElement;
use yew::prelude::*;

use crate::app::dom::{El, button, classed, classes, el};
use crate::app::lab::{More, Msg};
use crate::app::stage;
use crate::app::words::{Shared, Words};
use crate::history::BranchId;
use crate::share::tree::NAME_CHARS_MAX;
use crate::view::{BranchCard, Happening, Moment, Parting, Session};

/// What concerns the branches, of all that can happen to the page.
#[derive(Clone)]
pub(in crate::app) enum Branching {
    /// Puts a branch on stage.
    Return(BranchId),
    /// Calls a branch something.
    Name(BranchId, String),
    /// Holds two against each other.
    Part([BranchId; 2]),
    /// Nothing is compared any more.
    Close,
}

/// The width of the tree, its left edge, and the height of a branch in it.
const TREE: [f64; 3] = [360.0, 10.0, 22.0];

/// The id of a branch's field for its name.
pub(in crate::app) fn field(id: BranchId) -> String {
    format!("branch-{}", id.0)
}

/// What a branch is called.
pub(in crate::app) fn name(card: &BranchCard, words: &Words) -> String {
    let number = (card.id.0 + 1).to_string();
    let numbered = || words.fill("branches.numbered", &[("number", &number)]);
    card.name.clone().unwrap_or_else(numbered)
}

pub(super) fn view(
    session: &Session,
    words: &Words,
    parting: Option<&Shared<Parting>>,
    send: &Callback<Msg>,
) -> Html {
    let all = session.branches();
    let rows = all.iter().map(|it| row(it, &all, words, send));
    let compared = parting.map(|it| compared(it, &all, words, send).end());
    classed("div", "branches")
        .with(el("p").text(words.t("branches.says")))
        .with(tree(&all, session.position()))
        .with(el("ol").each(rows))
        .each(compared.into_iter())
        .end()
}

/// The tree as a picture; the list says the same in words.
fn tree(all: &[BranchCard], position: usize) -> El {
    let [width, left, height] = TREE;
    let longest = all.iter().map(|it| it.length).max().unwrap_or(0).max(1);
    let x = |events: usize| left + (width - 2.0 * left) * events as f64 / longest as f64;
    let y = |id: BranchId| height * (f64::from(id.0) + 0.5);
    let line = |from: (f64, f64), to: (f64, f64), class: String| {
        el("line")
            .put("class", class)
            .number("x1", from.0)
            .number("y1", from.1)
            .number("x2", to.0)
            .number("y2", to.1)
    };
    let branch = |it: &BranchCard| {
        let class = classes("branch", &[(it.on_stage, "on-stage")]);
        let start = it.leaves.map_or(0, |(_, start)| start);
        let mut group = el("g").key(&it.id.0.to_string());
        if let Some((parent, start)) = it.leaves {
            let from = (x(start), y(parent));
            group = group.with(line(from, (x(start), y(it.id)), class.clone()));
        }
        group = group.with(line((x(start), y(it.id)), (x(it.length), y(it.id)), class));
        if it.on_stage {
            let cursor = classed("circle", "cursor-dot")
                .number("cx", x(position))
                .number("cy", y(it.id))
                .set("r", "6");
            group = group.with(cursor);
        }
        group.end()
    };
    let rows = height * all.len() as f64;
    classed("svg", "tree")
        .put("viewBox", format!("0 0 {width} {rows}"))
        .set("aria-hidden", "true")
        .each(all.iter().map(branch))
}

fn row(card: &BranchCard, all: &[BranchCard], words: &Words, send: &Callback<Msg>) -> Html {
    let id = card.id;
    let called = name(card, words);
    let naming = send.clone();
    let on_change = Callback::from(move |event: Event| {
        let input = event
            .target()
            .and_then(|it| it.dyn_into::<HtmlInputElement>().ok());
        if let Some(input) = input {
            naming.emit(More::Branch(Branching::Name(id, input.value())).into());
        }
    });
    let field = el("input")
        .put("id", self::field(id))
        .set("type", "text")
        .put("maxlength", NAME_CHARS_MAX.to_string())
        .set("autocomplete", "off")
        .say(
            "aria-label",
            &words.fill("branches.name_of", &[("name", &called)]),
        )
        .say("placeholder", &called)
        .value(card.name.as_deref().unwrap_or_default())
        .on_change(on_change);
    let length = card.length.to_string();
    let about = match card.leaves {
        None => words.fill("branches.first", &[("length", &length)]),
        Some((parent, start)) => {
            let parent = all.iter().find(|it| it.id == parent);
            let parent = parent.map_or_else(String::new, |it| name(it, words));
            let args = [
                ("parent", &*parent),
                ("start", &start.to_string()),
                ("length", &length),
            ];
            words.fill("branches.leaves", &args)
        }
    };
    let on_stage = all.iter().find(|it| it.on_stage).map(|it| it.id);
    let rest = match on_stage.filter(|it| *it != id) {
        None => vec![el("b").text(words.t("branches.on_stage"))],
        Some(here) => {
            let label = |key| words.fill(key, &[("name", &called)]);
            let back = button(send, More::Branch(Branching::Return(id)).into())
                .put("aria-label", label("branches.return_to"))
                .text(words.t("branches.return"));
            let compare = button(send, More::Branch(Branching::Part([here, id])).into())
                .put("aria-label", label("branches.compare_with"))
                .text(words.t("branches.compare"));
            vec![back, compare]
        }
    };
    el("li")
        .key(&id.0.to_string())
        .with(field)
        .with(el("span").text(&about))
        .each(rest.into_iter().map(El::end))
        .end()
}

/// Where two branches part, and how their last moments differ.
fn compared(parting: &Parting, all: &[BranchCard], words: &Words, send: &Callback<Msg>) -> El {
    let names = parting.branches.map(|id| {
        let card = all.iter().find(|it| it.id == id);
        card.map_or_else(String::new, |it| name(it, words))
    });
    let shared = parting.shared.to_string();
    let first = |happened: &Option<Vec<Happening>>| match happened {
        None => words.t("branches.ends_there").to_owned(),
        Some(happened) => {
            let titles: Vec<String> = happened.iter().map(|it| words.say(&it.title)).collect();
            titles.join(words.t("ui.sentence_separator"))
        }
    };
    let head = |name: &String| el("th").set("scope", "col").text(name);
    let cells = |key: &str, label: &str, [a, b]: [String; 2]| {
        el("tr")
            .key(key)
            .with(el("th").set("scope", "row").text(label))
            .with(el("td").text(&a))
            .with(el("td").text(&b))
            .end()
    };
    let event = words.fill(
        "ui.event",
        &[("position", &(parting.shared + 1).to_string())],
    );
    let [a, b] = &parting.first;
    let differing = differences(&parting.ends, words);
    let rows = std::iter::once(cells("first", &event, [first(a), first(b)])).chain(
        differing
            .into_iter()
            .map(|(id, pair)| cells(&id, &id, pair)),
    );
    let table = el("table")
        .with(
            el("thead").with(
                el("tr")
                    .with(el("td"))
                    .with(head(&names[0]))
                    .with(head(&names[1])),
            ),
        )
        .with(el("tbody").each(rows));
    classed("section", "parting")
        .set("role", "status")
        .with(el("h3").text(&words.fill("branches.shared", &[("count", &shared)])))
        .with(table)
        .with(el("p").text(words.t("branches.last_moments")))
        .with(button(send, More::Branch(Branching::Close).into()).text(words.t("ui.close")))
}

/// The nodes that are not in the same state at the end of each.
fn differences(ends: &[Moment; 2], words: &Words) -> Vec<(String, [String; 2])> {
    let [a, b] = ends;
    let pairs = a
        .nodes
        .iter()
        .filter_map(|one| Some((one, b.node(one.id)?)));
    let differ = pairs.filter(|(one, other)| one.up != other.up || one.view != other.view);
    differ
        .map(|(one, other)| {
            let said = [one, other].map(|it| stage::spoken(it, words));
            (one.id.to_string(), said)
        })
        .collect()
}
