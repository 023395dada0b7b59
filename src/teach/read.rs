//! Reading lessons, challenges and the course, strictly: what is wrong is told with its file and line.
//!
//! A lesson is
//! `{"format":"quorumscope-lesson","version":1,"minutes":5,"scenario":{…},"seed":1,"beats":[…]}`, and
//! a beat `{"text":"KEY", "args":{…}, "rule":{"left":…,"right":…}, "point":[…], "does":[…],
//! "asks":[…], "until":…, "links":["https://…"]}`, of which only `text` has to be there.
//!
//! A challenge is `{"format":"quorumscope-challenge","version":1,"scenario":{…},"seed":1,"goals":[…],
//! "never":…,"allow":["delay",…],"hints":2,"search":{"goal":…,"bounds":…}}`: conditions that have to
//! come about one after the other, one that must not come about before they have, the actions that may
//! be used for it, by their names in a run's file, and what the lab can look for itself, as in a
//! search's file ([`crate::share::search`]).
//!
//! | where | form | what it is |
//! | --- | --- | --- |
//! | `args`, `rule` | `{"node":"S1","field":"promised"}` | a variable of a node |
//! | | `{"node":"S1","tally":"votes"}` | how many said yes |
//! | | `{"node":"S1","needed":"votes"}` | how many are needed |
//! | | `{"message":"Prepare","from":"S1","to":"S2","field":"ballot"}` | what is in a message under way |
//! | | `{"weighed":"raft.request_vote.log","side":"left"}` | what a rule weighed in the last step |
//! | `point` | `{"node":"S1"}`, `{"client":"C1"}`, `{"link":["S1","S2"]}` | |
//! | | `{"message":"Prepare","to":"S2"}`, `{"cell":["S1",2]}` | |
//! | | `{"panel":"why"}`, `{"control":"step"}` | |
//! | | `{"control":"counts"}` | what both sides of a comparison cost |
//! | `does` | `{"steps":5}`, `{"to":CONDITION}`, `{"act":ACTION}` | |
//! | | `{"compare":"raft"}` | a comparison with that protocol, in the last beat alone |
//! | `asks` | actions | as in a run's file |
//! | `until` | a condition | as in [`crate::share::condition`] |

use super::lesson::{
    Arg, Beat, CONTROLS, Deed, FileError, Lesson, PANELS, Point, Side, Wanted, Weighing,
};
use super::{Challenge, Course, Explained, Glossary, Part};
use crate::check::condition::Condition;
use crate::protocol::registry::PROTOCOLS;
use crate::protocol::{Any, NodeId};
use crate::share::json::{BadJson, Json};
use crate::share::reading::{Object, Problem, Read, error, id, inside, name, number, text, word};
use crate::share::search::{self, SearchRequest};
use crate::share::{VERSION, codec, condition};
use crate::view::compare::{Rival, rivals};
use crate::world::{Action, Scenario};

/// What every lesson's file says it is.
const FORMAT: &str = "quorumscope-lesson";

impl Lesson {
    /// Reads a lesson's file.
    ///
    /// # Errors
    ///
    /// Where and why it is no lesson.
    pub fn read(file: &str, text: &str) -> Result<Self, FileError> {
        whole(file, text, lesson)
    }
}

/// What every challenge's file says it is.
const FORMAT_CHALLENGE: &str = "quorumscope-challenge";

/// Reads a challenge's file.
pub(super) fn challenge(file: &str, source: &str) -> Result<Challenge, FileError> {
    whole(file, source, |json| {
        let known = [
            "format", "version", "scenario", "seed", "goals", "never", "allow", "hints", "search",
        ];
        let object = Object::new(json, "", &known)?;
        head(&object, FORMAT_CHALLENGE)?;
        let (scenario, seed) = (
            object.required("scenario", scenario)?,
            object.required("seed", number)?,
        );
        let aim = object.optional("search", |it, at| {
            search::aim(it).ok_or(error(at, Problem::BadValue))
        })?;
        let challenge = Challenge {
            search: aim.map(|(goal, bounds)| SearchRequest {
                scenario: scenario.clone(),
                seed,
                bounds,
                goal,
            }),
            scenario,
            seed,
            goals: object.required("goals", |it, at| list(it, at, condition::condition))?,
            never: object.optional("never", condition::condition)?,
            allow: all(&object, "allow", text)?,
            hints: object.required("hints", number)?,
        };
        match challenge.goals.is_empty() {
            true => Err(error("goals", Problem::BadValue)),
            false => Ok(challenge),
        }
    })
}

/// Checks what a file says it is, and its version.
fn head(object: &Object<'_>, format: &'static str) -> Read<()> {
    object.required("format", |it, at| word(it, at, &[(format, ())]))?;
    match object.required("version", number)? > VERSION {
        true => Err(error("version", Problem::BadValue)),
        false => Ok(()),
    }
}

