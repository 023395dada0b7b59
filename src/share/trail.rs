//! What an engine saw on the way through a run, so that another can tell where it first sees
//! something else.

/// The lowest byte of the state's hash at places that are evenly spaced over a run. Empty where
/// nobody has looked.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Trail(pub(super) Vec<u8>);

impl Trail {
    /// The most places. A run with no more actions than that is seen after each of them.
    pub const PLACES_MAX: usize = 64;

    /// The places in a run of so many actions, each by how many actions lie before it.
    pub fn places(actions: usize) -> impl Iterator<Item = usize> {
        let count = actions.min(Self::PLACES_MAX);
        (1..=count).map(move |place| place * actions / count)
    }

    /// Adds what the next place looks like.
    pub fn push(&mut self, hash: u64) {
        self.0.push(hash as u8);
    }

    /// Whether the place of that number, from 0, looks like this; nothing where it was not seen.
    pub fn agrees(&self, place: usize, hash: u64) -> Option<bool> {
        self.0.get(place).map(|seen| *seen == hash as u8)
    }

    /// Whether it can be of a run of so many actions.
    pub(super) fn fits(&self, actions: usize) -> bool {
        self.0.is_empty() || self.0.len() == Self::places(actions).count()
    }

    /// As it stands in a file; nothing where there is none.
    pub(super) fn hex(&self) -> Option<String> {
        let digits = self.0.iter().map(|byte| format!("{byte:02x}"));
        (!self.0.is_empty()).then(|| digits.collect())
    }

    /// Reads what stands in a file.
    pub(super) fn from_hex(text: &str) -> Option<Self> {
        if text.is_empty() {
            return None;
        }
        let pairs = text.as_bytes().chunks(2);
        let byte = |pair: &[u8]| {
            let digit = |at: usize| char::from(*pair.get(at)?).to_digit(16);
            Some((digit(0)? << 4 | digit(1)?) as u8)
        };
        pairs.map(byte).collect::<Option<_>>().map(Self)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Places grow by one where there is room for all, and end where the run ends.
    #[test]
    fn places_are_evenly_spaced() {
        let places = |actions| Trail::places(actions).collect::<Vec<_>>();
        assert!(places(0).is_empty());
        assert_eq!(places(3), [1, 2, 3]);
        assert_eq!(places(64), (1..=64).collect::<Vec<_>>());
        assert_eq!(places(128), (1..=64).map(|it| it * 2).collect::<Vec<_>>());
        let long = places(1_000);
        assert_eq!((long.len(), long.last()), (64, Some(&1_000)));
        assert!(long.windows(2).all(|pair| pair[1] - pair[0] <= 16));
    }

    /// Hexadecimal digits read back, and nothing else reads.
    #[test]
    fn a_file_holds_digits() {
        let trail = Trail(vec![0, 0x1f, 0xff]);
        assert_eq!(trail.hex().as_deref(), Some("001fff"));
        assert_eq!(Trail::from_hex("001fff"), Some(trail));
        assert_eq!(Trail::default().hex(), None);
        assert_eq!(Trail::from_hex(""), None);
        assert_eq!(Trail::from_hex("0"), None);
        assert_eq!(Trail::from_hex("+f"), None);
        assert_eq!(Trail::from_hex("é"), None);
    }
}
