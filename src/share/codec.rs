//! Scenarios and actions as JSON, and back: what a person reads in a run's file.

use std::fmt::Display;
use std::str::FromStr;

use super::ITEMS_MAX;
use super::json::Json;
use crate::protocol::{ClientId, Cluster, NodeId, RangeMs, Value};
use crate::sorted::{SortedMap, SortedSet};
use crate::world::{Action, Behaviour, MessageId, Network, Scenario, Trigger, Way};

pub(super) fn name(id: impl Display) -> Json {
    Json::Text(id.to_string())
}

pub(super) fn parse<T: FromStr>(json: &Json) -> Option<T> {
    json.text()?.parse().ok()
}

/// Whether an object has no field but these.
pub(super) fn only(json: &Json, known: &[&str]) -> Option<()> {
    let fields = json.fields()?;
    let all = fields
        .iter()
        .all(|(name, _)| known.contains(&name.as_str()));
    all.then_some(())
}

/// The items of a list that is not too long to be sorted.
fn few(json: &Json) -> Option<&[Json]> {
    json.items().filter(|items| items.len() <= ITEMS_MAX)
}

/// A field that may be missing, but not be wrong.
pub(super) fn optional<T>(
    json: &Json,
    field: &str,
    default: T,
    read: impl FnOnce(&Json) -> Option<T>,
) -> Option<T> {
    match json.get(field) {
        None => Some(default),
        Some(value) => read(value),
    }
}

fn set_json<T: Display + Ord>(items: &SortedSet<T>) -> Json {
    Json::list(items.iter().map(name))
}

fn set<T: FromStr + Ord>(json: &Json) -> Option<SortedSet<T>> {
    few(json)?.iter().map(parse).collect()
}

pub(super) fn map_json<V>(entries: &SortedMap<String, V>, value: impl Fn(&V) -> Json) -> Json {
    let entries = entries.iter();
    Json::Object(entries.map(|(key, it)| (key.clone(), value(it))).collect())
}

pub(super) fn map<V>(
    json: &Json,
    read: impl Fn(&Json) -> Option<V>,
) -> Option<SortedMap<String, V>> {
    let entries = json.fields().filter(|it| it.len() <= ITEMS_MAX)?;
    entries
        .iter()
        .map(|(key, value)| Some((key.clone(), read(value)?)))
        .collect()
}

fn range_json(range: &RangeMs) -> Json {
    Json::object([("min", range.min.into()), ("max", range.max.into())])
}

fn range(json: &Json) -> Option<RangeMs> {
    only(json, &["min", "max"])?;
    Some(RangeMs {
        min: json.get("min")?.number()?,
        max: json.get("max")?.number()?,
    })
}

pub(super) fn scenario_json(scenario: &Scenario) -> Json {
    Json::object([
        ("protocol", name(&scenario.protocol)),
        ("cluster", cluster_json(&scenario.cluster)),
        ("clients", u32::from(scenario.clients).into()),
        ("network", network_json(&scenario.network)),
        (
            "prepared",
            Json::list(scenario.prepared.iter().map(action_json)),
        ),
    ])
}

pub(crate) fn scenario(json: &Json) -> Option<Scenario> {
    let fields = ["protocol", "cluster", "clients", "network", "prepared"];
    only(json, &fields)?;
    let plain = Scenario::of("", 1);
    Some(Scenario {
        protocol: json.get("protocol")?.text()?.into(),
        cluster: cluster(json.get("cluster")?)?,
        clients: optional(json, "clients", plain.clients, small)?,
        network: optional(json, "network", plain.network, network)?,
        prepared: optional(json, "prepared", Vec::new(), |list| {
            list.items()?.iter().map(action).collect()
        })?,
    })
}

pub(super) fn small(json: &Json) -> Option<u8> {
    json.number()?.try_into().ok()
}

fn cluster_json(cluster: &Cluster) -> Json {
    Json::object([
        ("nodes", u32::from(cluster.nodes).into()),
        ("roles", map_json(&cluster.roles, set_json)),
        ("variants", set_json(&cluster.variants)),
        (
            "quorums",
            map_json(&cluster.quorums, |size| u32::from(*size).into()),
        ),
        ("timing", map_json(&cluster.timing, range_json)),
    ])
}

