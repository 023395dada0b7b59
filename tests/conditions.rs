//! Conditions: every form is read, written and asked of real runs of each protocol, and what is
//! not understood is told with its place.

mod common;

use std::collections::BTreeSet;

use common::chaos::{Chaos, sound_scenarios};
use common::raft_stories::{figure_8, figure_8_d1};
use common::{Known, Lab, Mood, n, paxos_stories, scenario, two_phase_stories, watched};
use quorumscope::check::Watched;
use quorumscope::check::condition::{Condition, EVENT_KINDS, EventTest};
use quorumscope::protocol::ClientId;
use quorumscope::protocol::multi_paxos::MultiPaxos;
use quorumscope::protocol::paxos::Paxos;
use quorumscope::protocol::raft::Raft;
use quorumscope::protocol::registry::Any;
use quorumscope::protocol::two_phase::TwoPhase;
use quorumscope::share::condition::{Problem, read, to_json};
use quorumscope::world::{Action, Step};

fn of(text: &str) -> Condition {
    read(text).unwrap_or_else(|error| panic!("{text}: {error}"))
}

/// Whether a condition on states holds now.
fn now<P: Known>(lab: &Lab<P>, text: &str) -> bool {
    let condition = of(text);
    assert!(!condition.reads_steps(), "{text}");
    condition.holds_in(lab.watched())
}

/// Whether a condition on steps holds after one.
fn after<P: Known>(lab: &Lab<P>, step: &Step<P::Message>, text: &str) -> bool {
    let condition = of(text);
    assert!(condition.reads_steps(), "{text}");
    condition.holds_after(lab.watched(), step)
}

/// Each form as it is written, with all its fields.
const FORMS: &[&str] = &[
    r#"{"all":[]}"#,
    r#"{"any":[{"down":"S1"},{"down":"any"}]}"#,
    r#"{"not":{"role":{"is":"leader"}}}"#,
    r#"{"role":{"node":"S2","is":"leader"}}"#,
    r#"{"epoch":{"node":"S1","at_least":3,"at_most":4}}"#,
    r#"{"epoch":{"at_most":0}}"#,
    r#"{"cell":{"node":"S1","index":2,"state":"chosen","label":"x","epoch":1}}"#,
    r#"{"cell":{}}"#,
    r#"{"field":{"node":"S3","key":"voted_for","is":"S2"}}"#,
    r#"{"tally":{"node":"S1","of":"votes","at_least":2}}"#,
    r#"{"count":{"role":"leader","at_least":2,"epochs":"different"}}"#,
    r#"{"count":{"cell":{"index":1},"at_least":2,"epochs":"same"}}"#,
    r#"{"count":{"role":"leader","epoch":{"at_least":2},"cell":{"index":1},"field":{"key":"k","is":"v"},"tally":{"of":"votes","at_least":1},"at_most":1}}"#,
    r#"{"count":{"down":true,"at_least":1}}"#,
    r#"{"told":{"client":"C1","value":"x"}}"#,
    r#"{"told":{}}"#,
    r#"{"lost":"raft.election_safety"}"#,
    r#"{"messages":{"at_least":50}}"#,
    r#"{"event":{"fact":"became","node":"S2","role":"leader","epoch":1}}"#,
    r#"{"event":{"fact":"committed","index":1}}"#,
    r#"{"event":{"fact":"voted","yes":false}}"#,
    r#"{"event":{"is":"delivered","message":"RequestVote","from":"S1","to":"S3"}}"#,
    r#"{"event":{"is":"submitted","client":"C2","value":"y"}}"#,
    r#"{"event":{"is":"fired","node":"C1","timer":"retry"}}"#,
    r#"{"note":{"rule":"raft.request_vote.log","outcome":"refused","at":"S3"}}"#,
    r#"{"note":{"rule":"client.told"}}"#,
];

#[test]
fn every_form_is_written_as_it_was_read() {
    for text in FORMS {
        let condition = of(text);
        assert_eq!(to_json(&condition).write(), *text);
        assert_eq!(of(&to_json(&condition).write()), condition);
    }
}

