//! How a part of a JSON value is bent, so that the whole stays JSON.

use quorumscope::share::json::Json;

use super::common::chaos::Rng;
use super::mutators::{NUMBERS, TEXTS};

/// How often something is repeated, at most.
const TIMES_MAX: usize = 40;

/// Changes one part of a value. `other` gives a value of the same kind from elsewhere.
pub fn change(json: &mut Json, rng: &mut Rng, other: impl FnOnce() -> Option<Json>) {
    let part = pick(json, rng);
    match rng.below(14) {
        0..3 => {
            let mut other = other().unwrap_or(Json::Null);
            *part = std::mem::replace(pick(&mut other, rng), Json::Null);
        }
        3..5 => *part = number(rng),
        5..7 => *part = TEXTS[rng.below(TEXTS.len())].into(),
        7 => {
            let plain = [
                Json::Null,
                Json::Bool(rng.below(2) == 0),
                Json::List(Vec::new()),
                Json::Object(Vec::new()),
            ];
            *part = plain[rng.below(plain.len())].clone();
        }
        8 => *part = Json::List(vec![part.clone()]),
        9 => remove(part, rng),
        10..13 => repeat(part, rng),
        _ => rename(part, rng),
    }
}

fn number(rng: &mut Rng) -> Json {
    let text = NUMBERS[rng.below(NUMBERS.len())];
    text.parse().map_or(Json::Null, Json::Number)
}

/// A part of a value, or the whole.
fn pick<'a>(json: &'a mut Json, rng: &mut Rng) -> &'a mut Json {
    let at = rng.below(count(json));
    nth(json, at)
}

/// How many parts there are, the whole counted.
fn count(json: &Json) -> usize {
    let items = json.items().unwrap_or_default().iter();
    let fields = json.fields().unwrap_or_default().iter();
    1 + items
        .chain(fields.map(|(_, value)| value))
        .map(count)
        .sum::<usize>()
}

fn nth(json: &mut Json, at: usize) -> &mut Json {
    let Some(mut left) = at.checked_sub(1) else {
        return json;
    };
    let inner: Vec<&mut Json> = match json {
        Json::List(items) => items.iter_mut().collect(),
        Json::Object(fields) => fields.iter_mut().map(|(_, value)| value).collect(),
        _ => Vec::new(),
    };
    for part in inner {
        let parts = count(part);
        if left < parts {
            return nth(part, left);
        }
        left -= parts;
    }
    unreachable!("there are so many parts")
}

fn remove(part: &mut Json, rng: &mut Rng) {
    match part {
        Json::List(items) if !items.is_empty() => {
            items.remove(rng.below(items.len()));
        }
        Json::Object(fields) if !fields.is_empty() => {
            fields.remove(rng.below(fields.len()));
        }
        other => *other = Json::Null,
    }
}

/// An item takes another place as well, or stands there several times; or a field does, with its
/// name.
fn repeat(part: &mut Json, rng: &mut Rng) {
    let times = rng.pick([1, 1, 1, 2, TIMES_MAX]).unwrap_or(1);
    match part {
        Json::List(items) if !items.is_empty() => {
            let item = items[rng.below(items.len())].clone();
            let at = rng.below(items.len());
            items.splice(at..at, std::iter::repeat_n(item, times));
        }
        Json::Object(fields) if !fields.is_empty() => {
            let field = fields[rng.below(fields.len())].clone();
            fields.extend(std::iter::repeat_n(field, times));
        }
        _ => {}
    }
}

/// A field gets another name: a text that disturbs, or one that stands elsewhere.
fn rename(part: &mut Json, rng: &mut Rng) {
    if let Json::Object(fields) = part
        && !fields.is_empty()
    {
        let names: Vec<String> = fields.iter().map(|(name, _)| name.clone()).collect();
        let new = match rng.below(2) {
            0 => TEXTS[rng.below(TEXTS.len())].to_owned(),
            _ => names[rng.below(names.len())].clone(),
        };
        let at = rng.below(fields.len());
        fields[at].0 = new;
    }
}
