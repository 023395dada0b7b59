//! The rules as a table: each is cited, each outcome that it declares is reached by some run, and
//! no run leaves a note that no rule declares.

mod common;

use std::collections::{BTreeMap, BTreeSet};
use std::sync::LazyLock;

use common::chaos::{Chaos, sound_scenarios};
use common::lab::{Known, Lab, Mood};
use common::multi_paxos_stories::{gap_filled, in_two_slots, late_request};
use common::raft_stories::{late_copy, reads_of_a_superseded_leader};
use common::record::{deliver, handle};
use common::{n, scenario, value, watched};
use quorumscope::protocol::multi_paxos::{self, MultiPaxos};
use quorumscope::protocol::paxos::{self, Paxos};
use quorumscope::protocol::raft::{self, Raft};
use quorumscope::protocol::registry::PROTOCOLS;
use quorumscope::protocol::two_phase::{self, TwoPhase};
use quorumscope::protocol::{
    Citation, ClientId, Cluster, Comparison, Datum, Endpoint, Epoch, Input, KeyValue, Note,
    Outcome, Place, Protocol, Relation, Request, Rule, Work,
};
use quorumscope::sorted::SortedSet;
use quorumscope::world::{Action, CLIENT_RULES, Scenario};

/// A rule's id with one of its outcomes.
type Reached = BTreeSet<(&'static str, Outcome)>;

/// All rules there are: those of the protocols, and those of clients.
fn all_rules() -> Vec<&'static Rule> {
    let of_protocols = PROTOCOLS.iter().flat_map(|about| about.rules);
    of_protocols.chain(CLIENT_RULES).copied().collect()
}

fn is_cited(citations: &[Citation]) -> bool {
    let place = |citation: &Citation| match citation.place {
        Place::Section(number) | Place::Figure(number) => number,
    };
    !citations.is_empty() && citations.iter().all(|it| !place(it).is_empty())
}

/// Every rule and every property names a place in a paper.
#[test]
fn rules_and_properties_are_cited() {
    for rule in all_rules() {
        assert!(is_cited(rule.citations), "{}", rule.id);
        assert!(!rule.outcomes.is_empty(), "{}", rule.id);
    }
    for property in PROTOCOLS.iter().flat_map(|about| about.properties) {
        assert!(is_cited(property.citations), "{}", property.id);
    }
}

/// Rules of a protocol cite that protocol's paper.
#[test]
fn rules_cite_their_own_paper() {
    for about in PROTOCOLS {
        let works: &[Work] = match about.key {
            "paxos" => &[Work::PaxosMadeSimple, Work::FlexiblePaxos],
            "two_phase" => &[
                Work::DataBaseNotes,
                Work::ConcurrencyControl,
                Work::TransactionCommit,
            ],
            "multi_paxos" => &[
                Work::PaxosMadeSimple,
                Work::PaxosMadeModeratelyComplex,
                Work::FlexiblePaxos,
            ],
            _ => &[Work::Raft, Work::RaftThesis],
        };
        for rule in about.rules {
            assert!(
                rule.citations.iter().all(|it| works.contains(&it.work)),
                "{}",
                rule.id
            );
        }
    }
}

/// Ids are unique, and made of the protocol, the section and the line.
#[test]
fn ids_are_unique_and_say_where_they_belong() {
    let mut seen = BTreeSet::new();
    for rule in all_rules() {
        assert!(seen.insert(rule.id), "{} is there twice", rule.id);
    }
    for about in PROTOCOLS {
        for rule in about.rules {
            let start = format!("{}.{}.", about.key, rule.section);
            assert!(rule.id.starts_with(&start), "{} is no {start}…", rule.id);
        }
    }
}

/// Every variant breaks a rule of its protocol, and loses a property of it if it loses one.
#[test]
fn variants_belong_to_their_protocol() {
    for about in PROTOCOLS {
        for variant in about.variants {
            assert!(about.rules.contains(&variant.rule), "{}", variant.id);
            let known = variant
                .effect
                .loses()
                .is_none_or(|it| about.properties.contains(&it));
            assert!(known, "{}", variant.id);
        }
    }
}

