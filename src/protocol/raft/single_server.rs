//! Membership changes of one server at a time (thesis, §4.1): a majority of the old members and
//! one of the new ones always share a server, so there need be nothing in between.

use super::{Configuration, Members};
use crate::protocol::NodeId;

/// The configuration that a command asks for: `+S4` adds a server, `-S2` removes one. The last
/// server cannot be removed; the configuration then stays as it is.
pub(super) fn asked_for(command: &str, now: Members) -> Option<Configuration> {
    let id = |text: &str| text.trim().parse::<NodeId>().ok();
    let members = if let Some(added) = command.strip_prefix('+') {
        now.with(id(added)?)
    } else {
        now.without(id(command.strip_prefix('-')?)?)
    };
    let members = if members.is_empty() { now } else { members };
    Some(Configuration::of(members))
}

#[cfg(test)]
mod tests {
    use super::*;

    /// A sign and the name of a server, and nothing else.
    #[test]
    fn commands() {
        let now: Members = [NodeId(1), NodeId(2)].into_iter().collect();
        let asked = |text| asked_for(text, now).map(|it| it.text());
        assert_eq!(asked("+S3").as_deref(), Some("{S1,S2,S3}"));
        assert_eq!(asked("- S2").as_deref(), Some("{S1}"));
        assert_eq!(asked("+S2").as_deref(), Some("{S1,S2}"));
        for ordinary in ["S3", "+3", "n+1", "+S", "-S03", "{S1}"] {
            assert_eq!(asked(ordinary), None, "{ordinary}");
        }
        let last: Members = [NodeId(1)].into_iter().collect();
        assert_eq!(asked_for("-S1", last), Some(Configuration::of(last)));
    }
}
