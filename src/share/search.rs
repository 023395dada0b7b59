//! A search as a file: a scenario, and how far and what for to search from it. The page sends the
//! same text to its worker.
//!
//! `{"format":"quorumscope-search","version":1,"scenario":{…},"seed":1,"goal":{"lose":"raft.log_matching"},
//! "bounds":{"crashes":1,"timeouts":{"election":3},"commands":[["C1","S1","x"]]}}`

use std::fmt;

use super::codec::{self, map, map_json, optional, parse, small};
use super::json::Json;
use super::{RunError, check_format, check_head};
use crate::check::search::{Bounds, Command, Goal};
use crate::sorted::SortedMap;
use crate::world::Scenario;

/// What every such file says it is.
pub const FORMAT: &str = "quorumscope-search";

/// What a file of several searches, each with a name, says it is.
pub const FORMAT_ALL: &str = "quorumscope-searches";

/// A search that can be begun.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct SearchRequest {
    /// What it starts from: the end of the prepared actions.
    pub scenario: Scenario,
    /// What the random numbers of the prepared actions follow from.
    pub seed: u32,
    /// How far it goes.
    pub bounds: Bounds,
    /// What it looks for.
    pub goal: Goal,
}

/// Why a text is no search that can be begun.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum SearchError {
    /// What could also be wrong with a run: it cannot be read, or its scenario makes no sense.
    File(RunError),
    /// It is something else.
    NotASearch,
    /// This field is not there, or is not what it should be.
    Bad(&'static str),
    /// No search has such a field.
    Unknown(String),
    /// One of several, by its name, and what is wrong with it.
    Of(String, Box<Self>),
}

impl From<RunError> for SearchError {
    fn from(error: RunError) -> Self {
        match error {
            RunError::NotARun => Self::NotASearch,
            RunError::BadHead => Self::Bad("version"),
            other => Self::File(other),
        }
    }
}

impl fmt::Display for SearchError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::File(error) => error.fmt(f),
            Self::NotASearch => write!(f, "this file holds something else than a search"),
            Self::Bad(field) => write!(f, "“{field}” is not what it should be"),
            Self::Unknown(field) => write!(f, "a search has no “{field}”"),
            Self::Of(name, error) => write!(f, "the search “{name}”: {error}"),
        }
    }
}

impl SearchRequest {
    /// The file's text.
    pub fn to_json(&self) -> String {
        let goal = match &self.goal {
            Goal::Nothing => "nothing".into(),
            Goal::Lose(None) => "lose".into(),
            Goal::Reach(condition) => {
                Json::object([("reach", super::condition::to_json(condition))])
            }
            Goal::Lose(Some(id)) => Json::object([("lose", id.as_str().into())]),
        };
        Json::object([
            ("format", FORMAT.into()),
            ("version", super::VERSION.into()),
            ("scenario", codec::scenario_json(&self.scenario)),
            ("seed", self.seed.into()),
            ("goal", goal),
            ("bounds", bounds_json(&self.bounds)),
        ])
        .write()
    }

    /// Reads a file's text.
    ///
    /// # Errors
    ///
    /// Why it is no search that can be begun.
    pub fn from_json(text: &str) -> Result<Self, SearchError> {
        let file = check_head(text, FORMAT)?;
        checked(&file)
    }

    /// Reads a file of several searches, in its order:
    /// `{"format":"quorumscope-searches","version":1,"searches":{"NAME":{…},…}}`.
    ///
    /// # Errors
    ///
    /// Why one of them is no search that can be begun.
    pub fn all_from_json(text: &str) -> Result<Vec<(String, Self)>, SearchError> {
        let file = check_head(text, FORMAT_ALL)?;
        only(&file, &["format", "version", "searches"])?;
        let all = file.get("searches").and_then(Json::fields);
        let one = |(name, request): &(String, Json)| {
            let read = check_format(request, FORMAT).map_err(SearchError::from);
            match read.and_then(|()| checked(request)) {
                Ok(request) => Ok((name.clone(), request)),
                Err(error) => Err(SearchError::Of(name.clone(), Box::new(error))),
            }
        };
        let all = all.ok_or(SearchError::Bad("searches"))?;
        all.iter().map(one).collect()
    }
}

/// A request whose head has been checked.
fn checked(file: &Json) -> Result<SearchRequest, SearchError> {
    let request = read(file)?;
    request.scenario.check().map_err(RunError::Scenario)?;
    let opened = crate::protocol::Any::open(&request.scenario.protocol, &request.scenario.cluster);
    opened.map_err(RunError::from)?;
    Ok(request)
}

