//! A file keeps the whole tree of a session: every branch with its name, its cursor and its notes;
//! and what is not a tree is refused.

mod common;

use common::chaos::Rng;
use quorumscope::history::BranchId;
use quorumscope::protocol::{ClientId, Endpoint, NodeId, Value};
use quorumscope::share::tree::{BRANCHES_MAX, TreeError};
use quorumscope::share::{ACTIONS_MAX, Run, RunError, link};
use quorumscope::view::until;
use quorumscope::view::{Session, first_look, open, reopen};
use quorumscope::world::{Action, ActionError};
use serde_json::{Value as Json, json};

/// Something that somebody does, whether it makes sense or not.
fn deed(rng: &mut Rng) -> Action {
    let node = NodeId(1 + rng.below(5) as u8);
    let other = NodeId(1 + rng.below(5) as u8);
    match rng.below(8) {
        0 => Action::Crash(node),
        1 => Action::Restart(node),
        2 => Action::Pause(node),
        3 => Action::Resume(node),
        4 => Action::Advance(1 + rng.below(5) as u32),
        5 => Action::Cut(Endpoint::Node(node), Endpoint::Node(other)),
        6 => Action::Heal,
        _ => Action::Submit {
            client: ClientId(1),
            to: Some(node),
            value: Value::new("x=1").unwrap(),
        },
    }
}

/// A session in which somebody goes to and fro, acts, forks, names and notes.
fn wandering(protocol: &str, seed: u32) -> Session {
    let mut rng = Rng::new(u64::from(seed));
    let mut session = open(first_look(protocol), seed).unwrap();
    for turn in 0..rng.below(220) {
        let branches = session.branches().len();
        let length = session.length();
        match rng.below(20) {
            // What makes no sense changes nothing.
            0..12 => drop(session.step()),
            12..14 => drop(session.act(deed(&mut rng))),
            14 => session.seek(rng.below(length + 1)),
            15 => session.return_to(BranchId(rng.below(branches) as u32)),
            16 => {
                let id = BranchId(rng.below(branches) as u32);
                session.name_branch(id, &format!("  way \"{turn}\" 路\u{7} "));
            }
            17 => session.fork(),
            18 => {
                let place = session.here();
                if session.act(deed(&mut rng)).is_ok() {
                    session.take_back(place);
                }
            }
            _ => drop(session.pin(rng.below(length + 1), &format!("note {turn}"))),
        }
    }
    session
}

/// What happened on the branch on stage, and what is noted there.
fn line(session: &Session) -> String {
    let actions: Vec<_> = (1..=session.length())
        .map(|at| session.action(at))
        .collect();
    let entries = session.entries();
    let marks: Vec<_> = (1..=session.length()).map(|at| entries.get(at)).collect();
    format!("{actions:?} {marks:?} {:?}", session.pins())
}

/// Whatever somebody does, its file opens as the same tree and is saved as the same bytes.
#[test]
fn a_file_keeps_the_tree() {
    let (mut most, mut nested, mut early, mut noted) = (0, 0, 0, 0);
    for seed in 0..240 {
        let protocol = ["raft", "paxos", "two_phase", "multi_paxos"][seed as usize % 4];
        let mut session = wandering(protocol, seed);
        let run = session.run_with_branches().unwrap();
        let text = run.to_json();
        assert_eq!(Run::from_json(&text).as_ref(), Ok(&run), "{text}");
        let opened = reopen(&run).unwrap();
        assert_eq!((opened.stopped, opened.branch_stopped), (None, None));
        assert_eq!(opened.same_state, Some(true), "{text}");
        let mut again = opened.session;
        assert_eq!(again.run_with_branches().unwrap().to_json(), text);

        assert_eq!(again.branches(), session.branches());
        assert_eq!(again.position(), session.position());
        for card in session.branches() {
            session.return_to(card.id);
            again.return_to(card.id);
            assert_eq!(again.position(), session.position(), "{seed} {card:?}");
            assert_eq!(again.hash(), session.hash());
            assert_eq!(line(&again), line(&session), "{seed} {card:?}");
        }

        let cards = session.branches();
        let start = |id: BranchId| cards[id.0 as usize].leaves.map_or(0, |it| it.1);
        let parents = cards.iter().filter_map(|it| Some((it, it.leaves?)));
        for (card, (parent, at)) in parents {
            nested += usize::from(parent != BranchId(0));
            early += usize::from(at < start(parent));
            let saved = &run.tree.as_ref().unwrap().branches[card.id.0 as usize];
            noted += saved.pins.len();
        }
        most = most.max(cards.len());
        // Where there is one, the file is as it has always been.
        if cards.len() == 1 && cards[0].name.is_none() {
            assert_eq!(run, session.run());
        }
    }
    assert!(
        most > 15 && nested > 200 && early > 20 && noted > 20,
        "{most} {nested} {early} {noted}"
    );
}

