//! Motion between two moments. It never goes through the component tree: once a frame it moves each
//! mark, in numbers, without a text in between. It decides nothing; while nothing moves it asks for
//! no frame.

use std::cell::{Cell, RefCell};
use std::rc::Rc;

use wasm_bindgen::prelude::*;
use web_sys::Element;
use yew::Callback;

use super::host;
use crate::view::geometry::{Point, Way};
use crate::world::MessageId;

/// How long a single step glides, in real milliseconds.
const GLIDE_MS: f64 = 380.0;
/// The longest time between two frames that counts, in real milliseconds: a page that was hidden
/// goes on where it was.
const FRAME_MS_MAX: f64 = 100.0;

/// What moves less than this stays where it was drawn, in the stage's units.
const UNSEEN: f64 = 0.05;

const REDUCED: &str = "(prefers-reduced-motion: reduce)";

#[wasm_bindgen]
extern "C" {
    /// Where something stands: the item of its transform, which the browser lets no one write but
    /// in numbers that are finite, as these are.
    pub(super) type Place;
    #[wasm_bindgen(method, js_name = setTranslate)]
    fn put(this: &Place, x: f32, y: f32);
}

/// A message's mark, which goes straight from one point to another.
pub(super) struct Mark {
    pub(super) id: MessageId,
    pub(super) place: Place,
    /// When and where its way begins; if it was drawn before, it goes on from there.
    pub(super) start: (f64, Point),
    /// When it is where it goes to.
    pub(super) end: (f64, Point),
    /// Where it was drawn last.
    pub(super) drawn: Cell<Option<Point>>,
}

/// A timer's ring.
pub(super) struct Ring {
    pub(super) element: Element,
    pub(super) since: f64,
    pub(super) due: f64,
    /// How much of it was drawn last.
    pub(super) drawn: Cell<Option<i32>>,
}

/// What moves on the stage at present.
pub(super) struct Scene {
    pub(super) marks: Vec<Mark>,
    pub(super) rings: Vec<Ring>,
}

enum Mode {
    Still,
    /// From one moment to the next.
    Glide {
        from: f64,
        to: f64,
        began: Option<f64>,
    },
    /// Time flows, in virtual milliseconds a real second, and an event is due at `until`.
    Flow {
        rate: f64,
        until: f64,
        last: Option<f64>,
    },
}

struct Inner {
    /// One for each stage.
    scenes: Vec<Scene>,
    /// Virtual time as shown.
    shown: f64,
    mode: Mode,
    /// Told the time shown when an event is due.
    due: Callback<f64>,
    asked: bool,
    /// Whether the person prefers reduced motion; asked whenever time begins to flow.
    is_reduced: bool,
}

/// What the browser calls before it paints.
type FrameClosure = Closure<dyn Fn(f64)>;

/// The clock of the stage.
#[derive(Clone)]
pub(super) struct Motion {
    inner: Rc<RefCell<Inner>>,
    frame: Rc<RefCell<Option<FrameClosure>>>,
}

impl Motion {
    pub(super) fn new(due: Callback<f64>) -> Self {
        let motion = Self {
            inner: Rc::new(RefCell::new(Inner {
                scenes: Vec::new(),
                shown: 0.0,
                mode: Mode::Still,
                due,
                asked: false,
                is_reduced: false,
            })),
            frame: Rc::default(),
        };
        let own = motion.clone();
        let closure = Closure::<dyn Fn(f64)>::new(move |now| own.on_frame(now));
        *motion.frame.borrow_mut() = Some(closure);
        motion
    }

    /// Virtual time as shown, in milliseconds.
    pub(super) fn shown(&self) -> f64 {
        self.inner.borrow().shown
    }

    /// The stages have been drawn anew.
    pub(super) fn set_scenes(&self, scenes: Vec<Scene>) {
        let mut inner = self.inner.borrow_mut();
        let before = std::mem::replace(&mut inner.scenes, scenes);
        let shown = inner.shown;
        for (old, new) in before.iter().zip(&mut inner.scenes) {
            for mark in &mut new.marks {
                let mut old = old.marks.iter().filter(|it| it.id == mark.id);
                if let Some(at) = old.find_map(|it| it.drawn.get()) {
                    mark.start = (shown, at);
                }
            }
        }
        inner.draw();
    }

