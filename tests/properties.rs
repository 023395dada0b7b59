//! Safety under every fault, and what happens to each protocol when a rule of it is broken.
//!
//! `QUORUMSCOPE_RUNS=10000 cargo test --release --test properties -- --nocapture` makes that many
//! random runs of each protocol.

mod common;

use common::chaos::{Chaos, Rng, some_extensions, sound_scenarios};
use common::membership_stories::{
    changes_too_early, joint_by_one_majority, removed_leader_comes_back, removed_servers_come_back,
};
use common::raft_stories::{figure_8, figure_8_d1, reads_of_a_superseded_leader};
use common::{
    Known, Lab, Mood, multi_paxos_stories, n, paxos_mistakes as mistakes, paxos_stories, scenario,
    two_phase_stories, value, watched,
};
use quorumscope::check::Watched;
use quorumscope::protocol::multi_paxos::MultiPaxos;
use quorumscope::protocol::paxos::Paxos;
use quorumscope::protocol::raft::Raft;
use quorumscope::protocol::two_phase::TwoPhase;
use quorumscope::protocol::{Answer, ClientId, Effect, Fact, Protocol, Variant};
use quorumscope::share::Run;
use quorumscope::world::{Action, Event, Network, PERMILLE, Scenario};

/// How many random runs of each protocol there are where nobody says.
const RUNS: u64 = 150;
/// How many actions a random run has.
const ACTIONS: usize = 300;
/// How many events the scheduler gets to bring everything to a good end.
const HAPPY_EVENTS: usize = 5000;

fn runs() -> u64 {
    let runs = std::env::var("QUORUMSCOPE_RUNS").ok();
    runs.map_or(RUNS, |runs| {
        runs.parse().expect("QUORUMSCOPE_RUNS is a number")
    })
}

/// What a set of random runs came to.
#[derive(Debug, Default)]
struct Tally {
    runs: u64,
    actions: u64,
    /// Runs in which something was committed or chosen while faults went on.
    decided: u64,
    /// Nodes that committed a transaction, all of which must be willing.
    commits: u64,
    /// Answers to clients, all of which must fit one order of their operations.
    answers: u64,
    crashes: u64,
    lost: u64,
    duplicated: u64,
}

impl Tally {
    fn count<M>(&mut self, event: &Event<M>) -> bool {
        match event {
            Event::Crashed(_) => self.crashes += 1,
            Event::Lost(..) => self.lost += 1,
            Event::Told(_, reply) => {
                self.answers += u64::from(matches!(reply.answer, Answer::Done(_)));
            }
            Event::Duplicated(..) => self.duplicated += 1,
            Event::Fact(_, Fact::Decided { commit, .. }) => {
                self.commits += u64::from(*commit);
                return true;
            }
            Event::Fact(_, Fact::Committed { .. } | Fact::Learned { .. }) => return true,
            Event::Fact(_, Fact::LearnedAt { .. }) => return true,
            _ => {}
        }
        false
    }
}

/// A random run with every fault, all properties checked at each step, and the end that it must
/// have once all faults are mended, unless a variant is known to prevent it.
fn random_run<P: Known>(scenario: &Scenario, seed: u64, tally: &mut Tally) {
    let mut watched = watched::<P>(scenario, seed as u32);
    let mut chaos = Chaos::new(seed);
    let mut actions = Vec::new();
    let mut decided = false;
    for _ in 0..ACTIONS {
        let action = chaos.action(watched.world());
        let step = watched.apply(&action).unwrap();
        actions.push(action);
        for event in &step.events {
            decided |= tally.count(event);
        }
        assert_sound(&watched, scenario, seed, &actions);
    }
    tally.runs += 1;
    tally.actions += ACTIONS as u64;
    tally.decided += u64::from(decided);
    // That no answer contradicts another says something only where all were considered.
    assert!(!watched.clients().is_undecided());
    if may_stall::<P>(scenario) {
        return;
    }
    mend(&mut watched, &mut actions);
    if can_be_disturbed(scenario) {
        still_commits(&mut watched, scenario, seed, &mut actions);
    } else {
        bring_to_an_end(&mut watched, scenario, seed, &mut actions);
    }
}

