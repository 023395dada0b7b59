//! The page's program with everything in it. The core hands over to it when somebody asks for what
//! the core lacks, and the single file has this one alone.

#[cfg(all(target_arch = "wasm32", feature = "page"))]
fn main() {
    quorumscope::app::mount();
}

#[cfg(not(all(target_arch = "wasm32", feature = "page")))]
fn main() {
    println!("This program is the page's. `cargo xtask serve` shows it in a browser.");
}