/// Whether an object has these fields alone.
fn only(json: &Json, known: &[&'static str]) -> Result<(), SearchError> {
    let mut fields = json.fields().into_iter().flatten();
    match fields.find(|(name, _)| !known.contains(&name.as_str())) {
        Some((name, _)) => Err(SearchError::Unknown(name.clone())),
        None => Ok(()),
    }
}

fn read(file: &Json) -> Result<SearchRequest, SearchError> {
    only(
        file,
        &["format", "version", "scenario", "seed", "goal", "bounds"],
    )?;
    let bad = SearchError::Bad;
    let scenario = file.get("scenario").and_then(codec::scenario);
    let limits = file.get("bounds").filter(|it| it.fields().is_some());
    Ok(SearchRequest {
        scenario: scenario.ok_or(bad("scenario"))?,
        seed: field_of(file, "seed", 1, Json::number)?,
        goal: file.get("goal").and_then(goal).ok_or(bad("goal"))?,
        bounds: bounds(limits.ok_or(bad("bounds"))?)?,
    })
}

/// What is looked for and how far, of a search whose scenario is known already:
/// `{"goal":{…},"bounds":{…}}`. Nodes that are alike count as one.
pub(crate) fn aim(json: &Json) -> Option<(Goal, Bounds)> {
    codec::only(json, &["goal", "bounds"])?;
    let goal = goal(json.get("goal")?)?;
    let limits = json.get("bounds").filter(|it| it.fields().is_some())?;
    let mut bounds = bounds(limits).ok()?;
    bounds.symmetry = true;
    Some((goal, bounds))
}

fn goal(json: &Json) -> Option<Goal> {
    match json.text() {
        Some("nothing") => return Some(Goal::Nothing),
        Some("lose") => return Some(Goal::Lose(None)),
        Some(_) => return None,
        None => {}
    }
    codec::only(json, &["lose", "reach"])?;
    match (json.get("lose"), json.get("reach")) {
        (Some(id), None) => Some(Goal::Lose(Some(id.text()?.into()))),
        (None, Some(condition)) => {
            let condition = super::condition::from_json(condition).ok()?;
            Some(Goal::Reach(condition))
        }
        _ => None,
    }
}

fn bounds_json(bounds: &Bounds) -> Json {
    let number = |number: u8| Json::from(u32::from(number));
    let command = |command: &Command| {
        let to = match command.to {
            Some(node) => codec::name(node),
            None => Json::Null,
        };
        Json::list([codec::name(command.client), to, codec::name(&command.value)].into_iter())
    };
    let mut fields = vec![
        ("crashes", number(bounds.crashes)),
        ("wipes", number(bounds.wipes)),
        ("drops", number(bounds.drops)),
        ("duplicates", number(bounds.duplicates)),
        ("timeouts", map_json(&bounds.timeouts, |it| number(*it))),
        ("retries", number(bounds.retries)),
        ("commands", Json::list(bounds.commands.iter().map(command))),
        ("replies", Json::Bool(bounds.replies)),
        ("skip_idle", Json::Bool(bounds.skip_idle)),
    ];
    if bounds.symmetry {
        fields.push(("symmetry", Json::Bool(true)));
    }
    if let Some(depth) = bounds.depth {
        fields.push(("depth", depth.into()));
    }
    let fields = fields.into_iter();
    Json::Object(fields.map(|(name, it)| (name.to_owned(), it)).collect())
}

fn bounds(json: &Json) -> Result<Bounds, SearchError> {
    let fields = [
        "crashes",
        "wipes",
        "drops",
        "duplicates",
        "timeouts",
        "retries",
        "commands",
        "replies",
        "skip_idle",
        "symmetry",
        "depth",
    ];
    only(json, &fields)?;
    let number = |field| field_of(json, field, 0, small);
    let flag = |field| {
        field_of(json, field, false, |it| match it {
            Json::Bool(flag) => Some(*flag),
            _ => None,
        })
    };
    Ok(Bounds {
        crashes: number("crashes")?,
        wipes: number("wipes")?,
        drops: number("drops")?,
        duplicates: number("duplicates")?,
        timeouts: field_of(json, "timeouts", SortedMap::new(), |it| map(it, small))?,
        retries: number("retries")?,
        commands: field_of(json, "commands", Vec::new(), |list| {
            list.items()?.iter().map(command).collect()
        })?,
        replies: flag("replies")?,
        skip_idle: flag("skip_idle")?,
        symmetry: flag("symmetry")?,
        depth: field_of(json, "depth", None, |it| Some(Some(it.number()?)))?,
    })
}

/// A field that may be missing, but not be wrong.
fn field_of<T>(
    json: &Json,
    field: &'static str,
    default: T,
    read: impl FnOnce(&Json) -> Option<T>,
) -> Result<T, SearchError> {
    optional(json, field, default, read).ok_or(SearchError::Bad(field))
}

fn command(json: &Json) -> Option<Command> {
    let [client, to, value] = json.items()? else {
        return None;
    };
    Some(Command {
        client: parse(client)?,
        to: match to {
            Json::Null => None,
            other => Some(parse(other)?),
        },
        value: crate::protocol::Value::new(value.text()?).ok()?,
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::protocol::{ClientId, NodeId, Value};

    /// What is written reads back the same, every field of it, and what is wrong is refused.
    #[test]
    fn round_trip() {
        let value = Value::new("x").unwrap();
        let command = |to| Command {
            client: ClientId(1),
            to,
            value: value.clone(),
        };
        let request = SearchRequest {
            scenario: Scenario::of("raft", 3),
            seed: 7,
            bounds: Bounds {
                crashes: 1,
                wipes: 2,
                drops: 3,
                duplicates: 4,
                timeouts: SortedMap::from([("election".into(), 5)]),
                retries: 6,
                commands: vec![command(None), command(Some(NodeId(2)))],
                replies: true,
                skip_idle: true,
                symmetry: true,
                depth: Some(9),
            },
            goal: Goal::Lose(Some("raft.election_safety".into())),
        };
        let text = request.to_json();
        assert_eq!(SearchRequest::from_json(&text), Ok(request.clone()));
        let reach = r#"{"count":{"role":"leader","at_least":2}}"#;
        let reach = crate::share::condition::read(reach).unwrap();
        for goal in [Goal::Nothing, Goal::Lose(None), Goal::Reach(reach)] {
            let request = SearchRequest {
                goal,
                ..request.clone()
            };
            assert_eq!(SearchRequest::from_json(&request.to_json()), Ok(request));
        }
        for (from, to, says) in [
            ("\"crashes\"", "\"crushes\"", "a search has no “crushes”"),
            (
                "\"crashes\":1",
                "\"crashes\":\"1\"",
                "“crashes” is not what",
            ),
            (
                "\"election\":5",
                "\"election\":500",
                "“timeouts” is not what",
            ),
            (
                "\"goal\":{\"lose\"",
                "\"goal\":{\"win\"",
                "“goal” is not what",
            ),
            ("\"seed\":7", "\"seed\":true", "“seed” is not what"),
            ("\"bounds\"", "\"limits\"", "a search has no “limits”"),
            ("\"version\":1", "\"version\":9", "the file has version 9"),
            ("\"raft\"", "\"craft\"", "there is no protocol “craft”"),
            (
                "quorumscope-search",
                "quorumscope-run",
                "something else than a search",
            ),
            ("}", "", "not JSON from line 1"),
        ] {
            assert!(text.contains(from), "{from} is not in {text}");
            let wrong = SearchRequest::from_json(&text.replacen(from, to, 1));
            let error = wrong.expect_err(to).to_string();
            assert!(error.contains(says), "{error}");
        }
    }

    /// A file of several gives each with its name, in order; one that is wrong spoils them all.
    #[test]
    fn several_in_one_file() {
        let request = |nodes| SearchRequest {
            scenario: Scenario::of("raft", nodes),
            seed: 1,
            bounds: Bounds::default(),
            goal: Goal::Lose(None),
        };
        let file = |searches: &str| {
            format!(r#"{{"format":"{FORMAT_ALL}","version":1,"searches":{{{searches}}}}}"#)
        };
        let (three, five) = (request(3), request(5));
        let pair = format!(r#""b":{},"a":{}"#, three.to_json(), five.to_json());
        let text = file(&pair);
        let all = SearchRequest::all_from_json(&text);
        assert_eq!(all, Ok(vec![("b".into(), three), ("a".into(), five)]));
        assert_eq!(SearchRequest::all_from_json(&file("")), Ok(Vec::new()));
        let of = |name: &str, error| SearchError::Of(name.into(), Box::new(error));
        for (from, to, error) in [
            (FORMAT_ALL, FORMAT, SearchError::NotASearch),
            (
                "\"version\":1,\"searches\"",
                "\"searches\"",
                SearchError::Bad("version"),
            ),
            (
                "\"searches\"",
                "\"search\"",
                SearchError::Unknown("search".into()),
            ),
            (
                "\"quorumscope-search\"",
                "\"other\"",
                of("b", SearchError::NotASearch),
            ),
            (
                "\"seed\"",
                "\"weed\"",
                of("b", SearchError::Unknown("weed".into())),
            ),
        ] {
            assert!(text.contains(from), "{from}");
            let wrong = text.replacen(from, to, 1);
            assert_eq!(SearchRequest::all_from_json(&wrong), Err(error), "{from}");
        }
        let wrong = text.replacen("\"nodes\":3", "\"nodes\":200", 1);
        let error = SearchRequest::all_from_json(&wrong).expect_err("no cluster has 200");
        assert_eq!(
            error.to_string(),
            "the search “b”: 200 nodes: a cluster has 1 to 32"
        );
    }
}
