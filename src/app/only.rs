//! What only the full program has.

#[cfg(not(feature = "full"))]
pub(super) use absent::Only;
#[cfg(feature = "full")]
pub(super) use there::Only;

impl<T: Default> Default for Only<T> {
    fn default() -> Self {
        Self::new(T::default)
    }
}

/// In the full program: a `T`.
#[cfg(feature = "full")]
mod there {
    use std::ops::{Deref, DerefMut};

    /// A `T` of the full program, and nothing at all in the core.
    #[derive(Clone)]
    pub(in crate::app) struct Only<T>(T);

    impl<T> Only<T> {
        /// What `make` makes, in the full program.
        pub(in crate::app) fn new(make: impl FnOnce() -> T) -> Self {
            Self(make())
        }

        /// The `T`, in the full program.
        pub(in crate::app) fn seen(&self) -> Option<&T> {
            Some(&self.0)
        }

        /// The `T` itself.
        pub(in crate::app) fn get(self) -> T {
            self.0
        }
    }

    impl<T> Deref for Only<T> {
        type Target = T;

        fn deref(&self) -> &T {
            &self.0
        }
    }

    impl<T> DerefMut for Only<T> {
        fn deref_mut(&mut self) -> &mut T {
            &mut self.0
        }
    }
}

/// In the core: nothing, which takes no room and which no code makes, copies or drops. What looks
/// at it stands behind `FULL`; a build of a core that could do otherwise is refused (`cargo xtask
/// dist` looks for the words of `absent`).
#[cfg(not(feature = "full"))]
mod absent {
    use std::marker::PhantomData;
    use std::ops::{Deref, DerefMut};

    /// A `T` of the full program, and nothing at all in the core.
    pub(in crate::app) struct Only<T>(PhantomData<T>);

    #[cold]
    #[inline(never)]
    fn absent() -> ! {
        unreachable!("only the full program has this")
    }

    impl<T> Only<T> {
        /// What `make` makes, in the full program.
        pub(in crate::app) fn new(_: impl FnOnce() -> T) -> Self {
            Self(PhantomData)
        }

        /// The `T`, in the full program.
        pub(in crate::app) fn seen(&self) -> Option<&T> {
            None
        }

        /// It is never asked.
        pub(in crate::app) fn get(self) -> T {
            absent()
        }
    }

    impl<T> Clone for Only<T> {
        fn clone(&self) -> Self {
            Self(PhantomData)
        }
    }

    impl<T> Deref for Only<T> {
        type Target = T;

        fn deref(&self) -> &T {
            absent()
        }
    }

    impl<T> DerefMut for Only<T> {
        fn deref_mut(&mut self) -> &mut T {
            absent()
        }
    }
}
