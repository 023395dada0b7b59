//! What can only be said of a lesson's file by playing it.

use std::rc::Rc;

use super::lesson::{FileError, Lesson};
use super::player::{Player, Stuck};
use crate::share::json::Json;
use crate::view::Session;

impl Lesson {
    /// Reads a lesson's file, and plays it: what a beat asks has to come up in it.
    ///
    /// # Errors
    ///
    /// Where and why it is no lesson, or which question never comes up.
    pub fn check(file: &str, text: &str) -> Result<Self, FileError> {
        let lesson = Rc::new(Self::read(file, text)?);
        let Some((beat, kind)) = never_asked(&lesson) else {
            return Ok(Rc::unwrap_or_clone(lesson));
        };
        let said = &lesson.beats[beat].text;
        Err(FileError {
            file: file.to_owned(),
            place: Json::place(text, &format!("beats.{}.predict", beat + 1)),
            problem: format!("no question “{kind}” comes up while “{said}” lasts"),
        })
    }
}

/// The first beat that never asks what it should, by its place, and the kind. A lesson that cannot be
/// played further has none from there on: why it cannot is the player's to say.
fn never_asked(lesson: &Rc<Lesson>) -> Option<(usize, &'static str)> {
    let (mut player, mut session) = Player::at(lesson.clone(), 0).ok()?;
    loop {
        let place = player.place();
        if let Some(wanted) = &player.beat().predict {
            let kind = wanted.kind;
            if !comes_to_ask(&mut player, &mut session).ok()? {
                return Some((place, kind));
            }
        }
        if player.is_last() {
            return None;
        }
        if player.place() == place {
            player.play(&mut session).ok()?;
        }
    }
}

/// Does what a beat asks for up to its question; says whether there is one.
fn comes_to_ask(player: &mut Player, session: &mut Session) -> Result<bool, Stuck> {
    let place = player.place();
    if player.asked(session).is_none() && player.beat().until.is_some() {
        player.help(session)?;
    }
    Ok(player.place() == place && player.asked(session).is_some())
}
