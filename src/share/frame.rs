//! What the fragment of an address says beside the link: how the page is to look where somebody
//! has put it into theirs. `docs/guide/en/embedding.md` documents it. Everything here comes from
//! outside: what is not understood is reported, and the rest is as if it were not there.

use super::link;
use crate::protocol::disturbs;

/// The panels, by the words that an address has for them, in the page's order.
pub const PANELS: [&str; 5] = ["why", "rules", "state", "properties", "branches"];
/// More problems than these are not told.
const PROBLEMS_MAX: usize = 4;
/// Of what is not understood, no more than these characters are shown.
const SHOWN_MAX: usize = 40;
/// The positions that an option may name.
const POSITION_MAX: usize = super::ACTIONS_MAX;

/// How much of the controls a figure has.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Controls {
    /// All that fit into one row, and what can be done to nodes and messages.
    #[default]
    Full,
    /// Back and Step.
    Step,
    /// None: the page around it drives the figure.
    None,
}

/// Light, dark, or as the reader has it.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum FrameTheme {
    /// Light.
    Light,
    /// Dark.
    Dark,
    /// As the reader's system has it, or as the page around the figure says.
    #[default]
    Auto,
}

impl FrameTheme {
    /// The theme of a word.
    pub fn of(word: &str) -> Option<Self> {
        Some(match word {
            "light" => Self::Light,
            "dark" => Self::Dark,
            "auto" => Self::Auto,
            _ => return None,
        })
    }
}

/// What is asked for.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Frame {
    /// Whether the page is a figure in somebody else's page.
    pub embed: bool,
    /// Which panels it has, by their places in [`PANELS`]; nothing where that is not said.
    pub panels: Option<Vec<usize>>,
    /// Its controls.
    pub controls: Controls,
    /// Its theme; nothing where that is not said.
    pub theme: Option<FrameTheme>,
    /// The tag of its language.
    pub language: Option<String>,
    /// The origin of the page around it, which alone may then talk to it.
    pub origin: Option<String>,
    /// The lesson that opens.
    pub lesson: Option<String>,
    /// The first position that it shows.
    pub from: usize,
    /// The last position that it shows.
    pub to: Option<usize>,
}

/// An option that is not understood.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Problem {
    /// There is no such option.
    Option(String),
    /// The option has no such value.
    Value(&'static str, String),
}

impl Frame {
    /// Reads a fragment, with or without its `#`.
    pub fn read(fragment: &str) -> (Self, Vec<Problem>) {
        let mut frame = Self::default();
        let mut problems = Vec::new();
        for part in fragment.trim_start_matches('#').split('&') {
            let (name, value) = part.split_once('=').unwrap_or((part, ""));
            if let Err(problem) = frame.set(name, value) {
                problems.push(problem);
            }
        }
        if frame.to.is_some_and(|to| to < frame.from) {
            problems.push(Problem::Value(
                "to",
                shown(&frame.to.take().unwrap_or(0).to_string()),
            ));
        }
        problems.truncate(PROBLEMS_MAX);
        (frame, problems)
    }

    fn set(&mut self, name: &str, value: &str) -> Result<(), Problem> {
        let bad = |name| Problem::Value(name, shown(value));
        match name {
            // The link, the word that opens the full program, and nothing at all.
            "r" | "full" | "" => {}
            "embed" => {
                self.embed = one_of(value, &[("1", true), ("0", false)]).ok_or(bad("embed"))?
            }
            "panels" => self.panels = Some(panels(value).ok_or(bad("panels"))?),
            "controls" => {
                let known = [
                    ("full", Controls::Full),
                    ("step", Controls::Step),
                    ("none", Controls::None),
                ];
                self.controls = one_of(value, &known).ok_or(bad("controls"))?;
            }
            "theme" => self.theme = Some(FrameTheme::of(value).ok_or(bad("theme"))?),
            "lang" => {
                let known = matches!(value, "en" | "zh-CN");
                self.language = Some(known.then(|| value.to_owned()).ok_or(bad("lang"))?);
            }
            "lesson" => self.lesson = Some(name_of_lesson(value).ok_or(bad("lesson"))?),
            "origin" => self.origin = Some(origin(value).ok_or(bad("origin"))?),
            "from" => self.from = position(value).ok_or(bad("from"))?,
            "to" => self.to = Some(position(value).ok_or(bad("to"))?),
            _ => return Err(Problem::Option(shown(name))),
        }
        Ok(())
    }

    /// The cursor's place, kept between the start and the end.
    pub fn within(&self, position: usize) -> usize {
        position.max(self.from).min(self.to.unwrap_or(usize::MAX))
    }
}

/// The fragment without what makes the page a figure: the same run in the lab.
pub fn in_the_lab(fragment: &str) -> String {
    let kept = fragment.trim_start_matches('#').split('&').filter(|part| {
        let name = part.split('=').next().unwrap_or_default();
        matches!(name, "r" | "lesson")
    });
    kept.collect::<Vec<_>>().join("&")
}

