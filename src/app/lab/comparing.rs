//! Two runs side by side: beginning, turning from one to the other, and going back to one.

use yew::prelude::*;

use super::opening::Underway;
use super::{Lab, More, Msg, Thing};
use crate::app::compare::{self, Compare};
use crate::app::diagram::Draw;
use crate::app::dialog::Dialog;
use crate::app::dom::{El, classed, text};
use crate::app::faults::Faults;
use crate::app::motion::Scene;
use crate::app::panel::{self, Panel};
use crate::app::words::Shared;
use crate::app::{FULL, host, stage, transport};
use crate::protocol::NODES_ON_STAGE_MAX;
use crate::share::pair::{PairFile, Side};
use crate::view::Moment;
use crate::view::compare::{OpenedPair, Pair, PairError, PairOpening, Rival, Runs};
use crate::world::Scenario;

impl Lab {
    /// Does what concerns a comparison; says whether the page has to be drawn anew.
    pub(super) fn compare(&mut self, compare: Compare) -> bool {
        match compare {
            Compare::Begin(rival) => self.begin_comparison(rival),
            Compare::Close => {
                let session = self.session.take();
                self.put_on_stage(session);
                host::focus(transport::STEP);
            }
            Compare::Turn(side) => self.turn(side),
            Compare::Other => {
                let Some(side) = self.session.pair().map(|it| it.side.other()) else {
                    return false;
                };
                self.turn(side);
                host::focus(compare::dom_id(side));
            }
            Compare::On(side, msg) => {
                self.turn(side);
                return self.respond(*msg);
            }
        }
        true
    }

    /// Acts on this side from now on.
    fn turn(&mut self, side: Side) {
        if let Some(pair) = self.session.pair_mut()
            && pair.side != side
        {
            pair.side = side;
            self.selected = None;
            self.refresh();
        }
    }

    /// Whether something is asked for that a run alone has; says so.
    pub(super) fn asks_for_one(&mut self, msg: &Msg) -> bool {
        let of_one = match msg {
            Msg::SwitchEyes | Msg::Show(Dialog::Notes | Dialog::Until) => true,
            Msg::More(more) => matches!(
                **more,
                More::Diagram(Draw::Toggle)
                    | More::Branch(_)
                    | More::Eyes(_)
                    | More::Going(_)
                    | More::Pinning(_)
            ),
            _ => false,
        };
        let refused = of_one && self.session.pair().is_some();
        if refused {
            self.complain("compare.one_only");
        }
        refused
    }

    pub(super) fn begin_comparison(&mut self, rival: Rival) {
        if let Rival::Protocol(key) = rival
            && !self.words.has(key)
        {
            self.after_words = Some(More::Compare(Compare::Begin(rival)).into());
            return self.load_words(self.words.language, key);
        }
        if self.diagram.is_open() {
            self.draw(Draw::Toggle);
        }
        self.dialog = Dialog::None;
        // The next thing to do, once the dialogue has gone.
        self.opener = host::html_element(transport::STEP);
        let right = rival.of(self.session.first().scenario());
        let result = self.session.compare(right);
        self.show_anew();
        match result {
            Ok(()) => self.tell_of_comparison(),
            Err(error) => self.cannot_compare(&error),
        }
    }

    /// Says that there are two runs now, and which one is acted on: the focus goes elsewhere.
    fn tell_of_comparison(&mut self) {
        if let Some(pair) = self.session.pair() {
            let [left, right] = Side::BOTH.map(|side| compare::name(pair, side, &self.words));
            let args = [("left", &*left), ("right", &right)];
            self.notice = Some(self.words.fill("compare.begun", &args));
        }
    }

    /// Both runs from their starts again, with another scenario on the side in hand.
    pub(super) fn restart_pair(&mut self, scenario: Scenario, seed: u32) {
        let Some(pair) = self.session.pair() else {
            return;
        };
        match pair.again(scenario, seed) {
            Ok(pair) => {
                self.session = pair.into();
                self.show_anew();
            }
            Err(error) => self.cannot_compare(&error),
        }
    }

    fn cannot_compare(&mut self, error: &PairError) {
        match error {
            PairError::TooLong => self.complain("compare.too_long"),
            PairError::Scenario(error) => {
                let sentence = super::scenes::scenario_error(error, "ui.cannot_start");
                self.notice = Some(self.words.say(&sentence));
            }
        }
    }