/// A link has the branch on stage alone, and is the same whatever else was tried.
#[test]
fn a_link_has_the_branch_on_stage() {
    let session = wandering("raft", 2);
    let (run, alone) = (session.run_with_branches().unwrap(), session.run());
    assert!(run.tree.is_some() && alone.tree.is_none());
    assert_eq!(link::write(&run), link::write(&alone));
}

/// However it is sliced, a file opens as the same tree, and says on its way how far it is.
#[test]
fn a_tree_opens_in_slices() {
    let run = wandering("raft", 6).run_with_branches().unwrap();
    let text = run.to_json();
    for most in [1, 7, usize::MAX] {
        let mut opening = quorumscope::view::Opening::of(run.clone()).unwrap();
        let mut before = 0;
        while !opening.advance(most) {
            assert!((before..=100).contains(&opening.percent()));
            before = opening.percent();
        }
        assert_eq!(opening.percent(), 100);
        let session = opening.finish().session;
        assert_eq!(session.run_with_branches().unwrap().to_json(), text);
    }
}

/// Six steps; in the past of them S1 crashes after two, and S2 after four; and the latter crash is
/// on stage. Both branches, and the old future, have a note.
fn small() -> Json {
    let mut session = open(first_look("raft"), 1).unwrap();
    for _ in 0..6 {
        session.step().unwrap();
    }
    session.pin(5, "the old future").unwrap();
    session.seek(2);
    session.act(Action::Crash(NodeId(1))).unwrap();
    session.step().unwrap();
    session.pin(4, "without S1").unwrap();
    session.name_branch(session.branch(), "without S1");
    session.return_to(BranchId(0));
    session.seek(4);
    session.act(Action::Crash(NodeId(2))).unwrap();
    session.pin(2, "shared").unwrap();
    let text = session.run_with_branches().unwrap().to_json();
    serde_json::from_str(&text).unwrap()
}

fn read(file: &Json) -> Result<Run, RunError> {
    Run::from_json(&file.to_string())
}

/// The form of the file, as the schema and its readers know it.
#[test]
fn each_branch_has_what_the_run_does_not() {
    let file = small();
    let expected = json!([
        {"actions": [{"steps": 2}], "notes": [{"at": 5, "text": "the old future"}]},
        {
            "name": "without S1", "from": 1, "at": 2, "cursor": 4,
            "actions": [{"then": {"crash": "S1"}}, {"steps": 1}],
            "notes": [{"at": 4, "text": "without S1"}],
        },
        {"from": 1, "at": 4, "on_stage": true},
    ]);
    assert_eq!(file["branches"], expected);
    let run = json!([{"steps": 4, "then": {"crash": "S2"}}]);
    assert_eq!(file["actions"], run);
    assert_eq!(file["notes"], json!([{"at": 2, "text": "shared"}]));
}

