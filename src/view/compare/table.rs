//! The counts of two runs as rows of a table, with what one has more than the other.

use super::Counts;

/// One row; everything in tenths, so that means have one decimal.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Row {
    /// The catalogue's key of its name.
    pub key: &'static str,
    /// The catalogue's key of what is counted.
    pub says: &'static str,
    /// The left and the right value; nothing where there is none yet.
    pub values: [Option<u64>; 2],
}

/// A row's keys, and what it counts.
type Column = (&'static str, &'static str, fn(&Counts) -> Option<u64>);

fn whole(value: u64) -> Option<u64> {
    Some(value * 10)
}

const ROWS: [Column; 13] = [
    ("compare.sent", "compare.sent.says", |it| {
        whole(it.sent.into())
    }),
    ("compare.delivered", "compare.delivered.says", |it| {
        whole(it.delivered.into())
    }),
    ("compare.lost", "compare.lost.says", |it| {
        whole(it.lost.into())
    }),
    ("compare.bytes", "compare.bytes.says", |it| whole(it.bytes)),
    (
        "compare.client_messages",
        "compare.client_messages.says",
        |it| whole(it.client_messages.into()),
    ),
    ("compare.elections", "compare.elections.says", |it| {
        whole(it.elections.into())
    }),
    ("compare.decisions", "compare.decisions.says", |it| {
        whole(it.decisions.into())
    }),
    ("compare.per_decision", "compare.per_decision.says", |it| {
        it.messages_per_decision().tenths()
    }),
    ("compare.delays", "compare.delays.says", |it| {
        it.delays.tenths()
    }),
    ("compare.round_trips", "compare.round_trips.says", |it| {
        it.round_trips.tenths()
    }),
    ("compare.between", "compare.between.says", |it| {
        it.between.tenths()
    }),
    ("compare.to_decision", "compare.to_decision.says", |it| {
        it.to_decision.tenths()
    }),
    ("compare.to_answer", "compare.to_answer.says", |it| {
        it.to_answer.tenths()
    }),
];

/// The keys of all rows, in order: of the name, and of what is counted.
pub fn keys() -> impl Iterator<Item = (&'static str, &'static str)> {
    ROWS.iter().map(|(key, says, _)| (*key, *says))
}

/// All rows.
pub fn table(counts: &[Counts; 2]) -> Vec<Row> {
    let row = |(key, says, read): &Column| Row {
        key,
        says,
        values: [read(&counts[0]), read(&counts[1])],
    };
    ROWS.iter().map(row).collect()
}

impl Row {
    /// Both values in digits.
    pub fn texts(&self) -> [String; 2] {
        self.values.map(|value| value.map_or("–".into(), digits))
    }

    /// How much more the right one is, with its sign; nothing where one is missing.
    pub fn difference(&self) -> Option<String> {
        let [left, right] = self.values;
        let (left, right) = (left?, right?);
        let sign = match left.cmp(&right) {
            std::cmp::Ordering::Less => "+",
            std::cmp::Ordering::Equal => "",
            std::cmp::Ordering::Greater => "−",
        };
        Some(format!("{sign}{}", digits(left.abs_diff(right))))
    }
}

/// A number in tenths, with a decimal where it has one.
fn digits(tenths: u64) -> String {
    match tenths % 10 {
        0 => (tenths / 10).to_string(),
        rest => format!("{}.{rest}", tenths / 10),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Means have one decimal where they need it, and a difference has its sign.
    #[test]
    fn numbers_are_short() {
        let row = |left, right| Row {
            key: "",
            says: "",
            values: [left, right],
        };
        let more = row(Some(20), Some(35));
        assert_eq!(more.texts(), ["2", "3.5"]);
        assert_eq!(more.difference().as_deref(), Some("+1.5"));
        assert_eq!(
            row(Some(400), Some(10)).difference().as_deref(),
            Some("−39")
        );
        assert_eq!(row(Some(5), Some(5)).difference().as_deref(), Some("0"));
        let none = row(None, Some(10));
        assert_eq!(
            (none.texts(), none.difference()),
            (["–".into(), "1".into()], None)
        );
    }
}
