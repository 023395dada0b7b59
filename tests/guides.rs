//! The guides: their figures open, show what the text beside them speaks of, and are the same in
//! both languages; and what they name in bold is on the page.

mod common;

use std::collections::{BTreeMap, BTreeSet};
use std::path::Path;

use quorumscope::share::frame::Frame;
use quorumscope::share::{condition, link};
use quorumscope::teach::Lesson;
use quorumscope::view::{Session, reopen};
use regex_lite::Regex;

const LANGUAGES: [&str; 2] = ["en", "zh-CN"];
/// The options of a figure that its element passes on.
const OPTIONS: [&str; 6] = ["panels", "controls", "theme", "lesson", "from", "to"];
/// The guides that tell what to press.
const OF_THE_PAGE: [&str; 2] = ["user", "lecturing"];

/// A figure: where it stands, its attributes, and what is there until it loads.
struct Figure {
    at: String,
    attributes: BTreeMap<String, String>,
    fallback: String,
}

impl Figure {
    fn get(&self, name: &str) -> Option<&str> {
        self.attributes.get(name).map(String::as_str)
    }

    fn number(&self, name: &str) -> Option<usize> {
        let number = |text: &str| {
            text.parse()
                .unwrap_or_else(|_| panic!("{}: {name}", self.at))
        };
        self.get(name).map(number)
    }

    /// Fails unless the condition of an attribute holds, where there is one.
    fn holds(&self, name: &str, session: &Session) {
        if let Some(text) = self.get(name) {
            let wanted = condition::read(text);
            let wanted = wanted.unwrap_or_else(|error| panic!("{}: {name}: {error}", self.at));
            let position = session.position();
            assert!(session.holds(&wanted), "{}: {text} at {position}", self.at);
        }
    }
}

/// A guide's text, by its name.
fn guides(language: &str) -> BTreeMap<String, String> {
    let folder = Path::new("docs/guide").join(language);
    let entries = std::fs::read_dir(&folder).expect("the guides are there");
    let read = |entry: std::io::Result<std::fs::DirEntry>| {
        let path = entry.unwrap().path();
        let name = path.file_stem().unwrap().to_string_lossy().into_owned();
        (name, std::fs::read_to_string(path).unwrap())
    };
    entries.map(read).collect()
}

fn figures(language: &str) -> Vec<Figure> {
    let element = Regex::new(r"(?s)<quorum-scope ([^>]*)>(.*?)</quorum-scope>").unwrap();
    let attribute = Regex::new(r#"([a-z-]+)=(?:"([^"]*)"|'([^']*)')"#).unwrap();
    let mut figures = Vec::new();
    for (name, text) in guides(language) {
        // What stands in code is an example.
        let text = text.split("```").step_by(2).collect::<Vec<_>>().join("");
        for found in element.captures_iter(&text) {
            let pairs = attribute.captures_iter(&found[1]).map(|it| {
                let value = it.get(2).or(it.get(3)).map_or("", |it| it.as_str());
                (it[1].to_owned(), value.to_owned())
            });
            let attributes: BTreeMap<_, _> = pairs.collect();
            let title = attributes.get("title").cloned().unwrap_or_default();
            figures.push(Figure {
                at: format!("{language}/{name}.md, “{title}”"),
                attributes,
                fallback: found[2].trim().to_owned(),
            });
        }
    }
    figures
}

#[test]
fn every_figure_opens_and_shows_what_is_said() {
    for figure in LANGUAGES.iter().flat_map(|it| figures(it)) {
        let at = &figure.at;
        assert!(
            figure.get("title").is_some_and(|it| !it.is_empty()),
            "{at}: no title"
        );
        assert!(
            figure.get("height").is_some(),
            "{at}: no height is reserved"
        );
        assert!(
            figure.fallback.len() > "<p></p>".len(),
            "{at}: nothing until it loads"
        );
        let options = OPTIONS
            .iter()
            .filter_map(|name| Some((name, figure.get(name)?)));
        let options: Vec<String> = options
            .map(|(name, value)| format!("{name}={value}"))
            .collect();
        let (_, problems) = Frame::read(&format!("embed=1&{}", options.join("&")));
        assert!(problems.is_empty(), "{at}: {problems:?}");
        if let Some(lesson) = figure.get("lesson") {
            let file = format!("static/lessons/{lesson}.json");
            let text = std::fs::read_to_string(&file).unwrap_or_else(|_| panic!("{at}: {file}"));
            Lesson::read(&file, &text).unwrap_or_else(|error| panic!("{at}: {error:?}"));
            continue;
        }
        let text = figure
            .get("link")
            .unwrap_or_else(|| panic!("{at}: neither link nor lesson"));
        let run = link::read(text).unwrap_or_else(|error| panic!("{at}: {error}"));
        let opened = reopen(&run).unwrap_or_else(|error| panic!("{at}: {error}"));
        let mut session = opened.session;
        assert_eq!(session.length(), run.actions.len(), "{at}: it is cut short");
        assert!(
            figure.get("data-at-start").is_some(),
            "{at}: nothing is said of its start"
        );
        session.seek(run.cursor.max(figure.number("from").unwrap_or(0)));
        figure.holds("data-at-start", &session);
        session.seek(figure.number("to").unwrap_or(session.length()));
        figure.holds("data-at-end", &session);
    }
}

#[test]
fn both_languages_have_the_same_guides_and_figures() {
    let [english, chinese] = LANGUAGES.map(guides);
    assert_eq!(
        english.keys().collect::<Vec<_>>(),
        chinese.keys().collect::<Vec<_>>()
    );
    let shown = |figures: Vec<Figure>| -> Vec<_> {
        let untitled = figures.into_iter().map(|mut figure| {
            figure.attributes.remove("title");
            figure.attributes
        });
        untitled.collect()
    };
    let [english, chinese] = LANGUAGES.map(|it| shown(figures(it)));
    assert!(english.len() >= 10, "{} figures", english.len());
    assert_eq!(english, chinese);
}

/// A label as a guide has it: dots for what is filled in.
fn label(text: &str) -> String {
    let filled = Regex::new(r"\{[a-z_]+\}").unwrap();
    filled.replace_all(text, "…").replace("……", "…")
}

#[test]
fn what_is_named_in_bold_is_on_the_page() {
    let bold = Regex::new(r"\*\*([^*]+)\*\*").unwrap();
    for language in LANGUAGES {
        let catalogue = std::fs::read_to_string(format!("static/locales/{language}.json")).unwrap();
        let catalogue: BTreeMap<String, String> = serde_json::from_str(&catalogue).unwrap();
        let labels: BTreeSet<String> = catalogue.values().map(|it| label(it)).collect();
        let mut missing = BTreeSet::new();
        for (name, text) in guides(language) {
            if OF_THE_PAGE.contains(&name.as_str()) {
                let named = bold.captures_iter(&text).map(|it| label(&it[1]));
                missing.extend(named.filter(|it| !labels.contains(it)));
            }
        }
        assert!(
            missing.is_empty(),
            "{language}: not on the page: {missing:?}"
        );
    }
}
