//! Lessons: opening and leaving them, and letting them see what happens on stage.

use std::rc::Rc;

use super::opening::file_error;
use super::{Lab, More};
use crate::app::dialog::Dialog;
use crate::app::lesson::{self, Entry, Files, Learn, Open, Tried};
use crate::app::panel::{self, Panel};
use crate::app::words::Language;
use crate::app::{FULL, host, transport};
use crate::protocol::registry;
use crate::share::RunError;
use crate::teach::{Challenge, Player, Seen, Verdict};
use crate::view::compare::Rival;
use crate::view::{Catalogue, Session, open};

impl Lab {
    /// Does what concerns a lesson; says whether the page has to be drawn anew.
    pub(super) fn learn(&mut self, learn: Learn) -> bool {
        match learn {
            Learn::Course(language, Ok(outline)) => {
                self.learner.outline = Some((language, outline));
            }
            Learn::Course(_, Err(_))
            | Learn::Loaded(_, _, _, Err(_))
            | Learn::Tried(_, _, Err(_)) => {
                self.dialog = Dialog::None;
                self.complain("lesson.failed");
            }
            Learn::Open(id, from) => {
                self.load_lesson(id, from);
                return false;
            }
            Learn::Loaded(id, from, language, Ok(files)) => {
                self.on_lesson(id, from, language, files);
            }
            Learn::Try(id) => {
                self.load_challenge(id);
                return false;
            }
            Learn::Tried(id, language, Ok((challenge, texts))) => {
                self.on_challenge(id, language, challenge, texts);
            }
            Learn::Hint => {
                if let Some(tried) = &mut self.learner.tried {
                    tried.hints += 1;
                }
            }
            Learn::Find => self.find_challenge(),
            Learn::Again => {
                if let Some(tried) = self.learner.tried.take() {
                    let language = self.words.language;
                    self.on_challenge(tried.id, language, tried.challenge, tried.texts);
                }
            }
            Learn::Predict => self.switch_predict(),
            Learn::Answer(choice) => self.answer_predict(choice),
            Learn::Ask => self.ask_next(),
            Learn::AnswerBeat(choice) => self.answer_beat(choice),
            Learn::Watch => self.watch(),
            Learn::GoOn => self.lesson_goes_on(|player, session| player.go_on(session).is_ok()),
            Learn::DoIt => self.lesson_goes_on(|player, session| player.help(session).is_ok()),
            Learn::To(beat) => self.come_to(beat),
            Learn::Term(key) => {
                let term = &mut self.learner.term;
                *term = Some(key).filter(|it| term.as_ref() != Some(it));
            }
            Learn::Lecturer => self.learner.lecturer = !self.learner.lecturer,
            Learn::Print => {
                host::print();
                return false;
            }
            Learn::Leave => self.leave_lesson(),
            Learn::Export => {
                let text = self.learner.progress.write();
                if !host::download("quorumscope-progress.json", &text) {
                    self.complain("ui.save_failed");
                }
            }
        }
        true
    }

    /// Adds the progress of a file, and shows what has come of it in the list.
    pub(super) fn add_progress(&mut self, text: &str) {
        match self.learner.add(text) {
            Ok(()) => {
                self.notice = None;
                self.dialog = Dialog::Lessons;
                self.load_course();
            }
            Err(RunError::Newer(version)) => {
                let error = RunError::Newer(version);
                self.notice = Some(self.words.say(&file_error(&error)));
            }
            Err(_) => self.complain("lesson.bad_progress"),
        }
    }

    /// Loads the course in the language of the page, unless it is there.
    pub(super) fn load_course(&self) {
        let language = self.words.language;
        let loaded = self.learner.outline.as_ref();
        if loaded.is_some_and(|(it, _)| *it == language) {
            return;
        }
        let send = self.send.clone();
        wasm_bindgen_futures::spawn_local(async move {
            let course = lesson::load_course(language).await;
            send.emit(More::Learn(Learn::Course(language, course)).into());
        });
    }

    fn load_challenge(&self, id: String) {
        let language = self.words.language;
        let send = self.send.clone();
        wasm_bindgen_futures::spawn_local(async move {
            let files = lesson::load_challenge(&id, language).await;
            send.emit(More::Learn(Learn::Tried(id, language, files)).into());
        });
    }