    /// Shows a moment at once.
    pub(super) fn jump(&self, to: f64) {
        let mut inner = self.inner.borrow_mut();
        inner.mode = Mode::Still;
        inner.shown = to;
        inner.draw();
    }

    /// Glides from what is shown to a later moment; to an earlier one it jumps.
    pub(super) fn glide(&self, to: f64) {
        let from = self.shown();
        if to <= from || host::matches(REDUCED) {
            self.jump(to);
            return;
        }
        let began = None;
        self.inner.borrow_mut().mode = Mode::Glide { from, to, began };
        self.ask();
    }

    /// Lets time flow until an event is due.
    pub(super) fn flow(&self, rate: f64, until: f64) {
        {
            let mut inner = self.inner.borrow_mut();
            let last = match inner.mode {
                Mode::Flow { last, .. } => last,
                _ => None,
            };
            if last.is_none() {
                inner.is_reduced = host::matches(REDUCED);
            }
            inner.mode = Mode::Flow { rate, until, last };
        }
        self.ask();
    }

    /// Stops where it is.
    pub(super) fn stop(&self) {
        self.inner.borrow_mut().mode = Mode::Still;
    }

    fn ask(&self) {
        if std::mem::replace(&mut self.inner.borrow_mut().asked, true) {
            return;
        }
        let frame = self.frame.borrow();
        if let (Some(window), Some(closure)) = (host::window(), frame.as_ref()) {
            let function = closure.as_ref().unchecked_ref();
            window.request_animation_frame(function).ok();
        }
    }

    fn on_frame(&self, now: f64) {
        let mut due = None;
        let again = {
            let mut inner = self.inner.borrow_mut();
            inner.asked = false;
            let shown = inner.shown;
            let (time, again) = match &mut inner.mode {
                Mode::Still => return,
                Mode::Glide { from, to, began } => {
                    let share = (now - *began.get_or_insert(now)) / GLIDE_MS;
                    (*from + (*to - *from) * share.min(1.0), share < 1.0)
                }
                Mode::Flow { rate, until, last } => {
                    let passed = (now - last.replace(now).unwrap_or(now)).min(FRAME_MS_MAX);
                    let time = shown + passed * *rate / 1000.0;
                    if time >= *until {
                        due = Some(time);
                    }
                    (time, due.is_none())
                }
            };
            inner.shown = time;
            let flows = matches!(inner.mode, Mode::Flow { .. });
            if !again && due.is_none() {
                inner.mode = Mode::Still;
            }
            // Who wants no motion sees events only.
            if !(flows && inner.is_reduced) {
                inner.draw();
            }
            again
        };
        if again {
            self.ask();
        }
        // Outside the borrow: whoever is told sets the next scene and lets time flow on.
        if let Some(time) = due {
            let callback = self.inner.borrow().due.clone();
            callback.emit(time);
        }
    }
}

impl Inner {
    fn draw(&self) {
        for scene in &self.scenes {
            for mark in &scene.marks {
                let (from, to) = (mark.start, mark.end);
                let way = Way {
                    start: from.1,
                    end: to.1,
                };
                let at = way.at(share(from.0, to.0, self.shown));
                let seen = |old: Point| (old.x - at.x).abs() + (old.y - at.y).abs() >= UNSEEN;
                if mark.drawn.get().is_none_or(seen) {
                    mark.drawn.set(Some(at));
                    mark.place.put(at.x as f32, at.y as f32);
                }
            }
            for ring in &scene.rings {
                let left = left(ring.since, ring.due, self.shown);
                if ring.drawn.replace(Some(left)) == Some(left) {
                    continue;
                }
                let dashes = dashes(left);
                ring.element.set_attribute("stroke-dasharray", &dashes).ok();
            }
        }
    }
}

/// How much of the way from one moment to another is done.
pub(super) fn share(from: f64, to: f64, now: f64) -> f64 {
    if to <= from {
        return 1.0;
    }
    ((now - from) / (to - from)).clamp(0.0, 1.0)
}

/// What is left of a timer, in thousandths, two at a time.
pub(super) fn left(since: f64, due: f64, now: f64) -> i32 {
    2 * (500.0 * (1.0 - share(since, due, now))) as i32
}

/// So many thousandths as a dash pattern of a circle whose length is 1,000.
pub(super) fn dashes(left: i32) -> String {
    format!("{left} 1000")
}
