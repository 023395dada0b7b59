//! The properties themselves: each is shown what contradicts it, as bare facts, and finds it; and
//! each is shown the nearest thing that does not, and stays silent. No handler takes part, so a
//! monitor that sees nothing cannot hide behind an algorithm that does nothing wrong.

mod common;

use common::lab::n;
use common::value;
use quorumscope::protocol::KeyValue;
use quorumscope::protocol::multi_paxos::{self, MultiPaxos};
use quorumscope::protocol::paxos::{self, Paxos};
use quorumscope::protocol::raft::{self, Entry, Log, Payload, Raft, Role};
use quorumscope::protocol::two_phase::TwoPhase;
use quorumscope::protocol::{
    ClientId, Cluster, Decree, Epoch, Fact, NodeId, Observation, Protocol, Request,
};
use quorumscope::sorted::SortedMap;

/// A protocol's monitor, and the nodes that it sees.
struct Watch<P: Protocol> {
    protocol: P,
    monitor: P::Monitor,
    nodes: SortedMap<NodeId, P::Node>,
}

impl<P: Protocol> Watch<P> {
    /// Three nodes that have just started.
    fn new(protocol: P) -> Self {
        let boot = |id| (id, protocol.boot(id, &protocol.blank(id)));
        Self {
            monitor: protocol.monitor(),
            nodes: protocol.cluster().ids().map(boot).collect(),
            protocol,
        }
    }

    /// A node is now in this state, and did this; the properties that are lost by it.
    fn see(&mut self, id: u8, after: P::Node, facts: &[Fact]) -> Vec<&'static str> {
        let before = self.nodes[&n(id)].clone();
        self.nodes.insert(n(id), after);
        let seen = Observation {
            node: n(id),
            before: &before,
            after: &self.nodes[&n(id)],
            facts,
        };
        let mut violations = Vec::new();
        self.protocol
            .observe(&mut self.monitor, &seen, &mut violations);
        for (_, node) in self.nodes.iter().filter(|(other, _)| **other != n(id)) {
            let (after, before) = (&self.nodes[&n(id)], Some(&before));
            self.protocol
                .compare(&self.monitor, before, after, node, &mut violations);
        }
        violations.iter().map(|it| it.property.id).collect()
    }

    /// A node did this without changing.
    fn did(&mut self, id: u8, fact: Fact) -> Vec<&'static str> {
        self.see(id, self.nodes[&n(id)].clone(), &[fact])
    }
}

/// Nothing is lost.
const FINE: [&str; 0] = [];

fn raft() -> Watch<Raft> {
    Watch::new(Raft::new(Cluster::of(3)).unwrap())
}

