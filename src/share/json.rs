//! A small JSON: enough for runs and catalogues, in a twentieth of the bytes that a general
//! library costs a visitor. It reads any JSON whose numbers are whole and not negative, up to a
//! depth, and says where it stopped. A test holds it against a general library.

use std::fmt::Write as _;

/// How deep values may nest.
const DEPTH_MAX: u32 = 32;

/// A JSON value.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Json {
    /// `null`
    Null,
    /// `true` or `false`
    Bool(bool),
    /// A whole number, not negative.
    Number(u64),
    /// A string.
    Text(String),
    /// An array.
    List(Vec<Json>),
    /// An object, in the order in which it was written.
    Object(Vec<(String, Json)>),
}

/// Where a text ceases to be JSON that can be read here.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct BadJson {
    /// The line, from 1.
    pub line: u32,
    /// The column, from 1, in characters.
    pub column: u32,
}

impl From<&str> for Json {
    fn from(text: &str) -> Self {
        Self::Text(text.into())
    }
}

impl From<u32> for Json {
    fn from(number: u32) -> Self {
        Self::Number(number.into())
    }
}

impl Json {
    /// An object.
    pub fn object<const N: usize>(fields: [(&str, Json); N]) -> Self {
        let own = |(key, value): (&str, Json)| (key.to_owned(), value);
        Self::Object(fields.into_iter().map(own).collect())
    }

    /// A list.
    pub fn list(items: impl Iterator<Item = Json>) -> Self {
        Self::List(items.collect())
    }

    /// The string.
    pub fn text(&self) -> Option<&str> {
        match self {
            Self::Text(text) => Some(text),
            _ => None,
        }
    }

    /// The number, if it fits.
    pub fn number(&self) -> Option<u32> {
        match self {
            Self::Number(number) => u32::try_from(*number).ok(),
            _ => None,
        }
    }

    /// The items.
    pub fn items(&self) -> Option<&[Json]> {
        match self {
            Self::List(items) => Some(items),
            _ => None,
        }
    }

    /// The fields.
    pub fn fields(&self) -> Option<&[(String, Json)]> {
        match self {
            Self::Object(fields) => Some(fields),
            _ => None,
        }
    }

    /// The value of a field.
    pub fn get(&self, name: &str) -> Option<&Json> {
        let fields = self.fields()?;
        let found = fields.iter().find(|(known, _)| known == name);
        found.map(|(_, value)| value)
    }

    /// Reads a text that is one value and nothing else.
    pub fn read(text: &str) -> Result<Self, BadJson> {
        let mut reader = Reader { text, at: 0 };
        let read = reader.value(0).filter(|_| {
            reader.space();
            reader.at == text.len()
        });
        read.ok_or_else(|| place_of(text, reader.at))
    }

    /// Where a value stands in a text that is JSON, by the way to it from the outside in:
    /// `beats.2.until`, items counted from 1. Where the way ends early, its last place.
    pub fn place(text: &str, way: &str) -> BadJson {
        let mut reader = Reader { text, at: 0 };
        reader.space();
        for part in way.split('.') {
            let here = reader.at;
            if reader.enter(part).is_none() {
                reader.at = here;
                break;
            }
        }
        place_of(text, reader.at)
    }

    /// Writes the value without spaces.
    pub fn write(&self) -> String {
        let mut out = String::new();
        self.write_to(&mut out);
        out
    }

    fn write_to(&self, out: &mut String) {
        match self {
            Self::Null => out.push_str("null"),
            Self::Bool(true) => out.push_str("true"),
            Self::Bool(false) => out.push_str("false"),
            Self::Number(number) => out.push_str(&number.to_string()),
            Self::Text(text) => write_text(text, out),
            Self::List(items) => {
                out.push('[');
                for (position, item) in items.iter().enumerate() {
                    if position > 0 {
                        out.push(',');
                    }
                    item.write_to(out);
                }
                out.push(']');
            }
            Self::Object(fields) => {
                out.push('{');
                for (position, (key, value)) in fields.iter().enumerate() {
                    if position > 0 {
                        out.push(',');
                    }
                    write_text(key, out);
                    out.push(':');
                    value.write_to(out);
                }
                out.push('}');
            }
        }
    }
}