fn cluster(json: &Json) -> Option<Cluster> {
    only(json, &["nodes", "roles", "variants", "quorums", "timing"])?;
    Some(Cluster {
        nodes: small(json.get("nodes")?)?,
        roles: optional(json, "roles", SortedMap::new(), |it| map(it, set))?,
        variants: optional(json, "variants", SortedSet::new(), set)?,
        quorums: optional(json, "quorums", SortedMap::new(), |it| map(it, small))?,
        timing: optional(json, "timing", SortedMap::new(), |it| map(it, range))?,
    })
}

fn network_json(network: &Network) -> Json {
    let cut = network.cut.iter();
    let mut fields = behaviour_fields(&network.common());
    fields.push(("cut".into(), Json::list(cut.map(way_json))));
    // A file without any is read by versions that know of none.
    if cfg!(feature = "full") && !network.apart.is_empty() {
        let apart = network.apart.iter().map(|(way, behaviour)| {
            let mut fields = behaviour_fields(behaviour);
            fields.insert(0, ("link".into(), way_json(way)));
            Json::Object(fields)
        });
        fields.push(("apart".into(), Json::list(apart)));
    }
    Json::Object(fields)
}

fn way_json((from, to): &Way) -> Json {
    Json::list([name(from), name(to)].into_iter())
}

fn way(json: &Json) -> Option<Way> {
    match json.items()? {
        [from, to] => Some((parse(from)?, parse(to)?)),
        _ => None,
    }
}

fn behaviour_fields(behaviour: &Behaviour) -> Vec<(String, Json)> {
    let fields = [
        ("latency", range_json(&behaviour.latency)),
        ("loss_permille", behaviour.loss_permille.into()),
        ("duplicate_permille", behaviour.duplicate_permille.into()),
        ("reorder", Json::Bool(behaviour.reorder)),
    ];
    let own = |(name, value): (&str, Json)| (name.to_owned(), value);
    fields.into_iter().map(own).collect()
}

/// What is not said of a behaviour is as `plain` has it.
fn behaviour(json: &Json, plain: Behaviour) -> Option<Behaviour> {
    Some(Behaviour {
        latency: optional(json, "latency", plain.latency, range)?,
        loss_permille: optional(json, "loss_permille", plain.loss_permille, Json::number)?,
        duplicate_permille: {
            let plain = plain.duplicate_permille;
            optional(json, "duplicate_permille", plain, Json::number)?
        },
        reorder: optional(json, "reorder", plain.reorder, |it| match it {
            Json::Bool(reorder) => Some(*reorder),
            _ => None,
        })?,
    })
}

/// The fields of a behaviour.
const BEHAVIOUR: [&str; 4] = ["latency", "loss_permille", "duplicate_permille", "reorder"];

fn network(json: &Json) -> Option<Network> {
    only(json, &[&BEHAVIOUR[..], &["cut", "apart"]].concat())?;
    let plain = Network::default();
    let common = behaviour(json, plain.common())?;
    let mut network = plain.with(None, common);
    network.cut = optional(json, "cut", plain.cut, |list| {
        few(list)?.iter().map(way).collect()
    })?;
    if cfg!(feature = "full") {
        let one = |json: &Json| {
            only(json, &[&BEHAVIOUR[..], &["link"]].concat())?;
            Some((way(json.get("link")?)?, behaviour(json, common)?))
        };
        network.apart = optional(json, "apart", SortedMap::new(), |list| {
            few(list)?.iter().map(one).collect()
        })?;
    }
    Some(network)
}

