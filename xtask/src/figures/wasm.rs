//! Weighs the parts of a wasm file: functions by module, with the names of the name section, and
//! the other sections each as one part.
//!
//! The format: after eight bytes, sections, each an id, a length and so many bytes. Numbers are
//! LEB128. See the WebAssembly core specification, §5.5 and the appendix on the name section.

use std::collections::BTreeMap;

use anyhow::{Context as _, Result, bail};

use super::demangle;

const CUSTOM: u8 = 0;
const IMPORT: u8 = 2;
const CODE: u8 = 10;
const FUNCTION_NAMES: u8 = 1;

/// What the sections hold, by id.
const SECTIONS: [&str; 14] = [
    "custom",
    "types",
    "imports",
    "functions",
    "tables",
    "memories",
    "globals",
    "exports",
    "start",
    "elements",
    "code",
    "data (texts and constants)",
    "data count",
    "tags",
];

/// A part of the file.
pub struct Part {
    pub name: String,
    pub bytes: usize,
}

/// All parts but the custom sections, the largest first.
pub fn parts(file: &[u8]) -> Result<Vec<Part>> {
    if file.get(..4) != Some(b"\0asm".as_slice()) || file.len() < 8 {
        bail!("this is no wasm file");
    }
    let mut imported = 0;
    let mut bodies = Vec::new();
    let mut names = BTreeMap::new();
    let mut weights = BTreeMap::<String, usize>::new();
    let mut reader = Reader(&file[8..]);
    while !reader.0.is_empty() {
        let id = reader.byte()?;
        let length = reader.number()?;
        let mut section = Reader(reader.take(length)?);
        match id {
            CUSTOM if section.text()? == "name" => names = function_names(section)?,
            CUSTOM => {}
            CODE => {
                for _ in 0..section.number()? {
                    let length = section.number()?;
                    section.take(length)?;
                    bodies.push(length);
                }
            }
            id => {
                if id == IMPORT {
                    imported = imported_functions(section)?;
                }
                let name = SECTIONS.get(usize::from(id)).copied().unwrap_or("unknown");
                *weights.entry(format!("({name})")).or_default() += length;
            }
        }
    }
    for (index, bytes) in bodies.into_iter().enumerate() {
        let name = names.get(&(imported + index)).map_or("", String::as_str);
        *weights.entry(demangle::module(name)).or_default() += bytes;
    }
    let mut parts: Vec<Part> = weights
        .into_iter()
        .map(|(name, bytes)| Part { name, bytes })
        .collect();
    parts.sort_by_key(|part| std::cmp::Reverse(part.bytes));
    Ok(parts)
}

fn function_names(mut section: Reader<'_>) -> Result<BTreeMap<usize, String>> {
    let mut names = BTreeMap::new();
    while !section.0.is_empty() {
        let id = section.byte()?;
        let length = section.number()?;
        let mut part = Reader(section.take(length)?);
        if id == FUNCTION_NAMES {
            for _ in 0..part.number()? {
                names.insert(part.number()?, part.text()?);
            }
        }
    }
    Ok(names)
}

/// Imported functions come first in the numbering of functions. wasm-bindgen imports functions
/// alone, so anything else is an error here.
fn imported_functions(mut section: Reader<'_>) -> Result<usize> {
    let count = section.number()?;
    for _ in 0..count {
        section.text()?;
        section.text()?;
        if section.byte()? != 0 {
            bail!("the program imports something other than functions");
        }
        section.number()?;
    }
    Ok(count)
}

struct Reader<'a>(&'a [u8]);

impl<'a> Reader<'a> {
    fn take(&mut self, length: usize) -> Result<&'a [u8]> {
        let (taken, rest) = self
            .0
            .split_at_checked(length)
            .context("the wasm file breaks off")?;
        self.0 = rest;
        Ok(taken)
    }

    fn byte(&mut self) -> Result<u8> {
        Ok(self.take(1)?[0])
    }

    fn number(&mut self) -> Result<usize> {
        let mut number = 0;
        for shift in (0..35).step_by(7) {
            let byte = self.byte()?;
            number |= usize::from(byte & 0x7f) << shift;
            if byte & 0x80 == 0 {
                return Ok(number);
            }
        }
        bail!("a number in the wasm file is too long")
    }

    fn text(&mut self) -> Result<String> {
        let length = self.number()?;
        Ok(String::from_utf8_lossy(self.take(length)?).into_owned())
    }
}

#[cfg(test)]
mod tests {
    use super::parts;

    #[test]
    fn functions_are_weighed_by_their_modules() {
        // One import, two functions of 2 and 3 bytes, and their names.
        let mut file = b"\0asm\x01\0\0\0".to_vec();
        file.extend([2, 7, 1, 1, b'a', 1, b'b', 0, 0]);
        file.extend([10, 8, 2, 2, 0, 0x0b, 3, 0, 1, 0x0b]);
        assert!(parts(&file[..12]).is_err());
        let mut section = b"\x04name\x01\x13\x02\x01\x07core::x\x02\x07core::y".to_vec();
        assert_eq!(section[6] as usize, section.len() - 7);
        file.push(0);
        file.push(section.len() as u8);
        file.append(&mut section);
        let parts = parts(&file).unwrap();
        let found: Vec<_> = parts
            .iter()
            .map(|part| (part.name.as_str(), part.bytes))
            .collect();
        assert_eq!(found, [("(imports)", 7), ("core", 5)]);
    }
}