fn write_text(text: &str, out: &mut String) {
    out.push('"');
    for c in text.chars() {
        match c {
            '"' | '\\' => {
                out.push('\\');
                out.push(c);
            }
            c if (c as u32) < 0x20 => {
                write!(out, "\\u{:04x}", c as u32).ok();
            }
            c => out.push(c),
        }
    }
    out.push('"');
}

fn place_of(text: &str, at: usize) -> BadJson {
    let before = &text[..at];
    let line_start = before.rfind('\n').map_or(0, |at| at + 1);
    BadJson {
        line: before.matches('\n').count() as u32 + 1,
        column: before[line_start..].chars().count() as u32 + 1,
    }
}

/// Reads forwards; `at` stands where something else was expected when a read gives nothing.
struct Reader<'a> {
    text: &'a str,
    at: usize,
}

impl Reader<'_> {
    fn peek(&self) -> Option<u8> {
        self.text.as_bytes().get(self.at).copied()
    }

    fn space(&mut self) {
        while let Some(b' ' | b'\n' | b'\r' | b'\t') = self.peek() {
            self.at += 1;
        }
    }

    fn take(&mut self, token: &str) -> Option<()> {
        let found = self.text[self.at..].starts_with(token);
        found.then(|| self.at += token.len())
    }

    fn value(&mut self, depth: u32) -> Option<Json> {
        if depth > DEPTH_MAX {
            return None;
        }
        self.space();
        match self.peek()? {
            b'n' => self.take("null").map(|()| Json::Null),
            b't' => self.take("true").map(|()| Json::Bool(true)),
            b'f' => self.take("false").map(|()| Json::Bool(false)),
            b'"' => self.string().map(Json::Text),
            b'[' => self.list(depth),
            b'{' => self.object(depth),
            _ => self.number().map(Json::Number),
        }
    }

    /// Goes to where a field's or an item's value begins.
    fn enter(&mut self, part: &str) -> Option<()> {
        let object = self.peek()? == b'{';
        self.take(if object { "{" } else { "[" })?;
        let mut number = 0;
        loop {
            self.space();
            number += 1;
            let found = match object {
                true => {
                    let key = self.string()?;
                    self.space();
                    self.take(":")?;
                    key == part
                }
                false => number.to_string() == part,
            };
            self.space();
            if found {
                return Some(());
            }
            self.value(0)?;
            self.space();
            self.take(",")?;
        }
    }

    fn number(&mut self) -> Option<u64> {
        let rest = &self.text[self.at..];
        let end = rest
            .find(|c: char| !c.is_ascii_digit())
            .unwrap_or(rest.len());
        let digits = &rest[..end];
        let plain = digits.len() == 1 || !digits.starts_with('0');
        let number = digits.parse().ok().filter(|_| plain)?;
        let next = rest.as_bytes().get(end);
        if let Some(b'.' | b'e' | b'E') = next {
            return None;
        }
        self.at += end;
        Some(number)
    }

    fn string(&mut self) -> Option<String> {
        self.take("\"")?;
        let mut text = String::new();
        loop {
            let c = self.text[self.at..].chars().next()?;
            match c {
                '"' => {
                    self.at += 1;
                    return Some(text);
                }
                '\\' => {
                    self.at += 1;
                    text.push(self.escape()?);
                }
                c if (c as u32) < 0x20 => return None,
                c => {
                    self.at += c.len_utf8();
                    text.push(c);
                }
            }
        }
    }

    fn escape(&mut self) -> Option<char> {
        let plain = match self.peek()? {
            b'"' => '"',
            b'\\' => '\\',
            b'/' => '/',
            b'b' => '\u{8}',
            b'f' => '\u{c}',
            b'n' => '\n',
            b'r' => '\r',
            b't' => '\t',
            b'u' => {
                self.at += 1;
                return self.escaped_code();
            }
            _ => return None,
        };
        self.at += 1;
        Some(plain)
    }

    /// Four hexadecimal digits, or twice four where the first are half of a surrogate pair.
    fn escaped_code(&mut self) -> Option<char> {
        let high = self.four_digits()?;
        if !(0xd800..0xdc00).contains(&high) {
            return char::from_u32(high);
        }
        self.take("\\u")?;
        let low = self.four_digits()?;
        let low = low.checked_sub(0xdc00).filter(|low| *low < 0x400)?;
        char::from_u32(0x1_0000 + ((high - 0xd800) << 10) + low)
    }

    fn four_digits(&mut self) -> Option<u32> {
        let digits = self.text.get(self.at..self.at + 4)?;
        if !digits.bytes().all(|digit| digit.is_ascii_hexdigit()) {
            return None;
        }
        self.at += 4;
        u32::from_str_radix(digits, 16).ok()
    }

    fn list(&mut self, depth: u32) -> Option<Json> {
        self.take("[")?;
        let mut items = Vec::new();
        self.space();
        if self.take("]").is_some() {
            return Some(Json::List(items));
        }
        loop {
            items.push(self.value(depth + 1)?);
            self.space();
            if self.take("]").is_some() {
                return Some(Json::List(items));
            }
            self.take(",")?;
        }
    }

    fn object(&mut self, depth: u32) -> Option<Json> {
        self.take("{")?;
        let mut fields = Vec::new();
        self.space();
        if self.take("}").is_some() {
            return Some(Json::Object(fields));
        }
        loop {
            self.space();
            let key = self.string()?;
            self.space();
            self.take(":")?;
            fields.push((key, self.value(depth + 1)?));
            self.space();
            if self.take("}").is_some() {
                return Some(Json::Object(fields));
            }
            self.take(",")?;
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn general(json: &Json) -> serde_json::Value {
        match json {
            Json::Null => serde_json::Value::Null,
            Json::Bool(yes) => (*yes).into(),
            Json::Number(number) => (*number).into(),
            Json::Text(text) => text.as_str().into(),
            Json::List(items) => items.iter().map(general).collect(),
            Json::Object(fields) => {
                let fields = fields
                    .iter()
                    .map(|(key, value)| (key.clone(), general(value)));
                serde_json::Value::Object(fields.collect())
            }
        }
    }

    /// Whatever is read or refused here, a general library reads the same or refuses too; the only
    /// exceptions are numbers that are no whole numbers, and depth. Texts are mutations of one that
    /// has everything in it.
    #[test]
    fn agrees_with_a_general_library() {
        let seed = r#" {"a": [1, 20, 0, true, false, null], "b\n\"\\\/\u00e9\ud83d\ude00": {"值": "x\ty"},
            "c": {}, "d": [], "e": [{"f": [[]]}]} "#;
        let pieces = [
            "\"", "\\", "{", "}", "[", "]", ",", ":", "0", "-", "u", " ", "\\ud800", "1.5",
        ];
        let chars: Vec<char> = seed.chars().collect();
        let mut accepted = 0;
        for at in 0..chars.len() {
            for (cut, piece) in pieces
                .iter()
                .enumerate()
                .flat_map(|(n, p)| [(n % 3, *p), (1, "")])
            {
                let head: String = chars[..at].iter().collect();
                let tail: String = chars[(at + cut).min(chars.len())..].iter().collect();
                let text = format!("{head}{piece}{tail}");
                let ours = Json::read(&text);
                let theirs: Result<serde_json::Value, _> = serde_json::from_str(&text);
                match (ours, theirs) {
                    (Ok(ours), Ok(theirs)) => {
                        accepted += 1;
                        assert_eq!(general(&ours), theirs, "{text}");
                        assert_eq!(Json::read(&ours.write()), Ok(ours), "{text}");
                    }
                    (Err(_), Err(_)) => {}
                    (Err(_), Ok(_)) => {
                        let number = text.contains("1.5") || text.contains('-');
                        assert!(number, "refused here alone: {text}");
                    }
                    (Ok(_), Err(error)) => panic!("read here alone: {text}: {error}"),
                }
            }
        }
        assert!(accepted > 500, "{accepted}");
    }

    /// Depth is bounded, and the place of an error is the place where reading stopped.
    #[test]
    fn limits_and_places() {
        let deep = "[".repeat(100_000);
        assert!(Json::read(&deep).is_err());
        assert!(Json::read(&format!("{}{}", "[".repeat(33), "]".repeat(33))).is_ok());
        let place = Json::read("{\"值\": 1,\n  x}").unwrap_err();
        assert_eq!((place.line, place.column), (2, 3));
        assert_eq!(Json::read("").unwrap_err(), BadJson { line: 1, column: 1 });
    }
}