/// The link that somebody has written down as an address, a fragment or itself.
pub fn link_in(text: &str) -> &str {
    let fragment = text.split_once('#').map(|(_, fragment)| fragment);
    fragment.and_then(link::in_fragment).unwrap_or(text)
}

fn one_of<T: Copy>(value: &str, known: &[(&str, T)]) -> Option<T> {
    let found = known.iter().find(|(word, _)| *word == value);
    found.map(|(_, meant)| *meant)
}

fn panels(value: &str) -> Option<Vec<usize>> {
    if value == "none" {
        return Some(Vec::new());
    }
    let mut places = value
        .split(',')
        .map(|word| PANELS.iter().position(|it| *it == word))
        .collect::<Option<Vec<_>>>()?;
    places.sort_unstable();
    places.dedup();
    Some(places)
}

/// A lesson's name is one of a file: whether there is such a lesson shows when it is loaded.
fn name_of_lesson(value: &str) -> Option<String> {
    let plain = |c: char| c.is_ascii_alphanumeric() || "-_".contains(c);
    let named = (1..=SHOWN_MAX).contains(&value.len()) && value.chars().all(plain);
    named.then(|| value.to_owned())
}

fn position(value: &str) -> Option<usize> {
    let plain = !value.is_empty() && value.bytes().all(|it| it.is_ascii_digit());
    let number = plain.then(|| value.parse().ok()).flatten();
    number.filter(|it| *it <= POSITION_MAX)
}

/// An origin, as browsers write it: a scheme, a host and perhaps a port; `null` is nobody's.
fn origin(value: &str) -> Option<String> {
    let value = value.replace("%3A", ":").replace("%2F", "/");
    let host = value
        .strip_prefix("https://")
        .or(value.strip_prefix("http://"))?;
    let is_part = |c: char| c.is_ascii_alphanumeric() || ".-:[]".contains(c);
    (!host.is_empty() && host.chars().all(is_part)).then_some(value)
}

/// As much of a text from outside as a sentence can hold, without what would disturb it there.
pub(super) fn shown(text: &str) -> String {
    let plain = text.chars().filter(|it| !disturbs(*it));
    plain.take(SHOWN_MAX).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_option_is_read() {
        let (frame, problems) = Frame::read(
            "#embed=1&r=1abc&panels=state,why&controls=step&theme=dark&lang=zh-CN&from=3&to=9\
             &lesson=quorums&origin=https%3A%2F%2Fexample.org:8080",
        );
        assert_eq!(problems, []);
        let expected = Frame {
            embed: true,
            panels: Some(vec![0, 2]),
            controls: Controls::Step,
            theme: Some(FrameTheme::Dark),
            language: Some("zh-CN".into()),
            origin: Some("https://example.org:8080".into()),
            lesson: Some("quorums".into()),
            from: 3,
            to: Some(9),
        };
        assert_eq!(frame, expected);
        assert_eq!([0, 5, 12].map(|it| frame.within(it)), [3, 5, 9]);
    }

    #[test]
    fn what_is_not_understood_is_said_and_the_rest_is_read() {
        let (frame, problems) = Frame::read("embed=1&colour=red&controls=all&from=-1&theme=dark");
        assert!(frame.embed && frame.controls == Controls::Full && frame.from == 0);
        assert_eq!(frame.theme, Some(FrameTheme::Dark));
        let expected = [
            Problem::Option("colour".into()),
            Problem::Value("controls", "all".into()),
            Problem::Value("from", "-1".into()),
        ];
        assert_eq!(problems, expected);
        for wrong in [
            "embed=yes",
            "panels=",
            "panels=why,",
            "theme=",
            "lang=de",
            "from=99999999999999999999999",
            "to=1e3",
            "from=5&to=4",
            "lesson=../a",
            "origin=null",
            "origin=https://a/b",
            "origin=javascript:x",
            "\u{202e}",
        ] {
            let (frame, problems) = Frame::read(wrong);
            assert_eq!(problems.len(), 1, "{wrong}");
            assert!(
                !frame.embed && frame.to.is_none() && frame.origin.is_none(),
                "{wrong}"
            );
        }
        let (_, problems) = Frame::read(&"x&".repeat(9999));
        assert_eq!(problems.len(), PROBLEMS_MAX);
        let Problem::Option(shown) = Frame::read(&"é".repeat(9999)).1.remove(0) else {
            panic!("it is no option");
        };
        assert_eq!(shown.chars().count(), SHOWN_MAX);
        let turned = Frame::read("a\u{202e}b\u{7}c=1").1;
        assert_eq!(turned, [Problem::Option("abc".into())]);
    }

    #[test]
    fn the_lab_opens_what_the_figure_shows() {
        assert_eq!(in_the_lab("#embed=1&r=1abc&theme=dark"), "r=1abc");
        assert_eq!(in_the_lab("#embed=1"), "");
        assert_eq!(link_in("https://example.org/#embed=1&r=1abc"), "1abc");
        assert_eq!(link_in("1abc"), "1abc");
    }
}
