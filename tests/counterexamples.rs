//! The searches that ship with the lab, one for each broken rule, and the shortest runs that they
//! found: `static/searches/` and `tests/counterexamples/`. Each run is a regression test; the small
//! searches are made again.
//!
//! `cargo run --release --example search -- --runs tests/counterexamples static/searches/raft.json`
//! makes the runs, and the table of `docs/searches.md`.

use std::collections::BTreeSet;
use std::path::{Path, PathBuf};

use quorumscope::check::Watched;
use quorumscope::check::search::{Goal, Search, Status};
use quorumscope::protocol::registry::PROTOCOLS;
use quorumscope::protocol::{About, Any, Effect};
use quorumscope::share::Run;
use quorumscope::share::search::SearchRequest;
use quorumscope::world::Scenario;

/// Searches up to this size are made again in the suite.
const STATES_MAX: usize = 100_000;
const BYTES_MAX: usize = 1 << 30;

fn folder(name: &str) -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join(name)
}

fn searches(about: &About) -> Vec<(String, SearchRequest)> {
    let path = folder("static/searches").join(format!("{}.json", about.key));
    let text = std::fs::read_to_string(&path).expect("each protocol has its searches");
    SearchRequest::all_from_json(&text).expect("they can be begun")
}

fn found_run(about: &About, variant: &str) -> Run {
    let name = format!("{}-{variant}.json", about.key);
    let text = std::fs::read_to_string(folder("tests/counterexamples").join(name));
    Run::from_json(&text.expect("each mistake has its run")).expect("it is a run")
}

fn any(scenario: &Scenario) -> Any {
    Any::open(&scenario.protocol, &scenario.cluster).unwrap()
}

fn begin(request: &SearchRequest) -> Search<Any> {
    let scenario = &request.scenario;
    let (bounds, goal) = (&request.bounds, &request.goal);
    Search::new(
        any(scenario),
        scenario,
        request.seed,
        bounds,
        goal,
        BYTES_MAX,
    )
    .unwrap()
}

/// Every mistake has its search, which breaks that rule and looks for the property that it loses;
/// and so has every change that loses nothing, extensions apart.
#[test]
fn every_broken_rule_has_its_search() {
    for about in PROTOCOLS {
        let searches = searches(about);
        for variant in about.variants {
            let search = searches.iter().find(|(name, _)| name == variant.id);
            match variant.effect {
                Effect::Extends => assert!(search.is_none(), "{}", variant.id),
                Effect::Loses(property) => {
                    let (_, request) = search.unwrap_or_else(|| panic!("{}", variant.id));
                    assert!(request.scenario.cluster.variants.contains(variant.id));
                    let goal = Goal::Lose(Some(property.id.into()));
                    assert_eq!(request.goal, goal, "{}", variant.id);
                }
                Effect::Stalls | Effect::Harmless => {
                    assert!(search.is_some(), "{}", variant.id);
                }
            }
        }
        let known = |name: &String| about.variants.iter().any(|it| it.id == name);
        assert!(searches.iter().all(|(name, _)| known(name)));
    }
}

/// Each run found loses the property with its last action and not before; with the rule as it
/// should be, the same actions lose nothing, as far as they can be done at all.
#[test]
fn found_runs_still_lose_what_they_lost() {
    for about in PROTOCOLS {
        for variant in about.variants {
            let Some(property) = variant.effect.loses() else {
                continue;
            };
            let run = found_run(about, variant.id);
            let lost = |watched: &Watched<Any>| {
                let mut lost = watched.violations().iter();
                lost.any(|it| it.property == property)
            };
            let mut broken = Watched::new(any(&run.scenario), &run.scenario, run.seed).unwrap();
            let (last, before) = run.actions.split_last().expect("it takes an action");
            for action in before {
                broken.apply(action).unwrap();
                assert!(!lost(&broken), "{} {}", about.key, variant.id);
            }
            broken.apply(last).unwrap();
            assert!(lost(&broken), "{} {}", about.key, variant.id);
            let mut scenario = run.scenario.clone();
            scenario.cluster.variants.remove(variant.id);
            let Ok(mut sound) = Watched::new(any(&scenario), &scenario, run.seed) else {
                continue;
            };
            for action in &run.actions {
                // What the broken rule let happen may have no counterpart.
                let _ = sound.apply(action);
                assert!(
                    sound.violations().is_empty(),
                    "{} {}",
                    about.key,
                    variant.id
                );
            }
        }
    }
}

/// The small searches, made again: as short a run as is stored, and with the rule as it should be
/// no loss within the same number of states. Changes that lose nothing lose nothing.
#[test]
fn small_searches_find_the_same_again() {
    let mut again = BTreeSet::new();
    for about in PROTOCOLS {
        for (name, mut request) in searches(about) {
            let variant = about.variants.iter().find(|it| it.id == name).unwrap();
            let mut search = begin(&request);
            let status = search.advance(STATES_MAX);
            match variant.effect.loses() {
                Some(_) if status == Status::Found => {
                    let found = search.found().unwrap().actions.len();
                    let stored = found_run(about, &name).actions.len();
                    assert_eq!(found, stored, "{} {name}", about.key);
                    again.insert((about.key, name.clone()));
                }
                Some(_) => assert_eq!(status, Status::Searching, "{} {name}", about.key),
                None => assert_ne!(status, Status::Found, "{} {name}", about.key),
            }
            request.scenario.cluster.variants.remove(&name);
            let Ok(mut sound) = Search::new(
                any(&request.scenario),
                &request.scenario,
                request.seed,
                &request.bounds,
                &request.goal,
                BYTES_MAX,
            ) else {
                continue;
            };
            assert_ne!(
                sound.advance(STATES_MAX),
                Status::Found,
                "{} {name}",
                about.key
            );
        }
    }
    assert!(again.len() > 30, "only {} are small", again.len());
}
