//! Two runs as one file.

use super::{act, eventful, pair, seen};
use crate::common::{n, scenario};
use quorumscope::protocol::NodeId;
use quorumscope::share::pair::{PairFile, Side};
use quorumscope::share::{ACTIONS_MAX, Run, RunError};
use quorumscope::view::compare::{PairOpening, Runs, reopen_pair};
use quorumscope::world::{Action, ActionError};

/// A file reads back as the pair that wrote it, and opens as it was.
#[test]
fn files_are_lossless() {
    let mut pair = eventful();
    let message = {
        let moment = pair.moment(Side::Right);
        moment.messages.first().map(|it| it.id)
    };
    if let Some(id) = message {
        act(&mut pair, Side::Right, Action::Drop(id));
    }
    pair.seek(100);
    let file = pair.file();
    let read = PairFile::from_json(&file.to_json()).unwrap();
    assert_eq!(read, file);
    let opened = reopen_pair(&read).unwrap();
    assert_eq!((opened.stopped, opened.same_state), (None, Some(true)));
    assert_eq!(seen(&opened.pair), seen(&pair));

    // What the boot script holds line by line is the same pair.
    let runs = Runs::Two(Box::new(opened.pair));
    let lines: Vec<String> = (1..=runs.length()).filter_map(|it| runs.line(it)).collect();
    let head = runs.head();
    let head = head.strip_suffix('}').unwrap();
    let grown = format!("{head},\"actions\":[{}]}}", lines.join(","));
    assert_eq!(PairFile::from_json(&grown).unwrap().deeds, file.deeds);
}

/// However it is sliced, a file opens as the same pair, never in more at once than was asked for,
/// and says on its way how far it is.
#[test]
fn a_pair_opens_in_slices() {
    let pair = eventful();
    let mut file = pair.file();
    file.cursor = 70;
    let whole = reopen_pair(&file).unwrap().pair;
    for most in [1, 7, usize::MAX] {
        let mut opening = PairOpening::of(file.clone()).unwrap();
        let (mut before, mut slices) = (0, 1);
        while !opening.advance(most) {
            assert!((before..100).contains(&opening.percent()));
            (before, slices) = (opening.percent(), slices + 1);
        }
        assert_eq!(slices, file.deeds.len().div_ceil(most));
        assert_eq!(opening.percent(), 100);
        assert_eq!(seen(&opening.finish().pair), seen(&whole));
    }
}

/// A pair ends where its file would, and what was saved then opens whole; so does either run alone.
#[test]
fn a_pair_ends_where_its_file_would() {
    let mut pair = pair("raft", "raft");
    while pair.length() < ACTIONS_MAX {
        pair.step().unwrap();
    }
    assert_eq!(pair.step(), Err(ActionError::RunFull));
    assert!(pair.stride().is_err());
    let crash = pair.deed(Side::Left, Action::Crash(NodeId(1)));
    assert_eq!(pair.act(crash.clone()), Err(ActionError::RunFull));
    let opened = reopen_pair(&PairFile::from_json(&pair.file().to_json()).unwrap()).unwrap();
    assert_eq!((opened.stopped, opened.same_state), (None, Some(true)));
    // In the past there is room again, as long as each run has some.
    pair.seek(5);
    pair.act(crash).unwrap();
    let left = pair.into_left();
    let run = left.run_with_branches().unwrap();
    assert_eq!(Run::from_json(&run.to_json()), Ok(run));
}

/// Each kind of bad file has its own answer; a deed that makes no sense ends the pair there.
#[test]
fn bad_files_are_told_apart() {
    let good = eventful().file().to_json();
    let read = |text: &str| PairFile::from_json(text).unwrap_err();
    let but = |from: &str, to: &str| {
        assert!(good.contains(from), "{from} in {good}");
        read(&good.replacen(from, to, 1))
    };
    let run = Run::new(scenario("raft", 3, &[]), 1).to_json();
    assert_eq!(read(&run), RunError::NotARun);
    assert!(matches!(
        read(&good[..good.len() / 2]),
        RunError::Malformed(_)
    ));
    assert_eq!(but("\"version\":1", "\"version\":9"), RunError::Newer(9));
    assert_eq!(but("\"right\":{", "\"middle\":{"), RunError::BadHead);
    assert_eq!(
        but("\"seed\":1", "\"seed\":1,\"more\":1"),
        RunError::BadHead
    );
    assert!(matches!(
        but("pre_vote", "pre_votes"),
        RunError::Scenario(_)
    ));
    assert_eq!(but("\"both\"", "\"neither\""), RunError::BadAction(1));
    assert_eq!(
        but("{\"crash\":\"S5\"}", "\"next\""),
        RunError::BadAction(2)
    );
    let many = but("\"steps\":40", "\"steps\":4294967295");
    assert_eq!(many, RunError::TooManyActions);

    let nobody = good.replacen("{\"crash\":\"S5\"}", "{\"crash\":\"S9\"}", 1);
    let opened = reopen_pair(&PairFile::from_json(&nobody).unwrap()).unwrap();
    let (position, error) = opened.stopped.unwrap();
    assert_eq!(error, ActionError::NoSuchEndpoint(n(9).into()));
    assert_eq!(opened.pair.length(), position - 1);
}
