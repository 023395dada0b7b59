//! Taking the run elsewhere: its pictures, as drawings and as images, and as text for other tools.

use yew::prelude::*;

use super::compare::{name, stage_name};
use super::diagram;
use super::dom::{El, button, classed, el};
use super::host::drawing::{self, Drawing};
use super::lab::{More, Msg};
use super::stage;
use super::words::Words;
use crate::view::Session;
use crate::view::compare::Runs;
use crate::view::export::Notation;

/// What is taken, and in which form.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(super) enum Export {
    /// A drawing, with lines that stay sharp at any size.
    Drawing(Picture),
    /// An image, in dots.
    Image(Picture),
    /// The messages as a diagram in text.
    Sequence(Notation),
    /// What happened, line by line.
    Transcript,
    /// How the last of these went.
    Done(bool),
}

/// What a picture shows.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(super) enum Picture {
    Stage,
    Diagram,
}

impl Picture {
    /// The name of its file.
    fn file(self) -> &'static str {
        match self {
            Self::Stage => "quorumscope-stage",
            Self::Diagram => "quorumscope-diagram",
        }
    }

    /// The picture as it is on the page: of two stages, the one that a person acts on.
    pub(super) fn draw(self, runs: &Runs, words: &Words) -> Option<Drawing> {
        let name = runs
            .pair()
            .map_or(stage::Name::FIRST, |it| stage_name(it.side));
        let title = title(runs, words);
        match self {
            Self::Stage => drawing::svg(&name.stage(), &title),
            Self::Diagram => drawing::svg(diagram::PICTURE, &title),
        }
    }
}

/// What happened at this moment, as a sentence.
pub(super) fn sentence(session: &Session, words: &Words) -> String {
    let moment = session.moment();
    let titles: Vec<String> = moment
        .happened
        .iter()
        .map(|it| words.say(&it.title))
        .collect();
    match titles.is_empty() {
        true => words.t("export.start").to_owned(),
        false => titles.join(words.t("ui.sentence_separator")),
    }
}

/// What this moment is called, so that no two of a run have the same name.
pub(super) fn title(session: &Session, words: &Words) -> String {
    let protocol = format!("protocol.{}", session.about().key);
    let position = session.position().to_string();
    let args = [
        ("protocol", words.t(&protocol)),
        ("position", &position),
        ("what", &sentence(session, words)),
    ];
    words.fill("export.moment", &args)
}

/// Each form, with its text's key.
const FORMS: [(&str, Export); 7] = [
    ("export.stage_svg", Export::Drawing(Picture::Stage)),
    ("export.stage_png", Export::Image(Picture::Stage)),
    ("export.diagram_svg", Export::Drawing(Picture::Diagram)),
    ("export.diagram_png", Export::Image(Picture::Diagram)),
    ("export.mermaid", Export::Sequence(Notation::Mermaid)),
    ("export.plantuml", Export::Sequence(Notation::PlantUml)),
    ("export.transcript", Export::Transcript),
];

/// The dialogue's content. A diagram can be taken only where it is drawn.
pub(super) fn dialog(has_diagram: bool, runs: &Runs, words: &Words, send: &Callback<Msg>) -> Html {
    let form = |(key, form): &(&'static str, Export)| {
        let of_diagram = matches!(
            form,
            Export::Drawing(Picture::Diagram) | Export::Image(Picture::Diagram)
        );
        let absent = of_diagram && !has_diagram;
        let mut button = button(send, More::Export(*form).into()).key(key);
        if absent {
            let why = words.t("export.open_diagram");
            button = button.set("disabled", "").say("title", why);
        }
        button.text(words.t(key)).end()
    };
    let hint = match has_diagram {
        true => el("p").set("hidden", ""),
        false => el("p").text(words.t("export.open_diagram")),
    };
    classed("div", "export")
        .with(el("p").text(words.t("export.says")))
        .with(of_one_side("export.one_side", runs, words))
        .with(classed("div", "forms").each(FORMS.iter().map(form)))
        .with(hint)
        .with(classed("div", "row").with(json(words, send)))
        .end()
}

/// Where two stages stand, which of them this is about, and what keeps both.
pub(super) fn of_one_side(key: &'static str, runs: &Runs, words: &Words) -> El {
    match runs.pair() {
        None => el("p").set("hidden", ""),
        Some(pair) => {
            let side = name(pair, pair.side, words);
            el("p").text(&words.fill(key, &[("side", &*side)]))
        }
    }
}

fn json(words: &Words, send: &Callback<Msg>) -> El {
    button(send, Msg::Save).text(words.t("ui.save"))
}

/// Takes it; says later how that went, where it takes a while.
pub(super) fn take(export: Export, runs: &Runs, words: &Words, send: &Callback<Msg>) -> bool {
    match export {
        Export::Drawing(picture) => {
            let drawn = picture.draw(runs, words);
            let name = format!("{}.svg", picture.file());
            drawn.is_some_and(|it| drawing::save(&name, "image/svg+xml", &it.text))
        }
        Export::Image(picture) => {
            let Some(drawn) = picture.draw(runs, words) else {
                return false;
            };
            let send = send.clone();
            wasm_bindgen_futures::spawn_local(async move {
                let name = format!("{}.png", picture.file());
                let saved = drawing::save_image(&name, &drawn).await;
                send.emit(More::Export(Export::Done(saved)).into());
            });
            true
        }
        Export::Sequence(notation) => {
            let name = match notation {
                Notation::Mermaid => "quorumscope-run.mmd",
                Notation::PlantUml => "quorumscope-run.puml",
            };
            let text = runs.sequence_diagram(notation, words);
            drawing::save(name, "text/plain", &text)
        }
        Export::Transcript => {
            let text = runs.transcript_text(words);
            drawing::save("quorumscope-transcript.txt", "text/plain", &text)
        }
        Export::Done(saved) => saved,
    }
}
