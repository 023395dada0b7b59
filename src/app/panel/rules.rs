//! Rules: the algorithm's lines, with those that fired lit.

use yew::prelude::*;

use crate::app::dom::{classed, el};
use crate::app::words::Words;
use crate::protocol::{About, Outcome, Rule};
use crate::view::{Happening, Moment};
use crate::world::CLIENT_RULES;

/// The section of the clients' rules, which every protocol has.
const CLIENT: &str = "client";

pub(super) fn view(moment: &Moment, words: &Words, about: &'static About) -> Html {
    let mut sections: Vec<&'static str> = Vec::new();
    for rule in about.rules {
        if !sections.contains(&rule.section) {
            sections.push(rule.section);
        }
    }
    sections.push(CLIENT);
    let sections = sections.iter().map(|it| section(it, moment, words, about));
    classed("div", "all-rules").each(sections).end()
}

/// One part of the algorithm.
pub(super) fn section(
    name: &'static str,
    moment: &Moment,
    words: &Words,
    about: &'static About,
) -> Html {
    let (owner, rules) = match name {
        CLIENT => (CLIENT, CLIENT_RULES),
        _ => (about.key, about.rules),
    };
    let own = rules.iter().filter(|rule| rule.section == name);
    let lines = own.map(|rule| line(rule, moment, words));
    classed("section", "rules")
        .key(name)
        .with(el("h3").text(words.t(&format!("section.{owner}.{name}"))))
        .with(el("ol").each(lines))
        .end()
}

fn line(rule: &'static Rule, moment: &Moment, words: &Words) -> Html {
    let fired = |it: &&Happening| it.rule.is_some_and(|it| it.id == rule.id);
    let text = format!("rule.{}", rule.id);
    let line = el("li").key(rule.id);
    let Some(it) = moment.happened.iter().find(fired) else {
        return line.text(words.t(&text)).end();
    };
    let (class, sign) = match it.outcome {
        Some(Outcome::Refused) => ("no", "✗"),
        Some(Outcome::Accepted) => ("ok", "✓"),
        _ => ("", ""),
    };
    let numbers = it.comparison.as_ref().map(|it| words.inequality(it));
    let numbers = format!(" {} {sign}", numbers.unwrap_or_default());
    line.set("class", "lit")
        .with(classed("span", "unseen").text(words.t("ui.fired")))
        .text(words.t(&text))
        .with(classed("span", class).text(&numbers))
        .end()
}
