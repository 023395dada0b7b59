//! Versions as tools print them.

/// A version's three numbers. What comes after them (`-beta.1`) does not matter here.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Version(pub u32, pub u32, pub u32);

impl Version {
    /// The first version in a text such as `wasm-bindgen 0.2.130 (a1b2c3)` or `v20.1.0`.
    pub fn find(text: &str) -> Option<Self> {
        text.split_whitespace().find_map(|word| {
            let word = word.trim_start_matches('v');
            let mut numbers = word.splitn(3, '.').map(|part| {
                let end = part
                    .find(|c: char| !c.is_ascii_digit())
                    .unwrap_or(part.len());
                part[..end].parse().ok()
            });
            Some(Self(numbers.next()??, numbers.next()??, numbers.next()??))
        })
    }
}

impl std::fmt::Display for Version {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "{}.{}.{}", self.0, self.1, self.2)
    }
}

#[cfg(test)]
mod tests {
    use super::Version;

    #[test]
    fn versions_are_read_as_tools_print_them() {
        assert_eq!(Version::find("trunk 0.21.14"), Some(Version(0, 21, 14)));
        assert_eq!(
            Version::find("trunk 0.22.0-beta.1"),
            Some(Version(0, 22, 0))
        );
        assert_eq!(Version::find("v20.20.2\n"), Some(Version(20, 20, 2)));
        assert_eq!(
            Version::find("wasm-bindgen 0.2.130 (d3a1)"),
            Some(Version(0, 2, 130))
        );
        assert_eq!(Version::find("no version"), None);
        assert!(Version(0, 21, 14) < Version(0, 22, 0));
    }
}
