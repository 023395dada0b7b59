//! Watches over one input at a time: a panic is caught, and what takes too long or too much memory
//! ends the program from a second thread. Either way the input is kept.
//!
//! Memory is what the system says of the process (`/proc/self/status`); where it says nothing,
//! memory is not watched.

use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::{Arc, Mutex, PoisonError};
use std::thread;
use std::time::{Duration, Instant};

use super::corpus;
use super::targets::Target;
use super::uses::Uses;

/// The longest that one input may take.
pub const TIME_MAX: Duration = Duration::from_secs(60);
/// The most memory that the whole program may have at any time, in MiB.
pub const MIB_MAX: u64 = 1_024;
/// How often the second thread looks.
const PERIOD: Duration = Duration::from_millis(20);

/// The input that is being read.
struct Current {
    target: &'static str,
    bytes: Vec<u8>,
    since: Instant,
}

/// The watch, while it lives.
pub struct Watch(Arc<Mutex<Option<Current>>>);

/// What came of an input.
pub struct Outcome {
    /// Whether it was accepted; nothing where there was a panic.
    pub accepted: Option<bool>,
    /// How long it took.
    pub took: Duration,
}

impl Watch {
    /// Begins to watch.
    pub fn begin() -> Self {
        let current: Arc<Mutex<Option<Current>>> = Arc::default();
        let watched = Arc::downgrade(&current);
        thread::spawn(move || {
            while let Some(current) = watched.upgrade() {
                look(&current);
                thread::sleep(PERIOD);
            }
        });
        Self(current)
    }

    /// Reads an input and uses what was read.
    pub fn read(&self, target: &Target, bytes: &[u8], uses: &mut Uses) -> Outcome {
        let since = Instant::now();
        self.set(Some(Current {
            target: target.name,
            bytes: bytes.to_vec(),
            since,
        }));
        uses.begin(bytes);
        let read = catch_unwind(AssertUnwindSafe(|| (target.read)(bytes, uses)));
        let took = since.elapsed();
        self.set(None);
        if read.is_err() {
            let path = corpus::keep(target.name, bytes);
            eprintln!("a panic: {}", path.display());
        }
        Outcome {
            accepted: read.ok(),
            took,
        }
    }

    fn set(&self, current: Option<Current>) {
        *self.0.lock().unwrap_or_else(PoisonError::into_inner) = current;
    }
}

/// Ends the program where the input takes too much.
fn look(current: &Mutex<Option<Current>>) {
    let current = current.lock().unwrap_or_else(PoisonError::into_inner);
    let Some(current) = &*current else { return };
    let mib = status("VmRSS:").unwrap_or(0);
    let what = match current.since.elapsed() > TIME_MAX {
        true => format!("takes longer than {} s", TIME_MAX.as_secs()),
        false if mib > MIB_MAX => format!("takes {mib} MiB of memory"),
        false => return,
    };
    let path = corpus::keep(current.target, &current.bytes);
    eprintln!("an input that {what}: {}", path.display());
    std::process::exit(1);
}

/// The most memory that the program has had so far, in MiB, if the system says so.
pub fn mib_at_most() -> Option<u64> {
    status("VmHWM:")
}

fn status(name: &str) -> Option<u64> {
    let status = std::fs::read_to_string("/proc/self/status").ok()?;
    let line = status.lines().find_map(|line| line.strip_prefix(name))?;
    let kib: u64 = line.trim().strip_suffix(" kB")?.parse().ok()?;
    Some(kib / 1024)
}
