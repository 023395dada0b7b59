//! Everything that is read from outside, one line each: how it is read, and how what was read is
//! then used.

use std::borrow::Cow;
use std::rc::Rc;

use quorumscope::jobs;
use quorumscope::protocol::{Endpoint, Value};
use quorumscope::share::frame::{self, Frame};
use quorumscope::share::json::Json;
use quorumscope::share::link;
use quorumscope::share::message::{self, Command};
use quorumscope::share::pair::PairFile;
use quorumscope::share::scenes;
use quorumscope::share::search::SearchRequest;
use quorumscope::share::{Run, condition};
use quorumscope::teach::{Challenge, Course, Glossary, Lesson, Progress};
use quorumscope::view::Catalogue;
use quorumscope::view::choices::{Language, Theme};
use quorumscope::view::handing::{Ask, Handed};
use quorumscope::world::MessageId;

use super::uses::Uses;

/// Something that reads what comes from outside.
pub struct Target {
    /// Its name, which is that of the folder of its inputs.
    pub name: &'static str,
    /// How many of all inputs are for it, compared with the others.
    pub share: usize,
    /// Reads an input and uses what was read; says whether it was accepted.
    pub read: fn(&[u8], &mut Uses) -> bool,
}

const fn target(name: &'static str, share: usize, read: fn(&[u8], &mut Uses) -> bool) -> Target {
    Target { name, share, read }
}

/// All of them.
pub const TARGETS: &[Target] = &[
    target("link", 12, link),
    target("packed", 12, packed),
    target("fragment", 6, fragment),
    target("run", 16, run),
    target("scenes", 5, scenes_file),
    target("pair", 6, pair),
    target("message", 10, said),
    target("condition", 8, a_condition),
    target("lesson", 6, lesson),
    target("challenge", 5, challenge),
    target("course", 2, course),
    target("glossary", 2, glossary),
    target("catalogue", 3, catalogue),
    target("progress", 4, progress),
    target("progress_file", 4, progress_file),
    target("preference", 2, preference),
    target("handed", 6, handed),
    target("search", 5, search),
    target("job", 4, job),
    target("names", 6, names),
    target("json", 8, json),
];

/// A browser hands over texts alone: what is no text in a file becomes signs of replacement.
fn text(bytes: &[u8]) -> Cow<'_, str> {
    String::from_utf8_lossy(bytes)
}

fn link(bytes: &[u8], uses: &mut Uses) -> bool {
    let text = text(bytes);
    let fragment = link::fragment(&text);
    let read = link::read(link::in_fragment(&fragment).unwrap_or(&text));
    read.map(|run| uses.run(&run)).is_ok()
}

/// The bytes of a link under a sum that is right, which chance would not find.
fn packed(bytes: &[u8], uses: &mut Uses) -> bool {
    let read = link::unpacked(bytes);
    read.map(|run| {
        assert_eq!(link::unpacked(&link::packed(&run)).as_ref(), Ok(&run));
        uses.run(&run);
    })
    .is_ok()
}

fn fragment(bytes: &[u8], uses: &mut Uses) -> bool {
    let text = text(bytes);
    let (frame, problems) = Frame::read(&text);
    assert!(frame.from <= frame.within(7) && problems.len() < 10);
    for problem in &problems {
        let (frame::Problem::Option(shown) | frame::Problem::Value(_, shown)) = problem;
        uses.show(shown);
    }
    let lab = frame::in_the_lab(&text);
    assert!(lab.len() <= text.len() && frame::link_in(&text).len() <= text.len());
    problems.is_empty()
}

fn run(bytes: &[u8], uses: &mut Uses) -> bool {
    let read = Run::from_json(&text(bytes));
    read.map(|run| {
        assert_eq!(Run::from_json(&run.to_json()).as_ref(), Ok(&run));
        uses.run(&run);
    })
    .is_ok()
}

fn scenes_file(bytes: &[u8], uses: &mut Uses) -> bool {
    let text = text(bytes);
    let read = scenes::read(&text);
    read.map(|scenes| {
        assert!(scenes::is_scenes(&text));
        assert_eq!(scenes::read(&scenes::write(&scenes)).as_ref(), Ok(&scenes));
        for scene in &scenes {
            uses.show(&scene.title);
        }
        scenes.iter().take(2).for_each(|scene| uses.run(&scene.run));
    })
    .is_ok()
}

fn pair(bytes: &[u8], uses: &mut Uses) -> bool {
    let read = PairFile::from_json(&text(bytes));
    read.map(|file| {
        assert_eq!(PairFile::from_json(&file.to_json()).as_ref(), Ok(&file));
        uses.pair(file);
    })
    .is_ok()
}

fn said(bytes: &[u8], uses: &mut Uses) -> bool {
    match message::read(&text(bytes)) {
        Some(Ok(Command::Load(text))) => {
            link(text.as_bytes(), uses);
            true
        }
        Some(Ok(Command::On(_, Some(condition)))) => {
            uses.condition(&condition);
            true
        }
        Some(Ok(_)) => true,
        Some(Err(error)) => {
            uses.show(&error.about());
            false
        }
        None => false,
    }
}

fn a_condition(bytes: &[u8], uses: &mut Uses) -> bool {
    match condition::read(&text(bytes)) {
        Ok(it) => {
            let written = condition::to_json(&it).write();
            assert_eq!(condition::read(&written).as_ref(), Ok(&it));
            uses.condition(&it);
            true
        }
        Err(error) => error.to_string().is_empty(),
    }
}

