//! Everything that the browser may refuse: storage, downloads, media queries, and the boot script.
//! Nothing here panics; what is refused is as if it were not there.

pub(super) mod drawing;
pub(super) mod framing;
pub(super) mod pointing;
pub(super) mod sharing;
pub(super) mod storing;

use js_sys::{Function, Promise};
use wasm_bindgen::prelude::*;
use wasm_bindgen_futures::JsFuture;
use web_sys::{
    Document, Element, EventTarget, HtmlDialogElement, HtmlInputElement, Storage,
    SvgGraphicsElement, Window,
};

use super::lab::Msg;
use super::motion::Place;

/// The id of the element that the page is mounted on.
const ROOT: &str = "lab";

/// How long a browser gets to read a file that it was offered, in milliseconds.
const DOWNLOAD_MS: u32 = 10_000;

#[wasm_bindgen]
extern "C" {
    #[wasm_bindgen(js_namespace = quorumscope, js_name = load)]
    fn boot_load(name: &str) -> Promise;
    #[wasm_bindgen(js_namespace = quorumscope, js_name = hold)]
    fn boot_hold(index: u32, line: &str);
    #[wasm_bindgen(js_namespace = quorumscope, js_name = ready)]
    fn boot_ready();
    #[wasm_bindgen(js_namespace = quorumscope, js_name = fail)]
    fn boot_fail(kind: &str, detail: &str);
    #[wasm_bindgen(js_namespace = quorumscope, js_name = full)]
    fn boot_full() -> Promise;
    #[wasm_bindgen(js_namespace = quorumscope, js_name = words)]
    fn boot_words() -> Option<String>;
    #[wasm_bindgen(js_namespace = quorumscope, js_name = take)]
    fn boot_take() -> Option<String>;
    #[wasm_bindgen(js_namespace = quorumscope, js_name = decline)]
    fn boot_decline(detail: &str);
    #[wasm_bindgen(js_namespace = quorumscope, js_name = script)]
    fn boot_script(name: &str) -> Promise;
    #[wasm_bindgen(catch, js_namespace = quorumscope, js_name = search)]
    fn boot_search(request: &str, tell: &JsValue) -> Result<Function, JsValue>;
}

/// Loads an asset, from an inlined block first and by a request second. The loading begins at
/// once, and not only when it is waited for.
pub(super) fn load(name: &str) -> impl Future<Output = Result<Vec<u8>, String>> + use<> {
    let bytes = JsFuture::from(boot_load(name));
    async {
        match bytes.await {
            Ok(bytes) => Ok(js_sys::Uint8Array::new(&bytes).to_vec()),
            Err(error) => Err(message_of(&error)),
        }
    }
}

/// Fetches the full program, which then takes this one's place. It comes back only where that has
/// failed.
pub(super) async fn fetch_full() {
    JsFuture::from(boot_full()).await.ok();
}

/// The language and the protocol that the core, which is about to hand over, has on the page.
pub(super) fn shown() -> Option<(String, String)> {
    let words = boot_words()?;
    let (language, protocol) = words.split_once(' ')?;
    Some((language.into(), protocol.into()))
}

/// What the core gave up its place with; nothing where it was not on the page.
pub(super) fn take_over() -> Option<String> {
    boot_take()
}

/// Says that this program cannot start: the core goes on, if it is there.
pub(super) fn decline(detail: &str) {
    boot_decline(detail);
}

/// The service worker, which the page of the built folder lists and no other.
pub(super) const WORKER: &str = "sw.js";

/// Whether the page lists an asset.
pub(super) fn lists(name: &str) -> bool {
    let selector = format!("[data-asset='{name}']");
    let found = document().and_then(|it| it.query_selector(&selector).ok().flatten());
    found.is_some()
}

/// Loads the carrier of searches. It is loaded anew for each of them: memory that a program has
/// had on the page is given back only with the program, and one that has panicked is of no use.
pub(super) async fn load_search() -> Result<(), String> {
    let loaded = JsFuture::from(boot_script("quorumscope-search.js")).await;
    loaded.map(|_| ()).map_err(|error| message_of(&error))
}

/// A search under way. It stops when this goes.
pub(super) struct Searching {
    stop: Function,
    _tell: Closure<dyn Fn(String, String)>,
}

