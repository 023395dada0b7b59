//! The run as text that other tools draw or people read: Mermaid, PlantUML, and a transcript.

use super::chronicle::{Change, Mark};
use super::diagram::Sign;
use super::session::Session;
use super::text::Catalogue;
use crate::protocol::{Endpoint, MessageKind};

/// The most steps that a diagram in text has: the tools that draw it give up beyond.
pub const DIAGRAM_STEPS_MAX: usize = 400;

/// A language for diagrams.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Notation {
    /// Mermaid's `sequenceDiagram`.
    Mermaid,
    /// PlantUML's sequence diagram.
    PlantUml,
}

impl Session {
    /// The run up to the cursor as a sequence diagram in text; of a long one the last steps.
    pub fn sequence_diagram(&self, notation: Notation, words: &Catalogue) -> String {
        let entries = self.entries();
        let last = self.position();
        let first = (last + 1).saturating_sub(DIAGRAM_STEPS_MAX).max(1);
        let mut text = opening(notation, &self.lanes());
        for (_, entry) in entries.steps(first..=last) {
            for mark in &entry.marks {
                if let Some(line) = line(notation, mark, words) {
                    text.push_str(&line);
                    text.push('\n');
                }
            }
        }
        if notation == Notation::PlantUml {
            text.push_str("@enduml\n");
        }
        text
    }

    /// The run up to the cursor, line by line.
    pub fn transcript_text(&self, words: &Catalogue) -> String {
        let lines = self.transcript_lines(words).into_iter().zip(1..);
        let lines = lines.map(|(line, number)| format!("{number}. {line}\n"));
        lines.collect()
    }

    /// The same, each line without its number.
    pub fn transcript_lines(&self, words: &Catalogue) -> Vec<String> {
        let lines = self.transcript().into_iter().map(|line| {
            let titles = line.happened.iter().map(|it| words.say(&it.title));
            let titles: Vec<String> = titles.collect();
            let said = titles.join(words.get("ui.sentence_separator"));
            format!("t = {} ms: {said}", line.at)
        });
        lines.collect()
    }

    /// The nodes, then the clients.
    fn lanes(&self) -> Vec<Endpoint> {
        let moment = self.moment();
        let nodes = moment.nodes.iter().map(|it| it.id.into());
        let clients = moment.clients.iter().map(|it| it.id.into());
        nodes.chain(clients).collect()
    }
}

fn opening(notation: Notation, lanes: &[Endpoint]) -> String {
    let mut text = String::from(match notation {
        Notation::Mermaid => "sequenceDiagram\n",
        Notation::PlantUml => "@startuml\n",
    });
    for lane in lanes {
        text.push_str(&format!("participant {lane}\n"));
    }
    text
}

/// A message is drawn where it ends, in the order of arrivals, as both notations have it.
fn line(notation: Notation, mark: &Mark, words: &Catalogue) -> Option<String> {
    use Notation::{Mermaid, PlantUml};
    let note = |lane: Endpoint, text: String| match notation {
        Mermaid => format!("Note over {lane}: {}", plain(&text)),
        PlantUml => format!("note over {lane} : {}", plain(&text)),
    };
    let sign = |lane: Endpoint, sign: Sign| Some(note(lane, sign.said(lane, words)));
    match mark {
        Mark::Arrived(arrow) | Mark::Lost(arrow, _) => {
            let lost = matches!(mark, Mark::Lost(..));
            let answer = arrow.kind != MessageKind::Request;
            let shaft = match (notation, answer, lost) {
                (Mermaid, false, false) => "->>",
                (Mermaid, true, false) => "-->>",
                (Mermaid, false, true) => "-x",
                (Mermaid, true, true) => "--x",
                (PlantUml, false, false) => " -> ",
                (PlantUml, true, false) => " --> ",
                (PlantUml, false, true) => " ->x ",
                (PlantUml, true, true) => " -->x ",
            };
            let colon = if notation == Mermaid { ": " } else { " : " };
            let mut label = arrow.name.to_owned();
            if arrow.kind == MessageKind::Refusal {
                label.push_str(" ✗");
            }
            if let Some(epoch) = arrow.epoch {
                label.push_str(&format!(" ({})", words.badge(epoch)));
            }
            let (from, to) = (arrow.id.from, arrow.id.to);
            Some(format!("{from}{shaft}{to}{colon}{}", plain(&label)))
        }
        Mark::Node(id, change @ (Change::Crashed | Change::Restarted | Change::Wiped)) => {
            sign((*id).into(), Sign::Node(*change))
        }
        Mark::Role(id, role) => sign((*id).into(), Sign::Role(*role)),
        Mark::Decided(id, what) => sign((*id).into(), Sign::Decided(*what)),
        Mark::Fired(at, timer) => sign(*at, Sign::Fired(timer)),
        Mark::Sent(_) | Mark::Node(..) | Mark::Submitted(_) | Mark::Told(_) | Mark::Links => None,
    }
}

/// Without the signs that mean something to one of the notations.
fn plain(text: &str) -> String {
    text.replace([';', '#', '\n'], ",")
}
