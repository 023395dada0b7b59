//! A run as a file: readable JSON, lossless both ways, and read with suspicion.
//!
//! `{"format":"quorumscope-run","version":1,…,"actions":[{"steps":5,"then":{"drop":"S1>S2#3"}}]}`:
//! five of the scheduler's own choices, then a message is dropped.

use super::codec;
use super::items::{items, read_items, then};
use super::json::Json;
use super::pin::{self, PINS_MAX, Pin};
use super::tree::Tree;
use super::{ACTIONS_MAX, ENGINE, FORMAT, RunError, Trail, VERSION, check_format, parse};
use crate::protocol::Any;
use crate::world::{Action, Scenario};

/// Scenario, seed and actions: all there is to a run.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Run {
    /// The engine that it was made with.
    pub engine: u32,
    /// What it starts from.
    pub scenario: Scenario,
    /// What its random numbers follow from.
    pub seed: u32,
    /// What was done.
    pub actions: Vec<Action>,
    /// How many actions lie before the cursor.
    pub cursor: usize,
    /// The hash of the state at the cursor, to tell whether this engine sees the same.
    pub hash: Option<u64>,
    /// Notes that people have pinned to its moments, in their order; a file has them, a link not.
    pub pins: Vec<Pin>,
    /// What the engine that made it saw on the way.
    pub trail: Trail,
    /// Its branches, where there are several or the one has a name; a file has them, a link not.
    pub tree: Option<Tree>,
}

impl Run {
    /// A run in which nothing has been done.
    pub fn new(scenario: Scenario, seed: u32) -> Self {
        Self {
            engine: ENGINE,
            scenario,
            seed,
            actions: Vec::new(),
            cursor: 0,
            hash: None,
            pins: Vec::new(),
            trail: Trail::default(),
            tree: None,
        }
    }

    fn head(&self) -> Vec<(String, Json)> {
        let fields = [
            ("format", FORMAT.into()),
            ("version", VERSION.into()),
            ("engine", self.engine.into()),
            ("scenario", codec::scenario_json(&self.scenario)),
            ("seed", self.seed.into()),
        ];
        fields.map(|(key, value)| (key.to_owned(), value)).into()
    }

    /// The file's text.
    pub fn to_json(&self) -> String {
        self.json().write()
    }

    pub(super) fn json(&self) -> Json {
        let mut fields = self.head();
        let cursor = Json::Number(self.cursor as u64);
        fields.push(("cursor".into(), cursor));
        if let Some(hash) = self.hash {
            let hash = Json::Text(format!("{hash:016x}"));
            fields.push(("hash".into(), hash));
        }
        if let Some(trail) = self.trail.hex() {
            fields.push(("trail".into(), Json::Text(trail)));
        }
        let actions = self.actions.iter();
        fields.push(("actions".into(), items(actions.map(then))));
        if cfg!(feature = "full") && !self.pins.is_empty() {
            let notes = Json::list(self.pins.iter().map(Pin::to_json));
            fields.push(("notes".into(), notes));
        }
        if cfg!(feature = "full")
            && let Some(tree) = &self.tree
        {
            fields.push(("branches".into(), tree.json()));
        }
        Json::Object(fields)
    }

    /// The file's text up to its actions, as one JSON object: what grows is only the actions.
    pub fn head_json(&self) -> String {
        Json::Object(self.head()).write()
    }

    /// Reads a file's text; what it names exists, but its actions have not been tried.
    pub fn from_json(text: &str) -> Result<Self, RunError> {
        Self::of_json(&parse(text)?, ACTIONS_MAX)
    }

    /// The same of a file inside another, with no more actions than there is room for.
    pub(super) fn of_json(file: &Json, room: usize) -> Result<Self, RunError> {
        check_format(file, FORMAT)?;
        let items = file.get("actions").and_then(Json::items);
        let actions = read_items(
            items.ok_or(RunError::BadHead)?,
            &Action::Next,
            codec::action,
            room,
        )?;
        let mut run = read_head(file, actions).ok_or(RunError::BadHead)?;
        if cfg!(feature = "full") {
            let pins = pin::read(file.get("notes"), 0..=run.actions.len(), PINS_MAX);
            run.pins = pins.map_err(RunError::BadNote)?;
            if let Some(branches) = file.get("branches") {
                let room = room - run.actions.len();
                run.tree = Some(Tree::read(branches, &run, room)?);
            }
        }
        run.scenario.check().map_err(RunError::Scenario)?;
        Any::open(&run.scenario.protocol, &run.scenario.cluster)?;
        Ok(run)
    }
}

