//! Which messages a screen draws as one: no eye follows hundreds of marks, and no browser draws a
//! thousand of them in time.

use super::moment::MessageCard;
use crate::sorted::SortedMap;
use crate::world::MessageId;

/// Up to this many messages, each has a mark.
const MESSAGES_MAX: usize = 240;
/// The most marks of a crowd, as long as messages of one link can stand for each other.
const MARKS_MAX: usize = 120;
/// How many marks a link has side by side where there is a crowd.
const LANES: u32 = 3;
/// How many parts the longest way has at first: what is in the same part is drawn as one.
const PARTS: u64 = 16;

/// A mark: a message, or several of one link that travel near each other.
#[derive(Clone, Debug, PartialEq)]
pub struct Mark<'a> {
    /// What it stands for, the next to arrive first.
    pub messages: Vec<&'a MessageCard>,
    /// How far beside the line it goes: those of one link are apart.
    pub lane: u32,
}

impl Mark<'_> {
    /// The next to arrive of what it stands for.
    pub fn first(&self) -> &MessageCard {
        self.messages[0]
    }
}

/// A mark for each message, in the order in which they arrive. `messages` are in the order of ids.
pub fn each(messages: &[MessageCard]) -> Vec<Mark<'_>> {
    let mut marks: Vec<Mark<'_>> = Vec::new();
    for message in messages {
        let before = marks.last().filter(|it| on_one_link(it.first(), message));
        marks.push(Mark {
            lane: before.map_or(0, |it| it.lane + 1),
            messages: vec![message],
        });
    }
    in_order(marks)
}

/// The same where there are few messages; of many, those of one link that were sent and arrive at
/// about the same time share a mark, so that there are few where the links allow it. Those that are
/// `alone` never share one.
pub fn together<'a>(
    messages: &'a [MessageCard],
    alone: impl Fn(MessageId) -> bool,
) -> Vec<Mark<'a>> {
    if messages.len() <= MESSAGES_MAX {
        return each(messages);
    }
    let longest = messages
        .iter()
        .map(|it| it.arrives.saturating_sub(it.sent))
        .max();
    let latest = messages.iter().map(|it| it.arrives).max().unwrap_or(0);
    // A part that only doubles keeps its borders, and messages their company.
    let mut part = (longest.unwrap_or(0) / PARTS).next_power_of_two();
    while part <= latest && count(messages, part, &alone) > MARKS_MAX {
        part *= 2;
    }
    in_order(parted(messages, part, &alone))
}

/// What messages of a link have in common that share a mark, where parts are so long.
fn group(
    message: &MessageCard,
    part: u64,
    alone: &impl Fn(MessageId) -> bool,
) -> (bool, u64, u64, Option<MessageId>) {
    let own = alone(message.id).then_some(message.id);
    (
        message.held,
        message.sent / part,
        message.arrives / part,
        own,
    )
}

/// How many marks there are where parts are so long.
fn count(messages: &[MessageCard], part: u64, alone: &impl Fn(MessageId) -> bool) -> usize {
    let links = messages.chunk_by(on_one_link).map(|link| {
        let groups = link.iter().map(|message| group(message, part, alone));
        let mut groups: Vec<_> = groups.collect();
        groups.sort_unstable();
        groups.dedup();
        groups.len()
    });
    links.sum()
}

/// The marks where parts are so long.
fn parted<'a>(
    messages: &'a [MessageCard],
    part: u64,
    alone: &impl Fn(MessageId) -> bool,
) -> Vec<Mark<'a>> {
    let mut marks = Vec::new();
    for link in messages.chunk_by(on_one_link) {
        let mut groups: SortedMap<_, Vec<&MessageCard>> = SortedMap::new();
        for message in link {
            let group = group(message, part, alone);
            groups.get_or_insert_with(group, Vec::new).push(message);
        }
        let lanes = (0..LANES).cycle();
        marks.extend(groups.into_values().zip(lanes).map(|(mut messages, lane)| {
            messages.sort_by_key(|it| (it.arrives, it.id));
            Mark { messages, lane }
        }));
    }
    marks
}

