//! What Trunk builds: on a page it mounts the app.

#[cfg(target_arch = "wasm32")]
fn main() {
    quorumscope::app::mount();
}

#[cfg(not(target_arch = "wasm32"))]
fn main() {
    println!("This program is the page's. `cargo xtask serve` shows it in a browser.");
}
