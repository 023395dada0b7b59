//! The keys of the lecture, among them those that a presenter's remote sends: PageUp, PageDown,
//! a full stop or B for the black-out, F5 and Escape.

use super::{Lecture, Part};
use crate::app::dialog::Dialog;
use crate::app::lab::{More, Msg};

/// What Help says of them.
pub(in crate::app) const KEYS: [(&str, &str); 10] = [
    ("L", "lecture.key_toggle"),
    (". B", "lecture.key_black"),
    (". PageDown", "lecture.key_black_next"),
    (". PageUp", "lecture.key_black_back"),
    ("N  Shift+PageDown", "lecture.key_next"),
    ("Shift+N  Shift+PageUp", "lecture.key_previous"),
    ("R", "lecture.key_prepared"),
    ("H I J", "lecture.key_hide"),
    ("F5", "lecture.key_full_screen"),
    ("S", "lecture.key_share"),
];

/// Reads a key press. Keys that are one character can be switched off; some are keys only while the
/// lecture is on.
pub(in crate::app) fn read(name: &str, shift: bool, shortcuts: bool, on: bool) -> Option<Msg> {
    let lecture = match (name, shift) {
        ("PageDown", true) => Lecture::Next,
        ("PageUp", true) => Lecture::Previous,
        ("F5", _) if on => Lecture::FullScreen,
        _ if !shortcuts => return None,
        ("n", _) => Lecture::Next,
        ("N", _) => Lecture::Previous,
        ("r" | "R", _) => Lecture::Prepared,
        ("." | "b" | "B", _) if on => return Some(Msg::Show(Dialog::Black)),
        ("h" | "H", _) if on => Lecture::Hide(Part::Top),
        ("i" | "I", _) if on => Lecture::Hide(Part::Side),
        ("j" | "J", _) if on => Lecture::Hide(Part::Bottom),
        _ => return None,
    };
    Some(More::Lecture(lecture).into())
}

/// Reads a key press while the page is black: a remote has no other key to spare, and between two
/// scenes a room looks at whoever speaks.
pub(in crate::app) fn read_in_the_dark(name: &str, shortcuts: bool) -> Option<Msg> {
    let lecture = match name {
        "PageDown" | "ArrowRight" => Lecture::Next,
        "PageUp" | "ArrowLeft" => Lecture::Again,
        "." | "b" | "B" if shortcuts => return Some(Msg::Dismiss),
        _ => return None,
    };
    Some(More::Lecture(lecture).into())
}