impl Drop for Searching {
    fn drop(&mut self) {
        self.stop.call0(&JsValue::NULL).ok();
    }
}

/// Begins to serve a request, once the carrier is there; what it says comes as a kind and a text.
pub(super) fn search(request: &str, said: yew::Callback<(String, String)>) -> Option<Searching> {
    let tell = Closure::<dyn Fn(String, String)>::new(move |kind: String, text: String| {
        if kind == "failed" {
            close_dialog();
        }
        said.emit((kind, text));
    });
    let stop = boot_search(request, tell.as_ref()).ok()?;
    Some(Searching { stop, _tell: tell })
}

/// Closes the dialogue that is open: nothing else on the page can be used beside it.
pub(super) fn close_dialog() {
    let found = document().and_then(|it| it.query_selector("dialog[open]").ok().flatten());
    if let Some(dialog) = found.and_then(|it| it.dyn_into::<HtmlDialogElement>().ok()) {
        dialog.close();
    }
}

/// Sends a message once the browser has done what else it has to do.
pub(super) fn soon(send: &yew::Callback<Msg>, msg: Msg) {
    let send = send.clone();
    gloo_timers::callback::Timeout::new(0, move || send.emit(msg)).forget();
}

/// What a clock says, in milliseconds. The engine never calls this.
pub(super) fn now() -> f64 {
    js_sys::Date::now()
}

/// Lets the boot script hold one line of the run; the lines after it are gone.
pub(super) fn hold(index: usize, line: &str) {
    boot_hold(index as u32, line);
}

/// Tells the boot script that the page is there.
pub(super) fn ready() {
    boot_ready();
}

/// Ends in the boot script's message.
pub(super) fn fail(kind: &str, detail: &str) {
    boot_fail(kind, detail);
}

fn message_of(error: &JsValue) -> String {
    let error = error.dyn_ref::<js_sys::Error>();
    error.map_or_else(|| "unknown".into(), |error| error.message().into())
}

pub(super) fn window() -> Option<Window> {
    web_sys::window()
}

pub(super) fn document() -> Option<Document> {
    window()?.document()
}

/// The element of an id.
pub(super) fn element(id: &str) -> Option<Element> {
    document()?.get_element_by_id(id)
}

/// Where the box of an element stands, which [`super::dom::moving`] made.
pub(super) fn place(id: &str) -> Option<Place> {
    let moving: SvgGraphicsElement = element(id)?.parent_element()?.dyn_into().ok()?;
    let place = moving.transform().base_val().get_item(0).ok()?;
    Some(place.unchecked_into())
}

/// How much room the first stage has, in pixels.
pub(super) fn stage_room() -> Option<(f64, f64)> {
    let room = element("stage")?.get_bounding_client_rect();
    Some((room.width(), room.height()))
}

/// The element that the page is to be mounted on. The core's one goes, and with it everything that
/// still listens there.
pub(super) fn root(instead: bool) -> Option<Element> {
    let old = element(ROOT)?;
    if !instead {
        return Some(old);
    }
    let new = document()?.create_element("div").ok()?;
    new.set_id(ROOT);
    old.replace_with_with_node_1(&new).ok()?;
    Some(new)
}

/// Where the focus is, as a way from the root: two programs that show the same have the same ways.
pub(super) fn focus_way() -> Option<String> {
    let mut at = document()?.active_element()?;
    let mut way = Vec::new();
    while at.id() != ROOT {
        let mut place = 0;
        let mut before = at.previous_element_sibling();
        while let Some(sibling) = before {
            place += 1;
            before = sibling.previous_element_sibling();
        }
        way.push(place.to_string());
        at = at.parent_element()?;
    }
    way.reverse();
    Some(way.join(" "))
}

/// Moves the focus to where a way leads.
pub(super) fn focus_at(way: &str) -> Option<()> {
    let mut at = element(ROOT)?;
    for place in way.split(' ') {
        at = at.children().item(place.parse().ok()?)?;
    }
    focus_element(&at);
    Some(())
}

/// The tray's input, where there is one.
fn draft_input() -> Option<HtmlInputElement> {
    let input = document()?.query_selector("form input").ok()??;
    input.dyn_into().ok()
}

/// What somebody has typed into the tray and not yet submitted.
pub(super) fn draft() -> String {
    draft_input().map_or_else(String::new, |input| input.value())
}

