//! “Search from here”: what to look for and how far, as somebody types it.

use wasm_bindgen::JsCast;
use web_sys::{Element, HtmlInputElement, HtmlSelectElement};
use yew::prelude::*;

use super::{Aim, Find};
use crate::app::dom::{El, classed, el};
use crate::app::lab::{More, Msg};
use crate::app::words::Words;
use crate::check::search::{Bounds, Command, FAULTS_MAX, Goal, TIMEOUTS_MAX};
use crate::protocol::{About, LINEARIZABILITY, Value, ValueError};
use crate::share::search::SearchRequest;
use crate::sorted::SortedMap;
use crate::view::{Session, goal_states};
use crate::world::PREPARED_MAX;

/// How many commands can be given.
const COMMANDS: usize = 3;
/// How many actions a run that is looked for may have.
const DEPTH_MAX: u32 = 9_999;
/// What a search takes unless somebody says otherwise: what a browser goes through in moments, or
/// in a minute.
const DEPTH: &str = "20";
/// How many seconds a search may be given.
const SECONDS_MAX: u32 = 9_999;
/// How many it gets unless somebody says otherwise.
const SECONDS: &str = "60";

/// What stands in the fields, by their names.
pub(in crate::app) type Typed = SortedMap<String, String>;

/// The form, as it was sent last.
#[derive(Default)]
pub(in crate::app) struct Form {
    protocol: &'static str,
    typed: Typed,
    /// The field that cannot be, and why.
    problem: Option<(String, String)>,
}

/// What a form asks for.
pub(in crate::app) struct Asked {
    pub(in crate::app) request: SearchRequest,
    pub(in crate::app) aim: Aim,
    /// How long it may take; no end where nothing is typed.
    pub(in crate::app) seconds: Option<u32>,
}

/// A field for a number.
struct Number {
    name: String,
    label: String,
    min: u32,
    max: u32,
    default: &'static str,
    /// Whether it may be empty, for no bound.
    open: bool,
}

/// The bounds that can be set, in the order of the form.
fn numbers(about: &About, words: &Words) -> Vec<Number> {
    let number = |name: &str, label: String, max: u8, default| Number {
        name: name.to_owned(),
        label,
        min: 0,
        max: max.into(),
        default,
        open: false,
    };
    let fault = |name, key| number(name, words.t(key).to_owned(), FAULTS_MAX, "0");
    let timers = about.timers.iter().enumerate().map(|(position, timer)| {
        let key = format!("timer.{timer}");
        let label = words.fill("search.timeouts", &[("timer", words.t(&key))]);
        let default = if position == about.contention {
            "2"
        } else {
            "1"
        };
        number(&format!("timer.{timer}"), label, TIMEOUTS_MAX, default)
    });
    let faults = [
        fault("crashes", "search.crashes"),
        fault("drops", "search.drops"),
        fault("duplicates", "search.duplicates"),
        fault("retries", "search.retries"),
    ];
    let open = |name, key, max, default| Number {
        min: 1,
        max,
        open: true,
        ..number(name, words.t(key).to_owned(), 0, default)
    };
    let ends = [
        open("depth", "search.depth_max", DEPTH_MAX, DEPTH),
        open("seconds", "search.seconds", SECONDS_MAX, SECONDS),
    ];
    timers.chain(faults).chain(ends).collect()
}

/// What a row of the commands says at first: the client, the node, the value.
fn first_command(about: &About, row: usize) -> [&'static str; 3] {
    match (about.first_wish, row) {
        // Two who want different things, where nothing would happen without.
        (Some(_), 0) => ["C1", "S1", "x"],
        (Some(_), 1) => ["C2", "S2", "y"],
        (None, 0) => ["C1", "", "x=1"],
        (_, 1) => ["C2", "", ""],
        _ => ["C1", "", ""],
    }
}