fn read_head(file: &Json, actions: Vec<Action>) -> Option<Run> {
    let cursor = match file.get("cursor") {
        None => actions.len(),
        Some(cursor) => (cursor.number()? as usize).min(actions.len()),
    };
    let hash = match file.get("hash") {
        None => None,
        Some(hash) => Some(u64::from_str_radix(hash.text()?, 16).ok()?),
    };
    let trail = match file.get("trail") {
        None => Trail::default(),
        Some(trail) => Trail::from_hex(trail.text()?).filter(|it| it.fits(actions.len()))?,
    };
    Some(Run {
        engine: codec::optional(file, "engine", ENGINE, Json::number)?,
        scenario: codec::scenario(file.get("scenario")?)?,
        seed: file.get("seed")?.number()?,
        actions,
        cursor,
        hash,
        pins: Vec::new(),
        trail,
        tree: None,
    })
}

#[cfg(test)]
mod tests {
    use super::super::{FILE_BYTES_MAX, ITEMS_MAX, action_json, link};
    use super::*;
    use crate::protocol::{ClientId, Endpoint, NodeId, RangeMs, Value};
    use crate::sorted::SortedSet;
    use crate::world::{Behaviour, Network, Trigger};

    /// Every kind of action, with every kind of argument.
    fn every_action() -> Vec<Action> {
        let message = |text: &str| text.parse().unwrap();
        let (s1, s2) = (NodeId(1), NodeId(2));
        let (end1, end2) = (Endpoint::Node(s1), Endpoint::Client(ClientId(1)));
        let value = Value::new("x=\"1\" \\ 值").unwrap();
        vec![
            Action::Next,
            Action::Next,
            Action::Advance(7),
            Action::Deliver(message("S1>S2#1")),
            Action::Drop(message("C1>S2#1.3")),
            Action::Duplicate(message("S1>C2#1")),
            Action::Delay(message("S1>S2#1"), 50),
            Action::Hold(message("S1>S2#1")),
            Action::Release(message("S1>S2#1")),
            Action::Fire(end1, "election".into()),
            Action::Crash(s1),
            Action::CrashBeforeSend(Trigger::Deliver(message("S1>S2#1"))),
            Action::CrashBeforeSend(Trigger::Fire(s2, "retry".into())),
            Action::Restart(s1),
            Action::Wipe(s1),
            Action::Pause(s1),
            Action::Resume(s1),
            Action::Clock(s1, 500),
            Action::Cut(end1, end2),
            Action::Mend(end1, end2),
            Action::Partition(vec![SortedSet::from([s1]), SortedSet::from([s2])]),
            Action::Heal,
            Action::Links(Network {
                latency: RangeMs::new(1, 2),
                reorder: false,
                cut: SortedSet::from([(end1, end2)]),
                ..Network::default()
            }),
            Action::Submit {
                client: ClientId(1),
                to: None,
                value: value.clone(),
            },
            Action::Submit {
                client: ClientId(1),
                to: Some(s2),
                value,
            },
            Action::Align,
            Action::Spread,
            Action::AddMachine,
            Action::Links(Network::default().with(
                Some((end1, end2)),
                Behaviour {
                    latency: RangeMs::new(3, 4),
                    loss_permille: 5,
                    duplicate_permille: 6,
                    reorder: false,
                },
            )),
            Action::Next,
        ]
    }

    fn sample() -> Run {
        let mut scenario = Scenario::of("raft", 5);
        scenario.cluster.variants = SortedSet::from(["no_op".to_owned()]);
        let election = ("election".to_owned(), RangeMs::new(10, 20));
        scenario.cluster.timing = [election].into();
        scenario.prepared = vec![Action::Next, Action::Align];
        Run {
            actions: every_action(),
            cursor: 4,
            hash: Some(0x0123),
            pins: vec![Pin::new(2, "here it begins").unwrap()],
            trail: Trail(vec![7; Trail::places(every_action().len()).count()]),
            ..Run::new(scenario, 7)
        }
    }

