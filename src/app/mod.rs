//! The page.
use yew::prelude::*;

#[component]
fn Lab() -> Html {
    html! { <h1>{ "Quorumscope" }</h1> }
}

/// Mounts the page.
pub fn mount() {
    yew::Renderer::<Lab>::new().render();
}
