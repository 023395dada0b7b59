//! Two runs side by side on the page: what can be compared, both stages' names, what both cost, and
//! why each did what it did. The pair itself is the engine's (`view::compare`); `lab/comparing.rs`
//! does what is asked of it.

mod dialog;
mod view;

pub(super) use dialog::dialog;
pub(super) use view::{counts, dom_id, head, name, of_side, why};

use super::lab::Msg;
use super::stage;
use super::words::Shared;
use crate::share::pair::Side;
use crate::view::Moment;
use crate::view::compare::Rival;

/// What Help says of its keys.
pub(super) const KEYS: [(&str, &str); 1] = [("O", "compare.key")];

/// What concerns a comparison, of all that can happen to the page.
#[derive(Clone)]
pub(super) enum Compare {
    /// Puts something beside the run on stage.
    Begin(Rival),
    /// Goes back to the left run alone.
    Close,
    /// Acts on this side from now on.
    Turn(Side),
    /// Acts on the other side from now on.
    Other,
    /// Something is done on one of the two stages.
    On(Side, Box<Msg>),
}

/// What the page knows of a comparison besides the pair.
#[derive(Default)]
pub(super) struct Beside {
    /// The moment on the side that a person does not act on.
    pub(super) other: Option<Shared<Moment>>,
}

/// The stage of a side.
pub(super) fn stage_name(side: Side) -> stage::Name {
    match side {
        Side::Left => stage::Name::FIRST,
        Side::Right => stage::Name::SECOND,
    }
}