/// The step decides for events and notes, wherever they stand.
#[test]
fn conditions_on_steps_are_told_apart() {
    for text in FORMS {
        let is_of_steps = text.contains("\"event\"") || text.contains("\"note\"");
        for (before, after) in [
            ("", ""),
            ("{\"not\":{\"any\":[", "]}}"),
            ("{\"all\":[", "]}"),
        ] {
            let whole = format!("{before}{text}{after}");
            assert_eq!(of(&whole).reads_steps(), is_of_steps, "{whole}");
        }
    }
}

/// What is wrong is named, with its place.
#[test]
fn bad_conditions_are_told_with_their_place() {
    use Problem::*;
    let unknown = |name: &str| UnknownField(name.into());
    let word = |name: &str| UnknownWord(name.into());
    for (text, at, problem) in [
        ("[]", "", NoKind),
        ("{}", "", NoKind),
        (r#"{"down":"S1","lost":"x"}"#, "", NoKind),
        (
            r#"{"event":{"is":"delivered","message":"Vote"}}"#,
            "event.message",
            word("Vote"),
        ),
        (r#"{"explodes":"S1"}"#, "", unknown("explodes")),
        (r#"{"all":{}}"#, "all", BadValue),
        (
            r#"{"all":[{"down":"S1"},{"down":"C1"}]}"#,
            "all.2.down",
            BadValue,
        ),
        (
            r#"{"not":{"any":[{"up":"S1"}]}}"#,
            "not.any.1",
            unknown("up"),
        ),
        (r#"{"role":"leader"}"#, "role", BadValue),
        (r#"{"role":{"node":"S2"}}"#, "role", Missing("is")),
        (
            r#"{"role":{"node":2,"is":"leader"}}"#,
            "role.node",
            BadValue,
        ),
        (
            r#"{"role":{"is":"leader","of":"S1"}}"#,
            "role",
            unknown("of"),
        ),
        (
            r#"{"role":{"is":"leader","is":"x"}}"#,
            "role",
            Twice("is".into()),
        ),
        (r#"{"epoch":{"node":"S1"}}"#, "epoch", Missing("at_least")),
        (r#"{"epoch":{"at_least":3,"at_most":2}}"#, "epoch", BadValue),
        (r#"{"epoch":{"at_least":"3"}}"#, "epoch.at_least", BadValue),
        (r#"{"cell":{"state":"done"}}"#, "cell.state", word("done")),
        (r#"{"cell":{"label":""}}"#, "cell.label", BadValue),
        (r#"{"count":{"at_least":2}}"#, "count", Missing("role")),
        (
            r#"{"count":{"role":"leader"}}"#,
            "count",
            Missing("at_least"),
        ),
        (
            r#"{"count":{"role":"leader","at_least":1,"node":"S1"}}"#,
            "count",
            unknown("node"),
        ),
        (
            r#"{"count":{"down":false,"at_least":1}}"#,
            "count.down",
            BadValue,
        ),
        (
            r#"{"count":{"cell":{"node":"S1"},"at_least":1}}"#,
            "count.cell",
            unknown("node"),
        ),
        (
            r#"{"count":{"role":"x","at_least":1,"epochs":"equal"}}"#,
            "count.epochs",
            word("equal"),
        ),
        (r#"{"told":{"client":"S1"}}"#, "told.client", BadValue),
        (r#"{"lost":"raft.luck"}"#, "lost", word("raft.luck")),
        (r#"{"messages":{}}"#, "messages", Missing("at_least")),
        (r#"{"event":{"node":"S1"}}"#, "event", Missing("is")),
        (r#"{"event":{"is":"became"}}"#, "event.is", word("became")),
        (
            r#"{"event":{"fact":"crashed"}}"#,
            "event.fact",
            word("crashed"),
        ),
        (
            r#"{"event":{"fact":"became","is":"sent"}}"#,
            "event",
            unknown("is"),
        ),
        (
            r#"{"event":{"is":"crashed","role":"x"}}"#,
            "event",
            unknown("role"),
        ),
        (
            r#"{"event":{"fact":"voted","yes":1}}"#,
            "event.yes",
            BadValue,
        ),
        (r#"{"note":{"outcome":"done"}}"#, "note", Missing("rule")),
        (
            r#"{"note":{"rule":"raft.dance"}}"#,
            "note.rule",
            word("raft.dance"),
        ),
        (
            r#"{"note":{"rule":"client.told","outcome":"so"}}"#,
            "note.outcome",
            word("so"),
        ),
    ] {
        let error = read(text).expect_err(text);
        assert_eq!((&*error.at, &error.problem), (at, &problem), "{text}");
        assert!(error.to_string().starts_with(at), "{error}");
    }
    let malformed = read(r#"{"all":[}"#).unwrap_err();
    assert!(matches!(malformed.problem, Malformed(_)));
    assert!(read(&"{\"not\":".repeat(100_000)).is_err());
}

/// Raft: a node is elected, with what leads to it.
#[test]
fn raft_elects_s3() {
    let mut lab = Lab::<Raft>::new(&scenario("raft", 3, &[]));
    let step = lab.fire(3, "election");
    for (holds, text) in [
        (
            true,
            r#"{"event":{"is":"fired","node":"S3","timer":"election"}}"#,
        ),
        (false, r#"{"event":{"is":"fired","node":"S2"}}"#),
        (
            true,
            r#"{"event":{"fact":"became","role":"candidate","epoch":1}}"#,
        ),
        (
            true,
            r#"{"event":{"is":"sent","message":"RequestVote","to":"S1"}}"#,
        ),
        (
            false,
            r#"{"event":{"is":"sent","message":"RequestVote","to":"S3"}}"#,
        ),
    ] {
        assert_eq!(after(&lab, &step, text), holds, "{text}");
    }
    assert!(now(&lab, r#"{"role":{"node":"S3","is":"candidate"}}"#));
    assert!(now(
        &lab,
        r#"{"tally":{"node":"S3","of":"votes","at_least":1,"at_most":1}}"#
    ));
    assert!(!now(&lab, r#"{"tally":{"of":"votes","at_least":2}}"#));
    assert!(now(
        &lab,
        r#"{"field":{"node":"S3","key":"voted_for","is":"S3"}}"#
    ));
    assert!(now(
        &lab,
        r#"{"field":{"node":"S1","key":"voted_for","is":"none"}}"#
    ));
    assert!(now(&lab, r#"{"messages":{"at_least":2}}"#));
    assert!(!now(&lab, r#"{"messages":{"at_least":3}}"#));
    lab.deliver(3, 1);
    let vote = lab.flights(n(1), n(3))[0];
    let step = lab.act(Action::Deliver(vote));
    let elected = r#"{"event":{"fact":"became","role":"leader","node":"S3"}}"#;
    assert!(after(&lab, &step, elected));
    assert!(!of(elected).holds_in(lab.watched()));
    let leads = r#"{"all":[{"role":{"node":"S3","is":"leader"}},{"epoch":{"node":"S3","at_least":1,"at_most":1}}]}"#;
    assert!(now(&lab, leads));
    assert!(now(
        &lab,
        r#"{"count":{"role":"leader","at_least":1,"at_most":1}}"#
    ));
    // A leader that is down leads no more; what is on its disk is still there.
    let step = lab.act(Action::Crash(n(3)));
    assert!(after(
        &lab,
        &step,
        r#"{"event":{"is":"crashed","node":"S3"}}"#
    ));
    assert!(!now(&lab, leads));
    assert!(now(&lab, r#"{"down":"S3"}"#) && now(&lab, r#"{"down":"any"}"#));
    assert!(!now(&lab, r#"{"down":"S1"}"#));
    assert!(now(
        &lab,
        r#"{"count":{"down":true,"epoch":{"at_least":1},"at_least":1}}"#
    ));
}

/// Raft: two leaders at once, in different terms; and with a rule broken, in one.
#[test]
fn raft_has_two_leaders() {
    let at_once = r#"{"count":{"role":"leader","at_least":2}}"#;
    let apart = r#"{"count":{"role":"leader","at_least":2,"epochs":"different"}}"#;
    let in_one = r#"{"count":{"role":"leader","at_least":2,"epochs":"same"}}"#;
    let mut lab = Lab::<Raft>::new(&scenario("raft", 5, &[]));
    lab.campaign(1);
    assert!(!now(&lab, at_once));
    lab.partition(&[&[1, 2], &[3, 4, 5]]);
    lab.campaign_among(3, &[4, 5]);
    assert!(now(&lab, at_once) && now(&lab, apart) && !now(&lab, in_one));
    assert!(!now(&lab, r#"{"lost":"raft.election_safety"}"#));
    let mut broken = Lab::<Raft>::of(&scenario("raft", 3, &["vote_twice"]), 1, Mood::Lenient);
    broken.fire(1, "election");
    broken.fire(2, "election");
    broken.converse(1, 3);
    broken.converse(2, 3);
    assert!(now(&broken, at_once) && !now(&broken, apart) && now(&broken, in_one));
    assert!(now(&broken, r#"{"lost":"raft.election_safety"}"#));
}

/// Raft: Figure 8 (c) and (d), by the terms of cells.
#[test]
fn raft_comes_to_the_shape_of_figure_8() {
    let shape = r#"{"all":[{"role":{"node":"S1","is":"leader"}},
        {"count":{"cell":{"index":2,"epoch":2},"at_least":3,"at_most":3}},
        {"cell":{"node":"S1","index":3,"epoch":4}},
        {"cell":{"node":"S5","index":2,"epoch":3}},
        {"not":{"cell":{"index":2,"epoch":2,"state":"chosen"}}}]}"#;
    let mut lab = figure_8(&[], Mood::Strict);
    assert!(now(&lab, shape));
    assert!(!now(&lab, r#"{"role":{"node":"S5","is":"leader"}}"#));
    figure_8_d1(&mut lab);
    assert!(!now(&lab, shape));
    assert!(now(&lab, r#"{"role":{"node":"S5","is":"leader"}}"#));
}

/// Raft: a write is acknowledged, and a leader is elected that does not have it.
#[test]
fn raft_loses_an_acknowledged_write() {
    let lost = r#"{"all":[{"told":{"client":"C1","value":"x"}},
        {"role":{"node":"S3","is":"leader"}},{"not":{"cell":{"node":"S3","label":"x"}}}]}"#;
    let setting = scenario("raft", 3, &["vote_without_logs"]);
    let mut lab = Lab::<Raft>::of(&setting, 1, Mood::Lenient);
    lab.campaign(1);
    lab.ask(1, 1, "x");
    assert!(!now(&lab, r#"{"told":{}}"#));
    lab.converse(1, 2);
    assert!(now(
        &lab,
        r#"{"cell":{"node":"S1","label":"x","state":"applied"}}"#
    ));
    assert!(now(
        &lab,
        r#"{"cell":{"node":"S1","label":"x","state":"chosen"}}"#
    ));
    let answer = lab.flights(n(1), ClientId(1))[0];
    let step = lab.act(Action::Deliver(answer));
    assert!(after(
        &lab,
        &step,
        r#"{"event":{"is":"told","client":"C1"}}"#
    ));
    assert!(after(
        &lab,
        &step,
        r#"{"note":{"rule":"client.told","outcome":"accepted","at":"C1"}}"#
    ));
    assert!(now(&lab, r#"{"told":{"client":"C1"}}"#));
    assert!(!now(&lab, r#"{"told":{"client":"C2"}}"#));
    assert!(!now(&lab, r#"{"told":{"value":"y"}}"#));
    assert!(!now(&lab, lost));
    lab.drop_all();
    lab.fire(3, "election");
    lab.converse(3, 2);
    assert!(now(&lab, lost) && now(&lab, r#"{"lost":"raft.leader_completeness"}"#));
}

/// Raft: a vote is refused because of the log, and nothing else happens to be.
#[test]
fn raft_refuses_a_vote() {
    let mut lab = Lab::<Raft>::new(&scenario("raft", 3, &[]));
    lab.campaign(1);
    lab.ask(1, 1, "x");
    lab.converse(1, 2);
    lab.drop_all();
    lab.fire(3, "election");
    let request = lab.flights(n(3), n(2))[0];
    let step = lab.act(Action::Deliver(request));
    for (holds, text) in [
        (
            true,
            r#"{"note":{"rule":"raft.request_vote.log","outcome":"refused","at":"S2"}}"#,
        ),
        (true, r#"{"note":{"rule":"raft.request_vote.log"}}"#),
        (
            false,
            r#"{"note":{"rule":"raft.request_vote.log","at":"S1"}}"#,
        ),
        (false, r#"{"note":{"rule":"raft.request_vote.taken"}}"#),
        (
            true,
            r#"{"event":{"is":"delivered","message":"RequestVote","from":"S3"}}"#,
        ),
    ] {
        assert_eq!(after(&lab, &step, text), holds, "{text}");
    }
}

/// Paxos: a value is chosen in a ballot; and two proposers keep anything from being chosen for
/// fifty messages.
#[test]
fn paxos_chooses_or_does_not() {
    let mut lab = paxos_stories::lab(&[], Mood::Strict);
    lab.begin(0, "x");
    lab.prepare(0, &[1, 2]);
    assert!(now(&lab, r#"{"role":{"node":"S4","is":"proposing"}}"#));
    assert!(now(
        &lab,
        r#"{"count":{"epoch":{"at_least":1},"at_least":3}}"#
    ));
    lab.accept(0, &[1]);
    assert!(now(
        &lab,
        r#"{"cell":{"node":"S1","state":"accepted","label":"x"}}"#
    ));
    assert!(now(
        &lab,
        r#"{"field":{"node":"S1","key":"accepted","is":"1.4:x"}}"#
    ));
    let chosen = r#"{"cell":{"state":"chosen","label":"x"}}"#;
    assert!(!now(&lab, chosen));
    lab.accept(0, &[2]);
    assert!(now(&lab, chosen) && !now(&lab, r#"{"cell":{"state":"applied"}}"#));

    let undecided = r#"{"all":[{"messages":{"at_least":50}},{"not":{"cell":{"state":"chosen"}}}]}"#;
    let mut duel = paxos_stories::lab(&[], Mood::Strict);
    duel.begin(0, "x");
    duel.begin(1, "y");
    for round in 0..12 {
        assert!(!now(&duel, undecided), "{round}");
        let ballot = round % 2;
        duel.fire(paxos_stories::proposer(ballot), "retry");
        duel.prepare(ballot, &[1, 2, 3]);
        if now(&duel, undecided) {
            return;
        }
    }
    panic!("fifty messages are never sent");
}

/// Paxos: promises and acceptances as facts, and a refused ballot.
#[test]
fn paxos_refuses_a_ballot() {
    let mut lab = paxos_stories::lab(&[], Mood::Strict);
    lab.begin(0, "x");
    lab.begin(1, "y");
    let [low, high] = [0, 1].map(|it| lab.flights(n(paxos_stories::proposer(it)), n(1))[0]);
    let step = lab.act(Action::Deliver(high));
    assert!(after(
        &lab,
        &step,
        r#"{"event":{"fact":"promised","node":"S1","epoch":1}}"#
    ));
    let step = lab.act(Action::Deliver(low));
    assert!(after(
        &lab,
        &step,
        r#"{"note":{"rule":"paxos.acceptor.promise","outcome":"refused","at":"S1"}}"#
    ));
    assert!(!after(&lab, &step, r#"{"event":{"fact":"promised"}}"#));
}

/// Two-phase commit: all vote, the coordinator is gone, the others are blocked.
#[test]
fn two_phase_commit_blocks() {
    let mut lab = two_phase_stories::voted(&[], Mood::Strict, "x");
    assert!(now(
        &lab,
        r#"{"tally":{"node":"S1","of":"yes_votes","at_least":1,"at_most":1}}"#
    ));
    lab.crash(1);
    lab.drop_all();
    for id in [2, 3] {
        lab.fire(id, "decision");
    }
    lab.deliver(2, 3);
    let unsure = lab.flights(n(3), n(2));
    let steps: Vec<_> = unsure
        .into_iter()
        .map(|id| lab.act(Action::Deliver(id)))
        .collect();
    let blocks = r#"{"event":{"fact":"became","role":"blocked","node":"S2"}}"#;
    assert!(steps.iter().any(|step| after(&lab, step, blocks)));
    lab.settle();
    assert!(now(&lab, r#"{"count":{"role":"blocked","at_least":2}}"#));
    assert!(!now(&lab, r#"{"cell":{"state":"chosen"}}"#));
    let step = lab.restart(1);
    assert!(after(
        &lab,
        &step,
        r#"{"event":{"is":"restarted","node":"S1"}}"#
    ));
    assert!(after(
        &lab,
        &step,
        r#"{"event":{"fact":"decided","commit":false}}"#
    ));
    assert!(!after(
        &lab,
        &step,
        r#"{"event":{"fact":"decided","commit":true}}"#
    ));
    assert!(now(&lab, r#"{"cell":{"node":"S1","state":"aborted"}}"#));
    assert!(!now(&lab, r#"{"cell":{"node":"S1","state":"accepted"}}"#));
}

/// Which kinds of events random runs of a protocol have.
fn seen_by_chaos<P: Known>(seen: &mut BTreeSet<&'static str>) {
    for scenario in sound_scenarios(P::ABOUT.key) {
        for seed in 0..4 {
            let mut watched = watched::<P>(&scenario, seed);
            let mut chaos = Chaos::new(seed.into());
            for _ in 0..300 {
                let action = chaos.action(watched.world());
                let step = watched.apply(&action).unwrap();
                for kind in EVENT_KINDS {
                    let parts = Vec::new();
                    let test = Condition::Event(EventTest { kind, parts });
                    if test.holds_after(&watched, &step) {
                        seen.insert(kind.word);
                    }
                }
            }
        }
    }
}

/// Every kind of event happens; a wiped disk is the only one that random runs leave out.
#[test]
fn every_kind_of_event_happens() {
    let mut seen = BTreeSet::new();
    seen_by_chaos::<Raft>(&mut seen);
    seen_by_chaos::<Paxos>(&mut seen);
    seen_by_chaos::<MultiPaxos>(&mut seen);
    seen_by_chaos::<TwoPhase>(&mut seen);
    let mut lab = Lab::<Raft>::new(&scenario("raft", 3, &[]));
    lab.fire(1, "election");
    lab.crash(1);
    let step = lab.act(Action::Wipe(n(1)));
    assert!(after(
        &lab,
        &step,
        r#"{"event":{"is":"wiped","node":"S1"}}"#
    ));
    seen.insert("wiped");
    let all: BTreeSet<_> = EVENT_KINDS.iter().map(|kind| kind.word).collect();
    assert_eq!(&all - &seen, BTreeSet::new());
    assert_eq!(all.len(), EVENT_KINDS.len(), "each word names one kind");
}

/// Whichever protocol a scenario names, the world that is compiled for any of them gives the same
/// answers as the one for that protocol alone.
fn any_answers_the_same<P: Known>(seed: u32) {
    let scenario = &sound_scenarios(P::ABOUT.key)[0];
    let any = Any::open(&scenario.protocol, &scenario.cluster).unwrap();
    let mut any = Watched::new(any, scenario, seed).unwrap();
    let mut one = watched::<P>(scenario, seed);
    let mut chaos = Chaos::new(seed.into());
    let conditions: Vec<_> = FORMS.iter().map(|text| of(text)).collect();
    let mut held = BTreeSet::new();
    for _ in 0..200 {
        let action = chaos.action(one.world());
        let step = one.apply(&action).unwrap();
        let same = any.apply(&action).unwrap();
        for (position, condition) in conditions.iter().enumerate() {
            let answer = condition.holds_after(&one, &step);
            assert_eq!(condition.holds_after(&any, &same), answer);
            assert_eq!(condition.holds_in(&any), condition.holds_in(&one));
            held.extend(answer.then_some(position));
        }
    }
    assert!(held.len() > 3, "hardly any condition ever holds: {held:?}");
}

#[test]
fn any_protocol_answers_the_same() {
    any_answers_the_same::<Raft>(2);
    any_answers_the_same::<Paxos>(2);
    any_answers_the_same::<TwoPhase>(2);
}
