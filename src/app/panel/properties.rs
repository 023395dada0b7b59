//! Properties: what must hold, and the two facts that contradict where it does not.

use yew::prelude::*;

use crate::app::FULL;
use crate::app::dom::{El, classed, classes, el};
use crate::app::words::Words;
use crate::protocol::{About, Property, Statement, Violation};
use crate::view::{Moment, Sentence};

fn violation<'a>(moment: &'a Moment, property: &Property) -> Option<&'a Violation> {
    moment.violations.iter().find(|it| it.property == property)
}

/// How a property stands: the class, the sign and the word.
fn standing(moment: &Moment, property: &'static Property) -> [&'static str; 3] {
    if violation(moment, property).is_some() {
        ["no", "✗", "ui.lost"]
    } else if moment.undecided == Some(property) {
        ["open", "?", "ui.undecided"]
    } else {
        ["ok", "✓", "ui.holds"]
    }
}

/// What stands in the place of verdicts where only what one node knows is shown.
fn unseen(moment: &Moment, words: &Words) -> Option<Html> {
    let node = moment.seen_by.filter(|_| FULL)?.to_string();
    let text = words.fill("knowledge.no_verdict", &[("node", &node)]);
    Some(classed("p", "hint").text(&text).end())
}

pub(super) fn view(moment: &Moment, words: &Words, about: &'static About) -> Html {
    if let Some(unseen) = unseen(moment, words) {
        return unseen;
    }
    let row = |property: &&'static Property| {
        let lost = violation(moment, property);
        let name = format!("property.{}", property.id);
        let [class, sign, state] = standing(moment, property);
        let title = el("h2")
            .with(classed("span", class).text(sign).text(" "))
            .text(words.t(&name))
            .text(" ")
            .with(
                el("span")
                    .put("class", classes("verdict", &[(true, class)]))
                    .text(words.t(state)),
            );
        let mut section = classed("section", "property")
            .key(property.id)
            .with(title)
            .with(el("p").text(words.t(&format!("{name}.says"))));
        if let Some(violation) = lost {
            section = section.with(facts(violation, words));
        } else if moment.undecided == Some(*property) {
            section = section.with(el("p").text(words.t("ui.undecided.says")));
        }
        section
            .with(classed("p", "cite").text(&words.citations(property.citations)))
            .end()
    };
    classed("div", "properties")
        .each(about.properties.iter().map(row))
        .end()
}

fn facts(violation: &Violation, words: &Words) -> El {
    let say = |statement: &Statement| {
        el("li").text(&words.say(&Sentence {
            key: format!("fact.{}", statement.key),
            args: statement.args.clone(),
        }))
    };
    classed("ul", "facts")
        .with(say(&violation.first))
        .with(say(&violation.second))
}

/// All properties at a glance.
pub(super) fn chips(moment: &Moment, words: &Words, about: &'static About) -> Html {
    if let Some(unseen) = unseen(moment, words) {
        return unseen;
    }
    let chip = |property: &&'static Property| {
        let name = format!("property.{}", property.id);
        let [class, sign, state] = standing(moment, property);
        el("li")
            .key(property.id)
            .put("class", classes("chip", &[(true, class)]))
            .with(el("span").set("aria-hidden", "true").text(sign))
            .with(classed("span", "unseen").text(words.t(state)))
            .with(el("span").text(words.t(&name)))
            .end()
    };
    classed("ul", "chips")
        .say("aria-label", words.t("ui.properties"))
        .each(about.properties.iter().map(chip))
        .end()
}