/// Whether a variant of the scenario may bring the cluster to a standstill.
fn may_stall<P: Known>(scenario: &Scenario) -> bool {
    let on = |it: &&Variant| scenario.cluster.variants.contains(it.id);
    let mut variants = P::ABOUT.variants.iter().filter(on);
    variants.any(|it| it.effect == Effect::Stalls)
}

/// A client's last wish.
fn wish() -> Action {
    Action::Submit {
        client: ClientId(1),
        to: None,
        value: value("last"),
    }
}

/// Whether servers that were removed can go on disturbing the others. Nobody tells them, so they
/// start elections for ever (Raft, §6: "the third issue"), and a small cluster may hardly come to
/// answer anybody, unless servers that hear a leader disregard them (thesis, §4.2.3). Even then their
/// terms rise, and one that is to be added again deposes the leader by its first answer, time and
/// again, unless nobody enters a term that cannot be won (§9.6).
fn can_be_disturbed(scenario: &Scenario) -> bool {
    let on = |it: &str| scenario.cluster.variants.contains(it);
    let changes = on("single_server") || on("joint_consensus");
    changes && !(on("check_quorum") && on("pre_vote"))
}

/// What is left of liveness then: leaders are elected and commit.
fn still_commits<P: Protocol>(
    watched: &mut Watched<P>,
    scenario: &Scenario,
    seed: u64,
    actions: &mut Vec<Action>,
) {
    let mut next = wish();
    for _ in 0..HAPPY_EVENTS {
        let step = watched.apply(&next).unwrap();
        actions.push(next);
        assert_sound(watched, scenario, seed, actions);
        let commits = |event: &Event<_>| matches!(event, Event::Fact(_, Fact::Committed { .. }));
        if step.events.iter().any(commits) {
            return;
        }
        next = Action::Next;
    }
    panic!("nothing is committed in {}", file(scenario, seed, actions));
}

fn assert_sound<P: Protocol>(
    watched: &Watched<P>,
    scenario: &Scenario,
    seed: u64,
    actions: &[Action],
) {
    let violations = watched.violations();
    assert!(
        violations.is_empty(),
        "{violations:?} in {}",
        file(scenario, seed, actions)
    );
}

/// A run as a file, to open in the lab.
fn file(scenario: &Scenario, seed: u64, actions: &[Action]) -> String {
    let mut run = Run::new(scenario.clone(), seed as u32);
    run.actions = actions.to_vec();
    run.to_json()
}

/// Ends every fault: all nodes run, on time and on a quiet network without cuts.
fn mend<P: Protocol>(watched: &mut Watched<P>, actions: &mut Vec<Action>) {
    let mut mends = vec![Action::Heal, Action::Links(Network::default())];
    for id in watched.world().machines().keys() {
        mends.extend([
            Action::Restart(*id),
            Action::Resume(*id),
            Action::Clock(*id, PERMILLE),
        ]);
    }
    let flights = watched.world().flights().values();
    mends.extend(
        flights
            .filter(|flight| flight.held)
            .map(|flight| Action::Release(flight.id)),
    );
    for action in mends {
        if watched.apply(&action).is_ok() {
            actions.push(action);
        }
    }
}

/// Liveness, as far as a run can show it: with a client's last wish on top, the scheduler alone
/// answers every client.
fn bring_to_an_end<P: Protocol>(
    watched: &mut Watched<P>,
    scenario: &Scenario,
    seed: u64,
    actions: &mut Vec<Action>,
) {
    let mut next = wish();
    for _ in 0..HAPPY_EVENTS {
        watched.apply(&next).unwrap();
        actions.push(next);
        assert_sound(watched, scenario, seed, actions);
        if watched
            .world()
            .clients()
            .values()
            .all(|client| !client.is_waiting())
        {
            return;
        }
        next = Action::Next;
    }
    panic!(
        "a client waits for ever in {}",
        file(scenario, seed, actions)
    );
}

