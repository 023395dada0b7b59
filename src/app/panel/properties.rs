//! Properties: what must hold, and the two facts that contradict where it does not.

use yew::prelude::*;

use crate::app::words::Words;
use crate::protocol::About;
use crate::protocol::{Property, Statement, Violation};
use crate::view::{Moment, Sentence};

fn violation<'a>(moment: &'a Moment, property: &Property) -> Option<&'a Violation> {
    moment.violations.iter().find(|it| it.property == property)
}

pub(super) fn view(moment: &Moment, words: &Words, about: &'static About) -> Html {
    let row = |property: &&'static Property| {
        let lost = violation(moment, property);
        let name = format!("property.{}", property.id);
        let says = format!("{name}.says");
        let (class, sign, state) = match lost {
            None => ("ok", "✓ ", "ui.holds"),
            Some(_) => ("no", "✗ ", "ui.lost"),
        };
        html! {
            <section key={property.id} class="property">
                <h2><span class={class}>{ sign }</span>{ words.t(&name).to_owned() }
                    { " " }<span class={classes!("verdict", class)}>{ words.t(state).to_owned() }</span></h2>
                <p>{ words.t(&says).to_owned() }</p>
                { match lost {
                    Some(violation) => facts(violation, words),
                    None => html! { <></> },
                } }
                <p class="cite">{ words.citations(property.citations) }</p>
            </section>
        }
    };
    html! { <div class="properties">{ for about.properties.iter().map(row) }</div> }
}

fn facts(violation: &Violation, words: &Words) -> Html {
    let say = |statement: &Statement| {
        words.say(&Sentence {
            key: format!("fact.{}", statement.key),
            args: statement.args.clone(),
        })
    };
    html! {
        <ul class="facts">
            <li>{ say(&violation.first) }</li>
            <li>{ say(&violation.second) }</li>
        </ul>
    }
}

/// All properties at a glance.
pub(super) fn chips(moment: &Moment, words: &Words, about: &'static About) -> Html {
    let chip = |property: &&'static Property| {
        let lost = violation(moment, property).is_some();
        let name = format!("property.{}", property.id);
        let (class, sign) = if lost { ("no", "✗") } else { ("ok", "✓") };
        html! {
            <li key={property.id} class={classes!("chip", class)}><span aria-hidden="true">{ sign }</span>
                <span class="unseen">{ words.t(if lost { "ui.lost" } else { "ui.holds" }).to_owned() }</span>
                <span>{ words.t(&name).to_owned() }</span></li>
        }
    };
    html! { <ul class="chips">{ for about.properties.iter().map(chip) }</ul> }
}