    /// Opens a file of two runs, in a while.
    pub(super) fn open_pair(&mut self, text: String) {
        let opening = PairFile::from_json(&text).and_then(|file| {
            let nodes = file.scenarios.iter().map(|it| it.cluster.nodes);
            let on_stage = nodes.max() <= Some(NODES_ON_STAGE_MAX);
            PairOpening::of(file).map(|opening| (opening, on_stage))
        });
        let opening = match opening {
            Ok((opening, true)) => opening,
            Ok((_, false)) => return self.complain("ui.nodes_out_of_range"),
            Err(error) => {
                self.notice = Some(self.words.say(&super::opening::file_error(&error)));
                return;
            }
        };
        let protocols = opening.abouts().map(|it| it.key);
        if let Some(lacking) = protocols.into_iter().find(|key| !self.words.has(key)) {
            self.after_words = Some(Msg::FileRead(Ok(text)));
            return self.load_words(self.words.language, lacking);
        }
        self.begin_opening(Underway::Pair(Box::new(opening)));
    }

    /// Shows a pair that was opened, and says where it is not what was saved.
    pub(super) fn show_pair(&mut self, opened: OpenedPair) {
        let pair = Runs::from(opened.pair);
        let old = std::mem::replace(&mut self.session, pair).into_one();
        if old.about().key != self.session.first().about().key {
            self.stashed.insert(old.about().key, old);
        }
        self.show_anew();
        self.tell_of_comparison();
        if let Some((position, error)) = opened.stopped {
            let reason = format!("error.{}", error.key());
            let args = [
                ("position", &*position.to_string()),
                ("reason", self.words.t(&reason)),
            ];
            self.notice = Some(self.words.fill("compare.cut_short", &args));
        } else if opened.same_state == Some(false) {
            self.complain("compare.other_state");
        }
    }

    /// The moment on the other side, where there is one, is read anew.
    pub(super) fn refresh_other(&mut self) {
        let pair = self.session.pair();
        let other = pair.map(|pair| pair.moment(pair.side.other()));
        self.beside.other = other.map(Shared::new);
        if let Some((side, error)) = self.session.pair().and_then(Pair::skipped)
            && let Some(pair) = self.session.pair()
        {
            let reason = format!("error.{}", error.key());
            let name = compare::name(pair, *side, &self.words);
            let args = [("side", &*name), ("reason", self.words.t(&reason))];
            self.notice = Some(self.words.fill("compare.skipped", &args));
        }
    }

    /// Whether nothing is under way on the other side.
    pub(super) fn other_is_quiet(&self) -> bool {
        let other = self.beside.seen().and_then(|it| it.other.as_ref());
        other.is_none_or(|moment| moment.messages.is_empty())
    }

    /// Where a property is lost on the other side alone, one turns there.
    pub(super) fn face_loss(&mut self) {
        let lost = |pair: &Pair, side| pair.session(side).losses() > 0;
        if let Some(pair) = self.session.pair() {
            let other = pair.side.other();
            if lost(pair, other) && !lost(pair, pair.side) {
                self.turn(other);
            }
        }
    }