/// A branch whose action makes no sense ends before it; what left it later is there, without
/// actions; and all others are as they were.
#[test]
fn what_makes_no_sense_is_left_out() {
    let mut file = small();
    file["branches"][1]["actions"] = json!([{"then": {"restart": "S1"}}, {"steps": 1}]);
    let later = json!({"name": "later", "from": 2, "at": 4, "actions": [{"steps": 3}]});
    let branches = file["branches"].as_array_mut().unwrap();
    branches.push(later);
    let opened = reopen(&read(&file).unwrap()).unwrap();
    assert_eq!((opened.stopped, opened.same_state), (None, Some(true)));
    let (branch, position, _) = opened.branch_stopped.unwrap();
    assert_eq!((branch, position), (BranchId(1), 3));
    let cards = opened.session.branches();
    let lengths: Vec<usize> = cards.iter().map(|it| it.length).collect();
    assert_eq!(lengths, [6, 2, 5, 2]);
    assert_eq!(cards[3].name.as_deref(), Some("later"));
    // And that is a tree that can be saved.
    let run = opened.session.run_with_branches().unwrap();
    assert_eq!(Run::from_json(&run.to_json()), Ok(run));

    // On the way to the branch on stage, it is the run that ends.
    let mut file = small();
    file["actions"] = json!([{"steps": 3, "then": {"restart": "S1"}}, {"then": {"crash": "S2"}}]);
    let opened = reopen(&read(&file).unwrap()).unwrap();
    assert_eq!(opened.stopped.map(|it| it.0), Some(4));
    assert_eq!(opened.branch_stopped, None);
    let lengths = opened.session.branches().into_iter().map(|it| it.length);
    assert_eq!(lengths.collect::<Vec<_>>(), [3, 4, 3]);
    assert!(opened.session.branches()[2].on_stage);
}

/// Each kind of bad tree has its own answer.
#[test]
fn bad_trees_are_told_apart() {
    use TreeError as E;
    let but = |change: &dyn Fn(&mut Json)| {
        let mut file = small();
        change(&mut file["branches"]);
        match read(&file) {
            Err(RunError::Tree(error)) => error,
            other => panic!("{other:?}"),
        }
    };
    let many = vec![json!({}); BRANCHES_MAX + 1];
    let cases = [
        ("", json!({}), E::Bad(1)),
        ("", json!([]), E::NotOneOnStage),
        ("", Json::Array(many), E::TooMany),
        ("/0", json!([]), E::Bad(1)),
        ("/0/from", json!(1), E::Bad(1)),
        ("/1/from", json!(0), E::NoParent(2)),
        ("/1/from", json!(2), E::NoParent(2)),
        ("/1/from", json!(3), E::NoParent(2)),
        ("/2/from", json!(4), E::NoParent(3)),
        ("/1/from", json!("1"), E::Bad(2)),
        ("/1/at", json!(7), E::Beyond(2)),
        ("/1/at", json!("2"), E::Bad(2)),
        ("/2/at", json!(6), E::Beyond(3)),
        ("/1/on_stage", json!(true), E::Bad(2)),
        ("/2/on_stage", json!(false), E::Bad(3)),
        ("/2/cursor", json!(1), E::Bad(3)),
        ("/2/actions", json!([{"steps": 1}]), E::Bad(3)),
        ("/1/length", json!(1), E::Bad(2)),
        ("/1/name", json!(" spaces "), E::Bad(2)),
        ("/1/name", json!(""), E::Bad(2)),
        ("/1/name", json!("x".repeat(41)), E::Bad(2)),
        ("/1/name", json!("a\u{1b}b"), E::Bad(2)),
        ("/1/actions", json!({}), E::Bad(2)),
        ("/1/actions/1", json!({"stops": 1}), E::BadAction(2, 2)),
        ("/1/notes/0/at", json!(2), E::BadNote(2, 1)),
        ("/1/notes/0/at", json!(5), E::BadNote(2, 1)),
        ("/0/notes/0/at", json!(4), E::BadNote(1, 1)),
    ];
    for (place, value, expected) in cases {
        let found = but(&|branches| match branches.pointer_mut(place) {
            Some(it) => *it = value.clone(),
            None => {
                let (parent, field) = place.rsplit_once('/').unwrap();
                branches.pointer_mut(parent).unwrap()[field] = value.clone();
            }
        });
        assert_eq!(found, expected, "{place} as {value}");
    }
    let two = |branches: &mut Json| {
        let mut third = branches[2].clone();
        third["name"] = json!("once more");
        branches.as_array_mut().unwrap().push(third);
    };
    assert_eq!(but(&two), E::NotOneOnStage);
    let twice = small()
        .to_string()
        .replace("\"from\":1,", "\"from\":1,\"from\":1,");
    assert_eq!(Run::from_json(&twice), Err(RunError::Tree(E::Bad(2))));
    // No more actions than there may be, on all branches together.
    let mut long = small();
    long["branches"][0]["actions"] = json!([{"steps": ACTIONS_MAX}]);
    assert_eq!(read(&long), Err(RunError::TooManyActions));
    long["branches"][0]["actions"] = json!([{"steps": ACTIONS_MAX - 10}]);
    assert!(read(&long).is_ok());
}

