//! The space-time diagram on the page: which stretch of the run it shows, and the event that one
//! has picked in it. What is drawn of a stretch, `view::diagram` says.

mod figure;
mod view;

pub(super) use view::{PICTURE, room, view};

use super::host;
use super::words::Shared;
use crate::protocol::{Endpoint, NodeId};
use crate::sorted::SortedMap;
use crate::view::Session;
use crate::view::diagram::{Cone, Picture, Window};
use crate::world::MessageId;

/// How many milliseconds a pixel stands for, in thousandths, from near to far.
const SCALES: [u32; 17] = [
    31, 62, 125, 250, 500, 1_000, 2_000, 4_000, 8_000, 16_000, 32_000, 64_000, 128_000, 256_000,
    512_000, 1_024_000, 2_048_000,
];
/// The scales between which a run is fitted into the width by itself; longer ones follow the cursor.
const SCALE_NEAREST: usize = 1;
const SCALE_FIRST: usize = 4;
/// The farthest of these where each event has a column of its own.
const SCALE_COLUMNS: usize = 7;
/// How wide such a column is, in milliseconds.
const COLUMN_MS: f64 = 100.0;
/// How much larger everything is in a lecture.
const LARGER: f64 = 1.35;
/// How much of the width a step on the way earlier or later moves it.
const PAN_SHARE: f64 = 0.6;
/// Where the cursor is put when it has left the window, from the left.
const CURSOR_SHARE: f64 = 0.7;
/// How far a pointer may go between press and release and still have clicked, in pixels.
const CLICK_PIXELS: f64 = 5.0;
/// The width until it has been measured, in pixels.
const WIDTH_FIRST: f64 = 1000.0;
/// How much more than the window is kept ready on each side, so that dragging shows no edge.
const MARGIN_SHARE: f64 = 0.3;

/// The steps in which messages set out.
type Sent = SortedMap<MessageId, usize>;

/// What concerns the diagram, of all that can happen to the page.
#[derive(Clone)]
pub(super) enum Draw {
    /// Shows or hides it.
    Toggle,
    /// So many scales nearer, or further away.
    Zoom(i32),
    /// The whole run.
    Whole,
    /// Earlier or later, by a part of the width.
    Turn(i32),
    /// A pointer was pressed, moved while pressed, or let go, so many pixels from the left.
    Press(f64),
    Drag(f64),
    Release,
    /// Scrolled by so many pixels.
    Scroll(f64),
    /// There is room for so many pixels, and everything is so much larger.
    Room(f64, f64),
    /// Goes to a step, and shows what it depends on.
    Pick(usize),
    /// To the next event, or the one before, on any lane or on the same one.
    Walk(Walk),
    /// Goes to a moment, in pixels from the left.
    Point(f64),
}

/// A way from one event to another.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Walk {
    /// In time.
    Next,
    Before,
    /// On the same lane.
    NextHere,
    BeforeHere,
    First,
    Last,
}

pub(super) struct Diagram {
    open: bool,
    scale: usize,
    /// Virtual time at the left edge, in milliseconds.
    from: f64,
    /// In pixels, before they are made larger.
    width: f64,
    /// How much larger everything is.
    larger: f64,
    /// Whether nobody has chosen what to see of the run.
    fits: bool,
    /// Whether each event has a column of its own, since all happen at the same time.
    columns: bool,
    /// Where a pressed pointer was last, in pixels, and how far it has gone since it was pressed.
    drag: Option<f64>,
    dragged: f64,
    picture: Option<Shared<Picture>>,
    /// The steps in which messages set out, where each event has a column of its own.
    sent: Option<Shared<Sent>>,
    /// The event that one has picked, as a step of the run.
    picked: Option<usize>,
    cone: Option<Shared<Cone>>,
    /// The node whose view it is; nothing where it shows the whole truth.
    pub(super) eyes: Option<NodeId>,
}

impl Diagram {
    pub(super) fn new() -> Self {
        Self {
            open: host::storing::recall("diagram").as_deref() == Some("open"),
            scale: SCALE_FIRST,
            from: 0.0,
            width: WIDTH_FIRST,
            larger: 1.0,
            fits: true,
            columns: false,
            drag: None,
            dragged: 0.0,
            picture: None,
            sent: None,
            picked: None,
            cone: None,
            eyes: None,
        }
    }

