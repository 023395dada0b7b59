//! Taking the run elsewhere: its pictures, as drawings and as images, and as text for other tools.

use yew::prelude::*;

use super::diagram;
use super::dom::{El, button, classed, el};
use super::host::drawing;
use super::lab::{More, Msg};
use super::words::Words;
use crate::view::Session;
use crate::view::export::Notation;

/// The id of the stage's drawing.
const STAGE: &str = "stage";

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
    /// Its element, and the name of its file.
    fn names(self) -> (&'static str, &'static str) {
        match self {
            Self::Stage => (STAGE, "quorumscope-stage"),
            Self::Diagram => (diagram::PICTURE, "quorumscope-diagram"),
        }
    }
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
pub(super) fn dialog(has_diagram: bool, words: &Words, send: &Callback<Msg>) -> Html {
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
        .with(classed("div", "forms").each(FORMS.iter().map(form)))
        .with(hint)
        .with(classed("div", "row").with(json(words, send)))
        .end()
}

fn json(words: &Words, send: &Callback<Msg>) -> El {
    button(send, Msg::Save).text(words.t("ui.save"))
}

/// Takes it; says later how that went, where it takes a while.
pub(super) fn take(export: Export, session: &Session, words: &Words, send: &Callback<Msg>) -> bool {
    match export {
        Export::Drawing(picture) => {
            let (id, name) = picture.names();
            let text = drawing::svg(id).map(|it| it.text);
            text.is_some_and(|it| drawing::save(&format!("{name}.svg"), "image/svg+xml", &it))
        }
        Export::Image(picture) => {
            let (id, name) = picture.names();
            let Some(svg) = drawing::svg(id) else {
                return false;
            };
            let send = send.clone();
            wasm_bindgen_futures::spawn_local(async move {
                let saved = drawing::save_image(&format!("{name}.png"), &svg).await;
                send.emit(More::Export(Export::Done(saved)).into());
            });
            true
        }
        Export::Sequence(notation) => {
            let name = match notation {
                Notation::Mermaid => "quorumscope-run.mmd",
                Notation::PlantUml => "quorumscope-run.puml",
            };
            let text = session.sequence_diagram(notation, words);
            drawing::save(name, "text/plain", &text)
        }
        Export::Transcript => {
            let text = session.transcript_text(words);
            drawing::save("quorumscope-transcript.txt", "text/plain", &text)
        }
        Export::Done(saved) => saved,
    }
}
