//! Fuzzing as a whole: which inputs are read, and what came of them, target by target.

use std::fmt::Write as _;
use std::io::Write as _;
use std::ops::Range;
use std::time::{Duration, Instant};

use super::common::chaos::Rng;
use super::corpus::{self, Corpus};
use super::giants::giants;
use super::mutators;
use super::targets::{TARGETS, Target};
use super::uses::Uses;
use super::watch::{self, Watch};

/// What came of the inputs of one target.
#[derive(Clone, Default)]
struct Count {
    read: u64,
    accepted: u64,
    panics: u64,
    /// The longest that one took that was made by mutation.
    worst: Duration,
}

/// Fuzzing under way.
pub struct Fuzzing {
    corpus: Corpus,
    uses: Uses,
    watch: Watch,
    counts: Vec<Count>,
    began: Instant,
}

impl Fuzzing {
    /// Nothing read yet; of a run, so many actions are played.
    pub fn new(actions_max: usize) -> Self {
        Self {
            corpus: Corpus::of_the_project(),
            uses: Uses::new(actions_max),
            watch: Watch::begin(),
            counts: vec![Count::default(); TARGETS.len()],
            began: Instant::now(),
        }
    }

    /// From now on no more actions of a run are played than this.
    pub fn play_at_most(&mut self, actions: usize) {
        self.uses = Uses::new(actions);
    }

    /// Reads what is kept of all targets.
    pub fn kept(&mut self) {
        for (place, target) in TARGETS.iter().enumerate() {
            for (_, bytes) in corpus::kept(target.name) {
                self.read(place, &bytes);
            }
        }
    }

    /// Reads giants of at most about so many bytes, and prints how long each took.
    pub fn giants(&mut self, most: usize) {
        for (what, name, bytes) in giants(most) {
            let named = |target: &Target| target.name == name;
            let place = TARGETS.iter().position(named);
            print!("{what} ({name}, {} bytes): ", bytes.len());
            std::io::stdout().flush().ok();
            let took = self.read(place.expect("there is such a target"), &bytes);
            println!("{} ms", took.as_millis());
        }
    }

    /// Reads the inputs of these numbers, which follow from a seed.
    pub fn inputs(&mut self, seed: u64, numbers: Range<u64>) {
        let shares: usize = TARGETS.iter().map(|target| target.share).sum();
        for number in numbers {
            // Each input follows from its number alone, so that any of them can be made again.
            let mut rng = Rng::new(Rng::new(seed).next() ^ number);
            let place = place_of(rng.below(shares));
            let bytes = mutators::input(TARGETS[place].name, &self.corpus, &mut rng);
            let took = self.read(place, &bytes);
            let worst = &mut self.counts[place].worst;
            *worst = took.max(*worst);
        }
    }

    fn read(&mut self, place: usize, bytes: &[u8]) -> Duration {
        let outcome = self.watch.read(&TARGETS[place], bytes, &mut self.uses);
        let count = &mut self.counts[place];
        count.read += 1;
        count.accepted += u64::from(outcome.accepted == Some(true));
        count.panics += u64::from(outcome.accepted.is_none());
        outcome.took
    }

    /// How many inputs were read.
    pub fn total(&self) -> u64 {
        self.counts.iter().map(|count| count.read).sum()
    }

    /// How many of them made the program panic.
    pub fn panics(&self) -> u64 {
        self.counts.iter().map(|count| count.panics).sum()
    }

    /// The targets of which not one input was accepted, or not one refused: there mutation does too
    /// much, or too little.
    pub fn one_sided(&self) -> Vec<&'static str> {
        let all = TARGETS.iter().zip(&self.counts);
        let one_sided =
            all.filter(|(_, count)| count.accepted == 0 || count.accepted == count.read);
        one_sided.map(|(target, _)| target.name).collect()
    }

    /// A table of what came of them.
    pub fn report(&self) -> String {
        let mut text = String::from("target       inputs     accepted   worst, ms  panics\n");
        for (target, count) in TARGETS.iter().zip(&self.counts) {
            let Count {
                read,
                accepted,
                panics,
                worst,
            } = count;
            let (name, worst) = (target.name, worst.as_millis());
            writeln!(
                text,
                "{name:10} {read:>10} {accepted:>10} {worst:>10} {panics:>7}"
            )
            .ok();
        }
        let (total, panics) = (self.total(), self.panics());
        let seconds = self.began.elapsed().as_secs();
        writeln!(
            text,
            "{total} inputs in {seconds} s, {panics} panics, no input above {} s",
            watch::TIME_MAX.as_secs()
        )
        .ok();
        if let Some(mib) = watch::mib_at_most() {
            writeln!(text, "{mib} MiB of memory at most").ok();
        }
        text
    }
}

/// The target to which a number belongs, each having its share of numbers.
fn place_of(number: usize) -> usize {
    let mut ends = TARGETS.iter().scan(0, |end, target| {
        *end += target.share;
        Some(*end)
    });
    ends.position(|end| number < end).unwrap_or(0)
}
