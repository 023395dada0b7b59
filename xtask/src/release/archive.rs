//! A folder as an archive that is the same wherever and whenever it is made: the files in the order
//! of their names, all of one time, of nobody, and for everybody to read.

use std::fs;
use std::io::Write;
use std::path::Path;

use anyhow::{Context as _, Result};
use flate2::Compression;
use flate2::write::GzEncoder;
use tar::{Builder, EntryType, Header};

use crate::dist;

/// Writes the folder, under its own name, into a compressed archive.
pub fn write(folder: &Path, to: &Path, time: u64) -> Result<()> {
    let name = folder.file_name().context("the folder has a name")?;
    let gzip = GzEncoder::new(Vec::new(), Compression::best());
    let mut archive = Builder::new(gzip);
    for file in dist::files(folder)? {
        let bytes = fs::read(&file)?;
        let mut header = Header::new_ustar();
        header.set_entry_type(EntryType::Regular);
        header.set_size(bytes.len() as u64);
        header.set_mode(0o644);
        header.set_uid(0);
        header.set_gid(0);
        header.set_mtime(time);
        let path = Path::new(name).join(file.strip_prefix(folder)?);
        archive.append_data(&mut header, path, &*bytes)?;
    }
    let bytes = archive.into_inner()?.finish()?;
    let mut file =
        fs::File::create(to).with_context(|| format!("could not write {}", to.display()))?;
    Ok(file.write_all(&bytes)?)
}

#[cfg(test)]
mod tests {
    use std::fs;
    use std::io::Read as _;

    use flate2::read::GzDecoder;

    use super::write;

    /// The same files give the same bytes, whenever and in whichever order they were written, and
    /// they are what comes out again.
    #[test]
    fn the_same_files_are_the_same_archive() {
        let root = std::env::temp_dir().join(format!("quorumscope-archive-{}", std::process::id()));
        let files = [("b", "2"), ("a/c", "1"), ("ü.txt", "3")];
        let make = |place: &str, files: &mut dyn Iterator<Item = &(&str, &str)>| {
            let folder = root.join(place).join("x-1.0");
            fs::create_dir_all(folder.join("a")).unwrap();
            for (name, text) in files {
                fs::write(folder.join(name), text).unwrap();
            }
            let to = root.join(place).join("x.tar.gz");
            write(&folder, &to, 1_000_000_000).unwrap();
            fs::read(to).unwrap()
        };
        let one = make("one", &mut files.iter());
        let other = make("other", &mut files.iter().rev());
        assert_eq!(one, other);
        let mut archive = tar::Archive::new(GzDecoder::new(&*one));
        let mut held = Vec::new();
        for entry in archive.entries().unwrap() {
            let mut entry = entry.unwrap();
            let path = entry.path().unwrap().display().to_string();
            assert_eq!(entry.header().mtime().unwrap(), 1_000_000_000);
            let mut text = String::new();
            entry.read_to_string(&mut text).unwrap();
            held.push((path, text));
        }
        let expected = [("x-1.0/a/c", "1"), ("x-1.0/b", "2"), ("x-1.0/ü.txt", "3")];
        assert_eq!(
            held,
            expected.map(|(name, text)| (name.to_owned(), text.to_owned()))
        );
        fs::remove_dir_all(&root).unwrap();
    }
}
