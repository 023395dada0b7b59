//! Changes of members: joint consensus (§6), and one server at a time (thesis, chapter 4).

use quorumscope::protocol::raft::{Message, Raft, Role};
use quorumscope::protocol::{ClientId, Datum, Protocol};
use quorumscope::world::{Action, Event, Step};

use crate::common::membership_stories::with_spares;
use crate::common::{Lab, n, value};

/// A cluster of five machines, S1 to S3 of which are members, S1 leads and has committed.
fn led(variant: &str) -> Lab<Raft> {
    let mut lab = Lab::new(&with_spares(5, 3, &[variant]));
    lab.campaign(1);
    lab
}

fn rules(step: &Step<Message>) -> Vec<&'static str> {
    step.notes.iter().map(|(_, note)| note.rule.id).collect()
}

/// Spare machines are asked for no votes, and start no elections.
#[test]
fn spare_machines_stay_apart() {
    let mut lab = Lab::<Raft>::new(&with_spares(5, 3, &["single_server"]));
    let step = lab.fire(4, "election");
    assert_eq!(rules(&step), ["raft.membership.outside"]);
    assert_eq!(lab.node(4).disk.term, 0);
    lab.fire(1, "election");
    assert!(lab.flights(n(1), n(4)).is_empty());
    lab.deliver(1, 2);
    lab.deliver(2, 1);
    assert!(lab.leads(1), "two of three are a majority");
}

/// New servers "join the cluster as non-voting members"; "once the new servers have caught up
/// […], the reconfiguration can proceed".
#[test]
fn a_new_server_catches_up_first() {
    let mut lab = led("single_server");
    lab.ask(1, 1, "n+1");
    lab.settle();
    let step = lab.ask(1, 1, "+S4");
    assert_eq!(rules(&step), ["raft.membership.catch_up"]);
    assert!(lab.configurations(1).is_empty());
    let view = lab.world().protocol().view(lab.node(1));
    let waiting = view.fields.iter().find(|it| it.key == "catching_up");
    assert_eq!(waiting.unwrap().value, Datum::Nodes(vec![n(4)]));
    lab.settle();
    assert_eq!(lab.configurations(4), ["{S1,S2,S3,S4}"]);
    assert_eq!(lab.value_of(4, "n"), Some("1"));
    assert_eq!(
        lab.told(1).last().unwrap().as_deref(),
        Some("{S1,S2,S3,S4}")
    );
}

/// A server that never answers keeps nobody from changing the members otherwise.
#[test]
fn a_dead_new_server_is_in_nobodys_way() {
    let mut lab = led("single_server");
    lab.crash(4);
    lab.ask(1, 1, "+S4");
    lab.settle();
    lab.ask(2, 1, "+S5");
    lab.settle();
    assert_eq!(lab.configurations(1), ["{S1,S2,S3,S5}"]);
}

/// "A server always uses the latest configuration in its log, regardless of whether the entry is
/// committed": with four members, three have to store an entry.
#[test]
fn a_configuration_counts_as_soon_as_it_is_stored() {
    let mut lab = led("single_server");
    lab.ask(1, 1, "+S4");
    lab.converse(1, 4);
    assert_eq!(lab.configurations(1), ["{S1,S2,S3,S4}"]);
    let stored = lab.node(1).disk.log.last_index();
    lab.replicate_among(1, &[4]);
    assert!(lab.node(1).commit < stored, "two of four are no majority");
    lab.fire(1, "heartbeat");
    lab.replicate_among(1, &[2]);
    assert_eq!(lab.node(1).commit, stored);
}

/// One change at a time: the next one only once the one before is committed.
#[test]
fn changes_do_not_overlap() {
    let mut lab = led("single_server");
    lab.ask(1, 1, "-S3");
    let step = lab.ask(2, 1, "-S2");
    assert_eq!(rules(&step), ["raft.membership.pending"]);
    assert_eq!(lab.configurations(1), ["{S1,S2}"]);
    lab.settle();
    // The client asks again, of whom it likes, until the leader takes it.
    lab.act(Action::Fire(ClientId(2).into(), "retry".into()));
    lab.settle();
    assert_eq!(lab.configurations(1), ["{S1,S2}", "{S1}"]);
}

