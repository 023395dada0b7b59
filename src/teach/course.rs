//! The course: all lessons in their order, in parts. Challenges have such a list, too.

use super::FileError;
use super::read;

/// The order of all lessons.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Course {
    /// Its parts.
    pub parts: Vec<Part>,
}

/// Lessons that belong together.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Part {
    /// The key of its title.
    pub title: String,
    /// The lessons, by their files' names.
    pub items: Vec<String>,
}

impl Course {
    /// Reads the course's file.
    ///
    /// # Errors
    ///
    /// Where and why it is none.
    pub fn read(file: &str, text: &str) -> Result<Self, FileError> {
        read::course(file, text)
    }

    /// All lessons, in order.
    pub fn items(&self) -> impl Iterator<Item = &str> {
        let parts = self.parts.iter();
        parts.flat_map(|part| part.items.iter().map(String::as_str))
    }

    /// A lesson's place, counted from 1.
    pub fn place(&self, id: &str) -> Option<usize> {
        self.items().position(|it| it == id).map(|it| it + 1)
    }

    /// The lesson after one.
    pub fn after(&self, id: &str) -> Option<&str> {
        self.items().nth(self.place(id)?)
    }
}
