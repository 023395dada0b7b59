//! Keyed random numbers: a draw depends on the seed and on what it is for, and on nothing else.
//! So dropping one message changes that message's consequences, not every later timeout.

use xxhash_rust::xxh64::xxh64;

use crate::protocol::{Endpoint, RangeMs};

use super::MessageId;

/// What a number is drawn for.
#[derive(Clone, Copy)]
pub(super) enum Purpose {
    Latency = 1,
    Loss = 2,
    Duplication = 3,
    Timer = 4,
}

/// Draws for one message.
pub(super) fn for_message(seed: u32, purpose: Purpose, id: MessageId) -> u64 {
    draw(seed, purpose, [code(id.from), code(id.to), id.nth, id.copy])
}

/// Draws for the `nth` arming of one timer of one endpoint.
pub(super) fn for_timer(seed: u32, end: Endpoint, timer: u32, nth: u32) -> u64 {
    draw(seed, Purpose::Timer, [code(end), 0, timer, nth])
}

/// Brings a draw into a range, evenly.
pub(super) fn within(range: RangeMs, draw: u64) -> u64 {
    let width = u64::from(range.max - range.min) + 1;
    let scaled = (u128::from(draw) * u128::from(width)) >> 64;
    u64::from(range.min) + scaled as u64
}

/// Whether something with a chance in thousandths happens.
pub(super) fn happens(permille: u32, draw: u64) -> bool {
    within(RangeMs::new(0, 999), draw) < u64::from(permille)
}

fn draw(seed: u32, purpose: Purpose, key: [u32; 4]) -> u64 {
    let mut bytes = [0; 20];
    bytes[..4].copy_from_slice(&(purpose as u32).to_le_bytes());
    for (chunk, word) in bytes[4..].chunks_exact_mut(4).zip(key) {
        chunk.copy_from_slice(&word.to_le_bytes());
    }
    xxh64(&bytes, seed.into())
}

fn code(end: Endpoint) -> u32 {
    match end {
        Endpoint::Node(id) => u32::from(id.0),
        Endpoint::Client(id) => u32::from(id.0) + 256,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::protocol::NodeId;

    /// Draws stay in their range, reach both ends, and are about even.
    #[test]
    fn draws_fill_their_range_evenly() {
        let range = RangeMs::new(10, 13);
        let mut counts = [0_u32; 4];
        for nth in 0..4000 {
            let value = within(range, for_timer(1, NodeId(1).into(), 0, nth));
            counts[value as usize - 10] += 1;
        }
        assert!(
            counts.iter().all(|count| (900..1100).contains(count)),
            "{counts:?}"
        );
    }

    /// A draw changes with each part of its key, and with nothing else.
    #[test]
    fn draws_depend_on_their_key_alone() {
        let base = for_timer(1, NodeId(1).into(), 0, 0);
        assert_eq!(base, for_timer(1, NodeId(1).into(), 0, 0));
        let others = [
            for_timer(2, NodeId(1).into(), 0, 0),
            for_timer(1, NodeId(2).into(), 0, 0),
            for_timer(1, NodeId(1).into(), 1, 0),
            for_timer(1, NodeId(1).into(), 0, 1),
        ];
        assert!(others.iter().all(|other| *other != base));
    }
}