fn random_runs<P: Known>() -> Tally {
    let scenarios = sound_scenarios(P::ABOUT.key);
    let mut tally = Tally::default();
    for seed in 0..runs() {
        // Two seeds in a row, an orderly and a wild one, share a scenario; of three such pairs, one
        // has extensions as they come.
        let pair = seed / 2;
        let scenario = match pair % 3 {
            0 => some_extensions(P::ABOUT, &mut Rng::new(pair)),
            _ => scenarios[(pair - pair / 3 - 1) as usize % scenarios.len()].clone(),
        };
        random_run::<P>(&scenario, seed, &mut tally);
    }
    println!("{}: no property lost in {tally:?}", P::ABOUT.key);
    assert_eq!(tally.runs, runs());
    let rates = [
        tally.decided,
        tally.answers,
        tally.crashes,
        tally.lost,
        tally.duplicated,
    ];
    assert!(
        rates.iter().all(|count| *count * 2 > tally.runs),
        "the runs are too tame: {tally:?}"
    );
    tally
}

/// Five servers, every fault, the extensions alone, all together and as they come: Election Safety,
/// Leader Append-Only, Log Matching, Leader Completeness and State Machine Safety hold at each
/// step, and what clients are told is linearizable.
#[test]
fn raft_is_safe_under_faults() {
    random_runs::<Raft>();
}

/// Five nodes, every fault: Agreement, Validity, and the promises' and ballots' monotonicity hold
/// at each step, and all clients are told one value.
#[test]
fn paxos_is_safe_under_faults() {
    random_runs::<Paxos>();
}

/// Five nodes, every fault: no two nodes decide differently, no decision is reversed, and nothing
/// is committed that somebody has not voted yes to.
#[test]
fn two_phase_commit_is_safe_under_faults() {
    let tally = random_runs::<TwoPhase>();
    assert!(
        tally.commits > tally.runs,
        "hardly anything is committed: {tally:?}"
    );
}

/// Five nodes, every fault: what holds in Paxos holds in every slot, and all replicas execute the
/// same commands in the same order, each once, and what clients are told is linearizable.
#[test]
fn multi_paxos_is_safe_under_faults() {
    random_runs::<MultiPaxos>();
}

/// What defeats a variant: the same steps are also tried on the protocol as it is.
type Story<P> = fn(&[&str]) -> Lab<P>;

/// The protocol with that rule broken loses the property that it names; without, it loses nothing.
fn defeats<P: Known>(variant: &str, story: Story<P>) {
    let known = P::ABOUT.variants.iter().find(|it| it.id == variant);
    let loses = known
        .and_then(|it| it.effect.loses())
        .expect("the variant breaks something");
    let broken = story(&[variant]);
    assert!(
        broken.lost().contains(&loses.id),
        "{variant} loses {:?}",
        broken.lost()
    );
    assert!(
        story(&[]).lost().is_empty(),
        "{variant}: without it, nothing is lost"
    );
}

/// Each variant that names a property has its story.
fn all_have_stories<P: Known>(stories: &[(&str, Story<P>)]) {
    let unsafe_ones = P::ABOUT
        .variants
        .iter()
        .filter(|variant| variant.effect.loses().is_some());
    for variant in unsafe_ones {
        let told = stories.iter().any(|(id, _)| *id == variant.id);
        assert!(told, "no run defeats {}", variant.id);
    }
    for (variant, story) in stories {
        defeats(variant, *story);
    }
}

fn raft(nodes: u8, variants: &[&str]) -> Lab<Raft> {
    Lab::of(&scenario("raft", nodes, variants), 1, Mood::Lenient)
}

/// S3 votes for both candidates of term 1.
fn votes_twice(variants: &[&str]) -> Lab<Raft> {
    let mut lab = raft(3, variants);
    lab.fire(1, "election");
    lab.fire(2, "election");
    lab.converse(1, 3);
    lab.converse(2, 3);
    lab
}

/// S3 votes, crashes, and votes again.
fn forgets_its_vote(variants: &[&str]) -> Lab<Raft> {
    let mut lab = raft(3, variants);
    lab.fire(1, "election");
    lab.fire(2, "election");
    lab.converse(1, 3);
    lab.crash(3);
    lab.restart(3);
    lab.converse(2, 3);
    lab
}

/// S3, which lacks a committed entry, is elected by S2, which has it.
fn votes_without_logs(variants: &[&str]) -> Lab<Raft> {
    let mut lab = raft(3, variants);
    lab.campaign(1);
    lab.ask(1, 1, "x");
    lab.converse(1, 2);
    lab.drop_all();
    lab.fire(3, "election");
    lab.converse(3, 2);
    lab
}

