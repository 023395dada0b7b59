//! Open-addressed tables of 64-bit keys. Keys are well mixed already, so a key is its own hash, and
//! what is iterated never depends on the order in the table.

/// Mixes a number so that all of its bits depend on all bits of the input (the finaliser of
/// splitmix64, Steele, Lea and Flood, 2014).
pub(super) fn mix(number: u64) -> u64 {
    let mut z = number.wrapping_add(0x9e37_79b9_7f4a_7c15);
    z = (z ^ (z >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
    z = (z ^ (z >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
    z ^ (z >> 31)
}

/// Marks an empty place; the key zero is stored as one.
const EMPTY: u64 = 0;

fn stored(key: u64) -> u64 {
    key.max(1)
}

/// A set of fingerprints.
#[derive(Clone, Debug)]
pub(super) struct Fingerprints {
    places: Vec<u64>,
    len: usize,
}

impl Fingerprints {
    pub(super) fn new() -> Self {
        Self {
            places: vec![EMPTY; 1 << 10],
            len: 0,
        }
    }

    /// Bytes in use.
    pub(super) fn bytes(&self) -> usize {
        self.places.len() * size_of::<u64>()
    }

    /// Bytes in use while it grows for one more entry: old places and new ones; no more than now
    /// where it need not grow.
    pub(super) fn bytes_to_grow(&self, more: usize) -> usize {
        match self.is_full_with(more) {
            true => self.bytes() * 3,
            false => self.bytes(),
        }
    }

    fn is_full_with(&self, more: usize) -> bool {
        (self.len + more) * 8 > self.places.len() * 7
    }

    /// Makes room for so many entries more, so that no insertion has to look.
    pub(super) fn reserve(&mut self, more: usize) {
        while self.is_full_with(more) {
            let bigger = vec![EMPTY; self.places.len() * 2];
            let old = std::mem::replace(&mut self.places, bigger);
            let mask = self.places.len() - 1;
            for key in old.into_iter().filter(|key| *key != EMPTY) {
                let mut at = key as usize & mask;
                while self.places[at] != EMPTY {
                    at = (at + 1) & mask;
                }
                self.places[at] = key;
            }
        }
    }

    /// Reads the place where a key would be. Many of these one after the other overlap their waits
    /// for memory; the insertions that follow then find it in the cache.
    pub(super) fn touch(&self, key: u64) -> u64 {
        self.places[key as usize & (self.places.len() - 1)]
    }

    /// Adds a key, for which there must be room; says whether it is new.
    pub(super) fn insert(&mut self, key: u64) -> bool {
        let key = stored(key);
        let mask = self.places.len() - 1;
        let mut at = key as usize & mask;
        loop {
            let found = self.places[at];
            if found == key {
                return false;
            }
            if found == EMPTY {
                self.places[at] = key;
                self.len += 1;
                return true;
            }
            at = (at + 1) & mask;
        }
    }
}

/// A map from keys to small numbers: what has been computed once.
#[derive(Clone, Debug)]
pub(super) struct Memo {
    places: Vec<(u64, u32)>,
    len: usize,
}

impl Memo {
    pub(super) fn new() -> Self {
        Self {
            places: vec![(EMPTY, 0); 1 << 8],
            len: 0,
        }
    }

    /// Bytes in use.
    pub(super) fn bytes(&self) -> usize {
        self.places.len() * size_of::<(u64, u32)>()
    }

    /// The key of a pair. It loses nothing: different pairs have different keys.
    pub(super) fn pair(a: u32, b: u32) -> u64 {
        // A bijection of 64 bits, so that neighbours do not crowd one part of the table.
        mix(u64::from(a) << 32 | u64::from(b))
    }

    /// How many keys it has.
    pub(super) fn len(&self) -> u32 {
        self.len as u32
    }

    pub(super) fn get(&self, key: u64) -> Option<u32> {
        let key = stored(key);
        let mask = self.places.len() - 1;
        let mut at = key as usize & mask;
        loop {
            let (found, value) = self.places[at];
            if found == key {
                return Some(value);
            }
            if found == EMPTY {
                return None;
            }
            at = (at + 1) & mask;
        }
    }

    /// Adds a key that is not there.
    pub(super) fn insert(&mut self, key: u64, value: u32) {
        if self.len * 2 >= self.places.len() {
            let bigger = vec![(EMPTY, 0); self.places.len() * 2];
            let old = std::mem::replace(&mut self.places, bigger);
            for (key, value) in old.into_iter().filter(|(key, _)| *key != EMPTY) {
                self.place(key, value);
            }
        }
        self.place(stored(key), value);
        self.len += 1;
    }

    fn place(&mut self, key: u64, value: u32) {
        let mask = self.places.len() - 1;
        let mut at = key as usize & mask;
        while self.places[at].0 != EMPTY {
            at = (at + 1) & mask;
        }
        self.places[at] = (key, value);
    }
}

/// How many items a chunk of [`Chunks`] holds.
const CHUNK: usize = 1 << 14;

/// A long list in pieces of one size: it never has to be copied to grow.
#[derive(Clone, Debug)]
pub(super) struct Chunks<T> {
    chunks: Vec<Vec<T>>,
    len: usize,
}

impl<T: Copy> Chunks<T> {
    pub(super) fn new() -> Self {
        Self {
            chunks: Vec::new(),
            len: 0,
        }
    }

    pub(super) fn len(&self) -> usize {
        self.len
    }

    /// Bytes in use.
    pub(super) fn bytes(&self) -> usize {
        self.chunks.len() * CHUNK * size_of::<T>()
    }

    #[inline]
    pub(super) fn push(&mut self, item: T) {
        if self.len.is_multiple_of(CHUNK) {
            self.chunks.push(Vec::with_capacity(CHUNK));
        }
        if let Some(chunk) = self.chunks.last_mut() {
            chunk.push(item);
        }
        self.len += 1;
    }

    pub(super) fn get(&self, at: usize) -> T {
        self.chunks[at / CHUNK][at % CHUNK]
    }
}

/// Things that are equal get one number, in the order in which they are seen first.
#[derive(Clone, Debug)]
pub(super) struct Interner<T> {
    items: Vec<T>,
    by_hash: Memo,
}

impl<T: Eq + std::hash::Hash> Interner<T> {
    pub(super) fn new() -> Self {
        Self {
            items: Vec::new(),
            by_hash: Memo::new(),
        }
    }

    /// A thing's number, and whether it is new.
    pub(super) fn number(&mut self, item: T) -> (u32, bool) {
        let mut hasher = xxhash_rust::xxh64::Xxh64::new(0);
        item.hash(&mut hasher);
        let mut key = hasher.digest();
        // Another thing may have the same hash; it then has the next key that is free.
        while let Some(number) = self.by_hash.get(key) {
            if self.items[number as usize] == item {
                return (number, false);
            }
            key = mix(key);
        }
        let number = self.items.len() as u32;
        self.by_hash.insert(key, number);
        self.items.push(item);
        (number, true)
    }

    pub(super) fn get(&self, number: u32) -> &T {
        &self.items[number as usize]
    }

    pub(super) fn len(&self) -> usize {
        self.items.len()
    }

    pub(super) fn bytes(&self) -> usize {
        self.items.capacity() * size_of::<T>() + self.by_hash.bytes()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// A set and a map keep what they are given through every growth, zero too.
    #[test]
    fn nothing_is_lost_in_growing() {
        let (mut set, mut memo) = (Fingerprints::new(), Memo::new());
        for number in 0..5_000_u32 {
            let key = u64::from(number) * 0x1_0000_0001;
            set.reserve(1);
            assert!(set.insert(mix(key)) && !set.insert(mix(key)));
            memo.insert(mix(key), number);
        }
        set.reserve(1);
        assert!(set.insert(0) && !set.insert(0));
        for number in 0..5_000_u32 {
            let key = u64::from(number) * 0x1_0000_0001;
            assert_eq!(memo.get(mix(key)), Some(number));
        }
        assert_eq!(memo.get(mix(7)), None);
    }

    /// Equal things have one number, different things different ones, in the order of arrival.
    #[test]
    fn things_are_numbered_once() {
        let mut interner = Interner::new();
        assert_eq!(interner.number("a"), (0, true));
        assert_eq!(interner.number("b"), (1, true));
        assert_eq!(interner.number("a"), (0, false));
        assert_eq!((interner.get(1), interner.len()), (&"b", 2));
    }
}