fn lesson(bytes: &[u8], uses: &mut Uses) -> bool {
    let read = Lesson::read("x.json", &text(bytes));
    read.map(|lesson| uses.lesson(Rc::new(lesson))).is_ok()
}

fn challenge(bytes: &[u8], uses: &mut Uses) -> bool {
    let read = Challenge::read("x.json", &text(bytes));
    read.map(|challenge| uses.challenge(&challenge)).is_ok()
}

fn course(bytes: &[u8], _: &mut Uses) -> bool {
    let read = Course::read("x.json", &text(bytes));
    read.map(|course| {
        let last = course.items().last().map(str::to_owned);
        last.map(|last| (course.place(&last), course.after(&last).is_none()))
    })
    .is_ok()
}

fn glossary(bytes: &[u8], uses: &mut Uses) -> bool {
    let read = Glossary::read("x.json", &text(bytes));
    read.map(|glossary| uses.glossary(&glossary)).is_ok()
}

fn catalogue(bytes: &[u8], uses: &mut Uses) -> bool {
    let read = Catalogue::from_json(bytes);
    read.map(|words| uses.catalogue(&words)).is_some()
}

/// What is remembered in the browser: nonsense there counts for nothing, so all is accepted.
fn progress(bytes: &[u8], _: &mut Uses) -> bool {
    let mut progress = Progress::read(&text(bytes));
    assert_eq!(Progress::read(&progress.write()), progress);
    progress.note("why", 3, true);
    progress.win("gap");
    assert!(progress.is_done("why") && progress.beat("why") == 3);
    progress.last() == Some("why")
}

/// A file of progress: what it adds is remembered, and takes nothing away.
fn progress_file(bytes: &[u8], _: &mut Uses) -> bool {
    let text = text(bytes);
    let mut progress = Progress::default();
    progress.note("why", 3, true);
    let before = progress.clone();
    let added = progress.add(&text).is_ok();
    assert!(progress.is_done("why") && progress.beat("why") >= 3);
    assert_eq!(Progress::read(&progress.write()), progress);
    match added {
        true => {
            assert!(Progress::is_progress(&text));
            let once = progress.clone();
            assert_eq!((progress.add(&text), progress), (Ok(()), once));
        }
        false => assert_eq!(progress, before),
    }
    added
}

/// A word that the browser remembers, or that an address or a browser prefers.
fn preference(bytes: &[u8], _: &mut Uses) -> bool {
    let text = text(bytes);
    let theme = Theme::of(&text);
    assert_eq!(Theme::of(theme.word()), theme);
    let language = Language::of(&text);
    if let Some(language) = language {
        assert_eq!(Language::of(language.tag()), Some(language));
    }
    language.is_some() || theme == Theme::Dark
}

/// What one program hands over to the other.
fn handed(bytes: &[u8], uses: &mut Uses) -> bool {
    let Some(handed) = Handed::read(&text(bytes)) else {
        return false;
    };
    let again = Handed::read(&handed.screen.write(&handed.session));
    let again = again.expect("what was handed over can be handed on");
    assert_eq!(again.screen, handed.screen);
    assert_eq!(again.session.hash(), handed.session.hash());
    match handed.screen.ask {
        Some(Ask::Open(text)) => {
            run(text.as_bytes(), uses);
        }
        Some(Ask::Link(text)) => {
            link(text.as_bytes(), uses);
        }
        _ => {}
    }
    true
}

fn search(bytes: &[u8], uses: &mut Uses) -> bool {
    let text = text(bytes);
    let several = SearchRequest::all_from_json(&text).unwrap_or_default();
    let one = SearchRequest::from_json(&text).ok();
    let first = one.or(several.into_iter().next().map(|(_, request)| request));
    first.is_some_and(|request| {
        let written = request.to_json();
        assert_eq!(SearchRequest::from_json(&written), Ok(request));
        uses.job(&mut *jobs::serve(&format!("search\n{written}")))
    })
}

/// What the page's worker is asked for.
fn job(bytes: &[u8], uses: &mut Uses) -> bool {
    uses.job(&mut *jobs::serve(&text(bytes)))
}

/// What somebody types: values, and names of nodes, clients and messages.
fn names(bytes: &[u8], uses: &mut Uses) -> bool {
    let text = text(bytes);
    let message: Option<MessageId> = text.parse().ok();
    let end: Option<Endpoint> = text.parse().ok();
    let value = Value::new(&text).ok();
    if let Some(message) = message {
        assert_eq!(message.to_string(), text);
    }
    if let Some(end) = end {
        assert_eq!(end.to_string(), text);
    }
    if let Some(value) = &value {
        uses.show(value.as_str());
        uses.ask_for(value);
    }
    message.is_some() || end.is_some() || value.is_some()
}

fn json(bytes: &[u8], _: &mut Uses) -> bool {
    let text = text(bytes);
    let place = Json::place(&text, "a.1.c.e.1.f.2");
    assert!(place.line >= 1 && place.column >= 1);
    match Json::read(&text) {
        Ok(json) => {
            assert_eq!(Json::read(&json.write()), Ok(json));
            true
        }
        Err(place) => place.line == 0,
    }
}