    /// A challenge begins; of one that is open already only the language has changed.
    fn on_challenge(
        &mut self,
        id: String,
        language: Language,
        challenge: Rc<Challenge>,
        texts: Rc<Catalogue>,
    ) {
        let same = |tried: &&mut Tried| tried.id == id;
        if let Some(tried) = self.learner.tried.as_mut().filter(same) {
            tried.texts = texts;
            return;
        }
        let Some(about) = registry::find(&challenge.scenario.protocol) else {
            return self.complain("lesson.failed");
        };
        if !self.words.has(about.key) {
            let again = Learn::Tried(id, language, Ok((challenge, texts)));
            self.after_words = Some(More::Learn(again).into());
            return self.load_words(self.words.language, about.key);
        }
        let Ok(session) = open(challenge.scenario.clone(), challenge.seed) else {
            return self.complain("lesson.failed");
        };
        self.take_stage(session);
        self.learner.open = None;
        self.learner.tried = Some(Tried {
            verdict: Verdict::Open(0),
            hints: 0,
            id,
            challenge,
            texts,
        });
    }

    /// Puts a run of a lesson or a challenge on stage. What was there before the first of them comes
    /// back when the last one is left.
    fn take_stage(&mut self, session: Session) {
        self.load_course();
        self.forget_found(&session);
        let home = self.session.about().key;
        let replaced = self.put_on_stage(session);
        if !self.learner.away {
            self.learner.before = replaced;
            self.learner.home = home;
        }
        self.learner.away = true;
        self.dialog = Dialog::None;
        self.opener = host::html_element(transport::STEP);
        self.panel = Panel::Lesson;
    }

