//! The page as a figure: what the page around it wants, and what the code to put it there is.

use super::{Lab, Theme};
use crate::app::dom::{El, classed, el};
use crate::app::embed::{self, Embed};
use crate::app::host::{framing, sharing};
use crate::app::lesson::{Entry, Learn};
use crate::share::json::Json;
use crate::share::link;
use crate::share::message::{self, Command};

impl Lab {
    /// The options of the address are followed, once its link has opened.
    pub(super) fn begin_figure(&mut self) {
        *self.embedded = embed::Embedded::read();
        let frame = &self.embedded.frame;
        let beyond = frame.from > self.session.length();
        if beyond {
            let value = frame.from.to_string();
            self.notice = Some(embed::no_such_value(&self.words, "from", &value));
            self.embedded.frame.from = 0;
        }
        let frame = &self.embedded.frame;
        let start = match frame.from {
            0 => frame.within(self.session.position()),
            from => from,
        };
        self.session.seek(start);
        self.refresh();
        let said = self.embedded.complaints(&self.words);
        let said: Vec<_> = self.notice.take().into_iter().chain(said).collect();
        self.notice = Some(said.join(" ")).filter(|it| !it.is_empty());
        self.motion.jump(self.session.now() as f64);
        self.embedded.listen(&self.send);
        if let Some(lesson) = self.embedded.frame.lesson.clone() {
            self.learn(Learn::Open(lesson, Entry::Start));
        }
        self.follow_theme();
    }

    /// Does what concerns the figure; says whether the page has to be drawn anew.
    pub(super) fn embed(&mut self, embed: Embed) -> bool {
        match embed {
            Embed::Heard(text) => match message::read(&text) {
                None => return false,
                Some(Ok(command)) => self.command(command),
                Some(Err(error)) => {
                    let about = error.about();
                    let text = self.words.fill(error.key(), &[("about", &about)]);
                    self.answer_error(text);
                    return false;
                }
            },
            Embed::Changed => {
                self.follow_theme();
                self.embedded.tell_height();
            }
            Embed::Leave => {
                let link = link::write(&self.session.run_with_trail());
                if let (Ok(link), Some(address)) = (link, sharing::address()) {
                    framing::lead(embed::LEAVE, &(address + &link::fragment(&link)));
                }
                return false;
            }
            Embed::Make(make) => {
                let Some(link) = self.sharer.link() else {
                    return false;
                };
                let (runs, words) = (&self.session, &self.words);
                return (self.embedded.maker).respond(make, link, runs, words, &self.send);
            }
        }
        true
    }

    fn command(&mut self, command: Command) {
        match command {
            Command::Load(link) => {
                if let Err(error) = link::read(&link) {
                    let text = self.words.say(&super::opening::link_error(&error));
                    return self.answer_error(text);
                }
                // The start and the end were those of the other run.
                self.embedded.frame.from = 0;
                self.embedded.frame.to = None;
                self.open_link(link);
                self.embedded.moved(&self.session);
            }
            Command::Play => self.set_running(true),
            Command::Pause => self.set_running(false),
            Command::Step => self.step(),
            Command::Back => self.seek(self.session.position().saturating_sub(1)),
            Command::GoTo(position) => self.seek(position),
            Command::Theme(theme) => {
                self.embedded.frame.theme = Some(theme);
                self.follow_theme();
            }
            Command::On(name, condition) => {
                if !self.embedded.wait(name, condition, &self.session) {
                    self.answer_error(self.words.t("embed.error_waits").to_owned());
                }
            }
        }
    }

    fn answer_error(&self, text: String) {
        self.embedded.tell("error", [("text", Json::Text(text))]);
    }

    /// Takes the theme that the options name.
    pub(super) fn follow_theme(&mut self) {
        if let Some(dark) = self.embedded.dark() {
            self.theme = if dark { Theme::Dark } else { Theme::Light };
            self.show_theme();
        }
    }

    /// The whole figure: stage and panels, and one row.
    pub(super) fn figure(&self, middle: El) -> yew::Html {
        let notice = self.notice.as_deref().unwrap_or_default();
        let spoken = classed("p", "unseen").set("role", "status");
        classed("div", "lab")
            .with(middle)
            .child(self.part(|| self.figure_row()))
            .with(classed("p", "notice").set("role", "alert").text(notice))
            .with(spoken.set("aria-live", "polite").text(&self.spoken()))
            .child(self.part(|| self.dialog_view()))
            .end()
    }

    /// The row of controls, in the place of the bar.
    fn figure_row(&self) -> yew::Html {
        let home = sharing::address().map(|address| (address, framing::fragment()));
        embed::row(
            &self.embedded.frame,
            &self.moment,
            self.running,
            home,
            &self.words,
            &self.send,
        )
    }

    /// The dialogue for sending opens: the link of the moment is made, and its words for the code.
    pub(super) fn open_share(&mut self) {
        self.sharer.open(&self.session);
        if self.sharer.link().is_some() {
            self.embedded.maker.open(&self.session, &self.words);
        }
    }

    /// The code for the dialogue, where the moment has a link.
    pub(super) fn embed_code(&self) -> yew::Html {
        match self.sharer.link() {
            Some(link) => embed::code(&self.embedded.maker, link, &self.words, &self.send).end(),
            None => el("section").set("hidden", "").end(),
        }
    }

    /// Whether the figure goes no further; then it says so, and stops.
    pub(super) fn is_at_its_end(&mut self) -> bool {
        let ended = self.embedded.ends_at(self.session.position());
        if ended {
            self.set_running(false);
            self.complain("embed.at_end");
        }
        ended
    }

    /// Tells the page around the figure what it shows.
    pub(super) fn tell_page(&mut self) {
        if self.embedded.frame.embed {
            let text = self.spoken();
            self.embedded.show(&self.session, self.running, &text);
        }
    }
}
