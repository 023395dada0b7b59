//! The picture in words: for screen readers, and for diagrams that are text.

use super::{FlightEnd, Flown, Sign, StepFigure};
use crate::protocol::{Datum, Endpoint};
use crate::view::chronicle::{Change, Decision};
use crate::view::{Catalogue, Sentence};

impl StepFigure {
    /// What the step was.
    pub fn said(&self, words: &Catalogue) -> String {
        let flights = self.flights.iter().map(|it| words.say(&it.sentence()));
        let signs = self.signs.iter().map(|(lane, it)| it.said(*lane, words));
        let links = self
            .links
            .then(|| words.get("event.links_changed").to_owned());
        let all: Vec<String> = flights.chain(signs).chain(links).collect();
        let args = [
            ("position", &*self.step.to_string()),
            ("ms", &self.at.to_string()),
            ("what", &all.join(words.get("ui.sentence_separator"))),
        ];
        words.fill("diagram.event", &args)
    }
}

impl Flown {
    fn sentence(&self) -> Sentence {
        let id = self.arrow.id;
        let key = match self.end {
            FlightEnd::Arrived(_) => "event.delivered",
            FlightEnd::Lost(..) => "event.lost",
            FlightEnd::UnderWay(_) => "diagram.sent",
        };
        let sentence = Sentence::new(key)
            .with("message", Datum::Name(self.arrow.name))
            .with("from", end(id.from))
            .with("to", end(id.to));
        match self.end {
            FlightEnd::Lost(_, loss) => sentence.with("why", Datum::Text(loss.key())),
            _ => sentence,
        }
    }
}

fn end(end: Endpoint) -> Datum {
    match end {
        Endpoint::Node(id) => Datum::Node(id),
        Endpoint::Client(id) => Datum::Client(id),
    }
}

impl Sign {
    /// What the sign says of its lane.
    pub fn said(&self, lane: Endpoint, words: &Catalogue) -> String {
        let node = |key: &str| Sentence::new(key).with("node", end(lane));
        let sentence = match self {
            Self::Fired(timer) => node("event.fired").with("timer", Datum::Word(timer)),
            Self::Node(change) => match change {
                Change::Crashed => node("event.crashed"),
                Change::Restarted => node("event.restarted"),
                Change::Wiped => node("event.wiped"),
                Change::Paused => node("event.paused"),
                Change::Resumed => node("event.resumed"),
                Change::Clock(permille) => node("event.clock").with("percent", permille / 10),
            },
            Self::Role(role) => {
                let (lane, word) = (lane.to_string(), format!("role.{}", role.word));
                let epoch = words.badge(role.epoch);
                let args = [
                    ("node", &*lane),
                    ("role", words.get(&word)),
                    ("epoch", &epoch),
                ];
                return words.fill("diagram.role", &args);
            }
            Self::Decided(Decision::Yes) => node("diagram.decided"),
            Self::Decided(Decision::No) => node("diagram.aborted"),
            Self::Decided(Decision::Index(index)) => {
                node("diagram.decided_index").with("index", *index)
            }
            Self::Submitted => node("diagram.submitted"),
            Self::Told => node("diagram.told"),
        };
        words.say(&sentence)
    }
}