    /// What the panels that only the full program has are about.
    pub(super) fn of_full(&self) -> panel::OfFull<'_> {
        let (words, send) = (&self.words, &self.send);
        let predict = self.learner.seen().and_then(|it| it.predict.as_ref());
        let lesson = || lesson::view(&self.learner, self.session.first(), words, send);
        panel::OfFull {
            parting: self.parting.seen().and_then(Option::as_ref),
            doubts: self.doubts.seen().filter(|_| self.session.pair().is_none()),
            lesson: FULL.then(lesson).flatten(),
            predict: predict.map(|it| it.view(&self.learner, &self.session, words, send)),
            some: if FULL { self.embedded.panels() } else { None },
        }
    }

    fn load_lesson(&self, id: String, from: Entry) {
        let language = self.words.language;
        let send = self.send.clone();
        wasm_bindgen_futures::spawn_local(async move {
            let files = lesson::load_lesson(&id, language).await;
            send.emit(More::Learn(Learn::Loaded(id, from, language, files)).into());
        });
    }

    /// The language of the page has changed: so do the lesson's texts.
    pub(super) fn translate_lesson(&self) {
        if self.learner.outline.is_some() {
            self.load_course();
        }
        if let Some(open) = &self.learner.open {
            self.load_lesson(open.id.clone(), Entry::Texts);
        }
        if let Some(tried) = &self.learner.tried {
            self.load_challenge(tried.id.clone());
        }
    }

    fn on_lesson(&mut self, id: String, from: Entry, language: Language, files: Files) {
        let key = match registry::find(&files.lesson.scenario.protocol) {
            Some(about) => about.key,
            None => return self.complain("lesson.failed"),
        };
        if language != self.words.language {
            return self.load_lesson(id, from);
        }
        if !self.words.has(key) {
            let again = Learn::Loaded(id, from, language, Ok(files));
            self.after_words = Some(More::Learn(again).into());
            return self.load_words(language, key);
        }
        let beat = match from {
            Entry::Start => 0,
            Entry::WhereLeft => self.learner.progress.beat(&id),
            Entry::At(beat) => files.lesson.place(&beat).unwrap_or(0),
            Entry::Texts => {
                let same = |open: &&mut Open| open.id == id;
                if let Some(open) = self.learner.open.as_mut().filter(same) {
                    open.texts = files.texts;
                }
                return;
            }
        };
        let Ok((player, session)) = Player::at(files.lesson, beat) else {
            return self.complain("lesson.failed");
        };
        self.take_stage(session);
        self.learner.tried = None;
        self.learner.open = Some(Open {
            id,
            player,
            texts: files.texts,
            stuck: false,
        });
        self.learner.remember();
        self.lesson_compares();
    }

    /// Lets the lesson go on by itself; the page around a figure sees each step of it.
    fn lesson_goes_on(&mut self, does: impl FnOnce(&mut Player, &mut Session) -> bool) {
        let before = self.session.position();
        self.lesson_does(does);
        if self.embedded.frame.embed && self.session.pair().is_none() {
            for position in before + 1..=self.session.position() {
                self.session.seek(position);
                self.embedded.stepped(&self.session);
            }
        }
    }

    /// Lets the lesson do something on stage. It moves one run, so a comparison ends before.
    fn lesson_does(&mut self, does: impl FnOnce(&mut Player, &mut Session) -> bool) {
        self.set_running(false);
        self.notice = None;
        if self.session.pair().is_some() {
            let left = self.session.take();
            self.put_on_stage(left);
        }
        let (Some(open), Some(session)) = (&mut self.learner.open, self.session.alone_mut()) else {
            return;
        };
        let place = open.player.place();
        open.stuck = !does(&mut open.player, session);
        if open.player.place() == place && open.player.asked(session).is_some() {
            self.learner.in_sight = Some(lesson::QUESTION);
        }
        self.learner.remember();
        self.show_lesson_run();
    }

    /// Comes back to a beat: in this run, if it is the lesson's, else in one of its own.
    fn come_to(&mut self, beat: usize) {
        let Some(open) = &mut self.learner.open else {
            return;
        };
        let alone = self.session.alone_mut();
        if alone.is_some_and(|session| open.player.is_of(session)) {
            return self.lesson_does(|player, session| player.come_to(beat, session).is_ok());
        }
        let Ok((player, session)) = Player::at(open.player.lesson().clone(), beat) else {
            return self.complain("lesson.failed");
        };
        open.player = player;
        open.stuck = false;
        self.learner.remember();
        self.put_on_stage(session);
        self.panel = Panel::Lesson;
        self.lesson_compares();
    }

    fn leave_lesson(&mut self) {
        self.learner.remember();
        self.learner.open = None;
        self.learner.tried = None;
        self.learner.lecturer = false;
        self.learner.away = false;
        match self.learner.before.take() {
            Some(session) => {
                self.put_on_stage(session);
            }
            None => self.change_protocol(self.learner.home),
        }
        self.panel = Panel::Why;
        host::focus(transport::STEP);
    }

    /// The lesson sees what the last step has led to. Where a beat is over, or its question has come
    /// up, the run stops, so that it can be read; says whether it does.
    pub(super) fn lesson_sees(&mut self) -> bool {
        let open = self.learner.open.as_mut();
        let (Some(open), Some(session)) = (open, self.session.alone_mut()) else {
            return false;
        };
        let seen = open.player.see(session);
        open.stuck = seen.is_err();
        let next = match seen {
            Ok(Seen::NextBeat) => true,
            Ok(Seen::Asks) => false,
            Ok(Seen::GoesOn) | Err(_) => return false,
        };
        self.set_running(false);
        // Who has the page ask before each step is not turned away from its question.
        if self.panel != Panel::Predict {
            self.panel = Panel::Lesson;
        }
        match next {
            true => {
                self.learner.remember();
                self.show_lesson_run();
            }
            false => self.learner.in_sight = Some(lesson::QUESTION),
        }
        true
    }

    /// What the header says of lessons.
    pub(super) fn lesson_name(&self) -> String {
        let lessons = self.words.t("ui.lessons");
        if !FULL {
            return format!("{lessons} ▾");
        }
        let open = self.learner.open.as_ref();
        let named = open
            .zip(self.learner.outline())
            .and_then(|(open, outline)| {
                let place = outline.course.place(&open.id)?.to_string();
                let count = outline.course.items().count().to_string();
                let title = outline.titles.get(&open.id);
                let args = [("place", &*place), ("count", &count), ("title", title)];
                Some(self.words.fill("lesson.chosen", &args))
            });
        format!("{} ▾", named.as_deref().unwrap_or(lessons))
    }

    /// Points at what the beat is about, as long as the run is the lesson's, and brings it into sight
    /// as the beat begins.
    pub(super) fn point(&mut self) {
        let open = self.learner.open.as_ref();
        let open = open.filter(|it| it.player.is_of(self.session.first()) && !it.stuck);
        let points = open.map_or(&[][..], |it| &it.player.beat().points[..]);
        let pointed = lesson::selectors(points, &self.moment, self.narrow_stage);
        // Mostly there is nothing, and no mark to look for on the whole page.
        if !pointed.is_empty() || self.learner.points {
            host::point_at(&pointed);
            self.learner.points = !pointed.is_empty();
        }
        if std::mem::take(&mut self.learner.begun) {
            host::reveal_pointed();
        }
        if let Some(selector) = self.learner.in_sight.take() {
            host::reveal_near(selector);
        }
    }

    /// The lesson has changed the run.
    fn show_lesson_run(&mut self) {
        self.hold_all();
        self.refresh();
        self.motion.jump(self.session.now() as f64);
        self.lesson_compares();
    }

    /// Opens the comparison that the beat has, as it begins.
    fn lesson_compares(&mut self) {
        let open = self.learner.open.as_ref().filter(|it| !it.stuck);
        if let Some(key) = open.and_then(|it| it.player.beat().compares()) {
            self.begin_comparison(Rival::Protocol(key));
        }
    }
}
