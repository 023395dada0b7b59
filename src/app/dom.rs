//! Elements, built by hand. yew's `html!` compiles each tag into several hundred bytes of its own;
//! here a tag is a few calls, which is what lets a first visit stay small. Components are still
//! yew's, and so is everything that happens to an element afterwards.

use std::rc::Rc;

use wasm_bindgen::JsCast;
use web_sys::{Element, HtmlInputElement};
use yew::html::{
    onchange, onclick, onclose, oninput, onkeydown, onpointercancel, onpointerdown, onpointermove,
    onpointerup, onsubmit, onwheel,
};
use yew::prelude::*;
use yew::virtual_dom::{Key, Listener, VList, VNode, VTag, VText};

use super::lab::Msg;

/// An element under construction.
pub(super) struct El(Box<VTag>);

/// An element of a name.
#[inline(never)]
pub(super) fn el(name: &'static str) -> El {
    El(Box::new(VTag::new(name)))
}

/// An element of a name and a class.
#[inline(never)]
pub(super) fn classed(name: &'static str, class: &'static str) -> El {
    el(name).set("class", class)
}

/// A button that sends a message.
#[inline(never)]
pub(super) fn button(send: &Callback<Msg>, msg: Msg) -> El {
    el("button").set("type", "button").sends(send, msg)
}

/// A group that moves with what is in it. It has nothing else, and above all no class: whatever moves
/// has its style found anew in each frame, and here there is none to find.
#[inline(never)]
pub(super) fn moving(content: El) -> El {
    el("g").set("transform", "translate(0)").with(content)
}

/// Text alone.
#[inline(never)]
pub(super) fn text(text: &str) -> Html {
    VText::new(text.to_owned()).into()
}

/// Several things without an element around them.
pub(super) fn all(items: impl Iterator<Item = Html>) -> Html {
    items.collect()
}

/// Classes, of which some depend on what is so.
pub(super) fn classes(always: &str, sometimes: &[(bool, &str)]) -> String {
    let mut classes = always.to_owned();
    for (is_so, class) in sometimes {
        if *is_so {
            classes.push(' ');
            classes.push_str(class);
        }
    }
    classes
}

impl El {
    /// An attribute that is always the same.
    #[inline(never)]
    pub(super) fn set(mut self, name: &'static str, value: &'static str) -> Self {
        self.0.add_attribute(name, value);
        self
    }

    /// An attribute.
    #[inline(never)]
    pub(super) fn put(mut self, name: &'static str, value: String) -> Self {
        self.0.add_attribute(name, value);
        self
    }

    /// An attribute, in words or numbers.
    #[inline(never)]
    pub(super) fn say(self, name: &'static str, value: &str) -> Self {
        self.put(name, value.to_owned())
    }

    /// An attribute whose value is a number, with one decimal.
    #[inline(never)]
    pub(super) fn number(self, name: &'static str, value: f64) -> Self {
        self.put(name, crate::view::geometry::tenths(value))
    }

    /// An attribute that is `true` or `false`.
    #[inline(never)]
    pub(super) fn flag(self, name: &'static str, value: bool) -> Self {
        self.set(name, if value { "true" } else { "false" })
    }

    /// An attribute that is there or not.
    #[inline(never)]
    pub(super) fn when(self, is_so: bool, name: &'static str, value: &'static str) -> Self {
        if is_so { self.set(name, value) } else { self }
    }

    /// What tells it from its siblings.
    #[inline(never)]
    pub(super) fn key(mut self, key: &str) -> Self {
        self.0.key = Some(Key::from(key));
        self
    }

    /// A child.
    #[inline(never)]
    pub(super) fn child(mut self, child: Html) -> Self {
        self.0.add_child(child);
        self
    }

    /// A child element.
    #[inline(never)]
    pub(super) fn with(self, child: El) -> Self {
        self.child(child.end())
    }

    /// Children. However many there are, those beside them stay the same elements, and keep the focus.
    pub(super) fn each(self, children: impl Iterator<Item = Html>) -> Self {
        let mut list = VList::new();
        for child in children {
            list.add_child(child);
        }
        self.child(list.into())
    }

