//! Two runs as one file.

use super::{act, eventful, seen};
use crate::common::{n, scenario};
use quorumscope::share::pair::{PairFile, Side};
use quorumscope::share::{Run, RunError};
use quorumscope::view::compare::{Runs, reopen_pair};
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
