//! What both ways to change the members share (§6; thesis, chapter 4): a client asks the leader, new
//! servers catch up first, the change is a log entry that counts at once, and a leader that is no
//! member steps down in the end.
//!
//! A leader needs an entry of its own term before it knows what is committed, so a cluster whose
//! members can change starts each term with a no-op.

use super::*;
use crate::protocol::{Answer, ClientId, Epoch, Note, Outcome, Relation, Reply, Request, Rule};

impl Raft {
    /// The configuration that a command asks for, given who the members are; nothing if it is an
    /// ordinary command, whoever they are.
    fn asked_for(&self, now: Members, command: &Value) -> Option<Configuration> {
        let one = || single_server::asked_for(command.as_str(), now);
        let any = || joint_consensus::asked_for(command.as_str(), now);
        let asked = self.is_single_server().then(one).flatten();
        let asked = asked.or_else(|| self.is_joint().then(any).flatten());
        // A server needs a machine.
        let known: Members = self.cluster.ids().collect();
        asked.filter(|asked| asked.all().union(known) == known)
    }

    /// The command that makes a server a member, or a member one no longer. One at a time is the
    /// simpler way, where both are there.
    pub(super) fn command_of_change(&self, now: Members, id: NodeId) -> Option<Value> {
        let leaves = now.contains(id);
        let then = if leaves {
            now.without(id)
        } else {
            now.with(id)
        };
        if !self.changes_members() || then.is_empty() {
            return None;
        }
        let text = match self.is_single_server() {
            true if leaves => format!("-{id}"),
            true => format!("+{id}"),
            false => Configuration::of(then).text(),
        };
        Value::new(&text).ok()
    }

    /// Whether a command asks for a change of the members.
    pub(super) fn asks_for_change(&self, command: &Value) -> bool {
        self.asked_for(self.members, command).is_some()
    }

    /// A client asks the leader for a change of the members.
    pub(super) fn on_change<S: Sink<Self>>(
        &self,
        node: &mut Node,
        client: ClientId,
        request: &Request,
        out: &mut S,
    ) {
        if let Some(note) = self.must_wait(node, request) {
            out.note(|| note.with("client", client));
            // Not now; the client tries again.
            let answer = Answer::Elsewhere { hint: None };
            let sequence = request.sequence;
            out.reply(client, Reply { sequence, answer });
            return;
        }
        if let Role::Leader { duties, .. } = &mut node.role {
            // One change at a time: it takes the place of one that is still waiting, so that a
            // server that never answers is in nobody's way.
            duties.joining = Some(Joining {
                client,
                request: request.clone(),
            });
        }
        self.include_peers(node);
        if self.admit(node, out) {
            return;
        }
        let newcomers = self.newcomers(node);
        out.note(|| {
            Note::new(&CHANGE_CATCH_UP, Outcome::Done)
                .with("node", node.id)
                .with("command", request.command.clone())
                .with("servers", newcomers)
                .with("commit", node.commit)
        });
        for peer in newcomers.iter() {
            self.replicate(node, peer, out);
        }
    }

    /// Why a change cannot begin yet, if it cannot.
    fn must_wait(&self, node: &Node, request: &Request) -> Option<Note> {
        let note = |rule| {
            Note::new(rule, Outcome::Refused)
                .with("node", node.id)
                .with("command", request.command.clone())
        };
        let latest = node.disk.log.changes().next().map_or(0, |(index, _)| index);
        if latest > node.commit {
            return Some(note(&CHANGE_PENDING).because(
                ("configuration_index", latest),
                Relation::Greater,
                ("commit_index", node.commit),
            ));
        }
        let committed = node.disk.log.term_at(node.commit).unwrap_or(0);
        let asked = self.asked_for(self.configuration(node).new, &request.command)?;
        let is_single = asked.old.is_none();
        if is_single && committed != node.disk.term && !self.is(V::ConfigBeforeCommit) {
            return Some(note(&CHANGE_TERM).because(
                ("committed_term", Epoch::term(committed)),
                Relation::Different,
                ("current_term", Epoch::term(node.disk.term)),
            ));
        }
        None
    }

    /// The servers that a waiting change adds.
    pub(super) fn newcomers(&self, node: &Node) -> Members {
        let Role::Leader { duties, .. } = &node.role else {
            return Members::default();
        };
        let Some(joining) = &duties.joining else {
            return Members::default();
        };
        let now = self.configuration(node).all();
        let asked = self.asked_for(self.configuration(node).new, &joining.request.command);
        let all = asked.map_or(now, Configuration::all);
        all.iter().filter(|id| !now.contains(*id)).collect()
    }

    /// Whether a follower says how long its log is: "the simplest approach to solve this particular
    /// problem of adding a new server", whose log is empty (thesis, §4.2.1).
    pub(super) fn tells_length(&self, node: &Node, prev_index: u32) -> bool {
        self.changes_members() && node.disk.log.last_index() < prev_index
    }

    /// The leader replicates to every member, and to new servers that "join the cluster as
    /// non-voting members" (§6), and to nobody else.
    pub(super) fn include_peers(&self, node: &mut Node) {
        let all = self.configuration(node).all().union(self.newcomers(node));
        let peers = all.without(node.id);
        let next_index = node.disk.log.last_index() + 1;
        let Role::Leader { next, matched, .. } = &mut node.role else {
            return;
        };
        next.retain(|id| peers.contains(*id));
        matched.retain(|id| peers.contains(*id));
        for peer in peers.iter() {
            next.get_or_insert_with(peer, || next_index);
            matched.get_or_insert_with(peer, || 0);
        }
    }

