//! Motion between two moments. It never goes through the component tree: once a frame it moves each
//! mark, in numbers, without a text in between. It decides nothing; while nothing moves it asks for
//! no frame.

use std::cell::{Cell, RefCell};
use std::rc::Rc;

use wasm_bindgen::prelude::*;
use web_sys::Element;
use yew::Callback;

use super::only::Only;
use super::{FULL, host};
use crate::sorted::SortedMap;
use crate::view::geometry::{Point, Way};
use crate::world::MessageId;

/// How long a single step glides, in real milliseconds.
const GLIDE_MS: f64 = 380.0;
/// The longest time between two frames that counts, in real milliseconds: a page that was hidden
/// goes on where it was.
const FRAME_MS_MAX: f64 = 100.0;

/// What moves less than this stays where it was drawn, in the stage's units: so much of a pixel that
/// nobody sees it jump.
const UNSEEN: f64 = 0.2;
/// How far off a timer's ring may be, in thousandths: about a pixel of the largest.
const RING_UNSEEN: i32 = 4;

const REDUCED: &str = "(prefers-reduced-motion: reduce)";

#[wasm_bindgen]
extern "C" {
    /// Where something stands: the item of its transform, which the browser lets no one write but
    /// in numbers that are finite, as these are.
    pub(super) type Place;
    #[wasm_bindgen(method, js_name = setTranslate)]
    fn put(this: &Place, x: f32, y: f32);
}

/// Something on the page that moves. It is kept from moment to moment: to find it costs more than to
/// move it.
pub(super) struct Mover {
    pub(super) group: Element,
    pub(super) place: Place,
    /// Where it was drawn last.
    pub(super) drawn: Cell<Option<Point>>,
}

/// A message's mark, which goes straight from one point to another.
pub(super) struct Mark {
    pub(super) message: MessageId,
    pub(super) id: String,
    pub(super) mover: Rc<Mover>,
    /// When and where its way begins; if it was drawn before, it goes on from there.
    pub(super) start: (f64, Point),
    /// When it is where it goes to.
    pub(super) end: (f64, Point),
}

/// A timer's ring; of a node without a timer, one that is empty.
pub(super) struct Ring {
    pub(super) element: Element,
    pub(super) since: f64,
    pub(super) due: f64,
    /// The moment at which it stands still, if it does.
    pub(super) stopped: Option<f64>,
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
    /// What moves in them, by the ids of the marks; the core, which has few messages, looks for it.
    movers: Only<SortedMap<String, Rc<Mover>>>,
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
                movers: Only::default(),
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

    /// What moves the mark of an id, if that is on the page.
    pub(super) fn mover(&self, id: &str) -> Option<Rc<Mover>> {
        if FULL {
            let inner = self.inner.borrow();
            let known = inner.movers.seen().and_then(|it| it.get(id));
            if let Some(mover) = known.filter(|it| it.group.is_connected()) {
                return Some(mover.clone());
            }
        }
        host::mover(id).map(Rc::new)
    }

    /// The stages have been drawn anew.
    pub(super) fn set_scenes(&self, scenes: Vec<Scene>) {
        let mut inner = self.inner.borrow_mut();
        if FULL {
            let marks = scenes.iter().flat_map(|scene| &scene.marks);
            let movers = marks.map(|it| (it.id.clone(), it.mover.clone()));
            inner.movers = Only::new(|| movers.collect());
        }
        let before = std::mem::replace(&mut inner.scenes, scenes);
        let shown = inner.shown;
        for (old, new) in before.iter().zip(&mut inner.scenes) {
            for mark in &mut new.marks {
                // What has landed has another mark than while it flew.
                let flew = || old.marks.iter().find(|it| it.message == mark.message);
                let drawn = mark.mover.drawn.get();
                if let Some(at) = drawn.or_else(|| flew()?.mover.drawn.get()) {
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
                let Mover { place, drawn, .. } = &*mark.mover;
                if drawn.get().is_none_or(seen) {
                    drawn.set(Some(at));
                    place.put(at.x as f32, at.y as f32);
                }
            }
            // A ring that changes has its whole stage painted anew, so they change together.
            if scene.rings.iter().any(|ring| ring.is_off(self.shown)) {
                scene.rings.iter().for_each(|ring| ring.draw(self.shown));
            }
        }
    }
}

impl Ring {
    /// What is left of the timer, in thousandths.
    fn left(&self, now: f64) -> i32 {
        let now = self.stopped.unwrap_or(now);
        (1000.0 * (1.0 - share(self.since, self.due, now))) as i32
    }

    fn is_off(&self, now: f64) -> bool {
        let off = |old: i32| (old - self.left(now)).abs() >= RING_UNSEEN;
        self.drawn.get().is_none_or(off)
    }

    /// Draws it as a dash of a circle whose length is 1,000.
    fn draw(&self, now: f64) {
        let left = self.left(now);
        if self.drawn.replace(Some(left)) != Some(left) {
            let dashes = format!("{left} 1000");
            self.element.set_attribute("stroke-dasharray", &dashes).ok();
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
