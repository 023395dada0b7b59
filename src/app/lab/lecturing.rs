//! Lecturing: what the lecture does to the page and to the run on stage.

use super::{Lab, More};
use crate::app::dom::{El, classed};
use crate::app::host::{self, pointing, sharing};
use crate::app::lecture::{self, Lecture, Part};
use crate::app::{FULL, transport};
use crate::share::scenes::{self, Scene, ScenesError};
use crate::view::Sentence;

impl Lab {
    /// Does what concerns the lecture; says whether the page has to be drawn anew.
    pub(super) fn lecture(&mut self, lecture: Lecture) -> bool {
        // Without scenes the curtain stays down: nobody would see what comes of it.
        let is_black = self.dialog == super::Dialog::Black;
        if is_black && self.lecturer.scenes.is_empty() {
            return false;
        }
        self.notice = None;
        match lecture {
            Lecture::Toggle => {
                let goes = match self.lecturer.on {
                    true => lecture::BAR,
                    false => Part::Top.selector(),
                };
                if host::focus_is_within(goes) {
                    self.lecturer.focus = Some(transport::STEP.into());
                }
                self.lecturer.toggle();
                self.show_theme();
            }
            Lecture::Hide(part) => self.lecturer.hide(part),
            Lecture::FullScreen => {
                sharing::fill_screen();
                return false;
            }
            Lecture::Again if self.is_as_prepared() => self.go_beside(false),
            Lecture::Again => return self.lecture(Lecture::Prepared),
            Lecture::Next => self.go_beside(true),
            Lecture::Previous => self.go_beside(false),
            Lecture::Go(place) => self.go_to_scene(place),
            Lecture::Prepared => match self.lecturer.at {
                Some(place) => self.go_to_scene(place),
                None => self.complain("lecture.no_scene_yet"),
            },
            Lecture::Add(typed) => {
                let title = scenes::title(&typed).unwrap_or_else(|| self.own_title());
                let run = self.session.run_with_trail();
                if let Err(key) = self.lecturer.add(Scene { title, run }) {
                    self.complain(key);
                }
            }
            Lecture::Rename(place, typed) => self.lecturer.rename(place, &typed),
            Lecture::Move(place, way) => self.lecturer.move_by_one(place, way),
            Lecture::Delete(place) => self.lecturer.delete(place),
            Lecture::Undo => self.lecturer.undo(),
            Lecture::Save => {
                let text = scenes::write(&self.lecturer.scenes);
                match host::download("quorumscope-scenes.json", &text) {
                    true => self.lecturer.saved(),
                    false => self.complain("ui.save_failed"),
                }
            }
        }
        true
    }

    /// What a scene is called that nobody has named.
    fn own_title(&self) -> String {
        let protocol = format!("protocol.{}", self.session.about().key);
        let position = self.session.position().to_string();
        let args = [
            ("protocol", self.words.t(&protocol)),
            ("position", &position),
        ];
        self.words.fill("lecture.own_title", &args)
    }

    /// Whether what is on stage is the scene that was gone to, and nothing has been done since.
    fn is_as_prepared(&self) -> bool {
        let scene = self.lecturer.at.and_then(|at| self.lecturer.scenes.get(at));
        scene.is_some_and(|scene| {
            let run = self.session.run();
            run.actions == scene.run.actions && run.cursor == scene.run.cursor
        })
    }

    fn go_beside(&mut self, forward: bool) {
        // Where there is no such scene, the page has to be seen to say so.
        if self.dialog == super::Dialog::Black {
            self.close_dialog();
        }
        match self.lecturer.beside(forward) {
            Some(place) => self.go_to_scene(place),
            None if self.lecturer.scenes.is_empty() => self.complain("lecture.no_scenes"),
            None if forward => self.complain("lecture.last"),
            None => self.complain("lecture.first"),
        }
    }

    /// Shows a scene as it was prepared. What was on stage can be returned to.
    fn go_to_scene(&mut self, place: usize) {
        let Some(scene) = self.lecturer.scenes.get(place).cloned() else {
            return;
        };
        self.close_dialog();
        if self.open_run(&scene.run, More::Lecture(Lecture::Go(place)).into()) {
            self.lecturer.at = Some(place);
        }
    }

    /// Takes the scenes of a file.
    pub(super) fn open_scenes(&mut self, text: &str) {
        match scenes::read(text) {
            Ok(scenes) => {
                self.lecturer.replace(scenes);
                self.dialog = super::Dialog::Scenes;
            }
            Err(error) => {
                let sentence = match error {
                    ScenesError::File(error) => super::opening::file_error(&error),
                    ScenesError::TooMany => Sentence::new("lecture.too_many"),
                    ScenesError::BadTitle(number) => {
                        Sentence::new("lecture.bad_title").with("number", number as u32)
                    }
                    ScenesError::BadRun(number, _) => {
                        Sentence::new("lecture.bad_scene").with("number", number as u32)
                    }
                };
                self.notice = Some(self.words.say(&sentence));
            }
        }
    }

    /// Whether a lecture is given.
    pub(super) fn lectures(&self) -> bool {
        FULL && self.lecturer.on
    }

    /// What the lecture adds to the page.
    pub(super) fn lecture_view(&self) -> Vec<yew::Html> {
        if !self.lectures() {
            return Vec::new();
        }
        let dot = classed("div", "dot").set("id", pointing::DOT);
        let dot: El = dot.set("aria-hidden", "true").set("hidden", "");
        let bar = lecture::bar(&self.lecturer, &self.words, &self.send);
        vec![bar, dot.key(pointing::DOT).end()]
    }
}
