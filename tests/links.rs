//! Links: what is sent is what arrives, links stay short, stored ones open for ever, and a link that
//! was bent on its way is refused with a reason.
//!
//! `tests/links/1/` holds links of version 1, one for each run in `tests/runs/`.
//! `tests/links/browsers/` holds links that each browser has made.
//! `QUORUMSCOPE_BLESS=1 cargo test --test links` adds those that are missing. The others are never
//! written anew: somebody may have sent them.

mod common;

use std::path::{Path, PathBuf};

use common::chaos::{Chaos, Rng, sound_scenarios};
use common::{Known, Lab, Mood};
use quorumscope::protocol::multi_paxos::MultiPaxos;
use quorumscope::protocol::paxos::Paxos;
use quorumscope::protocol::raft::Raft;
use quorumscope::protocol::two_phase::TwoPhase;
use quorumscope::share::link::{self, LinkError};
use quorumscope::share::{ENGINE, Run, Trail};
use quorumscope::view::reopen;
use quorumscope::world::{Action, Scenario};

/// What a link of a run of a hundred actions may have, in characters.
const CHARS: usize = 2_048;

fn folder(name: &str) -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR"))
        .join("tests")
        .join(name)
}

/// The runs in the files of `tests/runs`, each as a link keeps it.
fn known_runs() -> Vec<(String, Run)> {
    let mut files: Vec<_> = std::fs::read_dir(folder("runs")).unwrap().collect();
    files.sort_by_key(|file| file.as_ref().unwrap().file_name());
    let read = |file: std::io::Result<std::fs::DirEntry>| {
        let path = file.unwrap().path();
        let name = path.file_stem().unwrap().to_string_lossy().into_owned();
        let run = Run::from_json(&std::fs::read_to_string(path).unwrap()).unwrap();
        (name, reopen(&run).unwrap().session.run_with_trail())
    };
    files.into_iter().map(read).collect()
}

/// A run of so many actions in which everything can happen.
fn random_run<P: Known>(scenario: &Scenario, seed: u32, actions: usize) -> Run {
    let mut lab = Lab::<P>::of(scenario, seed, Mood::Lenient);
    let mut chaos = Chaos::rich(seed.into());
    for _ in 0..actions {
        let action = chaos.action(lab.world());
        lab.act(action);
    }
    lab.run()
}

/// Random runs of every protocol in its sound forms.
fn random_runs(seeds: std::ops::Range<u32>, actions: usize) -> Vec<Run> {
    let mut runs = Vec::new();
    for seed in seeds {
        for scenario in sound_scenarios("raft") {
            runs.push(random_run::<Raft>(&scenario, seed, actions));
        }
        for scenario in sound_scenarios("paxos") {
            runs.push(random_run::<Paxos>(&scenario, seed, actions));
        }
        for scenario in sound_scenarios("multi_paxos") {
            runs.push(random_run::<MultiPaxos>(&scenario, seed, actions));
        }
        for scenario in sound_scenarios("two_phase") {
            runs.push(random_run::<TwoPhase>(&scenario, seed, actions));
        }
    }
    runs
}

/// Stored links open to the runs that they were made of, in the states in which these were.
#[test]
fn stored_links_open_for_ever() {
    for (name, run) in known_runs() {
        let path = folder("links/1").join(&name);
        if std::env::var_os("QUORUMSCOPE_BLESS").is_some() && !path.exists() {
            std::fs::write(&path, link::write(&run).unwrap() + "\n").unwrap();
        }
        let stored = std::fs::read_to_string(&path).unwrap();
        let read = link::read(&stored).unwrap_or_else(|error| panic!("{name}: {error}"));
        assert_eq!(read, run, "{name}");
        let opened = reopen(&read).unwrap();
        assert_eq!(opened.stopped, None, "{name}");
        assert_eq!(opened.parted, None, "{name}: see `ENGINE`");
        assert_eq!(opened.same_state, Some(true), "{name}");
        assert_eq!(link::write(&read).unwrap(), stored.trim_end(), "{name}");
    }
}

/// What browsers have made opens natively too, in the state that they saw.
/// `tests/browser/crossing.spec.mjs` makes these links, and has each browser open them.
#[test]
fn links_that_browsers_made_open_natively() {
    for browser in ["chromium", "firefox"] {
        for protocol in ["raft", "paxos", "multi_paxos", "two_phase"] {
            let path = folder("links/browsers").join(format!("{browser}/{protocol}.json"));
            let text = std::fs::read_to_string(&path).unwrap();
            let made: serde_json::Value = serde_json::from_str(&text).unwrap();
            let run = link::read(made["link"].as_str().unwrap()).unwrap();
            let opened = reopen(&run).unwrap();
            assert_eq!(opened.same_state, Some(true), "{}", path.display());
            let session = opened.session;
            let state = (session.seed(), session.position(), session.hash());
            let hash = u64::from_str_radix(made["hash"].as_str().unwrap(), 16).unwrap();
            let number = |name: &str| made[name].as_u64().unwrap();
            let known = (number("seed") as u32, number("cursor") as usize, hash);
            assert_eq!(state, known, "{}", path.display());
        }
    }
}

