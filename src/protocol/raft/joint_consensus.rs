//! Joint consensus (§6, Figure 11): any set of members to any other. C<sub>old,new</sub> comes
//! first, under which every decision needs a majority of both sets; once it is committed,
//! C<sub>new</sub> follows.

use super::*;
use crate::protocol::Outcome;

/// The configuration that a command asks for: `{S1,S2,S5}` makes these the members, after joint
/// consensus with those that are.
pub(super) fn asked_for(command: &str, now: Members) -> Option<Configuration> {
    let list = command.strip_prefix('{')?.strip_suffix('}')?;
    let ids = list.split(',').map(|text| text.trim().parse::<NodeId>());
    Some(Configuration {
        new: ids.collect::<Result<Members, _>>().ok()?,
        old: Some(now),
    })
}

impl Raft {
    /// "Once C_old,new has been committed, neither C_old nor C_new can make decisions without
    /// approval of the other […]. It is now safe for the leader to create a log entry describing
    /// C_new" (§6): this leader, or one that found C_old,new in its log.
    pub(super) fn leave_joint<S: Sink<Self>>(&self, node: &mut Node, out: &mut S) {
        let Role::Leader { .. } = node.role else {
            return;
        };
        let latest = node.disk.log.changes().next();
        let Some((_, change)) = latest
            .filter(|(index, change)| change.configuration.old.is_some() && *index <= node.commit)
        else {
            return;
        };
        let configuration = Configuration::of(change.configuration.new);
        let change = Change {
            configuration,
            ..change.clone()
        };
        self.append_change(node, &CHANGE_NEW, Outcome::Done, change, out);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// A list of servers in braces, and nothing else.
    #[test]
    fn commands() {
        let now: Members = [NodeId(1), NodeId(2)].into_iter().collect();
        let asked = |text| asked_for(text, now).map(Configuration::text);
        let joint = Some("{S1,S2}→{S2,S5}".to_owned());
        assert_eq!(asked("{S2,S5}"), joint);
        assert_eq!(asked("{ S5, S2, S5 }"), joint);
        for ordinary in ["{}", "{S1", "S1,S2", "{S1;S2}", "+S3", "{S1,}"] {
            assert_eq!(asked(ordinary), None, "{ordinary}");
        }
    }
}
