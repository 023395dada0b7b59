//! Bytes as letters that an address may hold: base64url of RFC 4648, §5, without padding.

const LETTERS: &[u8; 64] = b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_";

/// Whether this is one of the letters.
pub(super) fn is_letter(c: char) -> bool {
    c.is_ascii_alphanumeric() || c == '-' || c == '_'
}

pub(super) fn write(bytes: &[u8], out: &mut String) {
    for chunk in bytes.chunks(3) {
        let at = |place: usize| u32::from(chunk.get(place).copied().unwrap_or(0));
        let bits = at(0) << 16 | at(1) << 8 | at(2);
        for place in 0..=chunk.len() {
            let letter = LETTERS[(bits >> (18 - 6 * place) & 63) as usize];
            out.push(char::from(letter));
        }
    }
}

/// Reads letters; nothing where they are not what [`write`] writes.
pub(super) fn read(text: &str) -> Option<Vec<u8>> {
    let mut bytes = Vec::with_capacity(text.len() * 3 / 4);
    for chunk in text.as_bytes().chunks(4) {
        let mut bits = 0;
        for letter in chunk {
            bits = bits << 6 | LETTERS.iter().position(|it| it == letter)?;
        }
        let spare = match chunk.len() {
            4 => 0,
            3 => 2,
            2 => 4,
            _ => return None,
        };
        if bits & ((1 << spare) - 1) != 0 {
            return None;
        }
        let whole = (bits >> spare) as u32;
        bytes.extend(&whole.to_be_bytes()[5 - chunk.len()..]);
    }
    Some(bytes)
}

#[cfg(test)]
mod tests {
    use super::*;

    /// The examples of RFC 4648, §10, and the two letters that differ from plain base64.
    #[test]
    fn as_in_the_rfc() {
        let examples: [(&[u8], &str); 8] = [
            (b"", ""),
            (b"f", "Zg"),
            (b"fo", "Zm8"),
            (b"foo", "Zm9v"),
            (b"foob", "Zm9vYg"),
            (b"fooba", "Zm9vYmE"),
            (b"foobar", "Zm9vYmFy"),
            (&[0xfb, 0xff, 0xbf], "-_-_"),
        ];
        for (bytes, letters) in examples {
            let mut text = String::new();
            write(bytes, &mut text);
            assert_eq!(text, letters);
            assert_eq!(read(letters).as_deref(), Some(bytes));
        }
        for bad in ["Z", "Zh", "Zm9", "Zg==", "Zm+v", "Zm9vY", "é", "Zm v"] {
            assert_eq!(read(bad), None, "{bad}");
        }
    }
}