/// A link reads back as the run that it was made of, and a file does; and they stay short.
#[test]
fn random_runs_survive_a_link_and_a_file() {
    let mut longest = 0;
    for run in random_runs(0..6, 100) {
        let run = reopen(&run).unwrap().session.run_with_trail();
        assert_eq!(run.actions.len(), 100);
        let link = link::write(&run).unwrap();
        longest = longest.max(link.len());
        assert_eq!(link::read(&link).as_ref(), Ok(&run));
        assert_eq!(Run::from_json(&run.to_json()).as_ref(), Ok(&run));
        let fragment = link::fragment(&link);
        assert_eq!(link::in_fragment(&fragment), Some(&*link));
    }
    println!("the longest link of a hundred random actions has {longest} characters");
    assert!(longest <= CHARS, "{longest}");
}

/// A hundred submitted values of eight characters each, all of them different.
#[test]
fn a_hundred_values_fit() {
    let mut run = Run::new(Scenario::of("paxos", 9), u32::MAX);
    let mut rng = Rng::new(1);
    for _ in 0..100 {
        let letter = |_| char::from(b'a' + rng.below(26) as u8);
        let text: String = (0..8).map(letter).collect();
        run.actions.push(Action::Submit {
            client: quorumscope::protocol::ClientId(1),
            to: Some(quorumscope::protocol::NodeId(2)),
            value: common::value(&text),
        });
    }
    run.hash = Some(u64::MAX);
    let run = reopen(&run).unwrap().session.run_with_trail();
    assert_eq!(run.actions.len(), 100);
    let link = link::write(&run).unwrap();
    println!(
        "a hundred values of eight letters make a link of {} characters",
        link.len()
    );
    assert!(link.len() <= CHARS, "{}", link.len());
}

/// A link that has lost something, or in which a letter is another one, is refused as damaged; only
/// its first digit can make it one of another version.
#[test]
fn bent_links_are_refused() {
    let (_, run) = &known_runs()[0];
    let link = link::write(run).unwrap();
    for length in 0..link.len() {
        assert_eq!(
            link::read(&link[..length]),
            Err(LinkError::Damaged),
            "{length}"
        );
    }
    for (at, letter) in link.char_indices().skip(1) {
        let other = if letter == 'A' { "B" } else { "A" };
        let bent = format!("{}{other}{}", &link[..at], &link[at + 1..]);
        assert_eq!(link::read(&bent), Err(LinkError::Damaged), "{at}");
    }
    assert_eq!(link::read(&format!("{link}A")), Err(LinkError::Damaged));
    assert_eq!(
        link::read(&link.replacen('1', "0", 1)),
        Err(LinkError::Damaged)
    );
    assert_eq!(
        link::read(&link.replacen('1', "2", 1)),
        Err(LinkError::Newer(2))
    );
    assert_eq!(
        link::read(&"1A".repeat(link::CHARS_MAX)),
        Err(LinkError::TooLong)
    );
    // What mails and chats do to a link does no harm.
    let (half, rest) = link.split_at(link.len() / 2);
    assert_eq!(
        link::read(&format!("<{half}\r\n {rest}>.")).as_ref(),
        Ok(run)
    );
}

/// Whatever bytes a link holds, under the right sum, reading them ends in a run or in a reason.
#[test]
fn no_bytes_disturb() {
    let runs = known_runs();
    let mut rng = Rng::new(7);
    let mut opened = 0;
    for round in 0..20_000 {
        let (_, run) = &runs[round % runs.len()];
        let mut bytes = link::packed(run);
        for _ in 0..=rng.below(3) {
            let at = rng.below(bytes.len().min(200));
            match rng.below(3) {
                0 => bytes[at] ^= 1 << rng.below(8),
                1 => bytes.truncate(at.max(1)),
                _ => bytes.insert(at, rng.next() as u8),
            }
        }
        opened += usize::from(link::unpacked(&bytes).is_ok());
    }
    assert!(
        opened > 100,
        "{opened}: too few came as far as the scenario"
    );
}

/// A run that this engine takes elsewhere is said to, with the first place that differs; and a run
/// that ends before is opened as far as it goes.
#[test]
fn what_goes_another_way_is_told() {
    let run = random_run::<Raft>(&Scenario::of("raft", 5), 2, 150);
    let run = reopen(&run).unwrap().session.run_with_trail();
    assert_eq!(reopen(&run).unwrap().parted, None);
    let places: Vec<usize> = Trail::places(run.actions.len()).collect();
    for other_seed in [8, 9] {
        let mut elsewhere = run.clone();
        elsewhere.seed = other_seed;
        elsewhere.engine = ENGINE;
        let opened = reopen(&elsewhere).unwrap();
        let (agreed, differs) = opened.parted.expect("another seed is another run");
        assert!(
            agreed == 0 && places.contains(&differs),
            "{agreed} {differs}"
        );
        let (stopped, _) = opened.stopped.expect("its messages are not there");
        assert!(differs <= stopped && opened.session.length() == stopped - 1);
    }
}
