//! Lessons on the live engine: what one is (`lesson`), how its file is read (`read`), and how it
//! goes on while somebody steps, breaks things and comes back (`player`). The course is the order
//! of all lessons (`course`), and `progress` how far somebody has come. Questions about the next step
//! are made from the engine (`question`); `asked` is one that somebody has before them, and `check`
//! plays a lesson to see that its own come up.

mod asked;
mod challenge;
mod check;
mod course;
mod glossary;
mod lesson;
mod player;
mod progress;
mod question;
mod read;

pub use asked::{Asked, Score};
pub use challenge::{Challenge, Verdict};
pub use course::{Course, Part};
pub use glossary::{Explained, Glossary};
pub use lesson::{Arg, Beat, Deed, FileError, Lesson, Point, Prediction, Side, Wanted, Weighing};
pub use player::{Player, STEPS_MAX, Seen, Stuck};
pub use progress::Progress;
pub use question::{Question, kinds, question, questions};
