//! Drawings of the page as files: with the colours and letters that the page's styles give them,
//! since a file has no styles.

use wasm_bindgen::prelude::*;
use wasm_bindgen_futures::JsFuture;
use web_sys::{CanvasRenderingContext2d, Element, HtmlCanvasElement, HtmlImageElement};

use super::files::offer;
use super::{document, element, window};

/// The properties that a drawing keeps, each an attribute of the same name.
const KEPT: [&str; 13] = [
    "fill",
    "fill-opacity",
    "stroke",
    "stroke-width",
    "stroke-opacity",
    "stroke-dasharray",
    "stroke-linecap",
    "opacity",
    "visibility",
    "font-family",
    "font-size",
    "font-weight",
    "text-anchor",
];

/// Of these, the one that is not handed down.
const OPACITY: usize = 7;

/// The attributes that only the page has a use for.
const DROPPED: [&str; 8] = [
    "class",
    "id",
    "tabindex",
    "role",
    "aria-label",
    "aria-hidden",
    "aria-pressed",
    "aria-selected",
];

/// How many dots of an image stand for one pixel of the page.
const DOTS: f64 = 2.0;

/// A drawing on its own.
pub(in crate::app) struct Drawing {
    pub(in crate::app) text: String,
    width: f64,
    height: f64,
}

/// The drawing of an element, as it looks now, with what it is called and what is to be seen there.
pub(in crate::app) fn svg(id: &str, title: &str) -> Option<Drawing> {
    let shown = element(id)?;
    let bounds = shown.get_bounding_client_rect();
    let copy: Element = shown.clone_node_with_deep(true).ok()?.dyn_into().ok()?;
    dress(&shown, &copy, &Default::default());
    let (width, height) = (bounds.width().max(1.0), bounds.height().max(1.0));
    for (name, value) in [
        ("xmlns", "http://www.w3.org/2000/svg".to_owned()),
        ("width", width.to_string()),
        ("height", height.to_string()),
    ] {
        copy.set_attribute(name, &value).ok()?;
    }
    copy.set_attribute("role", "img").ok()?;
    for part in [
        ground()?,
        told("desc", &labels(&shown))?,
        told("title", title)?,
    ] {
        copy.insert_before(&part, copy.first_child().as_ref())
            .ok()?;
    }
    let text = web_sys::XmlSerializer::new().ok()?;
    let text = text.serialize_to_string(&copy).ok()?;
    Some(Drawing {
        text,
        width,
        height,
    })
}

/// The paper that the page is on, which is its root's.
fn ground() -> Option<Element> {
    let root = document()?.document_element()?;
    let paper = window()?.get_computed_style(&root).ok()??;
    let colour = paper.get_property_value("background-color").ok()?;
    let ground = part("rect")?;
    // Larger than any view box, so that it covers all of it wherever that begins.
    for (name, value) in [
        ("x", "-5000"),
        ("y", "-5000"),
        ("width", "20000"),
        ("height", "20000"),
        ("fill", &*colour),
    ] {
        ground.set_attribute(name, value).ok()?;
    }
    Some(ground)
}

/// What is said of the drawing to those who do not see it.
fn told(name: &str, text: &str) -> Option<Element> {
    let told = part(name)?;
    told.set_text_content(Some(text));
    Some(told)
}

fn part(name: &str) -> Option<Element> {
    let svg = Some("http://www.w3.org/2000/svg");
    document()?.create_element_ns(svg, name).ok()
}

/// What is said of each thing in a drawing, a line for each.
fn labels(shown: &Element) -> String {
    let named = shown.query_selector_all("[aria-label]").ok();
    let named = named
        .iter()
        .flat_map(|all| (0..all.length()).filter_map(|at| all.item(at)));
    let labels = named.filter_map(|it| it.dyn_into::<Element>().ok()?.get_attribute("aria-label"));
    labels.collect::<Vec<_>>().join("\n")
}

/// Writes what the styles say into the copy, where that is something else than what is `around` it;
/// what nobody sees is left out.
fn dress(shown: &Element, copy: &Element, around: &[String; KEPT.len()]) -> Option<()> {
    let style = window()?.get_computed_style(shown).ok()??;
    let mut own = KEPT.map(|name| style.get_property_value(name).unwrap_or_default());
    for ((name, value), around) in KEPT.iter().zip(&own).zip(around) {
        if value.is_empty() || value == around {
            copy.remove_attribute(name).ok();
        } else {
            copy.set_attribute(name, value).ok();
        }
    }
    // What is in it begins anew.
    own[OPACITY] = "1".into();
    if shown.closest(".elsewhere").ok().flatten().is_some() {
        copy.set_attribute("visibility", "visible").ok();
    }
    for name in DROPPED {
        copy.remove_attribute(name).ok();
    }
    let (ours, theirs) = (shown.children(), copy.children());
    let mut unseen = Vec::new();
    for at in 0..ours.length() {
        let (Some(one), Some(other)) = (ours.item(at), theirs.item(at)) else {
            continue;
        };
        if one.class_list().contains("touch") || one.class_list().contains("halo") {
            unseen.push(other);
        } else {
            dress(&one, &other, &own);
        }
    }
    for gone in unseen {
        gone.remove();
    }
    Some(())
}

/// Offers a text as a file of a kind; says whether the browser took it.
pub(in crate::app) fn save(name: &str, kind: &str, text: &str) -> bool {
    offer(name, kind, &JsValue::from_str(text)).is_some()
}

/// Offers a drawing as an image; says whether the browser took it.
pub(in crate::app) async fn save_image(name: &str, drawing: &Drawing) -> bool {
    image(drawing)
        .await
        .is_some_and(|blob| offer(name, "image/png", &blob).is_some())
}

async fn image(drawing: &Drawing) -> Option<JsValue> {
    let source = HtmlImageElement::new().ok()?;
    let text = js_sys::encode_uri_component(&drawing.text);
    source.set_src(&format!("data:image/svg+xml;charset=utf-8,{text}"));
    JsFuture::from(source.decode()).await.ok()?;
    let canvas: HtmlCanvasElement = document()?.create_element("canvas").ok()?.dyn_into().ok()?;
    let (width, height) = (drawing.width * DOTS, drawing.height * DOTS);
    canvas.set_width(width as u32);
    canvas.set_height(height as u32);
    let context = canvas.get_context("2d").ok()??;
    let context: CanvasRenderingContext2d = context.dyn_into().ok()?;
    context
        .draw_image_with_html_image_element_and_dw_and_dh(&source, 0.0, 0.0, width, height)
        .ok()?;
    let made = js_sys::Promise::new(&mut |resolve, _| {
        canvas.to_blob(&resolve).ok();
    });
    let blob = JsFuture::from(made).await.ok()?;
    (!blob.is_null()).then_some(blob)
}