/// What random runs with faults reach.
fn reached_by_chaos<P: Known>(reached: &mut Reached, scenario: &Scenario, seeds: u32) {
    for seed in 0..seeds {
        let mut watched = watched::<P>(scenario, seed);
        let mut chaos = Chaos::new(seed.into());
        for _ in 0..400 {
            let action = chaos.action(watched.world());
            let step = watched.apply(&action).unwrap();
            note_all(reached, step.notes.iter().map(|(_, note)| note));
        }
    }
}

/// What a run that somebody made reaches.
fn reached_by_run<P: Known>(reached: &mut Reached, lab: &Lab<P>) {
    let run = lab.run();
    let mut watched = watched::<P>(&run.scenario, run.seed);
    for action in &run.actions {
        let step = watched.apply(action).unwrap();
        note_all(reached, step.notes.iter().map(|(_, note)| note));
    }
}

fn note_all<'a>(reached: &mut Reached, notes: impl Iterator<Item = &'a Note>) {
    for note in notes {
        let declared = note.rule.outcomes.contains(&note.outcome);
        assert!(
            declared,
            "{} does not declare {:?}",
            note.rule.id, note.outcome
        );
        assert!(
            all_rules().contains(&note.rule),
            "{} is in no table",
            note.rule.id
        );
        assert!(note.comparison.as_ref().is_none_or(holds), "{note:?}");
        assert_says_nothing_unnamed(note);
        reached.insert((note.rule.id, note.outcome));
    }
}

/// A note names whatever its sentences in the catalogue speak of.
fn assert_says_nothing_unnamed(note: &Note) {
    static ENGLISH: LazyLock<BTreeMap<String, String>> = LazyLock::new(|| {
        let text = std::fs::read_to_string("static/locales/en.json").unwrap();
        serde_json::from_str(&text).unwrap()
    });
    let title = format!("note.{}.{}", note.rule.id, note.outcome.key());
    for key in [format!("{title}.why"), title] {
        for piece in ENGLISH[&key].split('{').skip(1) {
            let name = piece.split('}').next().unwrap_or_default();
            let named = note.args.iter().any(|(arg, _)| *arg == name);
            assert!(named, "{key} speaks of “{name}”");
        }
    }
}

/// Whether the inequality that decided holds as written. Nothing is less than anything.
fn holds(comparison: &Comparison) -> bool {
    let key = |datum: &Datum| match datum {
        Datum::Nothing => None,
        Datum::Epoch(epoch) => Some((epoch.number, epoch.owner.map_or(0, |owner| owner.0.into()))),
        Datum::Number(number) => Some((0, *number as u32)),
        Datum::Position { term, index } => Some((*term, *index)),
        Datum::Node(id) => Some((0, id.0.into())),
        other => panic!("{other:?} cannot be compared"),
    };
    let order = key(&comparison.left).cmp(&key(&comparison.right));
    match comparison.relation {
        Relation::Less => order.is_lt(),
        Relation::AtMost => order.is_le(),
        Relation::Equal => order.is_eq(),
        Relation::Different => order.is_ne(),
        Relation::AtLeast => order.is_ge(),
        Relation::Greater => order.is_gt(),
    }
}

/// What no run can reach, but a handler must answer: the world sends no request to a node that
/// may not serve it, and fires no timer of another role.
fn reached_directly(reached: &mut Reached) {
    let mut cluster = Cluster::of(3);
    cluster
        .roles
        .insert("proposer".into(), SortedSet::from([n(2)]));
    let paxos = Paxos::new(cluster).unwrap();
    let mut node = paxos.boot(n(1), &paxos.blank(n(1)));
    let request = &Request {
        sequence: 1,
        command: value("x"),
    };
    let from = ClientId(1);
    let refused = handle(&paxos, &mut node, Input::Request { from, request });
    let idle = handle(&paxos, &mut node, Input::Fire(paxos::Timer::Retry));
    note_all(reached, refused.notes.iter().chain(&idle.notes));
    let raft = Raft::new(Cluster::of(3)).unwrap();
    let mut node = raft.boot(n(1), &raft.blank(n(1)));
    let other_role = handle(&raft, &mut node, Input::Fire(raft::Timer::Heartbeat));
    node.disk.term = 2;
    let late = raft::Message::TimeoutNow { term: 1 };
    let late = deliver(&raft, &mut node, n(2), &late);
    note_all(reached, other_role.notes.iter().chain(&late.notes));
    // Rare enough for random runs to miss it: an old message reaches into a newer snapshot.
    let log = raft::Snapshot {
        last_index: 2,
        last_term: 1,
        machine: KeyValue::default(),
        configuration: None,
    };
    node.disk.log.compact(log.clone().into());
    let old = raft::Message::AppendEntries {
        term: 2,
        prev_index: 0,
        prev_term: 0,
        entries: [].into(),
        leader_commit: 0,
    };
    let covered = deliver(&raft, &mut node, n(2), &old);
    let deposed = raft::Message::InstallSnapshot {
        term: 1,
        snapshot: log.into(),
    };
    let deposed = deliver(&raft, &mut node, n(3), &deposed);
    note_all(reached, covered.notes.iter().chain(&deposed.notes));
    let multi = MultiPaxos::new(Cluster::of(3)).unwrap();
    let mut node = multi.boot(n(1), &multi.blank(n(1)));
    let fire = Input::Fire(multi_paxos::Timer::Heartbeat);
    let other_role = handle(&multi, &mut node, fire);
    note_all(reached, other_role.notes.iter());
    two_phase_directly(reached);
}