/// Types into the tray.
pub(super) fn set_draft(text: &str) {
    if let Some(input) = draft_input() {
        input.set_value(text);
    }
}

/// Moves the focus to the element of an id.
pub(super) fn focus(id: &str) {
    if let Some(element) = element(id) {
        focus_element(&element);
    }
}

/// The element of an id, if it is no more than text and boxes.
pub(super) fn html_element(id: &str) -> Option<web_sys::HtmlElement> {
    element(id)?.dyn_into().ok()
}

fn focus_element(element: &Element) {
    use web_sys::{HtmlElement, SvgElement};
    if let Some(html) = element.dyn_ref::<HtmlElement>() {
        html.focus().ok();
    } else if let Some(svg) = element.dyn_ref::<SvgElement>() {
        svg.focus().ok();
    }
}

/// Closes the menu that is open, and gives the focus back to what opened it; says whether one was.
pub(super) fn close_menus() -> bool {
    let find = |selector| document().and_then(|it| it.query_selector(selector).ok().flatten());
    let summary = find("details[open] > summary");
    if let Some(menu) = find("details[open]") {
        menu.remove_attribute("open").ok();
    }
    let summary = summary.and_then(|it| it.dyn_into::<web_sys::HtmlElement>().ok());
    if let Some(summary) = &summary {
        summary.focus().ok();
    }
    summary.is_some()
}

/// Whether a menu is open.
pub(super) fn menu_is_open() -> bool {
    let found = document().and_then(|it| it.query_selector("details[open]").ok().flatten());
    found.is_some()
}

/// Opens the menu.
pub(super) fn open_menu() {
    let found = document().and_then(|it| it.query_selector("details").ok().flatten());
    if let Some(menu) = found {
        menu.set_attribute("open", "").ok();
    }
}

/// What has the focus, if it is no more than text and boxes.
pub(super) fn focused() -> Option<web_sys::HtmlElement> {
    document()?.active_element()?.dyn_into().ok()
}

/// Scrolls so that what a selector finds is in sight.
pub(super) fn reveal(selector: &str) {
    let found = document().and_then(|it| it.query_selector(selector).ok().flatten());
    if let Some(element) = found {
        element.scroll_into_view_with_bool(false);
    }
}

/// Shows the panel from its top, and scrolls no farther than needed so that what is pointed at on the
/// stage is in sight.
pub(super) fn reveal_pointed() {
    if let Some(panel) = element("panel") {
        panel.set_scroll_top(0);
    }
    let found = document().and_then(|it| it.query_selector_all(".stage [data-pointed]").ok());
    let Some(found) = found else { return };
    let near = web_sys::ScrollIntoViewOptions::new();
    near.set_block(web_sys::ScrollLogicalPosition::Nearest);
    for place in 0..found.length() {
        let pointed = found
            .item(place)
            .and_then(|it| it.dyn_into::<Element>().ok());
        if let Some(pointed) = pointed {
            pointed.scroll_into_view_with_scroll_into_view_options(&near);
        }
    }
}

/// Whether the element of an id has the focus.
pub(super) fn has_focus(id: &str) -> bool {
    let active = document().and_then(|it| it.active_element());
    active.is_some_and(|it| it.id() == id)
}

/// Whether the focus is inside an element that a selector finds.
pub(super) fn focus_is_within(selector: &str) -> bool {
    let active = document().and_then(|it| it.active_element());
    active.is_some_and(|it| it.closest(selector).ok().flatten().is_some())
}

/// Lists more assets in the page, where the boot script looks for them: a name and an address a
/// line. The single file has them already.
pub(super) fn list_late(list: &[u8]) -> Option<()> {
    let document = document()?;
    let head = document.query_selector("head").ok()??;
    for line in String::from_utf8_lossy(list).lines() {
        let (name, address) = line.split_once(' ')?;
        if lists(name) {
            continue;
        }
        let link = document.create_element("link").ok()?;
        link.set_attribute("rel", "asset").ok()?;
        link.set_attribute("data-asset", name).ok()?;
        link.set_attribute("href", address).ok()?;
        head.append_child(&link).ok()?;
    }
    Some(())
}