/// No configuration before an entry of the leader's own term is committed (Ongaro, raft-dev, July
/// 2015).
#[test]
fn a_new_leader_commits_before_it_changes_the_members() {
    let mut lab = Lab::<Raft>::new(&with_spares(5, 3, &["single_server"]));
    lab.campaign_among(1, &[2]);
    lab.drop_all();
    let step = lab.ask(1, 1, "-S3");
    assert_eq!(rules(&step), ["raft.membership.term"]);
    assert!(lab.configurations(1).is_empty());
    lab.fire(1, "heartbeat");
    lab.settle();
    let step = lab.ask(2, 1, "-S3");
    assert_eq!(rules(&step)[0], "raft.membership.append");
}

/// A leader that removes itself "is managing a cluster that does not include itself; it replicates
/// log entries but does not count itself in majorities", and steps down in the end.
#[test]
fn a_removed_leader_steps_down() {
    let mut lab = led("single_server");
    lab.ask(1, 1, "-S1");
    let index = lab.node(1).disk.log.last_index();
    lab.replicate_among(1, &[2]);
    assert!(
        lab.leads(1) && lab.node(1).commit < index,
        "S2 alone is no majority of two"
    );
    lab.fire(1, "heartbeat");
    lab.deliver(1, 3);
    let replies = lab.flights(n(3), n(1));
    let step = lab.act(Action::Deliver(replies[0]));
    assert!(rules(&step).contains(&"raft.membership.step_down"));
    assert!(!lab.leads(1) && lab.node(1).commit == index);
    lab.settle();
    assert_eq!(lab.told(1), [Some("{S2,S3}".to_owned())]);
    let step = lab.fire(1, "election");
    assert_eq!(rules(&step), ["raft.membership.outside"]);
    lab.campaign(2);
    assert!(lab.leads(2));
}

/// "A server that is not part of its own latest configuration should still start new elections,
/// as it might still be needed until the Cnew entry is committed" (thesis, §4.2.2): S2 needs S1's
/// vote and cannot have it, since S1's log is longer. "It does not count its own vote."
#[test]
fn a_removed_server_may_still_be_needed() {
    let mut lab = Lab::<Raft>::new(&with_spares(2, 2, &["single_server"]));
    lab.campaign(1);
    lab.ask(1, 1, "-S1");
    lab.drop_all();
    lab.crash(1);
    lab.restart(1);
    lab.campaign(2);
    assert!(!lab.leads(2));
    lab.fire(1, "election");
    assert!(matches!(lab.node(1).role, Role::Candidate { .. }));
    let view = lab.world().protocol().view(lab.node(1));
    assert_eq!(
        (view.tallies[0].yes.len(), view.tallies[0].threshold),
        (0, 1)
    );
    lab.settle();
    // It leads until it has committed its own removal.
    assert!(!lab.leads(1));
    assert_eq!(lab.configurations(2), ["{S2}"]);
    lab.campaign(2);
    assert!(lab.leads(2));
}

/// The last server stays; the client is told who is left.
#[test]
fn the_last_server_stays() {
    let mut lab = Lab::<Raft>::new(&with_spares(2, 1, &["single_server"]));
    lab.campaign(1);
    lab.ask(1, 1, "-S1");
    lab.settle();
    assert!(lab.leads(1));
    assert_eq!(lab.told(1), [Some("{S1}".to_owned())]);
}

/// Replies of a server that was removed are of no use.
#[test]
fn replies_of_removed_servers_are_ignored() {
    let mut lab = led("single_server");
    lab.fire(1, "heartbeat");
    lab.deliver(1, 3);
    let late = lab.flights(n(3), n(1))[0];
    lab.act(Action::Hold(late));
    lab.ask(1, 1, "-S3");
    lab.settle();
    let step = lab.act(Action::Deliver(late));
    assert_eq!(rules(&step), ["raft.membership.outsider"]);
}