/// A copy of a request for a transfer arrives while it is going on.
fn repeated_transfer() -> Vec<Note> {
    let mut lab = Lab::<Raft>::new(&scenario("raft", 3, &["leadership_transfer"]));
    lab.campaign(1);
    lab.submit(1, 1, ">S2");
    let request = lab.flights(ClientId(1), n(1))[0];
    lab.act(Action::Duplicate(request));
    let copies = lab.flights(ClientId(1), n(1));
    let steps = copies.into_iter().map(|id| lab.act(Action::Deliver(id)));
    let notes = steps.flat_map(|step| step.notes);
    notes.map(|(_, note)| note).collect()
}

/// A client asks again for a read that waits for a majority's confirmation, and another server
/// stands before there is one.
fn unlucky_read() -> Vec<Note> {
    let mut lab = Lab::<Raft>::new(&scenario("raft", 3, &["read_index"]));
    lab.campaign(1);
    lab.ask(1, 1, "x?");
    lab.act(Action::Fire(ClientId(1).into(), "retry".into()));
    lab.deliver(1, 2);
    let again = lab.flights(ClientId(1), n(2))[0];
    lab.act(Action::Deliver(again));
    let hint = lab.flights(n(2), ClientId(1))[0];
    lab.act(Action::Deliver(hint));
    let again = lab.flights(ClientId(1), n(1))[0];
    let mut notes = lab.act(Action::Deliver(again)).notes;
    for confirmation in lab.flights(n(2), n(1)) {
        lab.act(Action::Drop(confirmation));
    }
    lab.fire(1, "heartbeat");
    lab.fire(2, "election");
    for (from, to) in [(1, 2), (2, 1)] {
        for id in lab.flights(n(from), n(to)) {
            notes.extend(lab.act(Action::Deliver(id)).notes);
        }
    }
    notes.into_iter().map(|(_, note)| note).collect()
}

/// A node that does not coordinate is asked to; timers run out that have been disarmed; and a
/// decision comes that contradicts the one in the log.
fn two_phase_directly(reached: &mut Reached) {
    let two_phase = TwoPhase::new(Cluster::of(3)).unwrap();
    let mut node = two_phase.boot(n(2), &two_phase.blank(n(2)));
    let request = &Request {
        sequence: 1,
        command: value("x"),
    };
    let from = ClientId(1);
    let mut inputs = vec![Input::Request { from, request }];
    inputs.extend((0..4).map(|it| Input::Fire(two_phase.timer(it).unwrap())));
    let decisions = [true, false].map(|commit| two_phase::Message {
        transaction: Epoch::ballot(1, n(1)),
        says: two_phase::Says::Decision(commit),
    });
    let from = n(1);
    inputs.extend(
        decisions
            .iter()
            .map(|message| Input::Deliver { from, message }),
    );
    for input in inputs {
        let done = handle(&two_phase, &mut node, input);
        note_all(reached, done.notes.iter());
    }
}

