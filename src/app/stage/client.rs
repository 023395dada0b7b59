//! One client on the stage, with what it was told last.

use yew::prelude::*;

use crate::app::words::Words;
use crate::view::ClientCard;
use crate::view::geometry::{Point, translate};

/// The most characters of a value shown under a client.
const VALUE_CHARS: usize = 10;

#[derive(Properties, PartialEq)]
pub(super) struct Props {
    pub(super) card: ClientCard,
    pub(super) at: Point,
    pub(super) words: Words,
}

#[component]
pub(super) fn ClientMark(props: &Props) -> Html {
    let Props { card, words, .. } = props;
    let short = |text: &str| text.chars().take(VALUE_CHARS).collect::<String>();
    let last = card.history.last();
    let told = match last.map(|it| (&it.command, &it.told)) {
        None => String::new(),
        Some((command, None)) => format!("{} …", short(command.as_str())),
        Some((_, Some((_, Some(result))))) => format!("✓ {}", short(result.as_str())),
        Some((_, Some((_, None)))) => "✓".into(),
    };
    let state = match last {
        None => words.t("ui.client_idle").to_owned(),
        Some(exchange) => {
            let command = exchange.command.to_string();
            match &exchange.told {
                None => words.fill("ui.client_waits", &[("value", &command)]),
                Some((_, result)) => {
                    let result = words.datum(&result.clone().into());
                    words.fill(
                        "ui.client_told",
                        &[("value", &command), ("result", &result)],
                    )
                }
            }
        }
    };
    let id = card.id.to_string();
    html! {
        <g id={format!("client-{id}")} role="img" class={classes!("client", card.waiting.then_some("waiting"))}
            aria-label={words.fill("ui.client_label", &[("client", &id), ("state", &state)])}
            transform={translate(props.at)}>
            <title>{ state }</title>
            <rect x="-22" y="-15" width="44" height="30" rx="5" />
            <text class="name" y="5" text-anchor="middle">{ id }</text>
            <text class="told" y="30" text-anchor="middle">{ told }</text>
        </g>
    }
}