/// A machine that is added is no member, whoever the members are by then; the members then make it
/// one, and it counts.
#[test]
fn a_machine_is_added_and_becomes_a_member() {
    for (variant, command, then) in [
        ("single_server", "+S4", "{S1,S2,S3,S4}"),
        ("joint_consensus", "{S1,S2,S3,S4}", "{S1,S2,S3,S4}"),
    ] {
        let mut lab = Lab::<Raft>::new(&with_spares(3, 3, &[variant]));
        lab.campaign(1);
        lab.ask(1, 1, "n+1");
        lab.settle();
        let added = lab.act(Action::AddMachine);
        assert!(matches!(added.events[0], Event::MachineAdded(id) if id == n(4)));
        assert_eq!(lab.world().machines().len(), 4);
        let members = [1, 2, 3].map(n).into();
        let protocol = lab.world().protocol();
        assert_eq!(protocol.members(lab.node(4)), Some(members));
        // Nobody talks to it, and it is not elected.
        let step = lab.fire(4, "election");
        assert_eq!(rules(&step), ["raft.membership.outside"]);
        lab.fire(1, "heartbeat");
        assert!(lab.flights(n(1), n(4)).is_empty());
        let protocol = lab.world().protocol();
        let members = protocol.members(lab.node(1)).unwrap();
        assert_eq!(protocol.change(&members, n(4)), Some(value(command)));
        lab.ask(1, 1, command);
        lab.settle();
        assert_eq!(lab.configurations(4).last().unwrap(), then);
        assert_eq!(lab.value_of(4, "n"), Some("1"));
        assert_eq!(lab.told(1).last().unwrap().as_deref(), Some(then));
        // Three of four are needed now, and the new one can be among them.
        lab.crash(3);
        lab.campaign(4);
        assert!(lab.leads(4));
        let protocol = lab.world().protocol();
        let members = protocol.members(lab.node(4)).unwrap();
        let leave = protocol.change(&members, n(1)).unwrap();
        let expected = ["-S1", "{S2,S3,S4}"];
        assert!(expected.contains(&leave.as_str()), "{leave}");
    }
}

/// The last member stays, and where members cannot change there are no commands for it.
#[test]
fn no_command_leaves_a_cluster_without_members() {
    let lab = Lab::<Raft>::new(&with_spares(3, 3, &["single_server"]));
    let protocol = lab.world().protocol();
    assert_eq!(protocol.change(&[n(2)].into(), n(2)), None);
    let fixed = Lab::<Raft>::new(&with_spares(3, 3, &[]));
    let protocol = fixed.world().protocol();
    assert_eq!(protocol.members(fixed.node(1)), None);
    assert_eq!(protocol.change(&[n(2)].into(), n(1)), None);
}

/// Until a machine is there its name is a text like any other, so it does not come while a client
/// waits for what such a command answers.
#[test]
fn a_command_stays_what_it_was_when_it_was_asked() {
    let mut lab = Lab::<Raft>::new(&with_spares(3, 3, &["single_server"]));
    lab.campaign(1);
    lab.ask(1, 1, "+S4");
    let refused = lab.attempt(&Action::AddMachine).unwrap_err();
    assert_eq!(refused.key(), "machine_asked_for");
    lab.settle();
    assert_eq!(lab.value_of(1, "x"), Some("+S4"));
    lab.act(Action::AddMachine);
}

/// Without the extension, and where a name is no machine's, it is a command like any other.
#[test]
fn other_commands_are_ordinary() {
    for (variants, command) in [
        (&[][..], "+S4"),
        (&["single_server"], "{S1,S2}"),
        (&["joint_consensus"], "-S2"),
        (&["single_server"], "+S9"),
    ] {
        let mut lab = Lab::<Raft>::new(&with_spares(5, 3, variants));
        lab.campaign(1);
        lab.ask(1, 1, command);
        lab.settle();
        assert!(lab.configurations(1).is_empty());
        assert_eq!(lab.value_of(1, "x"), Some(command));
    }
}

