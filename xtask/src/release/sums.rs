//! The sums of all files of a release.

use std::fmt;
use std::fs;
use std::path::Path;

use anyhow::{Context as _, Result, bail};
use sha2::{Digest as _, Sha256};

use crate::dist;

/// The SHA-256 of each file, in the order of their names.
#[derive(Debug, PartialEq)]
pub struct Sums(Vec<(String, String)>);

impl Sums {
    /// Those of all files of a folder.
    pub fn of(folder: &Path) -> Result<Self> {
        let mut sums = Vec::new();
        for file in dist::files(folder)? {
            let bytes = fs::read(&file)?;
            let parts = file.strip_prefix(folder)?.iter().map(|part| part.to_str());
            let parts: Option<Vec<&str>> = parts.collect();
            let name = parts.context("a file's name is not Unicode")?.join("/");
            let digits = Sha256::digest(bytes);
            let sum = digits.iter().map(|byte| format!("{byte:02x}")).collect();
            sums.push((name, sum));
        }
        Ok(Self(sums))
    }

    /// Fails where others are not the same, and names the files.
    pub fn compare(&self, others: &Self) -> Result<()> {
        let missing = |from: &Self, it: &&(String, String)| !from.0.contains(it);
        let only_here = self.0.iter().filter(|it| missing(others, it));
        let only_there = others.0.iter().filter(|it| missing(self, it));
        let mut names: Vec<&str> = only_here.chain(only_there).map(|it| &*it.0).collect();
        names.sort_unstable();
        names.dedup();
        match names.is_empty() {
            true => Ok(()),
            false => bail!("two builds of one commit differ in {}", names.join(", ")),
        }
    }
}

/// As `sha256sum --check` reads it.
impl fmt::Display for Sums {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for (name, sum) in &self.0 {
            writeln!(f, "{sum}  {name}")?;
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use std::fs;

    use super::Sums;

    /// Known sums, in the form that the tool of that name reads, and names of what differs.
    #[test]
    fn sums_are_listed_and_compared() {
        let root = std::env::temp_dir().join(format!("quorumscope-sums-{}", std::process::id()));
        let folder = |name: &str, text: &str| {
            let folder = root.join(name);
            fs::create_dir_all(folder.join("b")).unwrap();
            fs::write(folder.join("a"), text).unwrap();
            fs::write(folder.join("b/c"), "abc").unwrap();
            Sums::of(&folder).unwrap()
        };
        let (one, same) = (folder("1", ""), folder("2", ""));
        let expected = "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855  a\n\
            ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad  b/c\n";
        assert_eq!(one.to_string(), expected);
        assert!(one.compare(&same).is_ok());
        let error = one.compare(&folder("3", "x")).unwrap_err().to_string();
        assert!(error.ends_with("differ in a"), "{error}");
        fs::write(root.join("2/d"), "").unwrap();
        let more = Sums::of(&root.join("2")).unwrap();
        assert!(one.compare(&more).is_err() && more.compare(&one).is_err());
        fs::remove_dir_all(&root).unwrap();
    }
}
