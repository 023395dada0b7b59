//! The page's core: what a first visit fetches. Trunk builds it without the feature `full`.

#[cfg(all(target_arch = "wasm32", feature = "page"))]
fn main() {
    quorumscope::app::mount();
}

#[cfg(not(all(target_arch = "wasm32", feature = "page")))]
fn main() {
    println!("This program is the page's. `cargo xtask serve` shows it in a browser.");
}
