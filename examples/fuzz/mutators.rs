//! How an input is bent: bytes, pieces of text, and whole parts of a JSON value.

use quorumscope::share::json::Json;

use super::common::chaos::Rng;
use super::corpus::Corpus;
use super::parts;

/// The longest input that repeating makes.
const REPEATED_MAX: usize = 1 << 16;
/// How many levels nesting adds at most: more than any reader allows.
const LEVELS_MAX: usize = 40;

/// Numbers at the edges of what something may hold, and beyond.
pub const NUMBERS: &[&str] = &[
    "0",
    "1",
    "2",
    "5",
    "9",
    "10",
    "31",
    "32",
    "33",
    "63",
    "64",
    "99",
    "100",
    "127",
    "128",
    "255",
    "256",
    "600",
    "1000",
    "1001",
    "4096",
    "10000",
    "10001",
    "60000",
    "60001",
    "65535",
    "65536",
    "100000",
    "100001",
    "2147483647",
    "2147483648",
    "4294967295",
    "4294967296",
    "9007199254740993",
    "18446744073709551615",
    "18446744073709551616",
    "99999999999999999999999999999999999999",
    "-1",
    "-0",
    "1.5",
    "1e400",
    "0x10",
    "007",
];

/// Texts that a page must show as what they are, or not at all.
pub const TEXTS: &[&str] = &[
    "",
    " ",
    "<script>alert(1)</script>",
    "<img src=x onerror=alert(1)>",
    "\"><svg/onload=alert(1)>",
    "javascript:alert(1)",
    "{{constructor.constructor('x')()}}",
    "${x}",
    "{x}",
    "{",
    "%00%0a",
    "../../etc/passwd",
    "\u{0}",
    "\u{7}\u{1b}[31m",
    "\u{feff}",
    "\u{fffd}\u{ffff}",
    "\u{202e}txet desrever",
    "\u{2066}\u{2067}\u{2068}\u{2069}",
    "\u{200e}\u{200f}",
    "مرحبا بالعالم",
    "שלום",
    "a\u{200b}b\u{200d}c\u{2060}d",
    "e\u{301}\u{301}\u{301}\u{301}\u{301}\u{301}\u{301}\u{301}\u{301}",
    "👩‍👩‍👧‍👦",
    "𝒳",
    "领导者",
    "S1",
    "S0",
    "S255",
    "S256",
    "C1",
    "C10",
    "S1>S2#1",
    "S1>S2#4294967295.4294967295",
    "next",
    "__proto__",
    "quorumscope-run",
    "raft",
    "paxos",
    "multi_paxos",
    "two_phase",
    "election",
    "any",
    "leader",
    "aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa",
];

/// What stands in JSON, sound and not, escapes and halves of surrogate pairs among it.
const PIECES: &[&str] = &[
    "\"",
    "\\",
    "{",
    "}",
    "[",
    "]",
    ",",
    ":",
    "null",
    "true",
    "\\u",
    "\\ud800",
    "\\udc00",
    "\\ud83d\\ude00",
    "\\ude00\\ud83d",
    "\\u0000",
    "\\u202e",
    "\\u200f",
    "\\uFFFF",
    "\\x",
    "\n",
    "\t",
    "\u{0}",
    "\u{feff}",
    " ",
    "&",
    "#",
    "=",
    "%",
    "r=",
    "-",
    "_",
    "A",
    "\"a\":1,",
    "[[",
    "{}",
    "[],",
    "//",
    "'",
];

type Mutator = fn(&mut Vec<u8>, &mut Rng, &[Vec<u8>]);

/// How often each comes, and what it does to an input, given others of the same kind.
const MUTATORS: &[(usize, Mutator)] = &[
    (4, flip_a_bit),
    (2, set_a_byte),
    (2, insert_bytes),
    (3, remove_a_stretch),
    (2, truncate),
    (2, repeat_a_stretch),
    (3, splice),
    (6, change_a_number),
    (5, change_a_string),
    (3, insert_a_piece),
    (2, nest),
    (16, change_a_part),
];

/// One of so many inputs is random bytes.
const ONE_IN_RANDOM: usize = 50;

/// An input of a target, made from those that there are.
pub fn input(target: &str, corpus: &Corpus, rng: &mut Rng) -> Vec<u8> {
    let known = corpus.of(target);
    if rng.below(ONE_IN_RANDOM) == 0 {
        return random_bytes(rng);
    }
    let mut bytes = known[rng.below(known.len())].clone();
    let times = rng.pick([1, 1, 1, 1, 2, 3, 5]).unwrap_or(1);
    for _ in 0..times {
        mutator(rng)(&mut bytes, rng, known);
    }
    bytes
}

fn mutator(rng: &mut Rng) -> Mutator {
    let all = MUTATORS.iter().map(|(weight, _)| weight).sum();
    let mut at = rng.below(all);
    for (weight, mutator) in MUTATORS {
        if at < *weight {
            return *mutator;
        }
        at -= weight;
    }
    unreachable!("the weights add up to more")
}

fn random_bytes(rng: &mut Rng) -> Vec<u8> {
    let length = rng.below(200);
    match rng.below(2) {
        0 => (0..length).map(|_| rng.next() as u8).collect(),
        // Letters of which links, JSON and fragments are made.
        _ => (0..length).map(|_| 0x20 + rng.below(0x5f) as u8).collect(),
    }
}