    /// The protocols whose texts the page needs.
    pub(super) fn protocols_shown(&self) -> Vec<&'static str> {
        let pair = self.session.pair().filter(|_| FULL);
        pair.map_or_else(Vec::new, |pair| {
            Side::BOTH.map(|side| pair.session(side).about().key).into()
        })
    }

    /// The stage that a person acts on.
    pub(super) fn stage_in_hand(&self) -> stage::Name {
        let pair = self.session.pair().filter(|_| FULL);
        pair.map_or(stage::Name::FIRST, |pair| compare::stage_name(pair.side))
    }

    /// Whose the tray and what comes next are, where that has to be said.
    pub(super) fn whose(&self, side: Side) -> Option<String> {
        let pair = self.session.pair()?;
        Some(compare::name(pair, side, &self.words))
    }

    fn moments(&self, pair: &Pair) -> [Shared<Moment>; 2] {
        let other = self.beside.other.as_ref().unwrap_or(&self.moment).clone();
        match pair.side {
            Side::Left => [self.moment.clone(), other],
            Side::Right => [other, self.moment.clone()],
        }
    }

    /// What the bar at the bottom shows: the pair's next event, whichever side it is on.
    pub(super) fn moment_of_both(&self) -> Option<(Moment, String)> {
        let pair = self.session.pair()?;
        let (_, side) = pair.next_side()?;
        let moments = self.moments(pair);
        let moment = Moment {
            next: moments[side as usize].next.clone(),
            ..(*self.moment).clone()
        };
        Some((moment, compare::name(pair, side, &self.words)))
    }

    /// How a side's stage is drawn.
    fn look_at<'a>(&self, pair: &Pair, side: Side, faults: &'a Faults) -> stage::Look<'a> {
        stage::Look {
            name: compare::stage_name(side),
            selected: self.selected.filter(|_| pair.side == side),
            choosing: self.choosing,
            narrow: true,
            faults: Some(faults),
            pulls: false,
        }
    }

    /// What moves on both stages.
    pub(super) fn scenes_of_both(&self) -> Option<Vec<Scene>> {
        let pair = self.session.pair()?;
        let moments = self.moments(pair);
        let faults = Faults::default();
        let scene = |side: Side| {
            let look = self.look_at(pair, side, &faults);
            stage::scene(&moments[side as usize], &look, &self.motion)
        };
        Some(Side::BOTH.map(scene).into())
    }

    /// What a screen reader says after a step, of both sides.
    pub(super) fn spoken_of_both(&self) -> Option<String> {
        let pair = self.session.pair()?;
        let separator = self.words.t("ui.sentence_separator");
        let moments = self.moments(pair);
        let of = |side: Side| {
            let said = self.spoken_of(&moments[side as usize]).join(separator);
            (!said.is_empty()).then(|| compare::of_side(pair, side, &said, &self.words))
        };
        let all: Vec<String> = Side::BOTH.into_iter().filter_map(of).collect();
        Some(all.join(separator))
    }

    /// Both stages with what stands beside them.
    pub(super) fn both(&self, pair: &Pair) -> El {
        let (words, send) = (&self.words, &self.send);
        let moments = self.moments(pair);
        // Nothing is pulled apart by hand here: the dialogue of the network does both sides.
        let faults = Faults::default();
        let one = |side: Side| {
            let moment = &moments[side as usize];
            let in_hand = pair.side == side;
            let name = compare::name(pair, side, words);
            let on_side =
                send.reform(move |msg| More::Compare(Compare::On(side, Box::new(msg))).into());
            let stage = stage::view(moment, words, &self.look_at(pair, side, &faults), &on_side);
            let mut stage_box = classed("div", "stage-box")
                .child(stage)
                .with(classed("div", "banners").with(self.banner(moment, &on_side)));
            if in_hand {
                stage_box = stage_box.child(self.tray());
            }
            classed("section", "one-side")
                .key(side.word())
                .say("aria-label", &name)
                .when(in_hand, "data-in-hand", "")
                .with(compare::head(pair, side, words, send))
                .with(stage_box)
                .end()
        };
        let sides = classed("div", "sides").each(Side::BOTH.map(one).into_iter());
        let beside = self.part(|| {
            // A challenge is judged on one run alone.
            let lesson = self.of_full().lesson;
            let lesson = lesson.filter(|_| self.learner.open.is_some());
            let has_lesson = lesson.is_some();
            let content = self.panel_of_both(pair, lesson);
            let panel = panel::frame(content, has_lesson, words, self.panel, send);
            classed("div", "reckoning")
                .with(compare::counts(pair, words, send))
                .child(panel)
                .end()
        });
        classed("main", "middle comparison")
            .with(sides)
            .child(beside)
    }

    /// Why is told of both sides, all else of the one in hand. A lesson that has opened the comparison
    /// goes on being told.
    fn panel_of_both(&self, pair: &Pair, lesson: Option<Html>) -> Html {
        if let (Panel::Lesson, Some(lesson)) = (self.panel, lesson) {
            return lesson;
        }
        let words = &self.words;
        let [left, right] = &self.moments(pair);
        let content = |side: Side, moment: &Moment, selected: Option<Thing>| {
            let (session, send) = (pair.session(side), &self.send);
            let of_full = self.of_full();
            panel::content(moment, words, session, self.panel, selected, &of_full, send)
        };
        match self.panel {
            Panel::Why | Panel::Lesson | Panel::Predict => {
                compare::why(pair, [left, right], words, |side, moment| {
                    content(side, moment, None)
                })
            }
            Panel::Branches => text(words.t("compare.one_only")),
            Panel::Rules | Panel::State | Panel::Properties => {
                let name = compare::name(pair, pair.side, words);
                el_of(&name, content(pair.side, &self.moment, self.selected))
            }
        }
    }
}

/// What one side has to show, under its name.
fn el_of(name: &str, content: Html) -> Html {
    let name = classed("h2", "side-name").text(name);
    classed("div", "of-side").with(name).child(content).end()
}