/// Adds a style sheet to the page: in a way that the strictest policy allows, in the folder and in
/// the single file alike.
pub(super) fn add_style(bytes: &[u8]) -> Option<()> {
    let document = document()?;
    let sheet = web_sys::CssStyleSheet::new().ok()?;
    sheet.replace_sync(&String::from_utf8_lossy(bytes)).ok()?;
    let sheets = js_sys::Array::from(&document.adopted_style_sheets());
    sheets.push(&sheet);
    document.set_adopted_style_sheets(&sheets);
    Some(())
}

/// Opens the browser's dialogue for printing, where the page may.
pub(super) fn print() {
    if let Some(window) = window() {
        window.print().ok();
    }
}

/// Marks what selectors find as pointed at, and nothing else.
pub(super) fn point_at(selectors: &[String]) {
    const MARK: &str = "data-pointed";
    let Some(document) = document() else { return };
    if let Ok(marked) = document.query_selector_all("[data-pointed]") {
        for place in 0..marked.length() {
            let element = marked
                .item(place)
                .and_then(|it| it.dyn_into::<Element>().ok());
            if let Some(element) = element {
                element.remove_attribute(MARK).ok();
            }
        }
    }
    for selector in selectors {
        if let Ok(Some(element)) = document.query_selector(selector) {
            element.set_attribute(MARK, "").ok();
        }
    }
}

/// Says which language the page is in, to browsers and screen readers.
pub(super) fn set_language(tag: &str, title: &str) {
    if let Some(document) = document() {
        document.set_title(title);
        if let Some(root) = document.document_element() {
            root.set_attribute("lang", tag).ok();
        }
    }
}

/// Sets or clears an attribute of the whole page.
pub(super) fn set_page_attribute(name: &str, value: Option<&str>) {
    let root = document().and_then(|document| document.document_element());
    if let Some(root) = root {
        match value {
            Some(value) => root.set_attribute(name, value).ok(),
            None => root.remove_attribute(name).ok(),
        };
    }
}

/// The browser's languages, most wanted first.
pub(super) fn languages() -> Vec<String> {
    let languages = window().map(|window| window.navigator().languages());
    let strings = languages.map(|all| all.iter().filter_map(|it| it.as_string()).collect());
    strings.unwrap_or_default()
}

/// Storage, where the page is allowed to have any.
fn storage() -> Option<Storage> {
    window()?.local_storage().ok()?
}

fn stored_key(key: &str) -> String {
    format!("quorumscope.1.{key}")
}

/// What was remembered on this device.
pub(super) fn recall(key: &str) -> Option<String> {
    storage()?.get_item(&stored_key(key)).ok()?
}

/// Remembers on this device, where that is allowed.
pub(super) fn remember(key: &str, value: &str) {
    if let Some(storage) = storage() {
        storage.set_item(&stored_key(key), value).ok();
    }
}

/// Whether a media query holds now.
pub(super) fn matches(query: &str) -> bool {
    let list = window().and_then(|window| window.match_media(query).ok().flatten());
    list.is_some_and(|list| list.matches())
}

thread_local! {
    /// Whether the click that a pointer ends with is to be taken for one.
    static CLICKS: std::cell::Cell<bool> = const { std::cell::Cell::new(true) };
}

/// Whether the next click by a pointer is one, or the end of something else.
pub(super) fn let_clicks(are: bool) {
    CLICKS.set(are);
}

/// Stops the click with which a pointer ends that has pulled something; keys click as ever.
pub(super) fn stop_clicks() -> Option<Listener> {
    let stop = |event: JsValue| {
        let event: web_sys::UiEvent = event.unchecked_into();
        if !CLICKS.get() && event.detail() > 0 {
            CLICKS.set(true);
            event.stop_propagation();
        }
    };
    let target: EventTarget = document()?.into();
    Some(Listener::at(target, "click", true, Closure::new(stop)))
}

/// The node under a pointer.
pub(super) fn node_under(event: &web_sys::PointerEvent) -> Option<crate::protocol::NodeId> {
    let target: Element = event.target()?.dyn_into().ok()?;
    let mark = target.closest("[id^='node-']").ok()??;
    mark.id().strip_prefix("node-")?.parse().ok()
}

/// Sends what a pointer does to the element of an id, wherever it goes.
pub(super) fn capture(id: &str, pointer: i32) {
    if let Some(element) = element(id) {
        element.set_pointer_capture(pointer).ok();
    }
}