/// Figure 8: the entry of term 2 is counted as committed in term 4, and S5 replaces it.
fn commits_old_terms(variants: &[&str]) -> Lab<Raft> {
    let mut lab = figure_8(variants, Mood::Lenient);
    figure_8_d1(&mut lab);
    lab
}

/// A heartbeat that overtook nothing but comes late makes S2 delete an entry that it has
/// confirmed; S3 is then elected without it.
fn truncates_always(variants: &[&str]) -> Lab<Raft> {
    let mut lab = raft(3, variants);
    lab.fire(1, "election");
    lab.converse(1, 3);
    lab.drop_all();
    lab.fire(1, "heartbeat");
    let late = lab.flights(n(1), n(2))[0];
    lab.act(Action::Hold(late));
    lab.ask(1, 1, "x");
    let entries = lab.flights(n(1), n(2))[1];
    lab.act(Action::Deliver(entries));
    lab.deliver(2, 1);
    lab.drop_others(late);
    lab.act(Action::Deliver(late));
    lab.drop_all();
    lab.fire(3, "election");
    lab.converse(3, 2);
    lab
}

/// S2 confirms an entry, forgets its log in a crash, and elects S3, which never had the entry.
fn forgets_its_log(variants: &[&str]) -> Lab<Raft> {
    let mut lab = raft(3, variants);
    lab.campaign(1);
    lab.ask(1, 1, "x");
    lab.converse(1, 2);
    lab.drop_all();
    lab.crash(2);
    lab.restart(2);
    lab.fire(3, "election");
    lab.converse(3, 2);
    lab
}

/// S1 leads term 1 and hears that S2 stands in term 2, for which it votes.
fn stays_in_office(variants: &[&str]) -> Lab<Raft> {
    let mut lab = raft(2, variants);
    lab.campaign(1);
    lab.fire(2, "election");
    lab.converse(2, 1);
    lab
}

/// S3's vote for S1 in term 1 comes when S1 stands in term 2, which S2 has won with S3's vote.
fn counts_a_late_vote(variants: &[&str]) -> Lab<Raft> {
    let mut lab = raft(3, variants);
    lab.fire(1, "election");
    lab.deliver(1, 3);
    let late = lab.flights(n(3), n(1))[0];
    lab.act(Action::Hold(late));
    lab.fire(1, "election");
    lab.drop_others(late);
    for _ in 0..2 {
        lab.fire(2, "election");
    }
    lab.converse(2, 3);
    lab.act(Action::Deliver(late));
    lab
}

/// Each of two servers elects itself.
fn elects_itself(variants: &[&str]) -> Lab<Raft> {
    let mut lab = raft(2, variants);
    lab.fire(1, "election");
    lab.fire(2, "election");
    lab
}

/// S3 has d and, from its own reign, y; S1 has d, w and z, all committed. Two refusals lead S1 back
/// to d, which it sends S3 together with the news that all three are committed.
fn commits_what_is_not_verified(variants: &[&str]) -> Lab<Raft> {
    let mut lab = raft(3, variants);
    lab.campaign(3);
    lab.ask(1, 3, "d");
    lab.settle();
    lab.ask(1, 3, "y");
    lab.drop_all();
    lab.crash(3);
    lab.campaign_among(1, &[2]);
    lab.ask(2, 1, "w");
    lab.settle();
    lab.crash(1);
    lab.restart(1);
    lab.campaign_among(1, &[2]);
    lab.converse(1, 2);
    lab.drop_all();
    lab.restart(3);
    for _ in 0..2 {
        lab.fire(1, "heartbeat");
    }
    lab.deliver(1, 3);
    lab.ask(2, 1, "z");
    lab.converse(1, 2);
    lab.deliver(3, 1);
    if let Some(last) = lab.flights(n(1), n(3)).last() {
        lab.act(Action::Deliver(*last));
    }
    lab
}

/// Without the mistake, but one entry at a time all the same, nothing is lost.
#[test]
fn one_entry_at_a_time_commits_what_is_verified() {
    let lab = commits_what_is_not_verified(&["one_entry"]);
    assert!(lab.lost().is_empty());
    let commit = |variants| commits_what_is_not_verified(variants).node(3).commit;
    assert_eq!(commit(&["one_entry"]), 1);
    assert_eq!(commit(&["commit_to_log_length"]), 2);
}