/// A run ends where its file would, on all branches together, with a reason; so whatever is on stage
/// can be saved, and opens again.
#[test]
fn a_run_ends_where_its_file_would() {
    let mut session = open(first_look("raft"), 1).unwrap();
    for _ in 0..ACTIONS_MAX - 3 {
        session.step().unwrap();
    }
    session.seek(1);
    for _ in 0..2 {
        session.act(Action::Advance(1)).unwrap();
    }
    // A stride that would not fit is not begun.
    assert!(session.stride().is_err_and(|it| it == ActionError::RunFull));
    assert_eq!((session.position(), session.length()), (3, 3));
    session.step().unwrap();
    let refused = Err(ActionError::RunFull);
    assert_eq!(session.step(), refused);
    assert_eq!(session.act(Action::Crash(NodeId(1))), refused);
    assert_eq!(session.step_folding(), Err(ActionError::RunFull));
    for until in until::choices("raft") {
        let reached = session.run_until(until);
        assert_ne!(reached, Ok(true));
    }
    assert_eq!(session.position(), 4, "nothing is done by halves");
    // Along what is recorded one still goes.
    session.return_to(BranchId(0));
    session.seek(20);
    session.step().unwrap();
    assert!(session.stride().is_ok());

    let run = session.run_with_branches().unwrap();
    assert_eq!(run.total(), ACTIONS_MAX);
    let read = Run::from_json(&run.to_json()).unwrap();
    let again = reopen(&read).unwrap();
    assert_eq!(
        (again.stopped, again.same_state),
        (None, Some(true)),
        "it opens whole"
    );
    assert_eq!(again.session.run_with_branches(), Some(run));
}

/// How many notes there may be is for all branches together.
#[test]
fn notes_are_bounded() {
    let notes = |count: usize| -> Json {
        (0..count)
            .map(|at| json!({"at": 7 + at, "text": "x"}))
            .collect()
    };
    let mut file = small();
    file["branches"][0]["actions"] = json!([{"steps": 300}]);
    file["branches"][0]["notes"] = notes(198);
    assert!(read(&file).is_ok());
    file["branches"][0]["notes"] = notes(199);
    assert_eq!(read(&file), Err(RunError::Tree(TreeError::BadNote(2, 1))));
}

/// Machines are counted branch by branch: those that never stand beside each other add up to
/// nothing.
#[test]
fn nodes_are_counted_on_each_branch() {
    let mut file = small();
    let machines = |count| Json::Array(vec![json!({"then": "add_machine"}); count]);
    assert_eq!(read(&file).unwrap().nodes(), 5);
    file["branches"][0]["actions"] = machines(3);
    file["branches"][1]["actions"] = machines(2);
    file["branches"][1]["notes"] = json!([]);
    file["branches"]
        .as_array_mut()
        .unwrap()
        .push(json!({"from": 1, "at": 6, "actions": machines(2)}));
    assert_eq!(read(&file).unwrap().nodes(), 9);
}