    /// "Once the new servers have caught up with the rest of the cluster, the reconfiguration can
    /// proceed" (§6). The thesis counts rounds of replication, by a clock (§4.2.1); here new
    /// servers have caught up once they store all that is committed. Says whether a waiting change
    /// was appended.
    fn admit<S: Sink<Self>>(&self, node: &mut Node, out: &mut S) -> bool {
        let newcomers = self.newcomers(node);
        let Role::Leader {
            matched, duties, ..
        } = &mut node.role
        else {
            return false;
        };
        let behind = |id: NodeId| matched.get(&id).is_none_or(|index| *index < node.commit);
        if newcomers.iter().any(behind) {
            return false;
        }
        let Some(Joining { client, request }) = duties.joining.take() else {
            return false;
        };
        let Some(configuration) = self.asked_for(self.configuration(node).new, &request.command)
        else {
            return false;
        };
        let rule = match configuration.old {
            None => &CHANGE_APPEND,
            Some(_) => &CHANGE_JOINT,
        };
        let change = Change {
            client,
            request,
            configuration,
        };
        self.append_change(node, rule, Outcome::Accepted, change, out);
        true
    }

    /// A configuration goes into the leader's log, and counts from now on.
    pub(super) fn append_change<S: Sink<Self>>(
        &self,
        node: &mut Node,
        rule: &'static Rule,
        outcome: Outcome,
        change: Change,
        out: &mut S,
    ) {
        let term = node.disk.term;
        let configuration = change.configuration;
        let payload = Payload::Configuration(change);
        let index = node.disk.log.push(Entry { term, payload });
        out.note(|| {
            let note = Note::new(rule, outcome)
                .with("node", node.id)
                .with("index", index)
                .with("members", configuration.new);
            match configuration.old {
                None => note,
                Some(old) => note.with("old_members", old),
            }
        });
        self.include_peers(node);
        self.replicate_to_all(node, out);
        self.advance_commit(node, out);
    }

    /// What the leader does about configurations whenever something may have become committed or
    /// stored.
    pub(super) fn go_on_with_changes<S: Sink<Self>>(&self, node: &mut Node, out: &mut S) {
        if !self.changes_members() {
            return;
        }
        self.leave_joint(node, out);
        self.admit(node, out);
        self.step_down(node, out);
    }

    /// A leader that is not in the committed configuration "steps down (returns to follower state)
    /// once it has committed" it (§6; thesis, §4.2.2).
    fn step_down<S: Sink<Self>>(&self, node: &mut Node, out: &mut S) {
        let leads = matches!(node.role, Role::Leader { .. });
        let Some((index, members)) = Self::removal(node).filter(|_| leads) else {
            return;
        };
        out.note(|| {
            Note::new(&CHANGE_STEP_DOWN, Outcome::Done)
                .with("node", node.id)
                .with("members", members)
                .because(
                    ("commit_index", node.commit),
                    Relation::AtLeast,
                    ("configuration_index", index),
                )
        });
        self.follow(node, None, out);
    }

    /// The configuration that has removed a server, with its index, once the server knows it to be
    /// committed.
    pub(super) fn removal(node: &Node) -> Option<(u32, Members)> {
        let (index, latest) = node.disk.log.changes().next()?;
        let members = latest.configuration.all();
        let is_over = index <= node.commit && !members.contains(node.id);
        is_over.then_some((index, members))
    }

    /// Whether a server has a reason to start an election: as a member, or as one of the configuration before
    /// while the latest is not known to be committed. Such a server "should still start new
    /// elections, as it might still be needed until the Cnew entry is committed" (thesis, §4.2.2);
    /// its own vote does not count.
    fn is_needed(&self, node: &Node) -> bool {
        let mut changes = node.disk.log.changes();
        let Some((index, latest)) = changes.next() else {
            return self.initial().all().contains(node.id);
        };
        let before = changes.next();
        let before = before.map_or(self.initial(), |(_, change)| change.configuration);
        let needed = index > node.commit && before.all().contains(node.id);
        needed || latest.configuration.all().contains(node.id)
    }

    /// Whether a server may start an election; one that is no member has nobody to lead.
    pub(super) fn may_stand<S: Sink<Self>>(&self, node: &Node, out: &mut S) -> bool {
        let is_needed = self.is_needed(node);
        if !is_needed {
            out.note(|| {
                Note::new(&NOT_A_MEMBER, Outcome::Ignored)
                    .with("node", node.id)
                    .with("members", self.configuration(node).all())
            });
        }
        is_needed
    }

    /// A committed configuration needs no more to be done: it has counted since it was stored.
    /// The client is told, unless joint consensus has to end first.
    pub(super) fn apply_change<S: Sink<Self>>(
        &self,
        node: &mut Node,
        index: u32,
        change: &Change,
        out: &mut S,
    ) {
        let Change {
            client,
            request,
            configuration,
        } = change;
        out.note(|| {
            Note::new(&CHANGE_APPLY, Outcome::Done)
                .with("node", node.id)
                .with("index", index)
                .with("members", configuration.all())
        });
        if configuration.old.is_some() {
            return;
        }
        let sequence = request.sequence;
        let result = Value::new(&configuration.text()).ok();
        if !node.machine.has_executed(*client, sequence) {
            let session = (sequence, result.clone());
            node.machine.sessions.insert(*client, session);
        }
        if let Role::Leader { .. } = node.role {
            let answer = Answer::Done(result);
            out.reply(*client, Reply { sequence, answer });
        }
    }
}

/// A reply of a server that the leader no longer replicates to.
pub(super) fn reply_of_outsider(node: NodeId, from: NodeId) -> Note {
    Note::new(&REPLY_OUTSIDER, Outcome::Ignored)
        .with("node", node)
        .with("from", from)
}