/// S2 gives way to S1 and has its vote back, which it gives to S4; S4 cannot win all the same, for
/// the three that elected S1 have none left.
#[test]
fn a_vote_that_is_taken_back_elects_nobody() {
    let mut lab = raft(5, &["concede_clears_vote"]);
    for id in [1, 2, 4] {
        lab.fire(id, "election");
    }
    lab.converse(1, 3);
    lab.converse(1, 5);
    assert!(lab.leads(1));
    lab.converse(1, 2);
    assert_eq!(lab.node(2).disk.voted_for, None);
    for id in [2, 3, 5] {
        lab.converse(4, id);
    }
    assert_eq!(lab.node(2).disk.voted_for, Some(n(4)));
    assert!(!lab.leads(4));
    assert!(lab.lost().is_empty());
}

/// What the disk knows as committed is executed at the restart, before any leader is heard.
#[test]
fn a_durable_commit_index_is_executed_at_once() {
    let after_restart = |variants| {
        let mut lab = raft(3, variants);
        lab.campaign(1);
        lab.ask(1, 1, "x=5");
        lab.settle();
        lab.crash(1);
        lab.restart(1);
        lab.value_of(1, "x").map(str::to_owned)
    };
    assert_eq!(after_restart(&["durable_commit"]), Some("5".into()));
    assert_eq!(after_restart(&[]), None);
}

/// How many random runs a control gets where nobody says.
const CONTROL_RUNS: u64 = 20;

/// Forms that are said to lose nothing, although a rule is broken, lose nothing under faults; what
/// cannot even stall also comes to a good end.
fn controls_lose_nothing<P: Known>() {
    let runs = runs() * CONTROL_RUNS / RUNS;
    let harmless = |it: &&Variant| matches!(it.effect, Effect::Stalls | Effect::Harmless);
    for variant in P::ABOUT.variants.iter().filter(harmless) {
        for seed in 0..runs {
            let mut scenario = scenario(P::ABOUT.key, 3 + 2 * (seed as u8 % 2), &[variant.id]);
            scenario.clients = 3;
            random_run::<P>(&scenario, seed, &mut Tally::default());
        }
    }
}

/// Raft's controls: safe under every fault.
#[test]
fn rafts_controls_lose_nothing() {
    controls_lose_nothing::<Raft>();
}

/// What the scheduler alone brings about in a fresh cluster: the leader's term, if there is one in
/// the end.
fn elected(variants: &[&str], prepare: fn(&mut Lab<Raft>)) -> Option<u32> {
    let mut lab = Lab::<Raft>::new(&scenario("raft", 3, variants));
    prepare(&mut lab);
    for _ in 0..HAPPY_EVENTS {
        lab.act(Action::Next);
    }
    let leader = (1..=3).find(|id| lab.leads(*id));
    leader.map(|id| lab.node(id).disk.term)
}

/// Timeouts "are chosen randomly […] to prevent split votes" (§5.2): where they are all the same,
/// every election is split.
#[test]
fn equal_timeouts_split_every_vote() {
    assert_eq!(elected(&["same_timeouts"], |_| ()), None);
    assert!(elected(&[], |_| ()).is_some());
}

/// All three have voted for themselves once; who keeps that vote gives no other for ever.
#[test]
fn a_kept_vote_starves_elections() {
    let split = |lab: &mut Lab<Raft>| {
        for id in 1..=3 {
            lab.fire(id, "election");
        }
    };
    assert_eq!(elected(&["keep_vote"], split), None);
    assert!(elected(&[], split).is_some());
}

/// Each of Raft's usual mistakes is caught by the property that it names.
#[test]
fn rafts_mistakes_are_caught() {
    all_have_stories::<Raft>(&[
        ("vote_twice", votes_twice),
        ("forget_vote", forgets_its_vote),
        ("vote_without_logs", votes_without_logs),
        ("commit_old_terms", commits_old_terms),
        ("always_truncate", truncates_always),
        ("forget_term", forgets_its_vote),
        ("forget_log", forgets_its_log),
        ("no_step_down", stays_in_office),
        ("count_stale_votes", counts_a_late_vote),
        ("half_quorum", elects_itself),
        ("commit_to_log_length", commits_what_is_not_verified),
        ("tutorial_node", votes_twice),
        ("config_before_commit", changes_too_early),
        ("one_majority", joint_by_one_majority),
        ("read_without_quorum", reads_of_a_superseded_leader),
        ("reuse_name", removed_leader_comes_back),
    ]);
}