/// A point of the window on the stage, whose picture is so large.
pub(super) fn on_stage(x: f64, y: f64, width: f64, height: f64) -> Option<(f64, f64)> {
    let shown = element("stage")?.get_bounding_client_rect();
    let scale = (shown.width() / width).min(shown.height() / height);
    let left = shown.x() + (shown.width() - width * scale) / 2.0;
    let top = shown.y() + (shown.height() - height * scale) / 2.0;
    (scale > 0.0).then(|| ((x - left) / scale, (y - top) / scale))
}

/// Somebody who is called back as long as this is kept.
pub(super) struct Listener {
    target: EventTarget,
    event: &'static str,
    /// Whether it hears of an event before what the event is about does.
    first: bool,
    closure: Closure<dyn Fn(JsValue)>,
}

impl Listener {
    fn new(target: EventTarget, event: &'static str, callback: impl Fn(JsValue) + 'static) -> Self {
        Self::at(target, event, false, Closure::new(callback))
    }

    /// One who is called back on what happens anywhere in the document.
    fn of_document(event: &'static str, callback: impl Fn(JsValue) + 'static) -> Option<Self> {
        Some(Self::new(document()?.into(), event, callback))
    }

    fn at(
        target: EventTarget,
        event: &'static str,
        first: bool,
        closure: Closure<dyn Fn(JsValue)>,
    ) -> Self {
        let function = closure.as_ref().unchecked_ref();
        target
            .add_event_listener_with_callback_and_bool(event, function, first)
            .ok();
        Self {
            target,
            event,
            first,
            closure,
        }
    }
}

impl Drop for Listener {
    fn drop(&mut self) {
        let function = self.closure.as_ref().unchecked_ref();
        self.target
            .remove_event_listener_with_callback_and_bool(self.event, function, self.first)
            .ok();
    }
}

/// Calls back whenever a media query begins or ceases to hold.
pub(super) fn on_media_change(query: &str, callback: yew::Callback<bool>) -> Option<Listener> {
    let list = window()?.match_media(query).ok()??;
    let asked = list.clone();
    Some(Listener::new(list.into(), "change", move |_| {
        callback.emit(asked.matches());
    }))
}

/// Calls back whenever the window has another size.
pub(super) fn on_resize(callback: yew::Callback<()>) -> Option<Listener> {
    let target = window()?.into();
    Some(Listener::new(target, "resize", move |_| callback.emit(())))
}

/// Calls back on every key press in the document.
pub(super) fn on_key_down(callback: yew::Callback<web_sys::KeyboardEvent>) -> Option<Listener> {
    Listener::of_document("keydown", move |event| {
        callback.emit(event.unchecked_into());
    })
}

/// Offers a text as a file; says whether the browser took it.
pub(super) fn download(name: &str, text: &str) -> bool {
    offer(name, "application/json", &JsValue::from_str(text)).is_some()
}

/// Offers a text, or a part of one, as a file of a kind.
fn offer(name: &str, kind: &str, part: &JsValue) -> Option<()> {
    let parts = js_sys::Array::of1(part);
    let options = web_sys::BlobPropertyBag::new();
    options.set_type(kind);
    let blob = web_sys::Blob::new_with_blob_sequence_and_options(&parts, &options).ok()?;
    let url = web_sys::Url::create_object_url_with_blob(&blob).ok()?;
    let anchor = document()?.create_element("a").ok()?;
    let anchor: web_sys::HtmlAnchorElement = anchor.dyn_into().ok()?;
    anchor.set_href(&url);
    anchor.set_download(name);
    anchor.click();
    // Not at once: the browser may not have read it yet.
    let forget = gloo_timers::callback::Timeout::new(DOWNLOAD_MS, move || {
        web_sys::Url::revoke_object_url(&url).ok();
    });
    forget.forget();
    Some(())
}

/// Reads a file that somebody chose.
pub(super) async fn read_text(file: web_sys::File) -> Result<String, String> {
    let text = JsFuture::from(file.text()).await;
    text.map(|text| text.as_string().unwrap_or_default())
        .map_err(|error| message_of(&error))
}

/// A seed that nobody has chosen. The engine never calls this.
pub(super) fn fresh_seed() -> u32 {
    (js_sys::Math::random() * 1_000_000.0) as u32
}
