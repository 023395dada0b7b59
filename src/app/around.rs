//! What stands around the stage. While time flows, an event changes the stage at once; all else tells
//! of it some times a second, since building it, comparing it and laying it out costs more than all
//! that moves.

use std::cell::Cell;

use yew::prelude::*;

/// What stands around the stage.
pub(super) struct Around {
    /// Counts how often it was built.
    stamp: Cell<u32>,
    /// Whether it is to be built when the page is drawn next.
    stale: Cell<bool>,
    /// Whether it was built when the page was drawn last.
    built: Cell<bool>,
}

impl Default for Around {
    fn default() -> Self {
        Self {
            stamp: Cell::new(0),
            stale: Cell::new(true),
            built: Cell::new(false),
        }
    }
}

impl Around {
    /// It has something else to show.
    pub(super) fn spoil(&self) {
        self.stale.set(true);
    }

    /// The page is about to be drawn.
    pub(super) fn begin(&self) {
        let stale = self.stale.replace(false);
        self.built.set(stale);
        self.stamp.set(self.stamp.get() + u32::from(stale));
    }

    /// Whether it was built when the page was drawn last.
    pub(super) fn is_new(&self) -> bool {
        self.built.get()
    }

    /// A part of it, which stays as it is unless all of it is built.
    pub(super) fn part(&self, build: impl FnOnce() -> Html) -> Html {
        let content = match self.is_new() {
            true => build(),
            false => Html::default(),
        };
        html! { <Part stamp={self.stamp.get()} {content} /> }
    }
}

/// With the same stamp, the content is not looked at.
#[derive(Properties)]
struct Props {
    stamp: u32,
    content: Html,
}

impl PartialEq for Props {
    fn eq(&self, other: &Self) -> bool {
        self.stamp == other.stamp
    }
}

#[component]
fn Part(props: &Props) -> Html {
    props.content.clone()
}
