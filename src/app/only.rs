//! What only the full program has.

#[cfg(not(feature = "full"))]
use std::marker::PhantomData;
use std::ops::{Deref, DerefMut};

/// A `T` of the full program, and nothing at all in the core: there it takes no room, and no code
/// makes, copies or drops one. So the core may look at it only behind `FULL`; its build is refused
/// where it could do otherwise (`absent` is in it).
#[cfg_attr(feature = "full", derive(Clone))]
pub(super) struct Only<T>(
    #[cfg(feature = "full")] T,
    #[cfg(not(feature = "full"))] PhantomData<T>,
);

/// Where the core looks at one. The build looks for these words.
#[cfg(not(feature = "full"))]
#[cold]
#[inline(never)]
fn absent() -> ! {
    unreachable!("only the full program has this")
}

impl<T> Only<T> {
    /// What `make` makes, in the full program.
    #[cfg(feature = "full")]
    pub(super) fn new(make: impl FnOnce() -> T) -> Self {
        Self(make())
    }

    /// Nothing.
    #[cfg(not(feature = "full"))]
    pub(super) fn new(_: impl FnOnce() -> T) -> Self {
        Self(PhantomData)
    }

    /// The `T`, if there is one.
    #[cfg(feature = "full")]
    pub(super) fn seen(&self) -> Option<&T> {
        Some(&self.0)
    }

    /// Nothing.
    #[cfg(not(feature = "full"))]
    pub(super) fn seen(&self) -> Option<&T> {
        None
    }

    /// The `T` itself.
    #[cfg(feature = "full")]
    pub(super) fn get(self) -> T {
        self.0
    }

    /// It is never asked.
    #[cfg(not(feature = "full"))]
    pub(super) fn get(self) -> T {
        absent()
    }
}

#[cfg(not(feature = "full"))]
impl<T> Clone for Only<T> {
    fn clone(&self) -> Self {
        Self(PhantomData)
    }
}

impl<T: Default> Default for Only<T> {
    fn default() -> Self {
        Self::new(T::default)
    }
}

#[cfg(feature = "full")]
impl<T> Deref for Only<T> {
    type Target = T;

    fn deref(&self) -> &T {
        &self.0
    }
}

#[cfg(feature = "full")]
impl<T> DerefMut for Only<T> {
    fn deref_mut(&mut self) -> &mut T {
        &mut self.0
    }
}

#[cfg(not(feature = "full"))]
impl<T> Deref for Only<T> {
    type Target = T;

    fn deref(&self) -> &T {
        absent()
    }
}

#[cfg(not(feature = "full"))]
impl<T> DerefMut for Only<T> {
    fn deref_mut(&mut self) -> &mut T {
        absent()
    }
}
