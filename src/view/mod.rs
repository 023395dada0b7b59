//! What a screen shows of a moment, with no word of how: plain data and catalogue keys. The
//! transcript and the exports are made from the same.

mod branches;
pub mod choices;
pub mod chronicle;
pub mod compare;
pub mod crowd;
pub mod diagram;
pub mod export;
pub mod geometry;
mod goals;
pub mod groups;
pub mod handing;
mod knowledge;
mod moment;
mod opening;
mod pins;
pub mod quorums;
mod retrace;
mod saving;
mod session;
pub mod text;
mod transcript;
pub mod until;
mod why_not;

pub use branches::{BranchCard, Parting};
pub use goals::{GoalState, goal_states};
pub use knowledge::{Knowledge, Letter};
pub use moment::{
    Belief, ClientCard, Happening, Landed, MessageCard, Moment, NodeCard, TimerCard, Upcoming,
    UpcomingKind,
};
pub use opening::{OpenedRun, Opening, reopen};
pub use pins::PinError;
pub use retrace::Place;
pub use session::{STRIDE_STEPS_MAX, Session, first_look, open};
pub use text::{Catalogue, Sentence};
pub use transcript::Line;
pub use why_not::{Asked, Told};