/// The goals that the form offers: the field's value, the text, and what it is.
fn goals(about: &'static About, words: &Words) -> Vec<(String, String, Aim)> {
    let any = words.t("search.lose_any").to_owned();
    let mut all = vec![(String::new(), any, Aim::Loss)];
    all.extend(about.properties.iter().map(|property| {
        let name = format!("property.{}", property.id);
        let text = words.fill("search.lose", &[("property", words.t(&name))]);
        (property.id.to_owned(), text, Aim::LossOf(property))
    }));
    all.extend(goal_states(about.key).map(|state| {
        let aim = Aim::State(Some(state.key));
        (state.key.to_owned(), words.t(state.key).to_owned(), aim)
    }));
    all
}

impl Form {
    /// Begins anew where the last form was of another protocol.
    pub(in crate::app) fn open(&mut self, protocol: &'static str) {
        self.problem = None;
        if self.protocol != protocol {
            self.protocol = protocol;
            self.typed = Typed::new();
        }
    }

    fn typed(&self, name: &str) -> Option<&str> {
        self.typed.get(name).map(String::as_str)
    }

    /// Takes what was sent: the search it asks for, from the moment on stage; nothing where
    /// something is wrong with it, which is then said. Gives the field to go to.
    pub(in crate::app) fn send(
        &mut self,
        typed: Typed,
        words: &Words,
        session: &Session,
    ) -> Result<Asked, String> {
        self.typed = typed;
        let read = self.read(words, session);
        self.problem = read.as_ref().err().cloned();
        read.map_err(|(field, _)| dom_id(&field))
    }

    fn read(&self, words: &Words, session: &Session) -> Result<Asked, (String, String)> {
        let about = session.about();
        let mut bounds = Bounds {
            symmetry: true,
            ..Bounds::default()
        };
        let mut seconds = None;
        for field in numbers(about, words) {
            let text = self.typed(&field.name).unwrap_or_default().trim();
            if field.open && text.is_empty() {
                continue;
            }
            let number = text.parse().ok();
            let fits = |it: &u32| (field.min..=field.max).contains(it);
            let Some(number) = number.filter(fits) else {
                let (min, max) = (field.min.to_string(), field.max.to_string());
                let args = [("field", &*field.label), ("min", &min), ("max", &max)];
                return Err((field.name, words.fill("search.bad_number", &args)));
            };
            let small = number as u8;
            match &*field.name {
                "crashes" => bounds.crashes = small,
                "drops" => bounds.drops = small,
                "duplicates" => bounds.duplicates = small,
                "retries" => bounds.retries = small,
                "depth" => bounds.depth = Some(number),
                "seconds" => seconds = Some(number),
                timer => {
                    let timer = timer.trim_start_matches("timer.");
                    bounds.timeouts.insert(timer.to_owned(), small);
                }
            }
        }
        for row in 0..COMMANDS {
            bounds.commands.extend(self.command(row, words)?);
        }
        let goal = self.typed("goal").unwrap_or_default();
        let mut goals = goals(about, words).into_iter();
        let aim = goals.find(|(value, _, _)| value == goal);
        let aim = aim.map_or(Aim::Loss, |(_, _, aim)| aim);
        let (goal, about_replies) = match aim {
            Aim::Loss => (Goal::Lose(None), false),
            Aim::LossOf(property) => (
                Goal::Lose(Some(property.id.to_owned())),
                *property == LINEARIZABILITY,
            ),
            Aim::State(key) => {
                let mut states = goal_states(about.key);
                let Some(state) = states.find(|state| Some(state.key) == key) else {
                    return Err(("goal".into(), words.t("search.bad_start").into()));
                };
                (Goal::Reach(state.condition()), state.needs_replies())
            }
        };
        bounds.replies = about_replies || self.typed("replies").is_some_and(|it| it == "on");
        let scenario = session.from_here();
        if scenario.prepared.len() > PREPARED_MAX {
            let max = PREPARED_MAX.to_string();
            return Err((
                "goal".into(),
                words.fill("search.too_late", &[("max", &max)]),
            ));
        }
        let request = SearchRequest {
            scenario,
            seed: session.seed(),
            bounds,
            goal,
        };
        Ok(Asked {
            request,
            aim,
            seconds,
        })
    }