fn on_one_link(a: &MessageCard, b: &MessageCard) -> bool {
    a.id.from == b.id.from && a.id.to == b.id.to
}

/// As they arrive. By a map, since the core has no other use for sorting.
fn in_order(marks: Vec<Mark<'_>>) -> Vec<Mark<'_>> {
    let place = |it: &Mark<'_>| (it.first().arrives, it.first().id);
    let order: SortedMap<_, _> = marks.into_iter().map(|it| (place(&it), it)).collect();
    order.into_values().collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::protocol::{MessageKind, MessageView, NodeId};

    /// Messages among nine nodes, one each millisecond, which take so long.
    fn under_way(count: u32, takes: u64) -> Vec<MessageCard> {
        let links = (1..=9_u8).flat_map(|a| (1..=9).map(move |b| (a, b)));
        let links: Vec<_> = links.filter(|(a, b)| a != b).collect();
        let message = |at: u32| {
            let (from, to) = links[at as usize % links.len()];
            MessageCard {
                id: MessageId {
                    from: NodeId(from).into(),
                    to: NodeId(to).into(),
                    nth: at,
                    copy: 0,
                },
                view: MessageView {
                    name: "M",
                    short: "M",
                    epoch: None,
                    kind: MessageKind::Request,
                    fields: Vec::new(),
                },
                sent: u64::from(at),
                arrives: u64::from(at) + takes,
                held: from == 1 && at.is_multiple_of(2),
            }
        };
        let mut messages: Vec<_> = (0..count).map(message).collect();
        messages.sort_by_key(|it| it.id);
        messages
    }

    fn ids(marks: &[Mark<'_>]) -> Vec<MessageId> {
        let all = marks.iter().flat_map(|it| &it.messages);
        let mut ids: Vec<_> = all.map(|it| it.id).collect();
        ids.sort();
        ids
    }

    /// Few messages have a mark each, side by side on their link; they come as they arrive.
    #[test]
    fn few_are_drawn_one_by_one() {
        let messages = under_way(MESSAGES_MAX as u32, 50);
        let marks = together(&messages, |_| false);
        assert_eq!(marks.len(), messages.len());
        assert_eq!(marks, each(&messages));
        assert!(marks.is_sorted_by_key(|it| it.first().arrives));
        let lanes = marks
            .iter()
            .filter(|it| on_one_link(it.first(), marks[0].first()));
        assert_eq!(lanes.map(|it| it.lane).collect::<Vec<_>>(), [0, 1, 2, 3]);
    }

    /// However many there are and however long they take, the marks are few, each message is in one,
    /// and those of a mark are of one link and near each other.
    #[test]
    fn many_share_marks() {
        for (count, takes) in [(241, 1), (1_000, 50), (1_000, 9_000), (20_000, 9_000)] {
            let messages = under_way(count, takes);
            let marks = together(&messages, |_| false);
            assert!(
                marks.len() <= MARKS_MAX,
                "{count}, {takes}: {}",
                marks.len()
            );
            assert_eq!(ids(&marks).len(), messages.len());
            assert_eq!(ids(&marks), ids(&each(&messages)));
            for mark in &marks {
                let first = mark.first();
                assert!(mark.messages.iter().all(|it| on_one_link(it, first)));
                assert!(mark.messages.iter().all(|it| it.held == first.held));
                assert!(mark.lane < LANES);
            }
        }
    }

    /// What is alone has a mark of its own.
    #[test]
    fn who_is_alone_stays_alone() {
        let messages = under_way(1_000, 50);
        let chosen = messages[500].id;
        let marks = together(&messages, |id| id == chosen);
        let own = marks.iter().find(|it| it.first().id == chosen).unwrap();
        assert_eq!(own.messages.len(), 1);
    }
}
