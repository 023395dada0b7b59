//! What each message does: the one place that all pass through.

use super::playing::RATES;
use super::starting::NARROW;
use super::{Lab, More, Msg};
use crate::app::handing::Ask;
use crate::app::{FULL, export, host, keys};

impl Lab {
    /// Does what was asked; says whether the page has to be drawn anew.
    pub(super) fn respond(&mut self, msg: Msg) -> bool {
        if !FULL && let Some(ask) = Ask::of(&msg) {
            self.ask_full(ask);
            return true;
        }
        if FULL && self.asks_for_one(&msg) {
            return true;
        }
        let before = if FULL { self.before(&msg) } else { None };
        let draw = self.obey(msg);
        if FULL && let Some(before) = before {
            self.remember(before);
        }
        draw
    }

    fn obey(&mut self, msg: Msg) -> bool {
        match msg {
            Msg::Key(event) => {
                let read = keys::read(&event, self.shortcut_keys, self.dialog, self.lectures());
                let Some(msg) = read.filter(|msg| !FULL || self.embedded.takes(msg)) else {
                    return false;
                };
                event.prevent_default();
                return self.respond(msg);
            }
            Msg::Due(shown) => self.on_due(shown),
            Msg::Step => self.step(),
            Msg::Back => self.seek(self.session.position().saturating_sub(1)),
            Msg::First => self.seek(0),
            Msg::Seek(position) => self.seek(position),
            Msg::Stride => self.stride(),
            Msg::Fork => self.fork(),
            Msg::Complain(key) => self.complain(&format!("error.{key}")),
            Msg::Look(thing) => self.selected = Some(thing),
            Msg::RunPause => self.set_running(!self.running),
            Msg::Speed(speed) => {
                self.speed = speed.min(RATES.len() - 1);
                self.flow();
            }
            Msg::Act(action) => self.act(action),
            Msg::Submit(client, to, text) => self.submit(client, to, &text),
            Msg::Kill => self.kill(),
            Msg::DropMessage => self.drop_message(),
            Msg::CutOff => self.cut_off(),
            Msg::Choose(thing) => self.choose(thing),
            Msg::ChooseNth(number) => self.choose_nth(number),
            Msg::Dismiss => self.dismiss(),
            Msg::Panel(panel) => self.panel = panel,
            Msg::Show(dialog) => self.open_dialog(dialog),
            Msg::Protocol(key) => self.change_protocol(key),
            Msg::Nodes(count) => self.change_nodes(count),
            Msg::Variant(id, on) => self.change_variant(id, on),
            Msg::Quorums(sizes) if FULL => self.change_quorums(sizes),
            Msg::Quorums(_) => return false,
            Msg::FreshSeed => self.change_seed(),
            Msg::Language => {
                self.switch_language();
                return false;
            }
            Msg::WordsLoaded(asked, words) => return self.on_words(asked, words),
            Msg::Theme => self.change_theme(),
            Msg::ShortcutKeys(on) => {
                self.shortcut_keys = on;
                host::storing::remember("keys", if on { "on" } else { "off" });
            }
            Msg::Resized => self.narrow = host::matches(NARROW),
            Msg::Narrow(narrow) => self.narrow_stage = narrow,
            Msg::Save => self.save(),
            Msg::OpenFile(file) => {
                self.read_file(file);
                return false;
            }
            Msg::FileRead(text) => self.open_file(text),
            Msg::GoOnOpening => return FULL && self.go_on_opening(),
            Msg::Arrived => self.arrive(),
            Msg::FullFailed => {
                self.wanted = None;
                self.complain("ui.full_failed");
            }
            Msg::SwitchEyes => self.switch_eyes(),
            Msg::More(more) if FULL => return self.obey_more(more.get()),
            Msg::More(_) => return false,
            Msg::Ask(ask) if !FULL => self.ask_full(ask),
            Msg::Ask(_) => return false,
        }
        true
    }

    fn obey_more(&mut self, more: More) -> bool {
        match more {
            More::Find(find) => return self.find(find),
            More::Compare(compare) => return self.compare(compare),
            More::Doubt(doubt) => self.doubt(doubt),
            More::Retrace(way) => self.retrace(way),
            More::Going(going) => self.go(going),
            More::Pinning(pinning) => self.pinning(pinning),
            More::Diagram(draw) => return self.draw(draw),
            More::Export(export) => {
                if !export::take(export, &self.session, &self.words, &self.send) {
                    self.complain("export.failed");
                }
            }
            More::Fault(fault) => return self.fault(fault),
            More::Branch(branching) => self.branch(branching),
            More::Eyes(eyes) => self.look_through(eyes),
            More::Share(share) => return self.share(share),
            More::Lecture(lecture) => return self.lecture(lecture),
            More::Embed(embed) => return self.embed(embed),
            More::Store(store) => self.stored.respond(store, &self.send),
            More::Learn(learn) => return self.learn(learn),
            More::Crowd(link) => self.list(link),
        }
        true
    }
}