    /// Lists that would take for ever to sort are refused, whatever is in them.
    #[test]
    fn long_lists_are_refused() {
        let file = |scenario: &str| {
            let text = format!(
                r#"{{"format":"{FORMAT}","version":1,"scenario":{scenario},"seed":1,"actions":[]}}"#
            );
            Run::from_json(&text).map(|_| ())
        };
        let plain = r#"{"protocol":"raft","cluster":{"nodes":5},"network":{"cut":[]}}"#;
        assert_eq!(file(plain), Ok(()));
        let ways = vec![r#"["S1","S2"]"#; ITEMS_MAX + 1].join(",");
        let cut = plain.replace("[]", &format!("[{ways}]"));
        assert_eq!(file(&cut), Err(RunError::BadHead));
        let roles: Vec<String> = (0..=ITEMS_MAX).map(|it| format!("\"{it}\":[]")).collect();
        let roles = format!("\"nodes\":5,\"roles\":{{{}}}", roles.join(","));
        let roles = plain.replace("\"nodes\":5", &roles);
        assert_eq!(file(&roles), Err(RunError::BadHead));
    }

    /// A file reads back as the run that wrote it, whole and as the growing head with actions.
    #[test]
    fn files_are_lossless() {
        let run = sample();
        assert_eq!(Run::from_json(&run.to_json()), Ok(run.clone()));
        let lines: Vec<String> = run.actions.iter().map(action_json).collect();
        let head = run.head_json();
        let head = head.strip_suffix('}').unwrap();
        let grown = format!("{head},\"actions\":[{}]}}", lines.join(","));
        let grown = Run::from_json(&grown).unwrap();
        assert_eq!(grown.actions, run.actions);
        assert_eq!(grown.scenario, run.scenario);
    }

    /// A link reads back as the run that made it, with every kind of action, but without notes.
    #[test]
    fn links_are_lossless() {
        let mut run = sample();
        run.pins.clear();
        let link = link::write(&run).unwrap();
        assert_eq!(link::read(&link), Ok(run));
    }

    /// Roles are kept too; only Paxos has them.
    #[test]
    fn roles_are_kept() {
        let mut run = Run::new(Scenario::of("paxos", 3), 1);
        let players = SortedSet::from([NodeId(2), NodeId(3)]);
        run.scenario.cluster.roles = [("acceptor".to_owned(), players)].into();
        assert_eq!(Run::from_json(&run.to_json()), Ok(run));
    }

    /// Each kind of bad file has its own answer.
    #[test]
    fn bad_files_are_told_apart() {
        let good = sample().to_json();
        let read = |text: &str| Run::from_json(text).unwrap_err();
        let but = |from: &str, to: &str| {
            assert!(good.contains(from), "{from} in {good}");
            read(&good.replacen(from, to, 1))
        };
        assert!(matches!(read(""), RunError::Malformed(_)));
        assert!(matches!(
            read(&good[..good.len() / 2]),
            RunError::Malformed(_)
        ));
        assert_eq!(read("[1,2]"), RunError::NotARun);
        assert_eq!(read("{}"), RunError::NotARun);
        assert_eq!(but("\"version\":1", "\"version\":9"), RunError::Newer(9));
        assert_eq!(
            but("\"steps\":2", "\"steps\":4294967295"),
            RunError::TooManyActions
        );
        assert!(matches!(but("\"raft\"", "\"zab\""), RunError::Scenario(_)));
        assert!(matches!(
            but("\"nodes\":5", "\"nodes\":200"),
            RunError::Scenario(_)
        ));
        assert_eq!(but("\"nodes\":5", "\"nodes\":\"5\""), RunError::BadHead);
        assert_eq!(but("\"nodes\":5", "\"knots\":5"), RunError::BadHead);
        assert_eq!(
            but("{\"advance\":7}", "{\"explode\":7}"),
            RunError::BadAction(1)
        );
        assert_eq!(
            but("{\"advance\":7}", "{\"advance\":\"7\"}"),
            RunError::BadAction(1)
        );
        assert_eq!(but("\"S1>S2#1\"", "\"S1>S2\""), RunError::BadAction(2));
        assert_eq!(but("{\"at\":2", "{\"at\":99"), RunError::BadNote(1));
        assert_eq!(but("\"text\":", "\"html\":"), RunError::BadNote(1));
        let huge = " ".repeat(FILE_BYTES_MAX + 1);
        assert!(matches!(read(&huge), RunError::TooLarge(_)));
    }
}