/// Reads the course's file.
pub(super) fn course(file: &str, text: &str) -> Result<Course, FileError> {
    whole(file, text, |json| {
        let object = Object::new(json, "", &["parts"])?;
        let parts = object.required("parts", |it, at| list(it, at, part))?;
        Ok(Course { parts })
    })
}

/// Reads the glossary's file.
pub(super) fn glossary(file: &str, source: &str) -> Result<Glossary, FileError> {
    whole(file, source, |json| {
        let object = Object::new(json, "", &["terms", "questions"])?;
        Ok(Glossary {
            terms: all(&object, "terms", explained)?,
            questions: all(&object, "questions", explained)?,
        })
    })
}

fn explained(json: &Json, at: &str) -> Read<Explained> {
    let object = Object::new(json, at, &["key", "lesson", "beat"])?;
    Ok(Explained {
        key: object.required("key", text)?,
        lesson: object.required("lesson", text)?,
        beat: object.required("beat", text)?,
    })
}

fn part(json: &Json, at: &str) -> Read<Part> {
    let object = Object::new(json, at, &["title", "items"])?;
    Ok(Part {
        title: object.required("title", text)?,
        items: object.required("items", |it, at| list(it, at, text))?,
    })
}

/// Reads a whole file, and finds the line of what is wrong in it.
fn whole<T>(file: &str, text: &str, read: impl FnOnce(&Json) -> Read<T>) -> Result<T, FileError> {
    let failed = |place: BadJson, problem: String| FileError {
        file: file.to_owned(),
        place,
        problem,
    };
    let json = Json::read(text).map_err(|place| failed(place, "not JSON from here on".into()))?;
    read(&json).map_err(|error| failed(Json::place(text, &error.at), error.to_string()))
}

fn list<T>(json: &Json, at: &str, read: impl Fn(&Json, &str) -> Read<T>) -> Read<Vec<T>> {
    let items = json.items().ok_or(error(at, Problem::BadValue))?;
    let items = items.iter().enumerate();
    items
        .map(|(position, item)| read(item, &inside(at, &(position + 1).to_string())))
        .collect()
}

fn lesson(json: &Json) -> Read<Lesson> {
    let known = ["format", "version", "minutes", "scenario", "seed", "beats"];
    let object = Object::new(json, "", &known)?;
    head(&object, FORMAT)?;
    let lesson = Lesson {
        scenario: object.required("scenario", scenario)?,
        seed: object.required("seed", number)?,
        minutes: object.required("minutes", number)?,
        beats: object.required("beats", |it, at| list(it, at, beat))?,
    };
    if lesson.beats.is_empty() {
        return Err(error("beats", Problem::BadValue));
    }
    compares(&lesson)?;
    Ok(lesson)
}

/// A comparison is opened where nothing more of the lesson comes, since a lesson moves one run, and
/// with what the run can be compared with.
fn compares(lesson: &Lesson) -> Read<()> {
    let rivals = rivals(&lesson.scenario);
    for (place, beat) in lesson.beats.iter().enumerate() {
        let Some(key) = beat.compares() else { continue };
        let is_last = place + 1 == lesson.beats.len();
        if !(is_last && rivals.contains(&Rival::Protocol(key))) {
            let at = format!("beats.{}.does", place + 1);
            return Err(error(&at, Problem::BadValue));
        }
    }
    Ok(())
}

/// A scenario that can be opened.
fn scenario(json: &Json, at: &str) -> Read<Scenario> {
    let bad = || error(at, Problem::BadValue);
    let scenario = codec::scenario(json).ok_or_else(bad)?;
    scenario.check().map_err(|_| bad())?;
    Any::open(&scenario.protocol, &scenario.cluster).map_err(|_| bad())?;
    Ok(scenario)
}

fn beat(json: &Json, at: &str) -> Read<Beat> {
    let known = [
        "text", "args", "rule", "point", "does", "asks", "until", "links",
    ];
    let object = Object::new(json, at, &known)?;
    Ok(Beat {
        text: object.required("text", text)?,
        args: object.optional("args", args)?.unwrap_or_default(),
        rule: object.optional("rule", weighing)?,
        points: all(&object, "point", point)?,
        does: all(&object, "does", deed)?,
        asks: all(&object, "asks", action)?,
        until: object.optional("until", condition::condition)?,
        links: all(&object, "links", address)?,
    })
}

/// The address of a page on another site, which can be shown as it is.
fn address(json: &Json, at: &str) -> Read<String> {
    let address = text(json, at)?;
    let plain = address.bytes().all(|byte| byte.is_ascii_graphic());
    match plain && address.starts_with("https://") {
        true => Ok(address),
        false => Err(error(at, Problem::BadValue)),
    }
}