    pub(super) fn is_open(&self) -> bool {
        self.open
    }

    /// How it is to be drawn in so many pixels, unless it is drawn so already.
    pub(super) fn needs(&self, room: f64, lectures: bool) -> Option<Draw> {
        let larger = if lectures { LARGER } else { 1.0 };
        let width = room / larger;
        let differs = larger != self.larger || (width - self.width).abs() >= 1.0;
        (room > 0.0 && differs).then_some(Draw::Room(width, larger))
    }

    /// The event that one has picked.
    pub(super) fn picked(&self) -> Option<usize> {
        self.picked
    }

    /// Does what was asked of it; gives the step that the run is to go to, if there is one.
    pub(super) fn respond(&mut self, draw: Draw, session: &Session) -> Option<usize> {
        let mut target = None;
        self.fits &= !matches!(
            draw,
            Draw::Zoom(_) | Draw::Whole | Draw::Turn(_) | Draw::Drag(_) | Draw::Scroll(_)
        );
        match draw {
            Draw::Toggle => {
                self.open = !self.open;
                self.fits = true;
                host::storing::remember("diagram", if self.open { "open" } else { "closed" });
                return None;
            }
            Draw::Zoom(by) => {
                let scale = self.scale.saturating_add_signed(by as isize);
                self.zoom_to(scale.min(SCALES.len() - 1), session);
            }
            Draw::Whole => self.show_whole(session),
            Draw::Turn(by) => self.from += f64::from(by) * PAN_SHARE * self.width * self.scale(),
            Draw::Press(x) => {
                self.drag = Some(x);
                self.dragged = 0.0;
            }
            Draw::Drag(x) => {
                if let Some(last) = self.drag.replace(x) {
                    self.dragged += (x - last).abs();
                    self.from -= (x - last) / self.larger * self.scale();
                }
            }
            Draw::Release => self.drag = None,
            Draw::Scroll(pixels) => self.from += pixels / self.larger * self.scale(),
            Draw::Room(width, larger) => (self.width, self.larger) = (width, larger),
            // The end of a drag is no click.
            Draw::Pick(_) | Draw::Point(_) if self.dragged > CLICK_PIXELS => self.dragged = 0.0,
            Draw::Pick(step) => {
                self.pick(step, session);
                target = self.picked;
            }
            Draw::Walk(walk) => {
                if let Some(step) = self.walk(walk, session) {
                    self.pick(step, session);
                    target = self.picked;
                }
            }
            Draw::Point(x) => {
                let at = (self.from + x / self.larger * self.scale()).max(0.0);
                self.clear();
                target = Some(self.step_at(at, session));
            }
        }
        if self.fits {
            self.fit(session);
        }
        self.keep_in_sight(session);
        target
    }

    /// The last step up to a place on the axis.
    fn step_at(&self, at: f64, session: &Session) -> usize {
        let entries = session.entries();
        match self.columns {
            true => ((at - entries.start as f64) / COLUMN_MS) as usize,
            false => entries.first_from(at as u64 + 1) - 1,
        }
        .min(entries.length)
    }

    /// Where a step is on the axis, in milliseconds.
    fn place(&self, step: usize, session: &Session) -> f64 {
        let entries = session.entries();
        match self.columns {
            true => entries.start as f64 + COLUMN_MS * step as f64,
            false => entries.time(step) as f64,
        }
    }

    /// Where the cursor is.
    fn now(&self, session: &Session) -> f64 {
        match self.columns {
            true => self.place(session.position(), session),
            false => session.now() as f64,
        }
    }

    /// The run or its cursor has changed.
    pub(super) fn refresh(&mut self, session: &Session) {
        if !self.open {
            self.picture = None;
            return;
        }
        if self.picked.is_some_and(|step| step > session.length()) {
            self.clear();
        }
        let entries = session.entries();
        self.columns = entries.length > 1 && entries.time(entries.length) == entries.start;
        if self.fits {
            self.fit(session);
        }
        let now = self.now(session);
        let right = self.from + self.width * self.scale();
        if now < self.from || now > right {
            self.from = now - CURSOR_SHARE * self.width * self.scale();
        }
        self.keep_in_sight(session);
    }

    /// Nothing is picked any more.
    pub(super) fn clear(&mut self) {
        self.picked = None;
        self.cone = None;
    }

