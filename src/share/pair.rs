//! Two runs side by side as a file: two scenarios, one seed, and what was done to both or to one.
//! That is all there is to a pair, as scenario, seed and actions are all there is to a run.
//!
//! `{"format":"quorumscope-pair","version":1,"left":{…},"right":{…},"seed":1,"actions":[
//! {"steps":5,"then":{"both":{"crash":"S1"}}},{"then":{"left":{"drop":"S1>S2#3"}}}]}`: five times
//! the earlier of both next events, then S1 crashes on both sides, then a message is dropped on the
//! left.

use super::codec::{self, only};
use super::items::{items, line, read_items};
use super::json::Json;
use super::{ACTIONS_MAX, RunError, VERSION, check_head};
use crate::protocol::Any;
use crate::world::{Action, Scenario};

/// What every such file says it is.
pub const FORMAT: &str = "quorumscope-pair";

/// One of two runs.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Side {
    /// The one that was there first.
    Left,
    /// What it is compared with.
    Right,
}

impl Side {
    /// Both, in order.
    pub const BOTH: [Self; 2] = [Self::Left, Self::Right];

    /// The other one.
    pub fn other(self) -> Self {
        match self {
            Self::Left => Self::Right,
            Self::Right => Self::Left,
        }
    }

    /// The word for it in files and in names on the page.
    pub fn word(self) -> &'static str {
        match self {
            Self::Left => "left",
            Self::Right => "right",
        }
    }
}

/// One thing that was done to a pair.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Deed {
    /// The earlier of both next events; of two at the same time, the left one.
    Next,
    /// Something in the environment of both: it is done wherever it makes sense.
    Both(Action),
    /// Something on one side alone.
    One(Side, Action),
}

/// Two scenarios, a seed and what was done: all there is to a pair.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct PairFile {
    /// What both start from, left and right.
    pub scenarios: [Scenario; 2],
    /// What the random numbers of both follow from.
    pub seed: u32,
    /// What was done.
    pub deeds: Vec<Deed>,
    /// How many of those lie before the cursor.
    pub cursor: usize,
    /// The hashes of both states at the cursor.
    pub hashes: Option<[u64; 2]>,
}

impl PairFile {
    /// The file's text up to its actions, as one JSON object: what grows is only the actions.
    pub fn head_json(&self) -> String {
        Json::Object(self.head()).write()
    }

    fn head(&self) -> Vec<(String, Json)> {
        let [left, right] = &self.scenarios;
        let fields = [
            ("format", FORMAT.into()),
            ("version", VERSION.into()),
            ("left", codec::scenario_json(left)),
            ("right", codec::scenario_json(right)),
            ("seed", self.seed.into()),
        ];
        fields.map(|(key, value)| (key.to_owned(), value)).into()
    }

    /// The file's text.
    pub fn to_json(&self) -> String {
        let mut fields = self.head();
        fields.push(("cursor".into(), Json::Number(self.cursor as u64)));
        if let Some(hashes) = self.hashes {
            let hashes = hashes.map(|hash| Json::Text(format!("{hash:016x}")));
            fields.push(("hashes".into(), Json::list(hashes.into_iter())));
        }
        let deeds = self.deeds.iter();
        fields.push(("actions".into(), items(deeds.map(then))));
        Json::Object(fields).write()
    }

    /// Reads a file's text; what it names exists, but its actions have not been tried.
    ///
    /// # Errors
    ///
    /// Why it is no pair that can be opened; [`RunError::NotARun`] where it is something else.
    pub fn from_json(text: &str) -> Result<Self, RunError> {
        let file = check_head(text, FORMAT)?;
        let items = file.get("actions").and_then(Json::items);
        let deeds = read_items(
            items.ok_or(RunError::BadHead)?,
            &Deed::Next,
            deed,
            ACTIONS_MAX,
        )?;
        let pair = read_head(&file, deeds).ok_or(RunError::BadHead)?;
        for scenario in &pair.scenarios {
            scenario.check().map_err(RunError::Scenario)?;
            Any::open(&scenario.protocol, &scenario.cluster)?;
        }
        Ok(pair)
    }
}

/// One deed as it stands in a file.
pub fn deed_json(deed: &Deed) -> String {
    line(then(deed))
}

/// A deed, unless it is the scheduler's own choice.
fn then(deed: &Deed) -> Option<Json> {
    let (whose, action) = match deed {
        Deed::Next => return None,
        Deed::Both(action) => ("both", action),
        Deed::One(side, action) => (side.word(), action),
    };
    Some(Json::object([(whose, codec::action_json(action))]))
}

fn deed(json: &Json) -> Option<Deed> {
    let [(whose, action)] = json.fields()? else {
        return None;
    };
    let action = codec::action(action).filter(|it| *it != Action::Next)?;
    Some(match whose.as_str() {
        "both" => Deed::Both(action),
        "left" => Deed::One(Side::Left, action),
        "right" => Deed::One(Side::Right, action),
        _ => return None,
    })
}

fn read_head(file: &Json, deeds: Vec<Deed>) -> Option<PairFile> {
    let known = [
        "format", "version", "left", "right", "seed", "cursor", "hashes", "actions",
    ];
    only(file, &known)?;
    let scenario = |side| codec::scenario(file.get(side)?);
    let hash = |json: &Json| u64::from_str_radix(json.text()?, 16).ok();
    let cursor = match file.get("cursor") {
        None => deeds.len(),
        Some(cursor) => (cursor.number()? as usize).min(deeds.len()),
    };
    let hashes = match file.get("hashes") {
        None => None,
        Some(hashes) => match hashes.items()? {
            [left, right] => Some([hash(left)?, hash(right)?]),
            _ => return None,
        },
    };
    Some(PairFile {
        scenarios: [scenario("left")?, scenario("right")?],
        seed: file.get("seed")?.number()?,
        deeds,
        cursor,
        hashes,
    })
}
