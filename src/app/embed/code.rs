//! The code that puts the moment on stage into somebody's page: what can be chosen of it, and what is
//! chosen. `form.rs` shows it.

use yew::Callback;

use super::Embed;
use crate::app::export::{self, Picture};
use crate::app::host::{self, drawing, framing, sharing};
use crate::app::lab::{More, Msg};
use crate::app::stage;
use crate::app::words::Words;
use crate::share::snippet::{Snippet, Still};
use crate::view::Session;
use crate::view::compare::Runs;

/// The id of the field that holds the code.
pub(super) const CODE: &str = "embed-code";
/// What stands for the address of a lab that others can open, where this one is none.
const SOMEWHERE: &str = "https://example.org/quorumscope/";
/// The most lines of the transcript that stand in the place of a figure.
const LINES_MAX: usize = 30;

/// A choice: which of [`CHOICES`], and which of its values.
pub(in crate::app) type Choice = (usize, usize);

/// The text's key, the option's name, and its values, each with the key of its text.
type Setting = (
    &'static str,
    &'static str,
    &'static [(&'static str, &'static str)],
);

/// What can be chosen. The first value is what a figure does if nothing is said, and is not written.
pub(super) const CHOICES: [Setting; 5] = [
    (
        "embed.as",
        "",
        &[("", "embed.as_frame"), ("element", "embed.as_element")],
    ),
    (
        "embed.controls",
        "controls",
        &[
            ("full", "embed.controls_full"),
            ("step", "embed.controls_step"),
            ("none", "embed.controls_none"),
        ],
    ),
    (
        "embed.panels",
        "panels",
        &[
            ("why", "embed.panels_why"),
            ("why,state", "embed.panels_two"),
            ("none", "embed.panels_none"),
        ],
    ),
    (
        "embed.theme",
        "theme",
        &[
            ("auto", "embed.theme_auto"),
            ("light", "embed.theme_light"),
            ("dark", "embed.theme_dark"),
        ],
    ),
    (
        "embed.language",
        "lang",
        &[
            ("", "embed.language_readers"),
            ("en", "embed.language_en"),
            ("zh-CN", "embed.language_zh"),
        ],
    ),
];

/// What is done in the dialogue.
#[derive(Clone)]
pub(in crate::app) enum Make {
    Choose(Choice),
    Title(String),
    Caption(String),
    /// The code goes to the clipboard.
    Copy,
    /// It is there, or the browser has refused.
    Copied(bool),
    /// The picture becomes a file.
    SavePicture,
    /// The figure is shown in the dialogue, or not any more.
    Preview,
    /// This site's policy has no frames.
    NoFrames,
}

/// Whether the figure is shown in the dialogue.
#[derive(Clone, Copy, Default, PartialEq)]
pub(super) enum Preview {
    #[default]
    Hidden,
    Shown,
    Refused,
}

/// What is chosen, typed and told.
#[derive(Default)]
pub(in crate::app) struct Maker {
    pub(super) chosen: [usize; CHOICES.len()],
    /// What is typed; where that is nothing, the moment has a title of its own.
    pub(super) title: String,
    /// What the moment is called by itself.
    pub(super) own_title: String,
    pub(super) caption: String,
    /// What stands in the place of the element.
    pub(super) still: Still,
    pub(super) copied: Option<bool>,
    /// Whether the browser did not take the picture.
    pub(super) not_saved: bool,
    pub(super) preview: Preview,
    /// Who hears that frames are refused.
    refusals: Option<host::Listener>,
}

impl Maker {
    /// The dialogue opens, at a moment that has a link. What was chosen before is kept.
    pub(in crate::app) fn open(&mut self, session: &Session, words: &Words) {
        *self = Self {
            chosen: self.chosen,
            own_title: export::title(session, words),
            caption: export::sentence(session, words),
            still: still(session, words),
            ..Self::default()
        };
        self.title.clone_from(&self.own_title);
    }

