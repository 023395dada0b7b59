//! A QR code as a drawing: its modules as one path, drawn here and by nobody else.

use std::fmt::Write as _;

use qrcodegen::{QrCode, QrCodeEcc};

/// How wide the light border is that a scanner needs, in modules.
const BORDER: i32 = 4;

/// A code, in units of one module.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Drawing {
    /// How wide and high it is, with its border.
    pub side: u32,
    /// The dark modules, as the path of an SVG: a bar for each run of them in a row.
    pub path: String,
}

/// Draws a text; nothing where it is longer than the largest code.
pub fn draw(text: &str) -> Option<Drawing> {
    // The least correction: a code on a screen is whole, and the fewer modules, the farther it is
    // read. The library corrects more where that costs no more modules.
    let code = QrCode::encode_text(text, QrCodeEcc::Low).ok()?;
    let mut path = String::new();
    for y in 0..code.size() {
        let mut x = 0;
        while x < code.size() {
            let start = x;
            while code.get_module(x, y) {
                x += 1;
            }
            let length = x - start;
            if length > 0 {
                let (left, top) = (start + BORDER, y + BORDER);
                write!(path, "M{left} {top}h{length}v1h-{length}z").ok();
            }
            x += 1;
        }
    }
    let side = code.size() + 2 * BORDER;
    Some(Drawing {
        side: side as u32,
        path,
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    /// The path paints the code's dark modules and no other; a browser test reads one as a phone
    /// does.
    #[test]
    fn every_module_is_drawn() {
        let text = "https://example.org/#r=1abc";
        let code = QrCode::encode_text(text, QrCodeEcc::Low).unwrap();
        let drawing = draw(text).unwrap();
        let mut dark = std::collections::BTreeSet::new();
        for bar in drawing.path.split('M').skip(1) {
            let numbers = bar.split(|c: char| !c.is_ascii_digit());
            let numbers: Vec<i32> = numbers.filter_map(|it| it.parse().ok()).collect();
            let [left, top, length, 1, back] = numbers[..] else {
                panic!("{bar}");
            };
            assert_eq!(length, back);
            dark.extend((left..left + length).map(|x| (x - BORDER, top - BORDER)));
        }
        let all = (0..code.size()).flat_map(|y| (0..code.size()).map(move |x| (x, y)));
        let expected = all.filter(|(x, y)| code.get_module(*x, *y)).collect();
        assert_eq!(dark, expected);
        assert_eq!(drawing.side as i32, code.size() + 8);
    }

    /// A text beyond the largest code has none.
    #[test]
    fn too_long_a_text_has_no_code() {
        assert!(draw(&"a".repeat(2_953)).is_some());
        assert_eq!(draw(&"a".repeat(2_954)), None);
    }
}
