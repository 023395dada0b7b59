//! "Why not?" on the page: questions about what is chosen, and the answer as things are now, beside
//! the stage.

use yew::prelude::*;

use super::dom::{El, button, classed, classes, el};
use super::lab::{More, Msg, Thing};
use super::panel::compared;
use super::words::Words;
use crate::protocol::why_not::{Answer, Reason, Verdict};
use crate::view::{Asked, Sentence, Session};
use crate::world::Action;

/// The id of the answer, which gets the focus when it was asked for elsewhere.
pub(super) const ANSWER: &str = "why-not-answer";

/// What concerns it, of all that can happen to the page.
#[derive(Clone)]
pub(super) enum Doubt {
    /// Asks, or closes the answer to what was asked.
    Ask(Asked),
    /// Asks why something cannot be done, which the tray calls so, and says the short answer.
    Refused(Action, String, &'static str),
}

/// What is asked.
#[derive(Default)]
pub(super) struct Doubts {
    asked: Option<Asked>,
    /// What the tray calls the action that is asked about.
    label: String,
    /// Whether the answer is to get the focus.
    pub(super) focus: bool,
    /// Whether the answer is to come into sight.
    pub(super) reveal: bool,
}

impl Doubts {
    /// Asks; asked again, it is asked no more.
    pub(super) fn ask(&mut self, asked: Asked) {
        let again = self.asked.as_ref() == Some(&asked);
        self.asked = Some(asked).filter(|_| !again);
        self.reveal = !again;
    }

    /// Another run is on stage, of which nothing was asked.
    pub(super) fn forget(&mut self) {
        *self = Self::default();
    }

    /// Asks why an action makes no sense.
    pub(super) fn ask_of_action(&mut self, action: Action, label: String) {
        self.asked = Some(Asked::Action(action));
        self.label = label;
        self.focus = true;
    }
}

/// The section of the panel.
pub(super) fn view(
    doubts: &Doubts,
    session: &Session,
    words: &Words,
    selected: Option<Thing>,
    send: &Callback<Msg>,
) -> Html {
    let questions = match selected {
        None => Vec::new(),
        Some(Thing::Node(id)) => session.questions_of_node(id),
        Some(Thing::Client(id)) => session.questions_of_client(id),
        Some(Thing::Message(id)) => session.questions_of_message(id),
    };
    let is_listed = |asked: &Asked| questions.iter().any(|(it, _)| it == asked);
    // What was asked of something that is not chosen any more stays in sight; what could not be done
    // goes with the tray that offered it.
    let is_gone = |asked: &Asked| selected.is_none() && matches!(asked, Asked::Action(_));
    let apart = doubts.asked.as_ref();
    let apart = apart.filter(|asked| !is_listed(asked) && !is_gone(asked));
    let section = classed("section", "why-not")
        .key("why-not")
        .set("aria-labelledby", "why-not")
        .with(el("h3").set("id", "why-not").text(words.t("why_not.title")));
    let hint = match selected {
        None => words.t("why_not.choose").to_owned(),
        Some(thing) if questions.is_empty() => {
            words.fill("why_not.nothing", &[("thing", &thing.name())])
        }
        Some(_) => String::new(),
    };
    let item = |(asked, sentence): &(Asked, Sentence)| {
        let open = doubts.asked.as_ref() == Some(asked);
        let question = question(asked, &words.say(sentence), send).flag("aria-expanded", open);
        let answer = open.then(|| answer(asked, session, words, send).end());
        el("li")
            .key(&words.say(sentence))
            .with(question)
            .each(answer.into_iter())
            .end()
    };
    let hint = match hint.is_empty() {
        true => el("p").set("hidden", ""),
        false => classed("p", "hint").text(&hint),
    };
    let list = classed("ul", "questions")
        .when(questions.is_empty(), "hidden", "")
        .each(questions.iter().map(item));
    let apart = apart.map(|asked| {
        let told = session.why_not(asked).and_then(|told| told.question);
        let title = match told {
            Some(sentence) => words.say(&sentence),
            None => words.fill("why_not.action", &[("action", &doubts.label)]),
        };
        let close = button(send, More::Doubt(Doubt::Ask(asked.clone())).into())
            .set("class", "quiet")
            .say("aria-label", words.t("ui.close"))
            .text("✕");
        classed("div", "apart")
            .key("apart")
            .with(el("h4").text(&title).with(close))
            .with(answer(asked, session, words, send))
            .end()
    });
    section.with(hint).with(list).each(apart.into_iter()).end()
}

fn question(asked: &Asked, text: &str, send: &Callback<Msg>) -> El {
    button(send, More::Doubt(Doubt::Ask(asked.clone())).into())
        .set("class", "question")
        .text(text)
}

/// The answer as things are now.
fn answer(asked: &Asked, session: &Session, words: &Words, send: &Callback<Msg>) -> El {
    let place = classed("div", "answer")
        .key("answer")
        .set("id", ANSWER)
        .set("tabindex", "-1");
    let Some(told) = session.why_not(asked) else {
        return place.with(el("p").text(words.t("why_not.gone")));
    };
    let Answer {
        verdict,
        reasons,
        way,
        further,
    } = &told.answer;
    let (class, sign) = match verdict {
        Verdict::Never | Verdict::Blocked => ("no", "✗ "),
        Verdict::Depends => ("ignored", "– "),
        Verdict::Open => ("ok", "✓ "),
    };
    let verdict = el("p")
        .put("class", classes("verdict", &[(true, class)]))
        .with(el("span").set("aria-hidden", "true").text(sign))
        .with(el("strong").text(words.t(verdict.key())));
    let reasons = reasons.iter().enumerate();
    let reasons = reasons.map(|(at, it)| reason(it, class, words).key(&at.to_string()).end());
    let way = way.as_ref().map(|way| {
        let text = words.say(&Sentence::from(way));
        classed("p", "way").key("way").text(&text).end()
    });
    let next = session
        .in_words(further)
        .into_iter()
        .map(|(asked, sentence)| {
            let text = words.say(&sentence);
            el("li")
                .key(&text)
                .with(question(&asked, &text, send))
                .end()
        });
    let next: Vec<Html> = next.collect();
    let next = (!next.is_empty()).then(|| {
        classed("div", "next-questions")
            .key("next")
            .with(el("h4").text(words.t("why_not.further")))
            .with(classed("ul", "questions").each(next.into_iter()))
            .end()
    });
    place
        .with(verdict)
        .with(classed("ul", "reasons").each(reasons))
        .each(way.into_iter().chain(next))
}

fn reason(reason: &Reason, class: &'static str, words: &Words) -> El {
    let mut sentence = Sentence::from(reason);
    let why = words.say(&sentence);
    let mut item = el("li");
    // What a handler would say of it has a title of its own.
    if let Some(title) = sentence.key.strip_suffix(".why") {
        sentence.key = title.to_owned();
        item = item.with(el("strong").text(&words.say(&sentence)));
    }
    item = item.with(el("p").text(&why));
    if let Some(comparison) = &reason.comparison {
        item = item.child(compared(comparison, class, words));
    }
    match reason.rule {
        None => item,
        Some(rule) => {
            let line = el("code").text(words.t(&format!("rule.{}", rule.id)));
            let cite = classed("p", "cite").text(&words.citations(rule.citations));
            item.with(classed("p", "line").with(line)).with(cite)
        }
    }
}