    /// The command of a row; nothing where the row has no value.
    fn command(&self, row: usize, words: &Words) -> Result<Option<Command>, (String, String)> {
        let field = |part: &str| self.typed(&format!("{part}.{row}")).unwrap_or_default();
        let value = match Value::new(field("value").trim()) {
            Ok(value) => value,
            Err(ValueError::Empty) => return Ok(None),
            Err(error) => {
                let key = match error {
                    ValueError::TooLong => "value_error.too_long",
                    ValueError::Empty | ValueError::Control => "value_error.control",
                };
                return Err((format!("value.{row}"), words.t(key).to_owned()));
            }
        };
        let client = field("client").parse().ok();
        Ok(client.map(|client| Command {
            client,
            to: field("node").parse().ok(),
            value,
        }))
    }

    /// The form.
    pub(super) fn view(&self, words: &Words, session: &Session, send: &Callback<Msg>) -> Html {
        let about = session.about();
        let bounds = numbers(about, words);
        let bounds = bounds.iter().map(|field| self.number(field));
        let moment = session.moment();
        let nodes = moment.nodes.iter().filter(|node| node.serves);
        let nodes: Vec<String> = nodes.map(|node| node.id.to_string()).collect();
        let clients = moment.clients.iter().map(|client| client.id.to_string());
        let clients: Vec<String> = clients.collect();
        let commands =
            (0..COMMANDS).map(|row| self.command_row(row, words, about, &clients, &nodes));
        let replies = el("input")
            .set("type", "checkbox")
            .set("name", "replies")
            .when(self.typed("replies") == Some("on"), "checked", "checked");
        let problem = self.problem.as_ref().map_or("", |(_, said)| said);
        let begin = send.clone();
        let on_submit = Callback::from(move |event: SubmitEvent| {
            event.prevent_default();
            let form = event.target().and_then(|it| it.dyn_into::<Element>().ok());
            if let Some(form) = form {
                begin.emit(More::Find(Find::Form(read_fields(&form))).into());
            }
        });
        let save = send.clone();
        let on_save = Callback::from(move |event: MouseEvent| {
            let button = event.target().and_then(|it| it.dyn_into::<Element>().ok());
            let form = button.and_then(|it| it.closest("form").ok().flatten());
            if let Some(form) = form {
                save.emit(More::Find(Find::Save(read_fields(&form))).into());
            }
        });
        let legend = |key| el("legend").text(words.t(key));
        classed("form", "search-form")
            .key("form")
            .set("novalidate", "")
            .on_submit(on_submit)
            .with(el("p").text(words.t("search.intro")))
            .with(
                classed("label", "goal")
                    .with(el("span").text(words.t("search.goal")))
                    .with(self.goal(words, about)),
            )
            .with(
                classed("fieldset", "bounds")
                    .with(legend("search.bounds"))
                    .each(bounds),
            )
            .with(
                classed("fieldset", "commands")
                    .with(legend("search.commands"))
                    .each(commands)
                    .with(
                        classed("label", "switch")
                            .with(replies)
                            .with(el("span").text(words.t("search.replies"))),
                    ),
            )
            .with(
                classed("p", "problem")
                    .set("id", PROBLEM)
                    .set("role", "alert")
                    .text(problem),
            )
            .with(
                classed("div", "row")
                    .with(
                        el("button")
                            .set("type", "submit")
                            .set("class", "primary")
                            .text(words.t("search.begin")),
                    )
                    .with(
                        el("button")
                            .set("type", "button")
                            .on_click(on_save)
                            .text(words.t("search.save")),
                    ),
            )
            .end()
    }

