//! Checks what the documents link to: files, anchors in them, and the shape of other addresses.

use std::collections::BTreeMap;
use std::path::{Component, Path, PathBuf};

use anyhow::{Result, bail};

use super::markdown::Document;
use crate::dist;

/// Where documents are, beside those at the root.
const FOLDERS: [&str; 2] = ["docs", "examples"];
/// Folders inside these that are not ours.
const FOREIGN: [&str; 3] = ["node_modules", "_build", "site"];

/// Fails where a link of a document leads nowhere, with each one's file and line.
pub fn check(root: &Path) -> Result<()> {
    let mut documents = BTreeMap::new();
    for path in sources(root)? {
        documents.insert(path.clone(), Document::read(&path)?);
    }
    let mut problems = Vec::new();
    for document in documents.values() {
        for (line, address) in document.addresses()? {
            if let Some(problem) = problem(&documents, document, &address) {
                let shown = document.path.strip_prefix(root).unwrap_or(&document.path);
                problems.push(format!("{}:{line}: {address}: {problem}", shown.display()));
            }
        }
    }
    match problems.is_empty() {
        true => Ok(()),
        false => bail!("some links lead nowhere:\n  {}", problems.join("\n  ")),
    }
}

/// All documents of the project.
fn sources(root: &Path) -> Result<Vec<PathBuf>> {
    let mut files = Vec::new();
    for entry in std::fs::read_dir(root)? {
        files.push(entry?.path());
    }
    for folder in FOLDERS {
        files.extend(dist::files(&root.join(folder))?);
    }
    let is_foreign = |path: &Path| {
        let mut parts = path.components();
        parts.any(|it| FOREIGN.iter().any(|name| it.as_os_str() == *name))
    };
    files.retain(|it| it.extension().is_some_and(|it| it == "md") && !is_foreign(it));
    Ok(files)
}

/// What is wrong with an address in a document.
fn problem(
    documents: &BTreeMap<PathBuf, Document>,
    from: &Document,
    address: &str,
) -> Option<&'static str> {
    if let Some((scheme, rest)) = address.split_once(':') {
        return match (scheme, rest) {
            ("data", _) => None,
            ("https", _) if is_host(rest) => None,
            ("https", _) => Some("this is no address of a page"),
            _ => Some("an address begins with https"),
        };
    }
    let (path, anchor) = match address.split_once('#') {
        Some((path, anchor)) => (path, Some(anchor)),
        None => (address, None),
    };
    let target = match path {
        "" => from.path.clone(),
        path => plain(&from.path.with_file_name("").join(path)),
    };
    if !target.exists() {
        return Some("there is no such file");
    }
    let document = documents.get(&target);
    let anchor = anchor?;
    match document {
        Some(document) if document.headings().iter().any(|it| it.id == anchor) => None,
        Some(_) => Some("the file has no such heading"),
        None => Some("only headings of documents can be linked to"),
    }
}

/// What stands behind `https:` where it names a host.
fn is_host(rest: &str) -> bool {
    let host = rest.strip_prefix("//").unwrap_or_default();
    let host = host.split('/').next().unwrap_or_default();
    let is_sound = |c: char| c.is_ascii_alphanumeric() || "-.:".contains(c);
    host.contains('.') && host.chars().all(is_sound) && !rest.contains(char::is_whitespace)
}

/// A path without `..`.
fn plain(path: &Path) -> PathBuf {
    let mut plain = PathBuf::new();
    for part in path.components() {
        match part {
            Component::ParentDir => {
                plain.pop();
            }
            Component::CurDir => {}
            other => plain.push(other),
        }
    }
    plain
}

#[cfg(test)]
mod tests {
    use super::check;
    use crate::project::Project;

    #[test]
    fn every_link_of_the_documents_leads_somewhere() {
        let root = Project::find().unwrap().root;
        check(&root).unwrap_or_else(|error| panic!("{error}"));
    }

    #[test]
    fn what_leads_nowhere_is_said_with_its_line() {
        let root = std::env::temp_dir().join(format!("quorumscope-links-{}", std::process::id()));
        for folder in super::FOLDERS {
            std::fs::create_dir_all(root.join(folder)).unwrap();
        }
        let write = |name: &str, text: &str| std::fs::write(root.join(name), text).unwrap();
        write("docs/b.md", "# B\n\n## Here and there\n");
        write(
            "README.md",
            "[good](docs/b.md#here-and-there) [good](https://example.org/a)\n\n[bad](docs/c.md)\n[bad](docs/b.md#nowhere)\n[bad](https:example.org)\n",
        );
        let error = check(&root).unwrap_err().to_string();
        let lines = [
            "README.md:3: docs/c.md",
            "README.md:4: docs/b.md#nowhere",
            "README.md:5: https:example.org",
        ];
        for line in lines {
            assert!(error.contains(line), "{error}");
        }
        assert!(!error.contains(":1:"), "{error}");
        std::fs::remove_dir_all(&root).unwrap();
    }
}
