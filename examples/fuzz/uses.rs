//! What is done with an input that was accepted: what somebody would do who has opened it.

use std::rc::Rc;

use quorumscope::check::condition::Condition;
use quorumscope::jobs::{Job, Said};
use quorumscope::protocol::{ClientId, Value, disturbs};
use quorumscope::share::Run;
use quorumscope::share::link;
use quorumscope::share::pair::{PairFile, Side};
use quorumscope::share::qr;
use quorumscope::teach::{Challenge, Glossary, Lesson, Player, questions};
use quorumscope::view::compare::{Pair, reopen_pair, rivals};
use quorumscope::view::diagram::Window;
use quorumscope::view::export::Notation;
use quorumscope::view::{Catalogue, Opening, Sentence, Session, first_look, open, reopen};
use quorumscope::world::Action;

use super::common::chaos::Rng;

/// The protocols of the sessions of which conditions are asked.
const PROTOCOLS: [&str; 4] = ["paxos", "raft", "multi_paxos", "two_phase"];
/// How many steps these have.
const STEPS: usize = 40;
/// The most slices that a job gets.
const SLICES: u32 = 2;

/// Somebody who uses things, each input in one of several ways.
pub struct Uses {
    words: Catalogue,
    sessions: Vec<Session>,
    /// The most actions of a run that are played.
    actions_max: usize,
    rng: Rng,
}

type Look = fn(&mut Session, &Uses);

/// What somebody looks at in a run that is open.
const LOOKS: &[Look] = &[
    |session, uses| {
        for happening in &session.moment().happened {
            uses.words.say(&happening.title);
        }
    },
    |session, uses| {
        session.transcript_text(&uses.words);
    },
    |session, uses| {
        session.sequence_diagram(Notation::Mermaid, &uses.words);
        session.sequence_diagram(Notation::PlantUml, &uses.words);
    },
    |session, _| {
        let window = Window {
            from: 0,
            to: session.now(),
        };
        session.picture(window, None);
        for step in [1, session.position(), session.position() + 1] {
            session.cone(step);
        }
    },
    |session, _| {
        let nodes = session.moment().nodes;
        for node in nodes.iter().take(2) {
            session.knowledge(node.id);
            let window = Window {
                from: session.now() / 2,
                to: session.now(),
            };
            session.picture(window, Some(node.id));
        }
    },
    |session, uses| {
        let moment = session.moment();
        let nodes = moment
            .nodes
            .iter()
            .flat_map(|it| session.questions_of_node(it.id));
        let clients = moment
            .clients
            .iter()
            .flat_map(|it| session.questions_of_client(it.id));
        let messages = moment.messages.iter().take(5);
        let messages = messages.flat_map(|it| session.questions_of_message(it.id));
        for (asked, sentence) in nodes.chain(clients).chain(messages) {
            uses.words.say(&sentence);
            session.why_not(&asked);
        }
    },
    |session, _| {
        session.stride().ok();
        session.step_folding().ok();
    },
    |session, uses| {
        for question in questions(session) {
            uses.words.say(&question.ask);
        }
    },
    |session, _| {
        session.seek(session.length() / 2);
        session.act(Action::Heal).ok();
        session.act(Action::Next).ok();
        session.branches();
        session.seek(0);
    },
    |session, _| {
        let run = session.run_with_trail();
        if let Ok(text) = link::write(&run) {
            let read = link::read(&text).expect("the link of an open run can be read");
            let bare = Run {
                pins: Vec::new(),
                ..run
            };
            assert_eq!(read, bare);
            qr::draw(&text);
        }
    },
    |session, _| {
        let rivals = rivals(session.scenario());
        let place = session.position() % rivals.len().max(1);
        let Some(rival) = rivals.get(place).map(|it| it.of(session.scenario())) else {
            return;
        };
        let again = reopen(&session.run()).expect("what is open opens again");
        let compared = Pair::beside(again.session, rival);
        if let Ok(mut pair) = compared {
            pair.step().ok();
            pair.moment(Side::Right);
        }
    },
];

impl Uses {
    /// Somebody who plays runs up to so many actions.
    pub fn new(actions_max: usize) -> Self {
        let file = concat!(env!("CARGO_MANIFEST_DIR"), "/static/locales/en.json");
        let words = std::fs::read(file).ok();
        let words = words.and_then(|bytes| Catalogue::from_json(&bytes));
        let session = |protocol| {
            let mut session = open(first_look(protocol), 1).expect("the first look opens");
            for _ in 0..STEPS {
                session.act(Action::Next).ok();
            }
            session
        };
        Self {
            words: words.expect("the catalogue can be read"),
            sessions: PROTOCOLS.map(session).into(),
            actions_max,
            rng: Rng::new(0),
        }
    }