/// An action: its name alone, or an object of one field whose value is what it is about.
pub(super) fn action_json(action: &Action) -> Json {
    let pair = |a: Json, b: Json| Json::list([a, b].into_iter());
    let (key, about) = match action {
        Action::Next => return "next".into(),
        Action::Heal => return "heal".into(),
        Action::Align => return "align".into(),
        Action::Spread => return "spread".into(),
        Action::AddMachine => return "add_machine".into(),
        Action::Advance(ms) => ("advance", (*ms).into()),
        Action::Deliver(id) => ("deliver", name(id)),
        Action::Drop(id) => ("drop", name(id)),
        Action::Duplicate(id) => ("duplicate", name(id)),
        Action::Delay(id, ms) => ("delay", pair(name(id), (*ms).into())),
        Action::Hold(id) => ("hold", name(id)),
        Action::Release(id) => ("release", name(id)),
        Action::Fire(end, timer) => ("fire", pair(name(end), name(timer))),
        Action::Crash(id) => ("crash", name(id)),
        Action::CrashBeforeSend(Trigger::Deliver(id)) => ("crash_before_send", name(id)),
        Action::CrashBeforeSend(Trigger::Fire(id, timer)) => {
            ("crash_before_send", pair(name(id), name(timer)))
        }
        Action::Restart(id) => ("restart", name(id)),
        Action::Wipe(id) => ("wipe", name(id)),
        Action::Pause(id) => ("pause", name(id)),
        Action::Resume(id) => ("resume", name(id)),
        Action::Clock(id, permille) => ("clock", pair(name(id), (*permille).into())),
        Action::Cut(from, to) => ("cut", pair(name(from), name(to))),
        Action::Mend(from, to) => ("mend", pair(name(from), name(to))),
        Action::Partition(groups) => {
            let groups = groups.iter().map(set_json);
            ("partition", Json::list(groups))
        }
        Action::Links(network) => ("links", network_json(network)),
        Action::Submit { client, to, value } => {
            let to = to.map_or(Json::Null, name);
            let about = [name(client), to, name(value)];
            ("submit", Json::list(about.into_iter()))
        }
    };
    Json::object([(key, about)])
}

pub(crate) fn action(json: &Json) -> Option<Action> {
    if let Some(name) = json.text() {
        return match name {
            "next" => Some(Action::Next),
            "heal" => Some(Action::Heal),
            "align" => Some(Action::Align),
            "spread" => Some(Action::Spread),
            "add_machine" => Some(Action::AddMachine),
            _ => None,
        };
    }
    let [(key, about)] = json.fields()? else {
        return None;
    };
    let pair = || match about.items()? {
        [a, b] => Some((a, b)),
        _ => None,
    };
    let message = || parse::<MessageId>(about);
    let node = || parse::<NodeId>(about);
    Some(match key.as_str() {
        "advance" => Action::Advance(about.number()?),
        "deliver" => Action::Deliver(message()?),
        "drop" => Action::Drop(message()?),
        "duplicate" => Action::Duplicate(message()?),
        "delay" => Action::Delay(parse(pair()?.0)?, pair()?.1.number()?),
        "hold" => Action::Hold(message()?),
        "release" => Action::Release(message()?),
        "fire" => Action::Fire(parse(pair()?.0)?, pair()?.1.text()?.into()),
        "crash" => Action::Crash(node()?),
        "crash_before_send" => Action::CrashBeforeSend(match message() {
            Some(id) => Trigger::Deliver(id),
            None => Trigger::Fire(parse(pair()?.0)?, pair()?.1.text()?.into()),
        }),
        "restart" => Action::Restart(node()?),
        "wipe" => Action::Wipe(node()?),
        "pause" => Action::Pause(node()?),
        "resume" => Action::Resume(node()?),
        "clock" => Action::Clock(parse(pair()?.0)?, pair()?.1.number()?),
        "cut" => Action::Cut(parse(pair()?.0)?, parse(pair()?.1)?),
        "mend" => Action::Mend(parse(pair()?.0)?, parse(pair()?.1)?),
        "partition" => {
            let groups = few(about)?.iter().map(set);
            Action::Partition(groups.collect::<Option<_>>()?)
        }
        "links" => Action::Links(network(about)?),
        "submit" => {
            let [client, to, value] = about.items()? else {
                return None;
            };
            Action::Submit {
                client: parse::<ClientId>(client)?,
                to: match to {
                    Json::Null => None,
                    other => Some(parse(other)?),
                },
                value: Value::new(value.text()?).ok()?,
            }
        }
        _ => return None,
    })
}
