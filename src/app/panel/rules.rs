//! Rules: the algorithm's lines, with those that fired lit.

use yew::prelude::*;

use crate::app::words::Words;
use crate::protocol::About;
use crate::protocol::{Outcome, Rule};
use crate::view::{Happening, Moment};

pub(super) fn view(moment: &Moment, words: &Words, about: &'static About) -> Html {
    let mut sections: Vec<&'static str> = Vec::new();
    for rule in about.rules {
        if !sections.contains(&rule.section) {
            sections.push(rule.section);
        }
    }
    html! { <div class="all-rules">{ for sections.iter().map(|it| section(it, moment, words, about)) }</div> }
}

/// One part of the algorithm.
pub(super) fn section(
    name: &'static str,
    moment: &Moment,
    words: &Words,
    about: &'static About,
) -> Html {
    let own = about.rules.iter().filter(|rule| rule.section == name);
    let lines: Vec<&'static Rule> = own.copied().collect();
    if lines.is_empty() {
        return html! { <div class="rules" hidden=true /> };
    }
    let heading = format!("section.{}.{name}", about.key);
    html! {
        <section key={name} class="rules">
            <h3>{ words.t(&heading).to_owned() }</h3>
            <ol>{ for lines.iter().map(|rule| line(rule, moment, words)) }</ol>
        </section>
    }
}

fn line(rule: &'static Rule, moment: &Moment, words: &Words) -> Html {
    let fired = |it: &&Happening| it.rule.is_some_and(|it| it.id == rule.id);
    let fired = moment.happened.iter().find(fired);
    let text = words.t(&format!("rule.{}", rule.id)).to_owned();
    let Some(it) = fired else {
        return html! { <li key={rule.id}>{ text }</li> };
    };
    let (class, sign) = match it.outcome {
        Some(Outcome::Refused) => ("no", "✗"),
        Some(Outcome::Accepted) => ("ok", "✓"),
        _ => ("", ""),
    };
    let numbers = it.comparison.as_ref().map(|it| words.inequality(it));
    html! {
        <li key={rule.id} class="lit">
            <span class="unseen">{ words.t("ui.fired").to_owned() }{ " " }</span>
            { text }{ " " }<span class={class}>{ numbers.unwrap_or_default() }{ " " }{ sign }</span>
        </li>
    }
}