    /// What follows is for this input, and nothing that comes of it depends on those before.
    pub fn begin(&mut self, bytes: &[u8]) {
        self.rng = Rng::new(xxhash_rust::xxh64::xxh64(bytes, 1));
    }

    /// A run is opened, gone along both ways, and looked at.
    pub fn run(&mut self, run: &Run) {
        for pin in &run.pins {
            self.show(&pin.text);
        }
        let Ok(mut opening) = Opening::of(run.clone()) else {
            return;
        };
        opening.advance(self.actions_max);
        assert!(opening.percent() <= 100);
        let mut session = opening.finish().session;
        let here = (session.position(), session.hash());
        session.seek(0);
        session.seek(here.0);
        assert_eq!(
            here,
            (session.position(), session.hash()),
            "another state on the way back"
        );
        session.step().ok();
        let look = LOOKS[self.rng.below(LOOKS.len())];
        look(&mut session, self);
    }

    /// Two runs are opened, and gone along.
    pub fn pair(&mut self, mut file: PairFile) {
        file.deeds.truncate(self.actions_max);
        let Ok(opened) = reopen_pair(&file) else {
            return;
        };
        let mut pair = opened.pair;
        for _ in 0..3 {
            pair.step().ok();
        }
        pair.seek(pair.length() / 2);
        for side in Side::BOTH {
            pair.moment(side);
        }
        let saved = pair.file();
        assert_eq!(PairFile::from_json(&saved.to_json()), Ok(saved));
    }

    /// A condition is asked of a run of each protocol.
    pub fn condition(&mut self, condition: &Condition) {
        let held = self.sessions.iter().filter(|it| it.holds(condition));
        assert!(held.count() <= PROTOCOLS.len());
        condition.reads_steps();
    }

    /// A lesson is begun, gone through a little, broken, and come back to.
    pub fn lesson(&mut self, lesson: Rc<Lesson>) {
        let place = self.rng.below(lesson.beats.len().min(4));
        let Ok((mut player, mut session)) = Player::at(lesson, place) else {
            return;
        };
        player.play(&mut session).ok();
        session.act(Action::Heal).ok();
        player.see(&mut session).ok();
        let moment = session.moment();
        for point in &player.beat().points {
            point.is_there(&moment);
        }
        player.come_to(0, &mut session).ok();
    }

    /// A run of a challenge's scenario is judged.
    pub fn challenge(&mut self, challenge: &Challenge) {
        let Ok(mut session) = open(challenge.scenario.clone(), challenge.seed) else {
            return;
        };
        for _ in 0..self.rng.below(STEPS) {
            session.act(Action::Next).ok();
        }
        let before = session.position();
        challenge.judge(&mut session);
        assert_eq!(
            session.position(),
            before,
            "judging leaves the cursor where it is"
        );
    }

    /// Terms are looked for in a text.
    pub fn glossary(&mut self, glossary: &Glossary) {
        let found = glossary.terms_in("A majority of S1, S2 and S3 多数派", &self.words);
        assert!(found.count() <= glossary.terms.len());
    }

    /// Texts are filled in.
    pub fn catalogue(&mut self, words: &Catalogue) {
        for key in words.keys().take(20) {
            words.say(&Sentence::new(key).with("node", 1_u32));
        }
    }

    /// A job is begun, and done in part; says whether it could begin.
    pub fn job(&mut self, job: &mut dyn Job) -> bool {
        for _ in 0..SLICES {
            if let Said::Done(text) = job.advance(1) {
                return !text.starts_with("{\"error\"");
            }
        }
        true
    }

    /// A client asks for a value.
    pub fn ask_for(&mut self, value: &Value) {
        let place = self.rng.below(PROTOCOLS.len());
        let mut session = open(first_look(PROTOCOLS[place]), 1).expect("the first look opens");
        let (client, value) = (ClientId(2), value.clone());
        let submit = Action::Submit {
            client,
            to: None,
            value,
        };
        session.act(submit).ok();
        for _ in 0..STEPS / 2 {
            session.act(Action::Next).ok();
        }
    }

    /// A text from outside is put on a screen, beside texts of ours.
    pub fn show(&self, text: &str) {
        assert!(
            !text.chars().any(disturbs),
            "it disturbs the text around it: {text:?}"
        );
    }
}
