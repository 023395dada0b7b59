//! Raft's messages, as they stand in the tables.

use quorumscope::protocol::NodeId;
use quorumscope::protocol::raft::{Message, Raft};
use serde_json::{Value, json};

use super::fields::{Fields, Sentence, numbers};
use super::raft_logs::{entries, terms};
use super::record::Recorded;

/// The messages of the tables.
pub const MESSAGES: &[&str] = &[
    "RequestVote",
    "RequestVoteReply",
    "AppendEntries",
    "AppendEntriesReply",
];

pub fn known_message(field: &str, kind: &str) -> Result<(), Sentence> {
    match MESSAGES.contains(&kind) {
        true => Ok(()),
        false => Err(format!("{field} names the unknown message type “{kind}”")),
    }
}

pub fn unknown_event(kind: &str) -> Sentence {
    format!("“when” has the unknown event “{kind}”")
}

pub fn read_message(kind: &str, event: &Fields<'_>) -> Result<Message, Sentence> {
    let term = || event.number("term");
    Ok(match kind {
        "RequestVote" => Message::RequestVote {
            term: term()?,
            last_index: event.number("lastLogIndex")?,
            last_term: event.number("lastLogTerm")?,
            transfer: false,
        },
        "RequestVoteReply" => Message::VoteReply {
            term: term()?,
            granted: event.flag("voteGranted")?,
        },
        "AppendEntries" => Message::AppendEntries {
            term: term()?,
            prev_index: event.number("prevLogIndex")?,
            prev_term: event.number("prevLogTerm")?,
            entries: entries(numbers(
                "“entries” of AppendEntries",
                event.need("entries")?,
            )?)
            .into(),
            leader_commit: event.number("leaderCommit")?,
        },
        "AppendEntriesReply" => {
            let success = event.flag("success")?;
            Message::AppendReply {
                term: term()?,
                success,
                match_index: match success {
                    true => event.number("matchIndex")?,
                    false => event.number_or("matchIndex", 0)?,
                },
                hint: None,
            }
        }
        _ => return Err(unknown_event(kind)),
    })
}

pub fn messages_json(from: NodeId, out: &Recorded<Raft>) -> Vec<Value> {
    let message = |(to, message): &(NodeId, Message)| {
        let mut value = message_json(message);
        value["from"] = json!(from.0);
        value["to"] = json!(to.0);
        value
    };
    out.sends.iter().map(message).collect()
}

fn message_json(message: &Message) -> Value {
    match message {
        Message::RequestVote {
            term,
            last_index,
            last_term,
            ..
        } => json!({
            "type": "RequestVote", "term": term,
            "lastLogIndex": last_index, "lastLogTerm": last_term,
        }),
        Message::VoteReply { term, granted } => json!({
            "type": "RequestVoteReply", "term": term, "voteGranted": granted,
        }),
        Message::AppendEntries {
            term,
            prev_index,
            prev_term,
            entries,
            leader_commit,
        } => json!({
            "type": "AppendEntries", "term": term,
            "prevLogIndex": prev_index, "prevLogTerm": prev_term,
            "entries": terms(entries.iter()), "leaderCommit": leader_commit,
        }),
        Message::AppendReply {
            term,
            success,
            match_index,
            ..
        } => json!({
            "type": "AppendEntriesReply", "term": term,
            "success": success, "matchIndex": match_index,
        }),
        other => unreachable!("the tables know no extension: {other:?}"),
    }
}
