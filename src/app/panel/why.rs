//! Why: what the last step was, in words, with the numbers that decided it.

use yew::prelude::*;

use super::{properties, rules};
use crate::app::dom::{classed, classes, el};
use crate::app::words::Words;
use crate::protocol::{About, Comparison, Outcome};
use crate::view::{Happening, Moment};

/// `doubts` is what can be asked of what is chosen.
pub(super) fn view(
    moment: &Moment,
    words: &Words,
    about: &'static About,
    doubts: Option<Html>,
) -> Html {
    let why = classed("div", "why");
    if moment.happened.is_empty() {
        let name = format!("protocol.{}", about.key);
        return why
            .with(el("h2").text(words.t(&name)))
            .with(el("p").text(words.t(&format!("{name}.says"))))
            .with(el("p").text(words.t("ui.start_here")))
            .each(doubts.into_iter())
            .child(properties::chips(moment, words, about))
            .end();
    }
    let happened = moment.happened.iter().enumerate();
    let happened = happened.map(|(at, it)| happening(at, it, words));
    let mut why = why
        .with(classed("div", "happened").each(happened))
        .each(doubts.into_iter());
    if let Some(rule) = moment.happened.iter().rev().find_map(|it| it.rule) {
        why = why.child(rules::section(rule.section, moment, words, about));
    }
    why.child(properties::chips(moment, words, about)).end()
}

fn happening(at: usize, it: &Happening, words: &Words) -> Html {
    let (class, sign) = match it.outcome {
        Some(Outcome::Accepted) => ("ok", "✓ "),
        Some(Outcome::Refused) => ("no", "✗ "),
        Some(Outcome::Ignored) => ("ignored", "– "),
        Some(Outcome::Done) | None => ("", ""),
    };
    let title = el("h2")
        .with(classed("span", class).text(sign))
        .text(&words.say(&it.title));
    let mut section = classed("section", "happening")
        .key(&at.to_string())
        .with(title);
    if let Some(why) = &it.why {
        section = section.with(el("p").text(&words.say(why)));
    }
    if let Some(comparison) = &it.comparison {
        section = section.child(compared(comparison, class, words));
    }
    if let Some(rule) = it.rule {
        section = section.with(classed("p", "cite").text(&words.citations(rule.citations)));
    }
    section.end()
}

/// The two sides of the inequality, and the inequality itself.
pub(in crate::app) fn compared(
    comparison: &Comparison,
    class: &'static str,
    words: &Words,
) -> Html {
    let side = |name: &str| el("dt").text(words.t(&format!("side.{name}")));
    classed("dl", "compared")
        .with(side(comparison.left_name))
        .with(el("dd").text(&words.datum(&comparison.left)))
        .with(side(comparison.right_name))
        .with(el("dd").text(&words.datum(&comparison.right)))
        .with(
            el("dd")
                .put("class", classes("inequality", &[(true, class)]))
                .text(&words.inequality(comparison)),
        )
        .end()
}