    fn pick(&mut self, step: usize, session: &Session) {
        let step = step.clamp(1, session.length().max(1));
        self.picked = Some(step);
        // No node knows what its messages came to.
        let cone = || session.cone(step).map(Shared::new);
        self.cone = self.eyes.is_none().then(cone).flatten();
        let at = self.place(step, session);
        let right = self.from + self.width * self.scale();
        if at < self.from || at > right {
            self.from = at - 0.5 * self.width * self.scale();
        }
    }

    /// Milliseconds a pixel.
    fn scale(&self) -> f64 {
        f64::from(SCALES[self.scale]) / 1000.0
    }

    /// Keeps what is under the cursor where it is, if it is in sight, else the middle.
    fn zoom_to(&mut self, scale: usize, session: &Session) {
        let now = self.now(session);
        let share = (now - self.from) / (self.width * self.scale());
        let (fixed, share) = match (0.0..=1.0).contains(&share) {
            true => (now, share),
            false => (self.from + 0.5 * self.width * self.scale(), 0.5),
        };
        self.scale = scale;
        self.from = fixed - share * self.width * self.scale();
    }

    fn show_whole(&mut self, session: &Session) {
        let (start, end) = self.ends(session);
        let needed = (end - start) / (0.94 * self.width);
        let fits = SCALES
            .iter()
            .position(|it| f64::from(*it) / 1000.0 >= needed);
        self.scale = fits.map_or(SCALES.len() - 1, |it| it.max(SCALE_NEAREST));
        self.from = start - 0.03 * self.width * self.scale();
    }

    /// Where the first event and the end of the run are.
    fn ends(&self, session: &Session) -> (f64, f64) {
        let end = self.place(session.length(), session);
        (self.place(1, session).min(end), end)
    }

    /// Shows the whole run, as long as that can be read.
    fn fit(&mut self, session: &Session) {
        let before = self.from;
        self.show_whole(session);
        let farthest = if self.columns {
            SCALE_COLUMNS
        } else {
            SCALE_FIRST
        };
        // A longer one is followed, as the cursor leaves the window.
        if self.scale > farthest {
            self.from = before;
        }
        self.scale = self.scale.clamp(SCALE_NEAREST, farthest);
    }

    /// Some of the run stays in sight, and the picture is the one of the window.
    fn keep_in_sight(&mut self, session: &Session) {
        let span = self.width * self.scale();
        let (start, end) = self.ends(session);
        let least = start - 0.05 * span;
        self.from = self.from.clamp(least, (end - 0.1 * span).max(least));
        let margin = MARGIN_SHARE * span;
        let whole = Window {
            from: 0,
            to: u64::MAX - 1,
        };
        let window = Window {
            from: (self.from - margin).max(0.0) as u64,
            to: (self.from + span + margin).max(0.0) as u64,
        };
        let window = if self.columns { whole } else { window };
        let picture = session.picture(window, self.eyes);
        let entries = session.entries();
        let flown = picture.steps.iter().flat_map(|it| &it.flights);
        let sent = flown.filter_map(|it| Some((it.arrow.id, entries.sending(&it.arrow)?)));
        self.sent = self.columns.then(|| Shared::new(sent.collect()));
        self.picture = Some(Shared::new(picture));
    }

    /// The step that a way leads to from the one that is picked, else from the cursor.
    fn walk(&self, walk: Walk, session: &Session) -> Option<usize> {
        let entries = session.entries();
        let here = self.picked.unwrap_or(session.position());
        let lanes = entries.lanes(here);
        let is_there = |step: &usize| match walk {
            _ if self.eyes.is_some() => {
                let own = self.eyes.map(Endpoint::Node);
                entries.lanes(*step).iter().any(|lane| Some(*lane) == own)
            }
            Walk::NextHere | Walk::BeforeHere if !lanes.is_empty() => {
                entries.lanes(*step).iter().any(|lane| lanes.contains(lane))
            }
            _ => entries.get(*step).is_some_and(|it| !it.marks.is_empty()),
        };
        let (mut forward, mut back) = (here + 1..=entries.length, 1..=here.saturating_sub(1));
        match walk {
            Walk::Next | Walk::NextHere => forward.find(is_there),
            Walk::Before | Walk::BeforeHere => back.rfind(is_there),
            Walk::First => (1..=entries.length).find(is_there),
            Walk::Last => (1..=entries.length).rfind(is_there),
        }
    }
}
