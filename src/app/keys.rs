//! The keys of the lab. A focused control gets its own keys first.

use wasm_bindgen::JsCast;
use web_sys::{Element, HtmlElement, KeyboardEvent};

use super::FULL;
use super::compare::Compare;
use super::diagram::Draw;
use super::dialog::Dialog;
use super::host;
use super::lab::{More, Msg};
use super::lecture::{self, Lecture};
use super::undo::Retrace;

/// Reads a key press; nothing where it belongs to somebody else.
pub(super) fn read(
    event: &KeyboardEvent,
    shortcuts: bool,
    dialog: Dialog,
    lecturing: bool,
) -> Option<Msg> {
    if event.default_prevented() || event.alt_key() {
        return None;
    }
    let name = event.key();
    if name == "Tab" {
        host::tabs();
    }
    let with_control = event.ctrl_key() || event.meta_key();
    let retraces = with_control && name.eq_ignore_ascii_case("z");
    if with_control && !retraces {
        return None;
    }
    if name == "Escape" {
        return Some(Msg::Dismiss);
    }
    let focus = event.target().and_then(|it| it.dyn_into::<Element>().ok());
    if FULL && dialog == Dialog::Black {
        return lecture::key_in_the_dark(&name, shortcuts);
    }
    if dialog != Dialog::None || focus.as_ref().is_some_and(|it| keeps(it, &name)) {
        return None;
    }
    let retrace = || match event.shift_key() {
        true => More::Retrace(Retrace::Again).into(),
        false => More::Retrace(Retrace::Back).into(),
    };
    if retraces {
        return Some(retrace());
    }
    if FULL {
        let key = lecture::key(&name, event.shift_key(), shortcuts, lecturing);
        if key.is_some() {
            return key;
        }
    }
    let key = match name.as_str() {
        "u" | "U" => return Some(retrace()).filter(|_| shortcuts),
        "ArrowLeft" | "PageUp" => Msg::Back,
        "ArrowRight" | "PageDown" | " " => Msg::Step,
        "Enter" => Msg::RunPause,
        single => return read_single(single).filter(|_| shortcuts),
    };
    Some(key)
}

/// The keys that are one character, which can be switched off (WCAG 2.1.4).
fn read_single(name: &str) -> Option<Msg> {
    Some(match name {
        "k" | "K" => Msg::Kill,
        "d" | "D" => Msg::DropMessage,
        "p" | "P" => Msg::CutOff,
        "o" | "O" => More::Compare(Compare::Other).into(),
        "v" | "V" => Msg::SwitchEyes,
        "t" | "T" => More::Diagram(Draw::Toggle).into(),
        "?" => Msg::Show(Dialog::Help),
        "l" | "L" => More::Lecture(Lecture::Toggle).into(),
        "s" | "S" => Msg::Show(Dialog::Share),
        digit => Msg::ChooseNth(digit.parse().ok().filter(|it| (1..=9).contains(it))?),
    })
}

/// Whether Space steps though something has the focus: a thing on the stage that is chosen already, or
/// whatever was clicked and not tabbed to. Whoever just did something wants to see what comes of it.
pub(super) fn goes_on(focus: &Element) -> bool {
    if host::points() {
        // Firefox presses a button that has the focus when the key comes up, whatever became of it.
        if let Some(button) = focus.dyn_ref::<HtmlElement>() {
            button.blur().ok();
        }
        return true;
    }
    focus.tag_name() == "g" && focus.get_attribute("aria-pressed").as_deref() == Some("true")
}

/// Whether the control that has the focus uses this key itself.
fn keeps(focus: &Element, name: &str) -> bool {
    match focus.tag_name().to_ascii_lowercase().as_str() {
        "input" | "select" | "textarea" => true,
        "button" | "a" | "summary" | "g" => {
            let tab = focus.get_attribute("role").as_deref() == Some("tab");
            name == "Enter" || name == " " && !goes_on(focus) || tab && name.starts_with("Arrow")
        }
        // A panel that scrolls: it keeps the keys that scroll.
        "div" => matches!(name, " " | "PageUp" | "PageDown"),
        _ => false,
    }
}
