//! Quorumscope: a laboratory for consensus.
//!
//! A run is `(scenario, seed, actions)`, and every state is a pure function of a run and a
//! cursor. Arrows point one way: `app → teach → view → share, history → check → world → protocol`.
//! See `ARCHITECTURE.md`.

#![recursion_limit = "512"]

pub mod check;
pub mod growing;
pub mod history;
pub mod jobs;
pub mod protocol;
pub mod share;
pub mod sorted;
pub mod teach;
pub mod view;
pub mod world;

#[cfg(all(target_arch = "wasm32", feature = "page"))]
pub mod app;