/// A removed server that comes back empty under its old name votes as if it had never stored
/// anything; under a new name it is nobody to the others. `reuse_name` does it to a server that
/// knows of its removal; here an operator does it to two that do not, with the protocol as it is.
#[test]
fn a_reused_identity_is_caught() {
    let lab = removed_servers_come_back(true);
    assert_eq!(lab.lost(), ["raft.leader_completeness"]);
    assert!(removed_servers_come_back(false).lost().is_empty());
}

fn paxos(variants: &[&str]) -> Lab<Paxos> {
    paxos_stories::lab(variants, Mood::Lenient)
}

/// S2 promises to ballot 1, crashes, and accepts ballot 0.
fn forgets_its_promise(variants: &[&str]) -> Lab<Paxos> {
    let mut lab = paxos(variants);
    two_prepared(&mut lab);
    lab.accept(0, &[1]);
    lab.crash(2);
    lab.restart(2);
    lab.accept(0, &[2]);
    lab.accept(1, &[2, 3]);
    lab
}

/// S2 promises to ballot 1 and accepts ballot 0 all the same.
fn ignores_its_promise(variants: &[&str]) -> Lab<Paxos> {
    let mut lab = paxos(variants);
    two_prepared(&mut lab);
    lab.accept(0, &[1, 2]);
    lab.accept(1, &[2, 3]);
    lab
}

/// Ballot 0 is prepared by S1 and S2, then ballot 1 by S2 and S3; each has its own value.
fn two_prepared(lab: &mut Lab<Paxos>) {
    lab.begin(0, "x");
    lab.prepare(0, &[1, 2]);
    lab.begin(1, "y");
    lab.prepare(1, &[2, 3]);
}

/// A value is chosen, and the next proposer does not hear of it, or does not care.
fn insists(variants: &[&str]) -> Lab<Paxos> {
    let mut lab = paxos(variants);
    lab.begin(0, "x");
    lab.prepare(0, &[1, 2]);
    lab.accept(0, &[1, 2]);
    lab.begin(1, "y");
    lab.prepare(1, &[2, 3]);
    lab.accept(1, &[2, 3]);
    lab
}

/// S1 has accepted x in ballot 0, S2 and S3 have chosen y in ballot 1; ballot 2 hears of both.
fn takes_any_report(variants: &[&str]) -> Lab<Paxos> {
    let mut lab = paxos(variants);
    two_prepared(&mut lab);
    lab.accept(0, &[1]);
    lab.accept(1, &[2, 3]);
    lab.begin(2, "z");
    lab.prepare(2, &[1, 2]);
    lab.accept(2, &[1, 2]);
    lab
}

/// Each of the usual mistakes in Paxos, and a run that defeats it.
const PAXOS_MISTAKES: &[(&str, Story<Paxos>)] = &[
    ("forget_promise", forgets_its_promise),
    ("accept_ignores_promise", ignores_its_promise),
    ("promise_hides_accepted", insists),
    ("own_value_always", insists),
    ("any_reported_value", takes_any_report),
    ("accept_checks_accepted_only", ignores_its_promise),
    ("accept_keeps_promise", mistakes::accepts_without_promising),
    ("promise_without_check", mistakes::promises_less),
    ("tutorial_acceptor", mistakes::hears_of_an_outdated_value),
    (
        "lowest_reported_value",
        mistakes::hears_of_an_outdated_value,
    ),
    ("skip_phase_1", mistakes::accepts_at_once),
    ("count_stale_promises", mistakes::promises_come_late),
    ("reuse_ballot", mistakes::begins_again),
    ("forget_accepted", mistakes::crashes_once_chosen),
    ("forget_everything", mistakes::crashes_once_chosen),
    ("half_quorum", mistakes::two_halves),
    ("single_quorum", mistakes::one_each),
    ("disjoint_quorums", mistakes::asks_beside),
    ("learn_from_one", mistakes::hears_of_one),
    ("learn_across_ballots", mistakes::hears_across_ballots),
];

