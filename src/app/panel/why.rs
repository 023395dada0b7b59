//! Why: what the last step was, in words, with the numbers that decided it.

use yew::prelude::*;

use super::{properties, rules};
use crate::app::words::Words;
use crate::protocol::About;
use crate::protocol::{Comparison, Outcome};
use crate::view::{Happening, Moment};

pub(super) fn view(moment: &Moment, words: &Words, about: &'static About) -> Html {
    if moment.happened.is_empty() {
        let says = format!("protocol.{}.says", about.key);
        return html! {
            <div class="why">
                <h2>{ words.t(&format!("protocol.{}", about.key)).to_owned() }</h2>
                <p>{ words.t(&says).to_owned() }</p>
                <p>{ words.t("ui.start_here").to_owned() }</p>
                { properties::chips(moment, words, about) }
            </div>
        };
    }
    let last_rule = moment.happened.iter().rev().find_map(|it| it.rule);
    html! {
        <div class="why">
            <div class="happened">
                { for moment.happened.iter().enumerate().map(|(at, it)| happening(at, it, words)) }
            </div>
            { match last_rule {
                Some(rule) => rules::section(rule.section, moment, words, about),
                None => html! { <></> },
            } }
            { properties::chips(moment, words, about) }
        </div>
    }
}

fn happening(at: usize, it: &Happening, words: &Words) -> Html {
    let (class, sign) = match it.outcome {
        Some(Outcome::Accepted) => ("ok", "✓ "),
        Some(Outcome::Refused) => ("no", "✗ "),
        Some(Outcome::Ignored) => ("quiet", "– "),
        Some(Outcome::Done) | None => ("", ""),
    };
    html! {
        <section key={at} class="happening">
            <h2><span class={class}>{ sign }</span>{ words.say(&it.title) }</h2>
            { match &it.why {
                Some(why) => html! { <p>{ words.say(why) }</p> },
                None => html! { <></> },
            } }
            { match &it.comparison {
                Some(comparison) => compared(comparison, class, words),
                None => html! { <></> },
            } }
            { match it.rule {
                Some(rule) => html! { <p class="cite">{ words.citations(rule.citations) }</p> },
                None => html! { <></> },
            } }
        </section>
    }
}

/// The two sides of the inequality, and the inequality itself.
fn compared(comparison: &Comparison, class: &'static str, words: &Words) -> Html {
    let side = |name: &str| words.t(&format!("side.{name}")).to_owned();
    html! {
        <dl class="compared">
            <dt>{ side(comparison.left_name) }</dt><dd>{ words.datum(&comparison.left) }</dd>
            <dt>{ side(comparison.right_name) }</dt><dd>{ words.datum(&comparison.right) }</dd>
            <dd class={classes!("inequality", class)}>{ words.inequality(comparison) }</dd>
        </dl>
    }
}