/// The items of a field; none where it is missing.
fn all<T>(object: &Object<'_>, field: &str, read: impl Fn(&Json, &str) -> Read<T>) -> Read<Vec<T>> {
    let items = object.optional(field, |it, at| list(it, at, &read))?;
    Ok(items.unwrap_or_default())
}

fn action(json: &Json, at: &str) -> Read<Action> {
    codec::action(json).ok_or(error(at, Problem::BadValue))
}

fn deed(json: &Json, at: &str) -> Read<Deed> {
    let object = Object::new(json, at, &["steps", "to", "act", "compare"])?;
    let steps = object.optional("steps", number)?;
    let to: Option<Condition> = object.optional("to", condition::condition)?;
    let act = object.optional("act", action)?;
    let keys: Vec<_> = PROTOCOLS.iter().map(|it| (it.key, it.key)).collect();
    let compare = object.optional("compare", |it, at| word(it, at, &keys))?;
    match (steps, to, act, compare) {
        (Some(steps), None, None, None) => Ok(Deed::Steps(steps)),
        (None, Some(to), None, None) => Ok(Deed::To(to)),
        (None, None, Some(act), None) => Ok(Deed::Act(act)),
        (None, None, None, Some(key)) => Ok(Deed::Compare(key)),
        _ => Err(error(at, Problem::NoKind)),
    }
}

fn args(json: &Json, at: &str) -> Read<Vec<(String, Arg)>> {
    let fields = json.fields().ok_or(error(at, Problem::BadValue))?;
    let fields = fields.iter();
    fields
        .map(|(name, it)| Ok((name.clone(), arg(it, &inside(at, name))?)))
        .collect()
}

fn weighing(json: &Json, at: &str) -> Read<Weighing> {
    let object = Object::new(json, at, &["left", "right"])?;
    Ok(Weighing {
        left: object.required("left", arg)?,
        right: object.required("right", arg)?,
    })
}

fn arg(json: &Json, at: &str) -> Read<Arg> {
    if json.get("weighed").is_some() {
        let object = Object::new(json, at, &["weighed", "side"])?;
        let sides = [("left", Side::Left), ("right", Side::Right)];
        return Ok(Arg::Weighed(
            object.required("weighed", rule)?,
            object.required("side", |it, at| word(it, at, &sides))?,
        ));
    }
    if json.get("message").is_some() {
        let object = Object::new(json, at, &["message", "from", "to", "field"])?;
        return Ok(Arg::Message(
            wanted(&object)?,
            object.required("field", text)?,
        ));
    }
    let object = Object::new(json, at, &["node", "field", "tally", "needed"])?;
    let node = object.required("node", name::<NodeId>)?;
    if let Some(tally) = object.optional("tally", text)? {
        return Ok(Arg::Tally(node, tally));
    }
    if let Some(tally) = object.optional("needed", text)? {
        return Ok(Arg::Needed(node, tally));
    }
    Ok(Arg::Field(node, object.required("field", text)?))
}

fn rule(json: &Json, at: &str) -> Read<String> {
    id(json, at, |id| {
        let mut rules = PROTOCOLS.iter().flat_map(|about| about.rules);
        rules.any(|rule| rule.id == id)
    })
}

fn wanted(object: &Object<'_>) -> Read<Wanted> {
    Ok(Wanted {
        name: object.required("message", text)?,
        from: object.optional("from", name)?,
        to: object.optional("to", name)?,
    })
}

fn point(json: &Json, at: &str) -> Read<Point> {
    if json.get("message").is_some() {
        let object = Object::new(json, at, &["message", "from", "to"])?;
        return Ok(Point::Message(wanted(&object)?));
    }
    let Some([(kind, about)]) = json.fields() else {
        return Err(error(at, Problem::NoKind));
    };
    let at = inside(at, kind);
    let pair = || match about.items() {
        Some([a, b]) => Ok((a, b)),
        _ => Err(error(&at, Problem::BadValue)),
    };
    let one_of = |all: &[&'static str]| {
        let words: Vec<_> = all.iter().map(|word| (*word, *word)).collect();
        word(about, &at, &words)
    };
    Ok(match kind.as_str() {
        "node" | "client" => Point::End(name(about, &at)?),
        "link" => Point::Link(name(pair()?.0, &at)?, name(pair()?.1, &at)?),
        "cell" => Point::Cell(name(pair()?.0, &at)?, number(pair()?.1, &at)?),
        "panel" => Point::Panel(one_of(&PANELS)?),
        "control" => Point::Control(one_of(&CONTROLS)?),
        _ => return Err(error(&at, Problem::UnknownField(kind.clone()))),
    })
}
