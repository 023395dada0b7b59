//! The lecture: large type and few controls, panels that can be hidden, a black-out, a pointer, and
//! scenes, which are prepared moments in an order. Only the full program has any of it.

mod bar;
mod keys;
mod list;
mod pointer;

pub(super) use bar::{bar, black};
pub(super) use keys::{KEYS, read as key, read_in_the_dark as key_in_the_dark};
pub(super) use list::dialog;

use super::host;
use crate::share::scenes::{self, SCENES_MAX, Scene, title};
use pointer::Pointer;

/// What concerns the lecture, of all that can happen to the page.
#[derive(Clone)]
pub(super) enum Lecture {
    /// It begins or ends.
    Toggle,
    /// A panel is hidden, or shown again.
    Hide(Part),
    /// The page fills the screen.
    FullScreen,
    Next,
    Previous,
    /// To the scene at this place.
    Go(usize),
    /// Back to the scene as it was prepared.
    Prepared,
    /// The same; and where it is so already, to the scene before.
    Again,
    /// The moment on stage becomes a scene, with this title.
    Add(String),
    Rename(usize, String),
    /// The scene at this place moves up or down by one.
    Move(usize, Way),
    Delete(usize),
    /// The list as it was before the last scene was deleted, or before a file was opened.
    Undo,
    Save,
}

/// Where a scene moves in the list.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Way {
    Up,
    Down,
}

/// What finds the bar.
pub(super) const BAR: &str = ".lecture";

/// A part of the page that can be hidden.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Part {
    Top,
    Side,
    Bottom,
}

impl Part {
    pub(super) const ALL: [Self; 3] = [Self::Top, Self::Side, Self::Bottom];

    /// The word by which the style sheet knows it.
    fn word(self) -> &'static str {
        match self {
            Self::Top => "top",
            Self::Side => "side",
            Self::Bottom => "bottom",
        }
    }

    /// What finds it on the page.
    pub(super) fn selector(self) -> &'static str {
        match self {
            Self::Top => ".top",
            Self::Side => ".side",
            Self::Bottom => ".bottom",
        }
    }

    /// The id of the button that hides it.
    fn button(self) -> &'static str {
        match self {
            Self::Top => "hide-top",
            Self::Side => "hide-side",
            Self::Bottom => "hide-bottom",
        }
    }
}

/// The lecture, and its scenes.
#[derive(Default)]
pub(super) struct Lecturer {
    /// Whether it is on.
    pub(super) on: bool,
    hidden: Vec<Part>,
    pointer: Option<Pointer>,
    pub(super) scenes: Vec<Scene>,
    /// The scene that was gone to last.
    pub(super) at: Option<usize>,
    /// The list before the last scene was deleted, or before a file was opened.
    undo: Option<(Vec<Scene>, Option<usize>)>,
    /// Whether the list has changed since it was saved.
    unsaved: bool,
    /// What gets the focus once it is drawn.
    pub(super) focus: Option<String>,
}

impl Lecturer {
    /// It begins, with the top bar hidden; or it ends, and everything is there again.
    pub(super) fn toggle(&mut self) {
        self.on = !self.on;
        self.hidden = Vec::new();
        if self.on {
            self.hidden.push(Part::Top);
        }
        self.pointer = self.on.then(Pointer::new);
        host::set_page_attribute("data-lecture", self.on.then_some(""));
        self.show_parts();
    }

    /// Whether a part of the page is to be seen.
    pub(super) fn shows(&self, part: Part) -> bool {
        !self.hidden.contains(&part)
    }

    /// Hides a part or shows it again. Where the focus was in what goes, the button that brings it
    /// back gets it.
    pub(super) fn hide(&mut self, part: Part) {
        if self.shows(part) {
            if host::focus_is_within(part.selector()) {
                host::focus(part.button());
            }
            self.hidden.push(part);
        } else {
            self.hidden.retain(|it| *it != part);
        }
        self.show_parts();
    }

    fn show_parts(&self) {
        let words: Vec<_> = self.hidden.iter().map(|part| part.word()).collect();
        let words = words.join(" ");
        host::set_page_attribute("data-hide", Some(&*words).filter(|it| !it.is_empty()));
    }

    /// The place of the next scene, or of the one before; nothing where there is none.
    pub(super) fn beside(&self, forward: bool) -> Option<usize> {
        let place = match (self.at, forward) {
            (None, true) => Some(0),
            (Some(at), true) => Some(at + 1),
            (at, false) => at?.checked_sub(1),
        };
        place.filter(|place| *place < self.scenes.len())
    }

    /// Adds a scene behind the one that was gone to last, and goes to it. Where a file would have no
    /// room for it, the key of the sentence that says so.
    pub(super) fn add(&mut self, scene: Scene) -> Result<(), &'static str> {
        if self.scenes.len() == SCENES_MAX {
            return Err("lecture.too_many");
        }
        if scene.run.total() > scenes::room(&self.scenes) {
            return Err("lecture.too_long");
        }
        let place = self.at.map_or(self.scenes.len(), |at| at + 1);
        self.scenes.insert(place, scene);
        self.at = Some(place);
        self.unsaved = true;
        Ok(())
    }

    pub(super) fn rename(&mut self, place: usize, typed: &str) {
        if let (Some(scene), Some(title)) = (self.scenes.get_mut(place), title(typed)) {
            scene.title = title;
            self.unsaved = true;
        }
    }

    /// Moves a scene by one place; the focus goes with it.
    pub(super) fn move_by_one(&mut self, place: usize, way: Way) {
        let other = match way {
            Way::Up => place.checked_sub(1),
            Way::Down => Some(place + 1),
        };
        let Some(other) = other.filter(|it| *it < self.scenes.len()) else {
            return;
        };
        self.scenes.swap(place, other);
        self.at = self.at.map(|at| match at {
            _ if at == place => other,
            _ if at == other => place,
            elsewhere => elsewhere,
        });
        self.unsaved = true;
        self.focus = Some(list::mover(other, way));
    }

    pub(super) fn delete(&mut self, place: usize) {
        if place >= self.scenes.len() {
            return;
        }
        self.undo = Some((self.scenes.clone(), self.at));
        self.scenes.remove(place);
        self.at = match self.at {
            Some(at) if at > place => Some(at - 1),
            // The next scene is then the one that came after it.
            Some(at) if at == place => at.checked_sub(1),
            other => other,
        };
        self.unsaved = true;
        self.focus = Some(list::UNDO.to_owned());
    }

    /// Takes the scenes of a file in the place of those that are there.
    pub(super) fn replace(&mut self, scenes: Vec<Scene>) {
        let before = std::mem::replace(&mut self.scenes, scenes);
        if !before.is_empty() {
            self.undo = Some((before, self.at));
        }
        self.at = None;
        self.unsaved = false;
    }

    pub(super) fn undo(&mut self) {
        if let Some((scenes, at)) = self.undo.take() {
            self.scenes = scenes;
            self.at = at;
            self.unsaved = true;
            self.focus = Some(list::TITLE.to_owned());
        }
    }

    pub(super) fn saved(&mut self) {
        self.unsaved = false;
    }
}
