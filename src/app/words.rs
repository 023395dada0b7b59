//! The page's words, in one language at a time.

use std::ops::Deref;
use std::rc::Rc;

use super::{FULL, host};
use crate::share::frame::Frame;
pub(super) use crate::view::choices::Language;
use crate::view::{Catalogue, Sentence};

/// A shared value that is equal to itself alone, so that comparing props costs nothing.
pub(super) struct Shared<T>(Rc<T>);

impl<T> Shared<T> {
    pub(super) fn new(value: T) -> Self {
        Self(Rc::new(value))
    }
}

impl<T> Clone for Shared<T> {
    fn clone(&self) -> Self {
        Self(self.0.clone())
    }
}

impl<T> PartialEq for Shared<T> {
    fn eq(&self, other: &Self) -> bool {
        Rc::ptr_eq(&self.0, &other.0)
    }
}

impl<T> Deref for Shared<T> {
    type Target = T;
    fn deref(&self) -> &T {
        &self.0
    }
}

impl Language {
    /// As the address says, else as remembered, else as the browser prefers.
    pub(super) fn preferred() -> Self {
        let named = match FULL {
            true => Frame::read(&host::framing::fragment()).0.language,
            false => None,
        };
        let remembered = host::storing::recall("language");
        let wanted = named.into_iter().chain(remembered).chain(host::languages());
        wanted
            .filter_map(|tag| Self::of(&tag))
            .next()
            .unwrap_or(Self::English)
    }
}

/// The catalogue in use: what every protocol needs, and the texts of those that have been shown.
#[derive(Clone, PartialEq)]
pub(super) struct Words {
    pub(super) language: Language,
    catalogue: Shared<Catalogue>,
    protocols: Vec<&'static str>,
}

impl Words {
    /// Loads a language, with the texts of one protocol.
    pub(super) async fn load(language: Language, protocol: &'static str) -> Result<Self, String> {
        // Side by side.
        let (shared, own) = (parts(language, SHARED), own_parts(language, protocol));
        let mut catalogue = Catalogue::default();
        add(&mut catalogue, shared).await?;
        add(&mut catalogue, own).await?;
        Ok(Self {
            language,
            catalogue: Shared::new(catalogue),
            protocols: vec![protocol],
        })
    }

    /// The same with another protocol's texts, or all in another language.
    pub(super) async fn with(
        mut self,
        language: Language,
        protocol: &'static str,
    ) -> Result<Self, String> {
        if self.language != language {
            return Self::load(language, protocol).await;
        }
        if !self.has(protocol) {
            let mut catalogue = (*self.catalogue).clone();
            add(&mut catalogue, own_parts(language, protocol)).await?;
            self.catalogue = Shared::new(catalogue);
            self.protocols.push(protocol);
        }
        Ok(self)
    }

    /// Whether these are the texts of a protocol in a language.
    pub(super) fn are_for(&self, (language, protocol): (Language, &str)) -> bool {
        self.language == language && self.has(protocol)
    }

    /// Whether a protocol's texts are there.
    pub(super) fn has(&self, protocol: &str) -> bool {
        self.protocols.contains(&protocol)
    }

    /// The text of a key.
    pub(super) fn t<'a>(&'a self, key: &'a str) -> &'a str {
        self.catalogue.get(key)
    }

    /// A sentence in words.
    pub(super) fn say(&self, sentence: &Sentence) -> String {
        self.catalogue.say(sentence)
    }
}

/// How many parts there are of each kind: the full program has texts of its own.
const PARTS: usize = if FULL { 2 } else { 1 };
/// The parts that all protocols need, by what their names have behind the language.
const SHARED: [&str; 2] = ["", "/full"];

type Loaded = Result<Vec<u8>, String>;

/// Begins to load parts of a catalogue. The build parts them.
fn parts(language: Language, names: [&str; 2]) -> Vec<impl Future<Output = Loaded> + use<>> {
    let load = |name| host::load(&format!("locales/{}{name}.json", language.tag()));
    names.into_iter().take(PARTS).map(load).collect()
}

/// Begins to load a protocol's own parts.
fn own_parts(language: Language, protocol: &str) -> Vec<impl Future<Output = Loaded> + use<>> {
    let own = format!("/{protocol}");
    parts(language, [&own, &format!("{own}.full")])
}

/// Adds parts when they have come.
async fn add(
    catalogue: &mut Catalogue,
    parts: Vec<impl Future<Output = Loaded>>,
) -> Result<(), String> {
    for part in parts {
        let added = catalogue.add_json(&part.await?);
        added.ok_or("a catalogue is damaged")?;
    }
    Ok(())
}

impl Deref for Words {
    type Target = Catalogue;
    fn deref(&self) -> &Catalogue {
        &self.catalogue
    }
}