/// "Agreement (for elections and entry commitment) requires separate majorities from both the old
/// and new configurations." When C_old,new is committed, C_new follows.
#[test]
fn joint_consensus_needs_both_majorities() {
    let mut lab = led("joint_consensus");
    lab.ask(1, 1, "{S3,S4,S5}");
    lab.converse(1, 4);
    lab.converse(1, 5);
    assert_eq!(lab.configurations(1), ["{S1,S2,S3}→{S3,S4,S5}"]);
    let index = lab.node(1).disk.log.last_index();
    lab.replicate_among(1, &[4, 5]);
    assert!(
        lab.node(1).commit < index,
        "a majority of the new ones alone"
    );
    lab.fire(1, "heartbeat");
    lab.deliver(1, 2);
    lab.deliver(2, 1);
    assert_eq!(lab.node(1).commit, index);
    let both = ["{S1,S2,S3}→{S3,S4,S5}", "{S3,S4,S5}"];
    assert_eq!(lab.configurations(1), both);
    assert_eq!(lab.told(1), [None], "the change is not over");
    // S1 is no member of C_new: it leads until that is committed.
    assert!(lab.leads(1));
    lab.settle();
    assert!(!lab.leads(1));
    assert_eq!(lab.told(1), [Some("{S3,S4,S5}".to_owned())]);
    lab.campaign(4);
    assert!(lab.leads(4));
    assert_eq!(lab.configurations(4), both);
}

/// A candidate with C_old,new in its log asks both sets, and shows both counts; a leader that
/// found it there ends joint consensus.
#[test]
fn joint_consensus_survives_its_leader() {
    let mut lab = led("joint_consensus");
    lab.ask(1, 1, "{S3,S4,S5}");
    for peer in [4, 5] {
        lab.converse(1, peer);
    }
    lab.replicate_among(1, &[4, 5]);
    lab.crash(1);
    lab.fire(4, "election");
    lab.deliver(4, 5);
    lab.deliver(5, 4);
    assert!(!lab.leads(4), "two of the new three, and none of the old");
    let view = lab.world().protocol().view(lab.node(4));
    let tallies = view
        .tallies
        .iter()
        .map(|it| (it.key, it.yes.len(), it.threshold));
    assert_eq!(
        tallies.collect::<Vec<_>>(),
        [("votes_old", 0, 2), ("votes_new", 2, 2)]
    );
    lab.settle();
    assert!(lab.leads(4));
    assert_eq!(lab.configurations(4).last().unwrap(), "{S3,S4,S5}");
}

/// Figure 11: until C_old,new is committed, the old members may go on without it.
#[test]
fn the_old_members_may_still_decide() {
    let mut lab = led("joint_consensus");
    lab.ask(1, 1, "{S3,S4,S5}");
    lab.converse(1, 4);
    lab.converse(1, 5);
    lab.replicate_among(1, &[4, 5]);
    lab.partition(&[&[2, 3], &[1, 4, 5]]);
    lab.campaign(2);
    lab.ask(2, 2, "n+1");
    lab.settle();
    assert_eq!(lab.told(2), [Some("1".to_owned())]);
    lab.act(Action::Heal);
    lab.fire(2, "heartbeat");
    lab.settle();
    assert!(
        lab.configurations(1).is_empty(),
        "S1 follows, and its change is gone"
    );
}

/// A node shows the members by the latest configuration in its own log.
#[test]
fn screens_show_the_members() {
    let mut lab = led("joint_consensus");
    let members = |lab: &Lab<Raft>| {
        let view = lab.world().protocol().view(lab.node(1));
        let fields = view.fields.into_iter();
        let members = fields.filter(|field| field.key.starts_with("configuration"));
        members
            .map(|field| (field.key, field.value))
            .collect::<Vec<_>>()
    };
    let nodes = |ids: &[u8]| Datum::Nodes(ids.iter().copied().map(n).collect());
    assert_eq!(members(&lab), [("configuration", nodes(&[1, 2, 3]))]);
    lab.ask(1, 1, "{S1,S2}");
    assert_eq!(
        members(&lab),
        [
            ("configuration_old", nodes(&[1, 2, 3])),
            ("configuration", nodes(&[1, 2]))
        ]
    );
    let cells = lab.world().protocol().view(lab.node(1)).cells;
    assert_eq!(cells.last().unwrap().label, "{S1,S2,S3}→{S1,S2}");
}
