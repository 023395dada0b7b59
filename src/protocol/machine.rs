//! The state machine that a replicated log drives: a small key-value store with client sessions.

use crate::sorted::SortedMap;

use serde::Serialize;

use crate::protocol::{ClientId, Value};

/// A key-value store. It is deterministic: the same commands in the same order give the same
/// store on every server.
#[derive(Clone, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize)]
pub struct KeyValue {
    /// The stored values.
    pub pairs: SortedMap<String, String>,
    /// "The state machine tracks the latest serial number processed for each client, along with
    /// the associated response" (§8).
    pub sessions: SortedMap<ClientId, (u32, Option<Value>)>,
}

/// What a command asks of the store.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Operation<'a> {
    /// `key=value`, or a bare `value`, which is stored under `x`.
    Set(&'a str, &'a str),
    /// `key+number`: adds, so that executing it twice shows.
    Add(&'a str, i64),
    /// `key?`: reads.
    Get(&'a str),
}

impl<'a> Operation<'a> {
    /// Reads a command. Every text is one.
    pub fn parse(command: &'a str) -> Self {
        if let Some((key, value)) = command.split_once('=') {
            return Self::Set(key.trim(), value.trim());
        }
        if let Some(key) = command.strip_suffix('?') {
            return Self::Get(key.trim());
        }
        if let Some((key, number)) = command.split_once('+')
            && let Ok(number) = number.trim().parse()
        {
            return Self::Add(key.trim(), number);
        }
        Self::Set("x", command)
    }

    /// The key that it is about.
    pub fn key(self) -> &'a str {
        let (Self::Set(key, _) | Self::Add(key, _) | Self::Get(key)) = self;
        key
    }

    /// What stands under its key once it has taken effect, given what stood there before; what it
    /// answers is the same.
    pub fn after(self, before: Option<&str>) -> Option<String> {
        match self {
            Self::Set(_, value) => Some(value.to_owned()),
            Self::Add(_, number) => {
                let value = before.and_then(|it| it.parse().ok()).unwrap_or(0_i64);
                Some(value.saturating_add(number).to_string())
            }
            Self::Get(_) => before.map(str::to_owned),
        }
    }
}

impl KeyValue {
    /// The answer that a client has had for a serial number, if it was its latest.
    pub fn answered(&self, client: ClientId, sequence: u32) -> Option<&Option<Value>> {
        let (latest, answer) = self.sessions.get(&client)?;
        (*latest == sequence).then_some(answer)
    }

    /// Whether a client's serial number has been executed.
    pub fn has_executed(&self, client: ClientId, sequence: u32) -> bool {
        let latest = self.sessions.get(&client).map_or(0, |(latest, _)| *latest);
        sequence <= latest
    }

    /// What a command that only reads finds; nothing for a command that writes.
    pub fn look_up(&self, command: &Value) -> Option<Value> {
        match Operation::parse(command.as_str()) {
            Operation::Get(key) => Value::new(self.pairs.get(key)?).ok(),
            Operation::Set(..) | Operation::Add(..) => None,
        }
    }

    /// Executes a command, which must be newer than the client's latest, and gives its result.
    pub fn execute(&mut self, client: ClientId, sequence: u32, command: &Value) -> Option<Value> {
        let operation = Operation::parse(command.as_str());
        let key = operation.key();
        let after = operation.after(self.pairs.get(key).map(String::as_str));
        let result = after.as_deref().and_then(|text| Value::new(text).ok());
        if let Some(text) = after {
            self.pairs.insert(key.into(), text);
        }
        self.sessions.insert(client, (sequence, result.clone()));
        result
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Every text is a command, and each form does what its documentation says.
    #[test]
    fn commands() {
        assert_eq!(Operation::parse("a = 1"), Operation::Set("a", "1"));
        assert_eq!(Operation::parse("a+2"), Operation::Add("a", 2));
        assert_eq!(Operation::parse("a+b"), Operation::Set("x", "a+b"));
        assert_eq!(Operation::parse("a?"), Operation::Get("a"));
        assert_eq!(Operation::parse("hello"), Operation::Set("x", "hello"));
        let mut store = KeyValue::default();
        let mut run = |n, text| store.execute(ClientId(1), n, &Value::new(text).unwrap());
        assert_eq!(run(1, "n+2"), Some(Value::new("2").unwrap()));
        assert_eq!(run(2, "n+3"), Some(Value::new("5").unwrap()));
        assert_eq!(run(3, "n?"), Some(Value::new("5").unwrap()));
        assert_eq!(run(4, "m?"), None);
    }
}
