//! The search on screen: its dialogue, its button at a variant, and the strip over what was found.

use yew::prelude::*;

use super::{Aim, Covered, End, Find, Finder, Found, Running, State};
use crate::app::dom::{El, button, classed, el};
use crate::app::lab::{More, Msg};
use crate::app::words::Words;
use crate::protocol::{About, Variant};
use crate::view::Session;

/// The ids of the buttons that get the focus.
pub(super) const STOP: &str = "search-stop";
pub(super) const AGAIN: &str = "search-again";

/// The dialogue's content.
pub(in crate::app) fn dialog(
    finder: &Finder,
    words: &Words,
    session: &Session,
    send: &Callback<Msg>,
) -> Html {
    let (said, covered, rate, spoken, act) = match &finder.state {
        State::Idle => return finder.form.view(words, session, send),
        State::Running(running) => {
            let looking = looking(finder.aim, words);
            let spoken = match running.spoken {
                None => looking.clone(),
                Some(covered) => covered_so_far(covered, words),
            };
            let stop = button(send, More::Find(Find::Stop).into())
                .key("stop")
                .set("id", STOP)
                .set("class", "primary")
                .text(words.t("search.stop"));
            let rate = Some(rate(running));
            (looking, running.covered, rate, spoken, stop)
        }
        State::Ended(end, covered) => {
            let said = ended(end, *covered, words);
            let key = match finder.of_variant {
                true => "ui.break_rule",
                false => "search.again",
            };
            let again = button(send, More::Find(Find::Again).into())
                .key("again")
                .set("id", AGAIN)
                .set("class", "primary")
                .text(words.t(key));
            (said.clone(), *covered, None, said, again)
        }
    };
    let has_numbers = !matches!(
        finder.state,
        State::Ended(End::Refused(_) | End::AlreadySo, _)
    );
    let numbers = match has_numbers {
        true => numbers(covered, rate, words),
        false => el("dl").set("hidden", ""),
    };
    let refusal = match &finder.state {
        State::Ended(End::Refused(why), _) => el("pre").set("lang", "en").text(why),
        _ => el("pre").set("hidden", ""),
    };
    classed("div", "search")
        .key("search")
        .with(classed("p", "outcome").text(&said))
        .with(refusal)
        .with(numbers)
        .with(classed("p", "unseen").set("role", "status").text(&spoken))
        .with(act)
        .end()
}

/// States a second.
fn rate(running: &Running) -> u32 {
    let seconds = (running.now - running.began) / 1000.0;
    match seconds > 0.0 {
        true => (f64::from(running.covered.states) / seconds) as u32,
        false => 0,
    }
}

fn numbers(covered: Covered, rate: Option<u32>, words: &Words) -> El {
    let one = |key: &'static str, value: String| {
        el("div")
            .key(key)
            .with(el("dt").text(words.t(key)))
            .with(el("dd").text(&value))
            .end()
    };
    let megabytes = format!("{} MB", grouped(covered.bytes.div_ceil(1_000_000)));
    let rate = rate.map(|rate| one("search.rate", grouped(rate)));
    classed("dl", "covered")
        .child(one("search.states", grouped(covered.states)))
        .each(rate.into_iter())
        .child(one("search.depth", grouped(covered.depth)))
        .child(one("search.frontier", grouped(covered.frontier)))
        .child(one("search.memory", megabytes))
}

/// A number with its thousands apart.
fn grouped(number: u32) -> String {
    let digits = number.to_string();
    let mut grouped = String::new();
    for (at, digit) in digits.chars().enumerate() {
        if at > 0 && (digits.len() - at).is_multiple_of(3) {
            grouped.push(',');
        }
        grouped.push(digit);
    }
    grouped
}

/// A sentence that has a form for the loss of any property, of one, for a state with a name, and
/// for one without.
fn of_aim(aim: Aim, keys: [&'static str; 4], args: &[(&str, &str)], words: &Words) -> String {
    let [any, one, state, other] = keys;
    let (key, name, named) = match aim {
        Aim::Loss => (any, "", String::new()),
        Aim::LossOf(property) => (one, "property", format!("property.{}", property.id)),
        Aim::State(Some(key)) => (state, "state", key.to_owned()),
        Aim::State(None) => (other, "", String::new()),
    };
    let mut all = vec![(name, words.t(&named))];
    all.extend_from_slice(args);
    words.fill(key, &all)
}

fn looking(aim: Aim, words: &Words) -> String {
    let keys = [
        "search.looking_any",
        "search.looking_loss",
        "search.looking_state",
        "search.looking",
    ];
    of_aim(aim, keys, &[], words)
}

fn covered_so_far(covered: Covered, words: &Words) -> String {
    let (states, depth) = (grouped(covered.states), covered.depth.to_string());
    words.fill("search.so_far", &[("states", &states), ("depth", &depth)])
}

fn ended(end: &End, covered: Covered, words: &Words) -> String {
    let key = match end {
        End::Exhausted => "search.exhausted",
        End::Depth => "search.end_depth",
        End::Memory => "search.end_memory",
        End::Time => "search.end_time",
        End::Stopped => "search.end_stopped",
        End::AlreadySo => "search.already_so",
        End::Refused(_) => "search.refused",
    };
    let (states, depth) = (grouped(covered.states), covered.depth.to_string());
    words.fill(key, &[("states", &states), ("depth", &depth)])
}

/// The button at a variant that has a prepared search.
pub(in crate::app) fn offer(
    finder: &Finder,
    words: &Words,
    about: &'static About,
    variant: &'static Variant,
    send: &Callback<Msg>,
) -> Option<Html> {
    finder.prepared(about.key, variant.id)?;
    let text = words.t(match variant.effect.loses() {
        Some(_) => "search.find_loss",
        None => "search.find_control",
    });
    let name = words
        .t(&format!("variant.{}.{}", about.key, variant.id))
        .to_owned();
    let named = words.fill("search.of_variant", &[("search", text), ("variant", &name)]);
    let find = button(send, More::Find(Find::Variant(variant.id)).into())
        .set("class", "find")
        .put("aria-label", named)
        .text(text);
    Some(find.end())
}

/// What is said where the prepared searches did not come.
pub(in crate::app) fn missing(finder: &Finder, words: &Words, about: &About) -> El {
    let missing = match finder.failed(about.key) {
        true => words.t("search.not_loaded"),
        false => "",
    };
    classed("p", "problem").set("role", "status").text(missing)
}

/// What was found, in words.
pub(in crate::app) fn found(found: &Found, words: &Words) -> String {
    let count = found.actions.to_string();
    let length = match found.actions {
        1 => words.t("search.length_one").to_owned(),
        _ => words.fill("search.length", &[("count", &count)]),
    };
    let keys = [
        "search.found",
        "search.found_loss",
        "search.found_state",
        "search.found",
    ];
    let what = of_aim(found.aim, keys, &[("length", &length)], words);
    match found.prepared {
        true => words.fill("search.prepared", &[("what", &*what)]),
        false => what,
    }
}

/// Over a run that was found: what it is, and the way back.
pub(in crate::app) fn strip(what: &Found, words: &Words, send: &Callback<Msg>) -> El {
    classed("div", "strip")
        .with(el("span").text(&found(what, words)))
        .with(button(send, More::Find(Find::Return).into()).text(words.t("search.return")))
        .with(
            button(send, More::Find(Find::HideStrip).into())
                .set("class", "quiet")
                .say("aria-label", words.t("ui.dismiss"))
                .text("✕"),
        )
}
