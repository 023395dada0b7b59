//! What stands on the page: the header, the stage with what lies over it, the panels, the transport,
//! and what is spoken.

use yew::prelude::*;

use super::{Lab, More, Msg};
use crate::app::dom::{El, button, classed, el};
use crate::app::panel::{self, Panel};
use crate::app::search::{self, Find};
use crate::app::share::Share;
use crate::app::{FULL, crowd, diagram, header, host, pins, stage, transport, tray};
use crate::view::geometry::Stage;
use crate::view::{Moment, quorums};

impl Lab {
    /// The whole page.
    pub(super) fn page(&self) -> Html {
        let (words, send, moment) = (&self.words, &self.send, &*self.moment);
        let cluster = &self.session.scenario().cluster;
        let about = self.session.about();
        let middle = match self.session.pair() {
            Some(pair) if FULL => self.both(pair),
            _ => self.one(),
        };
        let of_both = if FULL { self.moment_of_both() } else { None };
        let (moment, whose) = match &of_both {
            Some((moment, whose)) => (moment, Some(&**whose)),
            None => (moment, None),
        };
        if FULL && self.embedded.frame.embed {
            return self.figure(middle);
        }
        let transport = self.part(|| {
            transport::view(
                (moment, whose),
                words,
                &self.session,
                transport::Controls {
                    running: self.running,
                    speed: self.speed,
                    back: self.ways_back(),
                    diagram: FULL && self.diagram.is_open(),
                },
                send,
            )
        });
        let diagram = self.part(|| match FULL && self.diagram.is_open() {
            true => diagram::view(
                &self.diagram,
                moment,
                &self.session,
                self.selected,
                words,
                send,
            ),
            false => el("section").set("hidden", "").end(),
        });
        let header = self.part(|| {
            header::view(
                words,
                about.key,
                cluster,
                moment.nodes.len() as u8,
                self.theme,
                &self.lesson_name(),
                send,
            )
        });
        let notice = self.notice.as_deref().unwrap_or_default();
        let opening = if FULL { self.opening.as_ref() } else { None };
        let waiting = match (&self.wanted, opening) {
            (Some(_), _) if notice.is_empty() => words.t("ui.full_loading").to_owned(),
            (_, Some(opening)) => {
                let tens = (opening.percent() / 10 * 10).to_string();
                words.fill("open.percent", &[("percent", &tens)])
            }
            _ => String::new(),
        };
        let spoken = classed("p", "unseen").set("role", "status");
        classed("div", "lab")
            .child(header)
            .with(middle)
            .child(transport)
            .child(diagram)
            .with(classed("p", "notice").set("role", "alert").text(notice))
            .with(classed("p", "notice").set("role", "status").text(&waiting))
            .with(spoken.set("aria-live", "polite").text(&self.spoken()))
            .child(self.part(|| self.dialog_view()))
            .each(self.lecture_view().into_iter())
            .end()
    }

    /// What a screen reader says after a step.
    pub(super) fn spoken(&self) -> String {
        if self.running {
            return String::new();
        }
        if FULL && let Some(spoken) = self.spoken_of_both() {
            return spoken;
        }
        let found = self
            .found_here()
            .filter(|_| FULL && self.session.position() == 0);
        let found = found.map(|it| search::found(it, &self.words));
        let mut all: Vec<String> = found.into_iter().collect();
        if FULL && let Some(node) = self.eyes {
            all.push(panel::eyes(node, &self.session, &self.words));
        }
        all.extend(self.spoken_of(&self.moment));
        all.join(self.words.t("ui.sentence_separator"))
    }

    /// What happened in a moment, and what is lost, as sentences.
    pub(super) fn spoken_of(&self, moment: &Moment) -> Vec<String> {
        let titles = moment.happened.iter();
        let titles = titles.map(|it| self.words.say(&it.title));
        let lost = moment.violations.iter().map(|violation| {
            let name = format!("property.{}", violation.property.id);
            let args = [("property", self.words.t(&name))];
            self.words.fill("ui.property_lost", &args)
        });
        titles.chain(lost).collect()
    }

    /// A part of what stands around the stage.
    pub(super) fn part(&self, build: impl FnOnce() -> Html) -> Html {
        match FULL {
            true => self.around.part(build),
            false => build(),
        }
    }

    /// What stands around the stage tells of this moment.
    pub(super) fn tell_around(&mut self) {
        self.diagram.eyes = self.eyes;
        self.diagram.refresh(&self.session);
        self.around.spoil();
    }

    /// The stage, and the panels beside it.
    pub(super) fn one(&self) -> El {
        let (words, send, moment) = (&self.words, &self.send, &*self.moment);
        let stage_box = classed("section", "stage-box")
            .say("aria-label", words.t("ui.stage_region"))
            .child(stage::view(moment, words, &self.look(), send))
            .with(self.banners())
            .child(self.tray());
        let told = if self.running { &self.told } else { moment };
        let panels = self.part(|| {
            panel::view(
                told,
                words,
                &self.session,
                self.panel,
                self.selected,
                self.of_full(),
                send,
            )
        });
        classed("main", "middle").with(stage_box).child(panels)
    }