/// Each of the usual mistakes in Paxos is caught by the property that it names.
#[test]
fn the_mistakes_of_paxos_are_caught() {
    all_have_stories::<Paxos>(PAXOS_MISTAKES);
}

/// What only looks like a mistake loses nothing, in runs that defeat all others and at random.
#[test]
fn the_controls_of_paxos_lose_nothing() {
    let controls = Paxos::ABOUT.variants.iter();
    let controls = controls.filter(|it| matches!(it.effect, Effect::Stalls | Effect::Harmless));
    let controls: Vec<&str> = controls.map(|it| it.id).collect();
    assert_eq!(controls.len(), 4);
    for control in controls {
        for (mistake, story) in PAXOS_MISTAKES {
            let lost = story(&[control]).lost();
            assert!(
                lost.is_empty(),
                "{control} on the run against {mistake}: {lost:?}"
            );
        }
        let scenario = scenario("paxos", 5, &[control]);
        for seed in 0..runs() / 5 {
            let mut watched = watched::<Paxos>(&scenario, seed as u32);
            let mut chaos = Chaos::new(seed);
            let mut actions = Vec::new();
            for _ in 0..ACTIONS {
                let action = chaos.action(watched.world());
                watched.apply(&action).unwrap();
                actions.push(action);
                assert_sound(&watched, &scenario, seed, &actions);
            }
        }
    }
}

fn multi(nodes: u8, variants: &[&str]) -> Lab<MultiPaxos> {
    multi_paxos_stories::lab(nodes, variants, Mood::Lenient)
}

/// S1 leads with a promise of S2, and S3 with a later one; both propose in slot 1, and S2, which
/// crashed in between, hears S1 first.
fn breaks_a_promise_in_a_slot(variants: &[&str]) -> Lab<MultiPaxos> {
    let mut lab = multi(3, variants);
    lab.prepare_with(1, &[2]);
    lab.ask(1, 1, "x");
    lab.prepare_with(3, &[2]);
    lab.ask(2, 3, "y");
    lab.crash(2);
    lab.restart(2);
    lab.accept_in(1, 1, &[2]);
    lab.accept_in(1, 3, &[2]);
    lab
}

/// S1 has x chosen in slot 1 by itself and S2; S3, which S2 promises to, wants y next.
fn does_not_hear_of_a_slot(variants: &[&str]) -> Lab<MultiPaxos> {
    let mut lab = multi(3, variants);
    lab.prepare_with(1, &[2]);
    lab.ask(1, 1, "x");
    lab.accept_in(1, 1, &[2]);
    lab.prepare_with(3, &[2]);
    lab.ask(2, 3, "y");
    lab.accept_in(1, 3, &[2]);
    lab
}

/// S1 has accepted x in slot 1, S2 and S3 have chosen y in a higher ballot; S1 hears of both.
fn takes_any_report_of_a_slot(variants: &[&str]) -> Lab<MultiPaxos> {
    let mut lab = multi(3, variants);
    lab.prepare_with(1, &[2]);
    lab.ask(1, 1, "x");
    lab.prepare_with(3, &[2]);
    lab.ask(2, 3, "y");
    lab.accept_in(1, 3, &[2]);
    lab.drop_all();
    lab.prepare_with(1, &[2]);
    lab.accept_in(1, 1, &[2]);
    lab
}

/// S1 leads with S2, S5 with S4, and of five acceptors no other takes part.
fn leads_with_two(variants: &[&str]) -> Lab<MultiPaxos> {
    let mut lab = multi(5, variants);
    for (client, leader, other, text) in [(1, 1, 2, "x"), (2, 5, 4, "y")] {
        lab.prepare_with(leader, &[other]);
        lab.ask(client, leader, text);
        lab.accept_in(1, leader, &[other]);
    }
    lab
}

