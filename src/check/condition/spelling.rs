//! How values are spelled in conditions.

use crate::protocol::Datum;

/// A value as conditions spell it, the same in every language: lists with commas, pairs with
/// colons, `none` for nothing.
pub fn spell(datum: &Datum) -> String {
    let list = |items: Vec<String>| items.join(",");
    match datum {
        Datum::Nothing => "none".into(),
        Datum::Node(id) => id.to_string(),
        Datum::Client(id) => id.to_string(),
        Datum::Nodes(ids) => list(ids.iter().map(ToString::to_string).collect()),
        Datum::Epoch(epoch) => epoch.to_string(),
        Datum::Number(number) => number.to_string(),
        Datum::Value(value) => value.to_string(),
        Datum::Position { term, index } => list(vec![term.to_string(), index.to_string()]),
        Datum::Proposal(epoch, value) => {
            let mut text = epoch.to_string();
            text.push(':');
            text.push_str(value.as_str());
            text
        }
        Datum::Terms(terms) => list(terms.iter().map(ToString::to_string).collect()),
        Datum::List(items) => list(items.iter().map(spell).collect()),
        Datum::Pairs(pairs) => {
            let pair = |(key, value): &(Datum, Datum)| {
                let mut text = spell(key);
                text.push(':');
                text.push_str(&spell(value));
                text
            };
            list(pairs.iter().map(pair).collect())
        }
        Datum::Word(word) | Datum::Text(word) | Datum::Name(word) => (*word).into(),
    }
}
