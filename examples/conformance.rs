//! Runs tables of cases against the engine: `cargo run --release --example conformance -- FILE…`.
//! It lists what differs, and its last line is `N passed, N failed`.

use std::process::ExitCode;

#[path = "../tests/oracles/runner/mod.rs"]
mod runner;

fn main() -> ExitCode {
    let paths: Vec<String> = std::env::args().skip(1).collect();
    if paths.is_empty() {
        eprintln!("Usage: conformance FILE…, each a table of cases such as tests/oracles/*.json");
        return ExitCode::from(2);
    }
    let (text, all_passed) = runner::run_files(&paths);
    print!("{text}");
    ExitCode::from(u8::from(!all_passed))
}