    /// Text.
    #[inline(never)]
    pub(super) fn text(self, words: &str) -> Self {
        self.child(text(words))
    }

    #[inline(never)]
    fn on(mut self, listener: Rc<dyn Listener>) -> Self {
        self.0.add_listener(listener);
        self
    }

    /// A click, or what a button takes for one, sends a message.
    #[inline(never)]
    pub(super) fn sends(self, send: &Callback<Msg>, msg: Msg) -> Self {
        let send = send.clone();
        self.on_click(Callback::from(move |_| send.emit(msg.clone())))
    }

    pub(super) fn on_click(self, callback: Callback<MouseEvent>) -> Self {
        self.on(Rc::new(onclick::Wrapper::new(callback)))
    }

    pub(super) fn on_key(self, callback: Callback<KeyboardEvent>) -> Self {
        self.on(Rc::new(onkeydown::Wrapper::new(callback)))
    }

    pub(super) fn on_change(self, callback: Callback<Event>) -> Self {
        self.on(Rc::new(onchange::Wrapper::new(callback)))
    }

    pub(super) fn on_input(self, callback: Callback<InputEvent>) -> Self {
        self.on(Rc::new(oninput::Wrapper::new(callback)))
    }

    pub(super) fn on_submit(self, callback: Callback<SubmitEvent>) -> Self {
        self.on(Rc::new(onsubmit::Wrapper::new(callback)))
    }

    pub(super) fn on_close(self, callback: Callback<Event>) -> Self {
        self.on(Rc::new(onclose::Wrapper::new(callback)))
    }

    pub(super) fn on_pointer_down(self, callback: Callback<PointerEvent>) -> Self {
        self.on(Rc::new(onpointerdown::Wrapper::new(callback)))
    }

    pub(super) fn on_pointer_move(self, callback: Callback<PointerEvent>) -> Self {
        self.on(Rc::new(onpointermove::Wrapper::new(callback)))
    }

    pub(super) fn on_pointer_up(self, callback: Callback<PointerEvent>) -> Self {
        self.on(Rc::new(onpointerup::Wrapper::new(callback)))
    }

    pub(super) fn on_pointer_cancel(self, callback: Callback<PointerEvent>) -> Self {
        self.on(Rc::new(onpointercancel::Wrapper::new(callback)))
    }

    pub(super) fn on_wheel(self, callback: Callback<WheelEvent>) -> Self {
        self.on(Rc::new(onwheel::Wrapper::new(callback)))
    }

    /// The value of an input, whatever was typed since.
    #[inline(never)]
    pub(super) fn value(mut self, value: &str) -> Self {
        self.0.set_value(value.to_owned());
        self
    }

    /// A property, whatever the person has done to it since.
    #[inline(never)]
    pub(super) fn property(mut self, name: &'static str, value: &str) -> Self {
        self.0.add_property(name, value);
        self
    }

    /// Whether a box is ticked.
    #[inline(never)]
    pub(super) fn checked(mut self, checked: bool) -> Self {
        self.0.set_checked(checked);
        self
    }

    /// Where the element can be found once it is on the page.
    #[inline(never)]
    pub(super) fn node_ref(mut self, node: NodeRef) -> Self {
        self.0.node_ref = node;
        self
    }

    /// The element.
    #[inline(never)]
    pub(super) fn end(self) -> Html {
        VNode::from(*self.0)
    }
}

/// What a form of one field does with it when it is sent.
pub(super) fn on_typed(take: impl Fn(HtmlInputElement) + 'static) -> Callback<SubmitEvent> {
    Callback::from(move |event: SubmitEvent| {
        event.prevent_default();
        let form = event.target().and_then(|it| it.dyn_into::<Element>().ok());
        let input = form.and_then(|it| it.query_selector("input").ok().flatten());
        if let Some(input) = input.and_then(|it| it.dyn_into::<HtmlInputElement>().ok()) {
            take(input);
        }
    })
}