    /// Draws the stage in the form that suits its room. While time flows nobody waits for that.
    pub(super) fn measure_stage(&self) {
        let room = host::stage_room().filter(|_| !self.running);
        let narrow = room.map(|(width, height)| Stage::is_narrow_in(width, height));
        if let Some(narrow) = narrow.filter(|it| *it != self.narrow_stage) {
            self.send.emit(Msg::Narrow(narrow));
        }
    }

    /// The time at which messages rest, unless it flows.
    pub(super) fn rest(&self) -> Option<f64> {
        let now = self.session.now() as f64;
        (!self.running).then(|| self.motion.shown().max(now))
    }

    /// How the only stage is drawn.
    pub(super) fn look(&self) -> stage::Look<'_> {
        stage::Look {
            name: stage::Name::FIRST,
            selected: self.selected,
            choosing: self.choosing,
            narrow: self.narrow_stage,
            rest: self.rest(),
            faults: self.faults.seen(),
            pulls: true,
        }
    }

    /// What can be done to the chosen thing, or a list to choose from.
    pub(super) fn tray(&self) -> Html {
        if FULL && !self.embedded.acts() {
            return el("div").set("hidden", "").end();
        }
        if FULL && let Some(link) = self.crowd.link {
            return crowd::view(&self.moment, link, &self.words, &self.send);
        }
        let pair = self.session.pair().filter(|_| FULL);
        tray::view(
            &self.words,
            self.selected,
            pair.and_then(|pair| self.whose(pair.side)),
            self.choosing,
            tray::Offers {
                few: &self.offers(),
                more: &self.more(),
                asking: self.asking(),
            },
            &self.send,
        )
    }

    /// What was on stage before and can be shown again, by what the item of the menu says.
    pub(super) fn ways_back(&self) -> Vec<(&'static str, Msg)> {
        let found = self.found_here();
        let found = found.map(|_| ("search.return", More::Find(Find::Return).into()));
        let left = self.sharer.seen().and_then(|it| it.left.as_ref());
        let left = left.map(|_| ("share.return", More::Share(Share::Return).into()));
        found.into_iter().chain(left).collect()
    }

    /// What is said of the stage, above it: one thing at a time, the one that matters most.
    pub(super) fn banners(&self) -> El {
        let is_lost = !self.moment.violations.is_empty();
        let said = FULL.then(|| self.strip(is_lost)).flatten();
        let banners = classed("div", "banners");
        let mut banners = match said {
            Some(said) => banners.with(said),
            None => banners.with(self.banner(&self.moment, &self.send)),
        };
        if FULL && let Some(text) = self.would() {
            banners = banners.with(classed("p", "strip would").text(&text));
        }
        banners
    }

    /// What would come of letting go of the node that is pulled.
    fn would(&self) -> Option<String> {
        let groups = self.faults.would(&self.moment, self.narrow_stage)?;
        Some(match groups.contains('|') {
            true => self.words.fill("fault.would", &[("groups", &groups)]),
            false => self.words.t("fault.would_not").to_owned(),
        })
    }

    /// What is said besides that something is lost; whose view it is, and what somebody noted here, are
    /// said rather than that.
    fn strip(&self, is_lost: bool) -> Option<El> {
        if let Some(node) = self.eyes {
            let (words, send) = (&self.words, &self.send);
            return Some(panel::eyes_strip(node, &self.session, words, send));
        }
        let note = pins::strip(&self.words, &self.session);
        if is_lost {
            return note;
        }
        let found = || {
            let found = self.found_here().filter(|found| found.told)?;
            Some(search::strip(found, &self.words, &self.send))
        };
        note.or_else(found).or_else(|| self.quorums_apart())
    }

    /// The warning that quorums of these sizes are not safe.
    fn quorums_apart(&self) -> Option<El> {
        let quorums = quorums::in_use(self.session.scenario())?;
        let [first, second] = quorums.sizes.map(|size| size.to_string());
        let of = quorums.of.to_string();
        let args = [("first", &*first), ("second", &second), ("of", &of)];
        let text = self.words.fill("quorum.apart", &args);
        (!quorums.meet()).then(|| classed("p", "strip warning").text(&text))
    }

    pub(super) fn banner(&self, moment: &Moment, send: &Callback<Msg>) -> El {
        let banner = classed("div", "banner");
        let Some(violation) = moment.violations.first() else {
            return banner.set("hidden", "");
        };
        let name = format!("property.{}", violation.property.id);
        let args = [("property", self.words.t(&name))];
        let lost = format!("✗ {}", self.words.fill("ui.property_lost", &args));
        let facts = button(send, Msg::Panel(Panel::Properties));
        let banner = banner
            .with(el("strong").text(&lost))
            .with(facts.text(self.words.t("ui.show_facts")));
        // Where that is what was looked for, the way back is here as well.
        if FULL && self.found_here().is_some_and(|found| found.told) {
            let back = button(send, More::Find(Find::Return).into());
            return banner.with(back.text(self.words.t("search.return")));
        }
        banner
    }
}
