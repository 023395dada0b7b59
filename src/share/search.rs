//! A search as a file: a scenario, and how far and what for to search from it. The page sends the
//! same text to its worker.
//!
//! `{"format":"quorumscope-search","version":1,"scenario":{…},"seed":1,"goal":{"lose":"raft.log_matching"},
//! "bounds":{"crashes":1,"timeouts":{"election":3},"commands":[["C1","S1","x"]]}}`

use super::codec::{self, map, map_json, only, optional, parse, small};
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
    pub fn from_json(text: &str) -> Result<Self, RunError> {
        let file = check_head(text, FORMAT)?;
        checked(&file)
    }

    /// Reads a file of several searches, in its order:
    /// `{"format":"quorumscope-searches","version":1,"searches":{"NAME":{…},…}}`.
    ///
    /// # Errors
    ///
    /// Why one of them is no search that can be begun.
    pub fn all_from_json(text: &str) -> Result<Vec<(String, Self)>, RunError> {
        let file = check_head(text, FORMAT_ALL)?;
        let all = only(&file, &["format", "version", "searches"]).and(file.get("searches"));
        let all = all.and_then(Json::fields).ok_or(RunError::BadHead)?;
        let one = |(name, request): &(String, Json)| {
            check_format(request, FORMAT)?;
            Ok((name.clone(), checked(request)?))
        };
        all.iter().map(one).collect()
    }
}

/// A request whose head has been checked.
fn checked(file: &Json) -> Result<SearchRequest, RunError> {
    let request = read(file).ok_or(RunError::BadHead)?;
    request.scenario.check().map_err(RunError::Scenario)?;
    crate::protocol::Any::open(&request.scenario.protocol, &request.scenario.cluster)?;
    Ok(request)
}

fn read(file: &Json) -> Option<SearchRequest> {
    let fields = ["format", "version", "scenario", "seed", "goal", "bounds"];
    only(file, &fields)?;
    Some(SearchRequest {
        scenario: codec::scenario(file.get("scenario")?)?,
        seed: optional(file, "seed", 1, Json::number)?,
        goal: goal(file.get("goal")?)?,
        bounds: bounds(file.get("bounds")?)?,
    })
}

fn goal(json: &Json) -> Option<Goal> {
    match json.text() {
        Some("nothing") => return Some(Goal::Nothing),
        Some("lose") => return Some(Goal::Lose(None)),
        Some(_) => return None,
        None => {}
    }
    only(json, &["lose", "reach"])?;
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

fn bounds(json: &Json) -> Option<Bounds> {
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
    let number = |field| optional(json, field, 0, small);
    let flag = |field| {
        optional(json, field, false, |it| match it {
            Json::Bool(flag) => Some(*flag),
            _ => None,
        })
    };
    Some(Bounds {
        crashes: number("crashes")?,
        wipes: number("wipes")?,
        drops: number("drops")?,
        duplicates: number("duplicates")?,
        timeouts: optional(json, "timeouts", SortedMap::new(), |it| map(it, small))?,
        retries: number("retries")?,
        commands: optional(json, "commands", Vec::new(), |list| {
            list.items()?.iter().map(command).collect()
        })?,
        replies: flag("replies")?,
        skip_idle: flag("skip_idle")?,
        symmetry: flag("symmetry")?,
        depth: optional(json, "depth", None, |it| Some(Some(it.number()?)))?,
    })
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
        let wrong = text.replace("crashes", "crushes");
        assert_eq!(SearchRequest::from_json(&wrong), Err(RunError::BadHead));
        let other = text.replace("quorumscope-search", "quorumscope-run");
        assert_eq!(SearchRequest::from_json(&other), Err(RunError::NotARun));
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
        for (from, to, error) in [
            (FORMAT_ALL, FORMAT, RunError::NotARun),
            (
                "\"version\":1,\"searches\"",
                "\"searches\"",
                RunError::BadHead,
            ),
            ("\"searches\"", "\"search\"", RunError::BadHead),
            ("\"quorumscope-search\"", "\"other\"", RunError::NotARun),
            ("\"seed\"", "\"weed\"", RunError::BadHead),
        ] {
            assert!(text.contains(from), "{from}");
            let wrong = text.replacen(from, to, 1);
            assert_eq!(SearchRequest::all_from_json(&wrong), Err(error), "{from}");
        }
        let wrong = text.replacen("\"nodes\":3", "\"nodes\":200", 1);
        let error = SearchRequest::all_from_json(&wrong);
        assert!(matches!(error, Err(RunError::Scenario(_))), "{error:?}");
    }
}