    /// Does what is asked; says whether the page has to be drawn anew.
    pub(in crate::app) fn respond(
        &mut self,
        make: Make,
        link: &str,
        runs: &Runs,
        words: &Words,
        send: &Callback<Msg>,
    ) -> bool {
        match make {
            Make::Choose((choice, value)) => {
                if let Some((_, _, values)) = CHOICES.get(choice) {
                    self.chosen[choice] = value.min(values.len() - 1);
                }
            }
            Make::Title(title) => self.title = title,
            Make::Caption(caption) => self.caption = caption,
            Make::Copy => {
                let (code, send) = (self.code(link, words), send.clone());
                wasm_bindgen_futures::spawn_local(async move {
                    let copied = sharing::copy(CODE, &code).await;
                    send.emit(More::Embed(Embed::Make(Make::Copied(copied))).into());
                });
                return false;
            }
            Make::Copied(copied) => {
                if !copied {
                    sharing::select(CODE);
                }
                self.copied = Some(copied);
                return true;
            }
            Make::SavePicture => {
                let drawn = Picture::Stage.draw(runs, words);
                let name = &self.still.picture;
                let saved = drawn.is_some_and(|it| drawing::save(name, "image/svg+xml", &it.text));
                self.not_saved = !saved;
            }
            Make::Preview if self.preview == Preview::Shown => self.preview = Preview::Hidden,
            Make::Preview => {
                self.preview = Preview::Shown;
                let refused = More::Embed(Embed::Make(Make::NoFrames));
                self.refusals =
                    framing::on_frame_refused(send.reform(move |()| refused.clone().into()));
            }
            Make::NoFrames => self.preview = Preview::Refused,
        }
        self.copied = None;
        true
    }

    /// Whether it is the element, and not a frame.
    pub(super) fn is_element(&self) -> bool {
        self.chosen[0] != 0
    }

    /// The code, of a moment that has this link.
    pub(super) fn code(&self, link: &str, words: &Words) -> String {
        let link = sendable(link);
        let snippet = self.snippet(&link, words);
        match self.is_element() {
            true => snippet.element(&self.still),
            false => snippet.frame(),
        }
    }

    /// The figure, with the options that are not what a figure does anyway.
    pub(super) fn snippet<'a>(&'a self, link: &'a str, words: &'a Words) -> Snippet<'a> {
        let options = CHOICES.iter().zip(self.chosen).skip(1);
        let options = options.filter(|(_, value)| *value > 0);
        Snippet {
            link,
            // A frame without a name is nothing to a screen reader.
            title: match self.title.trim() {
                "" => &self.own_title,
                title => title,
            },
            caption: self.caption.trim(),
            lab: words.t("embed.in_the_lab"),
            options: options
                .map(|((_, name, values), value)| (*name, values[value].0))
                .collect(),
        }
    }
}

/// Whether others can open what lies there.
pub(super) fn is_sendable(link: &str) -> bool {
    link.starts_with("http:") || link.starts_with("https:")
}

/// The link as others can open it, once they have a lab in the place that it names.
fn sendable(link: &str) -> String {
    match (is_sendable(link), link.split_once('#')) {
        (false, Some((_, fragment))) => format!("{SOMEWHERE}#{fragment}"),
        _ => link.to_owned(),
    }
}

/// The moment as a picture's name and as words.
fn still(session: &Session, words: &Words) -> Still {
    let mut lines = session.transcript_lines(words);
    let first = lines.len().saturating_sub(LINES_MAX);
    let moment = session.moment();
    let nodes = moment.nodes.iter().map(|it| stage::spoken(it, words));
    let nodes: Vec<String> = nodes.collect();
    let hash = format!("{:016x}", session.hash());
    let (protocol, position) = (session.about().key, session.position());
    Still {
        picture: format!("{protocol}-{position}-{}.svg", &hash[..8]),
        says: nodes.join(words.t("ui.sentence_separator")),
        first: first + 1,
        lines: lines.split_off(first),
    }
}
