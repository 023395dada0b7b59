//! The list of actions in a file: steps that follow one another are counted.

use super::json::Json;
use super::{RunError, codec};
use crate::world::Action;

/// An action, unless it is the scheduler's own choice.
pub(super) fn then(action: &Action) -> Option<Json> {
    (*action != Action::Next).then(|| codec::action_json(action))
}

/// The list of actions: steps that follow one another are counted.
pub(super) fn items(actions: impl Iterator<Item = Option<Json>>) -> Json {
    let mut items = Vec::new();
    let mut steps = 0;
    for action in actions {
        match action {
            None => steps += 1,
            then => {
                items.push(item(steps, then));
                steps = 0;
            }
        }
    }
    if steps > 0 {
        items.push(item(steps, None));
    }
    Json::List(items)
}

/// One place in the list of actions: so many of the scheduler's own choices, then one of somebody
/// else's.
pub(super) fn item(steps: u32, then: Option<Json>) -> Json {
    let mut fields = Vec::new();
    if steps > 0 {
        fields.push(("steps".to_owned(), steps.into()));
    }
    if let Some(then) = then {
        fields.push(("then".to_owned(), then));
    }
    Json::Object(fields)
}

/// One action as it stands in a file.
pub fn action_json(action: &Action) -> String {
    line(then(action))
}

/// The name of an action's kind, as it stands in a file.
pub fn action_name(action: &Action) -> String {
    let json = codec::action_json(action);
    let named = json.fields().and_then(|fields| fields.first());
    let name = named.map(|(name, _)| name.as_str()).or(json.text());
    name.unwrap_or_default().to_owned()
}

pub(super) fn line(then: Option<Json>) -> String {
    item(u32::from(then.is_none()), then).write()
}

/// Reads a list of steps and what was done between them, with no more than there is room for.
pub(super) fn read_items<T: Clone>(
    items: &[Json],
    step: &T,
    read: impl Fn(&Json) -> Option<T>,
    room: usize,
) -> Result<Vec<T>, RunError> {
    let mut actions = Vec::new();
    for (position, item) in items.iter().enumerate() {
        let bad = RunError::BadAction(position + 1);
        let known = |(name, _): &(String, Json)| name == "steps" || name == "then";
        if !item.fields().is_some_and(|fields| fields.iter().all(known)) {
            return Err(bad);
        }
        let steps = match item.get("steps") {
            None => 0,
            Some(steps) => steps.number().ok_or(bad.clone())? as usize,
        };
        let then = match item.get("then") {
            None => None,
            Some(then) => Some(read(then).ok_or(bad)?),
        };
        // Saturating: on a page, lengths have 32 bits.
        let more = steps.saturating_add(usize::from(then.is_some()));
        if actions.len().saturating_add(more) > room {
            return Err(RunError::TooManyActions);
        }
        actions.extend(std::iter::repeat_n(step.clone(), steps));
        actions.extend(then);
    }
    Ok(actions)
}
