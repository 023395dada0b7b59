//! Multi-Paxos with a rule broken.

use crate::common::{Lab, Mood, multi_paxos_stories, n};
use crate::stories::all_have_stories;
use quorumscope::protocol::ClientId;
use quorumscope::protocol::multi_paxos::MultiPaxos;
use quorumscope::world::Action;

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
