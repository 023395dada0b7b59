//! Packing: how the parts of a run become bytes and come back. Small numbers take one byte, and a
//! text that has stood before takes its number. What is read is bounded by what was written: no
//! count makes room for more than the bytes behind it can fill.

use crate::share::ITEMS_MAX;
use crate::sorted::{SortedMap, SortedSet};

/// The longest text: a value of the longest, in characters of four bytes.
const TEXT_BYTES_MAX: usize = 128;

/// What a thing is packed into.
#[derive(Default)]
pub(super) struct Writer {
    pub(super) bytes: Vec<u8>,
    /// The texts so far, each with how many were before it.
    texts: SortedMap<String, u64>,
}

/// What a thing is unpacked from.
pub(super) struct Reader<'a> {
    bytes: &'a [u8],
    texts: Vec<&'a str>,
}

/// Something that can be packed; unpacking gives nothing where the bytes are not such a thing.
pub(super) trait Pack: Sized {
    fn pack(&self, to: &mut Writer);
    fn unpack(from: &mut Reader) -> Option<Self>;
}

impl Writer {
    /// A number: seven bits a byte, the lowest first.
    pub(super) fn number(&mut self, mut number: u64) {
        while number >= 0x80 {
            self.bytes.push(number as u8 | 0x80);
            number >>= 7;
        }
        self.bytes.push(number as u8);
    }

    /// Odd, the place of a text that has stood before; even, the length of one that follows.
    fn text(&mut self, text: &str) {
        match self.texts.get(text).copied() {
            Some(place) => self.number(place * 2 + 1),
            None => {
                self.number(text.len() as u64 * 2);
                self.bytes.extend(text.as_bytes());
                let place = self.texts.len() as u64;
                self.texts.insert(text.to_owned(), place);
            }
        }
    }

    pub(super) fn list<'a, T: Pack + 'a>(&mut self, items: impl ExactSizeIterator<Item = &'a T>) {
        self.number(items.len() as u64);
        for item in items {
            item.pack(self);
        }
    }
}

impl<'a> Reader<'a> {
    pub(super) fn new(bytes: &'a [u8]) -> Self {
        Self {
            bytes,
            texts: Vec::new(),
        }
    }

    pub(super) fn is_at_end(&self) -> bool {
        self.bytes.is_empty()
    }

    pub(super) fn take(&mut self, count: usize) -> Option<&'a [u8]> {
        let (taken, rest) = self.bytes.split_at_checked(count)?;
        self.bytes = rest;
        Some(taken)
    }

    /// A number, in its shortest form.
    pub(super) fn number(&mut self) -> Option<u64> {
        let mut number = 0;
        for shift in (0..64).step_by(7) {
            let byte = self.take(1)?[0];
            let bits = u64::from(byte & 0x7f);
            number |= bits << shift;
            if byte & 0x80 == 0 {
                let shortest = shift == 0 || bits != 0;
                let fits = number >> shift == bits;
                return (shortest && fits).then_some(number);
            }
        }
        None
    }

    fn text(&mut self) -> Option<&'a str> {
        let number = self.number()?;
        let half = usize::try_from(number / 2).ok()?;
        match number % 2 {
            1 => self.texts.get(half).copied(),
            _ => {
                let bytes = self.take(half).filter(|_| half <= TEXT_BYTES_MAX)?;
                let text = std::str::from_utf8(bytes).ok()?;
                self.texts.push(text);
                Some(text)
            }
        }
    }

    pub(super) fn list<T: Pack, C: FromIterator<T>>(&mut self) -> Option<C> {
        let count = usize::try_from(self.number()?).ok()?;
        let sound = count <= ITEMS_MAX && count <= self.bytes.len();
        sound.then(|| (0..count).map(|_| T::unpack(self)).collect())?
    }
}

