//! A list that grows at its end, as logs and histories do. Of a run, hundreds of moments are kept,
//! each with its logs: here copies share all that they have in common but the last few items, and
//! so does a copy that is written to.

use std::ops::Index;
use std::sync::Arc;

use serde::ser::SerializeSeq as _;
use serde::{Serialize, Serializer};

/// How many items are shared or copied together.
const CHUNK: usize = 64;

/// The list. Cloning shares it.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Growing<T>(Arc<Parts<T>>);

/// Lists of the same items have the same parts.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
struct Parts<T> {
    /// Chunks that are full.
    full: Vec<Arc<Vec<T>>>,
    /// What comes after them, less than a chunk.
    rest: Vec<T>,
}

impl<T> Default for Growing<T> {
    fn default() -> Self {
        Self(Arc::new(Parts {
            full: Vec::new(),
            rest: Vec::new(),
        }))
    }
}

impl<T> Growing<T> {
    /// How many items there are.
    pub fn len(&self) -> usize {
        self.0.full.len() * CHUNK + self.0.rest.len()
    }

    /// Whether there are none.
    pub fn is_empty(&self) -> bool {
        self.len() == 0
    }

    /// The item at a position.
    pub fn get(&self, position: usize) -> Option<&T> {
        match self.0.full.get(position / CHUNK) {
            Some(chunk) => chunk.get(position % CHUNK),
            None => self.0.rest.get(position - self.0.full.len() * CHUNK),
        }
    }

    /// The last item.
    pub fn last(&self) -> Option<&T> {
        self.get(self.len().checked_sub(1)?)
    }

    /// All items, first first.
    pub fn iter(&self) -> impl DoubleEndedIterator<Item = &T> + ExactSizeIterator + Clone {
        self.from(0)
    }

    /// The items from a position on.
    pub fn from(
        &self,
        position: usize,
    ) -> impl DoubleEndedIterator<Item = &T> + ExactSizeIterator + Clone {
        let all = position.min(self.len())..self.len();
        all.map(|at| &self[at])
    }

    /// Whether two lists are one and the same value in memory.
    pub fn is_shared_with(&self, other: &Self) -> bool {
        Arc::ptr_eq(&self.0, &other.0)
    }

    /// So many items at the beginning are the same, since they are shared; there may be more.
    pub fn shared_with(&self, other: &Self) -> usize {
        if self.is_shared_with(other) {
            return self.len();
        }
        let chunks = self.0.full.iter().zip(&other.0.full);
        CHUNK * chunks.take_while(|(a, b)| Arc::ptr_eq(a, b)).count()
    }
}

impl<T> Index<usize> for Growing<T> {
    type Output = T;
    fn index(&self, position: usize) -> &T {
        self.get(position).expect("it lies within the list")
    }
}

impl<T: Clone> Growing<T> {
    /// Adds an item.
    pub fn push(&mut self, item: T) {
        let parts = Arc::make_mut(&mut self.0);
        parts.rest.push(item);
        if parts.rest.len() == CHUNK {
            parts.full.push(Arc::new(std::mem::take(&mut parts.rest)));
        }
    }

    /// The last item, to change.
    pub fn last_mut(&mut self) -> Option<&mut T> {
        let parts = Arc::make_mut(&mut self.0);
        match parts.rest.last_mut() {
            Some(last) => Some(last),
            None => Arc::make_mut(parts.full.last_mut()?).last_mut(),
        }
    }

    /// Keeps so many items at the beginning.
    pub fn truncate(&mut self, length: usize) {
        if length >= self.len() {
            return;
        }
        let parts = Arc::make_mut(&mut self.0);
        if let Some(chunk) = parts.full.get(length / CHUNK) {
            parts.rest = chunk[..length % CHUNK].to_vec();
            parts.full.truncate(length / CHUNK);
        } else {
            parts.rest.truncate(length % CHUNK);
        }
    }
}

impl<T: Clone> FromIterator<T> for Growing<T> {
    fn from_iter<I: IntoIterator<Item = T>>(items: I) -> Self {
        let mut list = Self::default();
        items.into_iter().for_each(|item| list.push(item));
        list
    }
}

/// As any list is written.
impl<T: Serialize> Serialize for Growing<T> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let mut list = serializer.serialize_seq(Some(self.len()))?;
        for item in self.iter() {
            list.serialize_element(item)?;
        }
        list.end()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// It is a list like any other, whatever is added and taken away.
    #[test]
    fn it_is_a_list() {
        let (mut list, mut plain) = (Growing::default(), Vec::new());
        for round in 0..1_000_usize {
            list.push(round);
            plain.push(round);
            if round % 70 == 0 {
                let length = plain.len() * 3 / 4;
                list.truncate(length);
                plain.truncate(length);
            }
            if let (Some(last), Some(plain)) = (list.last_mut(), plain.last_mut()) {
                (*last, *plain) = (*last + 1, *plain + 1);
            }
            assert_eq!((list.len(), list.last()), (plain.len(), plain.last()));
            assert_eq!(list.get(plain.len()), None);
        }
        assert!(list.iter().eq(&plain) && list.iter().rev().eq(plain.iter().rev()));
        assert!(list.from(70).eq(&plain[70..]) && list.from(5_000).next().is_none());
        assert_eq!(list, plain.iter().copied().collect());
        assert_eq!(
            postcard::to_allocvec(&list).unwrap(),
            postcard::to_allocvec(&plain).unwrap()
        );
    }

    /// A copy that is written to shares all but the end with the other, which stays as it was.
    #[test]
    fn copies_share() {
        let list: Growing<u32> = (0..1_000).collect();
        let mut copy = list.clone();
        assert!(copy.is_shared_with(&list) && copy.shared_with(&list) == 1_000);
        copy.push(1_000);
        assert!(!copy.is_shared_with(&list));
        assert_eq!((list.len(), copy.len()), (1_000, 1_001));
        assert_eq!(copy.shared_with(&list), 960);
        copy.truncate(100);
        assert_eq!(copy.shared_with(&list), 64);
    }
}