/// S1 learns that slot 2 is chosen before it learns of slot 1; S2 learns of both in order.
fn learns_out_of_order(variants: &[&str]) -> Lab<MultiPaxos> {
    let mut lab = multi(3, variants);
    lab.prepare_with(1, &[2]);
    lab.ask(1, 1, "x=1");
    lab.ask(2, 1, "x=2");
    lab.accept_in(2, 1, &[2]);
    lab.accept_in(1, 1, &[2]);
    let told = lab.flights(n(1), n(2)).into_iter().rev();
    for id in told.collect::<Vec<_>>() {
        lab.act(Action::Deliver(id));
    }
    lab
}

/// A copy of a client's request reaches the leader when the request has been executed.
fn hears_a_request_twice(variants: &[&str]) -> Lab<MultiPaxos> {
    let mut lab = multi(3, variants);
    lab.elect(1);
    lab.submit(1, 1, "n+1");
    let request = lab.flights(ClientId(1), n(1))[0];
    lab.act(Action::Duplicate(request));
    lab.settle();
    lab
}

/// Each of the usual mistakes in Multi-Paxos is caught by the property that it names.
#[test]
fn the_mistakes_of_multi_paxos_are_caught() {
    all_have_stories::<MultiPaxos>(&[
        ("forget_promise", breaks_a_promise_in_a_slot),
        ("promise_hides_accepted", does_not_hear_of_a_slot),
        ("any_reported_value", takes_any_report_of_a_slot),
        ("skip_phase_1", does_not_hear_of_a_slot),
        ("gaps_left", |variants| {
            multi_paxos_stories::gap_filled(variants, Mood::Lenient)
        }),
        ("disjoint_quorums", leads_with_two),
        ("apply_out_of_order", learns_out_of_order),
        ("no_sessions", hears_a_request_twice),
    ]);
}

/// A wiped disk breaks promises that were on it; the properties see that too.
#[test]
fn a_wiped_disk_is_caught() {
    let mut lab = paxos(&[]);
    two_prepared(&mut lab);
    lab.accept(0, &[1]);
    lab.crash(2);
    lab.act(Action::Wipe(n(2)));
    lab.restart(2);
    lab.accept(0, &[2]);
    lab.accept(1, &[2, 3]);
    assert_eq!(lab.lost(), ["paxos.promises", "paxos.agreement"]);
}

/// S3 votes yes, crashes, and tells S2 that it has not voted, while S1 commits.
fn forgets_its_yes(variants: &[&str]) -> Lab<TwoPhase> {
    let mut lab = two_phase_stories::voted(variants, Mood::Lenient, "x");
    lab.crash(3);
    lab.restart(3);
    two_phase_stories::count_votes(&mut lab);
    lab.drop_all();
    lab.fire(2, "decision");
    lab.converse(2, 3);
    lab
}

/// S1 and S2 vote yes, S3 votes no.
fn outvotes(variants: &[&str]) -> Lab<TwoPhase> {
    let mut lab = two_phase_stories::voted(variants, Mood::Lenient, "!S3 x");
    two_phase_stories::count_votes(&mut lab);
    lab
}

/// S1 commits; S2 does not hear of it and loses patience.
fn gives_up_waiting(variants: &[&str]) -> Lab<TwoPhase> {
    let mut lab = two_phase_stories::voted(variants, Mood::Lenient, "x");
    two_phase_stories::count_votes(&mut lab);
    lab.drop_all();
    lab.fire(2, "decision");
    lab
}

/// S1 commits and tells S2; then it crashes and finds no decision in its log.
fn forgets_its_decision(variants: &[&str]) -> Lab<TwoPhase> {
    let mut lab = two_phase_stories::voted(variants, Mood::Lenient, "x");
    two_phase_stories::count_votes(&mut lab);
    lab.deliver(1, 2);
    lab.crash(1);
    lab.restart(1);
    lab
}

/// Each of the usual mistakes in two-phase commit is caught by the property that it names.
#[test]
fn the_mistakes_of_two_phase_commit_are_caught() {
    all_have_stories::<TwoPhase>(&[
        ("vote_not_durable", forgets_its_yes),
        ("commit_on_majority", outvotes),
        ("unilateral_abort", gives_up_waiting),
        ("decision_not_durable", forgets_its_decision),
    ]);
    let lost = forgets_its_decision(&["decision_not_durable"]).lost();
    assert!(lost.contains(&"two_phase.stability"), "{lost:?}");
}
