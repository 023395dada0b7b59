//! What is under way, and how often each message has been copied.

use serde::ser::{Serialize, SerializeMap, Serializer};

use super::{Flight, MessageId};
use crate::sorted::SortedMap;

/// The messages under way. How many copies there are of one is kept once, however many of them are
/// under way, or copying a message over and over would take the square of the time.
#[derive(Clone, Debug)]
pub(super) struct Flights<M> {
    all: SortedMap<MessageId, Flight<M>>,
    /// How many copies have been made, by the original's name, as long as it or one is under way.
    copies: SortedMap<MessageId, u32>,
}

impl<M> Flights<M> {
    pub(super) fn new() -> Self {
        Self {
            all: SortedMap::new(),
            copies: SortedMap::new(),
        }
    }

    /// All of them, in the order of their ids.
    pub(super) fn all(&self) -> &SortedMap<MessageId, Flight<M>> {
        &self.all
    }

    pub(super) fn get(&self, id: MessageId) -> Option<&Flight<M>> {
        self.all.get(&id)
    }

    pub(super) fn get_mut(&mut self, id: MessageId) -> Option<&mut Flight<M>> {
        self.all.get_mut(&id)
    }

    /// A message, or a copy of one, sets out.
    pub(super) fn insert(&mut self, flight: Flight<M>) {
        self.all.insert(flight.id, flight);
    }

    /// A message leaves the network.
    pub(super) fn remove(&mut self, id: MessageId) -> Option<Flight<M>> {
        let flight = self.all.remove(&id)?;
        let last = MessageId {
            copy: u32::MAX,
            ..id
        };
        let kin = self.all.last_up_to(&last);
        if kin.is_none_or(|(kin, _)| kin.original() != id.original()) {
            self.copies.remove(&id.original());
        }
        Some(flight)
    }

    /// The name of the next copy of a message, whichever of its copies that is made from.
    pub(super) fn next_copy(&mut self, id: MessageId) -> MessageId {
        let copies = self.copies.get_or_insert_with(id.original(), || 0);
        *copies += 1;
        MessageId {
            copy: *copies,
            ..id
        }
    }

    fn copies(&self, id: MessageId) -> u32 {
        self.copies.get(&id.original()).copied().unwrap_or(0)
    }
}

/// In a state's bytes each message knows how often it was copied.
impl<M: Serialize> Serialize for Flights<M> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let mut map = serializer.serialize_map(Some(self.all.len()))?;
        for (id, flight) in self.all.iter() {
            map.serialize_entry(id, &(flight, self.copies(*id)))?;
        }
        map.end()
    }
}