/// Every outcome of every rule is reached, and by its own name.
#[test]
fn every_declared_outcome_is_reached() {
    let mut reached = Reached::new();
    for scenario in sound_scenarios("paxos") {
        reached_by_chaos::<Paxos>(&mut reached, &scenario, 20);
    }
    for scenario in sound_scenarios("raft") {
        reached_by_chaos::<Raft>(&mut reached, &scenario, 20);
    }
    for scenario in sound_scenarios("two_phase") {
        reached_by_chaos::<TwoPhase>(&mut reached, &scenario, 20);
    }
    for scenario in sound_scenarios("multi_paxos") {
        reached_by_chaos::<MultiPaxos>(&mut reached, &scenario, 20);
    }
    // Few nodes: everything that a single server does at once.
    reached_by_chaos::<Paxos>(&mut reached, &scenario("paxos", 1, &[]), 2);
    reached_by_chaos::<Raft>(&mut reached, &scenario("raft", 1, &[]), 2);
    note_all(&mut reached, unlucky_read().iter());
    note_all(&mut reached, repeated_transfer().iter());
    let (mut lab, copy) = late_copy();
    let step = lab.act(Action::Deliver(copy));
    note_all(&mut reached, step.notes.iter().map(|(_, note)| note));
    let (mut lab, copy) = late_request();
    lab.act(Action::Deliver(copy));
    reached_by_run(&mut reached, &reads_of_a_superseded_leader(&["read_without_quorum"]));
    for lab in [lab, gap_filled(&[], Mood::Strict), in_two_slots()] {
        reached_by_run(&mut reached, &lab);
    }
    reached_directly(&mut reached);
    let declared = all_rules()
        .into_iter()
        .flat_map(|rule| rule.outcomes.iter().map(|outcome| (rule.id, *outcome)));
    let missing: Vec<_> = declared
        .filter(|outcome| !reached.contains(outcome))
        .collect();
    assert!(missing.is_empty(), "no run reaches {missing:?}");
}

/// A broken protocol explains itself as truthfully as a sound one: what decided holds as written.
#[test]
fn every_variant_explains_itself() {
    let mut reached = Reached::new();
    for variant in Paxos::ABOUT.variants {
        reached_by_chaos::<Paxos>(&mut reached, &scenario("paxos", 5, &[variant.id]), 4);
    }
    for variant in MultiPaxos::ABOUT.variants {
        let scenario = scenario("multi_paxos", 5, &[variant.id]);
        reached_by_chaos::<MultiPaxos>(&mut reached, &scenario, 4);
    }
    for variant in Raft::ABOUT.variants {
        reached_by_chaos::<Raft>(&mut reached, &scenario("raft", 5, &[variant.id]), 4);
    }
    for variant in TwoPhase::ABOUT.variants {
        reached_by_chaos::<TwoPhase>(&mut reached, &scenario("two_phase", 5, &[variant.id]), 4);
    }
    assert!(
        reached.len() > 40,
        "only {} outcomes were reached",
        reached.len()
    );
}

/// What a note names does not depend on the run: one sentence fits all notes of an outcome.
#[test]
fn notes_of_an_outcome_name_the_same_things() {
    let mut names: BTreeMap<(&str, Outcome), BTreeSet<Vec<&str>>> = BTreeMap::new();
    let mut collect = |notes: &[(Endpoint, Note)]| {
        for (_, note) in notes {
            let args = note.args.iter().map(|(name, _)| *name).collect();
            names
                .entry((note.rule.id, note.outcome))
                .or_default()
                .insert(args);
        }
    };
    let forms = sound_scenarios("raft");
    for seed in 0..20 {
        let mut chaos = Chaos::new(seed);
        let mut raft = watched::<Raft>(&forms[seed as usize % forms.len()], 1);
        let mut paxos = watched::<Paxos>(&sound_scenarios("paxos")[0], 1);
        let mut multi = watched::<MultiPaxos>(&sound_scenarios("multi_paxos")[0], 1);
        let mut two_phase = watched::<TwoPhase>(&sound_scenarios("two_phase")[0], 1);
        for _ in 0..300 {
            collect(&raft.apply(&chaos.action(raft.world())).unwrap().notes);
            collect(&paxos.apply(&chaos.action(paxos.world())).unwrap().notes);
            collect(&multi.apply(&chaos.action(multi.world())).unwrap().notes);
            let action = chaos.action(two_phase.world());
            collect(&two_phase.apply(&action).unwrap().notes);
        }
    }
    let vary: Vec<_> = names.iter().filter(|(_, args)| args.len() > 1).collect();
    assert!(vary.is_empty(), "{vary:?}");
}