fn flip_a_bit(bytes: &mut Vec<u8>, rng: &mut Rng, _: &[Vec<u8>]) {
    let at = rng.below(bytes.len());
    let flipped = bytes.get(at).map(|byte| byte ^ 1 << rng.below(8));
    bytes.splice(at..(at + 1).min(bytes.len()), flipped);
}

fn set_a_byte(bytes: &mut Vec<u8>, rng: &mut Rng, _: &[Vec<u8>]) {
    let (at, any) = (rng.below(bytes.len()), rng.next() as u8);
    let new = rng.pick([0, 1, 0x7f, 0x80, 0xff, any]);
    bytes.splice(at..(at + 1).min(bytes.len()), new);
}

fn insert_bytes(bytes: &mut Vec<u8>, rng: &mut Rng, _: &[Vec<u8>]) {
    let at = rng.below(bytes.len() + 1);
    let new: Vec<u8> = (0..=rng.below(6)).map(|_| rng.next() as u8).collect();
    bytes.splice(at..at, new);
}

fn remove_a_stretch(bytes: &mut Vec<u8>, rng: &mut Rng, _: &[Vec<u8>]) {
    let stretch = stretch(bytes, rng, 40);
    bytes.drain(stretch);
}

fn truncate(bytes: &mut Vec<u8>, rng: &mut Rng, _: &[Vec<u8>]) {
    bytes.truncate(rng.below(bytes.len() + 1));
}

/// Mostly a few times; seldom so often that it is long.
fn repeat_a_stretch(bytes: &mut Vec<u8>, rng: &mut Rng, _: &[Vec<u8>]) {
    let stretch = stretch(bytes, rng, 60);
    let times = match rng.below(200) {
        0 => REPEATED_MAX / stretch.len().max(1),
        few => few % 5,
    };
    let piece = bytes[stretch.clone()].repeat(times);
    bytes.splice(stretch.end..stretch.end, piece);
    bytes.truncate(REPEATED_MAX);
}

/// The beginning of this one and the end of another.
fn splice(bytes: &mut Vec<u8>, rng: &mut Rng, known: &[Vec<u8>]) {
    let other = &known[rng.below(known.len())];
    bytes.truncate(rng.below(bytes.len() + 1));
    bytes.extend(&other[rng.below(other.len() + 1)..]);
}

fn change_a_number(bytes: &mut Vec<u8>, rng: &mut Rng, _: &[Vec<u8>]) {
    let from = rng.below(bytes.len());
    let Some(start) = bytes[from..].iter().position(u8::is_ascii_digit) else {
        return;
    };
    let start = from + start;
    let digits = bytes[start..].iter().take_while(|it| it.is_ascii_digit());
    let end = start + digits.count();
    bytes.splice(start..end, NUMBERS[rng.below(NUMBERS.len())].bytes());
}

/// What stands between two quotation marks.
fn change_a_string(bytes: &mut Vec<u8>, rng: &mut Rng, _: &[Vec<u8>]) {
    let quotes: Vec<usize> = (0..bytes.len()).filter(|at| bytes[*at] == b'"').collect();
    if let Some(pair) = rng.pick(quotes.windows(2)) {
        let text = TEXTS[rng.below(TEXTS.len())];
        bytes.splice(pair[0] + 1..pair[1], text.bytes());
    }
}

fn insert_a_piece(bytes: &mut Vec<u8>, rng: &mut Rng, _: &[Vec<u8>]) {
    let at = rng.below(bytes.len() + 1);
    bytes.splice(at..at, PIECES[rng.below(PIECES.len())].bytes());
}

fn nest(bytes: &mut Vec<u8>, rng: &mut Rng, _: &[Vec<u8>]) {
    let levels = rng.below(LEVELS_MAX);
    let (open, close) = rng
        .pick([
            ("[", "]"),
            ("{\"not\":", "}"),
            ("{\"all\":[", "]}"),
            ("{\"a\":", "}"),
        ])
        .unwrap_or_default();
    let mut nested = open.repeat(levels).into_bytes();
    nested.append(bytes);
    nested.extend(close.repeat(levels).bytes());
    *bytes = nested;
}

/// Where an input is JSON, something in it that is JSON as well.
fn change_a_part(bytes: &mut Vec<u8>, rng: &mut Rng, known: &[Vec<u8>]) {
    let read = |bytes: &[u8]| Json::read(std::str::from_utf8(bytes).ok()?).ok();
    // A request to a worker has a line above.
    let head = bytes
        .iter()
        .position(|it| *it == b'\n')
        .map_or(0, |at| at + 1);
    let head = if bytes.first() == Some(&b'{') {
        0
    } else {
        head
    };
    let Some(mut json) = read(&bytes[head..]) else {
        return change_a_number(bytes, rng, known);
    };
    let other = &known[rng.below(known.len())];
    parts::change(&mut json, rng, || read(other));
    bytes.truncate(head);
    bytes.extend(json.write().bytes());
}

/// A stretch of the input, at most so long.
fn stretch(bytes: &[u8], rng: &mut Rng, most: usize) -> std::ops::Range<usize> {
    let start = rng.below(bytes.len());
    let end = (start + 1 + rng.below(most)).min(bytes.len());
    start.min(end)..end
}
