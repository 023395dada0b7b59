//! Searching from the page, and the runs that are found.

use super::{Lab, More};
use crate::app::dialog::Dialog;
use crate::app::panel::Panel;
use crate::app::search::{Aim, Asked, End, Find, Found, News};
use crate::app::{FULL, host, transport};
use crate::share::Run;
use crate::view::{Session, reopen};

/// How many runs are kept to come back to.
const KEPT_MAX: usize = 8;

impl Lab {
    /// Loads the prepared searches of a protocol that has any.
    pub(super) fn load_prepared(&self, protocol: &'static str) {
        let name = format!("searches/{protocol}.json");
        if !self.finder.lacks(protocol) || !host::lists(&name) {
            return;
        }
        let send = self.send.clone();
        wasm_bindgen_futures::spawn_local(async move {
            let file = host::load(&name).await;
            send.emit(More::Find(Find::Prepared(protocol, file)).into());
        });
    }

    /// Does what concerns a search; says whether the page has to be drawn anew.
    pub(super) fn find(&mut self, find: Find) -> bool {
        match find {
            Find::Prepared(protocol, file) => self.finder.prepare(protocol, file),
            Find::Variant(variant) => {
                let protocol = self.session.about().key;
                let prepared = self.finder.prepared(protocol, variant).cloned();
                if let Some(prepared) = prepared {
                    self.begin(&prepared.request, prepared.aim, true, None);
                    self.dialog = Dialog::Search;
                }
            }
            Find::Form(typed) => match self.finder.form.send(typed, &self.words, &self.session) {
                Ok(Asked {
                    request,
                    aim,
                    seconds,
                }) => self.begin(&request.to_json(), aim, false, seconds),
                Err(field) => host::focus(&field),
            },
            Find::Save(typed) => match self.finder.form.send(typed, &self.words, &self.session) {
                Ok(asked) => {
                    if !host::download("quorumscope-search.json", &asked.request.to_json()) {
                        self.complain("ui.save_failed");
                    }
                }
                Err(field) => host::focus(&field),
            },
            Find::Carrier(count, Ok(())) => {
                let said = self
                    .send
                    .reform(move |(kind, text)| More::Find(Find::Said(count, kind, text)).into());
                self.finder.carry(count, said);
                return false;
            }
            Find::Carrier(count, Err(error)) => {
                host::close_dialog();
                host::fail("worker", &error);
                return self.find(Find::Said(count, "failed".into(), error));
            }
            Find::Said(count, kind, text) => match self.finder.hear(count, &kind, &text) {
                News::None => return false,
                News::Draw => {}
                News::Found(run) => self.show_found(&run),
                News::Failed => self.dialog = Dialog::None,
            },
            Find::Stop => self.finder.stop(),
            Find::Again => {
                self.finder.leave();
                if self.finder.of_variant {
                    self.dialog = Dialog::BreakRule;
                }
            }
            Find::Return => self.return_from_found(),
            Find::HideStrip => {
                let protocol = self.session.about().key;
                let found = self.found.iter_mut();
                let here = |it: &&mut Found| it.before.about().key == protocol;
                if let Some(found) = found.rev().find(here) {
                    found.told = false;
                }
                host::focus(transport::STEP);
            }
        }
        true
    }

    /// Begins the search of the open challenge.
    pub(super) fn find_challenge(&mut self) {
        let tried = self.learner.tried.as_ref();
        let Some(request) = tried.and_then(|it| it.challenge.search.as_ref()) else {
            return;
        };
        let about = self.session.about();
        let (text, aim) = (request.to_json(), Aim::of(&request.goal, about));
        self.finder.form.open(about.key);
        self.begin(&text, aim, false, None);
        self.dialog = Dialog::Search;
    }

    fn begin(&mut self, request: &str, aim: Aim, of_variant: bool, seconds: Option<u32>) {
        let count = self.finder.begin(request, aim, of_variant, seconds);
        let send = self.send.clone();
        wasm_bindgen_futures::spawn_local(async move {
            let loaded = host::load_search().await;
            send.emit(More::Find(Find::Carrier(count, loaded)).into());
        });
    }

    /// Puts the run that was found on stage, at its first moment.
    fn show_found(&mut self, text: &str) {
        let opened = Run::from_json(text).and_then(|run| reopen(&run));
        let mut session = match opened {
            Ok(opened) if opened.stopped.is_none() && self.is_of_stage(&opened.session) => {
                opened.session
            }
            _ => {
                let refused = End::Refused("the run found does not open".into());
                return self.finder.end(refused, Default::default());
            }
        };
        let actions = session.length();
        if actions == 0 {
            return self.finder.end(End::AlreadySo, Default::default());
        }
        let mut aim = self.finder.aim;
        if aim == Aim::Loss {
            session.seek(actions);
            let moment = session.moment();
            let lost = moment.violations.first();
            aim = lost.map_or(aim, |violation| Aim::LossOf(violation.property));
            session.seek(0);
        }
        self.dialog = Dialog::None;
        // The next thing to do, once the dialogue has gone.
        self.opener = host::html_element(transport::STEP);
        self.put_on_stage_keeping(session, aim, actions);
    }

    fn put_on_stage_keeping(&mut self, session: Session, aim: Aim, actions: usize) {
        let prepared = !session.scenario().prepared.is_empty();
        let Some(before) = self.put_on_stage(session) else {
            return;
        };
        self.forget_deeds();
        self.finder.reveal = true;
        if self.found.len() == KEPT_MAX {
            self.found.remove(0);
        }
        self.found.push(Found {
            before,
            aim,
            actions,
            prepared,
            told: true,
        });
    }

    fn is_of_stage(&self, session: &Session) -> bool {
        session.about().key == self.session.about().key
    }

    /// The latest run found of the protocol on stage.
    pub(super) fn found_here(&self) -> Option<&Found> {
        let protocol = self.session.about().key;
        let mut found = self.found.seen()?.iter().rev();
        found.find(|it| it.before.about().key == protocol)
    }

    /// Shows what was on stage before the latest run that was found.
    fn return_from_found(&mut self) {
        let protocol = self.session.about().key;
        let here = |it: &Found| it.before.about().key == protocol;
        if let Some(at) = self.found.iter().rposition(here) {
            let found = self.found.remove(at);
            self.put_on_stage(found.before);
            self.forget_deeds();
            // What was lost in the run that was found has shown its own panel.
            if self.learner.tried.is_some() {
                self.panel = Panel::Lesson;
            }
            host::focus(transport::STEP);
        }
    }

    /// A run was begun or opened by hand, in the place of those that were found.
    pub(super) fn forget_found(&mut self, session: &Session) {
        if FULL {
            let protocol = session.about().key;
            self.found.retain(|it| it.before.about().key != protocol);
        }
    }
}
