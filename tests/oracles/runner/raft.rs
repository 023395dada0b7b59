//! Raft cases: one node in a given state, and what it does about a list of events.

use quorumscope::protocol::raft::majority_index;
use serde_json::{Map, Value, json};

use super::fields::{Fields, Sentence};
use super::mismatch::{Comparison, Mismatch, has_fields};
use super::raft_messages::{MESSAGES, known_message, messages_json, unknown_event};
use super::raft_node::{NODE_FIELDS, Server, is_known, node_json};
use super::{Case, raft_logs};

/// Runs one case.
pub fn run(case: &Case<'_>) -> Result<Vec<Mismatch>, Sentence> {
    let given = Fields::of("“given”", case.given)?;
    let mut subject = Subject::read(&given)?;
    for event in &case.when {
        let event = Fields::of("an event of “when”", event)?;
        subject.on_event(&given, &event)?;
        event.finish()?;
    }
    raft_logs::mark_known(&given);
    given.finish()?;
    subject.compare(case.then)
}

/// What a case is about.
struct Subject {
    server: Option<Server>,
    /// What each event made the node send.
    sent: Vec<Vec<Value>>,
    /// What the questions about logs were answered.
    answers: Map<String, Value>,
}

impl Subject {
    fn read(given: &Fields<'_>) -> Result<Self, Sentence> {
        let has_node = NODE_FIELDS.iter().any(|name| given.get(name).is_some());
        let server = has_node.then(|| Server::read(given)).transpose()?;
        Ok(Self {
            server,
            sent: Vec::new(),
            answers: Map::new(),
        })
    }

    fn on_event(&mut self, given: &Fields<'_>, event: &Fields<'_>) -> Result<(), Sentence> {
        let kind = event.text("type")?;
        if kind == "MajorityIndex" {
            let matched = self.matched(given)?;
            self.answers
                .insert("index".into(), json!(majority_index(&matched)));
            return Ok(());
        }
        if let Some(answers) = raft_logs::answer(kind, given)? {
            self.answers.extend(answers);
            return Ok(());
        }
        let Some(server) = &mut self.server else {
            return Err(match is_known(kind) {
                true => format!("the event {kind} needs a node, and “given” describes none"),
                false => unknown_event(kind),
            });
        };
        let out = server.on_event(kind, event)?;
        self.sent.push(messages_json(server.node.id, &out));
        Ok(())
    }

    /// What each server stores: as given, or as the leader under test knows.
    fn matched(&self, given: &Fields<'_>) -> Result<Vec<u32>, Sentence> {
        let matched = match &self.server {
            Some(server) => server.matched()?,
            None => given.numbers("matchAll")?,
        };
        match matched.is_empty() {
            true => Err("MajorityIndex needs “matchAll” or a leader in “given”".into()),
            false => Ok(matched),
        }
    }

    fn compare(&self, then: &Value) -> Result<Vec<Mismatch>, Sentence> {
        let mut found = Comparison::default();
        for (name, expected) in Fields::of("“then”", then)?.all() {
            let field = format!("then.{name}");
            let all = || self.sent.iter().flatten();
            match name {
                "send" => found.messages(&field, expected, &self.sent, MESSAGES)?,
                "send_types" => {
                    for (kind, receivers) in Fields::of(&field, expected)?.all() {
                        known_message(&field, kind)?;
                        let to = all().filter(|it| it["type"] == kind).map(|it| &it["to"]);
                        let actual = sorted(to.cloned().collect());
                        let wanted = receivers.as_array().cloned().map(sorted);
                        let holds = wanted.as_ref() == Some(&actual);
                        found.that(holds, &format!("{field}.{kind}"), receivers, actual.into());
                    }
                }
                "last_append_has" => {
                    let last = all().rfind(|it| it["type"] == "AppendEntries");
                    let holds = last.is_some_and(|last| has_fields(expected, last));
                    found.that(holds, &field, expected, last.cloned().unwrap_or_default());
                }
                "role_any_of" => {
                    let role = self.node(name)?["role"].clone();
                    let allowed = expected.as_array().is_some_and(|any| any.contains(&role));
                    found.that(allowed, &field, expected, role);
                }
                "nextIndex" | "matchIndex" => {
                    found.listed(&field, expected, &self.node(name)?[name])?;
                }
                "role" | "currentTerm" | "votedFor" | "log" | "commitIndex" => {
                    found.equal(&field, expected, self.node(name)?[name].clone());
                }
                _ => self.compare_answer(&mut found, name, expected)?,
            }
        }
        Ok(found.0)
    }

    fn compare_answer(
        &self,
        found: &mut Comparison,
        name: &str,
        expected: &Value,
    ) -> Result<(), Sentence> {
        let Some(actual) = self.answers.get(name) else {
            return Err(
                match raft_logs::ANSWERS.contains(&name) || name == "index" {
                    true => format!("“then” lists “{name}”, and no event of “when” asks for it"),
                    false => format!("“then” has the unknown field “{name}”"),
                },
            );
        };
        let field = format!("then.{name}");
        match name {
            "grants" => {
                for (candidate, expected) in Fields::of(&field, expected)?.all() {
                    let field = format!("{field}.{candidate}");
                    let holds = raft_logs::same_names(expected, &actual[candidate]);
                    found.that(holds, &field, expected, actual[candidate].clone());
                }
            }
            "eligible" => {
                let holds = raft_logs::same_names(expected, actual);
                found.that(holds, &field, expected, actual.clone());
            }
            _ => found.equal(&field, expected, actual.clone()),
        }
        Ok(())
    }

    fn node(&self, field: &str) -> Result<Value, Sentence> {
        let server = self.server.as_ref();
        let server = server
            .ok_or_else(|| format!("“then” lists “{field}”, and “given” describes no node"))?;
        Ok(node_json(&server.node))
    }
}

fn sorted(mut values: Vec<Value>) -> Vec<Value> {
    values.sort_by_key(Value::to_string);
    values
}