    fn goal(&self, words: &Words, about: &'static About) -> El {
        let chosen = self.typed("goal").unwrap_or_default();
        let goals = goals(about, words);
        let option = |(value, text, _): &(String, String, Aim)| {
            el("option")
                .key(value)
                .say("value", value)
                .when(value == chosen, "selected", "selected")
                .text(text)
                .end()
        };
        el("select")
            .set("name", "goal")
            .put("id", dom_id("goal"))
            .each(goals.iter().map(option))
    }

    fn number(&self, field: &Number) -> Html {
        let value = self.typed(&field.name).unwrap_or(field.default);
        let input = self.input(&field.name, value).set("inputmode", "numeric");
        el("label")
            .key(&field.name)
            .with(el("span").text(&field.label))
            .with(input)
            .end()
    }

    fn input(&self, name: &str, value: &str) -> El {
        let input = el("input")
            .set("type", "text")
            .set("autocomplete", "off")
            .set("spellcheck", "false")
            .say("name", name)
            .put("id", dom_id(name))
            .say("value", value);
        match &self.problem {
            Some((field, _)) if field == name => input
                .set("aria-invalid", "true")
                .set("aria-describedby", PROBLEM),
            _ => input,
        }
    }

    fn command_row(
        &self,
        row: usize,
        words: &Words,
        about: &About,
        clients: &[String],
        nodes: &[String],
    ) -> Html {
        let [client, node, value] = first_command(about, row);
        let number = (row + 1).to_string();
        let label = |key| words.fill(key, &[("number", &number)]);
        let typed = |name: &str, default| self.typed(name).unwrap_or(default).to_owned();
        let choice = |name: String, default, first: Option<&str>, names: &[String]| {
            let chosen = typed(&name, default);
            let option = |value: &str, text: &str| {
                el("option")
                    .key(value)
                    .say("value", value)
                    .when(value == chosen, "selected", "selected")
                    .text(text)
                    .end()
            };
            el("select")
                .say("name", &name)
                .each(first.map(|text| option("", text)).into_iter())
                .each(names.iter().map(|name| option(name, name)))
        };
        let value_name = format!("value.{row}");
        classed("div", "command")
            .key(&number)
            .with(
                choice(format!("client.{row}"), client, None, clients)
                    .put("aria-label", label("search.command_client")),
            )
            .with(el("span").set("aria-hidden", "true").text("→"))
            .with(
                choice(
                    format!("node.{row}"),
                    node,
                    Some(words.t("search.command_guess")),
                    nodes,
                )
                .put("aria-label", label("search.command_node")),
            )
            .with(
                self.input(&value_name, &typed(&value_name, value))
                    .put("aria-label", label("search.command_value"))
                    .say("placeholder", words.t("search.command_none")),
            )
            .end()
    }
}

/// The id of what says what is wrong.
const PROBLEM: &str = "search-problem";

/// The id of a field.
fn dom_id(name: &str) -> String {
    format!("search-{name}")
}

/// What stands in a form's fields.
fn read_fields(form: &Element) -> Typed {
    let mut typed = Typed::new();
    let Ok(fields) = form.query_selector_all("input, select") else {
        return typed;
    };
    for at in 0..fields.length() {
        let Some(field) = fields.item(at) else {
            continue;
        };
        let read = match field.dyn_into::<HtmlInputElement>() {
            Ok(input) if input.type_() == "checkbox" => {
                let ticked = if input.checked() { "on" } else { "off" };
                Some((input.name(), ticked.to_owned()))
            }
            Ok(input) => Some((input.name(), input.value())),
            Err(other) => {
                let select = other.dyn_into::<HtmlSelectElement>().ok();
                select.map(|select| (select.name(), select.value()))
            }
        };
        if let Some((name, value)) = read {
            typed.insert(name, value);
        }
    }
    typed
}