/// Whole numbers are written as one number.
macro_rules! pack_numbers {
    ($($type:ty),*) => { $(
        impl Pack for $type {
            fn pack(&self, to: &mut Writer) {
                to.number(*self as u64);
            }
            fn unpack(from: &mut Reader) -> Option<Self> {
                from.number()?.try_into().ok()
            }
        }
    )* };
}
pack_numbers!(u8, u32, usize);

impl Pack for bool {
    fn pack(&self, to: &mut Writer) {
        to.number((*self).into());
    }
    fn unpack(from: &mut Reader) -> Option<Self> {
        match from.number()? {
            0 => Some(false),
            1 => Some(true),
            _ => None,
        }
    }
}

impl Pack for String {
    fn pack(&self, to: &mut Writer) {
        to.text(self);
    }
    fn unpack(from: &mut Reader) -> Option<Self> {
        from.text().map(str::to_owned)
    }
}

/// A hash, whose bits are all alike: eight bytes, the lowest first.
impl Pack for u64 {
    fn pack(&self, to: &mut Writer) {
        to.bytes.extend(self.to_le_bytes());
    }
    fn unpack(from: &mut Reader) -> Option<Self> {
        let bytes = from.take(8)?.try_into().ok()?;
        Some(Self::from_le_bytes(bytes))
    }
}

impl<T: Pack> Pack for Option<T> {
    fn pack(&self, to: &mut Writer) {
        to.list(self.iter());
    }
    fn unpack(from: &mut Reader) -> Option<Self> {
        match from.number()? {
            0 => Some(None),
            1 => Some(Some(T::unpack(from)?)),
            _ => None,
        }
    }
}

impl<A: Pack, B: Pack> Pack for (A, B) {
    fn pack(&self, to: &mut Writer) {
        self.0.pack(to);
        self.1.pack(to);
    }
    fn unpack(from: &mut Reader) -> Option<Self> {
        Some((A::unpack(from)?, B::unpack(from)?))
    }
}

impl<T: Pack + Ord> Pack for SortedSet<T> {
    fn pack(&self, to: &mut Writer) {
        to.list(self.iter());
    }
    fn unpack(from: &mut Reader) -> Option<Self> {
        from.list::<T, _>()
    }
}

impl<K: Pack + Ord, V: Pack> Pack for SortedMap<K, V> {
    fn pack(&self, to: &mut Writer) {
        to.number(self.len() as u64);
        for (key, value) in self.iter() {
            key.pack(to);
            value.pack(to);
        }
    }
    fn unpack(from: &mut Reader) -> Option<Self> {
        from.list::<(K, V), _>()
    }
}

/// A struct is its fields, in this order, but for those that it goes without.
macro_rules! pack_struct {
    ($type:ident { $($field:ident),* } $(without { $($left:ident),* })?) => {
        impl Pack for $type {
            fn pack(&self, to: &mut Writer) {
                $(self.$field.pack(to);)*
            }
            fn unpack(from: &mut Reader) -> Option<Self> {
                $(let $field = Pack::unpack(from)?;)*
                Some(Self { $($field,)* $($($left: Default::default()),*)? })
            }
        }
    };
}
pub(super) use pack_struct;

/// A choice is a number, which stays with its kind for ever, and what it is about.
macro_rules! pack_enum {
    ($type:ident { $(
        $number:literal = $kind:ident $(($($part:ident),*))? $({ $($field:ident),* })?;
    )* }) => {
        impl Pack for $type {
            fn pack(&self, to: &mut Writer) {
                match self { $(
                    Self::$kind $(($($part),*))? $({ $($field),* })? => {
                        to.number($number);
                        $($($part.pack(to);)*)?
                        $($($field.pack(to);)*)?
                    }
                )* }
            }
            fn unpack(from: &mut Reader) -> Option<Self> {
                Some(match from.number()? {
                    $($number => {
                        $($(let $part = Pack::unpack(from)?;)*)?
                        $($(let $field = Pack::unpack(from)?;)*)?
                        Self::$kind $(($($part),*))? $({ $($field),* })?
                    })*
                    _ => return None,
                })
            }
        }
    };
}
pub(super) use pack_enum;