/// Entries of a log, each a term and a command.
type Entries = [(u32, &'static str)];

/// A log of these entries.
fn log(entries: &Entries) -> Log {
    let entry = |(term, text): &(u32, &str)| Entry {
        term: *term,
        payload: Payload::Command {
            client: ClientId(1),
            request: Request {
                sequence: 1,
                command: value(text),
            },
        },
    };
    entries.iter().map(entry).collect()
}

fn server(id: u8, term: u32, entries: &Entries, role: Role) -> raft::Node {
    raft::Node {
        id: n(id),
        disk: raft::Durable {
            term,
            voted_for: None,
            log: log(entries),
            ..raft::Durable::default()
        },
        commit: 0,
        applied: 0,
        role,
        machine: KeyValue::default(),
    }
}

fn follower(id: u8, term: u32, entries: &Entries) -> raft::Node {
    server(id, term, entries, Role::Follower { leader: None })
}

fn leader(id: u8, term: u32, entries: &Entries) -> raft::Node {
    let role = Role::Leader {
        next: SortedMap::new(),
        matched: SortedMap::new(),
        duties: raft::Duties::default(),
    };
    server(id, term, entries, role)
}

fn leads(term: u32) -> Fact {
    Fact::BecameRole {
        role: "leader",
        epoch: Epoch::term(term),
    }
}

fn applied(index: u32, text: &str) -> Fact {
    Fact::Applied {
        index,
        command: Some(value(text)),
    }
}

/// Two leaders in one term; not in two.
#[test]
fn election_safety() {
    let mut watch = raft();
    assert_eq!(watch.see(1, leader(1, 1, &[]), &[leads(1)]), FINE);
    assert_eq!(watch.see(2, leader(2, 2, &[]), &[leads(2)]), FINE);
    let lost = watch.see(3, leader(3, 1, &[]), &[leads(1)]);
    assert_eq!(lost, ["raft.election_safety"]);
}

/// A leader that deletes or replaces an entry; not a follower, nor one whose reign is over.
#[test]
fn leader_append_only() {
    let long: &Entries = &[(1, "a"), (1, "b")];
    let (short, changed): (&Entries, &Entries) = (&long[..1], &[(1, "a"), (2, "c")]);
    for broken in [short, changed] {
        let mut watch = raft();
        watch.see(1, leader(1, 2, long), &[]);
        assert_eq!(
            watch.see(1, leader(1, 2, broken), &[]),
            ["raft.leader_append_only"]
        );
    }
    let longer: &Entries = &[(1, "a"), (1, "b"), (2, "c")];
    for sound in [
        leader(1, 2, longer),
        follower(1, 3, short),
        leader(1, 3, short),
    ] {
        let mut watch = raft();
        watch.see(1, leader(1, 2, long), &[]);
        assert_eq!(watch.see(1, sound, &[]), FINE);
    }
}

/// Equal index and term, and yet a different past or a different command; not logs that part.
#[test]
fn log_matching() {
    let pairs: [(&Entries, &Entries, bool); 5] = [
        (&[(1, "a"), (2, "b")], &[(1, "x"), (2, "b")], false),
        (&[(1, "a"), (3, "b")], &[(2, "a"), (3, "b")], false),
        (&[(1, "a")], &[(1, "b")], false),
        (&[(1, "a"), (2, "b")], &[(1, "a"), (3, "c")], true),
        (&[(1, "a"), (2, "b")], &[(1, "a")], true),
    ];
    for (one, other, sound) in pairs {
        let mut watch = raft();
        watch.see(1, follower(1, 3, one), &[]);
        let lost = watch.see(2, follower(2, 3, other), &[]);
        assert_eq!(lost.is_empty(), sound, "{one:?} {other:?}");
        assert!(lost.iter().all(|id| *id == "raft.log_matching"));
    }
}

/// What was committed in an older term is missing in a leader's log: of one that is elected
/// later, and of one that has been elected already.
#[test]
fn leader_completeness() {
    let committed = [Fact::Committed { index: 1, term: 1 }];
    let elections: [(u32, &Entries, bool); 4] = [
        (2, &[(1, "a")], true),
        (2, &[], false),
        (2, &[(2, "a")], false),
        (1, &[], true),
    ];
    for (term, entries, sound) in elections {
        let mut later = raft();
        later.see(1, leader(1, 1, &[(1, "a")]), &committed);
        let lost = later.see(2, leader(2, term, entries), &[leads(term)]);
        assert_eq!(lost.is_empty(), sound, "later: {term} {entries:?}");
        let mut before = raft();
        before.see(2, leader(2, term, entries), &[leads(term)]);
        let lost = before.see(1, leader(1, 1, &[(1, "a")]), &committed);
        assert_eq!(lost.is_empty(), sound, "before: {term} {entries:?}");
        assert!(lost.iter().all(|id| *id == "raft.leader_completeness"));
    }
}

/// A log that has discarded its first entries, up to this term and index.
fn based(mut node: raft::Node, (last_term, last_index): (u32, u32)) -> raft::Node {
    let snapshot = raft::Snapshot {
        last_index,
        last_term,
        machine: KeyValue::default(),
        configuration: None,
    };
    node.disk.log.compact(snapshot.into());
    node
}

/// A discarded prefix is not an overwritten one; what is left must be what it was.
#[test]
fn leader_append_only_with_a_snapshot() {
    let long: &Entries = &[(1, "a"), (1, "b"), (2, "c")];
    let cases: [(&Entries, (u32, u32), bool); 4] = [
        (long, (1, 2), true),
        (&[(1, "a"), (1, "b"), (2, "x")], (1, 2), false),
        (&[(1, "a"), (1, "b")], (1, 2), false),
        (&[(1, "a"), (2, "b"), (2, "c")], (2, 2), false),
    ];
    for (now, last, sound) in cases {
        let mut watch = raft();
        watch.see(1, leader(1, 2, long), &[]);
        let lost = watch.see(1, based(leader(1, 2, now), last), &[]);
        assert_eq!(lost.is_empty(), sound, "{now:?} {last:?}");
        assert!(lost.iter().all(|id| *id == "raft.leader_append_only"));
    }
}

/// Logs are compared where both still have something; of the last discarded entry, by its term.
#[test]
fn log_matching_with_a_snapshot() {
    let long: &Entries = &[(1, "a"), (1, "b"), (2, "c"), (2, "d")];
    let cases: [(&Entries, (u32, u32), bool); 5] = [
        (long, (1, 2), true),
        (&[(1, "a"), (1, "b"), (2, "x"), (2, "d")], (1, 2), false),
        (&[(1, "a"), (2, "b"), (2, "c")], (2, 2), false),
        (&[(1, "a"), (1, "b"), (3, "c")], (1, 2), true),
        (&[], (3, 9), true),
    ];
    for (other, last, sound) in cases {
        for swapped in [false, true] {
            let mut watch = raft();
            let mut nodes = [follower(1, 3, long), based(follower(2, 3, other), last)];
            if swapped {
                nodes.reverse();
            }
            let lost: Vec<_> = nodes
                .into_iter()
                .flat_map(|node| watch.see(node.id.0, node, &[]))
                .collect();
            assert_eq!(lost.is_empty(), sound, "{other:?} {last:?} {swapped}");
            assert!(lost.iter().all(|id| *id == "raft.log_matching"));
        }
    }
}

/// A leader has what its snapshot stands for, if that is of the committed past.
#[test]
fn leader_completeness_with_a_snapshot() {
    let committed = [1, 2].map(|index| Fact::Committed { index, term: 1 });
    for (last, sound) in [
        ((1, 1), false),
        ((1, 2), true),
        ((2, 2), false),
        ((2, 3), true),
    ] {
        let mut watch = raft();
        watch.see(1, leader(1, 1, &[(1, "a"), (1, "b")]), &committed);
        let lost = watch.see(2, based(leader(2, 3, &[]), last), &[leads(3)]);
        assert_eq!(lost.is_empty(), sound, "{last:?}");
        assert!(lost.iter().all(|id| *id == "raft.leader_completeness"));
    }
}

/// Two servers apply different commands at one index; not the same one twice, and not different
/// ones at two.
#[test]
fn state_machine_safety() {
    let mut watch = raft();
    assert_eq!(watch.did(1, applied(1, "a")), FINE);
    assert_eq!(watch.did(1, applied(2, "b")), FINE);
    assert_eq!(watch.did(2, applied(1, "a")), FINE);
    assert_eq!(watch.did(2, applied(2, "c")), ["raft.state_machine_safety"]);
}

/// A state taken over with a snapshot is that of whoever applied the entries.
#[test]
fn state_machine_safety_with_a_snapshot() {
    for (taken, index, sound) in [("1", 2, true), ("2", 2, false), ("2", 3, true)] {
        let state = |mut node: raft::Node, text: &str, index| {
            node.machine.pairs.insert("n".into(), text.into());
            node.applied = index;
            node
        };
        let mut watch = raft();
        let entries: &Entries = &[(1, "n=0"), (1, "n=1"), (1, "n=2")];
        watch.see(1, state(follower(1, 1, entries), "1", 2), &[]);
        let other = based(follower(2, 1, entries), (1, 2));
        let lost = watch.see(2, state(other, taken, index), &[]);
        assert_eq!(lost.is_empty(), sound, "{taken} {index}");
        assert!(lost.iter().all(|id| *id == "raft.state_machine_safety"));
    }
}

fn paxos() -> Watch<Paxos> {
    let mut watch = Watch::new(Paxos::new(Cluster::of(3)).unwrap());
    for text in ["x", "y"] {
        watch.protocol.submitted(&mut watch.monitor, &value(text));
    }
    watch
}

fn ballot(round: u32) -> Epoch {
    Epoch::ballot(round, n(1))
}

fn accepted(round: u32, text: &str) -> Fact {
    Fact::Accepted {
        ballot: ballot(round),
        value: value(text),
    }
}

fn learned(round: u32, text: &str) -> Fact {
    Fact::Learned {
        ballot: ballot(round),
        value: value(text),
    }
}

/// Two of three accept one value, and two of three another; one each is no choice.
#[test]
fn agreement_of_what_is_chosen() {
    let mut watch = paxos();
    assert_eq!(watch.did(1, accepted(1, "x")), FINE);
    assert_eq!(watch.did(3, accepted(2, "y")), FINE);
    assert_eq!(watch.did(2, accepted(1, "x")), FINE);
    assert_eq!(watch.did(2, accepted(2, "y")), ["paxos.agreement"]);
}

/// A value is chosen, whether anybody knows it or not: a learner must not learn another.
#[test]
fn agreement_of_what_is_learned() {
    let mut watch = paxos();
    watch.did(1, accepted(1, "x"));
    watch.did(2, accepted(1, "x"));
    assert_eq!(watch.did(3, learned(1, "x")), FINE);
    assert_eq!(watch.did(3, learned(2, "y")), ["paxos.agreement"]);
}

/// Nobody asked for the value that is chosen.
#[test]
fn validity() {
    let mut watch = paxos();
    assert_eq!(watch.did(1, accepted(1, "z")), FINE);
    assert_eq!(watch.did(2, accepted(1, "z")), ["paxos.validity"]);
}

/// A promise falls, or is forgotten; it may stay and rise.
#[test]
fn promises() {
    let promised = |round: Option<u32>| {
        let disk = paxos::Durable {
            promised: round.map(ballot),
            ..paxos::Durable::default()
        };
        Paxos::new(Cluster::of(3)).unwrap().boot(n(1), &disk)
    };
    let mut watch = paxos();
    for round in [1, 1, 5] {
        assert_eq!(watch.see(1, promised(Some(round)), &[]), FINE);
    }
    assert_eq!(watch.see(1, promised(Some(4)), &[]), ["paxos.promises"]);
    assert_eq!(watch.see(1, promised(None), &[]), ["paxos.promises"]);
}

/// A proposer begins a ballot that it has begun before, or a lower one.
#[test]
fn ballots_rise() {
    let begins = |round| Fact::BecameRole {
        role: "preparing",
        epoch: ballot(round),
    };
    for (again, sound) in [(3, true), (2, false), (1, false)] {
        let mut watch = paxos();
        assert_eq!(watch.did(1, begins(2)), FINE);
        assert_eq!(
            watch.did(2, begins(1)),
            FINE,
            "another proposer's are its own"
        );
        let lost = watch.did(1, begins(again));
        assert_eq!(lost.is_empty(), sound, "{again}");
        assert!(lost.iter().all(|id| *id == "paxos.ballots"));
    }
}

/// A ballot has one value.
#[test]
fn a_ballot_has_one_value() {
    let proposed = |round, text| Fact::Proposed {
        ballot: ballot(round),
        value: value(text),
    };
    let mut watch = paxos();
    assert_eq!(watch.did(1, proposed(1, "x")), FINE);
    assert_eq!(watch.did(1, proposed(2, "y")), FINE);
    assert_eq!(watch.did(1, proposed(1, "y")), ["paxos.ballots"]);
}

fn two_phase() -> Watch<TwoPhase> {
    Watch::new(TwoPhase::new(Cluster::of(3)).unwrap())
}

fn votes(number: u32, yes: bool) -> Fact {
    let epoch = ballot(number);
    Fact::Voted { epoch, yes }
}

fn decides(number: u32, commit: bool) -> Fact {
    Fact::Decided {
        epoch: ballot(number),
        value: None,
        commit,
    }
}

/// Two nodes decide differently on one transaction; not on two.
#[test]
fn atomic_commitment_agreement() {
    let mut watch = two_phase();
    for id in 1..=3 {
        assert_eq!(watch.did(id, votes(1, true)), FINE);
    }
    assert_eq!(watch.did(1, decides(1, true)), FINE);
    assert_eq!(watch.did(2, decides(1, true)), FINE);
    assert_eq!(watch.did(3, decides(2, false)), FINE);
    assert_eq!(watch.did(3, decides(1, false)), ["two_phase.agreement"; 2]);
}

/// A node decides differently than before; deciding the same again is no reversal.
#[test]
fn atomic_commitment_stability() {
    let mut watch = two_phase();
    for id in 1..=3 {
        watch.did(id, votes(1, true));
    }
    assert_eq!(watch.did(1, decides(1, false)), FINE);
    assert_eq!(watch.did(1, decides(1, false)), FINE);
    assert_eq!(watch.did(1, decides(1, true)), ["two_phase.stability"]);
}

/// Committed without somebody's yes, or in spite of its no; not aborted.
#[test]
fn atomic_commitment_needs_every_yes() {
    let mut watch = two_phase();
    watch.did(1, votes(1, true));
    watch.did(2, votes(1, true));
    watch.did(3, votes(1, false));
    watch.did(3, votes(2, true));
    assert_eq!(watch.did(2, decides(2, false)), FINE);
    assert_eq!(watch.did(1, decides(1, true)), ["two_phase.all_yes"]);
}

fn multi(cluster: Cluster) -> Watch<MultiPaxos> {
    let mut watch = Watch::new(MultiPaxos::new(cluster).unwrap());
    for text in ["x", "y"] {
        watch.protocol.submitted(&mut watch.monitor, &value(text));
    }
    watch
}

/// A client's first request.
fn decree(client: u8, text: &str) -> Decree {
    Decree::Command {
        client: ClientId(client),
        request: Request {
            sequence: 1,
            command: value(text),
        },
    }
}

fn accepted_at(slot: u32, round: u32, decree: Decree) -> Fact {
    Fact::AcceptedAt {
        slot,
        ballot: ballot(round),
        decree,
    }
}

fn learned_at(slot: u32, decree: Decree) -> Fact {
    Fact::LearnedAt { slot, decree }
}

/// Two values are chosen in one slot: by acceptors in two ballots, or as a replica believes; not
/// in two slots, and not by one acceptor each. The same words of two clients are two values, and so
/// are a command and a no-op.
#[test]
fn agreement_in_each_slot() {
    for other in [decree(1, "y"), decree(2, "x"), Decree::NoOp] {
        let mut watch = multi(Cluster::of(3));
        let first = decree(1, "x");
        assert_eq!(watch.did(1, accepted_at(1, 1, first.clone())), FINE);
        assert_eq!(watch.did(3, accepted_at(1, 2, other.clone())), FINE);
        assert_eq!(watch.did(2, accepted_at(1, 1, first.clone())), FINE);
        assert_eq!(watch.did(1, accepted_at(2, 2, other.clone())), FINE);
        assert_eq!(watch.did(2, accepted_at(2, 2, other.clone())), FINE);
        assert_eq!(watch.did(1, learned_at(1, first)), FINE);
        let mut told = watch.nodes[&n(2)].clone();
        told.tries = 1;
        let lost = watch.see(2, told, &[learned_at(1, other.clone())]);
        assert_eq!(lost, ["multi_paxos.agreement"]);
        let lost = watch.did(2, accepted_at(1, 2, other));
        assert_eq!(lost, ["multi_paxos.agreement"]);
    }
}

/// What is chosen depends on the size of phase 2's quorum.
#[test]
fn agreement_counts_the_quorum() {
    let mut cluster = Cluster::of(3);
    cluster.quorums.insert("phase1".into(), 3);
    cluster.quorums.insert("phase2".into(), 1);
    let mut watch = multi(cluster);
    assert_eq!(watch.did(1, accepted_at(1, 1, decree(1, "x"))), FINE);
    let lost = watch.did(3, accepted_at(1, 2, decree(1, "y")));
    assert_eq!(lost, ["multi_paxos.agreement"]);
}

/// Nobody asked for the value that is chosen; a no-op needs nobody to ask.
#[test]
fn validity_in_each_slot() {
    let mut watch = multi(Cluster::of(3));
    assert_eq!(watch.did(1, learned_at(1, Decree::NoOp)), FINE);
    assert_eq!(watch.did(1, learned_at(2, decree(1, "x"))), FINE);
    let lost = watch.did(1, learned_at(3, decree(1, "z")));
    assert_eq!(lost, ["multi_paxos.validity"]);
}

/// A promise falls, or is forgotten; it may stay and rise.
#[test]
fn promises_for_all_slots() {
    let mut watch = multi(Cluster::of(3));
    let promised = |round: Option<u32>| {
        let disk = multi_paxos::Durable {
            promised: round.map(ballot),
            ..multi_paxos::Durable::default()
        };
        MultiPaxos::new(Cluster::of(3)).unwrap().boot(n(1), &disk)
    };
    for round in [1, 1, 5] {
        assert_eq!(watch.see(1, promised(Some(round)), &[]), FINE);
    }
    let lost = ["multi_paxos.promises"];
    assert_eq!(watch.see(1, promised(Some(4)), &[]), lost);
    assert_eq!(watch.see(1, promised(None), &[]), lost);
}

/// A ballot has one value in a slot, and may have others in other slots; it is begun once.
#[test]
fn ballots_in_slots() {
    let proposed = |slot, round, text| Fact::ProposedAt {
        slot,
        ballot: ballot(round),
        decree: decree(1, text),
    };
    let mut watch = multi(Cluster::of(3));
    assert_eq!(watch.did(1, proposed(1, 1, "x")), FINE);
    assert_eq!(watch.did(1, proposed(2, 1, "y")), FINE);
    assert_eq!(watch.did(1, proposed(1, 2, "y")), FINE);
    let lost = ["multi_paxos.ballots"];
    assert_eq!(watch.did(1, proposed(1, 1, "y")), lost);
    let begins = |role, round| Fact::BecameRole {
        role,
        epoch: ballot(round),
    };
    assert_eq!(watch.did(1, begins("preparing", 3)), FINE);
    assert_eq!(watch.did(1, begins("leader", 3)), FINE);
    assert_eq!(watch.did(1, begins("preparing", 3)), lost);
}

/// Two replicas apply different commands as their second, one of them perhaps none; a restarted one
/// may begin again.
#[test]
fn replicas_apply_the_same() {
    let no_op = Fact::Applied {
        index: 2,
        command: None,
    };
    for other in [applied(2, "c"), no_op] {
        let mut watch = multi(Cluster::of(3));
        for fact in [applied(1, "a"), applied(2, "b"), applied(1, "a")] {
            assert_eq!(watch.did(1, fact), FINE);
        }
        assert_eq!(watch.did(2, applied(1, "a")), FINE);
        let lost = watch.did(2, other);
        assert_eq!(lost, ["multi_paxos.state_machine_safety"]);
    }
}

/// A request is executed in two slots; not in one slot by two replicas, or again after a restart.
#[test]
fn requests_are_executed_once() {
    let executed = |index, sequence| Fact::Executed {
        index,
        client: ClientId(1),
        sequence,
    };
    let mut watch = multi(Cluster::of(3));
    for (id, slot, sequence) in [(1, 1, 1), (2, 1, 1), (1, 1, 1), (1, 2, 2)] {
        assert_eq!(watch.did(id, executed(slot, sequence)), FINE);
    }
    assert_eq!(watch.did(2, executed(3, 1)), ["multi_paxos.once"]);
}
