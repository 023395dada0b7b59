//! The bar at the bottom: step, back, run, the scrubber, and what Step will do.

use wasm_bindgen::JsCast;
use web_sys::{HtmlInputElement, HtmlSelectElement};
use yew::prelude::*;

use super::dialog::Dialog;
use super::lab::{Msg, RATES};
use super::words::{Shared, Words};
use crate::protocol::{MessageKind, Stride};
use crate::view::{Moment, Upcoming, UpcomingKind};
use crate::world::Action;

#[derive(Properties, PartialEq)]
pub(super) struct Props {
    pub(super) moment: Shared<Moment>,
    pub(super) words: Words,
    pub(super) running: bool,
    pub(super) speed: usize,
    pub(super) stride: Stride,
    pub(super) hash: String,
    pub(super) seed: u32,
    pub(super) send: Callback<Msg>,
}

#[component]
pub(super) fn Transport(props: &Props) -> Html {
    let Props {
        moment,
        words,
        send,
        ..
    } = props;
    let t = |key| words.t(key).to_owned();
    let on = |msg: fn() -> Msg| send.reform(move |_: MouseEvent| msg());
    let stride = match props.stride {
        Stride::Phase => "ui.next_phase",
        Stride::Milestone => "ui.next_election",
    };
    let at_start = moment.position == 0;
    html! {
        <footer class="bottom">
            <div class="transport">
                <div class="steps" role="group" aria-label={t("ui.steps")}>
                    <button type="button" aria-label={t("ui.first")} title={t("ui.first")}
                        aria-disabled={at_start.then_some("true")} onclick={on(|| Msg::First)}>{ "|◀" }</button>
                    <button type="button" aria-disabled={at_start.then_some("true")}
                        onclick={on(|| Msg::Back)}><span aria-hidden="true">{ "◀ " }</span>{ t("ui.back") }</button>
                    <button type="button" class="step" onclick={on(|| Msg::Step)}>
                        { t("ui.step") }<span aria-hidden="true">{ " ▶" }</span></button>
                    <button type="button" onclick={on(|| Msg::Stride)}>{ t(stride) }</button>
                    <button type="button" aria-pressed={props.running.to_string()}
                        onclick={on(|| Msg::RunPause)}>
                        { if props.running { t("ui.pause") } else { t("ui.run") } }</button>
                    { speed(props) }
                </div>
                <p class="next">{ next(moment.next.as_ref(), words) }</p>
                <p class="status">{ status(moment, words) }</p>
                <div class="faults" role="group" aria-label={t("ui.faults")}>
                    <button type="button" onclick={on(|| Msg::Kill)}>{ t("ui.kill_node") }</button>
                    <button type="button" onclick={on(|| Msg::DropMessage)}>{ t("ui.drop_message") }</button>
                    { more(props) }
                </div>
            </div>
            <div class="scrubber">
                <input type="range" min="0" max={moment.length.to_string()}
                    value={moment.position.to_string()}
                    aria-label={t("ui.scrubber")}
                    aria-valuetext={words.fill("ui.scrubber_value", &[
                        ("position", &moment.position.to_string()),
                        ("length", &moment.length.to_string()),
                    ])}
                    oninput={send.reform(|event: InputEvent| {
                        let input = event.target().and_then(|it| it.dyn_into::<HtmlInputElement>().ok());
                        let position = input.and_then(|it| it.value().parse().ok());
                        Msg::Seek(position.unwrap_or(0))
                    })} />
            </div>
        </footer>
    }
}

fn speed(props: &Props) -> Html {
    let words = &props.words;
    html! {
        <label class="speed">
            <span class="unseen">{ words.t("ui.speed").to_owned() }</span>
            <select title={words.t("ui.speed").to_owned()}
                onchange={props.send.reform(|event: Event| {
                    let select = event.target().and_then(|it| it.dyn_into::<HtmlSelectElement>().ok());
                    Msg::Speed(select.map_or(0, |it| it.selected_index().max(0) as usize))
                })}>
                { for (0..RATES.len()).map(|speed| {
                    let names = ["¼×", "½×", "1×", "2×", "8×"];
                    html! { <option key={speed} selected={speed == props.speed}>{ names[speed] }</option> }
                }) }
            </select>
        </label>
    }
}

/// What Step will do.
fn next(next: Option<&Upcoming>, words: &Words) -> Html {
    let Some(upcoming) = next else {
        return html! { <span>{ words.t("ui.next_nothing").to_owned() }</span> };
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
                what.push_str(&format!(" ({})", words.t(loss.key())));
            }
            (what, format!("{} → {}", card.id.from, card.id.to))
        }
    };
    html! { <><span>{ words.t("ui.next").to_owned() }{ " " }</span><b>{ what }</b>{ " " }<span>{ way }</span></> }
}

fn status(moment: &Moment, words: &Words) -> String {
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
    let time = words.fill("ui.time", &[("ms", &moment.now.to_string())]);
    let parts: Vec<String> = epoch.into_iter().chain([event, time]).collect();
    parts.join(" · ")
}

/// Everything else waits until it is asked for.
fn more(props: &Props) -> Html {
    let Props { words, send, .. } = props;
    let t = |key| words.t(key).to_owned();
    let item = |key: &'static str, msg: fn() -> Msg| {
        html! {
            <li key={key}><button type="button" onclick={send.reform(move |event: MouseEvent| {
                close_menu(&event);
                msg()
            })}>{ t(key) }</button></li>
        }
    };
    let opened = send.reform(|file| Msg::OpenFile(file));
    let onchange = Callback::from(move |event: Event| {
        let input = event
            .target()
            .and_then(|it| it.dyn_into::<HtmlInputElement>().ok());
        if let Some(input) = input {
            let file = input.files().and_then(|files| files.get(0));
            input.set_value("");
            if let Some(file) = file {
                opened.emit(file);
            }
        }
    });
    html! {
        <details class="more">
            <summary>{ t("ui.more") }<span aria-hidden="true">{ " ▾" }</span></summary>
            <ul>
                { item("ui.align", || Msg::Act(Action::Align)) }
                { item("ui.spread", || Msg::Act(Action::Spread)) }
                { item("ui.heal", || Msg::Act(Action::Heal)) }
                { item("ui.transcript", || Msg::Show(Dialog::Transcript)) }
                { item("ui.save", || Msg::Save) }
                <li key="open"><label class="file">{ t("ui.open") }
                    <input type="file" accept=".json,application/json" {onchange} /></label></li>
                { item("ui.fresh_seed", || Msg::FreshSeed) }
                <li key="about" class="about">{ words.fill("ui.run_about", &[
                    ("seed", &props.seed.to_string()), ("hash", &props.hash),
                ]) }</li>
            </ul>
        </details>
    }
}

fn close_menu(event: &MouseEvent) {
    let target = event
        .target()
        .and_then(|it| it.dyn_into::<web_sys::Element>().ok());
    let details = target.and_then(|it| it.closest("details").ok().flatten());
    if let Some(details) = details {
        details.remove_attribute("open").ok();
    }
}
