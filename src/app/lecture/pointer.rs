//! The pointer: a large dot that follows pen, finger or mouse while it is held down. It is moved
//! here, not by the component tree, and nothing listens to moves while nothing is held down.

use std::cell::{Cell, RefCell};
use std::rc::Rc;

use crate::app::host::Listener;
use crate::app::host::pointing::{self, Press};

/// How far somebody moves who points, and does not only tap, in pixels.
const POINTING_PX: f64 = 12.0;

/// It is there as long as this is kept.
pub(super) struct Pointer {
    _listeners: [Option<Listener>; 2],
}

/// A press that is held down.
struct Held {
    began: Press,
    moved: bool,
    _listeners: [Option<Listener>; 3],
}

#[derive(Default)]
struct State {
    held: RefCell<Option<Held>>,
    /// Whether the click that follows on the stage belongs to pointing, and chooses nothing.
    pointed: Cell<bool>,
}

impl Pointer {
    pub(super) fn new() -> Self {
        let state = Rc::new(State::default());
        let clicked = state.clone();
        let listeners = [
            pointing::on("pointerdown", move |press| begin(&state, press)),
            pointing::on_click(move || clicked.pointed.take()),
        ];
        Self {
            _listeners: listeners,
        }
    }
}

impl Drop for Pointer {
    fn drop(&mut self) {
        pointing::show(None);
    }
}

fn begin(state: &Rc<State>, press: Press) {
    state.pointed.set(false);
    pointing::show(Some(press));
    let (moving, up, cancelled) = (state.clone(), state.clone(), state.clone());
    let listeners = [
        pointing::on("pointermove", move |press| follow(&moving, press)),
        pointing::on("pointerup", move |_| end(&up)),
        pointing::on("pointercancel", move |_| end(&cancelled)),
    ];
    state.held.replace(Some(Held {
        began: press,
        moved: false,
        _listeners: listeners,
    }));
}

fn follow(state: &State, press: Press) {
    pointing::show(Some(press));
    if let Some(held) = &mut *state.held.borrow_mut() {
        let (x, y) = (press.x - held.began.x, press.y - held.began.y);
        held.moved |= x.hypot(y) > POINTING_PX;
    }
}

fn end(state: &State) {
    pointing::show(None);
    if let Some(held) = state.held.take() {
        state.pointed.set(held.moved && held.began.on_stage);
    }
}
